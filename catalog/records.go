package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Records says what a section holds and how the panel shows it there.
type Records struct {
	Section *Section
	Kind    *Kind
	// Noun and Plural name one record and several, in lower case.
	Noun, Plural string
	// Add is what the button says that leads to a new record: "Add contact", "Send message".
	Add string
	// Where narrows the section to records whose property has one of the values.
	Where map[string][]string
	// Set is given to every record made here.
	Set map[string]any
	// Create, Edit and Delete are what each asks for; zero where the panel does
	// not do it, because something else reports the records.
	Create, Edit, Delete Permission
	// Fields are those of the form here.
	Fields []*Field
	// Columns are those of the list: properties, created_at and updated_at.
	Columns []string
	// Sort is the list's order when none is asked for: a column, descending with
	// a leading minus.
	Sort string
	// Sum is the number property whose sum stands above the list, if any.
	// Its records can not be changed or deleted, so that the sum stays right.
	Sum      *Field
	SumTitle string
	// Daily says that records are counted by the day they came to be.
	Daily bool
	// Required are properties that must be given here, beyond what the schema
	// requires; Among those that name a record of another section.
	Required map[string]bool
	Among    map[string]*Among
	// Import makes records from the lines of a CSV text instead of from a form.
	Import bool
	// Proof says that a change needs a fresh proof of who makes it.
	Proof bool
	// Acts are those of the kind and of this section.
	Acts []*Act
	// One is the section that shows one of them: this one, unless another has
	// the address of one record.
	One *Section
}

// Among says that a property is the name of a record of a section of the same
// account, unless that record has one of the values.
type Among struct {
	Section *Section
	Unless  map[string]any
	Says    string // what a property that is not answers
}

// Excludes tells whether a record is none to choose.
func (a *Among) Excludes(values map[string]any) bool {
	for name, v := range a.Unless {
		if values[name] == v {
			return true
		}
	}
	return false
}

// Missing gives a sentence for each property that has to be given and is not.
func (r *Records) Missing(values map[string]any) map[string]string {
	wrong := map[string]string{}
	for name := range r.Required {
		if values[name] == nil {
			wrong[name] = "Fill this in."
		}
	}
	return wrong
}

// Act is a named thing done to one record.
type Act struct {
	Key, Title string
	Question   string     // what is asked about a record, which stands for its *; the title before its name where empty
	Sentence   string     // what it does, asked or told before it is done
	Permission Permission // zero in a kind's: each section's own to change records
	// Path is an address of its own below /a/:account, with one parameter;
	// empty where the act stands below the record's address.
	Path     string
	Fields   []*Field        // its form; none for a plain button
	Required map[string]bool // of Fields, beyond what the schema requires
	Set      map[string]any  // what it sets; nil removes
	Sent     []*Field        // of Set, to which a program may give another value
	When     []string        // the states in which it can be done; none means all
	Remove   bool            // it deletes the record
	Danger   bool
}

// To is the act as done to one record: "Comment on call from Ada".
func (a *Act) To(name string) string {
	return strings.Replace(cmp.Or(a.Question, a.Title+" *"), "*", name, 1)
}

// With is the act that sets what a program sent in place of what it sets itself, and
// the values that are left for its form.
func (a *Act) With(values map[string]any) (*Act, map[string]any) {
	with, left := *a, maps.Clone(values)
	with.Set = maps.Clone(a.Set)
	for _, f := range a.Sent {
		if v, sent := values[f.Name]; sent {
			with.Set[f.Name] = v
			delete(left, f.Name)
		}
	}
	return &with, left
}

// Applies tells whether the act can be done to a record in the state.
func (a *Act) Applies(state string) bool {
	return len(a.When) == 0 || slices.Contains(a.When, state)
}

// Waits tells whether records of the section can be in a state that the act waits for.
func (r *Records) Waits(a *Act) bool {
	states := r.Where["state"]
	return len(states) == 0 || slices.ContainsFunc(states, a.Applies)
}

// Single tells whether the section's path is the address of one record.
func (s *Section) Single() bool { return strings.HasPrefix(path.Base(s.Path), ":") }

// InNavigation tells whether the section has an entry of its own: it works and
// its address needs nothing but the account.
func (s *Section) InNavigation() bool { return s.Pending == "" && !strings.Contains(s.Path, ":") }

// OnePath is the address of one record, its last part the parameter.
func (r *Records) OnePath() string {
	if r.One.Single() {
		return r.One.Path
	}
	return r.One.Path + "/:" + r.Kind.Key
}

// ActPath is the address of an act on one record.
func (r *Records) ActPath(a *Act) string {
	if a.Path != "" {
		return a.Path
	}
	return r.OnePath() + "/" + a.Key
}

// Act finds by key, or nil.
func (r *Records) Act(key string) *Act {
	for _, a := range r.Acts {
		if a.Key == key {
			return a
		}
	}
	return nil
}

type recordsDecl struct {
	Kind     word
	Noun     string
	Add      string
	Plural   string
	About    string
	Name     word
	Schema   *schemaDecl
	Unique   []word
	Parent   word
	Time     word
	Keep     word
	Title    []word
	Facts    []word
	Layout   word
	Timeline word
	States   map[string]string
	Where    map[string][]string
	Set      map[string]any
	Create   word
	Edit     word
	Delete   word
	Fields   []word
	Columns  []word
	Sort     word
	Sum      *struct {
		Property word
		Title    string
	}
	Require []word
	Among   map[string]struct {
		Section word
		Unless  map[string]any
		Says    string
	}
	Daily  bool
	Import bool
	Proof  bool
	Acts   []actDecl
}

type actDecl struct {
	Key        word
	Title      string
	Question   string
	Sentence   string
	Permission word
	Path       word
	Fields     []word
	Required   []word
	Set        map[string]any
	Sent       []word
	When       []word
	Remove     bool
	Danger     bool
}

// stamps are the columns that every record has beside its properties.
var stamps = []string{"created_at", "updated_at"}

func (k *compiler) records(file string, s *Section, d *recordsDecl) {
	bad := func(w word, what, remedy string) {
		line := w.Line
		if line == 0 {
			line = s.Line
		}
		k.fault(file, line, "section "+s.Key+": "+what, remedy)
	}
	kind := k.c.kinds[d.Kind.Text]
	if kind == nil {
		bad(d.Kind, "no section gives the schema of kind "+d.Kind.Text, "add `schema:` here, or name a kind that has one")
		return
	}
	r := &Records{
		Section: s, Kind: kind, Noun: d.Noun, Plural: d.Plural, Add: cmp.Or(d.Add, "Add "+d.Noun), Where: d.Where, Set: d.Set,
		Daily: d.Daily, Import: d.Import, Proof: d.Proof, One: s, Sort: "-created_at",
	}
	if d.Noun == "" || d.Plural == "" {
		bad(d.Kind, "its records have no name", "add `noun:` and `plural:`")
	}
	if d.About == "" && !s.Single() {
		bad(d.Kind, "its empty list says nothing", "add `about:`, a sentence that says what the records are for")
	}
	if d.About != "" {
		s.Sentence = d.About
	}
	may := func(w word) Permission {
		switch w.Text {
		case "none":
			return 0
		case "":
			return k.edits(s)
		}
		p := k.c.byPermission[w.Text]
		if p == 0 {
			bad(w, "permission "+w.Text+" is not declared", "declare it under `permissions:`, or write `none`")
		}
		return p
	}
	r.Create, r.Edit, r.Delete = may(d.Create), may(d.Edit), may(d.Delete)
	r.Fields = k.fields(bad, kind, d.Fields)
	if d.Fields == nil {
		for _, f := range kind.Fields {
			if f.Writable() && r.Set[f.Name] == nil {
				r.Fields = append(r.Fields, f)
			}
		}
	}
	for _, w := range d.Columns {
		if kind.Field(w.Text) == nil && !slices.Contains(stamps, w.Text) {
			bad(w, "column "+w.Text+" is no property of "+kind.Key, "use "+kind.names()+", created_at or updated_at")
			continue
		}
		r.Columns = append(r.Columns, w.Text)
	}
	if len(r.Columns) == 0 && !s.Single() {
		bad(d.Kind, "its list has no columns", "add `columns: ["+kind.Name+", …]`")
	}
	if d.Sort.Text != "" {
		by := strings.TrimPrefix(d.Sort.Text, "-")
		if kind.Field(by) == nil && !slices.Contains(stamps, by) {
			bad(d.Sort, "sort "+by+" is no property of "+kind.Key, "use "+kind.names()+", created_at or updated_at")
		}
		r.Sort = d.Sort.Text
	}
	for name, values := range d.Where {
		f := kind.Field(name)
		if f == nil {
			bad(d.Kind, "where names "+name+", which is no property of "+kind.Key, "use "+kind.names())
			continue
		}
		for _, v := range values {
			if len(f.Options) > 0 && f.Option(v) == nil {
				bad(d.Kind, "where wants "+name+" "+v+", which it can't have", "use one of the property's values")
			}
		}
	}
	k.sets(bad, d.Kind, kind, d.Set)
	k.among(bad, d, r)
	if d.Sum != nil {
		r.SumTitle = d.Sum.Title
		if r.Sum = kind.Field(d.Sum.Property.Text); r.Sum == nil || r.Sum.Type != "number" && r.Sum.Type != "integer" {
			bad(d.Sum.Property, "sum "+d.Sum.Property.Text+" is no number of "+kind.Key, "name a property with `type: number`")
		}
		if r.Edit != 0 || r.Delete != 0 {
			bad(d.Sum.Property, "it sums what can be changed or deleted", "write `edit: none` and `delete: none`")
		}
	}
	var acts []*Act
	for _, ad := range d.Acts {
		if a := k.act(bad, kind, ad); a != nil {
			acts = append(acts, a)
		}
	}
	if kind.Section == s {
		kind.Acts = acts
		k.states(bad, d, kind)
		k.page(bad, d, kind)
		k.time(bad, d, kind)
	} else {
		r.Acts = acts
	}
	s.Records = r
}

// time reads which property says when a record came to be. Only who reports it says
// so, once.
func (k *compiler) time(bad func(word, string, string), d *recordsDecl, kind *Kind) {
	if d.Time.Text == "" {
		return
	}
	kind.Time = kind.Field(d.Time.Text)
	if f := kind.Time; f == nil || f.Format != "date-time" || !f.Required || !f.ReadOnly {
		bad(d.Time, "time "+d.Time.Text+" is no time that every "+kind.Key+" is reported with", "name a required property with `format: date-time` and `readOnly: true`")
	}
}

// edits is the permission to change a section's records where the declaration
// names no other.
func (k *compiler) edits(s *Section) Permission {
	if p := k.c.byPermission[s.Key+".edit"]; p != 0 || !k.c.permissions[s.View].Edit {
		return p
	}
	return s.View
}

// among reads what must be given here and what must be the name of something.
func (k *compiler) among(bad func(word, string, string), d *recordsDecl, r *Records) {
	r.Required, r.Among = map[string]bool{}, map[string]*Among{}
	for _, f := range k.fields(bad, r.Kind, d.Require) {
		r.Required[f.Name] = true
	}
	for name, x := range d.Among {
		s := k.c.bySection[x.Section.Text]
		switch {
		case r.Kind.Field(name) == nil || r.Kind.Field(name).Type != "string":
			bad(x.Section, "among names "+name+", which is no text of "+r.Kind.Key, "use "+r.Kind.names())
		case s == nil || s.Inside != nil || s.Single():
			bad(x.Section, "section "+x.Section.Text+" is not declared or lists no records of an account", "name a section with a list after `section:`")
		case x.Says == "":
			bad(x.Section, "among says nothing to who chooses something else", "add `says:`")
		default:
			r.Among[name] = &Among{s, x.Unless, x.Says}
		}
	}
}

var actPath = regexp.MustCompile(`^(/[a-z0-9_-]+)*/:[a-z_]+(/[a-z0-9_-]+)+$`)

func (k *compiler) act(bad func(word, string, string), kind *Kind, d actDecl) *Act {
	p := k.c.byPermission[d.Permission.Text]
	if p == 0 && (d.Permission.Text != "" || d.Path.Text != "") {
		bad(d.Key, "act "+d.Key.Text+" needs permission "+d.Permission.Text+", which is not declared", "declare it under `permissions:` of a section")
	}
	a := &Act{
		Key: d.Key.Text, Title: d.Title, Question: d.Question, Sentence: d.Sentence, Permission: p, Path: d.Path.Text,
		Set: d.Set, Remove: d.Remove, Danger: d.Danger, Required: map[string]bool{},
	}
	if a.Title == "" || a.Sentence == "" {
		bad(d.Key, "act "+a.Key+" says not what it does", "add `title:` and `sentence:`")
	}
	if a.Question != "" && strings.Count(a.Question, "*") != 1 {
		bad(d.Key, "act "+a.Key+" does not say where its question names the record", "write it as \"Comment on *\", with one *")
	}
	if a.Path == "" {
		a.Path = k.c.permissions[p].Path
	}
	if a.Path != "" && !actPath.MatchString(a.Path) {
		bad(d.Key, "act "+a.Key+" has the path "+a.Path, "write it as /numbers/:number/attach, with one parameter")
	}
	a.Fields = k.fields(bad, kind, d.Fields)
	for _, w := range d.Required {
		if !slices.ContainsFunc(a.Fields, func(f *Field) bool { return f.Name == w.Text }) {
			bad(w, "act "+a.Key+" requires "+w.Text+", which its form lacks", "add it to the act's `fields:`")
		}
		a.Required[w.Text] = true
	}
	if len(a.Fields) == 0 && len(a.Set) == 0 && !a.Remove {
		bad(d.Key, "act "+a.Key+" changes nothing", "add `fields:`, `set:` or `remove: true`")
	}
	k.sets(bad, d.Key, kind, d.Set)
	a.Sent = k.fields(bad, kind, d.Sent)
	for _, f := range a.Sent {
		if _, set := a.Set[f.Name]; !set {
			bad(d.Key, "act "+a.Key+" lets programs send "+f.Name+", which it does not set", "add it to the act's `set:`")
		}
	}
	state := kind.Field("state")
	for _, w := range d.When {
		if state == nil || state.Option(w.Text) == nil {
			bad(w, "act "+a.Key+" waits for the state "+w.Text+", which "+kind.Key+" never has", "use a value of the property state")
		}
		a.When = append(a.When, w.Text)
	}
	return a
}

// fields finds properties for a form.
func (k *compiler) fields(bad func(word, string, string), kind *Kind, names []word) (all []*Field) {
	for _, w := range names {
		f := kind.Field(w.Text)
		if f == nil {
			bad(w, "field "+w.Text+" is no property of "+kind.Key, "use "+kind.names())
			continue
		}
		all = append(all, f)
	}
	return all
}

// sets checks values that the declaration gives to records.
func (k *compiler) sets(bad func(word, string, string), at word, kind *Kind, set map[string]any) {
	for name, v := range set {
		f := kind.Field(name)
		switch {
		case f == nil:
			bad(at, "set names "+name+", which is no property of "+kind.Key, "use "+kind.names())
		case v != nil && len(f.Options) > 0 && f.Option(fmt.Sprint(v)) == nil:
			bad(at, fmt.Sprintf("set gives %s the value %v, which it can't have", name, v), "use one of the property's values")
		}
	}
}

// join settles what needs all sections: the addresses of single records, the
// acts that a kind's sections share, references, and that no two routes clash.
func (k *compiler) join() {
	k.refs()
	for _, s := range k.c.Sections {
		r := s.Records
		if r == nil {
			continue
		}
		for _, o := range k.c.Sections {
			if o.Records != nil && o.Records.Kind == r.Kind && o.Single() && path.Dir(o.Path) == s.Path {
				r.One = o
			}
		}
		r.Acts = k.actsAt(s)
		if in := s.Inside; in != nil && in.Records != nil {
			at := in.Path
			if in.Single() {
				at = path.Dir(at)
			}
			rest := strings.TrimPrefix(s.Path, at+"/:")
			if rest == s.Path || strings.Count(rest, "/") == 0 {
				k.fault(s.File, s.Line, "section "+s.Key+" is inside "+in.Key+" but its path does not go through it", "begin the path with "+at+"/:"+in.Records.Kind.Key+"/")
			}
			if p := r.Kind.Parent; p != nil && p.Ref != nil && p.Ref.Records.Kind != in.Records.Kind {
				k.fault(s.File, s.Line, "section "+s.Key+" is inside "+in.Key+", but "+p.Name+" names another kind", "let `parent:` and `inside:` name the same kind")
			}
		} else if s.Path != s.ParamFree() {
			if !s.Single() || strings.Contains(path.Dir(s.Path), ":") {
				k.fault(s.File, s.Line, "section "+s.Key+" has a parameter in its path that nothing stands for", "add `inside:`")
			}
		}
	}
	k.clashes()
}

// actsAt are the acts of a section, those of its kind first. One that names no
// permission asks for the section's own to change records.
func (k *compiler) actsAt(s *Section) (all []*Act) {
	for _, a := range slices.Concat(s.Records.Kind.Acts, s.Records.Acts) {
		if a.Permission == 0 {
			here := *a
			here.Permission, a = k.edits(s), &here
		}
		if a.Permission != 0 {
			all = append(all, a)
		}
	}
	return all
}

// ParamFree is the path up to its first parameter.
func (s *Section) ParamFree() string {
	before, _, found := strings.Cut(s.Path, "/:")
	if found && before == "" {
		return "/"
	}
	return before
}

var param = regexp.MustCompile(`:[^/]+`)

func (k *compiler) clashes() {
	type place struct {
		what string
		act  bool
	}
	seen := map[string]place{}
	claim := func(s *Section, what, method, at string, act bool) {
		key := method + " " + param.ReplaceAllString(at, ":")
		if was, taken := seen[key]; taken && !(act && was.act && was.what == what) {
			k.fault(s.File, s.Line, what+" and "+was.what+" both want "+method+" "+at, "give one of them another path")
			return
		}
		seen[key] = place{what, act}
	}
	for _, s := range k.c.Sections {
		claim(s, "section "+s.Key, "GET", s.Path, false)
	}
	for _, s := range k.c.Sections {
		r := s.Records
		if r == nil {
			continue
		}
		if r.Create != 0 && !s.Single() {
			claim(s, "section "+s.Key, "GET", s.Path+"/new", false)
			claim(s, "section "+s.Key, "POST", s.Path, false)
		}
		if r.One == s {
			one := r.OnePath()
			if !s.Single() {
				claim(s, "section "+s.Key, "GET", one, false)
			}
			if r.Edit != 0 {
				claim(s, "section "+s.Key, "GET", one+"/edit", false)
				claim(s, "section "+s.Key, "POST", one+"/edit", false)
			}
			if r.Edit != 0 && r.Kind.MakesSecrets() {
				claim(s, "section "+s.Key, "GET", one+"/secret", false)
				claim(s, "section "+s.Key, "POST", one+"/secret", false)
			}
			if r.Delete != 0 {
				claim(s, "section "+s.Key, "GET", one+"/delete", false)
				claim(s, "section "+s.Key, "POST", one+"/delete", false)
			}
		}
		for _, a := range r.Acts {
			what := "act " + r.Kind.Key + "." + a.Key
			if r.One == s || a.Path != "" {
				claim(s, what, "GET", r.ActPath(a), a.Path != "")
				claim(s, what, "POST", r.ActPath(a), a.Path != "")
			}
		}
	}
}
