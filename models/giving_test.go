package models_test

import (
	"context"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// Barbara is Admin of East and stays there; Grace is Admin of Analytical, and Ada
// closes East to her. Neither can make a login that gets where they do not.
func TestWhatOneGivesReachesNoFurtherThanOneself(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East", "West"})
	must(t, err)
	east, west := subs[0], subs[1]
	_, err = s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", east.ID), []string{"East Berlin"})
	must(t, err)
	grace, barbara, edsger, alan := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara"), modelstest.Person(t, s, "Edsger"), modelstest.Person(t, s, "Alan")
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "admin"))
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", east.ID), barbara.ID, "admin"))

	invite := func(who login.Member, at account.Account, role string) (string, error) {
		made, err := s.Invite(ctx, modelstest.GrantOf(t, s, who, "members.add", at.ID), []string{"second@example.com"}, []string{role})
		if err != nil {
			return "", err
		}
		must(t, s.CancelInvite(ctx, modelstest.GrantOf(t, s, who, "members.add", at.ID), inviteID(t, s, who, at)))
		return made[0].Token, nil
	}
	refused := func(who login.Member, at account.Account, role, says string) {
		t.Helper()
		_, err := invite(who, at, role)
		modelstest.RefusedAt(t, err, "role", says)
		modelstest.RefusedAt(t, s.AddMember(ctx, modelstest.GrantOf(t, s, who, "members.add", at.ID), edsger.ID, role), "role", says)
	}
	refused(barbara, east, "full_viewer", "gives “Accounts” and “Permissions”, which you don't have here")
	for _, role := range []string{"configuration_editor", "reporting_viewer"} {
		refused(barbara, east, role, "in sub-accounts, which you don't have there")
	}
	for _, role := range []string{"admin", "user"} {
		_, err := invite(barbara, east, role)
		must(t, err)
	}
	refused(grace, a, "full_editor", "in sub-accounts, which you don't have there")
	refused(grace, a, "full_viewer", "in sub-accounts, which you don't have there")
	viewer := []string{"calls", "logs"}
	_, err = s.CreateRole(ctx, modelstest.GrantOf(t, s, grace, "roles.edit", a.ID), "Listener", "member:full_viewer", viewer)
	modelstest.RefusedAt(t, err, "permission", "in sub-accounts that are closed to members of accounts above, which you don't have there")
	_, err = s.CreateRole(ctx, modelstest.GrantOf(t, s, grace, "roles.edit", a.ID), "Listener", "account:main_user", append(viewer, "sub_accounts.read_all"))
	must(t, err)
	for _, role := range []string{"admin", "user"} {
		_, err := invite(grace, a, role)
		must(t, err)
	}

	// Who closed East is who can open it: neither Grace nor a full editor.
	must(t, s.EditAccount(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, "East", false, nil))
	modelstest.RefusedAt(t, s.EditAccount(ctx, modelstest.GrantOf(t, s, grace, "sub_accounts.edit", a.ID), east.ID, "East", true, nil), "open_to_main", "Only whoever owns East")
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), alan.ID, "full_editor"))
	modelstest.RefusedAt(t, s.EditAccount(ctx, modelstest.GrantOf(t, s, alan, "sub_accounts.edit", a.ID), east.ID, "East", true, nil), "open_to_main", "Only whoever owns East")
	below, err := s.AccountsBelow(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), account.Filter{Search: "East Berlin", Limit: 1})
	must(t, err)
	e, err := s.MoveEffect(ctx, modelstest.GrantOf(t, s, alan, "sub_accounts.edit", a.ID), below[0].ID, west.ID)
	must(t, err)
	if e.Refusal != "East Berlin is closed to members of accounts above because of where it is. Only its owner, or the owner of an account above it, can open it to them by moving it." {
		t.Errorf("Alan moves East Berlin out of East: %q", e.Refusal)
	}
	must(t, s.EditAccount(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, "East", true, nil))

	// An editor above who is a viewer in West makes nobody who edits West.
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", west.ID), alan.ID, "full_viewer"))
	refused(alan, a, "full_editor", "in West, which you don't have there")
	_, err = invite(alan, a, "full_viewer")
	must(t, err)

	// Edsger, who edits from above, is kept a viewer in East by a membership there. Barbara,
	// who could not give what he would get in East Berlin without it, can not end it.
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), edsger.ID, "full_editor"))
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", east.ID), edsger.ID, "reporting_viewer"))
	modelstest.RefusedAt(t, s.RemoveMember(ctx, modelstest.GrantOf(t, s, barbara, "members.remove", east.ID), edsger.ID), "", "can do more than you can")
	modelstest.RefusedAt(t, s.EditMember(ctx, modelstest.GrantOf(t, s, barbara, "members.edit", east.ID), edsger.ID, store.RoleUntil("reporting_viewer", s.Now().Add(time.Hour))), "", "can do more than you can")
	must(t, s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", east.ID), edsger.ID))
}

func inviteID(t *testing.T, s *models.Store, who login.Member, at account.Account) (id [16]byte) {
	t.Helper()
	all, err := s.Invites(context.Background(), modelstest.GrantOf(t, s, who, "members", at.ID), people.InviteFilter{Search: "second", After: id, Limit: 1})
	must(t, err)
	return all[0].ID
}

// Grace runs Analytical until Friday at six. What she gives ends with it, however
// she gives it.
func TestWhatOneGivesEndsWithOneself(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	move := modelstest.Stand(s, modelstest.Friday.Add(-24*time.Hour))
	grace, edsger, barbara := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Edsger"), modelstest.Person(t, s, "Barbara")
	add := modelstest.GrantOf(t, s, ada, "members.add", a.ID)
	must(t, s.AddMember(ctx, add, grace.ID, store.RoleUntil("full_editor", modelstest.Friday), store.RoleUntil("user", modelstest.Friday.Add(time.Hour))))
	const says = "can't outlast your own role"
	later := modelstest.Friday.Add(time.Minute)
	for _, role := range []string{"full_viewer", store.RoleUntil("full_viewer", later)} {
		modelstest.RefusedAt(t, s.AddMember(ctx, modelstest.GrantOf(t, s, grace, "members.add", a.ID), edsger.ID, role), "until.full_viewer", says)
		_, err := s.Invite(ctx, modelstest.GrantOf(t, s, grace, "members.add", a.ID), []string{edsger.Email}, []string{role})
		modelstest.RefusedAt(t, err, "until.full_viewer", says)
	}
	_, err := s.CreateSubuser(ctx, modelstest.GrantOf(t, s, grace, "subuser_create", a.ID), people.SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true})
	modelstest.RefusedAt(t, err, "until.Developer", says)
	_, err = s.OpenSupportAccess(ctx, modelstest.GrantOf(t, s, grace, "support_access.grant", a.ID), account.SupportAccessInput{Access: "view", Reason: "Calls drop.", Until: later})
	modelstest.RefusedAt(t, err, "until", says)
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, grace, "members.add", a.ID), edsger.ID, store.RoleUntil("full_viewer", modelstest.Friday)))
	modelstest.RefusedAt(t, s.EditMember(ctx, modelstest.GrantOf(t, s, grace, "members.edit", a.ID), edsger.ID, "full_viewer"), "until.full_viewer", says)
	_, err = s.OpenSupportAccess(ctx, modelstest.GrantOf(t, s, grace, "support_access.grant", a.ID), account.SupportAccessInput{Access: "view", Reason: "Calls drop.", Until: modelstest.Friday})
	must(t, err)

	// What her account role alone gives lasts as long as that, an hour more.
	must(t, s.AddMember(ctx, modelstest.GrantOf(t, s, grace, "members.add", a.ID), barbara.ID, store.RoleUntil("user", modelstest.Friday.Add(time.Hour))))
	modelstest.RefusedAt(t, s.EditMember(ctx, modelstest.GrantOf(t, s, grace, "members.edit", a.ID), barbara.ID, store.RoleUntil("user", modelstest.Friday.Add(2*time.Hour))), "until.user", says)

	// A role that lasts longer than hers is not hers to widen, nor a login to reset.
	g := modelstest.GrantOf(t, s, grace, "roles.edit", a.ID)
	r, err := s.CreateRole(ctx, g, "Listener", "member:full_editor", []string{"calls"})
	must(t, err)
	must(t, s.EditMember(ctx, modelstest.GrantOf(t, s, ada, "members.edit", a.ID), barbara.ID, r.Key()))
	e, err := s.EffectOfEdit(ctx, r, []string{"calls", "logs"})
	must(t, err)
	_, err = s.EditRole(ctx, g, r.ID, "Listener", []string{"calls", "logs"}, e.Key)
	modelstest.RefusedAt(t, err, "permission", "longer than you have yours")
	made, err := s.CreateSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_create", a.ID), people.SubuserInput{Name: "dev", Roles: []string{"Support"}, Link: true})
	must(t, err)
	_, err = s.ResetSubuserPassword(ctx, modelstest.GrantOf(t, s, grace, "subuser_edit", a.ID), made.Subuser.ID, "", true)
	modelstest.RefusedAt(t, err, "", "last longer than your own")
	must(t, s.SuspendSubuser(ctx, modelstest.GrantOf(t, s, grace, "subuser_edit", a.ID), made.Subuser.ID))
	modelstest.RefusedAt(t, s.ResumeSubuser(ctx, modelstest.GrantOf(t, s, grace, "subuser_edit", a.ID), made.Subuser.ID), "", "last longer than your own")

	// An invite that she made while her role had longer to run is not taken up for longer.
	must(t, s.EditMember(ctx, modelstest.GrantOf(t, s, ada, "members.edit", a.ID), grace.ID, "full_editor"))
	alan := modelstest.Person(t, s, "Alan")
	invited, err := s.Invite(ctx, modelstest.GrantOf(t, s, grace, "members.add", a.ID), []string{alan.Email}, []string{"full_viewer"})
	must(t, err)
	must(t, s.EditMember(ctx, modelstest.GrantOf(t, s, ada, "members.edit", a.ID), grace.ID, store.RoleUntil("full_editor", modelstest.Friday)))
	_, err = s.AcceptInvite(ctx, authz.Self(alan.Actor()), invited[0].Token)
	modelstest.RefusedAt(t, err, "", "can no longer give these roles")
	move(modelstest.Friday)
	must(t, s.CatchUp(ctx, a.TenantID))
	snap := s.Access()
	at, _ := snap.Find(a.ID)
	if may := snap.May(snap.Who(edsger.Principal()), at); !may.Empty() {
		t.Errorf("Edsger may still do %d things", may.Count())
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
