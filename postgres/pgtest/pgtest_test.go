package pgtest_test

import (
	"context"
	"os"
	"testing"

	"bailiwick/postgres/pgtest"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) {
	os.Exit(pgtest.Main(m, func(ctx context.Context, owner, login string) error {
		c, err := pgx.Connect(ctx, owner)
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		_, err = c.Exec(ctx, `
			CREATE TABLE subusers (name text, tenant text);
			INSERT INTO subusers VALUES ('Edsger', 'Analytical'), ('Mallory', 'Malloryville');
			ALTER TABLE subusers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
			CREATE POLICY own ON subusers USING (tenant = current_setting('app.tenant', true))`)
		return err
	}))
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func query[T any](t *testing.T, c *pgx.Conn, sql string, arguments ...any) (value T) {
	t.Helper()
	if err := c.QueryRow(t.Context(), sql, arguments...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func TestEachCloneIsItsOwn(t *testing.T) {
	ada, grace := connect(t, pgtest.OwnerURL(pgtest.Clone(t))), connect(t, pgtest.OwnerURL(pgtest.Clone(t)))
	if _, err := ada.Exec(t.Context(), "CREATE TABLE secrets ()"); err != nil {
		t.Fatal(err)
	}
	if query[bool](t, grace, "SELECT to_regclass('secrets') IS NOT NULL") {
		t.Error("a table of one clone is in another")
	}
}

func TestRowLevelSecurityBindsTheOwner(t *testing.T) {
	c := connect(t, pgtest.OwnerURL(pgtest.Clone(t)))
	if n := query[int](t, c, "SELECT count(*) FROM subusers"); n != 0 {
		t.Errorf("without a tenant the owner sees %d rows", n)
	}
	if _, err := c.Exec(t.Context(), "SET app.tenant = 'Analytical'"); err != nil {
		t.Fatal(err)
	}
	if name := query[string](t, c, "SELECT string_agg(name, ' ') FROM subusers"); name != "Edsger" {
		t.Errorf("Analytical sees %q", name)
	}
}

func TestACloneGoesWithItsTest(t *testing.T) {
	var name string
	t.Run("story", func(t *testing.T) {
		c := connect(t, pgtest.OwnerURL(pgtest.Clone(t)))
		name = query[string](t, c, "SELECT current_database()")
	})
	admin := connect(t, pgtest.AdminURL())
	if query[bool](t, admin, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name) {
		t.Errorf("database %s is still there", name)
	}
}

func BenchmarkClone(b *testing.B) {
	for b.Loop() {
		pgtest.Clone(b)
	}
}
