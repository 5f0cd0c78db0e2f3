package account_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// staffed is an agency and Katherine, who is support staff.
func staffed(t *testing.T) (s *models.Store, ada login.Member, a account.Account, katherine login.Member) {
	t.Helper()
	s, ada, a = modelstest.Agency(t)
	katherine = modelstest.Person(t, s, "Katherine")
	if _, err := s.AddStaff(context.Background(), katherine.Email, store.DutySupport); err != nil {
		t.Fatal(err)
	}
	return s, ada, a, katherine
}

// may tells whether a member may use a permission.
func may(s *models.Store, m login.Member, permission string, a account.Account) bool {
	_, err := s.Access().Authorize(m.Actor(), modelstest.Ground(s).Catalog().Permission(permission), a.ID)
	return err == nil
}

func TestSupportAccessLendsWhatItSaysUntilItEnds(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	east := modelstest.Subs(t, s, ada, a, "East")[0]
	other, err := modelstest.Open(ctx, store.Config{URL: modelstest.Inside(s).Pool.Config().ConnString(), Catalog: modelstest.Ground(s).Catalog(), Secret: make([]byte, 32), Now: modelstest.Inside(s).Clock()})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if may(s, katherine, "control_panel", a) {
		t.Fatal("staff come in without a door")
	}
	x := modelstest.LetIn(t, s, ada, a, "view", time.Hour)
	if !may(s, katherine, "application", a) || may(s, katherine, "application.edit", a) || may(s, katherine, "billing", a) || may(s, katherine, "api_keys", a) {
		t.Error("view is not what the role says")
	}
	if may(s, katherine, "control_panel", east) || may(s, katherine, "sub_accounts", a) || may(s, katherine, "support_access.grant", a) {
		t.Error("the door leads further than the account")
	}
	snap, err := other.Fresh(ctx, a.TenantID, s.Access().Epoch(a.TenantID))
	at, _ := snap.Find(a.ID)
	if err != nil || !snap.Decide(snap.Who(katherine.Principal()), modelstest.Ground(s).Catalog().Permission("calls"), at).Allow {
		t.Errorf("another node does not let Katherine in: %v", err)
	}
	// It ends to the second, without anybody doing anything, on each node.
	modelstest.Inside(s).SetClock(func() time.Time { return x.Until.Add(-time.Nanosecond) })
	if !may(s, katherine, "calls", a) {
		t.Error("the door shuts before its time")
	}
	modelstest.Inside(s).SetClock(func() time.Time { return x.Until })
	if may(s, katherine, "calls", a) {
		t.Error("the door is open when its time is over")
	}
	if mine, err := s.AccountsOf(ctx, authz.Self(katherine.Actor()), katherine.Principal(), "", true, 10); err != nil || len(mine) != 1 {
		t.Errorf("%d accounts of Katherine, %v", len(mine), err)
	}
	// Opened again, and with more.
	modelstest.LetIn(t, s, ada, a, "edit", 8*time.Hour)
	if !may(s, katherine, "application.edit", a) || may(s, katherine, "members.add", a) {
		t.Error("edit is not what the role says")
	}
	mine, err := s.AccountsOf(ctx, authz.Self(katherine.Actor()), katherine.Principal(), "", true, 10)
	if err != nil || len(mine) != 2 || mine[0].ID != a.ID {
		t.Errorf("Katherine finds %+v, %v", mine, err)
	}
	if err := s.CloseSupportAccess(ctx, modelstest.GrantOf(t, s, ada, "support_access.grant", a.ID)); err != nil {
		t.Fatal(err)
	}
	if may(s, katherine, "calls", a) {
		t.Error("the door is open after it was closed")
	}
	if err := s.CloseSupportAccess(ctx, modelstest.GrantOf(t, s, ada, "support_access.grant", a.ID)); !modelstest.Tells(err, "already off") {
		t.Errorf("closed twice: %v", err)
	}
	all, err := s.SupportAccesses(ctx, modelstest.GrantOf(t, s, ada, "support_access", a.ID), uuid.Nil, 10)
	if err != nil || len(all) != 2 || *all[0].ClosedByName != "Ada" || *all[1].ClosedByName != "" || !all[1].Ended().Equal(x.Until) {
		t.Errorf("%+v %v", all, err)
	}
}

func TestSupportAccessHasLimits(t *testing.T) {
	s, ada, a, _ := staffed(t)
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	modelstest.Inside(s).SetClock(func() time.Time { return now })
	g := modelstest.GrantOf(t, s, ada, "support_access.grant", a.ID)
	for _, x := range []struct {
		in   account.SupportAccessInput
		says string
	}{
		{account.SupportAccessInput{Access: "view", Reason: "why", Until: now.Add(time.Hour - time.Second)}, "at least an hour away"},
		{account.SupportAccessInput{Access: "view", Reason: "why", Until: now.Add(-time.Hour)}, "at least an hour away"},
		{account.SupportAccessInput{Access: "view", Reason: "why", Until: now.Add(30*24*time.Hour + time.Second)}, "within 30 days"},
		{account.SupportAccessInput{Access: "owner", Reason: "why", Until: now.Add(time.Hour)}, "Choose whether"},
		{account.SupportAccessInput{Access: "", Reason: "why", Until: now.Add(time.Hour)}, "Choose whether"},
		{account.SupportAccessInput{Access: "view", Reason: " \n ", Until: now.Add(time.Hour)}, "Enter a reason"},
		{account.SupportAccessInput{Access: "view", Reason: strings.Repeat("é", 501), Until: now.Add(time.Hour)}, "Enter a reason"},
		{account.SupportAccessInput{Access: "view", Reason: "why\u202e", Until: now.Add(time.Hour)}, "invisible characters"},
		{account.SupportAccessInput{Access: "view", Reason: "why", Until: now.Add(time.Hour)}, ""},
		{account.SupportAccessInput{Access: "edit", Reason: strings.Repeat("é", 500), Until: now.Add(30 * 24 * time.Hour)}, ""},
	} {
		_, err := s.OpenSupportAccess(context.Background(), g, x.in)
		if x.says == "" && err != nil || x.says != "" && !modelstest.Tells(err, x.says) {
			t.Errorf("%+v: %v, want %q", x.in, err, x.says)
		}
	}
}

// holds gives a member roles of an account as they are stored.
func holds(t *testing.T, s *models.Store, m login.Member, a account.Account, roles ...string) {
	t.Helper()
	ctx := context.Background()
	err := modelstest.Ground(s).In(ctx, store.TenantScope(a.TenantID), func(db *gorm.DB) error {
		return db.Create(&people.Membership{TenantID: a.TenantID, AccountID: a.ID, MemberID: m.ID, Roles: roles, CreatedAt: modelstest.Ground(s).Now()}).Error
	})
	if err == nil {
		err = modelstest.Inside(s).Load(ctx)
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
		r, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), name, "member:full_editor", permissions)
		if err != nil {
			t.Fatal(err)
		}
		return r.Key()
	}
	barbara := modelstest.Person(t, s, "Barbara")
	holds(t, s, barbara, a, role("Porter", "control_panel", "support_access", "support_access.grant"))
	in := account.SupportAccessInput{Access: "view", Reason: "why", Until: modelstest.Ground(s).Now().Add(2 * time.Hour)}
	if _, err := s.OpenSupportAccess(ctx, modelstest.GrantOf(t, s, barbara, "support_access.grant", a.ID), in); !modelstest.Tells(err, "which you don't have here") {
		t.Errorf("Barbara lends what she does not have: %v", err)
	}
	// What is lent to somebody they do not pass on, neither to other staff nor as a role.
	holds(t, s, katherine, a, role("Host", "support_access.grant", "members.add", "roles.edit"))
	modelstest.LetIn(t, s, ada, a, "edit", time.Hour)
	if _, err := s.OpenSupportAccess(ctx, modelstest.GrantOf(t, s, katherine, "support_access.grant", a.ID), in); !modelstest.Tells(err, "which you don't have here") {
		t.Errorf("Katherine prolongs what is lent to her: %v", err)
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, katherine, "members.add", a.ID), barbara.ID, "member:configuration_editor"); !modelstest.Tells(err, "which you don't have here") {
		t.Errorf("Katherine gives for good what is lent to her: %v", err)
	}
	if _, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, katherine, "roles.edit", a.ID), "Mine", "member:full_editor", []string{"application.edit"}); err == nil {
		t.Error("Katherine makes a role of what is lent to her")
	}
	// Taking the right between the request and the write is noticed.
	g := modelstest.GrantOf(t, s, barbara, "support_access.grant", a.ID)
	if err := s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", a.ID), barbara.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseSupportAccess(ctx, g); !errors.Is(err, authz.ErrDenied) {
		t.Errorf("Barbara closes what is not hers any more: %v", err)
	}
}

func TestStaffComeAndGoThroughOpenDoors(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	mallory := modelstest.Person(t, s, "Mallory")
	radia := modelstest.Person(t, s, "Radia")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	modelstest.LetIn(t, s, ada, a, "edit", time.Hour)
	modelstest.LetIn(t, s, mallory, ville, "view", time.Hour)
	if _, err := s.AddStaff(ctx, radia.Email, store.DutyOperator); err != nil {
		t.Fatal(err)
	}
	if may(s, radia, "calls", a) {
		t.Error("an operator comes in by a door for support")
	}
	if _, err := s.AddStaff(ctx, radia.Email, store.DutySupport); err != nil {
		t.Fatal(err)
	}
	if !may(s, radia, "application.edit", a) || !may(s, radia, "calls", ville) || may(s, radia, "application.edit", ville) {
		t.Error("who becomes staff does not find the doors open")
	}
	if _, err := s.RemoveStaff(ctx, katherine.Email, store.DutySupport); err != nil {
		t.Fatal(err)
	}
	if may(s, katherine, "calls", a) || may(s, katherine, "calls", ville) {
		t.Error("who is no longer staff comes in still")
	}
	events, err := s.Audit(ctx, modelstest.GrantOf(t, s, mallory, "audit", ville.ID), audit.Filter{Limit: 3})
	if err != nil || events[0].Action != "member.staff_remove" || events[0].ResourceName != "Katherine" || events[1].Action != "member.staff_add" {
		t.Errorf("%+v %v", events, err)
	}
	for _, x := range []account.Account{a, ville} {
		if _, err := s.VerifyAudit(ctx, x.TenantID, x.ID); err != nil {
			t.Error(err)
		}
	}
}

// addContact makes a contact in an account.
func addContact(s *models.Store, m login.Member, a account.Account, name string) error {
	g, err := s.Access().Authorize(m.Actor(), modelstest.Ground(s).Catalog().Permission("contacts.edit"), a.ID)
	if err != nil {
		return err
	}
	_, _, err = s.CreateRecord(context.Background(), g, record.Place{Section: modelstest.Ground(s).Catalog().Section("contacts")}, map[string]any{"name": name})
	return err
}

func TestClosingRacesWithAnAct(t *testing.T) {
	ctx := context.Background()
	s, ada, a, katherine := staffed(t)
	g := modelstest.GrantOf(t, s, ada, "support_access.grant", a.ID)
	acted, refused := 0, 0
	for range modelstest.Rounds {
		modelstest.LetIn(t, s, ada, a, "edit", time.Hour)
		var act error
		err := modelstest.Together(
			func() error { return s.CloseSupportAccess(ctx, g) },
			func() error { act = addContact(s, katherine, a, uuid.NewString()); return nil },
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
	events, err := s.Audit(ctx, modelstest.GrantOf(t, s, ada, "audit", a.ID), audit.Filter{Limit: 4 * modelstest.Rounds})
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
	g := modelstest.GrantOf(t, s, ada, "support_access.grant", a.ID)
	open := func(access string) func() error {
		return func() error {
			_, err := s.OpenSupportAccess(ctx, g, account.SupportAccessInput{Access: access, Reason: "why", Until: modelstest.Ground(s).Now().Add(2 * time.Hour)})
			return err
		}
	}
	for range 50 {
		if err := modelstest.Together(open("view"), open("edit")); err != nil {
			t.Fatal(err)
		}
		all, err := s.SupportAccesses(ctx, g, uuid.Nil, 500)
		if err != nil {
			t.Fatal(err)
		}
		var now []account.SupportAccess
		for _, x := range all {
			if x.OpenAt(modelstest.Ground(s).Now()) {
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
	g := modelstest.GrantOf(t, s, ada, "support_access.grant", a.ID)
	for range modelstest.Rounds {
		if _, err := s.AddStaff(ctx, katherine.Email, store.DutySupport); err != nil {
			t.Fatal(err)
		}
		err := modelstest.Together(
			func() error { _, err := s.RemoveStaff(ctx, katherine.Email, store.DutySupport); return err },
			func() error {
				_, err := s.OpenSupportAccess(ctx, g, account.SupportAccessInput{Access: "view", Reason: "why", Until: modelstest.Ground(s).Now().Add(2 * time.Hour)})
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
