package record

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"bailiwick/catalog"
	"bailiwick/models/store"
)

// Use is what names a record in one property: other records of the account.
type Use struct {
	Kind  *catalog.Kind
	Count int      // at most CountCap+1
	Some  []Record // the first by name
	// Goes tells that they can not be without it, so that they go with it; the
	// others no longer name it.
	Goes bool
}

// usesShown is how many of each kind are given by name.
const usesShown = 3

// namingOf lists the properties that name records of a kind, but for those that
// make a record belong to another.
func namingOf(s *store.Store, kind *catalog.Kind) (all []naming) {
	for _, sec := range s.Catalog().Sections {
		if sec.Records == nil || sec.Records.Kind.Section != sec {
			continue
		}
		of := sec.Records.Kind
		for _, f := range of.Fields {
			if f.Ref != nil && f.Ref.Records.Kind == kind && f != of.Parent {
				all = append(all, naming{of, f})
			}
		}
	}
	return all
}

type naming struct {
	kind  *catalog.Kind
	field *catalog.Field
}

// goes tells that a record is nothing without what the property names.
func (n naming) goes() bool { return n.field.Required && !n.field.Many }

// those is the condition for the records that name one; its arguments are tenant,
// account, kind and id.
func (n naming) those() string {
	if n.field.Many {
		return "tenant_id = ? AND account_id = ? AND kind = ? AND data->" + quoted(n.field.Name) + " @> to_jsonb(CAST(? AS text))"
	}
	return "tenant_id = ? AND account_id = ? AND kind = ? AND data->>" + quoted(n.field.Name) + " = ?"
}

// Uses lists what names a record, by property.
func (s *Store) Uses(ctx context.Context, r Record) (all []Use, err error) {
	for _, n := range namingOf(s.store, s.store.Catalog().Kind(r.Kind)) {
		u := Use{Kind: n.kind, Goes: n.goes()}
		those := numbered(n.those())
		args := []any{r.TenantID, r.AccountID, n.kind.Key, r.ID.String()}
		err := s.store.Read(ctx, store.TenantScope(r.TenantID), func(rows pgx.Rows) error {
			one, err := ScanRecord(s.store, rows)
			u.Some = append(u.Some, one)
			return err
		}, fmt.Sprintf("SELECT %s FROM records WHERE %s ORDER BY name_sort, id LIMIT %d", listColumns(n.kind, nil), those, usesShown), args...)
		if err != nil {
			return nil, err
		}
		if u.Count = len(u.Some); u.Count == usesShown {
			err = s.store.One(ctx, store.TenantScope(r.TenantID), []any{&u.Count},
				fmt.Sprintf("SELECT count(*)::int FROM (SELECT FROM records WHERE %s LIMIT %d) capped", those, CountCap+1), args...)
			if err != nil {
				return nil, err
			}
		}
		if u.Count > 0 {
			all = append(all, u)
		}
	}
	return all, nil
}

// release lets nothing name a record that is about to go: what can not be without
// it goes too. Who newly names it waits for this write's end (checkRefs).
func release(tx *store.Tx, kind *catalog.Kind, r Record) error {
	for _, n := range namingOf(tx.Store, kind) {
		args := []any{r.TenantID, r.AccountID, n.kind.Key, r.ID.String()}
		name := quoted(n.field.Name)
		sql, verb := "UPDATE records SET data = data - "+name+", version = version + 1 WHERE ", "no longer name it"
		switch {
		case n.goes():
			sql, verb = "DELETE FROM records WHERE ", "deleted with it"
		case n.field.Many:
			sql = "UPDATE records SET data = jsonb_set(data, ARRAY[" + name + "], (data->" + name + ") - CAST(? AS text)), version = version + 1 WHERE "
			args = append([]any{r.ID.String()}, args...)
		}
		done := tx.Exec(sql+n.those(), args...)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected > 0 {
			tx.Note(n.kind.Key, fmt.Sprintf("%d %s", done.RowsAffected, verb))
		}
	}
	return nil
}
