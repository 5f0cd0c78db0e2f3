package models

import (
	"context"
	"net/netip"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
)

// networkKind is the kind of record that says from where an account may be entered.
const networkKind = "network"

// networkRules are an account's networks as one text: `rule network`, joined by commas.
const networkRules = `coalesce((SELECT string_agg((r.data->>'rule') || ' ' || (r.data->>'network'), ',') FROM records r
	WHERE r.tenant_id = %s AND r.account_id = %s AND r.kind = '` + networkKind + `'), '')`

// shutBelow are the accounts below the grant's that its actor could not enter now,
// whatever their roles: they take sign-ins of two steps, or from other networks.
// What is inside of them does not show from above either.
func (s *Store) shutBelow(ctx context.Context, g authz.Grant) (map[uuid.UUID]bool, error) {
	shut, who, r := map[uuid.UUID]bool{}, g.Actor(), g.Resource()
	mark := func(closed func(rule string) bool) func(pgx.Rows) error {
		return func(rows pgx.Rows) error {
			var id uuid.UUID
			var rule string
			if err := rows.Scan(&id, &rule); err != nil {
				return err
			}
			shut[id] = shut[id] || closed(rule)
			return nil
		}
	}
	if g.IsSystem() {
		return shut, nil
	}
	return shut, s.readAll(ctx, tenantScope(r.Tenant),
		query{mark(func(string) bool { return true }), "SELECT id, '' FROM accounts WHERE tenant_id = $1 AND two_step_since <= $2 AND $3",
			[]any{r.Tenant, who.OneStep, !who.OneStep.IsZero()}},
		query{mark(func(rules string) bool { return who.Address != "" && !admits(rules, who.Address) }),
			`SELECT account_id, string_agg((data->>'rule') || ' ' || (data->>'network'), ',') FROM records
			WHERE tenant_id = $1 AND kind = '` + networkKind + `' GROUP BY account_id`, []any{r.Tenant}})
}

// admits tells whether the rules let an address in: it is in no blocked network
// and, where any network is allowed, in one of those. An address that can not be
// read is let in only where there are no rules.
func admits(rules, address string) bool {
	if rules == "" {
		return true
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	allows, allowed := false, false
	for _, line := range splitList(rules) {
		rule, text, _ := strings.Cut(line, " ")
		inside := contains(text, a)
		switch {
		case rule == "block" && inside:
			return false
		case rule == "allow":
			allows, allowed = true, allowed || inside
		}
	}
	return !allows || allowed
}

func contains(network string, a netip.Addr) bool {
	if p, err := netip.ParsePrefix(network); err == nil {
		return p.Contains(a)
	}
	one, err := netip.ParseAddr(network)
	return err == nil && one.Unmap() == a
}

// keepReachable refuses a change of networks by which whoever makes it would
// lock themselves out. Who comes by the command line has no address.
func (tx *Tx) keepReachable() error {
	from := tx.grant.Actor().Address
	if from == "" {
		return nil
	}
	if err := tx.lockAccount(); err != nil {
		return err
	}
	var rules string
	on := tx.change.on
	if err := tx.Raw("SELECT "+strings.ReplaceAll(networkRules, "%s", "?"), on.Tenant, on.Account).Scan(&rules).Error; err != nil {
		return err
	}
	if !admits(rules, from) {
		return Problems{"": "With this you would lock yourself out: you come from " + from + ", which may not come in then."}
	}
	return nil
}
