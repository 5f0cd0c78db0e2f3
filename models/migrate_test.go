package models

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/postgres/pgtest"
)

var empties atomic.Int64

// ask runs statements as whoever an address names.
func ask(t *testing.T, address, sql string) (answer string) {
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

// as is an address with another user, or another database.
func as(t *testing.T, address string, user *url.Userinfo, database string) string {
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

// emptyDatabase makes a database of the owner of the other test databases, and
// nothing in it.
func emptyDatabase(t *testing.T) (owner, login string) {
	t.Helper()
	login = pgtest.Clone(t)
	owned := pgtest.OwnerURL(login)
	u, err := url.Parse(owned)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s_empty_%d", strings.TrimPrefix(u.Path, "/"), empties.Add(1))
	ask(t, pgtest.AdminURL(), fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE template0", name, pgx.Identifier{u.User.Username()}.Sanitize()))
	t.Cleanup(func() { ask(t, pgtest.AdminURL(), "DROP DATABASE "+name+" WITH (FORCE)") })
	return as(t, owned, nil, name), as(t, login, nil, name)
}

func openAt(t *testing.T, address string) (*Store, error) {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: address, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 2})
	if err == nil {
		t.Cleanup(s.Close)
	}
	return s, err
}

// refused wants the error of a schema that is not known, with a sentence that
// says what to do.
func refused(t *testing.T, err error, sentence string) {
	t.Helper()
	if !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), sentence) {
		t.Errorf("want a refusal that says %q, got %v", sentence, err)
	}
}

func TestManyNodesMigrateOnce(t *testing.T) {
	owner, address := emptyDatabase(t)
	_, err := openAt(t, address)
	refused(t, err, "the database is empty; run `bailiwick migrate`")

	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = Migrate(t.Context(), owner, address) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if twice := ask(t, owner, "SELECT coalesce(string_agg(version_id::text, ' '), '') FROM (SELECT version_id FROM goose_db_version GROUP BY 1 HAVING count(*) > 1) x"); twice != "" {
		t.Errorf("applied more than once: %s", twice)
	}
	if _, err := openAt(t, address); err != nil {
		t.Error(err)
	}
}

func TestAnotherSchemaIsRefused(t *testing.T) {
	address := pgtest.Clone(t)
	owner := pgtest.OwnerURL(address)
	last := ask(t, address, "SELECT max(version_id)::text FROM goose_db_version")

	ask(t, owner, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	newer := "the database is at migration 9999, this program knows " + last + "; run a newer program"
	_, err := openAt(t, address)
	refused(t, err, newer)
	refused(t, Migrate(t.Context(), owner, address), newer)

	ask(t, owner, "DELETE FROM goose_db_version WHERE version_id IN (9999, "+last+")")
	if err := Migrate(t.Context(), address, address); err != nil {
		t.Errorf("the panel's login, which may not migrate: %v", err)
	}
	_, err = openAt(t, address)
	refused(t, err, "run `bailiwick migrate` with the address of the database's owner")
}

// TestNoRolePassesRowLevelSecurity opens stores as roles that row-level security
// does not bind by itself, and as an owner of the tables who may not make roles.
func TestNoRolePassesRowLevelSecurity(t *testing.T) {
	const suited = "SELECT (rolsuper AND current_setting('server_version_num')::int >= 160000)::text FROM pg_roles WHERE rolname = current_user"
	if ask(t, pgtest.AdminURL(), suited) != "true" {
		t.Skip("needs a superuser, and a version whose peer authentication lets in roles made later")
	}
	database := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(u.Path, "/")
	}
	role := func(name, rights string) *url.Userinfo {
		name = fmt.Sprintf("%s_%d", name, os.Getpid())
		ask(t, pgtest.AdminURL(), fmt.Sprintf("CREATE ROLE %s LOGIN %s PASSWORD '%s'", name, rights, name))
		t.Cleanup(func() { ask(t, pgtest.AdminURL(), "DROP ROLE "+name) })
		return url.UserPassword(name, name)
	}

	t.Run("a superuser becomes the panel's role", func(t *testing.T) {
		owner, _ := emptyDatabase(t)
		admin := as(t, pgtest.AdminURL(), nil, database(owner))
		if err := Migrate(t.Context(), admin, admin); err != nil {
			t.Fatal(err)
		}
		exposed(t, admin)
	})

	t.Run("who can not become it is refused", func(t *testing.T) {
		address := pgtest.OwnerURL(pgtest.Clone(t))
		mallory := role("mallory", "BYPASSRLS")
		ask(t, address, "GRANT SELECT ON goose_db_version TO "+mallory.Username())
		t.Cleanup(func() { ask(t, address, "REVOKE ALL ON goose_db_version FROM "+mallory.Username()) })
		_, err := openAt(t, as(t, address, mallory, ""))
		if err == nil || !strings.Contains(err.Error(), "bypasses row-level security and can not become bailiwick_panel") {
			t.Errorf("want a refusal, got %v", err)
		}
	})

	t.Run("an owner who may make no roles is bound by it", func(t *testing.T) {
		grace := role("grace", "")
		empty, _ := emptyDatabase(t)
		ask(t, pgtest.AdminURL(), "ALTER DATABASE "+database(empty)+" OWNER TO "+grace.Username())
		address := as(t, empty, grace, "")
		if err := Migrate(t.Context(), address, address); err != nil {
			t.Fatal(err)
		}
		exposed(t, address)
		if seen := ask(t, address, "SELECT count(*)::text FROM accounts"); seen != "0" {
			t.Errorf("without a scope the owner sees %s accounts", seen)
		}
	})
}

// exposed opens a store that works, and says what is not protected.
func exposed(t *testing.T, address string) {
	t.Helper()
	s, err := openAt(t, address)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.Exposed(), "give the panel a login of its own in DATABASE_URL") {
		t.Errorf("as an owner it says %q", s.Exposed())
	}
	twoTenants(t, s)
}

// twoTenants has Ada and Mallory sign up, and looks for Ada's account in each
// scope.
func twoTenants(t *testing.T, s *Store) {
	t.Helper()
	agency := func(name string) Account {
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
		scope scope
		want  int
	}{{tenantScope(ada.ID), 1}, {tenantScope(mallory.ID), 0}, {scopeOperator, 1}, {scope{}, 0}} {
		seen := 0
		err := s.in(t.Context(), tt.scope, func(db *gorm.DB) error {
			return db.Raw("SELECT count(*) FROM accounts WHERE id = ?", ada.ID).Scan(&seen).Error
		})
		if err != nil || seen != tt.want {
			t.Errorf("in %+v there are %d accounts of Ada's, want %d: %v", tt.scope, seen, tt.want, err)
		}
	}
}
