package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// RestoreAct is the act of batches that brought deleted records back.
const RestoreAct = "restore"

// TrashLife is how long a deleted record can be restored.
const TrashLife = 30 * 24 * time.Hour

// Deleted is a record that can be restored.
type Deleted struct {
	Record
	Permission string // that restoring it asks for
	At         time.Time
	ByName     string
	Along      int // how many went with it
}

// Until is when it is removed for good.
func (d Deleted) Until() time.Time { return d.At.Add(TrashLife) }

// Cursor is the place of the record in the list, which stays when it is restored.
func (d Deleted) Cursor() string { return fmt.Sprintf("%d.%s", d.At.UnixMicro(), d.ID) }

// maxMicro is a time, in microseconds since 1970, that a database still has.
const maxMicro = 253402300799_000_000

// DeletedFilter narrows a list of deleted records.
type DeletedFilter struct {
	Search   string
	From, To time.Time // of the deletion; zero for no bound, To is left out
	After    string    // Cursor of the last of the page before; empty for the newest
	Limit    int
}

// DeletedRecords lists what was deleted in the grant's account, the newest first,
// as far as the actor may restore it.
func (s *Store) DeletedRecords(ctx context.Context, g authz.Grant, may []string, f DeletedFilter) (all []Deleted, err error) {
	b := s.deletedShown(g, may, f)
	if f.After != "" {
		at, id, _ := strings.Cut(f.After, ".")
		micro, bad := strconv.ParseInt(at, 10, 64)
		after, none := uuid.Parse(id)
		if bad != nil || none != nil || micro < 0 || micro > maxMicro {
			return nil, store.ErrNotFound
		}
		b.Where("(d.deleted_at, d.id) < (%s, %s)", time.UnixMicro(micro).UTC(), after)
	}
	return all, s.store.Read(ctx, store.TenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var d Deleted
		d.Record, err = ScanRecord(s.store, rows, &d.Permission, &d.At, &d.ByName, &d.Along)
		all = append(all, d)
		return err
	}, `SELECT `+Columns+`, permission, deleted_at, deleted_by_name,
			(SELECT count(*)::int FROM deleted_records x WHERE x.tenant_id = $1 AND x.root_id = d.id AND x.id <> d.id)
		FROM deleted_records d WHERE `+strings.Join(b.Conditions, " AND ")+" ORDER BY d.deleted_at DESC, d.id DESC LIMIT "+b.Arg(f.Limit), b.Args...)
}

// deletedShown are the conditions of what a filter shows the actor, whatever the page.
func (s *Store) deletedShown(g authz.Grant, may []string, f DeletedFilter) *store.Clauses {
	on := g.Resource()
	b := &store.Clauses{}
	b.Where("d.tenant_id = %s AND d.account_id = %s AND d.id = d.root_id AND d.deleted_at > %s", on.Tenant, on.Account, s.store.Now().Add(-TrashLife))
	own := []string{}
	for _, key := range may {
		if in := s.store.Catalog().Info(s.store.Catalog().Permission(key)).Section; in != nil && in.Own {
			own = append(own, key)
		}
	}
	b.Where("d.permission = ANY(%s) AND (d.permission <> ALL(%s) OR d.created_by = %s)", may, own, g.Actor().ID.String())
	if f.Search != "" {
		b.Where("lower(d.name) LIKE %s", store.Like(strings.ToLower(f.Search)))
	}
	b.Between("d.deleted_at", f.From, f.To)
	if !g.IsSystem() {
		s.deletedOpen(b, s.store.Ceiling(g))
	}
	return b
}

// deletedOpen leaves out what a ceiling closes (closed).
func (s *Store) deletedOpen(b *store.Clauses, ceiling catalog.Entitlements) {
	for _, x := range s.store.Catalog().Sections {
		if x.Records == nil || x.Records.Kind.Section != x {
			continue
		}
		kind := x.Records.Kind
		if !ceiling.Covers(kind.Needs) {
			b.Where("d.kind <> %s", kind.Key)
			continue
		}
		for _, f := range kind.Gated() {
			for _, o := range f.ClosedOptions(ceiling) {
				b.Where("NOT (d.kind = %s AND coalesce(d.data->>%s, '') = %s)", kind.Key, f.Name, o.Value)
			}
		}
	}
}

// CountDeleted is how many deleted records a filter shows on all of its pages, as far
// as store.Count counts.
func (s *Store) CountDeleted(ctx context.Context, g authz.Grant, may []string, f DeletedFilter) (int, error) {
	b := s.deletedShown(g, may, f)
	return s.store.Count(ctx, store.TenantScope(g.Resource().Tenant), "deleted_records d WHERE "+strings.Join(b.Conditions, " AND "), b.Args...)
}

// DeletedSelection says which deleted records are meant.
type DeletedSelection struct {
	store.Many
	Filter DeletedFilter // what All are narrowed down to; of its page nothing
}

// DeletedGroup are deleted records of one kind that the same permission restores.
type DeletedGroup struct {
	Kind, Permission string
	IDs              []uuid.UUID
}

// SelectedDeleted are the deleted records of a selection that the actor may restore, at
// most one more than can be changed at once: in groups, each of which is one write.
// What was deleted last comes first, since others may have been inside of it, and
// networks before all else: restoring them may be refused.
func (s *Store) SelectedDeleted(ctx context.Context, g authz.Grant, may []string, sel DeletedSelection) (groups []DeletedGroup, n int, err error) {
	if !sel.All {
		sel.Filter = DeletedFilter{}
	}
	b := s.deletedShown(g, may, sel.Filter)
	if !sel.All {
		b.Where("d.id = ANY(%s)", sel.IDs)
	}
	err = s.store.Read(ctx, store.TenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var id uuid.UUID
		var kind, permission string
		if err := rows.Scan(&id, &kind, &permission); err != nil {
			return err
		}
		n++
		i := slices.IndexFunc(groups, func(x DeletedGroup) bool { return x.Kind == kind && x.Permission == permission })
		if i < 0 {
			i, groups = len(groups), append(groups, DeletedGroup{Kind: kind, Permission: permission})
		}
		groups[i].IDs = append(groups[i].IDs, id)
		return nil
	}, "SELECT d.id, d.kind, d.permission FROM deleted_records d WHERE "+strings.Join(b.Conditions, " AND ")+fmt.Sprintf(" ORDER BY d.kind <> '%s', d.deleted_at DESC, d.id DESC LIMIT %d", account.NetworkKind, MostAtOnce+1), b.Args...)
	return groups, n, err
}

// RestoringAsks is the permission that restoring a record of the grant's account
// asks for; ErrNotFound where there is none to restore.
func (s *Store) RestoringAsks(ctx context.Context, g authz.Grant, id uuid.UUID) (permission string, err error) {
	on := g.Resource()
	return permission, s.store.One(ctx, store.TenantScope(on.Tenant), []any{&permission}, `SELECT permission FROM deleted_records
		WHERE tenant_id = $1 AND account_id = $2 AND id = $3 AND id = root_id AND deleted_at > $4`, on.Tenant, on.Account, id, s.store.Now().Add(-TrashLife))
}

// RestoreRecords brings deleted records back, each with what went with it, to where
// they were: what named them or belonged to them does so again, unless it names
// another by now. The grant is for what their deletion asked for. Those that can
// not come back are skipped.
func (s *Store) RestoreRecords(ctx context.Context, g authz.Grant, ids ...uuid.UUID) (b store.Batch, err error) {
	on := g.Resource()
	var first Record
	err = s.store.Read(ctx, store.TenantScope(on.Tenant), func(rows pgx.Rows) (err error) {
		first, err = ScanRecord(s.store, rows)
		return err
	}, "SELECT "+Columns+" FROM deleted_records WHERE tenant_id = $1 AND account_id = $2 AND id = ANY($3) ORDER BY id LIMIT 1", on.Tenant, on.Account, ids)
	if err == nil && first.ID == uuid.Nil {
		err = store.ErrNotFound
	}
	if err != nil {
		return b, err
	}
	c := store.Change{Action: first.Kind + ".restore_many", Permission: s.store.Catalog().Info(g.Permission()).Key, On: authz.Resource{Tenant: on.Tenant, Account: on.Account, Kind: first.Kind}}
	if len(ids) == 1 {
		c.Action, c.On.ID, c.Name = first.Kind+".restore", first.ID, first.Name
	}
	err = s.store.Write(ctx, g.On(c.On.Kind, c.On.ID), c, func(tx *store.Tx) error {
		b = store.Batch{ID: store.NewID(), Things: first.Kind, Act: RestoreAct, Permission: c.Permission, MadeAt: s.store.Now()}
		r := restoring{tx: tx, b: &b, args: map[string]any{"tenant": on.Tenant, "account": on.Account, "loose": looseKinds(s.store)}}
		if first.Kind != account.NetworkKind {
			return r.all(ids)
		}
		return account.KeepReachable(tx, func() error { return r.all(ids) })
	})
	return b, err
}

type restoring struct {
	tx   *store.Tx
	b    *store.Batch
	args map[string]any
}

func (r restoring) exec(sql string) error { return r.tx.Exec(sql, r.args).Error }

// with runs a statement with one more argument.
func (r restoring) with(name string, value any) restoring {
	r.args = maps.Clone(r.args)
	r.args[name] = value
	return r
}

func (r restoring) all(ids []uuid.UUID) error {
	if err := r.tx.Patient(); err != nil {
		return err
	}
	roots, err := r.roots(ids)
	if err != nil {
		return err
	}
	fits, err := r.fitting(roots)
	if err != nil {
		return err
	}
	if len(fits) == 0 {
		return r.tx.KeepBatch(*r.b)
	}
	r = r.with("roots", store.IDList(fits))
	for _, sql := range []string{
		// What belonged to something that is gone belongs to nothing.
		`UPDATE deleted_records d SET parent_id = NULL WHERE d.tenant_id = @tenant AND d.root_id = ANY(CAST(@roots AS uuid[])) AND d.kind = ANY(CAST(@loose AS text[]))
			AND NOT EXISTS (SELECT FROM records p WHERE p.tenant_id = @tenant AND p.account_id = @account AND p.id = d.parent_id)
			AND NOT EXISTS (SELECT FROM deleted_records p WHERE p.tenant_id = @tenant AND p.root_id = ANY(CAST(@roots AS uuid[])) AND p.id = d.parent_id)`,
		`INSERT INTO records (tenant_id, ` + keptColumns + `) SELECT d.tenant_id, ` + strings.Replace(keptColumns, "version", "version + 1", 1) + `
			FROM deleted_records d WHERE d.tenant_id = @tenant AND d.root_id = ANY(CAST(@roots AS uuid[]))`,
	} {
		if err := r.exec(sql); err != nil {
			return err
		}
	}
	if err := r.relink(roots); err != nil {
		return err
	}
	if err := r.exec("DELETE FROM deleted_records WHERE tenant_id = @tenant AND root_id = ANY(CAST(@roots AS uuid[]))"); err != nil {
		return err
	}
	r.b.Changed = fits
	return r.tx.KeepBatch(*r.b)
}

// roots reads and holds those that the grant may restore; the others are skipped.
func (r restoring) roots(ids []uuid.UUID) (all []Record, err error) {
	tx := r.tx
	rows, err := tx.Raw("SELECT "+Columns+`, created_by FROM deleted_records WHERE tenant_id = ? AND account_id = ? AND id = ANY(CAST(? AS uuid[])) AND id = root_id
		AND permission = ? AND deleted_at > ? ORDER BY deleted_at, id FOR UPDATE`, r.args["tenant"], r.args["account"], store.IDList(ids), tx.Change.Permission, tx.Store.Now().Add(-TrashLife)).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[uuid.UUID]bool{}
	for rows.Next() {
		var by string
		x, err := ScanRecord(tx.Store, rows, &by)
		if err != nil {
			return nil, err
		}
		if x.createdBy = by; owns(tx.Store, tx.Grant, x) && closed(tx.Store, tx.Grant, x) == nil {
			all, found[x.ID] = append(all, x), true
		}
	}
	for _, id := range ids {
		if !found[id] {
			r.b.Skip(id, "can no longer be restored")
		}
	}
	return all, rows.Err()
}

// fitting are those that can come back as they were.
func (r restoring) fitting(roots []Record) (fits []uuid.UUID, err error) {
	stays, err := r.blocked(roots)
	if err != nil {
		return nil, err
	}
	for _, x := range roots {
		if reason := stays[x.ID]; reason != "" {
			r.b.Skip(x.ID, reason)
			continue
		}
		fits = append(fits, x.ID)
	}
	return fits, nil
}

// blocked says which of the roots can not come back, and why: something has taken
// the place of one of theirs, or what they can not be without is not there.
func (r restoring) blocked(roots []Record) (map[uuid.UUID]string, error) {
	ids := make(store.IDList, len(roots))
	for i, x := range roots {
		ids[i] = x.ID
	}
	r = r.with("roots", ids)
	stays := map[uuid.UUID]string{}
	for _, q := range []struct{ reason, sql string }{
		{"has a name that another has now", `SELECT d.root_id FROM deleted_records d WHERE d.tenant_id = @tenant AND d.root_id = ANY(CAST(@roots AS uuid[])) AND d.unique_key IS NOT NULL
			AND (EXISTS (SELECT FROM records x WHERE x.tenant_id = @tenant AND x.account_id = @account AND x.kind = d.kind AND x.unique_key = d.unique_key)
			OR EXISTS (SELECT FROM deleted_records x WHERE x.tenant_id = @tenant AND x.account_id = @account AND x.root_id = ANY(CAST(@roots AS uuid[])) AND x.kind = d.kind AND x.unique_key = d.unique_key AND x.id > d.id))`},
		{"was in something that is deleted too: restore that first", `SELECT d.root_id FROM deleted_records d WHERE d.tenant_id = @tenant AND d.root_id = ANY(CAST(@roots AS uuid[]))
			AND d.parent_id IS NOT NULL AND d.kind <> ALL(CAST(@loose AS text[]))
			AND NOT EXISTS (SELECT FROM records p WHERE p.tenant_id = @tenant AND p.account_id = @account AND p.id = d.parent_id)
			AND NOT EXISTS (SELECT FROM deleted_records p WHERE p.tenant_id = @tenant AND p.root_id = ANY(CAST(@roots AS uuid[])) AND p.id = d.parent_id)`},
	} {
		if err := r.mark(stays, q.reason, q.sql); err != nil {
			return nil, err
		}
	}
	return stays, r.unreferenced(stays)
}

// mark gives a reason to all that a statement finds.
func (r restoring) mark(stays map[uuid.UUID]string, reason, sql string) error {
	var found []uuid.UUID
	if err := r.tx.Raw(sql, r.args).Scan(&found).Error; err != nil {
		return err
	}
	for _, id := range found {
		stays[id] = reason
	}
	return nil
}

// unreferenced takes away what those to come back name and is not there any more;
// who must name it stays where it is.
func (r restoring) unreferenced(stays map[uuid.UUID]string) error {
	var kinds []string
	if err := r.tx.Raw("SELECT DISTINCT d.kind FROM deleted_records d WHERE d.tenant_id = @tenant AND d.root_id = ANY(CAST(@roots AS uuid[]))", r.args).Scan(&kinds).Error; err != nil {
		return err
	}
	for _, key := range kinds {
		kind := r.tx.Store.Catalog().Kind(key)
		for _, f := range kind.Fields {
			if f.Ref == nil || f == kind.Parent {
				continue
			}
			name := quoted(f.Name)
			these := "d.tenant_id = @tenant AND d.root_id = ANY(CAST(@roots AS uuid[])) AND d.kind = " + quoted(kind.Key) + " AND "
			gone := func(id string) string {
				return "NOT EXISTS (SELECT FROM records x WHERE x.tenant_id = @tenant AND x.account_id = @account AND CAST(x.id AS text) = " + id + ") AND NOT EXISTS (SELECT FROM deleted_records x WHERE x.tenant_id = @tenant AND x.root_id = ANY(CAST(@roots AS uuid[])) AND CAST(x.id AS text) = " + id + ")"
			}
			var err error
			switch n := (naming{kind, f}); {
			case f.Many:
				err = r.exec("UPDATE deleted_records d SET data = jsonb_set(d.data, ARRAY[" + name + "], (SELECT coalesce(jsonb_agg(e.id ORDER BY e.n), '[]') FROM jsonb_array_elements_text(d.data->" + name + ") WITH ORDINALITY e (id, n) WHERE NOT (" + gone("e.id") + "))) WHERE " + these + "jsonb_typeof(d.data->" + name + ") = 'array'")
			case n.goes():
				err = r.mark(stays, "needs something that is deleted too: restore that first", "SELECT d.root_id FROM deleted_records d WHERE "+these+"d.data->>"+name+" IS NOT NULL AND "+gone("(d.data->>"+name+")"))
			default:
				err = r.exec("UPDATE deleted_records d SET data = d.data - " + name + " WHERE " + these + "d.data->>" + name + " IS NOT NULL AND " + gone("(d.data->>"+name+")"))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// relink gives what named those that come back, or belonged to them, its link back.
func (r restoring) relink(roots []Record) error {
	const links = "FROM deleted_links l JOIN deleted_records d ON d.tenant_id = @tenant AND d.id = l.target_id AND d.root_id = ANY(CAST(@roots AS uuid[])) WHERE l.tenant_id = @tenant AND l.field = "
	if err := r.exec("UPDATE records r SET parent_id = x.target_id, version = version + 1 FROM (SELECT l.id, l.target_id " + links + `'') x
		WHERE r.tenant_id = @tenant AND r.account_id = @account AND r.id = x.id AND r.parent_id IS NULL`); err != nil {
		return err
	}
	done := map[*catalog.Field]bool{}
	for _, x := range roots {
		for _, n := range namingOf(r.tx.Store, r.tx.Store.Catalog().Kind(x.Kind)) {
			if n.goes() || done[n.field] {
				continue
			}
			done[n.field] = true
			name := quoted(n.field.Name)
			set, free := "jsonb_set(r.data, ARRAY["+name+"], x.ids->0)", "r.data->"+name+" IS NULL"
			if n.field.Many {
				set, free = "jsonb_set(r.data, ARRAY["+name+"], coalesce(r.data->"+name+", '[]') || x.ids)", "NOT coalesce(r.data->"+name+", '[]') @> x.ids"
			}
			if err := r.exec("UPDATE records r SET data = " + set + ", version = version + 1 FROM (SELECT l.id, jsonb_agg(CAST(l.target_id AS text)) AS ids " + links + name + ` GROUP BY l.id) x
				WHERE r.tenant_id = @tenant AND r.account_id = @account AND r.kind = ` + quoted(n.kind.Key) + " AND r.id = x.id AND " + free); err != nil {
				return err
			}
		}
	}
	return nil
}

// PurgeDeletedRecords removes for good what was deleted long ago, and tells whether
// there is more to do.
func (s *Store) PurgeDeletedRecords(ctx context.Context) (more bool, err error) {
	err = s.store.In(ctx, store.ScopePurge, func(db *gorm.DB) error {
		before := s.store.Now().Add(-TrashLife)
		return store.AmongTenants(db, func(tenant uuid.UUID) (bool, error) {
			done := db.Exec(`DELETE FROM deleted_records WHERE tenant_id = ? AND ctid = ANY(ARRAY(SELECT x.ctid FROM deleted_records x
				WHERE x.tenant_id = ? AND x.deleted_at <= ? ORDER BY x.deleted_at LIMIT ? FOR UPDATE SKIP LOCKED))`, tenant, tenant, before, account.PurgeRows)
			more = more || done.RowsAffected > 0
			return done.RowsAffected > 0, done.Error
		}, s.store.Reached("SELECT tenant_id FROM (SELECT tenant_id, deleted_at FROM deleted_records WHERE {tenant_id} AND deleted_at <= ? ORDER BY deleted_at LIMIT ?) x GROUP BY tenant_id ORDER BY min(deleted_at)"), before, account.PurgeRows)
	})
	return more, err
}
