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

const emailProofPath = "/verify-email"

// emailProofWaits asks a member to confirm their address, nil where there is
// nothing to confirm.
func (h *Handlers) emailProofWaits(c echo.Context) *views.Attention {
	x := guard.Of(c).Session
	if x.Principal.Kind != authz.Member || x.Proven {
		return nil
	}
	a := &views.Attention{Tone: views.Warn, Text: "Confirm your e-mail address", URL: emailProofPath + "/send",
		Details: "Open the link in the mail to " + x.Email + "."}
	if !h.config.SendsMail {
		a.Details = noMail + " Whoever looks after it has the link for " + x.Email + "."
	}
	return a
}

// askEmailProof offers to mail the link once more.
func (h *Handlers) askEmailProof(c echo.Context, _ authz.Grant) error {
	x := guard.Of(c).Session
	if x.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	f := h.ownFrame(c, "Confirm your e-mail address")
	p := views.RecordPage{
		Frame: f, Header: views.Header{Title: "Confirm your e-mail address", Text: "Shows that the address you sign in with is yours."},
		Details: []views.Detail{{Label: "E-mail address", Value: views.Cell{Text: x.Email, Badges: []views.Badge{{Text: "Confirmed", Tone: views.Good}}}}},
	}
	if !x.Proven {
		p.Details[0].Value.Badges[0] = views.Badge{Text: "Not confirmed", Tone: views.Warn}
		a := views.ActForm{Title: "Didn't get the mail?", Text: "Look in your spam folder, or send a new link. Only the newest link works.",
			Form: views.Form{Token: f.Token, Action: emailProofPath + "/send", Submit: "Send a new link"}}
		if !h.config.SendsMail {
			a.Title, a.Text, a.Form.Submit = "Get the link", noMail+" Ask whoever looks after it for the newest link.", "Create a new link"
		}
		p.Acts = []views.ActForm{a}
	}
	return render(c, http.StatusOK, views.Record(p))
}

func (h *Handlers) sendEmailProof(c echo.Context, g authz.Grant) error {
	x := guard.Of(c).Session
	if x.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	if err := h.store.AllowLetterTo(c.Request().Context(), x.Email); err != nil {
		return err
	}
	if err := h.store.AskEmailProof(c.Request().Context(), g, x); err != nil {
		return err
	}
	if h.config.SendsMail {
		h.say(c, "A new link is on its way to "+x.Email+".")
	} else {
		h.say(c, "The new link is ready. "+noMail)
	}
	return done(c, emailProofPath+"/send")
}

// showEmailProof says whose address a mailed link confirms.
func (h *Handlers) showEmailProof(c echo.Context, link guard.Link) error {
	m, err := h.store.EmailProofLink(c.Request().Context(), link.Token)
	return mailedLink(c, err, func() views.MailedLinkPage {
		return views.MailedLinkPage{
			Title: "Confirm your e-mail address", Text: []string{
				"Confirm that " + m.Email + " is your address and that you signed up as " + m.Name + ".",
				"If you didn't sign up, don't confirm. Choose a new password instead to take the login over.",
			},
			Form: linkForm(link, views.Form{Submit: "Confirm address"}),
			Foot: views.Link{Text: "I didn't sign up: choose a new password", URL: "/forgotten-password"},
		}
	})
}

func (h *Handlers) proveEmail(c echo.Context, link guard.Link) error {
	email, err := h.store.ProveEmail(c.Request().Context(), link.Token)
	if errors.Is(err, models.ErrNotFound) {
		err = deadLink
	}
	if err != nil {
		return err
	}
	if h.guard.SignedIn(c) != nil {
		h.say(c, email+" is confirmed.")
	}
	return linkDone(c, link, "/sign-in?proven=1")
}
