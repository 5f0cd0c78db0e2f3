package account_test

import (
	"context"
	"testing"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

func open(t testing.TB) *models.Store {
	t.Helper()
	s, err := modelstest.Open(context.Background(), store.Config{URL: pgtest.Clone(t), Catalog: catalog.MustLoad(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestOwnerMakesTree(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	ada, _, err := s.SignUp(ctx, "Ada Lovelace", "ada@example.com", "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	main, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.Access().Authorize(ada.Actor(), s.Catalog().Permission("sub_accounts.create"), main.ID)
	if err != nil {
		t.Fatal(err)
	}
	subs, err := s.CreateSubAccounts(ctx, g, []string{"East", "West"})
	if err != nil {
		t.Fatal(err)
	}
	if len(subs) != 2 {
		t.Fatal(subs)
	}
	g, err = s.Access().Authorize(ada.Actor(), s.Catalog().Permission("subuser_create"), subs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.CreateSubuser(ctx, g, people.SubuserInput{Name: "Dev", Roles: []string{"Developer"}, Password: "correct horse battery"})
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.SignInSubuser(ctx, made.LoginLink, "dev", "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	snap := s.Access()
	a, _ := snap.Find(subs[0].ID)
	t.Log(snap.May(snap.Who(u.Principal()), a).Count())
	if n, err := s.VerifyAudit(ctx, main.ID, main.ID); err != nil || n != 2 {
		t.Fatal(n, err)
	}
}
