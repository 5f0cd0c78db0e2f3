package login_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/audit"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

const another = "another four plain words"

func liveSessions(t *testing.T, s *models.Store, m login.Member) int {
	t.Helper()
	all, err := s.Sessions(context.Background(), authz.Self(m.Actor()), m.Principal())
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestAForgottenPasswordIsReplacedByMail(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
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
	tokens := modelstest.Mailbox(t, s, letter.Reset, ada.Email)
	if len(tokens) != 2 {
		t.Fatalf("%d letters", len(tokens))
	}
	if _, _, err := s.ResetLink(ctx, tokens[0]); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an older link works beside the newer: %v", err)
	}
	if _, m, err := s.ResetLink(ctx, tokens[1]); err != nil || m.ID != ada.ID {
		t.Fatal(m, err)
	}
	modelstest.Visit(t, s, ada)
	for _, weak := range []string{"short", "ada@example.com ada", "password1234"} {
		var p store.Problems
		if err := s.ResetPassword(ctx, tokens[1], weak); !errors.As(err, &p) || p["password"] == "" {
			t.Errorf("%s: %v", weak, err)
		}
	}
	if err := s.ResetPassword(ctx, tokens[1], another); err != nil {
		t.Fatal(err)
	}
	if n := liveSessions(t, s, ada); n != 0 {
		t.Errorf("%d sessions outlive the password", n)
	}
	if _, err := s.SignInMember(ctx, ada.Email, another); err != nil {
		t.Error(err)
	}
	if err := s.ResetPassword(ctx, tokens[1], "yet another four words"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the link works twice: %v", err)
	}
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	late := modelstest.Mailbox(t, s, letter.Reset, ada.Email)[0]
	modelstest.At(s, login.ResetLife)
	if err := s.ResetPassword(ctx, late, another); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after an hour the link works: %v", err)
	}
	for range 20 { // nobody's mailbox is flooded
		if err := s.AskReset(ctx, ada.Email); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(modelstest.Mailbox(t, s, letter.Reset, ada.Email)); n > login.MostResets {
		t.Errorf("%d letters at once", n)
	}
	events, err := s.Audit(ctx, modelstest.OwnerGrant(t, s, ada), audit.Filter{Limit: 50})
	if err != nil || !slices.ContainsFunc(events, func(e store.AuditEvent) bool { return e.Action == "member.reset_password" && e.PrincipalID == ada.ID }) {
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
				case errors.Is(err, store.ErrBusy):
					continue
				case err == nil:
					done <- true
				case !errors.Is(err, store.ErrNotFound):
					return err
				}
				return nil
			}
		})
	}
	if err := modelstest.Together(all...); err != nil {
		t.Fatal(err)
	}
	if len(done) != 1 {
		t.Errorf("the link worked %d times", len(done))
	}
}

func TestAHundredUsesOfOneLinkAreOne(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	modelstest.Inside(s).SetHashing(8, 100)
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	token := modelstest.Mailbox(t, s, letter.Reset, ada.Email)[0]
	hundredAtOnce(t, func() error { return s.ResetPassword(ctx, token, another) })

	if err := s.AskEmailChange(ctx, authz.Self(ada.Actor()), modelstest.Visit(t, s, ada), "ada@new.example", another); err != nil {
		t.Fatal(err)
	}
	token = modelstest.Mailbox(t, s, letter.ConfirmEmail, "ada@new.example")[0]
	hundredAtOnce(t, func() error { _, err := s.ConfirmEmail(ctx, token); return err })
	undo := modelstest.Mailbox(t, s, letter.EmailChanged, ada.Email)
	if len(undo) != 1 {
		t.Fatalf("%d letters tell of the change", len(undo))
	}
	hundredAtOnce(t, func() error { _, err := s.UndoEmail(ctx, undo[0]); return err })
	if n := len(modelstest.Mailbox(t, s, letter.Reset, ada.Email)); n != 1 {
		t.Errorf("%d letters for a new password", n)
	}
}

// meanwhile does something while an UPDATE of a member's row waits for its commit.
func meanwhile(t *testing.T, s *models.Store, m login.Member, update string, do func() error) error {
	t.Helper()
	done, begun := make(chan error, 1), make(chan struct{})
	go func() {
		<-begun
		done <- do()
	}()
	if err := modelstest.Ground(s).In(context.Background(), store.ScopeSelf, func(db *gorm.DB) error {
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
	s, ada, _ := modelstest.Agency(t)
	if err := meanwhile(t, s, ada, "email = 'ada@new.example', email_folded = 'ada@new.example'", func() error {
		return s.AskReset(context.Background(), ada.Email)
	}); err != nil {
		t.Fatal(err)
	}
	if links := modelstest.Mailbox(t, s, letter.Reset, ada.Email); len(links) != 0 {
		t.Error("the address that is no longer Ada's gets a link for her login")
	}
	for range 2 * login.MostResets {
		if err := s.AskReset(context.Background(), "ada@new.example"); err != nil {
			t.Fatal(err)
		}
	}
	if links := modelstest.Mailbox(t, s, letter.Reset, "ada@new.example"); len(links) != login.MostResets {
		t.Errorf("%d letters within an hour", len(links))
	}
}

// A sign-in that renews an old hash does not bring back the password that was
// replaced while it was checked.
func TestARenewedHashReplacesNoNewPassword(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	old, err := argon2id.CreateHash(adasPassword, &argon2id.Params{Memory: 128, Iterations: 3, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	if err := modelstest.Ground(s).In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		return db.Exec("UPDATE members SET password_hash = ? WHERE id = ?", old, ada.ID).Error
	}); err != nil {
		t.Fatal(err)
	}
	err = meanwhile(t, s, ada, "password_hash = 'chosen meanwhile'", func() error {
		_, err := s.SignInMember(ctx, ada.Email, adasPassword)
		return err
	})
	if !errors.Is(err, store.ErrSignIn) {
		t.Errorf("the old password signs in: %v", err)
	}
	var kept string
	if err := modelstest.Ground(s).One(ctx, store.ScopeSelf, []any{&kept}, "SELECT password_hash FROM members WHERE id = $1", ada.ID); err != nil || kept != "chosen meanwhile" {
		t.Errorf("the old password is back: %v", err)
	}
}
