package models

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// scope is what row-level security lets a transaction see.
type scope struct {
	tenant uuid.UUID
	system string // the reason, for reads and writes across tenants

	deleted bool // accounts that were deleted too
}

func tenantScope(tenant uuid.UUID) scope { return scope{tenant: tenant} }

// The reads and writes that look across tenants, each with its reason.
var (
	scopeSignIn      = scope{system: "a person signs in before any tenant is known"}
	scopeSession     = scope{system: "a session row tells who is asking, and the epoch of the account in the address, by which a node behind learns that it was deleted", deleted: true}
	scopePurge       = scope{system: "accounts of any tenant are deleted", deleted: true}
	scopeSnapshot    = scope{system: "the access snapshot holds every tenant"}
	scopeMemberships = scope{system: "one person's accounts lie in many tenants"}
	scopeNames       = scope{system: "members stand outside tenants; a page shows the names of those who work in an account"}
	scopeSelf        = scope{system: "a person's login and sessions stand outside tenants"}
	scopeInvite      = scope{system: "whoever opens an invite is in no tenant yet; its address may have a login"}
	scopeSignUp      = scope{system: "a new account is a new tenant"}
	scopeOperator    = scope{system: "the operator's command line"}
	scopeStaff       = scope{system: "the staff of an installation stand outside tenants"}
	scopeLetters     = scope{system: "letters go to people in any tenant or none"}
	scopeLimits      = scope{system: "attempts are counted for the whole installation, before anybody is known"}
	scopeSignInLog   = scope{system: "attempts at logins of all tenants are stored together, found by what was typed"}
	scopeTimeless    = scope{system: "what timeless accounts take in and give up is worked off for all tenants"}
)

// statements begin every transaction. SET LOCAL with literals reaches through
// PgBouncer and to the workers of a distributed Postgres.
func (s *Store) statements(sc scope) []string {
	all := []string{"SET LOCAL statement_timeout = '2s'"}
	if s.role != "" {
		all = append(all, "SET LOCAL ROLE "+s.role)
	}
	if sc.tenant != uuid.Nil {
		all = append(all, "SET LOCAL app.tenant = '"+sc.tenant.String()+"'")
	}
	if sc.system != "" {
		all = append(all, "SET LOCAL app.scope = 'system'")
	}
	if sc.deleted {
		all = append(all, seeDeleted)
	}
	return all
}

// seeDeleted shows the rows of deleted accounts, which are hidden from all else.
const seeDeleted = "SET LOCAL app.deleted = 'seen'"

// in runs do in one transaction of the scope.
func (s *Store) in(ctx context.Context, sc scope, do func(*gorm.DB) error) error {
	return known(s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		begin := "SET LOCAL lock_timeout = '1s';"
		for _, st := range s.statements(sc) {
			begin += st + ";"
		}
		if err := tx.Exec(begin).Error; err != nil {
			return fmt.Errorf("begin a scope: %w", err)
		}
		return do(tx)
	}))
}

// query is a statement that reads, and what takes each of its rows.
type query struct {
	scan func(pgx.Rows) error
	sql  string
	args []any
}

// read runs one query in a scope of its own, all in one round trip.
func (s *Store) read(ctx context.Context, sc scope, scan func(pgx.Rows) error, sql string, args ...any) error {
	return s.readAll(ctx, sc, query{scan, sql, args})
}

// readAll is read for several queries.
func (s *Store) readAll(ctx context.Context, sc scope, queries ...query) error {
	b := &pgx.Batch{}
	b.Queue("BEGIN READ ONLY")
	for _, st := range s.statements(sc) {
		b.Queue(st)
	}
	before := b.Len()
	for _, q := range queries {
		b.Queue(q.sql, q.args...)
	}
	b.Queue("COMMIT")
	res := s.pool.SendBatch(ctx, b)
	defer res.Close()
	for range before {
		if _, err := res.Exec(); err != nil {
			return fmt.Errorf("begin a scope: %w", err)
		}
	}
	for _, q := range queries {
		if err := q.take(res); err != nil {
			return err
		}
	}
	return nil
}

func (q query) take(res pgx.BatchResults) error {
	rows, err := res.Query()
	if err != nil {
		return known(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := q.scan(rows); err != nil {
			return err
		}
	}
	return known(rows.Err())
}

// one is read for a query of at most one row; ErrNotFound where there is none.
func (s *Store) one(ctx context.Context, sc scope, dest []any, sql string, args ...any) error {
	found := false
	err := s.read(ctx, sc, func(r pgx.Rows) error {
		found = true
		return r.Scan(dest...)
	}, sql, args...)
	if err == nil && !found {
		return ErrNotFound
	}
	return err
}
