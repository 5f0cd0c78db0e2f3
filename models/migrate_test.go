package models_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// refused wants the error of a schema that is not known, with a sentence that
// says what to do.
func refused(t *testing.T, err error, sentence string) {
	t.Helper()
	if !errors.Is(err, store.ErrSchema) || !strings.Contains(err.Error(), sentence) {
		t.Errorf("want a refusal that says %q, got %v", sentence, err)
	}
}

func TestManyNodesMigrateOnce(t *testing.T) {
	owner, address := modelstest.EmptyDatabase(t)
	_, err := modelstest.OpenAt(t, address)
	refused(t, err, "the database is empty; run `bailiwick migrate`")

	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = store.Migrate(t.Context(), owner, address) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if twice := modelstest.Ask(t, owner, "SELECT coalesce(string_agg(version_id::text, ' '), '') FROM (SELECT version_id FROM goose_db_version GROUP BY 1 HAVING count(*) > 1) x"); twice != "" {
		t.Errorf("applied more than once: %s", twice)
	}
	if _, err := modelstest.OpenAt(t, address); err != nil {
		t.Error(err)
	}
}

func TestANodeThatWaitsForAnotherSaysSo(t *testing.T) {
	owner, address := modelstest.EmptyDatabase(t)
	other, err := pgx.Connect(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", 0x6261696c6977); err != nil {
		t.Fatal(err)
	}
	said := 0
	err = store.MigrateInTurn(t.Context(), owner, address, func() {
		said++
		other.Close(t.Context())
	})
	if err != nil || said != 1 {
		t.Errorf("said %d times: %v", said, err)
	}
	if err := store.MigrateInTurn(t.Context(), owner, address, func() { t.Error("waits for nobody") }); err != nil {
		t.Error(err)
	}
}

func TestAnotherSchemaIsRefused(t *testing.T) {
	address := pgtest.Clone(t)
	owner := pgtest.OwnerURL(address)
	last := modelstest.Ask(t, address, "SELECT max(version_id)::text FROM goose_db_version")

	modelstest.Ask(t, owner, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	newer := "the database is at migration 9999, this program knows " + last + "; run a newer program"
	_, err := modelstest.OpenAt(t, address)
	refused(t, err, newer)
	refused(t, store.Migrate(t.Context(), owner, address), newer)

	modelstest.Ask(t, owner, "DELETE FROM goose_db_version WHERE version_id IN (9999, "+last+")")
	if err := store.Migrate(t.Context(), address, address); err != nil {
		t.Errorf("the panel's login, which may not migrate: %v", err)
	}
	_, err = modelstest.OpenAt(t, address)
	refused(t, err, "run `bailiwick migrate` with the address of the database's owner")
}

// TestNoRolePassesRowLevelSecurity opens stores as roles that row-level security
// does not bind by itself, and as an owner of the tables who may not make roles.
func TestNoRolePassesRowLevelSecurity(t *testing.T) {
	const suited = "SELECT (rolsuper AND current_setting('server_version_num')::int >= 160000)::text FROM pg_roles WHERE rolname = current_user"
	if modelstest.Ask(t, pgtest.AdminURL(), suited) != "true" {
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
		modelstest.Ask(t, pgtest.AdminURL(), fmt.Sprintf("CREATE ROLE %s LOGIN %s PASSWORD '%s'", name, rights, name))
		t.Cleanup(func() { modelstest.Ask(t, pgtest.AdminURL(), "DROP ROLE "+name) })
		return url.UserPassword(name, name)
	}

	t.Run("a superuser becomes the panel's role", func(t *testing.T) {
		owner, _ := modelstest.EmptyDatabase(t)
		admin := modelstest.As(t, pgtest.AdminURL(), nil, database(owner))
		if err := store.Migrate(t.Context(), admin, admin); err != nil {
			t.Fatal(err)
		}
		exposed(t, admin)
	})

	t.Run("who can not become it is refused", func(t *testing.T) {
		address := pgtest.OwnerURL(pgtest.Clone(t))
		mallory := role("mallory", "BYPASSRLS")
		modelstest.Ask(t, address, "GRANT SELECT ON goose_db_version TO "+mallory.Username())
		t.Cleanup(func() { modelstest.Ask(t, address, "REVOKE ALL ON goose_db_version FROM "+mallory.Username()) })
		_, err := modelstest.OpenAt(t, modelstest.As(t, address, mallory, ""))
		if err == nil || !strings.Contains(err.Error(), "bypasses row-level security and can't become bailiwick_panel") {
			t.Errorf("want a refusal, got %v", err)
		}
	})

	t.Run("an owner who may make no roles is bound by it", func(t *testing.T) {
		grace := role("grace", "")
		empty, _ := modelstest.EmptyDatabase(t)
		modelstest.Ask(t, pgtest.AdminURL(), "ALTER DATABASE "+database(empty)+" OWNER TO "+grace.Username())
		address := modelstest.As(t, empty, grace, "")
		if err := store.Migrate(t.Context(), address, address); err != nil {
			t.Fatal(err)
		}
		exposed(t, address)
		if seen := modelstest.Ask(t, address, "SELECT count(*)::text FROM accounts"); seen != "0" {
			t.Errorf("without a scope the owner sees %s accounts", seen)
		}
	})
}

// exposed opens a store that works, and says what is not protected.
func exposed(t *testing.T, address string) {
	t.Helper()
	s, err := modelstest.OpenAt(t, address)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.Exposed(), "give the panel a login of its own in DATABASE_URL") {
		t.Errorf("as an owner it says %q", s.Exposed())
	}
	modelstest.TwoTenants(t, s)
}
