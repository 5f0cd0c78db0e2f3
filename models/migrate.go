package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"bailiwick/migrations"
)

// ErrSchema is for a database whose schema this program does not know.
var ErrSchema = errors.New("unknown schema")

// migrating names the lock of whoever migrates a database.
const migrating = 0x6261696c6977

// Migrate brings the database to this program's schema. Several nodes may call
// it at once: one does the work, the others wait. The url must reach Postgres
// itself, not a transaction pooler.
func Migrate(ctx context.Context, url string) error {
	cc, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("the database address can not be read: %w", err)
	}
	db := stdlib.OpenDB(*cc)
	defer db.Close()
	// Waiting in the database's own queue, nobody waits longer than the work takes.
	queue, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer queue.Close()
	if _, err := queue.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrating); err != nil {
		return fmt.Errorf("wait for others that migrate: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if have, err := p.GetDBVersion(ctx); err == nil && have > lastMigration() {
		return unknownSchema(have)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return grantPanelRole(ctx, db)
}

// grantPanelRole makes the role that queries run as and gives it what it needs,
// where the given role may make roles; elsewhere the given role itself runs the
// queries, held by forced row-level security.
func grantPanelRole(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `
DO $$ BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+panelRole+`') THEN
		CREATE ROLE `+panelRole+` NOLOGIN;
	END IF;
	EXECUTE 'GRANT `+panelRole+` TO ' || quote_ident(current_user);
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO `+panelRole+`;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO `+panelRole+`;
REVOKE ALL ON goose_db_version FROM `+panelRole+`;
REVOKE UPDATE, DELETE ON audit_events FROM `+panelRole+`;
REVOKE DELETE ON accounts, tenants, members FROM `+panelRole+`;`)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "42501" || pg.Code == "42704") { // may not make roles: there is none
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the panel's database role: %w", err)
	}
	return nil
}

func lastMigration() (last int64) {
	names, _ := fs.Glob(migrations.Files, "*.sql")
	for _, n := range names {
		v, err := goose.NumericComponent(n)
		if err == nil {
			last = max(last, v)
		}
	}
	return last
}

func unknownSchema(have int64) error {
	return fmt.Errorf("%w: the database is at migration %d, this program knows %d; run a newer program", ErrSchema, have, lastMigration())
}

// checkSchema refuses a database that is not at this program's last migration.
func checkSchema(ctx context.Context, pool *pgxpool.Pool) error {
	var have int64
	err := pool.QueryRow(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&have)
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && pg.Code == "42P01":
		return fmt.Errorf("%w: the database is empty; run `bailiwick migrate`", ErrSchema)
	case err != nil:
		return fmt.Errorf("read the schema's version: %w", err)
	case have > lastMigration():
		return unknownSchema(have)
	case have < lastMigration():
		return fmt.Errorf("%w: the database is at migration %d of %d; run `bailiwick migrate`", ErrSchema, have, lastMigration())
	}
	return nil
}
