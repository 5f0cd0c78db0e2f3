package login_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// waysIn are the passkeys of a login, and whether it has a second step.
func waysIn(t *testing.T, s *models.Store, m login.Member) (names []string, twoStep bool) {
	t.Helper()
	x, self := login.Session{Principal: m.Principal()}, authz.Self(m.Actor())
	keys, err := s.Passkeys(context.Background(), self, x)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		names = append(names, k.Name)
	}
	now, err := s.TwoStep(context.Background(), self, x)
	if err != nil {
		t.Fatal(err)
	}
	return names, now.On()
}

// proves has a member show that their address is theirs.
func proves(t *testing.T, s *models.Store, m login.Member) {
	t.Helper()
	if err := s.AskEmailProof(context.Background(), authz.Self(m.Actor()), modelstest.Visit(t, s, m)); err != nil {
		t.Fatal(err)
	}
	links := modelstest.Mailbox(t, s, letter.EmailProof, m.Email)
	if _, err := s.ProveEmail(context.Background(), links[len(links)-1]); err != nil {
		t.Fatal(err)
	}
}

// told is the newest letter to a member about how they sign in.
func told(t *testing.T, s *models.Store, to string) (facts map[string]string) {
	t.Helper()
	for {
		p, err := s.ClaimLetter(context.Background())
		if errors.Is(err, store.ErrNotFound) {
			return facts
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind == letter.SignInChanged && p.To == to {
			facts = p.Facts
		}
	}
}

// resets has somebody choose a new password by mail.
func resets(t *testing.T, s *models.Store, m login.Member, keep ...uuid.UUID) {
	t.Helper()
	if err := s.AskReset(context.Background(), m.Email); err != nil {
		t.Fatal(err)
	}
	if err := s.ResetPassword(context.Background(), modelstest.Mailbox(t, s, letter.Reset, m.Email)[0], another, keep...); err != nil {
		t.Fatal(err)
	}
}

// Mallory signs up with Katherine's address and sets up all she can. Katherine
// takes the login back by mail, and nothing of Mallory's is left.
func TestAResetLeavesNothingOfWhoeverSquattedTheAddress(t *testing.T) {
	ctx := context.Background()
	s, _, _ := modelstest.Agency(t)
	m, _, err := s.SignUp(ctx, "Katherine", "katherine@example.com", adasPassword)
	if err != nil {
		t.Fatal(err)
	}
	key := addPasskey(t, s, m, "Mallory's phone")
	twoStep(t, s, m)
	half, err := s.StartHalfSignIn(ctx, m.Login(), "/")
	if err != nil {
		t.Fatal(err)
	}
	asked, err := s.KeepChallenge(ctx, m.ID, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	// A link that Mallory asked for is void as well, and so is keeping by a wrong name.
	resets(t, s, m, key.ID)
	if keys, on := waysIn(t, s, m); len(keys) != 0 || on {
		t.Errorf("passkeys %q, a second step %t", keys, on)
	}
	if _, err := s.SignInByPasskey(ctx, key, key, "", ""); !errors.Is(err, store.ErrSignIn) {
		t.Errorf("the passkey answers %v", err)
	}
	if _, err := s.HalfSignIn(ctx, half); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the sign-in that waits answers %v", err)
	}
	if _, err := s.TakeChallenge(ctx, asked, m.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the passkey being made answers %v", err)
	}
	if n := liveSessions(t, s, m); n != 0 {
		t.Errorf("%d sessions", n)
	}
	if facts := told(t, s, m.Email); facts["what"] != "reset_password" || facts["removed"] != "“Mallory's phone”" || facts["two_step"] != "removed" {
		t.Errorf("the mail says %v", facts)
	}
	if provenAt(t, s, m).EmailProvenAt == nil {
		t.Error("the address is not proven")
	}
}

// What was set up after the address was proven stays by name, the second step in
// any case: a mailbox alone does not get past it.
func TestAResetKeepsByNameWhatIsOnesOwn(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	addPasskey(t, s, ada, "before")
	proves(t, s, ada)
	phone := addPasskey(t, s, ada, "phone")
	addPasskey(t, s, ada, "laptop")
	twoStep(t, s, ada)
	mallory := modelstest.Person(t, s, "Mallory")
	theirs := addPasskey(t, s, mallory, "theirs")
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	token := modelstest.Mailbox(t, s, letter.Reset, ada.Email)[0]
	l, m, err := s.ResetLink(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	offered, err := s.KeepablePasskeys(ctx, l, m)
	if err != nil || len(offered) != 2 || offered[0].Name != "phone" || offered[1].Name != "laptop" {
		t.Fatalf("%v are offered: %v", offered, err)
	}
	if err := s.ResetPassword(ctx, token, another, phone.ID, theirs.ID); err != nil {
		t.Fatal(err)
	}
	if keys, on := waysIn(t, s, ada); !slices.Equal(keys, []string{"phone"}) || !on {
		t.Errorf("passkeys %q, a second step %t", keys, on)
	}
	if keys, _ := waysIn(t, s, mallory); len(keys) != 1 {
		t.Error("Mallory's own passkey is touched")
	}
	if facts := told(t, s, ada.Email); facts["removed"] != "“before”, “laptop”" || facts["kept"] != "“phone”" || facts["two_step"] != "kept" {
		t.Errorf("the mail says %v", facts)
	}
}

// Whoever takes their address back loses what was set up before it was proven and
// what was set up since the change; what lies between stays by name.
func TestAnAddressTakenBackBringsNobodyElseAlong(t *testing.T) {
	ctx := context.Background()
	for _, proven := range []bool{false, true} {
		s, ada, _ := modelstest.Agency(t)
		addPasskey(t, s, ada, "before")
		want := []string(nil)
		if proven {
			proves(t, s, ada)
			want = []string{"phone"}
		}
		phone, laptop := addPasskey(t, s, ada, "phone"), addPasskey(t, s, ada, "laptop")
		undo := moves(t, s, ada, adasPassword, "ada@new.example")
		since := addPasskey(t, s, ada, "since")
		if _, err := s.UndoEmail(ctx, undo, phone.ID, since.ID); err != nil {
			t.Fatal(err)
		}
		if keys, _ := waysIn(t, s, ada); !slices.Equal(keys, want) {
			t.Errorf("proven %t: passkeys %q", proven, keys)
		}
		if _, err := s.SignInByPasskey(ctx, laptop, laptop, "", ""); !errors.Is(err, store.ErrSignIn) {
			t.Errorf("proven %t: a passkey that was not kept answers %v", proven, err)
		}
		if facts := told(t, s, ada.Email); facts["what"] != "undo_email" || facts["removed"] == "" {
			t.Errorf("the mail says %v", facts)
		}
	}
}
