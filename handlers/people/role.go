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
	here := rolesPath(c)
	p := h.roleMatrix(c, here, set.Roles, part.Pair{Name: "set", Value: set.Key})
	p.Frame = h.Frame(c, "Roles")
	p.Header = part.Header{Title: "Roles", Text: "What each role gives in the account where it is held. Several roles of one person add up."}
	if h.May(c, "roles.edit") {
		p.Header.Actions = []part.Action{{Text: "Make a role", URL: here + "/new", Icon: "plus"}}
	}
	p.CSVURL, p.Sets = page.WithQuery(here, "set", set.Key, "format", "csv"), h.roleTabs(c, set.Key)
	return page.Render(c, http.StatusOK, people.Roles(p))
}

// roleTabs are the sets of roles, the account's own last.
func (h *Handlers) roleTabs(c echo.Context, current string) (tabs []part.Tab) {
	for _, s := range h.Catalog.Sets {
		tabs = append(tabs, part.Tab{Text: s.Title, URL: page.WithQuery(rolesPath(c), "set", s.Key), Current: s.Key == current})
	}
	return append(tabs, part.Tab{Text: "This account’s own", URL: ownRolesPath(c), Current: current == ownSet})
}

// roleMatrix shows roles beside each other, at an address that is searched with
// what is kept.
func (h *Handlers) roleMatrix(c echo.Context, here string, roles []*catalog.Role, keep ...part.Pair) people.RolesPage {
	v := guard.Of(c)
	q, differ := strings.TrimSpace(c.QueryParam("q")), c.QueryParam("differences") == "1"
	p := people.RolesPage{
		Search: &part.Search{Action: here, Value: q, Placeholder: "Search sections", Keep: keep,
			Filters: []part.Field{{Kind: part.Checkbox, Name: "differences", Label: "Only differences", Checked: differ}}},
		Legend: []people.Term{{Word: "View", Meaning: "sees the section"}, {Word: "Edit", Meaning: "sees and changes everything in it"}, {Word: "Part", Meaning: "sees it and may do some of what can be done there"}, {Word: "Own", Meaning: "sees and changes what they made themselves"}},
	}
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
			if q != "" && !strings.Contains(strings.ToLower(s.Title+" "+s.Key), strings.ToLower(q)) {
				continue
			}
			row := people.RoleRow{Title: s.Title, Sentence: s.Sentence}
			for _, r := range roles {
				row.Cells = append(row.Cells, sectionCell(h.Catalog, r, s))
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
		return people.RoleCell{Label: "no"}
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
