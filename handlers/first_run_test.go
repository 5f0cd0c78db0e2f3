package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	accounts "bailiwick/models/account"
	"bailiwick/postgres/pgtest"
)

// Katherine is the first at an empty installation: she is led from her login to an
// account with people in it, and what is left to do ticks itself.
func TestTheFirstOneIsLedThrough(t *testing.T) {
	t.Parallel()
	p := panelOn(t, pgtest.Clone(t))
	p.open()
	b := p.browser()
	if got := b.get(b.get("/").want(t, http.StatusSeeOther).location()).want(t, http.StatusSeeOther).location(); got != "/sign-up" {
		t.Fatalf("an empty installation opens on %s", got)
	}
	b.get("/sign-up").want(t, http.StatusOK).says(t, "Create your account", "Yours is the first one here")
	if got := b.post("/sign-up", values("name", "Katherine", "email", "katherine@example.com", "password", password)).want(t, http.StatusSeeOther).location(); got != "/welcome" {
		t.Fatalf("led to %s", got)
	}
	b.get("/welcome").want(t, http.StatusOK).says(t, "What do you want to set up?", "A company account", "Just me")
	b.send("/welcome", "name", "").want(t, http.StatusUnprocessableEntity).says(t, "What do you want to set up?")
	home := b.send("/welcome", "name", "Orbit").want(t, http.StatusSeeOther).location()

	account := strings.TrimPrefix(home, "/a/")
	for i, do := range []func() page{
		func() page {
			return b.send(home+"/members/invites", "email", "dorothy@example.com", "role", "full_viewer")
		},
		func() page { return b.send(home+"/sub-accounts", "name", "Apollo") },
		func() page {
			return b.send(home+"/settings/subusers", "name", "neil", "role", "Payer", "password", password)
		},
		func() page { return page{status: http.StatusOK} },
	} {
		x := b.get(home).want(t, http.StatusOK)
		if done, all := x.Find(".checklist li.done").Length(), x.Find(".checklist li").Length(); done != i || all != 4 {
			t.Errorf("%d of %d are done after %d: %s", done, all, i, words(x.Find(".checklist")))
		}
		x.Find(".checklist a").Each(func(_ int, a *goquery.Selection) { b.get(a.AttrOr("href", "")).want(t, http.StatusOK) })
		if got := do(); got.status >= 400 {
			t.Fatalf("step %d: %d %s", i, got.status, got.Text())
		}
	}
	id := uuid.MustParse(account)
	katherine, err := p.store.MemberByEmail(t.Context(), "katherine@example.com")
	must(t, err)
	apollo := idsIn.FindString(b.get(home+"/accounts").Find("tbody a[href^='/a/']").FilterFunction(func(_ int, a *goquery.Selection) bool {
		return !strings.Contains(a.AttrOr("href", ""), account)
	}).AttrOr("href", ""))
	must(t, p.store.SetEntitlement(t.Context(), p.grant(katherine, "entitlements.edit", accounts.Account{TenantID: id, ID: id}), "logs", uuid.MustParse(apollo), false))
	if x := b.get(home).want(t, http.StatusOK); x.Find(".checklist").Length() != 0 {
		t.Errorf("all is done, and the page shows %s", words(x.Find(".checklist")))
	}

	// A checklist that is not wanted is taken away, of that account alone.
	other := b.send("/welcome", "name", "Vostok").want(t, http.StatusSeeOther).location()
	third := b.send("/welcome", "name", "Soyuz").want(t, http.StatusSeeOther).location()
	b.get(other).says(t, "Set up Vostok", "0 of 4 done")
	b.send(other+"/checklist/dismiss").want(t, http.StatusSeeOther)
	if x := b.get(other).want(t, http.StatusOK); x.Find(".checklist").Length() != 0 {
		t.Error("it is shown still")
	}
	b.get(third).says(t, "Set up Soyuz")
	elsewhere := p.as(katherine)
	if x := elsewhere.get(other).want(t, http.StatusOK); x.Find(".checklist").Length() != 0 {
		t.Error("in another browser it is shown still")
	}
	elsewhere.get(third).says(t, "Set up Soyuz")

	// The next one is asked to sign in, and is not told that they are the first.
	stranger := p.browser()
	stranger.get("/sign-in").want(t, http.StatusOK)
	if x := stranger.get("/sign-up").want(t, http.StatusOK).says(t, "Create your account"); strings.Contains(x.Text(), "first one here") {
		t.Error("the second one is the first")
	}
	// Nobody else is welcomed.
	stranger.get("/welcome").want(t, http.StatusSeeOther)
	stranger.post("/welcome", values("name", "Orbit")).want(t, http.StatusSeeOther)
}

// Who may not set everything up sees no checklist; who works alone is told what to do
// to work with others.
func TestWhoIsToldHowToBegin(t *testing.T) {
	p := newPanel(t)
	p.as(p.grace).get(in(p.analytical, "")).want(t, http.StatusOK).says(t, "Set up Analytical", "2 of 4 done")
	for _, x := range []page{p.as(p.edsger).get(in(p.east, "")), p.as(p.barbara).get(in(p.west, ""))} {
		if x.want(t, http.StatusOK).Find(".checklist").Length() != 0 {
			t.Error("somebody is told to do what they may not")
		}
	}
	p.as(p.mallory).send(in(p.analytical, "/checklist/dismiss")).want(t, http.StatusNotFound)
	p.as(p.grace).send(in(p.analytical, "/checklist/dismiss")).want(t, http.StatusSeeOther)
	p.as(p.ada).get(in(p.analytical, "")).says(t, "Set up Analytical")
	if x := p.as(p.grace).get(in(p.analytical, "")).want(t, http.StatusOK); x.Find(".checklist").Length() != 0 {
		t.Error("Grace is shown again what she dismissed")
	}
	_, door := p.subuser(p.analytical, "charles", "Admin")
	charles := p.asSubuser(door, "charles")
	charles.get("/welcome").want(t, http.StatusNotFound)
	charles.send("/welcome", "name", "Mine").want(t, http.StatusNotFound)

	b := p.browser()
	b.post("/sign-up", values("name", "Katherine", "email", "katherine@example.com", "password", password)).want(t, http.StatusSeeOther)
	own := b.get("/").location()
	for path, says := range map[string]string{"/members": "Only its owner can use a personal account", "/permissions/general": "A personal account has no sub-accounts"} {
		x := b.get(own+path).want(t, http.StatusOK).says(t, says)
		to := x.Find("main a").FilterFunction(func(_ int, a *goquery.Selection) bool { return words(a) == "Create a company account" }).AttrOr("href", "")
		if to != "/accounts/new" {
			t.Errorf("%s leads to %q", path, to)
		}
	}
	if x := b.get(own).want(t, http.StatusOK); x.Find(".checklist").Length() != 0 {
		t.Error("a personal account is set up with others")
	}
	// An invite leads on to where it invites, not to a choice.
	link := p.as(p.ada).invite(p.analytical, "dorothy@example.com", "full_viewer")
	p.browser().get("/sign-up?return="+link).want(t, http.StatusOK)
	if got := p.browser().post("/sign-up", values("name", "Dorothy", "email", "dorothy@example.com", "password", password, "return", link)).want(t, http.StatusSeeOther).location(); got != link {
		t.Errorf("led to %s", got)
	}
}
