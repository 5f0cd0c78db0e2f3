package account

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Filter narrows a list of accounts.
type Filter struct {
	Search string      // part of the name
	Label  string      // that they carry
	State  string      // active, suspended, archived, or "current" for all but the archived; empty for all
	From   time.Time   // created at or after; zero for no bound
	To     time.Time   // created before; zero for no bound
	Under  uuid.UUID   // only what stands under this account; zero for all below the acting one
	IDs    []uuid.UUID // only these; none for all
	After  string      // the path after which the page begins
	Limit  int
}

// Whole tells whether the filter shows all that stands under its account.
func (f Filter) Whole() bool {
	return f.Search == "" && f.Label == "" && f.State == "" && f.From.IsZero() && f.To.IsZero() && len(f.IDs) == 0
}

// shown is the condition, with its arguments by name, of what the filter shows
// under top; page and limit apart.
func (f Filter) shown(top Account) (string, map[string]any) {
	where := "a.tenant_id = @tenant AND a.path > @from AND a.path < @to"
	args := map[string]any{"tenant": top.TenantID, "from": top.Path + "/", "to": top.Path + "0"} // '0' follows '/'
	if search := store.Like(f.Search); search != "" {
		where += " AND a.name ILIKE @search"
		args["search"] = search
	}
	if f.Label != "" {
		where += " AND EXISTS (SELECT FROM account_labels l WHERE l.tenant_id = @tenant AND l.account_id = a.id AND l.label = @label)"
		args["label"] = foldLabel(f.Label)
	}
	if len(f.IDs) > 0 {
		where += " AND a.id = ANY(CAST(@ids AS uuid[]))"
		args["ids"] = store.IDList(f.IDs)
	}
	if !f.From.IsZero() {
		where += " AND a.created_at >= @since"
		args["since"] = f.From
	}
	if !f.To.IsZero() {
		where += " AND a.created_at < @till"
		args["till"] = f.To
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
func (s *Store) AccountsBelow(ctx context.Context, g authz.Grant, f Filter) ([]Account, error) {
	top, err := s.filterTop(g, f)
	if err != nil {
		return nil, err
	}
	where, args := f.shown(top)
	args["from"] = max(top.Path+"/", f.After)
	args["limit"] = f.Limit
	return s.Accounts(ctx, store.TenantScope(top.TenantID), "SELECT "+Columns+" FROM accounts a WHERE "+where+" ORDER BY path LIMIT @limit", pgx.NamedArgs(args))
}

// CountAccounts is how many accounts a filter shows, and how many of them before its
// page.
func (s *Store) CountAccounts(ctx context.Context, g authz.Grant, f Filter) (all, before int, err error) {
	top, err := s.filterTop(g, f)
	if err != nil {
		return 0, 0, err
	}
	where, args := f.shown(top)
	args["after"] = f.After
	err = s.store.One(ctx, store.TenantScope(top.TenantID), []any{&all, &before},
		"SELECT count(*), count(*) FILTER (WHERE a.path <= @after) FROM accounts a WHERE "+where, pgx.NamedArgs(args))
	return all, before, err
}

// filterTop is the place of the account under which a filter looks, the grant's or
// one below it: its ids and its path, as the snapshot has them.
func (s *Store) filterTop(g authz.Grant, f Filter) (top Account, err error) {
	snap, r := s.store.Access(), g.Resource()
	if f.Under == uuid.Nil {
		f.Under = r.Account
	}
	here, ok := snap.Find(r.Account)
	at, there := snap.Find(f.Under)
	if !ok || !there || !snap.Within(at, here) {
		return top, store.ErrNotFound
	}
	return Account{TenantID: r.Tenant, ID: f.Under, Path: PathIn(snap, at)}, nil
}

// PathIn is the path of an account, as it is stored.
func PathIn(snap *authz.Snapshot, at authz.Account) string {
	path := snap.ID(at).String()
	for above := snap.Parent(at); above != authz.NoAccount; above = snap.Parent(above) {
		path = snap.ID(above).String() + "/" + path
	}
	return path
}

// filteredIDs are the ids of all accounts that a filter shows, in the order of
// the tree; nil, without a query, where it shows all.
func (s *Store) filteredIDs(ctx context.Context, top Account, f Filter) ([]uuid.UUID, error) {
	if f.Whole() {
		return nil, nil
	}
	where, args := f.shown(top)
	ids := []uuid.UUID{}
	err := s.store.Read(ctx, store.TenantScope(top.TenantID), func(r pgx.Rows) error {
		var id uuid.UUID
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT id FROM accounts a WHERE "+where+" ORDER BY path", pgx.NamedArgs(args))
	return ids, err
}

// People counts the members and subusers of accounts of one tenant.
func (s *Store) People(ctx context.Context, tenant uuid.UUID, accounts []uuid.UUID) (map[uuid.UUID]int, error) {
	counts := map[uuid.UUID]int{}
	if len(accounts) == 0 {
		return counts, nil
	}
	err := s.store.Read(ctx, store.TenantScope(tenant), func(r pgx.Rows) error {
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
	all, err := s.Accounts(ctx, store.TenantScope(tenant), "SELECT "+Columns+" FROM accounts WHERE tenant_id = $1 AND id = ANY($2)", tenant, ids)
	for _, a := range all {
		byID[a.ID] = a
	}
	return byID, err
}

// Trimmed are the texts without spaces around them, and without those that are
// empty.
func Trimmed(all []string) (kept []string) {
	for _, x := range all {
		if x = strings.TrimSpace(x); x != "" {
			kept = append(kept, x)
		}
	}
	return kept
}
