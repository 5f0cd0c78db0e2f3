package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

// askCloseLogin says what closing one's login ends, and asks for its address.
func (h *Handlers) askCloseLogin(c echo.Context, _ authz.Grant) error {
	return h.closeLoginPage(c, http.StatusOK, "", nil)
}

func (h *Handlers) closeLoginPage(c echo.Context, status int, typed string, wrong models.Problems) error {
	v := guard.Of(c)
	if v.Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	e, err := h.store.CloseEffect(c.Request().Context(), authz.Self(v.Actor()))
	if err != nil {
		return err
	}
	profile := accountPath(v.Place.Account, "/settings/profile")
	p := views.RecordPage{
		Frame:  h.frame(c, "Close my login", views.Link{Text: "Profile settings", URL: profile}),
		Header: views.Header{Title: "Close my login", Text: v.Session.Email},
		Details: []views.Detail{
			{Label: "Ends", Value: views.Cell{Text: "Every session of yours, this one too, and your membership in " + words.Count(e.Memberships, "account", "accounts") + "."}},
			{Label: "Is deleted", Value: views.Cell{Text: "Your personal account and what is in it, your password, passkeys and second step."}},
			{Label: "Stays", Value: views.Cell{Text: "What you made in accounts of others, and your name in their audit."}},
			{Label: "For good", Value: views.Cell{Text: "It can not be opened again. Your address may sign up anew, as somebody new."}},
		},
	}
	if e.Refusal != "" {
		p.Notice = &views.Alert{Tone: views.Warn, Title: "Not yet", Text: e.Refusal, Links: []views.Link{{Text: "Your accounts", URL: "/accounts"}}}
		return render(c, status, views.Record(p))
	}
	p.Acts = []views.ActForm{{Title: "Close it", Form: views.Form{
		Token: v.Token, Action: profile + "/close", Submit: "Close my login", Danger: true, Cancel: profile, Problem: wrong[""], Plain: true,
		Fields: append([]views.Field{{Kind: views.Email, Name: "email", Label: "Your e-mail address", Value: typed, Problem: wrong["email"], Required: true, Autocomplete: "off",
			Help: "Write " + v.Session.Email + " to say that it is this login."}}, h.proofFields(c, wrong)...),
	}}}
	return render(c, status, views.Record(p))
}

func (h *Handlers) closeLogin(c echo.Context, _ authz.Grant) error {
	v, typed := guard.Of(c), posted(c, "email")
	if v.Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	err := h.prove(c)
	if err == nil {
		err = h.store.CloseLogin(c.Request().Context(), authz.Self(v.Actor()), typed)
	}
	if wrong, ok := problems(err); ok {
		return h.closeLoginPage(c, http.StatusUnprocessableEntity, typed, wrong)
	}
	if err != nil {
		return err
	}
	if err := h.guard.Forget(c); err != nil {
		return err
	}
	return done(c, "/sign-in?closed=1")
}
