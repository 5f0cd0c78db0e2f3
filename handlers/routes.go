package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/program"
	"bailiwick/static"
)

// Routes is every route of the panel: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return slices.Concat(
		[]guard.Route{
			guard.Public(page.Get, "/healthz", "load balancers have no account", h.health),
			guard.Public(page.Get, "/static/:name", "the sign-in page needs its style sheet", h.asset),
			guard.Public(page.Get, api.DocumentPath, "describes the API and holds nothing of any account", h.describe),
			guard.Self(page.Get, page.ProofPath, "is about one's own login", h.NewProof),
			guard.Self(page.Post, page.ProofPath, "is about one's own login", h.CreateProof),
		},
		h.login.Routes(),
		h.account.Routes(),
		h.people.Routes(),
		h.program.Routes(),
		h.log.Routes(),
		h.audit.Routes(),
		h.home.Routes(),
		h.search.Routes(),
		h.letter.Routes(),
		h.record.Routes(),
		h.bareRoutes(),
	)
}

// bareRoutes lead from the paths of the tables into the account one was in last.
func (h *Handlers) bareRoutes() (all []guard.Route) {
	seen := map[string]bool{"/accounts": true} // is a page of its own
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			all = append(all, guard.Self(page.Get, path, "leads into one's own account", h.enter))
		}
	}
	add(program.ReferenceRoot)
	for _, s := range h.Catalog.Sections {
		if s.Pending != "" {
			continue
		}
		add(s.Path)
		for _, p := range s.Permissions {
			if info := h.Catalog.Info(p); info.Method == page.Get && info.Path != "" && info.Unused == "" {
				add(info.Path)
			}
		}
	}
	return all
}

// enter redirects a path without an account into the one acted in last.
func (h *Handlers) enter(c echo.Context, g authz.Grant) error {
	at, err := h.account.LastAccount(c, g)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, page.AccountPath(at, strings.TrimSuffix(c.Request().URL.EscapedPath(), "/"), page.QueryOf(c.Request().URL)))
}

// healthTime is less than the second that load balancers commonly wait.
const healthTime = 800 * time.Millisecond

func (h *Handlers) health(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), healthTime)
	defer cancel()
	if err := h.Store.Ping(ctx); err != nil {
		c.Response().Header().Set("Retry-After", "2")
		return c.String(http.StatusServiceUnavailable, "database unavailable\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

func (h *Handlers) asset(c echo.Context) error {
	static.Handler().ServeHTTP(c.Response(), c.Request())
	return nil
}

// describe answers with the description of all operations.
func (h *Handlers) describe(c echo.Context) error {
	b, err := h.document()
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, b)
}

// describeAll is the description of all operations, as OpenAPI has it.
func (h *Handlers) describeAll() ([]byte, error) {
	return json.Marshal(api.Document(strings.TrimSuffix(h.Config.PublicURL.String(), "/"), guard.Operations(h.Routes()), func(permission string) (string, string) {
		info := h.Catalog.Info(h.Catalog.Permission(permission))
		return info.Section.Label, info.Sentence
	}))
}
