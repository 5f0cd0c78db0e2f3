package login

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/letter"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/home"
	"bailiwick/views/login"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

const emailProofPath = "/verify-email"

// EmailProofWaits asks a member to confirm their address, nil where there is
// nothing to confirm.
func (h *Handlers) EmailProofWaits(c echo.Context) *home.Attention {
	x := guard.Of(c).Session
	if x.Principal.Kind != authz.Member || x.Proven {
		return nil
	}
	a := &home.Attention{Tone: part.Warn, Text: "Confirm your e-mail address", URL: emailProofPath + "/send",
		Details: "Open the link in the e-mail to " + x.Email + "."}
	if !h.Config.SendsMail {
		a.Details = letter.NoMail + " Whoever looks after it has the link for " + x.Email + "."
	}
	return a
}

// askEmailProof offers to mail the link once more.
func (h *Handlers) askEmailProof(c echo.Context, _ authz.Grant) error {
	x := guard.Of(c).Session
	if x.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	f := h.OwnFrame(c, "Confirm your e-mail address")
	p := record.Page{
		Frame: f, Header: part.Header{Title: "Confirm your e-mail address", Text: "Shows that the address you sign in with is yours."},
		Details: []part.Detail{{Label: "E-mail address", Value: part.Cell{Text: x.Email, Badges: []part.Badge{{Text: "Confirmed", Tone: part.Good}}}}},
	}
	if !x.Proven {
		p.Details[0].Value.Badges[0] = part.Badge{Text: "Not confirmed", Tone: part.Warn}
		a := record.ActForm{Title: "Didn't get the e-mail?", Text: "Look in your spam folder, or send a new link. Only the newest link works.",
			Form: part.Form{Token: f.Token, Action: emailProofPath + "/send", Submit: "Send a new link"}}
		if !h.Config.SendsMail {
			a.Title, a.Text, a.Form.Submit = "Get the link", letter.NoMail+" Ask whoever looks after it for the newest link.", "Create a new link"
		}
		p.Acts = []record.ActForm{a}
	}
	return page.Render(c, http.StatusOK, record.Record(p))
}

func (h *Handlers) sendEmailProof(c echo.Context, g authz.Grant) error {
	x := guard.Of(c).Session
	if x.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	if err := h.Store.AllowLetterTo(c.Request().Context(), x.Email); err != nil {
		return err
	}
	if err := h.Store.AskEmailProof(c.Request().Context(), g, x); err != nil {
		return err
	}
	if h.Config.SendsMail {
		h.Say(c, "A new link is on its way to "+x.Email+".")
	} else {
		h.Say(c, "The new link is ready. "+letter.NoMail)
	}
	return page.Done(c, emailProofPath+"/send")
}

// showEmailProof says whose address a mailed link confirms.
func (h *Handlers) showEmailProof(c echo.Context, link guard.Link) error {
	m, err := h.Store.EmailProofLink(c.Request().Context(), link.Token)
	return mailedLink(c, err, func() login.MailedLinkPage {
		return login.MailedLinkPage{
			Title: "Confirm your e-mail address", Text: []string{
				"Confirm that " + m.Email + " is your address and that you signed up as " + m.Name + ".",
				"If you didn't sign up, don't confirm. Choose a new password instead to take the login over.",
			},
			Form: linkForm(link, part.Form{Submit: "Confirm address"}),
			Foot: part.Link{Text: "I didn't sign up: choose a new password", URL: "/forgotten-password"},
		}
	})
}

func (h *Handlers) proveEmail(c echo.Context, link guard.Link) error {
	email, err := h.Store.ProveEmail(c.Request().Context(), link.Token)
	if errors.Is(err, store.ErrNotFound) {
		err = deadLink
	}
	if err != nil {
		return err
	}
	if h.Guard.SignedIn(c) != nil {
		h.Say(c, email+" is confirmed.")
	}
	return LinkDone(c, link, "/sign-in?proven=1")
}
