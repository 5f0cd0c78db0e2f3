package account

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Filter narrows a list of accounts.
type Filter struct {
	Search string    // part of the name
	Label  string    // that they carry
	State  string    // active, suspended, archived, or "current" for all but the archived; empty for all
	Under  uuid.UUID // only what stands under this account; zero for all below the acting one
	After  string    // the path after which the page begins
	Limit  int
}

// whole tells whether the filter shows all that stands under its account.
func (f Filter) whole() bool { return f.Search == "" && f.Label == "" && f.State == "" }

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

// CountAccounts is how many accounts a filter shows.
func (s *Store) CountAccounts(ctx context.Context, g authz.Grant, f Filter) (n int, err error) {
	top, err := s.filterTop(g, f)
	if err != nil {
		return 0, err
	}
	where, args := f.shown(top)
	return n, s.store.One(ctx, store.TenantScope(top.TenantID), []any{&n}, "SELECT count(*) FROM accounts a WHERE "+where, pgx.NamedArgs(args))
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
	return Account{TenantID: r.Tenant, ID: f.Under, Path: pathIn(snap, at)}, nil
}

// pathIn is the path of an account, as it is stored.
func pathIn(snap *authz.Snapshot, at authz.Account) string {
	path := snap.ID(at).String()
	for above := snap.Parent(at); above != authz.NoAccount; above = snap.Parent(above) {
		path = snap.ID(above).String() + "/" + path
	}
	return path
}

// filteredIDs are the ids of all accounts that a filter shows, in the order of
// the tree; nil, without a query, where it shows all.
func (s *Store) filteredIDs(ctx context.Context, top Account, f Filter) ([]uuid.UUID, error) {
	if f.whole() {
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

// AccountsOf lists the accounts where a person holds something, tree by tree;
// with below also those under them, which still have to be decided one by one;
// of a door that is open to support staff never. Archived ones are left out.
func (s *Store) AccountsOf(ctx context.Context, g authz.Grant, who authz.PrincipalID, search string, below bool, limit int) ([]Account, error) {
	if !g.CoversSelf(who) {
		return nil, authz.ErrDenied
	}
	return s.Accounts(ctx, store.ScopeMemberships, `WITH RECURSIVE owned AS ( -- the topmost: each step passes over all that is below one
			(SELECT tenant_id, path FROM accounts WHERE owner_id = $1 ORDER BY path LIMIT 1)
			UNION ALL SELECT next.* FROM owned CROSS JOIN LATERAL (
				SELECT tenant_id, path FROM accounts WHERE owner_id = $1 AND path > owned.path || '0' ORDER BY path LIMIT 1) next
		), mine AS (
			SELECT tenant_id, path, $3::boolean AS below FROM owned
			UNION SELECT a.tenant_id, a.path, $3 FROM memberships m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
				WHERE m.member_id = $1
			UNION SELECT a.tenant_id, a.path, false FROM support_access d JOIN accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
				WHERE d.closed_at IS NULL AND d.until > $5 AND EXISTS (SELECT FROM staff WHERE member_id = $1 AND duty = '`+store.DutySupport+`'))
		SELECT DISTINCT ON (found.kind = 'personal', found.path) found.* FROM mine CROSS JOIN LATERAL (
			SELECT `+Columns+` FROM accounts a WHERE a.tenant_id = mine.tenant_id AND a.path >= mine.path AND a.path < mine.path || CASE WHEN mine.below THEN '0' ELSE '/' END
				AND ($2 = '' OR a.name ILIKE $2) AND a.archived_by IS NULL ORDER BY a.path LIMIT $4) found
		ORDER BY found.kind = 'personal', found.path LIMIT $4`, who.ID, store.Like(search), below, limit, s.store.Now())
}

// AccountsAmong gives those of some accounts, in their order, that whoever asks
// works in, or above.
func (s *Store) AccountsAmong(ctx context.Context, g authz.Grant, ids []uuid.UUID) ([]Account, error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member || len(ids) == 0 {
		return nil, nil
	}
	all, err := s.Accounts(ctx, store.ScopeMemberships, "SELECT "+Columns+" FROM accounts WHERE id = ANY($1) AND archived_by IS NULL", ids)
	if err != nil {
		return nil, err
	}
	var ways []uuid.UUID
	for _, a := range all {
		ways = append(ways, a.PathIDs()...)
	}
	held := map[uuid.UUID]bool{}
	err = s.store.Read(ctx, store.ScopeMemberships, func(r pgx.Rows) error {
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
