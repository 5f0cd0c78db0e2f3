package login

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// askCloseLogin says what closing one's login ends, and asks for its address.
func (h *Handlers) askCloseLogin(c echo.Context, _ authz.Grant) error {
	return h.closeLoginPage(c, http.StatusOK, "", nil)
}

func (h *Handlers) closeLoginPage(c echo.Context, status int, typed string, wrong store.Problems) error {
	v := guard.Of(c)
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	e, err := h.Store.CloseEffect(c.Request().Context(), authz.Self(v.Actor()))
	if err != nil {
		return err
	}
	ends := "Every session of yours, this one too"
	if e.Memberships > 0 {
		ends += ", and your membership in " + words.Count(e.Memberships, "account", "accounts")
	}
	profile := page.AccountPath(v.Place.Account, "/settings/profile")
	p := record.Page{
		Frame:  h.Frame(c, "Close my login", part.Link{Text: "Profile settings", URL: profile}),
		Header: part.Header{Title: "Close my login", Text: v.Session.Email},
		Details: []part.Detail{
			{Label: "Ends", Value: part.Cell{Text: ends + "."}},
			{Label: "Is deleted", Value: part.Cell{Text: "Your personal account and what is in it, your password, passkeys and second step."}},
			{Label: "Stays", Value: part.Cell{Text: "What you created in other people's accounts, and your name in their audit."}},
			{Label: "For good", Value: part.Cell{Text: "This can't be undone. You can sign up again with the same address, as a new person."}},
		},
	}
	if e.Refusal != "" {
		p.Notice = &part.Alert{Tone: part.Warn, Title: "Not yet", Text: e.Refusal, Links: []part.Link{{Text: "Your accounts", URL: "/accounts"}}}
		return page.Render(c, status, record.Record(p))
	}
	keys, err := h.Store.OwnKeysMade(c.Request().Context(), authz.Self(v.Actor()), uuid.Nil)
	if err != nil {
		return err
	}
	made := page.OfferRevoking(c, "You", "in other people's accounts", keys)
	if len(keys) > 0 {
		p.Details = append(p.Details, part.Detail{Label: "API keys", Value: part.Cell{Text: strings.Join(slices.Concat(made.Text, []string{strings.Join(made.Facts, ", ") + "."}), " ")}})
	}
	p.Acts = []record.ActForm{{Title: "Close my login", Form: part.Form{
		Token: v.Token, Action: profile + "/close", Submit: "Close my login", Danger: true, Cancel: profile, Problem: wrong[""], Plain: true,
		Fields: slices.Concat(made.Field, []part.Field{{Kind: part.Email, Name: "email", Label: "Your e-mail address", Value: typed, Problem: wrong["email"], Required: true, Autocomplete: "off",
			Help: "Write " + v.Session.Email + " to confirm."}}, h.ProofFields(c, wrong)),
	}}}
	return page.Render(c, status, record.Record(p))
}

func (h *Handlers) closeLogin(c echo.Context, _ authz.Grant) error {
	v, typed := guard.Of(c), page.Posted(c, "email")
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	err := h.Prove(c)
	if err == nil {
		err = h.Store.CloseLogin(c.Request().Context(), authz.Self(v.Actor()), typed, page.RevokesKeys(c)...)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.closeLoginPage(c, http.StatusUnprocessableEntity, typed, wrong)
	}
	if err != nil {
		return err
	}
	if err := h.Guard.Forget(c); err != nil {
		return err
	}
	return page.Done(c, "/sign-in?closed=1")
}
