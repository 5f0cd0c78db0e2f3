package models

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
)

// staffed is an agency and Katherine, who is support staff.
func staffed(t *testing.T) (s *Store, ada Member, a Account, katherine Member) {
	t.Helper()
	s, ada, a = agency(t)
	katherine = person(t, s, "Katherine")
	if _, err := s.AddStaff(context.Background(), katherine.Email, DutySupport); err != nil {
		t.Fatal(err)
	}
	return s, ada, a, katherine
}

// letIn opens the door of an account.
func letIn(t *testing.T, s *Store, by Member, a Account, access string, lasts time.Duration) SupportAccess {
	t.Helper()
	x, err := s.OpenSupportAccess(context.Background(), grantOf(t, s, by, "support_access.grant", a.ID),
		SupportAccessInput{Access: access, Reason: "calls drop", Until: s.now().Add(lasts + time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// tells says whether an error is a problem with a sentence.
func tells(err error, sentence string) bool {
	var p Problems
	return errors.As(err, &p) && strings.Contains(fmt.Sprint(map[string]string(p)), sentence)
}

// may tells whether a member may use a permission.
func may(s *Store, m Member, permission string, a Account) bool {
	_, err := s.Access().Authorize(m.Actor(), s.catalog.Permission(permission), a.ID)
	return err == nil
}

func TestSupportAccessLendsWhatItSaysUntilItEnds(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	east := subs(t, s, ada, a, "East")[0]
	other, err := Open(ctx, Config{URL: s.pool.Config().ConnString(), Catalog: s.catalog, Secret: make([]byte, 32), Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if may(s, katherine, "control_panel", a) {
		t.Fatal("staff come in without a door")
	}
	x := letIn(t, s, ada, a, "view", time.Hour)
	if !may(s, katherine, "application", a) || may(s, katherine, "application.edit", a) || may(s, katherine, "billing", a) || may(s, katherine, "api_keys", a) {
		t.Error("view is not what the role says")
	}
	if may(s, katherine, "control_panel", east) || may(s, katherine, "sub_accounts", a) || may(s, katherine, "support_access.grant", a) {
		t.Error("the door leads further than the account")
	}
	snap, err := other.Fresh(ctx, a.TenantID, s.Access().Epoch(a.TenantID))
	at, _ := snap.Find(a.ID)
	if err != nil || !snap.Decide(snap.Who(katherine.Principal()), s.catalog.Permission("calls"), at).Allow {
		t.Errorf("another node does not let Katherine in: %v", err)
	}
	// It ends to the second, without anybody doing anything, on each node.
	s.now = func() time.Time { return x.Until.Add(-time.Nanosecond) }
	if !may(s, katherine, "calls", a) {
		t.Error("the door shuts before its time")
	}
	s.now = func() time.Time { return x.Until }
	if may(s, katherine, "calls", a) {
		t.Error("the door is open when its time is over")
	}
	if mine, err := s.AccountsOf(ctx, authz.Self(katherine.Actor()), katherine.Principal(), "", true, 10); err != nil || len(mine) != 1 {
		t.Errorf("%d accounts of Katherine, %v", len(mine), err)
	}
	// Opened again, and with more.
	letIn(t, s, ada, a, "edit", 8*time.Hour)
	if !may(s, katherine, "application.edit", a) || may(s, katherine, "members.add", a) {
		t.Error("edit is not what the role says")
	}
	mine, err := s.AccountsOf(ctx, authz.Self(katherine.Actor()), katherine.Principal(), "", true, 10)
	if err != nil || len(mine) != 2 || mine[0].ID != a.ID {
		t.Errorf("Katherine finds %+v, %v", mine, err)
	}
	if err := s.CloseSupportAccess(ctx, grantOf(t, s, ada, "support_access.grant", a.ID)); err != nil {
		t.Fatal(err)
	}
	if may(s, katherine, "calls", a) {
		t.Error("the door is open after it was closed")
	}
	if err := s.CloseSupportAccess(ctx, grantOf(t, s, ada, "support_access.grant", a.ID)); !tells(err, "closed already") {
		t.Errorf("closed twice: %v", err)
	}
	all, err := s.SupportAccesses(ctx, grantOf(t, s, ada, "support_access", a.ID), uuid.Nil, 10)
	if err != nil || len(all) != 2 || *all[0].ClosedByName != "Ada" || *all[1].ClosedByName != "" || !all[1].Ended().Equal(x.Until) {
		t.Errorf("%+v %v", all, err)
	}
}

func TestSupportAccessHasLimits(t *testing.T) {
	s, ada, a, _ := staffed(t)
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	g := grantOf(t, s, ada, "support_access.grant", a.ID)
	for _, x := range []struct {
		in   SupportAccessInput
		says string
	}{
		{SupportAccessInput{"view", "why", now.Add(time.Hour - time.Second)}, "an hour at the earliest"},
		{SupportAccessInput{"view", "why", now.Add(-time.Hour)}, "an hour at the earliest"},
		{SupportAccessInput{"view", "why", now.Add(30*24*time.Hour + time.Second)}, "within 30 days"},
		{SupportAccessInput{"owner", "why", now.Add(time.Hour)}, "Choose whether"},
		{SupportAccessInput{"", "why", now.Add(time.Hour)}, "Choose whether"},
		{SupportAccessInput{"view", " \n ", now.Add(time.Hour)}, "Say why"},
		{SupportAccessInput{"view", strings.Repeat("é", 501), now.Add(time.Hour)}, "Say why"},
		{SupportAccessInput{"view", "why\u202e", now.Add(time.Hour)}, "can not be seen"},
		{SupportAccessInput{"view", "why", now.Add(time.Hour)}, ""},
		{SupportAccessInput{"edit", strings.Repeat("é", 500), now.Add(30 * 24 * time.Hour)}, ""},
	} {
		_, err := s.OpenSupportAccess(context.Background(), g, x.in)
		if x.says == "" && err != nil || x.says != "" && !tells(err, x.says) {
			t.Errorf("%+v: %v, want %q", x.in, err, x.says)
		}
	}
}

// holds gives a member roles of an account as they are stored.
func holds(t *testing.T, s *Store, m Member, a Account, roles ...string) {
	t.Helper()
	ctx := context.Background()
	err := s.in(ctx, tenantScope(a.TenantID), func(db *gorm.DB) error {
		return db.Create(&Membership{a.TenantID, a.ID, m.ID, roles, s.now()}).Error
	})
	if err == nil {
		err = s.load(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestNobodyLetsStaffDoMoreThanTheyMay(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	role := func(name string, permissions ...string) string {
		t.Helper()
		r, err := s.CreateRole(ctx, grantOf(t, s, ada, "roles.edit", a.ID), name, "member:full_editor", permissions)
		if err != nil {
			t.Fatal(err)
		}
		return r.Key()
	}
	barbara := person(t, s, "Barbara")
	holds(t, s, barbara, a, role("Porter", "control_panel", "support_access", "support_access.grant"))
	in := SupportAccessInput{Access: "view", Reason: "why", Until: s.now().Add(2 * time.Hour)}
	if _, err := s.OpenSupportAccess(ctx, grantOf(t, s, barbara, "support_access.grant", a.ID), in); !tells(err, "which you don't have here") {
		t.Errorf("Barbara lends what she does not have: %v", err)
	}
	// What is lent to somebody they do not pass on, neither to other staff nor as a role.
	holds(t, s, katherine, a, role("Host", "support_access.grant", "members.add", "roles.edit"))
	letIn(t, s, ada, a, "edit", time.Hour)
	if _, err := s.OpenSupportAccess(ctx, grantOf(t, s, katherine, "support_access.grant", a.ID), in); !tells(err, "which you don't have here") {
		t.Errorf("Katherine prolongs what is lent to her: %v", err)
	}
	if err := s.AddMember(ctx, grantOf(t, s, katherine, "members.add", a.ID), barbara.ID, "member:configuration_editor"); !tells(err, "which you don't have here") {
		t.Errorf("Katherine gives for good what is lent to her: %v", err)
	}
	if _, err := s.CreateRole(ctx, grantOf(t, s, katherine, "roles.edit", a.ID), "Mine", "member:full_editor", []string{"application.edit"}); err == nil {
		t.Error("Katherine makes a role of what is lent to her")
	}
	// Taking the right between the request and the write is noticed.
	g := grantOf(t, s, barbara, "support_access.grant", a.ID)
	if err := s.RemoveMember(ctx, grantOf(t, s, ada, "members.remove", a.ID), barbara.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseSupportAccess(ctx, g); !errors.Is(err, authz.ErrDenied) {
		t.Errorf("Barbara closes what is not hers any more: %v", err)
	}
}

func TestStaffComeAndGoThroughOpenDoors(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	mallory := person(t, s, "Mallory")
	radia := person(t, s, "Radia")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	letIn(t, s, ada, a, "edit", time.Hour)
	letIn(t, s, mallory, ville, "view", time.Hour)
	if _, err := s.AddStaff(ctx, radia.Email, DutyOperator); err != nil {
		t.Fatal(err)
	}
	if may(s, radia, "calls", a) {
		t.Error("an operator comes in by a door for support")
	}
	if _, err := s.AddStaff(ctx, radia.Email, DutySupport); err != nil {
		t.Fatal(err)
	}
	if !may(s, radia, "application.edit", a) || !may(s, radia, "calls", ville) || may(s, radia, "application.edit", ville) {
		t.Error("who becomes staff does not find the doors open")
	}
	if _, err := s.RemoveStaff(ctx, katherine.Email, DutySupport); err != nil {
		t.Fatal(err)
	}
	if may(s, katherine, "calls", a) || may(s, katherine, "calls", ville) {
		t.Error("who is no longer staff comes in still")
	}
	events, err := s.Audit(ctx, grantOf(t, s, mallory, "audit", ville.ID), AuditFilter{Limit: 3})
	if err != nil || events[0].Action != "member.staff_remove" || events[0].ResourceName != "Katherine" || events[1].Action != "member.staff_add" {
		t.Errorf("%+v %v", events, err)
	}
	for _, x := range []Account{a, ville} {
		if _, err := s.VerifyAudit(ctx, x.TenantID, x.ID); err != nil {
			t.Error(err)
		}
	}
}

// addContact makes a contact in an account.
func (s *Store) addContact(m Member, a Account, name string) error {
	g, err := s.Access().Authorize(m.Actor(), s.catalog.Permission("contacts.edit"), a.ID)
	if err != nil {
		return err
	}
	_, _, err = s.CreateRecord(context.Background(), g, RecordPlace{Section: s.catalog.Section("contacts")}, map[string]any{"name": name})
	return err
}

func TestClosingRacesWithAnAct(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	g := grantOf(t, s, ada, "support_access.grant", a.ID)
	acted, refused := 0, 0
	for range rounds {
		letIn(t, s, ada, a, "edit", time.Hour)
		var act error
		err := together(
			func() error { return s.CloseSupportAccess(ctx, g) },
			func() error { act = s.addContact(katherine, a, uuid.NewString()); return nil },
		)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case act == nil:
			acted++
		case errors.Is(act, authz.ErrDenied):
			refused++
		default:
			t.Fatal(act)
		}
	}
	t.Logf("%d acts came before the close, %d after", acted, refused)
	events, err := s.Audit(ctx, grantOf(t, s, ada, "audit", a.ID), AuditFilter{Limit: 4 * rounds})
	if err != nil {
		t.Fatal(err)
	}
	open, late := false, 0
	for i := len(events) - 1; i >= 0; i-- {
		switch e := events[i]; {
		case e.Action == "support_access.open" || e.Action == "support_access.close":
			open = e.Action == "support_access.open"
		case e.PrincipalName == "Katherine" && !open:
			late++
		case e.PrincipalName == "Katherine" && !strings.Contains(string(e.Change), `"support_access_opened_by": "Ada"`):
			t.Fatalf("the event does not say who opened the door: %s", e.Change)
		}
	}
	if late > 0 || acted == 0 || refused == 0 {
		t.Errorf("%d acts after the door was closed; %d before it, %d refused", late, acted, refused)
	}
}

func TestTwoOpenTheDoorAtOnce(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	g := grantOf(t, s, ada, "support_access.grant", a.ID)
	open := func(access string) func() error {
		return func() error {
			_, err := s.OpenSupportAccess(ctx, g, SupportAccessInput{access, "why", s.now().Add(2 * time.Hour)})
			return err
		}
	}
	for range 50 {
		if err := together(open("view"), open("edit")); err != nil {
			t.Fatal(err)
		}
		all, err := s.SupportAccesses(ctx, g, uuid.Nil, 500)
		if err != nil {
			t.Fatal(err)
		}
		var now []SupportAccess
		for _, x := range all {
			if x.OpenAt(s.now()) {
				now = append(now, x)
			}
		}
		if len(now) != 1 || may(s, katherine, "application.edit", a) != (now[0].Access == "edit") {
			t.Fatalf("%d doors are open: %+v", len(now), now)
		}
	}
}

func TestRemovingStaffRacesWithTheDoor(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	g := grantOf(t, s, ada, "support_access.grant", a.ID)
	for range rounds {
		if _, err := s.AddStaff(ctx, katherine.Email, DutySupport); err != nil {
			t.Fatal(err)
		}
		err := together(
			func() error { _, err := s.RemoveStaff(ctx, katherine.Email, DutySupport); return err },
			func() error {
				_, err := s.OpenSupportAccess(ctx, g, SupportAccessInput{"view", "why", s.now().Add(2 * time.Hour)})
				return err
			},
		)
		if err != nil {
			t.Fatal(err)
		}
		if may(s, katherine, "calls", a) {
			t.Fatal("Katherine is no staff any more, and comes in")
		}
		if err := s.CloseSupportAccess(ctx, g); err != nil {
			t.Fatal(err)
		}
	}
}
