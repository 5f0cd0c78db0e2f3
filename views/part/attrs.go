package part

import (
	"strconv"

	"github.com/a-h/templ"
)

// InPlace makes a form answer where it stands: the part of the answer that matches from
// takes the place of into. Without script the form is sent as any other.
func InPlace(action, into, from string) templ.OrderedAttributes {
	return templ.OrderedAttributes{
		{Key: "hx-post", Value: action},
		{Key: "hx-target", Value: into},
		{Key: "hx-select", Value: from},
		{Key: "hx-swap", Value: "outerHTML show:top"},
		{Key: "hx-disable", Value: "findAll button"},
	}
}

// InDialog opens what stands behind a link as a dialog on this page.
func InDialog(url string) templ.OrderedAttributes {
	return templ.OrderedAttributes{
		{Key: "hx-get", Value: url},
		{Key: "hx-target", Value: "#dialogs"},
		{Key: "hx-select", Value: "#dialog"},
	}
}

// preview sends this field alone: the address of a GET is no place for the rest of a form.
func preview(f Field) templ.OrderedAttributes {
	if f.PreviewURL == "" {
		return nil
	}
	within := "closest .field"
	if f.PreviewWhole {
		within = "closest fieldset"
	}
	return templ.OrderedAttributes{
		{Key: "hx-get", Value: f.PreviewURL},
		{Key: "hx-trigger", Value: "change"},
		{Key: "hx-target", Value: "#" + f.PreviewInto},
		{Key: "hx-include", Value: within},
		{Key: "hx-sync", Value: within + ":replace"},
	}
}

// attrs are the attributes that all controls of one element share.
func attrs(f Field) templ.OrderedAttributes {
	a := templ.OrderedAttributes{{Key: "id", Value: f.Id()}, {Key: "name", Value: f.Name}}
	text := func(key, value string) {
		if value != "" {
			a = append(a, templ.KeyValue[string, any]{Key: key, Value: value})
		}
	}
	flag := func(key string, on bool) {
		if on {
			a = append(a, templ.KeyValue[string, any]{Key: key, Value: true})
		}
	}
	flag("required", f.Required)
	flag("disabled", f.Disabled)
	flag("autofocus", f.Autofocus)
	text("autocomplete", f.autocomplete())
	text("placeholder", f.Placeholder)
	text("pattern", f.Pattern)
	text("min", f.Min)
	text("max", f.Max)
	text("step", f.Step)
	text("accept", f.Accept)
	text("aria-describedby", f.DescribedBy())
	if f.MaxLength > 0 {
		text("maxlength", strconv.Itoa(f.MaxLength))
	}
	if f.Problem != "" {
		text("aria-invalid", "true")
	}
	return append(a, preview(f)...)
}

// picking is what script needs to make a Reference a box that is searched in.
func picking(f Field) templ.OrderedAttributes {
	a := templ.OrderedAttributes{{Key: "data-pick", Value: f.Id()}, {Key: "data-name", Value: f.Name}}
	flag := func(key string, on bool) {
		if on {
			a = append(a, templ.KeyValue[string, any]{Key: key, Value: true})
		}
	}
	flag("data-many", f.Many)
	flag("data-ordered", f.Ordered)
	flag("data-more", f.More)
	flag("data-focus", f.Autofocus)
	flag("data-wrong", f.Problem != "")
	for _, text := range [][2]string{{"data-suggest", f.SuggestURL}, {"data-about", f.DescribedBy()}} {
		if text[1] != "" {
			a = append(a, templ.KeyValue[string, any]{Key: text[0], Value: text[1]})
		}
	}
	if f.Many {
		a = append(a, templ.KeyValue[string, any]{Key: "id", Value: f.Id()}, templ.KeyValue[string, any]{Key: "tabindex", Value: "-1"})
		if f.DescribedBy() != "" {
			a = append(a, templ.KeyValue[string, any]{Key: "aria-describedby", Value: f.DescribedBy()})
		}
	}
	return a
}

// toRows leads to the rows of a list on another of its pages.
func toRows(url string) templ.SafeURL { return templ.SafeURL(url + "#list-rows") }

func dialogLink(a Action) templ.OrderedAttributes {
	if !a.Dialog {
		return nil
	}
	return InDialog(a.URL)
}

func tint(a Action) string {
	switch {
	case a.Danger:
		return "btn-error btn-outline"
	case a.Primary:
		return "btn-primary"
	}
	return ""
}

var badgeTones = map[Tone]string{Info: " badge-info", Good: " badge-success", Warn: " badge-warning", Bad: " badge-error"}

func badgeClass(t Tone) templ.OrderedAttributes {
	return templ.OrderedAttributes{{Key: "class", Value: "badge" + badgeTones[t]}}
}

func AlertTone(t Tone) string {
	switch t {
	case Info:
		return "alert-info"
	case Good:
		return "alert-success"
	case Warn:
		return "alert-warning"
	case Bad:
		return "alert-error"
	}
	return ""
}

// A problem interrupts a screen reader, anything else waits.
func alertRole(t Tone) string {
	if t == Bad {
		return "alert"
	}
	return "note"
}

func UndoText(p *Post) string {
	if p.Text == "" {
		return "Undo"
	}
	return p.Text
}

func Decimal(n int) string { return strconv.Itoa(n) }
