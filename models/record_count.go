package models

import (
	"context"

	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
)

// CountRecords counts the records of the grant's account by kind.
func (s *Store) CountRecords(ctx context.Context, g authz.Grant) (map[string]int, error) {
	r, counts := g.Resource(), map[string]int{}
	err := s.read(ctx, tenantScope(r.Tenant), func(rows pgx.Rows) error {
		var kind string
		var n int
		err := rows.Scan(&kind, &n)
		counts[kind] = n
		return err
	}, "SELECT kind, count(*)::int FROM records WHERE tenant_id = $1 AND account_id = $2 GROUP BY kind", r.Tenant, r.Account)
	return counts, err
}
