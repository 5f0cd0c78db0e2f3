package record

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/views/part"
)

// Find finds records of the account by what their lists search: of every section
// that one may see, but not of those that keep what happened (calls, messages,
// logs), which have no names and may be millions.
func (h *Handlers) Find(c echo.Context, g authz.Grant, search string, limit int) ([]part.Found, error) {
	return h.find(c, g, func(s *catalog.Section) bool { return s.Area != catalog.AreaData }, records.Finding{Search: search, Limit: limit})
}

// openedCookie holds the ids of the records that were open, the last first.
const openedCookie = "bailiwick-opened"

// Opened are the ids of the records that the browser says were open, the last first.
func (h *Handlers) Opened(c echo.Context) []string { return page.Remembered(c, openedCookie) }

// Recent are those of them that are in the account and that one may see still.
func (h *Handlers) Recent(c echo.Context, g authz.Grant, limit int) ([]part.Found, error) {
	opened, f := h.Opened(c), records.Finding{Limit: limit}
	for _, text := range opened {
		if id, err := uuid.Parse(text); err == nil {
			f.IDs = append(f.IDs, id)
		}
	}
	if len(f.IDs) == 0 {
		return nil, nil
	}
	found, err := h.find(c, g, func(*catalog.Section) bool { return true }, f)
	slices.SortStableFunc(found, func(a, b part.Found) int { return part.Opened(a, opened) - part.Opened(b, opened) })
	return found[:min(len(found), limit)], err
}

func (h *Handlers) find(c echo.Context, g authz.Grant, in func(*catalog.Section) bool, f records.Finding) (found []part.Found, err error) {
	v := guard.Of(c)
	var sections []*catalog.Section
	for _, s := range h.Catalog.Sections {
		if s.Records != nil && s.Pending == "" && !s.Single() && in(s) && strings.Count(s.Path, ":") < 2 && v.May.Has(s.View) {
			sections = append(sections, s)
		}
	}
	all, err := h.Store.FindRecords(c.Request().Context(), g, sections, f)
	seen := map[string]bool{}
	for _, r := range all {
		s := h.seenAt(v, r, "")
		if s == nil {
			continue
		}
		list := page.AccountPath(r.AccountID, filled(s.Path, r.ParentID))
		x := part.Found{Text: r.Name, Detail: page.Upper(s.Records.Noun), URL: page.WithQuery(list, "q", r.Name), Icon: s.Icon}
		if s.Inside != nil && r.ParentName != "" {
			x.Detail += " in " + r.ParentName
		}
		if x.Text == "" || s.Area == catalog.AreaData { // it goes by what it is
			x.Text = h.titleOf(NewRecordVisit(c, g, s), r, nil)
		}
		if one := s.Records.One; v.May.Has(one.View) {
			if x.URL = page.AccountPath(r.AccountID, filled(s.Records.OnePath(), r.ID)); s.Inside != nil {
				x.URL = list + "/" + r.ID.String()
			}
		}
		if !seen[x.URL] {
			seen[x.URL] = true
			found = append(found, x)
		}
	}
	return found, err
}

// New are the forms for new records that one may fill in here.
func (h *Handlers) New(c echo.Context) (found []part.Found) {
	v := guard.Of(c)
	for _, g := range h.Nav {
		for _, s := range g.Sections {
			if s.Records != nil && s.Inside == nil && s.Records.Create != 0 && v.May.Has(s.Records.Create) {
				found = append(found, part.Found{Text: s.Records.Add, Detail: s.Label, URL: page.AccountPath(v.Place.Account, s.Path, "/new"), Icon: "plus"})
			}
		}
	}
	return found
}
