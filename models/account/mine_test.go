package account_test

import (
	"testing"

	"bailiwick/authz"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// TestMyAccountsAreTheNewestOnEveryNode has a node list somebody's accounts that has
// not heard of a revoke on another.
func TestMyAccountsAreTheNewestOnEveryNode(t *testing.T) {
	ctx := t.Context()
	s, ada, a := modelstest.Agency(t)
	grace := modelstest.Person(t, s, "Grace")
	modelstest.Subs(t, s, ada, a, "East")
	modelstest.Join(t, s, ada, a, grace, "full_viewer")
	other, err := modelstest.Open(ctx, store.Config{URL: modelstest.Inside(s).Pool.Config().ConnString(), Catalog: modelstest.Ground(s).Catalog(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	mine := func() (names []string) {
		t.Helper()
		all, err := other.AccountsOf(ctx, authz.Self(grace.Actor()), grace.Principal(), "", true, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			names = append(names, a.Name)
		}
		return names
	}
	if got := mine(); len(got) != 3 || got[0] != "Analytical" || got[1] != "East" || got[2] != "Grace" {
		t.Fatalf("before: %q", got)
	}
	if err := s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", a.ID), grace.ID); err != nil {
		t.Fatal(err)
	}
	if got := mine(); len(got) != 1 || got[0] != "Grace" {
		t.Errorf("after she was removed on another node: %q", got)
	}
}

// Somebody who signed up at another node is asked for, where this one knows nothing
// of them.
func TestANodeAsksForWhomItHasNotHeardOf(t *testing.T) {
	ctx := t.Context()
	s, ada, a := modelstest.Agency(t)
	other, err := modelstest.Open(ctx, store.Config{URL: modelstest.Inside(s).Pool.Config().ConnString(), Catalog: modelstest.Ground(s).Catalog(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	grace := modelstest.Person(t, s, "Grace")
	modelstest.Join(t, s, ada, a, grace, "full_viewer")
	all, err := other.AccountsOf(ctx, authz.Self(grace.Actor()), grace.Principal(), "", true, 10)
	if err != nil || len(all) != 2 || all[0].Name != "Analytical" || all[1].Name != "Grace" {
		t.Errorf("%v, %v", all, err)
	}
}
