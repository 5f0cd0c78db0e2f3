package models

import (
	"context"
	"testing"
	"time"

	"bailiwick/authz"
)

// Barbara is Admin of East and stays there; Grace is Admin of Analytical, and Ada
// closes East to her. Neither can make a login that gets where they do not.
func TestWhatOneGivesReachesNoFurtherThanOneself(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	subs, err := s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East", "West"})
	must(t, err)
	east, west := subs[0], subs[1]
	_, err = s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", east.ID), []string{"East Berlin"})
	must(t, err)
	grace, barbara, edsger, alan := person(t, s, "Grace"), person(t, s, "Barbara"), person(t, s, "Edsger"), person(t, s, "Alan")
	must(t, s.AddMember(ctx, grantOf(t, s, ada, "members.add", a.ID), grace.ID, "admin"))
	must(t, s.AddMember(ctx, grantOf(t, s, ada, "members.add", east.ID), barbara.ID, "admin"))

	invite := func(who Member, at Account, role string) (string, error) {
		made, err := s.Invite(ctx, grantOf(t, s, who, "members.add", at.ID), []string{"second@example.com"}, []string{role})
		if err != nil {
			return "", err
		}
		must(t, s.CancelInvite(ctx, grantOf(t, s, who, "members.add", at.ID), inviteID(t, s, who, at)))
		return made[0].Token, nil
	}
	refused := func(who Member, at Account, role, says string) {
		t.Helper()
		_, err := invite(who, at, role)
		refusedAt(t, err, "role", says)
		refusedAt(t, s.AddMember(ctx, grantOf(t, s, who, "members.add", at.ID), edsger.ID, role), "role", says)
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
	_, err = s.CreateRole(ctx, grantOf(t, s, grace, "roles.edit", a.ID), "Listener", "member:full_viewer", viewer)
	refusedAt(t, err, "permission", "in sub-accounts that are closed to main members, which you don't have there")
	_, err = s.CreateRole(ctx, grantOf(t, s, grace, "roles.edit", a.ID), "Listener", "account:main_user", append(viewer, "sub_accounts.read_all"))
	must(t, err)
	for _, role := range []string{"admin", "user"} {
		_, err := invite(grace, a, role)
		must(t, err)
	}

	// Who closed East is who can open it: neither Grace nor a full editor.
	must(t, s.EditAccount(ctx, grantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, "East", false, nil))
	refusedAt(t, s.EditAccount(ctx, grantOf(t, s, grace, "sub_accounts.edit", a.ID), east.ID, "East", true, nil), "open_to_main", "Only whoever owns East")
	must(t, s.AddMember(ctx, grantOf(t, s, ada, "members.add", a.ID), alan.ID, "full_editor"))
	refusedAt(t, s.EditAccount(ctx, grantOf(t, s, alan, "sub_accounts.edit", a.ID), east.ID, "East", true, nil), "open_to_main", "Only whoever owns East")
	below, err := s.AccountsBelow(ctx, grantOf(t, s, ada, "sub_accounts.edit", a.ID), AccountFilter{Search: "East Berlin", Limit: 1})
	must(t, err)
	e, err := s.MoveEffect(ctx, grantOf(t, s, alan, "sub_accounts.edit", a.ID), below[0].ID, west.ID)
	must(t, err)
	if e.Refusal != "East Berlin is closed to main members by where it stands. Only whoever owns it, or an account above it, can open it to them by a move." {
		t.Errorf("Alan moves East Berlin out of East: %q", e.Refusal)
	}
	must(t, s.EditAccount(ctx, grantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, "East", true, nil))

	// An editor above who is a viewer in West makes nobody who edits West.
	must(t, s.AddMember(ctx, grantOf(t, s, ada, "members.add", west.ID), alan.ID, "full_viewer"))
	refused(alan, a, "full_editor", "in West, which you don't have there")
	_, err = invite(alan, a, "full_viewer")
	must(t, err)

	// Edsger, who edits from above, is kept a viewer in East by a membership there. Barbara,
	// who could not give what he would get in East Berlin without it, can not end it.
	must(t, s.AddMember(ctx, grantOf(t, s, ada, "members.add", a.ID), edsger.ID, "full_editor"))
	must(t, s.AddMember(ctx, grantOf(t, s, ada, "members.add", east.ID), edsger.ID, "reporting_viewer"))
	refusedAt(t, s.RemoveMember(ctx, grantOf(t, s, barbara, "members.remove", east.ID), edsger.ID), "", "can do more than you can")
	refusedAt(t, s.EditMember(ctx, grantOf(t, s, barbara, "members.edit", east.ID), edsger.ID, RoleUntil("reporting_viewer", s.Now().Add(time.Hour))), "", "can do more than you can")
	must(t, s.RemoveMember(ctx, grantOf(t, s, ada, "members.remove", east.ID), edsger.ID))
}

func inviteID(t *testing.T, s *Store, who Member, at Account) (id [16]byte) {
	t.Helper()
	all, err := s.Invites(context.Background(), grantOf(t, s, who, "members", at.ID), "second", id, 1)
	must(t, err)
	return all[0].ID
}

// Grace runs Analytical until Friday at six. What she gives ends with it, however
// she gives it.
func TestWhatOneGivesEndsWithOneself(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	move := stand(s, friday.Add(-24*time.Hour))
	grace, edsger, barbara := person(t, s, "Grace"), person(t, s, "Edsger"), person(t, s, "Barbara")
	add := grantOf(t, s, ada, "members.add", a.ID)
	must(t, s.AddMember(ctx, add, grace.ID, RoleUntil("full_editor", friday), RoleUntil("user", friday.Add(time.Hour))))
	const says = "can't outlast your own role"
	later := friday.Add(time.Minute)
	for _, role := range []string{"full_viewer", RoleUntil("full_viewer", later)} {
		refusedAt(t, s.AddMember(ctx, grantOf(t, s, grace, "members.add", a.ID), edsger.ID, role), "until.full_viewer", says)
		_, err := s.Invite(ctx, grantOf(t, s, grace, "members.add", a.ID), []string{edsger.Email}, []string{role})
		refusedAt(t, err, "until.full_viewer", says)
	}
	_, err := s.CreateSubuser(ctx, grantOf(t, s, grace, "subuser_create", a.ID), SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true})
	refusedAt(t, err, "until.Developer", says)
	_, err = s.OpenSupportAccess(ctx, grantOf(t, s, grace, "support_access.grant", a.ID), SupportAccessInput{Access: "view", Reason: "Calls drop.", Until: later})
	refusedAt(t, err, "until", says)
	must(t, s.AddMember(ctx, grantOf(t, s, grace, "members.add", a.ID), edsger.ID, RoleUntil("full_viewer", friday)))
	refusedAt(t, s.EditMember(ctx, grantOf(t, s, grace, "members.edit", a.ID), edsger.ID, "full_viewer"), "until.full_viewer", says)
	_, err = s.OpenSupportAccess(ctx, grantOf(t, s, grace, "support_access.grant", a.ID), SupportAccessInput{Access: "view", Reason: "Calls drop.", Until: friday})
	must(t, err)

	// What her account role alone gives lasts as long as that, an hour more.
	must(t, s.AddMember(ctx, grantOf(t, s, grace, "members.add", a.ID), barbara.ID, RoleUntil("user", friday.Add(time.Hour))))
	refusedAt(t, s.EditMember(ctx, grantOf(t, s, grace, "members.edit", a.ID), barbara.ID, RoleUntil("user", friday.Add(2*time.Hour))), "until.user", says)

	// A role that lasts longer than hers is not hers to widen, nor a login to reset.
	g := grantOf(t, s, grace, "roles.edit", a.ID)
	r, err := s.CreateRole(ctx, g, "Listener", "member:full_editor", []string{"calls"})
	must(t, err)
	must(t, s.EditMember(ctx, grantOf(t, s, ada, "members.edit", a.ID), barbara.ID, r.Key()))
	e, err := s.EffectOfEdit(ctx, r, []string{"calls", "logs"})
	must(t, err)
	_, err = s.EditRole(ctx, g, r.ID, "Listener", []string{"calls", "logs"}, e.Key)
	refusedAt(t, err, "permission", "longer than you have yours")
	made, err := s.CreateSubuser(ctx, grantOf(t, s, ada, "subuser_create", a.ID), SubuserInput{Name: "dev", Roles: []string{"Support"}, Link: true})
	must(t, err)
	_, err = s.ResetSubuserPassword(ctx, grantOf(t, s, grace, "subuser_edit", a.ID), made.Subuser.ID, "", true)
	refusedAt(t, err, "", "last longer than your own")
	must(t, s.SuspendSubuser(ctx, grantOf(t, s, grace, "subuser_edit", a.ID), made.Subuser.ID))
	refusedAt(t, s.ResumeSubuser(ctx, grantOf(t, s, grace, "subuser_edit", a.ID), made.Subuser.ID), "", "last longer than your own")

	// An invite that she made while her role had longer to run is not taken up for longer.
	must(t, s.EditMember(ctx, grantOf(t, s, ada, "members.edit", a.ID), grace.ID, "full_editor"))
	alan := person(t, s, "Alan")
	invited, err := s.Invite(ctx, grantOf(t, s, grace, "members.add", a.ID), []string{alan.Email}, []string{"full_viewer"})
	must(t, err)
	must(t, s.EditMember(ctx, grantOf(t, s, ada, "members.edit", a.ID), grace.ID, RoleUntil("full_editor", friday)))
	_, err = s.AcceptInvite(ctx, authz.Self(alan.Actor()), invited[0].Token)
	refusedAt(t, err, "", "can not give these roles any more")
	move(friday)
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
