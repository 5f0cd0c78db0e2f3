package record

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// someOptions is how many a field offers before anything is searched.
const someOptions = 50

// chooses tells whether a field of a form is chosen by name.
func (rv Visit) chooses(f *catalog.Field) bool {
	return f.Ref != nil || rv.records.Among[f.Name] != nil
}

// options are what a field may name, by a search. The right to the form is the right
// to choose: who attaches a number may see how applications are called. All else is
// decided as in the section that is named: what the account may not use is not there.
func (h *Handlers) options(rv Visit, f *catalog.Field, search string, limit int) (options []part.Option, more bool, err error) {
	var found records.Options
	among := rv.records.Among[f.Name]
	if among != nil {
		found, err = h.Store.AmongOptions(rv.Request().Context(), rv.grant, among, search, limit)
	} else {
		found, err = h.Store.RecordOptions(rv.Request().Context(), rv.grant, rv.kind, f, rv.At.Parent, search, limit)
	}
	for _, o := range found.All {
		value := o.ID.String()
		if among != nil {
			value = o.Name
		}
		options = append(options, part.Option{Value: value, Text: words.Phone(o.Name)})
	}
	return options, found.More, err
}

// suggests answers a form's page where a field of it asks, as one types, what there
// is to choose; asked is false for the page itself. It is decided as that page is.
func (h *Handlers) suggests(rv Visit, fields []*catalog.Field) (asked bool, err error) {
	return h.suggest(rv, h.shownFields(rv, fields))
}

// suggest answers a page where one of its fields asks.
func (h *Handlers) suggest(rv Visit, fields []*catalog.Field) (asked bool, err error) {
	name := rv.QueryParam("options")
	if name == "" {
		return false, nil
	}
	i := slices.IndexFunc(fields, func(f *catalog.Field) bool { return f.Name == name && rv.chooses(f) })
	if i < 0 {
		return true, store.ErrNotFound
	}
	options, more, err := h.options(rv, fields[i], rv.QueryParam("q"), someOptions)
	if err != nil {
		return true, err
	}
	return true, page.Render(rv.Context, http.StatusOK, part.Suggestions(options, more))
}

// offer gives the fields of a form that choose what there is to choose: the first by
// name, or what a search without script found, and what is chosen.
func (h *Handlers) offer(rv Visit, fields []*catalog.Field, in formInput, into []part.Field) error {
	typed := records.Record{AccountID: rv.grant.Resource().Account, Values: map[string]any{}}
	for i, f := range fields {
		x := &into[i]
		if !rv.chooses(f) {
			continue
		}
		x.Values = slices.DeleteFunc(slices.Clone(x.Values), func(v string) bool { return v == "" })
		x.SuggestURL = page.WithQuery(in.page, "options", f.Name)
		if in.find == f.Name {
			x.Find = strings.TrimSpace(in.typed.Get("find-" + f.Name))
		}
		var err error
		if x.Options, x.More, err = h.options(rv, f, x.Find, someOptions); err != nil {
			return err
		}
		if x.More = x.More || x.Find != ""; !x.More && len(x.Options) == 0 {
			x.Help = strings.TrimSpace(x.Help + " There is none to choose yet.")
		}
		if f.Ref != nil {
			typed.Values[f.Name] = x.Values
		}
	}
	names, err := h.Store.RecordNames(rv.Request().Context(), rv.grant.Resource().Tenant, rv.kind, typed)
	if err != nil {
		return err
	}
	for i, f := range fields {
		if rv.chooses(f) {
			keepChosen(f, &into[i], names)
		}
	}
	return nil
}

// keepChosen lets what is chosen stay choosable, also beyond what is offered.
func keepChosen(f *catalog.Field, x *part.Field, names map[uuid.UUID]records.Named) {
	for _, value := range x.Values {
		if slices.ContainsFunc(x.Options, func(o part.Option) bool { return o.Value == value }) {
			continue
		}
		if f.Ref == nil {
			text := words.Phone(value)
			if f.Format == "language" {
				text = words.Language(value)
			}
			x.Options = append(x.Options, part.Option{Value: value, Text: text})
			continue
		}
		id, _ := uuid.Parse(value)
		switch n, there := names[id]; {
		case !there || n.Kind != f.Ref.Records.Kind.Key:
		case n.Closed:
			x.Options = append(x.Options, part.Option{Value: value, Text: page.ClosedName, Disabled: f.Many})
		default:
			x.Options = append(x.Options, part.Option{Value: value, Text: words.Phone(n.Name)})
		}
	}
	lost := func(v string) bool {
		return !slices.ContainsFunc(x.Options, func(o part.Option) bool { return o.Value == v })
	}
	if x.Values = slices.DeleteFunc(x.Values, lost); lost(x.Value) {
		x.Value = ""
	}
}
