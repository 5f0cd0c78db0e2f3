package catalog

import (
	"regexp"
	"slices"
	"strings"
)

// TitlePart is a part of what a record's page is headed with, such as "Call from
// {from}". Where a property that it names has no value, the part is left out.
type TitlePart struct {
	Fields []*Field
	text   string
}

// Layout says how a record's page is laid out.
type Layout string

// Facts is the layout of most pages: what matters first, in two columns. Thread is
// that of what people write to each other: the text, and then its answers.
const (
	Facts  Layout = "facts"
	Thread Layout = "thread"
)

// Title is what somebody would call a record, made of its values as people read
// them; shown gives nothing for what has none.
func (k *Kind) Title(shown func(*Field) string) string {
	var parts []string
	for _, p := range k.title {
		text := p.text
		for _, f := range p.Fields {
			value := shown(f)
			if value == "" {
				text = ""
				break
			}
			text = strings.ReplaceAll(text, "{"+f.Name+"}", value)
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

// Opening is the text that titles of the kind begin with, before any value.
func (k *Kind) Opening() string {
	text, _, _ := strings.Cut(k.title[0].text, "{")
	return text
}

// TitleFields are the properties that the title is made of.
func (k *Kind) TitleFields() (all []*Field) {
	for _, p := range k.title {
		all = append(all, p.Fields...)
	}
	return all
}

var named = regexp.MustCompile(`\{([^{}]*)\}`)

// page reads how a kind's page is headed and laid out.
func (k *compiler) page(bad func(word, string, string), d *recordsDecl, kind *Kind) {
	kind.title = []TitlePart{{[]*Field{kind.Field(kind.Name)}, "{" + kind.Name + "}"}}
	if len(d.Title) > 0 {
		kind.title = nil
	}
	for _, w := range d.Title {
		p := TitlePart{text: w.Text}
		for _, m := range named.FindAllStringSubmatch(w.Text, -1) {
			switch f := kind.Field(m[1]); {
			case f == nil:
				bad(w, "title names "+m[1]+", which is no property of "+kind.Key, "use "+kind.names()+" in braces")
			case f.Secret != "" || f.Many || f.Type == "object":
				bad(w, "title names "+m[1]+", which is a secret or holds several values", "use a property of one value that may be read")
			default:
				p.Fields = append(p.Fields, f)
			}
		}
		if strings.ContainsAny(named.ReplaceAllString(w.Text, ""), "{}") {
			bad(w, "title has a brace without its other one", "write properties as {name}")
		}
		kind.title = append(kind.title, p)
	}
	kind.Facts = k.fields(bad, kind, d.Facts)
	for _, f := range kind.Facts {
		if f.Secret == Sealed || f.Grows() {
			bad(d.Facts[0], "facts name "+f.Name+", which no page shows so", "leave it out")
		}
	}
	switch kind.Layout = Layout(d.Layout.Text); kind.Layout {
	case "":
		kind.Layout = Facts
	case Facts:
	case Thread:
		if kind.Field("text") == nil || !slices.ContainsFunc(kind.Fields, (*Field).Grows) {
			bad(d.Layout, "layout thread needs a property text and one with `x-widget: entries`", "add them, or leave `layout:` out")
		}
	default:
		bad(d.Layout, "layout "+d.Layout.Text+" is unknown", "use facts or thread")
	}
	switch d.Timeline.Text {
	case "", "changes":
		kind.Timeline = true
	case "none":
	default:
		bad(d.Timeline, "timeline "+d.Timeline.Text+" is unknown", "use changes or none")
	}
}
