// Package oracle decides who may do what slowly and obviously, from plain lists,
// as the domain's rules say it in words. Tests and benchmarks hold every faster
// answer against it; nothing else uses it.
package oracle

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// World is every account and every principal, as they were last told.
type World struct {
	Catalog    *catalog.Catalog
	Accounts   map[uuid.UUID]authz.AccountState
	Principals map[authz.PrincipalID]authz.Principal
	Roles      map[uuid.UUID]authz.CustomRole
	Now        time.Time
}

// New is a world with nobody in it.
func New(c *catalog.Catalog) World {
	return World{Catalog: c, Accounts: map[uuid.UUID]authz.AccountState{}, Principals: map[authz.PrincipalID]authz.Principal{}, Roles: map[uuid.UUID]authz.CustomRole{}}
}

// Role is the role that an assignment names, or nil.
func (w World) Role(as authz.Assignment) *catalog.Role {
	if as.Custom == uuid.Nil {
		return w.Catalog.RoleByID(as.Role)
	}
	if r, ok := w.Roles[as.Custom]; ok && r.Account == as.Account {
		return r.Role
	}
	return nil
}

// Holds are the assignments of a principal that have not ended.
func (w World) Holds(id authz.PrincipalID) (all []authz.Assignment) {
	for _, as := range w.Principals[id].Assignments {
		if as.Until.IsZero() || w.Now.Truncate(time.Second).Before(as.Until.Truncate(time.Second)) {
			all = append(all, as)
		}
	}
	return all
}

// With is the world after the changes.
func (w World) With(ch authz.Changes) World {
	w.Accounts, w.Principals, w.Roles = maps.Clone(w.Accounts), maps.Clone(w.Principals), maps.Clone(w.Roles)
	for _, rule := range ch.Rules {
		for id, a := range w.Accounts {
			if a.Parent != uuid.Nil && a.Parent == rule.Parent {
				a.Own &^= rule.Entitlement
				if rule.Allowed {
					a.Own |= rule.Entitlement
				}
				w.Accounts[id] = a
			}
		}
	}
	for _, a := range ch.Accounts {
		if _, known := w.Accounts[a.ID]; !known {
			w.Accounts[a.ID] = authz.AccountState{ID: a.ID, Tenant: a.Tenant}
		}
	}
	for _, a := range ch.Accounts {
		parent, known := w.Accounts[a.Parent]
		orphan := a.Parent != uuid.Nil && (!known || parent.Tenant != w.Accounts[a.ID].Tenant)
		if orphan || a.Tenant != w.Accounts[a.ID].Tenant {
			a.Tenant, a.Parent, a.Removed = w.Accounts[a.ID].Tenant, uuid.Nil, true
		}
		w.Accounts[a.ID] = a
	}
	for _, r := range ch.Roles {
		was, again := w.Roles[r.ID]
		if again && r.Role == nil {
			r.Account = was.Account
		}
		if _, ok := w.Accounts[r.Account]; ok && (!again || was.Account == r.Account) {
			w.Roles[r.ID] = r
		}
	}
	for _, p := range ch.Principals {
		var known []authz.Assignment
		malformed := false
		for _, as := range p.Assignments {
			role := w.Role(as)
			if _, ok := w.Accounts[as.Account]; !ok || role == nil {
				continue
			}
			// A subuser or service account belongs to exactly one account and is
			// never its owner.
			if p.ID.Kind != authz.Member && (role.Adds || as.Account != p.Assignments[0].Account) {
				malformed = true
			}
			known = append(known, as)
		}
		if p.Assignments = known; malformed {
			p.Assignments = nil
		}
		if p.In != uuid.Nil {
			for _, as := range w.Principals[p.ID].Assignments {
				if w.Accounts[as.Account].Tenant != p.In {
					p.Assignments = append(p.Assignments, as)
				}
			}
			p.In = uuid.Nil
		}
		if p.ID.Kind == authz.Member || p.ID.Kind == authz.Subuser || p.ID.Kind == authz.ServiceAccount {
			w.Principals[p.ID] = p
		}
	}
	return w
}

// Up is the way from an account to its root, both included.
func (w World) Up(id uuid.UUID) (way []authz.AccountState) {
	for ; id != uuid.Nil; id = w.Accounts[id].Parent {
		way = append(way, w.Accounts[id])
	}
	return way
}

// State tells whether an account is present, with none on the way up removed, and
// open, with none suspended either.
func (w World) State(id uuid.UUID) (present, open bool) {
	_, present = w.Accounts[id]
	open = present
	for _, a := range w.Up(id) {
		present = present && !a.Removed
		open = open && !a.Removed && !a.Suspended
	}
	return present, open
}

// Own is what an account was given: everything for a root, and what is always on.
func (w World) Own(id uuid.UUID) catalog.Entitlements {
	if w.Accounts[id].Parent == uuid.Nil {
		return w.Catalog.AllEntitlements()
	}
	return w.Accounts[id].Own | w.Catalog.AlwaysOn()
}

// Ceiling is an account's own entitlements, cut by every ancestor's.
func (w World) Ceiling(id uuid.UUID) catalog.Entitlements {
	cap := w.Catalog.AllEntitlements()
	for _, a := range w.Up(id) {
		cap &= w.Own(a.ID)
	}
	return cap
}

// Way is a role through which a principal has something at an account.
type Way struct {
	Role  *catalog.Role
	At    uuid.UUID
	Gives catalog.Mask
}

// Ways are the roles that count for a principal at an account.
func (w World) Ways(id authz.PrincipalID, account uuid.UUID) (ways []Way) {
	if present, _ := w.State(account); !present || !w.Principals[id].Active {
		return nil
	}
	nearest, closed := uuid.Nil, false
	for _, a := range w.Up(account) {
		for _, as := range w.Holds(id) {
			role := w.Role(as)
			if as.Account != a.ID || role == nil {
				continue
			}
			if !role.Adds {
				if nearest == uuid.Nil {
					nearest = a.ID
				}
				if nearest != a.ID {
					continue // a nearer membership decides
				}
			}
			switch {
			case a.ID == account:
				ways = append(ways, Way{role, a.ID, role.Own})
			case id.Kind == authz.Member && !(role.Closable && closed):
				ways = append(ways, Way{role, a.ID, role.Below})
			}
		}
		closed = closed || a.Closed
	}
	return ways
}

// Owns tells whether a principal is the owner of an account or of one above it.
func (w World) Owns(id authz.PrincipalID, account uuid.UUID) bool {
	return slices.ContainsFunc(w.Ways(id, account), func(way Way) bool { return way.Role == w.Catalog.Owner() })
}

// Visible tells whether a principal may know that an account exists.
func (w World) Visible(id authz.PrincipalID, account uuid.UUID) bool {
	return slices.ContainsFunc(w.Ways(id, account), func(way Way) bool { return !way.Gives.Empty() })
}

// ByRoles tells whether a principal's roles give a permission at an account.
func (w World) ByRoles(id authz.PrincipalID, p catalog.Permission, account uuid.UUID) bool {
	_, open := w.State(account)
	return open && slices.ContainsFunc(w.Ways(id, account), func(way Way) bool { return way.Gives.Has(p) })
}

// Allows is the decision. What binds an account's own people alone is asked of the
// account where the role is held, everything else of the one that is acted in.
func (w World) Allows(id authz.PrincipalID, p catalog.Permission, account uuid.UUID) bool {
	_, open := w.State(account)
	own := w.Catalog.Needs(p) & w.Catalog.OwnPeople()
	return open && w.Ceiling(account).Covers(w.Catalog.Needs(p)&^own) && slices.ContainsFunc(w.Ways(id, account), func(way Way) bool {
		return way.Gives.Has(p) && w.Ceiling(way.At).Covers(own)
	})
}

// MayGrant tells whether a principal may give a role at an account.
func (w World) MayGrant(id authz.PrincipalID, account uuid.UUID, role *catalog.Role) bool {
	return role.Grantable && w.mayGive(id, account, role)
}

// MayLend tells whether a principal may let others have a lent role at an account.
func (w World) MayLend(id authz.PrincipalID, account uuid.UUID, role *catalog.Role) bool {
	return role.Lent && w.mayGive(id, account, role)
}

// mayGive lets a stranger have the role, and looks what they get that the giver
// does not: in every account from there downwards, and in accounts below those
// that might be made, open to main members or closed.
func (w World) mayGive(id authz.PrincipalID, account uuid.UUID, role *catalog.Role) bool {
	if _, open := w.State(account); !open {
		return role.Own.Empty() && role.Below.Empty()
	}
	stranger := authz.PrincipalID{Kind: authz.Member, ID: uuid.Max}
	w.Accounts, w.Principals, w.Roles = maps.Clone(w.Accounts), maps.Clone(w.Principals), maps.Clone(w.Roles)
	w.Roles[uuid.Max] = authz.CustomRole{Account: account, ID: uuid.Max, Role: role}
	w.Principals[stranger] = authz.Principal{ID: stranger, Active: true, Assignments: []authz.Assignment{{Account: account, Custom: uuid.Max}}}
	var below []uuid.UUID
	for _, a := range slices.Collect(maps.Values(w.Accounts)) {
		present, _ := w.State(a.ID)
		if !present || !slices.ContainsFunc(w.Up(a.ID), func(up authz.AccountState) bool { return up.ID == account }) {
			continue
		}
		below = append(below, a.ID)
		for i, closed := range []bool{false, true} {
			made := uuid.NewSHA1(a.ID, []byte{byte(i)})
			w.Accounts[made] = authz.AccountState{ID: made, Tenant: a.Tenant, Parent: a.ID, Closed: closed}
			below = append(below, made)
		}
	}
	for _, at := range below {
		if w.Owns(id, at) {
			continue
		}
		var gets, keeps catalog.Mask
		for _, way := range w.Ways(stranger, at) {
			gets.Add(&way.Gives)
		}
		for _, way := range w.Ways(id, at) {
			if !way.Role.Lent {
				keeps.Add(&way.Gives)
			}
		}
		if !gets.Minus(keeps).Empty() {
			return false
		}
	}
	return true
}

// CutBy is the nearest account on the way up whose own set lacks something of need.
func (w World) CutBy(account uuid.UUID, need catalog.Entitlements) uuid.UUID {
	for _, a := range w.Up(account) {
		if !w.Own(a.ID).Covers(need) {
			return a.ID
		}
	}
	return uuid.Nil
}
