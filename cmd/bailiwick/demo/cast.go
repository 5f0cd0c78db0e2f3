// Package demo makes the demo cast: an agency with sub-accounts, people with
// different rights in them, an account that is none of their business, and what
// they keep in the panel. Everything is made through the verbs of models.
package demo

import (
	"bailiwick/models/account"
	"bailiwick/models/login"
	persons "bailiwick/models/people"
	"bailiwick/models/store"

	"context"
	"errors"
	"fmt"

	"bailiwick/authz"
	"bailiwick/models"
)

// Password is what everybody of the cast signs in with.
const Password = "demo password 2026"

// ErrNotEmpty is for an installation where somebody has a login already.
var ErrNotEmpty = errors.New("there are logins already: the demo cast is made in an empty installation only")

// Cast is the demo installation: who can sign in how, and where.
type Cast struct {
	Logins   []Login
	Accounts map[string]account.Account // by name, bulk and personal ones left out
}

// Login is one way to sign in.
type Login struct {
	Name     string // of the person or subuser
	Account  string // name of the account where the login holds its role, or "the installation"
	Role     string // with its set, such as "Subuser role: Admin", or a duty
	Door     string // path of the sign-in page
	User     string // e-mail address of a member, name of a subuser
	Password string
}

// Names of the accounts of the cast.
const (
	analytical   = "Analytical"
	east         = "East"
	west         = "West"
	eastBerlin   = "East Berlin"
	malloryville = "Malloryville"
)

// Seed makes the cast and its records in an empty installation. Where there is
// any member already it does nothing and answers ErrNotEmpty. When it is cut
// short, what it made stays.
func Seed(ctx context.Context, s *models.Store) (Cast, error) {
	some, err := s.HasMembers(ctx)
	switch {
	case err != nil:
		return Cast{}, err
	case some:
		return Cast{}, ErrNotEmpty
	}
	sd := newSeed(ctx, s)
	sd.people()
	sd.confirm()
	sd.accounts()
	sd.memberships()
	sd.subusers()
	sd.records()
	if sd.err != nil {
		return Cast{}, sd.err
	}
	return Known(ctx, s)
}

// Known finds the cast of an earlier Seed: the logins that are still there. The
// cast is empty where there never was one.
func Known(ctx context.Context, s *models.Store) (Cast, error) {
	cast := Cast{Accounts: map[string]account.Account{}}
	for _, p := range people {
		m, err := s.MemberByEmail(ctx, p.email)
		if errors.Is(err, store.ErrNotFound) || err == nil && m.State != "active" {
			continue
		}
		if err != nil {
			return Cast{}, fmt.Errorf("find %s: %w", p.name, err)
		}
		if p.owns != "" {
			if err := cast.findAccounts(ctx, s, m, p.owns); err != nil {
				return Cast{}, err
			}
		}
		if _, ok := cast.Accounts[p.in]; ok {
			cast.Logins = append(cast.Logins, Login{
				Name: m.Name, Account: p.in, Role: roleTitle(s, p.role), Door: "/sign-in", User: m.Email, Password: Password,
			})
		}
		if p.duty != "" {
			cast.Logins = append(cast.Logins, Login{
				Name: m.Name, Account: "the installation", Role: "Staff: " + p.duty, Door: "/sign-in", User: m.Email, Password: Password,
			})
		}
	}
	err := cast.findSubusers(ctx, s)
	return cast, err
}

// findAccounts adds the account that a member of the cast owns, and the
// sub-accounts of the cast below it.
func (c *Cast) findAccounts(ctx context.Context, s *models.Store, owner login.Member, name string) error {
	mine, err := s.AccountsOf(ctx, authz.Self(owner.Actor()), owner.Principal(), name, false, 50)
	if err != nil {
		return fmt.Errorf("find the accounts of %s: %w", owner.Name, err)
	}
	for _, a := range mine {
		if a.Kind != "main" || a.Name != name || a.OwnerID != owner.ID {
			continue
		}
		c.Accounts[name] = a
		g, err := s.Access().Authorize(owner.Actor(), s.Catalog().Permission("sub_accounts"), a.ID)
		if err != nil {
			return err
		}
		// Ids grow with time, so the first in the order of the tree are the cast's.
		below, err := s.AccountsBelow(ctx, g, account.Filter{Limit: 10})
		if err != nil {
			return err
		}
		for _, b := range below {
			if _, known := c.Accounts[b.Name]; !known && (b.Name == east || b.Name == west || b.Name == eastBerlin) {
				c.Accounts[b.Name] = b
			}
		}
	}
	return nil
}

// findSubusers adds the subusers of the agency, where its owner may see them.
func (c *Cast) findSubusers(ctx context.Context, s *models.Store) error {
	home, ok := c.Accounts[analytical]
	if !ok {
		return nil
	}
	owner, err := s.MemberByEmail(ctx, people[0].email)
	if err != nil {
		return err
	}
	g, err := s.Access().Authorize(owner.Actor(), s.Catalog().Permission("subusers"), home.ID)
	if err != nil {
		return err
	}
	there, err := s.Subusers(ctx, g, persons.Filter{})
	if err != nil || there.LoginLink == "" {
		return err
	}
	byName := map[string]persons.Subuser{}
	for _, u := range there.Subusers {
		byName[u.Name] = u
	}
	for _, r := range subuserRoles(s) {
		u, ok := byName[loginName(r.Name)]
		if !ok || u.State != "active" {
			continue
		}
		c.Logins = append(c.Logins, Login{
			Name: u.Name, Account: analytical, Role: roleTitle(s, u.Roles...), Door: "/login/" + there.LoginLink, User: u.Name, Password: Password,
		})
	}
	return nil
}
