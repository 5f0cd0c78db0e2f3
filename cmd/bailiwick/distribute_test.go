package main

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/cmd/bailiwick/demo"
	"bailiwick/migrations"
	"bailiwick/models"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// spreadOut gives the sentences of a distribution.
func spreadOut(t *testing.T, owner string) (said []string) {
	t.Helper()
	if err := store.Distribute(t.Context(), owner, func(sentence string) { said = append(said, sentence) }); err != nil {
		t.Fatal(err)
	}
	return said
}

// inOrder wants the doctor to find nothing.
func inOrder(t *testing.T, login string) {
	t.Helper()
	wrong, err := store.Examine(t.Context(), login)
	if err != nil || len(wrong) > 0 {
		t.Errorf("the doctor finds %q, %v", wrong, err)
	}
}

// tables counts the rows of each table.
func tables(t *testing.T, owner string) map[string]int {
	t.Helper()
	ctx := t.Context()
	db, err := pgx.Connect(ctx, owner)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(ctx)
	tx, err := db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	counts := map[string]int{}
	rows, err := tx.Query(ctx, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND pg_get_userbyid(relowner) = current_user")
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"SET LOCAL app.scope = 'system'", store.SeeDeleted} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		n := 0
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+pgx.Identifier{name}.Sanitize()).Scan(&n); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		counts[name] = n
	}
	return counts
}

func TestADatabaseIsSpreadOverCitus(t *testing.T) {
	for _, cast := range []bool{false, true} {
		t.Run(fmt.Sprintf("demo %v", cast), func(t *testing.T) {
			ctx := t.Context()
			login := pgtest.Cluster(t)
			owner := pgtest.OwnerURL(login)
			if err := store.Migrate(ctx, owner, login); err != nil {
				t.Fatal(err)
			}
			open := func() *models.Store {
				t.Helper()
				s, err := modelstest.OpenAt(t, login)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			if cast {
				if _, err := demo.Seed(ctx, open()); err != nil {
					t.Fatal(err)
				}
			}
			before := tables(t, owner)
			if cast && (before["accounts"] < 5 || before["records"] < 100) {
				t.Fatalf("there is nothing to spread: %v", before)
			}
			if said := strings.Join(spreadOut(t, owner), "\n"); !strings.Contains(said, "tenants is spread over the workers.") || !strings.Contains(said, "accounts is spread with its tenants.") {
				t.Errorf("said: %s", said)
			}
			inOrder(t, login)
			if after := tables(t, owner); !maps.Equal(before, after) {
				t.Errorf("before %v, after %v", before, after)
			}
			if said := spreadOut(t, owner); !slices.Equal(said, []string{"Every table is where it belongs."}) {
				t.Errorf("the second time: %q", said)
			}
			inOrder(t, login)
			s := open()
			if err := modelstest.Ground(s).AllReached(); err != nil {
				t.Errorf("all machines are up: %v", err)
			}
			ada, _, err := s.SignUp(ctx, "Mary", "mary.somerville@example.com", "four plain english words")
			if err != nil {
				t.Fatal(err)
			}
			a, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Somerville")
			if err != nil {
				t.Fatal(err)
			}
			if mine, err := s.AccountsOf(ctx, authz.Self(ada.Actor()), ada.Principal(), "", true, 10); err != nil || len(mine) != 2 || mine[0].ID != a.ID {
				t.Errorf("%v, %v", mine, err)
			}
			if _, err := s.VerifyAudit(ctx, a.TenantID, a.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

// The newest migrations come to a database that was distributed before them.
func TestMigrationsGoOnAfterDistributing(t *testing.T) {
	ctx := t.Context()
	login := pgtest.Cluster(t)
	owner := pgtest.OwnerURL(login)
	db, err := sql.Open("pgx", owner)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	const then = 30 // the last that knew nothing of distributed tenants
	if _, err := p.UpTo(ctx, then); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	spreadOut(t, owner)
	if err := store.Migrate(ctx, owner, login); err != nil {
		t.Fatal(err)
	}
	if said := spreadOut(t, owner); !slices.Equal(said, []string{"Every table is where it belongs."}) {
		t.Errorf("a migration left something behind: %q", said)
	}
	inOrder(t, login)
	s, err := models.Open(ctx, store.Config{URL: login, Catalog: catalog.MustLoad(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.SignUp(ctx, "Mary", "mary.somerville@example.com", "four plain english words"); err != nil {
		t.Error(err)
	}
}
