package authz

import (
	"slices"
	"time"

	"bailiwick/catalog"
)

// Beyond is what is not somebody's to give, place by place; empty where nothing is.
type Beyond []Excess

// Excess is what somebody lacks at one place.
type Excess struct {
	What catalog.Mask
	// At is the account, where Below is false; otherwise the place is the accounts
	// below it, and with Closed those of them that are closed to main members.
	At            Account
	Below, Closed bool
	// From is when it begins to lack; zero is now.
	From time.Time
}

// Empty tells whether nothing is beyond.
func (b Beyond) Empty() bool { return len(b) == 0 }

// What is everything that is beyond, wherever.
func (b Beyond) What() (all catalog.Mask) {
	for _, x := range b {
		all.Add(&x.What)
	}
	return all
}

// place is where it is asked what roles give: an account or, with below, any
// account right below it, which may be closed to main members.
type place struct {
	at            Account
	below, closed bool
}

// MayGrant says which permissions of the roles are beyond what w may grant at a.
// A role is compared with what w's own roles give wherever it would reach: at a,
// below it, and below it where a sub-account is closed to main members, in all of
// which a nearer membership of w's may leave them less. Whether a ceiling cuts any
// of it today is not the question, so that a wider one never makes the receiver
// more than the giver; what is lent to w they do not pass on. Who owns the account
// may grant any role but ownership, whose place is with the account. Of a role that
// can not be granted, or at an unknown or suspended account, all is beyond.
func (s *Snapshot) MayGrant(w Who, a Account, roles ...*catalog.Role) (all Beyond) {
	for _, r := range roles {
		if r == nil || !r.Grantable {
			return Beyond{{What: s.gates.permissions, At: a}}
		}
		all = append(all, s.mayGive(w, a, r)...)
	}
	return all
}

// MayLend is MayGrant for a role that is lent.
func (s *Snapshot) MayLend(w Who, a Account, r *catalog.Role) Beyond {
	if r == nil || !r.Lent {
		return Beyond{{What: s.gates.permissions, At: a}}
	}
	return s.mayGive(w, a, r)
}

func (s *Snapshot) mayGive(w Who, a Account, r *catalog.Role) Beyond {
	if !s.node(a).active {
		if gives := r.Own.Or(r.Below); !gives.Empty() {
			return Beyond{{What: gives, At: a}}
		}
		return nil
	}
	return s.beyond(w, a, func(x place) catalog.Mask { return *s.gives(r, a, x) })
}

// GivesUntil is how long w can give a role that they may give at a now, or lend it:
// until one of their own roles ends without which they could not. Zero is for good.
func (s *Snapshot) GivesUntil(w Who, a Account, r *catalog.Role) time.Time {
	for _, t := range s.moments(w) {
		if !s.At(t).mayGive(w, a, r).Empty() {
			return t
		}
	}
	return time.Time{}
}

// Lets says what an act of w's would let somebody do at or below an account that w
// can not do there themselves, now or at a time to come. Was is that somebody in
// this snapshot, is who they are in the one after the act; MayGrant says what else
// holds.
func (s *Snapshot) Lets(w Who, top Account, was Who, after *Snapshot, is Who) Beyond {
	all := s.lets(w, top, was, after, is)
	for _, t := range s.moments(w, was, is) {
		if !all.Empty() {
			break
		}
		all = s.At(t).lets(w, top, was, after.At(t), is)
		for i := range all {
			all[i].From = t
		}
	}
	return all
}

func (s *Snapshot) lets(w Who, top Account, was Who, after *Snapshot, is Who) Beyond {
	return s.beyond(w, top, func(x place) catalog.Mask { return after.reach(is, x).Minus(s.reach(was, x)) })
}

// beyond says what of a gain at and below an account w may not give.
func (s *Snapshot) beyond(w Who, top Account, gain func(place) catalog.Mask) (all Beyond) {
	if s.everywhere(w, top) {
		return nil
	}
	for _, at := range s.turns(w, top) {
		for _, x := range []place{{at, false, false}, {at, true, false}, {at, true, true}} {
			if what := gain(x).Minus(s.kept(w, x)); !what.Empty() {
				all = append(all, Excess{What: what, At: at, Below: x.below, Closed: x.closed})
			}
		}
	}
	return all
}

// turns are an account and those below it where w has a membership of their own,
// which decides there: between them what w may do does not change, but where an
// account is closed. Where w owns an account they may give anything.
func (s *Snapshot) turns(w Who, top Account) []Account {
	all := []Account{top}
	if w.p == nil {
		return all
	}
	var one [1]held
	for _, h := range w.p.held(&one) {
		if h.account == all[len(all)-1] || h.account == top || s.ended(h) || s.node(h.account).gone {
			continue
		}
		if r := s.Role(h.role); r != nil && !r.Adds && s.Within(h.account, top) && !s.Owns(w, h.account) {
			all = append(all, h.account)
		}
	}
	return all
}

// gives is what a role held at an account gives at a place at or below it.
func (s *Snapshot) gives(r *catalog.Role, a Account, x place) *catalog.Mask {
	if x.at == a && !x.below {
		return &r.Own
	}
	for at := x.at; r.Closable && at != a; at = s.node(at).parent {
		x.closed = x.closed || s.node(at).closed
	}
	if r.Closable && x.closed {
		return &nothing
	}
	return &r.Below
}

// kept is reach, and nothing of who is not active.
func (s *Snapshot) kept(w Who, x place) catalog.Mask {
	if w.p == nil || !w.p.active {
		return nothing
	}
	return s.reach(w, x)
}

// reach is what all roles of w give at a place, whatever its ceiling, but for those
// that are lent. Who owns a place reaches everything: they may give it to themselves.
func (s *Snapshot) reach(w Who, x place) (all catalog.Mask) {
	if w.p == nil || !s.opens(w, x) {
		return all
	}
	for h, gives := range s.counting(w.p, x) {
		switch {
		case h.role == s.catalog.Owner().ID:
			all.Add(&s.gates.permissions)
		case !s.Role(h.role).Lent:
			all.Add(gives)
		}
	}
	return w.narrow(all)
}

// moments are the times to come at which something ends that one of some holds.
func (s *Snapshot) moments(who ...Who) (all []time.Time) {
	for _, w := range who {
		for _, t := range s.Ends(w) {
			if secondsAt(t) > s.now {
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// Outranks tells whether some roles held at an account give more there than w has,
// who then leaves their holder alone. The owner outranks everybody.
func (s *Snapshot) Outranks(w Who, a Account, roles ...*catalog.Role) bool {
	if !s.node(a).active {
		return true
	}
	if s.Owns(w, a) {
		return false
	}
	kept := s.kept(w, place{at: a})
	return slices.ContainsFunc(roles, func(r *catalog.Role) bool { return !r.Own.Minus(kept).Empty() })
}

// Instead is somebody as they would be with these roles at an account in the place
// of those that they hold there, but for what adds.
func (s *Snapshot) Instead(id PrincipalID, a Account, roles []Assignment) Who {
	n := &next{Snapshot: *s}
	active := true
	var list []held
	if w := s.Who(id); w.Known() {
		active = w.p.active
		var one [1]held
		for _, h := range w.p.held(&one) {
			if r := s.Role(h.role); h.account != a || r != nil && r.Adds {
				list = append(list, h)
			}
		}
	}
	for _, as := range roles {
		if h, r := n.hold(as); r != nil {
			list = append(list, h)
		}
	}
	p, _ := n.compile(id.Kind, active, list)
	return Who{p: &p}
}
