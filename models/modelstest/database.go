package modelstest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

var empties atomic.Int64

// Ask runs statements as whoever an address names.
func Ask(t testing.TB, address, sql string) (answer string) {
	t.Helper()
	ctx := context.Background() // a test asks while it cleans up, too
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	rows, err := c.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	if rows.Next() {
		err = rows.Scan(&answer)
	}
	rows.Close()
	if err = errors.Join(err, rows.Err()); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

// As is an address with another user, or another database.
func As(t *testing.T, address string, user *url.Userinfo, database string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if user != nil {
		u.User = user
	}
	if database != "" {
		u.Path = "/" + database
	}
	return u.String()
}

// EmptyDatabase makes a database of the owner of the other test databases, and
// nothing in it.
func EmptyDatabase(t *testing.T) (owner, login string) {
	t.Helper()
	login = pgtest.Clone(t)
	owned := pgtest.OwnerURL(login)
	u, err := url.Parse(owned)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s_empty_%d", strings.TrimPrefix(u.Path, "/"), empties.Add(1))
	Ask(t, pgtest.AdminURL(), fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE template0", name, pgx.Identifier{u.User.Username()}.Sanitize()))
	t.Cleanup(func() { Ask(t, pgtest.AdminURL(), "DROP DATABASE "+name+" WITH (FORCE)") })
	return As(t, owned, nil, name), As(t, login, nil, name)
}

// OpenAt opens a store at an address, to be closed with the test.
func OpenAt(t *testing.T, address string) (*models.Store, error) {
	t.Helper()
	s, err := Open(t.Context(), store.Config{URL: address, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 2})
	if err == nil {
		t.Cleanup(s.Close)
	}
	return s, err
}

// TwoTenants has Ada and Mallory sign up, and looks for Ada's account in each
// scope.
func TwoTenants(t *testing.T, s *models.Store) {
	t.Helper()
	agency := func(name string) account.Account {
		t.Helper()
		m, _, err := s.SignUp(t.Context(), name, name+"@example.com", "four plain english words")
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.CreateMainAccount(t.Context(), authz.Self(m.Actor()), name+"'s")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	ada, mallory := agency("Ada"), agency("Mallory")
	for _, tt := range []struct {
		scope store.Scope
		want  int
	}{{store.TenantScope(ada.ID), 1}, {store.TenantScope(mallory.ID), 0}, {store.ScopeOperator, 1}, {store.Scope{}, 0}} {
		seen := 0
		err := Ground(s).In(t.Context(), tt.scope, func(db *gorm.DB) error {
			return db.Raw("SELECT count(*) FROM accounts WHERE id = ?", ada.ID).Scan(&seen).Error
		})
		if err != nil || seen != tt.want {
			t.Errorf("in %+v there are %d accounts of Ada's, want %d: %v", tt.scope, seen, tt.want, err)
		}
	}
}

// AsOwner does what the panel's own login may not, each on its own.
func AsOwner(t *testing.T, s *models.Store, statements ...string) {
	t.Helper()
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, pgtest.OwnerURL(Inside(s).Pool.Config().ConnString()))
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(ctx)
	for _, sql := range statements {
		if _, err := owner.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
}

// Across does what tests need in any tenant, by the panel's own login, each statement
// on its own in one transaction.
func Across(t testing.TB, s *models.Store, statements ...string) {
	t.Helper()
	if err := Ground(s).In(context.Background(), store.Scope{System: "a test makes what it needs"}, func(db *gorm.DB) error {
		for _, sql := range append([]string{"SET LOCAL statement_timeout = 60000"}, statements...) {
			if err := db.Exec(sql).Error; err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// People makes members of an account, by SQL that gives the name of the nth, with
// some roles.
func People(t testing.TB, s *models.Store, a account.Account, n int, name, roles string) {
	t.Helper()
	Across(t, s, fmt.Sprintf(`INSERT INTO members (id, name, email, email_folded, password_hash, created_at)
			SELECT md5('person ' || n)::uuid, %s, n || '@example.com', n || '@example.com', '-', now() FROM generate_series(1, %d) n`, name, n),
		fmt.Sprintf(`INSERT INTO memberships (tenant_id, account_id, member_id, roles, created_at)
			SELECT a.tenant_id, a.id, md5('person ' || n)::uuid, '{%s}'::text[], now() FROM accounts a, generate_series(1, %d) n WHERE a.tenant_id = '%s' AND a.id = '%s'`, roles, n, a.TenantID, a.ID))
}

// Prepare makes the template of test databases: migrated, and distributed where
// it lies on a Citus cluster.
func Prepare(ctx context.Context, owner, login string) error {
	err := store.Migrate(ctx, owner, login)
	if err == nil && pgtest.OnCitus() {
		err = store.Distribute(ctx, owner, func(string) {})
	}
	return err
}
