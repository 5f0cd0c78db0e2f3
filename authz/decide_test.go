package authz_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
	"bailiwick/catalog"
)

const unknownPermission = 300

// TestOracle holds every answer of every snapshot of a history against the
// oracle. The snapshots are asked only when the last of them is made, so that
// none may have changed meanwhile.
func TestOracle(t *testing.T) { rapid.Check(t, agrees) }

func FuzzOracle(f *testing.F) { f.Fuzz(rapid.MakeFuzz(agrees)) }

func agrees(t *rapid.T) {
	h := unfold(t)
	accounts := append(slices.Clone(h.accounts), number(9, 9))
	principals := append(slices.Clone(h.principals), subject(authz.Member, 99), authz.PrincipalID{}, authz.PrincipalID{Kind: 77})
	for _, m := range h.moments {
		for _, id := range accounts {
			sameAccount(t, m, id)
		}
		for _, who := range principals {
			sameAssignments(t, m, who)
			for _, id := range accounts {
				sameAnswers(t, m, who, id)
			}
		}
	}
}

func sameAccount(t *rapid.T, m moment, id uuid.UUID) {
	s, w := m.snapshot, m.world
	a, found := s.Find(id)
	if present, _ := w.State(id); found != present {
		t.Fatalf("account %s: found is %v, present is %v", id, found, present)
	}
	if !found {
		return
	}
	if s.Ceiling(a) != w.Ceiling(id) || s.Own(a) != w.Own(id) {
		t.Fatalf("account %s: ceiling %b of own %b, want %b of %b", id, s.Ceiling(a), s.Own(a), w.Ceiling(id), w.Own(id))
	}
	if up := w.Up(id); s.Depth(a) != len(up)-1 || s.ID(s.Parent(a)) != w.Accounts[id].Parent || s.Tenant(a) != w.Accounts[id].Tenant {
		t.Fatalf("account %s: depth %d, parent %s, tenant %s, want %d and %+v", id, s.Depth(a), s.ID(s.Parent(a)), s.Tenant(a), len(up)-1, w.Accounts[id])
	}
	for _, e := range w.Catalog.Entitlements {
		if got, want := s.ID(s.CutBy(a, e.Bit)), w.CutBy(id, e.Bit); got != want {
			t.Fatalf("account %s: %s is cut by %s, want %s", id, e.Key, got, want)
		}
	}
	var children, descendants []uuid.UUID
	s.Children(a, func(c authz.Account) bool { children = append(children, s.ID(c)); return true })
	s.Descendants(a, func(c authz.Account) bool { descendants = append(descendants, s.ID(c)); return true })
	var wantChildren, wantDescendants []uuid.UUID
	for other := range w.Accounts {
		present, _ := w.State(other)
		isBelow := present && other != id && slices.ContainsFunc(w.Up(other), func(up authz.AccountState) bool { return up.ID == id })
		if isBelow && w.Accounts[other].Parent == id {
			wantChildren = append(wantChildren, other)
		}
		if isBelow {
			wantDescendants = append(wantDescendants, other)
		}
		if o, ok := s.Find(other); ok && s.Within(o, a) != (isBelow || other == id) {
			t.Fatalf("account %s within %s is %v", other, id, s.Within(o, a))
		}
	}
	if !sameIDs(children, wantChildren) || !sameIDs(descendants, wantDescendants) {
		t.Fatalf("account %s: children %s of all below %s, want %s of %s", id, children, descendants, wantChildren, wantDescendants)
	}
}

func sameAssignments(t *rapid.T, m moment, id authz.PrincipalID) {
	var accounts []uuid.UUID
	for _, as := range m.world.Holds(id) {
		if present, _ := m.world.State(as.Account); present && m.world.Role(as) != nil && !slices.Contains(accounts, as.Account) {
			accounts = append(accounts, as.Account)
		}
	}
	who := m.snapshot.Who(id)
	if got := m.snapshot.Accounts(who); !sameIDs(got, accounts) {
		t.Fatalf("%s holds roles at %s, want %s", id, got, accounts)
	}
	for _, a := range accounts {
		want, got := map[*catalog.Role]bool{}, map[*catalog.Role]bool{}
		for _, as := range m.world.Holds(id) {
			if r := m.world.Role(as); as.Account == a && r != nil {
				want[r] = true
			}
		}
		at, _ := m.snapshot.Find(a)
		for _, role := range m.snapshot.Held(who, at) {
			got[m.snapshot.Role(role)] = true
		}
		if !maps.Equal(got, want) {
			t.Fatalf("%s holds %v at %s, want %v", id, got, a, want)
		}
	}
}

func sameAnswers(t *rapid.T, m moment, id authz.PrincipalID, account uuid.UUID) {
	s, w := m.snapshot, m.world
	who := s.Who(id)
	a, _ := s.Find(account)
	may := s.May(who, a)
	for p := catalog.Permission(0); p <= unknownPermission; p++ {
		if p == 20 {
			p = unknownPermission
		}
		d := s.Decide(who, p, a)
		if want := w.Allows(id, p, account); d.Allow != want {
			t.Fatalf("%s, permission %d, account %s: %+v, want %v", id, p, account, d, want)
		}
		if d.Allow != may.Has(p) {
			t.Fatalf("%s, permission %d, account %s: Decide says %v, May says %v", id, p, account, d.Allow, may.Has(p))
		}
		if d.Reason != reason(m, id, p, account, d) {
			t.Fatalf("%s, permission %d, account %s: because %d, want %d", id, p, account, d.Reason, reason(m, id, p, account, d))
		}
		known := w.Catalog.Info(p).Key != ""
		if want := known && w.Visible(id, account); d.Visible() != want {
			t.Fatalf("%s, account %s: visible is %v, want %v", id, account, d.Visible(), want)
		}
		if cut := cutBy(w, p, account, s.ID(d.HeldAt)); d.Reason == authz.CeilingLacks && s.ID(d.CutBy) != cut || d.Reason != authz.CeilingLacks && d.CutBy != authz.NoAccount {
			t.Fatalf("%s, permission %d, account %s: cut by %s", id, p, account, s.ID(d.CutBy))
		}
	}
	if got, want := s.Owns(who, a), w.Owns(id, account); got != want {
		t.Fatalf("%s owns %s: %v, want %v", id, account, got, want)
	}
	// One role of each set, another one of each wherever it is asked.
	for _, set := range w.Catalog.Sets {
		r := set.Roles[int(id.ID[15]+account[15])%len(set.Roles)]
		if got, want := s.MayGrant(who, a, r).Empty(), w.MayGrant(id, account, r); got != want {
			t.Fatalf("%s may grant %s at %s: %v, want %v", id, r.Key, account, got, want)
		}
		if got, want := s.MayLend(who, a, r).Empty(), w.MayLend(id, account, r); got != want {
			t.Fatalf("%s may lend %s at %s: %v, want %v", id, r.Key, account, got, want)
		}
	}
}

// cutBy is the account that lacks what p needs at an account by a role held at at.
func cutBy(w oracle.World, p catalog.Permission, account, at uuid.UUID) uuid.UUID {
	own := w.Catalog.Needs(p) & w.Catalog.OwnPeople()
	if id := w.CutBy(account, w.Catalog.Needs(p)&^own); id != uuid.Nil {
		return id
	}
	return w.CutBy(at, own)
}

// reason is the reason a decision must give; for a yes, and for a role that
// lacks, the decision must name a role that fits.
func reason(m moment, id authz.PrincipalID, p catalog.Permission, account uuid.UUID, d authz.Decision) authz.Reason {
	w := m.world
	present, open := w.State(account)
	principal, known := w.Principals[id]
	switch {
	case w.Catalog.Info(p).Key == "":
		return authz.UnknownPermission
	case !known:
		return authz.UnknownPrincipal
	case !present:
		return authz.UnknownAccount
	case !principal.Active:
		return authz.PrincipalInactive
	case !w.Visible(id, account):
		return authz.NoRoleHere
	}
	named := slices.IndexFunc(w.Ways(id, account), func(way oracle.Way) bool {
		return way.Role == m.snapshot.Role(d.Role) && way.At == m.snapshot.ID(d.HeldAt) && way.Gives.Has(p) == w.ByRoles(id, p, account) && !way.Gives.Empty()
	})
	switch {
	case !open:
		return authz.AccountSuspended
	case named < 0:
		return 99
	case w.ByRoles(id, p, account) && m.snapshot.Role(d.Role).Lent && slices.ContainsFunc(w.Ways(id, account), func(way oracle.Way) bool {
		return way.Gives.Has(p) && !way.Role.Lent && w.Ceiling(way.At).Covers(w.Catalog.Needs(p)&w.Catalog.OwnPeople())
	}):
		return 98 // something else gives it
	case !w.ByRoles(id, p, account):
		return authz.RoleLacks
	case !w.Allows(id, p, account):
		return authz.CeilingLacks
	case w.Ways(id, account)[named].Role == w.Catalog.Owner():
		return authz.ByOwnership
	case w.Ways(id, account)[named].At != account:
		return authz.ByRoleAbove
	}
	return authz.ByRole
}

func sameIDs(a, b []uuid.UUID) bool {
	less := func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), less), slices.SortedFunc(slices.Values(b), less))
}
