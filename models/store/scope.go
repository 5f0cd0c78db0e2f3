package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// Scope is what row-level security lets a transaction see.
type Scope struct {
	Tenant uuid.UUID
	System string // the reason, for reads and writes across tenants

	Deleted bool // accounts that were deleted too
	Aside   bool // what is stored is not what was asked for: an Outcome leaves it out
}

// TenantScope reads and writes in one tenant.
func TenantScope(tenant uuid.UUID) Scope { return Scope{Tenant: tenant} }

// The reads and writes that look across tenants, each with its reason.
var (
	ScopeSignIn      = Scope{System: "a person signs in before any tenant is known"}
	ScopeSession     = Scope{System: "a session row tells who is asking, and the epoch of the account in the address, by which a node behind learns that it was deleted", Deleted: true}
	ScopePurge       = Scope{System: "accounts of any tenant are deleted", Deleted: true}
	scopeSnapshot    = Scope{System: "the access snapshot holds every tenant", Aside: true}
	ScopeMemberships = Scope{System: "one person's accounts lie in many tenants"}
	ScopeNames       = Scope{System: "members stand outside tenants; a page shows the names of those who work in an account"}
	ScopeSelf        = Scope{System: "a person's login and sessions stand outside tenants"}
	ScopeInvite      = Scope{System: "whoever opens an invite is in no tenant yet; its address may have a login"}
	ScopeSignUp      = Scope{System: "a new account is a new tenant"}
	ScopeOperator    = Scope{System: "the operator's command line"}
	ScopeStaff       = Scope{System: "the staff of an installation stand outside tenants"}
	ScopeLetters     = Scope{System: "letters go to people in any tenant or none"}
	ScopeLimits      = Scope{System: "attempts are counted for the whole installation, before anybody is known", Aside: true}
	ScopeSignInLog   = Scope{System: "attempts at logins of all tenants are stored together, found by what was typed", Aside: true}
	scopeCalls       = Scope{System: "calls of all tenants are forgotten together, after a day"}
	ScopeTimeless    = Scope{System: "what timeless accounts take in and give up is worked off for all tenants"}
)

// What a transaction may take, and wait for a row that others hold.
const (
	statementTime = 2 * time.Second
	patientTime   = 8 * time.Second // for tens of thousands of rows on a busy disk
	lockTime      = time.Second
)

// AtMost is how long something may take that elsewhere may take so long.
func (s *Store) AtMost(d time.Duration) time.Duration { return d * s.slack }

func (s *Store) setLimit(name string, d time.Duration) string {
	return "SET LOCAL " + name + " = " + strconv.FormatInt(s.AtMost(d).Milliseconds(), 10)
}

// statements begin every transaction. SET LOCAL with literals reaches through
// PgBouncer and to the workers of a distributed Postgres.
func (s *Store) statements(sc Scope) []string {
	all := []string{s.setLimit("statement_timeout", statementTime)}
	if s.role != "" {
		all = append(all, "SET LOCAL ROLE "+s.role)
	}
	if sc.Tenant != uuid.Nil {
		all = append(all, "SET LOCAL app.tenant = '"+sc.Tenant.String()+"'")
	}
	if sc.System != "" {
		all = append(all, "SET LOCAL app.scope = 'system'")
	}
	if sc.Deleted {
		all = append(all, SeeDeleted)
	}
	return all
}

// SeeDeleted shows the rows of deleted accounts, which are hidden from all else.
const SeeDeleted = "SET LOCAL app.deleted = 'seen'"

// In runs do in one transaction of the scope.
func (s *Store) In(ctx context.Context, sc Scope, do func(*gorm.DB) error) error {
	if s.Unreached(sc.Tenant) {
		return ErrUnreached
	}
	ctx, done := s.lookout.await(ctx, sc.Tenant)
	err := Known(s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		begin := s.setLimit("lock_timeout", lockTime) + ";"
		for _, st := range s.statements(sc) {
			begin += st + ";"
		}
		if err := tx.Exec(begin).Error; err != nil {
			return fmt.Errorf("begin a scope: %w", err)
		}
		err := do(tx)
		if err == nil && !sc.Aside {
			committing(ctx)
		}
		return err
	}))
	if errors.Is(err, ErrReadOnly) {
		s.pool.Reset() // the address may lead to another server by now
	}
	return s.doubts(done(err))
}

// AmongTenants has work done that waits in any tenant: find gives tenants, do takes
// some of it in one, or finds that others are at it.
func AmongTenants(db *gorm.DB, do func(tenant uuid.UUID) (took bool, err error), find string, args ...any) error {
	var tenants []uuid.UUID
	if err := db.Raw(find, args...).Scan(&tenants).Error; err != nil {
		return err
	}
	for _, tenant := range tenants {
		if took, err := do(tenant); took || err != nil {
			return err
		}
	}
	return nil
}

// Query is a statement that reads, and what takes each of its rows.
type Query struct {
	Scan func(pgx.Rows) error
	SQL  string
	Args []any
	// Prepared has each connection plan the statement once, for all values, where no
	// pooler stands between: for what every request asks by whole keys.
	Prepared bool
}

// Read runs one query in a scope of its own, all in one round trip.
func (s *Store) Read(ctx context.Context, sc Scope, scan func(pgx.Rows) error, sql string, args ...any) error {
	return s.ReadAll(ctx, sc, Query{Scan: scan, SQL: sql, Args: args})
}

// ReadAll is read for several queries.
func (s *Store) ReadAll(ctx context.Context, sc Scope, queries ...Query) error {
	if s.Unreached(sc.Tenant) {
		return ErrUnreached
	}
	ctx, done := s.lookout.await(ctx, sc.Tenant)
	return s.doubts(done(s.readAll(ctx, sc, queries)))
}

func (s *Store) readAll(ctx context.Context, sc Scope, queries []Query) error {
	b := s.begin(sc)
	before := b.Len()
	for _, q := range queries {
		b.Queue(q.SQL, q.Args...)
	}
	b.Queue("COMMIT")
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return Known(err)
	}
	defer c.Release()
	for _, q := range queries {
		if err := prepare(ctx, c.Conn(), q); err != nil {
			return Known(err)
		}
	}
	res := c.SendBatch(ctx, b)
	defer res.Close()
	for range before {
		if _, err := res.Exec(); err != nil {
			return fmt.Errorf("begin a scope: %w", Known(err))
		}
	}
	for _, q := range queries {
		if err := q.take(res); err != nil {
			if outdated(err) {
				s.pool.Reset()
			}
			return err
		}
	}
	return nil
}

// begin is a batch that begins to read in a scope. Each statement is sent by itself:
// Citus passes SET LOCAL on to the workers with all that is sent in one with it.
func (s *Store) begin(sc Scope) *pgx.Batch {
	b := &pgx.Batch{}
	b.Queue("BEGIN READ ONLY")
	for _, st := range s.statements(sc) {
		b.Queue(st)
	}
	return b
}

func (q Query) take(res pgx.BatchResults) error {
	rows, err := res.Query()
	if err != nil {
		return Known(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := q.Scan(rows); err != nil {
			return err
		}
	}
	return Known(rows.Err())
}

// CountCap is where counting stops for lists that have no end: one of more says so.
const CountCap = 1000

// Count counts rows, up to CountCap and one more. From is a statement from its FROM on,
// and reads no column.
func (s *Store) Count(ctx context.Context, sc Scope, from string, args ...any) (n int, err error) {
	return n, s.One(ctx, sc, []any{&n}, fmt.Sprintf("SELECT count(*)::int FROM (SELECT FROM %s LIMIT %d) x", from, CountCap+1), args...)
}

// One is read for a query of at most one row; ErrNotFound where there is none.
func (s *Store) One(ctx context.Context, sc Scope, dest []any, sql string, args ...any) error {
	found := false
	err := s.Read(ctx, sc, func(r pgx.Rows) error {
		found = true
		return r.Scan(dest...)
	}, sql, args...)
	if err == nil && !found {
		return ErrNotFound
	}
	return err
}
