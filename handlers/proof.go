package handlers

import (
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// proofFields are what a form that costs a lot asks besides: the password, where
// it was not given within the last five minutes. The handler that takes the form
// calls prove first.
func (h *Handlers) proofFields(c echo.Context, wrong models.Problems) []views.Field {
	if guard.Of(c).Session.Fresh(h.store.Now()) {
		return nil
	}
	return []views.Field{{
		Kind: views.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password",
		Help: "To be sure that it is you. It is not asked again for five minutes.", Problem: wrong["proof"],
	}}
}

// prove lets on whoever gave their password within the last five minutes or
// gives it now; others get Problems at the field proof.
func (h *Handlers) prove(c echo.Context) error {
	v, password := guard.Of(c), posted(c, "proof")
	switch {
	case v.Session.Fresh(h.store.Now()):
		return nil
	case password == "":
		return models.Problems{"proof": "Give your password: this needs a proof that is younger than five minutes."}
	}
	if _, err := h.allowOwn(c, models.DoorPassword); err != nil {
		return err
	}
	return h.guard.Prove(c, authz.Self(v.Actor()), password)
}
