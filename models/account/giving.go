package account

import (
	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// MayGrant refuses roles that give more than the actor may grant here, or for
// longer. Problems name role, and `until.` with the name.
func MayGrant(tx *store.Tx, snap *authz.Snapshot, given []store.HeldRole) error {
	if tx.Grant.IsSystem() {
		return nil
	}
	a, ok := snap.Find(tx.Change.On.Account)
	if !ok {
		return store.ErrNotFound
	}
	return tx.Store.MayGive(snap, snap.Acting(tx.Grant.Actor()), a, given, func(id uuid.UUID) string { return AccountName(tx, id) })
}

// AccountName is the name of an account of the write's tenant.
func AccountName(tx *store.Tx, id uuid.UUID) string {
	var a Account
	if TakeAccount(tx, &a, id) != nil {
		return "a sub-account"
	}
	return a.Name
}

// Outranked tells whether some roles held in the write's account give more there
// than the actor has, so that their holder is not the actor's to change.
func Outranked(tx *store.Tx, snap *authz.Snapshot, roles []store.HeldRole) bool {
	if tx.Grant.IsSystem() {
		return false
	}
	a, _ := snap.Find(tx.Change.On.Account)
	return snap.Outranks(snap.Acting(tx.Grant.Actor()), a, store.Running(roles, tx.Store.Now())...)
}

// Lets says what the write would let somebody do in its account or below that the
// actor can not do there themselves, now or later. After is how things stand then.
func Lets(tx *store.Tx, snap *authz.Snapshot, who authz.PrincipalID, after *authz.Snapshot, is authz.Who) authz.Beyond {
	if tx.Grant.IsSystem() {
		return nil
	}
	a, _ := snap.Find(tx.Change.On.Account)
	return snap.Lets(snap.Acting(tx.Grant.Actor()), a, snap.Who(who), after, is)
}

// LetsByRoles is lets where somebody would have other roles in the account.
func LetsByRoles(tx *store.Tx, snap *authz.Snapshot, who authz.PrincipalID, roles []store.HeldRole) authz.Beyond {
	a, _ := snap.Find(tx.Change.On.Account)
	return Lets(tx, snap, who, snap, snap.Instead(who, a, store.Assigned(roles, tx.Change.On.Account)))
}
