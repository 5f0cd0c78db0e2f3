package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// HeldRole is a role as somebody has it, or is to have it: until it ends.
type HeldRole struct {
	*catalog.Role
	Until time.Time // zero: it does not end

	StoredKey string // as stored: Admin and User read by the account's kind
	name      string // as a form names it
}

// LongestRole is how far off the end of a role may lie.
const LongestRole = 5 * 365 * 24 * time.Hour

// Ended tells whether the role is over at a time.
func (r HeldRole) Ended(now time.Time) bool { return !r.Until.IsZero() && !now.Before(r.Until) }

// Stored is the role as a column holds it, with its end.
func (r HeldRole) Stored() string { return RoleUntil(r.StoredKey, r.Until) }

// StoredList are roles as a column holds them.
func StoredList(roles []HeldRole) (list RoleList) {
	for _, r := range roles {
		list = append(list, r.Stored())
	}
	return list
}

// AuditRoles are roles as the audit keeps them: those of an account's own with the
// name that they have now.
func AuditRoles(roles []HeldRole) (list []string) {
	for _, r := range roles {
		if r.Base != nil {
			r.StoredKey = r.Title + " (" + r.StoredKey + ")"
		}
		list = append(list, r.Stored())
	}
	return list
}

// Running are the roles that have not ended at a time.
func Running(roles []HeldRole, now time.Time) (all []*catalog.Role) {
	for _, r := range roles {
		if !r.Ended(now) {
			all = append(all, r.Role)
		}
	}
	return all
}

// Holding is where roles are held, and by whom. Service accounts have the roles of
// subusers.
type Holding struct {
	Account uuid.UUID
	Kind    string // of the account
	By      authz.PrincipalKind
}

// RoleNamed reads the name of a role that a member or a subuser can have in an
// account of the kind: one of the sets' tables, or `custom:<id>` of the account's
// own. It gives a sentence where there is none.
func (s *Store) RoleNamed(snap *authz.Snapshot, name string, account uuid.UUID, kind string, by authz.PrincipalKind) (r *catalog.Role, problem string) {
	held, problem := s.HeldRoleNamed(snap, name, Holding{account, kind, by})
	return held.Role, problem
}

// HeldRoleNamed reads the name of a role as RoleNamed does, with its end.
func (s *Store) HeldRoleNamed(snap *authz.Snapshot, name string, at Holding) (HeldRole, string) {
	if id, custom := strings.CutPrefix(name, customPrefix); custom {
		id, _ := uuid.Parse(id)
		r := snap.CustomRole(at.Account, id)
		if r == nil || (RoleFor(r) == authz.Member) != (at.By == authz.Member) {
			return HeldRole{}, "This account has no such role of its own, or it was deleted meanwhile."
		}
		return HeldRole{Role: r, StoredKey: r.Key}, ""
	}
	if at.By == authz.Member {
		r, key, problem := s.MemberRole(name, at.Kind)
		return HeldRole{Role: r, StoredKey: key}, problem
	}
	r := s.catalog.Role("subuser:" + name)
	if r == nil || !r.Grantable {
		return HeldRole{}, fmt.Sprintf("%q is not a role that a %s can have.", name, strings.ReplaceAll(at.By.String(), "_", " "))
	}
	return HeldRole{Role: r, StoredKey: r.Key}, ""
}

// RoleFor says who can have a role: one of an account's own is for those who can
// have its base.
func RoleFor(r *catalog.Role) authz.PrincipalKind {
	if r.Base != nil {
		r = r.Base
	}
	if r.Set.Key == "subuser" {
		return authz.Subuser
	}
	return authz.Member
}

// RolesNamed reads the roles that a form names, each by RoleNamed, with its end
// behind it as RoleUntil writes it. An end must lie ahead, unless it is the one
// that the role has already. Problems name role and `until.` with the name.
func (s *Store) RolesNamed(snap *authz.Snapshot, names []string, at Holding, was ...HeldRole) ([]HeldRole, Problems) {
	var given []HeldRole
	p, now := Problems{}, s.now()
	for _, named := range names {
		name, until := ReadRole(named)
		r, problem := s.HeldRoleNamed(snap, name, at)
		if problem != "" {
			p.Add("role", problem)
			continue
		}
		r.Until, r.name = until.Truncate(time.Second), name
		kept := slices.ContainsFunc(was, func(w HeldRole) bool { return w.StoredKey == r.StoredKey && w.Until.Equal(r.Until) })
		switch {
		case kept:
		case r.Ended(now):
			p.Add("until."+name, "This time has passed. Choose a later one, or none.")
		case r.Until.After(now.Add(LongestRole)):
			p.Add("until."+name, "Choose a time within the next five years, or none.")
		}
		if !slices.ContainsFunc(given, func(g HeldRole) bool { return g.StoredKey == r.StoredKey }) {
			given = append(given, r)
		}
	}
	if len(names) == 0 {
		p.Add("role", "Choose at least one role.")
	}
	return given, p
}

// Granted are those of the roles that are given now: whoever holds a role already,
// for at least as long, keeps it.
func Granted(given, was []HeldRole, now time.Time) (all []HeldRole) {
	for _, g := range given {
		kept := g.Ended(now) || slices.ContainsFunc(was, func(w HeldRole) bool {
			return w.StoredKey == g.StoredKey && !Outlasts(g.Until, w.Until)
		})
		if !kept {
			all = append(all, g)
		}
	}
	return all
}

// A stored role is its key, with when it ends behind it where it does. Forms name
// roles in the same way.
const untilMark = " until "

// RoleUntil names a role that ends, or does not where until is zero.
func RoleUntil(key string, until time.Time) string {
	if until.IsZero() {
		return key
	}
	return key + untilMark + until.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// ReadRole reads a stored role. One whose end can not be read has ended.
func ReadRole(stored string) (key string, until time.Time) {
	key, end, ends := strings.Cut(stored, untilMark)
	if !ends {
		return key, time.Time{}
	}
	until, err := time.Parse(time.RFC3339, end)
	if err != nil {
		until = time.Unix(0, 0)
	}
	return key, until
}

// assignments reads the stored roles of an account of a kind; one that is not in
// the catalog gives nothing.
func (s *Store) assignments(account uuid.UUID, kind, roles string) []authz.Assignment {
	var all []authz.Assignment
	for _, stored := range SplitList(roles) {
		key, until := ReadRole(stored)
		as := authz.Assignment{Account: account, Until: until}
		if id, custom := strings.CutPrefix(key, customPrefix); custom {
			as.Custom, _ = uuid.Parse(id)
		}
		if as.Custom == uuid.Nil {
			r := s.builtInRole(key, kind)
			if r == nil {
				continue
			}
			as.Role = r.ID
		}
		all = append(all, as)
	}
	return all
}

// StoredRoles are the roles of what is stored in an account of the kind; those
// that are no roles any more are left out.
func (s *Store) StoredRoles(stored []string, account uuid.UUID, kind string) (roles []HeldRole) {
	snap := s.Access()
	for _, x := range stored {
		key, until := ReadRole(x)
		r := s.builtInRole(key, kind)
		if id, custom := strings.CutPrefix(key, customPrefix); custom {
			id, _ := uuid.Parse(id)
			r = snap.CustomRole(account, id)
		}
		if r != nil {
			roles = append(roles, HeldRole{Role: r, Until: until, StoredKey: key})
		}
	}
	return roles
}

// builtInRole finds a role of the catalog by its stored key. Admin and User read
// by the account's kind.
func (s *Store) builtInRole(key, kind string) *catalog.Role {
	switch key {
	case "owner":
		return s.catalog.Owner()
	case AdminKey, "account:user":
		prefix := "account:main_"
		if kind == "sub" {
			prefix = "account:sub_"
		}
		return s.catalog.Role(prefix + key[len("account:"):])
	}
	return s.catalog.Role(key)
}

// AdminKey is the stored key of the account role Admin, main or sub.
const AdminKey = "account:admin"

// MemberRole reads the name of a role that a member can have in an account of
// the kind: a column of member_access.csv or account_roles.csv, or `admin` and
// `user` for the account's kind. Its set may stand before it (`member:`,
// `account:`). It gives the key that is stored, or a sentence about what is wrong.
func (s *Store) MemberRole(name, kind string) (r *catalog.Role, key, problem string) {
	plain := strings.TrimPrefix(strings.TrimPrefix(name, "member:"), "account:")
	switch plain {
	case "admin", "main_admin", "sub_admin":
		key = AdminKey
	case "user", "main_user", "sub_user":
		key = "account:user"
	default:
		if r := s.catalog.Role("member:" + plain); r != nil && r.Grantable {
			return r, r.Key, ""
		}
		return nil, "", fmt.Sprintf("%q is not a role that a member can have.", name)
	}
	r = s.builtInRole(key, kind)
	if strings.Contains(plain, "_") && r.Name != plain {
		if kind == "sub" {
			return nil, "", fmt.Sprintf("%q is a role in company accounts, and this is a sub-account.", plain)
		}
		return nil, "", fmt.Sprintf("%q is a role in sub-accounts, and this is a company account.", plain)
	}
	return r, key, ""
}

const customPrefix = "custom:"

// CustomID is the id of a role of an account's own; zero of any other.
func CustomID(r *catalog.Role) (id uuid.UUID) {
	if key, custom := strings.CutPrefix(r.Key, customPrefix); custom {
		id, _ = uuid.Parse(key)
	}
	return id
}
