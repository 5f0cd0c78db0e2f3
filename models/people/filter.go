package people

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Filter narrows a list of subusers or members.
type Filter struct {
	Search  string
	Role    string      // as stored, without an end
	TwoStep string      // "on" or "off"
	Seen    string      // a key of SeenWithin or UnseenFor, or "never"
	From    time.Time   // signed in last at or after; zero for no bound
	To      time.Time   // and before
	State   string      // "active" or "suspended"; of subusers "no_password" too
	IDs     []uuid.UUID // only these; none for all
	After   string      // the cursor after which the page begins
	Counted bool        // how many there are is wanted too
}

// SeenWithin and UnseenFor are how long ago somebody signed in last: at most, and
// at least.
var (
	SeenWithin = map[string]time.Duration{"7": 7 * day, "30": 30 * day}
	UnseenFor  = map[string]time.Duration{"not30": 30 * day, "not90": 90 * day}
)

const day = 24 * time.Hour

// Narrow tells whether the filter leaves anybody out.
func (f Filter) Narrow() bool {
	return f.Search != "" || f.Role != "" || f.TwoStep != "" || f.Seen != "" || f.State != "" || !f.From.IsZero() || !f.To.IsZero()
}

// columns are where a query has what a filter asks for.
type columns struct{ id, roles, twoStep string }

// where is the condition, with its arguments by name, of what the filter shows; the
// search and the page apart.
func (f Filter) where(s *Store, c columns, args map[string]any) (where string) {
	add := func(condition, name string, value any) {
		where += " AND " + condition
		if name != "" {
			args[name] = value
		}
	}
	if len(f.IDs) > 0 {
		add(c.id+" = ANY(CAST(@ids AS uuid[]))", "ids", store.IDList(f.IDs))
	}
	if f.Role != "" {
		add("EXISTS (SELECT FROM unnest("+c.roles+") held WHERE split_part(held, ' ', 1) = @role)", "role", f.Role)
	}
	switch f.TwoStep {
	case "on":
		add(c.twoStep, "", nil)
	case "off":
		add("NOT "+c.twoStep, "", nil)
	}
	if f.Seen == "never" {
		add("x.last_sign_in IS NULL", "", nil)
	} else if within, ok := SeenWithin[f.Seen]; ok {
		add("x.last_sign_in >= @seen", "seen", s.store.Now().Add(-within))
	} else if long, ok := UnseenFor[f.Seen]; ok {
		add("(x.last_sign_in IS NULL OR x.last_sign_in < @seen)", "seen", s.store.Now().Add(-long))
	}
	if !f.From.IsZero() {
		add("x.last_sign_in >= @from", "from", f.From)
	}
	if !f.To.IsZero() {
		add("x.last_sign_in < @to", "to", f.To)
	}
	switch f.State {
	case "active", "suspended":
		add("x.state = @state", "state", f.State)
	case "no_password":
		add("x.state = 'active' AND x.password_hash IS NULL", "", nil)
	}
	return where
}

// subusersShown is the condition of the subusers that a filter shows on all pages.
func (s *Store) subusersShown(tenant, account uuid.UUID, f Filter) (string, map[string]any) {
	args := map[string]any{"tenant": tenant, "account": account}
	where := "x.tenant_id = @tenant AND x.account_id = @account" + f.where(s, columns{"x.id", "x.roles", "(x.two_step_at IS NOT NULL)"}, args)
	if search := store.Like(f.Search); search != "" {
		where += " AND (x.name ILIKE @search OR x.description ILIKE @search)"
		args["search"] = search
	}
	return where, args
}

// peopleOf are the owner and the members of an account, before they are narrowed
// down; x is the login, which is no tenant's: what is the tenant's, the function
// people_of reads in a statement of its own.
const peopleOf = "people_of(@tenant, @account) h JOIN members x ON x.id = h.member_id"

// membersShown is the condition of the members that a filter shows on all pages.
func (s *Store) membersShown(tenant, account uuid.UUID, f Filter) (string, map[string]any) {
	args := map[string]any{"tenant": tenant, "account": account}
	where := "true" + f.where(s, columns{"x.id", "h.roles", login.MemberHasTwoStep("x")}, args)
	if search := store.Like(f.Search); search != "" {
		where += " AND (x.name ILIKE @search OR x.email ILIKE @search)"
		args["search"] = search
	}
	return where, args
}

// countSubusers counts those of a condition, and those up to @after.
const countSubusers = "SELECT count(*), count(*) FILTER (WHERE x.name <= @after) FROM subusers x WHERE "

// CountSubusers is how many subusers of the grant's account a filter shows, and how
// many of them before its page.
func (s *Store) CountSubusers(ctx context.Context, g authz.Grant, f Filter) (all, before int, err error) {
	r := g.Resource()
	where, args := s.subusersShown(r.Tenant, r.Account, f)
	args["after"] = f.After
	err = s.store.One(ctx, store.TenantScope(r.Tenant), []any{&all, &before},
		countSubusers+where, pgx.NamedArgs(args))
	return all, before, err
}

// CountMembers is CountSubusers for the members of the grant's account, its owner
// among them.
func (s *Store) CountMembers(ctx context.Context, g authz.Grant, f Filter) (all, before int, err error) {
	r := g.Resource()
	where, args := s.membersShown(r.Tenant, r.Account, f)
	id, name, _ := strings.Cut(f.After, " ")
	last, err := uuid.Parse(id)
	if err != nil && f.After != "" {
		return 0, 0, store.ErrNotFound
	}
	args["after"], args["name"], args["last"] = f.After, name, last
	err = s.store.One(ctx, store.ScopeNames, []any{&all, &before},
		"SELECT count(*), count(*) FILTER (WHERE @after <> '' AND (h.owner OR (lower(x.name), x.id) <= (@name, @last))) FROM "+peopleOf+" WHERE "+where, pgx.NamedArgs(args))
	return all, before, err
}

// RoleKey is what is stored of a role that a form names; of what is no role here, the
// name itself, which nobody holds.
func (s *Store) RoleKey(snap *authz.Snapshot, name string, at store.Holding) string {
	if r, problem := s.store.HeldRoleNamed(snap, name, at); problem == "" {
		return r.StoredKey
	}
	return name
}
