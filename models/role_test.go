package models

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"bailiwick/authz"
)

// Grace is a custom Listener of the agency and, until Friday 18:00, its Admin.
// The roles are those that a node that starts now would read.
func TestCustomRolesAndTheirEnds(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	friday := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	now := friday.Add(-time.Hour)
	s.now = func() time.Time { return now }
	grace := person(t, s, "Grace")
	if err := s.AddMember(ctx, grantOf(t, s, ada, "members.add", a.ID), grace.ID, "admin"); err != nil {
		t.Fatal(err)
	}
	listener, err := s.CreateRole(ctx, grantOf(t, s, ada, "roles.edit", a.ID), "Listener", "member:reporting_viewer", []string{"calls"})
	if err != nil {
		t.Fatal(err)
	}
	err = s.in(ctx, tenantScope(a.ID), func(db *gorm.DB) error {
		return db.Exec("UPDATE memberships SET roles = ? WHERE member_id = ?", textList{listener.Key(), RoleUntil(adminKey, friday)}, grace.ID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.load(ctx); err != nil {
		t.Fatal(err)
	}
	may := func(permission string) bool {
		snap := s.Access()
		at, _ := snap.Find(a.ID)
		return snap.Decide(snap.Who(grace.Principal()), s.catalog.Permission(permission), at).Allow
	}
	if !may("calls") || !may("members.edit") {
		t.Error("an hour before the end, Grace is not both")
	}
	now = friday.Add(-time.Nanosecond)
	if !may("members.edit") {
		t.Error("Grace is not Admin to the last moment")
	}
	now = friday
	if !may("calls") || may("members.edit") {
		t.Error("at the end, Grace is not the Listener alone")
	}
	if _, err := s.Access().Authorize(grace.Actor(), s.catalog.Permission("roles.edit"), a.ID); err == nil {
		t.Error("a grant comes of a role that has ended")
	}
}

// Grace may make a role of what she may do herself. With a grant for that alone
// she can not make one that reads the keys.
func TestARoleIsWithinWhatItsMakerMayGrant(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	grace := person(t, s, "Grace")
	if err := s.AddMember(ctx, grantOf(t, s, ada, "members.add", a.ID), grace.ID, "user"); err != nil {
		t.Fatal(err)
	}
	maker, err := s.CreateRole(ctx, grantOf(t, s, ada, "roles.edit", a.ID), "Role maker", "member:full_editor", []string{"roles", "roles.edit", "calls"})
	if err != nil {
		t.Fatal(err)
	}
	err = s.in(ctx, tenantScope(a.ID), func(db *gorm.DB) error {
		return db.Exec("UPDATE memberships SET roles = ? WHERE member_id = ?", textList{maker.Key()}, grace.ID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.load(ctx); err != nil {
		t.Fatal(err)
	}
	g, err := s.Access().Authorize(grace.Actor(), s.catalog.Permission("roles.edit"), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateRole(ctx, g, "Listener", "member:reporting_viewer", []string{"calls"}); err != nil {
		t.Error(err)
	}
	for name, permissions := range map[string][]string{"Keys": {"calls", "api_keys"}, "None": nil, "Unknown": {"flying"}} {
		if _, err := s.CreateRole(ctx, g, name, "member:reporting_viewer", permissions); problemsOf(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.CreateRole(ctx, authz.Self(grace.Actor()), "Listener 2", "member:reporting_viewer", []string{"calls"}); err == nil {
		t.Error("a grant about oneself makes a role")
	}
}

func problemsOf(err error) Problems {
	p, _ := err.(Problems)
	return p
}
