package login

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/letter"
	"bailiwick/handlers/page"
	"bailiwick/models/account"
	logins "bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/login"
	"bailiwick/views/part"
)

// wrong is the one answer to every sign-in that fails.
const wrong = "That code is wrong. Check it and try again."

func (h *Handlers) newMember(c echo.Context) error {
	p := h.signUpPage(c)
	var err error
	if p.First, err = h.nobodyYet(c); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, login.SignUp(p))
}

// nobodyYet tells whether whoever comes is the first one to. Once there is a login,
// that is not asked again.
func (h *Handlers) nobodyYet(c echo.Context) (bool, error) {
	if h.inhabited.Load() {
		return false, nil
	}
	some, err := h.Store.HasMembers(c.Request().Context())
	if some {
		h.inhabited.Store(true)
	}
	return !some && err == nil, err
}

func (h *Handlers) signUpPage(c echo.Context) login.SignUpPage {
	back := page.ReturnPath(c.FormValue("return"))
	if back == "/" { // leads nowhere in particular
		back = ""
	}
	return login.SignUpPage{Return: back, SignInURL: page.WithQuery("/sign-in", "return", back), MinimumPasswordSize: logins.MinPassword}
}

func (h *Handlers) createMember(c echo.Context) error {
	p := h.signUpPage(c)
	p.Name, p.Email = c.FormValue("name"), page.Posted(c, "email")
	if err := h.AllowAt(c, logins.DoorSignUp, p.Email); err != nil {
		return err
	}
	m, _, err := h.Store.SignUp(c.Request().Context(), p.Name, p.Email, page.Posted(c, "password"))
	if wrong, ok := page.Problems(err); ok {
		p.NameProblem, p.EmailProblem, p.PasswordProblem, p.Problem = wrong["name"], wrong["email"], wrong["password"], wrong[""]
		return page.Render(c, http.StatusUnprocessableEntity, login.SignUp(p))
	}
	if err != nil {
		return err
	}
	err = h.Guard.SignIn(c, m.Login())
	h.Tell(c, logins.Attempt{Door: logins.DoorSignUp, Who: m.Principal()}, err)
	if err != nil {
		return err
	}
	return page.Done(c, cmp.Or(p.Return, page.WelcomePath))
}

func (h *Handlers) newMemberSession(c echo.Context) error {
	back := page.ReturnPath(c.QueryParam("return"))
	if h.Guard.SignedIn(c) != nil {
		return c.Redirect(http.StatusSeeOther, cmp.Or(back, "/"))
	}
	if first, err := h.nobodyYet(c); err != nil || first {
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/sign-up")
	}
	p := h.signInPage(c)
	p.Notice = h.doorNotice(c)
	return page.Render(c, http.StatusOK, login.SignIn(p))
}

func (h *Handlers) signInPage(c echo.Context) login.SignInPage {
	back := page.ReturnPath(c.FormValue("return"))
	p := login.SignInPage{Return: back, SignUpURL: page.WithQuery("/sign-up", "return", back)}
	if h.Webauthn != nil {
		p.Passkey = &login.PasskeySignIn{RP: h.Webauthn.Config.RPID}
	}
	return p
}

// doorNotice says why somebody stands at a door.
func (h *Handlers) doorNotice(c echo.Context) *part.Alert {
	switch {
	case c.QueryParam("out") != "":
		return &part.Alert{Tone: part.Good, Text: "You are signed out."}
	case c.QueryParam("closed") != "":
		return &part.Alert{Tone: part.Good, Text: "Your login is closed, and you are signed out everywhere."}
	case c.QueryParam("reset") != "":
		return &part.Alert{Tone: part.Good, Text: "Your password is changed, and all your sessions have ended. Sign in with the new one."}
	case c.QueryParam("confirmed") != "":
		return &part.Alert{Tone: part.Good, Text: "Your new e-mail address is confirmed. Sign in with it."}
	case c.QueryParam("proven") != "":
		return &part.Alert{Tone: part.Good, Text: "Your e-mail address is confirmed. Sign in to continue."}
	case c.QueryParam("undone") != "" && !h.Config.SendsMail:
		return &part.Alert{Tone: part.Good, Text: "Your old e-mail address is back, and all sessions have ended. " + letter.NoMail + " Ask whoever looks after it for the link to a new password."}
	case c.QueryParam("undone") != "":
		return &part.Alert{Tone: part.Good, Text: "Your old e-mail address is back, and all sessions have ended. An e-mail with a link for a new password is on its way there."}
	case c.QueryParam("unused") != "":
		return &part.Alert{Tone: part.Info, Text: "You were signed out because the panel went unused for longer than your account allows. Sign in to continue where you were."}
	case c.QueryParam("over") != "":
		return &part.Alert{Tone: part.Warn, Text: "That took longer than five minutes, or too many codes were wrong. Sign in again."}
	}
	return nil
}

func (h *Handlers) createMemberSession(c echo.Context) error {
	email, back := page.Posted(c, "email"), page.ReturnPath(c.FormValue("return"))
	a := logins.Attempt{Door: logins.DoorMember, Name: email}
	tried, err := h.Allow(c, a)
	if err != nil {
		return err
	}
	m, err := h.Store.SignInMember(c.Request().Context(), email, page.Posted(c, "password"))
	if err == nil {
		err = h.Store.Succeeded(c.Request().Context(), tried)
	}
	if err == nil {
		err = h.letIn(c, a, m.Login(), cmp.Or(back, "/"))
	} else {
		h.Tell(c, a, err)
	}
	if errors.Is(err, store.ErrSignIn) {
		p := h.signInPage(c)
		p.Email, p.Problem = email, wrong
		return page.Render(c, http.StatusUnprocessableEntity, login.SignIn(p))
	}
	return err
}

// letIn ends a sign-in whose password was right: with a session, or at the page
// that asks for a code. models.ErrSignIn is for a password that was replaced
// meanwhile.
func (h *Handlers) letIn(c echo.Context, a logins.Attempt, l logins.Login, back string) error {
	err := h.Guard.SignIn(c, l)
	a.Who, a.Tenant = l.Principal, l.Tenant
	h.Tell(c, a, err)
	if errors.Is(err, logins.ErrTwoStep) {
		if err := h.Guard.AwaitCode(c, l, back); err != nil {
			return err
		}
		return page.Done(c, "/sign-in/code")
	}
	if err != nil {
		return err
	}
	return page.Done(c, back)
}

// newSubuserSession is the door of one account's subusers. An unknown link is a
// page that is not there.
func (h *Handlers) newSubuserSession(c echo.Context) error {
	link := c.Param("link")
	a, err := h.Store.LoginPage(c.Request().Context(), link)
	if err != nil {
		return err
	}
	if s := h.Guard.SignedIn(c); s != nil && s.Principal.Kind == authz.Subuser && s.Account == a.ID {
		return c.Redirect(http.StatusSeeOther, cmp.Or(Within(a.ID, c.QueryParam("return")), page.AccountPath(a.ID)))
	}
	p := subuserDoor(c, a)
	p.Notice = h.doorNotice(c)
	return page.Render(c, http.StatusOK, login.SubuserSignIn(p))
}

func subuserDoor(c echo.Context, a account.Account) login.SubuserSignInPage {
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	return login.SubuserSignInPage{Action: "/login/" + c.Param("link"), Account: a.Name, Return: Within(a.ID, c.FormValue("return"))}
}

// Within is a return address, if it lies inside the account.
func Within(account uuid.UUID, asked string) string {
	if back := page.ReturnPath(asked); strings.HasPrefix(back+"/", page.AccountPath(account)+"/") {
		return back
	}
	return ""
}

func (h *Handlers) createSubuserSession(c echo.Context) error {
	ctx, link, name := c.Request().Context(), c.Param("link"), c.FormValue("name")
	a := logins.Attempt{Door: logins.DoorSubuser, Link: link, Name: name}
	tried, err := h.Allow(c, a)
	if err != nil {
		return err
	}
	u, err := h.Store.SignInSubuser(ctx, link, name, page.Posted(c, "password"))
	if err == nil {
		err = h.Store.Succeeded(ctx, tried)
	}
	if err == nil {
		err = h.letIn(c, a, u.Login(), cmp.Or(Within(u.AccountID, c.FormValue("return")), page.AccountPath(u.AccountID)))
	} else {
		h.Tell(c, a, err)
	}
	if errors.Is(err, store.ErrSignIn) {
		a, err := h.Store.LoginPage(ctx, link)
		if err != nil {
			return err
		}
		p := subuserDoor(c, a)
		p.Name, p.Problem = name, wrong
		return page.Render(c, http.StatusUnprocessableEntity, login.SubuserSignIn(p))
	}
	return err
}

func (h *Handlers) editPassword(c echo.Context, link guard.Link) error {
	p, _, err := h.setPasswordPage(c, link)
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, login.SetPassword(p))
}

func (h *Handlers) setPasswordPage(c echo.Context, link guard.Link) (login.SetPasswordPage, logins.Attempt, error) {
	u, a, err := h.Store.PasswordLink(c.Request().Context(), link.Token)
	by := logins.Attempt{Door: logins.DoorLink, Name: link.Token, Who: u.Principal(), Tenant: u.TenantID}
	if errors.Is(err, store.ErrNotFound) {
		return login.SetPasswordPage{}, by, store.Problems{"": "This link was already used, has expired, or isn't one of ours. Ask whoever gave it to you for a new one."}
	}
	return login.SetPasswordPage{Action: link.Page, Mark: link.Mark, Account: a.Name, Name: u.Name, MinimumPasswordSize: logins.MinPassword}, by, err
}

func (h *Handlers) updatePassword(c echo.Context, link guard.Link) error {
	p, by, err := h.setPasswordPage(c, link)
	if err != nil {
		told := err
		if _, dead := page.Problems(err); dead {
			told = store.ErrSignIn
		}
		h.Tell(c, by, told)
		return err
	}
	if err := h.AllowAt(c, logins.DoorLink, link.Token); err != nil {
		return err
	}
	ctx := c.Request().Context()
	door, err := h.Store.SetPasswordByLink(ctx, link.Token, page.Posted(c, "password"))
	if err != nil {
		h.tellLink(c, by, err)
	}
	if wrong, ok := page.Problems(err); ok {
		p.PasswordProblem, p.Problem = wrong["password"], wrong[""]
		return page.Render(c, http.StatusUnprocessableEntity, login.SetPassword(p))
	}
	if err != nil {
		return err
	}
	u, err := h.Store.SignInSubuser(ctx, door, p.Name, page.Posted(c, "password"))
	if err == nil {
		err = link.Forget(c)
	}
	if err != nil {
		return err
	}
	return h.letIn(c, by, u.Login(), page.AccountPath(u.AccountID))
}

// deleteOwnSession signs out, to the door that the session came in by, or back
// to a page that wants somebody else.
func (h *Handlers) deleteOwnSession(c echo.Context, g authz.Grant) error {
	s := guard.Of(c).Session
	if err := h.Store.EndSession(c.Request().Context(), g, s.Principal, s.ID); err != nil {
		return err
	}
	if err := h.Guard.Forget(c); err != nil {
		return err
	}
	door := "/sign-in"
	if s.Principal.Kind == authz.Subuser {
		if link, err := h.Store.LoginLinkOf(c.Request().Context(), s.Tenant, s.Account); err == nil {
			door = "/login/" + link
		}
	}
	return page.Done(c, cmp.Or(page.ReturnPath(c.FormValue("return")), door+"?out=1"))
}

func (h *Handlers) listSessions(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	all, err := h.Store.Sessions(c.Request().Context(), g, v.Session.Principal)
	if err != nil {
		return err
	}
	p := login.SessionsPage{Frame: h.OwnFrame(c, "Your sessions")}
	now := h.Store.Now()
	for _, s := range all {
		p.Sessions = append(p.Sessions, login.Session{
			ID: s.ID.String(), Device: Device(s.Agent), Address: s.Address, This: s.ID == v.Session.ID,
			Started: page.When(c, s.StartedAt, now), StartedAt: page.Exact(s.StartedAt.In(page.Zone(c))),
			Until: page.When(c, s.ExpiresAt, now), UntilExact: page.Exact(s.ExpiresAt.In(page.Zone(c))),
			EndURL: "/sessions/" + s.ID.String() + "/end",
		})
	}
	if p.SignIns, err = h.ownSignIns(c, g); err != nil {
		return err
	}
	if len(all) > 1 {
		p.EndOthersURL = "/sessions/end-others"
	}
	return page.Render(c, http.StatusOK, login.Sessions(p))
}

func (h *Handlers) askEndSession(c echo.Context, _ authz.Grant) error {
	return h.endDialog(c, http.StatusOK, nil)
}

// endDialog asks before one of one's sessions is ended, or all others.
func (h *Handlers) endDialog(c echo.Context, status int, wrong store.Problems) error {
	f, submit := h.OwnFrame(c, "End sessions", part.Link{Text: "Your sessions", URL: "/sessions"}), "End session"
	d := part.Dialog{Frame: f, Title: "End this session?", Text: []string{"Whoever uses it will be signed out at once."}}
	if c.Param("session") == "" {
		d.Title, submit = "End all your other sessions?", "End sessions"
		d.Text = []string{"You stay signed in here and are signed out everywhere else."}
	}
	d.Form = part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: submit, Danger: true, Cancel: "/sessions", Problem: wrong[""], Fields: h.ProofFields(c, wrong)}
	return page.Render(c, status, part.DialogPage(d))
}

func (h *Handlers) endSession(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	id, err := uuid.Parse(c.Param("session"))
	if err != nil {
		return store.ErrNotFound
	}
	if id == v.Session.ID {
		return h.deleteOwnSession(c, g)
	}
	err = h.Prove(c)
	if err == nil {
		err = h.Store.EndSession(c.Request().Context(), g, v.Session.Principal, id)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.endDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "The session has ended.")
	return page.Done(c, "/sessions")
}

func (h *Handlers) endOtherSessions(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	err := h.Prove(c)
	if err == nil {
		err = h.Store.EndOtherSessions(c.Request().Context(), g, v.Session.Principal, v.Session.ID)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.endDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "All your other sessions have ended.")
	return page.Done(c, "/sessions")
}

// Device names a browser in two words.
func Device(agent string) string {
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
