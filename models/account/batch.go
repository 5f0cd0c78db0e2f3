package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
	"bailiwick/words"
)

// BatchActs are the acts that can be done to many accounts at once, each with
// the act that takes it back.
var BatchActs = map[string]string{
	"suspend": "resume", "resume": "suspend", "archive": "restore", "restore": "archive", "label": "unlabel", "unlabel": "label",
}

// Selection says which accounts below the acting one are meant: some, or
// all that a filter shows.
type Selection struct {
	IDs    []uuid.UUID
	All    bool
	Filter Filter
	// Expected is how many of All somebody was told of; where there are others
	// by now, nothing is done. Negative for any number.
	Expected int
}

// Batch is what one act did to many accounts.
type Batch struct {
	ID       uuid.UUID
	Act      string
	Label    string
	Changed  []uuid.UUID
	Skipped  []SkippedAccounts
	MadeAt   time.Time
	UndoneAt *time.Time
}

// SkippedAccounts were left as they are.
type SkippedAccounts struct {
	Reason   string      `json:"reason"` // the end of a sentence that begins with the account
	Accounts []uuid.UUID `json:"accounts"`
}

// Left is how many accounts were left as they are.
func (b Batch) Left() (n int) {
	for _, s := range b.Skipped {
		n += len(s.Accounts)
	}
	return n
}

const accountGone = "is not there any more"

func (b *Batch) skip(id uuid.UUID, reason string) {
	for i := range b.Skipped {
		if b.Skipped[i].Reason == reason {
			b.Skipped[i].Accounts = append(b.Skipped[i].Accounts, id)
			return
		}
	}
	b.Skipped = append(b.Skipped, SkippedAccounts{reason, []uuid.UUID{id}})
}

// ChangeAccounts does one act to many accounts below the grant's, in one
// transaction. Those that it can not be done to are left, each with the reason.
func (s *Store) ChangeAccounts(ctx context.Context, g authz.Grant, act, label string, sel Selection) (Batch, error) {
	return s.batch(ctx, g, act, label, sel, func(*store.Tx) error { return nil })
}

// UndoAccountBatch does the opposite to just the accounts that an act changed, once.
func (s *Store) UndoAccountBatch(ctx context.Context, g authz.Grant, id uuid.UUID) (Batch, error) {
	done, err := s.AccountBatch(ctx, g, id)
	if err != nil {
		return done, err
	}
	return s.batch(ctx, g, BatchActs[done.Act], done.Label, Selection{IDs: done.Changed}, func(tx *store.Tx) error {
		tx.Note("undoes", id)
		undone := tx.Exec("UPDATE account_batches SET undone_at = ? WHERE tenant_id = ? AND id = ? AND undone_at IS NULL", s.store.Now(), tx.Change.On.Tenant, id)
		if undone.Error == nil && undone.RowsAffected == 0 {
			return store.Problems{"": "This was undone already."}
		}
		return undone.Error
	})
}

// Batch finds what an act in the grant's account did.
func (s *Store) AccountBatch(ctx context.Context, g authz.Grant, id uuid.UUID) (b Batch, err error) {
	r := g.Resource()
	var skipped []byte
	err = s.store.One(ctx, store.TenantScope(r.Tenant), []any{&b.ID, &b.Act, &b.Label, &b.Changed, &skipped, &b.MadeAt, &b.UndoneAt},
		"SELECT id, act, label, changed, skipped, made_at, undone_at FROM account_batches WHERE tenant_id = $1 AND account_id = $2 AND id = $3", r.Tenant, r.Account, id)
	if err == nil {
		err = json.Unmarshal(skipped, &b.Skipped)
	}
	return b, err
}

// batchLife is how long it is kept what an act did to many accounts.
const batchLife = 30 * 24 * time.Hour

func (s *Store) batch(ctx context.Context, g authz.Grant, act, label string, sel Selection, also func(*store.Tx) error) (b Batch, err error) {
	if BatchActs[act] == "" {
		return b, store.Problems{"act": "Choose what to do with them."}
	}
	if act == "label" || act == "unlabel" {
		labels, wrong := readLabels([]string{label})
		switch {
		case wrong != "":
			return b, store.Problems{"label": wrong}
		case len(labels) == 0:
			return b, store.Problems{"label": "Write a label."}
		}
		label = labels[0]
	} else {
		label = ""
	}
	if !sel.All && len(sel.IDs) == 0 {
		return b, store.Problems{"": "Select at least one account."}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	err = s.store.Write(ctx, g, store.Change{Action: "account." + act + "_many", Permission: "sub_accounts.edit", On: on, Name: label}, func(tx *store.Tx) error {
		b = Batch{ID: store.NewID(), Act: act, Label: label, MadeAt: s.store.Now()}
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
		if sel.All && sel.Expected >= 0 && len(chosen) != sel.Expected {
			return store.Problems{"": fmt.Sprintf("There are %s of them now, and there were %s. Look again whether all are meant.", words.Number(len(chosen)), words.Number(sel.Expected))}
		}
		found := map[uuid.UUID]bool{}
		for _, a := range chosen {
			found[a.ID] = true
		}
		for _, id := range sel.IDs {
			if !sel.All && !found[id] {
				found[id] = true
				b.skip(id, accountGone)
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
		return keepBatch(tx, b)
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
		filter = Filter{}
	}
	where, args := filter.shown(top)
	if !sel.All {
		where += " AND a.id = ANY(CAST(@ids AS uuid[]))"
		args["ids"] = store.IDList(sel.IDs)
	}
	return all, tx.Raw(`SELECT a.id, a.path, a.state, a.archived_by, p.archived_by AS parent_archived_by
		FROM accounts a JOIN accounts p ON p.tenant_id = @tenant AND p.id = a.parent_id WHERE `+where+" ORDER BY a.path", args).Scan(&all).Error
}

// do says of each account whether the act can be done to it, and does it.
func do(tx *store.Tx, b *Batch, snap *authz.Snapshot, chosen []batchAccount) error {
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

func suspendMany(tx *store.Tx, b *Batch, chosen []batchAccount) error {
	state, already := "suspended", "is suspended already"
	if b.Act == "resume" {
		state, already = "active", "is not suspended"
	}
	for _, a := range chosen {
		switch {
		case a.ArchivedBy != nil:
			b.skip(a.ID, "is archived")
		case a.State == state:
			b.skip(a.ID, already)
		default:
			b.Changed = append(b.Changed, a.ID)
			tx.Touch("account", a.ID)
		}
	}
	return tx.Exec("UPDATE accounts SET state = ? WHERE tenant_id = ? AND id = ANY(CAST(? AS uuid[]))", state, tx.Change.On.Tenant, store.IDList(b.Changed)).Error
}

// archiveMany archives the topmost of the chosen, and with each what stands
// under it.
func archiveMany(tx *store.Tx, b *Batch, snap *authz.Snapshot, chosen []batchAccount) error {
	var all, tops store.IDList
	above := ""
	for _, a := range chosen {
		switch {
		case a.ArchivedBy != nil:
			b.skip(a.ID, "is archived already")
		case above != "" && strings.HasPrefix(a.Path, above+"/"):
			b.skip(a.ID, "is archived with the one above it")
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

func restoreMany(tx *store.Tx, b *Batch, chosen []batchAccount) error {
	back := map[uuid.UUID]bool{} // restored by this very act
	for _, a := range chosen {
		by, parent := a.ArchivedBy, a.ParentArchivedBy
		switch {
		case by == nil:
			b.skip(a.ID, "is not archived")
		case *by != a.ID && back[*by]:
			b.skip(a.ID, "comes back with the one above it")
		case *by != a.ID || parent != nil && !back[*parent]:
			b.skip(a.ID, "is archived with one above it")
		default:
			back[a.ID] = true
			b.Changed = append(b.Changed, a.ID)
			tx.Touch("account", a.ID)
		}
	}
	return tx.Exec("UPDATE accounts SET archived_by = NULL WHERE tenant_id = ? AND archived_by = ANY(CAST(? AS uuid[]))", tx.Change.On.Tenant, store.IDList(b.Changed)).Error
}

func labelMany(tx *store.Tx, b *Batch, chosen []batchAccount) error {
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
		WHERE tenant_id = ? AND account_id = ANY(CAST(? AS uuid[])) GROUP BY account_id`, b.Label, on.Tenant, ids).Scan(&rows).Error
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
			b.skip(id, "does not carry it")
		case b.Act == "label" && carries[id]:
			b.skip(id, "carries it already")
		case b.Act == "label" && full[id]:
			b.skip(id, fmt.Sprintf("carries %d labels, which is all it can", MaxLabels))
		default:
			b.Changed = append(b.Changed, id)
		}
	}
	if b.Act == "unlabel" {
		return tx.Exec("DELETE FROM account_labels WHERE tenant_id = ? AND label = ? AND account_id = ANY(CAST(? AS uuid[]))", on.Tenant, b.Label, store.IDList(b.Changed)).Error
	}
	return tx.Exec(`INSERT INTO account_labels (tenant_id, account_id, label)
		SELECT a.tenant_id, a.id, CAST(? AS text) FROM accounts a WHERE a.tenant_id = ? AND a.id = ANY(CAST(? AS uuid[]))`, b.Label, on.Tenant, store.IDList(b.Changed)).Error
}

// batchNamed is how many of the changed accounts the event of an act names; a
// digest of all of them stands beside.
const batchNamed = 100

// keepBatch stores what was done, for the report and to undo it, and notes it
// for the audit: one event, since one decision of one person was carried out.
func keepBatch(tx *store.Tx, b Batch) error {
	on := tx.Change.On
	tx.Note("changed", len(b.Changed))
	for _, s := range b.Skipped {
		tx.Note("left: "+s.Reason, len(s.Accounts))
	}
	tx.Note("accounts", b.Changed[:min(len(b.Changed), batchNamed)])
	digest := sha256.New()
	for _, id := range b.Changed {
		digest.Write(id[:])
	}
	tx.Note("accounts_sha256", hex.EncodeToString(digest.Sum(nil)))
	tx.Note("batch", b.ID)
	if b.Skipped == nil {
		b.Skipped = []SkippedAccounts{}
	}
	skipped, err := json.Marshal(b.Skipped)
	if err != nil {
		return fmt.Errorf("encode what was left: %w", err)
	}
	if err := tx.Exec("DELETE FROM account_batches WHERE tenant_id = ? AND made_at < ?", on.Tenant, b.MadeAt.Add(-batchLife)).Error; err != nil {
		return err
	}
	return tx.Exec("INSERT INTO account_batches (tenant_id, id, account_id, act, label, changed, skipped, made_at) VALUES (?, ?, ?, ?, ?, CAST(? AS uuid[]), ?, ?)",
		on.Tenant, b.ID, on.Account, b.Act, b.Label, store.IDList(b.Changed), string(skipped), b.MadeAt).Error
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
