package handlers_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bailiwick/handlers"
	"bailiwick/models/store"
)

const notThePassword = "not the right password"

// guess tries a wrong password so many times and counts those that were looked at.
func (b *browser) guess(n int, path, field, name string) (lookedAt int, last page) {
	b.t.Helper()
	for range n {
		last = b.post(path, values(field, name, "password", notThePassword))
		if last.status == http.StatusUnprocessableEntity {
			lookedAt++
		} else {
			last.want(b.t, http.StatusTooManyRequests)
		}
	}
	return lookedAt, last
}

// However Mallory spells Ada's address, it is ten guesses, and the page says when
// there is another.
func TestALimitCountsANameHoweverItIsSpelled(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Now())
	_, link := p.subuser(p.east, "zoë", "Developer")
	for _, door := range []struct {
		path, field string
		spellings   []string
	}{
		{"/sign-in", "email", []string{"ada@example.com", "ADA@example.com", " ada@example.com ", "ⓐda@example.com", "ａda@example.com", "ada＠example.com", "𝐚da@example.com"}},
		{"/login/" + link, "name", []string{"zoë", "ZOË", "zoe\u0308", "ｚoë"}},
	} {
		all := 0
		var last page
		for range 3 {
			for _, name := range door.spellings {
				n, got := p.browser().guess(1, door.path, door.field, name)
				all, last = all+n, got
			}
		}
		if all != 10 {
			t.Errorf("%d guesses at %s were looked at", all, door.path)
		}
		if last.header.Get("Retry-After") == "" || !strings.Contains(last.Text(), "Try again in ") {
			t.Errorf("the page does not say when: %s", last.Text())
		}
	}
	p.as(p.grace) // others are not held up
}

// Ada signs in from where she always does, while Mallory guesses: Mallory gets
// no more guesses by that, and Ada is not locked out.
func TestSuccessRefillsNothingForOthers(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.clock.stand(time.Now())
	mallory, all := p.browser(), 0
	for range 4 {
		n, _ := mallory.guess(5, "/sign-in", "email", p.ada.Email)
		all += n
		ada.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
	}
	if all != 10 {
		t.Errorf("%d guesses were looked at", all)
	}
	// A browser that was never here is held up with Mallory, until a while later.
	stranger := p.browser()
	stranger.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusTooManyRequests)
	p.clock.stand(p.clock.now().Add(7 * time.Second))
	stranger.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
	if n, _ := mallory.guess(3, "/sign-in", "email", p.ada.Email); n != 1 {
		t.Errorf("%d more guesses were looked at", n) // a success costs nothing, either
	}
}

func TestAKnownBrowserIsKnownForItsOwnLoginAlone(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Developer")
	mallory := p.as(p.mallory) // has a browser that is known, to herself
	ada, dev := p.as(p.ada), p.asSubuser(link, "dev")
	p.clock.stand(time.Now())
	for _, x := range []struct{ path, field, name string }{{"/sign-in", "email", p.ada.Email}, {"/login/" + link, "name", "dev"}} {
		if n, _ := mallory.guess(12, x.path, x.field, x.name); n != 10 {
			t.Errorf("at %s Mallory's browser has %d guesses", x.path, n)
		}
		if n, _ := p.browser().guess(2, x.path, x.field, x.name); n != 0 {
			t.Errorf("at %s another browser has %d guesses besides", x.path, n)
		}
	}
	// Their own browsers have ten tries of their own, which end as well.
	if n, _ := ada.guess(12, "/sign-in", "email", p.ada.Email); n != 10 {
		t.Errorf("Ada's browser has %d tries", n)
	}
	if n, _ := dev.guess(12, "/login/"+link, "name", "dev"); n != 10 {
		t.Errorf("the subuser's browser has %d tries", n)
	}
}

// Whoever knew the old password had a browser that is known. It is not any more.
func TestANewPasswordForgetsTheBrowsers(t *testing.T) {
	p := newPanel(t)
	ada, mallory := p.as(p.ada), p.as(p.ada)
	ada.send("/password", "current", password, "password", "another plain password").want(t, http.StatusSeeOther)
	p.clock.stand(time.Now())
	p.browser().guess(10, "/sign-in", "email", p.ada.Email)
	if n, _ := mallory.guess(2, "/sign-in", "email", p.ada.Email); n != 0 {
		t.Errorf("a browser that knew the old password has %d guesses of its own", n)
	}
}

// Two nodes of one installation count together, also when all come at once.
func TestLimitsCountForAllNodes(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Now())
	one := p.browser()
	p.open()
	two := p.browser()
	if one.base == two.base {
		t.Fatal("both are one node")
	}
	var all sync.WaitGroup
	var mutex sync.Mutex
	lookedAt := 0
	for i := range 24 {
		b := *one
		if i%2 == 1 {
			b = *two
		}
		all.Go(func() {
			got := b.post("/sign-in", values("email", p.ada.Email, "password", notThePassword))
			mutex.Lock()
			defer mutex.Unlock()
			if got.status == http.StatusUnprocessableEntity {
				lookedAt++
			} else if got.status != http.StatusTooManyRequests {
				t.Errorf("status %d", got.status)
			}
		})
	}
	all.Wait()
	if lookedAt != 10 {
		t.Errorf("two nodes looked at %d guesses", lookedAt)
	}
}

// from is a browser whose requests a proxy says are from an address.
type from struct {
	http.RoundTripper
	address string
}

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", f.address)
	return f.RoundTripper.RoundTrip(r)
}

// behindProxy serves the panel as behind a proxy on this machine.
func (p *panel) behindProxy() (at func(address string) *browser) {
	p.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	e, err := handlers.New(p.store, handlers.Config{PublicURL: &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}, Secret: p.config.Secret,
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Log: slog.New(slog.DiscardHandler)})
	must(p.t, err)
	server.Config.Handler = e
	server.Start()
	p.t.Cleanup(server.Close)
	return func(address string) *browser {
		b := p.browser()
		b.base, b.client.Transport = server.URL, from{http.DefaultTransport, address}
		return b
	}
}

// One connection of IPv6 has a /64, one customer a /48: neither gets more tries
// by changing addresses, nor uses up those of everybody.
func TestIPv6IsCountedByConnectionAndByCustomer(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Now())
	at, n := p.behindProxy(), 0
	tried := func(address string) bool {
		n++
		return at(address).post("/sign-in/passkey/begin", nil).status != http.StatusTooManyRequests
	}
	count := func(times int, address func(i int) string) (allowed int) {
		for i := range times {
			if tried(address(i)) {
				allowed++
			}
		}
		return allowed
	}
	if got := count(130, func(i int) string { return "2001:db8:1:1::" + strconv.Itoa(i+1) }); got != 120 {
		t.Errorf("a /64 has %d tries", got)
	}
	if got := count(130, func(i int) string { return "2001:db8:1:" + strconv.FormatInt(int64(i+2), 16) + "::1" }); got != 80 {
		t.Errorf("a /48 has %d tries more; the panel has %d", got, 200-120)
	}
	p.clock.stand(p.clock.now().Add(time.Minute))
	if !tried("203.0.113.7") || !tried("2001:db8:2::1") {
		t.Error("others are held up")
	}
	if got := count(250, func(i int) string { return "2001:db8:1:" + strconv.FormatInt(int64(i+1000), 16) + "::1" }); got != 160 {
		t.Errorf("within a minute a /48 gets %d more", got)
	}
	if !tried("203.0.113.7") {
		t.Error("one customer used up the tries of everybody")
	}
}

// A hundred clients come with a password at once: those that can not be served
// soon hear so, in words and with a time, and then the right password is let in.
func TestAFloodOfPasswordsIsTurnedAwayInWords(t *testing.T) {
	p := newPanel(alone{t})
	var all sync.WaitGroup
	answers := make(chan page, 100)
	for i := range cap(answers) {
		b := p.browser()
		all.Go(func() {
			answers <- b.post("/sign-in", values("email", "nobody"+strconv.Itoa(i)+"@example.com", "password", notThePassword))
		})
	}
	all.Wait()
	close(answers)
	away := 0
	for got := range answers {
		if got.status == http.StatusUnprocessableEntity {
			continue
		}
		away++
		if got.want(t, http.StatusServiceUnavailable); got.header.Get("Retry-After") == "" || !strings.Contains(got.Text(), "Your password was not checked") {
			t.Errorf("turned away with %q: %s", got.header.Get("Retry-After"), got.Text())
		}
	}
	if away == 0 {
		t.Error("a hundred clients at once all found room")
	}
	p.as(p.ada)
}

// Mallory's sixteen clients try again as soon as they are answered. Each hears
// that it was too often, so many a second in all; whoever mistyped a little too
// often hears it at once.
func TestAFloodOfRefusalsIsPaced(t *testing.T) {
	p := newPanel(alone{t})
	p.clock.stand(time.Now())
	p.browser().guess(10, "/sign-in", "email", p.ada.Email)
	begun := time.Now()
	if n, _ := p.browser().guess(5, "/sign-in", "email", p.ada.Email); n != 0 {
		t.Errorf("%d guesses were looked at", n)
	}
	alone := time.Since(begun) / 5
	var all sync.WaitGroup
	var answered atomic.Int64
	begun = time.Now()
	for range 16 {
		b := p.browser()
		all.Go(func() {
			for time.Since(begun) < 3*time.Second {
				b.guess(1, "/sign-in", "email", p.ada.Email)
				answered.Add(1)
			}
		})
	}
	all.Wait()
	if n, most := float64(answered.Load()), 100+50*time.Since(begun).Seconds(); n > most+1 {
		t.Errorf("%.0f refusals went out, and %.0f may", n, most)
	}
	if alone > time.Second/2 {
		t.Errorf("a refusal of somebody alone takes %s", alone)
	}
}

func TestOldLimitsAreRemoved(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	ada := p.as(p.ada)
	p.clock.stand(time.Now())
	p.browser().guess(10, "/sign-in", "email", p.ada.Email)
	must(t, p.store.PruneLimits(ctx))
	if n, _ := p.browser().guess(1, "/sign-in", "email", p.ada.Email); n != 0 {
		t.Error("a limit that still counts was removed")
	}
	if n, _ := ada.guess(1, "/sign-in", "email", p.ada.Email); n != 1 {
		t.Error("a browser that signed in just now is forgotten")
	}
	p.clock.stand(p.clock.now().Add(store.BrowserLife + time.Hour))
	must(t, p.store.PruneLimits(ctx))
	p.browser().guess(10, "/sign-in", "email", p.ada.Email)
	if n, _ := ada.guess(1, "/sign-in", "email", p.ada.Email); n != 0 {
		t.Error("a browser that was not here for 90 days is known still")
	}
}
