package authz

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bailiwick/catalog"
)

// ErrDenied is in the chain of every refusal.
var ErrDenied = errors.New("denied")

// Actor is who acts, with the name that the audit keeps.
type Actor struct {
	ID      PrincipalID
	Name    string
	Address string // where the request came from, empty for the command line
	// OneStep is when the session began, if a password alone began it; zero otherwise.
	OneStep time.Time
	Idle    time.Duration // the longest that the session went unused; zero without one
	Scope   *Scope        // of the key that they come with; nil without one
}

// Resource is what a permission is used on: an account, or one thing in it.
type Resource struct {
	Tenant, Account uuid.UUID
	Kind            string    // of the thing, empty for the account itself
	ID              uuid.UUID // of the thing, zero for the account itself
}

// Grant is proof that one actor may use one permission on one resource. Only
// this package makes one that Covers anything.
type Grant struct {
	actor      Actor
	permission catalog.Permission
	resource   Resource
	because    string
	self       bool
	system     bool
	lent       bool
}

// Actor is who was allowed.
func (g Grant) Actor() Actor { return g.actor }

// Permission is what was allowed; zero in a grant about oneself.
func (g Grant) Permission() catalog.Permission { return g.permission }

// Resource is on what.
func (g Grant) Resource() Resource { return g.resource }

// Because is the role and place that gave it, for the audit.
func (g Grant) Because() string { return g.because }

// IsLent tells whether nothing but a role that is lent, support access, gave it.
func (g Grant) IsLent() bool { return g.lent }

// IsSystem is true of the installation's own command line.
func (g Grant) IsSystem() bool { return g.system }

// Covers tells whether the grant was given for exactly this.
func (g Grant) Covers(p catalog.Permission, r Resource) bool {
	if g.system {
		return true
	}
	return p != 0 && g.permission == p && g.resource == r
}

// CoversSelf tells whether the grant lets the principal act on themselves.
func (g Grant) CoversSelf(id PrincipalID) bool { return (g.self || g.system) && g.actor.ID == id }

// On narrows a grant for an account to one thing in it.
func (g Grant) On(kind string, id uuid.UUID) Grant {
	g.resource.Kind, g.resource.ID = kind, id
	return g
}

// Denial says who was refused what, and why.
type Denial struct {
	Actor      Actor
	Permission catalog.Permission
	Resource   Resource
	Decision   Decision
}

func (d *Denial) Error() string {
	return fmt.Sprintf("%s: permission %d at %s: %s", d.Actor.ID, d.Permission, d.Resource.Account, d.Decision.Reason)
}

// Unwrap makes errors.Is(err, ErrDenied) true.
func (d *Denial) Unwrap() error { return ErrDenied }

// Authorize gives a grant for the account, or a *Denial.
func (s *Snapshot) Authorize(actor Actor, p catalog.Permission, account uuid.UUID) (Grant, error) {
	a, ok := s.Find(account)
	if !ok {
		a = NoAccount
	}
	d := s.Decide(s.Acting(actor), p, a)
	r := Resource{Account: account}
	if ok {
		r.Tenant = s.Tenant(a)
	}
	if !d.Allow {
		return Grant{}, &Denial{actor, p, r, d}
	}
	return Grant{actor: actor, permission: p, resource: r, because: s.because(d), lent: s.Role(d.Role).Lent}, nil
}

func (s *Snapshot) because(d Decision) string {
	return fmt.Sprintf("%s %s at %s", d.Reason, s.Role(d.Role).Key, s.ID(d.HeldAt))
}

// Self is a grant to act on oneself, for whoever is signed in. Who comes with a key
// acts on nobody's login.
func Self(actor Actor) Grant {
	return Grant{actor: actor, self: actor.Scope == nil, because: "oneself"}
}

// SystemGrant covers everything. The command line and sign-up, which no account
// guards, use it; its reason is kept by the audit.
func SystemGrant(reason string) Grant {
	return Grant{actor: Actor{ID: PrincipalID{Kind: System}, Name: "bailiwick"}, system: true, because: reason}
}
