package login_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// Whoever's password was right signs in no more once it is replaced, or once the
// login is closed to them, however little time lies between.
func TestASignInOutlivesNoChangeOfItsPassword(t *testing.T) {
	ctx := context.Background()
	s, ada, root := modelstest.Agency(t)
	g := modelstest.GrantOf(t, s, ada, "subuser_create", root.ID)
	made, err := s.CreateSubuser(ctx, g, people.SubuserInput{Name: "charles", Roles: []string{"Developer"}, Password: adasPassword})
	if err != nil {
		t.Fatal(err)
	}
	edit := modelstest.GrantOf(t, s, ada, "subuser_edit", root.ID)
	charles := made.Subuser.ID
	katherine := func() login.Login {
		t.Helper()
		m, _, err := s.SignUp(ctx, "Katherine", uuid.NewString()+"@example.com", adasPassword)
		if err == nil {
			m, err = s.SignInMember(ctx, m.Email, adasPassword)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m.Login()
	}
	subuser := func() login.Login {
		t.Helper()
		if _, err := s.ResetSubuserPassword(ctx, edit, charles, adasPassword, false); err != nil {
			t.Fatal(err)
		}
		u, err := s.SignInSubuser(ctx, made.LoginLink, "charles", adasPassword)
		if err != nil {
			t.Fatal(err)
		}
		return u.Login()
	}
	self := func(l login.Login) (authz.Grant, login.Session) {
		var m login.Member
		if err := modelstest.Ground(s).One(ctx, store.ScopeSelf, []any{&m.ID, &m.Name, &m.Email}, "SELECT id, name, email FROM members WHERE id = $1", l.Principal.ID); err != nil {
			t.Fatal(err)
		}
		return authz.Self(m.Actor()), login.Session{Principal: l.Principal, Email: m.Email}
	}
	for _, c := range []struct {
		name   string
		who    func() login.Login
		change func(login.Login) error
	}{
		{"a member changes it", katherine, func(l login.Login) error {
			g, x := self(l)
			return s.ChangePassword(ctx, g, x, adasPassword, another)
		}},
		{"a member resets it", katherine, func(l login.Login) error {
			_, x := self(l)
			if err := s.AskReset(ctx, x.Email); err != nil {
				return err
			}
			return s.ResetPassword(ctx, modelstest.Mailbox(t, s, letter.Reset, x.Email)[0], another)
		}},
		{"a member closes the login", katherine, func(l login.Login) error {
			g, x := self(l)
			return s.CloseLogin(ctx, g, x.Email)
		}},
		{"a subuser's is reset", subuser, func(login.Login) error {
			_, err := s.ResetSubuserPassword(ctx, edit, charles, another, false)
			return err
		}},
		{"a subuser gets a link", subuser, func(login.Login) error {
			_, err := s.ResetSubuserPassword(ctx, edit, charles, "", true)
			return err
		}},
		{"a subuser is suspended", subuser, func(login.Login) error { return s.SuspendSubuser(ctx, edit, charles) }},
		{"a subuser is deleted", func() login.Login {
			if err := s.ResumeSubuser(ctx, edit, charles); err != nil {
				t.Fatal(err)
			}
			return subuser()
		}, func(login.Login) error { return s.DeleteSubuser(ctx, edit, charles) }},
	} {
		t.Run(c.name, func(t *testing.T) { signsInNoMore(t, s, c.who(), c.change) })
	}
}

// signsInNoMore makes a change between the check of a password and what it opens.
func signsInNoMore(t *testing.T, s *models.Store, l login.Login, change func(login.Login) error) {
	t.Helper()
	ctx := context.Background()
	if _, err := s.StartSession(ctx, l, "", ""); err != nil {
		t.Fatal(err)
	}
	if err := change(l); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StartSession(ctx, l, "", ""); !errors.Is(err, store.ErrSignIn) {
		t.Errorf("the password of before starts a session: %v", err)
	}
	if _, err := s.StartHalfSignIn(ctx, l, "/"); !errors.Is(err, store.ErrSignIn) {
		t.Errorf("the password of before waits for a code: %v", err)
	}
}

// A sign-in that comes while its password is being replaced waits, and is refused
// then; whatever way in it is by.
func TestASignInWaitsForTheChangeOfItsPassword(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	for name, do := range map[string]func() error{
		"a session":   func() error { _, err := s.StartSession(ctx, ada.Login(), "", ""); return err },
		"half of one": func() error { _, err := s.StartHalfSignIn(ctx, ada.Login(), "/"); return err },
	} {
		if err := meanwhile(t, s, ada, "password_hash = password_hash || ' '", do); !errors.Is(err, store.ErrSignIn) {
			t.Errorf("%s began beside the new password: %v", name, err)
		}
		ada.PasswordHash += " "
	}
	if n := liveSessions(t, s, ada); n != 0 {
		t.Errorf("%d sessions", n)
	}
	key := addPasskey(t, s, ada, "phone")
	if err := meanwhile(t, s, ada, "state = 'closed'", func() error {
		_, err := s.SignInByPasskey(ctx, key, key, "", "")
		return err
	}); !errors.Is(err, store.ErrSignIn) {
		t.Errorf("a passkey signs in beside the login being closed: %v", err)
	}
}

// What a session was about to add to the login does not come after the login was
// taken back.
func TestAnEndedSessionAddsNothingToItsLogin(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	x, self := modelstest.Visit(t, s, ada), authz.Self(ada.Actor())
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	if err := s.ResetPassword(ctx, modelstest.Mailbox(t, s, letter.Reset, ada.Email)[0], another); err != nil {
		t.Fatal(err)
	}
	if err := s.AddPasskey(ctx, self, x, login.Passkey{Name: "phone", CredentialID: []byte("phone"), Credential: []byte("{}")}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a passkey is added: %v", err)
	}
	if err := s.AskEmailChange(ctx, self, x, "ada@new.example", another); !errors.Is(err, store.ErrConflict) {
		t.Errorf("another address is asked for: %v", err)
	}
	if err := s.ChangePassword(ctx, self, x, another, adasPassword); !errors.Is(err, store.ErrConflict) {
		t.Errorf("the password is changed: %v", err)
	}
}

// addPasskey gives somebody a passkey that no device has.
func addPasskey(t *testing.T, s *models.Store, m login.Member, name string) (k login.Passkey) {
	t.Helper()
	ctx := context.Background()
	g, x := authz.Self(m.Actor()), login.Session{Principal: m.Principal(), Name: m.Name}
	if err := s.AddPasskey(ctx, g, x, login.Passkey{Name: name, CredentialID: []byte(uuid.NewString()), Credential: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	all, err := s.Passkeys(ctx, g, x)
	if err != nil {
		t.Fatal(err)
	}
	return all[len(all)-1]
}
