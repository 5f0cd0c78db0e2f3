package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ErrNotDistributable is for a database that can not be spread over machines.
var ErrNotDistributable = errors.New("not distributable")

// tenantTable is the one whose key is the tenant itself.
const tenantTable = "tenants"

// The places that a table can have on Citus.
const (
	plain       = "plain" // Citus does not know of it
	onlyHere    = "local" // on the coordinator, known to Citus
	distributed = "distributed"
	reference   = "reference"
)

// placed is a table, whose it is, and where Citus keeps it.
type placed struct {
	Name      string
	Tenants   bool // its rows are a tenant's
	Place     string
	Column    string // that a distributed table is spread by
	Colocated bool   // with tenants
	Forced    bool   // row-level security binds its owner too
}

// key is the column that tells whose a row is.
func (p placed) key() string {
	if p.Name == tenantTable {
		return "id"
	}
	return "tenant_id"
}

// wrong says, as a part of a sentence, why the table is not where it belongs;
// empty where it is.
func (p placed) wrong() string {
	switch {
	case p.Tenants && p.Place != distributed:
		return "the table " + p.Name + " is not distributed"
	case !p.Tenants && p.Place != plain && p.Place != onlyHere:
		return "the table " + p.Name + " is no tenant's and does not stay on the coordinator"
	case p.Tenants && p.Column != p.key():
		return "the table " + p.Name + " is spread by " + p.Column + " where it should be by " + p.key()
	case p.Tenants && !p.Colocated:
		return "the table " + p.Name + " does not lie with its tenants"
	}
	return ""
}

// querier is a connection, a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// tablesOn reads from the catalog where each table is. A table whose primary key
// holds tenant_id is a tenant's.
func tablesOn(ctx context.Context, db querier) ([]placed, error) {
	rows, err := db.Query(ctx, `SELECT c.relname AS name,
			c.relname = '`+tenantTable+`' OR EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
				WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant_id') AS tenants,
			CASE WHEN p.partmethod IS NULL THEN '`+plain+`' WHEN p.partmethod <> 'n' THEN '`+distributed+`' WHEN p.repmodel = 't' THEN '`+reference+`' ELSE '`+onlyHere+`' END AS place,
			CASE WHEN p.partkey IS NULL THEN '' ELSE column_to_column_name(p.logicalrelid, p.partkey) END AS column,
			coalesce(p.colocationid = (SELECT colocationid FROM pg_dist_partition WHERE logicalrelid = to_regclass('public.`+tenantTable+`')), false) AS colocated,
			c.relforcerowsecurity AS forced
		FROM pg_class c LEFT JOIN pg_dist_partition p ON p.logicalrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		ORDER BY c.relname <> '`+tenantTable+`', c.relname`)
	if err != nil {
		return nil, fmt.Errorf("read where tables are: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[placed])
}

// hasCitus tells whether the database has the extension.
func hasCitus(ctx context.Context, db querier) (has bool, err error) {
	err = db.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')").Scan(&has)
	return has, err
}

// Distribute spreads a migrated database over the machines of Citus, as its
// owner: what is a tenant's by tenant, all of one tenant on one machine. The rest
// stays on the coordinator, as tables of plain Postgres. It does what is left to do,
// all of it or nothing, and says what it does. Nobody else can use the tables meanwhile.
func Distribute(ctx context.Context, owner string, say func(sentence string)) error {
	cc, err := readOwnerAddress(owner)
	if err != nil {
		return err
	}
	cc.DefaultQueryExecMode = pgx.QueryExecModeExec
	db, err := pgx.ConnectConfig(ctx, cc)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer db.Close(context.WithoutCancel(ctx))
	if err := distributable(ctx, db); err != nil {
		return err
	}
	tx, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if err := (distributing{ctx, tx, say}).all(); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("keep the tables where they are now: %w", err)
	}
	return nil
}

// distributable refuses a database that has no Citus, or one that is not set up.
func distributable(ctx context.Context, db querier) error {
	has, err := hasCitus(ctx, db)
	switch {
	case err != nil:
		return err
	case !has:
		return fmt.Errorf("%w: this database has no Citus; nothing was changed. Install Citus on each machine, make the database and the extension citus in it on each, and run this on the coordinator (docs/operate.md)", ErrNotDistributable)
	}
	var coordinator, worker bool
	err = db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0), EXISTS (SELECT FROM pg_dist_node WHERE shouldhaveshards AND isactive)
		FROM (SELECT) x`).Scan(&coordinator, &worker)
	switch {
	case err != nil:
		return fmt.Errorf("read the machines of the cluster: %w", err)
	case !coordinator:
		return fmt.Errorf("%w: the cluster does not know its coordinator; nothing was changed. Run SELECT citus_set_coordinator_host('<its name>', <its port>) on it as a superuser", ErrNotDistributable)
	case !worker:
		return fmt.Errorf("%w: no machine of the cluster takes tenants; nothing was changed. Run SELECT citus_add_node('<name>', <port>) for each worker, on the coordinator, as a superuser", ErrNotDistributable)
	}
	return nil
}

// distributing is one transaction that moves tables.
type distributing struct {
	ctx context.Context
	tx  pgx.Tx
	say func(string)
}

func (d distributing) exec(sql string, args ...any) error {
	if _, err := d.tx.Exec(d.ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// all moves each table that is not where it belongs.
func (d distributing) all() error {
	if err := d.exec("SELECT pg_advisory_xact_lock($1)", int64(migrating)); err != nil {
		return err
	}
	tables, err := tablesOn(d.ctx, d.tx)
	if err != nil {
		return err
	}
	var move []placed
	tenants := map[string]bool{}
	for _, t := range tables {
		tenants[t.Name] = t.Tenants
		switch {
		case t.Tenants && (t.Place == plain || t.Place == onlyHere):
			move = append(move, t)
		case t.wrong() != "":
			return fmt.Errorf("%w: %s; nothing was changed. SELECT undistribute_table('%s') on the coordinator takes it back", ErrNotDistributable, t.wrong(), t.Name)
		}
	}
	if len(move) > 0 {
		if err := d.moveAll(move, tenants); err != nil {
			return err
		}
	} else {
		d.say("Every table is where it belongs.")
	}
	// Without this the workers would not know which tenant a transaction is for.
	return d.exec(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET citus.propagate_set_commands TO ''local''', current_database()); END $$`)
}

type foreignKey struct{ Table, Target, Name, Definition string }

func (d distributing) moveAll(move []placed, tenants map[string]bool) error {
	names := make([]string, len(move))
	for i, t := range move {
		names[i] = t.Name
	}
	rows, err := d.tx.Query(d.ctx, `SELECT t.relname AS "table", o.relname AS target, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
		FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class o ON o.oid = k.confrelid
		WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = 'public'::regnamespace AND (t.relname = ANY($1) OR o.relname = ANY($1))
		ORDER BY t.relname = o.relname DESC, t.relname, k.conname`, names)
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByName[foreignKey])
	if err != nil {
		return err
	}
	// A key between a table that moves and one that does not would stop it.
	for _, k := range keys {
		if err := d.exec("ALTER TABLE " + quoted(k.Table) + " DROP CONSTRAINT " + quoted(k.Name)); err != nil {
			return err
		}
	}
	for _, t := range move {
		if err := d.move(t); err != nil {
			return err
		}
	}
	var left []string
	for _, k := range keys {
		if tenants[k.Table] != tenants[k.Target] {
			left = append(left, k.Table+"."+k.Name)
			continue
		}
		if err := d.exec("ALTER TABLE " + quoted(k.Table) + " ADD CONSTRAINT " + quoted(k.Name) + " " + k.Definition); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		d.say("No key can lead from a worker to the coordinator, so these are given up: " + strings.Join(left, ", ") + ".")
	}
	return nil
}

// move spreads one table, with its rows.
func (d distributing) move(t placed) error {
	// The owner copies what row-level security would hide.
	if err := d.exec("ALTER TABLE " + quoted(t.Name) + " NO FORCE ROW LEVEL SECURITY"); err != nil {
		return err
	}
	call := "SELECT create_distributed_table($1::text::regclass, '" + t.key() + "'"
	if t.Name == tenantTable {
		d.say(t.Name + " is spread over the workers.")
	} else {
		d.say(t.Name + " is spread with its tenants.")
		call += ", colocate_with => '" + tenantTable + "'"
	}
	err := d.exec(call+")", quoted(t.Name))
	if err == nil { // what was copied is still here, unseen
		err = d.exec("SELECT truncate_local_data_after_distributing_table($1::text::regclass)", quoted(t.Name))
	}
	if err == nil && t.Forced {
		err = d.exec("ALTER TABLE " + quoted(t.Name) + " FORCE ROW LEVEL SECURITY")
	}
	return err
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
