package authz

import (
	"iter"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
)

// Explanation is a decision in words, for pages and the command line. Accounts
// are ids; a caller names only those that the reader may see.
type Explanation struct {
	Title, Sentence string // of the permission; empty where there is no such permission
	Allow           bool
	Reason          string // one sentence
	// Role is the one that decided, held at HeldAt; nil where none did.
	Role   *catalog.Role
	HeldAt uuid.UUID
	// GivenBy are the roles that give the permission where they are held, by set;
	// those of the account's own come last.
	GivenBy []SetRoles
	// Missing are the entitlements that the account lacks.
	Missing []Missing
}

// SetRoles are some roles of one set.
type SetRoles struct {
	Set   *catalog.RoleSet
	Roles []*catalog.Role
}

// Missing is an entitlement and the nearest account, the one asked about or one
// above it, whose parent did not give it.
type Missing struct {
	Entitlement *catalog.Entitlement
	CutBy       uuid.UUID
}

// Explain puts a decision about p at a, made by this snapshot, into words.
func (s *Snapshot) Explain(d Decision, p catalog.Permission, a Account) Explanation {
	info := s.catalog.Info(p)
	x := Explanation{Title: info.Title, Sentence: info.Sentence, Allow: d.Allow, Role: s.Role(d.Role), HeldAt: s.ID(d.HeldAt)}
	for _, set := range s.catalog.Sets {
		in := SetRoles{Set: set}
		for _, r := range set.Roles {
			if r.Own.Has(p) {
				in.Roles = append(in.Roles, r)
			}
		}
		if in.Roles != nil {
			x.GivenBy = append(x.GivenBy, in)
		}
	}
	own := SetRoles{}
	for _, r := range s.CustomRoles(a) {
		if r.Own.Has(p) {
			own.Set, own.Roles = r.Set, append(own.Roles, r)
		}
	}
	if own.Roles != nil {
		x.GivenBy = append(x.GivenBy, own)
	}
	if d.Reason == CeilingLacks {
		// Below the account that cuts, nothing else is cut.
		for _, e := range s.catalog.Entitlements {
			if info.Needs.Covers(e.Bit) && !s.Ceiling(d.CutBy).Covers(e.Bit) {
				x.Missing = append(x.Missing, Missing{e, s.ID(s.CutBy(d.CutBy, e.Bit))})
			}
		}
	}
	place := "this account"
	if s.Ceiling(a).Covers(info.Needs&^s.catalog.OwnPeople()) && d.HeldAt != a {
		place = "the account where it is held"
	}
	x.Reason = x.sentence(d.Reason, place)
	return x
}

// sentence says why. Place is where an entitlement is missing, if one is.
func (x *Explanation) sentence(r Reason, place string) string {
	role := ""
	switch {
	case x.Role == nil:
	case x.Role.Owns():
		role = "Owning the account"
	default:
		role = x.Role.Label()
	}
	switch r {
	case UnknownPermission:
		return "There is no such permission."
	case UnknownPrincipal:
		return "Nobody of that name is known."
	case UnknownAccount:
		return "There is no such account."
	case PrincipalInactive:
		return "This login is suspended or was removed."
	case NoRoleHere:
		return "No role reaches this account."
	case AccountSuspended:
		return "This account, or one above it, is suspended."
	case RoleLacks:
		return role + " does not give it here."
	case CeilingLacks:
		var titles []string
		for _, m := range x.Missing {
			titles = append(titles, m.Entitlement.Title)
		}
		return role + " gives it, but " + place + " can't use " + strings.Join(titles, " and ") + "."
	case KeyLacks:
		return role + " gives it, but this key is for less."
	case ByRole:
		return role + ", held in this account, gives it."
	case ByRoleAbove:
		return role + ", held in an account above, gives it here."
	case ByOwnership:
		return "The owner of this account, or of one above it, may use it."
	}
	return ""
}

// WhoCan gives everyone who may use p at a, each once, those who hold a role
// nearest to a first, with the decision. Only those are given whose role is held
// at top or below it: somebody who belongs to a alone is shown those of a, and
// learns nothing of the people above. NoAccount is everyone. It looks at each
// holder of a role on the way up, so it is not for every request.
func (s *Snapshot) WhoCan(p catalog.Permission, a, top Account) iter.Seq2[PrincipalID, Decision] {
	return func(yield func(PrincipalID, Decision) bool) {
		seen := map[holder]bool{}
		for at := a; at != NoAccount; at = s.node(at).parent {
			for cell := s.node(at).holders; cell >= 0; {
				h := *s.holders.at(cell)
				cell, h.next = h.next, 0
				if seen[h] {
					continue
				}
				seen[h] = true
				found := s.principals[h.kind].rows.at(h.row)
				d := s.Decide(Who{p: &found.value}, p, a)
				if d.Allow && (top == NoAccount || s.Within(d.HeldAt, top)) && !yield(PrincipalID{h.kind, found.id}, d) {
					return
				}
			}
			if at == top {
				return
			}
		}
	}
}

// editing is the permission to change the roles of a kind of principal.
var editing = map[PrincipalKind]string{Member: "members.edit", Subuser: "subuser_edit", ServiceAccount: "service_accounts.edit"}

// Helpers gives those within top who can give p at a to a principal of the kind:
// who may change its roles and holds p too, or owns the account. Nobody can where
// the account itself lacks an entitlement.
func (s *Snapshot) Helpers(kind PrincipalKind, p catalog.Permission, a, top Account) iter.Seq[PrincipalID] {
	return func(yield func(PrincipalID) bool) {
		for id := range s.WhoCan(s.catalog.Permission(editing[kind]), a, top) {
			w := s.Who(id)
			may := s.Decide(w, p, a)
			if (may.Allow || may.Reason == RoleLacks && s.Owns(w, a)) && !yield(id) {
				return
			}
		}
	}
}
