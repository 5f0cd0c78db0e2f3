package models

import (
	"net/netip"
	"strings"
)

// networkKind is the kind of record that says from where an account may be entered.
const networkKind = "network"

// networkRules are an account's networks as one text: `rule network`, joined by commas.
const networkRules = `coalesce((SELECT string_agg((r.data->>'rule') || ' ' || (r.data->>'network'), ',') FROM records r
	WHERE r.tenant_id = %s AND r.account_id = %s AND r.kind = '` + networkKind + `'), '')`

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
