package program

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"bailiwick/models/store"
)

// KeyLife is how long a key works where nothing else is chosen.
const KeyLife = 90 * 24 * time.Hour

// KeyInput is what a form says of a key.
type KeyInput struct {
	Name        string
	Permissions []string // keys of those it is to be for; none for all
	ReadOnly    bool
	SubAccounts bool     // of a key of the account itself
	Networks    []string // addresses, or networks as 192.0.2.0/24
	Expires     time.Time
	Never       bool // it expires; otherwise a zero time is KeyLife from now
}

// mostNetworks a key can be bound to.
const mostNetworks = 50

// check reads what is typed and says what is wrong with it. A key that is made with a
// key is for no more networks and no more time than that.
func (in *KeyInput) check(tx *store.Tx, now time.Time) store.Problems {
	p := store.Problems{}
	in.Name = strings.TrimSpace(in.Name)
	p.Add("name", store.CheckName(in.Name))
	c := tx.Store.Catalog()
	for _, key := range in.Permissions {
		if c.Permission(key) == 0 {
			p.Add("permissions", fmt.Sprintf("%q is not a permission.", key))
		}
	}
	networks, by := store.TextList{}, tx.Grant.Actor().Scope
	for _, typed := range in.Networks {
		if typed = strings.TrimSpace(typed); typed == "" {
			continue
		}
		n, ok := readNetwork(typed)
		switch {
		case !ok:
			p.Add("networks", fmt.Sprintf("%q isn't an address or a network. Enter one such as 192.0.2.7 or 192.0.2.0/24.", typed))
		case by != nil && len(by.Networks) > 0 && !slices.ContainsFunc(by.Networks, func(own string) bool { return within(n, own) }):
			p.Add("networks", "The key that you use is not for "+typed+".")
		}
		networks = append(networks, n.String())
	}
	slices.Sort(networks)
	in.Networks = slices.Compact(networks)
	if len(in.Networks) > mostNetworks {
		p.Add("networks", fmt.Sprintf("List at most %d networks.", mostNetworks))
	}
	switch {
	case in.Never && !in.Expires.IsZero():
		p.Add("expires", "Choose a time, or that it never expires.")
	case in.Never:
	case in.Expires.IsZero():
		in.Expires = now.Add(KeyLife)
		if by != nil && !by.Until.IsZero() && by.Until.Before(in.Expires) {
			in.Expires = by.Until
		}
	case !in.Expires.After(now):
		p.Add("expires", "This time has passed. Choose a later one.")
	case in.Expires.After(now.Add(store.LongestRole)):
		p.Add("expires", "Choose a time within the next five years, or that it never expires.")
	}
	if by != nil {
		if store.Outlasts(in.Expires, by.Until) {
			p.Add("expires", "A key that is made with a key can't outlast it. Choose a time up to "+by.Until.UTC().Format(time.RFC3339)+".")
		}
		if len(in.Networks) == 0 {
			in.Networks = by.Networks
		}
	}
	return p
}

// readNetwork reads a network, or an address as one of its own.
func readNetwork(text string) (n netip.Prefix, ok bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	n, err := netip.ParsePrefix(text)
	return n.Masked(), err == nil
}

// within tells whether a network lies in another.
func within(n netip.Prefix, other string) bool {
	o, err := netip.ParsePrefix(other)
	return err == nil && o.Bits() <= n.Bits() && o.Contains(n.Addr())
}
