package demo_test

import (
	"bailiwick/models/account"
	"bailiwick/models/store"

	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/cmd/bailiwick/demo"
	"bailiwick/models"
	"bailiwick/models/modelstest"
	"bailiwick/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(modelstest.Main(m)) }

func open(t *testing.T) *models.Store {
	t.Helper()
	s, err := modelstest.Open(context.Background(), store.Config{URL: pgtest.Clone(t), Catalog: catalog.MustLoad(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func seeded(t *testing.T) (*models.Store, demo.Cast) {
	t.Helper()
	s := open(t)
	began := time.Now()
	cast, err := demo.Seed(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("seeded in %s", time.Since(began).Round(time.Millisecond))
	return s, cast
}

func TestCastComesInByItsOwnDoor(t *testing.T) {
	s, cast := seeded(t)
	ctx, link := t.Context(), ""
	for _, l := range cast.Logins {
		if after, ok := strings.CutPrefix(l.Door, "/login/"); ok {
			link = after
		}
	}
	if link == "" || len(cast.Logins) != 7+11 {
		t.Fatalf("the cast has %d logins: %+v", len(cast.Logins), cast.Logins)
	}
	for _, l := range cast.Logins {
		_, asMember := s.SignInMember(ctx, l.User, l.Password)
		_, asSubuser := s.SignInSubuser(ctx, link, l.User, l.Password)
		in, out := asMember, asSubuser
		if l.Door != "/sign-in" {
			in, out = asSubuser, asMember
		}
		if in != nil || !errors.Is(out, store.ErrSignIn) {
			t.Errorf("%s at %s: %v; at the other door: %v", l.User, l.Door, in, out)
		}
	}
	again, err := demo.Known(ctx, s)
	if err != nil || len(again.Logins) != len(cast.Logins) || again.Accounts["East Berlin"].ID != cast.Accounts["East Berlin"].ID {
		t.Errorf("found again: %+v, %v", again, err)
	}
}

func TestCastIsMadeOnce(t *testing.T) {
	s, cast := seeded(t)
	if again, err := demo.Seed(t.Context(), s); !errors.Is(err, demo.ErrNotEmpty) || len(again.Logins) != 0 {
		t.Errorf("a second cast: %+v, %v", again, err)
	}
	now, err := demo.Known(t.Context(), s)
	if err != nil || len(now.Logins) != len(cast.Logins) {
		t.Errorf("%d logins, then %d: %v", len(cast.Logins), len(now.Logins), err)
	}

	// Somebody else's installation is left alone.
	other := open(t)
	if _, _, err := other.SignUp(t.Context(), "Olive", "olive@example.com", "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Seed(t.Context(), other); !errors.Is(err, demo.ErrNotEmpty) {
		t.Errorf("a cast beside Olive: %v", err)
	}
	if none, err := demo.Known(t.Context(), other); err != nil || len(none.Logins) != 0 {
		t.Errorf("a cast where there is none: %+v, %v", none, err)
	}
	if err := demo.Bulk(t.Context(), other, 10, nil); err == nil {
		t.Error("bulk was made beside Olive")
	}
}

// The permission tabs of the agency show boxes that all, some and none have, and
// boxes that an account above makes useless.
func TestPermissionsShowEveryState(t *testing.T) {
	s, cast := seeded(t)
	ada, err := s.MemberByEmail(t.Context(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.Access().Authorize(ada.Actor(), s.Catalog().Permission("entitlements"), cast.Accounts["Analytical"].ID)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := s.CountEntitlements(t.Context(), g, account.Filter{}, s.Catalog().Entitlements)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]map[string]bool{} // by tab
	for i, e := range s.Catalog().Entitlements {
		if states[e.Tab] == nil {
			states[e.Tab] = map[string]bool{}
		}
		state := "some"
		switch counts[i].Given {
		case counts[i].Accounts:
			state = "all"
		case 0:
			state = "none"
		}
		states[e.Tab][state] = true
		if counts[i].Cut > 0 {
			states[e.Tab]["cut"] = true
		}
		if counts[i].Accounts != 3 {
			t.Fatalf("%d accounts below the agency", counts[i].Accounts)
		}
	}
	for tab, seen := range states {
		for _, want := range []string{"all", "some"} {
			if !seen[want] {
				t.Errorf("the tab %s has no box that %s have", tab, want)
			}
		}
	}
	if !states["integrations"]["none"] || !states["general"]["cut"] {
		t.Errorf("states by tab: %v", states)
	}
}

func TestBulkAddsSubAccounts(t *testing.T) {
	s, cast := seeded(t)
	const n = 2000
	began, told := time.Now(), 0
	err := demo.Bulk(t.Context(), s, n, func(done, of int) {
		if done <= told || done > of || of != n {
			t.Errorf("%d of %d after %d", done, of, told)
		}
		told = done
	})
	took := time.Since(began)
	t.Logf("%d sub-accounts in %s", n, took.Round(time.Millisecond))
	if err != nil || told != n {
		t.Fatal(told, err)
	}
	if took > time.Minute {
		t.Errorf("%d sub-accounts took %s", n, took)
	}
	a, _ := s.Access().Find(cast.Accounts["Analytical"].ID)
	children := 0
	s.Access().Children(a, func(authz.Account) bool { children++; return true })
	if children != n+2 {
		t.Errorf("the agency has %d sub-accounts", children)
	}
	if again, err := demo.Known(t.Context(), s); err != nil || len(again.Logins) != len(cast.Logins) {
		t.Errorf("the cast among them: %d of %d logins, %v", len(again.Logins), len(cast.Logins), err)
	}
}
