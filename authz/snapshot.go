package authz

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/catalog"
)

// Account is an account as a dense number of one snapshot and all those made
// from it. NoAccount is none.
type Account int32

// NoAccount is the parent of a root.
const NoAccount Account = -1

// AccountKind is the kind of an account.
type AccountKind uint8

// The kinds of account.
const (
	Personal AccountKind = iota + 1
	Main
	Sub
)

// AccountState is what a snapshot is told of one account.
type AccountState struct {
	ID, Tenant uuid.UUID
	Parent     uuid.UUID // zero for a root
	Kind       AccountKind
	Suspended  bool // or archived, or otherwise closed to its people
	// Closed is true when its switch "open to main members" is off.
	Closed bool
	// Removed accounts, and all below them, answer like absent ones.
	Removed bool
	// Own are the entitlements its parent gives it; ignored for a root.
	Own catalog.Entitlements
}

// node is an account with what follows from its place in the tree. With its id
// it fills one cache line.
type node struct {
	own       catalog.Entitlements
	ceiling   catalog.Entitlements // own, cut by every ancestor's
	parent    Account
	child     Account // first of its children
	next      Account // its siblings
	prev      Account
	tenant    int32 // row of tenants
	holders   int32 // first of its cells in holders, or -1
	kind      AccountKind
	depth     uint8
	suspended bool
	closed    bool
	removed   bool
	gone      bool // it or any ancestor is removed
	active    bool // neither it nor any ancestor is suspended or removed
}

// absent is what is known of an account that does not exist.
var absent = node{parent: NoAccount, child: NoAccount, next: NoAccount, prev: NoAccount, tenant: -1, holders: -1, gone: true}

// holder is a cell of the list of those who hold, or once held, a role at an account.
type holder struct {
	row  int32 // of the kind's principals
	next int32
	kind PrincipalKind
}

// Snapshot is who holds what, where, at one moment. It is immutable; With makes
// the next one, sharing all that did not change.
type Snapshot struct {
	catalog    *catalog.Catalog
	gates      *gates
	accounts   table[node]
	tenants    table[int64] // their epochs
	principals [System]table[principal]
	holders    pages[holder]
	custom     table[custom]
	now        seconds
}

// custom is a role of an account's own. Its RoleID follows those of the catalog.
type custom struct {
	account Account
	role    *catalog.Role // nil once it is deleted
}

// gates are the permissions that need an entitlement, by its bit's place.
type gates struct {
	permissions catalog.Mask // all there are
	by          [64]catalog.Mask
}

// NewSnapshot is the empty world over a catalog.
func NewSnapshot(c *catalog.Catalog) *Snapshot {
	g := &gates{}
	for _, p := range c.Permissions() {
		g.permissions.Set(p)
		for i := range g.by {
			if c.Needs(p)>>i&1 == 1 {
				g.by[i].Set(p)
			}
		}
	}
	return &Snapshot{catalog: c, gates: g, now: never}
}

// At is the snapshot at a time, which says what has ended. Without a time
// everything that will ever end has.
func (s *Snapshot) At(now time.Time) *Snapshot {
	then := *s
	then.now = secondsAt(now)
	return &then
}

// Role finds a role that somebody holds here, custom ones too, or nil.
func (s *Snapshot) Role(id catalog.RoleID) *catalog.Role {
	if r := s.catalog.RoleByID(id); r != nil {
		return r
	}
	if i := int(id) - s.catalog.Roles() - 1; i >= 0 && i < s.custom.rows.size {
		return s.custom.value(int32(i)).role
	}
	return nil
}

// CustomRole finds a role of the account's own, or nil.
func (s *Snapshot) CustomRole(account, id uuid.UUID) *catalog.Role {
	if c := s.custom.get(id); c != nil && s.ID(c.account) == account {
		return c.role
	}
	return nil
}

// CustomRoles are the roles of the account's own, by title. It looks at each that
// there is, so it is not for every request.
func (s *Snapshot) CustomRoles(a Account) (all []*catalog.Role) {
	for i := range int32(s.custom.rows.size) {
		if c := s.custom.value(i); c.account == a && c.role != nil {
			all = append(all, c.role)
		}
	}
	slices.SortFunc(all, func(a, b *catalog.Role) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), strings.Compare(a.Key, b.Key))
	})
	return all
}

func (s *Snapshot) ended(h held) bool { return h.until <= s.now && h.until != never }

// Catalog is what the snapshot's roles and permissions are numbers of.
func (s *Snapshot) Catalog() *catalog.Catalog { return s.catalog }

// Epoch is the tenant's epoch the snapshot has; zero where it knows nothing of the tenant.
func (s *Snapshot) Epoch(tenant uuid.UUID) int64 {
	if e := s.tenants.get(tenant); e != nil {
		return *e
	}
	return 0
}

// Find gives the account of an id.
func (s *Snapshot) Find(id uuid.UUID) (Account, bool) {
	a := Account(s.accounts.find(id))
	if s.node(a).gone {
		return NoAccount, false
	}
	return a, true
}

// ID is the id of an account; zero for NoAccount.
func (s *Snapshot) ID(a Account) uuid.UUID {
	if s.node(a) == &absent {
		return uuid.Nil
	}
	return s.accounts.rows.at(int32(a)).id
}

// Tenant is the tenant of an account; zero for NoAccount.
func (s *Snapshot) Tenant(a Account) uuid.UUID {
	if s.node(a) == &absent {
		return uuid.Nil
	}
	return s.tenants.rows.at(s.node(a).tenant).id
}

// Kind is the kind of an account.
func (s *Snapshot) Kind(a Account) AccountKind { return s.node(a).kind }

// Parent is the account above, or NoAccount.
func (s *Snapshot) Parent(a Account) Account { return s.node(a).parent }

// Depth is how many accounts stand above.
func (s *Snapshot) Depth(a Account) int { return int(s.node(a).depth) }

// Ceiling is what an account may use in effect.
func (s *Snapshot) Ceiling(a Account) catalog.Entitlements { return s.node(a).ceiling }

// Own is what an account was given by its parent.
func (s *Snapshot) Own(a Account) catalog.Entitlements { return s.node(a).own }

// Within tells whether a is top or below it.
func (s *Snapshot) Within(a, top Account) bool {
	for ; a != NoAccount; a = s.node(a).parent {
		if a == top {
			return true
		}
	}
	return false
}

// CutBy is the nearest account above a that lacks one of the entitlements, or
// a itself when its own set does; NoAccount when nothing is cut.
func (s *Snapshot) CutBy(a Account, need catalog.Entitlements) Account {
	for ; a != NoAccount; a = s.node(a).parent {
		if !s.node(a).own.Covers(need) {
			return a
		}
	}
	return NoAccount
}

// Children calls f for each present child until it returns false.
func (s *Snapshot) Children(a Account, f func(Account) bool) {
	for c := s.node(a).child; c != NoAccount; c = s.node(c).next {
		if !s.node(c).gone && !f(c) {
			return
		}
	}
}

// Descendants calls f for each present account below a, parents first, until it
// returns false.
func (s *Snapshot) Descendants(a Account, f func(Account) bool) {
	s.descend(a, f)
}

// Known is all that the snapshot was ever told of a tenant: its accounts, their
// own roles, and who holds or held something there.
func (s *Snapshot) Known(tenant uuid.UUID) (accounts, roles []uuid.UUID, principals []PrincipalID) {
	t := s.tenants.find(tenant)
	if t < 0 {
		return nil, nil, nil
	}
	seen := map[PrincipalID]bool{}
	for a := range Account(s.accounts.rows.size) {
		if s.node(a).tenant != t {
			continue
		}
		accounts = append(accounts, s.ID(a))
		for cell := s.node(a).holders; cell >= 0; {
			h := s.holders.at(cell)
			id := PrincipalID{h.kind, s.principals[h.kind].rows.at(h.row).id}
			if cell = h.next; !seen[id] {
				seen[id] = true
				principals = append(principals, id)
			}
		}
	}
	for i := range int32(s.custom.rows.size) {
		if r := s.custom.rows.at(i); s.node(r.value.account).tenant == t {
			roles = append(roles, r.id)
		}
	}
	return accounts, roles, principals
}

func (s *Snapshot) descend(a Account, f func(Account) bool) (goOn bool) {
	goOn = true
	s.Children(a, func(c Account) bool {
		goOn = f(c) && s.descend(c, f)
		return goOn
	})
	return goOn
}

func (s *Snapshot) node(a Account) *node {
	if uint(a) >= uint(s.accounts.rows.size) {
		return &absent
	}
	return s.accounts.value(int32(a))
}
