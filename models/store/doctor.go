package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Examine looks at the database by the panel's own login, and says what is not as
// it should be, a sentence each.
func Examine(ctx context.Context, address string) (wrong []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	pc, err := poolConfig(address)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if err := pool.Ping(ctx); err != nil {
		say("The database does not let the panel in: %v.", err)
		return wrong, nil
	}
	s := &Store{pool: pool, slack: 1}
	if err := checkSchema(ctx, pool); err != nil {
		say("%v.", err)
	}
	if err := s.chooseRole(ctx); err != nil {
		say("%v.", err)
	}
	if s.exposed != "" {
		say("%s.", s.exposed)
	}
	has, err := hasCitus(ctx, pool)
	if err != nil || !has {
		return wrong, err
	}
	return wrong, examineCitus(ctx, pool, say)
}

func examineCitus(ctx context.Context, db querier, say func(format string, args ...any)) error {
	if err := distributable(ctx, db); err != nil {
		say("%v.", err)
		return nil
	}
	tables, err := tablesOn(ctx, db)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if wrong := t.wrong(); wrong != "" {
			say("%s: run `bailiwick migrate --distribute`.", wrong)
		}
	}
	var told string
	if err := db.QueryRow(ctx, "SELECT current_setting('citus.propagate_set_commands')").Scan(&told); err != nil {
		return err
	}
	if told != "local" {
		say("workers are not told which tenant a transaction is for (citus.propagate_set_commands is %s): run `bailiwick migrate --distribute`.", told)
	}
	rows, err := db.Query(ctx, `WITH health AS (SELECT from_nodename || ':' || from_nodeport AS one, to_nodename || ':' || to_nodeport AS other, result FROM citus_check_cluster_node_health()),
			up AS (SELECT other FROM health WHERE result)
		SELECT DISTINCT CASE WHEN other IN (SELECT * FROM up) THEN one || ' does not reach ' || other ELSE other || ' does not answer' END
		FROM health WHERE result IS NOT TRUE AND (other NOT IN (SELECT * FROM up) OR one IN (SELECT * FROM up)) ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("ask the machines of the cluster: %w", err)
	}
	down, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, sentence := range down {
		say("%s.", sentence)
	}
	return err
}
