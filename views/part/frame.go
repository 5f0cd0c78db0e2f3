package part

import (
	"context"
	"io"
	"slices"

	"github.com/a-h/templ"

	"bailiwick/static"
	"bailiwick/words"
)

// Frame is what every page of a signed-in person shows around its content.
type Frame struct {
	Title    string // of the browser tab
	Token    string // anti-forgery token of this session, carried by every form
	Sidebar  Sidebar
	Tabs     []Tab  // pages beside this one
	Crumbs   []Link // from the outside in; the last one is this page and has no URL
	Account  Switcher
	Bell     Bell
	Search   string // the address that finds what one may open, for the palette too; empty where nothing does
	Help     string // where the manual explains this page
	Profile  Profile
	Messages []Toast // what just happened
	Notice   *Alert  // something about the whole account, above the content
}

// Bell leads to what happened for the person, and counts what is new.
type Bell struct {
	URL    string
	Unread int
}

// label is its name: "Alerts, 2 new".
func (b Bell) label() string {
	if b.Unread == 0 {
		return "Alerts"
	}
	return "Alerts, " + words.Number(b.Unread) + " new"
}

// Link is a text that leads somewhere.
type Link struct {
	Text, URL string
}

// Sidebar leads to the pages of an account. Pinning an entry sends its key, and
// answers with the sidebar anew.
type Sidebar struct {
	Groups           []NavGroup
	Token, PinURL    string
	Account, Section string // where it stands: an account's id, the key of the page's section
}

// NavGroup is one titled group of the sidebar. Folded, it shows its items only while
// one of them is current.
type NavGroup struct {
	Key, Title string
	Folded     bool
	Items      []NavItem
}

// open tells whether the group shows its items.
func (g NavGroup) open() bool {
	return !g.Folded || slices.ContainsFunc(g.Items, func(n NavItem) bool { return n.Current })
}

// NavItem leads to one page of the panel, or the first of several that are tabs of
// each other. Icon is a name of the sprite (static/src/icons.svg).
type NavItem struct {
	Key             string // by which it is pinned
	Text, URL, Icon string
	Current, Pinned bool
	Tabs            []Link // what the filter of the sidebar finds besides it
	Count           string // shown as a small number behind the text, if any
}

// pins is the name under which its button sends its key.
func (n NavItem) pins() string {
	if n.Pinned {
		return "unpin"
	}
	return "pin"
}

func (n NavItem) pinText() string {
	if n.Pinned {
		return "Unpin"
	}
	return "Pin"
}

// Switcher is the account one acts in, and the way to the others.
// Without SearchURL there are no others (a subuser): only the name is shown.
type Switcher struct {
	Name      string
	Detail    string // kind or place in the tree: "Agency", "Analytical / East"
	Role      string // "Account owner", "Subuser role: Admin"
	SearchURL string // GET with q answers SwitcherList
	AllURL    string // the page with all accounts, for those without script
	NewURL    string // makes a main account
}

// SwitcherList is what the switcher shows for one search.
type SwitcherList struct {
	Query  string
	Groups []SwitcherGroup
	More   string // "and 180 more: type to narrow down", if not all are shown
	AllURL string
}

// SwitcherGroup is one tree of accounts.
type SwitcherGroup struct {
	Title    string
	Accounts []SwitcherAccount
}

// SwitcherAccount is one account one may enter. Depth indents it below its tree, 0 is the root.
type SwitcherAccount struct {
	Name, URL, Role string
	Depth           int
	Current         bool
}

// Profile is the menu of the person.
type Profile struct {
	Avatar     Avatar
	Name       string
	Detail     string // the e-mail address, or "Subuser of Analytical"
	Until      string // the time the session ends, in the reader's zone, and how else: "17:40, or 30 minutes without use"
	UntilExact string // the same with date and zone, shown on hover
	Links      []Link // profile settings, own sessions
	SignOutURL string
}

// Crumb makes a breadcrumb trail out of links and the name of this page.
func Crumb(here string, above ...Link) []Link {
	return append(above[:len(above):len(above)], Link{Text: here})
}

// Icon is one picture of the sprite, hidden from screen readers: give the control around it a name.
func Icon(name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, iconStart+templ.EscapeString(name)+`"/></svg>`)
		return err
	})
}

// A page has fifty icons: all that they have in common is joined once.
var iconStart = `<svg class="icon" aria-hidden="true"><use href="` + static.Path("icons.svg") + "#"

// Indent is the class that moves something depth steps to the right; deeper than 16 stays at 16,
// which is also the deepest an account can be.
func Indent(depth int) string {
	return indents[min(max(depth, 0), len(indents)-1)]
}

var indents = [...]string{"", "in1", "in2", "in3", "in4", "in5", "in6", "in7", "in8", "in9", "in10", "in11", "in12", "in13", "in14", "in15", "in16"}
