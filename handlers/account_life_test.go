package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/models/account"
)

// below is an address of an account, seen from one above it.
func below(above, a account.Account, path string) string {
	return in(above, "/accounts/"+a.ID.String()+path)
}

// listed are the names that a list of accounts shows.
func listed(x page) string { return strings.Join(strings.Fields(x.Find("tbody th").Text()), " ") }

func TestAnAccountHasAPage(t *testing.T) {
	p := newPanel(t)
	p.subuser(p.berlin, "operator", "Support")
	ada := p.as(p.ada)
	must(t, p.store.SetEntitlement(t.Context(), p.grant(p.ada, "entitlements.edit", p.analytical), "logs", p.east.ID, false))
	ada.send(below(p.analytical, p.berlin, "/edit"), "name", "East Berlin", "labels", "Pilot, vip ,pilot").want(t, http.StatusSeeOther)

	list := ada.get(in(p.analytical, "/accounts")).want(t, http.StatusOK)
	href := list.Find("tbody th a").FilterFunction(func(i int, _ *goquery.Selection) bool { return i == 1 }).AttrOr("href", "")
	if href != below(p.analytical, p.berlin, "") {
		t.Errorf("the row of East Berlin leads to %s", href)
	}
	x := ada.get(href).want(t, http.StatusOK).says(t, "Sub-account of East", "1 subuser", "Limited: Logs, by East", "pilot", "vip", "changed sub-account East Berlin", "added subuser operator")
	for _, act := range []string{"Open", "Edit", "Move…", "Suspend…", "Archive…"} {
		if !strings.Contains(x.Find(".page-actions").Text(), act) {
			t.Errorf("the page does not offer %s", act)
		}
	}
	// From East, the agency above it is not named.
	must(t, p.store.SetEntitlement(t.Context(), p.grant(p.ada, "entitlements.edit", p.analytical), "actions", p.east.ID, false))
	edsger := p.as(p.edsger)
	x = edsger.get(below(p.east, p.berlin, "")).want(t, http.StatusOK).says(t, "East Berlin")
	if strings.Contains(x.Text(), "Analytical") {
		t.Error("a child reads the name of its parent")
	}
	if x.Find(".page-actions").Text() != "Open" {
		t.Errorf("a viewer is offered: %s", x.Find(".page-actions").Text())
	}

	absent := ada.get(in(p.analytical, "/accounts/018f0000-0000-7000-8000-000000000000")).want(t, http.StatusNotFound)
	for _, foreign := range []string{below(p.analytical, p.malloryville, ""), below(p.analytical, p.analytical, ""), below(p.east, p.west, ""), below(p.east, p.analytical, ""), below(p.berlin, p.east, "")} {
		if got := ada.get(foreign).want(t, http.StatusNotFound); got.Find("main").Text() != absent.Find("main").Text() {
			t.Errorf("%s does not answer like an absent account", foreign)
		}
	}
	p.as(p.mallory).get(href).want(t, http.StatusNotFound)
	p.as(p.barbara).get(below(p.analytical, p.east, "")).want(t, http.StatusNotFound)
	edsger.get(below(p.analytical, p.berlin, "")).want(t, http.StatusNotFound)
	p.browser().get(href).want(t, http.StatusSeeOther)
}

func TestAccountsAreFoundByLabel(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	edit := func(a account.Account, labels string) page {
		return ada.send(below(p.analytical, a, "/edit"), "name", a.Name, "open_to_main", "1", "labels", labels)
	}
	edit(p.east, "pilot").want(t, http.StatusSeeOther)
	edit(p.berlin, "pilot, éire").want(t, http.StatusSeeOther)
	edit(p.west, "gold").want(t, http.StatusSeeOther)
	for wrong, says := range map[string]string{
		"two words":                  "not a label",
		"a,b,c,d,e,f,g,h,i,j,k":      "up to 10 labels",
		strings.Repeat("x", 33):      "at most 32 characters",
		"<b>":                        "not a label",
		"-":                          "not a label",
		"good, \u202egnihtyna":       "not a label",
		"fine, " + "comma;separated": "not a label",
	} {
		x := edit(p.west, wrong).want(t, http.StatusUnprocessableEntity).says(t, says)
		if x.Find("[name=labels]").AttrOr("value", "") != wrong {
			t.Errorf("what was typed is lost: %s", x.Find("[name=labels]").AttrOr("value", ""))
		}
	}
	list := in(p.analytical, "/accounts")
	if got := listed(ada.get(list + "?label=pilot")); got != "East East Berlin" {
		t.Errorf("labelled pilot: %s", got)
	}
	if got := listed(ada.get(list + "?label=PILOT&q=berlin")); got != "East Berlin" {
		t.Errorf("labelled pilot, searched: %s", got)
	}
	ada.get(list+"?label=nothing").want(t, http.StatusOK).says(t, "Nothing matches")

	// On the permissions page it narrows down the rows, the counts and Select all.
	general := in(p.analytical, permissions)
	x := ada.get(general+"?label=pilot").want(t, http.StatusOK)
	if got := counted(x); got != "2 of 2" {
		t.Errorf("Logs of pilots are counted as %q", got)
	}
	ask := x.Find("thead a.all").First().AttrOr("href", "")
	ada.get(ask).want(t, http.StatusOK).says(t, "have the label “pilot”")
	ada.send(general, "entitlement", "logs", "all", "1", "allowed", "0", "label", "pilot").want(t, http.StatusSeeOther)
	if p.gives(p.east, "logs") || p.gives(p.berlin, "logs") || !p.gives(p.west, "logs") {
		t.Error("Select all of a label did not take from just those")
	}
	undo := ada.get(general+"?label=pilot").Find("[name=undo]").AttrOr("value", "")
	ada.send(general, "entitlement", "logs", "undo", undo, "label", "pilot").want(t, http.StatusSeeOther)
	if !p.gives(p.east, "logs") || !p.gives(p.berlin, "logs") {
		t.Error("undoing it did not give back")
	}

	// Who looks from East is not told which labels others carry.
	if offered := p.as(p.edsger).get(in(p.east, "/accounts")).want(t, http.StatusOK).Find("[name=label]").Text(); !strings.Contains(offered, "éire") || strings.Contains(offered, "gold") {
		t.Errorf("offered from East: %s", offered)
	}
	p.as(p.edsger).send(below(p.east, p.berlin, "/edit"), "name", "Berlin", "labels", "mine").want(t, http.StatusForbidden)
	p.as(p.mallory).send(below(p.malloryville, p.berlin, "/edit"), "name", "Berlin", "labels", "mine").want(t, http.StatusNotFound)
}

func TestArchivedAccountsComeBackAsTheyWere(t *testing.T) {
	p := newPanel(t)
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	_, link := p.subuser(p.berlin, "operator", "Support")
	ada.send(below(p.analytical, p.berlin, "/suspend")).want(t, http.StatusSeeOther)
	ada.get(below(p.analytical, p.east, "/archive")).want(t, http.StatusOK).says(t, "Archive East?", "The same goes for 1 account below it")
	done := ada.send(below(p.analytical, p.east, "/archive")).want(t, http.StatusSeeOther)
	ada.get(done.location()).want(t, http.StatusOK).says(t, "East is archived", "Undo", "Restore")

	list := in(p.analytical, "/accounts")
	if got := listed(ada.get(list)); got != "West" {
		t.Errorf("the list shows %s", got)
	}
	if got := listed(ada.get(list + "?state=archived")); got != "East East Berlin" {
		t.Errorf("the archived are %s", got)
	}
	if got := ada.get("/accounts/switcher?q=East").want(t, http.StatusOK); strings.Contains(got.Text(), "Berlin") {
		t.Error("the switcher shows an archived account")
	}
	if got := ada.get("/accounts").want(t, http.StatusOK); strings.Contains(got.Find("tbody").Text(), "East") {
		t.Error("the list of one's accounts shows an archived one")
	}
	edsger.get(in(p.east, "")).want(t, http.StatusForbidden).says(t, "East is archived")
	p.browser().post("/login/"+link, values("name", "operator", "password", password))
	ada.get(below(p.analytical, p.berlin, "")).want(t, http.StatusOK).says(t, "archived with East")
	ada.send(below(p.analytical, p.berlin, "/restore")).want(t, http.StatusUnprocessableEntity).says(t, "archived with East. Restore that first")
	ada.send(below(p.analytical, p.berlin, "/resume")).want(t, http.StatusUnprocessableEntity).says(t, "archived")
	ada.send(below(p.analytical, p.east, "/archive")).want(t, http.StatusUnprocessableEntity).says(t, "already archived")
	ada.send(below(p.analytical, p.west, "/move"), "to", p.east.ID.String()).want(t, http.StatusUnprocessableEntity).says(t, "archived")

	// Neither a viewer of it, nor another tenant, nor a sibling restores it.
	edsger.send(below(p.east, p.berlin, "/restore")).want(t, http.StatusForbidden)
	p.as(p.mallory).send(below(p.malloryville, p.east, "/restore")).want(t, http.StatusNotFound)
	p.as(p.barbara).send(below(p.west, p.east, "/restore")).want(t, http.StatusNotFound)

	ada.send(below(p.analytical, p.east, "/restore")).want(t, http.StatusSeeOther)
	edsger.get(in(p.east, "")).want(t, http.StatusOK)
	edsger.get(in(p.berlin, "")).want(t, http.StatusForbidden).says(t, "East Berlin is suspended")
	if got := listed(ada.get(list + "?state=suspended")); got != "East Berlin" {
		t.Errorf("suspended are %s", got)
	}

	// What was archived by itself below stays so.
	ada.send(below(p.analytical, p.berlin, "/archive")).want(t, http.StatusSeeOther)
	ada.send(below(p.analytical, p.east, "/archive")).want(t, http.StatusSeeOther)
	ada.send(below(p.analytical, p.east, "/restore")).want(t, http.StatusSeeOther)
	if got := listed(ada.get(list + "?state=archived")); got != "East Berlin" {
		t.Errorf("still archived are %s", got)
	}
	ada.send(below(p.analytical, p.berlin, "/restore")).want(t, http.StatusSeeOther)
	if got := listed(ada.get(list)); got != "East East Berlin West" {
		t.Errorf("the list shows %s", got)
	}
}
