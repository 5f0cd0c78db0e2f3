package login_test

import (
	"errors"
	"slices"
	"testing"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Every request asks for its session: a connection plans that once. A migration that
// changes what it gives while the panel runs costs one request, not all that follow.
func TestASessionIsPlannedOnce(t *testing.T) {
	ctx := t.Context()
	s, ada, agency := modelstest.Agency(t)
	token, err := s.StartSession(ctx, ada.Login(), "192.0.2.7", "")
	if err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		x, at, err := s.Session(ctx, token, agency.ID)
		if err == nil && (x.Name != "Ada" || at.Name != "Analytical") {
			t.Errorf("%s is at %s", x.Name, at.Name)
		}
		return err
	}
	pool := modelstest.Inside(s).Pool
	var held [3]*pgxpool.Conn
	for i := range held {
		if held[i], err = pool.Acquire(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for i := range held {
		held[i].Release()
		for range 8 {
			if err := ask(); err != nil {
				t.Fatal(err)
			}
		}
		if held[i], err = pool.Acquire(ctx); err != nil {
			t.Fatal(err)
		}
		rows, _ := held[i].Query(ctx, "SELECT (generic_plans + custom_plans)::int FROM pg_prepared_statements", pgx.QueryExecModeSimpleProtocol)
		if used, err := pgx.CollectRows(rows, pgx.RowTo[int]); err != nil || !slices.Equal(used, []int{8, 8}) {
			t.Errorf("statements were used %v times: %v", used, err)
		}
	}
	for _, c := range held {
		c.Release()
	}
	modelstest.AsOwner(t, s, "ALTER TABLE sessions ALTER COLUMN agent TYPE varchar(300)")
	if err := ask(); !errors.Is(err, store.ErrBusy) {
		t.Errorf("after the migration: %v", err)
	}
	for range held {
		if err := ask(); err != nil {
			t.Errorf("and then: %v", err)
		}
	}
}
