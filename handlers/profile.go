package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// showProfile is what is known of whoever is signed in, and what they may
// change of it.
func (h *Handlers) showProfile(c echo.Context, _ authz.Grant) error {
	return h.profilePage(c, http.StatusOK, guard.Of(c).Session.Name, nil)
}

func (h *Handlers) profilePage(c echo.Context, status int, name string, wrong models.Problems) error {
	v := guard.Of(c)
	here := accountPath(v.Place.Account, "/settings/profile")
	until := v.Session.ExpiresAt.In(zone(c))
	p := views.RecordPage{
		Frame: h.frame(c, "Profile settings"), Header: views.Header{Title: "Profile settings", Actions: []views.Action{{Text: "Your sessions", URL: "/sessions"}}},
		Details: []views.Detail{
			{Label: "Role here", Value: views.Cell{Text: h.roleLabel(v)}},
			{Label: "Signed in until", Value: views.Cell{Text: untilText(c, v), Title: exact(until)}},
			{Label: "Time zone", Value: views.Cell{Text: zone(c).String()}},
		},
	}
	p.Inside = []views.Place{{Icon: "lock", Text: "Password", URL: passwordPath, Help: "Change the password you sign in with"}, {Icon: "smartphone", Text: "Two-step sign-in", URL: twoStepPath, Help: "A code from your phone, besides the password"}}
	if h.webauthn != nil && v.Session.Principal.Kind == authz.Member {
		p.Inside = append(p.Inside, views.Place{Icon: "key-round", Text: "Passkeys", URL: passkeysPath, Help: "Sign in with your fingerprint, your face or a PIN"})
	}
	if v.Session.Principal.Kind == authz.Member {
		p.Header.Menu = []views.Action{{Text: "Close my login…", URL: here + "/close", Danger: true}}
		p.Details = append([]views.Detail{{Label: "E-mail address", Value: views.Cell{Text: v.Session.Email}}}, p.Details...)
		p.Acts = append(p.Acts, views.ActForm{Title: "Name", Form: views.Form{
			Token: v.Token, Action: here, Submit: "Save name",
			Fields: []views.Field{{Name: "name", Label: "Your name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100, Autocomplete: "name"}},
		}})
		email, err := h.emailForms(c, wrong)
		if err != nil {
			return err
		}
		p.Acts = append(p.Acts, email...)
	} else {
		p.Details = append([]views.Detail{{Label: "Name", Value: views.Cell{Text: v.Session.Name}}}, p.Details...)
	}
	return render(c, status, views.Record(p))
}

func (h *Handlers) updateProfile(c echo.Context, _ authz.Grant) error {
	v, name := guard.Of(c), c.FormValue("name")
	if v.Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	err := h.store.RenameMember(c.Request().Context(), authz.Self(v.Actor()), name)
	if wrong, ok := problems(err); ok {
		return h.profilePage(c, http.StatusUnprocessableEntity, name, wrong)
	}
	return h.profileDone(c, err, "Saved.")
}

func (h *Handlers) profileDone(c echo.Context, err error, text string) error {
	if err != nil {
		return err
	}
	h.say(c, text)
	return done(c, accountPath(guard.Of(c).Place.Account, "/settings/profile"))
}
