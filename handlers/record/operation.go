package record

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	records "bailiwick/models/record"
)

// operations makes the operations of one section: their descriptions follow from its
// declaration, as its forms do.
type operations struct {
	h *Handlers
	s *catalog.Section
	r *catalog.Records
}

type serves = func(echo.Context, authz.Grant) error

// Reading makes the operations that list and read records of a section, for others who
// keep such.
func (h *Handlers) Reading(s *catalog.Section, list, read serves) (guard.Operation, guard.Operation) {
	of := operations{h, s, s.Records}
	return of.list(list), of.read(read)
}

func (o operations) list(serve serves) guard.Operation {
	properties := map[string]any{
		"items": map[string]any{"type": "array", "items": o.out()},
		"next":  map[string]any{"type": []string{"string", "null"}},
		"total": map[string]any{"type": []string{"integer", "null"}, "description": "How many there are in all; null for more than " + strconv.Itoa(records.CountCap) + "."},
	}
	if o.r.Sum != nil {
		properties["sum"] = map[string]any{"type": "string", "description": o.r.SumTitle}
	}
	return api.Checked(guard.Operation{
		Title: "List " + o.r.Plural, Detail: o.s.Sentence, Query: o.query(), Status: http.StatusOK, Serve: serve,
		Out: api.Object("", properties, "items", "next", "total"),
	})
}

// query are the parameters of the list, by the names that its page has for them.
func (o operations) query() []guard.Parameter {
	kind := o.r.Kind
	all := append([]guard.Parameter{api.Search, api.After, api.Text("before", "The cursor that a page ends before.")}, api.Period...)
	var sorts, long, rows []string
	for _, f := range kind.Fields {
		if records.Sortable(kind, f) {
			sorts = append(sorts, f.Name, "-"+f.Name)
		}
		if f.Widget == "code" || f.Widget == "textarea" || f.Grows() {
			long = append(long, f.Name)
		}
		if !records.Filterable(f) {
			continue
		}
		p := guard.Parameter{Name: f.Name, Title: f.Title + ", to narrow the list down to", Doc: map[string]any{"type": "string"}}
		switch {
		case f.Type == "boolean":
			p.Doc = map[string]any{"type": "boolean"}
		case f.Ref != nil:
			p.Doc["format"] = "uuid"
		default:
			p = api.OneOf(f.Name, p.Title, values(f)...)
		}
		all = append(all, p)
	}
	all = append(all, api.OneOf("sort", "What to order by, descending with a minus.", append(sorts, "created_at", "-created_at", "updated_at", "-updated_at")...))
	if len(long) > 0 {
		all = append(all, guard.Parameter{Name: "column", Title: "A long text to give besides.", Doc: map[string]any{"type": "array", "items": map[string]any{"type": "string", "enum": long}}})
	}
	for _, n := range pageRows {
		rows = append(rows, strconv.Itoa(n))
	}
	all = append(all, api.OneOf("rows", "How many a page has.", rows...))
	if o.s.Inside == nil && !o.s.Own {
		all = append(all, api.OneOf("accounts", "Lists accounts below too.", "below"),
			guard.Parameter{Name: "account", Title: "The one of them to narrow the list down to.", Doc: map[string]any{"type": "string", "format": "uuid"}})
	}
	return all
}

func values(f *catalog.Field) (all []string) {
	for _, o := range f.Options {
		all = append(all, o.Value)
	}
	return all
}

func (o operations) read(serve serves) guard.Operation {
	return o.one(guard.Operation{Title: "Read a " + o.r.Noun, Serve: serve})
}

// one is an operation that answers with one record.
func (o operations) one(x guard.Operation) guard.Operation {
	x.Out, x.Versioned = o.out(), true
	if x.Status == 0 {
		x.Status = http.StatusOK
	}
	return api.Checked(x)
}

func (o operations) create(serve serves) guard.Operation {
	return o.one(guard.Operation{Title: "Add a " + o.r.Noun, In: o.in(false), Status: http.StatusCreated, Serve: serve})
}

func (o operations) createMany(serve serves) guard.Operation {
	return api.Checked(guard.Operation{
		Title: "Add many " + o.r.Plural, Detail: "Each is added by itself; the answer says what became of each.", Status: http.StatusOK, Serve: serve,
		In: api.Object("", map[string]any{"items": map[string]any{"type": "array", "minItems": 1, "maxItems": api.MaxAtOnce, "items": o.in(false)}}, "items"),
		Out: api.Object("", map[string]any{"results": map[string]any{"type": "array", "items": api.Object("", map[string]any{
			"status": map[string]any{"type": "integer"}, "record": o.out(), "problem": api.Of[api.Problem](),
		}, "status")}}, "results"),
	})
}

func (o operations) patch(serve serves) guard.Operation {
	return o.one(guard.Operation{Title: "Change a " + o.r.Noun, Detail: "What is not sent stays; null removes.", In: o.in(true), Serve: serve})
}

func (o operations) remove(serve serves) guard.Operation {
	return api.Checked(guard.Operation{
		Title: "Delete a " + o.r.Noun, Detail: "It can be restored for 30 days.", Status: http.StatusNoContent, Versioned: true, Query: []guard.Parameter{confirmParameter}, Serve: serve,
	})
}

func (o operations) secret(serve serves) guard.Operation {
	return o.one(guard.Operation{Title: replaceTitle(o.r.Kind), Detail: "The new one is in the answer, once.", In: api.Of[secretInput](), Serve: serve})
}

func (o operations) act(a *catalog.Act, serve serves) guard.Operation {
	x := guard.Operation{Title: a.Title, Detail: a.Sentence, Serve: serve}
	if takes := slices.Concat(a.Fields, a.Sent); len(takes) > 0 {
		x.In, x.MayBeBare = fieldsSchema(takes, false, func(f *catalog.Field) bool { return a.Required[f.Name] }), len(a.Fields) == 0
	}
	for _, f := range a.Sent { // what it is where nothing is sent
		x.In.Doc["properties"].(map[string]any)[f.Name].(map[string]any)["default"] = a.Set[f.Name]
	}
	if a.Remove {
		x.Status, x.Versioned = http.StatusNoContent, true
		return api.Checked(x)
	}
	return o.one(x)
}

func (o operations) bulk(serve serves) guard.Operation {
	return api.Checked(guard.Operation{
		Title: "Change many " + o.r.Plural, Detail: "One write: what it can't be done to is skipped, with the reason.", Status: http.StatusOK, Serve: serve,
		In: api.Only(api.Of[bulkInput](), "act", o.bulkActs()...), Out: api.Of[api.Batch](),
	})
}

// bulkActs are the keys of what can be done to many.
func (o operations) bulkActs() (all []string) {
	for _, a := range o.r.Acts {
		if records.InBulk(o.r.Kind, a) {
			all = append(all, a.Key)
		}
	}
	if f := o.r.Kind.Field("tags"); f != nil && f.Widget == "tags" {
		all = append(all, records.AddTagsAct, records.RemoveTagAct)
	}
	return append(all, records.DeleteAct)
}

func (o operations) batch(title string, serve serves) guard.Operation {
	return api.Checked(guard.Operation{Title: title, Status: http.StatusOK, Serve: serve, Out: api.Of[api.Batch]()})
}

// in is what one sends for a record here, or for a patch of it.
func (o operations) in(patch bool) *guard.Schema {
	fields := slices.DeleteFunc(slices.Clone(o.r.Fields), func(f *catalog.Field) bool { return f == o.r.Kind.Parent && o.s.Inside != nil })
	return fieldsSchema(fields, patch, func(f *catalog.Field) bool {
		return !patch && (f.Required || o.r.Required[f.Name]) && f.Default == nil && o.r.Set[f.Name] == nil
	})
}

func fieldsSchema(fields []*catalog.Field, nullable bool, required func(*catalog.Field) bool) *guard.Schema {
	properties, need := map[string]any{}, []string{}
	for _, f := range fields {
		p := f.Schema()
		if f.Grows() {
			p = map[string]any{"type": "string", "title": f.Title}
		}
		delete(p, "readOnly")
		if nullable {
			p = orNull(p)
		}
		properties[f.Name] = p
		if required(f) {
			need = append(need, f.Name)
		}
	}
	s := api.Object("", properties, need...)
	s.Doc["additionalProperties"] = false
	return s
}

// orNull lets a property be removed.
func orNull(p map[string]any) map[string]any {
	p = maps.Clone(p)
	p["type"] = []any{p["type"], "null"}
	if enum, ok := p["enum"].([]any); ok {
		p["enum"] = append(slices.Clone(enum), nil)
	}
	return p
}

// out is a record as it is read. Secrets are masked.
func (o operations) out() *guard.Schema {
	kind := o.r.Kind
	given := func(kind, format string) map[string]any {
		p := map[string]any{"type": kind, "readOnly": true}
		if format != "" {
			p["format"] = format
		}
		return p
	}
	properties := map[string]any{
		"id": given("string", "uuid"), "account": given("string", "uuid"), "version": given("integer", ""),
		"created_at": given("string", "date-time"), "created_by": given("string", ""),
		"updated_at": given("string", "date-time"), "updated_by": given("string", ""),
	}
	required := slices.Sorted(maps.Keys(properties))
	for _, f := range kind.Fields {
		p := f.Schema()
		if f.Secret != "" {
			p = map[string]any{"type": "string", "title": f.Title}
		}
		properties[f.Name] = p
	}
	return api.Object("Record_"+kind.Key, properties, required...)
}
