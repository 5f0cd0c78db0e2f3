package models

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"bailiwick/authz"
)

func (s *Store) unowned(t *testing.T) (n int) {
	t.Helper()
	if err := s.one(context.Background(), scopeOperator, []any{&n},
		`SELECT (SELECT count(*) FROM accounts a JOIN members m ON m.id = a.owner_id WHERE a.kind <> 'personal' AND m.state <> 'active')
			+ (SELECT count(*) FROM memberships h JOIN members m ON m.id = h.member_id WHERE m.state = 'closed')`); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestClosingALogin(t *testing.T) {
	ctx := context.Background()
	s, ada, top := agency(t)
	grace, mallory := person(t, s, "Grace"), person(t, s, "Mallory")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	both := subs(t, s, ada, top, "East", "West")
	join(t, s, ada, top, grace, "main_admin")
	join(t, s, ada, both[0], grace, "full_viewer")
	join(t, s, mallory, ville, grace, "full_editor")
	home, err := s.personalAccount(ctx, grace.Principal())
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.StartSession(ctx, grace.Login(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	self := authz.Self(grace.Actor())
	for _, not := range []struct {
		who   Member
		typed string
		says  string
	}{
		{ada, ada.Email, "You own Analytical: hand it over or delete it first."},
		{mallory, mallory.Email, "You own Malloryville: hand it over or delete it first."},
		{grace, grace.Email, "You are the last Admin of Analytical"},
	} {
		if err := s.CloseLogin(ctx, authz.Self(not.who.Actor()), not.typed); !problem(err, not.says) {
			t.Errorf("%s: %v", not.who.Name, err)
		}
	}
	join(t, s, ada, top, person(t, s, "Charles"), "main_admin")
	var wrong Problems
	if err := s.CloseLogin(ctx, self, "gracie@example.com"); !errors.As(err, &wrong) || wrong["email"] == "" {
		t.Error("another address:", err)
	}
	if err := s.CloseLogin(ctx, authz.Self(ada.Actor()), grace.Email); err == nil {
		t.Error("Ada closes Grace's")
	}
	if err := s.OfferOwnership(ctx, grantOf(t, s, ada, "account.manage", top.ID), top.ID, grace.ID, true); err != nil {
		t.Fatal(err)
	}
	offer := offered(t, s, grace)
	if err := s.CloseLogin(ctx, self, " Grace@Example.com "); err != nil {
		t.Fatal(err)
	}
	x, _, err := s.Session(ctx, token, top.ID)
	if err != nil || x.Live(s.now()) {
		t.Error("the session lives", err)
	}
	if _, err := s.SignInMember(ctx, grace.Email, "-"); !errors.Is(err, ErrSignIn) {
		t.Error("signs in:", err)
	}
	if _, err := s.AcceptOwnership(ctx, self, offer); err == nil {
		t.Error("accepts an offer")
	}
	if err := s.AddMember(ctx, grantOf(t, s, ada, "members.add", top.ID), grace.ID, "main_user"); !problem(err, "closed") {
		t.Error("joins:", err)
	}
	if _, err := s.CreateMainAccount(ctx, self, "Ghost town"); !problem(err, "closed") {
		t.Error("makes an account:", err)
	}
	if err := s.CloseLogin(ctx, self, grace.Email); err == nil {
		t.Error("closes twice")
	}
	snap := s.Access()
	for _, a := range []Account{top, both[0], ville} {
		at, _ := snap.Find(a.ID)
		if may := snap.May(snap.Who(grace.Principal()), at); !may.Empty() || len(snap.Held(snap.Who(grace.Principal()), at)) > 0 {
			t.Errorf("something is left in %s", a.Name)
		}
	}
	if _, ok := snap.Find(home.Account); ok {
		t.Error("the personal account is still there")
	}
	for _, a := range []Account{top, both[0], ville} {
		if n, err := s.VerifyAudit(ctx, a.TenantID, a.ID); err != nil || n == 0 {
			t.Error(n, err)
		}
	}
	again := person(t, s, "Grace") // with the same address
	if again.ID == grace.ID {
		t.Error("an id is used again")
	}
	if at, _ := s.Access().Find(top.ID); !s.Access().May(s.Access().Who(again.Principal()), at).Empty() {
		t.Error("who signs up anew has what the other had")
	}
	if n := s.unowned(t); n != 0 {
		t.Errorf("%d accounts of nobody", n)
	}
	agrees(t, s)
}

// At the moment a login closes it is made an owner, or a member, or makes an
// account; or the one other Admin leaves.
func TestClosingALoginRaces(t *testing.T) {
	ctx := context.Background()
	s, ada, top := agency(t)
	charles := person(t, s, "Charles")
	mallory := person(t, s, "Mallory")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	both := subs(t, s, ada, top, "East", "West")
	closed := 0
	for i := range rounds / 3 {
		if _, err := s.pool.Exec(ctx, "SET app.scope = 'system'; DELETE FROM memberships WHERE account_id = '"+top.ID.String()+"'; RESET app.scope"); err != nil {
			t.Fatal(err)
		}
		join(t, s, ada, top, charles, "main_admin")
		p := person(t, s, fmt.Sprint("Grace", i))
		join(t, s, ada, top, p, "main_admin")
		self := authz.Self(p.Actor())
		var rival func() error
		switch i % 4 {
		case 0:
			if err := s.OfferOwnership(ctx, grantOf(t, s, ada, "sub_accounts.edit", top.ID), both[0].ID, p.ID, false); err != nil {
				t.Fatal(err)
			}
			id := offered(t, s, p)
			rival = func() error { _, err := s.AcceptOwnership(ctx, self, id); return err }
		case 1:
			add := grantOf(t, s, mallory, "members.add", ville.ID) // whose tenant closing does not lock
			rival = func() error { return s.AddMember(ctx, add, p.ID, "full_viewer") }
		case 2:
			rival = func() error { _, err := s.CreateMainAccount(ctx, self, "Ghost town"); return err }
		case 3:
			rival = func() error { _, err := s.LeaveAccount(ctx, authz.Self(charles.Actor()), top.ID); return err }
		}
		var closing, other error
		_ = together(func() error { closing = s.CloseLogin(ctx, self, p.Email); return nil }, func() error {
			time.Sleep(time.Duration(i) * 30 * time.Millisecond / time.Duration(rounds))
			other = rival()
			return nil
		})
		for _, err := range []error{closing, other} {
			var told Problems
			if err != nil && !errors.As(err, &told) && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound) {
				t.Fatalf("round %d: %v", i, err)
			}
		}
		if closing == nil {
			closed++
		}
		if n := s.unowned(t); n != 0 {
			t.Fatalf("round %d: %d accounts or memberships of a closed login; closing %v, the other %v", i, n, closing, other)
		}
		if s.admins(t, top) == 0 {
			t.Fatalf("round %d: no Admin is left", i)
		}
		// The others go on as before.
		if i%4 == 0 && other == nil {
			at := grantOf(t, s, ada, "sub_accounts.edit", top.ID)
			if err := s.OfferOwnership(ctx, at, both[0].ID, ada.ID, false); err != nil {
				t.Fatal(err)
			}
			if _, err := s.AcceptOwnership(ctx, authz.Self(ada.Actor()), offered(t, s, ada)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if closed == 0 || closed == rounds/3 {
		t.Errorf("%d of %d closed: the race proves nothing", closed, rounds/3)
	}
}
