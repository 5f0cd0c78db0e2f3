package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// emailForms are the part of the profile page about the member's address: the
// change that waits, and the form for another.
func (h *Handlers) emailForms(c echo.Context, wrong models.Problems) (forms []views.ActForm, err error) {
	v := guard.Of(c)
	here := accountPath(v.Place.Account, "/settings/profile/email")
	email, until, err := h.store.PendingEmail(c.Request().Context(), authz.Self(v.Actor()))
	if err != nil {
		return nil, err
	}
	if email != "" {
		a := views.ActForm{Title: "New e-mail address",
			Text: email + " becomes your address when the link in the mail to it is opened, until " + when(c, until, h.store.Now()) + ". Until then nothing changes.",
			Form: views.Form{Token: v.Token, Action: here + "/cancel", Submit: "Cancel the change"}}
		if !h.config.SendsMail {
			a.Text = email + " becomes your address when its link is opened, until " + when(c, until, h.store.Now()) + ". " + noMail + " Ask whoever looks after it for the link."
		}
		forms = append(forms, a)
	}
	typed := ""
	if wrong["email"] != "" || wrong["email-current"] != "" {
		typed = posted(c, "email")
	}
	return append(forms, views.ActForm{Title: "E-mail address", Text: "You sign in with it, and mail goes there. The new address has to confirm, and the old one can take it back for three days.", Form: views.Form{
		Token: v.Token, Action: here, Submit: "Change e-mail address",
		Fields: []views.Field{
			{Kind: views.Email, Name: "email", Label: "New e-mail address", Value: typed, Problem: wrong["email"], Required: true, Autocomplete: "email"},
			{Kind: views.Password, Name: "current", ID: "email-current", Label: "Current password", Problem: wrong["email-current"], Required: true, Autocomplete: "current-password"},
		},
	}}), nil
}

func (h *Handlers) updateEmail(c echo.Context, _ authz.Grant) error {
	v, email := guard.Of(c), posted(c, "email")
	if v.Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	a := own(c, models.DoorPassword)
	if _, err := h.allow(c, a); err != nil {
		return err
	}
	if err := h.store.AllowLetterTo(c.Request().Context(), email); err != nil {
		return err
	}
	err := h.store.AskEmailChange(c.Request().Context(), authz.Self(v.Actor()), v.Session, email, posted(c, "current"))
	h.tellProof(c, a, "current", err)
	if wrong, ok := problems(err); ok {
		return h.profilePage(c, http.StatusUnprocessableEntity, v.Session.Name, models.Problems{"email": wrong["email"], "email-current": wrong["current"]})
	}
	if h.config.SendsMail {
		return h.profileDone(c, err, "Open the link in the mail to "+email+" to confirm it.")
	}
	return h.profileDone(c, err, email+" waits to be confirmed.")
}

func (h *Handlers) cancelEmail(c echo.Context, _ authz.Grant) error {
	v := guard.Of(c)
	if v.Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	err := h.store.CancelEmailChange(c.Request().Context(), authz.Self(v.Actor()))
	return h.profileDone(c, err, "Your e-mail address stays as it is.")
}

// mailedLink shows what the link of a mail will do.
func mailedLink(c echo.Context, err error, page func() views.MailedLinkPage) error {
	if errors.Is(err, models.ErrNotFound) {
		return deadLink
	}
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.MailedLink(page()))
}

func (h *Handlers) showConfirmEmail(c echo.Context, link guard.Link) error {
	l, m, err := h.store.ConfirmLink(c.Request().Context(), link.Token)
	return mailedLink(c, err, func() views.MailedLinkPage {
		return views.MailedLinkPage{
			Title: "Confirm your e-mail address", Text: []string{l.Email + " becomes the address of " + m.Name + " in place of " + models.MaskEmail(m.Email) + "."},
			Form: linkForm(link, views.Form{Submit: "Confirm address"}),
		}
	})
}

func (h *Handlers) confirmEmail(c echo.Context, link guard.Link) error {
	email, err := h.store.ConfirmEmail(c.Request().Context(), link.Token)
	if _, ok := problems(err); ok {
		err = models.Problems{"": "Somebody else signs in with this address by now, so it can not become yours. Your address stays as it is."}
	}
	if errors.Is(err, models.ErrNotFound) {
		err = deadLink
	}
	if err != nil {
		return err
	}
	if h.guard.SignedIn(c) != nil {
		h.say(c, "Your e-mail address is "+email+" now.")
	}
	return linkDone(c, link, "/sign-in?confirmed=1")
}

func (h *Handlers) showUndoEmail(c echo.Context, link guard.Link) error {
	l, m, err := h.store.UndoLink(c.Request().Context(), link.Token)
	form := linkForm(link, views.Form{Submit: "Take it back", Danger: true})
	if err == nil {
		err = h.keepPasskeys(c, form, l, m)
	}
	return mailedLink(c, err, func() views.MailedLinkPage {
		link := "A mail with a link for a new password goes to " + l.Email + "."
		if !h.config.SendsMail {
			link = noMail + " Ask whoever looks after it for the link to a new password."
		}
		return views.MailedLinkPage{
			Title: "Take back the change of address", Text: []string{
				m.Name + " signs in with " + l.Email + " again, in place of " + models.MaskEmail(m.Email) + ".",
				"All sessions end, the current password stops working, and so does what was set up since to sign in by. " + link,
			},
			Form: form,
		}
	})
}

func (h *Handlers) undoEmail(c echo.Context, link guard.Link) error {
	if err := c.Request().ParseForm(); err != nil {
		return echo.ErrBadRequest
	}
	_, err := h.store.UndoEmail(c.Request().Context(), link.Token, kept(c)...)
	if errors.Is(err, models.ErrNotFound) {
		err = deadLink
	}
	if err != nil {
		return err
	}
	return linkDone(c, link, "/sign-in?undone=1")
}
