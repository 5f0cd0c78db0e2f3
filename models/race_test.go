package models

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/postgres/pgtest"
)

// rounds are how often a race is run: by default often enough to show, in a few
// attempts, where nothing holds it.
var rounds int

func init() { flag.IntVar(&rounds, "race.rounds", 100, "how many rounds a race has") }

// agency is a store with a main account that Ada owns.
func agency(t *testing.T) (*Store, Member, Account) {
	t.Helper()
	ctx := context.Background()
	s, err := Open(ctx, Config{URL: pgtest.Clone(t), Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ada, _, err := s.SignUp(ctx, "Ada", "ada@example.com", "four plain english words")
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
	if err == nil { // the letters of a test are its own
		err = s.in(ctx, scopeLetters, func(db *gorm.DB) error { return db.Exec("DELETE FROM letters").Error })
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, ada, a
}

func grantOf(t *testing.T, s *Store, m Member, permission string, account uuid.UUID) authz.Grant {
	t.Helper()
	g, err := s.Access().Authorize(m.Actor(), s.catalog.Permission(permission), account)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// together runs all at the same time.
func together(all ...func() error) error {
	var wg sync.WaitGroup
	errs := make([]error, len(all))
	start := make(chan struct{})
	for i, f := range all {
		wg.Go(func() {
			<-start
			errs[i] = f()
		})
	}
	close(start)
	wg.Wait()
	return errors.Join(errs...)
}

// unlocked takes the lock out: epochs come from a sequence, for which nobody waits.
func unlocked(t *testing.T, s *Store) {
	t.Helper()
	asOwner(t, s, "CREATE SEQUENCE unlocked START 1000; GRANT USAGE ON unlocked TO PUBLIC")
	s.lockTenant = "SELECT nextval('unlocked') WHERE ? <> '00000000-0000-0000-0000-000000000000'"
}

// asOwner does what the panel's own login may not, each on its own.
func asOwner(t *testing.T, s *Store, statements ...string) {
	t.Helper()
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, pgtest.OwnerURL(s.pool.Config().ConnString()))
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(ctx)
	for _, sql := range statements {
		if _, err := owner.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
}

// held runs a race with the lock, which must hold, and without it, which must show.
func held(t *testing.T, race func(*testing.T, *Store, Member, Account) (violations int)) {
	t.Run("locked", func(t *testing.T) {
		s, ada, a := agency(t)
		if n := race(t, s, ada, a); n != 0 {
			t.Errorf("%d violations in %d rounds", n, rounds)
		}
	})
	t.Run("the lock is what holds", func(t *testing.T) {
		for range 10 {
			s, ada, a := agency(t)
			unlocked(t, s)
			if race(t, s, ada, a) > 0 {
				return
			}
		}
		t.Errorf("no violation in 10 times %d rounds without the lock: the race proves nothing", rounds)
	})
}

func TestTwoCreationsRaceForTheNewestSibling(t *testing.T) {
	held(t, func(t *testing.T, s *Store, ada Member, a Account) (violations int) {
		ctx, g := context.Background(), grantOf(t, s, ada, "sub_accounts.create", a.ID)
		if _, err := s.CreateSubAccounts(ctx, g, []string{"first"}); err != nil {
			t.Fatal(err)
		}
		for i := range rounds {
			make := func() error {
				_, err := s.CreateSubAccounts(ctx, g, []string{fmt.Sprint(i)})
				return err
			}
			if err := together(make, make); err != nil {
				t.Log(err)
				violations++
			}
		}
		// Each account copied the one that stands before it.
		children, err := s.AccountsBelow(ctx, g, AccountFilter{Limit: 3 * rounds})
		if err != nil {
			t.Fatal(err)
		}
		before := map[string]string{}
		for i := 1; i < len(children); i++ {
			before[children[i].ID.String()] = children[i-1].ID.String()
		}
		events, err := s.Audit(ctx, g, AuditFilter{Limit: 3 * rounds})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			var c struct {
				Accounts   []string
				CopiedFrom string `json:"copied_from"`
			}
			if err := json.Unmarshal(e.Change, &c); err != nil {
				t.Fatal(err)
			}
			if c.CopiedFrom != "" && before[c.Accounts[0]] != c.CopiedFrom {
				violations++
			}
		}
		return violations
	})
}

func TestSelectAllRacesACreation(t *testing.T) {
	held(t, func(t *testing.T, s *Store, ada Member, a Account) (violations int) {
		ctx := context.Background()
		create, edit := grantOf(t, s, ada, "sub_accounts.create", a.ID), grantOf(t, s, ada, "entitlements.edit", a.ID)
		made, err := s.CreateSubAccounts(ctx, create, []string{"first"})
		if err != nil {
			t.Fatal(err)
		}
		logs := s.catalog.Entitlement("logs")
		newest := made[0].ID
		for i := range rounds {
			// The newest one has what all the others lack, so that whoever copies
			// it too early, or is overlooked, differs in the end.
			if err := s.SetEntitlement(ctx, edit, "logs", newest, true); err != nil {
				t.Fatal(err)
			}
			err := together(
				func() error {
					made, err := s.CreateSubAccounts(ctx, create, []string{fmt.Sprint(i)})
					if err == nil {
						newest = made[0].ID
					}
					return err
				},
				func() error {
					_, err := s.SelectAll(ctx, edit, "logs", AccountFilter{}, false)
					return err
				})
			if err != nil {
				t.Log(err)
				violations++
			}
			if err := s.load(ctx); err != nil {
				t.Fatal(err)
			}
			snap := s.Access()
			top, _ := snap.Find(a.ID)
			snap.Children(top, func(c authz.Account) bool {
				if snap.Own(c).Covers(logs.Bit) {
					violations++
				}
				return true
			})
		}
		return violations
	})
}

func TestTwoFirstSubusersRaceForTheLoginLink(t *testing.T) {
	held(t, func(t *testing.T, s *Store, ada Member, a Account) (violations int) {
		ctx := context.Background()
		names := make([]string, rounds)
		for i := range names {
			names[i] = fmt.Sprint(i)
		}
		accounts, err := s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", a.ID), names)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.load(ctx); err != nil {
			t.Fatal(err)
		}
		for _, account := range accounts {
			g := grantOf(t, s, ada, "subuser_create", account.ID)
			var made [2]CreatedSubuser
			err := together(
				func() (err error) {
					made[0], err = s.CreateSubuser(ctx, g, SubuserInput{Name: "one", Roles: []string{"Support"}, Link: true})
					return err
				},
				func() (err error) {
					made[1], err = s.CreateSubuser(ctx, g, SubuserInput{Name: "two", Roles: []string{"Support"}, Link: true})
					return err
				})
			if err != nil || made[0].LoginLink != made[1].LoginLink || made[0].First == made[1].First {
				violations++
			}
		}
		return violations
	})
}
