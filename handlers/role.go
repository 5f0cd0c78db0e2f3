package handlers

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// showRoles shows one set of roles as a matrix of sections by roles, compiled
// from what the roles really hold.
func (h *Handlers) showRoles(c echo.Context, _ authz.Grant) error {
	v, here := guard.Of(c), accountPath(guard.Of(c).Place.Account, "/roles")
	set := h.catalog.Set(orElse(c.QueryParam("set"), h.catalog.Sets[0].Key))
	if set == nil {
		return models.ErrNotFound
	}
	if c.QueryParam("format") == "csv" {
		return exportRoles(c, h.catalog, set)
	}
	q, differ := strings.TrimSpace(c.QueryParam("q")), c.QueryParam("differences") == "1"
	p := views.RolesPage{
		Frame:  h.frame(c, "Roles"),
		Header: views.Header{Title: "Roles", Text: "What each role gives in the account where it is held. Several roles of one person add up."},
		CSVURL: withQuery(here, "set", set.Key, "format", "csv"),
		Search: &views.Search{Action: here, Value: q, Placeholder: "Search sections", Keep: []views.Pair{{Name: "set", Value: set.Key}},
			Filters: []views.Field{{Kind: views.Checkbox, Name: "differences", Label: "Only differences", Checked: differ}}},
		Legend: []views.Term{{Word: "View", Meaning: "sees the section"}, {Word: "Edit", Meaning: "sees and changes everything in it"}, {Word: "Part", Meaning: "sees it and may do some of what can be done there"}},
	}
	if q != "" || differ {
		p.Clear = withQuery(here, "set", set.Key)
	}
	for _, s := range h.catalog.Sets {
		p.Sets = append(p.Sets, views.Tab{Text: s.Title, URL: withQuery(here, "set", s.Key), Current: s == set})
	}
	held := v.Snapshot.Held(v.Who, v.At)
	for _, r := range set.Roles {
		p.Columns = append(p.Columns, views.RoleColumn{Name: columnTitle(set, r), Help: r.Sentence, Yours: slices.Contains(held, r.ID)})
	}
	for _, g := range h.catalog.Groups {
		group := views.RoleGroup{Title: g.Title}
		for _, s := range h.catalog.Sections {
			if s.Group != g.Key || q != "" && !strings.Contains(strings.ToLower(s.Title+" "+s.Key), strings.ToLower(q)) {
				continue
			}
			row := views.RoleRow{Title: s.Title, Sentence: s.Sentence}
			for _, r := range set.Roles {
				row.Cells = append(row.Cells, sectionCell(h.catalog, r, s))
			}
			if !differ || slices.ContainsFunc(row.Cells, func(x views.RoleCell) bool { return x != row.Cells[0] }) {
				group.Rows = append(group.Rows, row)
			}
		}
		if len(group.Rows) > 0 {
			p.Groups = append(p.Groups, group)
		}
	}
	return render(c, http.StatusOK, views.Roles(p))
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
func sectionCell(c *catalog.Catalog, r *catalog.Role, s *catalog.Section) views.RoleCell {
	edits, given := 0, 0
	for _, p := range s.Permissions {
		if c.Info(p).Edit {
			edits++
			if r.Own.Has(p) {
				given++
			}
		}
	}
	switch {
	case !r.Own.Has(s.View) && given == 0:
		return views.RoleCell{Label: "no"}
	case given == 0:
		return views.RoleCell{Text: "View"}
	case given < edits:
		return views.RoleCell{Text: "Part"}
	}
	return views.RoleCell{Text: "Edit"}
}

func exportRoles(c echo.Context, cat *catalog.Catalog, set *catalog.RoleSet) error {
	attachment(c, "roles-"+set.Key+".csv")
	w := csv.NewWriter(c.Response())
	head := []string{"section", "permission", "title"}
	for _, r := range set.Roles {
		head = append(head, r.Name)
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for _, p := range cat.Permissions() {
		info := cat.Info(p)
		line := []string{info.Section.Key, info.Key, safeCell(info.Title)}
		for _, r := range set.Roles {
			line = append(line, oneIf(r.Own.Has(p)))
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
