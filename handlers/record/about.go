package record

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// titleLength is how much of a record's title its page is headed with.
const titleLength = 120

// titleOf is what somebody would call a record; without the names of what it
// names, these are left out.
func (h *Handlers) titleOf(rv Visit, r records.Record, names map[uuid.UUID]records.Named) string {
	title := rv.kind.Title(func(f *catalog.Field) string {
		if r.Values[f.Name] == nil || !rv.open(r, f) || names == nil && f.Ref != nil {
			return ""
		}
		cell := h.valueCell(rv, f, r, names)
		if len(cell.Badges) > 0 {
			return cell.Badges[0].Text
		}
		return cell.Text
	})
	title = strings.Join(strings.Fields(strings.TrimRight(cmp.Or(title, r.Name), ":")), " ")
	if runes := []rune(title); len(runes) > titleLength {
		title = string(runes[:titleLength]) + "…"
	}
	return title
}

// called is a record's title within a sentence, such as "Delete call from
// +44 7700 900158?".
func (h *Handlers) called(rv Visit, r records.Record) string {
	title := h.titleOf(rv, r, nil)
	if o := rv.kind.Opening(); o != "" && strings.HasPrefix(title, o) {
		return strings.ToLower(o[:1]) + title[1:]
	}
	return title
}

// showValues puts a record's values where its page has them: what matters most
// first, long texts below headings of their own, references among what is related.
func (h *Handlers) showValues(rv Visit, r records.Record, names map[uuid.UUID]records.Named, former map[string]records.FormerSecret, p *record.Page) {
	said := rv.kind.TitleFields()
	for _, f := range slices.Concat(rv.kind.Facts, rv.kind.Fields) {
		main := slices.Contains(rv.kind.Facts, f)
		switch {
		case f.Name == "state" || f.Grows() || r.Values[f.Name] == nil || !rv.open(r, f):
			continue
		case rv.kind.Layout == catalog.Thread && f.Name == "text":
			p.Entries = append(p.Entries, record.EntryList{Title: f.Title, Entries: []record.Entry{h.entry(rv, catalog.Entry{At: r.CreatedAt, By: r.CreatedByName, Text: f.Text(r.Values[f.Name], page.Zone(rv.Context))})}})
			continue
		case main && slices.ContainsFunc(p.Facts, func(d part.Detail) bool { return d.Label == f.Title }):
			continue
		case !main && len(said) == 1 && said[0] == f: // the title says it
			continue
		}
		d := part.Detail{Label: f.Title, Value: h.wholeCell(rv, f, r, names)}
		switch {
		case d.Value.Block && !main:
			p.Texts = append(p.Texts, d)
		case f.Ref != nil && f.Many: // each with its link, among what is related
		case main:
			p.Facts = append(p.Facts, d)
		default:
			p.Details = append(p.Details, d)
		}
		if was, ok := former[f.Name]; ok {
			p.Details = append(p.Details, h.formerDetail(rv.Context, f, was))
		}
	}
}

// related are the records that a record names in lists, and those that name it, as
// far as the reader sees the sections that they are in.
func (h *Handlers) related(rv Visit, r records.Record, names map[uuid.UUID]records.Named) (all []record.Related, err error) {
	for _, f := range rv.kind.Fields {
		if f.Ref == nil || !f.Many || r.Values[f.Name] == nil || !rv.open(r, f) {
			continue
		}
		one := record.Related{Title: f.Title}
		for _, text := range catalog.Texts(r.Values[f.Name]) {
			id, _ := uuid.Parse(text)
			switch n, there := names[id]; {
			case !there:
				one.Names = append(one.Names, part.Link{Text: "gone"})
			case n.Closed:
				one.Names = append(one.Names, part.Link{Text: page.ClosedName})
			default:
				one.Names = append(one.Names, part.Link{Text: words.Phone(n.Name), URL: h.refURL(rv, f, r, id)})
			}
		}
		if len(one.Names) > 0 {
			all = append(all, one)
		}
	}
	uses, err := h.Store.UsedBy(rv.Request().Context(), r)
	if err != nil {
		return nil, err
	}
	for _, u := range uses {
		if one, seen := h.usedBy(rv, r, u); seen {
			all = append(all, one)
		}
	}
	return all, nil
}

// refURL leads to a record that another one names, where it can be seen.
func (h *Handlers) refURL(rv Visit, f *catalog.Field, r records.Record, id uuid.UUID) string {
	one := f.Ref.Records.One
	switch {
	case r.AccountID != rv.Visit.Place.Account || !rv.Visit.May.Has(one.View):
		return ""
	case f.Ref.Inside == nil:
		return page.AccountPath(r.AccountID, filled(f.Ref.Records.OnePath(), id))
	case f.Ref.Inside == rv.section.Inside && len(rv.above) > 0:
		return page.AccountPath(r.AccountID, filled(f.Ref.Records.OnePath(), append(rv.around(), id)...))
	}
	return ""
}

// usedBy says what names a record in one property, unless the reader sees no section
// with such records.
func (h *Handlers) usedBy(rv Visit, r records.Record, u records.Use) (one record.Related, seen bool) {
	for _, x := range u.Some {
		s := h.seenAt(rv.Visit, x, "")
		if s == nil || r.AccountID != rv.Visit.Place.Account {
			continue
		}
		link := part.Link{Text: words.Phone(x.Name)}
		if s.Records.One.Inside == nil && rv.Visit.May.Has(s.Records.One.View) {
			link.URL = page.AccountPath(x.AccountID, filled(s.Records.OnePath(), x.ID))
		} else if x.ParentID != uuid.Nil && rv.Visit.May.Has(s.Records.One.View) {
			link.URL = page.AccountPath(x.AccountID, filled(s.Records.OnePath(), x.ParentID, x.ID))
		}
		one.Names = append(one.Names, link)
	}
	if len(one.Names) == 0 {
		return one, false
	}
	one.Title = "Used by " + counted(u.Count, u.Kind.Section.Records)
	if list := h.seenAt(rv.Visit, u.Some[0], ""); u.Count > len(u.Some) && list != nil && list.Inside == nil && records.Filterable(u.Field) {
		one.More = part.Link{Text: "Show all", URL: page.WithQuery(page.AccountPath(r.AccountID, list.Path), u.Field.Name, r.ID.String())}
	} else if u.Count > len(one.Names) {
		one.More.Text = "and others"
	}
	return one, true
}

// shownChanges is how many changes the page of a record tells of.
const shownChanges = 10

// showChanges tells what became of a record, to whoever may read the account's audit.
func (h *Handlers) showChanges(rv Visit, r records.Record, p *record.Page) error {
	if !rv.kind.Timeline || r.AccountID != rv.Visit.Place.Account || !rv.Visit.May.Has(h.Catalog.Permission("audit")) {
		return nil
	}
	events, err := h.Store.AuditOf(rv.Request().Context(), rv.grant, r.Kind, r.ID, shownChanges)
	if err != nil {
		return err
	}
	glance := h.audit.AuditGlance(rv.Context)
	for _, e := range events {
		p.History = append(p.History, glance.Change(rv.Context, e))
	}
	if len(events) > 0 {
		p.AllURL = page.WithQuery(page.AccountPath(r.AccountID, "/audit"), "kind", r.Kind)
	}
	return nil
}
