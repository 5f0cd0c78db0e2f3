package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// navEntry is an entry of the sidebar, with its tabs.
type navEntry struct {
	text, url string
	tabs      []string // texts
	urls      []string
}

// entries are those of the sidebar, in its order.
func (x page) entries() (all []navEntry) {
	x.Find("#nav > details > ul > li").Each(func(_ int, li *goquery.Selection) {
		a := li.ChildrenFiltered("a")
		e := navEntry{text: words(a), url: a.AttrOr("href", "")}
		li.ChildrenFiltered("ul").Find("a").Each(func(_ int, tab *goquery.Selection) {
			e.tabs, e.urls = append(e.tabs, words(tab)), append(e.urls, tab.AttrOr("href", ""))
		})
		all = append(all, e)
	})
	return all
}

// Everybody's sidebar holds what they may open, and nothing else: pages of one
// thing are one entry, which leads to the first of them, stands for it where both
// have one name, and goes by the name of the only one.
func TestTheSidebarIsShort(t *testing.T) {
	p, cast := demoPanel(t)
	home := "/a/" + cast.Accounts["Analytical"].ID.String()
	of := func(user, text string) (found navEntry) {
		b := p.login(cast, user)
		for _, e := range b.get(home).want(t, http.StatusOK).entries() {
			if slices.Contains(append(e.tabs, e.text), text) {
				found = e
			}
			if slices.Index(e.urls, e.url) > 0 || slices.Contains(e.tabs, e.text) {
				t.Errorf("%s: %s leads to %s, and its tabs are %q", user, e.text, e.url, e.tabs)
			}
			for _, url := range append(e.urls, e.url) {
				b.get(url).want(t, http.StatusOK)
			}
		}
		return found
	}
	ada := p.login(cast, "ada@example.com").get(home).entries()
	var texts []string
	tabs := 0
	for _, e := range ada {
		texts, tabs = append(texts, e.text), tabs+len(e.tabs)
		if !slices.Contains(e.urls, e.url) {
			tabs++
		}
	}
	if len(ada) > 26 || tabs < 45 {
		t.Errorf("%d pages are %d entries: %q", tabs, len(ada), texts)
	}
	for at, want := range []string{"Control panel", "Onboarding", "Marketplace", "Support", "Accounts", "Permissions", "Access", "Audit", "Applications", "Calls", "Numbers", "Messages"} {
		if texts[at] != want {
			t.Errorf("entry %d is %s, not %s", at+1, texts[at], want)
		}
	}
	for user, want := range map[string]navEntry{
		"ada@example.com":      {text: "Access", tabs: []string{"Members", "Subusers", "Roles", "Service accounts", "Support access"}},
		"phone-number-manager": {text: "Numbers", tabs: []string{"My numbers", "Purchased numbers", "Buy a number", "Available numbers", "Reserved numbers"}},
		"payer":                {text: "Notification history"},
	} {
		if got := of(user, want.text); got.text != want.text || fmt.Sprint(got.tabs) != fmt.Sprint(want.tabs) {
			t.Errorf("%s: %q with %q, not %q with %q", user, got.text, got.tabs, want.text, want.tabs)
		}
	}
}

// The browser remembers which groups are folded; where one is stays open.
func TestFoldedGroupsStayFolded(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	folded := func(path string) string {
		var keys []string
		ada.get(path).want(t, http.StatusOK).Find("#nav > details:not([open])").Each(func(_ int, d *goquery.Selection) { keys = append(keys, d.AttrOr("data-group", "")) })
		return strings.Join(keys, " ")
	}
	if got := folded(in(p.analytical, "/calls")); got != "" {
		t.Errorf("folded before anybody folded them: %s", got)
	}
	ada.keeps("folded", "voice.agents.<script>")
	if got := folded(in(p.analytical, "/members")); got != "voice agents" {
		t.Errorf("folded: %s", got)
	}
	if got := folded(in(p.analytical, "/calls")); got != "agents" {
		t.Errorf("folded where one is in a folded group: %s", got)
	}
}
