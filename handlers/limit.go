package handlers

import (
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/models"
)

// allow takes one attempt of whoever asks from its limits; models.TooMany where
// there is none left.
func (h *Handlers) allow(c echo.Context, a models.Attempt) (models.Allowed, error) {
	a.Address, a.Browser = c.RealIP(), h.guard.Browser(c)
	allowed, err := h.store.Allow(c.Request().Context(), a)
	if err != nil {
		h.tell(c, a, err)
	}
	return allowed, err
}

// allowAt is allow for what does not cost less by succeeding.
func (h *Handlers) allowAt(c echo.Context, door models.Door, name string) error {
	_, err := h.allow(c, models.Attempt{Door: door, Name: name})
	return err
}

// own is an attempt of whoever is signed in at their own login.
func own(c echo.Context, door models.Door) models.Attempt {
	x := guard.Of(c).Session
	return models.Attempt{Door: door, Who: x.Principal, Tenant: x.Tenant}
}
