package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
	"bailiwick/words"
)

// MaxDepth is how many accounts may stand above one (domain: 16 levels at most).
const MaxDepth = 16

// Account is a node of the tree.
type Account struct {
	TenantID   uuid.UUID
	ID         uuid.UUID
	ParentID   *uuid.UUID
	Kind       string // personal, main or sub
	Name       string
	State      string // active or suspended; see Standing
	OwnerID    uuid.UUID
	Depth      int
	Path       string // ids from the root, itself included, joined by '/'
	OpenToMain bool
	CreatedAt  time.Time
	ArchivedBy *uuid.UUID // the account it was archived with: itself, or one above
}

// Standing is the state in which the account stands by itself: active,
// suspended, or archived, which hides the others.
func (a Account) Standing() string {
	if a.ArchivedBy != nil {
		return "archived"
	}
	return a.State
}

// AuthzResource is the account as what a permission is used on.
func (a Account) AuthzResource() authz.Resource {
	return authz.Resource{Tenant: a.TenantID, Account: a.ID}
}

// PathIDs are the ids from the root to the account, itself included.
func (a Account) PathIDs() []uuid.UUID {
	var ids []uuid.UUID
	for _, part := range strings.Split(a.Path, "/") {
		if id, err := uuid.Parse(part); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// IsPath tells whether a text is the path of an account that there might be.
func IsPath(text string) bool {
	for part := range strings.SplitSeq(text, "/") {
		if uuid.Validate(part) != nil {
			return false
		}
	}
	return true
}

// ClosedBy says why nobody comes in to an account that is not active: its own
// state, or that of one above.
func ClosedBy(a Account) string {
	if a.ArchivedBy != nil {
		return "archived"
	}
	return "suspended"
}

// Columns are those that Fields takes, in their order.
const Columns = "tenant_id, id, parent_id, kind, name, state, owner_id, depth, path, open_to_main, created_at, archived_by"

// Fields takes a row of Columns in.
func (a *Account) Fields() []any {
	return []any{&a.TenantID, &a.ID, &a.ParentID, &a.Kind, &a.Name, &a.State, &a.OwnerID, &a.Depth, &a.Path, &a.OpenToMain, &a.CreatedAt, &a.ArchivedBy}
}

// NewRoot is the account of a tenant of its own.
func NewRoot(id uuid.UUID, kind, name string, owner uuid.UUID, at time.Time) Account {
	return Account{TenantID: id, ID: id, Kind: kind, Name: name, State: "active", OwnerID: owner, Path: id.String(), OpenToMain: true, CreatedAt: at}
}

// PlantRoot stores a new tenant with its root account.
func PlantRoot(tx *store.Tx, a Account) error {
	if err := ActiveMember(tx, a.OwnerID); err != nil {
		return err
	}
	if err := tx.Exec("INSERT INTO known_tenants (id) VALUES (?)", a.ID).Error; err != nil {
		return err
	}
	if err := tx.Exec("INSERT INTO tenants (id, epoch, created_at) VALUES (?, 1, ?)", a.ID, a.CreatedAt).Error; err != nil {
		return err
	}
	if _, err := tx.LockAccess(); err != nil {
		return err
	}
	tx.Touch("account", a.ID)
	tx.Touch("member", a.OwnerID)
	return tx.Create(&a).Error
}

// Account finds an account of a tenant. The caller authorizes what it got.
func (s *Store) Account(ctx context.Context, tenant, id uuid.UUID) (Account, error) {
	var a Account
	err := s.store.One(ctx, store.TenantScope(tenant), a.Fields(), "SELECT "+Columns+" FROM accounts WHERE tenant_id = $1 AND id = $2", tenant, id)
	return a, err
}

// Accounts reads the accounts that a query gives.
func (s *Store) Accounts(ctx context.Context, sc store.Scope, sql string, args ...any) ([]Account, error) {
	var all []Account
	err := s.store.Read(ctx, sc, func(r pgx.Rows) error {
		var a Account
		err := r.Scan(a.Fields()...)
		all = append(all, a)
		return err
	}, sql, args...)
	return all, err
}

// CreateMainAccount makes a main account that its maker owns.
func (s *Store) CreateMainAccount(ctx context.Context, g authz.Grant, name string) (Account, error) {
	name = strings.TrimSpace(name)
	if p := store.CheckName(name); p != "" {
		return Account{}, store.Problems{"name": p}
	}
	id, err := s.store.NewTenant(ctx)
	if err != nil {
		return Account{}, err
	}
	a := NewRoot(id, "main", name, g.Actor().ID.ID, s.store.Now())
	err = s.store.WriteSelf(ctx, g, g.Actor().ID, store.Change{Action: "account.create", On: a.AuthzResource(), Name: name}, func(tx *store.Tx) error {
		return PlantRoot(tx, a)
	})
	return a, err
}

// MaxAtOnce is how many sub-accounts one request may make.
const MaxAtOnce = 500

// CreateSubAccounts makes sub-accounts of the grant's account, all of them or
// none; a problem with the third of the names is under "name.2". Each copies the
// entitlements of the newest sub-account there was before (by creation time, then
// id); the first ones get all that the parent has. They belong to the parent's owner.
func (s *Store) CreateSubAccounts(ctx context.Context, g authz.Grant, names []string) ([]Account, error) {
	names = Trimmed(names)
	switch {
	case len(names) == 0:
		return nil, store.Problems{"name": "Enter at least one name."}
	case len(names) > MaxAtOnce:
		return nil, store.Problems{"name": fmt.Sprintf("You can add up to %d sub-accounts at a time. This list has %s.", MaxAtOnce, words.Number(len(names)))}
	}
	p := store.Problems{}
	for i, n := range names {
		p.Add(fmt.Sprintf("name.%d", i), store.CheckName(n))
	}
	if len(p) > 0 {
		return nil, p
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	var made []Account
	err := s.store.Write(ctx, g, store.Change{Action: "account.create_sub", Permission: "sub_accounts.create", On: on, Name: Listed(names)}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		var parent Account
		if err := TakeAccount(tx, &parent, on.Account); err != nil {
			return err
		}
		switch {
		case parent.Kind == "personal":
			return store.Problems{"": "A personal account has no sub-accounts. Create a company account for them."}
		case parent.Depth >= MaxDepth:
			return store.Constraints["accounts_depth"]
		}
		source, own, err := newestSibling(tx, snap, parent)
		if err != nil {
			return err
		}
		now := s.store.Now()
		ids := []string{}
		for _, n := range names {
			id := store.NewID()
			made = append(made, Account{
				TenantID: parent.TenantID, ID: id, ParentID: &parent.ID, Kind: "sub", Name: n, State: "active", OwnerID: parent.OwnerID,
				Depth: parent.Depth + 1, Path: parent.Path + "/" + id.String(), OpenToMain: true, CreatedAt: now,
			})
			ids = append(ids, id.String())
			tx.Touch("account", id)
		}
		tx.Note("accounts", ids)
		tx.Note("names", names)
		if source != uuid.Nil {
			tx.Note("copied_from", source.String())
		}
		if err := tx.CreateInBatches(&made, 500).Error; err != nil {
			return err
		}
		return giveEntitlements(tx, parent.ID, made, own)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Listed are names in a line, the first few of many.
func Listed(names []string) string {
	const few = 5
	if len(names) > few+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

// TakeAccount reads an account of the write and holds its row.
func TakeAccount(tx *store.Tx, into *Account, id uuid.UUID) error {
	return tx.Select(Columns).Where("tenant_id = ? AND id = ?", tx.Change.On.Tenant, id).Take(into).Error
}

// newestSibling gives the account that a new child of parent copies, zero for
// none, and the entitlements it starts with.
func newestSibling(tx *store.Tx, snap *authz.Snapshot, parent Account) (uuid.UUID, catalog.Entitlements, error) {
	var newest []uuid.UUID
	err := tx.Raw("SELECT id FROM accounts WHERE tenant_id = ? AND parent_id = ? ORDER BY created_at DESC, id DESC LIMIT 1",
		parent.TenantID, parent.ID).Scan(&newest).Error
	if err != nil {
		return uuid.Nil, 0, err
	}
	from := parent.ID
	if len(newest) > 0 {
		from = newest[0]
	}
	a, ok := snap.Find(from)
	switch {
	case !ok:
		return uuid.Nil, 0, store.ErrNotFound
	case len(newest) == 0:
		return uuid.Nil, snap.Ceiling(a), nil
	}
	return from, snap.Own(a), nil
}

// CopySource names the account whose entitlements a new sub-account of the
// grant's account would copy now; empty where it has none yet.
func (s *Store) CopySource(ctx context.Context, g authz.Grant) (name string, err error) {
	r := g.Resource()
	err = s.store.One(ctx, store.TenantScope(r.Tenant), []any{&name},
		"SELECT name FROM accounts WHERE tenant_id = $1 AND parent_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1", r.Tenant, r.Account)
	if err == store.ErrNotFound {
		err = nil
	}
	return name, err
}

// below is the condition of what stands under the account whose path is its
// argument: one range of the index on (tenant_id, path). '0' follows '/'.
const below = "path > ? || '/' AND path < ? || '0'"

// EditAccount changes the record of an account below the grant's: its name,
// whether members of accounts above may open it by their account role, and its
// labels. Problems name the fields name and labels.
func (s *Store) EditAccount(ctx context.Context, g authz.Grant, id uuid.UUID, name string, open bool, labels []string) error {
	name = strings.TrimSpace(name)
	carries, wrong := readLabels(labels)
	p := store.Problems{}
	p.Add("name", store.CheckName(name))
	p.Add("labels", wrong)
	if len(p) > 0 {
		return p
	}
	return s.changeBelow(ctx, g, id, "account.edit", func(tx *store.Tx, a Account) error {
		if open && !a.OpenToMain && !owns(tx, a) {
			return store.Problems{"open_to_main": "Only whoever owns " + a.Name + ", or an account above it, can open it to members of accounts above again."}
		}
		tx.Changed("name", a.Name, name)
		tx.Changed("open_to_main", a.OpenToMain, open)
		tx.Touch("account", id)
		if err := setLabels(tx, id, carries); err != nil {
			return err
		}
		return updateAccount(tx, id, map[string]any{"name": name, "open_to_main": open})
	})
}

// owns tells whether the actor owns an account or one above it.
func owns(tx *store.Tx, a Account) bool {
	snap := tx.Store.Access()
	at, ok := snap.Find(a.ID)
	return tx.Grant.IsSystem() || ok && snap.Owns(snap.Acting(tx.Grant.Actor()), at)
}

// SuspendAccount closes an account below the grant's to its people, with all
// that stands under it; ResumeAccount opens it again.
func (s *Store) SuspendAccount(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.setAccountState(ctx, g, id, "suspended", "account.suspend")
}

// ResumeAccount is the opposite of SuspendAccount.
func (s *Store) ResumeAccount(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.setAccountState(ctx, g, id, "active", "account.resume")
}

func (s *Store) setAccountState(ctx context.Context, g authz.Grant, id uuid.UUID, state, action string) error {
	return s.changeBelow(ctx, g, id, action, func(tx *store.Tx, a Account) error {
		if a.ArchivedBy != nil {
			return store.Problems{"": a.Name + " is archived. Restore it first."}
		}
		tx.Changed("state", a.State, state)
		tx.Touch("account", id)
		return updateAccount(tx, id, map[string]any{"state": state})
	})
}

// changeBelow changes the record of an account that stands under the grant's.
// Another one answers like an absent one.
func (s *Store) changeBelow(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*store.Tx, Account) error) error {
	return s.changeBelowBy(ctx, g, "sub_accounts.edit", id, action, do)
}

// changeBelowBy is changeBelow by another permission.
func (s *Store) changeBelowBy(ctx context.Context, g authz.Grant, permission string, id uuid.UUID, action string, do func(*store.Tx, Account) error) error {
	on := g.Resource()
	on.Kind, on.ID = "account", id
	return s.store.Write(ctx, g.On("account", id), store.Change{Action: action, Permission: permission, On: on}, func(tx *store.Tx) error {
		if _, err := tx.LockAccess(); err != nil {
			return err
		}
		var acting, a Account
		if err := TakeAccount(tx, &acting, on.Account); err != nil {
			return err
		}
		if err := tx.Select(Columns).Where("tenant_id = ? AND id = ? AND "+below, on.Tenant, id, acting.Path, acting.Path).Take(&a).Error; err != nil {
			return err
		}
		tx.Change.Name = a.Name
		return do(tx, a)
	})
}

func updateAccount(tx *store.Tx, id uuid.UUID, set map[string]any) error {
	return store.ChangedOne(tx.Table("accounts").Where("tenant_id = ? AND id = ?", tx.Change.On.Tenant, id).Updates(set))
}

// RenameOwnAccount renames the grant's account itself.
func (s *Store) RenameOwnAccount(ctx context.Context, g authz.Grant, name string) error {
	name = strings.TrimSpace(name)
	if p := store.CheckName(name); p != "" {
		return store.Problems{"name": p}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	return s.store.Write(ctx, g, store.Change{Action: "account.rename", Permission: "account.manage", On: on, Name: name}, func(tx *store.Tx) error {
		var a Account
		if err := TakeAccount(tx, &a, on.Account); err != nil {
			return err
		}
		tx.Changed("name", a.Name, name)
		return updateAccount(tx, a.ID, map[string]any{"name": name})
	})
}

// LockAccount holds the account of the write until the commit.
func LockAccount(tx *store.Tx) error {
	var id uuid.UUID
	return tx.Raw("SELECT id FROM accounts WHERE tenant_id = ? AND id = ? FOR NO KEY UPDATE", tx.Change.On.Tenant, tx.Change.On.Account).Row().Scan(&id)
}
