package home

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/page"
	"bailiwick/manual"
	"bailiwick/models/store"
	"bailiwick/views/home"
	"bailiwick/views/part"
)

// listManual shows the pages of the manual.
func (h *Handlers) listManual(c echo.Context, _ authz.Grant) error {
	p := home.Manual{Frame: h.OwnFrame(c, "Help"), Header: part.Header{Title: "Help", Text: "How the panel works, page by page."}}
	for _, x := range manual.Pages() {
		p.Pages = append(p.Pages, home.ManualLink{Title: x.Title, URL: x.Path(), About: x.About})
	}
	return page.Render(c, http.StatusOK, home.ManualIndex(p))
}

// showManual shows one page of the manual.
func (h *Handlers) showManual(c echo.Context, _ authz.Grant) error {
	x := manual.Find(c.Param("page"))
	if x == nil {
		return store.ErrNotFound
	}
	p := home.ManualPage{
		Frame:  h.OwnFrame(c, x.Title, part.Link{Text: "Help", URL: manual.Root}),
		Header: part.Header{Title: x.Title, Text: x.About}, Intro: x.Intro,
	}
	for _, part := range x.Parts {
		p.Parts = append(p.Parts, h.manualPart(part))
	}
	all := manual.Pages()
	if i := slices.Index(all, x); i > 0 {
		p.Previous = part.Link{Text: all[i-1].Title, URL: all[i-1].Path()}
	}
	if i := slices.Index(all, x); i < len(all)-1 {
		p.Next = part.Link{Text: all[i+1].Title, URL: all[i+1].Path()}
	}
	return page.Render(c, http.StatusOK, home.ManualOn(p))
}

// manualPart is what the manual says of a section, with who may use it.
func (h *Handlers) manualPart(x manual.Part) home.ManualPart {
	p := home.ManualPart{Anchor: x.Anchor, Title: x.Title, HTML: x.HTML}
	for _, s := range h.Catalog.Sections {
		if manual.Anchor(s.Key) != x.Anchor {
			continue
		}
		if s.InNavigation() && s.Path != "/" {
			p.URL = strings.TrimSuffix(s.Path, "/")
		}
		p.May = h.whoMay(s)
	}
	return p
}

// whoMay are the roles that open a section, set by set: those that change
// something there, and those that only look.
func (h *Handlers) whoMay(s *catalog.Section) (all []part.Detail) {
	var edit, view []string
	if owner := h.Catalog.Owner(); owner.Own.Has(s.View) {
		edit, view = []string{owner.Title}, []string{owner.Title}
		if len(editsOf(s)) > 0 {
			view = nil
		}
	}
	for _, set := range h.Catalog.Sets {
		var edits, views []string
		for _, r := range set.Roles {
			switch {
			case !r.Own.Has(s.View) || !r.Grantable:
			case slices.ContainsFunc(editsOf(s), r.Own.Has):
				edits = append(edits, r.Title)
			default:
				views = append(views, r.Title)
			}
		}
		add := func(to *[]string, titles []string) {
			if len(titles) > 0 {
				*to = append(*to, set.Title+": "+strings.Join(slices.Compact(titles), ", "))
			}
		}
		add(&edit, edits)
		add(&view, views)
	}
	say := func(label string, lines []string) {
		if len(lines) > 0 {
			all = append(all, part.Detail{Label: label, Value: part.Cell{Text: strings.Join(lines, ". ") + "."}})
		}
	}
	if len(editsOf(s)) == 0 {
		say("View", view)
	} else {
		say("Edit", edit)
		say("View only", view)
	}
	if needs := h.Catalog.Needs(s.View); needs != 0 {
		all = append(all, part.Detail{Label: "Feature", Value: part.Cell{Text: h.Catalog.Titles(needs)}})
	}
	return all
}
