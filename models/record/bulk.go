package record

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/words"
)

// MostAtOnce is how many records can be changed at once.
const MostAtOnce = 10_000

// Selection says which records of a list are meant.
type Selection struct {
	store.Many
	Query Query // what All are narrowed down to; of its order and page nothing
}

// Bulk is what is done to many records: an act with the values of its form, or
// tags that are added or removed.
type Bulk struct {
	Act    *catalog.Act
	Values map[string]any

	Tags       *catalog.Field
	Add        []string
	Remove     []string
	Permission catalog.Permission // to change tags
}

// The acts of batches that no kind declares.
const (
	DeleteAct    = "delete"
	AddTagsAct   = "add_tags"
	RemoveTagAct = "remove_tags"
)

// InBulk tells whether an act can be done to many records at once: one that does
// more than set values is for one at a time.
func InBulk(kind *catalog.Kind, a *catalog.Act) bool {
	return actCode[kind.Key+"."+a.Key] == nil && !slices.ContainsFunc(a.Fields, func(f *catalog.Field) bool {
		return f.Grows() || f.Widget == "tags" || f.Secret != "" || slices.Contains(kind.Unique, f.Name)
	})
}

// selection is what a selection reads.
func (s *Store) selection(ctx context.Context, g authz.Grant, at Place, sel Selection) (*listQuery, error) {
	var q Query
	if sel.All {
		q.Search, q.Filters, q.From, q.To = sel.Query.Search, sel.Query.Filters, sel.Query.From, sel.Query.To
	}
	b, err := s.recordQuery(ctx, g, at, q)
	if err == nil && !sel.All {
		b.Where("id = ANY(%s)", sel.IDs)
	}
	return b, err
}

// Found is one record of a selection.
type Found struct {
	ID    uuid.UUID
	State string
}

// Selected gives those of a selection, at most one more than can be changed at once.
func (s *Store) Selected(ctx context.Context, g authz.Grant, at Place, sel Selection) (all []Found, err error) {
	b, err := s.selection(ctx, g, at, sel)
	if err != nil {
		return nil, err
	}
	return all, s.store.Read(ctx, store.TenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var f Found
		err := rows.Scan(&f.ID, &f.State)
		all = append(all, f)
		return err
	}, fmt.Sprintf("SELECT id, coalesce(state, '') FROM records WHERE %s ORDER BY id LIMIT %d", strings.Join(b.Conditions, " AND "), MostAtOnce+1), b.Args...)
}

// NamesOfAll gives the names of records of the grant's account, of deleted ones too.
func (s *Store) NamesOfAll(ctx context.Context, g authz.Grant, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names, on := map[uuid.UUID]string{}, g.Resource()
	scan := func(rows pgx.Rows) error {
		id, _, n, err := ScanNamed(s.store, rows)
		if !n.Closed {
			names[id] = n.Name
		}
		return err
	}
	if len(ids) == 0 {
		return names, nil
	}
	for _, table := range []string{"records", "deleted_records"} {
		err := s.store.Read(ctx, store.TenantScope(on.Tenant), scan, "SELECT "+NamedColumns(s.store)+" FROM "+table+" WHERE tenant_id = $1 AND account_id = $2 AND id = ANY($3)", on.Tenant, on.Account, ids)
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

var numberedArg = regexp.MustCompile(`\$(\d+)`)

// named turns the conditions of a query for pgx into one for GORM.
func named(b *listQuery) (string, map[string]any) {
	args := map[string]any{}
	return numberedArg.ReplaceAllStringFunc(strings.Join(b.Conditions, " AND "), func(place string) string {
		name := "p" + place[1:]
		n, _ := strconv.Atoi(place[1:])
		switch v := b.Args[n-1].(type) {
		case []uuid.UUID:
			args[name] = store.IDList(v)
			return "CAST(@" + name + " AS uuid[])"
		case []string:
			args[name] = store.TextList(v)
			return "CAST(@" + name + " AS text[])"
		default:
			args[name] = v
			return " @" + name + " " // what follows may be no end of a name
		}
	}), args
}

// many is one act on many records of a place, in one write: it reads and holds
// them, and skips those that are not there any more.
func (s *Store) many(ctx context.Context, g authz.Grant, at Place, permission catalog.Permission, b *store.Batch, sel Selection, do func(*store.Tx, []Record) error) error {
	kind := at.kind()
	if sel.None() {
		return store.Problems{"": "Select at least one of the " + at.records().Plural + "."}
	}
	query, err := s.selection(ctx, g, at, sel)
	if err != nil {
		return err
	}
	where, args := named(query)
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: kind.Key}
	act, detail := b.Act, b.Detail
	change := store.Change{Action: kind.Key + "." + act + "_many", Permission: s.store.Catalog().Info(permission).Key, On: on, Name: detail}
	return s.store.Write(ctx, g.On(kind.Key, uuid.Nil), change, func(tx *store.Tx) error {
		*b = store.Batch{ID: store.NewID(), Things: kind.Key, Act: act, Detail: detail, Permission: change.Permission, MadeAt: s.store.Now()}
		if err := tx.Patient(); err != nil {
			return err
		}
		if err := holdParent(tx, at); err != nil {
			return err
		}
		all, err := s.held(tx, where, args)
		if err != nil {
			return err
		}
		if len(all) > MostAtOnce {
			return store.Problems{"": "You can change up to " + words.Number(MostAtOnce) + " at a time. These are more."}
		}
		if err := sel.Agrees(len(all)); err != nil {
			return err
		}
		found := map[uuid.UUID]bool{}
		for _, r := range all {
			found[r.ID] = true
		}
		for _, id := range sel.IDs {
			if !sel.All && !found[id] {
				b.Skip(id, "is no longer there")
			}
		}
		work := func() error { return do(tx, all) }
		if kind.Key == account.NetworkKind {
			err = account.KeepReachable(tx, work)
		} else {
			err = work()
		}
		if err != nil {
			return err
		}
		return tx.KeepBatch(*b)
	})
}

// held reads records and holds them until the commit.
func (s *Store) held(tx *store.Tx, where string, args map[string]any) (all []Record, err error) {
	rows, err := tx.Raw(fmt.Sprintf("SELECT %s, created_by, secrets FROM records WHERE %s ORDER BY id LIMIT %d FOR UPDATE", Columns, where, MostAtOnce+1), args).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var by string
		var secrets []byte
		r, err := ScanRecord(tx.Store, rows, &by, &secrets)
		if err != nil {
			return nil, err
		}
		r.createdBy = by
		if err := json.Unmarshal(secrets, &r.secrets); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// DeleteRecords deletes many records as DeleteRecord does one.
func (s *Store) DeleteRecords(ctx context.Context, g authz.Grant, at Place, sel Selection) (b store.Batch, err error) {
	return s.deleteMany(ctx, g, at, at.records().Delete, DeleteAct, nil, sel)
}

func (s *Store) deleteMany(ctx context.Context, g authz.Grant, at Place, permission catalog.Permission, key string, act *catalog.Act, sel Selection) (b store.Batch, err error) {
	kind := at.kind()
	b.Act = key
	return b, s.many(ctx, g, at, permission, &b, sel, func(tx *store.Tx, all []Record) error {
		return s.deleteHeld(tx, kind, act, all, &b)
	})
}

// deleteHeld deletes records that the write holds, by an act or by none. Those that it
// can not be done to are skipped.
func (s *Store) deleteHeld(tx *store.Tx, kind *catalog.Kind, act *catalog.Act, all []Record, b *store.Batch) error {
	spared, err := s.lastKept(tx, kind, all)
	if err != nil {
		return err
	}
	for _, r := range all {
		reason := ""
		switch {
		case act != nil && !act.Applies(r.State()):
			reason = "is " + stateTitle(kind, r.State())
		case r.ID == spared:
			reason = lastReason(kind)
		}
		if reason != "" {
			b.Skip(r.ID, reason)
		} else {
			b.Changed = append(b.Changed, r.ID)
		}
	}
	if len(b.Changed) == 0 {
		return nil
	}
	return discard(tx, kind, b.Changed...)
}

func lastReason(kind *catalog.Kind) string {
	return "is the last that is " + stateTitle(kind, kind.Keep)
}

// told is a refusal as the reason for which one of many is skipped.
func told(err error) (string, error) {
	p, ok := err.(store.Problems)
	if !ok {
		return "", err
	}
	return "can't be changed: " + strings.Join(slices.Sorted(maps.Values(p)), " "), nil
}

// lastKept is the record that stays in the state which its account keeps, where all
// others that are in it are among these.
func (s *Store) lastKept(tx *store.Tx, kind *catalog.Kind, all []Record) (uuid.UUID, error) {
	var in store.IDList
	for _, r := range all {
		if kind.Keep != "" && r.State() == kind.Keep {
			in = append(in, r.ID)
		}
	}
	if len(in) == 0 {
		return uuid.Nil, nil
	}
	if err := account.LockAccount(tx); err != nil {
		return uuid.Nil, err
	}
	var others int64
	on := tx.Change.On
	err := tx.Raw("SELECT count(*) FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ? AND state = ? AND id <> ALL(CAST(? AS uuid[]))",
		on.Tenant, on.Account, kind.Key, kind.Keep, in).Scan(&others).Error
	if others > 0 || err != nil {
		return uuid.Nil, err
	}
	return in[len(in)-1], nil
}

// ChangeRecords does the same to many records of a place, in one transaction. Those
// that it can not be done to are skipped, each with the reason.
func (s *Store) ChangeRecords(ctx context.Context, g authz.Grant, at Place, what Bulk, sel Selection) (b store.Batch, err error) {
	kind := at.kind()
	if what.Act != nil && what.Act.Remove {
		return s.deleteMany(ctx, g, at, what.Act.Permission, what.Act.Key, what.Act, sel)
	}
	permission := what.Permission
	switch {
	case what.Act != nil:
		b.Act, permission = what.Act.Key, what.Act.Permission
	case len(what.Add) > 0:
		b.Act, b.Detail = AddTagsAct, strings.Join(what.Add, ", ")
	case len(what.Remove) > 0:
		b.Act, b.Detail = RemoveTagAct, strings.Join(what.Remove, ", ")
	default:
		return b, store.Problems{"tags": "Enter a tag."}
	}
	return b, s.many(ctx, g, at, permission, &b, sel, func(tx *store.Tx, all []Record) error {
		if what.Act != nil {
			if p := s.formWrong(g, what.Act, what.Values); len(p) > 0 {
				return p
			}
		}
		return s.changeMany(tx, kind, all, &b, func(tx *store.Tx, r *Record) (string, error) {
			if what.Act == nil {
				return "", retag(r, what)
			}
			if !what.Act.Applies(r.State()) {
				return "is " + stateTitle(kind, r.State()), nil
			}
			s.fill(g, what.Act, r, what.Values)
			return "", nil
		})
	})
}

// retag gives a record tags and takes tags from it.
func retag(r *Record, what Bulk) error {
	tags := catalog.Texts(r.Values[what.Tags.Name])
	for _, t := range what.Add {
		if !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	tags = slices.DeleteFunc(tags, func(t string) bool { return slices.Contains(what.Remove, t) })
	if len(tags) == 0 {
		delete(r.Values, what.Tags.Name)
	} else {
		setAll(r.Values, asJSON(map[string]any{what.Tags.Name: tags}))
	}
	return nil
}

// batchBefore is what undoing a batch puts back into a record, where that is still
// the version that the batch left.
type batchBefore struct {
	Version int64          `json:"version"`
	Values  map[string]any `json:"values"` // null for what it had not
}

// changeMany lets do change each record, or say why it is skipped, and stores those
// that are others now.
func (s *Store) changeMany(tx *store.Tx, kind *catalog.Kind, all []Record, b *store.Batch, do func(*store.Tx, *Record) (skip string, err error)) error {
	var leaving []Record // the state that the account keeps
	for _, r := range all {
		after := r
		after.Values = maps.Clone(r.Values)
		if kind.Keep == "" || r.State() != kind.Keep {
			continue
		}
		if reason, err := do(tx, &after); reason == "" && err == nil && after.State() != kind.Keep {
			leaving = append(leaving, r)
		}
	}
	spared, err := s.lastKept(tx, kind, leaving)
	if err != nil {
		return err
	}
	var changed []*Record
	b.Before = map[uuid.UUID]json.RawMessage{}
	for i := range all {
		r := &all[i]
		was := *r
		was.Values, was.secrets = maps.Clone(r.Values), maps.Clone(r.secrets)
		reason := ""
		if r.ID == spared {
			reason = lastReason(kind)
		} else if reason, err = s.changeOne(tx, kind, r, was, do); err != nil {
			return err
		}
		if reason != "" {
			b.Skip(r.ID, reason)
			continue
		}
		before, err := json.Marshal(batchBefore{r.Version + 1, differing(was.Values, r.Values)})
		if err != nil {
			return err
		}
		b.Before[r.ID] = before
		b.Changed, changed = append(b.Changed, r.ID), append(changed, r)
	}
	return updateRecords(tx, kind, changed)
}

// changeOne changes one of many, or says why it is skipped.
func (s *Store) changeOne(tx *store.Tx, kind *catalog.Kind, r *Record, was Record, do func(*store.Tx, *Record) (string, error)) (string, error) {
	if reason, err := do(tx, r); reason != "" || err != nil {
		return reason, err
	}
	if same(was.Values, r.Values) {
		return "would stay the same", nil
	}
	return told(s.settle(tx, kind, r, was))
}

// differing are values of before that are others now, null for those that were not.
func differing(before, now map[string]any) map[string]any {
	all := map[string]any{}
	for _, m := range []map[string]any{before, now} {
		for name := range m {
			if !same(before[name], now[name]) {
				all[name] = before[name]
			}
		}
	}
	return all
}

// updateRecords stores many records of one kind that were changed.
func updateRecords(tx *store.Tx, kind *catalog.Kind, all []*Record) error {
	by, now := tx.Grant.Actor(), tx.Store.Now().UTC().Truncate(time.Microsecond)
	for chunk := range slices.Chunk(all, 1000) {
		n := len(chunk)
		ids, parents, datas, names, searches := make(store.IDList, n), make(store.TextList, n), make(store.TextList, n), make(store.TextList, n), make(store.TextList, n)
		for i, r := range chunk {
			data, _, err := stored(kind, r)
			if err != nil {
				return err
			}
			ids[i], datas[i], names[i], searches[i] = r.ID, data, r.Name, searchText(kind, r.Values)
			if r.ParentID != uuid.Nil {
				parents[i] = r.ParentID.String()
			}
		}
		if err := tx.Exec(`UPDATE records r SET data = CAST(x.data AS jsonb), parent_id = CAST(NULLIF(x.parent, '') AS uuid), name = x.name, search = x.search, version = r.version + 1,
				updated_at = ?, updated_by = ?, updated_by_name = ?
			FROM unnest(CAST(? AS uuid[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[])) AS x (id, parent, data, name, search)
			WHERE r.tenant_id = ? AND r.id = x.id`, now, by.ID.String(), by.Name, ids, parents, datas, names, searches, tx.Change.On.Tenant).Error; err != nil {
			return err
		}
	}
	return nil
}

// RecordBatch finds what an act in the grant's account did to records of a kind.
func (s *Store) RecordBatch(ctx context.Context, g authz.Grant, kind *catalog.Kind, id uuid.UUID) (store.Batch, error) {
	return s.store.Batch(ctx, g, kind.Key, id)
}

// RestoredBatch finds what restoring many records of any kind in the grant's account
// did, or deleting them again.
func (s *Store) RestoredBatch(ctx context.Context, g authz.Grant, id uuid.UUID) (store.Batch, error) {
	b, err := s.store.Batch(ctx, g, "", id)
	if err == nil && (s.store.Catalog().Kind(b.Things) == nil || b.Act != RestoreAct && b.Act != DeleteAct) {
		err = store.ErrNotFound
	}
	return b, err
}
