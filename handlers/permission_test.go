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

// what is a sub-account's own set, as the store has it.
func (p *panel) own(a account.Account) string {
	var keys []string
	for _, e := range p.store.Catalog().Entitlements {
		if p.gives(a, e.Key) {
			keys = append(keys, e.Key)
		}
	}
	return strings.Join(keys, " ")
}

func TestPermissionsAreCopiedFromOneToMany(t *testing.T) {
	p := newPanel(t)
	ada, copying := p.as(p.ada), in(p.analytical, "/permissions/copy")
	set := func(a account.Account, key, allowed string) {
		t.Helper()
		ada.send(in(p.analytical, permissions), "entitlement", key, "sub_account", a.ID.String(), "allowed", allowed).want(t, http.StatusSeeOther)
	}
	set(p.west, "logs", "0")
	set(p.west, "contacts", "0")
	set(p.east, "workflows", "0")
	east, berlin, west := p.own(p.east), p.own(p.berlin), p.own(p.west)

	// The page leads there; the first list is of sources, the second of those that differ.
	list := ada.get(in(p.analytical, permissions)).want(t, http.StatusOK)
	if list.Find("a[href='"+copying+"']").Length() != 1 {
		t.Error("the page of permissions does not lead to copying")
	}
	if got := list.Find(".pager").Text(); !strings.Contains(got, "3 sub-accounts") {
		t.Errorf("the page says %q of how many it shows", got)
	}
	from := ada.get(copying).want(t, http.StatusOK).Find("a:contains(West)").AttrOr("href", "")
	to := ada.get(from).want(t, http.StatusOK)
	if to.Find("tbody [name=id]").Length() != 2 || to.Find("[name=id][value='"+p.west.ID.String()+"']").Length() != 0 {
		t.Error("the targets are not East and Berlin")
	}

	// The preview says who gains and loses, and does nothing.
	ask := ada.get(copying+"/preview?from="+p.west.ID.String()+"&id="+p.east.ID.String()).want(t, http.StatusOK)
	ask.says(t, "Copy the permissions of West to 1 sub-account?", "1 person works there", "1 sub-account loses Logs.", "1 sub-account loses Contacts.", "1 sub-account gains Workflows.")
	if p.own(p.east) != east {
		t.Error("the preview changes what it tells of")
	}

	// One ticked: East alone becomes as West is, and Undo takes back just that.
	ada.send(copying, "from", p.west.ID.String(), "id", p.east.ID.String()).want(t, http.StatusSeeOther)
	if p.own(p.east) != west || p.own(p.berlin) != berlin || p.own(p.west) != west {
		t.Errorf("copied to East:\nEast   %s\nBerlin %s\nWest   %s", p.own(p.east), p.own(p.berlin), p.own(p.west))
	}
	offered := func() (undo func()) {
		t.Helper()
		said := ada.get(in(p.analytical, permissions)).want(t, http.StatusOK).Find(".toasts form")
		return func() {
			t.Helper()
			ada.send(said.AttrOr("action", ""), "undo", said.Find("[name=undo]").AttrOr("value", "nothing to undo")).want(t, http.StatusSeeOther)
		}
	}
	undo := offered()
	set(p.east, "simulations", "0") // since then: this stays
	undo()
	if got := p.own(p.east); got != strings.Replace(east, "simulations ", "", 1) {
		t.Errorf("after undo East has %s", got)
	}
	set(p.east, "simulations", "1")

	// All that are shown, by a rule; and undone by putting it back.
	ada.send(copying, "from", p.west.ID.String(), "all", "1").want(t, http.StatusSeeOther)
	if p.own(p.east) != west || p.own(p.berlin) != west || p.own(p.west) != west {
		t.Errorf("copied to all:\nEast   %s\nBerlin %s\nWest   %s", p.own(p.east), p.own(p.berlin), p.own(p.west))
	}
	offered()()
	if p.own(p.east) != east || p.own(p.berlin) != berlin || p.own(p.west) != west {
		t.Errorf("undone for all:\nEast   %s\nBerlin %s\nWest   %s", p.own(p.east), p.own(p.berlin), p.own(p.west))
	}

	// What East lacks stays closed to Berlin below it, and is said.
	ask = ada.get(copying+"/preview?from="+p.west.ID.String()+"&q=Berlin&all=1").want(t, http.StatusOK)
	if strings.Contains(ask.Find("dialog").Text(), "Workflows") {
		t.Error("Berlin has Workflows in its own set already")
	}
	set(p.berlin, "workflows", "0")
	ask = ada.get(copying+"/preview?from="+p.west.ID.String()+"&q=Berlin&all=1").want(t, http.StatusOK)
	ask.says(t, "1 sub-account stays without Workflows, limited by an account above.")
	ada.send(copying, "from", p.west.ID.String(), "q", "Berlin", "all", "1").want(t, http.StatusSeeOther)
	if p.gives(p.berlin, "workflows") || p.gives(p.berlin, "logs") || p.own(p.east) != east {
		t.Error("a filter does not narrow the copy down, or what is limited was given")
	}

	// Nothing chosen, nothing to change, no account, others', and without the right.
	ada.send(copying, "from", p.west.ID.String()).want(t, http.StatusUnprocessableEntity)
	ada.send(copying, "from", p.west.ID.String(), "id", p.west.ID.String()).want(t, http.StatusUnprocessableEntity)
	ada.get(copying+"/preview?from="+p.west.ID.String()+"&id="+p.west.ID.String()).want(t, http.StatusUnprocessableEntity).says(t, "Nothing would change")
	for _, bad := range []string{"", "zebra", p.malloryville.ID.String(), p.analytical.ID.String()} {
		ada.send(copying, "from", bad, "all", "1").want(t, http.StatusNotFound)
		ada.get(copying+"/preview?all=1&from="+bad).want(t, http.StatusNotFound)
	}
	ada.send(copying, "from", p.west.ID.String(), "id", p.malloryville.ID.String()).want(t, http.StatusUnprocessableEntity) // it is none of hers, so none is left
	p.as(p.mallory).send(in(p.malloryville, "/permissions/copy"), "from", p.west.ID.String(), "all", "1").want(t, http.StatusNotFound)
	p.as(p.mallory).send(copying, "from", p.west.ID.String(), "all", "1").want(t, http.StatusNotFound)
	p.as(p.barbara).send(copying, "from", p.west.ID.String(), "all", "1").want(t, http.StatusNotFound)
	ada.send(copying, "undo", "1e9").want(t, http.StatusBadRequest)
	p.browser().post(copying, values("from", p.west.ID.String(), "all", "1")).want(t, http.StatusSeeOther) // to the sign-in
	if p.own(p.west) != west || p.own(p.east) != east {
		t.Error("a refused copy had effect")
	}
}

// Two who copy at the same time: one after the other, and each can be undone by its own.
func TestTwoCopiesAtOnce(t *testing.T) {
	p := newPanel(t)
	ada, grace, copying := p.as(p.ada), p.as(p.grace), in(p.analytical, "/permissions/copy")
	ada.send(in(p.analytical, permissions), "entitlement", "logs", "sub_account", p.west.ID.String(), "allowed", "0").want(t, http.StatusSeeOther)
	ada.send(in(p.analytical, permissions), "entitlement", "contacts", "sub_account", p.east.ID.String(), "allowed", "0").want(t, http.StatusSeeOther)
	east, west := p.own(p.east), p.own(p.west)
	done := make(chan page, 2)
	go func() { done <- ada.send(copying, "from", p.west.ID.String(), "id", p.east.ID.String()) }()
	go func() { done <- grace.send(copying, "from", p.east.ID.String(), "id", p.west.ID.String()) }()
	first, second := <-done, <-done
	for _, got := range []page{first, second} {
		if got.status != http.StatusSeeOther && got.status != http.StatusUnprocessableEntity {
			t.Errorf("a copy answers %d", got.status)
		}
	}
	if is := p.own(p.east); is != p.own(p.west) || is != east && is != west {
		t.Errorf("East has %s and West has %s", is, p.own(p.west))
	}
}
