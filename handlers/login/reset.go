package login

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/handlers/letter"
	"bailiwick/handlers/page"
	logins "bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/login"
	"bailiwick/views/part"
)

// resetTime is how long the answer takes at least, so that nobody can tell by
// the clock whether an address has a login.
const resetTime = 250 * time.Millisecond

// deadLink is said of every mailed link that does not work.
var deadLink = store.Problems{"": "This link was already used, was replaced by a newer one, or has expired. Ask for a new one."}

var toSignIn = part.Link{Text: "Sign in", URL: "/sign-in"}

// linkForm makes a form the one of a one-time link.
func linkForm(link guard.Link, f part.Form) *part.Form {
	f.Action, f.Hidden, f.Plain = link.Page, login.Mark(link.Mark), true
	return &f
}

// LinkDone ends what a one-time link was for.
func LinkDone(c echo.Context, link guard.Link, url string) error {
	if err := link.Forget(c); err != nil {
		return err
	}
	return page.Done(c, url)
}

func (h *Handlers) newReset(c echo.Context) error {
	return h.resetForm(c, http.StatusOK, "", "")
}

func (h *Handlers) resetForm(c echo.Context, status int, email, problem string) error {
	p := login.MailedLinkPage{
		Title: "Forgotten password", Text: []string{"We'll mail you a link to choose a new one."},
		Form: login.ResetForm(email, problem), Foot: toSignIn,
	}
	if !h.Config.SendsMail {
		p.Form.Submit = "Ask for the link"
		p.Text, p.Notice = nil, &part.Alert{Tone: part.Warn, Text: letter.NoMail + " Ask for the link here, then ask whoever looks after the panel to pass it on to you."}
	}
	return page.Render(c, status, login.MailedLink(p))
}

// createReset says the same whoever has the address, and in the same time.
func (h *Handlers) createReset(c echo.Context) error {
	email, ctx := strings.TrimSpace(page.Posted(c, "email")), c.Request().Context()
	if problem := logins.CheckKnownEmail(email); problem != "" {
		return h.resetForm(c, http.StatusUnprocessableEntity, email, problem)
	}
	a := logins.Attempt{Door: logins.DoorReset, Name: email}
	if _, err := h.Allow(c, a); err != nil {
		return err
	}
	over := time.After(resetTime)
	err := h.Store.AskReset(ctx, email)
	h.Tell(c, a, err)
	if err != nil {
		h.Config.Log.Error("mail a link for a new password", "request_id", page.RequestID(c), "error", err)
	}
	select {
	case <-over:
	case <-ctx.Done():
		return ctx.Err()
	}
	p := login.MailedLinkPage{Title: "Check your e-mail", Foot: toSignIn, Text: []string{
		"If somebody signs in with " + email + ", an e-mail with a link is on its way there. The link works once, for an hour.",
		"Subusers have no such link: whoever looks after their account sets a new password for them.",
	}}
	if !h.Config.SendsMail {
		p.Title = "Ask for the link"
		p.Text[0] = letter.NoMail + " If somebody signs in with " + email + ", whoever looks after the panel has a link for them now. It works once, for an hour."
	}
	return page.Render(c, http.StatusOK, login.MailedLink(p))
}

func (h *Handlers) editReset(c echo.Context, link guard.Link) error {
	return h.resetPage(c, link, http.StatusOK, "")
}

func (h *Handlers) resetPage(c echo.Context, link guard.Link, status int, problem string) error {
	l, m, err := h.Store.ResetLink(c.Request().Context(), link.Token)
	if errors.Is(err, store.ErrNotFound) {
		return deadLink
	}
	if err != nil {
		return err
	}
	f := linkForm(link, login.NewPasswordForm(m.Email, problem, logins.MinPassword))
	if err := h.keepPasskeys(c, f, l, m); err != nil {
		return err
	}
	text := []string{"All your sessions end when it changes. This link works once."}
	if m.EmailProvenAt == nil {
		text = append(text, "This address was not confirmed before, so passkeys and two-step sign-in that were set up until now are removed. You can set them up again after you sign in.")
	}
	return page.Render(c, status, login.MailedLink(login.MailedLinkPage{Title: "Choose a new password", Text: text, Form: f}))
}

// keepPasskeys adds to the form by which a login is taken back which passkeys
// are to stay.
func (h *Handlers) keepPasskeys(c echo.Context, f *part.Form, l logins.MailedLink, m logins.Member) error {
	all, err := h.Store.KeepablePasskeys(c.Request().Context(), l, m)
	if err != nil || len(all) == 0 {
		return err
	}
	keep := part.Field{Kind: part.Multi, Name: "keep", Label: "Passkeys to keep", Values: c.Request().PostForm["keep"],
		Help: "Tick the ones you know. The others are removed and no longer sign in."}
	for _, k := range all {
		used := "never used"
		if k.LastUsedAt != nil {
			used = "last used " + page.When(c, *k.LastUsedAt, h.Store.Now())
		}
		keep.Options = append(keep.Options, part.Option{Value: k.ID.String(), Text: k.Name, Help: "Added " + page.When(c, k.CreatedAt, h.Store.Now()) + ", " + used})
	}
	f.Fields = append(f.Fields, keep)
	return nil
}

// kept are the passkeys that a form keeps; what is none is not among them.
func kept(c echo.Context) (all []uuid.UUID) {
	for _, text := range c.Request().PostForm["keep"] {
		if id, err := uuid.Parse(text); err == nil {
			all = append(all, id)
		}
	}
	return all
}

func (h *Handlers) updateReset(c echo.Context, link guard.Link) error {
	if err := h.AllowAt(c, logins.DoorLink, link.Token); err != nil {
		return err
	}
	a := logins.Attempt{Door: logins.DoorLink, Name: link.Token}
	if _, m, err := h.Store.ResetLink(c.Request().Context(), link.Token); err == nil {
		a.Who = m.Principal()
	}
	err := h.Store.ResetPassword(c.Request().Context(), link.Token, page.Posted(c, "password"), kept(c)...)
	h.tellLink(c, a, err)
	if wrong, ok := page.Problems(err); ok {
		return h.resetPage(c, link, http.StatusUnprocessableEntity, wrong["password"])
	}
	if errors.Is(err, store.ErrNotFound) {
		err = deadLink
	}
	if err != nil {
		return err
	}
	return LinkDone(c, link, "/sign-in?reset=1")
}
