package part

import (
	"slices"
	"strings"
)

// Form is one form of a page: its fields, the way to send it and the way out.
type Form struct {
	Token   string
	Action  string
	Hidden  []Pair
	Problem string // about the form as a whole; what is wrong with one field stands in that field
	Fields  []Field
	Beside  []Field // stand elsewhere in the form; their problems are told at the top too
	Submit  string  // text of the button; "Save" if empty
	Danger  bool    // the button destroys something
	Cancel  string  // address of the way out, if any
	Files   bool    // sent as multipart/form-data
	Plain   bool    // always a whole page load: for signing in and what else changes who one is
}

// Pair is a hidden field.
type Pair struct {
	Name, Value string
}

// FieldKind says how a field is entered. The zero value is a line of text.
type FieldKind string

const (
	Text      FieldKind = ""
	Textarea  FieldKind = "textarea"
	Code      FieldKind = "code" // fixed-width, no spelling
	JSON      FieldKind = "json"
	Lines     FieldKind = "lines" // a list of strings, one on each line
	Tags      FieldKind = "tags"  // words with commas between
	Number    FieldKind = "number"
	Money     FieldKind = "money" // a decimal; Unit names the currency
	Checkbox  FieldKind = "checkbox"
	Select    FieldKind = "select"
	Radio     FieldKind = "radio"
	Multi     FieldKind = "multi"     // several boxes of one name; Values holds what is ticked
	Reference FieldKind = "reference" // another thing by its name, searched by typing
	Datetime  FieldKind = "datetime"  // 2026-11-21T17:40, in the zone that Help names
	Date      FieldKind = "date"
	Email     FieldKind = "email"
	URL       FieldKind = "url"
	Phone     FieldKind = "tel"
	Password  FieldKind = "password" // never carries what was typed back to the page
	Secret    FieldKind = "secret"   // as Password, but of a machine: no password manager
	File      FieldKind = "file"
	Fixed     FieldKind = "fixed" // shown, not sent
)

// Field is one thing to fill in.
type Field struct {
	Kind         FieldKind
	Name         string
	ID           string // "f-" and Name if empty; set it where a name occurs twice on a page
	Label        string
	Value        string   // as typed, also when it is wrong
	Values       []string // for Multi, and for Reference with Many
	Checked      bool     // for Checkbox; its Value is "1" if empty
	Help         string   // one sentence under the label
	Problem      string   // one sentence: what is wrong and what would be right
	Options      []Option // for Select, Radio, Multi and Reference
	Required     bool
	Defaulted    bool // comes filled, and emptied means its default again: neither required nor optional
	Disabled     bool
	Autofocus    bool
	Autocomplete string // HTML's token: "username", "new-password", "off"
	Placeholder  string
	Pattern      string
	Min, Max     string // for numbers and dates
	Step         string
	MaxLength    int
	Rows         int    // for the large kinds; 6 if 0
	Language     string // of Code and JSON, for an editor: "javascript", "json"
	Section      string // the title of the part of the form that begins here
	Unit         string // behind the box: "seconds", "EUR"
	Accept       string // for File: ".csv"
	Many         bool   // for Reference: Values holds what is chosen
	Ordered      bool   // for Reference with Many: the order of Values counts
	More         bool   // for Reference: there is more to choose than Options
	Find         string // for Reference: what Options were searched for
	SuggestURL   string // for Reference: GET with q besides answers Suggestions
	PreviewURL   string // GET with this field's values whenever they change …
	PreviewInto  string // … into the element with this id
	PreviewWhole bool   // with the values of the whole fieldset that it stands in
}

// Option is one choice of a field.
type Option struct {
	Value, Text string
	Help        string // for Radio and Multi: under the text
	Selected    bool   // for Select, Radio and Reference of one; Multi may use it instead of Field.Values
	Disabled    bool
	Group       string // for Select, Radio and Multi: neighbours with the same group stand under its name
	With        *Field // for Radio and Multi: goes with the choice, and shows while it is chosen
}

func (f Field) Id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + f.Name
}

// DescribedBy lists the ids of the sentences that belong to the field.
func (f Field) DescribedBy() string {
	switch help, problem := f.Id()+"-help", f.Id()+"-problem"; {
	case f.Help != "" && f.Problem != "":
		return help + " " + problem
	case f.Help != "":
		return help
	case f.Problem != "":
		return problem
	}
	return ""
}

// optional tells whether the label calls the field so: where nothing at all may stand in
// it. A field that comes filled with a default, and takes it again when it is emptied, is
// never without a value, so it isn't.
func (f Field) optional() bool { return !f.Required && !f.Defaulted }

// blank tells whether a field of one value offers the choice of none: where it is optional,
// and where it would otherwise seem to have a value that it has not.
func (f Field) blank() bool {
	chosen := func(o Option) bool { return o.Selected || o.Value == f.Value }
	return f.optional() || f.Defaulted && !f.Required && !slices.ContainsFunc(f.Options, chosen)
}

func (f Field) rows() int {
	if f.Rows > 0 {
		return f.Rows
	}
	return 6
}

func (f Field) checkboxValue() string {
	if f.Value == "" {
		return "1"
	}
	return f.Value
}

func (f Field) chosen(o Option) bool {
	if o.Selected {
		return true
	}
	if f.Kind == Multi || f.Many {
		for _, v := range f.Values {
			if v == o.Value {
				return true
			}
		}
		return false
	}
	return f.Value != "" && f.Value == o.Value
}

// input is the type of the <input> that a plain kind becomes.
func (f Field) input() string {
	switch f.Kind {
	case Number:
		return "number"
	case Datetime:
		return "datetime-local"
	case Date, Email, URL, Phone, Password, File:
		return string(f.Kind)
	case Secret:
		return "password"
	}
	return "text"
}

func (f Field) autocomplete() string {
	if f.Autocomplete == "" && f.Kind == Secret {
		return "off"
	}
	return f.Autocomplete
}

func (f Field) value() string {
	if f.Kind == Password || f.Kind == Secret || f.Kind == File {
		return ""
	}
	return f.Value
}

func (f Field) inputMode() string {
	if f.Kind == Money {
		return "decimal"
	}
	return ""
}

// mono says that the exact characters matter.
func (f Field) mono() bool { return f.Kind == Code || f.Kind == JSON }

// grouped puts options with the same Group together, in the order of their first mention.
func grouped(options []Option) []optionGroup {
	var groups []optionGroup
	at := map[string]int{}
	for _, o := range options {
		i, ok := at[o.Group]
		if !ok {
			i = len(groups)
			at[o.Group] = i
			groups = append(groups, optionGroup{Title: o.Group})
		}
		groups[i].Options = append(groups[i].Options, o)
	}
	return groups
}

type optionGroup struct {
	Title   string
	Options []Option
}

func (f Form) submit() string {
	if f.Submit == "" {
		return "Save"
	}
	return f.Submit
}

// dismiss is what leaving the form is called: beside a button that cancels something it
// can't be the same word.
func (f Form) dismiss() string {
	if strings.HasPrefix(f.Submit, "Cancel") {
		return "Keep it"
	}
	return "Cancel"
}

// section is a part of a form under a title, or what stands before the first one.
type section struct {
	title  string
	fields []Field
}

func sections(fields []Field) (all []section) {
	for _, x := range fields {
		if x.Section != "" || len(all) == 0 {
			all = append(all, section{title: x.Section})
		}
		last := &all[len(all)-1]
		last.fields = append(last.fields, x)
	}
	return all
}

// finds tells whether a field has a button of its own. Return sends the form by its
// first button, which then must be another.
func (f Form) finds() bool {
	return slices.ContainsFunc(f.Fields, func(x Field) bool { return x.More })
}

func (f Form) hasProblem() bool { return f.Problem != "" || len(f.wrong()) > 0 }

func (f Form) wrong() []Field {
	var out []Field
	for _, x := range append(slices.Clip(f.Fields), f.Beside...) {
		if x.Problem != "" {
			out = append(out, x)
		}
		for _, o := range x.Options {
			if o.With != nil && o.With.Problem != "" {
				out = append(out, *o.With)
			}
		}
	}
	return out
}

// FormPage is a page with one form: a record's, an act's, an account's.
type FormPage struct {
	Frame    Frame
	Header   Header
	Form     Form
	Beside   *Beside
	Conflict *Conflict
	Report   *Report
	Notice   *Alert
}

// Beside says next to a form what comes of sending it.
type Beside struct {
	Title string
	Text  string
	Facts []string
}

// Conflict says that somebody else changed the record while it was being edited.
// The form below it carries the new version: sending it again overwrites their change.
type Conflict struct {
	Who, When string
	Rows      []ConflictRow // only the fields that differ
	TheirsURL string        // shows the record as it is now and gives up the typed text
}

// ConflictRow sets both texts of one field beside each other.
type ConflictRow struct {
	Label, Theirs, Yours string
}

// Report tells what came of many lines at once.
type Report struct {
	Tone Tone
	Text string // "48 lines were added, 2 were skipped."
	Rows []ReportRow
	More string // "and 120 more"
}

// ReportRow is one line that was left out.
type ReportRow struct {
	Line    int // counted from 1, as in the file
	Text    string
	Problem string
}
