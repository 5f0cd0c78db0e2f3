package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
	"bailiwick/words"
)

// MaxCopied is how many single entitlements may differ by account after one copy;
// a copy to all below an account is a rule for each parent, and has no such end.
const MaxCopied = 50_000

// CopyEffect says what it does to make accounts have what another one has.
type CopyEffect struct {
	Epoch   int64 // names it, for UndoSelectAll
	From    Account
	Changed int // accounts that gain or lose something
	Already int // accounts that have just this
	People  int // who work in the accounts that change
	Lines   []CopiedEntitlement

	changed, rest store.IDList
}

// CopiedEntitlement is what a copy does by one entitlement that somebody gains or
// loses by it, or can not have.
type CopiedEntitlement struct {
	Entitlement *catalog.Entitlement
	Given       bool         // by the source; else it is taken
	Accounts    store.IDList // that change
	Skipped     int          // that stay as they are, because one above lacks it
}

// copySource finds the account that is copied, below the grant's.
func copySource(snap *authz.Snapshot, g authz.Grant, from uuid.UUID) (authz.Account, error) {
	acting, ok := snap.Find(g.Resource().Account)
	source, there := snap.Find(from)
	if !ok || !there || source == acting || !snap.Within(source, acting) {
		return source, store.ErrNotFound
	}
	return source, nil
}

// plan compares accounts, each after the one above it, with the source.
func (e *CopyEffect) plan(snap *authz.Snapshot, of []*catalog.Entitlement, source authz.Account, targets []authz.Account) {
	differs := make([]bool, len(targets))
	for _, x := range of {
		if x.AlwaysOn {
			continue
		}
		line := CopiedEntitlement{Entitlement: x, Given: snap.Own(source).Covers(x.Bit)}
		given := map[authz.Account]bool{}
		for i, a := range targets {
			switch {
			case a == source || snap.Own(a).Covers(x.Bit) == line.Given:
			case line.Given && !reaches(snap, a, x, given):
				line.Skipped++
			default:
				given[a] = line.Given
				differs[i] = true
				line.Accounts = append(line.Accounts, snap.ID(a))
			}
		}
		if len(line.Accounts)+line.Skipped > 0 {
			e.Lines = append(e.Lines, line)
		}
	}
	for i, a := range targets {
		if differs[i] {
			e.changed = append(e.changed, snap.ID(a))
			continue
		}
		e.rest = append(e.rest, snap.ID(a))
		if a != source {
			e.Already++
		}
	}
	e.Changed = len(e.changed)
}

// CopyEntitlementsEffect says what CopyEntitlements would do now.
func (s *Store) CopyEntitlementsEffect(ctx context.Context, g authz.Grant, from uuid.UUID, f Filter) (e CopyEffect, err error) {
	snap := s.store.Access()
	source, err := copySource(snap, g, from)
	if err != nil {
		return e, err
	}
	if e.From, err = s.Account(ctx, g.Resource().Tenant, from); err != nil {
		return e, err
	}
	top, err := s.filterTop(g, f)
	if err != nil {
		return e, err
	}
	var targets []authz.Account
	if err := s.eachFiltered(ctx, g, f, snap, func(a authz.Account) { targets = append(targets, a) }); err != nil {
		return e, err
	}
	e.plan(snap, s.store.Catalog().Entitlements, source, targets)
	e.People, err = s.peopleIn(ctx, top, f, e.changed, e.rest)
	return e, err
}

// CopyEntitlements makes every account that the filter shows have what another one
// below the grant's has, no more and no less, in one transaction. What an account
// above lacks is left out.
func (s *Store) CopyEntitlements(ctx context.Context, g authz.Grant, from uuid.UUID, f Filter) (e CopyEffect, err error) {
	top, err := s.filterTop(g, f)
	if err != nil {
		return e, err
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	err = s.store.Write(ctx, g, store.Change{Action: "entitlement.copy", Permission: "entitlements.edit", On: on}, func(tx *store.Tx) error {
		e = CopyEffect{}
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		if err := tx.Patient(); err != nil {
			return err
		}
		source, err := copySource(snap, g, from)
		if err != nil {
			return err
		}
		if err := TakeAccount(tx, &top, top.ID); err != nil {
			return err
		}
		if err := TakeAccount(tx, &e.From, from); err != nil {
			return err
		}
		at, ok := snap.Find(top.ID)
		if !ok {
			return store.ErrNotFound
		}
		targets, err := shownIn(tx, snap, at, top, f)
		if err != nil {
			return err
		}
		e.plan(snap, s.store.Catalog().Entitlements, source, targets)
		if e.Changed == 0 {
			return store.Problems{"": "Nothing would change: choose sub-accounts that differ from " + e.From.Name + "."}
		}
		tx.Change.Name = top.Name
		tx.Note("copied_from", e.From.Name)
		tx.Note("changed", e.Changed)
		tx.Note("epoch", tx.Epoch)
		f.note(tx)
		e.Epoch = tx.Epoch
		return e.store(tx, snap, at, f.Whole())
	})
	return e, err
}

// shownIn are the accounts that a filter shows now, each after the one above it.
func shownIn(tx *store.Tx, snap *authz.Snapshot, at authz.Account, top Account, f Filter) (all []authz.Account, err error) {
	if f.Whole() {
		snap.Descendants(at, func(a authz.Account) bool { all = append(all, a); return true })
		return all, nil
	}
	var ids []uuid.UUID
	where, args := f.shown(top)
	err = tx.Raw("SELECT id FROM accounts a WHERE "+where+" ORDER BY path", args).Scan(&ids).Error
	for _, id := range ids {
		if a, ok := snap.Find(id); ok {
			all = append(all, a)
		}
	}
	return all, err
}

// store makes it so: by a rule for each parent, or account by account.
func (e *CopyEffect) store(tx *store.Tx, snap *authz.Snapshot, at authz.Account, whole bool) error {
	touched, differences := map[uuid.UUID]bool{}, 0
	for _, line := range e.Lines {
		switch {
		case len(line.Accounts) == 0:
			continue
		case whole:
			if err := ruleAll(tx, snap, at, line.Entitlement, line.Given, &SelectAllResult{}); err != nil {
				return err
			}
			continue
		}
		if differences += len(line.Accounts); differences > MaxCopied {
			return store.Problems{"": fmt.Sprintf("This changes more than %s single permissions. Choose fewer sub-accounts at a time.", words.Number(MaxCopied))}
		}
		if err := except(tx, line.Accounts, line.Entitlement, line.Given); err != nil {
			return err
		}
		for _, id := range line.Accounts {
			if !touched[id] {
				touched[id] = true
				tx.Touch("account", id)
			}
		}
	}
	return nil
}
