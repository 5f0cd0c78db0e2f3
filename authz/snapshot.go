package authz

import (
	"cmp"
	"hash/maphash"
	"slices"

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
	Timeless
)

// AccountState is what a snapshot is told of one account.
type AccountState struct {
	ID, Tenant uuid.UUID
	Parent     uuid.UUID // zero for a root
	Kind       AccountKind
	Suspended  bool // or archived, or otherwise closed to its people
	// Closed is true when its switch "open to main members" is off.
	Closed bool
	// Removed accounts answer like absent ones.
	Removed bool
	// Own are the entitlements its parent gives it; ignored for a root.
	Own catalog.Entitlements
}

// Rule sets one entitlement of every present child of an account.
type Rule struct {
	Parent      uuid.UUID
	Entitlement catalog.Entitlements // a single bit
	Allowed     bool
}

// Changes is what differs between a snapshot and the next. Rules apply first,
// in order, then accounts (parents may follow children), then principals.
type Changes struct {
	Rules      []Rule
	Accounts   []AccountState
	Principals []Principal
	// Epochs are the tenants' epochs that the changes lead to.
	Epochs map[uuid.UUID]int64
}

// node is an account with what follows from its place in the tree.
type node struct {
	id, tenant uuid.UUID
	parent     Account
	child      Account // first of its children
	next       Account // its next sibling
	kind       AccountKind
	depth      uint8
	suspended  bool
	closed     bool
	removed    bool
	active     bool // neither it nor any ancestor is suspended or removed
	own        catalog.Entitlements
	ceiling    catalog.Entitlements // own, cut by every ancestor's
}

// Snapshot is who holds what, where, at one moment. It is immutable; With makes
// the next one, sharing all that did not change.
type Snapshot struct {
	catalog    *catalog.Catalog
	nodes      [][]node // in chunks, so that a change copies one
	size       int
	accounts   index[uuid.UUID, Account]
	principals index[PrincipalID, *principal]
	epochs     index[uuid.UUID, int64]
}

const (
	chunkBits = 8
	chunkSize = 1 << chunkBits
)

// NewSnapshot is the empty world over a catalog.
func NewSnapshot(c *catalog.Catalog) *Snapshot { return &Snapshot{catalog: c} }

// Catalog is what the snapshot's roles and permissions are numbers of.
func (s *Snapshot) Catalog() *catalog.Catalog { return s.catalog }

// Epoch is the tenant's epoch the snapshot has; zero where it knows nothing of the tenant.
func (s *Snapshot) Epoch(tenant uuid.UUID) int64 {
	e, _ := s.epochs.get(tenant)
	return e
}

// Find gives the account of an id.
func (s *Snapshot) Find(id uuid.UUID) (Account, bool) {
	a, ok := s.accounts.get(id)
	if !ok || s.node(a).removed {
		return NoAccount, false
	}
	return a, true
}

// ID is the id of an account.
func (s *Snapshot) ID(a Account) uuid.UUID { return s.node(a).id }

// Tenant is the tenant of an account.
func (s *Snapshot) Tenant(a Account) uuid.UUID { return s.node(a).tenant }

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
		if !s.node(c).removed && !f(c) {
			return
		}
	}
}

// Descendants calls f for each present account below a, parents first, until it
// returns false.
func (s *Snapshot) Descendants(a Account, f func(Account) bool) {
	s.descend(a, f)
}

func (s *Snapshot) descend(a Account, f func(Account) bool) bool {
	for c := s.node(a).child; c != NoAccount; c = s.node(c).next {
		if s.node(c).removed {
			continue
		}
		if !f(c) || !s.descend(c, f) {
			return false
		}
	}
	return true
}

func (s *Snapshot) node(a Account) *node { return &s.nodes[a>>chunkBits][a&(chunkSize-1)] }

// With gives the snapshot after the changes. A change that names an account or
// a parent that is not known is left out, which denies.
func (s *Snapshot) With(ch Changes) *Snapshot {
	n := &next{Snapshot: *s, fresh: map[int]bool{}}
	n.nodes = slices.Clone(s.nodes)
	n.accounts, n.principals, n.epochs = s.accounts.edit(), s.principals.edit(), s.epochs.edit()
	for _, r := range ch.Rules {
		n.rule(r)
	}
	n.place(ch.Accounts)
	for _, p := range ch.Principals {
		n.principal(p)
	}
	for t, e := range ch.Epochs {
		n.epochs.set(t, e)
	}
	return &n.Snapshot
}

// next is a snapshot in the making; fresh are the chunks it no longer shares.
type next struct {
	Snapshot
	fresh map[int]bool
}

func (n *next) edit(a Account) *node {
	c := int(a >> chunkBits)
	if !n.fresh[c] {
		n.nodes[c] = slices.Clone(n.nodes[c])
		n.fresh[c] = true
	}
	return &n.nodes[c][a&(chunkSize-1)]
}

func (n *next) rule(r Rule) {
	p, ok := n.accounts.get(r.Parent)
	if !ok {
		return
	}
	for c := n.node(p).child; c != NoAccount; c = n.node(c).next {
		own := n.node(c).own &^ r.Entitlement
		if r.Allowed {
			own |= r.Entitlement
		}
		if own != n.node(c).own {
			n.edit(c).own = own
			n.settle(c)
		}
	}
}

func (n *next) place(states []AccountState) {
	for _, st := range states {
		if _, known := n.accounts.get(st.ID); !known {
			n.accounts.set(st.ID, n.add(st))
		}
	}
	for _, st := range states {
		a, _ := n.accounts.get(st.ID)
		parent := NoAccount
		if st.Parent != uuid.Nil {
			p, ok := n.accounts.get(st.Parent)
			if !ok || n.node(p).tenant != st.Tenant {
				st.Removed = true
			} else {
				parent = p
			}
		}
		x := n.edit(a)
		x.kind, x.suspended, x.closed, x.removed, x.own = st.Kind, st.Suspended, st.Closed, st.Removed, st.Own
		if x.parent != parent {
			n.link(a, parent)
		}
	}
	for _, st := range states {
		a, _ := n.accounts.get(st.ID)
		n.settle(a)
	}
}

func (n *next) add(st AccountState) Account {
	a := Account(n.size)
	n.size++
	c := int(a >> chunkBits)
	if c == len(n.nodes) {
		n.nodes = append(n.nodes, make([]node, 0, chunkSize))
		n.fresh[c] = true
	} else if !n.fresh[c] {
		n.nodes[c] = append(make([]node, 0, chunkSize), n.nodes[c]...)
		n.fresh[c] = true
	}
	n.nodes[c] = append(n.nodes[c], node{id: st.ID, tenant: st.Tenant, parent: NoAccount, child: NoAccount, next: NoAccount})
	return a
}

func (n *next) link(a, parent Account) {
	if old := n.node(a).parent; old != NoAccount {
		if n.node(old).child == a {
			n.edit(old).child = n.node(a).next
		} else {
			for c := n.node(old).child; c != NoAccount; c = n.node(c).next {
				if n.node(c).next == a {
					n.edit(c).next = n.node(a).next
					break
				}
			}
		}
	}
	x := n.edit(a)
	x.parent, x.next = parent, NoAccount
	if parent != NoAccount {
		x.next = n.node(parent).child
		n.edit(parent).child = a
	}
}

// settle computes what follows from the tree for a, and below it as far as
// anything changed.
func (n *next) settle(a Account) {
	x := n.node(a)
	own := x.own | n.catalog.AlwaysOn()
	depth, active, ceiling := uint8(0), !x.suspended && !x.removed, own
	if x.parent == NoAccount {
		own = n.catalog.AllEntitlements()
		ceiling = own
	} else {
		p := n.node(x.parent)
		depth, active, ceiling = p.depth+1, active && p.active, own&p.ceiling
	}
	if x.own == own && x.depth == depth && x.active == active && x.ceiling == ceiling {
		return
	}
	x = n.edit(a)
	x.own, x.depth, x.active, x.ceiling = own, depth, active, ceiling
	for c := x.child; c != NoAccount; c = n.node(c).next {
		n.settle(c)
	}
}

func (n *next) principal(p Principal) {
	x := &principal{id: p.ID, active: p.Active, held: make([]held, 0, len(p.Assignments))}
	for _, as := range p.Assignments {
		if a, ok := n.accounts.get(as.Account); ok && n.catalog.RoleByID(as.Role) != nil {
			x.held = append(x.held, held{a, as.Role})
		}
	}
	slices.SortFunc(x.held, func(a, b held) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.role, b.role))
	})
	n.principals.set(p.ID, x)
}

// index is a map in shards, so that a change copies one of them.
type index[K comparable, V any] struct {
	shards []map[K]V
	fresh  map[uint64]bool
}

const shardCount = 1 << 12

var seed = maphash.MakeSeed()

func (x *index[K, V]) get(k K) (V, bool) {
	if x.shards == nil {
		var none V
		return none, false
	}
	v, ok := x.shards[maphash.Comparable(seed, k)%shardCount][k]
	return v, ok
}

// edit gives a copy that shares its shards until they are set.
func (x *index[K, V]) edit() index[K, V] {
	shards := make([]map[K]V, shardCount)
	copy(shards, x.shards)
	return index[K, V]{shards, map[uint64]bool{}}
}

func (x *index[K, V]) set(k K, v V) {
	i := maphash.Comparable(seed, k) % shardCount
	if !x.fresh[i] {
		old := x.shards[i]
		x.shards[i] = make(map[K]V, len(old)+1)
		for k, v := range old {
			x.shards[i][k] = v
		}
		x.fresh[i] = true
	}
	x.shards[i][k] = v
}
