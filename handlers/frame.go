package handlers

import (
	"crypto/hkdf"
	"crypto/sha256"
	"path"
	"strings"
	"time"
	_ "time/tzdata" // a reader's zone must not depend on the machine

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

func derive(secret []byte, use string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, use, 32)
	if err != nil {
		panic(err) // only for a length that HKDF can not give
	}
	return key
}

// navGroup is a group of the sidebar: the sections that have a page.
type navGroup struct {
	title    string
	sections []*catalog.Section
}

// navigation keeps the sections whose own path is a route of the table.
func (h *Handlers) navigation(table []guard.Route) (groups []navGroup) {
	page := map[string]bool{}
	for _, l := range guard.Describe(table) {
		if l.Method == get {
			page[l.Path] = true
		}
	}
	for _, g := range h.catalog.Groups {
		n := navGroup{title: g.Title}
		for _, s := range h.catalog.Sections {
			full := strings.TrimSuffix("/a/:account"+s.Path, "/")
			if s.Group == g.Key && s.InNavigation() && (page[full] || page[path.Dir(full)+"/:tab"]) {
				n.sections = append(n.sections, s)
			}
		}
		if len(n.sections) > 0 {
			groups = append(groups, n)
		}
	}
	return groups
}

// frame is what stands around a page: the sidebar with what may be opened here,
// the account, and who is signed in. The crumbs end with the page itself.
func (h *Handlers) frame(c echo.Context, title string, above ...views.Link) views.Frame {
	return h.frameIn(c, h.catalog.Info(guard.Of(c).Asks).Section, title, above...)
}

// frameIn is the frame of a page that belongs to a section, or to none.
func (h *Handlers) frameIn(c echo.Context, section *catalog.Section, title string, above ...views.Link) views.Frame {
	v := guard.Of(c)
	f := views.Frame{Title: title, Token: v.Token, Messages: h.takeSaid(c), Profile: h.profile(c, v)}
	if v.Session.Principal.Kind == authz.Member {
		f.Account = views.Switcher{Name: "Choose an account", SearchURL: "/accounts/switcher", AllURL: "/accounts", NewURL: "/accounts/new"}
	}
	if v.At == authz.NoAccount {
		f.Crumbs = views.Crumb(title, above...)
		return f
	}
	id := v.Place.Account
	h.rememberAccount(c, id)
	f.Notice = h.supportNotice(c, v)
	f.Account.Name, f.Account.Detail, f.Account.Role = v.Place.Name, kindTitle(v.Place.Kind), h.roleLabel(v)
	if f.Account.SearchURL != "" {
		f.Account.SearchURL = withQuery(f.Account.SearchURL, "at", id.String())
	}
	current := h.entryOf(section)
	for _, g := range h.nav {
		n := views.NavGroup{Title: g.title}
		for _, s := range g.sections {
			if v.May.Has(s.View) {
				n.Items = append(n.Items, views.NavItem{Text: s.Label, URL: accountPath(id, strings.TrimSuffix(s.Path, "/")), Icon: s.Icon, Current: s == current})
			}
		}
		if len(n.Items) > 0 {
			f.Nav = append(f.Nav, n)
		}
	}
	home := views.Link{Text: v.Place.Name}
	if v.May.Has(h.catalog.Permission("control_panel")) {
		home.URL = accountPath(id)
	}
	f.Crumbs = views.Crumb(title, append([]views.Link{home}, above...)...)
	return f
}

// entryOf is the section whose entry of the sidebar a section belongs to: its
// own, or that of what it is inside.
func (h *Handlers) entryOf(s *catalog.Section) *catalog.Section {
	for s != nil && s.Inside != nil {
		s = s.Inside
	}
	if s != nil && s.Single() {
		return h.listOf(s)
	}
	return s
}

func (h *Handlers) profile(c echo.Context, v *guard.Visit) views.Profile {
	until := v.Session.ExpiresAt.In(zone(c))
	p := views.Profile{
		Name: v.Session.Name, Detail: v.Session.Email, Until: untilText(c, v), UntilExact: exact(until),
		SignOutURL: "/sign-out", Links: []views.Link{{Text: "Change password", URL: passwordPath}, {Text: "Your sessions", URL: "/sessions"}, {Text: "Two-step sign-in", URL: twoStepPath}},
	}
	if h.webauthn != nil && v.Session.Principal.Kind == authz.Member {
		p.Links = append(p.Links, views.Link{Text: "Passkeys", URL: passkeysPath})
	}
	if v.Session.Principal.Kind == authz.Subuser {
		p.Detail = "Subuser"
		if v.Place.Name != "" {
			p.Detail = "Subuser of " + v.Place.Name
		}
	}
	if v.At != authz.NoAccount && v.May.Has(h.catalog.Permission("profile")) {
		p.Links = append([]views.Link{{Text: "Profile settings", URL: accountPath(v.Place.Account, "/settings/profile")}}, p.Links...)
	}
	if _, ok := v.Session.OnDuty(models.DutyOperator); ok {
		p.Links = append(p.Links, views.Link{Text: "Mail of this installation", URL: mailboxPath})
	}
	return p
}

// roleLabel says as what one is here.
func (h *Handlers) roleLabel(v *guard.Visit) string { return h.roleLabelAt(v.Snapshot, v.Who, v.At) }

func (h *Handlers) roleLabelAt(snap *authz.Snapshot, who authz.Who, at authz.Account) string {
	if snap.Owns(who, at) {
		return h.catalog.Owner().Title
	}
	var names []string
	for a, decided := at, false; a != authz.NoAccount && !decided; a = snap.Parent(a) {
		for _, id := range snap.Held(who, a) {
			r := snap.Role(id)
			if decided = decided || !r.Adds; r.Adds && a != at {
				continue // a door above does not lead here
			}
			names = append(names, roleTitle(r))
		}
	}
	return strings.Join(names, ", ")
}

// roleTitle is a role with its set, since sets share names.
func roleTitle(r *catalog.Role) string { return r.Label() }

func kindTitle(kind string) string {
	switch kind {
	case "personal":
		return "Personal account"
	case "main":
		return "Main account"
	}
	return "Sub-account"
}

const lastCookie = "bailiwick-at"

// rememberAccount keeps which accounts were open, the last first.
func (h *Handlers) rememberAccount(c echo.Context, id uuid.UUID) {
	parts := []string{id.String()}
	for _, before := range lastUsed(c) {
		if before != id && len(parts) < lastSize {
			parts = append(parts, before.String())
		}
	}
	if value := strings.Join(parts, "."); value != readCookie(c, lastCookie) {
		c.SetCookie(h.guard.Make(lastCookie, value, 365*24*time.Hour))
	}
}

// zone is the reader's time zone, as the browser told it.
func zone(c echo.Context) *time.Location {
	if name := readCookie(c, "zone"); name != "Local" {
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	return time.UTC
}

func exact(t time.Time) string { return t.Format("2 January 2006, 15:04:05 MST") }

// when is a time as lists show it.
func when(c echo.Context, t time.Time, now time.Time) string {
	t = t.In(zone(c))
	switch now = now.In(t.Location()); {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan, 15:04")
	}
	return t.Format("2 Jan 2006")
}
