package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/people"
)

// pinned are the entries of the group on top of the sidebar.
func (x page) pinned() (all []string) {
	x.Find("#nav > details[data-group=pinned] > ul > li > a").Each(func(_ int, a *goquery.Selection) { all = append(all, words(a)) })
	return all
}

// pin presses the pin of an entry on a page, which the answer leads back to.
func (b *browser) pin(path, entry string) page {
	b.t.Helper()
	shown := b.get(path).want(b.t, http.StatusOK)
	button := shown.Find("#nav button.pin").FilterFunction(func(_ int, x *goquery.Selection) bool { return words(x.Parent().ChildrenFiltered("a")) == entry })
	if button.Length() != 1 {
		b.t.Fatalf("%s has %d pins for %s", path, button.Length(), entry)
	}
	form := values(button.AttrOr("name", ""), button.AttrOr("value", ""))
	shown.Find("#nav > input").Each(func(_ int, x *goquery.Selection) { form.Set(x.AttrOr("name", ""), x.AttrOr("value", "")) })
	if got := b.sendFrom(b.base+path, shown.Find("#nav").AttrOr("action", ""), form).want(b.t, http.StatusSeeOther).location(); got != path {
		b.t.Errorf("a pin on %s leads to %s", path, got)
	}
	return b.get(path).want(b.t, http.StatusOK)
}

// What somebody pins stands on top of their sidebar, in that order, wherever they
// are signed in and in each account where they may open it, and in nobody else's.
func TestPinnedPagesStandOnTop(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	here := in(p.analytical, "/workflows?q=night")
	has := func(x page, want ...string) {
		t.Helper()
		if got := x.pinned(); !slices.Equal(got, want) {
			t.Errorf("pinned: %q, not %q", got, want)
		}
		for _, e := range want {
			if n := len(slices.DeleteFunc(x.entries(), func(n navEntry) bool { return n.text != e })); n != 1 {
				t.Errorf("%s stands in the sidebar %d times", e, n)
			}
		}
	}
	has(ada.get(here))
	has(ada.pin(here, "Calls"), "Calls")
	has(ada.pin(here, "Access"), "Calls", "Access")
	has(ada.pin(here, "Accounts"), "Calls", "Access", "Accounts")
	has(ada.pin(here, "Calls"), "Access", "Accounts")
	has(ada.pin(here, "Calls"), "Access", "Accounts", "Calls")
	if group := ada.get(here).Find("#nav > details").First(); group.AttrOr("data-group", "") != "pinned" {
		t.Errorf("the first group is %s", words(group))
	}
	has(ada.get(in(p.west, "/members")), "Access", "Accounts", "Calls")
	has(p.as(p.ada).get(here), "Access", "Accounts", "Calls")
	has(p.as(p.grace).get(here))
	// A pinned entry is the current one like any other, and its tabs are found by it.
	if x := ada.get(in(p.analytical, "/settings/subusers")); words(x.Find("#nav [aria-current]")) != "Access" || x.Find("#nav > details[data-group=pinned] [hidden] a").Length() < 5 {
		t.Errorf("in Subusers the current entry is %s", words(x.Find("#nav [aria-current]")))
	}
}

// A pin gives nothing: what a role no longer opens is gone from the sidebar, and
// there again with the role.
func TestAPinOpensNothing(t *testing.T) {
	p := newPanel(t)
	charles, door := p.subuser(p.analytical, "charles", "PhoneNumberManager")
	b := p.asSubuser(door, "charles")
	home := in(p.analytical, "/numbers/my_numbers")
	if got := b.pin(home, "Numbers").pinned(); !slices.Equal(got, []string{"Numbers"}) {
		t.Errorf("pinned: %q", got)
	}
	role := func(name string) {
		must(t, p.store.EditSubuser(t.Context(), p.grant(p.ada, "subuser_edit", p.analytical), charles.ID, people.SubuserInput{Name: "charles", Roles: []string{name}}))
	}
	role("Payer")
	if x := b.get(in(p.analytical, "/billing/dashboard")).want(t, http.StatusOK); len(x.pinned()) != 0 || x.Find("#nav a[href*='/numbers']").Length() != 0 {
		t.Errorf("a payer has pinned %q", x.pinned())
	}
	role("PhoneNumberManager")
	if got := b.get(home).pinned(); !slices.Equal(got, []string{"Numbers"}) {
		t.Errorf("pinned: %q", got)
	}
}

func TestWhatIsNoPinIsRefused(t *testing.T) {
	p := newPanel(t)
	mallory := p.as(p.mallory)
	for _, form := range [][]string{{"pin", "subusers"}, {"pin", "nothing"}, {"pin", ""}, {"unpin", "<script>"}, {}} {
		mallory.send("/pins", form...).want(t, http.StatusNotFound)
	}
	mallory.post("/pins", values("pin", "calls")).want(t, http.StatusForbidden)
	if got := p.browser().post("/pins", values("pin", "calls")).want(t, http.StatusSeeOther).location(); !strings.HasPrefix(got, "/sign-in") {
		t.Errorf("signed out: %s", got)
	}
	// By script the sidebar of the page comes back, of an account that one may know of.
	byScript := func(at account.Account) page {
		form := values("pin", "calls", "account", at.ID.String(), "section", "contacts", "token", mallory.token())
		req, err := http.NewRequest(http.MethodPost, p.server.URL+"/pins", strings.NewReader(form.Encode()))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("HX-Request", "true")
		return mallory.do(req)
	}
	x := byScript(p.malloryville).want(t, http.StatusOK)
	if !slices.Equal(x.pinned(), []string{"Calls"}) || words(x.Find("#nav [aria-current]")) != "Contacts" || x.Find("main").Length() != 0 {
		t.Errorf("the sidebar says %s", words(x.Selection))
	}
	if x := byScript(p.analytical).want(t, http.StatusNoContent); x.header.Get("HX-Redirect") != "/" || x.body != "" {
		t.Errorf("of another's account: %q", x.body)
	}
	// Where a form came from does not lead elsewhere.
	for _, from := range []string{"https://evil.example//evil.example/x", "://", "javascript:alert(1)"} {
		form := values("unpin", "calls", "token", mallory.token())
		if got := mallory.sendFrom(from, "/pins", form).want(t, http.StatusSeeOther).location(); got != "/" {
			t.Errorf("%s leads to %s", from, got)
		}
	}
}

// What is pinned in two windows at once is pinned once each.
func TestPinsAtOnceAreAllKept(t *testing.T) {
	p := newPanel(t)
	keys := []string{"calls", "contacts", "workflows", "audit"}
	session := authz.Self(p.ada.Actor())
	ada := p.as(p.ada)
	x, err := p.store.Sessions(t.Context(), session, p.ada.Principal())
	must(t, err)
	var all sync.WaitGroup
	for range 3 {
		for _, key := range keys {
			all.Go(func() {
				if _, err := p.store.Pin(t.Context(), session, x[0], key); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	got := ada.get(in(p.analytical, "")).pinned()
	if slices.Sort(got); !slices.Equal(got, []string{"Audit", "Calls", "Contacts", "Workflows"}) {
		t.Errorf("pinned: %q", got)
	}
}
