package home

import (
	"cmp"
	"slices"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/views/home"
	"bailiwick/views/part"
)

const (
	mostPurposes = 3
	mostActions  = 2
)

// purpose is a group of the catalog, as far as somebody may work in it.
type purpose struct {
	lead     *catalog.Section // where it begins
	share    int              // of the group's sections, in quarters
	sections []*catalog.Section
}

// purposes are the groups that a set of permissions is for: those of which it
// opens the largest part, where changing counts twice as much as looking. Whoever
// may do nearly everything everywhere gets the first groups of the catalog. A
// group's lead is what is changed in it, or summed, or else its first section.
func (h *Handlers) purposes(may catalog.Mask) (all []purpose) {
	for _, g := range h.Catalog.Groups {
		p, got, of, best := purpose{}, 0, 0, 0
		if g.Key == h.Catalog.Section("control_panel").Group {
			continue
		}
		for _, s := range h.Catalog.In(g) {
			if s.Pending != "" || s.Area == catalog.AreaCommon {
				continue
			}
			of += 2
			n := works(may, s)
			if n == 0 {
				continue
			}
			got += n
			p.sections = append(p.sections, s)
			e, changes := h.entry(s), slices.ContainsFunc(editsOf(s), may.Has)
			if !e.InNavigation() || !may.Has(e.View) || s.Inside != nil && !changes {
				continue
			}
			if n = 1; changes || s.Records != nil && s.Records.Sum != nil {
				n = 2
			}
			if n > best {
				best, p.lead = n, s
			}
		}
		if p.lead == nil {
			continue
		}
		p.share = (4*got + of - 1) / of
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b purpose) int { return cmp.Compare(b.share, a.share) })
	return all[:min(len(all), mostPurposes)]
}

// works tells what may be done in a section: 0 nothing, 1 look, 2 change, or look
// where nobody changes anything.
func works(may catalog.Mask, s *catalog.Section) int {
	if !may.Has(s.View) {
		return 0
	}
	edits := editsOf(s)
	if len(edits) == 0 || slices.ContainsFunc(edits, may.Has) {
		return 2
	}
	return 1
}

// editsOf are the permissions by which something is changed in a section.
func editsOf(s *catalog.Section) (all []catalog.Permission) {
	for _, p := range s.Permissions {
		if p != s.View {
			all = append(all, p)
		}
	}
	if r := s.Records; r != nil {
		for _, p := range []catalog.Permission{r.Create, r.Edit, r.Delete} {
			if p != 0 {
				all = append(all, p)
			}
		}
	}
	return all
}

// entry is the section through which another is reached: its own list, or that of
// what it is inside.
func (h *Handlers) entry(s *catalog.Section) *catalog.Section {
	for s.Inside != nil {
		s = s.Inside
	}
	if s.Single() {
		return h.ListOf(s)
	}
	return s
}

// title is what the work in a section is called: inside an application, by what
// it is about.
func title(s *catalog.Section) string {
	if s.Inside != nil && s.Records != nil {
		return page.Upper(s.Records.Plural)
	}
	return s.Label
}

// showPurposes are the purposes with what may be begun in each; fact says how much
// there is of a section's.
func (h *Handlers) showPurposes(c echo.Context, all []purpose, fact func(*catalog.Section) string) (shown []home.Purpose) {
	at := guard.Of(c).Place.Account
	for _, p := range all {
		e := h.entry(p.lead)
		x := home.Purpose{Icon: p.lead.Icon, Title: title(p.lead), URL: page.AccountPath(at, e.Path), Fact: fact(p.lead)}
		for _, s := range p.sections {
			if a := h.begins(c, s); a.URL != "" && len(x.Actions) < mostActions {
				x.Actions = append(x.Actions, a)
			}
		}
		shown = append(shown, x)
	}
	return shown
}

// begins is the form by which something new begins in a section, where this person
// may use it.
func (h *Handlers) begins(c echo.Context, s *catalog.Section) part.Link {
	v := guard.Of(c)
	for _, x := range []struct {
		section, permission, text, path string
		shared                          bool // only where others can work too
	}{
		{"sub_accounts", "sub_accounts.create", "Add sub-accounts", "/accounts/new", true},
		{"members", "members.add", "Invite people", "/members/invites/new", true},
		{"subusers", "subuser_create", "Add subuser", "/settings/subusers/new", false},
		{"number_purchase", "number_purchase", "Buy a number", "/numbers/buy_number", false},
	} {
		if s.Key == x.section && h.May(c, x.permission) && (!x.shared || page.Shared(v.Place.Kind)) {
			return part.Link{Text: x.text, URL: page.AccountPath(v.Place.Account, x.path)}
		}
	}
	if r := s.Records; r != nil && s.Inside == nil && !s.Single() && r.Create != 0 && v.May.Has(r.Create) && !r.Import {
		return part.Link{Text: r.Add, URL: page.AccountPath(v.Place.Account, s.Path, "/new")}
	}
	return part.Link{}
}
