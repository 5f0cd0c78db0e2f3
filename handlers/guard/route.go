// Package guard is the only code that adds routes to Echo. Each route it adds
// states a permission, or the reason why it needs none, and every request is
// decided before its handler runs.
package guard

import (
	"bailiwick/models/store"

	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// Route is one line of the route table. Public, Self, Operator, In and On are the only
// ways to make one that Mount accepts.
type Route struct {
	method, path string
	public       string // why anybody may
	self         string // why being signed in is enough
	operator     string // why looking after the installation is needed, and enough
	permission   string
	serve        func(*Guard, catalog.Permission) echo.HandlerFunc
	operations   []Operation // what programs reach of it
	pageAlone    string      // why they reach nothing of it, where that is so
}

// pageless tells whether a route has operations alone, which are about the key itself.
func (r Route) pageless() bool { return r.path == "" && len(r.operations) > 0 }

// account is the part of every address in which one acts.
const account = "/a/:account"

// Public serves anybody. The reason stands in the route table.
func Public(method, path, reason string, h echo.HandlerFunc) Route {
	return Route{method: method, path: path, public: reason, serve: func(*Guard, catalog.Permission) echo.HandlerFunc { return h }}
}

// Self serves whoever is signed in, about themselves.
func Self(method, path, reason string, h func(echo.Context, authz.Grant) error) Route {
	return Route{method: method, path: path, self: reason, serve: func(g *Guard, _ catalog.Permission) echo.HandlerFunc {
		return func(c echo.Context) error {
			v, err := g.visit(c, uuid.Nil)
			if err != nil {
				return err
			}
			return h(c, authz.Self(v.Actor()))
		}
	}}
}

// Operator serves whoever looks after the installation. For anybody else who is
// signed in there is no such page.
func Operator(method, path, reason string, h func(echo.Context, store.OnDuty) error) Route {
	return Route{method: method, path: path, operator: reason, serve: func(g *Guard, _ catalog.Permission) echo.HandlerFunc {
		return func(c echo.Context) error {
			v, err := g.visit(c, uuid.Nil)
			if err != nil {
				return err
			}
			operator, ok := v.Session.OnDuty(store.DutyOperator)
			if !ok {
				return store.ErrNotFound
			}
			return h(c, operator)
		}
	}}
}

// In serves a page of an account, at /a/:account and the path.
func In(method, path, permission string, h func(echo.Context, authz.Grant) error) Route {
	return Route{method: method, path: account + strings.TrimSuffix(path, "/"), permission: permission,
		serve: func(g *Guard, p catalog.Permission) echo.HandlerFunc {
			return func(c echo.Context) error {
				grant, err := g.authorize(c, p)
				if err != nil {
					return err
				}
				return h(c, grant)
			}
		}}
}

// On serves one thing of an account, named by the path's last parameter. The
// account is decided first, so that whether the thing exists shows only to
// those who may use the permission.
func On[T any](method, path, permission string, find Finder[T], h func(echo.Context, authz.Grant, T) error) Route {
	return In(method, path, permission, func(c echo.Context, grant authz.Grant) error {
		thing, err := Thing(c, grant, find)
		if err != nil {
			return err
		}
		return h(c, grant, thing)
	})
}

// Finder finds one thing of an account.
type Finder[T any] = func(ctx context.Context, tenant, account, id uuid.UUID) (T, error)

// Thing finds what the path's last parameter names.
func Thing[T any](c echo.Context, grant authz.Grant, find Finder[T]) (thing T, err error) {
	values := c.ParamValues()
	id, err := uuid.Parse(values[len(values)-1])
	if err != nil {
		return thing, store.ErrNotFound
	}
	return find(c.Request().Context(), grant.Resource().Tenant, grant.Resource().Account, id)
}

// Mount adds the table to e and closes e to any other route. A route that
// states neither a permission nor a reason, a permission the catalog does not
// know, a path that stands twice, a page of an account that has nothing for programs
// and does not say why, and an operation without a permission or a schema are faults.
func (g *Guard) Mount(e *echo.Echo, table []Route) error {
	if n := len(e.Routes()); n > 0 {
		return fmt.Errorf("%d routes were added before the table", n)
	}
	seen, served := map[string]bool{}, served(table)
	var operations []Operation
	for _, r := range table {
		operations = append(operations, r.operations...)
		if r.pageless() {
			continue
		}
		p := g.catalog.Permission(r.permission)
		switch key := r.method + " " + shape(r.path); {
		case r.serve == nil || r.permission+r.public+r.self+r.operator == "":
			return fmt.Errorf("route %s %s states neither a permission nor a reason to need none", r.method, r.path)
		case r.permission != "" && p == 0:
			return fmt.Errorf("route %s %s asks for %s, which the catalog does not declare", r.method, r.path, r.permission)
		case seen[key]:
			return fmt.Errorf("route %s %s stands twice", r.method, r.path)
		case r.unserved(served):
			return fmt.Errorf("route %s %s has no operation for programs and does not say why", r.method, r.path)
		case r.pageAlone != "" && len(r.operations) > 0:
			return fmt.Errorf("route %s %s says why it has no operation, and has one", r.method, r.path)
		default:
			seen[key] = true
			serve := r.serve(g, p)
			e.Add(r.method, r.path, serve)
			if r.method == http.MethodGet {
				e.Add(http.MethodHead, r.path, serve) // net/http leaves the body out
			}
		}
	}
	for _, o := range operations {
		if err := o.fault(); err != nil {
			return err
		}
		if key := o.Method + " " + shape(o.Path); seen[key] {
			return fmt.Errorf("operation %s %s stands twice", o.Method, o.Path)
		} else {
			seen[key] = true
		}
		serve := g.program(o)
		e.Add(o.Method, o.Path, serve)
		if o.Method == http.MethodGet {
			e.Add(http.MethodHead, o.Path, serve)
		}
	}
	e.OnAddRouteHandler = func(_ string, r echo.Route, _ echo.HandlerFunc, _ []echo.MiddlewareFunc) {
		panic(fmt.Sprintf("route %s %s was added outside the table", r.Method, r.Path))
	}
	return nil
}

var parameter = regexp.MustCompile(`:[^/]+`)

// shape is a path with its parameters' names taken away.
func shape(path string) string { return parameter.ReplaceAllString(path, ":") }

// Line is one route as the table shows it.
type Line struct {
	Method, Path, Access string
	Permission           string // empty where none is needed
	Page                 string // of an operation of the API, the route that it is made of
	PageAlone            string // why programs reach nothing of it
}

// Describe lists the table, sorted by path.
func Describe(table []Route) []Line {
	lines := make([]Line, 0, len(table))
	for _, r := range table {
		for _, o := range r.operations {
			l := Line{Method: o.Method, Path: o.Path, Permission: o.Permission, Access: o.Permission, Page: r.method + " " + r.path}
			if o.reason != "" {
				l.Access, l.Page = "oneself: "+o.reason, ""
			}
			lines = append(lines, l)
		}
		if r.pageless() {
			continue
		}
		l := Line{Method: r.method, Path: r.path, Permission: r.permission, Access: r.permission, PageAlone: r.pageAlone}
		switch {
		case r.public != "":
			l.Access = "public: " + r.public
		case r.self != "":
			l.Access = "oneself: " + r.self
		case r.operator != "":
			l.Access = "operator: " + r.operator
		}
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return lines
}

// unsafe tells whether a method may change something.
func unsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}
