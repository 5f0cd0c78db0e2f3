package account

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

type entitlementRule struct {
	TenantID    uuid.UUID
	ParentID    uuid.UUID
	Entitlement string
	Allowed     bool
	Epoch       int64
}

// giveEntitlements stores what new children of a parent start with: only where
// it differs from the parent's rules.
func giveEntitlements(tx *store.Tx, parent uuid.UUID, children []Account, own catalog.Entitlements) error {
	var rules []entitlementRule
	if err := tx.Where("tenant_id = ? AND parent_id = ?", tx.Change.On.Tenant, parent).Find(&rules).Error; err != nil {
		return err
	}
	byKey := map[string]bool{}
	for _, r := range rules {
		byKey[r.Entitlement] = r.Allowed
	}
	ids := make(store.IDList, len(children))
	for i, c := range children {
		ids[i] = c.ID
	}
	for _, e := range tx.Store.Catalog().Entitlements {
		want := own.Covers(e.Bit)
		if rule, ok := byKey[e.Key]; e.AlwaysOn || want == (rule || !ok) {
			continue
		}
		if err := except(tx, ids, e, want); err != nil {
			return err
		}
	}
	return nil
}

// except makes accounts differ from their parents' rules.
func except(tx *store.Tx, accounts store.IDList, e *catalog.Entitlement, allowed bool) error {
	if len(accounts) == 0 {
		return nil
	}
	return tx.Exec(`INSERT INTO entitlement_exceptions (tenant_id, account_id, entitlement, allowed, epoch)
		SELECT a.tenant_id, a.id, CAST(? AS text), CAST(? AS boolean), CAST(? AS bigint) FROM accounts a WHERE a.tenant_id = ? AND a.id = ANY(CAST(? AS uuid[]))
		ON CONFLICT (tenant_id, account_id, entitlement) DO UPDATE SET allowed = excluded.allowed, epoch = excluded.epoch`,
		e.Key, allowed, tx.Epoch, tx.Change.On.Tenant, accounts).Error
}

// SetEntitlement gives or takes one entitlement of one account below the
// grant's. What is always on stays, and what the account above lacks can not be
// given: the Problems say so under "entitlement".
func (s *Store) SetEntitlement(ctx context.Context, g authz.Grant, key string, account uuid.UUID, allowed bool) error {
	err := s.SetEntitlements(ctx, g, account, map[string]bool{key: allowed})
	if p, ok := err.(store.Problems); ok && p[key] != "" {
		return store.Problems{"entitlement": p[key]}
	}
	return err
}

// SetEntitlements is SetEntitlement for several of one account, all of them or none;
// Problems are under their keys.
func (s *Store) SetEntitlements(ctx context.Context, g authz.Grant, account uuid.UUID, allowed map[string]bool) error {
	p := store.Problems{}
	var set []*catalog.Entitlement
	for _, key := range slices.Sorted(maps.Keys(allowed)) {
		e, err := s.changeable(key)
		if wrong, ok := err.(store.Problems); ok {
			p[key] = wrong["entitlement"]
		}
		set = append(set, e)
	}
	if len(p) > 0 {
		return p
	}
	on := g.Resource()
	on.Kind, on.ID = "account", account
	return s.store.Write(ctx, g.On("account", account), store.Change{Action: "entitlement.set", Permission: "entitlements.edit", On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		acting, _ := snap.Find(on.Account)
		a, ok := snap.Find(account)
		if !ok || a == acting || !snap.Within(a, acting) {
			return store.ErrNotFound
		}
		for _, e := range set {
			if cut := snap.CutBy(snap.Parent(a), e.Bit); allowed[e.Key] && cut != authz.NoAccount {
				p[e.Key] = fmt.Sprintf("%s is not open to the account above, so it can't be turned on here.", e.Title)
			}
		}
		if len(p) > 0 {
			return p
		}
		var row Account
		if err := TakeAccount(tx, &row, account); err != nil {
			return err
		}
		tx.Change.Name = row.Name
		noteEntitlements(tx, set, snap.Own(a), allowed)
		tx.Touch("account", account)
		for _, e := range set {
			if err := except(tx, store.IDList{account}, e, allowed[e.Key]); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteEntitlements keeps for the audit what is given and taken.
func noteEntitlements(tx *store.Tx, set []*catalog.Entitlement, own catalog.Entitlements, allowed map[string]bool) {
	if len(set) == 1 {
		tx.Note("entitlement", set[0].Key)
		tx.Changed("allowed", own.Covers(set[0].Bit), allowed[set[0].Key])
		return
	}
	var given, taken []string
	for _, e := range set {
		switch {
		case allowed[e.Key] && !own.Covers(e.Bit):
			given = append(given, e.Title)
		case !allowed[e.Key] && own.Covers(e.Bit):
			taken = append(taken, e.Title)
		}
	}
	tx.Note("given", given)
	tx.Note("taken", taken)
}

func (s *Store) changeable(key string) (*catalog.Entitlement, error) {
	e := s.store.Catalog().Entitlement(key)
	switch {
	case e == nil:
		return nil, store.Problems{"entitlement": fmt.Sprintf("%q is not a permission of sub-accounts.", key)}
	case e.AlwaysOn:
		return nil, store.Problems{"entitlement": e.Title + " is always on."}
	}
	return e, nil
}

// EntitlementCounts says how one entitlement stands among the accounts that a
// filter shows.
type EntitlementCounts struct {
	Accounts int // shown
	Given    int // of them, with the entitlement in their own set
	Cut      int // of them, where an account above lacks it
}

// CountEntitlements counts, per entitlement, over all that the filter shows.
func (s *Store) CountEntitlements(ctx context.Context, g authz.Grant, f Filter, of []*catalog.Entitlement) ([]EntitlementCounts, error) {
	snap := s.store.Access()
	counts := make([]EntitlementCounts, len(of))
	err := s.eachFiltered(ctx, g, f, snap, func(a authz.Account) {
		own := snap.Own(a)
		above := snap.Ceiling(snap.Parent(a))
		for i, e := range of {
			counts[i].Accounts++
			if own.Covers(e.Bit) {
				counts[i].Given++
			}
			if !above.Covers(e.Bit) {
				counts[i].Cut++
			}
		}
	})
	return counts, err
}

func (s *Store) eachFiltered(ctx context.Context, g authz.Grant, f Filter, snap *authz.Snapshot, do func(authz.Account)) error {
	top, err := s.filterTop(g, f)
	if err != nil {
		return err
	}
	ids, err := s.filteredIDs(ctx, top, f)
	if err != nil {
		return err
	}
	if ids == nil {
		a, ok := snap.Find(top.ID)
		if !ok {
			return store.ErrNotFound
		}
		snap.Descendants(a, func(a authz.Account) bool { do(a); return true })
		return nil
	}
	for _, id := range ids {
		if a, ok := snap.Find(id); ok {
			do(a)
		}
	}
	return nil
}

// SelectAllResult says what a Select all did.
type SelectAllResult struct {
	Epoch   int64 // names it, for UndoSelectAll
	Changed int   // accounts whose own set changed
	Skipped int   // accounts left as they are, because one above lacks the entitlement
}

// SelectAll gives or takes one entitlement of every account that the filter
// shows, in one transaction. Of all under an account it costs a row per parent.
func (s *Store) SelectAll(ctx context.Context, g authz.Grant, key string, f Filter, allowed bool) (SelectAllResult, error) {
	var done SelectAllResult
	e, err := s.changeable(key)
	if err != nil {
		return done, err
	}
	top, err := s.filterTop(g, f)
	if err != nil {
		return done, err
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	err = s.store.Write(ctx, g, store.Change{Action: "entitlement.select_all", Permission: "entitlements.edit", On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		if err := TakeAccount(tx, &top, top.ID); err != nil {
			return err
		}
		tx.Change.Name = top.Name
		at, ok := snap.Find(top.ID)
		if !ok {
			return store.ErrNotFound
		}
		if cut := snap.CutBy(at, e.Bit); allowed && cut != authz.NoAccount {
			return store.Problems{"entitlement": fmt.Sprintf("%s is not open to this account, so it can't be turned on below it.", e.Title)}
		}
		tx.Note("entitlement", e.Key)
		tx.Note("allowed", allowed)
		if f.Whole() {
			err = ruleAll(tx, snap, at, e, allowed, &done)
		} else {
			f.note(tx)
			err = exceptAll(tx, snap, top, f, e, allowed, &done)
		}
		tx.Note("changed", done.Changed)
		tx.Note("epoch", tx.Epoch) // names it for Undo
		done.Epoch = tx.Epoch
		return err
	})
	return done, err
}

// UndoSelectAll puts back what the Select all of an epoch changed at or below the
// grant's account, as far as nothing newer stands there: boxes changed since stay as
// they are. Without a key it is what CopyEntitlements did.
func (s *Store) UndoSelectAll(ctx context.Context, g authz.Grant, key string, epoch int64) error {
	action := "entitlement.undo_copy"
	if key != "" {
		action = "entitlement.undo_select_all"
		if _, err := s.changeable(key); err != nil {
			return err
		}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	return s.store.Write(ctx, g, store.Change{Action: action, Permission: "entitlements.edit", On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		if err := tx.Patient(); err != nil {
			return err
		}
		var top Account
		if err := TakeAccount(tx, &top, on.Account); err != nil {
			return err
		}
		if key != "" {
			tx.Note("entitlement", key)
		}
		tx.Change.Name = top.Name
		what := " WHERE tenant_id = @tenant AND epoch = @epoch AND (@key = '' OR entitlement = @key)"
		args := map[string]any{"tenant": on.Tenant, "epoch": epoch, "key": key, "now": tx.Epoch}
		parents, err := within(tx, snap, "SELECT DISTINCT parent_id FROM entitlement_rules"+what, args)
		if err != nil {
			return err
		}
		accounts, err := within(tx, snap, "SELECT DISTINCT account_id FROM entitlement_exceptions"+what, args)
		if err != nil {
			return err
		}
		args["parents"], args["accounts"] = parents, accounts
		if err := tx.Exec(`UPDATE entitlement_rules SET allowed = coalesce(previous_allowed, true), epoch = coalesce(previous_epoch, 0),
			previous_allowed = NULL, previous_epoch = NULL`+what+` AND parent_id IN (SELECT unnest(CAST(@parents AS uuid[])))`, args).Error; err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE entitlement_exceptions SET allowed = NOT allowed, epoch = @now`+what+` AND account_id IN (SELECT unnest(CAST(@accounts AS uuid[])))`, args).Error; err != nil {
			return err
		}
		for _, id := range parents {
			tx.Touch("children", id)
		}
		for _, id := range accounts {
			tx.Touch("account", id)
		}
		if len(tx.Touched) == 0 {
			return store.Problems{"": "It was changed again meanwhile, so it can't be undone as a whole."}
		}
		return nil
	})
}

// within runs a query for ids of accounts and keeps those at or below the
// grant's.
func within(tx *store.Tx, snap *authz.Snapshot, sql string, args ...any) (store.IDList, error) {
	top, ok := snap.Find(tx.Change.On.Account)
	if !ok {
		return nil, store.ErrNotFound
	}
	var ids []uuid.UUID
	err := tx.Raw(sql, args...).Scan(&ids).Error
	return slices.DeleteFunc(ids, func(id uuid.UUID) bool {
		a, ok := snap.Find(id)
		return !ok || !snap.Within(a, top)
	}), err
}

// ruleAll sets the rule of every parent at or below an account.
func ruleAll(tx *store.Tx, snap *authz.Snapshot, top authz.Account, e *catalog.Entitlement, allowed bool, done *SelectAllResult) error {
	var rules []entitlementRule
	seen, last := map[authz.Account]bool{}, authz.NoAccount
	snap.Descendants(top, func(a authz.Account) bool {
		if snap.Own(a).Covers(e.Bit) != allowed {
			done.Changed++
		}
		if parent := snap.Parent(a); parent != last && !seen[parent] {
			seen[parent] = true
			rules = append(rules, entitlementRule{TenantID: tx.Change.On.Tenant, ParentID: snap.ID(parent), Entitlement: e.Key, Allowed: allowed, Epoch: tx.Epoch})
			tx.Touched = append(tx.Touched, store.Touch{Kind: "rule", ID: snap.ID(parent), Entitlement: e.Key, Allowed: allowed})
		}
		last = snap.Parent(a)
		return true
	})
	if len(rules) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "tenant_id"}, {Name: "parent_id"}, {Name: "entitlement"}},
		DoUpdates: clause.Assignments(map[string]any{
			"allowed": gorm.Expr("excluded.allowed"), "epoch": gorm.Expr("excluded.epoch"),
			"previous_allowed": gorm.Expr("entitlement_rules.allowed"), "previous_epoch": gorm.Expr("entitlement_rules.epoch"),
		}),
	}).CreateInBatches(rules, 1000).Error
}

// exceptAll sets the accounts that a filter shows, parents before children, and
// leaves out those that would be cut even so.
func exceptAll(tx *store.Tx, snap *authz.Snapshot, top Account, f Filter, e *catalog.Entitlement, allowed bool, done *SelectAllResult) error {
	at, _ := snap.Find(top.ID)
	all, err := shownIn(tx, snap, at, top, f)
	if err != nil {
		return err
	}
	given := map[authz.Account]bool{} // by this very write
	var differ store.IDList
	for _, a := range all {
		switch {
		case snap.Own(a).Covers(e.Bit) == allowed:
		case allowed && !reaches(snap, a, e, given):
			done.Skipped++
		default:
			given[a] = allowed
			done.Changed++
			differ = append(differ, snap.ID(a))
			tx.Touch("account", snap.ID(a))
		}
	}
	return except(tx, differ, e, allowed)
}

// SelectAllEffect says beforehand what a Select all will do.
type SelectAllEffect struct {
	SelectAllResult
	Already int // accounts that have it that way
	People  int // who work in the accounts that will change
}

// SelectAllEffect counts what SelectAll would do now.
func (s *Store) SelectAllEffect(ctx context.Context, g authz.Grant, e *catalog.Entitlement, f Filter, allowed bool) (SelectAllEffect, error) {
	var effect SelectAllEffect
	top, err := s.filterTop(g, f)
	if err != nil {
		return effect, err
	}
	snap, given := s.store.Access(), map[authz.Account]bool{}
	var change, rest store.IDList
	err = s.eachFiltered(ctx, g, f, snap, func(a authz.Account) {
		switch {
		case snap.Own(a).Covers(e.Bit) == allowed:
			effect.Already++
			rest = append(rest, snap.ID(a))
		case allowed && !reaches(snap, a, e, given):
			effect.Skipped++
			rest = append(rest, snap.ID(a))
		default:
			given[a] = allowed
			effect.Changed++
			change = append(change, snap.ID(a))
		}
	})
	if err != nil {
		return effect, err
	}
	effect.People, err = s.peopleIn(ctx, top, f, change, rest)
	return effect, err
}

// peopleIn counts who works in the accounts of a filter that change; the rest do not.
func (s *Store) peopleIn(ctx context.Context, top Account, f Filter, change, rest store.IDList) (n int, err error) {
	if len(change) == 0 {
		return 0, nil
	}
	which, ids := "account_id IN (SELECT unnest($2::uuid[]))", change
	if f.Whole() && top.ID == top.TenantID && len(rest) < len(change) { // all of the tenant but few
		which, ids = "account_id <> ALL($2::uuid[])", append(rest, top.ID)
	}
	return n, s.store.One(ctx, store.TenantScope(top.TenantID), []any{&n}, "SELECT (SELECT count(*) FROM memberships WHERE tenant_id = $1 AND "+which+`)
		+ (SELECT count(*) FROM subusers WHERE tenant_id = $1 AND `+which+")", top.TenantID, ids)
}

// reaches tells whether an entitlement given to a would have effect there, with
// what is being given above it.
func reaches(snap *authz.Snapshot, a authz.Account, e *catalog.Entitlement, given map[authz.Account]bool) bool {
	for p := snap.Parent(a); p != authz.NoAccount; p = snap.Parent(p) {
		if !given[p] && !snap.Own(p).Covers(e.Bit) {
			return false
		}
	}
	return true
}
