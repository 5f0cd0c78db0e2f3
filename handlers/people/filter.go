package people

import (
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

// asked is what an address or form asks of a list of subusers or members.
type asked struct {
	role   string // as a form names it
	filter persons.Filter
	custom bool        // the last sign-in is chosen by days
	days   page.Period // these
}

// readAsked reads it. A role that is none is held by nobody.
func (h *Handlers) readAsked(c echo.Context, by authz.PrincipalKind) (a asked) {
	v := guard.Of(c)
	a.role = c.FormValue("role")
	a.filter = persons.Filter{Search: c.FormValue("q"), Role: a.role, TwoStep: c.FormValue("two_step"), Seen: c.FormValue("seen"), State: c.FormValue("state"), After: c.FormValue("after")}
	if seen := a.filter.Seen; seen == "" || seen == page.CustomDays { // no others, beside which these were picked before
		a.days = page.AskedDays(c)
		a.custom = seen != "" || a.days.Asked()
		a.filter.Seen, a.filter.From, a.filter.To = "", a.days.From, a.days.To
	}
	if a.role != "" {
		a.filter.Role = h.Store.RoleKey(v.Snapshot, a.role, store.Holding{Account: v.Place.Account, Kind: v.Place.Kind, By: by})
	}
	return a
}

// pairs are the filter as an address has it.
func (a asked) pairs() []string {
	f := a.filter
	return append([]string{"q", f.Search, "role", a.role, "two_step", f.TwoStep, "seen", f.Seen, "state", f.State}, a.days.Pairs()...)
}

var (
	seenOptions = []part.Option{{Text: "Last sign-in: any"}, {Value: "7", Text: "In the last 7 days"}, {Value: "30", Text: "In the last 30 days"},
		{Value: "not30", Text: "Not for 30 days"}, {Value: "not90", Text: "Not for 90 days"}, {Value: "never", Text: "Never"}, page.CustomOption}
	twoStepOptions = []part.Option{{Text: "Two-step: any"}, {Value: "on", Text: "On"}, {Value: "off", Text: "Off"}}
	stateOptions   = []part.Option{{Text: "State: any"}, {Value: "active", Text: "Active"}, {Value: "suspended", Text: "Suspended"}, {Value: "no_password", Text: "No password yet"}}
)

// filters are the choices beside the search.
func (h *Handlers) filters(c echo.Context, by authz.PrincipalKind, a asked) []part.Field {
	roles := []part.Option{{Text: "Role: any"}}
	for _, r := range h.rolesOf(c, by) {
		roles = append(roles, part.Option{Value: roleName(r), Text: columnTitle(r.Set, r), Group: r.Set.Title})
	}
	states := stateOptions
	if by == authz.Member {
		states = states[:3]
	}
	seen := a.filter.Seen
	if a.custom {
		seen = page.CustomDays
	}
	all := []part.Field{
		{Kind: part.Select, Name: "role", ID: "filter-role", Label: "Role", Value: a.role, Options: roles},
		{Kind: part.Select, Name: "seen", ID: "filter-seen", Label: "Last sign-in", Value: seen, Options: seenOptions},
	}
	if a.custom {
		all = append(all, a.days.Days()...)
	}
	return append(all, []part.Field{
		{Kind: part.Select, Name: "two_step", ID: "filter-two-step", Label: "Two-step sign-in", Value: a.filter.TwoStep, Options: twoStepOptions},
		{Kind: part.Select, Name: "state", ID: "filter-state", Label: "State", Value: a.filter.State, Options: states},
	}...)
}

// rolesOf are the roles that somebody of a kind can have in this account, its own
// ones last.
func (h *Handlers) rolesOf(c echo.Context, by authz.PrincipalKind) (all []*catalog.Role) {
	v := guard.Of(c)
	sets := []string{"member", "account"}
	if by != authz.Member {
		sets = []string{"subuser"}
	}
	var roles []*catalog.Role
	for _, set := range sets {
		roles = append(roles, h.Catalog.Set(set).Roles...)
	}
	for _, r := range append(roles, v.Snapshot.CustomRoles(v.At)...) {
		if _, unfit := h.Store.RoleNamed(v.Snapshot, roleName(r), v.Place.Account, v.Place.Kind, by); unfit == "" {
			all = append(all, r)
		}
	}
	return all
}

// listOf puts the search, the filters, the pages and the acts on many into a list.
// Next is the cursor behind its last row, empty on the last page; count says how
// many there are in all and before this page.
func (h *Handlers) listOf(c echo.Context, k kind, a asked, l *part.List, next string, count func() (int, int, error)) error {
	here, shown := k.list(c), len(l.Table.Rows)
	l.Search = &part.Search{Action: here, Value: a.filter.Search, Placeholder: "Search " + k.several, Filters: h.filters(c, k.by, a)}
	l.Chips = page.Chips(here, page.KeptPairs(a.pairs()...), l.Search.Filters)
	l.Views = h.Views(c, here, k.several, page.KeptPairs(a.pairs()...))
	if a.filter.Narrow() {
		l.Clear = here
	}
	all, before := shown, 0
	if next != "" || a.filter.After != "" {
		var err error
		if all, before, err = count(); err != nil {
			return err
		}
	}
	if a.filter.After != "" {
		l.Pager.Previous = page.WithQuery(here, a.pairs()...)
	}
	if next != "" {
		l.Pager.Next = page.WithQuery(here, append(a.pairs(), "after", next)...)
	}
	if shown > 0 {
		l.Pager.Summary = page.Span(before, shown, all, k.one, k.several)
		l.Bulk = h.bulk(c, k, a, all, shown)
	}
	return nil
}

// someRole is the title of a role that a form names, with its end; empty for none.
func (h *Handlers) someRole(c echo.Context, by authz.PrincipalKind, named string) string {
	v := guard.Of(c)
	name, until := store.ReadRole(named)
	r, wrong := h.Store.RoleNamed(v.Snapshot, name, v.Place.Account, v.Place.Kind, by)
	if wrong != "" {
		return strings.TrimSpace(name)
	}
	return r.Title + h.end(c, store.HeldRole{Role: r, Until: until})
}
