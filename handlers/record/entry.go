package record

import (
	"cmp"

	"bailiwick/catalog"
	records "bailiwick/models/record"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// showEntries puts what people wrote on a record's page, each with its author and
// time, and below it the form of the act that adds to it.
func (h *Handlers) showEntries(rv Visit, r records.Record, p *record.Page) error {
	for _, f := range rv.kind.Fields {
		if !f.Grows() {
			continue
		}
		list := record.EntryList{Title: f.Title}
		for _, e := range catalog.Entries(r.Values[f.Name]) {
			list.Entries = append(list.Entries, h.entry(rv, e))
		}
		if len(list.Entries) > 0 {
			p.Entries = append(p.Entries, list)
		}
	}
	for _, a := range rv.records.Acts {
		if !adds(a) || !rv.Visit.May.Has(a.Permission) || !a.Applies(r.State()) || r.AccountID != rv.Visit.Place.Account {
			continue
		}
		fields, err := h.formFields(rv, h.shownFields(rv, a.Fields), nil, formInput{}, a.Required)
		if err != nil {
			return err
		}
		for i := range fields {
			fields[i].Autofocus = false
		}
		p.Acts = append(p.Acts, record.ActForm{Title: a.Title, Text: a.Sentence, Form: part.Form{
			Token: p.Frame.Token, Action: h.actURL(rv, a, r), Fields: fields, Submit: a.Title,
			Hidden: []part.Pair{{Name: "return", Value: rv.url(rv.records.OnePath(), r)}},
		}})
	}
	return nil
}

func (h *Handlers) entry(rv Visit, e catalog.Entry) record.Entry {
	return record.Entry{
		Who: cmp.Or(e.By, "Unknown author"), Text: e.Text,
		When: h.TimeCell(rv, e.At),
	}
}

// adds tells whether an act does nothing but add an entry.
func adds(a *catalog.Act) bool {
	return len(a.Fields) == 1 && a.Fields[0].Grows()
}
