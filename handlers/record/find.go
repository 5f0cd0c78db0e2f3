package record

import (
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/views/part"
)

// Find finds records of the account by what their lists search: of every section
// that one may see, but not of those that keep what happened (calls, messages,
// logs), which have no names and may be millions.
func (h *Handlers) Find(c echo.Context, g authz.Grant, search string, limit int) (found []part.Found, err error) {
	v := guard.Of(c)
	var sections []*catalog.Section
	for _, s := range h.Catalog.Sections {
		if s.Records != nil && s.Pending == "" && !s.Single() && s.Area != catalog.AreaData && strings.Count(s.Path, ":") < 2 && v.May.Has(s.View) {
			sections = append(sections, s)
		}
	}
	all, err := h.Store.FindRecords(c.Request().Context(), g, sections, search, limit)
	seen := map[string]bool{}
	for _, r := range all {
		s := h.seenAt(v, r, "")
		if s == nil {
			continue
		}
		list := page.AccountPath(r.AccountID, filled(s.Path, r.ParentID))
		x := part.Found{Text: r.Name, Detail: page.Upper(s.Records.Noun), URL: page.WithQuery(list, "q", r.Name), Icon: s.Icon}
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
				found = append(found, part.Found{Text: "Add " + s.Records.Noun, Detail: s.Label, URL: page.AccountPath(v.Place.Account, s.Path, "/new"), Icon: "plus"})
			}
		}
	}
	return found
}
