package models

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// mayGrant refuses roles that give more than the actor may grant here, or for
// longer. Problems name role, and `until.` with the name.
func (tx *Tx) mayGrant(snap *authz.Snapshot, given []HeldRole) error {
	if tx.grant.IsSystem() {
		return nil
	}
	a, ok := snap.Find(tx.change.on.Account)
	if !ok {
		return ErrNotFound
	}
	return tx.store.mayGive(snap, snap.Who(tx.grant.Actor().ID), a, given, tx.accountName)
}

// mayGive is mayGrant for anybody.
func (s *Store) mayGive(snap *authz.Snapshot, who authz.Who, a authz.Account, given []HeldRole, name func(uuid.UUID) string) error {
	for _, r := range given {
		if beyond := snap.MayGrant(who, a, r.Role); !beyond.Empty() {
			return Problems{"role": r.Title + " " + s.BeyondText(snap, a, beyond, name) + ", so you can't give it."}
		}
		if until := snap.GivesUntil(who, a, r.Role); Outlasts(r.Until, until) {
			return Problems{"until." + r.name: endsBefore(until)}
		}
	}
	return nil
}

// Outlasts tells whether something that ends at a time, or never where it is zero,
// lasts longer than something else.
func Outlasts(end, other time.Time) bool {
	return !other.IsZero() && (end.IsZero() || end.After(other))
}

func endsBefore(own time.Time) string {
	return "What you give can't outlast your own role, which ends on " + own.UTC().Format("2 January 2006, 15:04:05 MST") + ". Choose that time or an earlier one."
}

// BeyondText says what somebody can not give and where they lack it, after the
// name of a role. An account is named where their own nearer role decides.
func (s *Store) BeyondText(snap *authz.Snapshot, at authz.Account, beyond authz.Beyond, name func(uuid.UUID) string) string {
	x := beyond[0]
	gives := "gives " + s.permissionTitles(x.What)
	switch place := name(snap.ID(x.At)); {
	case x.At == at && !x.Below:
		return gives + ", which you don't have here"
	case x.At == at && x.Closed:
		return gives + " in sub-accounts that are closed to main members, which you don't have there"
	case x.At == at:
		return gives + " in sub-accounts, which you don't have there"
	case x.Below:
		return gives + " below " + place + ", which you don't have there"
	default:
		return gives + " in " + place + ", which you don't have there"
	}
}

// permissionTitles names some permissions, the first of them by title.
func (s *Store) permissionTitles(some catalog.Mask) string {
	var titles []string
	some.Each(func(p catalog.Permission) { titles = append(titles, "“"+s.catalog.Info(p).Title+"”") })
	if n := len(titles); n > 3 {
		titles = append(titles[:3], fmt.Sprintf("%d more", n-3))
	}
	last := len(titles) - 1
	if last == 0 {
		return titles[0]
	}
	return strings.Join(titles[:last], ", ") + " and " + titles[last]
}

// accountName is the name of an account of the write's tenant.
func (tx *Tx) accountName(id uuid.UUID) string {
	var a Account
	if tx.account(&a, id) != nil {
		return "a sub-account"
	}
	return a.Name
}

// outranked tells whether some roles held in the write's account give more there
// than the actor has, so that their holder is not the actor's to change.
func (tx *Tx) outranked(snap *authz.Snapshot, roles []HeldRole) bool {
	if tx.grant.IsSystem() {
		return false
	}
	a, _ := snap.Find(tx.change.on.Account)
	return snap.Outranks(snap.Who(tx.grant.Actor().ID), a, Running(roles, tx.store.now())...)
}

// lets says what the write would let somebody do in its account or below that the
// actor can not do there themselves, now or later. After is how things stand then.
func (tx *Tx) lets(snap *authz.Snapshot, who authz.PrincipalID, after *authz.Snapshot, is authz.Who) authz.Beyond {
	if tx.grant.IsSystem() {
		return nil
	}
	a, _ := snap.Find(tx.change.on.Account)
	return snap.Lets(snap.Who(tx.grant.Actor().ID), a, snap.Who(who), after, is)
}

// letsByRoles is lets where somebody would have other roles in the account.
func (tx *Tx) letsByRoles(snap *authz.Snapshot, who authz.PrincipalID, roles []HeldRole) authz.Beyond {
	a, _ := snap.Find(tx.change.on.Account)
	return tx.lets(snap, who, snap, snap.Instead(who, a, assigned(roles, tx.change.on.Account)))
}

// assigned are roles held in an account, as a snapshot is told of them.
func assigned(roles []HeldRole, account uuid.UUID) (all []authz.Assignment) {
	for _, r := range roles {
		as := authz.Assignment{Account: account, Role: r.ID, Until: r.Until}
		if r.Base != nil {
			as.Custom = CustomID(r.Role)
		}
		all = append(all, as)
	}
	return all
}
