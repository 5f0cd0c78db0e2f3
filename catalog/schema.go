package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// schemaDecl is a JSON Schema as it stands in the file, so that order and lines
// stay known.
type schemaDecl struct{ node ast.Node }

// UnmarshalYAML keeps the node.
func (d *schemaDecl) UnmarshalYAML(n ast.Node) error {
	d.node = n
	return nil
}

// Names that forms and addresses of records use for themselves.
var taken = []string{"token", "version", "id", "q", "sort", "after", "before", "accounts", "account", "column", "csv", "file", "confirm", "return", "find", "options", "view", "when", "since", "till"}

// Limits that hold where a schema states none.
const (
	lineLength  = 200
	textLength  = 10_000
	codeLength  = 100_000
	listLength  = 100
	pairsLength = 50

	entriesLength = 200
	entryLength   = 50_000
)

// entrySchema is what an entry is; by and who are missing where the author is not known.
var entrySchema = map[string]any{
	"type": "object", "required": []string{"at", "text"}, "additionalProperties": false,
	"properties": map[string]any{
		"at":   map[string]any{"type": "string", "format": "date-time"},
		"by":   map[string]any{"type": "string"},
		"who":  map[string]any{"type": "string"},
		"text": map[string]any{"type": "string", "minLength": 1, "maxLength": entryLength},
	},
}

func (k *compiler) kind(file string, s *Section, d *recordsDecl) {
	line := d.Kind.Line
	bad := func(line int, what, remedy string) { k.fault(file, line, "kind "+d.Kind.Text+": "+what, remedy) }
	if k.c.kinds[d.Kind.Text] != nil {
		bad(line, "two sections give its schema", "keep one `schema:`; the others refer to the kind")
		return
	}
	kind := &Kind{Key: d.Kind.Text, Section: s, Name: d.Name.Text, Keep: d.Keep.Text, byName: map[string]*Field{}}
	k.c.kinds[kind.Key] = kind
	schema := map[string]any{}
	if err := yaml.NodeToValue(d.Schema.node, &schema); err != nil {
		bad(d.Schema.node.GetToken().Position.Line, "its schema can't be read: "+err.Error(), "write a JSON Schema object with `properties:`")
		return
	}
	props, _ := schema["properties"].(map[string]any)
	if len(props) == 0 {
		bad(line, "its schema has no properties", "add `properties:`")
		return
	}
	required, _ := schema["required"].([]any)
	for _, r := range required {
		if props[fmt.Sprint(r)] == nil {
			bad(line, fmt.Sprintf("it requires %v, which is no property", r), "correct the spelling under `required:`")
		}
	}
	for _, at := range propertyNodes(d.Schema.node) {
		f := k.field(file, at.name, at.line, props[at.name])
		if f == nil {
			continue
		}
		f.Required = slices.Contains(required, any(f.Name))
		kind.Fields = append(kind.Fields, f)
		kind.byName[f.Name] = f
		props[f.Name] = f.schema
	}
	if kind.Field(kind.Name) == nil {
		bad(line, "no property names its records", "add `name:` with one of "+kind.names())
	}
	for _, w := range d.Unique {
		if kind.Field(w.Text) == nil {
			bad(w.Line, "unique "+w.Text+" is no property", "use "+kind.names())
		}
		kind.Unique = append(kind.Unique, w.Text)
	}
	if d.Parent.Text != "" {
		if kind.Parent = kind.Field(d.Parent.Text); kind.Parent == nil || kind.Parent.ref.Text == "" || kind.Parent.Many {
			bad(d.Parent.Line, "parent "+d.Parent.Text+" is no property that names one record", "name a property with `x-ref:`")
			kind.Parent = nil
		}
	}
	if kind.Keep != "" && (kind.Field("state") == nil || kind.Field("state").Option(kind.Keep) == nil) {
		bad(d.Keep.Line, "keep "+kind.Keep+" is no state it can have", "use a value of the property state")
	}
	schema["type"], schema["additionalProperties"] = "object", false
	if err := kind.compile(schema); err != nil {
		bad(d.Schema.node.GetToken().Position.Line, "its schema is wrong: "+oneLine(err), "see json-schema.org, draft 2020-12")
	}
}

type propertyAt struct {
	name string
	line int
}

// propertyNodes lists the properties of a schema in the order they are written.
func propertyNodes(n ast.Node) (all []propertyAt) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return nil
	}
	for _, v := range m.Values {
		props, ok := v.Value.(*ast.MappingNode)
		if v.Key.String() != "properties" || !ok {
			continue
		}
		for _, p := range props.Values {
			t := p.Key.GetToken()
			all = append(all, propertyAt{t.Value, t.Position.Line})
		}
	}
	return all
}

// keywords are the keys of JSON Schema that a property may have.
var keywords = []string{
	"type", "title", "format", "enum", "default", "readOnly", "pattern", "minLength", "maxLength",
	"minimum", "maximum", "multipleOf", "items", "minItems", "maxItems", "additionalProperties", "maxProperties", "not", "anyOf",
}

// hints are the keys of a property that are ours and not JSON Schema's.
var hints = []string{
	"x-widget", "x-secret", "x-ref", "x-help", "x-search", "x-needs", "x-option-needs",
	"x-option-titles", "x-says", "x-unit", "x-permission", "x-default-after", "x-section",
}

func (k *compiler) field(file, name string, line int, raw any) *Field {
	bad := func(what, remedy string) { k.fault(file, line, "property "+name+": "+what, remedy) }
	p, ok := raw.(map[string]any)
	if !ok {
		bad("is no schema", "write `{type: string, …}`")
		return nil
	}
	if slices.Contains(taken, name) {
		bad("forms and addresses use this name themselves", "call it something else")
	}
	text := func(key string) string { s, _ := p[key].(string); return s }
	f := &Field{
		Name: name, Title: text("title"), Help: text("x-help"), Type: text("type"), Format: text("format"),
		Widget: text("x-widget"), Unit: text("x-unit"), Secret: Secret(text("x-secret")), Says: text("x-says"),
		DefaultAfter: text("x-default-after"), Section: text("x-section"), Default: p["default"], line: line, schema: p,
	}
	f.ReadOnly, _ = p["readOnly"].(bool)
	f.Search, _ = p["x-search"].(bool)
	f.ref = word{text("x-ref"), line}
	if f.Title == "" {
		f.Title = humane(name)
	}
	for key := range p {
		if !slices.Contains(keywords, key) && !slices.Contains(hints, key) {
			bad("key "+key+" is unknown", "use "+strings.Join(keywords, ", ")+", "+strings.Join(hints, ", "))
		}
	}
	if p["x-section"] != nil && f.Section == "" {
		bad("x-section is no title", "write what the part of the form that begins here is called")
	}
	values := p
	switch f.Type {
	case "array":
		f.Many = true
		if f.Grows() {
			p["items"], values = entrySchema, map[string]any{}
			atMost(p, "maxItems", entriesLength)
			break
		}
		if values, ok = p["items"].(map[string]any); !ok || values["type"] != "string" {
			bad("is a list of something that forms can't show", "add `items: {type: string}`")
			return nil
		}
		f.Format, _ = values["format"].(string)
		atMost(p, "maxItems", listLength)
		p["uniqueItems"] = true
		if f.ref.Text != "" {
			values["format"] = "uuid"
		}
		atMost(values, "maxLength", lineLength)
	case "object":
		values, ok = p["additionalProperties"].(map[string]any)
		if !ok || values["type"] != "string" {
			bad("is an object that forms can't show", "add `additionalProperties: {type: string}`: names with values")
			return nil
		}
		atMost(p, "maxProperties", pairsLength)
		atMost(values, "maxLength", 1000)
	case "string":
		if f.ref.Text != "" {
			f.Format = "uuid"
			p["format"] = f.Format
		}
		most := lineLength
		switch f.Widget {
		case "textarea":
			most = textLength
		case "code", "json":
			most = codeLength
		}
		atMost(p, "maxLength", most)
	case "integer", "number", "boolean":
	default:
		bad("type "+f.Type+" is unknown", "use string, integer, number, boolean, array or object")
		return nil
	}
	f.MinLength, f.MaxLength = int(number(p["minLength"], 0)), int(number(p["maxLength"], 0))
	f.Min, f.Max = bound(p["minimum"]), bound(p["maximum"])
	if f.Secret != "" && (f.Secret != Generated && f.Secret != Signing && f.Secret != Sealed || f.Type != "string") {
		bad("x-secret "+string(f.Secret)+" is unknown or its type is not string", "use generated, signing or sealed, with `type: string`")
	}
	f.Needs = k.hintNeeds(file, line, p["x-needs"])
	if key := text("x-permission"); key != "" {
		if f.Permission = k.c.byPermission[key]; f.Permission == 0 {
			bad("permission "+key+" is not declared", "declare it under `permissions:` of a section")
		}
	}
	k.options(file, f, p, values)
	return f
}

func (k *compiler) options(file string, f *Field, p, values map[string]any) {
	bad := func(what, remedy string) { k.fault(file, f.line, "property "+f.Name+": "+what, remedy) }
	titles, _ := p["x-option-titles"].(map[string]any)
	needs, _ := p["x-option-needs"].(map[string]any)
	enum, _ := values["enum"].([]any)
	for _, v := range enum {
		value := fmt.Sprint(v)
		o := Option{Value: value, Title: humane(value)}
		if t, ok := titles[value].(string); ok {
			o.Title = t
		}
		o.Needs = k.hintNeeds(file, f.line, needs[value])
		f.Options = append(f.Options, o)
	}
	for value := range titles {
		if f.Option(value) == nil {
			bad("x-option-titles names "+value+", which is no value of it", "use a value of `enum:`")
		}
	}
	for value := range needs {
		if f.Option(value) == nil {
			bad("x-option-needs names "+value+", which is no value of it", "use a value of `enum:`")
		}
	}
}

func (k *compiler) hintNeeds(file string, line int, raw any) Entitlements {
	if raw == nil {
		return 0
	}
	list, many := raw.([]any)
	if !many {
		list = []any{raw}
	}
	keys := make([]word, len(list))
	for i, key := range list {
		keys[i] = word{fmt.Sprint(key), line}
	}
	return k.needs(file, keys)
}

// refs finds the sections that properties name, and what closes a kind.
func (k *compiler) refs() {
	for _, s := range k.c.Sections {
		if s.Records == nil {
			continue
		}
		kind := s.Records.Kind
		kind.Needs = k.c.Needs(kind.Section.View)
		if !k.c.Needs(s.View).Covers(kind.Needs) {
			k.fault(s.File, s.Line, "section "+s.Key+" needs less than section "+kind.Section.Key+", which holds the same records", "give both the same `entitlements:`")
		}
	}
	for _, s := range k.c.Sections {
		if s.Records == nil || s.Records.Kind.Section != s {
			continue
		}
		for _, f := range s.Records.Kind.Fields {
			if f.ref.Text != "" {
				if f.Ref = k.c.bySection[f.ref.Text]; f.Ref == nil || f.Ref.Records == nil {
					k.fault(s.File, f.line, "property "+f.Name+": section "+f.ref.Text+" is not declared or holds no records", "name a section with records after `x-ref:`")
					f.Ref = nil
				} else {
					f.Needs |= f.Ref.Records.Kind.Needs
				}
			}
			if f.Search && f.Needs != 0 {
				k.fault(s.File, f.line, "property "+f.Name+": the search would find what is closed", "leave out `x-search:` or `x-needs:`")
			}
			if f.DefaultAfter != "" && s.Records.Kind.Field(f.DefaultAfter) == nil {
				k.fault(s.File, f.line, "property "+f.Name+": x-default-after names "+f.DefaultAfter+", which is no property", "name the property with the duration")
			}
		}
	}
}

func humane(name string) string {
	s := strings.ToLower(strings.ReplaceAll(name, "_", " "))
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func atMost(p map[string]any, key string, n int) {
	if p[key] == nil {
		p[key] = n
	}
}

func number(v any, otherwise float64) float64 {
	if b := bound(v); b != nil {
		return *b
	}
	return otherwise
}

func bound(v any) *float64 {
	if v == nil {
		return nil
	}
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil {
		return nil
	}
	return &n
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
