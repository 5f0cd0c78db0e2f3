package catalog

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Kind is what a record is: its properties and their checks. Several sections
// may hold records of one kind; one of them gives the schema.
type Kind struct {
	Key     string
	Section *Section // the one that gives the schema
	Name    string   // the property that names a record
	Fields  []*Field // in the order of the schema, which is the order of forms
	// Unique are the properties that no two records of one account and parent share.
	Unique []string
	// Needs are the entitlements that its section asks for: without them the kind is
	// closed.
	Needs Entitlements
	// Parent is the property that names the record this one belongs to, where it
	// may belong to none. Nil where the address alone decides, or nothing does.
	Parent *Field
	// Time is the property that says when it happened, which then is when the record
	// came to be. Nil where that is when it was stored.
	Time *Field
	// Keep is a state of which an account that has one always keeps one.
	Keep string
	// States say what each value of the property state means, where the kind
	// declares it; Moves then are all ways from one to another.
	States []State
	Acts   []*Act
	// Facts are the properties that matter most, Layout and Timeline what else its
	// pages show: the changes of a record, unless it has none.
	Facts    []*Field
	Layout   Layout
	Timeline bool
	title    []TitlePart
	byName   map[string]*Field
	schema   *jsonschema.Schema
}

// Secret says how a property that must not be read again is kept.
type Secret string

// The kinds of secrets. All are shown masked after the first time.
const (
	// Generated secrets are made here, shown once and kept as a hash: they come
	// back to us to be compared.
	Generated Secret = "generated"
	// Signing secrets are made here, shown once and kept sealed: we sign with them.
	Signing Secret = "signing"
	// Sealed secrets are typed in and kept sealed: we present them to others.
	Sealed Secret = "sealed"
)

// Field is one property of a kind.
type Field struct {
	Name, Title, Help string
	Type              string // string, integer, number, boolean, array or object
	Format            string // of a string, or of an array's items
	Widget            string // how it is entered, where type and format do not say
	Unit              string // what a number counts
	Section           string // the title of the part of forms that begins here
	Options           []Option
	Required          bool
	ReadOnly          bool // reported by others or set by acts, never typed
	Search            bool // found by the list's search
	Secret            Secret
	Ref               *Section     // the section whose records it names by id
	Many              bool         // an array
	Needs             Entitlements // its own, and those of what it names
	Permission        Permission   // beyond the form's own, to see it there
	Default           any          // what a new record has, and what an emptied value becomes again
	DefaultAfter      string       // the field whose duration gives this time
	MinLength         int
	MaxLength         int
	Min, Max          *float64
	Says              string // what its check answers, instead of the usual sentence

	line   int
	ref    word
	schema map[string]any
}

// Option is one value a field may have.
type Option struct {
	Value, Title string
	Needs        Entitlements
}

// Option finds by value, or nil.
func (f *Field) Option(value string) *Option {
	for i := range f.Options {
		if f.Options[i].Value == value {
			return &f.Options[i]
		}
	}
	return nil
}

// Writable tells whether a form may have the field.
func (f *Field) Writable() bool {
	return !f.ReadOnly && !f.Made() && !f.Grows()
}

// Made tells whether the property is a secret that is made here, and can be
// replaced.
func (f *Field) Made() bool { return f.Secret == Generated || f.Secret == Signing }

// MakesSecrets tells whether the kind has a property that is Made.
func (k *Kind) MakesSecrets() bool { return slices.ContainsFunc(k.Fields, (*Field).Made) }

// SectionOf is the part of forms that a property is in, or nothing.
func (k *Kind) SectionOf(of *Field) (title string) {
	for _, f := range k.Fields {
		if f.Section != "" {
			title = f.Section
		}
		if f == of {
			return title
		}
	}
	return ""
}

// Grows tells whether the property is a list of entries, each with its author
// and time, to which acts add and nothing else is done.
func (f *Field) Grows() bool { return f.Widget == "entries" }

// Field finds a property by name, or nil.
func (k *Kind) Field(name string) *Field { return k.byName[name] }

func (k *Kind) names() string {
	all := make([]string, len(k.Fields))
	for i, f := range k.Fields {
		all[i] = f.Name
	}
	return strings.Join(all, ", ")
}

func (k *Kind) compile(schema map[string]any) error {
	b, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	for _, f := range formats {
		c.RegisterFormat(f)
	}
	at := "bailiwick:" + k.Key
	if err := c.AddResource(at, doc); err != nil {
		return err
	}
	k.schema, err = c.Compile(at)
	return err
}
