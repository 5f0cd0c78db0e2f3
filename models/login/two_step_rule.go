package login

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// TwoStepRule is whether an account wants sign-ins of two steps, and how many of
// its people are ready for that.
type TwoStepRule struct {
	Since         *time.Time // nil where one step is enough
	People, Ready int
}

// TwoStepRule tells of the grant's account. Its people are its owner, its
// members and its subusers.
func (s *Store) TwoStepRule(ctx context.Context, g authz.Grant) (t TwoStepRule, err error) {
	r := g.Resource()
	var members []uuid.UUID
	err = s.store.One(ctx, store.TenantScope(r.Tenant), []any{&t.Since, &members, &t.People, &t.Ready}, `SELECT a.two_step_since,
			ARRAY(SELECT a.owner_id UNION SELECT m.member_id FROM memberships m WHERE m.tenant_id = $1 AND m.account_id = $2), s.people, s.ready
		FROM accounts a CROSS JOIN (SELECT count(*) AS people, count(u.two_step_at) AS ready FROM subusers u WHERE u.tenant_id = $1 AND u.account_id = $2) s
		WHERE a.tenant_id = $1 AND a.id = $2`, r.Tenant, r.Account)
	if err != nil {
		return t, err
	}
	ready := 0
	err = s.store.One(ctx, store.ScopeNames, []any{&ready}, "SELECT count(*) FROM members m WHERE id = ANY($1) AND "+MemberHasTwoStep("m"), members)
	t.People, t.Ready = t.People+len(members), t.Ready+ready
	return t, err
}

// MemberHasTwoStep tells of a row of members, called m, whether they can sign in
// by two steps.
func MemberHasTwoStep(m string) string {
	return fmt.Sprintf("(%[1]s.two_step_at IS NOT NULL OR EXISTS (SELECT FROM passkeys k WHERE k.member_id = %[1]s.id))", m)
}

// RequireTwoStep says whether sign-ins to the account take two steps from now
// on. Whoever requires it must have set it up, or their own next sign-in would
// be the one that fails; otherwise that is a Problem.
func (s *Store) RequireTwoStep(ctx context.Context, g authz.Grant, x Session, required bool) error {
	if x.Principal != g.Actor().ID {
		return authz.ErrDenied
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	action := "account.require_two_step"
	if !required {
		action = "account.free_two_step"
	}
	return s.store.Write(ctx, g, store.Change{Action: action, Permission: "security.edit", On: on}, func(tx *store.Tx) error {
		if err := account.LockAccount(tx); err != nil {
			return err
		}
		var a account.Account
		if err := account.TakeAccount(tx, &a, on.Account); err != nil {
			return err
		}
		tx.Change.Name = a.Name
		if !required {
			return store.OrConflict(tx.Exec("UPDATE accounts SET two_step_since = NULL WHERE tenant_id = ? AND id = ? AND two_step_since IS NOT NULL", on.Tenant, on.Account))
		}
		if err := tx.Across(func() error { return needsTwoStep(tx, x) }); err != nil {
			return err
		}
		return store.OrConflict(tx.Exec("UPDATE accounts SET two_step_since = ? WHERE tenant_id = ? AND id = ? AND two_step_since IS NULL", s.store.Now(), on.Tenant, on.Account))
	})
}

// needsTwoStep refuses a session's owner who could not sign in by two steps. A service
// account never signs in.
func needsTwoStep(tx *store.Tx, x Session) error {
	if x.Principal.Kind == authz.ServiceAccount {
		return nil
	}
	has := "two_step_at IS NOT NULL"
	rows := row(tx.DB, x.Principal, x.Tenant)
	if x.Principal.Kind == authz.Member {
		rows, has = tx.Table("members m").Where("m.id = ?", x.Principal.ID), MemberHasTwoStep("m")
	}
	var ready bool
	if err := rows.Select(has).Take(&ready).Error; err != nil {
		return err
	}
	if !ready {
		return store.Problems{"": "Set up two-step sign-in for yourself first: otherwise you would shut yourself out."}
	}
	return nil
}
