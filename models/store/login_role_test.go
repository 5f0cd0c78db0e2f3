package store_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// TestWhateverRunsInAQueryStaysThePanel has Mallory's words run wherever the
// panel's SQL does. They must not become the role that owns the tables, nor get
// what it may.
func TestWhateverRunsInAQueryStaysThePanel(t *testing.T) {
	address := pgtest.Clone(t)
	if address == pgtest.OwnerURL(address) {
		t.Skip("needs an owner who may make roles")
	}
	s, err := modelstest.OpenAt(t, address)
	if err != nil {
		t.Fatal(err)
	}
	if said := s.Exposed(); said != "" {
		t.Fatal(said)
	}
	modelstest.TwoTenants(t, s)
	var owner string
	if err := modelstest.Ground(s).In(t.Context(), store.ScopeOperator, func(db *gorm.DB) error {
		return db.Raw("SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE oid = 'accounts'::regclass").Scan(&owner).Error
	}); err != nil {
		t.Fatal(err)
	}
	become := []string{
		"", "SELECT set_config('role', '" + owner + "', true);", "SELECT set_config('role', 'none', true);", "SELECT set_config('session_authorization', '" + owner + "', true);",
		"SET ROLE " + owner + ";", "RESET ROLE;", "SET SESSION AUTHORIZATION " + owner + ";", "RESET SESSION AUTHORIZATION;", "RESET ALL;", "COMMIT; RESET ROLE; BEGIN;",
	}
	act := []string{
		"ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY", "DROP POLICY tenant ON accounts", "DROP TABLE records",
		"UPDATE audit_events SET principal_name = 'Nobody'", "DELETE FROM audit_events", "TRUNCATE audit_events", "DELETE FROM accounts",
		"GRANT " + owner + " TO CURRENT_USER", "CREATE ROLE mallory SUPERUSER", "ALTER ROLE CURRENT_USER BYPASSRLS", "COPY accounts TO PROGRAM 'cat'",
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)",
	}
	for _, first := range become {
		for _, then := range act {
			done := errors.New("done")
			err := modelstest.Ground(s).In(t.Context(), store.ScopePurge, func(db *gorm.DB) error {
				if err := db.Exec(first + then).Error; err != nil {
					return err
				}
				return done
			})
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "42501" { // insufficient_privilege
				t.Errorf("%s%s: %v", first, then, err)
			}
		}
	}
}

// TestALoginIsMadeAsItsAddressSays migrates a database whose owner is given
// beside a login that there is none of, one with a password, one that a database
// of before has, and one that somebody else made.
func TestALoginIsMadeAsItsAddressSays(t *testing.T) {
	owner, standing := modelstest.EmptyDatabase(t)
	if owner == standing {
		t.Skip("needs an owner who may make roles")
	}
	login := func(name, password string) string {
		name = fmt.Sprintf("%s_%d", name, os.Getpid())
		t.Cleanup(func() { // what it was given goes with the database
			database := "/" + strings.TrimPrefix(mustParse(t, owner).Path, "/")
			modelstest.Ask(t, modelstest.As(t, pgtest.AdminURL(), nil, database[1:]), "DO $$ BEGIN EXECUTE 'DROP OWNED BY "+name+"'; EXECUTE 'DROP ROLE "+name+"'; END $$")
		})
		return modelstest.As(t, owner, url.UserPassword(name, password), "")
	}
	works := func(address string) {
		t.Helper()
		s, err := modelstest.OpenAt(t, address)
		if err != nil {
			t.Fatal(err)
		}
		if s.Exposed() != "" {
			t.Error(s.Exposed())
		}
		s.Close()
	}
	panel := login("panel", "Grüße, p@ss'w$rd")
	for range 2 {
		if err := store.Migrate(t.Context(), owner, panel); err != nil {
			t.Fatal(err)
		}
		works(panel)
	}
	if modelstest.Ask(t, panel, "SELECT has_database_privilege(current_database(), 'TEMPORARY')::text") != "false" {
		t.Error("the panel could put temporary tables before the real ones")
	}
	hash := modelstest.Ask(t, modelstest.As(t, pgtest.AdminURL(), nil, "postgres"), "SELECT rolpassword FROM pg_authid WHERE rolname = '"+mustParse(t, panel).User.Username()+"'")
	if !strings.HasPrefix(hash, "SCRAM-SHA-256$4096:") {
		t.Errorf("the password is kept as %s", hash)
	}
	old := login("older", "")
	modelstest.Ask(t, owner, "CREATE ROLE "+mustParse(t, old).User.Username()+" NOLOGIN")
	if err := store.Migrate(t.Context(), owner, old); err != nil {
		t.Fatal(err)
	}
	works(old)

	// A login that may become another role is not held by its own.
	modelstest.Ask(t, pgtest.AdminURL(), "GRANT pg_read_all_settings TO "+mustParse(t, old).User.Username())
	s, err := modelstest.OpenAt(t, old)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.Exposed(), "can become other roles") {
		t.Errorf("a login that may become another role says %q", s.Exposed())
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
