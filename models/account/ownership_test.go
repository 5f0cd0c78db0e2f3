package account_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

func ownerOf(t *testing.T, s *models.Store, a account.Account) uuid.UUID {
	t.Helper()
	row, err := s.Account(context.Background(), a.TenantID, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return row.OwnerID
}

func rolesOf(t *testing.T, s *models.Store, a account.Account, m login.Member) []string {
	t.Helper()
	row, err := s.Member(context.Background(), a.TenantID, a.ID, m.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if row.Owner {
		return []string{"owner"}
	}
	var keys []string
	for _, r := range row.Roles {
		keys = append(keys, r.Key)
	}
	return keys
}

func TestHandingOverAnAccount(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	grace, edsger, mallory := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Edsger"), modelstest.Person(t, s, "Mallory")
	both := modelstest.Subs(t, s, ada, top, "East", "West")
	east, west := both[0], both[1]
	modelstest.Join(t, s, ada, top, grace, "main_admin")
	modelstest.Join(t, s, ada, west, grace, "sub_admin")
	modelstest.Join(t, s, ada, east, edsger, "full_viewer")
	own := modelstest.GrantOf(t, s, ada, "account.manage", top.ID)

	for _, wrong := range []struct {
		g       authz.Grant
		account uuid.UUID
		to      uuid.UUID
		says    string
	}{
		{own, top.ID, edsger.ID, "somebody who works in it"}, // below, not in it
		{own, top.ID, mallory.ID, "somebody who works in it"},
		{own, top.ID, ada.ID, "already owns the account"},
	} {
		if err := s.OfferOwnership(ctx, wrong.g, wrong.account, wrong.to, true); !modelstest.Problem(err, wrong.says) {
			t.Errorf("%v, want %q", err, wrong.says)
		}
	}
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, grace, "account.manage", top.ID), top.ID, edsger.ID, true); !modelstest.Problem(err, "Only its owner") {
		t.Errorf("an Admin offers what she does not own: %v", err)
	}
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, grace, "sub_accounts.edit", top.ID), east.ID, edsger.ID, true); !modelstest.Problem(err, "Only its owner") {
		t.Errorf("an Admin offers a sub-account: %v", err)
	}

	// West goes to Edsger alone, from above, then the agency to Grace with what Ada owns.
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), east.ID, edsger.ID, false); err != nil {
		t.Fatal(err)
	}
	if ownerOf(t, s, east) != ada.ID {
		t.Error("an offer changes something")
	}
	id := modelstest.Offered(t, s, edsger)
	if _, err := s.AcceptOwnership(ctx, authz.Self(grace.Actor()), id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Grace takes what is offered to Edsger: %v", err)
	}
	if _, err := s.AcceptOwnership(ctx, authz.Self(edsger.Actor()), id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AcceptOwnership(ctx, authz.Self(edsger.Actor()), id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("taken twice: %v", err)
	}
	if ownerOf(t, s, east) != edsger.ID || fmt.Sprint(rolesOf(t, s, east, ada)) != "[account:sub_admin]" {
		t.Error("East:", rolesOf(t, s, east, edsger), rolesOf(t, s, east, ada))
	}
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), east.ID, grace.ID, false); err != nil {
		t.Fatal(err)
	}
	stale := modelstest.Offered(t, s, grace)
	if err := s.OfferOwnership(ctx, own, top.ID, grace.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AcceptOwnership(ctx, authz.Self(grace.Actor()), modelstest.Offered(t, s, grace)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AcceptOwnership(ctx, authz.Self(grace.Actor()), stale); !modelstest.Problem(err, "no longer Ada's to offer") {
		t.Errorf("what Ada offered as the owner above, who she is not any more: %v", err)
	}
	for _, want := range []struct {
		a     account.Account
		m     login.Member
		roles string
	}{
		{top, grace, "[owner]"}, {west, grace, "[owner]"}, {east, edsger, "[owner]"},
		{top, ada, "[account:main_admin]"}, {west, ada, "[account:sub_admin]"}, {east, ada, "[account:sub_admin]"},
	} {
		if got := fmt.Sprint(rolesOf(t, s, want.a, want.m)); got != want.roles {
			t.Errorf("%s in %s: %s, want %s", want.m.Name, want.a.Name, got, want.roles)
		}
	}
	snap := s.Access()
	at, _ := snap.Find(top.ID)
	if snap.Owns(snap.Who(ada.Principal()), at) || !snap.Owns(snap.Who(grace.Principal()), at) {
		t.Error("the snapshot has the old owner")
	}
	modelstest.Agrees(t, s)
	if err := s.OfferOwnership(ctx, own, top.ID, grace.ID, true); !modelstest.Problem(err, "Only its owner") {
		t.Errorf("the old owner's grant outlives the ownership: %v", err)
	}

	// What does not stand any more.
	back := modelstest.GrantOf(t, s, grace, "account.manage", top.ID)
	offer := func() uuid.UUID {
		if err := s.OfferOwnership(ctx, back, top.ID, ada.ID, false); err != nil {
			t.Fatal(err)
		}
		return modelstest.Offered(t, s, ada)
	}
	self := authz.Self(ada.Actor())
	for name, then := range map[string]func(uuid.UUID) error{
		"cancelled": func(uuid.UUID) error { return s.CancelOffer(ctx, back, top.ID) },
		"declined":  func(id uuid.UUID) error { _, err := s.DeclineOwnership(ctx, self, id); return err },
		"replaced":  func(uuid.UUID) error { return s.OfferOwnership(ctx, back, top.ID, ada.ID, true) },
		"expired": func(uuid.UUID) error {
			now := modelstest.Inside(s).Clock()
			t.Cleanup(func() { modelstest.Inside(s).SetClock(now) })
			modelstest.Inside(s).SetClock(func() time.Time { return time.Now().Add(account.OfferLife) })
			return nil
		},
	} {
		id := offer()
		if err := then(id); err != nil {
			t.Fatal(name, err)
		}
		if _, err := s.AcceptOwnership(ctx, self, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		modelstest.Inside(s).SetClock(time.Now)
	}
	if ownerOf(t, s, top) != grace.ID {
		t.Error("a dead offer was accepted")
	}
	personal, err := s.PersonalAccount(ctx, ada.Principal())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, ada, "account.manage", personal.Account), personal.Account, grace.ID, false); !modelstest.Problem(err, "personal account") {
		t.Error(err)
	}
}

// An account that is offered is deleted at the moment it is accepted: it has an
// owner who is active, or is gone.
func TestAcceptingOwnershipRacesADeletion(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	grace := modelstest.Person(t, s, "Grace")
	modelstest.Join(t, s, ada, top, grace, "main_admin")
	edit, remove := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), modelstest.GrantOf(t, s, ada, "sub_accounts.delete", top.ID)
	gone, taken := 0, 0
	for range modelstest.Rounds / 3 {
		east := modelstest.Subs(t, s, ada, top, "East")[0]
		if err := s.OfferOwnership(ctx, edit, east.ID, grace.ID, true); err != nil {
			t.Fatal(err)
		}
		id := modelstest.Offered(t, s, grace)
		var accepted, deleted error
		_ = modelstest.Together(func() error { _, accepted = s.AcceptOwnership(ctx, authz.Self(grace.Actor()), id); return nil },
			func() error { deleted = s.DeleteAccount(ctx, remove, east.ID, "East", true); return nil })
		if deleted != nil {
			t.Fatal("the owner above can not delete: ", deleted)
		}
		if gone++; accepted == nil {
			taken++
		}
		if _, err := s.Account(ctx, top.ID, east.ID); !errors.Is(err, store.ErrNotFound) {
			t.Fatal("still there", err)
		}
		if all, err := s.OffersTo(ctx, authz.Self(grace.Actor())); err != nil || len(all) != 0 {
			t.Fatal("an offer of what is gone waits", err)
		}
		if n := modelstest.Unowned(t, s); n != 0 {
			t.Fatalf("%d accounts of nobody", n)
		}
	}
	t.Logf("%d deleted, %d of them accepted just before", gone, taken)
	modelstest.Agrees(t, s)
}

func TestHandingOverTwentyThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	twentyThousand(t, s, top)
	grace := modelstest.Person(t, s, "Grace")
	modelstest.Join(t, s, ada, top, grace, "main_admin")
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, ada, "account.manage", top.ID), top.ID, grace.ID, true); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if _, err := s.AcceptOwnership(ctx, authz.Self(grace.Actor()), modelstest.Offered(t, s, grace)); err != nil {
		t.Fatal(err)
	}
	t.Logf("20,000 accounts below: handed over in %s", time.Since(started))
	if n, err := s.OwnedBelow(ctx, account.Account{TenantID: top.ID, Path: top.Path, OwnerID: grace.ID}); err != nil || n != 20_000 {
		t.Errorf("%d went along: %v", n, err)
	}
	snap := s.Access()
	if at, _ := snap.Find(top.ID); !snap.Owns(snap.Who(grace.Principal()), at) || snap.Owns(snap.Who(ada.Principal()), at) {
		t.Error("the snapshot has the old owner")
	}
}

// Ada offers the agency to Grace. At the moment she accepts she is taken out, or
// leaves, or accepts once more, or Ada takes the offer back.
func TestAcceptingOwnershipRaces(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, top account.Account) (violations int) {
		ctx := context.Background()
		people := []login.Member{ada, modelstest.Person(t, s, "Grace")}
		modelstest.Join(t, s, ada, top, people[1], "main_admin")
		modelstest.Join(t, s, ada, top, modelstest.Person(t, s, "Charles"), "main_admin") // so that nobody is the last
		for i := range modelstest.Rounds {
			if err := modelstest.Inside(s).Load(ctx); err != nil {
				t.Fatal(err)
			}
			owner, other := people[0], people[1]
			own := modelstest.GrantOf(t, s, owner, "account.manage", top.ID)
			if err := s.OfferOwnership(ctx, own, top.ID, other.ID, i%2 == 0); err != nil {
				t.Fatal(err)
			}
			id := modelstest.Offered(t, s, other)
			accepted := make([]bool, 2)
			accept := func(n int) func() error {
				return func() error {
					_, err := s.AcceptOwnership(ctx, authz.Self(other.Actor()), id)
					accepted[n] = err == nil
					return err
				}
			}
			remove := modelstest.GrantOf(t, s, owner, "members.remove", top.ID)
			var against error
			rival := []func() error{
				accept(1),
				func() error { return s.RemoveMember(ctx, remove, other.ID) },
				func() error { _, err := s.LeaveAccount(ctx, authz.Self(other.Actor()), top.ID); return err },
				func() error { return s.CancelOffer(ctx, own, top.ID) },
			}[i%4]
			_ = modelstest.Together(accept(0), func() error { against = rival(); return nil })
			if accepted[0] && against == nil { // whichever came first rules the other out
				violations++
			}
			now := ownerOf(t, s, top)
			var both, neither int
			if err := modelstest.Ground(s).One(ctx, store.ScopeOperator, []any{&both, &neither}, `SELECT (SELECT count(*) FROM memberships WHERE account_id = $1 AND member_id = $2),
				(SELECT count(*) FROM accounts WHERE id = $1 AND owner_id NOT IN (SELECT id FROM members WHERE state = 'active'))`, top.ID, now); err != nil {
				t.Fatal(err)
			}
			if both != 0 || neither != 0 || accepted[0] && accepted[1] || (accepted[0] || accepted[1]) != (now == other.ID) {
				violations++
			}
			if now == other.ID {
				people[0], people[1] = other, owner
			} else if rolesOf(t, s, top, other) == nil {
				if err := modelstest.Inside(s).Load(ctx); err != nil {
					t.Fatal(err)
				}
				modelstest.Join(t, s, owner, top, other, "main_admin")
			}
			if violations > 0 {
				return violations
			}
		}
		return violations
	})
}
