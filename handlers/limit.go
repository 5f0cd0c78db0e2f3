package handlers

import (
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
)

// allow takes one attempt of whoever asks from its limits; models.TooMany where
// there is none left.
func (h *Handlers) allow(c echo.Context, a models.Attempt) (models.Allowed, error) {
	a.Address, a.Browser = c.RealIP(), h.guard.Browser(c)
	return h.store.Allow(c.Request().Context(), a)
}

// allowAt is allow for what does not cost less by succeeding.
func (h *Handlers) allowAt(c echo.Context, door models.Door, name string) error {
	_, err := h.allow(c, models.Attempt{Door: door, Name: name})
	return err
}

// allowOwn is allow for what whoever is signed in tries at their own login.
func (h *Handlers) allowOwn(c echo.Context, door models.Door) (models.Allowed, error) {
	return h.allow(c, models.Attempt{Door: door, Who: guard.Of(c).Session.Principal})
}

// codeOf is an attempt at the code of somebody's second step.
func codeOf(who authz.PrincipalID) models.Attempt {
	return models.Attempt{Door: models.DoorCode, Who: who}
}
