package store

import (
	"context"
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

// Migrate brings the database to this program's schema, as its owner, and lets
// the login of the panel's address in; it makes that login where there is none.
// Several nodes may call it at once: one does the work, the others wait. The
// owner's address must reach Postgres itself, not a transaction pooler. Who may
// not migrate changes nothing: Open says what is missing.
func Migrate(ctx context.Context, owner, panel string) error {
	return MigrateInTurn(ctx, owner, panel, func() {})
}

// spread is what a migration calls for a new table of a tenant's, before it gives it
// rows and foreign keys: where the tenants are distributed, the table must be so, too.
const spread = `CREATE OR REPLACE FUNCTION spread(made regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
	IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
		IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'tenants'::regclass) THEN
			PERFORM create_distributed_table(made, 'tenant_id', colocate_with => 'tenants');
		END IF;
	END IF;
END $$`

// MigrateInTurn is Migrate that says when it begins to wait for another.
func MigrateInTurn(ctx context.Context, owner, panel string, waits func()) error {
	cc, err := readOwnerAddress(owner)
	if err != nil {
		return err
	}
	login, err := readAddress(panel)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*cc)
	defer db.Close()
	// Waiting in the database's own queue, nobody waits longer than the work takes.
	queue, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer queue.Close()
	var may bool
	if err := queue.QueryRowContext(ctx, `SELECT has_schema_privilege('public', 'CREATE')
		AND coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('public.goose_db_version')), true)`).Scan(&may); err != nil || !may {
		return err
	}
	var first bool
	err = queue.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", migrating).Scan(&first)
	if err == nil && !first {
		waits()
		_, err = queue.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrating)
	}
	if err != nil {
		return fmt.Errorf("wait for others that migrate: %w", err)
	}
	// The server may notice only later that a connection is closed.
	defer queue.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrating)
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err == nil && have > lastMigration() {
		return unknownSchema(have)
	}
	upToDate := err == nil && have == lastMigration()
	if !upToDate {
		if _, err := queue.ExecContext(ctx, spread); err != nil {
			return fmt.Errorf("prepare the migrations: %w", err)
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	if login.User != cc.User {
		err = admitLogin(ctx, db, login)
	} else {
		err = makePanelRole(ctx, db)
	}
	if upToDate && PartLost(err) {
		return nil // a panel starts while a machine is away: the login was let in with the last migration
	}
	return err
}

func readAddress(url string) (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database address can't be read: %w", err)
	}
	limitConnecting(c)
	return c, nil
}

// readOwnerAddress has Citus change the shards of tables one after the other, so
// that one transaction may change several tables; elsewhere that means nothing.
func readOwnerAddress(url string) (*pgx.ConnConfig, error) {
	c, err := readAddress(url)
	if err == nil {
		c.RuntimeParams["citus.multi_shard_modify_mode"] = "sequential"
	}
	return c, err
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

const runMigrate = "run `bailiwick migrate` with the address of the database's owner in DATABASE_DIRECT_URL"

// checkSchema refuses a database that is not at this program's last migration.
func checkSchema(ctx context.Context, pool *pgxpool.Pool) error {
	var have int64
	err := pool.QueryRow(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&have)
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && pg.Code == "42P01":
		return fmt.Errorf("%w: the database is empty; %s", ErrSchema, runMigrate)
	case errors.As(err, &pg) && pg.Code == insufficientPrivilege:
		return fmt.Errorf("%w: the login in DATABASE_URL may not read the database; %s", ErrSchema, runMigrate)
	case err != nil:
		return fmt.Errorf("read the schema's version: %w", err)
	case have > lastMigration():
		return unknownSchema(have)
	case have < lastMigration():
		return fmt.Errorf("%w: the database is at migration %d of %d; %s", ErrSchema, have, lastMigration(), runMigrate)
	}
	return nil
}
