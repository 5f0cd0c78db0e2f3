package people

import (
	"context"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Headcount is how many people work in an account, and what they wait for.
type Headcount struct {
	Members  int // with the owner
	Subusers int
	New      int // subusers that have not used their one-time link yet
	Invited  int // whose invites can be accepted
	Lost     int // of these, whose mail could not be delivered
}

// CountPeople counts the people of the grant's account.
func (s *Store) CountPeople(ctx context.Context, g authz.Grant) (n Headcount, err error) {
	r := g.Resource()
	err = s.store.One(ctx, store.ScopeLetters, []any{&n.Members, &n.Subusers, &n.New, &n.Invited, &n.Lost}, `SELECT
			(SELECT count(*)::int FROM (SELECT member_id FROM memberships WHERE tenant_id = $1 AND account_id = $2
				UNION SELECT owner_id FROM accounts WHERE tenant_id = $1 AND id = $2) m),
			u.all_of_them, u.fresh, i.waiting, i.lost
		FROM (SELECT count(*)::int AS all_of_them, count(*) FILTER (WHERE password_hash IS NULL AND state = 'active')::int AS fresh
				FROM subusers WHERE tenant_id = $1 AND account_id = $2) u,
			(SELECT count(*)::int AS waiting, count(l.id)::int AS lost FROM invites i LEFT JOIN letters l ON l.about = i.id AND l.state = 'failed'
				WHERE i.tenant_id = $1 AND i.account_id = $2 AND i.accepted_at IS NULL AND i.cancelled_at IS NULL AND i.expires_at > $3) i`,
		r.Tenant, r.Account, s.store.Now())
	return n, err
}
