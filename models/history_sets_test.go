package models_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/modelstest"
)

// set is a set of people and of programs, each with a key, and what any of them could
// do at the start, or would be able to by the mere passing of time, or was let do by
// somebody outside.
type set struct {
	acts  map[whoActs]bool
	could map[uuid.UUID]catalog.Mask
	until int // after so many operations another set takes its place
}

const sets = 4

// has tells whether who acts is one of the set, or a program that acts as one.
func (s *set) has(x whoActs) bool { return s.acts[x] || s.acts[whoActs{id: x.id}] }

// gather draws sets: of those who can do a little and those who can do a lot, now and
// then with the subusers of somewhere, and with programs.
func (h *history) gather() {
	for i := range h.sets {
		s := &h.sets[i]
		if s.acts != nil && h.done < s.until {
			continue
		}
		everyone := h.everyone(h.world)
		*s = set{acts: map[whoActs]bool{}, until: h.done + 50 + h.r.IntN(200)}
		for range 1 + h.r.IntN(5) {
			if actor, ok := h.program(); ok && h.r.IntN(2) == 0 {
				s.acts[acts(actor)] = true
			} else {
				s.acts[whoActs{id: everyone[h.r.IntN(len(everyone))]}] = true
			}
		}
		s.could = h.can(h.world, s)
	}
}

// can is what roles let a set do in each account, whatever its ceiling and state,
// now and at any time to come. Owners can let themselves do anything.
func (h *history) can(w world, s *set) map[uuid.UUID]catalog.Mask {
	all := map[uuid.UUID]catalog.Mask{}
	for who := range s.acts {
		for _, t := range ends(w, who.id) {
			then := w
			then.Now = t
			for _, id := range w.order {
				var may catalog.Mask
				for _, way := range then.Ways(who.id, id) {
					may.Add(&way.Gives)
					if way.Role == modelstest.Ground(h.s).Catalog().Owner() {
						for _, p := range modelstest.Ground(h.s).Catalog().Permissions() {
							may.Set(p)
						}
					}
				}
				may = w.narrow(who, id, may)
				sum := all[id]
				sum.Add(&may)
				all[id] = sum
			}
		}
	}
	return all
}

// ends are now and the times at which something ends that one of some holds.
func ends(w world, who ...authz.PrincipalID) []time.Time {
	all := []time.Time{w.Now}
	for _, id := range who {
		for _, as := range w.Principals[id].Assignments {
			if as.Until.After(w.Now) && !slices.Contains(all, as.Until) {
				all = append(all, as.Until)
			}
		}
	}
	return all
}

// conspire checks invariant 16 for what was done by some: where all of them are of
// a set, nobody of it may do what, at the start, none of them could.
func (h *history) conspire(before world, name string, by ...whoActs) {
	if slices.Equal(h.changed(before), nil) {
		return
	}
	for i := range h.sets {
		s := &h.sets[i]
		if !slices.ContainsFunc(by, func(x whoActs) bool { return !s.has(x) }) {
			h.within16(s, name, before.order...)
		}
		for id, may := range h.can(h.world, s) {
			could := s.could[id]
			could.Add(&may)
			s.could[id] = could
		}
	}
}

// within16 fails where somebody of a set may do what none of it could at the start, in
// accounts that were there.
func (h *history) within16(s *set, name string, accounts ...uuid.UUID) {
	may := h.can(h.world, s)
	for _, id := range accounts {
		if more := may[id].Minus(s.could[id]); !more.Empty() {
			var who []string
			for x := range s.acts {
				who = append(who, fmt.Sprintf("%s with a key %t for %q: %s", h.name(x.id), x.account != uuid.Nil, h.keysOf(x.only), ways(h.world, x.id, id)))
			}
			h.fail("invariant 16: by %s, a set may do in %s what none of it could: %s\n%q", name, h.world.names[id], h.keysOf(more), who)
		}
	}
}

// Changed are those who hold something else than before, or everybody where what
// reaches whom changed.
func (h *history) changed(before world) (all []authz.PrincipalID) {
	for id, a := range h.world.Accounts {
		if b, there := before.Accounts[id]; !there || a.Parent != b.Parent || a.Closed != b.Closed {
			return h.everyone(h.world)
		}
	}
	sameRole := func(a, b authz.CustomRole) bool { return a.Role.Own == b.Role.Own }
	if !maps.EqualFunc(h.world.Roles, before.Roles, sameRole) {
		return h.everyone(h.world)
	}
	for _, id := range h.everyone(h.world) {
		if !reflect.DeepEqual(h.world.Principals[id], before.Principals[id]) {
			all = append(all, id)
		}
	}
	return all
}

// given checks that what somebody is given, at once or later, whoever gave it had
// then and there themselves, if they do not own the account.
func (h *history) given(before world, name string, grantor whoActs) {
	for _, who := range h.changed(before) {
		for _, t := range ends(h.world, who, grantor.id) {
			was, is := before, h.world
			was.Now, is.Now = t, t
			for _, id := range before.order {
				if _, there := h.world.Accounts[id]; !there {
					continue
				}
				gained := roleMask(is, who, id).Minus(roleMask(was, who, id))
				if gained.Empty() || before.owns(grantor, id) {
					continue
				}
				if beyond := gained.Minus(was.narrow(grantor, id, keptMask(was, grantor.id, id))); !beyond.Empty() {
					h.fail("invariant 16: by %s, %s gave %s what they do not have themselves in %s at %s: %s\nthey hold: %s\nwho got it: %s", name, h.name(grantor.id), h.name(who), before.names[id],
						t.Format(time.DateTime), h.keysOf(beyond), ways(before, grantor.id, id), ways(h.world, who, id))
				}
			}
		}
	}
}

// keptMask is roleMask without what is lent.
func keptMask(w world, who authz.PrincipalID, at uuid.UUID) (m catalog.Mask) {
	for _, way := range w.Ways(who, at) {
		if !way.Role.Lent {
			m.Add(&way.Gives)
		}
	}
	return m
}
