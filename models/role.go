package models

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

// For says who can have the role: those who can have its base.
func (r CustomRole) For() authz.PrincipalKind {
	if strings.HasPrefix(r.Base, "subuser:") {
		return authz.Subuser
	}
	return authz.Member
}

const customPrefix = "custom:"

// CustomID is the id of a role of an account's own; zero of any other.
func CustomID(r *catalog.Role) (id uuid.UUID) {
	if key, custom := strings.CutPrefix(r.Key, customPrefix); custom {
		id, _ = uuid.Parse(key)
	}
	return id
}

// CompiledRole is a custom role as it is held; nil where its base is no role any
// more. A permission that is none any more is left out.
func (s *Store) CompiledRole(r CustomRole) *catalog.Role {
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
		all[i] = authz.CustomRole{Account: r.AccountID, ID: r.ID, Role: s.CompiledRole(r)}
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

// MaxRoles is how many roles of its own an account can have.
const MaxRoles = 100

// CreateRole makes a role of the grant's account's own, which gives the
// permissions of these keys and no more than its maker may grant there. Problems
// name the fields name, base and permission.
func (s *Store) CreateRole(ctx context.Context, g authz.Grant, name, base string, permissions []string) (CustomRole, error) {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "role", ID: newID()}
	r := CustomRole{TenantID: on.Tenant, ID: on.ID, AccountID: on.Account, Name: strings.TrimSpace(name), Base: base, Permissions: permissions, CreatedAt: s.now()}
	if p := s.checkRole(&r); len(p) > 0 {
		return r, p
	}
	err := s.write(ctx, g.On(on.Kind, on.ID), change{action: "role.create", permission: "roles.edit", on: on, name: r.Name}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		var a Account
		if err := tx.account(&a, on.Account); err != nil {
			return err
		}
		if !FitsKind(s.catalog.Role(r.Base), a.Kind) {
			return Problems{"base": "Nobody in this kind of account can have that role."}
		}
		if at, _ := snap.Find(on.Account); len(snap.CustomRoles(at)) >= MaxRoles {
			return Problems{"": fmt.Sprintf("An account can have %d roles of its own. Delete one that nobody needs.", MaxRoles)}
		}
		if err := tx.mayGiveAll(snap, s.CompiledRole(r)); err != nil {
			return err
		}
		tx.note("base", r.Base)
		tx.note("permissions", []string(r.Permissions))
		tx.touch("role", r.ID)
		return tx.Create(&r).Error
	})
	return r, err
}

// checkRole puts what was typed in order and says what is wrong with it.
func (s *Store) checkRole(r *CustomRole) Problems {
	p := Problems{}
	r.Name = strings.TrimSpace(r.Name)
	if p.add("name", checkName(r.Name)); len([]rune(r.Name)) > 64 {
		p.add("name", constraints["custom_roles_name_length"]["name"])
	}
	if base := s.catalog.Role(r.Base); base == nil || !base.Grantable {
		p.add("base", "Choose the role to begin with.")
	}
	var own catalog.Mask
	for _, key := range r.Permissions {
		if x := s.catalog.Permission(key); x != 0 {
			own.Set(x)
		} else {
			p.add("permission", fmt.Sprintf("%q is not a permission.", key))
		}
	}
	if len(r.Permissions) == 0 {
		p.add("permission", "Choose at least one thing that the role may do.")
	}
	r.Permissions = nil
	own.Each(func(x catalog.Permission) { r.Permissions = append(r.Permissions, s.catalog.Info(x).Key) })
	return p
}

// FitsKind tells whether somebody in an account of the kind can have a role.
func FitsKind(r *catalog.Role, kind string) bool {
	if r.Base != nil {
		r = r.Base
	}
	switch {
	case !r.Grantable:
		return false
	case r.Set.Key == "subuser":
		return true
	case r.Set.Key == "account":
		return strings.HasPrefix(r.Name, kind+"_")
	}
	return kind == "main" || kind == "sub"
}

// mayGiveAll refuses what a role gives beyond what the actor may grant.
func (tx *Tx) mayGiveAll(snap *authz.Snapshot, r *catalog.Role) error {
	if tx.grant.IsSystem() {
		return nil
	}
	at, _ := snap.Find(tx.change.on.Account)
	if beyond := snap.MayGrant(snap.Who(tx.grant.Actor().ID), at, r); !beyond.Empty() {
		return Problems{"permission": "This role " + tx.store.BeyondText(snap, at, beyond, tx.accountName) + ", so you can't give it."}
	}
	return nil
}

// Version names what a role is now.
func (r CustomRole) Version() string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{r.Name, r.Base}, r.Permissions...), "\n")))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Role finds a role of the account's own.
func (s *Store) Role(ctx context.Context, tenant, account, id uuid.UUID) (r CustomRole, err error) {
	err = s.in(ctx, tenantScope(tenant), func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM custom_roles WHERE tenant_id = ? AND account_id = ? AND id = ?", tenant, account, id).Take(&r).Error
	})
	return r, err
}

// RoleCounts are how many people have each of the account's own roles, by key.
func (s *Store) RoleCounts(ctx context.Context, g authz.Grant) (map[string]int, error) {
	r, counts := g.Resource(), map[string]int{}
	err := s.read(ctx, tenantScope(r.Tenant), func(rows pgx.Rows) error {
		var key string
		var n int
		err := rows.Scan(&key, &n)
		counts[key] = n
		return err
	}, `SELECT split_part(r, ' ', 1), count(*)::int FROM (
			SELECT unnest(roles) AS r FROM memberships WHERE tenant_id = $1 AND account_id = $2
			UNION ALL SELECT unnest(roles) FROM subusers WHERE tenant_id = $1 AND account_id = $2
		) x WHERE r LIKE 'custom:%' GROUP BY 1`, r.Tenant, r.Account)
	return counts, err
}

// EffectOfEdit is what it would do to make other permissions of a role.
func (s *Store) EffectOfEdit(ctx context.Context, r CustomRole, permissions []string) (RoleEffect, error) {
	will := r
	will.Permissions = permissions
	if p := s.checkRole(&will); len(p) > 0 {
		return RoleEffect{}, p
	}
	return s.effectNow(ctx, r, s.CompiledRole(will), "")
}

// EffectOfDelete is what it would do to delete a role and to give another one
// instead, which may be empty, to whoever has no other.
func (s *Store) EffectOfDelete(ctx context.Context, r CustomRole, instead string) (RoleEffect, error) {
	return s.effectNow(ctx, r, nil, instead)
}

func (s *Store) effectNow(ctx context.Context, r CustomRole, will *catalog.Role, instead string) (e RoleEffect, err error) {
	a, err := s.Account(ctx, r.TenantID, r.AccountID)
	if err != nil {
		return e, err
	}
	snap := s.Access()
	other, err := s.replacement(snap, r, a, instead)
	if err != nil {
		return e, err
	}
	err = s.in(ctx, scopeNames, func(db *gorm.DB) error {
		e, err = s.roleEffect(db, snap, r, a.Kind, will, other)
		return err
	})
	return e, err
}

// replacement reads the role that takes the place of a deleted one; nil for none.
func (s *Store) replacement(snap *authz.Snapshot, r CustomRole, a Account, name string) (*HeldRole, error) {
	if name == "" {
		return nil, nil
	}
	other, problem := s.roleNamed(snap, name, holding{a.ID, a.Kind, r.For()})
	switch {
	case problem != "":
		return nil, Problems{"instead": problem}
	case other.key == r.Key():
		return nil, Problems{"instead": "This is the role that is to be deleted. Choose another one."}
	}
	return &other, nil
}

// ErrUnseen is for a change whose effect is not the one that was shown.
var ErrUnseen = errors.New("the effect has not been seen")

// EditRole gives a role of the grant's account's own another name and other
// permissions, as CreateRole. Seen is the key of the effect that the actor was
// shown, or the version of the role that is to be taken back; what nobody's
// rights change by needs none. Otherwise the error is ErrUnseen.
func (s *Store) EditRole(ctx context.Context, g authz.Grant, id uuid.UUID, name string, permissions []string, seen string) (CustomRole, error) {
	var will CustomRole
	err := s.changeRole(ctx, g, id, "role.edit", func(tx *Tx, snap *authz.Snapshot, r CustomRole, a Account) error {
		will = r
		will.Name, will.Permissions = name, permissions
		if p := s.checkRole(&will); len(p) > 0 {
			return p
		}
		was, is := s.CompiledRole(r), s.CompiledRole(will)
		if was.Own != is.Own {
			if tx.outranked(snap, []HeldRole{{Role: was}}) {
				return Problems{"": "This role gives more than you can give here, so you can not change it."}
			}
			if err := tx.mayGiveAll(snap, is); err != nil {
				return err
			}
			e, err := tx.effect(snap, r, a, is, nil)
			if err == nil {
				err = tx.letsHolders(snap, e, "permission")
			}
			switch {
			case err != nil:
				return err
			case e.Invites > 0 && !is.Own.Minus(was.Own).Empty() && !tx.givesUntil(snap, is).IsZero():
				return Problems{"permission": "An invite that waits gives this role, and your own role ends before it might, so you can't add to it."}
			case len(e.Holders) > 0 && seen != e.Key && seen != r.Version():
				return ErrUnseen
			}
			tx.note("holders", len(e.Holders))
		}
		tx.touch("role", id)
		tx.changed("name", r.Name, will.Name)
		tx.changed("permissions", []string(r.Permissions), []string(will.Permissions))
		return changedOne(tx.Table("custom_roles").Where("tenant_id = ? AND id = ?", r.TenantID, id).
			Updates(map[string]any{"name": will.Name, "permissions": will.Permissions}))
	})
	return will, err
}

// DeleteRole ends a role of the grant's account's own. Whoever would be left
// without a role gets the one named instead, as far as the deleted one lasted.
// Seen is as for EditRole; problems name instead.
func (s *Store) DeleteRole(ctx context.Context, g authz.Grant, id uuid.UUID, instead, seen string) error {
	return s.changeRole(ctx, g, id, "role.delete", func(tx *Tx, snap *authz.Snapshot, r CustomRole, a Account) error {
		if was := s.CompiledRole(r); was != nil && tx.outranked(snap, []HeldRole{{Role: was}}) {
			return Problems{"": "This role gives more than you can give here, so you can not delete it."}
		}
		other, err := s.replacement(snap, r, a, instead)
		if err != nil {
			return err
		}
		e, err := tx.effect(snap, r, a, nil, other)
		switch {
		case err != nil:
			return err
		case e.Alone() > 0 && other == nil:
			return Problems{"instead": "Choose the role that those get who have no other."}
		}
		if e.Alone() > 0 {
			var p Problems
			if err := tx.mayGiveAll(snap, other.Role); errors.As(err, &p) {
				return Problems{"instead": p["permission"]}
			} else if err != nil {
				return err
			}
			tx.note("instead", auditRoles([]HeldRole{*other})[0])
		}
		if err := tx.letsHolders(snap, e, "instead"); err != nil {
			return err
		}
		if len(e.Holders) > 0 && seen != e.Key {
			return ErrUnseen
		}
		if err := tx.storeHolders(e); err != nil {
			return err
		}
		tx.note("base", r.Base)
		tx.note("permissions", []string(r.Permissions))
		tx.touch("role", id)
		return changedOne(tx.Exec("DELETE FROM custom_roles WHERE tenant_id = ? AND id = ?", r.TenantID, id))
	})
}

// changeRole changes a role of the grant's account's own.
func (s *Store) changeRole(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*Tx, *authz.Snapshot, CustomRole, Account) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "role", ID: id}
	return s.write(ctx, g.On("role", id), change{action: action, permission: "roles.edit", on: on}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		var a Account
		if err := tx.account(&a, on.Account); err != nil {
			return err
		}
		var r CustomRole
		if err := tx.Raw("SELECT * FROM custom_roles WHERE tenant_id = ? AND account_id = ? AND id = ?", on.Tenant, on.Account, id).Take(&r).Error; err != nil {
			return err
		}
		tx.change.name = r.Name
		return do(tx, snap, r, a)
	})
}

func (tx *Tx) effect(snap *authz.Snapshot, r CustomRole, a Account, will *catalog.Role, instead *HeldRole) (e RoleEffect, err error) {
	err = tx.across(func() (err error) {
		e, err = tx.store.roleEffect(tx.DB, snap, r, a.Kind, will, instead)
		return err
	})
	return e, err
}

// letsHolders refuses what would let those who have a role do more than the actor
// can, or for longer, and the actor more than before.
func (tx *Tx) letsHolders(snap *authz.Snapshot, e RoleEffect, field string) error {
	at, _ := snap.Find(e.Role.AccountID)
	for _, h := range e.Holders {
		switch lets := tx.lets(snap, h.ID, e.after, e.after.Who(h.ID)); {
		case lets.Empty():
		case h.ID == tx.grant.Actor().ID:
			return Problems{field: "You have this role, and nobody gives themselves more than they have."}
		case !lets[0].From.IsZero():
			return Problems{field: "People have this role for longer than you have yours, so you can't give them " + tx.store.permissionTitles(lets[0].What) + "."}
		default:
			return Problems{field: "For people who have this role, the change " + tx.store.BeyondText(snap, at, lets, tx.accountName) + ", so you can't make it."}
		}
	}
	return nil
}

// givesUntil is how long the actor can give a role here; zero is for good.
func (tx *Tx) givesUntil(snap *authz.Snapshot, r *catalog.Role) time.Time {
	at, _ := snap.Find(tx.change.on.Account)
	if tx.grant.IsSystem() {
		return time.Time{}
	}
	return snap.GivesUntil(snap.Who(tx.grant.Actor().ID), at, r)
}

// storeHolders stores the roles that the holders have in the end.
func (tx *Tx) storeHolders(e RoleEffect) error {
	var names []string
	ids, roles := map[authz.PrincipalKind]idList{}, map[authz.PrincipalKind]textList{}
	for _, h := range e.Holders {
		list, _ := storedList(h.will).Value()
		ids[h.ID.Kind], roles[h.ID.Kind] = append(ids[h.ID.Kind], h.ID.ID), append(roles[h.ID.Kind], list.(string))
		names = append(names, h.Name)
		tx.touch(h.ID.Kind.String(), h.ID.ID)
	}
	tx.note("holders", names)
	for kind, update := range map[authz.PrincipalKind]string{
		authz.Member:  "UPDATE memberships m SET roles = CAST(x.roles AS text[]) FROM unnest(CAST(? AS uuid[]), CAST(? AS text[])) AS x (id, roles) WHERE m.tenant_id = ? AND m.account_id = ? AND m.member_id = x.id",
		authz.Subuser: "UPDATE subusers u SET roles = CAST(x.roles AS text[]) FROM unnest(CAST(? AS uuid[]), CAST(? AS text[])) AS x (id, roles) WHERE u.tenant_id = ? AND u.account_id = ? AND u.id = x.id",
	} {
		if len(ids[kind]) == 0 {
			continue
		}
		if err := tx.Exec(update, ids[kind], roles[kind], e.Role.TenantID, e.Role.AccountID).Error; err != nil {
			return err
		}
	}
	return nil
}
