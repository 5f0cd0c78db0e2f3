package people_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

func TestClosingALogin(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	grace, mallory := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Mallory")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	both := modelstest.Subs(t, s, ada, top, "East", "West")
	modelstest.Join(t, s, ada, top, grace, "main_admin")
	modelstest.Join(t, s, ada, both[0], grace, "full_viewer")
	modelstest.Join(t, s, mallory, ville, grace, "full_editor")
	home, err := s.PersonalAccount(ctx, grace.Principal())
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.StartSession(ctx, grace.Login(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	self := authz.Self(grace.Actor())
	for _, not := range []struct {
		who   login.Member
		typed string
		says  string
	}{
		{ada, ada.Email, "You own Analytical: hand it over or delete it first."},
		{mallory, mallory.Email, "You own Malloryville: hand it over or delete it first."},
		{grace, grace.Email, "You are the last Admin of Analytical"},
	} {
		if err := s.CloseLogin(ctx, authz.Self(not.who.Actor()), not.typed); !modelstest.Problem(err, not.says) {
			t.Errorf("%s: %v", not.who.Name, err)
		}
	}
	modelstest.Join(t, s, ada, top, modelstest.Person(t, s, "Charles"), "main_admin")
	var wrong store.Problems
	if err := s.CloseLogin(ctx, self, "gracie@example.com"); !errors.As(err, &wrong) || wrong["email"] == "" {
		t.Error("another address:", err)
	}
	if err := s.CloseLogin(ctx, authz.Self(ada.Actor()), grace.Email); err == nil {
		t.Error("Ada closes Grace's")
	}
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, ada, "account.manage", top.ID), top.ID, grace.ID, true); err != nil {
		t.Fatal(err)
	}
	offer := modelstest.Offered(t, s, grace)
	if err := s.CloseLogin(ctx, self, " Grace@Example.com "); err != nil {
		t.Fatal(err)
	}
	x, _, err := s.Session(ctx, token, top.ID)
	if err != nil || x.Live(modelstest.Ground(s).Now()) {
		t.Error("the session lives", err)
	}
	if _, err := s.SignInMember(ctx, grace.Email, "-"); !errors.Is(err, store.ErrSignIn) {
		t.Error("signs in:", err)
	}
	if _, err := s.AcceptOwnership(ctx, self, offer); err == nil {
		t.Error("accepts an offer")
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", top.ID), grace.ID, "main_user"); !modelstest.Problem(err, "closed") {
		t.Error("joins:", err)
	}
	if _, err := s.CreateMainAccount(ctx, self, "Ghost town"); !modelstest.Problem(err, "closed") {
		t.Error("makes an account:", err)
	}
	if err := s.CloseLogin(ctx, self, grace.Email); err == nil {
		t.Error("closes twice")
	}
	snap := s.Access()
	for _, a := range []account.Account{top, both[0], ville} {
		at, _ := snap.Find(a.ID)
		if may := snap.May(snap.Who(grace.Principal()), at); !may.Empty() || len(snap.Held(snap.Who(grace.Principal()), at)) > 0 {
			t.Errorf("something is left in %s", a.Name)
		}
	}
	if _, ok := snap.Find(home.Account); ok {
		t.Error("the personal account is still there")
	}
	for _, a := range []account.Account{top, both[0], ville} {
		if n, err := s.VerifyAudit(ctx, a.TenantID, a.ID); err != nil || n == 0 {
			t.Error(n, err)
		}
	}
	again := modelstest.Person(t, s, "Grace") // with the same address
	if again.ID == grace.ID {
		t.Error("an id is used again")
	}
	if at, _ := s.Access().Find(top.ID); !s.Access().May(s.Access().Who(again.Principal()), at).Empty() {
		t.Error("who signs up anew has what the other had")
	}
	if n := modelstest.Unowned(t, s); n != 0 {
		t.Errorf("%d accounts of nobody", n)
	}
	modelstest.Agrees(t, s)
}

// At the moment a login closes it is made an owner, or a member, or makes an
// account; or the one other Admin leaves.
func TestClosingALoginRaces(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	charles := modelstest.Person(t, s, "Charles")
	mallory := modelstest.Person(t, s, "Mallory")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	both := modelstest.Subs(t, s, ada, top, "East", "West")
	closed := 0
	for i := range modelstest.Rounds / 3 {
		modelstest.Across(t, s, "DELETE FROM memberships WHERE account_id = '"+top.ID.String()+"'")
		modelstest.Join(t, s, ada, top, charles, "main_admin")
		p := modelstest.Person(t, s, fmt.Sprint("Grace", i))
		modelstest.Join(t, s, ada, top, p, "main_admin")
		self := authz.Self(p.Actor())
		var rival func() error
		switch i % 4 {
		case 0:
			if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), both[0].ID, p.ID, false); err != nil {
				t.Fatal(err)
			}
			id := modelstest.Offered(t, s, p)
			rival = func() error { _, err := s.AcceptOwnership(ctx, self, id); return err }
		case 1:
			add := modelstest.GrantOf(t, s, mallory, "members.add", ville.ID) // whose tenant closing does not lock
			rival = func() error { return s.AddMember(ctx, add, p.ID, "full_viewer") }
		case 2:
			rival = func() error { _, err := s.CreateMainAccount(ctx, self, "Ghost town"); return err }
		case 3:
			rival = func() error { _, err := s.LeaveAccount(ctx, authz.Self(charles.Actor()), top.ID); return err }
		}
		var closing, other error
		_ = modelstest.Together(func() error { closing = s.CloseLogin(ctx, self, p.Email); return nil }, func() error {
			time.Sleep(time.Duration(i) * 30 * time.Millisecond / time.Duration(modelstest.Rounds))
			other = rival()
			return nil
		})
		for _, err := range []error{closing, other} {
			var told store.Problems
			if err != nil && !errors.As(err, &told) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
				t.Fatalf("round %d: %v", i, err)
			}
		}
		if closing == nil {
			closed++
		}
		if n := modelstest.Unowned(t, s); n != 0 {
			t.Fatalf("round %d: %d accounts or memberships of a closed login; closing %v, the other %v", i, n, closing, other)
		}
		if modelstest.Admins(t, s, top) == 0 {
			t.Fatalf("round %d: no Admin is left", i)
		}
		// The others go on as before.
		if i%4 == 0 && other == nil {
			at := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID)
			if err := s.OfferOwnership(ctx, at, both[0].ID, ada.ID, false); err != nil {
				t.Fatal(err)
			}
			if _, err := s.AcceptOwnership(ctx, authz.Self(ada.Actor()), modelstest.Offered(t, s, ada)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if closed == 0 || closed == modelstest.Rounds/3 {
		t.Errorf("%d of %d closed: the race proves nothing", closed, modelstest.Rounds/3)
	}
}
