package handlers_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/models/account"
)

const permissions = "/permissions/general"

// gives tells whether an account was given an entitlement.
func (p *panel) gives(a account.Account, key string) bool {
	p.t.Helper()
	snap := p.store.Access()
	at, ok := snap.Find(a.ID)
	if !ok {
		p.t.Fatalf("%s is unknown", a.Name)
	}
	return snap.Own(at).Covers(p.store.Catalog().Entitlement(key).Bit)
}

func TestOneBoxIsOneChange(t *testing.T) {
	p := newPanel(t)
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	edsger.get(in(p.east, "/logs")).want(t, http.StatusOK)
	set := func(b *browser, a account.Account, allowed string) page {
		return b.send(in(p.analytical, permissions), "entitlement", "logs", "sub_account", a.ID.String(), "allowed", allowed)
	}
	set(ada, p.east, "0").want(t, http.StatusSeeOther)
	got := edsger.get(in(p.east, "/logs")).want(t, http.StatusForbidden)
	if !strings.Contains(got.Text(), "Logs") {
		t.Error("the page does not say what the account lacks")
	}
	if p.gives(p.east, "logs") || !p.gives(p.west, "logs") {
		t.Error("the wrong box changed")
	}

	// What East lacks can not be given below it, and is shown as cut.
	set(ada, p.berlin, "1").want(t, http.StatusUnprocessableEntity)
	list := ada.get(in(p.analytical, permissions)).want(t, http.StatusOK)
	if who := list.Find(".cut button").AttrOr("popovertarget", "nobody"); !strings.Contains(list.Find("#"+who).Text(), "Limited by East") {
		t.Error("a cut box does not say who cuts it")
	}
	// It leads there for those who may go there.
	leads := func(b *browser) bool {
		why := b.get(in(p.analytical, permissions)).want(t, http.StatusOK).Find("#k0")
		if !strings.Contains(why.Text(), "Limited by East") {
			t.Errorf("a cut box does not say who cuts it: %q", why.Text())
		}
		return why.Find("a").AttrOr("href", "") == in(p.east, "")
	}
	if grace := p.as(p.grace); !leads(ada) || !leads(grace) {
		t.Error("who may open East finds no way there")
	}
	ada.send(below(p.analytical, p.east, "/edit"), "name", "East").want(t, http.StatusSeeOther) // shut to main members
	if !leads(ada) || leads(p.as(p.grace)) {
		t.Error("the way to East is not for those alone who may open it")
	}
	ada.send(below(p.analytical, p.east, "/edit"), "name", "East", "open_to_main", "1").want(t, http.StatusSeeOther)
	set(ada, p.east, "1").want(t, http.StatusSeeOther)
	edsger.get(in(p.east, "/logs")).want(t, http.StatusOK)

	// Always on, unknown, of others, without the right.
	ada.send(in(p.analytical, permissions), "entitlement", "agents", "sub_account", p.east.ID.String(), "allowed", "0").want(t, http.StatusUnprocessableEntity)
	ada.send(in(p.analytical, permissions), "entitlement", "telepathy", "sub_account", p.east.ID.String(), "allowed", "0").want(t, http.StatusUnprocessableEntity)
	set(ada, p.malloryville, "0").want(t, http.StatusNotFound)
	set(ada, p.analytical, "0").want(t, http.StatusNotFound)
	p.as(p.mallory).send(in(p.malloryville, permissions), "entitlement", "logs", "sub_account", p.east.ID.String(), "allowed", "0").want(t, http.StatusNotFound)
	set(p.as(p.barbara), p.west, "0").want(t, http.StatusNotFound)
	ada.send(in(p.east, permissions), "entitlement", "logs", "sub_account", p.west.ID.String(), "allowed", "0").want(t, http.StatusNotFound) // a sibling
	if !p.gives(p.east, "logs") || !p.gives(p.west, "logs") {
		t.Error("a refused change had effect")
	}
}

// A subuser who decides for sub-accounts can not go there, and sees no way.
func TestWhoManagesFromAboveIsNotLedBelow(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.analytical, "housekeeper", "Owner")
	b := p.asSubuser(link, "housekeeper")
	for _, path := range []string{permissions, "/accounts", ""} {
		got := b.get(in(p.analytical, path)).want(t, http.StatusOK)
		if !strings.Contains(got.Find("main").Text(), "West") || got.Find("main a[href^='"+in(p.west, "")+"']").Length() > 0 {
			t.Errorf("%s does not show West, or leads there", path)
		}
	}
	if p.as(p.ada).get(in(p.analytical, permissions)).Find("main a[href='"+in(p.west, "")+"']").Length() != 1 {
		t.Error("Ada is not led to West")
	}
}

func TestSelectAllAndItsUndo(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	accounts := []account.Account{p.east, p.berlin, p.west}
	ada.send(in(p.analytical, permissions), "entitlement", "logs", "sub_account", p.west.ID.String(), "allowed", "0").want(t, http.StatusSeeOther)

	ask := ada.get(in(p.analytical, permissions+"/select-all?entitlement=logs&allowed=0")).want(t, http.StatusOK)
	if text := ask.Find("dialog").Text(); !strings.Contains(text, "2 sub-accounts") {
		t.Errorf("the dialog does not say how many will change: %s", text)
	}
	ada.send(in(p.analytical, permissions), "entitlement", "logs", "all", "1", "allowed", "0").want(t, http.StatusSeeOther)
	for _, a := range accounts {
		if p.gives(a, "logs") {
			t.Errorf("%s still has it", a.Name)
		}
	}
	list := ada.get(in(p.analytical, permissions)).want(t, http.StatusOK)
	undo := list.Find("[role=status] form, .toast form").FilterFunction(func(_ int, f *goquery.Selection) bool { return f.Find("[name=undo]").Length() > 0 })
	epoch, _ := undo.Find("[name=undo]").Attr("value")
	ada.send(in(p.analytical, permissions), "entitlement", "logs", "undo", epoch).want(t, http.StatusSeeOther)
	for _, a := range accounts {
		if want := a.ID != p.west.ID; p.gives(a, "logs") != want {
			t.Errorf("after undo %s has it: %t", a.Name, !want)
		}
	}
	ada.send(in(p.analytical, permissions), "entitlement", "logs", "undo", epoch).want(t, http.StatusUnprocessableEntity)

	// A search narrows it; what an account above lacks is left out and counted.
	ada.send(in(p.analytical, permissions), "entitlement", "actions", "all", "1", "allowed", "0", "q", "East").want(t, http.StatusSeeOther)
	if p.gives(p.east, "actions") || p.gives(p.berlin, "actions") || !p.gives(p.west, "actions") {
		t.Error("a search does not narrow Select all down to what it shows")
	}
	ada.send(in(p.analytical, permissions), "entitlement", "actions", "all", "1", "allowed", "1", "q", "Berlin").want(t, http.StatusSeeOther)
	if p.gives(p.berlin, "actions") {
		t.Error("something was given that the account above lacks")
	}
	ada.send(in(p.analytical, permissions), "entitlement", "agents", "all", "1", "allowed", "0").want(t, http.StatusUnprocessableEntity)
}

func TestNewSubAccountsCopyTheNewest(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	toggle := func(a account.Account, key, allowed string) {
		ada.send(in(p.analytical, permissions), "entitlement", key, "sub_account", a.ID.String(), "allowed", allowed).want(t, http.StatusSeeOther)
	}
	toggle(p.east, "workflows", "0")
	toggle(p.west, "contacts", "0") // West is the newest
	form := ada.get(in(p.analytical, "/accounts/new")).want(t, http.StatusOK)
	if !strings.Contains(form.Text(), "permissions of West") {
		t.Error("the form does not say from whom they copy")
	}
	got := ada.send(in(p.analytical, "/sub-accounts"), "name", "North").want(t, http.StatusSeeOther)
	north := account.Account{Name: "North"}
	must(t, north.ID.UnmarshalText([]byte(regexp.MustCompile(`[0-9a-f-]{36}`).FindString(got.location()))))
	if p.gives(north, "contacts") || !p.gives(north, "workflows") {
		t.Error("North does not have what West has")
	}
	ada.send(in(north, "/sub-accounts"), "name", "North Pole").want(t, http.StatusSeeOther)
	list := ada.get(in(north, permissions)).want(t, http.StatusOK)
	if !strings.Contains(list.Text(), "Limited by North") {
		t.Error("the first sub-account's cut box does not say who cuts it")
	}
	ada.send(in(p.analytical, "/sub-accounts"), "name", "", "name", " ").want(t, http.StatusUnprocessableEntity)
	ada.send(in(p.analytical, "/sub-accounts"), "name", strings.Repeat("x", 101)).want(t, http.StatusUnprocessableEntity)
}

func TestTreeIsSixteenDeep(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	at := in(p.analytical, "")
	for i := range 16 {
		at = ada.send(at+"/sub-accounts", "name", fmt.Sprintf("Level %d", i+1)).want(t, http.StatusSeeOther).location()
	}
	got := ada.send(at+"/sub-accounts", "name", "Too deep").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.Text(), "16 deep") {
		t.Error("the form does not say how deep accounts can be nested")
	}
}
