package people

import (
	"context"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Headcount is how many people work in an account, and what they wait for.
type Headcount struct {
	Members  int // with the owner
	Subusers int
	New      int // subusers that have not used their one-time link yet
	Invited  int // whose invites can be accepted
	Lost     int // of these, whose mail couldn't be delivered
}

// CountPeople counts the people of the grant's account.
func (s *Store) CountPeople(ctx context.Context, g authz.Grant) (n Headcount, err error) {
	r := g.Resource()
	var waiting []uuid.UUID
	err = s.store.One(ctx, store.TenantScope(r.Tenant), []any{&n.Members, &n.Subusers, &n.New, &waiting}, `SELECT
			(SELECT count(*)::int FROM (SELECT member_id FROM memberships WHERE tenant_id = $1 AND account_id = $2
				UNION SELECT owner_id FROM accounts WHERE tenant_id = $1 AND id = $2) m),
			u.all_of_them, u.fresh, ARRAY(SELECT i.id FROM invites i WHERE i.tenant_id = $1 AND i.account_id = $2
				AND i.accepted_at IS NULL AND i.cancelled_at IS NULL AND i.expires_at > $3)
		FROM (SELECT count(*)::int AS all_of_them, count(*) FILTER (WHERE password_hash IS NULL AND state = 'active')::int AS fresh
				FROM subusers WHERE tenant_id = $1 AND account_id = $2) u`,
		r.Tenant, r.Account, s.store.Now())
	if n.Invited = len(waiting); err != nil || n.Invited == 0 {
		return n, err
	}
	return n, s.store.One(ctx, store.ScopeLetters, []any{&n.Lost}, "SELECT count(*) FROM letters WHERE about = ANY($1) AND state = 'failed'", waiting)
}
