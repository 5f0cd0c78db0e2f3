package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bailiwick/models/letter"
)

// bell is how many alerts are new for somebody, as any page says.
func (b *browser) bell() string {
	b.t.Helper()
	return b.get("/help").want(b.t, http.StatusOK).Find(".bell").AttrOr("aria-label", "no bell")
}

// alerts are what the page behind the bell says, the newest first.
func (b *browser) alerts() []string {
	b.t.Helper()
	var all []string
	for _, li := range b.get("/alerts").want(b.t, http.StatusOK).Find(".alerts li > span").EachIter() {
		li.Find("small").Remove()
		all = append(all, strings.Join(strings.Fields(li.Text()), " "))
	}
	return all
}

func (b *browser) hears(t *testing.T, bell string, alerts ...string) {
	t.Helper()
	if got := b.bell(); got != bell {
		t.Errorf("the bell says %q, not %q", got, bell)
	}
	if got := b.alerts(); !slices.Equal(got, alerts) {
		t.Errorf("the alerts are %q, not %q", got, alerts)
	}
}

// TestTheBellRingsForOneself follows what happens for several people, each of whom
// hears of their own alone.
func TestTheBellRingsForOneself(t *testing.T) {
	p := newPanel(t)
	start := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	p.clock.stand(start)
	ada, grace, edsger, mallory := p.as(p.ada), p.as(p.grace), p.as(p.edsger), p.as(p.mallory)
	soon := func() { p.pass(2 * time.Minute) } // a count may be a minute old
	ada.hears(t, "Alerts")

	// An invite to an address that nobody has proven is not told of; a proven one is.
	mallory.send(in(p.malloryville, "/members/invites"), "email", "edsger@example.com", "role", "full_viewer").want(t, http.StatusOK)
	soon()
	edsger.hears(t, "Alerts")
	p.proves(p.edsger)
	soon()
	edsger.hears(t, "Alerts, 1 new", "Mallory invited you to Malloryville New")
	grace.hears(t, "Alerts")

	// Ada offers Grace the account.
	soon()
	ada.send(in(p.analytical, "/settings/ownership"), "to", p.grace.ID.String(), "proof", password).want(t, http.StatusSeeOther)
	soon()
	if got := grace.alerts(); len(got) == 1 && got[0] == "Ada offers you the account Analytical New" {
		grace.get(grace.get("/alerts").Find(".alerts a").AttrOr("href", "nowhere")).want(t, http.StatusOK).says(t, "Analytical")
	} else {
		t.Errorf("Grace hears %q", got)
	}

	// Her mail comes back.
	grace.send(in(p.analytical, "/members/invites"), "email", "nobody@example.com", "role", "main_user").want(t, http.StatusOK)
	for {
		l, err := p.store.ClaimLetter(t.Context())
		must(t, err)
		if l.Kind == letter.Invite && l.To == "nobody@example.com" {
			must(t, p.store.LetterFailed(t.Context(), l, "550 nobody of that name here", true))
			break
		}
		must(t, p.store.LetterSent(t.Context(), l))
	}
	soon()
	grace.hears(t, "Alerts, 2 new", "Your invite to nobody@example.com couldn't be delivered New", "Ada offers you the account Analytical New")
	ada.hears(t, "Alerts")

	// What is read stays, and is new no more; what comes after is.
	grace.post("/alerts", values("token", "forged")).want(t, http.StatusForbidden)
	grace.send("/alerts").want(t, http.StatusSeeOther)
	grace.hears(t, "Alerts", "Your invite to nobody@example.com couldn't be delivered", "Ada offers you the account Analytical")
	edsger.hears(t, "Alerts, 1 new", "Mallory invited you to Malloryville New")

	// A key expires: those who may edit it hear of it, by both ways in, and others
	// in the account do not.
	_, link := p.subuser(p.west, "keeper", "Developer")
	barbara, keeper := p.as(p.barbara), p.asSubuser(link, "keeper")
	ada.send(in(p.west, "/settings/api_keys"), "name", "Nightly", "lasts", "1", "proof", password).want(t, http.StatusOK)
	ada.send(in(p.west, "/settings/api_keys"), "name", "Yearly", "lasts", "365", "proof", password).want(t, http.StatusOK)
	soon()
	barbara.hears(t, "Alerts, 1 new", "API key Nightly in West expires soon New")
	barbara.get(barbara.get("/alerts").Find(".alerts a").AttrOr("href", "nowhere")).want(t, http.StatusOK).says(t, "Nightly")
	keeper.hears(t, "Alerts") // a developer edits no keys
	mallory.hears(t, "Alerts")

	// Access that has ended is told of to whoever had it.
	ada.send(in(p.west, p.member(p.barbara, "/edit")), "role", "full_editor", "until.full_editor", "2026-11-21T12:00", "proof", password).want(t, http.StatusSeeOther)
	p.clock.stand(start.Add(4 * time.Hour))
	barbara.hears(t, "Alerts, 1 new", "Your access to West has ended New")
	barbara.send("/alerts").want(t, http.StatusSeeOther)
	barbara.hears(t, "Alerts", "Your access to West has ended")
	keeper.send("/alerts").want(t, http.StatusSeeOther)

	if x := p.browser().get("/alerts"); x.status != http.StatusSeeOther || !strings.HasPrefix(x.location(), "/sign-in") {
		t.Errorf("somebody who is signed out is answered %d %s", x.status, x.location())
	}
}
