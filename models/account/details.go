package account

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Details is what the page of one account says of it.
type Details struct {
	Account
	Owner         string
	Parent        string // its name
	ArchivedWith  string // the name of the account it was archived with
	SuspendedWith string // the name of an account above it that is suspended
	Members       int    // the owner apart
	Subusers      int
	Invites       int // that can still be accepted
	Below         int // accounts
	Labels        []string
}

// Details tells of an account below the grant's. Another one answers
// like an absent one.
func (s *Store) AccountDetails(ctx context.Context, g authz.Grant, id uuid.UUID) (d Details, err error) {
	r := g.Resource()
	err = s.store.One(ctx, store.TenantScope(r.Tenant), append(d.Fields(), &d.Parent, &d.ArchivedWith, &d.SuspendedWith, &d.Members, &d.Subusers, &d.Invites, &d.Below, &d.Labels),
		"SELECT a."+strings.ReplaceAll(Columns, ", ", ", a.")+`, p.name,
			coalesce((SELECT w.name FROM accounts w WHERE w.tenant_id = $1 AND w.id = a.archived_by), ''),
			coalesce((SELECT w.name FROM accounts w WHERE w.tenant_id = $1 AND w.id <> a.id AND w.state = 'suspended'
				AND w.id = ANY(CAST(string_to_array(a.path, '/') AS uuid[])) ORDER BY w.depth LIMIT 1), ''),
			(SELECT count(*) FROM memberships m WHERE m.tenant_id = $1 AND m.account_id = a.id),
			(SELECT count(*) FROM subusers u WHERE u.tenant_id = $1 AND u.account_id = a.id),
			(SELECT count(*) FROM invites i WHERE i.tenant_id = $1 AND i.account_id = a.id AND i.accepted_at IS NULL AND i.cancelled_at IS NULL AND i.expires_at > $4),
			(SELECT count(*) FROM accounts b WHERE b.tenant_id = $1 AND b.path > a.path || '/' AND b.path < a.path || '0'),
			ARRAY(SELECT l.label FROM account_labels l WHERE l.tenant_id = $1 AND l.account_id = a.id ORDER BY l.label)
		FROM accounts a JOIN accounts top ON top.tenant_id = $1 AND top.id = $2 AND a.path > top.path || '/' AND a.path < top.path || '0'
			JOIN accounts p ON p.tenant_id = $1 AND p.id = a.parent_id
		WHERE a.tenant_id = $1 AND a.id = $3`, r.Tenant, r.Account, id, s.store.Now())
	if err != nil {
		return d, err
	}
	people, err := peopleBy(ctx, s.store, []uuid.UUID{d.OwnerID})
	d.Owner = people[d.OwnerID].Name
	return d, err
}

// Line is what a list says of an account besides its own row.
type Line struct {
	Owner  string
	People int // members and subusers
	Labels []string
}

// AccountLines gives the lines of accounts of one tenant.
func (s *Store) AccountLines(ctx context.Context, tenant uuid.UUID, accounts []Account) (map[uuid.UUID]Line, error) {
	lines := map[uuid.UUID]Line{}
	if len(accounts) == 0 {
		return lines, nil
	}
	var ids, owners []uuid.UUID
	for _, a := range accounts {
		ids, owners = append(ids, a.ID), append(owners, a.OwnerID)
	}
	people, named := peopleQuery(owners)
	err := s.store.ReadAll(ctx, store.ScopeNames, named, store.Query{Scan: func(r pgx.Rows) error {
		var id uuid.UUID
		var l Line
		err := r.Scan(&id, &l.People, &l.Labels)
		lines[id] = l
		return err
	}, SQL: `SELECT a.id,
			(SELECT count(*) FROM memberships m WHERE m.tenant_id = $1 AND m.account_id = a.id)
			+ (SELECT count(*) FROM subusers u WHERE u.tenant_id = $1 AND u.account_id = a.id),
			ARRAY(SELECT l.label FROM account_labels l WHERE l.tenant_id = $1 AND l.account_id = a.id ORDER BY l.label)
		FROM accounts a WHERE a.tenant_id = $1 AND a.id = ANY($2)`, Args: []any{tenant, ids}})
	for _, a := range accounts {
		l := lines[a.ID]
		l.Owner = people[a.OwnerID].Name
		lines[a.ID] = l
	}
	return lines, err
}
