package models

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
)

// CountRecords counts the records of the grant's account by kind.
func (s *Store) CountRecords(ctx context.Context, g authz.Grant) (map[string]int, error) {
	return s.countByKind(ctx, g, "true")
}

// CountExpiring counts, by kind, the records of the grant's account that end
// before a time and have not ended yet.
func (s *Store) CountExpiring(ctx context.Context, g authz.Grant, kinds []string, before time.Time) (map[string]int, error) {
	return s.countByKind(ctx, g, "kind = ANY($3) AND (data->>'expires_at')::timestamptz BETWEEN $4 AND $5", kinds, s.now(), before)
}

// countByKind counts where a condition holds; its arguments are numbered from $3.
func (s *Store) countByKind(ctx context.Context, g authz.Grant, condition string, args ...any) (map[string]int, error) {
	r, counts := g.Resource(), map[string]int{}
	err := s.read(ctx, tenantScope(r.Tenant), func(rows pgx.Rows) error {
		var kind string
		var n int
		err := rows.Scan(&kind, &n)
		counts[kind] = n
		return err
	}, "SELECT kind, count(*)::int FROM records WHERE tenant_id = $1 AND account_id = $2 AND "+condition+" GROUP BY kind",
		append([]any{r.Tenant, r.Account}, args...)...)
	return counts, err
}

// CountWithoutPassword counts the subusers of the grant's account that have not
// used their one-time link yet.
func (s *Store) CountWithoutPassword(ctx context.Context, g authz.Grant) (n int, err error) {
	r := g.Resource()
	err = s.one(ctx, tenantScope(r.Tenant), []any{&n},
		"SELECT count(*)::int FROM subusers WHERE tenant_id = $1 AND account_id = $2 AND password_hash IS NULL AND state = 'active'", r.Tenant, r.Account)
	return n, err
}
