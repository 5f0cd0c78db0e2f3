package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// InputTime is how a form writes a date with a time, in the reader's zone.
const InputTime = "2006-01-02T15:04"

// Parse reads what a form or a CSV cell says of the property: one text, or
// several for a list. Nothing is nil. What can not be read stays as it is, for
// Check to refuse in words.
func (f *Field) Parse(texts []string, zone *time.Location) any {
	switch {
	case f.Type == "boolean":
		return f.parseBool(texts)
	case f.Type == "array" && !f.Grows():
		return f.parseList(texts)
	}
	text := ""
	if len(texts) > 0 {
		text = strings.ReplaceAll(texts[0], "\r\n", "\n")
	}
	if f.Widget != "code" && f.Widget != "json" && f.Secret == "" {
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return nil
	}
	switch f.Type {
	case "integer":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case "number":
		if n, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n
		}
	case "object":
		return parsePairs(text)
	default:
		return f.parseText(text, zone)
	}
	return text
}

func (f *Field) parseBool(texts []string) any {
	if len(texts) == 0 {
		return false
	}
	switch text := strings.ToLower(strings.TrimSpace(texts[len(texts)-1])); text {
	case "1", "true", "yes", "on":
		return true
	case "", "0", "false", "no", "off":
		return false
	default:
		return text
	}
}

func (f *Field) parseList(texts []string) any {
	var all []any
	for _, text := range texts {
		parts := []string{text}
		switch {
		case f.Ref != nil || len(f.Options) > 0:
		case f.Widget == "lines":
			parts = strings.Split(text, "\n")
		default:
			parts = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' })
		}
		for _, p := range parts {
			if p = strings.TrimSpace(p); p != "" {
				all = append(all, p)
			}
		}
	}
	if all == nil {
		return nil
	}
	return all
}

// parsePairs reads a name and a value from each line, or an object of JSON.
func parsePairs(text string) any {
	pairs := map[string]any{}
	var exact map[string]string
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &exact) == nil {
		for name, value := range exact {
			pairs[name] = value
		}
		return pairs
	}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return text
		}
		pairs[name] = strings.TrimSpace(value)
	}
	return pairs
}

func (f *Field) parseText(text string, zone *time.Location) any {
	switch f.Format {
	case "e164":
		if n, err := normalPhone(text); err == nil {
			return n
		}
	case "cidr":
		if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
			return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()).String()
		}
	case "language":
		if tag, err := language.Parse(text); err == nil {
			return tag.String()
		}
	case "date-time":
		for _, layout := range []string{InputTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
			if t, err := time.ParseInLocation(layout, text, zone); err == nil {
				return t.UTC().Format(time.RFC3339)
			}
		}
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t.UTC().Format(time.RFC3339)
		}
	}
	return text
}

// Text writes a value as Parse reads it.
func (f *Field) Text(value any, zone *time.Location) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		if t, err := time.Parse(time.RFC3339, v); f.Format == "date-time" && err == nil {
			return t.In(zone).Format(InputTime)
		}
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		return decimal(v)
	case []any:
		if f.Grows() {
			var all []string
			for _, e := range Entries(v) {
				all = append(all, strings.TrimSpace(e.At.In(zone).Format(time.RFC3339)+" "+e.By)+": "+e.Text)
			}
			return strings.Join(all, "\n\n")
		}
		if f.Widget == "lines" {
			return strings.Join(Texts(v), "\n")
		}
		return strings.Join(Texts(v), ", ")
	case map[string]any:
		var lines []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			lines = append(lines, fmt.Sprintf("%s = %v", name, v[name]))
		}
		text := strings.Join(lines, "\n")
		if !reflect.DeepEqual(parsePairs(text), value) { // a value of several lines, an = in a name
			if exact, err := json.Marshal(v); err == nil {
				return string(exact)
			}
		}
		return text
	}
	return fmt.Sprint(value)
}

// Entry is one contribution to a property that grows.
type Entry struct {
	At   time.Time
	By   string // the author's name, empty where it is not known
	Text string
}

// Entries reads the value of a property that grows, in the order of its making.
func Entries(value any) (all []Entry) {
	list, _ := value.([]any)
	for _, x := range list {
		entry, _ := x.(map[string]any)
		var e Entry
		at, _ := entry["at"].(string)
		e.At, _ = time.Parse(time.RFC3339, at)
		e.By, _ = entry["by"].(string)
		e.Text, _ = entry["text"].(string)
		all = append(all, e)
	}
	return all
}

// Append gives the value of a property that grows another entry.
func Append(value any, e Entry, who string) []any {
	list, _ := value.([]any)
	return append(slices.Clone(list), map[string]any{
		"at": e.At.UTC().Format(time.RFC3339), "by": e.By, "who": who, "text": e.Text,
	})
}
