package record

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// oneURL is where a record is shown; without the right to that page, the first
// page inside it that may be opened, or nothing.
func (h *Handlers) oneURL(rv Visit, r records.Record) string {
	one := rv.records.One
	if rv.Visit.May.Has(one.View) {
		return rv.url(rv.records.OnePath(), r)
	}
	for _, s := range h.inside(rv, one) {
		return rv.url(s.Path, r)
	}
	return ""
}

// inside are the sections in a section's records that may be seen here.
func (h *Handlers) inside(rv Visit, one *catalog.Section) (all []*catalog.Section) {
	for _, s := range h.Catalog.Sections {
		if s.Inside == one && s.Pending == "" && rv.Visit.May.Has(s.View) {
			all = append(all, s)
		}
	}
	return all
}

// recordFrame is the frame of a page about records, with the way to it.
func (h *Handlers) recordFrame(rv Visit, title string, above ...part.Link) part.Frame {
	var crumbs []part.Link
	s := rv.section
	for i := len(rv.above) - 1; i >= 0; i-- {
		in := s.Inside
		up := Visit{Visit: rv.Visit, section: in, records: in.Records, above: rv.above[:i]}
		link := part.Link{Text: rv.above[i].Name}
		if rv.Visit.May.Has(in.View) {
			link.URL = up.url(in.Records.OnePath(), rv.above[i])
		}
		list := h.ListOf(in)
		trail := []part.Link{link}
		if rv.Visit.May.Has(list.View) {
			trail = []part.Link{{Text: page.Upper(in.Records.Plural), URL: up.url(list.Path)}, link}
		}
		crumbs = append(trail, crumbs...)
		s = in
	}
	return h.FrameIn(rv.Context, h.Catalog.Info(rv.section.View).Section, title, slices.Concat(rv.Trail, crumbs, above)...)
}

// frameOfOne is the frame of a page on which something is done to a record; the crumb
// says what alone, after the record's own.
func (h *Handlers) frameOfOne(rv Visit, title, what string, r records.Record) part.Frame {
	f := h.recordFrame(rv, title, h.listLink(rv), part.Link{Text: h.titleOf(rv, r, nil), URL: h.oneURL(rv, r)})
	f.Crumbs[len(f.Crumbs)-1].Text = what
	return f
}

// listLink leads from a record to its list, where that may be seen.
func (h *Handlers) listLink(rv Visit) part.Link {
	list := h.ListOf(rv.section)
	if !rv.Visit.May.Has(list.View) {
		return part.Link{Text: page.Upper(rv.records.Plural)}
	}
	return part.Link{Text: h.listTitle(rv, list), URL: rv.url(list.Path)}
}

func (h *Handlers) listTitle(rv Visit, list *catalog.Section) string {
	if list.Inside == nil {
		return list.Label
	}
	return page.Upper(list.Records.Plural)
}

func (h *Handlers) showRecord(rv Visit, r records.Record) error {
	h.Remember(rv, openedCookie, r.ID.String())
	return h.RecordPage(rv, r, nil)
}

// RecordPage shows a record, and what was made with it once.
func (h *Handlers) RecordPage(rv Visit, r records.Record, secrets map[string]string) error {
	ctx := rv.Request().Context()
	names, err := h.Store.RecordNames(ctx, r.TenantID, rv.kind, r)
	if err != nil {
		return err
	}
	title := h.titleOf(rv, r, names)
	p := record.Page{
		Frame:  h.recordFrame(rv, title, h.listLink(rv)),
		Header: part.Header{Title: title},
	}
	if noun := page.Upper(rv.records.Noun); !strings.HasPrefix(title, noun) {
		p.Header.Kind = noun
	}
	if f := rv.kind.Field("state"); f != nil {
		p.Header.Badge = stateBadge(f, r.State())
	}
	for _, a := range h.recordMenu(rv, r, rv.url(rv.records.OnePath(), r)) {
		if a.Danger {
			p.Header.Menu = append(p.Header.Menu, a)
		} else {
			p.Header.Actions = append(p.Header.Actions, a)
		}
	}
	former, err := h.Store.FormerSecrets(ctx, r)
	if err != nil {
		return err
	}
	for _, f := range rv.kind.Fields {
		if secret := secrets[f.Name]; secret != "" {
			p.Secret = &part.CopyBox{ID: "secret", Label: f.Title + " of " + words.Phone(r.Name), Value: secret, Secret: true, Large: true}
		}
	}
	h.showValues(rv, r, names, former, &p)
	p.Details = append(p.Details,
		part.Detail{Label: "ID", Value: part.Cell{Text: r.ID.String(), Copy: true}},
		part.Detail{Label: propertyTitle(rv.kind, "created_at"), Value: h.byCell(rv, r.CreatedAt, r.CreatedByName)})
	if r.Version > 1 {
		p.Details = append(p.Details, part.Detail{Label: propertyTitle(rv.kind, "updated_at"), Value: h.byCell(rv, r.UpdatedAt, r.UpdatedByName)})
	}
	if p.Related, err = h.related(rv, r, names); err != nil {
		return err
	}
	if err := h.showChanges(rv, r, &p); err != nil {
		return err
	}
	if err := h.showEntries(rv, r, &p); err != nil {
		return err
	}
	sections := h.inside(rv, rv.section)
	if len(sections) > 0 {
		goes, stays, err := h.Store.Inside(ctx, r)
		if err != nil {
			return err
		}
		for _, s := range sections {
			place := record.Place{Icon: s.Icon, Text: page.Upper(s.Records.Plural), URL: rv.url(s.Path, r)}
			if s.Records.Where == nil {
				place.Count = words.Number(goes[s.Records.Kind.Key] + stays[s.Records.Kind.Key])
			}
			p.Inside = append(p.Inside, place)
		}
	}
	return page.Render(rv.Context, http.StatusOK, record.Record(p))
}

// recordMenu is what may be done with a record, by whoever looks, now.
func (h *Handlers) recordMenu(rv Visit, r records.Record, back string) (menu []part.Action) {
	v := rv.Visit
	if r.AccountID != v.Place.Account {
		return nil
	}
	one := rv.records.One
	oneURL := rv.url(rv.records.OnePath(), r)
	may := func(p catalog.Permission) bool { return p != 0 && v.May.Has(p) }
	if one.Records.Edit != 0 && may(one.Records.Edit) {
		menu = append(menu, part.Action{Text: "Edit", URL: oneURL + "/edit", Icon: "pencil"})
		if rv.kind.MakesSecrets() {
			menu = append(menu, part.Action{Text: replaceTitle(rv.kind) + "…", URL: oneURL + "/secret"})
		}
	}
	for _, a := range rv.records.Acts {
		if !may(a.Permission) || !a.Applies(r.State()) || idle(a, r) || adds(a) && back == oneURL {
			continue
		}
		at := page.WithQuery(h.actURL(rv, a, r), "return", back)
		act := part.Action{Text: a.Title, Danger: a.Danger}
		switch {
		case len(a.Fields) > 0 || a.Danger || a.Path != "":
			act.Text, act.URL, act.Dialog = a.Title+"…", at, true
		default:
			act.Post = &part.Post{Text: a.Title, Action: h.actURL(rv, a, r), Hidden: []part.Pair{{Name: "return", Value: back}}}
		}
		menu = append(menu, act)
	}
	if one.Records.Delete != 0 && may(one.Records.Delete) {
		menu = append(menu, part.Action{Text: "Delete…", URL: oneURL + "/delete", Dialog: true, Danger: true, Icon: "trash-2"})
	}
	return menu
}

func (h *Handlers) newRecord(rv Visit) error {
	if asked, err := h.suggests(rv, rv.records.Fields); asked {
		return err
	}
	return h.recordForm(rv, http.StatusOK, nil, formInput{})
}

func (h *Handlers) createRecord(rv Visit) error {
	fields := h.shownFields(rv, rv.records.Fields)
	in, err := readForm(rv, fields)
	if err != nil {
		return err
	}
	if in.find != "" {
		return h.recordForm(rv, http.StatusOK, nil, in)
	}
	var r records.Record
	var secrets map[string]string
	if err = h.proveRecord(rv); err == nil {
		r, secrets, err = h.Store.CreateRecord(rv.Request().Context(), rv.grant, rv.At, in.values)
	}
	if wrong, ok := page.Problems(err); ok {
		in.wrong = wrong
		return h.recordForm(rv, http.StatusUnprocessableEntity, nil, in)
	}
	if err != nil {
		return err
	}
	if one := rv.records.One; len(secrets) > 0 && rv.Visit.May.Has(one.View) { // shown now or never
		shown := rv
		shown.section, shown.records, shown.At.Section = one, one.Records, one
		return h.RecordPage(shown, r, secrets)
	}
	h.Say(rv.Context, h.titleOf(rv, r, nil)+" added.")
	return page.Done(rv.Context, h.afterURL(rv, r))
}

// afterURL is where one goes after a change of a record: to the record, where
// it still stands here and may be seen, or to the list.
func (h *Handlers) afterURL(rv Visit, r records.Record) string {
	if rv.At.Holds(r) && rv.Visit.May.Has(rv.records.One.View) {
		return rv.url(rv.records.OnePath(), r)
	}
	if s := h.seenAt(rv.Visit, r, ""); s != nil && !rv.Visit.May.Has(h.ListOf(rv.section).View) {
		return page.AccountPath(r.AccountID, filled(s.Path, r.ParentID))
	}
	return rv.url(h.ListOf(rv.section).Path)
}

func (h *Handlers) editRecord(rv Visit, r records.Record) error {
	if asked, err := h.suggests(rv, rv.records.Fields); asked {
		return err
	}
	return h.recordForm(rv, http.StatusOK, &r, formInput{version: r.Version})
}

func (h *Handlers) updateRecord(rv Visit, r records.Record) error {
	fields := h.shownFields(rv, rv.records.Fields)
	in, err := readForm(rv, fields)
	if err != nil {
		return err
	}
	in.version, err = strconv.ParseInt(rv.FormValue("version"), 10, 64)
	if err != nil {
		return echo.ErrBadRequest
	}
	if in.find != "" {
		return h.recordForm(rv, http.StatusOK, &r, in)
	}
	var changed records.Record
	if err = h.proveRecord(rv); err == nil {
		changed, err = h.Store.EditRecord(rv.Request().Context(), rv.grant, rv.At, r.ID, in.version, in.values)
	}
	if theirs, ok := conflict(err); ok {
		in.version = theirs.Version
		in.theirs = theirs
		return h.recordForm(rv, http.StatusConflict, &r, in)
	}
	if wrong, ok := page.Problems(err); ok {
		in.wrong = wrong
		return h.recordForm(rv, http.StatusUnprocessableEntity, &r, in)
	}
	if err != nil {
		return err
	}
	h.Say(rv.Context, fmt.Sprintf("%s is saved.", changed.Name))
	return page.Done(rv.Context, h.afterURL(rv, changed))
}
