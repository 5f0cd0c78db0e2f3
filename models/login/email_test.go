package login_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/audit"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

const adasPassword = "four plain english words"

// moves asks for a change of Ada's address and confirms it, and gives the way back.
func moves(t *testing.T, s *models.Store, ada login.Member, password, to string) (undo string) {
	t.Helper()
	ctx := context.Background()
	x := modelstest.Visit(t, s, ada)
	if err := s.AskEmailChange(ctx, authz.Self(ada.Actor()), x, to, password); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ConfirmEmail(ctx, modelstest.Mailbox(t, s, letter.ConfirmEmail, to)[0]); err != nil {
		t.Fatal(err)
	}
	return modelstest.Mailbox(t, s, letter.EmailChanged, x.Email)[0]
}

func TestAnAddressChangesWhenTheNewOneSaysSo(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	modelstest.Person(t, s, "Grace")
	x, self := modelstest.Visit(t, s, ada), authz.Self(ada.Actor())
	for email, field := range map[string]string{"ADA@example.com": "email", "grace@EXAMPLE.com": "email", "nonsense": "email", "": "email"} {
		modelstest.WantProblem(t, s.AskEmailChange(ctx, self, x, email, adasPassword), field)
	}
	modelstest.WantProblem(t, s.AskEmailChange(ctx, self, x, "ada@new.example", "not the password"), "current")
	if err := s.AskEmailChange(ctx, authz.Self(authz.Actor{}), x, "ada@new.example", adasPassword); err == nil {
		t.Error("somebody changes Ada's address")
	}
	for _, to := range []string{"ada@typo.example", "ada@new.example"} {
		if err := s.AskEmailChange(ctx, self, x, to, adasPassword); err != nil {
			t.Fatal(err)
		}
	}
	if email, until, err := s.PendingEmail(ctx, self); err != nil || email != "ada@new.example" || until.Before(time.Now().Add(login.ConfirmLife-time.Minute)) {
		t.Errorf("%s waits until %s: %v", email, until, err)
	}
	if _, err := s.SignInMember(ctx, "ada@new.example", adasPassword); err == nil {
		t.Error("the new address signs in before it is confirmed")
	}
	if err := s.CancelEmailChange(ctx, self); err != nil {
		t.Fatal(err)
	}
	if email, _, err := s.PendingEmail(ctx, self); err != nil || email != "" {
		t.Errorf("%s waits still: %v", email, err)
	}
	for _, token := range modelstest.Mailbox(t, s, letter.ConfirmEmail, "ada@new.example") {
		if _, err := s.ConfirmEmail(ctx, token); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a cancelled change comes true: %v", err)
		}
	}

	// Too late; and a change of password ends what waits.
	for _, end := range []func(){
		func() { modelstest.At(s, login.ConfirmLife) },
		func() {
			modelstest.At(s, 0)
			if err := s.ChangePassword(ctx, self, modelstest.Visit(t, s, ada), adasPassword, another); err != nil {
				t.Fatal(err)
			}
		},
	} {
		modelstest.At(s, 0)
		if err := s.AskEmailChange(ctx, self, x, "ada@new.example", adasPassword); err != nil {
			t.Fatal(err)
		}
		token := modelstest.Mailbox(t, s, letter.ConfirmEmail, "ada@new.example")[0]
		end()
		if _, err := s.ConfirmEmail(ctx, token); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v", err)
		}
	}
	moves(t, s, ada, another, "ada@new.example")
	if _, err := s.SignInMember(ctx, "ADA@new.example", another); err != nil {
		t.Error(err)
	}
	if _, err := s.SignInMember(ctx, "ada@example.com", another); err == nil {
		t.Error("the old address signs in still")
	}
	events, err := s.Audit(ctx, modelstest.OwnerGrant(t, s, ada), audit.Filter{Limit: 1})
	if err != nil || events[0].Action != "member.change_email" || !strings.Contains(string(events[0].Change), "ada@new.example") {
		t.Errorf("%+v %v", events, err)
	}
}

func TestAnAddressThatIsTakenMeanwhileStaysWithWhoHasIt(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	if err := s.AskEmailChange(ctx, authz.Self(ada.Actor()), modelstest.Visit(t, s, ada), "katherine@example.com", adasPassword); err != nil {
		t.Fatal(err)
	}
	modelstest.Person(t, s, "Katherine")
	token := modelstest.Mailbox(t, s, letter.ConfirmEmail, "katherine@example.com")[0]
	_, err := s.ConfirmEmail(ctx, token)
	modelstest.WantProblem(t, err, "email")
	if m, err := s.MemberByEmail(ctx, ada.Email); err != nil || m.ID != ada.ID {
		t.Errorf("Ada's address is %s: %v", m.Email, err)
	}
}

// Mallory has Ada's session and password, takes her address, and tries to keep it.
func TestATheftOfAnAddressIsUndone(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	undo := moves(t, s, ada, adasPassword, "mallory@evil.example")
	ada.Email = "mallory@evil.example"
	theirs := moves(t, s, ada, adasPassword, "mallory@worse.example")
	ada.Email = "mallory@worse.example"
	if err := s.AskEmailChange(ctx, authz.Self(ada.Actor()), modelstest.Visit(t, s, ada), "mallory@third.example", adasPassword); err != nil {
		t.Fatal(err)
	}
	pending := modelstest.Mailbox(t, s, letter.ConfirmEmail, "mallory@third.example")[0]
	for _, sql := range []string{ // and sets up ways in of their own
		"UPDATE members SET two_step_key = 'x', two_step_at = now() + interval '1 minute' WHERE id = $1",
		"INSERT INTO passkeys (id, member_id, name, credential_id, credential, created_at) VALUES ($1, $1, 'Mallory', 'x', '{}', now() + interval '1 minute')",
	} {
		if err := modelstest.Ground(s).In(ctx, store.ScopeSelf, func(db *gorm.DB) error { return db.Exec(strings.ReplaceAll(sql, "$1", "'"+ada.ID.String()+"'")).Error }); err != nil {
			t.Fatal(err)
		}
	}

	// Nobody else gets the old address while the way back is open.
	_, _, err := s.SignUp(ctx, "Squatter", "ada@example.com", adasPassword)
	modelstest.WantProblem(t, err, "email")
	grace, _, err := s.SignUp(ctx, "Grace", "grace@example.com", adasPassword)
	if err != nil {
		t.Fatal(err)
	}
	modelstest.WantProblem(t, s.AskEmailChange(ctx, authz.Self(grace.Actor()), modelstest.Visit(t, s, grace), "ada@example.com", adasPassword), "email")

	if email, err := s.UndoEmail(ctx, undo); err != nil || email != "ada@example.com" {
		t.Fatal(email, err)
	}
	if n := liveSessions(t, s, ada); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	if _, err := s.SignInMember(ctx, "ada@example.com", adasPassword); !errors.Is(err, store.ErrSignIn) {
		t.Errorf("the password that Mallory knows signs in: %v", err)
	}
	if _, err := s.UndoEmail(ctx, theirs); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Mallory's own way back is open: %v", err)
	}
	if _, err := s.ConfirmEmail(ctx, pending); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Mallory's next change comes true: %v", err)
	}
	var ways int
	if err := modelstest.Ground(s).One(ctx, store.ScopeSelf, []any{&ways}, "SELECT (SELECT count(*) FROM passkeys)::int + (SELECT count(*) FROM members WHERE two_step_key IS NOT NULL)::int"); err != nil || ways != 0 {
		t.Errorf("%d ways in that Mallory set up are left: %v", ways, err)
	}
	token := modelstest.Mailbox(t, s, letter.Reset, "ada@example.com")
	if len(token) != 1 {
		t.Fatalf("%d letters for a new password", len(token))
	}
	if err := s.ResetPassword(ctx, token[0], another); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignInMember(ctx, "ada@example.com", another); err != nil {
		t.Error(err)
	}
}

func TestAWayBackClosesAfterThreeDays(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	undo := moves(t, s, ada, adasPassword, "ada@new.example")
	if _, m, err := s.UndoLink(ctx, undo); err != nil || m.Email != "ada@new.example" {
		t.Error(m.Email, err)
	}
	// She herself may go back before.
	ada.Email = "ada@new.example"
	moves(t, s, ada, adasPassword, "ada@example.com")
	ada.Email = "ada@example.com"
	modelstest.At(s, login.UndoLife)
	if _, err := s.UndoEmail(ctx, undo); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after 72 hours the way back is open: %v", err)
	}
	if _, _, err := s.SignUp(ctx, "Somebody", "ada@new.example", adasPassword); err != nil {
		t.Errorf("the address is kept for longer: %v", err)
	}
}

// Somebody signs up with the old address at the moment in which it is given up.
func TestAnAddressIsKeptWhoeverIsFaster(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	for i := range 20 {
		to := []string{"ada@new.example", "ada@example.com"}[i%2]
		from := []string{"ada@example.com", "ada@new.example"}[i%2]
		ada.Email = from
		if err := s.AskEmailChange(ctx, authz.Self(ada.Actor()), modelstest.Visit(t, s, ada), to, adasPassword); err != nil {
			t.Fatal(err)
		}
		token := modelstest.Mailbox(t, s, letter.ConfirmEmail, to)[0]
		squat := func() error {
			_, _, err := s.SignUp(ctx, "Squatter", from, adasPassword)
			if err == nil {
				t.Errorf("%s was taken while it is kept", from)
			}
			return nil
		}
		if err := modelstest.Together(func() error { _, err := s.ConfirmEmail(ctx, token); return err }, squat, squat); err != nil {
			t.Fatal(err)
		}
		modelstest.Mailbox(t, s, "", "")
	}
}
