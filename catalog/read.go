package catalog

import (
	"maps"
	"math"
	"strings"
	"time"
)

// Read reads a value of the property as JSON decodes it, and makes of texts what a
// form makes of them: nothing is nil. A value of another type gives the sentence that
// a form's answer would be.
func (f *Field) Read(v any) (value any, wrong string) {
	switch v := v.(type) {
	case string:
		if f.Type == "string" || f.Grows() {
			return f.Parse([]string{v}, time.UTC), ""
		}
	case bool:
		if f.Type == "boolean" {
			return v, ""
		}
	case float64:
		switch {
		case f.Type == "number":
			return v, ""
		case f.Type == "integer" && v == math.Trunc(v) && math.Abs(v) < 1<<53:
			return int64(v), ""
		}
	case []any:
		if f.Type == "array" && !f.Grows() {
			return f.readList(v)
		}
	case map[string]any:
		if f.Type == "object" {
			for _, x := range v {
				if _, ok := x.(string); !ok {
					return nil, "Send an object of texts."
				}
			}
			return v, ""
		}
	}
	return nil, f.wanted()
}

func (f *Field) readList(list []any) (any, string) {
	all := make([]any, 0, len(list))
	for _, x := range list {
		text, ok := x.(string)
		if !ok {
			return nil, "Send a list of texts."
		}
		if text = strings.TrimSpace(text); text != "" {
			all = append(all, f.parseText(text, time.UTC))
		}
	}
	if len(all) == 0 {
		return nil, ""
	}
	return all, ""
}

// wanted says which type the property has.
func (f *Field) wanted() string {
	switch f.Type {
	case "integer":
		return "Enter a whole number."
	case "number":
		return "Enter a number."
	case "boolean":
		return "Use true or false."
	case "array":
		if !f.Grows() {
			return "Send a list of texts."
		}
	case "object":
		return "Send an object of texts."
	}
	return "Enter text."
}

// Schema is the property's JSON Schema, with its title and help in the words of JSON
// Schema and without hints for forms.
func (f *Field) Schema() map[string]any {
	s := maps.Clone(f.schema)
	maps.DeleteFunc(s, func(key string, _ any) bool { return strings.HasPrefix(key, "x-") })
	s["title"] = f.Title
	if f.Help != "" {
		s["description"] = f.Help
	}
	return s
}
