package login

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// editOwnPassword is for everybody who is signed in, whatever their roles.
func (h *Handlers) editOwnPassword(c echo.Context, _ authz.Grant) error {
	return h.ownPasswordForm(c, http.StatusOK, nil)
}

func (h *Handlers) ownPasswordForm(c echo.Context, status int, wrong store.Problems) error {
	f := h.OwnFrame(c, "Change password")
	return page.Render(c, status, record.FormOn(part.FormPage{
		Frame: f, Header: part.Header{Title: "Change password", Text: "You stay signed in here. Your other sessions end."},
		Form: part.Form{
			Token: f.Token, Action: page.PasswordPath, Submit: "Change password", Problem: wrong[""], Plain: true,
			Fields: []part.Field{
				{Kind: part.Password, Name: "current", Label: "Current password", Problem: wrong["current"], Required: true, Autocomplete: "current-password"},
				{Kind: part.Password, Name: "password", Label: "New password", Problem: wrong["password"], Required: true, Autocomplete: "new-password",
					Help: "At least 12 characters. A few words are easier to remember than symbols."},
			},
		},
	}))
}

func (h *Handlers) updateOwnPassword(c echo.Context, g authz.Grant) error {
	a := page.Own(c, login.DoorPassword)
	if _, err := h.Allow(c, a); err != nil {
		return err
	}
	err := h.Store.ChangePassword(c.Request().Context(), g, guard.Of(c).Session, page.Posted(c, "current"), page.Posted(c, "password"))
	h.TellProof(c, a, "current", err)
	if wrong, ok := page.Problems(err); ok {
		return h.ownPasswordForm(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "Your password is changed, and your other sessions have ended.")
	return page.Done(c, page.PasswordPath)
}
