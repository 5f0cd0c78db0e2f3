package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestStrangerSignsUpAndMakesAnAgency(t *testing.T) {
	p := newPanel(t)
	b := p.browser()
	got := b.post("/sign-up", values("name", "Katherine Johnson", "email", "katherine@example.com", "password", password)).want(t, http.StatusSeeOther)
	if got.location() != "/welcome" {
		t.Errorf("led to %s", got.location())
	}
	home := b.get(b.get("/").location()).want(t, http.StatusOK)
	if !strings.Contains(home.Find("h1").Text(), "Katherine Johnson") {
		t.Error("the personal account does not bear the person's name")
	}
	got = b.send("/accounts", "name", "Orbit").want(t, http.StatusSeeOther)
	if !strings.HasPrefix(got.location(), "/a/") {
		t.Fatalf("after making an account the browser stands at %s", got.location())
	}
	main := got.location()
	b.get(main).want(t, http.StatusOK)
	b.send(main+"/sub-accounts", "name", "Apollo", "name", "Gemini").want(t, http.StatusSeeOther)
	list := b.get(main+"/accounts").want(t, http.StatusOK)
	if text := list.Find("tbody").Text(); !strings.Contains(text, "Apollo") || !strings.Contains(text, "Gemini") {
		t.Errorf("the tree lacks an account: %s", text)
	}
}

func TestEveryPageOpensForItsOwner(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	home := ada.get(in(p.analytical, "")).want(t, http.StatusOK)
	home.Find("nav a[href]").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		if got := ada.get(href); got.status != http.StatusOK {
			t.Errorf("%s %s: %d", strings.TrimSpace(a.Text()), href, got.status)
		}
	})
}

func TestAnAddressMayEndInASlash(t *testing.T) {
	p := newPanel(t)
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	for _, path := range []string{"/", "/members/"} {
		ada.get(in(p.analytical, path)).want(t, http.StatusOK)
		edsger.get(in(p.analytical, path)).want(t, http.StatusNotFound)
	}
	p.browser().get("//example.com/").want(t, http.StatusNotFound)
}

func TestOthersAccountsAreAbsent(t *testing.T) {
	p := newPanel(t)
	mallory := p.as(p.mallory)
	absent := mallory.get(in(p.malloryville, "")[:3]+"018f0000-0000-7000-8000-000000000000/calls").want(t, http.StatusNotFound)
	foreign := mallory.get(in(p.analytical, "/calls")).want(t, http.StatusNotFound)
	if absent.body != foreign.body {
		t.Error("a foreign account does not answer as an absent one")
	}
	if got := p.as(p.edsger).get(in(p.analytical, "")).want(t, http.StatusNotFound); got.body != absent.body {
		t.Error("the parent does not answer a child's member as an absent account")
	}
	p.as(p.barbara).get(in(p.east, "")).want(t, http.StatusNotFound)
	p.as(p.grace).get(in(p.berlin, "")).want(t, http.StatusOK)
	signedOut := p.browser().get(in(p.analytical, "/calls")).want(t, http.StatusSeeOther)
	if !strings.HasPrefix(signedOut.location(), "/sign-in?return=") {
		t.Errorf("signed out leads to %s", signedOut.location())
	}
}
