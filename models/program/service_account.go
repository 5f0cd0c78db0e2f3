package program

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// ServiceAccount is who a program acts as in exactly one account. It has the roles of
// subusers, and comes in with its keys alone.
type ServiceAccount struct {
	TenantID    uuid.UUID
	ID          uuid.UUID
	AccountID   uuid.UUID
	Name        string
	Description string
	Roles       store.RoleList
	State       string
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Keys        int        `gorm:"-"` // that work, where it was read to be shown
	UsedAt      *time.Time `gorm:"-"` // the last of them, where it was read to be shown
}

// Principal is the service account as who acts.
func (a ServiceAccount) Principal() authz.PrincipalID {
	return authz.PrincipalID{Kind: authz.ServiceAccount, ID: a.ID}
}

// ServiceAccountInput is what a form says of a service account.
type ServiceAccountInput struct {
	Name        string
	Description string
	Roles       []string // names of the set "subuser", or `custom:<id>`; RoleUntil says when one ends
	Version     int64    // that was read; zero for whichever it has
}

// CreateServiceAccount adds a service account to the grant's account, with a first key
// where one is given; the key is told just this once.
func (s *Store) CreateServiceAccount(ctx context.Context, g authz.Grant, in ServiceAccountInput, first *KeyInput) (ServiceAccount, MadeKey, error) {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	now := stamp(s.store.Now())
	a := ServiceAccount{TenantID: on.Tenant, ID: store.NewID(), AccountID: on.Account, State: "active", Version: 1, CreatedAt: now, UpdatedAt: now}
	on.Kind, on.ID = "service_account", a.ID
	var made MadeKey
	err := s.store.Write(ctx, g.On(on.Kind, on.ID), store.Change{Action: "service_account.create", Permission: "service_accounts.edit", On: on, Name: strings.TrimSpace(in.Name)}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		roles, p := s.readServiceAccount(snap, &a, in)
		if first != nil {
			for field, wrong := range first.check(tx, s.store.Now()) {
				p.Add("key."+field, wrong)
			}
		}
		if len(p) > 0 {
			return p
		}
		if err := account.MayGrant(tx, snap, store.Granted(roles, nil, s.store.Now())); err != nil {
			return err
		}
		tx.Note("name", a.Name)
		tx.Note("description", a.Description)
		tx.Note("roles", store.AuditRoles(roles))
		tx.Touch("service_account", a.ID)
		if err := tx.Create(&a).Error; err != nil || first == nil {
			return err
		}
		made, err = s.makeKey(tx, store.NewID(), a.ID, *first)
		tx.Note("key", made.Hint)
		return err
	})
	return a, made, err
}

// readServiceAccount puts what the form says into a, who may have roles already, and
// gives its roles.
func (s *Store) readServiceAccount(snap *authz.Snapshot, a *ServiceAccount, in ServiceAccountInput) ([]store.HeldRole, store.Problems) {
	roles, p := s.store.RolesNamed(snap, in.Roles, store.Holding{Account: a.AccountID, By: authz.ServiceAccount}, s.RolesOf(*a)...)
	a.Name, a.Description = strings.TrimSpace(in.Name), strings.TrimSpace(in.Description)
	p.Add("name", store.CheckName(a.Name))
	if len([]rune(a.Description)) > 500 {
		p.Add("description", store.Constraints["service_accounts_description_length"]["description"])
	}
	a.Roles = store.StoredList(roles)
	return roles, p
}

// RolesOf are the roles of a service account.
func (s *Store) RolesOf(a ServiceAccount) []store.HeldRole {
	return s.store.StoredRoles(a.Roles, a.AccountID, "")
}

const serviceAccountColumns = `x.id, x.account_id, x.name, x.description, array_to_string(x.roles, ','), x.state, x.version, x.created_at, x.updated_at,
	(SELECT count(*)::int FROM api_keys k WHERE k.tenant_id = @tenant AND k.service_account_id = x.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > @now)),
	(SELECT max(k.used_at) FROM api_keys k WHERE k.tenant_id = @tenant AND k.service_account_id = x.id)`

func (a *ServiceAccount) fields(roles *string) []any {
	return []any{(*[16]byte)(&a.ID), (*[16]byte)(&a.AccountID), &a.Name, &a.Description, roles, &a.State, &a.Version, &a.CreatedAt, &a.UpdatedAt, &a.Keys, &a.UsedAt}
}

// ServiceAccountList is a page of service accounts.
type ServiceAccountList struct {
	Rows []ServiceAccount
	Span
}

// ServiceAccounts lists those of the grant's account that a filter shows, by name.
func (s *Store) ServiceAccounts(ctx context.Context, g authz.Grant, f Filter) (l ServiceAccountList, err error) {
	var where []string
	if f.Search != "" {
		where = append(where, "(x.name ILIKE @like OR x.description ILIKE @like)")
	}
	if f.State != "" {
		where = append(where, "x.state = @state")
	}
	l.Span, err = s.page(ctx, g, f, "service_accounts", serviceAccountColumns,
		where, func(rows pgx.Rows) (string, uuid.UUID, error) {
			a, roles := ServiceAccount{TenantID: g.Resource().Tenant}, ""
			err := rows.Scan(a.fields(&roles)...)
			a.Roles = store.SplitList(roles)
			l.Rows = append(l.Rows, a)
			return a.Name, a.ID, err
		})
	return l, err
}

// ServiceAccount finds one of an account.
func (s *Store) ServiceAccount(ctx context.Context, tenant, account, id uuid.UUID) (ServiceAccount, error) {
	a, roles := ServiceAccount{TenantID: tenant}, ""
	err := s.store.One(ctx, store.TenantScope(tenant), a.fields(&roles), "SELECT "+serviceAccountColumns+
		" FROM service_accounts x WHERE x.tenant_id = @tenant AND x.account_id = @account AND x.id = @id", pgx.NamedArgs{"tenant": tenant, "account": account, "id": id, "now": s.store.Now()})
	a.Roles = store.SplitList(roles)
	return a, err
}

// EditServiceAccount changes name, description and roles.
func (s *Store) EditServiceAccount(ctx context.Context, g authz.Grant, id uuid.UUID, in ServiceAccountInput) error {
	return s.changeServiceAccount(ctx, g, id, "service_account.edit", func(tx *store.Tx, snap *authz.Snapshot, a ServiceAccount) error {
		if in.Version != 0 && in.Version != a.Version {
			return store.ErrConflict
		}
		want := a
		roles, p := s.readServiceAccount(snap, &want, in)
		if len(p) > 0 {
			return p
		}
		was := s.RolesOf(a)
		if err := account.MayGrant(tx, snap, store.Granted(roles, was, s.store.Now())); err != nil {
			return err
		}
		tx.Changed("name", a.Name, want.Name)
		tx.Changed("description", a.Description, want.Description)
		tx.Changed("roles", store.AuditRoles(was), store.AuditRoles(roles))
		return s.updateServiceAccount(tx, id, map[string]any{"name": want.Name, "description": want.Description, "roles": want.Roles})
	})
}

// SuspendServiceAccount stops all its keys at once.
func (s *Store) SuspendServiceAccount(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.setServiceAccountState(ctx, g, id, "suspended", "service_account.suspend")
}

// ResumeServiceAccount lets its keys work again.
func (s *Store) ResumeServiceAccount(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.setServiceAccountState(ctx, g, id, "active", "service_account.resume")
}

func (s *Store) setServiceAccountState(ctx context.Context, g authz.Grant, id uuid.UUID, state, action string) error {
	return s.changeServiceAccount(ctx, g, id, action, func(tx *store.Tx, snap *authz.Snapshot, a ServiceAccount) error {
		if state == "active" {
			if err := s.letsIn(tx, snap, a); err != nil {
				return err
			}
		}
		tx.Changed("state", a.State, state)
		return s.updateServiceAccount(tx, id, map[string]any{"state": state})
	})
}

// DeleteServiceAccount removes it for good, with its keys.
func (s *Store) DeleteServiceAccount(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeServiceAccount(ctx, g, id, "service_account.delete", func(tx *store.Tx, _ *authz.Snapshot, a ServiceAccount) error {
		tx.Note("name", a.Name)
		tx.Note("roles", store.AuditRoles(s.RolesOf(a)))
		tx.Touch("service_account", id)
		if err := tx.Exec("DELETE FROM api_keys WHERE tenant_id = ? AND service_account_id = ?", a.TenantID, id).Error; err != nil {
			return err
		}
		return store.ChangedOne(tx.Exec("DELETE FROM service_accounts WHERE tenant_id = ? AND id = ?", a.TenantID, id))
	})
}

// changeServiceAccount changes one that may do no more here than the actor.
func (s *Store) changeServiceAccount(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*store.Tx, *authz.Snapshot, ServiceAccount) error) error {
	on := g.Resource()
	on.Kind, on.ID = "service_account", id
	return s.store.Write(ctx, g.On(on.Kind, id), store.Change{Action: action, Permission: "service_accounts.edit", On: on}, func(tx *store.Tx) error {
		if g.Actor().ID == (authz.PrincipalID{Kind: authz.ServiceAccount, ID: id}) {
			return store.Problems{"": "A service account can't change itself."}
		}
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		a, err := s.holdServiceAccount(tx, snap, id)
		if err != nil {
			return err
		}
		tx.Change.Name = a.Name
		return do(tx, snap, a)
	})
}

// holdServiceAccount locks one of the write's account, by which the actor must not be
// outranked.
func (s *Store) holdServiceAccount(tx *store.Tx, snap *authz.Snapshot, id uuid.UUID) (a ServiceAccount, err error) {
	on := tx.Change.On
	err = tx.Raw("SELECT * FROM service_accounts WHERE tenant_id = ? AND account_id = ? AND id = ? FOR UPDATE", on.Tenant, on.Account, id).Take(&a).Error
	if err == nil && account.Outranked(tx, snap, s.RolesOf(a)) {
		err = store.Problems{"": "This service account can do more here than you can, so you can't change it."}
	}
	return a, err
}

// letsIn refuses to hand out what lets a program in as somebody who can do more than
// the actor, or for longer.
func (s *Store) letsIn(tx *store.Tx, snap *authz.Snapshot, a ServiceAccount) error {
	running := slices.DeleteFunc(s.RolesOf(a), func(r store.HeldRole) bool { return r.Ended(s.store.Now()) })
	if account.MayGrant(tx, snap, running) != nil {
		return store.Problems{"": "This service account can do more than you can, or for longer, so you can't do this."}
	}
	return nil
}

func (s *Store) updateServiceAccount(tx *store.Tx, id uuid.UUID, set map[string]any) error {
	tx.Touch("service_account", id)
	set["updated_at"], set["version"] = stamp(s.store.Now()), gorm.Expr("version + 1")
	return store.ChangedOne(tx.Table("service_accounts").Where("tenant_id = ? AND id = ?", tx.Change.On.Tenant, id).Updates(set))
}
