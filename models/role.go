package models

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// CustomRole is a role of an account's own, made from a built-in one. It is held
// in that account alone.
type CustomRole struct {
	TenantID    uuid.UUID
	ID          uuid.UUID
	AccountID   uuid.UUID
	Name        string
	Base        string // key of the role it was made from
	Permissions textList
	CreatedAt   time.Time
}

// Key is what stands for the role where it is held.
func (r CustomRole) Key() string { return customPrefix + r.ID.String() }

const customPrefix = "custom:"

// CustomID is the id of a role of an account's own; zero of any other.
func CustomID(r *catalog.Role) (id uuid.UUID) {
	if key, custom := strings.CutPrefix(r.Key, customPrefix); custom {
		id, _ = uuid.Parse(key)
	}
	return id
}

// role compiles a custom role; nil where its base is no role any more. A
// permission that is none any more is left out.
func (s *Store) customRole(r CustomRole) *catalog.Role {
	base := s.catalog.Role(r.Base)
	if base == nil {
		return nil
	}
	var own catalog.Mask
	for _, key := range r.Permissions {
		if p := s.catalog.Permission(key); p != 0 {
			own.Set(p)
		}
	}
	return s.catalog.Custom(base, r.Key(), r.Name, own)
}

// readCustomRoles reads what a snapshot is told of the roles (r) that a condition
// names.
func (s *Store) readCustomRoles(db *gorm.DB, which string, args ...any) ([]authz.CustomRole, error) {
	var rows []CustomRole
	err := db.Raw("SELECT r.* FROM custom_roles r WHERE "+which, args...).Scan(&rows).Error
	all := make([]authz.CustomRole, len(rows))
	for i, r := range rows {
		all[i] = authz.CustomRole{Account: r.AccountID, ID: r.ID, Role: s.customRole(r)}
	}
	return all, err
}

// CustomRoles lists the roles of the grant's account's own, by name.
func (s *Store) CustomRoles(ctx context.Context, g authz.Grant) ([]CustomRole, error) {
	r := g.Resource()
	var all []CustomRole
	err := s.in(ctx, tenantScope(r.Tenant), func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM custom_roles WHERE tenant_id = ? AND account_id = ? ORDER BY lower(name)", r.Tenant, r.Account).Scan(&all).Error
	})
	return all, err
}

// CreateRole makes a role of the grant's account's own, which gives the
// permissions of these keys and no more than its maker may grant there. Problems
// name the fields name, base and permission.
func (s *Store) CreateRole(ctx context.Context, g authz.Grant, name, base string, permissions []string) (CustomRole, error) {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "role", ID: newID()}
	r := CustomRole{TenantID: on.Tenant, ID: on.ID, AccountID: on.Account, Name: strings.TrimSpace(name), Base: base, Permissions: permissions, CreatedAt: s.now()}
	if p := s.checkRole(r); len(p) > 0 {
		return r, p
	}
	err := s.write(ctx, g.On(on.Kind, on.ID), change{action: "role.create", permission: "roles.edit", on: on, name: r.Name}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		if err := tx.mayGrant(snap, []*catalog.Role{s.customRole(r)}); err != nil {
			return err
		}
		tx.note("base", r.Base)
		tx.note("permissions", permissions)
		tx.touch("role", r.ID)
		return tx.Create(&r).Error
	})
	return r, err
}

func (s *Store) checkRole(r CustomRole) Problems {
	p := Problems{}
	p.add("name", checkName(r.Name))
	if base := s.catalog.Role(r.Base); base == nil || !base.Grantable {
		p.add("base", "Choose the role to begin with.")
	}
	for _, key := range r.Permissions {
		if s.catalog.Permission(key) == 0 {
			p.add("permission", fmt.Sprintf("%q is not a permission.", key))
		}
	}
	if len(r.Permissions) == 0 {
		p.add("permission", "Choose at least one thing that the role may do.")
	}
	return p
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
	for _, stored := range splitList(roles) {
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
			roles = append(roles, HeldRole{r, until, key})
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
	case adminKey, "account:user":
		prefix := "account:main_"
		if kind == "sub" {
			prefix = "account:sub_"
		}
		return s.catalog.Role(prefix + key[len("account:"):])
	}
	return s.catalog.Role(key)
}
