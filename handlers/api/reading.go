package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"bailiwick/handlers/guard"
)

// Field is one field of what is sent or answered, as people read it.
type Field struct {
	Name     string // roles[].until is a field of each of the roles
	Kind     string // what it may be, with its limits; with Of, empty or "list of"
	Text     string // what it means
	Of       string // the name of the schema that it is a thing of, if it has one
	Required bool
}

// Fields are those of a schema, with those of what is inside it unless that has a name
// of its own.
func Fields(s *guard.Schema) []Field {
	if s == nil {
		return nil
	}
	return fieldsOf("", s.Doc)
}

func fieldsOf(within string, doc map[string]any) (all []Field) {
	properties, _ := doc["properties"].(map[string]any)
	required := texts(doc["required"])
	names := slices.Sorted(maps.Keys(properties))
	slices.SortStableFunc(names, func(a, b string) int { // what one must send comes first
		return cmp.Compare(index(required, a), index(required, b))
	})
	for _, name := range names {
		all = append(all, fieldOf(within+name, properties[name], slices.Contains(required, name))...)
	}
	return all
}

func index(of []string, name string) int {
	if slices.Contains(of, name) {
		return 0
	}
	return 1
}

// fieldOf is a field, and those inside it.
func fieldOf(name string, schema any, required bool) []Field {
	doc, of := docOf(schema)
	f := Field{Name: name, Kind: kindOf(schema), Text: meaning(name[strings.LastIndexByte(name, '.')+1:], doc), Of: of, Required: required}
	if of != "" {
		f.Kind = ""
		return []Field{f}
	}
	inside, at := doc, name
	if items, ok := doc["items"]; ok {
		if inside, f.Of = docOf(items); f.Of != "" {
			f.Kind = "list of"
			return []Field{f}
		}
		at += "[]"
	}
	return append([]Field{f}, fieldsOf(at+".", inside)...)
}

// docOf is a schema within a schema, and its name.
func docOf(schema any) (map[string]any, string) {
	if s, ok := schema.(*guard.Schema); ok {
		return s.Doc, s.Name
	}
	doc, _ := schema.(map[string]any)
	return doc, ""
}

func texts(v any) (all []string) {
	switch v := v.(type) {
	case []string:
		return v
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			if x != nil {
				all = append(all, fmt.Sprint(x))
			}
		}
	}
	return all
}

// meaning is what a field means; nothing where its name says it.
func meaning(name string, doc map[string]any) string {
	text, _ := doc["description"].(string)
	if title, ok := doc["title"].(string); text == "" && ok && !strings.EqualFold(title, strings.ReplaceAll(name, "_", " ")) {
		text = title
	}
	return text
}

// formats are what texts of a format are, in words.
var formats = map[string]string{
	"uuid": "id", "date-time": "time, as RFC 3339 has it", "date": "day, as 2026-11-28", "email": "e-mail address",
	"uri": "web address", "e164": "phone number, as +442079460000", "cidr": "network, as 192.0.2.0/24",
	"language": "language, as en or de-AT",
}

var types = map[string]string{"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object"}

// longestChoice is how many values of a choice are listed.
const longestChoice = 24

// KindOf says what a value of a schema may be, with its limits.
func KindOf(doc map[string]any) string { return kindOf(doc) }

func kindOf(schema any) string {
	doc, _ := docOf(schema)
	all := texts(doc["type"])
	null := slices.Contains(all, "null")
	all = slices.DeleteFunc(slices.Clone(all), func(t string) bool { return t == "null" })
	kind := "anything"
	if len(all) > 0 {
		kind = cmp.Or(types[all[0]], all[0])
	}
	format, _ := doc["format"].(string)
	switch enum := texts(doc["enum"]); {
	case len(enum) > longestChoice:
		kind = fmt.Sprintf("one of %d values, such as %s", len(enum), strings.Join(enum[:3], ", "))
	case len(enum) == 1:
		kind = "only " + strconv.Quote(enum[0])
	case len(enum) > 1:
		kind = "one of " + strings.Join(enum, ", ")
	case doc["items"] != nil:
		kind = "list of: " + kindOf(doc["items"])
	case doc["additionalProperties"] != nil && doc["additionalProperties"] != false && doc["properties"] == nil:
		kind = "object with any names, each " + kindOf(doc["additionalProperties"])
	default:
		kind = cmp.Or(formats[format], kind)
	}
	for _, limit := range []string{
		span(doc, "minLength", "maxLength", "character"), span(doc, "minimum", "maximum", ""), span(doc, "minItems", "maxItems", "item"),
	} {
		if limit != "" {
			kind += ", " + limit
		}
	}
	if pattern, ok := doc["pattern"].(string); ok {
		kind += ", matching " + pattern
	}
	if v, ok := doc["default"]; ok {
		b, err := json.Marshal(v)
		if err == nil {
			kind += ", by default " + string(b)
		}
	}
	if null {
		kind += ", or null"
	}
	return kind
}

// span says between what something lies.
func span(doc map[string]any, least, most, unit string) string {
	from, has := doc[least]
	to, ends := doc[most]
	if unit != "" {
		unit = " " + unit + "s"
	}
	switch {
	case has && ends:
		return fmt.Sprintf("%v to %v%s", from, to, unit)
	case ends:
		return fmt.Sprintf("at most %v%s", to, unit)
	case has:
		return fmt.Sprintf("at least %v%s", from, unit)
	}
	return ""
}

// Named are the schemas with names of their own in some others, themselves included,
// in the order in which they are met.
func Named(all ...*guard.Schema) (found []*guard.Schema) {
	seen := map[string]bool{}
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case *guard.Schema:
			if v == nil || v.Name != "" && seen[v.Name] {
				return
			}
			if v.Name != "" {
				seen[v.Name] = true
				found = append(found, v)
			}
			look(v.Doc)
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				look(v[name])
			}
		}
	}
	for _, s := range all {
		look(s)
	}
	return found
}

// Curl is a call of an operation, to try it by: the account is the key's own, and ids
// are variables of the shell.
func Curl(server string, o guard.Operation) string {
	var b strings.Builder
	b.WriteString("curl")
	if o.Method != http.MethodGet && (o.Method != http.MethodPost || o.In == nil) {
		b.WriteString(" -X " + o.Method)
	}
	b.WriteString(` -H "Authorization: Bearer $KEY"`)
	if o.In != nil {
		body := new(bytes.Buffer)
		e := json.NewEncoder(body)
		e.SetEscapeHTML(false)
		if e.Encode(example(o.In, 0)) == nil {
			b.WriteString(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + strings.ReplaceAll(strings.TrimSpace(body.String()), "'", `'\''`) + "'")
		}
	}
	path := strings.Replace(o.Path, ":account", guard.Me, 1)
	path = echoParameter.ReplaceAllStringFunc(path, func(name string) string { return "$" + strings.ToUpper(name[1:]) })
	b.WriteString(" \\\n  \"" + server + path + "\"")
	return b.String()
}

// examples are values of formats.
var examples = map[string]string{
	"uuid": "01935f3e-7a00-7000-8000-000000000001", "date-time": "2026-12-31T18:00:00Z", "date": "2026-12-31", "email": "ada@example.com",
	"uri": "https://example.com/hook", "e164": "+442079460000", "cidr": "192.0.2.0/24",
	"language": "en",
}

// example is a value that a schema allows as far as one can tell: of objects, what must
// be sent or, where nothing must, the first field.
func example(schema any, depth int) any {
	doc, _ := docOf(schema)
	if v, ok := doc["default"]; ok {
		return v
	}
	if enum := texts(doc["enum"]); len(enum) > 0 {
		return enum[0]
	}
	kind := ""
	if all := texts(doc["type"]); len(all) > 0 {
		kind = all[0]
		if kind == "null" {
			kind = all[len(all)-1]
		}
	}
	switch kind {
	case "object":
		out := map[string]any{}
		properties, _ := doc["properties"].(map[string]any)
		names := texts(doc["required"])
		if all := slices.Sorted(maps.Keys(properties)); len(names) == 0 && len(all) > 0 {
			names = all[:1]
			if slices.Contains(all, "name") {
				names = []string{"name"}
			}
		}
		for _, name := range names {
			if depth < 4 {
				out[name] = example(properties[name], depth+1)
			}
		}
		return out
	case "array":
		return []any{example(doc["items"], depth+1)}
	case "integer", "number":
		if least, ok := doc["minimum"]; ok {
			return least
		}
		return 1
	case "boolean":
		return true
	}
	format, _ := doc["format"].(string)
	return cmp.Or(examples[format], "Example")
}
