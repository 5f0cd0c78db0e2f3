package record

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// DeleteRecord deletes a record with all that is inside it and what can not be
// without it. What merely belongs to it or names it stays, and does so no longer.
// RestoreRecords brings it back.
func (s *Store) DeleteRecord(ctx context.Context, g authz.Grant, at Place, id uuid.UUID) error {
	_, err := s.deleteRecord(ctx, g, at.records().Delete, "delete", at.kind(), id, func(r Record) error {
		if !at.Holds(r) {
			return store.ErrNotFound
		}
		return nil
	})
	return err
}

// deleteRecord deletes a record unless may, asked under its lock, says otherwise.
func (s *Store) deleteRecord(ctx context.Context, g authz.Grant, permission catalog.Permission, action string, kind *catalog.Kind, id uuid.UUID, may func(Record) error) (Record, error) {
	r := Record{TenantID: g.Resource().Tenant, AccountID: g.Resource().Account, Kind: kind.Key, ID: id}
	err := s.writeRecord(ctx, g, permission, action, &r, func(tx *store.Tx) error {
		if err := lockRecord(tx, kind, &r); err != nil {
			return err
		}
		if err := may(r); err != nil {
			return err
		}
		if r.State() == kind.Keep {
			if err := keepOne(tx, kind, r); err != nil {
				return err
			}
		}
		tx.Change.Name = r.Name
		noteValues(tx, kind, r.Values)
		return discard(tx, kind, r.ID)
	})
	return r, err
}

// inside are the ids of records and of all that goes when they go, of a @tenant,
// @account and @ids, without the kinds that stay (@loose).
const inside = `WITH RECURSIVE inside AS (SELECT unnest(CAST(@ids AS uuid[])) AS id UNION ALL
	SELECT r.id FROM records r JOIN inside i ON r.parent_id = i.id
	WHERE r.tenant_id = @tenant AND r.account_id = @account AND r.kind <> ALL (CAST(@loose AS text[]))) `

// looseKinds are those whose parent is a property.
func looseKinds(s *store.Store) store.TextList {
	var all store.TextList
	for _, sec := range s.Catalog().Sections {
		if r := sec.Records; r != nil && r.Kind.Section == sec && r.Kind.Parent != nil {
			all = append(all, r.Kind.Key)
		}
	}
	return all
}

// Inside counts what a record holds, by kind: what goes with it when it is
// deleted, and what merely belongs to it.
func (s *Store) Inside(ctx context.Context, r Record) (goes, stays map[string]int, err error) {
	return s.inside(ctx, r.TenantID, r.AccountID, r.ID)
}

// InsideOf is Inside for some records of the grant's account.
func (s *Store) InsideOf(ctx context.Context, g authz.Grant, ids ...uuid.UUID) (goes, stays map[string]int, err error) {
	return s.inside(ctx, g.Resource().Tenant, g.Resource().Account, ids...)
}

func (s *Store) inside(ctx context.Context, tenant, account uuid.UUID, ids ...uuid.UUID) (goes, stays map[string]int, err error) {
	goes, stays = map[string]int{}, map[string]int{}
	err = s.store.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
		var kind string
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			return err
		}
		switch k := s.store.Catalog().Kind(kind); {
		case k != nil && k.Parent != nil && !s.store.CeilingAt(account).Covers(k.Needs): // not told of
		case k != nil && k.Parent != nil:
			stays[kind] = n
		default:
			goes[kind] = n
		}
		return nil
	}, inside+`SELECT r.kind, count(*) FROM records r, inside i
		WHERE r.tenant_id = @tenant AND r.account_id = @account AND r.parent_id = i.id GROUP BY r.kind`,
		pgx.NamedArgs{"tenant": tenant, "account": account, "ids": ids, "loose": looseKinds(s.store)})
	return goes, stays, err
}
