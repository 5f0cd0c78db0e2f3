package pgtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
)

// citusEnv names the coordinator of a Citus cluster, by the address of a superuser
// in a database where the extension and all workers are set up.
const citusEnv = "BAILIWICK_TEST_CITUS"

// OnCitus tells whether test databases are made on a Citus cluster. Whoever
// prepares the template then distributes it.
func OnCitus() bool { return os.Getenv(citusEnv) != "" }

// openCitus is openGiven for a coordinator, with the workers that it names.
func openCitus(ctx context.Context, given string) (*server, error) {
	s, err := openGiven(ctx, given)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", citusEnv, err)
	}
	s.strategy = "FILE_COPY"
	alone := s.close
	s.close = func() {
		for _, w := range s.workers {
			w.Close(context.Background())
		}
		alone()
	}
	rows, err := s.admin.Query(ctx, "SELECT nodename, nodeport FROM pg_dist_node ORDER BY groupid <> 0, nodeid")
	if err == nil {
		s.nodes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[node])
	}
	for i, n := range s.nodes {
		if i == 0 || err != nil {
			continue
		}
		var w *pgx.Conn
		if w, err = n.connect(ctx, s.admin.Config(), ""); err == nil {
			s.workers = append(s.workers, w)
		}
	}
	if err == nil && len(s.workers) == 0 {
		err = fmt.Errorf("%s: the cluster has no workers", citusEnv)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// Cluster makes a database with Citus and nothing in it on each machine of the
// cluster, and gives the URL for the login that owns nothing. Without a cluster the
// test is skipped.
func Cluster(t testing.TB) string {
	t.Helper()
	if !OnCitus() {
		t.Skip("NO CITUS: that a database is spread over machines is not tested. Set " + citusEnv + " to the address of a coordinator (CONTRIBUTING.md).")
	}
	name := fmt.Sprintf("%s_%d", shared.template, shared.clones.Add(1))
	t.Cleanup(func() {
		if err := shared.drop(context.Background(), name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	err := shared.create(t.Context(), name, "template1")
	if err == nil {
		err = shared.joinNodes(t.Context(), name)
	}
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return shared.url(shared.login, name)
}

// node is a machine of the cluster, the coordinator first.
type node struct {
	Host string
	Port int
}

func (n node) connect(ctx context.Context, like *pgx.ConnConfig, database string) (*pgx.Conn, error) {
	c := like.Copy()
	c.Host, c.Port, c.Fallbacks = n.Host, uint16(n.Port), nil
	if database != "" {
		c.Database = database
	}
	c.RuntimeParams["citus.enable_ddl_propagation"] = "off"
	return pgx.ConnectConfig(ctx, c)
}

// joinNodes makes a cluster of the databases of one name.
func (s *server) joinNodes(ctx context.Context, database string) error {
	for i := len(s.nodes) - 1; i >= 0; i-- { // the coordinator last
		db, err := s.nodes[i].connect(ctx, s.admin.Config(), database)
		if err != nil {
			return err
		}
		defer db.Close(context.Background())
		if _, err := db.Exec(ctx, "CREATE EXTENSION citus"); err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		for j, n := range s.nodes {
			call := "SELECT citus_add_node($1, $2)"
			if j == 0 {
				call = "SELECT citus_set_coordinator_host($1, $2)"
			}
			if _, err := db.Exec(ctx, call, n.Host, n.Port); err != nil {
				return fmt.Errorf("%s: %w", net.JoinHostPort(n.Host, strconv.Itoa(n.Port)), err)
			}
		}
	}
	return s.tune(ctx, database)
}

// freeze ends what Citus itself does in the template, which could not be copied
// meanwhile.
func (s *server) freeze(ctx context.Context, database string) error {
	return s.exec(ctx, "ALTER DATABASE "+database+" ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"+database+"'")
}

// tune sets what is not copied with a database.
func (s *server) tune(ctx context.Context, database string) error {
	return s.exec(ctx, "ALTER DATABASE "+database+" SET citus.propagate_set_commands TO 'local'", "ALTER DATABASE "+database+" SET citus.shard_count TO 4")
}
