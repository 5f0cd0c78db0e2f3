package people_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// Grace and Barbara are the two Admins. At the same moment Ada takes one out,
// and the other one leaves, or is made a viewer.
func TestTheLastAdminStaysWhoeverIsFaster(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, a account.Account) (violations int) {
		ctx := context.Background()
		grace, barbara := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara")
		add, edit, remove := modelstest.GrantOf(t, s, ada, "members.add", a.ID), modelstest.GrantOf(t, s, ada, "members.edit", a.ID), modelstest.GrantOf(t, s, ada, "members.remove", a.ID)
		clear := func() {
			modelstest.Across(t, s, "DELETE FROM memberships WHERE account_id = '"+a.ID.String()+"'")
		}
		for i := range modelstest.Rounds {
			clear()
			for _, m := range []login.Member{grace, barbara} {
				if err := s.AddMember(ctx, add, m.ID, "admin"); err != nil {
					t.Fatal(err)
				}
			}
			other := []func() error{
				func() error { return s.RemoveMember(ctx, remove, barbara.ID) },
				func() error { return s.EditMember(ctx, edit, barbara.ID, "full_viewer") },
				func() error { _, err := s.LeaveAccount(ctx, authz.Self(barbara.Actor()), a.ID); return err },
			}[i%3]
			_ = modelstest.Together(func() error { return s.RemoveMember(ctx, remove, grace.ID) }, other)
			if modelstest.Admins(t, s, a) == 0 {
				violations++
			}
		}
		return violations
	})
}

func TestHundredAcceptancesOfOneInvite(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	grace := modelstest.Person(t, s, "Grace")
	made, err := s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), []string{"GRACE@example.com"}, []string{"main_admin"})
	if err != nil || made[0].Token == "" {
		t.Fatal(made, err)
	}
	done, refused := make(chan bool, 100), 0
	var all []func() error
	for range 100 {
		all = append(all, func() error {
			for {
				_, err := s.AcceptInvite(ctx, authz.Self(grace.Actor()), made[0].Token)
				if errors.Is(err, store.ErrBusy) {
					continue
				}
				var p store.Problems
				if err != nil && !errors.As(err, &p) {
					return err
				}
				done <- err == nil
				return nil
			}
		})
	}
	if err := modelstest.Together(all...); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if !<-done {
			refused++
		}
	}
	if refused != 99 || modelstest.Admins(t, s, a) != 1 {
		t.Errorf("%d were refused, and there are %d Admins", refused, modelstest.Admins(t, s, a))
	}
	joins := 0
	events, err := s.Audit(ctx, modelstest.GrantOf(t, s, ada, "audit", a.ID), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Action == "member.join" {
			joins++
		}
	}
	if joins != 1 {
		t.Errorf("the audit has %d acceptances", joins)
	}
	if _, err := s.VerifyAudit(ctx, a.ID, a.ID); err != nil {
		t.Error(err)
	}
}

// What the pages refuse first, the write refuses too.
func TestAnInviteIsUsedOnceByItsAddress(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	grace, mallory := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Mallory")
	made, err := s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), []string{grace.Email}, []string{"full_viewer"})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(m login.Member, says string) {
		t.Helper()
		_, err := s.AcceptInvite(ctx, authz.Self(m.Actor()), made[0].Token)
		var p store.Problems
		if !errors.As(err, &p) || !strings.Contains(p[""], says) {
			t.Errorf("%s accepts: %v", m.Name, err)
		}
	}
	refused(mallory, "another address")
	if _, err := s.AcceptInvite(ctx, authz.Self(grace.Actor()), made[0].Token); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", a.ID), grace.ID); err != nil {
		t.Fatal(err)
	}
	refused(grace, "already accepted") // and does not come back by it

	made, err = s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), []string{grace.Email}, []string{"full_viewer"})
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Invites(ctx, modelstest.GrantOf(t, s, ada, "members", a.ID), people.InviteFilter{Limit: 2})
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	if err := s.CancelInvite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), waiting[0].ID); err != nil {
		t.Fatal(err)
	}
	refused(grace, "cancelled")
	made, err = s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), []string{grace.Email}, []string{"full_viewer"})
	if err != nil {
		t.Fatal(err)
	}
	now := modelstest.Inside(s).Clock()
	modelstest.Inside(s).SetClock(func() time.Time { return now().Add(people.InviteLife) })
	refused(grace, "has expired")
}

// A new person's login and membership come together: where the invite is
// refused there is no login either.
func TestALoginByInviteIsNeverHalfDone(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	grace := modelstest.Person(t, s, "Grace")
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "full_editor"); err != nil {
		t.Fatal(err)
	}
	made, err := s.Invite(ctx, modelstest.GrantOf(t, s, grace, "members.add", a.ID), []string{"new@example.com"}, []string{"full_viewer"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", a.ID), grace.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.SignUpByInvite(ctx, made[0].Token, "New", "four plain english words")
	var p store.Problems
	if !errors.As(err, &p) || !strings.Contains(p[""], "Grace") {
		t.Errorf("the invite of somebody who is gone: %v", err)
	}
	if _, err := s.MemberByEmail(ctx, "new@example.com"); err != store.ErrNotFound {
		t.Errorf("a login without its membership: %v", err)
	}

	made, err = s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), []string{"new2@example.com"}, []string{"full_viewer"})
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := s.SignUpByInvite(ctx, made[0].Token, "New", "four plain english words")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Access().Authorize(m.Actor(), modelstest.Ground(s).Catalog().Permission("members"), a.ID); err != nil {
		t.Errorf("the new member may not come in: %v", err)
	}
}

func TestNobodyRisesByThemselves(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	east := subs[0]
	grace := modelstest.Person(t, s, "Grace")
	add := func(at uuid.UUID, roles ...string) {
		t.Helper()
		if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", at), grace.ID, roles...); err != nil {
			t.Fatal(err)
		}
	}
	add(a.ID, "main_admin")
	other := modelstest.Person(t, s, "Barbara")
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), other.ID, "main_admin"); err != nil {
		t.Fatal(err)
	}
	own := modelstest.GrantOf(t, s, grace, "members.edit", a.ID)
	// As full editor she would change the setup of sub-accounts, which an Admin only sees.
	var p store.Problems
	if err := s.EditMember(ctx, own, grace.ID, "full_editor"); !errors.As(err, &p) {
		t.Errorf("Grace makes more of herself: %v", err)
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, grace, "members.add", east.ID), grace.ID, "configuration_viewer"); !errors.As(err, &p) || p[""] != "Nobody adds themselves." {
		t.Errorf("Grace adds herself: %v", err)
	}
	// In East she is only a reporting viewer, which is less than what the Admin above is.
	add(east.ID, "reporting_viewer")
	if _, err := s.LeaveAccount(ctx, authz.Self(grace.Actor()), east.ID); !errors.As(err, &p) || !strings.Contains(p[""], "above") {
		t.Errorf("Grace leaves what held her down: %v", err)
	}
	if err := s.EditMember(ctx, own, grace.ID, "main_user"); err != nil {
		t.Errorf("Grace can not make less of herself: %v", err)
	}
}

func TestRolesReadByTheKindOfTheAccount(t *testing.T) {
	s, _, _ := modelstest.Agency(t)
	for _, x := range []struct{ name, kind, key string }{
		{"full_editor", "main", "member:full_editor"}, {"member:full_editor", "sub", "member:full_editor"},
		{"admin", "main", "account:admin"}, {"main_admin", "main", "account:admin"}, {"sub_admin", "sub", "account:admin"},
		{"account:user", "sub", "account:user"}, {"main_user", "main", "account:user"},
		{"main_admin", "sub", ""}, {"sub_user", "main", ""}, {"owner", "main", ""}, {"MainAccount", "main", ""}, {"Developer", "main", ""}, {"", "main", ""},
		{"subuser:Developer", "main", ""}, {"member:", "sub", ""},
	} {
		r, key, problem := modelstest.Ground(s).MemberRole(x.name, x.kind)
		if key != x.key || (problem == "") != (x.key != "") || (r != nil) != (x.key != "") {
			t.Errorf("%q in a %s account: %q, %q", x.name, x.kind, key, problem)
		}
		if r != nil && (r.Set.Key == "account") != slices.Contains([]string{"account:admin", "account:user"}, key) {
			t.Errorf("%q is %s", x.name, r.Key)
		}
	}
}

// Five thousand people, by pages of fifty: everybody once, the owner first.
func TestMembersByPage(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	modelstest.People(t, s, a, 5000, "'Person ' || n % 300", "member:full_viewer")
	g, seen, after := modelstest.GrantOf(t, s, ada, "members", a.ID), map[uuid.UUID]bool{}, ""
	start := time.Now()
	for pages := 1; ; pages++ {
		all, err := s.Members(ctx, g, people.Filter{After: after})
		if err != nil {
			t.Fatal(err)
		}
		if pages == 1 && (!all[0].Owner || all[0].Name != "Ada" || all[0].Roles != nil) {
			t.Errorf("the first is %+v", all[0])
		}
		more := len(all) > people.MemberPage
		for _, m := range all[:min(len(all), people.MemberPage)] {
			if seen[m.ID] {
				t.Fatalf("%s stands twice", m.Email)
			}
			seen[m.ID] = true
		}
		if !more {
			break
		}
		after = all[people.MemberPage-1].Cursor()
	}
	t.Logf("%d people in %v", len(seen), time.Since(start))
	if len(seen) != 5001 {
		t.Errorf("%d people", len(seen))
	}
	if all, err := s.Members(ctx, g, people.Filter{Search: "4711@"}); err != nil || len(all) != 1 {
		t.Errorf("found %d: %v", len(all), err)
	}
}
