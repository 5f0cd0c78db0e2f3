package people

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/people"
)

// showRoles shows one set of roles as a matrix of sections by roles, compiled
// from what the roles really hold, or the list of the account's own.
func (h *Handlers) showRoles(c echo.Context, g authz.Grant) error {
	asked := cmp.Or(c.QueryParam("set"), h.Catalog.Sets[0].Key)
	set := h.Catalog.Set(asked)
	switch {
	case asked == ownSet:
		return h.listOwnRoles(c, g)
	case set == nil:
		return store.ErrNotFound
	case c.QueryParam("format") == "csv":
		return exportRoles(c, h.Catalog, set)
	}
	here, shown := rolesPath(c), pickedRoles(c, set)
	keep := []part.Pair{{Name: "set", Value: set.Key}}
	if len(shown) < len(set.Roles) {
		for _, r := range shown {
			keep = append(keep, part.Pair{Name: "role", Value: r.Name})
		}
	}
	p := h.roleMatrix(c, here, shown, keep...)
	p.Frame = h.Frame(c, "Roles")
	p.Header = part.Header{Title: "Roles", Text: "What each role gives in the account where it is held. Roles of one person add up.",
		Actions: []part.Action{{Text: "Compare two roles", URL: page.WithQuery(rolesPath(c, "/compare"), "a", set.Roles[0].Key, "b", set.Roles[min(1, len(set.Roles)-1)].Key), Icon: "columns-3"}}}
	if h.May(c, "roles.edit") {
		p.Header.Actions = append(p.Header.Actions, part.Action{Text: "Create role", URL: here + "/new", Icon: "plus"})
	}
	p.CSVURL, p.Sets = page.WithQuery(here, "set", set.Key, "format", "csv"), h.roleTabs(c, set.Key)
	p.Choice = &part.ColumnChoice{Action: here, Name: "role", Keep: keep[:1]}
	for _, r := range set.Roles {
		p.Choice.Options = append(p.Choice.Options, part.Option{Value: r.Name, Text: columnTitle(set, r), Selected: slices.Contains(shown, r)})
	}
	return page.Render(c, http.StatusOK, people.Roles(p))
}

// pickedRoles are the roles of a set that the address names, or all.
func pickedRoles(c echo.Context, set *catalog.RoleSet) (shown []*catalog.Role) {
	asked := c.QueryParams()["role"]
	for _, r := range set.Roles {
		if slices.Contains(asked, r.Name) {
			shown = append(shown, r)
		}
	}
	if len(shown) == 0 {
		return set.Roles
	}
	return shown
}

// compareRoles shows any two roles beside each other, those of the account's own too.
func (h *Handlers) compareRoles(c echo.Context, g authz.Grant) error {
	own, err := h.Store.CustomRoles(c.Request().Context(), g)
	if err != nil {
		return err
	}
	var all []*catalog.Role
	var options []part.Option
	for _, set := range h.Catalog.Sets {
		for _, r := range set.Roles {
			all = append(all, r)
			options = append(options, part.Option{Value: r.Key, Text: columnTitle(set, r), Group: set.Title})
		}
	}
	for _, r := range own {
		if x := h.Store.CompiledRole(r); x != nil {
			all = append(all, x)
			options = append(options, part.Option{Value: r.Key(), Text: r.Name, Group: "This account's own"})
		}
	}
	pair := make([]*catalog.Role, 2)
	for i, name := range []string{"a", "b"} {
		at := slices.IndexFunc(options, func(o part.Option) bool { return o.Value == c.QueryParam(name) })
		if at < 0 {
			if c.QueryParam(name) != "" {
				return store.ErrNotFound
			}
			at = i
		}
		pair[i] = all[at]
	}
	p := h.roleMatrix(c, rolesPath(c, "/compare"), pair)
	compared := page.KeptPairs("a", pair[0].Key, "b", pair[1].Key)
	p.Clear = page.Address(rolesPath(c, "/compare"), compared)
	p.Chips = roleChips(c, rolesPath(c, "/compare"), compared, p.Search)
	p.Frame = h.Frame(c, "Compare roles", part.Link{Text: "Roles", URL: rolesPath(c)})
	p.Header = part.Header{Title: "Compare roles", Text: "Two roles side by side, section by section."}
	choose := func(name, label string, r *catalog.Role) part.Field {
		return part.Field{Kind: part.Select, Name: name, Label: label, Value: r.Key, Options: options}
	}
	p.Search.Filters = append([]part.Field{choose("a", "First role", pair[0]), choose("b", "Second role", pair[1])}, p.Search.Filters...)
	for i, r := range pair {
		p.Columns[i].Name = page.RoleTitle(r)
	}
	return page.Render(c, http.StatusOK, people.Roles(p))
}

// roleTabs are the sets of roles, the account's own last.
func (h *Handlers) roleTabs(c echo.Context, current string) (tabs []part.Tab) {
	for _, s := range h.Catalog.Sets {
		tabs = append(tabs, part.Tab{Text: s.Title, URL: page.WithQuery(rolesPath(c), "set", s.Key), Current: s.Key == current})
	}
	return append(tabs, part.Tab{Text: "This account's own", URL: ownRolesPath(c), Current: current == ownSet})
}

// roleMatrix shows roles beside each other, at an address that is searched with
// what is kept.
func (h *Handlers) roleMatrix(c echo.Context, here string, roles []*catalog.Role, keep ...part.Pair) people.RolesPage {
	v := guard.Of(c)
	q, differ := strings.TrimSpace(c.QueryParam("q")), c.QueryParam("differences") == "1"
	p := people.RolesPage{
		Search: &part.Search{Action: here, Value: q, Placeholder: "Search sections", Keep: keep,
			Filters: []part.Field{{Kind: part.Checkbox, Name: "differences", Label: "Only differences", Checked: differ}}},
		Legend: []people.Term{{Word: "View", Meaning: "can view the section"}, {Word: "Edit", Meaning: "can edit everything in it"}, {Word: "Part", Meaning: "can view it and do some of the rest"}, {Word: "Own", Meaning: "can view and edit what they created"}},
		Wide:   len(roles) < 4,
	}
	p.Chips = roleChips(c, here, keep, p.Search)
	if q != "" || differ {
		p.Clear = here
		for _, k := range keep {
			p.Clear = page.WithQuery(here, k.Name, k.Value)
		}
	}
	held := v.Snapshot.Held(v.Who, v.At)
	for _, r := range roles {
		yours := slices.ContainsFunc(held, func(id catalog.RoleID) bool { return v.Snapshot.Role(id).Key == r.Key })
		p.Columns = append(p.Columns, people.RoleColumn{Name: columnTitle(r.Set, r), Help: r.Sentence, Yours: yours})
	}
	for _, g := range h.Catalog.Groups {
		group := people.RoleGroup{Title: g.Title}
		for _, s := range h.Catalog.In(g) {
			row := people.RoleRow{Title: rowTitle(s), Sentence: s.Sentence}
			if s.Inside != nil {
				row.Inside = rowTitle(s.Inside)
			}
			if q != "" && !strings.Contains(strings.ToLower(row.Title+" "+row.Inside+" "+s.Title+" "+s.Key), strings.ToLower(q)) {
				continue
			}
			for _, r := range roles {
				cell := sectionCell(h.Catalog, r, s)
				if cell.Text == "Part" && p.Wide {
					cell.Details = h.titles(r.Own.And(h.edits()).And(maskOf(s)))
				}
				row.Cells = append(row.Cells, cell)
			}
			if !differ || differs(roles, s) {
				group.Rows = append(group.Rows, row)
			}
		}
		if len(group.Rows) > 0 {
			p.Groups = append(p.Groups, group)
		}
	}
	return p
}

// roleChips are what a matrix at an address, with what is kept, is narrowed down by.
func roleChips(c echo.Context, here string, keep []part.Pair, s *part.Search) []part.Chip {
	asked := page.KeptPairs("q", s.Value, "differences", c.QueryParam("differences"))
	return page.Chips(here, append(slices.Clone(keep), asked...), s.Filters)
}

// rowTitle names a section as the sidebar and the tabs of a record do.
func rowTitle(s *catalog.Section) string {
	switch {
	case s.Records == nil || s.Label != s.Title:
		return s.Label
	case s.Inside != nil:
		return page.Upper(s.Records.Plural)
	case strings.HasPrefix(s.Label, "Certain "):
		return page.Upper(s.Records.Noun)
	}
	return s.Label
}

// FullTitle tells sections of one name apart.
func FullTitle(s *catalog.Section) string {
	if s.Inside == nil {
		return rowTitle(s)
	}
	return rowTitle(s) + " (" + rowTitle(s.Inside) + ")"
}

func maskOf(s *catalog.Section) (all catalog.Mask) {
	for _, p := range s.Permissions {
		all.Set(p)
	}
	return all
}

// differs tells whether the roles give different things of a section.
func differs(roles []*catalog.Role, s *catalog.Section) bool {
	return slices.ContainsFunc(s.Permissions, func(p catalog.Permission) bool {
		return slices.ContainsFunc(roles, func(r *catalog.Role) bool { return r.Own.Has(p) != roles[0].Own.Has(p) })
	})
}

// columnTitle tells roles of one set apart that share a name.
func columnTitle(set *catalog.RoleSet, r *catalog.Role) string {
	for _, other := range set.Roles {
		if other != r && other.Title == r.Title {
			kind, _, _ := strings.Cut(r.Name, "_")
			return r.Title + " (" + kind + ")"
		}
	}
	return r.Title
}

// sectionCell says how much of a section a role gives.
func sectionCell(c *catalog.Catalog, r *catalog.Role, s *catalog.Section) people.RoleCell {
	edits, given := 0, 0
	for _, p := range s.Permissions {
		if info := c.Info(p); info.Edit && decides(info) {
			edits++
			if r.Own.Has(p) {
				given++
			}
		}
	}
	switch {
	case given > 0 && s.Own:
		return people.RoleCell{Text: "Own"}
	case !r.Own.Has(s.View) && given == 0:
		return people.RoleCell{}
	case given == 0:
		return people.RoleCell{Text: "View"}
	case given < edits:
		return people.RoleCell{Text: "Part"}
	}
	return people.RoleCell{Text: "Edit"}
}

func exportRoles(c echo.Context, cat *catalog.Catalog, set *catalog.RoleSet) error {
	w := page.NewSheet(c, "roles-"+set.Key+".csv")
	head := []string{"section", "permission", "title"}
	for _, r := range set.Roles {
		head = append(head, r.Name)
	}
	w.Line(head...)
	for _, p := range cat.Permissions() {
		info := cat.Info(p)
		if info.Section.Pending != "" {
			continue
		}
		line := []string{info.Section.Key, info.Key, info.Title}
		for _, r := range set.Roles {
			line = append(line, page.OneIf(r.Own.Has(p)))
		}
		w.Line(line...)
	}
	return w.End()
}
