package guard

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
)

// Operation is what a route answers to programs. It is only ever made of a page's
// route, by API and APIAt, which give it the route's permission: it can ask for no
// other.
type Operation struct {
	Title  string // one line: what it does, as an order
	Detail string // what else there is to know
	Query  []Parameter
	In     *Schema // of the body it takes; nil for none
	Out    *Schema // of the body it answers with; nil for none
	Status int     // of success
	// MayBeBare says that the body can be left out.
	MayBeBare bool
	// Versioned things have an ETag, and If-Match holds a change to it.
	Versioned bool
	Serve     func(echo.Context, authz.Grant) error

	Method, Path, Permission string // Path is an Echo path, APIPath included
	reason                   string // why it needs no permission
}

// Schema is a JSON Schema (2020-12). One with a name is written once.
type Schema struct {
	Name string
	Doc  map[string]any
}

// Parameter is one that a query may have.
type Parameter struct {
	Name, Title string
	Doc         map[string]any // its schema
}

// API answers programs at the route's own path: what a form edits is a PATCH of
// the thing itself, and what a form deletes is a DELETE of it.
func (r Route) API(o Operation) Route {
	method, path := r.method, r.path
	for end, m := range map[string]string{"/edit": http.MethodPatch, "/delete": http.MethodDelete, "/remove": http.MethodDelete} {
		if before, ok := strings.CutSuffix(path, end); ok && method == http.MethodPost {
			method, path = m, before
		}
	}
	return r.with(method, path, o)
}

// APIAt is API at another path of the account, for what pages arrange otherwise.
func (r Route) APIAt(method, path string, o Operation) Route {
	return r.with(method, account+path, o)
}

func (r Route) with(method, path string, o Operation) Route {
	o.Method, o.Path, o.Permission = method, APIPath+path, r.permission
	r.operations = append(slices.Clone(r.operations), o)
	return r
}

// Why a page has nothing for programs, where several pages have the same reason.
const (
	Asks    = "asks before an act that programs call at once"
	Draws   = "draws a part of a form"
	OwnSelf = "is about a person's own login, which no key reaches"
)

// PageAlone says why a page of an account has nothing for programs. The form or the
// question before an act that has an operation needs no reason.
func (r Route) PageAlone(why string) Route {
	r.pageAlone = why
	return r
}

// served are the addresses of a table, by method, that have an operation for programs:
// the page's and the operation's own.
func served(table []Route) map[string]bool {
	all := map[string]bool{}
	for _, r := range table {
		for _, o := range r.operations {
			all[r.method+" "+r.path] = true
			all[o.Method+" "+strings.TrimPrefix(o.Path, APIPath)] = true
		}
	}
	return all
}

// unserved tells whether a page of an account has neither an operation nor a reason
// to have none: neither of its own, nor by what is sent to its address or, from a form
// at /new, to the one above. What stands outside accounts has its reason in why it asks
// for no permission: a key opens its account alone.
func (r Route) unserved(served map[string]bool) bool {
	sent := http.MethodPost + " " + strings.TrimSuffix(r.path, "/new")
	return r.permission != "" && r.pageAlone == "" && len(r.operations) == 0 &&
		!(r.method == http.MethodGet && (served[sent] || served[http.MethodPost+" "+r.path]))
}

// fault says what an operation lacks.
func (o Operation) fault() (err error) {
	switch {
	case o.Permission+o.reason == "":
		err = errors.New("has no permission")
	case o.Serve == nil || o.Title == "":
		err = errors.New("does nothing, or does not say what")
	case o.Out == nil && o.Status != http.StatusNoContent, o.In == nil && o.Method == http.MethodPatch:
		err = errors.New("has no schema")
	case o.Out != nil && len(o.Out.Doc) == 0, o.In != nil && len(o.In.Doc) == 0:
		err = errors.New("has an empty schema")
	}
	if err != nil {
		return fmt.Errorf("operation %s %s %w", o.Method, o.Path, err)
	}
	return nil
}

// program decides a program's request as the page's is decided.
func (g *Guard) program(o Operation) echo.HandlerFunc {
	p := g.catalog.Permission(o.Permission)
	return func(c echo.Context) error {
		var grant authz.Grant
		var err error
		if o.reason != "" {
			err = g.authorizeSelf(c)
		} else {
			grant, err = g.authorizeProgram(c, p)
		}
		if v := Of(c); v != nil {
			if slow := g.pace.take(c, v.Program.Key.ID, g.store.Now()); slow != nil {
				return slow
			}
		}
		if err != nil {
			return err
		}
		serve := func() error { return o.Serve(c, grant) }
		if o.Method == http.MethodPost {
			return g.once(c, serve)
		}
		return serve()
	}
}

// Operations are those of a table, sorted by path.
func Operations(table []Route) (all []Operation) {
	for _, r := range table {
		all = append(all, r.operations...)
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return all
}

// ByProgram tells whether a request comes to where programs come in, where no cookie
// counts.
func ByProgram(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, "/api/") }
