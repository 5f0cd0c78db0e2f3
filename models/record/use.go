package record

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// Use is what names a record in one property: other records of the account.
type Use struct {
	Kind  *catalog.Kind
	Field *catalog.Field // by which, where UsedBy says
	Count int            // at most CountCap+1
	Some  []Record       // the first by name
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

// those is the condition for the records that name some; its arguments are tenant,
// account, kind and ids as texts.
func (n naming) those() string {
	const of = "tenant_id = $1 AND account_id = $2 AND kind = $3 AND "
	if name := quoted(n.field.Name); n.field.Many {
		return of + "EXISTS (SELECT FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(data->" + name + ") = 'array' THEN data->" + name + " ELSE '[]' END) e (id) WHERE e.id = ANY($4))"
	}
	return of + "data->>" + quoted(n.field.Name) + " = ANY($4)"
}

// Uses lists what names a record, by property.
func (s *Store) Uses(ctx context.Context, r Record) ([]Use, error) {
	return s.uses(ctx, r.TenantID, r.AccountID, s.store.Catalog().Kind(r.Kind), r.ID)
}

// UsesOf lists what names some records of one kind in the grant's account.
func (s *Store) UsesOf(ctx context.Context, g authz.Grant, kind *catalog.Kind, ids ...uuid.UUID) ([]Use, error) {
	return s.uses(ctx, g.Resource().Tenant, g.Resource().Account, kind, ids...)
}

func (s *Store) uses(ctx context.Context, tenant, account uuid.UUID, kind *catalog.Kind, ids ...uuid.UUID) (all []Use, err error) {
	named := []string(texts(ids))
	for _, n := range namingOf(s.store, kind) {
		u := Use{Kind: n.kind, Goes: n.goes()}
		args := []any{tenant, account, n.kind.Key, named}
		err := s.store.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
			one, err := ScanRecord(s.store, rows)
			u.Some = append(u.Some, one)
			return err
		}, fmt.Sprintf("SELECT %s FROM records WHERE %s ORDER BY name_sort, id LIMIT %d", listColumns(n.kind, nil), n.those(), usesShown), args...)
		if err != nil {
			return nil, err
		}
		if u.Count = len(u.Some); u.Count == usesShown {
			err = s.store.One(ctx, store.TenantScope(tenant), []any{&u.Count},
				fmt.Sprintf("SELECT count(*)::int FROM (SELECT FROM records WHERE %s LIMIT %d) capped", n.those(), CountCap+1), args...)
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
