package authz

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/uuid"

	"bailiwick/catalog"
)

// Rule sets one entitlement of every present child of an account.
type Rule struct {
	Parent      uuid.UUID
	Entitlement catalog.Entitlements // a single bit
	Allowed     bool
}

// CustomRole is a role of an account's own, which can be held there alone. Role
// is nil once it is deleted: then nobody holds it, and Account need not be told.
type CustomRole struct {
	Account, ID uuid.UUID
	Role        *catalog.Role
}

// Added is a role that a member holds besides all it held before.
type Added struct {
	Member uuid.UUID
	Assignment
}

// Changes is what differs between a snapshot and the next. Rules apply first,
// in order, then accounts (parents may follow children), custom roles, principals,
// and what is added, which spares telling anew of a member who holds a lot.
type Changes struct {
	Rules      []Rule
	Accounts   []AccountState
	Roles      []CustomRole
	Principals []Principal
	Added      []Added
	// Epochs are the tenants' epochs that the changes lead to.
	Epochs map[uuid.UUID]int64
}

// With gives the snapshot after the changes. What is malformed denies: an
// account whose parent is unknown, of another tenant or below itself is taken
// as removed, an assignment to an unknown account, of an unknown role or of
// another account's is left out, and so is a principal of no known kind and what is added to nobody known.
func (s *Snapshot) With(ch Changes) *Snapshot {
	n := &next{Snapshot: *s}
	for _, r := range ch.Rules {
		n.rule(r)
	}
	n.place(ch.Accounts)
	for _, r := range ch.Roles {
		a, known := Account(n.accounts.find(r.Account)), n.custom.get(r.ID)
		switch {
		case known != nil && (r.Role == nil || known.account == a):
			n.custom.put(r.ID, custom{known.account, r.Role})
		case known == nil && a != NoAccount:
			n.custom.put(r.ID, custom{a, r.Role})
		}
	}
	for _, p := range ch.Principals {
		n.principal(p)
	}
	for all := ch.Added; len(all) > 0; {
		same := 1
		for same < len(all) && all[same].Member == all[0].Member {
			same++
		}
		n.add(all[:same])
		all = all[same:]
	}
	for t, e := range ch.Epochs {
		n.tenants.put(t, e)
	}
	n.accounts.seal()
	n.tenants.seal()
	n.holders.seal()
	n.custom.seal()
	for i := range n.principals {
		n.principals[i].seal()
	}
	return &n.Snapshot
}

// next is a snapshot in the making.
type next struct {
	Snapshot
	held []held // room for one principal's
}

func (n *next) edit(a Account) *node { return n.accounts.edit(int32(a)) }

func (n *next) rule(r Rule) {
	parent := Account(n.accounts.find(r.Parent))
	for c := n.node(parent).child; c != NoAccount; c = n.node(c).next {
		own := n.node(c).own &^ r.Entitlement
		if r.Allowed {
			own |= r.Entitlement
		}
		if own |= n.catalog.AlwaysOn(); own != n.node(c).own {
			n.edit(c).own = own
			n.settle(c)
		}
	}
}

func (n *next) place(states []AccountState) {
	told := make([]Account, len(states))
	for i, st := range states {
		told[i] = n.account(st)
	}
	for i, st := range states {
		a, parent := told[i], NoAccount
		tenant := n.Tenant(a)
		if st.Parent != uuid.Nil {
			parent = Account(n.accounts.find(st.Parent))
		}
		if st.Tenant != tenant || st.Parent != uuid.Nil && n.Tenant(parent) != tenant {
			parent, st.Removed = NoAccount, true
		}
		x := n.edit(a)
		x.kind, x.suspended, x.closed, x.removed, x.own = st.Kind, st.Suspended, st.Closed, st.Removed, st.Own
		n.link(a, parent)
	}
	for _, a := range told {
		if n.belowItself(a) {
			n.link(a, NoAccount)
			n.edit(a).removed = true
		}
	}
	for _, a := range told {
		n.settle(a)
	}
}

// account finds the account, or adds it with nothing known but its tenant.
func (n *next) account(st AccountState) Account {
	if a := n.accounts.find(st.ID); a >= 0 {
		return Account(a)
	}
	x := absent
	if x.tenant = n.tenants.find(st.Tenant); x.tenant < 0 {
		x.tenant = n.tenants.put(st.Tenant, 0)
	}
	return Account(n.accounts.put(st.ID, x))
}

// link moves an account under a parent.
func (n *next) link(a, parent Account) {
	x := n.edit(a)
	if x.parent == parent {
		return
	}
	if x.parent != NoAccount {
		if x.prev != NoAccount {
			n.edit(x.prev).next = x.next
		} else {
			n.edit(x.parent).child = x.next
		}
		if x.next != NoAccount {
			n.edit(x.next).prev = x.prev
		}
	}
	x.parent, x.prev, x.next = parent, NoAccount, NoAccount
	if parent != NoAccount {
		p := n.edit(parent)
		x.next, p.child = p.child, a
		if x.next != NoAccount {
			n.edit(x.next).prev = a
		}
	}
}

// belowItself tells whether the way up from a leads back to it. The way may
// also end in a circle without a, which is another account's.
func (n *next) belowItself(a Account) bool {
	up := n.node(a).parent
	for steps := 0; up != NoAccount && steps < n.accounts.rows.size; steps++ {
		if up == a {
			return true
		}
		up = n.node(up).parent
	}
	return false
}

// settle computes what follows from the tree for a, and below it as far as
// anything changed.
func (n *next) settle(a Account) {
	x := *n.node(a)
	p := n.node(x.parent)
	x.gone = x.removed || x.parent != NoAccount && p.gone
	x.active = !x.suspended && !x.gone
	if x.parent == NoAccount {
		x.own = n.catalog.AllEntitlements()
		x.ceiling, x.depth = x.own, 0
	} else {
		x.own |= n.catalog.AlwaysOn()
		x.ceiling, x.depth, x.active = x.own&p.ceiling, p.depth+1, x.active && p.active
	}
	if x == *n.node(a) {
		return
	}
	*n.edit(a) = x
	for c := x.child; c != NoAccount; c = n.node(c).next {
		n.settle(c)
	}
}

func (n *next) principal(p Principal) {
	if p.ID.Kind < Member || p.ID.Kind > ServiceAccount {
		return
	}
	list := n.held[:0]
	if p.In != uuid.Nil {
		list = n.elsewhere(list, p)
	}
	for _, as := range p.Assignments {
		h, r := n.hold(as)
		if r == nil {
			continue
		}
		if p.ID.Kind != Member && (r.Adds || as.Account != p.Assignments[0].Account) {
			list = list[:0]
			break
		}
		list = append(list, h)
	}
	n.keep(p.ID, p.Active, list)
}

// elsewhere appends what a principal holds in other tenants than it is told of.
func (n *next) elsewhere(list []held, p Principal) []held {
	old, in := n.principals[p.ID.Kind].get(p.ID.ID), n.tenants.find(p.In)
	if old == nil {
		return list
	}
	var one [1]held
	for _, h := range old.held(&one) {
		if n.node(h.account).tenant != in {
			list = append(list, h)
		}
	}
	return list
}

// add gives one member what is added.
func (n *next) add(all []Added) {
	id := PrincipalID{Member, all[0].Member}
	old := n.principals[Member].get(id.ID)
	if old == nil {
		return
	}
	var one [1]held
	list := append(n.held[:0], old.held(&one)...)
	for _, x := range all {
		if h, r := n.hold(x.Assignment); r != nil {
			list = append(list, h)
		}
	}
	n.keep(id, old.active, list)
}

// hold resolves an assignment; the role is nil where it is to be left out.
func (n *next) hold(as Assignment) (held, *catalog.Role) {
	h := held{Account(n.accounts.find(as.Account)), as.Role, never}
	if !as.Until.IsZero() {
		h.until = secondsAt(as.Until)
	}
	r := n.catalog.RoleByID(as.Role)
	if as.Custom != uuid.Nil {
		i := n.custom.find(as.Custom)
		if i < 0 || n.custom.value(i).account != h.account {
			return h, nil
		}
		r, h.role = n.custom.value(i).role, catalog.RoleID(n.catalog.Roles()+1+int(i))
	}
	if h.account == NoAccount {
		r = nil
	}
	return h, r
}

// compile makes a principal of all that it holds, in any order, and puts the list
// in its own.
func (n *next) compile(kind PrincipalKind, active bool, list []held) (principal, []held) {
	slices.SortFunc(list, func(a, b held) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.role, b.role), cmp.Compare(a.until, b.until))
	})
	list = slices.Compact(list)
	x := principal{account: NoAccount, active: active}
	for _, h := range list {
		r := n.Role(h.role)
		// A custom role may come to reach below when it is edited.
		x.reaches = x.reaches || kind == Member && r != nil && (r.Adds || r.Base != nil || !r.Below.Empty())
	}
	switch {
	case len(list) == 0:
	case len(list) == 1 && list[0].until == never && list[0].role <= math.MaxUint16:
		x.account, x.role = list[0].account, uint16(list[0].role)
	default:
		several := slices.Clone(list)
		x.several = &several
	}
	return x, list
}

// keep stores a principal with all that it holds, in any order.
func (n *next) keep(id PrincipalID, active bool, list []held) {
	x, list := n.compile(id.Kind, active, list)
	n.held = list
	t := &n.principals[id.Kind]
	var one [1]held
	var before []held
	if old := t.get(id.ID); old != nil {
		before = old.held(&one)
	}
	row := t.put(id.ID, x)
	for i, h := range list {
		for len(before) > 0 && before[0].account < h.account {
			before = before[1:]
		}
		if (i == 0 || list[i-1].account != h.account) && (len(before) == 0 || before[0].account != h.account) {
			at := n.edit(h.account)
			at.holders = n.holders.append(holder{row, at.holders, id.Kind})
		}
	}
}
