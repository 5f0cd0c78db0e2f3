package models

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
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

// closedBy says why nobody comes in to an account that is not active: its own
// state, or that of one above.
func closedBy(a Account) string {
	if a.ArchivedBy != nil {
		return "archived"
	}
	return "suspended"
}

const accountColumns = "tenant_id, id, parent_id, kind, name, state, owner_id, depth, path, open_to_main, created_at, archived_by"

func (a *Account) fields() []any {
	return []any{&a.TenantID, &a.ID, &a.ParentID, &a.Kind, &a.Name, &a.State, &a.OwnerID, &a.Depth, &a.Path, &a.OpenToMain, &a.CreatedAt, &a.ArchivedBy}
}

func newRoot(kind, name string, owner uuid.UUID, at time.Time) Account {
	id := newID()
	return Account{TenantID: id, ID: id, Kind: kind, Name: name, State: "active", OwnerID: owner, Path: id.String(), OpenToMain: true, CreatedAt: at}
}

// plantRoot stores a new tenant with its root account.
func (tx *Tx) plantRoot(a Account) error {
	if err := tx.activeMember(a.OwnerID); err != nil {
		return err
	}
	if err := tx.Exec("INSERT INTO tenants (id, epoch, created_at) VALUES (?, 1, ?)", a.ID, a.CreatedAt).Error; err != nil {
		return err
	}
	if _, err := tx.lockAccess(); err != nil {
		return err
	}
	tx.touch("account", a.ID)
	tx.touch("member", a.OwnerID)
	return tx.Create(&a).Error
}

// Account finds an account of a tenant. The caller authorizes what it got.
func (s *Store) Account(ctx context.Context, tenant, id uuid.UUID) (Account, error) {
	var a Account
	err := s.one(ctx, tenantScope(tenant), a.fields(), "SELECT "+accountColumns+" FROM accounts WHERE tenant_id = $1 AND id = $2", tenant, id)
	return a, err
}

// accounts reads the accounts that a query gives.
func (s *Store) accounts(ctx context.Context, sc scope, sql string, args ...any) ([]Account, error) {
	var all []Account
	err := s.read(ctx, sc, func(r pgx.Rows) error {
		var a Account
		err := r.Scan(a.fields()...)
		all = append(all, a)
		return err
	}, sql, args...)
	return all, err
}

// CreateMainAccount makes a main account that its maker owns.
func (s *Store) CreateMainAccount(ctx context.Context, g authz.Grant, name string) (Account, error) {
	name = strings.TrimSpace(name)
	if p := checkName(name); p != "" {
		return Account{}, Problems{"name": p}
	}
	a := newRoot("main", name, g.Actor().ID.ID, s.now())
	err := s.writeSelf(ctx, g, g.Actor().ID, change{action: "account.create", on: a.AuthzResource(), name: name}, func(tx *Tx) error {
		return tx.plantRoot(a)
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
	names = trimmed(names)
	switch {
	case len(names) == 0:
		return nil, Problems{"name": "Write at least one name."}
	case len(names) > MaxAtOnce:
		return nil, Problems{"name": fmt.Sprintf("You can add up to %d sub-accounts at a time. This list has %s.", MaxAtOnce, words.Number(len(names)))}
	}
	p := Problems{}
	for i, n := range names {
		p.add(fmt.Sprintf("name.%d", i), checkName(n))
	}
	if len(p) > 0 {
		return nil, p
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	var made []Account
	err := s.write(ctx, g, change{action: "account.create_sub", permission: "sub_accounts.create", on: on, name: listed(names)}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		var parent Account
		if err := tx.account(&parent, on.Account); err != nil {
			return err
		}
		switch {
		case parent.Kind == "personal":
			return Problems{"": "A personal account has no sub-accounts. Make a main account for them."}
		case parent.Depth >= MaxDepth:
			return constraints["accounts_depth"]
		}
		source, own, err := tx.newestSibling(snap, parent)
		if err != nil {
			return err
		}
		now := s.now()
		ids := []string{}
		for _, n := range names {
			id := newID()
			made = append(made, Account{
				TenantID: parent.TenantID, ID: id, ParentID: &parent.ID, Kind: "sub", Name: n, State: "active", OwnerID: parent.OwnerID,
				Depth: parent.Depth + 1, Path: parent.Path + "/" + id.String(), OpenToMain: true, CreatedAt: now,
			})
			ids = append(ids, id.String())
			tx.touch("account", id)
		}
		tx.note("accounts", ids)
		tx.note("names", names)
		if source != uuid.Nil {
			tx.note("copied_from", source.String())
		}
		if err := tx.CreateInBatches(&made, 500).Error; err != nil {
			return err
		}
		return tx.giveEntitlements(parent.ID, made, own)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// listed are names in a line, the first few of many.
func listed(names []string) string {
	const few = 5
	if len(names) > few+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

func (tx *Tx) account(into *Account, id uuid.UUID) error {
	return tx.Select(accountColumns).Where("tenant_id = ? AND id = ?", tx.change.on.Tenant, id).Take(into).Error
}

// newestSibling gives the account that a new child of parent copies, zero for
// none, and the entitlements it starts with.
func (tx *Tx) newestSibling(snap *authz.Snapshot, parent Account) (uuid.UUID, catalog.Entitlements, error) {
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
		return uuid.Nil, 0, ErrNotFound
	case len(newest) == 0:
		return uuid.Nil, snap.Ceiling(a), nil
	}
	return from, snap.Own(a), nil
}

// CopySource names the account whose entitlements a new sub-account of the
// grant's account would copy now; empty where it has none yet.
func (s *Store) CopySource(ctx context.Context, g authz.Grant) (name string, err error) {
	r := g.Resource()
	err = s.one(ctx, tenantScope(r.Tenant), []any{&name},
		"SELECT name FROM accounts WHERE tenant_id = $1 AND parent_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1", r.Tenant, r.Account)
	if err == ErrNotFound {
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
	p := Problems{}
	p.add("name", checkName(name))
	p.add("labels", wrong)
	if len(p) > 0 {
		return p
	}
	return s.changeBelow(ctx, g, id, "account.edit", func(tx *Tx, a Account) error {
		if open && !a.OpenToMain && !tx.owns(a) {
			return Problems{"open_to_main": "Only whoever owns " + a.Name + ", or an account above it, can open it to main members again."}
		}
		tx.changed("name", a.Name, name)
		tx.changed("open_to_main", a.OpenToMain, open)
		tx.touch("account", id)
		if err := tx.setLabels(id, carries); err != nil {
			return err
		}
		return tx.updateAccount(id, map[string]any{"name": name, "open_to_main": open})
	})
}

// owns tells whether the actor owns an account or one above it.
func (tx *Tx) owns(a Account) bool {
	snap := tx.store.Access()
	at, ok := snap.Find(a.ID)
	return tx.grant.IsSystem() || ok && snap.Owns(snap.Who(tx.grant.Actor().ID), at)
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
	return s.changeBelow(ctx, g, id, action, func(tx *Tx, a Account) error {
		if a.ArchivedBy != nil {
			return Problems{"": a.Name + " is archived. Restore it first."}
		}
		tx.changed("state", a.State, state)
		tx.touch("account", id)
		return tx.updateAccount(id, map[string]any{"state": state})
	})
}

// changeBelow changes the record of an account that stands under the grant's.
// Another one answers like an absent one.
func (s *Store) changeBelow(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*Tx, Account) error) error {
	return s.changeBelowBy(ctx, g, "sub_accounts.edit", id, action, do)
}

// changeBelowBy is changeBelow by another permission.
func (s *Store) changeBelowBy(ctx context.Context, g authz.Grant, permission string, id uuid.UUID, action string, do func(*Tx, Account) error) error {
	on := g.Resource()
	on.Kind, on.ID = "account", id
	return s.write(ctx, g.On("account", id), change{action: action, permission: permission, on: on}, func(tx *Tx) error {
		if _, err := tx.lockAccess(); err != nil {
			return err
		}
		var acting, a Account
		if err := tx.account(&acting, on.Account); err != nil {
			return err
		}
		if err := tx.Select(accountColumns).Where("tenant_id = ? AND id = ? AND "+below, on.Tenant, id, acting.Path, acting.Path).Take(&a).Error; err != nil {
			return err
		}
		tx.change.name = a.Name
		return do(tx, a)
	})
}

func (tx *Tx) updateAccount(id uuid.UUID, set map[string]any) error {
	return changedOne(tx.Table("accounts").Where("tenant_id = ? AND id = ?", tx.change.on.Tenant, id).Updates(set))
}

// RenameOwnAccount renames the grant's account itself.
func (s *Store) RenameOwnAccount(ctx context.Context, g authz.Grant, name string) error {
	name = strings.TrimSpace(name)
	if p := checkName(name); p != "" {
		return Problems{"name": p}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	return s.write(ctx, g, change{action: "account.rename", permission: "account.manage", on: on, name: name}, func(tx *Tx) error {
		var a Account
		if err := tx.account(&a, on.Account); err != nil {
			return err
		}
		tx.changed("name", a.Name, name)
		return tx.updateAccount(a.ID, map[string]any{"name": name})
	})
}

// AccountFilter narrows a list of accounts.
type AccountFilter struct {
	Search string    // part of the name
	Label  string    // that they carry
	State  string    // active, suspended, archived, or "current" for all but the archived; empty for all
	Under  uuid.UUID // only what stands under this account; zero for all below the acting one
	After  string    // the path after which the page begins
	Limit  int
}

// whole tells whether the filter shows all that stands under its account.
func (f AccountFilter) whole() bool { return f.Search == "" && f.Label == "" && f.State == "" }

// shown is the condition, with its arguments by name, of what the filter shows
// under top; page and limit apart.
func (f AccountFilter) shown(top Account) (string, map[string]any) {
	where := "a.tenant_id = @tenant AND a.path > @from AND a.path < @to"
	args := map[string]any{"tenant": top.TenantID, "from": top.Path + "/", "to": top.Path + "0"} // '0' follows '/'
	if search := like(f.Search); search != "" {
		where += " AND a.name ILIKE @search"
		args["search"] = search
	}
	if f.Label != "" {
		where += " AND EXISTS (SELECT FROM account_labels l WHERE l.tenant_id = @tenant AND l.account_id = a.id AND l.label = @label)"
		args["label"] = foldLabel(f.Label)
	}
	switch f.State {
	case "":
	case "archived":
		where += " AND a.archived_by IS NOT NULL"
	case "current":
		where += " AND a.archived_by IS NULL"
	default:
		where += " AND a.archived_by IS NULL AND a.state = @state"
		args["state"] = f.State
	}
	return where, args
}

// AccountsBelow lists the accounts under one, in the order of the tree.
func (s *Store) AccountsBelow(ctx context.Context, g authz.Grant, f AccountFilter) ([]Account, error) {
	top, err := s.filterTop(ctx, g, f)
	if err != nil {
		return nil, err
	}
	where, args := f.shown(top)
	args["from"] = max(top.Path+"/", f.After)
	args["limit"] = f.Limit
	return s.accounts(ctx, tenantScope(top.TenantID), "SELECT "+accountColumns+" FROM accounts a WHERE "+where+" ORDER BY path LIMIT @limit", pgx.NamedArgs(args))
}

// CountAccounts is how many accounts a filter shows.
func (s *Store) CountAccounts(ctx context.Context, g authz.Grant, f AccountFilter) (n int, err error) {
	top, err := s.filterTop(ctx, g, f)
	if err != nil {
		return 0, err
	}
	where, args := f.shown(top)
	return n, s.one(ctx, tenantScope(top.TenantID), []any{&n}, "SELECT count(*) FROM accounts a WHERE "+where, pgx.NamedArgs(args))
}

// filterTop is the account under which a filter looks: the grant's, or one below it.
func (s *Store) filterTop(ctx context.Context, g authz.Grant, f AccountFilter) (top Account, err error) {
	r := g.Resource()
	if f.Under == uuid.Nil {
		f.Under = r.Account
	}
	return top, s.one(ctx, tenantScope(r.Tenant), top.fields(), "SELECT a."+strings.ReplaceAll(accountColumns, ", ", ", a.")+` FROM accounts a
		JOIN accounts acting ON acting.tenant_id = $1 AND acting.id = $2
		WHERE a.tenant_id = $1 AND a.id = $3 AND a.path >= acting.path AND a.path < acting.path || '0'`, r.Tenant, r.Account, f.Under)
}

// filteredIDs are the ids of all accounts that a filter shows, in the order of
// the tree; nil, without a query, where it shows all.
func (s *Store) filteredIDs(ctx context.Context, top Account, f AccountFilter) ([]uuid.UUID, error) {
	if f.whole() {
		return nil, nil
	}
	where, args := f.shown(top)
	ids := []uuid.UUID{}
	err := s.read(ctx, tenantScope(top.TenantID), func(r pgx.Rows) error {
		var id uuid.UUID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT id FROM accounts a WHERE "+where+" ORDER BY path", pgx.NamedArgs(args))
	return ids, err
}

// AccountsOf lists the accounts where a person holds something, tree by tree;
// with below also those under them, which still have to be decided one by one;
// of a door that is open to support staff never. Archived ones are left out.
func (s *Store) AccountsOf(ctx context.Context, g authz.Grant, who authz.PrincipalID, search string, below bool, limit int) ([]Account, error) {
	if !g.CoversSelf(who) {
		return nil, authz.ErrDenied
	}
	return s.accounts(ctx, scopeMemberships, `WITH RECURSIVE owned AS ( -- the topmost: each step passes over all that is below one
			(SELECT tenant_id, path FROM accounts WHERE owner_id = $1 ORDER BY path LIMIT 1)
			UNION ALL SELECT next.* FROM owned CROSS JOIN LATERAL (
				SELECT tenant_id, path FROM accounts WHERE owner_id = $1 AND path > owned.path || '0' ORDER BY path LIMIT 1) next
		), mine AS (
			SELECT tenant_id, path, $3::boolean AS below FROM owned
			UNION SELECT a.tenant_id, a.path, $3 FROM memberships m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
				WHERE m.member_id = $1
			UNION SELECT a.tenant_id, a.path, false FROM support_access d JOIN accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
				WHERE d.closed_at IS NULL AND d.until > $5 AND EXISTS (SELECT FROM staff WHERE member_id = $1 AND duty = '`+DutySupport+`'))
		SELECT DISTINCT ON (found.kind = 'personal', found.path) found.* FROM mine CROSS JOIN LATERAL (
			SELECT `+accountColumns+` FROM accounts a WHERE a.tenant_id = mine.tenant_id AND a.path >= mine.path AND a.path < mine.path || CASE WHEN mine.below THEN '0' ELSE '/' END
				AND ($2 = '' OR a.name ILIKE $2) AND a.archived_by IS NULL ORDER BY a.path LIMIT $4) found
		ORDER BY found.kind = 'personal', found.path LIMIT $4`, who.ID, like(search), below, limit, s.now())
}

// AccountsAmong gives those of some accounts, in their order, that whoever asks
// works in, or above.
func (s *Store) AccountsAmong(ctx context.Context, g authz.Grant, ids []uuid.UUID) ([]Account, error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member || len(ids) == 0 {
		return nil, nil
	}
	all, err := s.accounts(ctx, scopeMemberships, "SELECT "+accountColumns+" FROM accounts WHERE id = ANY($1) AND archived_by IS NULL", ids)
	if err != nil {
		return nil, err
	}
	var ways []uuid.UUID
	for _, a := range all {
		ways = append(ways, a.PathIDs()...)
	}
	held := map[uuid.UUID]bool{}
	err = s.read(ctx, scopeMemberships, func(r pgx.Rows) error {
		var id uuid.UUID
		err := r.Scan(&id)
		held[id] = true
		return err
	}, `SELECT id FROM accounts WHERE id = ANY($2) AND owner_id = $1
		UNION ALL SELECT account_id FROM memberships WHERE member_id = $1 AND account_id = ANY($2)`, who.ID, ways)
	all = slices.DeleteFunc(all, func(a Account) bool {
		return !slices.ContainsFunc(a.PathIDs(), func(id uuid.UUID) bool { return held[id] })
	})
	slices.SortFunc(all, func(a, b Account) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) })
	return all, err
}

// People counts the members and subusers of accounts of one tenant.
func (s *Store) People(ctx context.Context, tenant uuid.UUID, accounts []uuid.UUID) (map[uuid.UUID]int, error) {
	counts := map[uuid.UUID]int{}
	if len(accounts) == 0 {
		return counts, nil
	}
	err := s.read(ctx, tenantScope(tenant), func(r pgx.Rows) error {
		var id uuid.UUID
		var n int
		err := r.Scan(&id, &n)
		counts[id] += n
		return err
	}, `SELECT account_id, count(*)::int FROM memberships WHERE tenant_id = $1 AND account_id = ANY($2) GROUP BY account_id
		UNION ALL SELECT account_id, count(*)::int FROM subusers WHERE tenant_id = $1 AND account_id = ANY($2) GROUP BY account_id`, tenant, accounts)
	return counts, err
}

// AccountsByID gives accounts of one tenant by id.
func (s *Store) AccountsByID(ctx context.Context, tenant uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]Account, error) {
	byID := map[uuid.UUID]Account{}
	if len(ids) == 0 {
		return byID, nil
	}
	all, err := s.accounts(ctx, tenantScope(tenant), "SELECT "+accountColumns+" FROM accounts WHERE tenant_id = $1 AND id = ANY($2)", tenant, ids)
	for _, a := range all {
		byID[a.ID] = a
	}
	return byID, err
}

// like is the pattern of a search for a part; empty for no search.
func like(search string) string {
	search = strings.TrimSpace(search)
	if search == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(search) + "%"
}

func trimmed(all []string) (kept []string) {
	for _, x := range all {
		if x = strings.TrimSpace(x); x != "" {
			kept = append(kept, x)
		}
	}
	return kept
}
