package page

import (
	"crypto/hkdf"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"bailiwick/words"

	_ "time/tzdata"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/manual"

	accounts "bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

func derive(secret []byte, use string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, use, 32)
	if err != nil {
		panic(err) // only for a length that HKDF can not give
	}
	return key
}

// Frame is what stands around a page: the sidebar with what may be opened here,
// the account, and who is signed in. The crumbs end with the page itself.
func (h *Base) Frame(c echo.Context, title string, above ...part.Link) part.Frame {
	return h.FrameIn(c, h.Catalog.Info(guard.Of(c).Asks).Section, title, above...)
}

// FrameIn is the frame of a page that belongs to a section, or to none.
func (h *Base) FrameIn(c echo.Context, section *catalog.Section, title string, above ...part.Link) part.Frame {
	v := guard.Of(c)
	f := part.Frame{Title: title, Token: v.Token, Messages: h.takeSaid(c), Profile: h.profile(c, v)}
	f.Bell = h.bell(c, v)
	f.Help = manual.Root
	if section != nil {
		f.Help = manual.PlaceOf(section.Key)
	}
	if v.Session.Principal.Kind == authz.Member {
		f.Account = part.Switcher{Name: "Choose an account", SearchURL: "/accounts/switcher", AllURL: "/accounts", NewURL: "/accounts/new"}
	}
	if v.At == authz.NoAccount {
		if v.Session.Principal.Kind == authz.Member {
			f.Search = SearchPath
		}
		f.Crumbs = part.Crumb(title, above...)
		return f
	}
	id := v.Place.Account
	h.Remember(c, lastCookie, id.String())
	h.rememberPage(c, section)
	if h.May(c, "control_panel") {
		f.Search = AccountPath(id, SearchPath)
	}
	f.Notice = h.supportNotice(c, v)
	f.Account.Name, f.Account.Detail, f.Account.Role = v.Place.Name, KindTitle(v.Place.Kind), h.RoleLabel(v)
	if f.Account.SearchURL != "" {
		f.Account.SearchURL = WithQuery(f.Account.SearchURL, "at", id.String())
	}
	nav, entry := h.sidebar(c, section)
	f.Sidebar = h.sidebarOf(c, section, nav)
	f.Tabs = h.tabs(c, section)
	home := part.Link{Text: v.Place.Name}
	if v.May.Has(h.Catalog.Permission("control_panel")) {
		home.URL = AccountPath(id)
	}
	trail := []part.Link{home}
	if first := append(above, part.Link{Text: title})[0].Text; entry.Text != "" && first != entry.Text {
		trail = append(trail, entry)
	}
	f.Crumbs = part.Crumb(title, append(trail, above...)...)
	return f
}

// bell leads to what happened for the visitor. Where that can not be counted, the
// page is as good without.
func (h *Base) bell(c echo.Context, v *guard.Visit) part.Bell {
	n, err := h.Store.UnreadAlerts(c.Request().Context(), v.Session, v.Snapshot)
	if err != nil && h.Config.Log != nil {
		h.Config.Log.Error("count alerts", "error", err)
	}
	return part.Bell{URL: AlertsPath, Unread: n}
}

func (h *Base) profile(c echo.Context, v *guard.Visit) part.Profile {
	until := v.Session.ExpiresAt.In(Zone(c))
	p := part.Profile{
		Avatar: part.AvatarOf(v.Session.Name, v.Session.Principal.ID.String()), Name: v.Session.Name, Detail: v.Session.Email, Until: UntilText(c, v), UntilExact: Exact(until), SignOutURL: "/sign-out",
	}
	for _, x := range h.OwnPages(v) {
		p.Links = append(p.Links, part.Link{Text: x.Text, URL: x.URL})
	}
	if v.Session.Principal.Kind == authz.Subuser {
		p.Detail = "Subuser"
		if v.Place.Name != "" {
			p.Detail = "Subuser of " + v.Place.Name
		}
	}
	if v.At != authz.NoAccount && v.May.Has(h.Catalog.Permission("profile")) {
		p.Links = append([]part.Link{{Text: "Profile settings", URL: AccountPath(v.Place.Account, "/settings/profile")}}, p.Links...)
	}
	if _, ok := v.Session.OnDuty(store.DutyOperator); ok {
		p.Links = append(p.Links, part.Link{Text: "Mail of this installation", URL: MailboxPath})
	}
	return p
}

// RoleLabel says as what one is here.
func (h *Base) RoleLabel(v *guard.Visit) string { return h.RoleLabelAt(v.Snapshot, v.Who, v.At) }

// RoleLabelAt says as what somebody is in an account.
func (h *Base) RoleLabelAt(snap *authz.Snapshot, who authz.Who, at authz.Account) string {
	if snap.Owns(who, at) {
		return h.Catalog.Owner().Title
	}
	var names []string
	for a, decided := at, false; a != authz.NoAccount && !decided; a = snap.Parent(a) {
		for _, id := range snap.Held(who, a) {
			r := snap.Role(id)
			if decided = decided || !r.Adds; r.Adds && a != at {
				continue // a door above does not lead here
			}
			names = append(names, RoleTitle(r))
		}
	}
	return strings.Join(names, ", ")
}

// RoleTitle is a role with its set, since sets share names.
func RoleTitle(r *catalog.Role) string { return r.Label() }

// KindTitle is the kind of account in words.
func KindTitle(kind string) string {
	switch kind {
	case "personal":
		return "Personal account"
	case "main":
		return "Company account"
	}
	return "Sub-account"
}

const lastCookie = "bailiwick-at"

// Zone is the reader's time zone, as the browser told it.
func Zone(c echo.Context) *time.Location {
	if name := readCookie(c, "zone"); name != "Local" {
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	return time.UTC
}

// Exact is a time to the second, for titles.
func Exact(t time.Time) string { return t.Format("2 January 2006, 15:04:05 MST") }

// When is a time as people say it to the reader: 3 hours ago, or Fri 27 Nov, 15:04.
func When(c echo.Context, t time.Time, now time.Time) string {
	zone := Zone(c)
	return words.Ago(t.In(zone), now.In(zone))
}

// OwnFrame stands around a page about oneself: inside the account one came
// from, where that is known.
func (h *Base) OwnFrame(c echo.Context, title string, above ...part.Link) part.Frame {
	if at := wishedAccount(c); at != uuid.Nil {
		// Without it the page stands alone.
		_ = h.Guard.Enter(c, at)
	}
	return h.Frame(c, title, above...)
}

// SupportAccessPath is the page of support access in the account of the visit.
func SupportAccessPath(c echo.Context, parts ...string) string {
	return AccountPath(guard.Of(c).Place.Account, append([]string{"/settings/support-access"}, parts...)...)
}

// Until is an end, in the reader's zone: near ones by their time, others with the day.
func (h *Base) Until(c echo.Context, t time.Time) string { return When(c, t, h.Store.Now()) }

// DoorGives says what support staff may do by an access.
func DoorGives(x accounts.SupportAccess) string {
	if x.Access == "edit" {
		return "Support staff can view and edit data and setup."
	}
	return "Support staff can view this account."
}

// supportNotice stands above every page while the door is open: for those who
// came through it, and for the people of the account.
func (h *Base) supportNotice(c echo.Context, v *guard.Visit) *part.Alert {
	open := v.Place.Support
	if open.Access == "" {
		return nil
	}
	n := &part.Alert{Tone: part.Warn, Text: strings.TrimSuffix(DoorGives(open), ".") + " until " + h.Until(c, open.Until) + "."}
	if Lent(v.Snapshot, v.Who, v.At) {
		n.Tone, n.Text = part.Info, "You are here as support staff until "+h.Until(c, open.Until)+", let in by "+open.OpenedByName+" for: "+open.Reason
	}
	if h.May(c, "support_access") {
		n.Links = append(n.Links, part.Link{Text: "Support access", URL: SupportAccessPath(c)})
	}
	if h.May(c, "support_access.grant") {
		n.Links = append(n.Links, part.Link{Text: "Turn off…", URL: SupportAccessPath(c, "/close")})
	}
	return n
}

// Lent tells whether somebody came into the account through its open door.
func Lent(snap *authz.Snapshot, who authz.Who, at authz.Account) bool {
	return slices.ContainsFunc(snap.Held(who, at), func(id catalog.RoleID) bool { return snap.Role(id).Lent })
}

// May tells whether the visitor may use a permission here.
func (h *Base) May(c echo.Context, permission string) bool {
	return guard.Of(c).May.Has(h.Catalog.Permission(permission))
}

// InvitesForMe tells that invites wait for the reader's address, nil where none
// does. Whose and where is told by the link alone: it proves the address.
func (h *Base) InvitesForMe(c echo.Context) (*part.Alert, error) {
	n, err := h.Store.CountInvitesFor(c.Request().Context(), guard.Of(c).Session)
	if store.PartLost(err) {
		return &part.Alert{Tone: part.Warn, Title: "Your invites can't be checked right now", Text: "Not all of the panel's database can be reached."}, nil
	}
	if err != nil || n == 0 {
		return nil, err
	}
	a := &part.Alert{Tone: part.Info, Title: words.Count(n, "pending invite", "pending invites") + " for your address",
		Text: "Open the link in the e-mail that brought it, or ask whoever invited you for the link."}
	if n > 1 {
		a.Text = "Open the links in the e-mails that brought them, or ask whoever invited you for the links."
	}
	return a, nil
}
