package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// wrong is the one answer to every sign-in that fails.
const wrong = "That did not match. Check what you typed and try again."

func (h *Handlers) newMember(c echo.Context) error {
	return render(c, http.StatusOK, views.SignUp(h.signUpPage(c)))
}

func (h *Handlers) signUpPage(c echo.Context) views.SignUpPage {
	back := returnPath(c.FormValue("return"))
	return views.SignUpPage{Return: back, SignInURL: withQuery("/sign-in", "return", back), MinimumPasswordSize: models.MinPassword}
}

func (h *Handlers) createMember(c echo.Context) error {
	p := h.signUpPage(c)
	p.Name, p.Email = c.FormValue("name"), posted(c, "email")
	if err := h.allowAt(c, models.DoorSignUp, p.Email); err != nil {
		return err
	}
	m, a, err := h.store.SignUp(c.Request().Context(), p.Name, p.Email, posted(c, "password"))
	if wrong, ok := problems(err); ok {
		p.NameProblem, p.EmailProblem, p.PasswordProblem, p.Problem = wrong["name"], wrong["email"], wrong["password"], wrong[""]
		return render(c, http.StatusUnprocessableEntity, views.SignUp(p))
	}
	if err != nil {
		return err
	}
	err = h.guard.SignIn(c, m.Login())
	h.tell(c, models.Attempt{Door: models.DoorSignUp, Who: m.Principal()}, err)
	if err != nil {
		return err
	}
	return done(c, orElse(p.Return, accountPath(a.ID)))
}

func (h *Handlers) newMemberSession(c echo.Context) error {
	back := returnPath(c.QueryParam("return"))
	if h.guard.SignedIn(c) != nil {
		return c.Redirect(http.StatusSeeOther, orElse(back, "/"))
	}
	p := h.signInPage(c)
	p.Notice = h.doorNotice(c)
	return render(c, http.StatusOK, views.SignIn(p))
}

func (h *Handlers) signInPage(c echo.Context) views.SignInPage {
	back := returnPath(c.FormValue("return"))
	p := views.SignInPage{Return: back, SignUpURL: withQuery("/sign-up", "return", back)}
	if h.webauthn != nil {
		p.Passkey = &views.PasskeySignIn{RP: h.webauthn.Config.RPID}
	}
	return p
}

// doorNotice says why somebody stands at a door.
func (h *Handlers) doorNotice(c echo.Context) *views.Alert {
	switch {
	case c.QueryParam("out") != "":
		return &views.Alert{Tone: views.Good, Text: "You are signed out."}
	case c.QueryParam("closed") != "":
		return &views.Alert{Tone: views.Good, Text: "Your login is closed, and you are signed out everywhere."}
	case c.QueryParam("reset") != "":
		return &views.Alert{Tone: views.Good, Text: "Your password is changed, and all your sessions are over. Sign in with the new one."}
	case c.QueryParam("confirmed") != "":
		return &views.Alert{Tone: views.Good, Text: "Your new e-mail address is confirmed. Sign in with it."}
	case c.QueryParam("proven") != "":
		return &views.Alert{Tone: views.Good, Text: "Your e-mail address is confirmed. Sign in to go on."}
	case c.QueryParam("undone") != "" && !h.config.SendsMail:
		return &views.Alert{Tone: views.Good, Text: "Your old e-mail address is back, and all sessions are over. " + noMail + " Ask whoever looks after it for the link to a new password."}
	case c.QueryParam("undone") != "":
		return &views.Alert{Tone: views.Good, Text: "Your old e-mail address is back, and all sessions are over. A mail with a link for a new password is on its way there."}
	case c.QueryParam("unused") != "":
		return &views.Alert{Tone: views.Info, Text: "You were signed out because the panel went unused for longer than your account allows. Sign in to continue where you were."}
	case c.QueryParam("over") != "":
		return &views.Alert{Tone: views.Warn, Text: "That took longer than five minutes, or too many codes were wrong. Sign in again."}
	}
	return nil
}

func (h *Handlers) createMemberSession(c echo.Context) error {
	email, back := posted(c, "email"), returnPath(c.FormValue("return"))
	a := models.Attempt{Door: models.DoorMember, Name: email}
	tried, err := h.allow(c, a)
	if err != nil {
		return err
	}
	m, err := h.store.SignInMember(c.Request().Context(), email, posted(c, "password"))
	if err == nil {
		err = h.store.Succeeded(c.Request().Context(), tried)
	}
	if err == nil {
		err = h.letIn(c, a, m.Login(), orElse(back, "/"))
	} else {
		h.tell(c, a, err)
	}
	if errors.Is(err, models.ErrSignIn) {
		p := h.signInPage(c)
		p.Email, p.Problem = email, wrong
		return render(c, http.StatusUnprocessableEntity, views.SignIn(p))
	}
	return err
}

// letIn ends a sign-in whose password was right: with a session, or at the page
// that asks for a code. models.ErrSignIn is for a password that was replaced
// meanwhile.
func (h *Handlers) letIn(c echo.Context, a models.Attempt, l models.Login, back string) error {
	err := h.guard.SignIn(c, l)
	a.Who, a.Tenant = l.Principal, l.Tenant
	h.tell(c, a, err)
	if errors.Is(err, models.ErrTwoStep) {
		if err := h.guard.AwaitCode(c, l, back); err != nil {
			return err
		}
		return done(c, "/sign-in/code")
	}
	if err != nil {
		return err
	}
	return done(c, back)
}

// newSubuserSession is the door of one account's subusers. An unknown link is a
// page that is not there.
func (h *Handlers) newSubuserSession(c echo.Context) error {
	link := c.Param("link")
	a, err := h.store.LoginPage(c.Request().Context(), link)
	if err != nil {
		return err
	}
	if s := h.guard.SignedIn(c); s != nil && s.Principal.Kind == authz.Subuser && s.Account == a.ID {
		return c.Redirect(http.StatusSeeOther, orElse(within(a.ID, c.QueryParam("return")), accountPath(a.ID)))
	}
	p := subuserDoor(c, a)
	p.Notice = h.doorNotice(c)
	return render(c, http.StatusOK, views.SubuserSignIn(p))
}

func subuserDoor(c echo.Context, a models.Account) views.SubuserSignInPage {
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	return views.SubuserSignInPage{Action: "/login/" + c.Param("link"), Account: a.Name, Return: within(a.ID, c.FormValue("return"))}
}

// within is a return address, if it lies inside the account.
func within(account uuid.UUID, asked string) string {
	if back := returnPath(asked); strings.HasPrefix(back+"/", accountPath(account)+"/") {
		return back
	}
	return ""
}

func (h *Handlers) createSubuserSession(c echo.Context) error {
	ctx, link, name := c.Request().Context(), c.Param("link"), c.FormValue("name")
	a := models.Attempt{Door: models.DoorSubuser, Link: link, Name: name}
	tried, err := h.allow(c, a)
	if err != nil {
		return err
	}
	u, err := h.store.SignInSubuser(ctx, link, name, posted(c, "password"))
	if err == nil {
		err = h.store.Succeeded(ctx, tried)
	}
	if err == nil {
		err = h.letIn(c, a, u.Login(), orElse(within(u.AccountID, c.FormValue("return")), accountPath(u.AccountID)))
	} else {
		h.tell(c, a, err)
	}
	if errors.Is(err, models.ErrSignIn) {
		a, err := h.store.LoginPage(ctx, link)
		if err != nil {
			return err
		}
		p := subuserDoor(c, a)
		p.Name, p.Problem = name, wrong
		return render(c, http.StatusUnprocessableEntity, views.SubuserSignIn(p))
	}
	return err
}

func (h *Handlers) editPassword(c echo.Context, link guard.Link) error {
	p, _, err := h.setPasswordPage(c, link)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.SetPassword(p))
}

func (h *Handlers) setPasswordPage(c echo.Context, link guard.Link) (views.SetPasswordPage, models.Attempt, error) {
	u, a, err := h.store.PasswordLink(c.Request().Context(), link.Token)
	by := models.Attempt{Door: models.DoorLink, Name: link.Token, Who: u.Principal(), Tenant: u.TenantID}
	if errors.Is(err, models.ErrNotFound) {
		return views.SetPasswordPage{}, by, models.Problems{"": "This link was used already, is too old, or is not one of ours. Ask whoever gave it to you for a new one."}
	}
	return views.SetPasswordPage{Action: link.Page, Mark: link.Mark, Account: a.Name, Name: u.Name, MinimumPasswordSize: models.MinPassword}, by, err
}

func (h *Handlers) updatePassword(c echo.Context, link guard.Link) error {
	p, by, err := h.setPasswordPage(c, link)
	if err != nil {
		told := err
		if _, dead := problems(err); dead {
			told = models.ErrSignIn
		}
		h.tell(c, by, told)
		return err
	}
	if err := h.allowAt(c, models.DoorLink, link.Token); err != nil {
		return err
	}
	ctx := c.Request().Context()
	door, err := h.store.SetPasswordByLink(ctx, link.Token, posted(c, "password"))
	if err != nil {
		h.tellLink(c, by, err)
	}
	if wrong, ok := problems(err); ok {
		p.PasswordProblem, p.Problem = wrong["password"], wrong[""]
		return render(c, http.StatusUnprocessableEntity, views.SetPassword(p))
	}
	if err != nil {
		return err
	}
	u, err := h.store.SignInSubuser(ctx, door, p.Name, posted(c, "password"))
	if err == nil {
		err = link.Forget(c)
	}
	if err != nil {
		return err
	}
	return h.letIn(c, by, u.Login(), accountPath(u.AccountID))
}

// deleteOwnSession signs out, to the door that the session came in by, or back
// to a page that wants somebody else.
func (h *Handlers) deleteOwnSession(c echo.Context, g authz.Grant) error {
	s := guard.Of(c).Session
	if err := h.store.EndSession(c.Request().Context(), g, s.Principal, s.ID); err != nil {
		return err
	}
	if err := h.guard.Forget(c); err != nil {
		return err
	}
	door := "/sign-in"
	if s.Principal.Kind == authz.Subuser {
		if link, err := h.store.LoginLinkOf(c.Request().Context(), s.Tenant, s.Account); err == nil {
			door = "/login/" + link
		}
	}
	return done(c, orElse(returnPath(c.FormValue("return")), door+"?out=1"))
}

func (h *Handlers) listSessions(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	all, err := h.store.Sessions(c.Request().Context(), g, v.Session.Principal)
	if err != nil {
		return err
	}
	p := views.SessionsPage{Frame: h.ownFrame(c, "Your sessions")}
	now := h.store.Now()
	for _, s := range all {
		p.Sessions = append(p.Sessions, views.Session{
			ID: s.ID.String(), Device: device(s.Agent), Address: s.Address, This: s.ID == v.Session.ID,
			Started: when(c, s.StartedAt, now), StartedAt: exact(s.StartedAt.In(zone(c))),
			Until: when(c, s.ExpiresAt, now), UntilExact: exact(s.ExpiresAt.In(zone(c))),
			EndURL: "/sessions/" + s.ID.String() + "/end",
		})
	}
	if p.SignIns, err = h.ownSignIns(c, g); err != nil {
		return err
	}
	if len(all) > 1 {
		p.EndOthersURL = "/sessions/end-others"
	}
	return render(c, http.StatusOK, views.Sessions(p))
}

// ownFrame stands around a page about oneself: inside the account one came
// from, where that is known.
func (h *Handlers) ownFrame(c echo.Context, title string, above ...views.Link) views.Frame {
	if at := wishedAccount(c); at != uuid.Nil {
		// Without it the page stands alone.
		_ = h.guard.Enter(c, at)
	}
	return h.frame(c, title, above...)
}

func (h *Handlers) askEndSession(c echo.Context, _ authz.Grant) error {
	return h.endDialog(c, http.StatusOK, nil)
}

// endDialog asks before one of one's sessions is ended, or all others.
func (h *Handlers) endDialog(c echo.Context, status int, wrong models.Problems) error {
	f, submit := h.ownFrame(c, "End sessions", views.Link{Text: "Your sessions", URL: "/sessions"}), "End session"
	d := views.Dialog{Frame: f, Title: "End this session?", Text: []string{"Whoever uses it is signed out at once."}}
	if c.Param("session") == "" {
		d.Title, submit = "End all your other sessions?", "End sessions"
		d.Text = []string{"You stay signed in here and are signed out everywhere else."}
	}
	d.Form = views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: submit, Danger: true, Cancel: "/sessions", Problem: wrong[""], Fields: h.proofFields(c, wrong)}
	return render(c, status, views.DialogPage(d))
}

func (h *Handlers) endSession(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	id, err := uuid.Parse(c.Param("session"))
	if err != nil {
		return models.ErrNotFound
	}
	if id == v.Session.ID {
		return h.deleteOwnSession(c, g)
	}
	err = h.prove(c)
	if err == nil {
		err = h.store.EndSession(c.Request().Context(), g, v.Session.Principal, id)
	}
	if wrong, ok := problems(err); ok {
		return h.endDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "That session is over.")
	return done(c, "/sessions")
}

func (h *Handlers) endOtherSessions(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	err := h.prove(c)
	if err == nil {
		err = h.store.EndOtherSessions(c.Request().Context(), g, v.Session.Principal, v.Session.ID)
	}
	if wrong, ok := problems(err); ok {
		return h.endDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "All your other sessions are over.")
	return done(c, "/sessions")
}

// device names a browser in two words.
func device(agent string) string {
	find := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	browser := find("Firefox/", "Firefox", "Edg/", "Edge", "OPR/", "Opera", "Chrome/", "Chrome", "Chromium/", "Chromium", "Safari/", "Safari", "curl/", "curl")
	system := find("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "macOS", "Linux", "Linux")
	switch {
	case browser == "":
		return "Unknown browser"
	case system == "":
		return browser
	}
	return browser + " on " + system
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
