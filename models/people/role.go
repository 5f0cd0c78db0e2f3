package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// CustomRoles lists the roles of the grant's account's own, by name.
func (s *Store) CustomRoles(ctx context.Context, g authz.Grant) ([]store.CustomRole, error) {
	r := g.Resource()
	var all []store.CustomRole
	err := s.store.In(ctx, store.TenantScope(r.Tenant), func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM custom_roles WHERE tenant_id = ? AND account_id = ? ORDER BY lower(name)", r.Tenant, r.Account).Scan(&all).Error
	})
	return all, err
}

// MaxRoles is how many roles of its own an account can have.
const MaxRoles = 100

// CreateRole makes a role of the grant's account's own, which gives the
// permissions of these keys and no more than its maker may grant there. Problems
// name the fields name, base and permission.
func (s *Store) CreateRole(ctx context.Context, g authz.Grant, name, base string, permissions []string) (store.CustomRole, error) {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "role", ID: store.NewID()}
	r := store.CustomRole{TenantID: on.Tenant, ID: on.ID, AccountID: on.Account, Name: strings.TrimSpace(name), Base: base, Permissions: permissions, CreatedAt: s.store.Now()}
	if p := s.checkRole(&r); len(p) > 0 {
		return r, p
	}
	err := s.store.Write(ctx, g.On(on.Kind, on.ID), store.Change{Action: "role.create", Permission: "roles.edit", On: on, Name: r.Name}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		var a account.Account
		if err := account.TakeAccount(tx, &a, on.Account); err != nil {
			return err
		}
		if !FitsKind(s.store.Catalog().Role(r.Base), a.Kind) {
			return store.Problems{"base": "Nobody in this kind of account can have that role."}
		}
		if at, _ := snap.Find(on.Account); len(snap.CustomRoles(at)) >= MaxRoles {
			return store.Problems{"": fmt.Sprintf("An account can have %d roles of its own. Delete one that nobody needs.", MaxRoles)}
		}
		if err := mayGiveAll(tx, snap, s.store.CompiledRole(r)); err != nil {
			return err
		}
		tx.Note("base", r.Base)
		tx.Note("permissions", []string(r.Permissions))
		tx.Touch("role", r.ID)
		return tx.Create(&r).Error
	})
	return r, err
}

// checkRole puts what was typed in order and says what is wrong with it.
func (s *Store) checkRole(r *store.CustomRole) store.Problems {
	p := store.Problems{}
	r.Name = strings.TrimSpace(r.Name)
	if p.Add("name", store.CheckName(r.Name)); len([]rune(r.Name)) > 64 {
		p.Add("name", store.Constraints["custom_roles_name_length"]["name"])
	}
	if base := s.store.Catalog().Role(r.Base); base == nil || !base.Grantable {
		p.Add("base", "Choose the role to start from.")
	}
	var own catalog.Mask
	for _, key := range r.Permissions {
		if x := s.store.Catalog().Permission(key); x != 0 {
			own.Set(x)
		} else {
			p.Add("permission", fmt.Sprintf("%q is not a permission.", key))
		}
	}
	if len(r.Permissions) == 0 {
		p.Add("permission", "Choose at least one thing that the role may do.")
	}
	r.Permissions = nil
	own.Each(func(x catalog.Permission) { r.Permissions = append(r.Permissions, s.store.Catalog().Info(x).Key) })
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
func mayGiveAll(tx *store.Tx, snap *authz.Snapshot, r *catalog.Role) error {
	if tx.Grant.IsSystem() {
		return nil
	}
	at, _ := snap.Find(tx.Change.On.Account)
	if beyond := snap.MayGrant(snap.Acting(tx.Grant.Actor()), at, r); !beyond.Empty() {
		return store.Problems{"permission": "This role " + tx.Store.BeyondText(snap, at, beyond, func(id uuid.UUID) string { return account.AccountName(tx, id) }) + ", so you can't give it."}
	}
	return nil
}

// Role finds a role of the account's own.
func (s *Store) Role(ctx context.Context, tenant, account, id uuid.UUID) (r store.CustomRole, err error) {
	err = s.store.In(ctx, store.TenantScope(tenant), func(db *gorm.DB) error {
		return db.Raw("SELECT * FROM custom_roles WHERE tenant_id = ? AND account_id = ? AND id = ?", tenant, account, id).Take(&r).Error
	})
	return r, err
}

// RoleCounts are how many people and service accounts have each of the account's own roles, by key.
func (s *Store) RoleCounts(ctx context.Context, g authz.Grant) (map[string]int, error) {
	r, counts := g.Resource(), map[string]int{}
	err := s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var key string
		var n int
		err := rows.Scan(&key, &n)
		counts[key] = n
		return err
	}, `SELECT split_part(r, ' ', 1), count(*)::int FROM (
			SELECT unnest(roles) AS r FROM memberships WHERE tenant_id = $1 AND account_id = $2
			UNION ALL SELECT unnest(roles) FROM subusers WHERE tenant_id = $1 AND account_id = $2
			UNION ALL SELECT unnest(roles) FROM service_accounts WHERE tenant_id = $1 AND account_id = $2
		) x WHERE r LIKE 'custom:%' GROUP BY 1`, r.Tenant, r.Account)
	return counts, err
}

// EffectOfEdit is what it would do to make other permissions of a role.
func (s *Store) EffectOfEdit(ctx context.Context, r store.CustomRole, permissions []string) (RoleEffect, error) {
	will := r
	will.Permissions = permissions
	if p := s.checkRole(&will); len(p) > 0 {
		return RoleEffect{}, p
	}
	return s.effectNow(ctx, r, s.store.CompiledRole(will), "")
}

// EffectOfDelete is what it would do to delete a role and to give another one
// instead, which may be empty, to whoever has no other.
func (s *Store) EffectOfDelete(ctx context.Context, r store.CustomRole, instead string) (RoleEffect, error) {
	return s.effectNow(ctx, r, nil, instead)
}

func (s *Store) effectNow(ctx context.Context, r store.CustomRole, will *catalog.Role, instead string) (e RoleEffect, err error) {
	a, err := s.account.Account(ctx, r.TenantID, r.AccountID)
	if err != nil {
		return e, err
	}
	snap := s.store.Access()
	other, err := s.replacement(snap, r, a, instead)
	if err != nil {
		return e, err
	}
	err = s.store.In(ctx, store.ScopeNames, func(db *gorm.DB) error {
		e, err = s.roleEffect(db, snap, r, a.Kind, will, other)
		return err
	})
	return e, err
}

// replacement reads the role that takes the place of a deleted one; nil for none.
func (s *Store) replacement(snap *authz.Snapshot, r store.CustomRole, a account.Account, name string) (*store.HeldRole, error) {
	if name == "" {
		return nil, nil
	}
	other, problem := s.store.HeldRoleNamed(snap, name, store.Holding{Account: a.ID, Kind: a.Kind, By: r.For()})
	switch {
	case problem != "":
		return nil, store.Problems{"instead": problem}
	case other.StoredKey == r.Key():
		return nil, store.Problems{"instead": "This is the role that is to be deleted. Choose another one."}
	}
	return &other, nil
}

// ErrUnseen is for a change whose effect is not the one that was shown.
var ErrUnseen = errors.New("the effect has not been seen")

// EditRole gives a role of the grant's account's own another name and other
// permissions, as CreateRole. Seen is the key of the effect that the actor was
// shown, or the version of the role that is to be taken back; what nobody's
// rights change by needs none. Otherwise the error is ErrUnseen.
func (s *Store) EditRole(ctx context.Context, g authz.Grant, id uuid.UUID, name string, permissions []string, seen string) (store.CustomRole, error) {
	var will store.CustomRole
	err := s.changeRole(ctx, g, id, "role.edit", func(tx *store.Tx, snap *authz.Snapshot, r store.CustomRole, a account.Account) error {
		will = r
		will.Name, will.Permissions = name, permissions
		if p := s.checkRole(&will); len(p) > 0 {
			return p
		}
		was, is := s.store.CompiledRole(r), s.store.CompiledRole(will)
		if was.Own != is.Own {
			if account.Outranked(tx, snap, []store.HeldRole{{Role: was}}) {
				return store.Problems{"": "This role gives more than you can give here, so you can't change it."}
			}
			if err := mayGiveAll(tx, snap, is); err != nil {
				return err
			}
			e, err := s.effect(tx, snap, r, a, is, nil)
			if err == nil {
				err = letsHolders(tx, snap, e, "permission")
			}
			switch {
			case err != nil:
				return err
			case e.Invites > 0 && !is.Own.Minus(was.Own).Empty() && !givesUntil(tx, snap, is).IsZero():
				return store.Problems{"permission": "A pending invite gives this role, and your own role ends before it might, so you can't add to it."}
			case len(e.Holders) > 0 && seen != e.Key && seen != r.Version():
				return ErrUnseen
			}
			tx.Note("holders", len(e.Holders))
		}
		tx.Touch("role", id)
		tx.Changed("name", r.Name, will.Name)
		tx.Changed("permissions", []string(r.Permissions), []string(will.Permissions))
		return store.ChangedOne(tx.Table("custom_roles").Where("tenant_id = ? AND id = ?", r.TenantID, id).
			Updates(map[string]any{"name": will.Name, "permissions": will.Permissions}))
	})
	return will, err
}

// DeleteRole ends a role of the grant's account's own. Whoever would be left
// without a role gets the one named instead, as far as the deleted one lasted.
// Seen is as for EditRole; problems name instead.
func (s *Store) DeleteRole(ctx context.Context, g authz.Grant, id uuid.UUID, instead, seen string) error {
	return s.changeRole(ctx, g, id, "role.delete", func(tx *store.Tx, snap *authz.Snapshot, r store.CustomRole, a account.Account) error {
		if was := s.store.CompiledRole(r); was != nil && account.Outranked(tx, snap, []store.HeldRole{{Role: was}}) {
			return store.Problems{"": "This role gives more than you can give here, so you can't delete it."}
		}
		other, err := s.replacement(snap, r, a, instead)
		if err != nil {
			return err
		}
		e, err := s.effect(tx, snap, r, a, nil, other)
		switch {
		case err != nil:
			return err
		case e.Alone() > 0 && other == nil:
			return store.Problems{"instead": "Choose a role for those who have no other."}
		}
		if e.Alone() > 0 {
			var p store.Problems
			if err := mayGiveAll(tx, snap, other.Role); errors.As(err, &p) {
				return store.Problems{"instead": p["permission"]}
			} else if err != nil {
				return err
			}
			tx.Note("instead", store.AuditRoles([]store.HeldRole{*other})[0])
		}
		if err := letsHolders(tx, snap, e, "instead"); err != nil {
			return err
		}
		if len(e.Holders) > 0 && seen != e.Key {
			return ErrUnseen
		}
		if err := storeHolders(tx, e); err != nil {
			return err
		}
		tx.Note("base", r.Base)
		tx.Note("permissions", []string(r.Permissions))
		tx.Touch("role", id)
		return store.ChangedOne(tx.Exec("DELETE FROM custom_roles WHERE tenant_id = ? AND id = ?", r.TenantID, id))
	})
}

// changeRole changes a role of the grant's account's own.
func (s *Store) changeRole(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*store.Tx, *authz.Snapshot, store.CustomRole, account.Account) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "role", ID: id}
	return s.store.Write(ctx, g.On("role", id), store.Change{Action: action, Permission: "roles.edit", On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		var a account.Account
		if err := account.TakeAccount(tx, &a, on.Account); err != nil {
			return err
		}
		var r store.CustomRole
		if err := tx.Raw("SELECT * FROM custom_roles WHERE tenant_id = ? AND account_id = ? AND id = ?", on.Tenant, on.Account, id).Take(&r).Error; err != nil {
			return err
		}
		tx.Change.Name = r.Name
		return do(tx, snap, r, a)
	})
}

func (s *Store) effect(tx *store.Tx, snap *authz.Snapshot, r store.CustomRole, a account.Account, will *catalog.Role, instead *store.HeldRole) (e RoleEffect, err error) {
	err = tx.Across(func() (err error) {
		e, err = s.roleEffect(tx.DB, snap, r, a.Kind, will, instead)
		return err
	})
	return e, err
}

// letsHolders refuses what would let those who have a role do more than the actor
// can, or for longer, and the actor more than before.
func letsHolders(tx *store.Tx, snap *authz.Snapshot, e RoleEffect, field string) error {
	at, _ := snap.Find(e.Role.AccountID)
	for _, h := range e.Holders {
		switch lets := account.Lets(tx, snap, h.ID, e.after, e.after.Who(h.ID)); {
		case lets.Empty():
		case h.ID == tx.Grant.Actor().ID:
			return store.Problems{field: "You have this role, and nobody gives themselves more than they have."}
		case !lets[0].From.IsZero():
			return store.Problems{field: "People have this role for longer than you have yours, so you can't give them " + tx.Store.PermissionTitles(lets[0].What) + "."}
		default:
			return store.Problems{field: "For people who have this role, the change " + tx.Store.BeyondText(snap, at, lets, func(id uuid.UUID) string { return account.AccountName(tx, id) }) + ", so you can't make it."}
		}
	}
	return nil
}

// givesUntil is how long the actor can give a role here; zero is for good.
func givesUntil(tx *store.Tx, snap *authz.Snapshot, r *catalog.Role) time.Time {
	at, _ := snap.Find(tx.Change.On.Account)
	if tx.Grant.IsSystem() {
		return time.Time{}
	}
	return snap.GivesUntil(snap.Acting(tx.Grant.Actor()), at, r)
}

// storeHolders stores the roles that the holders have in the end.
func storeHolders(tx *store.Tx, e RoleEffect) error {
	var names []string
	ids, roles := map[authz.PrincipalKind]store.IDList{}, map[authz.PrincipalKind][]store.RoleList{}
	for _, h := range e.Holders {
		ids[h.ID.Kind], roles[h.ID.Kind] = append(ids[h.ID.Kind], h.ID.ID), append(roles[h.ID.Kind], store.StoredList(h.will))
		names = append(names, h.Name)
		tx.Touch(h.ID.Kind.String(), h.ID.ID)
	}
	tx.Note("holders", names)
	for kind := range ids {
		if err := storeRoles(tx, kind, ids[kind], roles[kind]); err != nil {
			return err
		}
	}
	return nil
}

// storeRoles stores what roles some of a kind in the write's account have.
func storeRoles(tx *store.Tx, kind authz.PrincipalKind, ids store.IDList, roles []store.RoleList) error {
	if len(ids) == 0 {
		return nil
	}
	table, id := "memberships", "member_id"
	switch kind {
	case authz.Subuser:
		table, id = "subusers", "id"
	case authz.ServiceAccount:
		table, id = "service_accounts", "id"
	}
	lists := make(store.TextList, len(roles))
	for i, r := range roles {
		lists[i] = strings.Join(r, ",")
	}
	return tx.Exec("UPDATE "+table+" h SET roles = string_to_array(x.roles, ',') FROM (SELECT unnest(CAST(? AS uuid[])) AS id, unnest(CAST(? AS text[])) AS roles) x WHERE h.tenant_id = ? AND h.account_id = ? AND h."+id+" = x.id",
		ids, lists, tx.Change.On.Tenant, tx.Change.On.Account).Error
}
