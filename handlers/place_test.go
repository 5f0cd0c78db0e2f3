package handlers_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/cmd/bailiwick/demo"
	"bailiwick/models/modelstest"
	"bailiwick/postgres/pgtest"
)

// theDemo is what the demo panel begins with.
var theDemo struct {
	pgtest.Template
	demo.Cast
}

// demoPanel is a panel with the demo cast, which has something in every section.
func demoPanel(t testing.TB) (*panel, demo.Cast) {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	p := panelOn(t, theDemo.Clone(t, func(url string) {
		s, err := modelstest.Open(t.Context(), panelOn(t, url).config)
		must(t, err)
		defer s.Close()
		theDemo.Cast, err = demo.Seed(t.Context(), s)
		must(t, err)
	}))
	p.open()
	return p, theDemo.Cast
}

// login signs somebody of the demo cast in.
func (p *panel) login(cast demo.Cast, user string) *browser {
	p.t.Helper()
	b := p.browser()
	for _, l := range cast.Logins {
		if l.User == user {
			if got := b.post(l.Door, values("email", l.User, "name", l.User, "password", l.Password)); got.status != 303 {
				p.t.Fatalf("%s can not sign in: %d", user, got.status)
			}
			return b
		}
	}
	p.t.Fatalf("the cast has no %s", user)
	return nil
}

var idsIn = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}`)

// crawl opens every page that links lead to, two of each kind, and shows them.
func (b *browser) crawl(see func(path string, x page), from ...string) {
	b.t.Helper()
	kinds := map[string]int{}
	for todo := from; len(todo) > 0; todo = todo[1:] {
		x := b.get(todo[0])
		if x.status != 200 || !strings.HasPrefix(x.header.Get("Content-Type"), "text/html") {
			if x.status >= 400 {
				b.t.Errorf("a page leads to %s, which answers %d", todo[0], x.status)
			}
			continue
		}
		see(todo[0], x)
		x.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
			at, err := url.Parse(s.AttrOr("href", ""))
			if _, file := s.Attr("download"); err != nil || file || at.Host != "" || !strings.HasPrefix(at.Path, "/") {
				return
			}
			kind := idsIn.ReplaceAllString(at.Path, ":") // whatever the query asks for, the place is the same
			if q := at.Query(); q.Get("return") != "" {
				kind += " from " + idsIn.ReplaceAllString(q.Get("return"), ":")
			}
			if kinds[kind] < 2 {
				kinds[kind]++
				todo = append(todo, at.RequestURI())
			}
		})
	}
}

// belongs is which of some paths a page of an account belongs to, all without the
// account: the one that its address begins with, or that it was asked from, where
// its address is beside them.
func belongs[T any](paths map[string]T, at *url.URL) string {
	path := here(at.Path)
	for beside, entry := range map[string]string{
		"/permissions/": "/permissions/general", "/settings/security/": "/settings/security/allowed", "/settings/ownership": "/settings/account",
	} {
		if _, is := paths[entry]; is && strings.HasPrefix(path, beside) {
			if _, other := paths["/settings/security/two-step"]; !other {
				return entry
			}
		}
	}
	best := "/"
	for p := range paths {
		if len(p) > len(best) && (path == p || strings.HasPrefix(path, p+"/")) {
			best = p
		}
	}
	if from := at.Query().Get("return"); best == "/" && path != "/" && from != "" {
		return belongs(paths, &url.URL{Path: strings.SplitN(from, "?", 2)[0]})
	}
	return best
}

// here is a path without its account.
func here(path string) string {
	return "/" + strings.TrimPrefix(inAccount.ReplaceAllString(path, ""), "/")
}

var inAccount = regexp.MustCompile(`^/a/[0-9a-f-]{36}`)

// Every page stands in one place: one entry of the sidebar is the current one, one
// tab where there are any, and the breadcrumb goes through the entry.
func TestEveryPageStandsInOnePlace(t *testing.T) {
	p, cast := demoPanel(t)
	ada := p.login(cast, "ada@example.com")
	seen := map[string]bool{}
	home, west := "/a/"+cast.Accounts["Analytical"].ID.String(), cast.Accounts["West"].ID.String()
	ada.crawl(func(path string, x page) {
		at, err := url.Parse(path)
		must(t, err)
		current := x.Find("#sidebar a[aria-current=page]")
		if !inAccount.MatchString(at.Path) {
			if current.Length() != 0 {
				t.Errorf("%s is in no account, and the sidebar has a current entry", path)
			}
			return
		}
		entries, beside := map[string]string{}, map[string]int{} // by path, the entry; by entry, the tabs
		x.Find("#nav > details > ul > li").Each(func(_ int, li *goquery.Selection) {
			entry := words(li.ChildrenFiltered("a"))
			li.Find("a").Each(func(_ int, a *goquery.Selection) { entries[here(a.AttrOr("href", ""))] = entry })
			beside[entry] = li.Find("li").Length()
		})
		want := belongs(entries, at)
		seen[want] = true
		if current.Length() != 1 || words(current) != entries[want] {
			t.Errorf("%s: the current entry is %q, not %q", path, words(current), entries[want])
		}
		tabs, on := map[string]string{}, x.Find("main > .tabs [aria-current=page]")
		x.Find("main > .tabs:first-child a").Each(func(_ int, a *goquery.Selection) { tabs[here(a.AttrOr("href", ""))] = words(a) })
		switch tab := tabs[belongs(tabs, at)]; {
		case beside[entries[want]] > 0 && len(tabs) == 0:
			t.Errorf("%s: the tabs of %s are missing", path, entries[want])
		case len(tabs) > 0 && (words(on.First()) != tab || tab == ""):
			t.Errorf("%s: the current tab is %q, not %q", path, words(on.First()), tab)
		case len(tabs) > 0 && x.Find("main > .tabs:first-child [aria-current=page]").Length() != 1:
			t.Errorf("%s has two current tabs", path)
		}
		crumbs := x.Find(".crumbs li")
		if n := x.Find(".crumbs [aria-current=page]").Length(); n != 1 || crumbs.Length() < 2 {
			t.Errorf("%s: %d of %d breadcrumbs are the page", path, n, crumbs.Length())
			return
		}
		if second := crumbs.Eq(1); words(second) != entries[want] {
			t.Errorf("%s: the breadcrumb is %q, and the entry %q", path, words(x.Find(".crumbs")), entries[want])
		} else if href, linked := second.Find("a").Attr("href"); linked != (crumbs.Length() > 2) || linked && entries[belongs(entries, &url.URL{Path: href})] != entries[want] {
			t.Errorf("%s: the breadcrumb's %q leads to %q", path, words(second), href)
		}
	}, home, home+"/accounts/batches/new?act=suspend&id="+west)
	if len(seen) < 45 {
		t.Errorf("only %d places were seen", len(seen))
	}
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }
