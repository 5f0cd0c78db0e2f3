package models_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
)

func TestTwoCreationsRaceForTheNewestSibling(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, a account.Account) (violations int) {
		ctx, g := context.Background(), modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID)
		if _, err := s.CreateSubAccounts(ctx, g, []string{"first"}); err != nil {
			t.Fatal(err)
		}
		for i := range modelstest.Rounds {
			make := func() error {
				_, err := s.CreateSubAccounts(ctx, g, []string{fmt.Sprint(i)})
				return err
			}
			if err := modelstest.Together(make, make); err != nil {
				t.Log(err)
				violations++
			}
		}
		// Each account copied the one that stands before it.
		children, err := s.AccountsBelow(ctx, g, account.Filter{Limit: 3 * modelstest.Rounds})
		if err != nil {
			t.Fatal(err)
		}
		before := map[string]string{}
		for i := 1; i < len(children); i++ {
			before[children[i].ID.String()] = children[i-1].ID.String()
		}
		events, err := s.Audit(ctx, g, audit.Filter{Limit: 3 * modelstest.Rounds})
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
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, a account.Account) (violations int) {
		ctx := context.Background()
		create, edit := modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), modelstest.GrantOf(t, s, ada, "entitlements.edit", a.ID)
		made, err := s.CreateSubAccounts(ctx, create, []string{"first"})
		if err != nil {
			t.Fatal(err)
		}
		logs := modelstest.Ground(s).Catalog().Entitlement("logs")
		newest := made[0].ID
		for i := range modelstest.Rounds {
			// The newest one has what all the others lack, so that whoever copies
			// it too early, or is overlooked, differs in the end.
			if err := s.SetEntitlement(ctx, edit, "logs", newest, true); err != nil {
				t.Fatal(err)
			}
			err := modelstest.Together(
				func() error {
					made, err := s.CreateSubAccounts(ctx, create, []string{fmt.Sprint(i)})
					if err == nil {
						newest = made[0].ID
					}
					return err
				},
				func() error {
					_, err := s.SelectAll(ctx, edit, "logs", account.Filter{}, false)
					return err
				})
			if err != nil {
				t.Log(err)
				violations++
			}
			if err := modelstest.Inside(s).Load(ctx); err != nil {
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
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, a account.Account) (violations int) {
		ctx := context.Background()
		names := make([]string, modelstest.Rounds)
		for i := range names {
			names[i] = fmt.Sprint(i)
		}
		accounts, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), names)
		if err != nil {
			t.Fatal(err)
		}
		if err := modelstest.Inside(s).Load(ctx); err != nil {
			t.Fatal(err)
		}
		for _, account := range accounts {
			g := modelstest.GrantOf(t, s, ada, "subuser_create", account.ID)
			var made [2]people.CreatedSubuser
			err := modelstest.Together(
				func() (err error) {
					made[0], err = s.CreateSubuser(ctx, g, people.SubuserInput{Name: "one", Roles: []string{"Support"}, Link: true})
					return err
				},
				func() (err error) {
					made[1], err = s.CreateSubuser(ctx, g, people.SubuserInput{Name: "two", Roles: []string{"Support"}, Link: true})
					return err
				})
			if err != nil || made[0].LoginLink != made[1].LoginLink || made[0].First == made[1].First {
				violations++
			}
		}
		return violations
	})
}
