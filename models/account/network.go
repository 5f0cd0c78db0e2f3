package account

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// NetworkKind is the kind of record that says from where an account may be entered.
const NetworkKind = "network"

// NetworkRules are an account's networks as one text: `rule network`, joined by commas.
const NetworkRules = `coalesce((SELECT string_agg((r.data->>'rule') || ' ' || (r.data->>'network'), ',') FROM records r
	WHERE r.tenant_id = %s AND r.account_id = %s AND r.kind = '` + NetworkKind + `'), '')`

// ShutBelow are the accounts below the grant's that its actor could not enter now,
// whatever their roles: they take sign-ins of two steps, those from other networks,
// or sessions that went less unused. What is inside of them does not show from above
// either.
func (s *Store) ShutBelow(ctx context.Context, g authz.Grant) (map[uuid.UUID]bool, error) {
	shut, who, r := map[uuid.UUID]bool{}, g.Actor(), g.Resource()
	if g.IsSystem() {
		return shut, nil
	}
	return shut, s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var id uuid.UUID
		var rules *string
		err := rows.Scan(&id, &rules)
		shut[id] = shut[id] || rules == nil || who.Address != "" && !Admits(*rules, who.Address)
		return err
	}, `SELECT id, NULL FROM accounts WHERE tenant_id = $1 AND two_step_since <= $2 AND $3
		UNION ALL SELECT id, NULL FROM accounts WHERE tenant_id = $1 AND idle_minutes <= $4
		UNION ALL SELECT account_id, string_agg((data->>'rule') || ' ' || (data->>'network'), ',') FROM records
			WHERE tenant_id = $1 AND kind = '`+NetworkKind+`' GROUP BY account_id`,
		r.Tenant, who.OneStep, !who.OneStep.IsZero(), int((who.Idle-store.UsedEvery)/time.Minute))
}

// Shut tells whether an account below the grant's is shut to its actor's session,
// as for ShutBelow.
func (s *Store) Shut(ctx context.Context, g authz.Grant, account uuid.UUID) (bool, error) {
	shut, err := s.ShutBelow(ctx, g)
	return shut[account], err
}

// Admits tells whether the rules let an address in.
func Admits(rules, address string) bool { return Judge(rules, address) == admitted }

type verdict int

const (
	admitted verdict = iota
	notAllowed
	Blocked
)

// Judge lets an address in that is in no blocked network and, where any network
// is allowed, in one of those. One that can not be read is let in only where
// there are no rules.
func Judge(rules, address string) verdict {
	if rules == "" {
		return admitted
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return notAllowed
	}
	a = a.Unmap().WithZone("")
	allows, allowed := false, false
	for _, line := range store.SplitList(rules) {
		rule, text, _ := strings.Cut(line, " ")
		inside := contains(text, a)
		switch {
		case rule == "block" && inside:
			return Blocked
		case rule == "allow":
			allows, allowed = true, allowed || inside
		}
	}
	if allows && !allowed {
		return notAllowed
	}
	return admitted
}

func contains(network string, a netip.Addr) bool {
	if p, err := netip.ParsePrefix(network); err == nil {
		return p.Contains(a)
	}
	one, err := netip.ParseAddr(network)
	return err == nil && one.Unmap() == a
}

// KeepReachable does a change of networks, and refuses one by which whoever makes
// it would lock themselves out. Who comes by the command line has no address, and
// an owner whom the networks keep out mends them one by one.
func KeepReachable(tx *store.Tx, do func() error) error {
	from := tx.Grant.Actor().Address
	if from == "" {
		return do()
	}
	if err := LockAccount(tx); err != nil {
		return err
	}
	before, err := networks(tx)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := networks(tx)
	if err == nil && Admits(before, from) && !Admits(after, from) {
		err = store.Problems{"": "This would lock you out: your address is " + from + "."}
	}
	return err
}

// Networks are the rules of the write's account.
func networks(tx *store.Tx) (rules string, err error) {
	on := tx.Change.On
	return rules, tx.Raw("SELECT "+strings.ReplaceAll(NetworkRules, "%s", "?"), on.Tenant, on.Account).Scan(&rules).Error
}

// ClearNetworks removes all networks of an account, for the operator's command
// line, and says how many there were.
func (s *Store) ClearNetworks(ctx context.Context, account uuid.UUID) (a Account, removed int64, err error) {
	snap := s.store.Access()
	at, ok := snap.Find(account)
	if !ok {
		return a, 0, store.ErrNotFound
	}
	on := authz.Resource{Tenant: snap.Tenant(at), Account: account}
	return a, removed, s.store.Write(ctx, authz.SystemGrant("networks clear"), store.Change{Action: "account.clear_networks", On: on}, func(tx *store.Tx) error {
		if err := TakeAccount(tx, &a, account); err != nil {
			return err
		}
		tx.Change.Name = a.Name
		rules, err := networks(tx)
		if err != nil {
			return err
		}
		tx.Note("networks", store.SplitList(rules))
		done := tx.Exec("DELETE FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ?", on.Tenant, on.Account, NetworkKind)
		if removed = done.RowsAffected; done.Error == nil && removed == 0 {
			return store.ErrConflict
		}
		return done.Error
	})
}
