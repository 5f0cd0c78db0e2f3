package models

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
)

const another = "another four plain words"

// mailbox takes all letters that are due, and gives the path in each one of a
// kind to an address, oldest first.
func mailbox(t *testing.T, s *Store, kind, to string) (tokens []string) {
	t.Helper()
	for {
		p, err := s.ClaimLetter(context.Background())
		if errors.Is(err, ErrNotFound) {
			return tokens
		}
		if err == nil {
			err = s.LetterSent(context.Background(), p)
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind == kind && p.To == to {
			tokens = append(tokens, p.Facts["path"][strings.LastIndex(p.Facts["path"], "/")+1:])
		}
	}
}

// loginOf is somebody as whose password was right just now. Who has none gets one.
func loginOf(t testing.TB, s *Store, who authz.PrincipalID, tenant, account uuid.UUID) Login {
	t.Helper()
	l := Login{Principal: who, Tenant: tenant, Account: account}
	if err := s.in(context.Background(), scopeSelf, func(db *gorm.DB) error {
		if err := loginRow(db, who, tenant).Where("password_hash IS NULL").Update("password_hash", "-").Error; err != nil {
			return err
		}
		return loginRow(db, who, tenant).Select("password_hash").Take(&l.hash).Error
	}); err != nil {
		t.Fatal(err)
	}
	return l
}

// visit signs somebody in.
func visit(t *testing.T, s *Store, m Member) Session {
	t.Helper()
	token, err := s.StartSession(context.Background(), loginOf(t, s, m.Principal(), uuid.Nil, uuid.Nil), "", "")
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := s.Session(context.Background(), token, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func (s *Store) liveSessions(t *testing.T, m Member) int {
	t.Helper()
	all, err := s.Sessions(context.Background(), authz.Self(m.Actor()), m.Principal())
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// at moves the store's clock.
func at(s *Store, d time.Duration) {
	now := time.Now().Add(d)
	s.now = func() time.Time { return now }
}

func TestAForgottenPasswordIsReplacedByMail(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := agency(t)
	for _, nobody := range []string{"nobody@example.com", "", "not an address"} {
		if err := s.AskReset(ctx, nobody); err != nil {
			t.Errorf("%q is told apart: %v", nobody, err)
		}
	}
	for range 2 {
		if err := s.AskReset(ctx, "ADA@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	tokens := mailbox(t, s, LetterReset, ada.Email)
	if len(tokens) != 2 {
		t.Fatalf("%d letters", len(tokens))
	}
	if _, _, err := s.ResetLink(ctx, tokens[0]); !errors.Is(err, ErrNotFound) {
		t.Errorf("an older link works beside the newer: %v", err)
	}
	if _, m, err := s.ResetLink(ctx, tokens[1]); err != nil || m.ID != ada.ID {
		t.Fatal(m, err)
	}
	visit(t, s, ada)
	for _, weak := range []string{"short", "ada@example.com ada", "password1234"} {
		var p Problems
		if err := s.ResetPassword(ctx, tokens[1], weak); !errors.As(err, &p) || p["password"] == "" {
			t.Errorf("%s: %v", weak, err)
		}
	}
	if err := s.ResetPassword(ctx, tokens[1], another); err != nil {
		t.Fatal(err)
	}
	if n := s.liveSessions(t, ada); n != 0 {
		t.Errorf("%d sessions outlive the password", n)
	}
	if _, err := s.SignInMember(ctx, ada.Email, another); err != nil {
		t.Error(err)
	}
	if err := s.ResetPassword(ctx, tokens[1], "yet another four words"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the link works twice: %v", err)
	}
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	late := mailbox(t, s, LetterReset, ada.Email)[0]
	at(s, ResetLife)
	if err := s.ResetPassword(ctx, late, another); !errors.Is(err, ErrNotFound) {
		t.Errorf("after an hour the link works: %v", err)
	}
	for range 20 { // nobody's mailbox is flooded
		if err := s.AskReset(ctx, ada.Email); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(mailbox(t, s, LetterReset, ada.Email)); n > mostResets {
		t.Errorf("%d letters at once", n)
	}
	events, err := s.Audit(ctx, ownerGrant(t, s, ada), AuditFilter{Limit: 50})
	if err != nil || !slices.ContainsFunc(events, func(e AuditEvent) bool { return e.Action == "member.reset_password" && e.PrincipalID == ada.ID }) {
		t.Errorf("the audit does not tell: %v", err)
	}
	for _, e := range events {
		if strings.Contains(string(e.Change), tokens[1]) {
			t.Error("a token is in the audit")
		}
	}
}

// hundredAtOnce uses one link a hundred times at the same moment.
func hundredAtOnce(t *testing.T, use func() error) {
	t.Helper()
	done := make(chan bool, 100)
	var all []func() error
	for range 100 {
		all = append(all, func() error {
			for {
				err := use()
				switch {
				case errors.Is(err, ErrBusy):
					continue
				case err == nil:
					done <- true
				case !errors.Is(err, ErrNotFound):
					return err
				}
				return nil
			}
		})
	}
	if err := together(all...); err != nil {
		t.Fatal(err)
	}
	if len(done) != 1 {
		t.Errorf("the link worked %d times", len(done))
	}
}

func TestAHundredUsesOfOneLinkAreOne(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := agency(t)
	s.hashing = newQueue(8, 100)
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	token := mailbox(t, s, LetterReset, ada.Email)[0]
	hundredAtOnce(t, func() error { return s.ResetPassword(ctx, token, another) })

	if err := s.AskEmailChange(ctx, authz.Self(ada.Actor()), visit(t, s, ada), "ada@new.example", another); err != nil {
		t.Fatal(err)
	}
	token = mailbox(t, s, LetterConfirmEmail, "ada@new.example")[0]
	hundredAtOnce(t, func() error { _, err := s.ConfirmEmail(ctx, token); return err })
	undo := mailbox(t, s, LetterEmailChanged, ada.Email)
	if len(undo) != 1 {
		t.Fatalf("%d letters tell of the change", len(undo))
	}
	hundredAtOnce(t, func() error { _, err := s.UndoEmail(ctx, undo[0]); return err })
	if n := len(mailbox(t, s, LetterReset, ada.Email)); n != 1 {
		t.Errorf("%d letters for a new password", n)
	}
}

// meanwhile does something while an UPDATE of a member's row waits for its commit.
func meanwhile(t *testing.T, s *Store, m Member, update string, do func() error) error {
	t.Helper()
	done, begun := make(chan error, 1), make(chan struct{})
	go func() {
		<-begun
		done <- do()
	}()
	if err := s.in(context.Background(), scopeSelf, func(db *gorm.DB) error {
		err := db.Exec("UPDATE members SET "+update+" WHERE id = ?", m.ID).Error
		close(begun)
		for waits := 0; err == nil && waits == 0 && len(done) == 0; time.Sleep(5 * time.Millisecond) {
			err = db.Raw("SELECT count(*) FROM pg_locks WHERE NOT granted").Scan(&waits).Error
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return <-done
}

// Whoever held an address for a while, until it was taken back, gets no link for a
// new password out of asking just then.
func TestAResetAskedWhileTheAddressChangesGoesNowhere(t *testing.T) {
	s, ada, _ := agency(t)
	if err := meanwhile(t, s, ada, "email = 'ada@new.example', email_folded = 'ada@new.example'", func() error {
		return s.AskReset(context.Background(), ada.Email)
	}); err != nil {
		t.Fatal(err)
	}
	if links := mailbox(t, s, LetterReset, ada.Email); len(links) != 0 {
		t.Error("the address that is no longer Ada's gets a link for her login")
	}
	for range 2 * mostResets {
		if err := s.AskReset(context.Background(), "ada@new.example"); err != nil {
			t.Fatal(err)
		}
	}
	if links := mailbox(t, s, LetterReset, "ada@new.example"); len(links) != mostResets {
		t.Errorf("%d letters within an hour", len(links))
	}
}

// A sign-in that renews an old hash does not bring back the password that was
// replaced while it was checked.
func TestARenewedHashReplacesNoNewPassword(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := agency(t)
	weak := *hashParams
	weak.Iterations++
	old, err := argon2id.CreateHash(adasPassword, &weak)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.in(ctx, scopeSelf, func(db *gorm.DB) error {
		return db.Exec("UPDATE members SET password_hash = ? WHERE id = ?", old, ada.ID).Error
	}); err != nil {
		t.Fatal(err)
	}
	err = meanwhile(t, s, ada, "password_hash = 'chosen meanwhile'", func() error {
		_, err := s.SignInMember(ctx, ada.Email, adasPassword)
		return err
	})
	if !errors.Is(err, ErrSignIn) {
		t.Errorf("the old password signs in: %v", err)
	}
	var kept string
	if err := s.one(ctx, scopeSelf, []any{&kept}, "SELECT password_hash FROM members WHERE id = $1", ada.ID); err != nil || kept != "chosen meanwhile" {
		t.Errorf("the old password is back: %v", err)
	}
}
