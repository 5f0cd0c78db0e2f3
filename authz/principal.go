// Package authz answers one question: may this principal use this permission
// at this account. It is pure: it reads an immutable snapshot of who holds what
// and of the account tree, and does no I/O.
package authz

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
)

// PrincipalKind tells people with a global login from logins of one account.
type PrincipalKind uint8

// The kinds of principal.
const (
	Member PrincipalKind = iota + 1
	Subuser
	ServiceAccount
	System // the installation's own command line
)

var kindNames = map[PrincipalKind]string{Member: "member", Subuser: "subuser", ServiceAccount: "service_account", System: "system"}

func (k PrincipalKind) String() string { return kindNames[k] }

// PrincipalID names a principal for good; ids are never used again.
type PrincipalID struct {
	Kind PrincipalKind
	ID   uuid.UUID
}

// String is `kind:id`, the form ParsePrincipal reads.
func (id PrincipalID) String() string { return id.Kind.String() + ":" + id.ID.String() }

// IsZero tells whether nobody is named.
func (id PrincipalID) IsZero() bool { return id.Kind == 0 }

// ParsePrincipal reads `kind:id`.
func ParsePrincipal(s string) (PrincipalID, error) {
	kind, id, _ := strings.Cut(s, ":")
	u, err := uuid.Parse(id)
	for k, name := range kindNames {
		if name == kind && err == nil {
			return PrincipalID{k, u}, nil
		}
	}
	return PrincipalID{}, fmt.Errorf("%q is not a principal: write member:<id>, subuser:<id> or service_account:<id>", s)
}

// Assignment is a role held at an account.
type Assignment struct {
	Account uuid.UUID
	Role    catalog.RoleID
}

// Principal is what a snapshot is told of one principal.
type Principal struct {
	ID PrincipalID
	// Active is false of a suspended or removed principal, who may do nothing.
	Active      bool
	Assignments []Assignment
}

// principal is a Principal with its accounts resolved.
type principal struct {
	id     PrincipalID
	active bool
	held   []held // by account, then role
}

type held struct {
	account Account
	role    catalog.RoleID
}

// at gives the roles held at a.
func (p *principal) at(a Account) []held {
	if len(p.held) <= 8 {
		lo := 0
		for lo < len(p.held) && p.held[lo].account < a {
			lo++
		}
		hi := lo
		for hi < len(p.held) && p.held[hi].account == a {
			hi++
		}
		return p.held[lo:hi]
	}
	lo, _ := slices.BinarySearchFunc(p.held, a, func(h held, a Account) int { return cmp.Compare(h.account, a) })
	hi := lo
	for hi < len(p.held) && p.held[hi].account == a {
		hi++
	}
	return p.held[lo:hi]
}
