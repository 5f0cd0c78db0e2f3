package login

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	logins "bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/login"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// showTwoStep is what whoever is signed in has set up besides their password.
func (h *Handlers) showTwoStep(c echo.Context, g authz.Grant) error {
	t, err := h.Store.TwoStep(c.Request().Context(), g, guard.Of(c).Session)
	if err != nil {
		return err
	}
	p := record.Page{
		Frame:  h.OwnFrame(c, "Two-step sign-in"),
		Header: part.Header{Title: "Two-step sign-in", Text: "Someone who learns your password still can't sign in without the code on your phone."},
	}
	if !t.On() {
		p.Header.Badge = part.Badge{Text: "Off"}
		p.Header.Actions = []part.Action{{Text: "Set up", URL: page.TwoStepPath + "/set-up", Primary: true, Icon: "smartphone"}}
		return page.Render(c, http.StatusOK, record.Record(p))
	}
	p.Header.Badge = part.Badge{Text: "On", Tone: part.Good}
	p.Header.Actions = []part.Action{
		{Text: "New recovery codes…", URL: page.TwoStepPath + "/recovery-codes", Dialog: true, Icon: "refresh-cw"},
		{Text: "Turn off…", URL: page.TwoStepPath + "/turn-off", Dialog: true, Danger: true},
	}
	p.Details = []part.Detail{
		{Label: "Since", Value: h.TimeCell(c, *t.Since)},
		{Label: "Recovery codes left", Value: part.Cell{Text: fmt.Sprint(t.RecoveryCodes)}},
	}
	if t.RecoveryCodes <= 3 {
		p.Notice = &part.Alert{Tone: part.Warn, Text: "You have few recovery codes left. Create new ones, so that you can still sign in without your phone."}
	}
	return page.Render(c, http.StatusOK, record.Record(p))
}

// TwoStepCell shows in a list who signs in by two steps.
func TwoStepCell(on bool) part.Cell {
	if on {
		return part.Cell{Text: "On"}
	}
	return part.Cell{Text: "Off"}
}

func (h *Handlers) newTwoStep(c echo.Context, g authz.Grant) error {
	t, err := h.Store.TwoStep(c.Request().Context(), g, guard.Of(c).Session)
	if err != nil {
		return err
	}
	if t.On() {
		return c.Redirect(http.StatusSeeOther, page.TwoStepPath)
	}
	return h.twoStepForm(c, g, http.StatusOK, "", nil)
}

// twoStepForm shows a key to scan: the one that was offered before, or a new one.
func (h *Handlers) twoStepForm(c echo.Context, g authz.Grant, status int, sealed string, wrong store.Problems) error {
	x := guard.Of(c).Session
	key, err := "", error(nil)
	if sealed != "" {
		key, err = h.Store.OfferedTwoStepKey(x, sealed)
	}
	if _, old := page.Problems(err); old || sealed == "" {
		key, sealed, err = h.Store.NewTwoStepKey(x)
	}
	if err != nil {
		return err
	}
	picture, err := login.NewQR(h.otpAddress(x, key))
	if err != nil {
		return err
	}
	own, err := h.Store.TwoStep(c.Request().Context(), g, x)
	if err != nil {
		return err
	}
	back := page.ReturnPath(c.FormValue("return"))
	f := h.OwnFrame(c, "Set up two-step sign-in")
	p := login.TwoStepSetUpPage{
		Frame: f, QR: picture, Key: spaced(key, 4), Name: cmp.Or(x.Email, x.Name), Required: c.FormValue("required") != "", HasPasskey: own.Passkeys > 0,
		Form: part.Form{
			Token: f.Token, Action: page.TwoStepPath + "/set-up", Submit: "Turn on", Cancel: page.TwoStepPath, Problem: wrong[""], Plain: true,
			Hidden: []part.Pair{{Name: "key", Value: sealed}},
			Fields: append([]part.Field{codeField(wrong["code"], "The six digits that the app shows now.")}, h.ProofFields(c, wrong)...),
		},
	}
	if p.Required {
		p.Form.Hidden = append(p.Form.Hidden, part.Pair{Name: "required", Value: "1"})
	}
	if back != "" {
		p.Form.Hidden = append(p.Form.Hidden, part.Pair{Name: "return", Value: back})
		p.Form.Cancel = ""
		if x.Principal.Kind == authz.Member {
			p.Form.Cancel = "/accounts"
		}
	}
	return page.Render(c, status, login.TwoStepSetUp(p))
}

func codeField(problem, help string) part.Field {
	return part.Field{Name: "code", Label: "Code", Help: help, Problem: problem, Required: true, Autocomplete: "one-time-code", MaxLength: 32}
}

// otpAddress is what an authenticator app reads from the picture.
func (h *Handlers) otpAddress(x logins.Session, key string) string {
	issuer := h.Config.PublicURL.Host
	q := url.Values{"secret": {key}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+cmp.Or(x.Email, x.Name)) + "?" + q.Encode()
}

// spaced is a text in groups, as people read it.
func spaced(s string, n int) string {
	b := []byte{}
	for i := range len(s) {
		if i > 0 && i%n == 0 {
			b = append(b, ' ')
		}
		b = append(b, s[i])
	}
	return string(b)
}

func (h *Handlers) createTwoStep(c echo.Context, g authz.Grant) error {
	x, sealed := guard.Of(c).Session, page.Posted(c, "key")
	var codes []string
	var tried logins.Allowed
	err := h.Prove(c)
	if err == nil {
		a := page.Own(c, logins.DoorCode)
		if tried, err = h.Allow(c, a); err != nil {
			return err
		}
		err = h.Guard.Renew(c, func(token string) (renewed string, err error) {
			renewed, codes, err = h.Store.TurnOnTwoStep(c.Request().Context(), g, x, token, sealed, page.Posted(c, "code"))
			return renewed, err
		})
		h.Tell(c, a, page.RefusedAt(err, "code", logins.WhyCode))
	}
	if wrong, ok := page.Problems(err); ok {
		return h.twoStepForm(c, g, http.StatusUnprocessableEntity, sealed, wrong)
	}
	if err != nil {
		return err
	}
	if err := h.Store.Succeeded(c.Request().Context(), tried); err != nil {
		return err
	}
	guard.Of(c).Session.TwoStep = true
	return h.showRecoveryCodes(c, "Two-step sign-in is on", cmp.Or(page.ReturnPath(c.FormValue("return")), page.TwoStepPath), codes)
}

func (h *Handlers) showRecoveryCodes(c echo.Context, title, next string, codes []string) error {
	return page.Render(c, http.StatusOK, login.RecoveryCodes(login.RecoveryCodesPage{
		Frame: h.OwnFrame(c, title), Header: part.Header{Title: title}, Codes: codes, NextURL: next,
	}))
}

func (h *Handlers) askRecoveryCodes(c echo.Context, _ authz.Grant) error {
	return h.recoveryCodesDialog(c, http.StatusOK, nil)
}

func (h *Handlers) recoveryCodesDialog(c echo.Context, status int, wrong store.Problems) error {
	f := h.OwnFrame(c, "New recovery codes")
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: "Create new recovery codes?", Text: []string{"The old ones stop working."},
		Form: part.Form{Token: f.Token, Action: page.TwoStepPath + "/recovery-codes", Submit: "Create new codes", Cancel: page.TwoStepPath,
			Problem: wrong[""], Fields: h.ProofFields(c, wrong), Plain: true},
	}))
}

func (h *Handlers) createRecoveryCodes(c echo.Context, g authz.Grant) error {
	err := h.Prove(c)
	var codes []string
	if err == nil {
		codes, err = h.Store.RenewRecoveryCodes(c.Request().Context(), g, guard.Of(c).Session)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.recoveryCodesDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return h.showRecoveryCodes(c, "Your new recovery codes", page.TwoStepPath, codes)
}

func (h *Handlers) askTurnOffTwoStep(c echo.Context, _ authz.Grant) error {
	return h.turnOffDialog(c, http.StatusOK, nil)
}

func (h *Handlers) turnOffDialog(c echo.Context, status int, wrong store.Problems) error {
	f := h.OwnFrame(c, "Turn off two-step sign-in")
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: "Turn off two-step sign-in?", Text: []string{
			"You'll sign in with your password alone. Your app's codes and your recovery codes stop working, and your other sessions end.",
			"Accounts that require two-step sign-in ask you to set it up again at your next sign-in.",
		},
		Form: part.Form{Token: f.Token, Action: page.TwoStepPath + "/turn-off", Submit: "Turn off", Danger: true, Cancel: page.TwoStepPath,
			Problem: wrong[""], Fields: h.ProofFields(c, wrong)},
	}))
}

func (h *Handlers) turnOffTwoStep(c echo.Context, g authz.Grant) error {
	err := h.Prove(c)
	if err == nil {
		err = h.Store.TurnOffTwoStep(c.Request().Context(), g, guard.Of(c).Session)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.turnOffDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "Two-step sign-in is off, and your other sessions have ended.")
	return page.Done(c, page.TwoStepPath)
}

// newCode asks for the code of a sign-in whose password was right.
func (h *Handlers) newCode(c echo.Context) error { return h.codePage(c, http.StatusOK, "") }

func (h *Handlers) codePage(c echo.Context, status int, problem string) error {
	x, err := h.Guard.HalfSignIn(c)
	if errors.Is(err, store.ErrNotFound) {
		return page.Done(c, "/sign-in")
	}
	if err != nil {
		return err
	}
	door := "/sign-in"
	if x.Principal.Kind == authz.Subuser {
		link, err := h.Store.LoginLinkOf(c.Request().Context(), x.Tenant, x.Account)
		if err != nil {
			return err
		}
		door = page.DoorPath(link)
	}
	if x.Over {
		return page.Done(c, page.WithQuery(door, "return", x.ReturnTo, "over", "1"))
	}
	return page.Render(c, status, login.SignInCode(login.SignInCodePage{Name: x.Name, Problem: problem, SignInURL: door}))
}

func (h *Handlers) createCode(c echo.Context) error {
	x, err := h.Guard.HalfSignIn(c)
	if errors.Is(err, store.ErrNotFound) {
		return page.Done(c, "/sign-in")
	}
	if err != nil {
		return err
	}
	a := logins.Attempt{Door: logins.DoorCode, Who: x.Principal, Tenant: x.Tenant}
	tried, err := h.Allow(c, a)
	if err != nil {
		return err
	}
	left, err := h.Guard.FinishSignIn(c, page.Posted(c, "code"))
	h.Tell(c, a, err)
	if errors.Is(err, store.ErrSignIn) {
		return h.codePage(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	if err := h.Store.Succeeded(c.Request().Context(), tried); err != nil {
		return err
	}
	if left >= 0 {
		h.Say(c, fmt.Sprintf("You used a recovery code. %d are left.", left))
	}
	return page.Done(c, x.ReturnTo)
}
