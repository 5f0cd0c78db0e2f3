package authz

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

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
	Role    catalog.RoleID // of the catalog; zero where Custom names the role
	Custom  uuid.UUID
	// Until is when it ends, to the second: from then on it is as if it were not
	// there. Zero is never.
	Until time.Time
}

// Principal is what a snapshot is told of one principal.
type Principal struct {
	ID PrincipalID
	// Active is false of a suspended or removed principal, who may do nothing.
	Active bool
	// In is the tenant that all assignments are in: what a member holds in others stays
	// as it is. Zero is for all that they hold.
	In uuid.UUID
	// Assignments of a subuser or a service account are all in one account, and
	// never ownership; told otherwise, it holds nothing.
	Assignments []Assignment
}

// principal is a Principal with its accounts resolved. Most hold one role, which
// then needs no memory of its own.
type principal struct {
	several *[]held // by account, then role; nil where one is enough
	account Account // of the one, or NoAccount
	role    uint16  // of the one, which has no end
	active  bool
	reaches bool // a role may give something below the account where it is held
}

type held struct {
	account Account
	role    catalog.RoleID // of the catalog, or of the snapshot's own after those
	until   seconds
}

// seconds since 1970, as far as 2106.
type seconds uint32

const never = seconds(math.MaxUint32)

func secondsAt(t time.Time) seconds {
	return seconds(max(0, min(t.Unix(), int64(never)-1)))
}

func (t seconds) time() time.Time { return time.Unix(int64(t), 0).UTC() }

// held gives all roles held; one is room for a single one.
func (p *principal) held(one *[1]held) []held {
	switch {
	case p.several != nil:
		return *p.several
	case p.account == NoAccount:
		return nil
	}
	one[0] = held{p.account, catalog.RoleID(p.role), never}
	return one[:]
}

// few is how many are faster looked through than searched.
const few = 8

// heldAt narrows what is held to one account.
func heldAt(all []held, a Account) []held {
	byAccount := func(h held, a Account) int { return cmp.Compare(h.account, a) }
	lo, _ := slices.BinarySearchFunc(all, a, byAccount)
	hi, _ := slices.BinarySearchFunc(all[lo:], a+1, byAccount)
	return all[lo : lo+hi]
}
