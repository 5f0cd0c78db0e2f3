package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/postgres/pgtest"
)

const idleLimit = "/settings/security/idle-limit"

// pass lets time go by on a clock that stands.
func (p *panel) pass(d time.Duration) { p.clock.stand(p.clock.now().Add(d)) }

// limitIdle sets an account's idle limit.
func (p *panel) limitIdle(a account.Account, minutes string) {
	p.t.Helper()
	p.as(p.ada).send(in(a, idleLimit), "minutes", minutes).want(p.t, http.StatusSeeOther)
}

// byScript asks as htmx does.
func (b *browser) byScript(path string) page {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.base+path, nil)
	must(b.t, err)
	req.Header.Set("HX-Request", "true")
	return b.do(req)
}

// sendFrom posts a form as a browser does that shows a page.
func (b *browser) sendFrom(referer, path string, form url.Values) page {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Referer", referer)
	return b.do(req)
}

// The last use is noted to the minute, so the limit is up to a minute late.
func TestASessionUnusedForTooLongIsOver(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC))
	_, link := p.subuser(p.east, "dev", "Developer")
	p.limitIdle(p.east, "30")
	for name, person := range map[string]struct {
		signIn func() *browser
		door   string
	}{
		"member":  {func() *browser { return p.as(p.edsger) }, "/sign-in"},
		"subuser": {func() *browser { return p.asSubuser(link, "dev") }, "/login/" + link},
	} {
		t.Run(name, func(t *testing.T) {
			b := person.signIn()
			for range 3 { // use keeps it alive
				p.pass(31*time.Minute - time.Second)
				b.get(in(p.east, "/calls")).want(t, http.StatusOK)
			}
			p.pass(31 * time.Minute)
			got := b.get(in(p.east, "/calls?q=49")).want(t, http.StatusSeeOther)
			if got.location() != person.door+"?return="+url.QueryEscape(in(p.east, "/calls?q=49"))+"&unused=1" {
				t.Errorf("led to %s", got.location())
			}
			door := b.get(got.location()).want(t, http.StatusOK).says(t, "signed out because the panel went unused for longer than your account allows")
			if back := door.Find("form [name='return']").AttrOr("value", ""); back != in(p.east, "/calls?q=49") {
				t.Errorf("signing in leads to %q", back)
			}
			if out := b.get("/sessions").want(t, http.StatusSeeOther); strings.Contains(out.location(), "unused") { // it ended for good
				t.Errorf("a session that was over is said to have ended now: %s", out.location())
			}

			b = person.signIn()
			p.pass(31 * time.Minute)
			if got := b.byScript(in(p.east, "/calls")); got.header.Get("HX-Redirect") != person.door+"?unused=1" || got.body != "" {
				t.Errorf("a script is led to %q with %q", got.header.Get("HX-Redirect"), got.body)
			}
			for from, back := range map[string]string{b.base: "return=" + url.QueryEscape(in(p.east, "/contacts/new")) + "&", "https://elsewhere.example": ""} {
				b = person.signIn()
				token := b.token()
				p.pass(31 * time.Minute)
				got := b.sendFrom(from+in(p.east, "/contacts/new"), in(p.east, "/contacts"), values("name", "Charles", "token", token)).want(t, http.StatusSeeOther)
				if got.location() != person.door+"?"+back+"unused=1" {
					t.Errorf("what was sent too late is led to %s", got.location())
				}
			}
		})
	}
	t.Run("subuser's own pages", func(t *testing.T) {
		dev := p.asSubuser(link, "dev")
		p.pass(31 * time.Minute)
		dev.get("/sessions").want(t, http.StatusSeeOther)
	})
}

// A limit is its account's own, and a visit elsewhere does not make up for the
// time before.
func TestAnIdleLimitIsItsAccountsOwn(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC))
	grace := p.as(p.grace)
	ada := p.as(p.ada)
	ada.send(in(p.east, "/contacts"), "name", "Of East").want(t, http.StatusSeeOther)
	ada.send(in(p.berlin, "/contacts"), "name", "Of Berlin").want(t, http.StatusSeeOther)
	p.limitIdle(p.east, "5")

	below := func(shows bool) {
		t.Helper()
		got := grace.get(in(p.analytical, "/contacts?accounts=below")).want(t, http.StatusOK).Text()
		if strings.Contains(got, "Of East") != shows || !strings.Contains(got, "Of Berlin") {
			t.Errorf("from above, what is in East shows: %v", !shows)
		}
	}
	below(true)
	p.pass(6*time.Minute - time.Second)
	below(true)
	p.pass(6 * time.Minute)
	for _, page := range []string{in(p.analytical, "/calls"), in(p.berlin, "/calls"), in(p.west, "/calls"), "/accounts", "/sessions"} {
		grace.get(page).want(t, http.StatusOK)
	}
	below(false)
	p.pass(time.Minute)
	below(false)
	grace.get(in(p.east, "/calls")).want(t, http.StatusSeeOther)
	grace.get(in(p.analytical, "/calls")).want(t, http.StatusSeeOther)

	// Who may not know of East stays signed in.
	for _, b := range []*browser{p.as(p.barbara), p.as(p.mallory)} {
		p.pass(10 * time.Minute)
		b.get(in(p.east, "/calls")).want(t, http.StatusNotFound)
		b.get("/accounts").want(t, http.StatusOK)
	}
}

func TestUseIsNotedOnceAMinute(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC))
	conn := pgtest.Direct(t, p.config.URL)
	edsger := p.as(p.edsger)
	version := func() (v string) { // changes with each write
		t.Helper()
		edsger.get(in(p.east, "/calls")).want(t, http.StatusOK)
		must(t, conn.QueryRow(t.Context(), "SELECT xmin::text FROM sessions WHERE principal_id = $1", p.edsger.ID).Scan(&v))
		return v
	}
	began := version()
	p.pass(time.Minute - time.Millisecond)
	if version() != began {
		t.Error("a use within the first minute is written down")
	}
	p.pass(time.Millisecond)
	noted := version()
	if noted == began {
		t.Fatal("a use after a minute is not written down")
	}
	for range 3 {
		p.pass(19 * time.Second)
		if version() != noted {
			t.Error("another use within the minute is written down")
		}
	}
	p.pass(3 * time.Second)
	if version() == noted {
		t.Error("a use in the next minute is not written down")
	}
}

func TestWhoEditsSecuritySetsTheIdleLimit(t *testing.T) {
	p := newPanel(t)
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	until := func(b *browser, a account.Account, says bool) {
		t.Helper()
		if strings.Contains(b.get(in(a, "")).want(t, http.StatusOK).Find("#profile .pop-head").Text(), ", or 1 hour 30 minutes without use") != says {
			t.Errorf("the menu of %s says until when: %v", a.Name, !says)
		}
	}
	for _, typed := range []string{"4", "481", "0", "-5", "7.5", "half an hour"} {
		got := ada.send(in(p.east, idleLimit), "minutes", typed).want(t, http.StatusUnprocessableEntity)
		if box := got.Find("[name='minutes']"); box.AttrOr("value", "") != typed || got.Find("#f-minutes-problem").Length() != 1 {
			t.Errorf("%q is lost, or nothing says what is wrong with it", typed)
		}
	}
	p.clock.advance(login.ProofLife)
	for _, proof := range []string{"", "not the right password"} {
		if got := ada.send(in(p.east, idleLimit), "minutes", "90", "proof", proof).want(t, http.StatusUnprocessableEntity); got.Find("#f-proof-problem").Length() != 1 {
			t.Errorf("the proof %q is not asked for again", proof)
		}
	}
	until(edsger, p.east, false)
	ada.send(in(p.east, idleLimit), "minutes", "90", "proof", password).want(t, http.StatusSeeOther)
	ada.get(in(p.east, idleLimit)).says(t, "1 hour 30 minutes")
	ada.get(in(p.east, "/audit")).says(t, "changed the idle limit of East")
	until(edsger, p.east, true)
	until(ada, p.analytical, false)

	_, link := p.subuser(p.east, "dev", "Support")
	for name, c := range map[string]struct {
		b    *browser
		want int
	}{
		"viewer": {edsger, http.StatusForbidden}, "subuser": {p.asSubuser(link, "dev"), http.StatusForbidden},
		"sibling": {p.as(p.barbara), http.StatusNotFound}, "stranger": {p.as(p.mallory), http.StatusNotFound},
		"signed out": {p.browser(), http.StatusSeeOther},
	} {
		if got := c.b.get(in(p.east, idleLimit)); got.status != c.want {
			t.Errorf("%s opens the page: %d", name, got.status)
		}
		if name == "signed out" {
			continue // has no form
		}
		if got := c.b.send(in(p.east, idleLimit), "minutes", "5"); got.status != c.want {
			t.Errorf("%s sets it: %d", name, got.status)
		}
	}
	ada.send(in(p.east, idleLimit), "minutes", "").want(t, http.StatusSeeOther)
	ada.get(in(p.east, idleLimit)).says(t, "No limit")
	until(edsger, p.east, false)
}
