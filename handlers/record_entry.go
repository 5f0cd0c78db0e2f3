package handlers

import (
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/views"
)

// showEntries puts what people wrote on a record's page, each with its author and
// time, and below it the form of the act that adds to it.
func (h *Handlers) showEntries(rv recordVisit, r models.Record, p *views.RecordPage) error {
	for _, f := range rv.kind.Fields {
		if !f.Grows() {
			continue
		}
		list := views.EntryList{Title: f.Title}
		for _, e := range catalog.Entries(r.Values[f.Name]) {
			list.Entries = append(list.Entries, views.Entry{
				Who: orElse(e.By, "Unknown author"), Text: e.Text,
				When: when(rv.Context, e.At, h.store.Now()), WhenExact: exact(e.At.In(zone(rv.Context))),
			})
		}
		if len(list.Entries) > 0 {
			p.Entries = append(p.Entries, list)
		}
	}
	for _, a := range rv.records.Acts {
		if !adds(a) || !rv.visit.May.Has(a.Permission) || !a.Applies(r.State()) || r.AccountID != rv.visit.Place.Account {
			continue
		}
		fields, err := h.formFields(rv, h.shownFields(rv, a.Fields), nil, formInput{}, a.Required)
		if err != nil {
			return err
		}
		for i := range fields {
			fields[i].Autofocus = false
		}
		p.Acts = append(p.Acts, views.ActForm{Title: a.Title, Text: a.Sentence, Form: views.Form{
			Token: p.Frame.Token, Action: h.actURL(rv, a, r), Fields: fields, Submit: a.Title,
			Hidden: []views.Pair{{Name: "return", Value: rv.url(rv.records.OnePath(), r)}},
		}})
	}
	return nil
}

// adds tells whether an act does nothing but add an entry.
func adds(a *catalog.Act) bool {
	return len(a.Fields) == 1 && a.Fields[0].Grows()
}
