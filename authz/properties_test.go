package authz_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// everywhere calls f for each principal at each present account of the newest snapshot.
func (h *history) everywhere(f func(s *authz.Snapshot, id authz.PrincipalID, w authz.Who, a authz.Account)) {
	s := h.now().snapshot
	for _, id := range h.principals {
		for _, account := range h.accounts {
			if a, ok := s.Find(account); ok {
				f(s, id, s.Who(id), a)
			}
		}
	}
}

func within(mask, of catalog.Mask) bool { return mask.Minus(of).Empty() }

func TestNobodySeesAboveOrBeside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		h.everywhere(func(s *authz.Snapshot, id authz.PrincipalID, w authz.Who, a authz.Account) {
			belongs := slices.ContainsFunc(h.now().world.Principals[id].Assignments, func(as authz.Assignment) bool {
				at, ok := s.Find(as.Account)
				return ok && s.Within(a, at)
			})
			if may := s.May(w, a); !belongs && (!may.Empty() || s.Owns(w, a)) {
				t.Fatalf("%s holds nothing at %s or above it, and may %v there", id, s.ID(a), may)
			}
			for _, p := range s.Catalog().Permissions() {
				if d := s.Decide(w, p, a); !belongs && d.Visible() {
					t.Fatalf("%s holds nothing at %s or above it, and sees it: %+v", id, s.ID(a), d)
				}
			}
		})
	})
}

func TestLoginsOfOneAccountStayInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		h.everywhere(func(s *authz.Snapshot, id authz.PrincipalID, w authz.Who, a authz.Account) {
			if id.Kind == authz.Member {
				return
			}
			if s.Owns(w, a) || len(s.Accounts(w)) > 1 {
				t.Fatalf("%s owns %s, or is in more than one account: %s", id, s.ID(a), s.Accounts(w))
			}
			if may := s.May(w, a); len(s.Held(w, a)) == 0 && !may.Empty() {
				t.Fatalf("%s may %v at %s, which is not its account", id, may, s.ID(a))
			}
		})
	})
}

func TestCeilingsOnlyShrinkDownwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		s := h.now().snapshot
		for _, id := range h.accounts {
			a, ok := s.Find(id)
			if up := s.Parent(a); ok && up != authz.NoAccount && !s.Ceiling(up).Covers(s.Ceiling(a)) {
				t.Fatalf("%s may use %b below an account of %b", id, s.Ceiling(a), s.Ceiling(up))
			}
			if ok && !s.Ceiling(a).Covers(s.Catalog().AlwaysOn()) {
				t.Fatalf("%s lacks what is always on: %b", id, s.Ceiling(a))
			}
		}
		h.everywhere(func(s *authz.Snapshot, id authz.PrincipalID, w authz.Who, a authz.Account) {
			s.May(w, a).Each(func(p catalog.Permission) {
				own := s.Catalog().Needs(p) & s.Catalog().OwnPeople()
				if !s.Ceiling(a).Covers(s.Catalog().Needs(p) &^ own) {
					t.Fatalf("%s may %d at %s above its ceiling", id, p, s.ID(a))
				}
				if at := s.Decide(w, p, a).HeldAt; !s.Ceiling(at).Covers(own) {
					t.Fatalf("%s may %d at %s by a role in %s, whose people may not", id, p, s.ID(a), s.ID(at))
				}
			})
		})
	})
}

func TestTakingAnEntitlementOnlyTakesAndGivingItBackRestores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		bit := rapid.SampledFrom(h.catalog.Entitlements).Draw(t, "entitlement").Bit
		parent := rapid.SampledFrom(h.accounts).Draw(t, "parent")
		given := h.now().snapshot.With(authz.Changes{Rules: []authz.Rule{{Parent: parent, Entitlement: bit, Allowed: true}}})
		taken := given.With(authz.Changes{Rules: []authz.Rule{{Parent: parent, Entitlement: bit}}})
		again := taken.With(authz.Changes{Rules: []authz.Rule{{Parent: parent, Entitlement: bit, Allowed: true}}})
		h.everywhere(func(_ *authz.Snapshot, id authz.PrincipalID, _ authz.Who, a authz.Account) {
			before, without, after := given.May(given.Who(id), a), taken.May(taken.Who(id), a), again.May(again.Who(id), a)
			if !within(without, before) || after != before {
				t.Fatalf("%s at %s: %v, then %v, then %v", id, given.ID(a), before, without, after)
			}
		})
	})
}

// A role that is added at an account x gives at most what it says, and takes
// nothing, but for one case. Where a membership role is added and the member had
// none at x before, x becomes the nearest membership of every account a at or
// below x without a membership between a and x; there the memberships above x no
// longer count. What ownership gives is never lost.
func TestAddingARoleTakesNothingButByANearerMembership(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		m := h.now()
		var known []authz.PrincipalID
		for _, id := range h.principals {
			if _, ok := m.world.Principals[id]; ok {
				known = append(known, id)
			}
		}
		if len(known) == 0 {
			t.Skip("nobody is here")
		}
		id := rapid.SampledFrom(known).Draw(t, "who")
		role := rapid.SampledFrom(roles(h.catalog)).Draw(t, "role")
		x := rapid.SampledFrom(h.accounts).Draw(t, "at")
		was := m.world.Principals[id]
		if id.Kind != authz.Member {
			if role.Adds || len(was.Assignments) == 0 {
				t.Skip("malformed for a login of one account")
			}
			x = was.Assignments[0].Account
		}
		isMemberAt := func(account uuid.UUID) bool {
			return slices.ContainsFunc(m.world.Holds(id), func(as authz.Assignment) bool {
				r := m.world.Role(as)
				return as.Account == account && r != nil && !r.Adds
			})
		}
		now := was
		now.Assignments = append(slices.Clone(was.Assignments), authz.Assignment{Account: x, Role: role.ID})
		next := m.snapshot.With(authz.Changes{Principals: []authz.Principal{now}})
		owner := was
		owner.Assignments = slices.DeleteFunc(slices.Clone(was.Assignments), func(as authz.Assignment) bool { return as.Role != h.catalog.Owner().ID })
		owned := m.snapshot.With(authz.Changes{Principals: []authz.Principal{owner}})

		h.everywhere(func(s *authz.Snapshot, who authz.PrincipalID, w authz.Who, a authz.Account) {
			before, after := s.May(w, a), next.May(next.Who(who), a)
			if who != id {
				if before != after {
					t.Fatalf("%s changed at %s by a role of %s", who, s.ID(a), id)
				}
				return
			}
			gives := role.Own
			gives.Add(&role.Below)
			if !within(after.Minus(before), gives) {
				t.Fatalf("%s got more than %s gives at %s: %v", id, role.Key, s.ID(a), after.Minus(before))
			}
			nearer := false
			if !role.Adds && !isMemberAt(x) {
				for at := a; at != authz.NoAccount; at = s.Parent(at) {
					if isMemberAt(s.ID(at)) {
						break
					}
					nearer = nearer || s.ID(at) == x
				}
			}
			if !nearer && !within(before, after) {
				t.Fatalf("%s lost %v at %s by being given %s at %s", id, before.Minus(after), s.ID(a), role.Key, x)
			}
			if gave := owned.May(owned.Who(id), a); !within(gave, after) {
				t.Fatalf("%s, the owner, lost %v at %s", id, gave.Minus(after), s.ID(a))
			}
		})
	})
}

func TestUnknownIsDenied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		permission := catalog.Permission(rapid.Uint16().Draw(t, "permission"))
		known := h.catalog.Info(permission).Key != ""
		stranger := authz.PrincipalID{Kind: authz.PrincipalKind(rapid.Uint8().Draw(t, "kind")), ID: number(50, 0)}
		nowhere := authz.Account(rapid.SampledFrom([]int{-1, -2, len(h.accounts), 1 << 30, -1 << 31}).Draw(t, "nowhere"))
		h.everywhere(func(s *authz.Snapshot, id authz.PrincipalID, w authz.Who, a authz.Account) {
			for _, d := range []authz.Decision{
				s.Decide(s.Who(stranger), permission, a), s.Decide(authz.Who{}, permission, a), s.Decide(w, permission, nowhere), s.Decide(w, 0, a),
			} {
				if d.Allow || d.Visible() {
					t.Fatalf("unknown, and %+v", d)
				}
			}
			if d := s.Decide(w, permission, a); d.Allow && !known {
				t.Fatalf("permission %d is not declared, and %+v", permission, d)
			}
			if may := s.May(w, nowhere); !may.Empty() || s.Owns(w, nowhere) || s.Ceiling(nowhere) != 0 {
				t.Fatalf("%s may %v nowhere", id, may)
			}
			if s.MayGrant(w, a, nil).Empty() || s.MayGrant(w, a, h.catalog.Owner()).Empty() {
				t.Fatalf("%s may grant no role, or ownership", id)
			}
			for _, r := range roles(h.catalog) {
				if s.MayGrant(w, nowhere, r).Empty() && !r.Own.Empty() {
					t.Fatalf("%s may grant %s nowhere", id, r.Key)
				}
			}
		})
	})
}

func TestAddingARoleIsTellingAnewOfTheMember(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		m := h.now()
		var added []authz.Added
		var told []authz.Principal
		for _, id := range h.principals {
			p, known := m.world.Principals[id]
			p.Assignments = slices.Clone(p.Assignments)
			for range rapid.IntRange(0, 3).Draw(t, "roles") {
				as := authz.Assignment{Account: rapid.SampledFrom(h.accounts).Draw(t, "at"), Role: rapid.SampledFrom(roles(h.catalog)).Draw(t, "role").ID}
				switch {
				case id.Kind != authz.Member:
					continue
				case once(t, 20, "unknown account"):
					as.Account = number(9, 1)
				case once(t, 20, "unknown role"):
					as.Role = 999
				}
				added = append(added, authz.Added{Member: id.ID, Assignment: as})
				p.Assignments = append(p.Assignments, as)
			}
			if known && id.Kind == authz.Member {
				told = append(told, p)
			}
		}
		want, got := m.snapshot.With(authz.Changes{Principals: told}), m.snapshot.With(authz.Changes{Added: added})
		h.everywhere(func(_ *authz.Snapshot, id authz.PrincipalID, _ authz.Who, a authz.Account) {
			if want, got := want.May(want.Who(id), a), got.May(got.Who(id), a); got != want {
				t.Fatalf("%s may %v at %s, want %v", id, got, m.snapshot.ID(a), want)
			}
		})
		for _, id := range h.accounts {
			for _, p := range h.catalog.Permissions() {
				if diff := cmp.Diff(helpers(want, p, id), helpers(got, p, id)); diff != "" {
					t.Fatalf("who can %d at %s (-want +got)\n%s", p, id, diff)
				}
			}
		}
	})
}

func TestTellingOfOneTenantLeavesTheOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		m := h.now()
		tenant := m.world.Accounts[rapid.SampledFrom(h.accounts).Draw(t, "in the tenant of")].Tenant
		var whole, part []authz.Principal
		for _, id := range h.principals {
			was, known := m.world.Principals[id]
			if !known || id.Kind != authz.Member || tenant == uuid.Nil {
				continue
			}
			now := authz.Principal{ID: id, Active: rapid.Bool().Draw(t, "active"), In: tenant}
			for range rapid.IntRange(0, 3).Draw(t, "roles") {
				at := rapid.SampledFrom(h.accounts).Draw(t, "at")
				if m.world.Accounts[at].Tenant == tenant {
					now.Assignments = append(now.Assignments, authz.Assignment{Account: at, Role: rapid.SampledFrom(roles(h.catalog)).Draw(t, "role").ID})
				}
			}
			all := authz.Principal{ID: id, Active: now.Active, Assignments: slices.Clone(now.Assignments)}
			for _, as := range was.Assignments {
				if m.world.Accounts[as.Account].Tenant != tenant {
					all.Assignments = append(all.Assignments, as)
				}
			}
			whole, part = append(whole, all), append(part, now)
		}
		want, got := m.snapshot.With(authz.Changes{Principals: whole}), m.snapshot.With(authz.Changes{Principals: part})
		h.everywhere(func(_ *authz.Snapshot, id authz.PrincipalID, _ authz.Who, a authz.Account) {
			if want, got := want.May(want.Who(id), a), got.May(got.Who(id), a); got != want {
				t.Fatalf("%s may %v at %s, want %v", id, got, m.snapshot.ID(a), want)
			}
		})
	})
}

// helpers are those who can, by id.
func helpers(s *authz.Snapshot, p catalog.Permission, at uuid.UUID) map[authz.PrincipalID]authz.Decision {
	all := map[authz.PrincipalID]authz.Decision{}
	if a, ok := s.Find(at); ok {
		for id, d := range s.WhoCan(p, a, authz.NoAccount) {
			all[id] = d
		}
	}
	return all
}
