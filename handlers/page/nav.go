package page

import (
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/views/part"
)

// navGroup is a group of the sidebar: the sections that have a page, those of one
// entry beside each other.
type navGroup struct {
	key, title string
	Sections   []*catalog.Section
}

// navigation keeps the sections whose own path is a route of the table.
func (h *Base) navigation(table []guard.Route) (groups []navGroup) {
	page := map[string]bool{}
	for _, l := range guard.Describe(table) {
		if l.Method == Get {
			page[l.Path] = true
		}
	}
	for _, g := range h.Catalog.Groups {
		n := navGroup{key: g.Key, title: g.Title}
		for _, s := range h.Catalog.Sections {
			full := strings.TrimSuffix("/a/:account"+s.Path, "/")
			if s.Group == g.Key && s.InNavigation() && (page[full] || page[path.Dir(full)+"/:tab"]) {
				n.Sections = append(n.Sections, s)
			}
		}
		if len(n.Sections) > 0 {
			groups = append(groups, n)
		}
	}
	return groups
}

// foldedCookie holds the keys of the sidebar's folded groups. Script sets it
// (static/src/sidebar.js).
const foldedCookie = "folded"

// PinsPath is where an entry of the sidebar is pinned and unpinned.
const PinsPath = "/pins"

// MayBePinned tells whether a key is that of an entry of the sidebar: the key of the
// first of its sections, whoever may open it.
func (h *Base) MayBePinned(key string) bool {
	return slices.ContainsFunc(h.Nav, func(g navGroup) bool {
		for i, s := range g.Sections {
			if s.Key == key {
				return g.begins(i)
			}
		}
		return false
	})
}

// begins tells whether an entry begins with a section.
func (g navGroup) begins(i int) bool { return i == 0 || g.Sections[i-1].Entry != g.Sections[i].Entry }

// sidebar is what the visitor may open here, what they pinned in a group of its own
// on top. Sections of one entry are its tabs: it leads to the first of them, and
// goes by the name of the only one. The entry of the page's section is given too,
// where it has tabs.
func (h *Base) sidebar(c echo.Context, section *catalog.Section) (nav []part.NavGroup, entry part.Link) {
	v := guard.Of(c)
	folded := strings.Split(readCookie(c, foldedCookie), ".")
	pinned := part.NavGroup{Key: "pinned", Title: "Pinned", Folded: slices.Contains(folded, "pinned")}
	for _, g := range h.Nav {
		n := part.NavGroup{Key: g.key, Title: g.title, Folded: slices.Contains(folded, g.key)}
		var last, key string
		for i, s := range g.Sections {
			if g.begins(i) {
				key = s.Key
			}
			if !v.May.Has(s.View) {
				continue
			}
			link := part.Link{Text: s.Label, URL: AccountPath(v.Place.Account, strings.TrimSuffix(s.Path, "/"))}
			current := section != nil && section.Group == s.Group && section.Entry == s.Entry
			if last != s.Entry {
				last = s.Entry
				n.Items = append(n.Items, part.NavItem{Key: key, Text: s.Label, URL: link.URL, Icon: s.Icon, Current: current, Tabs: []part.Link{link}})
				continue
			}
			item := &n.Items[len(n.Items)-1]
			item.Text, item.Tabs = s.Entry, append(item.Tabs, link)
			if current {
				entry = part.Link{Text: item.Text, URL: item.URL}
			}
		}
		n.Items = slices.DeleteFunc(n.Items, func(item part.NavItem) bool {
			if !slices.Contains(v.Session.Pins, item.Key) {
				return false
			}
			item.Pinned = true
			pinned.Items = append(pinned.Items, item)
			return true
		})
		if len(n.Items) > 0 {
			nav = append(nav, n)
		}
	}
	if len(pinned.Items) > 0 {
		slices.SortFunc(pinned.Items, func(a, b part.NavItem) int {
			return slices.Index(v.Session.Pins, a.Key) - slices.Index(v.Session.Pins, b.Key)
		})
		nav = append([]part.NavGroup{pinned}, nav...)
	}
	return nav, entry
}

// Sidebar is that of the account of a visit, on the page of a section or none.
func (h *Base) Sidebar(c echo.Context, section *catalog.Section) part.Sidebar {
	nav, _ := h.sidebar(c, section)
	return h.sidebarOf(c, section, nav)
}

func (h *Base) sidebarOf(c echo.Context, section *catalog.Section, nav []part.NavGroup) part.Sidebar {
	v := guard.Of(c)
	s := part.Sidebar{Token: v.Token, Groups: nav, PinURL: PinsPath, Account: v.Place.Account.String()}
	if section != nil {
		s.Section = section.Key
	}
	return s
}

// tabs are the pages beside that of a section: inside the same record, or of the
// same entry of the sidebar.
func (h *Base) tabs(c echo.Context, section *catalog.Section) (tabs []part.Tab) {
	v := guard.Of(c)
	if section == nil {
		return nil
	}
	if section.Key == "security" {
		return securityTabs(v, c.Request().URL.Path)
	}
	one, at := section, section
	for one.Inside != nil {
		at, one = one, one.Inside
	}
	add := func(text, path string, s *catalog.Section) {
		if s.Pending == "" && v.May.Has(s.View) {
			tabs = append(tabs, part.Tab{Text: text, URL: AccountPath(v.Place.Account, path), Current: s == at})
		}
	}
	if id := c.Param(strings.TrimPrefix(path.Base(one.Path), ":")); one.Single() && id != "" {
		in := func(s *catalog.Section) string { return strings.Replace(s.Path, path.Base(one.Path), id, 1) }
		add(Upper(one.Records.Noun), in(one), one)
		for _, s := range h.Catalog.Sections {
			if s.Inside == one {
				add(Upper(s.Records.Plural), in(s), s)
			}
		}
	} else {
		at = one
		if one.Single() {
			at = h.ListOf(one)
		}
		for _, g := range h.Nav {
			for _, s := range g.Sections {
				if s.Group == at.Group && s.Entry == at.Entry {
					add(s.Label, s.Path, s)
				}
			}
		}
	}
	if len(tabs) < 2 {
		return nil
	}
	return tabs
}

// Pages are all that the visitor may open in the account.
func (h *Base) Pages(c echo.Context) (all []part.Found) {
	for _, g := range h.Nav {
		for _, s := range g.Sections {
			if guard.Of(c).May.Has(s.View) {
				all = append(all, foundPage(c, g, s))
			}
		}
	}
	return all
}

// foundPage is the page of a section as a search shows it, beside what it stands in.
func foundPage(c echo.Context, g navGroup, s *catalog.Section) part.Found {
	x := part.Found{Text: s.Label, Detail: s.Entry, URL: AccountPath(guard.Of(c).Place.Account, strings.TrimSuffix(s.Path, "/")), Icon: s.Icon}
	if s.Entry == s.Label {
		x.Detail = g.title
	}
	return x
}

// OwnPages are the pages about one's own login.
func (h *Base) OwnPages(v *guard.Visit) []part.Found {
	all := []part.Found{{Text: "Change password", URL: PasswordPath, Icon: "lock"}, {Text: "Your sessions", URL: "/sessions", Icon: "circle-user"}, {Text: "Two-step sign-in", URL: TwoStepPath, Icon: "smartphone"}}
	if h.Webauthn != nil && v.Session.Principal.Kind == authz.Member {
		all = append(all, part.Found{Text: "Passkeys", URL: PasskeysPath, Icon: "key-round"})
	}
	for i := range all {
		all[i].Detail = "Your login"
	}
	return all
}

// recentCookie holds the keys of the sections that were open, the last first.
const recentCookie = "bailiwick-recent"

// rememberPage keeps which pages were open.
func (h *Base) rememberPage(c echo.Context, s *catalog.Section) {
	if s != nil && s.InNavigation() && s.Path != "/" && c.Request().Method == Get {
		h.Remember(c, recentCookie, s.Key)
	}
}

// Recent are the pages that the browser says were open, the last first: of those
// that the visitor may open here.
func (h *Base) Recent(c echo.Context) (all []part.Found) {
	for _, key := range Remembered(c, recentCookie) {
		for _, g := range h.Nav {
			for _, s := range g.Sections {
				if s.Key == key && guard.Of(c).May.Has(s.View) && len(all) < lastSize {
					all = append(all, foundPage(c, g, s))
				}
			}
		}
	}
	return all
}
