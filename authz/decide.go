package authz

import (
	"github.com/google/uuid"

	"bailiwick/catalog"
)

// Reason is why a decision is what it is.
type Reason uint8

// The reasons, from the first that is checked to the last.
const (
	UnknownPermission Reason = iota
	UnknownPrincipal
	UnknownAccount
	PrincipalInactive
	NoRoleHere       // nothing reaches this account: it answers as if absent
	AccountSuspended // it or an account above
	RoleLacks        // a role reaches here and does not give it
	CeilingLacks     // a role gives it; the account may not use it
	ByRole           // a role held here gives it
	ByRoleAbove      // a role held above gives it here
	ByOwnership
)

var reasonNames = [...]string{
	"unknown permission", "unknown principal", "unknown account", "principal inactive", "no role here",
	"account suspended", "role lacks it", "account lacks the entitlement", "role held here", "role held above", "ownership",
}

func (r Reason) String() string { return reasonNames[r] }

// Decision is an answer and why.
type Decision struct {
	Allow  bool
	Reason Reason
	// Role is what gives it, and HeldAt where it is held; for RoleLacks one role
	// that reaches here.
	Role   catalog.RoleID
	HeldAt Account
	// CutBy is the account whose own set lacks an entitlement, for CeilingLacks.
	CutBy Account
}

// Visible tells whether the principal may know that the account exists.
func (d Decision) Visible() bool { return d.Reason >= AccountSuspended }

// Who is a principal found in a snapshot.
type Who struct{ p *principal }

// Known tells whether the snapshot has the principal.
func (w Who) Known() bool { return w.p != nil }

// Who finds a principal. An unknown one is denied everything.
func (s *Snapshot) Who(id PrincipalID) Who {
	p, _ := s.principals.get(id)
	return Who{p}
}

// Decide answers whether w may use perm at a. It allocates nothing.
func (s *Snapshot) Decide(w Who, perm catalog.Permission, a Account) Decision {
	no := Decision{HeldAt: NoAccount, CutBy: NoAccount}
	switch {
	case perm == 0:
		return no
	case w.p == nil:
		no.Reason = UnknownPrincipal
		return no
	case a < 0 || int(a) >= s.size || s.node(a).removed:
		no.Reason = UnknownAccount
		return no
	case !w.p.active:
		no.Reason = PrincipalInactive
		return no
	}
	d := s.byRole(w.p, perm, a)
	if d.Reason == NoRoleHere {
		return d
	}
	if !s.node(a).active {
		d.Allow, d.Reason = false, AccountSuspended
		return d
	}
	if d.Allow {
		if need := s.catalog.Needs(perm); !s.node(a).ceiling.Covers(need) {
			d.Allow, d.Reason, d.CutBy = false, CeilingLacks, s.CutBy(a, need)
		}
	}
	return d
}

// byRole decides by roles alone, walking up from the account: the nearest
// account where any role is held decides, and ownership adds from anywhere.
func (s *Snapshot) byRole(p *principal, perm catalog.Permission, a Account) Decision {
	d := Decision{Reason: NoRoleHere, HeldAt: NoAccount, CutBy: NoAccount}
	decided, closed := false, false
	for at := a; at != NoAccount; at = s.node(at).parent {
		nearest := false
		for _, h := range p.at(at) {
			r := s.catalog.RoleByID(h.role)
			if !r.Adds && decided {
				continue
			}
			nearest = nearest || !r.Adds
			mask := &r.Own
			if at != a {
				if r.Closable && closed {
					continue
				}
				mask = &r.Below
			}
			if mask.Has(perm) {
				d.Allow, d.Role, d.HeldAt, d.Reason = true, h.role, at, ByRole
				if r.Adds {
					d.Reason = ByOwnership
				} else if at != a {
					d.Reason = ByRoleAbove
				}
				return d
			}
			if d.Reason == NoRoleHere && !mask.Empty() {
				d.Reason, d.Role, d.HeldAt = RoleLacks, h.role, at
			}
		}
		decided = decided || nearest
		closed = closed || s.node(at).closed
	}
	return d
}

// May gives every permission w may use at a; Decide says yes to exactly these.
func (s *Snapshot) May(w Who, a Account) catalog.Mask {
	var all catalog.Mask
	if w.p == nil || !w.p.active || a < 0 || int(a) >= s.size || !s.node(a).active {
		return all
	}
	all = s.roles(w.p, a)
	ceiling := s.node(a).ceiling
	for i, word := range all {
		for ; word != 0; word &= word - 1 {
			p := catalog.Permission(i*64 + trailing(word))
			if !ceiling.Covers(s.catalog.Needs(p)) {
				all.Clear(p)
			}
		}
	}
	return all
}

func (s *Snapshot) roles(p *principal, a Account) (all catalog.Mask) {
	decided, closed := false, false
	for at := a; at != NoAccount; at = s.node(at).parent {
		nearest := false
		for _, h := range p.at(at) {
			r := s.catalog.RoleByID(h.role)
			if !r.Adds && decided {
				continue
			}
			nearest = nearest || !r.Adds
			switch {
			case at == a:
				all.Add(&r.Own)
			case !r.Closable || !closed:
				all.Add(&r.Below)
			}
		}
		decided = decided || nearest
		closed = closed || s.node(at).closed
	}
	return all
}

// Owns tells whether w holds a or an account above it.
func (s *Snapshot) Owns(w Who, a Account) bool {
	if w.p == nil || !w.p.active {
		return false
	}
	for at := a; at != NoAccount; at = s.node(at).parent {
		for _, h := range w.p.at(at) {
			if s.catalog.RoleByID(h.role).Adds {
				return true
			}
		}
	}
	return false
}

// Held are the roles w holds at a itself.
func (s *Snapshot) Held(w Who, a Account) []catalog.RoleID {
	if w.p == nil {
		return nil
	}
	var all []catalog.RoleID
	for _, h := range w.p.at(a) {
		all = append(all, h.role)
	}
	return all
}

// Accounts are the accounts where w holds any role, in no order.
func (s *Snapshot) Accounts(w Who) []uuid.UUID {
	if w.p == nil {
		return nil
	}
	var all []uuid.UUID
	last := NoAccount
	for _, h := range w.p.held {
		if h.account != last && !s.node(h.account).removed {
			all = append(all, s.node(h.account).id)
		}
		last = h.account
	}
	return all
}

// MayGrant says which of the permissions that roles give at a would go beyond
// what w may grant there: the roles' permissions within the account's ceiling,
// less what w may do there. Who owns the account may grant anything within its
// ceiling.
func (s *Snapshot) MayGrant(w Who, a Account, roles ...*catalog.Role) (beyond catalog.Mask) {
	if s.Owns(w, a) && s.node(a).active {
		return catalog.Mask{}
	}
	var want catalog.Mask
	for _, r := range roles {
		if !r.Grantable {
			return r.Own
		}
		want.Add(&r.Own)
	}
	ceiling := s.node(a).ceiling
	want.Each(func(p catalog.Permission) {
		if !ceiling.Covers(s.catalog.Needs(p)) {
			want.Clear(p)
		}
	})
	return want.Minus(s.May(w, a))
}
