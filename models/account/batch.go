package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// BatchActs are the acts that can be done to many accounts at once, each with
// the act that takes it back.
var BatchActs = map[string]string{
	"suspend": "resume", "resume": "suspend", "archive": "restore", "restore": "archive", "label": "unlabel", "unlabel": "label",
}

// Selection says which accounts below the acting one are meant.
type Selection struct {
	store.Many
	Filter Filter // what All are narrowed down to
}

const accountGone = "is no longer there"

// ChangeAccounts does one act to many accounts below the grant's, in one
// transaction. Those that it can not be done to are left, each with the reason.
func (s *Store) ChangeAccounts(ctx context.Context, g authz.Grant, act, label string, sel Selection) (store.Batch, error) {
	return s.batch(ctx, g, act, label, sel, func(*store.Tx) error { return nil })
}

// UndoAccountBatch does the opposite to just the accounts that an act changed, once.
func (s *Store) UndoAccountBatch(ctx context.Context, g authz.Grant, id uuid.UUID) (store.Batch, error) {
	done, err := s.AccountBatch(ctx, g, id)
	if err != nil {
		return done, err
	}
	return s.batch(ctx, g, BatchActs[done.Act], done.Detail, Selection{Many: store.Some(done.Changed...)}, func(tx *store.Tx) error {
		return tx.UndoesBatch(id)
	})
}

// AccountBatch finds what an act in the grant's account did.
func (s *Store) AccountBatch(ctx context.Context, g authz.Grant, id uuid.UUID) (store.Batch, error) {
	return s.store.Batch(ctx, g, "account", id)
}

func (s *Store) batch(ctx context.Context, g authz.Grant, act, label string, sel Selection, also func(*store.Tx) error) (b store.Batch, err error) {
	if BatchActs[act] == "" {
		return b, store.Problems{"act": "Choose what to do with them."}
	}
	if act == "label" || act == "unlabel" {
		labels, wrong := readLabels([]string{label})
		switch {
		case wrong != "":
			return b, store.Problems{"label": wrong}
		case len(labels) == 0:
			return b, store.Problems{"label": "Enter a label."}
		}
		label = labels[0]
	} else {
		label = ""
	}
	if sel.None() {
		return b, store.Problems{"": "Select at least one account."}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	err = s.store.Write(ctx, g, store.Change{Action: "account." + act + "_many", Permission: "sub_accounts.edit", On: on, Name: label}, func(tx *store.Tx) error {
		b = store.Batch{ID: store.NewID(), Things: "account", Act: act, Detail: label, Permission: "sub_accounts.edit", MadeAt: s.store.Now()}
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		if err := tx.Patient(); err != nil {
			return err
		}
		chosen, err := chosen(tx, sel)
		if err != nil {
			return err
		}
		if err := sel.Agrees(len(chosen)); err != nil {
			return err
		}
		found := map[uuid.UUID]bool{}
		for _, a := range chosen {
			found[a.ID] = true
		}
		for _, id := range sel.IDs {
			if !sel.All && !found[id] {
				found[id] = true
				b.Skip(id, accountGone)
			}
		}
		if err := do(tx, &b, snap, chosen); err != nil {
			return err
		}
		if err := also(tx); err != nil {
			return err
		}
		if sel.All {
			sel.Filter.note(tx)
		}
		return tx.KeepBatch(b)
	})
	return b, err
}

// batchAccount is an account that an act may be done to.
type batchAccount struct {
	ID               uuid.UUID
	Path, State      string
	ArchivedBy       *uuid.UUID
	ParentArchivedBy *uuid.UUID
}

// chosen reads the accounts of a selection that are there, in the order of the tree.
func chosen(tx *store.Tx, sel Selection) (all []batchAccount, err error) {
	on := tx.Change.On
	var top Account
	if err := TakeAccount(tx, &top, on.Account); err != nil {
		return nil, err
	}
	filter := sel.Filter
	if !sel.All {
		filter = Filter{IDs: sel.IDs}
	}
	where, args := filter.shown(top)
	return all, tx.Raw(`SELECT a.id, a.path, a.state, a.archived_by, p.archived_by AS parent_archived_by
		FROM accounts a JOIN accounts p ON p.tenant_id = @tenant AND p.id = a.parent_id WHERE `+where+" ORDER BY a.path", args).Scan(&all).Error
}

// do says of each account whether the act can be done to it, and does it.
func do(tx *store.Tx, b *store.Batch, snap *authz.Snapshot, chosen []batchAccount) error {
	switch b.Act {
	case "suspend", "resume":
		return suspendMany(tx, b, chosen)
	case "archive":
		return archiveMany(tx, b, snap, chosen)
	case "restore":
		return restoreMany(tx, b, chosen)
	}
	return labelMany(tx, b, chosen)
}

func suspendMany(tx *store.Tx, b *store.Batch, chosen []batchAccount) error {
	state, already := "suspended", "is already suspended"
	if b.Act == "resume" {
		state, already = "active", "is not suspended"
	}
	for _, a := range chosen {
		switch {
		case a.ArchivedBy != nil:
			b.Skip(a.ID, "is archived")
		case a.State == state:
			b.Skip(a.ID, already)
		default:
			b.Changed = append(b.Changed, a.ID)
			tx.Touch("account", a.ID)
		}
	}
	return tx.Exec("UPDATE accounts SET state = ? WHERE tenant_id = ? AND id = ANY(CAST(? AS uuid[]))", state, tx.Change.On.Tenant, store.IDList(b.Changed)).Error
}

// archiveMany archives the topmost of the chosen, and with each what stands
// under it.
func archiveMany(tx *store.Tx, b *store.Batch, snap *authz.Snapshot, chosen []batchAccount) error {
	var all, tops store.IDList
	above := ""
	for _, a := range chosen {
		switch {
		case a.ArchivedBy != nil:
			b.Skip(a.ID, "is already archived")
		case above != "" && strings.HasPrefix(a.Path, above+"/"):
			b.Skip(a.ID, "is archived with the one above it")
		default:
			above = a.Path
			b.Changed = append(b.Changed, a.ID)
			tx.Touch("account", a.ID)
			all, tops = append(all, a.ID), append(tops, a.ID)
			if at, ok := snap.Find(a.ID); ok {
				snap.Descendants(at, func(d authz.Account) bool {
					all, tops = append(all, snap.ID(d)), append(tops, a.ID)
					return true
				})
			}
		}
	}
	return tx.Exec(`UPDATE accounts SET archived_by = x.top FROM (SELECT unnest(CAST(? AS uuid[])) AS id, unnest(CAST(? AS uuid[])) AS top) x
		WHERE accounts.tenant_id = ? AND accounts.id = x.id AND accounts.archived_by IS NULL`, all, tops, tx.Change.On.Tenant).Error
}

func restoreMany(tx *store.Tx, b *store.Batch, chosen []batchAccount) error {
	back := map[uuid.UUID]bool{} // restored by this very act
	for _, a := range chosen {
		by, parent := a.ArchivedBy, a.ParentArchivedBy
		switch {
		case by == nil:
			b.Skip(a.ID, "is not archived")
		case *by != a.ID && back[*by]:
			b.Skip(a.ID, "comes back with the one above it")
		case *by != a.ID || parent != nil && !back[*parent]:
			b.Skip(a.ID, "is archived with one above it")
		default:
			back[a.ID] = true
			b.Changed = append(b.Changed, a.ID)
			tx.Touch("account", a.ID)
		}
	}
	return tx.Exec("UPDATE accounts SET archived_by = NULL WHERE tenant_id = ? AND archived_by = ANY(CAST(? AS uuid[]))", tx.Change.On.Tenant, store.IDList(b.Changed)).Error
}

func labelMany(tx *store.Tx, b *store.Batch, chosen []batchAccount) error {
	on, ids := tx.Change.On, make(store.IDList, len(chosen))
	for i, a := range chosen {
		ids[i] = a.ID
	}
	var rows []struct {
		AccountID uuid.UUID
		Labels    int
		Carries   bool
	}
	err := tx.Raw(`SELECT account_id, count(*) AS labels, bool_or(label = ?) AS carries FROM account_labels
		WHERE tenant_id = ? AND account_id = ANY(CAST(? AS uuid[])) GROUP BY account_id`, b.Detail, on.Tenant, ids).Scan(&rows).Error
	if err != nil {
		return err
	}
	carries, full := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, r := range rows {
		carries[r.AccountID], full[r.AccountID] = r.Carries, r.Labels >= MaxLabels
	}
	for _, id := range ids {
		switch {
		case b.Act == "unlabel" && !carries[id]:
			b.Skip(id, "doesn't have it")
		case b.Act == "label" && carries[id]:
			b.Skip(id, "already has it")
		case b.Act == "label" && full[id]:
			b.Skip(id, fmt.Sprintf("has %d labels, as many as it can", MaxLabels))
		default:
			b.Changed = append(b.Changed, id)
		}
	}
	if b.Act == "unlabel" {
		return tx.Exec("DELETE FROM account_labels WHERE tenant_id = ? AND label = ? AND account_id = ANY(CAST(? AS uuid[]))", on.Tenant, b.Detail, store.IDList(b.Changed)).Error
	}
	return tx.Exec(`INSERT INTO account_labels (tenant_id, account_id, label)
		SELECT a.tenant_id, a.id, CAST(? AS text) FROM accounts a WHERE a.tenant_id = ? AND a.id = ANY(CAST(? AS uuid[]))`, b.Detail, on.Tenant, store.IDList(b.Changed)).Error
}

// AccountNames gives the names of accounts of the grant's tenant that stand
// under its account.
func (s *Store) AccountNames(ctx context.Context, g authz.Grant, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	if len(ids) == 0 {
		return names, nil
	}
	r := g.Resource()
	err := s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var id uuid.UUID
		var name string
		err := rows.Scan(&id, &name)
		names[id] = name
		return err
	}, `SELECT a.id, a.name FROM accounts top JOIN accounts a ON a.tenant_id = $1 AND a.path > top.path || '/' AND a.path < top.path || '0'
		WHERE top.tenant_id = $1 AND top.id = $2 AND a.id = ANY($3)`, r.Tenant, r.Account, slices.Compact(ids))
	return names, err
}
