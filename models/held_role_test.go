package models

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
)

var friday = time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)

// stand stops the store's clock; the clock is moved by what is given back.
func stand(s *Store, at time.Time) func(time.Time) {
	var now time.Time
	s.now = func() time.Time { return now }
	move := func(t time.Time) { now = t }
	move(at)
	return move
}

func refusedAt(t *testing.T, err error, field, says string) {
	t.Helper()
	var p Problems
	if !errors.As(err, &p) || !strings.Contains(p[field], says) {
		t.Errorf("%v: %q, want %q at %q", err, map[string]string(p), says, field)
	}
}

// East's Admin Barbara can not give what a full editor has. Grace was one until
// Friday: to leave that as it is gives nothing, to take it up again would.
func TestToLengthenIsToGrant(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	move := stand(s, friday.Add(-time.Hour))
	subs, err := s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	east := subs[0].ID
	grace, barbara := person(t, s, "Grace"), person(t, s, "Barbara")
	add := grantOf(t, s, ada, "members.add", east)
	for m, role := range map[uuid.UUID]string{grace.ID: RoleUntil("full_editor", friday), barbara.ID: "sub_admin"} {
		if err := s.AddMember(ctx, add, m, role); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(roles ...string) error {
		return s.EditMember(ctx, grantOf(t, s, barbara, "members.edit", east), grace.ID, roles...)
	}
	refusedAt(t, edit(RoleUntil("full_editor", friday), "reporting_viewer"), "", "can do more here")

	move(friday) // now Grace can nothing, and may be changed
	refusedAt(t, edit("full_editor"), "role", "which you don't have here")
	refusedAt(t, edit(RoleUntil("full_editor", friday.Add(time.Hour))), "role", "which you don't have here")
	refusedAt(t, edit(RoleUntil("full_editor", friday.Add(-time.Minute))), "until.full_editor", "is over")
	refusedAt(t, edit(RoleUntil("reporting_viewer", friday)), "until.reporting_viewer", "is over")
	refusedAt(t, edit(RoleUntil("reporting_viewer", friday.Add(LongestRole+time.Second))), "until.reporting_viewer", "five years")
	if err := edit(RoleUntil("full_editor", friday), RoleUntil("sub_user", friday.Add(24*time.Hour))); err != nil {
		t.Errorf("what has ended can not stay as it is: %v", err)
	}
	m, err := s.Member(ctx, a.ID, east, grace.ID)
	if err != nil || len(m.Roles) != 2 || !m.Roles[0].Until.Equal(friday) || len(Running(m.Roles, s.now())) != 1 {
		t.Errorf("Grace has %+v: %v", m.Roles, err)
	}
	// An earlier end takes away, and takes no right to give.
	if err := edit(RoleUntil("sub_user", friday.Add(time.Hour))); err != nil {
		t.Error(err)
	}
}

// Barbara is Admin of East until Friday. She may go sooner; she may not stay longer.
func TestNobodyLengthensTheirOwn(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	stand(s, friday.Add(-48*time.Hour))
	subs, err := s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	east := subs[0].ID
	barbara, grace := person(t, s, "Barbara"), person(t, s, "Grace")
	add := grantOf(t, s, ada, "members.add", east)
	if err := s.AddMember(ctx, add, barbara.ID, RoleUntil("sub_admin", friday), "reporting_viewer"); err != nil {
		t.Fatal(err)
	}
	own := func(m Member, roles ...string) error {
		return s.EditMember(ctx, grantOf(t, s, m, "members.edit", east), m.ID, roles...)
	}
	refusedAt(t, own(barbara, "sub_admin", "reporting_viewer"), "until.sub_admin", "can't outlast your own role")
	refusedAt(t, own(barbara, RoleUntil("sub_admin", friday.Add(time.Minute)), "reporting_viewer"), "until.sub_admin", "can't outlast your own role")
	// Another name for what she would have afterwards is no way around it.
	refusedAt(t, own(barbara, RoleUntil("sub_admin", friday), "reporting_viewer", "sub_user"), "until.sub_user", "can't outlast your own role")
	if err := own(barbara, RoleUntil("sub_admin", friday.Add(-24*time.Hour)), "reporting_viewer"); err != nil {
		t.Errorf("Barbara can not go sooner: %v", err)
	}

	// Grace runs the agency and is a plain editor of people in East: were that to
	// end, she would be in East what she is above.
	role, err := s.CreateRole(ctx, grantOf(t, s, ada, "roles.edit", east), "People", "member:full_viewer", []string{"members", "members.edit"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, add, grace.ID, role.Key()); err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, grantOf(t, s, ada, "members.add", a.ID), grace.ID, "main_admin"); err != nil {
		t.Fatal(err)
	}
	refusedAt(t, own(grace, RoleUntil(role.Key(), friday)), "role", "Nobody gives themselves more")
	_, err = s.LeaveAccount(ctx, authz.Self(grace.Actor()), east)
	refusedAt(t, err, "", "above")
}

// Grace above is Admin once what she is in East has ended: to leave East Berlin,
// where she is only a viewer, would lift her on Friday.
func TestLeavingIsJudgedByWhatEndsAbove(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	stand(s, friday.Add(-time.Hour))
	make := func(at uuid.UUID, name string) uuid.UUID {
		subs, err := s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", at), []string{name})
		if err != nil {
			t.Fatal(err)
		}
		return subs[0].ID
	}
	east := make(a.ID, "East")
	berlin := make(east, "East Berlin")
	grace := person(t, s, "Grace")
	for at, role := range map[uuid.UUID]string{a.ID: "full_editor", east: RoleUntil("reporting_viewer", friday), berlin: "reporting_viewer"} {
		if err := s.AddMember(ctx, grantOf(t, s, ada, "members.add", at), grace.ID, role); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.LeaveAccount(ctx, authz.Self(grace.Actor()), berlin)
	refusedAt(t, err, "", "above")
}

func TestAnAdminWhoseRoleEndsIsNotTheOneWhoStays(t *testing.T) {
	held(t, func(t *testing.T, s *Store, ada Member, a Account) (violations int) {
		ctx := context.Background()
		grace, barbara := person(t, s, "Grace"), person(t, s, "Barbara")
		add, edit := grantOf(t, s, ada, "members.add", a.ID), grantOf(t, s, ada, "members.edit", a.ID)
		until := s.now().Add(time.Hour)
		for range rounds {
			if _, err := s.pool.Exec(ctx, "SET app.scope = 'system'; DELETE FROM memberships WHERE account_id = '"+a.ID.String()+"'; RESET app.scope"); err != nil {
				t.Fatal(err)
			}
			for _, m := range []Member{grace, barbara} {
				if err := s.AddMember(ctx, add, m.ID, "admin"); err != nil {
					t.Fatal(err)
				}
			}
			_ = together(
				func() error { return s.EditMember(ctx, edit, grace.ID, RoleUntil("admin", until)) },
				func() error { return s.EditMember(ctx, edit, barbara.ID, RoleUntil("admin", until)) })
			if s.admins(t, a) == 0 {
				violations++
			}
		}
		return violations
	})
}

// Grace is invited until Friday 18:00, and as a viewer for good to West.
func TestAnInviteAcceptedAfterItsRolesEnded(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	move := stand(s, friday.Add(-time.Hour))
	grace, barbara := person(t, s, "Grace"), person(t, s, "Barbara")
	g := grantOf(t, s, ada, "members.add", a.ID)
	invite := func(m Member, roles ...string) string {
		t.Helper()
		made, err := s.Invite(ctx, g, []string{m.Email}, roles)
		if err != nil || made[0].Token == "" {
			t.Fatal(made, err)
		}
		return made[0].Token
	}
	both, gone := invite(grace, RoleUntil("main_admin", friday), "full_viewer"), invite(barbara, RoleUntil("main_admin", friday))
	waiting, err := s.Invites(ctx, g, "", uuid.Nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	move(friday)
	_, err = s.AcceptInvite(ctx, authz.Self(barbara.Actor()), gone)
	refusedAt(t, err, "", "has ended")
	_, err = s.ResendInvite(ctx, g, waiting[0].ID)
	refusedAt(t, err, "", "has ended")
	if _, err := s.AcceptInvite(ctx, authz.Self(grace.Actor()), both); err != nil {
		t.Fatal(err)
	}
	m, err := s.Member(ctx, a.ID, a.ID, grace.ID)
	if err != nil || len(m.Roles) != 1 || m.Roles[0].Name != "full_viewer" {
		t.Errorf("Grace joined as %v: %v", m.Roles, err)
	}
}
