package program

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// PageSize is how many rows a page of a list holds.
const PageSize = 50

// Filter narrows a list of service accounts or keys down.
type Filter struct {
	Search  string
	State   string    // of a service account "active" or "suspended", of a key "active", "expired" or "revoked"
	Program uuid.UUID // of keys: the service account that they belong to
	After   string    // Next of the page before
}

// Span is where a page of a list lies in it.
type Span struct {
	All, Before int
	Next        string // cursor behind its last row; empty on the last page
}

// page reads a page of a list of the grant's account by name. Conditions are about the
// table x; one takes a row in and tells its name and id.
func (s *Store) page(ctx context.Context, g authz.Grant, f Filter, table, columns string, conditions []string, one func(pgx.Rows) (string, uuid.UUID, error)) (span Span, err error) {
	after, id := "", uuid.Nil
	if f.After != "" {
		cut := strings.LastIndexByte(f.After, '.')
		if id, err = uuid.Parse(f.After[cut+1:]); err != nil || cut < 0 {
			return span, store.ErrNotFound
		}
		after = f.After[:cut]
	}
	r := g.Resource()
	args := pgx.NamedArgs{"tenant": r.Tenant, "account": r.Account, "like": store.Like(f.Search), "state": f.State, "program": f.Program, "now": s.store.Now(), "after": after, "id": id, "limit": PageSize + 1}
	where := " WHERE x.tenant_id = @tenant AND x.account_id = @account"
	for _, c := range conditions {
		where += " AND " + c
	}
	const behind = "(lower(x.name), x.id) > (lower(@after), @id::uuid)"
	shown, next := 0, ""
	err = s.store.ReadAll(ctx, store.TenantScope(r.Tenant),
		store.Query{Scan: func(rows pgx.Rows) error {
			shown++
			if shown > PageSize {
				span.Next = next
				return nil
			}
			name, id, err := one(rows)
			next = name + "." + id.String()
			return err
		}, SQL: "SELECT " + columns + " FROM " + table + " x" + where + " AND " + behind + " ORDER BY lower(x.name), x.id LIMIT @limit", Args: []any{args}},
		store.Query{Scan: func(rows pgx.Rows) error { return rows.Scan(&span.All, &span.Before) },
			SQL: "SELECT count(*), count(*) FILTER (WHERE NOT " + behind + ") FROM " + table + " x" + where, Args: []any{args}})
	return span, err
}
