package handlers_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Every act in a row's menu can be done without script too: on the page that the
// row's first cell leads to, or in the row itself where there is no such page.
func TestRowMenusCanBeDoneWithout(t *testing.T) {
	p, cast := demoPanel(t)
	home := "/a/" + cast.Accounts["Analytical"].ID.String()
	seen, compared := map[bool]int{}, map[bool]int{}
	for _, user := range []string{"ada@example.com", "phone-number-manager"} {
		b := p.login(cast, user)
		lists := []string{home + "/members/invites", home + "/roles?own=1", "/accounts", "/passkeys"}
		b.get(home).Find("#sidebar .nav a").Each(func(_ int, a *goquery.Selection) { lists = append(lists, a.AttrOr("href", "")) })
		slices.Sort(lists)
		for _, list := range slices.Compact(lists) {
			x, kinds := b.get(list), map[string]bool{}
			x.Find("[data-menu]").Each(func(_ int, dots *goquery.Selection) {
				if kind := dots.AttrOr("data-menu", ""); !kinds[kind] {
					kinds[kind] = true
					inRow := dots.SiblingsFiltered("noscript")
					linked := inRow.Length() == 0
					seen[linked]++
					var can []string
					if linked {
						page := dots.Closest("tr").Find("th a").AttrOr("href", "")
						can = append(acts(b.get(page).want(t, 200).Find("main")), page)
					} else {
						menu, err := goquery.NewDocumentFromReader(strings.NewReader(inRow.Text()))
						must(t, err)
						can = acts(menu.Selection)
					}
					for _, act := range acts(dots.NextFiltered(".row-menu")) {
						compared[linked]++
						if !slices.Contains(can, act) {
							t.Errorf("%s, %s: %s is not among %q", user, list, act, can)
						}
					}
				}
			})
		}
	}
	if seen[true] < 40 || seen[false] < 2 || compared[true] < 2*seen[true] || compared[false] < seen[false] {
		t.Errorf("menus with a page and without were seen: %v, with so many acts: %v", seen, compared)
	}
}

// acts are the ways on that are shown: where each leads.
func acts(s *goquery.Selection) (all []string) {
	s.Find("a[href], form").Each(func(_ int, x *goquery.Selection) {
		at, _, _ := strings.Cut(x.AttrOr("href", x.AttrOr("action", "")), "?")
		if u, err := url.Parse(at); err == nil && u.Path != "" {
			all = append(all, u.Path)
		}
	})
	return all
}
