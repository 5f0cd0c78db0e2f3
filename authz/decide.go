package authz

import (
	"iter"
	"math/bits"
	"time"

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
	CeilingLacks     // a role gives it; the account can't use it
	KeyLacks         // all give it but the key that the principal came with
	ByRole           // a role held here gives it
	ByRoleAbove      // a role held above gives it here
	ByOwnership
)

var reasonNames = [...]string{
	"unknown permission", "unknown principal", "unknown account", "principal inactive", "no role here",
	"account suspended", "role lacks it", "account lacks the entitlement", "key lacks it", "role held here", "role held above", "ownership",
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

// Who is a principal found in a snapshot, as far as the key lets it that it came with.
type Who struct {
	p     *principal
	scope *Scope
	top   Account // of the scope
}

// Known tells whether the snapshot has the principal.
func (w Who) Known() bool { return w.p != nil }

// Who finds a principal. An unknown one is denied everything.
func (s *Snapshot) Who(id PrincipalID) Who {
	if id.Kind >= System {
		return Who{}
	}
	return Who{p: s.principals[id.Kind].get(id.ID)}
}

// Decide answers whether w may use perm at a. It allocates nothing.
func (s *Snapshot) Decide(w Who, perm catalog.Permission, a Account) Decision {
	d := Decision{HeldAt: NoAccount, CutBy: NoAccount}
	n := s.node(a)
	switch {
	case !s.gates.permissions.Has(perm):
		d.Reason = UnknownPermission
		return d
	case w.p == nil:
		d.Reason = UnknownPrincipal
		return d
	case n.gone:
		d.Reason = UnknownAccount
		return d
	case !w.p.active:
		d.Reason = PrincipalInactive
		return d
	case !s.opens(w, place{at: a}):
		d.Reason = NoRoleHere
		return d
	}
	need := s.catalog.Needs(perm)
	own := need & s.catalog.OwnPeople()
	need &^= own
	s.byRole(&d, w.p, perm, own, a)
	switch gives := d.Allow || d.Reason == CeilingLacks; {
	case d.Reason == NoRoleHere:
	case !n.active:
		d.Allow, d.Reason = false, AccountSuspended
	case gives && !n.ceiling.Covers(need):
		d.Allow, d.Reason, d.CutBy = false, CeilingLacks, s.CutBy(a, need)
	case d.Reason == CeilingLacks:
		d.CutBy = s.CutBy(d.HeldAt, own)
	case d.Allow && w.scope != nil && w.scope.Only != nil && !w.scope.Only.Has(perm):
		d.Allow, d.Reason = false, KeyLacks
	}
	return d
}

// byRole decides by roles alone, of which those do not count whose account may not
// use own.
func (s *Snapshot) byRole(d *Decision, p *principal, perm catalog.Permission, own catalog.Entitlements, a Account) {
	d.Reason = NoRoleHere
	for h, gives := range s.counting(p, place{at: a}) {
		switch {
		case !gives.Has(perm):
			if d.Reason == NoRoleHere && !gives.Empty() {
				d.Role, d.HeldAt, d.Reason = h.role, h.account, RoleLacks
			}
		case own != 0 && !s.node(h.account).ceiling.Covers(own):
			if !d.Allow && d.Reason != CeilingLacks {
				d.Role, d.HeldAt, d.Reason = h.role, h.account, CeilingLacks
			}
		default:
			d.Allow, d.Role, d.HeldAt, d.Reason = true, h.role, h.account, ByRoleAbove
			if h.account == a {
				d.Reason = ByRole
			}
			if h.role == s.catalog.Owner().ID {
				d.Reason = ByOwnership
			}
			if !s.Role(h.role).Lent {
				return
			}
			// What is lent is the reason only where nothing else gives it.
		}
	}
}

// counting gives the roles of p that count at a place with what each gives there,
// from it upwards: those of the nearest account where p is a member, and what
// adds to any wherever it is held. A role may count and give nothing.
func (s *Snapshot) counting(p *principal, x place) iter.Seq2[held, *catalog.Mask] {
	return func(yield func(held, *catalog.Mask) bool) {
		var one [1]held
		all := p.held(&one)
		decided, below, closed := false, x.below, x.closed
		for at := x.at; at != NoAccount && (!below || p.reaches); {
			n := s.node(at)
			member := false
			here := all
			if len(all) > few {
				here = heldAt(all, at)
			}
			for _, h := range here {
				if h.account != at || s.ended(h) {
					continue
				}
				r := s.Role(h.role)
				if r == nil {
					continue
				}
				member = member || !r.Adds
				if !r.Adds && decided {
					continue
				}
				gives := &r.Own
				if below {
					gives = &r.Below
					if r.Closable && closed {
						gives = &nothing
					}
				}
				if !yield(h, gives) {
					return
				}
			}
			decided = decided || member
			below, closed = true, closed || n.closed
			at = n.parent
		}
	}
}

var nothing catalog.Mask

// May gives every permission w may use at a; Decide says yes to exactly these.
func (s *Snapshot) May(w Who, a Account) (all catalog.Mask) {
	if w.p == nil || !w.p.active || !s.node(a).active || !s.opens(w, place{at: a}) {
		return all
	}
	own := s.catalog.OwnPeople()
	for h, gives := range s.counting(w.p, place{at: a}) {
		if lacks := own &^ s.node(h.account).ceiling; lacks != 0 {
			left := s.without(*gives, lacks)
			gives = &left
		}
		all.Add(gives)
	}
	return w.narrow(s.without(all, s.catalog.AllEntitlements()&^own&^s.node(a).ceiling))
}

// without is a mask without what needs one of the entitlements.
func (s *Snapshot) without(m catalog.Mask, missing catalog.Entitlements) catalog.Mask {
	for ; missing != 0; missing &= missing - 1 {
		m = m.Minus(s.gates.by[bits.TrailingZeros64(uint64(missing))])
	}
	return m
}

// Owns tells whether w holds a or an account above it, suspended or not, and comes
// with no key that leaves some of its permissions out.
func (s *Snapshot) Owns(w Who, a Account) bool {
	if w.p == nil || !w.p.active || s.node(a).gone || !s.opens(w, place{at: a}) || w.scope != nil && w.scope.Only != nil {
		return false
	}
	for h := range s.counting(w.p, place{at: a}) {
		if h.role == s.catalog.Owner().ID {
			return true
		}
	}
	return false
}

// Held are the roles w holds at a itself. Role finds them.
func (s *Snapshot) Held(w Who, a Account) []catalog.RoleID {
	if w.p == nil {
		return nil
	}
	var one [1]held
	var all []catalog.RoleID
	for _, h := range heldAt(w.p.held(&one), a) {
		if !s.ended(h) && s.Role(h.role) != nil {
			all = append(all, h.role)
		}
	}
	return all
}

// Ended is when the last of the roles that w held at a itself ended; zero where
// there was none, or one has not ended. What adds is no membership and left out.
func (s *Snapshot) Ended(w Who, a Account) (last time.Time) {
	if w.p == nil || !s.opens(w, place{at: a}) {
		return last
	}
	var one [1]held
	for _, h := range heldAt(w.p.held(&one), a) {
		switch r := s.Role(h.role); {
		case r == nil || r.Adds:
		case !s.ended(h):
			return time.Time{}
		case h.until.time().After(last):
			last = h.until.time()
		}
	}
	return last
}

// Ends are the times at which something ends that w holds anywhere.
func (s *Snapshot) Ends(w Who) (all []time.Time) {
	if w.p == nil {
		return nil
	}
	var one [1]held
	for _, h := range w.p.held(&one) {
		if h.until != never {
			all = append(all, h.until.time())
		}
	}
	return all
}

// Place is an account where somebody holds a role: whether they own it, and whether
// all they hold there is lent.
type Place struct {
	Account     Account
	Owned, Lent bool
}

// Places are the accounts where w holds any role, ended ones too unless they were
// lent, each once, in no order.
func (s *Snapshot) Places(w Who) (all []Place) {
	if w.p == nil {
		return nil
	}
	var one [1]held
	for _, h := range w.p.held(&one) {
		r := s.Role(h.role)
		if r == nil || r.Lent && s.ended(h) || s.node(h.account).gone {
			continue
		}
		if n := len(all); n == 0 || all[n-1].Account != h.account {
			all = append(all, Place{Account: h.account, Lent: true})
		}
		last := &all[len(all)-1]
		last.Owned, last.Lent = last.Owned || h.role == s.catalog.Owner().ID, last.Lent && r.Lent
	}
	return all
}

// Accounts are the accounts where w holds any role, in no order.
func (s *Snapshot) Accounts(w Who) []uuid.UUID {
	if w.p == nil {
		return nil
	}
	var one [1]held
	var all []uuid.UUID
	last := NoAccount
	for _, h := range w.p.held(&one) {
		if h.account == last || s.ended(h) || s.Role(h.role) == nil {
			continue
		}
		if !s.node(h.account).gone {
			all = append(all, s.ID(h.account))
		}
		last = h.account
	}
	return all
}
