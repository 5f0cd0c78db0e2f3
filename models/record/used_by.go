package record

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"bailiwick/models/store"
)

// whose is the condition for the records that name one; $1 to $3 are tenant, account
// and id.
func (n naming) whose() string {
	if n.field.Many {
		return "tenant_id = $1 AND account_id = $2 AND kind = " + quoted(n.kind.Key) + " AND data->" + quoted(n.field.Name) + " @> to_jsonb($3::text)"
	}
	return "tenant_id = $1 AND account_id = $2 AND kind = " + quoted(n.kind.Key) + " AND data->>" + quoted(n.field.Name) + " = $3"
}

// UsedBy lists what names a record, by property, as far as its account may use it,
// with one statement.
func (s *Store) UsedBy(ctx context.Context, r Record) (all []Use, err error) {
	names := namingOf(s.store, s.store.Catalog().Kind(r.Kind))
	ceiling := s.store.CeilingAt(r.AccountID)
	var parts []string
	for i, n := range names {
		if !ceiling.Covers(n.kind.Needs | n.field.Needs) {
			continue
		}
		whose := n.whose()
		for _, f := range n.kind.Gated() {
			for _, o := range f.ClosedOptions(ceiling) {
				whose += " AND coalesce(data->>" + quoted(f.Name) + ", '') <> " + quoted(o.Value)
			}
		}
		parts = append(parts, fmt.Sprintf(`SELECT %s, via, n FROM (SELECT %s, name_sort, %d AS via,
				(SELECT count(*)::int FROM (SELECT FROM records WHERE %s LIMIT %d) capped) AS n
				FROM records WHERE %[4]s ORDER BY name_sort, id LIMIT %[6]d) few`,
			Columns, strings.Replace(listColumns(n.kind, nil), ", name,", " AS data, name,", 1), i, whose, CountCap+1, usesShown))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	at := map[int]int{} // in all, by the place in names
	return all, s.store.Read(ctx, store.TenantScope(r.TenantID), func(rows pgx.Rows) error {
		var via, n int
		one, err := ScanRecord(s.store, rows, &via, &n)
		if _, known := at[via]; !known {
			at[via] = len(all)
			all = append(all, Use{Kind: names[via].kind, Field: names[via].field, Count: n, Goes: names[via].goes()})
		}
		u := &all[at[via]]
		u.Some = append(u.Some, one)
		return err
	}, strings.Join(parts, " UNION ALL ")+" ORDER BY via, name, id", r.TenantID, r.AccountID, r.ID.String())
}
