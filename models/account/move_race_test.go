package account_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// strays counts the accounts whose path or depth does not follow from their parent.
func strays(t *testing.T, s *models.Store) (n int) {
	t.Helper()
	if err := modelstest.Ground(s).One(context.Background(), store.ScopeOperator, []any{&n}, `SELECT count(*) FROM accounts a LEFT JOIN accounts p ON p.tenant_id = a.tenant_id AND p.id = a.parent_id
		WHERE a.path <> coalesce(p.path || '/', '') || a.id OR a.depth <> coalesce(p.depth + 1, 0)`); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoMovesRaceIntoACircle(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, top account.Account) (violations int) {
		ctx := context.Background()
		both := modelstest.Subs(t, s, ada, top, "East", "West")
		if err := modelstest.Inside(s).Load(ctx); err != nil {
			t.Fatal(err)
		}
		g := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID)
		for range modelstest.Rounds {
			won := 0
			under := func(id, to uuid.UUID) func() error {
				e, err := s.MoveEffect(ctx, g, id, to)
				return func() error {
					if err != nil {
						return err
					}
					_, err := s.MoveAccount(ctx, g, id, to, e.Seen)
					var p store.Problems
					if errors.As(err, &p) || errors.Is(err, store.ErrConflict) {
						return nil
					}
					return err
				}
			}
			if err := modelstest.Together(under(both[0].ID, both[1].ID), under(both[1].ID, both[0].ID)); err != nil {
				t.Log(err)
				return violations + 1
			}
			for _, a := range both {
				if row, err := s.Account(ctx, top.ID, a.ID); err != nil || *row.ParentID != top.ID {
					won++
				}
			}
			if won != 1 || strays(t, s) != 0 {
				return violations + 1 // a circle is not undone by another move
			}
			for _, a := range both {
				if err := modelstest.Move(ctx, s, g, a.ID, top.ID); err != nil && !modelstest.Problem(err, "already") {
					t.Log(err)
					return violations + 1
				}
			}
		}
		return violations
	})
}

func TestAMoveRacesACreationBelow(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, top account.Account) (violations int) {
		ctx := context.Background()
		both := modelstest.Subs(t, s, ada, top, "East", "West")
		if err := modelstest.Inside(s).Load(ctx); err != nil {
			t.Fatal(err)
		}
		berlin := modelstest.Subs(t, s, ada, both[0], "East Berlin")[0]
		if err := modelstest.Inside(s).Load(ctx); err != nil {
			t.Fatal(err)
		}
		g := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID)
		create := modelstest.GrantOf(t, s, ada, "sub_accounts.create", berlin.ID)
		for i := range modelstest.Rounds {
			e, err := s.MoveEffect(ctx, g, berlin.ID, both[(i+1)%2].ID)
			if err != nil {
				t.Log(err)
				return violations + 1
			}
			err = modelstest.Together(
				func() error {
					_, err := s.MoveAccount(ctx, g, berlin.ID, both[(i+1)%2].ID, e.Seen)
					if errors.Is(err, store.ErrConflict) {
						err = modelstest.Move(ctx, s, g, berlin.ID, both[(i+1)%2].ID)
					}
					return err
				},
				func() error {
					_, err := s.CreateSubAccounts(ctx, create, []string{fmt.Sprint(i)})
					return err
				})
			if err != nil {
				t.Log(err)
				violations++
			}
			if strays(t, s) != 0 {
				return violations + 1
			}
		}
		return violations
	})
}

// East Berlin moves from East to West at the moment West, or East Berlin itself,
// is deleted or archived: it never ends as a living account below a dead one, nor
// as an archived one that nothing above brings back.
func TestAMoveRacesADeletion(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, top account.Account) (violations int) {
		ctx := context.Background()
		if err := modelstest.Inside(s).Load(ctx); err != nil {
			t.Fatal(err)
		}
		east := modelstest.Subs(t, s, ada, top, "East")[0]
		g, remove := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), modelstest.GrantOf(t, s, ada, "sub_accounts.delete", top.ID)
		for i := range modelstest.Rounds / 3 {
			if err := modelstest.Inside(s).Load(ctx); err != nil {
				t.Fatal(err)
			}
			west := modelstest.Subs(t, s, ada, top, "West")[0]
			if err := modelstest.Inside(s).Load(ctx); err != nil {
				t.Fatal(err)
			}
			berlin := modelstest.Subs(t, s, ada, east, "East Berlin")[0]
			if err := modelstest.Inside(s).Load(ctx); err != nil {
				t.Fatal(err)
			}
			e, err := s.MoveEffect(ctx, g, berlin.ID, west.ID)
			if err != nil {
				t.Log(err)
				return violations + 1
			}
			_ = modelstest.Together(
				func() error { _, err := s.MoveAccount(ctx, g, berlin.ID, west.ID, e.Seen); return err },
				[]func() error{
					func() error { return s.DeleteAccount(ctx, remove, west.ID, "West", true) },
					func() error { return s.DeleteAccount(ctx, remove, berlin.ID, "East Berlin", true) },
					func() error { return s.ArchiveAccount(ctx, g, west.ID) },
				}[i%3])
			var wrong int
			if err := modelstest.Ground(s).In(ctx, store.Scope{System: "test", Deleted: true}, func(db *gorm.DB) error {
				return db.Raw(`SELECT count(*) FROM accounts a JOIN accounts p ON p.tenant_id = a.tenant_id AND p.id = a.parent_id
					WHERE p.state = 'deleted' AND a.state <> 'deleted' OR p.archived_by IS NOT NULL AND a.archived_by IS NULL
						OR a.archived_by IS NOT NULL AND a.archived_by <> a.id AND p.archived_by IS NULL OR a.path <> p.path || '/' || a.id`).Scan(&wrong).Error
			}); err != nil {
				t.Fatal(err)
			}
			if violations += wrong; wrong > 0 {
				return violations
			}
		}
		return violations
	})
}
