package authz_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

var (
	analytical   = number(2, 1)
	east         = number(2, 2)
	west         = number(2, 3)
	eastBerlin   = number(2, 4)
	malloryville = number(2, 5)

	ada     = subject(authz.Member, 1)
	grace   = subject(authz.Member, 2)
	edsger  = subject(authz.Member, 3)
	barbara = subject(authz.Member, 4)
	mallory = subject(authz.Member, 5)
)

// cast is the world of the stories, over the real catalog.
func cast(c *catalog.Catalog) *authz.Snapshot {
	all := c.AllEntitlements()
	ours, hers := number(1, 1), number(1, 5)
	holds := func(id authz.PrincipalID, account uuid.UUID, role string) authz.Principal {
		return authz.Principal{ID: id, Active: true, Assignments: []authz.Assignment{{Account: account, Role: c.Role(role).ID}}}
	}
	return authz.NewSnapshot(c).With(authz.Changes{
		Accounts: []authz.AccountState{
			{ID: eastBerlin, Tenant: ours, Parent: east, Kind: authz.Sub, Own: all},
			{ID: analytical, Tenant: ours, Kind: authz.Main},
			{ID: east, Tenant: ours, Parent: analytical, Kind: authz.Sub, Own: all},
			{ID: west, Tenant: ours, Parent: analytical, Kind: authz.Sub, Own: all},
			{ID: malloryville, Tenant: hers, Kind: authz.Main},
		},
		Principals: []authz.Principal{
			holds(ada, analytical, c.Owner().Key), holds(grace, analytical, "account:main_admin"),
			holds(edsger, east, "member:full_viewer"), holds(barbara, west, "member:full_editor"),
			holds(mallory, malloryville, c.Owner().Key),
		},
		Epochs: map[uuid.UUID]int64{ours: 1, hers: 1},
	})
}

func find(t *testing.T, s *authz.Snapshot, id uuid.UUID) authz.Account {
	t.Helper()
	a, ok := s.Find(id)
	if !ok {
		t.Fatalf("account %s is not there", id)
	}
	return a
}

func TestCast(t *testing.T) {
	c := catalog.MustLoad()
	s := cast(c)
	for _, tt := range []struct {
		who     authz.PrincipalID
		account uuid.UUID
		key     string
		want    authz.Reason
	}{
		{ada, eastBerlin, "calls", authz.ByOwnership},
		{grace, analytical, "members.edit", authz.ByRole},
		{grace, east, "calls", authz.ByRoleAbove},
		{grace, east, "calls.delete", authz.RoleLacks},
		{edsger, east, "calls", authz.ByRole},
		{edsger, eastBerlin, "calls", authz.ByRoleAbove},
		{edsger, analytical, "calls", authz.NoRoleHere},
		{edsger, west, "calls", authz.NoRoleHere},
		{barbara, west, "calls.tag", authz.ByRole},
		{mallory, east, "calls", authz.NoRoleHere},
		{ada, malloryville, "calls", authz.NoRoleHere},
	} {
		if d := s.Decide(s.Who(tt.who), c.Permission(tt.key), find(t, s, tt.account)); d.Reason != tt.want {
			t.Errorf("%s, %s at %s: %s, want %s", tt.who, tt.key, tt.account, d.Reason, tt.want)
		}
	}
	if s.Epoch(number(1, 1)) != 1 || s.Epoch(number(1, 9)) != 0 {
		t.Errorf("epochs are %d and %d, want 1 and 0", s.Epoch(number(1, 1)), s.Epoch(number(1, 9)))
	}
}

// The database never tells of a circle; told of one all the same, the accounts
// in it and below it are gone, and nothing hangs.
func TestCircleDenies(t *testing.T) {
	c := catalog.MustLoad()
	s := cast(c)
	tenant := number(1, 1)
	for name, change := range map[string][]authz.AccountState{
		"own parent":    {{ID: east, Tenant: tenant, Parent: east}},
		"below a child": {{ID: east, Tenant: tenant, Parent: eastBerlin}},
		"each other's":  {{ID: east, Tenant: tenant, Parent: west}, {ID: west, Tenant: tenant, Parent: eastBerlin}},
		"new ones":      {{ID: east, Tenant: tenant, Parent: number(2, 8)}, {ID: number(2, 8), Tenant: tenant, Parent: eastBerlin}},
	} {
		after := s.With(authz.Changes{Accounts: change})
		for _, id := range []uuid.UUID{east, eastBerlin} {
			if _, ok := after.Find(id); ok {
				t.Errorf("%s: %s is still there", name, id)
			}
		}
		find(t, after, analytical)
		mended := after.With(authz.Changes{Accounts: []authz.AccountState{{ID: east, Tenant: tenant, Parent: analytical}}})
		if a := find(t, mended, eastBerlin); !mended.Decide(mended.Who(edsger), c.Permission("calls"), a).Allow {
			t.Errorf("%s: mended, Edsger is still denied", name)
		}
	}
}

// Two accounts may change places in one go, in whichever order they are told.
func TestChangingPlaces(t *testing.T) {
	s := cast(catalog.MustLoad())
	tenant := number(1, 1)
	swap := []authz.AccountState{{ID: east, Tenant: tenant, Parent: eastBerlin}, {ID: eastBerlin, Tenant: tenant, Parent: analytical}}
	for _, order := range [][]authz.AccountState{swap, {swap[1], swap[0]}} {
		after := s.With(authz.Changes{Accounts: order})
		if a := find(t, after, east); after.Depth(a) != 2 || after.ID(after.Parent(a)) != eastBerlin {
			t.Errorf("East is %d deep below %s", after.Depth(a), after.ID(after.Parent(a)))
		}
	}
}

// A number of an account outlives the account; asked by it, nothing is there.
func TestRemovedIsAbsentByItsNumberToo(t *testing.T) {
	c := catalog.MustLoad()
	s := cast(c)
	a, p := find(t, s, eastBerlin), c.Permission("calls")
	for _, id := range []uuid.UUID{east, eastBerlin} {
		after := s.With(authz.Changes{Accounts: []authz.AccountState{{ID: id, Tenant: number(1, 1), Parent: s.ID(s.Parent(find(t, s, id))), Removed: true}}})
		w := after.Who(ada)
		if d := after.Decide(w, p, a); d.Visible() || d.Reason != authz.UnknownAccount {
			t.Errorf("without %s, Ada is answered %+v", id, d)
		}
		if may := after.May(w, a); !may.Empty() || after.Owns(w, a) || after.MayGrant(w, a, c.Role("member:full_viewer")).Empty() {
			t.Errorf("without %s, Ada may %v, owns or grants", id, may)
		}
	}
}

// However accounts move about, each is among the children of its parent alone.
func TestMovesKeepTheChildrenTogether(t *testing.T) {
	c := catalog.MustLoad()
	rapid.Check(t, func(t *rapid.T) {
		parents := []uuid.UUID{analytical, east, west}
		s, where := cast(c), map[uuid.UUID]uuid.UUID{east: analytical, west: analytical, eastBerlin: east}
		for _, move := range rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int {
			return [2]int{rapid.IntRange(0, 5).Draw(t, "account"), rapid.IntRange(0, 2).Draw(t, "to")}
		}), 1, 40).Draw(t, "moves") {
			id, to := number(3, move[0]), parents[move[1]]
			s = s.With(authz.Changes{Accounts: []authz.AccountState{{ID: id, Tenant: number(1, 1), Parent: to}}})
			where[id] = to
		}
		for _, parent := range parents {
			at, _ := s.Find(parent)
			var got, want []uuid.UUID
			s.Children(at, func(a authz.Account) bool { got = append(got, s.ID(a)); return true })
			for id, in := range where {
				if in == parent {
					want = append(want, id)
				}
			}
			if !sameIDs(got, want) {
				t.Fatalf("children of %s are %s, want %s", parent, got, want)
			}
		}
	})
}

func TestNothingIsAllocated(t *testing.T) {
	c := catalog.MustLoad()
	s := cast(c)
	several := authz.Principal{ID: subject(authz.Member, 6), Active: true}
	for i := range 20 {
		several.Assignments = append(several.Assignments, authz.Assignment{Account: []uuid.UUID{east, west, analytical}[i%3], Role: roles(c)[1+i].ID})
	}
	s = s.With(authz.Changes{Principals: []authz.Principal{several}})
	for _, id := range []authz.PrincipalID{ada, grace, edsger, mallory, several.ID, subject(authz.Member, 99)} {
		for _, account := range []uuid.UUID{analytical, eastBerlin, number(2, 99)} {
			for _, key := range []string{"calls", "calls.delete", "api_keys", "no such"} {
				p := c.Permission(key)
				n := testing.AllocsPerRun(100, func() {
					a, _ := s.Find(account)
					w := s.Who(id)
					_ = s.Decide(w, p, a)
					_ = s.May(w, a)
					_ = s.Owns(w, a)
				})
				if n != 0 {
					t.Errorf("%s, %s at %s: %v allocations", id, key, account, n)
				}
			}
		}
	}
}

// Readers hold whichever snapshot is current while a writer goes on; each must
// stay as it was made. Run with -race.
func TestReadersWhileWriting(t *testing.T) {
	c := catalog.MustLoad()
	p := c.Permission("calls")
	var current atomic.Pointer[authz.Snapshot]
	current.Store(cast(c))
	var done atomic.Bool
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for !done.Load() {
				s := current.Load()
				epoch := s.Epoch(number(1, 1))
				a, _ := s.Find(east)
				for range 50 {
					if got := s.Decide(s.Who(edsger), p, a).Allow; got != (epoch%2 == 1) || s.Epoch(number(1, 1)) != epoch {
						t.Errorf("epoch %d: Edsger is answered %v", epoch, got)
						done.Store(true)
						return
					}
				}
			}
		})
	}
	for epoch := int64(2); epoch < 2000 && !done.Load(); epoch++ {
		role := c.Role("member:full_viewer")
		ch := authz.Changes{Epochs: map[uuid.UUID]int64{number(1, 1): epoch}}
		edsgers := authz.Principal{ID: edsger, Active: true}
		if epoch%2 == 1 {
			edsgers.Assignments = []authz.Assignment{{Account: east, Role: role.ID}}
		}
		ch.Principals = []authz.Principal{edsgers, {ID: subject(authz.Subuser, int(epoch)), Active: true}}
		ch.Accounts = []authz.AccountState{{ID: number(3, int(epoch)), Tenant: number(1, 1), Parent: east}}
		current.Store(current.Load().With(ch))
	}
	done.Store(true)
	readers.Wait()
}
