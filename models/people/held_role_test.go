package people_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// East's Admin Barbara can not give what a full editor has. Grace was one until
// Friday: to leave that as it is gives nothing, to take it up again would.
func TestToLengthenIsToGrant(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	move := modelstest.Stand(s, modelstest.Friday.Add(-time.Hour))
	subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	east := subs[0].ID
	grace, barbara := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara")
	add := modelstest.GrantOf(t, s, ada, "members.add", east)
	for m, role := range map[uuid.UUID]string{grace.ID: store.RoleUntil("full_editor", modelstest.Friday), barbara.ID: "sub_admin"} {
		if err := s.AddMember(ctx, add, m, role); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(roles ...string) error {
		return s.EditMember(ctx, modelstest.GrantOf(t, s, barbara, "members.edit", east), grace.ID, roles...)
	}
	modelstest.RefusedAt(t, edit(store.RoleUntil("full_editor", modelstest.Friday), "reporting_viewer"), "", "can do more here")

	move(modelstest.Friday) // now Grace can nothing, and may be changed
	modelstest.RefusedAt(t, edit("full_editor"), "role", "which you don't have here")
	modelstest.RefusedAt(t, edit(store.RoleUntil("full_editor", modelstest.Friday.Add(time.Hour))), "role", "which you don't have here")
	modelstest.RefusedAt(t, edit(store.RoleUntil("full_editor", modelstest.Friday.Add(-time.Minute))), "until.full_editor", "has passed")
	modelstest.RefusedAt(t, edit(store.RoleUntil("reporting_viewer", modelstest.Friday)), "until.reporting_viewer", "has passed")
	modelstest.RefusedAt(t, edit(store.RoleUntil("reporting_viewer", modelstest.Friday.Add(store.LongestRole+time.Second))), "until.reporting_viewer", "five years")
	if err := edit(store.RoleUntil("full_editor", modelstest.Friday), store.RoleUntil("sub_user", modelstest.Friday.Add(24*time.Hour))); err != nil {
		t.Errorf("what has ended can not stay as it is: %v", err)
	}
	m, err := s.Member(ctx, a.ID, east, grace.ID)
	if err != nil || len(m.Roles) != 2 || !m.Roles[0].Until.Equal(modelstest.Friday) || len(store.Running(m.Roles, modelstest.Ground(s).Now())) != 1 {
		t.Errorf("Grace has %+v: %v", m.Roles, err)
	}
	// An earlier end takes away, and takes no right to give.
	if err := edit(store.RoleUntil("sub_user", modelstest.Friday.Add(time.Hour))); err != nil {
		t.Error(err)
	}
}

// Barbara is Admin of East until Friday. She may go sooner; she may not stay longer.
func TestNobodyLengthensTheirOwn(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	modelstest.Stand(s, modelstest.Friday.Add(-48*time.Hour))
	subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	east := subs[0].ID
	barbara, grace := modelstest.Person(t, s, "Barbara"), modelstest.Person(t, s, "Grace")
	add := modelstest.GrantOf(t, s, ada, "members.add", east)
	if err := s.AddMember(ctx, add, barbara.ID, store.RoleUntil("sub_admin", modelstest.Friday), "reporting_viewer"); err != nil {
		t.Fatal(err)
	}
	own := func(m login.Member, roles ...string) error {
		return s.EditMember(ctx, modelstest.GrantOf(t, s, m, "members.edit", east), m.ID, roles...)
	}
	modelstest.RefusedAt(t, own(barbara, "sub_admin", "reporting_viewer"), "until.sub_admin", "can't outlast your own role")
	modelstest.RefusedAt(t, own(barbara, store.RoleUntil("sub_admin", modelstest.Friday.Add(time.Minute)), "reporting_viewer"), "until.sub_admin", "can't outlast your own role")
	// Another name for what she would have afterwards is no way around it.
	modelstest.RefusedAt(t, own(barbara, store.RoleUntil("sub_admin", modelstest.Friday), "reporting_viewer", "sub_user"), "until.sub_user", "can't outlast your own role")
	if err := own(barbara, store.RoleUntil("sub_admin", modelstest.Friday.Add(-24*time.Hour)), "reporting_viewer"); err != nil {
		t.Errorf("Barbara can not go sooner: %v", err)
	}

	// Grace runs the agency and is a plain editor of people in East: were that to
	// end, she would be in East what she is above.
	role, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", east), "People", "member:full_viewer", []string{"members", "members.edit"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, add, grace.ID, role.Key()); err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "main_admin"); err != nil {
		t.Fatal(err)
	}
	modelstest.RefusedAt(t, own(grace, store.RoleUntil(role.Key(), modelstest.Friday)), "role", "Nobody gives themselves more")
	_, err = s.LeaveAccount(ctx, authz.Self(grace.Actor()), east)
	modelstest.RefusedAt(t, err, "", "above")
}

// Grace above is Admin once what she is in East has ended: to leave East Berlin,
// where she is only a viewer, would lift her on Friday.
func TestLeavingIsJudgedByWhatEndsAbove(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	modelstest.Stand(s, modelstest.Friday.Add(-time.Hour))
	make := func(at uuid.UUID, name string) uuid.UUID {
		subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", at), []string{name})
		if err != nil {
			t.Fatal(err)
		}
		return subs[0].ID
	}
	east := make(a.ID, "East")
	berlin := make(east, "East Berlin")
	grace := modelstest.Person(t, s, "Grace")
	for at, role := range map[uuid.UUID]string{a.ID: "full_editor", east: store.RoleUntil("reporting_viewer", modelstest.Friday), berlin: "reporting_viewer"} {
		if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", at), grace.ID, role); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.LeaveAccount(ctx, authz.Self(grace.Actor()), berlin)
	modelstest.RefusedAt(t, err, "", "above")
}

func TestAnAdminWhoseRoleEndsIsNotTheOneWhoStays(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, a account.Account) (violations int) {
		ctx := context.Background()
		grace, barbara := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara")
		add, edit := modelstest.GrantOf(t, s, ada, "members.add", a.ID), modelstest.GrantOf(t, s, ada, "members.edit", a.ID)
		until := modelstest.Ground(s).Now().Add(time.Hour)
		for range modelstest.Rounds {
			modelstest.Across(t, s, "DELETE FROM memberships WHERE account_id = '"+a.ID.String()+"'")
			for _, m := range []login.Member{grace, barbara} {
				if err := s.AddMember(ctx, add, m.ID, "admin"); err != nil {
					t.Fatal(err)
				}
			}
			_ = modelstest.Together(
				func() error { return s.EditMember(ctx, edit, grace.ID, store.RoleUntil("admin", until)) },
				func() error { return s.EditMember(ctx, edit, barbara.ID, store.RoleUntil("admin", until)) })
			if modelstest.Admins(t, s, a) == 0 {
				violations++
			}
		}
		return violations
	})
}

// Grace is invited until Friday 18:00, and as a viewer for good to West.
func TestAnInviteAcceptedAfterItsRolesEnded(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	move := modelstest.Stand(s, modelstest.Friday.Add(-time.Hour))
	grace, barbara := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara")
	g := modelstest.GrantOf(t, s, ada, "members.add", a.ID)
	invite := func(m login.Member, roles ...string) string {
		t.Helper()
		made, err := s.Invite(ctx, g, []string{m.Email}, roles)
		if err != nil || made[0].Token == "" {
			t.Fatal(made, err)
		}
		return made[0].Token
	}
	both, gone := invite(grace, store.RoleUntil("main_admin", modelstest.Friday), "full_viewer"), invite(barbara, store.RoleUntil("main_admin", modelstest.Friday))
	waiting, err := s.Invites(ctx, g, people.InviteFilter{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	move(modelstest.Friday)
	_, err = s.AcceptInvite(ctx, authz.Self(barbara.Actor()), gone)
	modelstest.RefusedAt(t, err, "", "has ended")
	_, err = s.ResendInvite(ctx, g, waiting[0].ID)
	modelstest.RefusedAt(t, err, "", "has ended")
	if _, err := s.AcceptInvite(ctx, authz.Self(grace.Actor()), both); err != nil {
		t.Fatal(err)
	}
	m, err := s.Member(ctx, a.ID, a.ID, grace.ID)
	if err != nil || len(m.Roles) != 1 || m.Roles[0].Name != "full_viewer" {
		t.Errorf("Grace joined as %v: %v", m.Roles, err)
	}
}
