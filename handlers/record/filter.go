package record

import (
	"slices"
	"strings"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/views/part"
)

// listSearch is the search of a list, with its filters as they are asked for.
func (h *Handlers) listSearch(rv Visit, asked listAsked) (*part.Search, error) {
	here := rv.listURL()
	s := &part.Search{Action: here, Value: asked.search, Placeholder: "Search " + rv.records.Plural}
	if column := rv.timeColumn(); asked.period.Asked() || slices.Contains(columnsOf(rv, asked), column) {
		s.Filters = asked.period.Filters(propertyTitle(rv.kind, column))
	}
	ceiling := rv.Visit.Snapshot.Ceiling(rv.Visit.At)
	for _, f := range rv.kind.Fields {
		value := asked.filters[f.Name]
		if !records.Filterable(f) || !rv.uses(f) || fixedHere(rv, f) || value == "" && !slices.Contains(rv.records.Columns, f.Name) {
			continue
		}
		x := part.Field{Kind: part.Select, Name: f.Name, ID: "filter-" + f.Name, Label: f.Title, Value: value, Options: []part.Option{{Text: f.Title + ": any"}}}
		switch {
		case f.Type == "boolean":
			x.Options = append(x.Options, part.Option{Value: "true", Text: f.Title + ": yes"}, part.Option{Value: "false", Text: f.Title + ": no"})
		case f.Ref != nil:
			if err := h.offerFilter(rv, f, &x); err != nil {
				return nil, err
			}
		default:
			for _, o := range f.Options {
				if ceiling.Covers(o.Needs) {
					x.Options = append(x.Options, part.Option{Value: o.Value, Text: o.Title})
				}
			}
		}
		s.Filters = append(s.Filters, x)
	}
	if asked.below || rv.hasBelow() {
		s.Filters = append(s.Filters, part.Field{Kind: part.Checkbox, Name: "accounts", ID: "filter-accounts", Label: "Accounts below too", Value: "below", Checked: asked.below})
	}
	if asked.below {
		x, err := h.AccountFilter(rv, rv.grant, here, rv.section.View, asked.account)
		if err != nil {
			return nil, err
		}
		s.Filters = append(s.Filters, x)
	}
	s.Keep = page.Kept(asked.pairs(), s.Filters)
	return s, nil
}

// timeColumn is the column of the time at which a record came to be.
func (rv Visit) timeColumn() string {
	if f := rv.kind.Time; f != nil {
		return f.Name
	}
	return "created_at"
}

// fixedHere tells whether all records of the section have the same value.
func fixedHere(rv Visit, f *catalog.Field) bool {
	return len(rv.records.Where[f.Name]) == 1 || f == rv.kind.Parent && rv.section.Inside != nil
}

// reaches tells whether the list can show the accounts below too.
func (rv Visit) reaches() bool {
	return rv.section.Inside == nil && rv.Timeless == nil && !rv.section.Own
}

// hasBelow tells whether an account below shows the section to who looks.
func (rv Visit) hasBelow() (found bool) {
	v := rv.Visit
	if !rv.reaches() {
		return false
	}
	v.Snapshot.Descendants(v.At, func(a authz.Account) bool {
		found = v.Snapshot.Decide(v.Who, rv.section.View, a).Allow
		return !found
	})
	return found
}

// referenceFilters are the properties that a list can be narrowed by and that name
// other records.
func (h *Handlers) referenceFilters(rv Visit) (all []*catalog.Field) {
	for _, f := range rv.kind.Fields {
		if f.Ref != nil && records.Filterable(f) && rv.uses(f) && !fixedHere(rv, f) {
			all = append(all, f)
		}
	}
	return all
}

// offerFilter makes a filter one that is searched in as one types: of what a form
// offers there, the first by name or what a search without script found, and what is
// chosen.
func (h *Handlers) offerFilter(rv Visit, f *catalog.Field, x *part.Field) error {
	chosen := x.Value
	x.Kind, x.SuggestURL, x.Find = part.Reference, page.WithQuery(rv.listURL(), "options", f.Name), strings.TrimSpace(rv.QueryParam("find-"+f.Name))
	options, more, err := h.options(rv, f, x.Find, someOptions)
	x.Options, x.More = append(x.Options, options...), more || x.Find != ""
	if err != nil || chosen == "" {
		return err
	}
	x.Values = []string{chosen}
	if !slices.ContainsFunc(x.Options, func(o part.Option) bool { return o.Value == chosen }) {
		typed := records.Record{AccountID: rv.grant.Resource().Account, Values: map[string]any{f.Name: chosen}}
		names, err := h.Store.RecordNames(rv.Request().Context(), rv.grant.Resource().Tenant, rv.kind, typed)
		if err != nil {
			return err
		}
		if keepChosen(f, x, names); x.Value == "" {
			x.Value, x.Options = chosen, append(x.Options, part.Option{Value: chosen, Text: "gone"})
		}
	}
	return nil
}
