package login

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// showProfile is what is known of whoever is signed in, and what they may
// change of it.
func (h *Handlers) showProfile(c echo.Context, _ authz.Grant) error {
	return h.profilePage(c, http.StatusOK, guard.Of(c).Session.Name, nil)
}

func (h *Handlers) profilePage(c echo.Context, status int, name string, wrong store.Problems) error {
	v := guard.Of(c)
	here := page.AccountPath(v.Place.Account, "/settings/profile")
	until := v.Session.ExpiresAt.In(page.Zone(c))
	p := record.Page{
		Frame: h.Frame(c, "Profile settings"), Header: part.Header{Title: "Profile settings", Actions: []part.Action{{Text: "Your sessions", URL: "/sessions"}}},
		Details: []part.Detail{
			{Label: "Role here", Value: part.Cell{Text: h.RoleLabel(v)}},
			{Label: "Signed in until", Value: part.Cell{Text: page.UntilText(c, v), Title: page.Exact(until)}},
			{Label: "Time zone", Value: part.Cell{Text: page.Zone(c).String()}},
		},
	}
	p.Inside = []record.Place{{Icon: "lock", Text: "Password", URL: page.PasswordPath, Help: "Change the password you sign in with"}, {Icon: "smartphone", Text: "Two-step sign-in", URL: page.TwoStepPath, Help: "A code from your phone, besides the password"}}
	if h.Webauthn != nil && v.Session.Principal.Kind == authz.Member {
		p.Inside = append(p.Inside, record.Place{Icon: "key-round", Text: "Passkeys", URL: page.PasskeysPath, Help: "Sign in with your fingerprint, your face or a PIN"})
	}
	if v.Session.Principal.Kind == authz.Member {
		p.Header.Menu = []part.Action{{Text: "Close my login…", URL: here + "/close", Danger: true}}
		p.Details = append([]part.Detail{{Label: "E-mail address", Value: part.Cell{Text: v.Session.Email}}}, p.Details...)
		p.Acts = append(p.Acts, record.ActForm{Title: "Name", Form: part.Form{
			Token: v.Token, Action: here, Submit: "Save name",
			Fields: []part.Field{{Name: "name", Label: "Your name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100, Autocomplete: "name"}},
		}})
		email, err := h.emailForms(c, wrong)
		if err != nil {
			return err
		}
		p.Acts = append(p.Acts, email...)
	} else {
		p.Details = append([]part.Detail{{Label: "Name", Value: part.Cell{Text: v.Session.Name}}}, p.Details...)
	}
	return page.Render(c, status, record.Record(p))
}

func (h *Handlers) updateProfile(c echo.Context, _ authz.Grant) error {
	v, name := guard.Of(c), c.FormValue("name")
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	err := h.Store.RenameMember(c.Request().Context(), authz.Self(v.Actor()), name)
	if wrong, ok := page.Problems(err); ok {
		return h.profilePage(c, http.StatusUnprocessableEntity, name, wrong)
	}
	return h.profileDone(c, err, "Saved.")
}

func (h *Handlers) profileDone(c echo.Context, err error, text string) error {
	if err != nil {
		return err
	}
	h.Say(c, text)
	return page.Done(c, page.AccountPath(guard.Of(c).Place.Account, "/settings/profile"))
}
