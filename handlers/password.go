package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

const passwordPath = "/password"

// editOwnPassword is for everybody who is signed in, whatever their roles.
func (h *Handlers) editOwnPassword(c echo.Context, _ authz.Grant) error {
	return h.ownPasswordForm(c, http.StatusOK, nil)
}

func (h *Handlers) ownPasswordForm(c echo.Context, status int, wrong models.Problems) error {
	f := h.ownFrame(c, "Change password")
	return render(c, status, views.FormOn(views.FormPage{
		Frame: f, Header: views.Header{Title: "Change password", Text: "You stay signed in here. Your other sessions end."},
		Form: views.Form{
			Token: f.Token, Action: passwordPath, Submit: "Change password", Problem: wrong[""], Plain: true,
			Fields: []views.Field{
				{Kind: views.Password, Name: "current", Label: "Current password", Problem: wrong["current"], Required: true, Autocomplete: "current-password"},
				{Kind: views.Password, Name: "password", Label: "New password", Problem: wrong["password"], Required: true, Autocomplete: "new-password",
					Help: "At least 12 characters. A few words are easier to remember than symbols."},
			},
		},
	}))
}

func (h *Handlers) updateOwnPassword(c echo.Context, g authz.Grant) error {
	a := own(c, models.DoorPassword)
	if _, err := h.allow(c, a); err != nil {
		return err
	}
	err := h.store.ChangePassword(c.Request().Context(), g, guard.Of(c).Session, posted(c, "current"), posted(c, "password"))
	h.tellProof(c, a, "current", err)
	if wrong, ok := problems(err); ok {
		return h.ownPasswordForm(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "Your password is changed, and your other sessions have ended.")
	return done(c, passwordPath)
}
