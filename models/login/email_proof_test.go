package login_test

import (
	"context"
	"errors"
	"testing"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

func provenAt(t *testing.T, s *models.Store, m login.Member) login.Member {
	t.Helper()
	if err := modelstest.Ground(s).One(context.Background(), store.ScopeSelf, []any{&m.EmailProvenAt}, "SELECT email_proven_at FROM members WHERE id = $1", m.ID); err != nil {
		t.Fatal(err)
	}
	return m
}

// An address is proven by a link that went there and nowhere else.
func TestAnAddressIsProvenByItsMail(t *testing.T) {
	ctx := context.Background()
	s, _, _ := modelstest.Agency(t)
	katherine, _, err := s.SignUp(ctx, "Katherine", "katherine@example.com", adasPassword)
	if err != nil {
		t.Fatal(err)
	}
	if got := provenAt(t, s, katherine); got.EmailProvenAt != nil {
		t.Fatal("an address is proven by signing up with it")
	}
	x, self := modelstest.Visit(t, s, katherine), authz.Self(katherine.Actor())
	if x.Proven {
		t.Error("the session says that the address is proven")
	}
	if err := s.AskEmailProof(ctx, self, x); err != nil {
		t.Fatal(err)
	}
	links := modelstest.Mailbox(t, s, letter.EmailProof, katherine.Email)
	if len(links) != 2 {
		t.Fatalf("%d links", len(links))
	}
	if _, err := s.ProveEmail(ctx, links[0]); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a link that a newer one replaced: %v", err)
	}
	if email, err := s.ProveEmail(ctx, links[1]); err != nil || email != katherine.Email {
		t.Fatal(email, err)
	}
	first := provenAt(t, s, katherine)
	if first.EmailProvenAt == nil || !modelstest.Visit(t, s, katherine).Proven {
		t.Error("the address is not proven")
	}
	if _, err := s.ProveEmail(ctx, links[1]); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a link twice: %v", err)
	}
	modelstest.WantProblem(t, s.AskEmailProof(ctx, self, x), "")
	// Proving it again changes nothing.
	if err := s.AskReset(ctx, katherine.Email); err != nil {
		t.Fatal(err)
	}
	if err := s.ResetPassword(ctx, modelstest.Mailbox(t, s, letter.Reset, katherine.Email)[0], "another four english words"); err != nil {
		t.Fatal(err)
	}
	if again := provenAt(t, s, katherine); !again.EmailProvenAt.Equal(*first.EmailProvenAt) {
		t.Error("the first proof is forgotten")
	}
}

// A link to the address of before proves nothing of the present one.
func TestAProofIsOfOneAddress(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	if err := s.AskEmailProof(ctx, authz.Self(ada.Actor()), modelstest.Visit(t, s, ada)); err != nil {
		t.Fatal(err)
	}
	old := modelstest.Mailbox(t, s, letter.EmailProof, ada.Email)[0]
	undo := moves(t, s, ada, adasPassword, "ada@new.example")
	if provenAt(t, s, ada).EmailProvenAt == nil {
		t.Error("an address that was confirmed is not proven")
	}
	if _, err := s.ProveEmail(ctx, old); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old address's link: %v", err)
	}
	if _, err := s.UndoEmail(ctx, undo); err != nil {
		t.Fatal(err)
	}
	if got := provenAt(t, s, ada); got.EmailProvenAt == nil {
		t.Error("an address that was taken back by its mail is not proven")
	}
}
