package program

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
	"bailiwick/manual"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/program"
	"bailiwick/words"
)

// ReferenceRoot is where the API is read about, below an account or without one.
const ReferenceRoot = "/api-reference"

// ReferencePath is that in the account of the visit.
func ReferencePath(c echo.Context, parts ...string) string {
	return page.AccountPath(guard.Of(c).Place.Account, append([]string{ReferenceRoot}, parts...)...)
}

// Reference is the page of the API as a search finds it.
func Reference(c echo.Context) part.Found {
	return part.Found{Text: "API reference", Detail: "For programs", URL: ReferencePath(c), Icon: "code"}
}

// referenceAction leads there from the lists of what programs come in with.
func referenceAction(c echo.Context) []part.Action {
	return []part.Action{{Text: "API reference", URL: ReferencePath(c), Icon: "code"}}
}

// chapter is what the reference says of one section.
type chapter struct {
	key, title string
	operations []told
	objects    []program.ReferenceObject
}

// told is an operation as the reference says it, before it is known who reads.
type told struct {
	program.ReferenceOperation
	needs catalog.Permission
}

// reference is what can be read about the API, the same for everybody.
type reference struct {
	groups []program.ReferenceGroup // whose links are keys of chapters
	all    map[string]*chapter
}

// keyChapter is the chapter of what needs no permission.
const keyChapter = "key"

// readReference makes the chapters out of all operations.
func (h *Handlers) readReference() reference {
	r := reference{all: map[string]*chapter{}}
	outs := map[*chapter][]*guard.Schema{}
	for _, o := range h.Operations() {
		x := told{needs: h.Catalog.Permission(o.Permission)}
		key, title := keyChapter, "Your key"
		if x.needs != 0 {
			s := h.Catalog.Info(x.needs).Section
			key, title = s.Key, people.FullTitle(s)
		}
		ch := r.all[key]
		if ch == nil {
			ch = &chapter{key: key, title: title}
			r.all[key] = ch
		}
		x.ReferenceOperation = h.tell(o)
		x.ID = api.OperationID(o)
		ch.operations = append(ch.operations, x)
		outs[ch] = append(outs[ch], o.In, o.Out)
	}
	for ch, schemas := range outs {
		slices.SortStableFunc(ch.operations, func(a, b told) int { // of one address, reading comes first and deleting last
			return cmp.Or(strings.Compare(a.Path, b.Path), slices.Index(inOrder, a.Method)-slices.Index(inOrder, b.Method))
		})
		for _, s := range api.Named(schemas...) {
			if !strings.HasPrefix(s.Name, "New") && !strings.HasSuffix(s.Name, "Patch") && s.Name != problemSchema {
				ch.objects = append(ch.objects, program.ReferenceObject{ID: objectID(s.Name), Title: h.objectTitle(s.Name), Fields: h.fields(api.Fields(s))})
			}
		}
		ch.dropUnused()
	}
	first := program.ReferenceGroup{Title: "Start here", Sections: []program.ReferenceLink{{URL: keyChapter}}}
	r.groups = append(r.groups, first)
	for _, g := range h.Catalog.Groups {
		n := program.ReferenceGroup{Title: g.Title}
		for _, s := range h.Catalog.In(g) {
			if r.all[s.Key] != nil {
				n.Sections = append(n.Sections, program.ReferenceLink{URL: s.Key})
			}
		}
		if len(n.Sections) > 0 {
			r.groups = append(r.groups, n)
		}
	}
	return r
}

var inOrder = []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete}

// dropUnused leaves out objects that nothing on the page leads to.
func (ch *chapter) dropUnused() {
	used := map[string]bool{}
	note := func(fields []program.ReferenceField) {
		for _, f := range fields {
			used[f.Of.URL] = true
		}
	}
	for _, o := range ch.operations {
		used[o.AnswerOf.URL] = true
		note(o.Body)
		note(o.Answer)
	}
	for _, o := range ch.objects {
		note(o.Fields)
	}
	ch.objects = slices.DeleteFunc(ch.objects, func(o program.ReferenceObject) bool { return !used["#"+o.ID] })
}

// problemSchema is what every refusal answers with, told once on the first page.
const problemSchema = "Problem"

func objectID(name string) string { return "object-" + strings.ToLower(name) }

var capital = regexp.MustCompile(`\B[A-Z]`)

// objectTitle is the name of a schema as people read it: records go by their noun.
func (h *Handlers) objectTitle(name string) string {
	key, is := strings.CutPrefix(name, "Record_")
	if !is {
		return capital.ReplaceAllStringFunc(name, func(letter string) string { return " " + strings.ToLower(letter) })
	}
	for _, s := range h.Catalog.Sections {
		if s.Records != nil && s.Records.Kind.Key == key {
			return page.Upper(s.Records.Noun)
		}
	}
	return key
}

func (h *Handlers) objectLink(name string) part.Link {
	switch name {
	case "":
		return part.Link{}
	case problemSchema:
		return part.Link{Text: "Problem", URL: problemSchema}
	}
	return part.Link{Text: h.objectTitle(name), URL: "#" + objectID(name)}
}

func (h *Handlers) fields(all []api.Field) (out []program.ReferenceField) {
	for _, f := range all {
		out = append(out, program.ReferenceField{Name: f.Name, Kind: f.Kind, Text: f.Text, Required: f.Required, Of: h.objectLink(f.Of)})
	}
	return out
}

// tell puts an operation into words.
func (h *Handlers) tell(o guard.Operation) program.ReferenceOperation {
	x := program.ReferenceOperation{
		Title: o.Title, Detail: o.Detail, Method: o.Method, Path: api.PathOf(o.Path), Body: h.fields(api.Fields(o.In)),
		Status: strconv.Itoa(o.Status) + " " + http.StatusText(o.Status), Curl: api.Curl(strings.TrimSuffix(h.Config.PublicURL.String(), "/"), o),
	}
	if p := h.Catalog.Permission(o.Permission); p != 0 {
		x.Needs = h.Catalog.Info(p).Title
	}
	for _, q := range o.Query {
		x.Parameters = append(x.Parameters, program.ReferenceField{Name: q.Name, Kind: api.KindOf(q.Doc), Text: q.Title})
	}
	if o.Out != nil && o.Out.Name != "" {
		x.AnswerOf = h.objectLink(o.Out.Name)
	} else {
		x.Answer = h.fields(api.Fields(o.Out))
	}
	if o.Versioned {
		x.Headers = "The answer has an ETag."
		if o.Method != http.MethodGet && o.Status != http.StatusCreated {
			x.Headers = "If-Match holds it to the version that was read."
		}
	}
	return x
}

// readAPI lists what the API can do, or what a search finds in it.
func (h *Handlers) readAPI(c echo.Context, _ authz.Grant) error {
	r := h.reference()
	p := program.ReferencePage{
		Frame: h.referenceFrame(c, "API reference"), Header: part.Header{Title: "API reference", Text: "What programs can do in this account: what people with the same roles can do on its pages."},
		Action: ReferencePath(c), Query: strings.TrimSpace(c.QueryParam("q")), Mine: c.QueryParam("mine") == "1", Document: api.DocumentPath,
		Problem: program.ReferenceObject{ID: objectID(problemSchema), Title: "Error response", Fields: h.fields(api.Fields(api.Of[api.Problem]()))},
	}
	if p.Query != "" {
		p.Found, p.More = h.findInAPI(c, r, p.Query, p.Mine)
		return page.Render(c, http.StatusOK, program.Reference(p))
	}
	for _, g := range r.groups {
		n := program.ReferenceGroup{Title: g.Title}
		for _, link := range g.Sections {
			ch := r.all[link.URL]
			mine := 0
			for _, o := range ch.operations {
				if h.mayCall(c, o) {
					mine++
				}
			}
			if p.Mine && mine == 0 {
				continue
			}
			n.Sections = append(n.Sections, program.ReferenceLink{Title: ch.title, URL: h.chapterPath(c, ch, p.Mine), Count: countOf(mine, len(ch.operations))})
		}
		if len(n.Sections) > 0 {
			p.Groups = append(p.Groups, n)
		}
	}
	return page.Render(c, http.StatusOK, program.Reference(p))
}

// countOf says how many operations there are, and how many of them are the reader's.
func countOf(mine, all int) string {
	if mine == all {
		return words.Number(all)
	}
	return words.Number(mine) + " of " + words.Number(all)
}

// referenceFrame is that of a page which stands below the control panel, as what is
// for everybody does.
func (h *Handlers) referenceFrame(c echo.Context, title string, above ...part.Link) part.Frame {
	home := part.Link{Text: h.Catalog.Section("control_panel").Label, URL: page.AccountPath(guard.Of(c).Place.Account)}
	f := h.Frame(c, title, append([]part.Link{home}, above...)...)
	f.Help = manual.PlaceOf("api_keys")
	return f
}

func (h *Handlers) chapterPath(c echo.Context, ch *chapter, mine bool) string {
	path := ReferencePath(c, "/", ch.key)
	if mine {
		path = page.WithQuery(path, "mine", "1")
	}
	return path
}

// mayCall tells whether the reader's role may call an operation here.
func (h *Handlers) mayCall(c echo.Context, o told) bool {
	return o.needs == 0 || guard.Of(c).May.Has(o.needs)
}

// mostFound is how many operations a search shows.
const mostFound = 50

// findInAPI finds operations by each of the words in their titles, addresses and
// sections.
func (h *Handlers) findInAPI(c echo.Context, r reference, q string, mine bool) (found []program.ReferenceFound, more string) {
	asked := strings.Fields(strings.ToLower(q))
	n := 0
	for _, g := range r.groups {
		for _, link := range g.Sections {
			ch := r.all[link.URL]
			for _, o := range ch.operations {
				text := strings.ToLower(strings.Join([]string{o.Title, o.Method, o.Path, ch.title, o.Needs}, " "))
				may := h.mayCall(c, o)
				if mine && !may || slices.ContainsFunc(asked, func(word string) bool { return !strings.Contains(text, word) }) {
					continue
				}
				if n++; n <= mostFound {
					found = append(found, program.ReferenceFound{Title: o.Title, URL: h.chapterPath(c, ch, false) + "#" + o.ID, Method: o.Method, Path: o.Path, Section: ch.title, Mine: may})
				}
			}
		}
	}
	if n > mostFound {
		more = "And " + words.Number(n-mostFound) + " more. Add another word to narrow it down."
	}
	return found, more
}

// readChapter tells of the operations of one section.
func (h *Handlers) readChapter(c echo.Context, _ authz.Grant) error {
	ch := h.reference().all[c.Param("section")]
	if ch == nil {
		return store.ErrNotFound
	}
	p := program.ReferenceSectionPage{
		Frame:   h.referenceFrame(c, ch.title, part.Link{Text: "API reference", URL: ReferencePath(c)}),
		Header:  part.Header{Kind: "API reference", Title: ch.title},
		Objects: ch.objects,
		Filter:  part.Link{Text: "Show only what my role may call", URL: h.chapterPath(c, ch, true)},
	}
	mine := c.QueryParam("mine") == "1"
	if mine {
		p.Filter = part.Link{Text: "Show all", URL: h.chapterPath(c, ch, false)}
	}
	for _, o := range ch.operations {
		x := o.ReferenceOperation
		if x.Mine = h.mayCall(c, o); mine && !x.Mine {
			continue
		}
		x.Body, x.Answer = h.placed(c, x.Body), h.placed(c, x.Answer)
		p.Operations = append(p.Operations, x)
	}
	if hidden := len(ch.operations) - len(p.Operations); hidden > 0 {
		p.Hidden = words.Count(hidden, "operation that your role can't call is hidden.", "operations that your role can't call are hidden.")
	}
	return page.Render(c, http.StatusOK, program.ReferenceSection(p))
}

// placed puts the address of the page where refusals are told into fields.
func (h *Handlers) placed(c echo.Context, fields []program.ReferenceField) []program.ReferenceField {
	all := slices.Clone(fields)
	for i := range all {
		if all[i].Of.URL == problemSchema {
			all[i].Of.URL = ReferencePath(c) + "#" + objectID(problemSchema)
		}
	}
	return all
}
