package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"bailiwick/authz"
	"bailiwick/models/letter"
	"bailiwick/models/store"
	"bailiwick/words"
)

// Deleting an account is done when the verb returns: it, with all below it,
// answers like an absent one. Its row stays, so that its id is never used again
// and the audit's chains go on; what was in it is removed by PurgeAccounts.

// DeleteEffect says what goes with an account.
type DeleteEffect struct {
	Below, Members, Subusers, Invites int
	Records                           map[string]int // by kind
	MoreRecords                       bool           // than were counted
}

// DeleteCounted is how many records a DeleteEffect counts.
const DeleteCounted = 10_000

// DeleteEffect tells what goes with an account of the grant's tenant, and with
// all that stands under it.
func (s *Store) DeleteEffect(ctx context.Context, g authz.Grant, a Account) (e DeleteEffect, err error) {
	e.Records = map[string]int{}
	const of = " WHERE x.tenant_id = $1 AND x.account_id IN (SELECT id FROM accounts WHERE tenant_id = $1 AND path >= $2 AND path < $2 || '0')"
	args := []any{g.Resource().Tenant, a.Path}
	total := 0
	err = s.store.ReadAll(ctx, store.TenantScope(g.Resource().Tenant),
		store.Query{Scan: func(r pgx.Rows) error { return r.Scan(&e.Below, &e.Members, &e.Subusers, &e.Invites) },
			SQL: `SELECT (SELECT count(*) - 1 FROM accounts WHERE tenant_id = $1 AND path >= $2 AND path < $2 || '0'),
				(SELECT count(*) FROM memberships x` + of + `), (SELECT count(*) FROM subusers x` + of + `),
				(SELECT count(*) FROM invites x` + of + ` AND x.accepted_at IS NULL AND x.cancelled_at IS NULL)`, Args: args},
		store.Query{Scan: func(r pgx.Rows) error {
			var kind string
			var n int
			err := r.Scan(&kind, &n)
			e.Records[kind] = n
			total += n
			return err
		}, SQL: "SELECT kind, count(*)::int FROM (SELECT x.kind FROM records x" + of + fmt.Sprintf(" LIMIT %d) r GROUP BY kind", DeleteCounted+1), Args: args})
	e.MoreRecords = total > DeleteCounted
	return e, err
}

// DeleteAccount deletes an account below the grant's. Its name must be typed,
// and along says that what stands under it goes too. Problems name the fields
// name and along.
func (s *Store) DeleteAccount(ctx context.Context, g authz.Grant, id uuid.UUID, typed string, along bool) error {
	return s.changeBelowBy(ctx, g, "sub_accounts.delete", id, "account.delete", func(tx *store.Tx, a Account) error {
		return DeleteAccount(tx, a, typed, along)
	})
}

// DeleteOwnAccount deletes a main account, which its owner alone can do, as
// DeleteAccount does one below.
func (s *Store) DeleteOwnAccount(ctx context.Context, g authz.Grant, typed string, along bool) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	return s.store.Write(ctx, g, store.Change{Action: "account.delete", Permission: "account.manage", On: on}, func(tx *store.Tx) error {
		if _, err := tx.LockAccess(); err != nil {
			return err
		}
		var a Account
		if err := TakeAccount(tx, &a, on.Account); err != nil {
			return err
		}
		if p := a.Undeletable(g.Actor().ID); p != "" {
			return store.Problems{"": p}
		}
		tx.Change.Name = a.Name
		return DeleteAccount(tx, a, typed, along)
	})
}

// Undeletable says why somebody can not delete the account that they act in;
// empty where they can.
func (a Account) Undeletable(who authz.PrincipalID) string {
	switch {
	case a.Kind == "personal":
		return "A personal account is deleted with its login."
	case a.Kind != "main":
		return "A sub-account is deleted in the account above it."
	case who != authz.PrincipalID{Kind: authz.Member, ID: a.OwnerID}:
		return "Only its owner can delete a company account."
	}
	return ""
}

// DeleteAccount deletes an account and, where along says so, all below it; typed is
// its name, written again.
func DeleteAccount(tx *store.Tx, a Account, typed string, along bool) error {
	var below int64
	if err := tx.Raw("SELECT count(*) FROM accounts WHERE tenant_id = ? AND "+subtree+" AND id <> ?", a.TenantID, a.Path, a.Path, a.ID).Scan(&below).Error; err != nil {
		return err
	}
	p := store.Problems{}
	if norm.NFC.String(strings.TrimSpace(typed)) != norm.NFC.String(a.Name) {
		p["name"] = "Type “" + a.Name + "” to confirm."
	}
	if below > 0 && !along {
		p["along"] = "There are " + words.Number(int(below)) + " accounts below it, which would be deleted too. Tick the box to agree, or move or delete them first."
		if below == 1 {
			p["along"] = "There is an account below it, which would be deleted too. Tick the box to agree, or move or delete it first."
		}
	}
	if len(p) > 0 {
		return p
	}
	tx.Note("kind", a.Kind)
	tx.Note("owner_id", a.OwnerID)
	tx.Note("accounts", below+1)
	tx.Touch("account", a.ID)
	return tx.Across(func() error {
		if err := tx.Patient(); err != nil {
			return err
		}
		if err := tx.Exec(store.SeeDeleted).Error; err != nil {
			return err
		}
		args := map[string]any{"tenant": a.TenantID, "path": a.Path, "now": tx.Store.Now()}
		const tree = "tenant_id = @tenant AND path >= @path AND path < @path || '0'"
		const in = "tenant_id = @tenant AND account_id IN (SELECT id FROM accounts WHERE " + tree + ")"
		var open []uuid.UUID // what could still be accepted
		if err := tx.Raw("SELECT id FROM invites WHERE accepted_at IS NULL AND cancelled_at IS NULL AND "+in+" UNION ALL SELECT id FROM ownership_offers WHERE ended_at IS NULL AND "+in, args).Scan(&open).Error; err != nil {
			return err
		}
		if err := letter.Withdraw(tx, open...); err != nil {
			return err
		}
		for _, sql := range []string{
			// First, so that who waits for one of them finds it gone.
			"UPDATE accounts SET state = 'deleted', deleted_at = @now WHERE state <> 'deleted' AND " + tree,
			// Then what somebody outside could still hold in hand.
			"DELETE FROM password_links WHERE tenant_id = @tenant AND subuser_id IN (SELECT id FROM subusers WHERE " + in + ")",
			"DELETE FROM login_links WHERE " + in,
			"UPDATE invites SET cancelled_at = @now WHERE accepted_at IS NULL AND cancelled_at IS NULL AND " + in,
		} {
			if err := tx.Exec(sql, args).Error; err != nil {
				return err
			}
		}
		var ids store.IDList // sessions are no tenant's
		if err := tx.Raw("SELECT id FROM accounts WHERE "+tree, args).Scan(&ids).Error; err != nil {
			return err
		}
		if err := tx.Exec("UPDATE sessions SET ended_at = ? WHERE ended_at IS NULL AND tenant_id = ? AND account_id = ANY(CAST(? AS uuid[]))", tx.Store.Now(), a.TenantID, ids).Error; err != nil {
			return err
		}
		return tx.Exec("SET LOCAL app.deleted = ''").Error
	})
}
