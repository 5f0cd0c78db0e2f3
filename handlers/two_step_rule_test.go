package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bailiwick/models/account"
	"bailiwick/models/record"
)

const twoStepRule = "/settings/security/two-step"

// require has an account require two-step sign-in, by Ada, who has set it up.
func (p *panel) require(a account.Account) (ada *browser, phone app) {
	p.t.Helper()
	ada = p.as(p.ada)
	phone, _ = ada.setUp(p)
	ada.send(in(a, twoStepRule+"/require")).want(p.t, http.StatusSeeOther)
	return ada, phone
}

func TestAnAccountRequiresTwoStepSignIn(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Developer")
	edsger, dev := p.as(p.edsger), p.asSubuser(link, "dev")
	ada, _ := p.require(p.east)
	edsger.get(in(p.east, "/calls")).want(t, http.StatusOK) // signed in before
	dev.get(in(p.east, "/calls")).want(t, http.StatusOK)

	for name, person := range map[string]struct {
		signIn func() *browser
		door   string
		form   []string
	}{
		"member":  {func() *browser { return p.as(p.edsger) }, "/sign-in", []string{"email", p.edsger.Email, "password", password}},
		"subuser": {func() *browser { return p.asSubuser(link, "dev") }, "/login/" + link, []string{"name", "dev", "password", password}},
	} {
		t.Run(name, func(t *testing.T) {
			p.clock.advance(time.Second)
			b := person.signIn()
			got := b.get(in(p.east, "/calls?q=a")).want(t, http.StatusSeeOther)
			if want := "/two-step/set-up?required=1&return=" + strings.NewReplacer("/", "%2F", "?", "%3F", "=", "%3D").Replace(in(p.east, "/calls?q=a")); got.location() != want {
				t.Fatalf("led to %s, not %s", got.location(), want)
			}
			req, err := http.NewRequest(http.MethodGet, b.base+in(p.east, "/calls"), nil)
			must(t, err)
			req.Header.Set("HX-Request", "true")
			if got := b.do(req); !strings.HasPrefix(got.header.Get("HX-Redirect"), "/two-step/set-up?") || got.body != "" {
				t.Errorf("a script is led to %q with %q", got.header.Get("HX-Redirect"), got.body)
			}
			// Nothing of the account shows on the pages about oneself, and no change gets in.
			if page := b.get("/two-step/set-up?required=1&return="+in(p.east, "/calls")).want(t, http.StatusOK); strings.Contains(page.Text(), "Call history") || page.Find(".nav a").Length() > 0 {
				t.Error("the page shows what is in the account")
			}
			b.send(in(p.east, "/contacts"), "name", "Charles").want(t, http.StatusSeeOther)

			before := b.get("/sessions").Find("td[title]").Eq(1).AttrOr("title", "")
			phone, _ := b.setUp(p, "return", in(p.east, "/calls"))
			b.get(in(p.east, "/calls")).want(t, http.StatusOK)
			if after := b.get("/sessions").Find("td[title]").Eq(1).AttrOr("title", ""); after != before || before == "" {
				t.Errorf("the session ends at %s, not at %s", after, before)
			}

			b = p.browser()
			b.post(person.door, values(person.form...))
			b.post("/sign-in/code", values("code", phone.code())).want(t, http.StatusSeeOther)
			b.get(in(p.east, "/calls")).want(t, http.StatusOK)
		})
	}
	// It is the account's own rule: neither above nor below it.
	grace := p.as(p.grace)
	grace.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	grace.get(in(p.berlin, "/calls")).want(t, http.StatusOK)
	grace.get(in(p.east, "/calls")).want(t, http.StatusSeeOther) // who comes from above is let in like others
	ada.send(in(p.east, twoStepRule+"/free")).want(t, http.StatusSeeOther)
	grace.get(in(p.east, "/calls")).want(t, http.StatusOK)
}

// An account that a session could not enter does not show from above either what
// is in it: in lists with those below, their CSV, the audit and timeless accounts.
func TestAShutAccountDoesNotShowFromAbove(t *testing.T) {
	p := newPanel(t)
	ada, _ := p.require(p.east)
	ada.send(in(p.east, "/contacts"), "name", "Of East").want(t, http.StatusSeeOther)
	ada.send(in(p.berlin, "/contacts"), "name", "Of Berlin").want(t, http.StatusSeeOther)
	kept := ada.send(in(p.east, "/timeless-accounts"), "name", "Kept of East").want(t, http.StatusSeeOther).location()
	kept = in(p.analytical, strings.TrimPrefix(kept, in(p.east, "")))

	look := func(b *browser, shows bool) {
		t.Helper()
		for _, page := range []string{"/contacts?accounts=below", "/contacts.csv?accounts=below", "/audit?accounts=below", "/audit?accounts=below&format=csv", "/timeless-accounts"} {
			got := b.get(in(p.analytical, page)).want(t, http.StatusOK).body
			if strings.Contains(strings.ToLower(got), "of east") != shows {
				t.Errorf("%s shows what is in East: %v", page, !shows)
			}
			if !strings.Contains(page, "timeless") && !strings.Contains(got, "Of Berlin") {
				t.Errorf("%s lacks what is below East, which the rule does not bind", page)
			}
		}
		status := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[shows]
		b.get(kept).want(t, status)
		for _, page := range []string{"/contacts", "/audit"} {
			b.get(in(p.analytical, page+"?accounts=below&account="+p.east.ID.String())).want(t, status)
		}
	}
	look(ada, true)
	ada.send("/two-step/turn-off").want(t, http.StatusSeeOther)
	p.clock.advance(time.Second)
	look(p.as(p.ada), false)
	look(ada, true) // whose sign-in took two steps

	_, _, err := p.store.CreateRecord(t.Context(), p.grant(p.ada, "security.edit", p.east), record.Place{Section: p.store.Catalog().Section("security")},
		map[string]any{"network": "127.0.0.0/8", "rule": "block"})
	must(t, err)
	look(ada, false)
}

func TestWhoRequiresTwoStepHasItThemselves(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	if got := ada.get(in(p.east, twoStepRule+"/require")).want(t, http.StatusSeeOther); !strings.HasPrefix(got.location(), "/two-step/set-up?") {
		t.Errorf("led to %s", got.location())
	}
	if got := ada.send(in(p.east, twoStepRule+"/require")).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.Text(), "for yourself first") {
		t.Error("nothing says what to do first")
	}
	p.as(p.edsger).get(in(p.east, "/calls")).want(t, http.StatusOK)
	ada.setUp(p)
	p.clock.advance(5 * time.Minute)
	for _, proof := range []string{"", "not the right password"} {
		if got := ada.send(in(p.east, twoStepRule+"/require"), "proof", proof).want(t, http.StatusUnprocessableEntity); got.Find("#f-proof-problem").Length() != 1 {
			t.Errorf("the proof %q is not asked for again", proof)
		}
	}
	ada.get(in(p.east, twoStepRule+"/require")).want(t, http.StatusOK)
	ada.send(in(p.east, twoStepRule+"/require"), "proof", password).want(t, http.StatusSeeOther)
	if got := ada.get(in(p.east, twoStepRule)).want(t, http.StatusOK); !strings.Contains(got.Text(), "Required") || !strings.Contains(got.Text(), "1 of 2") {
		t.Errorf("the page does not say how it stands: %s", got.Find("main").Text())
	}
	ada.get(in(p.east, twoStepRule+"/free")).want(t, http.StatusOK)
	if got := ada.get(in(p.east, "/audit")); !strings.Contains(got.Text(), "required two-step sign-in in East") {
		t.Error("the audit does not say who required it")
	}
}

func TestOnlyWhoEditsSecurityRequiresTwoStep(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Support")
	for name, c := range map[string]struct {
		b    *browser
		want int
	}{
		"viewer": {p.as(p.edsger), http.StatusForbidden}, "subuser": {p.asSubuser(link, "dev"), http.StatusForbidden},
		"sibling": {p.as(p.barbara), http.StatusNotFound}, "stranger": {p.as(p.mallory), http.StatusNotFound},
	} {
		for _, path := range []string{"/require", "/free"} {
			if got := c.b.send(in(p.east, twoStepRule+path)); got.status != c.want {
				t.Errorf("%s at %s: %d", name, path, got.status)
			}
		}
		c.b.get(in(p.east, twoStepRule)).want(t, c.want)
	}
	p.browser().get(in(p.east, twoStepRule)).want(t, http.StatusSeeOther)
}

func TestAccountPeopleResetASubusersTwoStep(t *testing.T) {
	p := newPanel(t)
	u, link := p.subuser(p.east, "dev", "Developer")
	dev, ada := p.asSubuser(link, "dev"), p.as(p.ada)
	one := in(p.east, "/settings/subusers/"+u.ID.String())
	ada.send(one+"/two-step").want(t, http.StatusConflict) // is off
	dev.setUp(p)
	if got := ada.get(in(p.east, "/settings/subusers")); !strings.Contains(got.Find("#main tbody tr").Text(), "On") || got.Find("a[href='"+one+"/two-step']").Length() == 0 {
		t.Error("the list does not show who has it, or does not offer to reset it")
	}
	p.as(p.edsger).send(one+"/two-step").want(t, http.StatusForbidden)
	p.as(p.mallory).send(one+"/two-step").want(t, http.StatusNotFound)
	ada.get(one+"/two-step").want(t, http.StatusOK)
	ada.send(one+"/two-step").want(t, http.StatusSeeOther)
	dev.get(in(p.east, "")).want(t, http.StatusSeeOther) // signed out
	p.asSubuser(link, "dev").get(in(p.east, "")).want(t, http.StatusOK)
	if got := ada.get(in(p.east, "/audit")); !strings.Contains(got.Text(), "reset the two-step sign-in of dev") {
		t.Error("the audit does not say so")
	}
	ada.setUp(p)
	if got := ada.get(in(p.east, "/members")); !strings.Contains(got.Find("#main tbody tr").First().Text(), "On") {
		t.Error("the list of members does not show who has it")
	}
}
