package handlers

import (
	"crypto/sha256"
	"net/netip"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// limits slow down guessing, before a password is hashed: per name, per block
// of addresses, and over all. They throttle; nobody is locked out for good.
type limits struct {
	all     *rate.Limiter
	name    *otter.Cache[string, *rate.Limiter]
	address *otter.Cache[string, *rate.Limiter]
}

func newLimits() *limits {
	cache := func() *otter.Cache[string, *rate.Limiter] {
		return otter.Must(&otter.Options[string, *rate.Limiter]{
			MaximumSize: 100_000, ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](15 * time.Minute),
		})
	}
	return &limits{all: rate.NewLimiter(50, 200), name: cache(), address: cache()}
}

// allow takes one try of a name (of one door) from an address. Whoever is over
// their own limit takes nothing from the name's or from everybody's.
func (l *limits) allow(door, name, address string) bool {
	return take(l.address, block(address), rate.NewLimiter(1, 120)) &&
		take(l.name, key(door, name), rate.NewLimiter(rate.Every(6*time.Second), 10)) &&
		l.all.Allow()
}

// allowCode takes one try of a second step, which is short: at ten tries and one
// a minute, guessing for a day finds one code in 200.
func (l *limits) allowCode(principal, address string) bool {
	return take(l.address, block(address), rate.NewLimiter(1, 120)) &&
		take(l.name, key("code", principal), rate.NewLimiter(rate.Every(time.Minute), 10)) && l.all.Allow()
}

// allowNameless is allow where nobody says yet who they are, and nothing short
// enough to guess is asked for.
func (l *limits) allowNameless(address string) bool {
	return take(l.address, block(address), rate.NewLimiter(1, 120)) && l.all.Allow()
}

// allowMail takes one of the letters that somebody, whoever it is, may have sent
// to an address that is not theirs: ten, and then one in ten minutes.
func (l *limits) allowMail(to string) bool {
	return take(l.name, key("mail", to), rate.NewLimiter(rate.Every(10*time.Minute), 10))
}

// succeeded gives a name its tries back.
func (l *limits) succeeded(door, name string) { l.name.Invalidate(key(door, name)) }

// key is as short for a name of a megabyte as for any other.
func key(door, name string) string {
	sum := sha256.Sum256([]byte(door + "\n" + strings.ToLower(strings.TrimSpace(name))))
	return string(sum[:])
}

func take(c *otter.Cache[string, *rate.Limiter], key string, fresh *rate.Limiter) bool {
	l, _ := c.SetIfAbsent(key, fresh)
	return l.Allow()
}

// block is the network an address is counted with: /24, or /56 of IPv6.
func block(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	bits := 24
	if a.Unmap().Is6() {
		bits = 56
	}
	p, _ := a.Unmap().Prefix(bits)
	return p.String()
}
