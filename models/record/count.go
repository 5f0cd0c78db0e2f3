package record

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// CountRecords counts, by kind, the records of the grant's account, each kind to
// CountCap+1 at most.
func (s *Store) CountRecords(ctx context.Context, g authz.Grant, kinds []string) (map[string]int, error) {
	r := g.Resource()
	b, open := &store.Clauses{Args: []any{r.Tenant, r.Account, kinds, CountCap + 1}}, ""
	for _, key := range kinds {
		b.Conditions = nil
		s.whereOpen(b, s.store.Catalog().Kind(key), []uuid.UUID{r.Account})
		if len(b.Conditions) > 0 {
			open += " AND (k.kind <> " + b.Arg(key) + " OR " + strings.Join(b.Conditions, " AND ") + ")"
		}
	}
	return s.countByKind(ctx, r.Tenant, `SELECT kind, (SELECT count(*)::int FROM (SELECT FROM records r
			WHERE r.tenant_id = $1 AND r.account_id = $2 AND r.kind = k.kind`+open+` ORDER BY r.created_at, r.id LIMIT $4) capped)
		FROM unnest($3::text[]) k (kind)`, b.Args...)
}

// CountExpiring counts, by kind, the records of the grant's account that end
// before a time and have not ended yet.
func (s *Store) CountExpiring(ctx context.Context, g authz.Grant, kinds []string, before time.Time) (map[string]int, error) {
	r := g.Resource()
	return s.countByKind(ctx, r.Tenant, `SELECT kind, count(*)::int FROM records WHERE tenant_id = $1 AND account_id = $2
		AND kind = ANY($3) AND (data->>'expires_at')::timestamptz BETWEEN $4 AND $5 GROUP BY kind`, r.Tenant, r.Account, kinds, s.store.Now(), before)
}

func (s *Store) countByKind(ctx context.Context, tenant uuid.UUID, sql string, args ...any) (map[string]int, error) {
	counts := map[string]int{}
	err := s.store.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
		var kind string
		var n int
		err := rows.Scan(&kind, &n)
		counts[kind] = n
		return err
	}, sql, args...)
	return counts, err
}
