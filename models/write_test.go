package models_test

import (
	"context"
	"errors"
	"testing"

	"bailiwick/authz"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// TestWriteDoorTakesItsOwnGrantAlone tries grants that are real, for something else.
func TestWriteDoorTakesItsOwnGrantAlone(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	made, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East", "West"})
	if err != nil {
		t.Fatal(err)
	}
	in := people.SubuserInput{Name: "charles", Roles: []string{"Developer"}, Link: true}
	for name, g := range map[string]authz.Grant{
		"another permission": modelstest.GrantOf(t, s, ada, "subusers", a.ID),
		"no permission":      {},
		"oneself":            authz.Self(ada.Actor()),
	} {
		if _, err := s.CreateSubuser(ctx, g, in); !errors.Is(err, authz.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	u, err := s.CreateSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_create", made[0].ID), in)
	if err != nil {
		t.Fatal(err)
	}
	// A grant for West does not reach a subuser of East.
	if err := s.DeleteSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_edit", made[1].ID), u.Subuser.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a sibling's grant: %v", err)
	}
}

// TestGrantDoesNotOutliveItsRight uses a grant after the role that gave it was taken.
func TestGrantDoesNotOutliveItsRight(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	grace, _, err := s.SignUp(ctx, "Grace", "grace@example.com", "four plain english words")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), grace.ID, "member:full_editor"); err != nil {
		t.Fatal(err)
	}
	stale := modelstest.GrantOf(t, s, grace, "sub_accounts.create", a.ID)
	if err := s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", a.ID), grace.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateSubAccounts(ctx, stale, []string{"Late"}); !errors.Is(err, authz.ErrDenied) {
		t.Errorf("a removed member makes a sub-account: %v", err)
	}
}
