package models

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

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

// visit signs somebody in.
func visit(t *testing.T, s *Store, m Member) Session {
	t.Helper()
	token, err := s.StartSession(context.Background(), m.Principal(), uuid.Nil, uuid.Nil, "", "")
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
	if _, err := s.ResetLink(ctx, tokens[0]); !errors.Is(err, ErrNotFound) {
		t.Errorf("an older link works beside the newer: %v", err)
	}
	if m, err := s.ResetLink(ctx, tokens[1]); err != nil || m.ID != ada.ID {
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
	s.hashing = make(chan struct{}, 8)
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
