package account

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
)

// showWelcome asks somebody new what they are here for.
func (h *Handlers) showWelcome(c echo.Context, _ authz.Grant) error {
	return h.welcome(c, http.StatusOK, "", nil)
}

func (h *Handlers) welcome(c echo.Context, status int, name string, wrong store.Problems) error {
	v := guard.Of(c)
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	return page.Render(c, status, account.Welcome(account.WelcomePage{
		Company: part.Form{
			Token: v.Token, Action: page.WelcomePath, Submit: "Create company account", Problem: wrong[""],
			Fields: []part.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100, Autofocus: true, Autocomplete: "organization"}},
		},
		AloneURL: "/",
	}))
}

// createCompany makes the first account to share.
func (h *Handlers) createCompany(c echo.Context, g authz.Grant) error {
	if g.Actor().ID.Kind != authz.Member {
		return store.ErrNotFound
	}
	a, err := h.Store.CreateMainAccount(c.Request().Context(), g, c.FormValue("name"))
	if wrong, ok := page.Problems(err); ok {
		return h.welcome(c, http.StatusUnprocessableEntity, c.FormValue("name"), wrong)
	}
	if err != nil {
		return err
	}
	return page.Done(c, page.AccountPath(a.ID))
}
