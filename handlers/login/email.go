package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/letter"
	pages "bailiwick/handlers/page"
	logins "bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/login"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// emailForms are the part of the profile page about the member's address: the
// change that waits, and the form for another.
func (h *Handlers) emailForms(c echo.Context, wrong store.Problems) (forms []record.ActForm, err error) {
	v := guard.Of(c)
	here := pages.AccountPath(v.Place.Account, "/settings/profile/email")
	email, until, err := h.Store.PendingEmail(c.Request().Context(), authz.Self(v.Actor()))
	if err != nil {
		return nil, err
	}
	if email != "" {
		a := record.ActForm{Title: "New e-mail address",
			Text: email + " becomes your address when the link in the e-mail to it is opened, until " + pages.When(c, until, h.Store.Now()) + ". Until then nothing changes.",
			Form: part.Form{Token: v.Token, Action: here + "/cancel", Submit: "Cancel change"}}
		if !h.Config.SendsMail {
			a.Text = email + " becomes your address when its link is opened, until " + pages.When(c, until, h.Store.Now()) + ". " + letter.NoMail + " Ask whoever looks after it for the link."
		}
		forms = append(forms, a)
	}
	typed := ""
	if wrong["email"] != "" || wrong["email-current"] != "" {
		typed = pages.Posted(c, "email")
	}
	return append(forms, record.ActForm{Title: "E-mail address", Text: "You sign in with it, and mail goes there. The new address has to confirm, and the old one can take it back for three days.", Form: part.Form{
		Token: v.Token, Action: here, Submit: "Change e-mail address",
		Fields: []part.Field{
			{Kind: part.Email, Name: "email", Label: "New e-mail address", Value: typed, Problem: wrong["email"], Required: true, Autocomplete: "email"},
			{Kind: part.Password, Name: "current", ID: "email-current", Label: "Current password", Problem: wrong["email-current"], Required: true, Autocomplete: "current-password"},
		},
	}}), nil
}

func (h *Handlers) updateEmail(c echo.Context, _ authz.Grant) error {
	v, email := guard.Of(c), pages.Posted(c, "email")
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	a := pages.Own(c, logins.DoorPassword)
	if _, err := h.Allow(c, a); err != nil {
		return err
	}
	if err := h.Store.AllowLetterTo(c.Request().Context(), email); err != nil {
		return err
	}
	err := h.Store.AskEmailChange(c.Request().Context(), authz.Self(v.Actor()), v.Session, email, pages.Posted(c, "current"))
	h.TellProof(c, a, "current", err)
	if wrong, ok := pages.Problems(err); ok {
		return h.profilePage(c, http.StatusUnprocessableEntity, v.Session.Name, store.Problems{"email": wrong["email"], "email-current": wrong["current"]})
	}
	if h.Config.SendsMail {
		return h.profileDone(c, err, "Open the link in the e-mail to "+email+" to confirm it.")
	}
	return h.profileDone(c, err, email+" waits to be confirmed.")
}

func (h *Handlers) cancelEmail(c echo.Context, _ authz.Grant) error {
	v := guard.Of(c)
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	err := h.Store.CancelEmailChange(c.Request().Context(), authz.Self(v.Actor()))
	return h.profileDone(c, err, "Your e-mail address stays as it is.")
}

// mailedLink shows what the link of a mail will do.
func mailedLink(c echo.Context, err error, page func() login.MailedLinkPage) error {
	if errors.Is(err, store.ErrNotFound) {
		return deadLink
	}
	if err != nil {
		return err
	}
	return pages.Render(c, http.StatusOK, login.MailedLink(page()))
}

func (h *Handlers) showConfirmEmail(c echo.Context, link guard.Link) error {
	l, m, err := h.Store.ConfirmLink(c.Request().Context(), link.Token)
	return mailedLink(c, err, func() login.MailedLinkPage {
		return login.MailedLinkPage{
			Title: "Confirm your e-mail address", Text: []string{l.Email + " becomes the address of " + m.Name + " in place of " + logins.MaskEmail(m.Email) + "."},
			Form: linkForm(link, part.Form{Submit: "Confirm address"}),
		}
	})
}

func (h *Handlers) confirmEmail(c echo.Context, link guard.Link) error {
	email, err := h.Store.ConfirmEmail(c.Request().Context(), link.Token)
	if _, ok := pages.Problems(err); ok {
		err = store.Problems{"": "Somebody else signs in with this address by now, so it can't become yours. Your address stays as it is."}
	}
	if errors.Is(err, store.ErrNotFound) {
		err = deadLink
	}
	if err != nil {
		return err
	}
	if h.Guard.SignedIn(c) != nil {
		h.Say(c, "Your e-mail address is "+email+" now.")
	}
	return LinkDone(c, link, "/sign-in?confirmed=1")
}

func (h *Handlers) showUndoEmail(c echo.Context, link guard.Link) error {
	l, m, err := h.Store.UndoLink(c.Request().Context(), link.Token)
	form := linkForm(link, part.Form{Submit: "Undo the change", Danger: true})
	if err == nil {
		err = h.keepPasskeys(c, form, l, m)
	}
	return mailedLink(c, err, func() login.MailedLinkPage {
		link := "An e-mail with a link for a new password goes to " + l.Email + "."
		if !h.Config.SendsMail {
			link = letter.NoMail + " Ask whoever looks after it for the link to a new password."
		}
		return login.MailedLinkPage{
			Title: "Undo the change of address", Text: []string{
				m.Name + " signs in with " + l.Email + " again, in place of " + logins.MaskEmail(m.Email) + ".",
				"All sessions end. The current password and every way to sign in that was added since then stop working. " + link,
			},
			Form: form,
		}
	})
}

func (h *Handlers) undoEmail(c echo.Context, link guard.Link) error {
	if err := c.Request().ParseForm(); err != nil {
		return echo.ErrBadRequest
	}
	_, err := h.Store.UndoEmail(c.Request().Context(), link.Token, kept(c)...)
	if errors.Is(err, store.ErrNotFound) {
		err = deadLink
	}
	if err != nil {
		return err
	}
	return LinkDone(c, link, "/sign-in?undone=1")
}
