package store_test

import (
	"context"
	"testing"

	"bailiwick/authz"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// A node that slept for more changes than are kept reads the tenant anew, and
// forgets who and what is gone from it.
func TestANodeFarBehindForgetsWhatIsGone(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	made, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East", "West"})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	grace := modelstest.Person(t, s, "Grace")
	must(s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "full_viewer"))
	dev, err := s.CreateSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_create", a.ID), people.SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true})
	must(err)
	role, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), "Listener", "member:reporting_viewer", []string{"calls"})
	must(err)

	other, err := modelstest.Open(ctx, store.Config{URL: modelstest.Inside(s).Pool.Config().ConnString(), Catalog: modelstest.Ground(s).Catalog(), Secret: make([]byte, 32)})
	must(err)
	t.Cleanup(other.Close)
	sees := func() (grants []string) {
		snap := other.Access()
		at, _ := snap.Find(a.ID)
		may := func(id authz.PrincipalID) bool { return !snap.May(snap.Who(id), at).Empty() }
		if may(grace.Principal()) {
			grants = append(grants, "Grace")
		}
		if may(dev.Subuser.Principal()) {
			grants = append(grants, "dev")
		}
		if _, ok := snap.Find(made[0].ID); ok {
			grants = append(grants, "East")
		}
		if snap.CustomRole(a.ID, role.ID) != nil {
			grants = append(grants, "Listener")
		}
		return grants
	}
	if got := sees(); len(got) != 4 {
		t.Fatalf("the other node knows only %s", got)
	}

	must(s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", a.ID), grace.ID))
	must(s.DeleteSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_edit", a.ID), dev.Subuser.ID))
	must(s.DeleteAccount(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.delete", a.ID), made[0].ID, "East", false))
	effect, err := s.EffectOfDelete(ctx, role, "")
	must(err)
	must(s.DeleteRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), role.ID, "", effect.Key))
	modelstest.Across(t, s, "UPDATE tenants SET epoch = epoch + 10000 WHERE id = '"+a.ID.String()+"'", "DELETE FROM access_changes WHERE tenant_id = '"+a.ID.String()+"'")
	must(other.CatchUp(ctx, a.ID))
	if got := sees(); len(got) != 0 {
		t.Errorf("the other node still knows %s", got)
	}
	snap := other.Access()
	if west, ok := snap.Find(made[1].ID); !ok || snap.May(snap.Who(ada.Principal()), west).Empty() {
		t.Error("the other node lost what stays")
	}
}
