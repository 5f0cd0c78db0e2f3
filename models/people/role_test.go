package people_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// Grace is a custom Listener of the agency and, until Friday 18:00, its Admin.
// The roles are those that a node that starts now would read.
func TestCustomRolesAndTheirEnds(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	friday := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	now := friday.Add(-time.Hour)
	modelstest.Inside(s).SetClock(func() time.Time { return now })
	grace := modelstest.Person(t, s, "Grace")
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "admin"); err != nil {
		t.Fatal(err)
	}
	listener, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), "Listener", "member:reporting_viewer", []string{"calls"})
	if err != nil {
		t.Fatal(err)
	}
	err = modelstest.Ground(s).In(ctx, store.TenantScope(a.ID), func(db *gorm.DB) error {
		return db.Exec("UPDATE memberships SET roles = ? WHERE member_id = ?", store.TextList{listener.Key(), store.RoleUntil(store.AdminKey, friday)}, grace.ID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := modelstest.Inside(s).Load(ctx); err != nil {
		t.Fatal(err)
	}
	may := func(permission string) bool {
		snap := s.Access()
		at, _ := snap.Find(a.ID)
		return snap.Decide(snap.Who(grace.Principal()), modelstest.Ground(s).Catalog().Permission(permission), at).Allow
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
	if _, err := s.Access().Authorize(grace.Actor(), modelstest.Ground(s).Catalog().Permission("roles.edit"), a.ID); err == nil {
		t.Error("a grant comes of a role that has ended")
	}
}

// Grace may make a role of what she may do herself. With a grant for that alone
// she can not make one that reads the keys.
func TestARoleIsWithinWhatItsMakerMayGrant(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	grace := modelstest.Person(t, s, "Grace")
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "user"); err != nil {
		t.Fatal(err)
	}
	maker, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), "Role maker", "member:full_editor", []string{"roles", "roles.edit", "calls"})
	if err != nil {
		t.Fatal(err)
	}
	err = modelstest.Ground(s).In(ctx, store.TenantScope(a.ID), func(db *gorm.DB) error {
		return db.Exec("UPDATE memberships SET roles = ? WHERE member_id = ?", store.TextList{maker.Key()}, grace.ID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := modelstest.Inside(s).Load(ctx); err != nil {
		t.Fatal(err)
	}
	g, err := s.Access().Authorize(grace.Actor(), modelstest.Ground(s).Catalog().Permission("roles.edit"), a.ID)
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

func problemsOf(err error) store.Problems {
	p, _ := err.(store.Problems)
	return p
}

// Held is the one who has a role in an effect.
func held(e people.RoleEffect, t *testing.T, m login.Member) people.RoleHolder {
	t.Helper()
	for _, h := range e.Holders {
		if h.ID == m.Principal() {
			return h
		}
	}
	t.Fatalf("%s does not have the role", m.Name)
	return people.RoleHolder{}
}

func may(t *testing.T, s *models.Store, m login.Member, permission string, account uuid.UUID) bool {
	t.Helper()
	snap := s.Access()
	at, _ := snap.Find(account)
	return snap.Decide(snap.Who(m.Principal()), modelstest.Ground(s).Catalog().Permission(permission), at).Allow
}

// Grace and Barbara are Listeners; Barbara is a full viewer besides. An edit is
// done by whoever saw what it does to them, and not where that has changed.
func TestAnEditOfARoleIsSeenFirst(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	grace, barbara, edsger := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara"), modelstest.Person(t, s, "Edsger")
	roles, add := modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), modelstest.GrantOf(t, s, ada, "members.add", a.ID)
	r, err := s.CreateRole(ctx, roles, "Listener", "member:full_editor", []string{"calls"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, add, grace.ID, r.Key()); err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, add, barbara.ID, r.Key(), "full_viewer"); err != nil {
		t.Fatal(err)
	}
	wider := []string{"logs", "calls.tag"}
	e, err := s.EffectOfEdit(ctx, r, wider)
	if err != nil {
		t.Fatal(err)
	}
	g, b := held(e, t, grace), held(e, t, barbara)
	if !g.Gain.Has(modelstest.Ground(s).Catalog().Permission("logs")) || !g.Lose.Has(modelstest.Ground(s).Catalog().Permission("calls")) || b.Gain.Has(modelstest.Ground(s).Catalog().Permission("logs")) || !b.Lose.Empty() {
		t.Errorf("Grace %v, Barbara %v", g, b)
	}
	if _, err := s.EditRole(ctx, roles, r.ID, "Listener", wider, ""); !errors.Is(err, people.ErrUnseen) {
		t.Errorf("an edit that nobody saw: %v", err)
	}
	if err := s.AddMember(ctx, add, edsger.ID, r.Key()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.EditRole(ctx, roles, r.ID, "Listener", wider, e.Key); !errors.Is(err, people.ErrUnseen) {
		t.Errorf("an edit whose effect is another now: %v", err)
	}
	if e, err = s.EffectOfEdit(ctx, r, wider); err != nil {
		t.Fatal(err)
	}
	before := r.Version()
	will, err := s.EditRole(ctx, roles, r.ID, "Reader of logs", wider, e.Key)
	if err != nil || will.Version() == before || may(t, s, grace, "calls", a.ID) || !may(t, s, grace, "logs", a.ID) {
		t.Errorf("the edit: %v", err)
	}
	if _, err := s.EditRole(ctx, roles, r.ID, "Reader", wider, ""); err != nil {
		t.Errorf("a new name is not free: %v", err)
	}
}

// Grace may make roles, and nothing of what the keys give.
func TestARoleIsChangedWithinWhatOneMayGrant(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	grace, edsger := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Edsger")
	adas, add := modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), modelstest.GrantOf(t, s, ada, "members.add", a.ID)
	make := func(g authz.Grant, name string, permissions ...string) store.CustomRole {
		t.Helper()
		r, err := s.CreateRole(ctx, g, name, "member:full_editor", permissions)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	maker, keys := make(adas, "Maker", "roles", "roles.edit", "calls", "call_rules", "call_rules.edit"), make(adas, "Keys", "calls", "api_keys")
	if err := s.AddMember(ctx, add, grace.ID, maker.Key()); err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, add, edsger.ID, keys.Key(), "admin"); err != nil {
		t.Fatal(err)
	}
	own := modelstest.GrantOf(t, s, grace, "roles.edit", a.ID)
	_, err = s.EditRole(ctx, own, keys.ID, "Keys", []string{"calls"}, "")
	modelstest.RefusedAt(t, err, "", "more than you can give")
	modelstest.RefusedAt(t, s.DeleteRole(ctx, own, keys.ID, "", ""), "", "more than you can give")
	if _, err := s.EditRole(ctx, own, keys.ID, "Clefs", []string{"calls", "api_keys"}, ""); err != nil {
		t.Errorf("a new name: %v", err)
	}
	listener := make(own, "Listener", "calls")
	_, err = s.EditRole(ctx, own, listener.ID, "Listener", []string{"calls", "api_keys", "members.edit"}, "")
	modelstest.RefusedAt(t, err, "permission", "which you don't have here")
	for field, wrong := range map[string][]string{"permission": {"flying"}, "name": nil} {
		name := "Listener"
		if field == "name" {
			name, wrong = " ", []string{"calls"}
		}
		_, err := s.EditRole(ctx, own, listener.ID, name, wrong, "")
		modelstest.RefusedAt(t, err, field, "")
	}
	// What somebody else has besides is not the question.
	if err := s.EditMember(ctx, modelstest.GrantOf(t, s, ada, "members.edit", a.ID), edsger.ID, "admin", listener.Key()); err != nil {
		t.Fatal(err)
	}
	e, err := s.EffectOfEdit(ctx, listener, []string{"call_rules"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.EditRole(ctx, own, listener.ID, "Listener", []string{"call_rules"}, e.Key); err != nil {
		t.Errorf("a role of somebody who can do more: %v", err)
	}
	if _, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", subs[0].ID), "Chief", "account:main_admin", []string{"calls"}); problemsOf(err)["base"] == "" {
		t.Errorf("a role of a main account in a sub-account: %v", err)
	}
	if _, err := s.EditRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", subs[0].ID), listener.ID, "Mine", []string{"calls"}, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a role of the account above: %v", err)
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", subs[0].ID), grace.ID, listener.Key()); problemsOf(err)["role"] == "" {
		t.Errorf("a role of the account above is given below: %v", err)
	}
}

// Grace is Admin and has a role that she edits: what an Admin only sees in
// sub-accounts she would change there.
func TestNobodyLiftsThemselvesByARoleTheyHave(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	if _, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"}); err != nil {
		t.Fatal(err)
	}
	grace := modelstest.Person(t, s, "Grace")
	g := modelstest.GrantOf(t, s, ada, "roles.edit", a.ID)
	r, err := s.CreateRole(ctx, g, "Listener", "member:full_editor", []string{"calls"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "admin", r.Key()); err != nil {
		t.Fatal(err)
	}
	own := modelstest.GrantOf(t, s, grace, "roles.edit", a.ID)
	wider := []string{"calls", "call_rules", "call_rules.edit"}
	_, err = s.EditRole(ctx, own, r.ID, "Listener", wider, "")
	modelstest.RefusedAt(t, err, "permission", "gives “Call rules: edit” in sub-accounts, which you don't have there")
	if _, err := s.EditRole(ctx, own, r.ID, "Listener", []string{"calls", "calls.tag"}, ""); !errors.Is(err, people.ErrUnseen) {
		t.Errorf("what she can do anyway: %v", err)
	}
	edit := modelstest.GrantOf(t, s, ada, "members.edit", a.ID)
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), modelstest.Person(t, s, "Alan").ID, "admin"); err != nil {
		t.Fatal(err)
	}
	if err := s.EditMember(ctx, edit, grace.ID, store.RoleUntil("full_editor", s.Now().Add(time.Hour)), r.Key()); err != nil {
		t.Fatal(err)
	}
	_, err = s.EditRole(ctx, modelstest.GrantOf(t, s, grace, "roles.edit", a.ID), r.ID, "Listener", wider, "")
	modelstest.RefusedAt(t, err, "permission", "nobody gives themselves more")
}

// Of the four who have the role, Grace has nothing else, Barbara is a viewer too,
// Edsger had it until Friday, and dev is a subuser of another role.
func TestNobodyIsLeftWithoutARole(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	move := modelstest.Stand(s, modelstest.Friday.Add(-time.Hour))
	grace, barbara, edsger := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara"), modelstest.Person(t, s, "Edsger")
	roles, add := modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), modelstest.GrantOf(t, s, ada, "members.add", a.ID)
	r, err := s.CreateRole(ctx, roles, "Listener", "member:full_editor", []string{"calls"})
	if err != nil {
		t.Fatal(err)
	}
	saturday := modelstest.Friday.Add(24 * time.Hour)
	for _, x := range []struct {
		m     login.Member
		roles []string
	}{{grace, []string{store.RoleUntil(r.Key(), saturday)}}, {barbara, []string{r.Key(), "full_viewer"}}, {edsger, []string{store.RoleUntil(r.Key(), modelstest.Friday)}}} {
		if err := s.AddMember(ctx, add, x.m.ID, x.roles...); err != nil {
			t.Fatal(err)
		}
	}
	newton := modelstest.Person(t, s, "Newton")
	made, err := s.Invite(ctx, add, []string{newton.Email}, []string{r.Key()})
	if err != nil {
		t.Fatal(err)
	}
	move(modelstest.Friday)
	e, err := s.EffectOfDelete(ctx, r, "")
	if err != nil || len(e.Holders) != 3 || e.Alone() != 2 || e.Invites != 1 || !held(e, t, edsger).Same() {
		t.Fatalf("%+v: %v", e, err)
	}
	modelstest.RefusedAt(t, s.DeleteRole(ctx, roles, r.ID, "", e.Key), "instead", "have no other")
	modelstest.RefusedAt(t, s.DeleteRole(ctx, roles, r.ID, "Developer", e.Key), "instead", "not a role that a member can have")
	modelstest.RefusedAt(t, s.DeleteRole(ctx, roles, r.ID, r.Key(), e.Key), "instead", "to be deleted")
	if err := s.DeleteRole(ctx, roles, r.ID, "reporting_viewer", e.Key); !errors.Is(err, people.ErrUnseen) {
		t.Errorf("a replacement that nobody saw: %v", err)
	}
	if e, err = s.EffectOfDelete(ctx, r, "reporting_viewer"); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteRole(ctx, roles, r.ID, "reporting_viewer", e.Key); err != nil {
		t.Fatal(err)
	}
	for m, want := range map[*login.Member]string{
		&grace: "member:reporting_viewer until 2026-11-28T18:00:00Z", &barbara: "member:full_viewer", &edsger: "member:reporting_viewer until 2026-11-27T18:00:00Z",
	} {
		got, err := s.Member(ctx, a.ID, a.ID, m.ID)
		if err != nil || len(got.Roles) != 1 || got.Roles[0].Stored() != want {
			t.Errorf("%s has %v, want %s: %v", m.Name, got.Roles, want, err)
		}
	}
	if !may(t, s, grace, "calls", a.ID) || may(t, s, edsger, "calls", a.ID) {
		t.Error("the snapshot does not have what is stored")
	}
	_, err = s.AcceptInvite(ctx, authz.Self(newton.Actor()), made[0].Token)
	modelstest.RefusedAt(t, err, "", "deleted meanwhile")
	if _, err := s.VerifyAudit(ctx, a.ID, a.ID); err != nil {
		t.Error(err)
	}
}

// Barbara is given the role at the moment in which it is deleted. Whoever is
// faster, she never has it alone and gone.
func TestARoleIsGivenWhileItIsDeleted(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, a account.Account) (violations int) {
		ctx := context.Background()
		barbara := modelstest.Person(t, s, "Barbara")
		roles, add, remove := modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), modelstest.GrantOf(t, s, ada, "members.add", a.ID), modelstest.GrantOf(t, s, ada, "members.remove", a.ID)
		for i := range 100 {
			r, err := s.CreateRole(ctx, roles, fmt.Sprint("Listener ", i), "member:full_viewer", []string{"calls"})
			if err != nil {
				t.Fatal(err)
			}
			none, err := s.EffectOfDelete(ctx, r, "")
			if err != nil {
				t.Fatal(err)
			}
			_ = modelstest.Together(
				func() error { return s.AddMember(ctx, add, barbara.ID, r.Key()) },
				func() error { return s.DeleteRole(ctx, roles, r.ID, "", none.Key) })
			if err := modelstest.Inside(s).Load(ctx); err != nil {
				t.Fatal(err)
			}
			m, err := s.Member(ctx, a.ID, a.ID, barbara.ID)
			switch {
			case errors.Is(err, store.ErrNotFound):
				continue
			case err != nil:
				t.Fatal(err)
			case len(m.Roles) == 0:
				violations++
			}
			if err := s.RemoveMember(ctx, remove, barbara.ID); err != nil {
				t.Fatal(err)
			}
		}
		return violations
	})
}

// A role is widened by somebody who saw that nobody has it, at the moment in
// which Barbara gets it: then it is not widened.
func TestARoleIsEditedWhileItIsGiven(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	barbara := modelstest.Person(t, s, "Barbara")
	roles, add, remove := modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), modelstest.GrantOf(t, s, ada, "members.add", a.ID), modelstest.GrantOf(t, s, ada, "members.remove", a.ID)
	first, unseen := 0, 0
	for i := range 100 {
		r, err := s.CreateRole(ctx, roles, fmt.Sprint("Listener ", i), "member:full_viewer", []string{"calls"})
		if err != nil {
			t.Fatal(err)
		}
		var edited, given error
		_ = modelstest.Together(
			func() error {
				_, edited = s.EditRole(ctx, roles, r.ID, r.Name, []string{"calls", "logs"}, "")
				return edited
			},
			func() error { given = s.AddMember(ctx, add, barbara.ID, r.Key()); return given })
		switch wide := may(t, s, barbara, "logs", a.ID); {
		case given != nil:
			t.Fatal(given)
		case edited == nil && wide:
			first++
		case errors.Is(edited, people.ErrUnseen) && !wide:
			unseen++
		default:
			t.Fatalf("edited %v, and logs %v", edited, wide)
		}
		if err := s.RemoveMember(ctx, remove, barbara.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteRole(ctx, roles, r.ID, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d edits came first, %d too late", first, unseen)
}

// Five thousand people have the role: what an edit does to them is said, and the
// role is deleted, within what a request may take.
func TestARoleThatManyHave(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	roles := modelstest.GrantOf(t, s, ada, "roles.edit", a.ID)
	r, err := s.CreateRole(ctx, roles, "Listener", "member:full_editor", []string{"calls"})
	if err != nil {
		t.Fatal(err)
	}
	modelstest.People(t, s, a, 5000, "'Person ' || n", r.Key())
	if err := modelstest.Inside(s).Load(ctx); err != nil {
		t.Fatal(err)
	}
	took := func(what string, start time.Time) {
		if d := time.Since(start); d > time.Minute {
			t.Errorf("%s took %v", what, d)
		} else {
			t.Logf("%s took %v", what, d)
		}
	}
	start := time.Now()
	e, err := s.EffectOfEdit(ctx, r, []string{"logs"})
	if err != nil || len(e.Holders) != 5000 || e.Holders[4711].Same() {
		t.Fatal(len(e.Holders), err)
	}
	took("the effect", start)
	start = time.Now()
	if r, err = s.EditRole(ctx, roles, r.ID, r.Name, []string{"logs"}, e.Key); err != nil {
		t.Fatal(err)
	}
	took("the edit", start)
	if e, err = s.EffectOfDelete(ctx, r, "reporting_viewer"); err != nil || e.Alone() != 5000 {
		t.Fatal(e.Alone(), err)
	}
	start = time.Now()
	if err := s.DeleteRole(ctx, roles, r.ID, "reporting_viewer", e.Key); err != nil {
		t.Fatal(err)
	}
	took("the deletion", start)
	snap := s.Access()
	at, _ := snap.Find(a.ID)
	if !snap.Decide(snap.Who(e.Holders[4711].ID), modelstest.Ground(s).Catalog().Permission("calls"), at).Allow {
		t.Error("one of the many does not have the role instead")
	}
}
