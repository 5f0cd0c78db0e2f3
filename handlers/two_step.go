package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

const twoStepPath = "/two-step"

// showTwoStep is what whoever is signed in has set up besides their password.
func (h *Handlers) showTwoStep(c echo.Context, g authz.Grant) error {
	t, err := h.store.TwoStep(c.Request().Context(), g, guard.Of(c).Session)
	if err != nil {
		return err
	}
	p := views.RecordPage{
		Frame:  h.ownFrame(c, "Two-step sign-in"),
		Header: views.Header{Title: "Two-step sign-in", Text: "With it, whoever learns your password still can not sign in: they lack the code that only your phone shows."},
	}
	if !t.On() {
		p.Header.Badge = views.Badge{Text: "Off"}
		p.Header.Actions = []views.Action{{Text: "Set up", URL: twoStepPath + "/set-up", Primary: true, Icon: "smartphone"}}
		return render(c, http.StatusOK, views.Record(p))
	}
	p.Header.Badge = views.Badge{Text: "On", Tone: views.Good}
	p.Header.Actions = []views.Action{
		{Text: "New recovery codes…", URL: twoStepPath + "/recovery-codes", Dialog: true, Icon: "refresh-cw"},
		{Text: "Turn off…", URL: twoStepPath + "/turn-off", Dialog: true, Danger: true},
	}
	p.Details = []views.Detail{
		{Label: "Since", Value: views.Cell{Text: when(c, *t.Since, h.store.Now()), Title: exact(t.Since.In(zone(c)))}},
		{Label: "Recovery codes left", Value: views.Cell{Text: fmt.Sprint(t.RecoveryCodes)}},
	}
	if t.RecoveryCodes <= 3 {
		p.Notice = &views.Alert{Tone: views.Warn, Text: "You have few recovery codes left. Make new ones, so that you can sign in without your phone."}
	}
	return render(c, http.StatusOK, views.Record(p))
}

// twoStepCell shows in a list who signs in by two steps.
func twoStepCell(on bool) views.Cell {
	if on {
		return views.Cell{Text: "On"}
	}
	return views.Cell{Text: "Off"}
}

func (h *Handlers) newTwoStep(c echo.Context, g authz.Grant) error {
	t, err := h.store.TwoStep(c.Request().Context(), g, guard.Of(c).Session)
	if err != nil {
		return err
	}
	if t.On() {
		return c.Redirect(http.StatusSeeOther, twoStepPath)
	}
	return h.twoStepForm(c, g, http.StatusOK, "", nil)
}

// twoStepForm shows a key to scan: the one that was offered before, or a new one.
func (h *Handlers) twoStepForm(c echo.Context, g authz.Grant, status int, sealed string, wrong models.Problems) error {
	x := guard.Of(c).Session
	key, err := "", error(nil)
	if sealed != "" {
		key, err = h.store.OfferedTwoStepKey(x, sealed)
	}
	if _, old := problems(err); old || sealed == "" {
		key, sealed, err = h.store.NewTwoStepKey(x)
	}
	if err != nil {
		return err
	}
	picture, err := views.NewQR(h.otpAddress(x, key))
	if err != nil {
		return err
	}
	own, err := h.store.TwoStep(c.Request().Context(), g, x)
	if err != nil {
		return err
	}
	back := returnPath(c.FormValue("return"))
	f := h.ownFrame(c, "Set up two-step sign-in")
	p := views.TwoStepSetUpPage{
		Frame: f, QR: picture, Key: spaced(key, 4), Name: orElse(x.Email, x.Name), Required: c.FormValue("required") != "", HasPasskey: own.Passkeys > 0,
		Form: views.Form{
			Token: f.Token, Action: twoStepPath + "/set-up", Submit: "Turn on", Cancel: twoStepPath, Problem: wrong[""], Plain: true,
			Hidden: []views.Pair{{Name: "key", Value: sealed}},
			Fields: append([]views.Field{codeField(wrong["code"], "The six digits that the app shows now.")}, h.proofFields(c, wrong)...),
		},
	}
	if p.Required {
		p.Form.Hidden = append(p.Form.Hidden, views.Pair{Name: "required", Value: "1"})
	}
	if back != "" {
		p.Form.Hidden = append(p.Form.Hidden, views.Pair{Name: "return", Value: back})
		p.Form.Cancel = ""
		if x.Principal.Kind == authz.Member {
			p.Form.Cancel = "/accounts"
		}
	}
	return render(c, status, views.TwoStepSetUp(p))
}

func codeField(problem, help string) views.Field {
	return views.Field{Name: "code", Label: "Code", Help: help, Problem: problem, Required: true, Autocomplete: "one-time-code", MaxLength: 32}
}

// otpAddress is what an authenticator app reads from the picture.
func (h *Handlers) otpAddress(x models.Session, key string) string {
	issuer := h.config.PublicURL.Host
	q := url.Values{"secret": {key}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+orElse(x.Email, x.Name)) + "?" + q.Encode()
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
	x, sealed := guard.Of(c).Session, posted(c, "key")
	var codes []string
	var tried models.Allowed
	err := h.prove(c)
	if err == nil {
		a := own(c, models.DoorCode)
		if tried, err = h.allow(c, a); err != nil {
			return err
		}
		err = h.guard.Renew(c, func(token string) (renewed string, err error) {
			renewed, codes, err = h.store.TurnOnTwoStep(c.Request().Context(), g, x, token, sealed, posted(c, "code"))
			return renewed, err
		})
		h.tell(c, a, refusedAt(err, "code", models.WhyCode))
	}
	if wrong, ok := problems(err); ok {
		return h.twoStepForm(c, g, http.StatusUnprocessableEntity, sealed, wrong)
	}
	if err != nil {
		return err
	}
	if err := h.store.Succeeded(c.Request().Context(), tried); err != nil {
		return err
	}
	guard.Of(c).Session.TwoStep = true
	return h.showRecoveryCodes(c, "Two-step sign-in is on", orElse(returnPath(c.FormValue("return")), twoStepPath), codes)
}

func (h *Handlers) showRecoveryCodes(c echo.Context, title, next string, codes []string) error {
	return render(c, http.StatusOK, views.RecoveryCodes(views.RecoveryCodesPage{
		Frame: h.ownFrame(c, title), Header: views.Header{Title: title}, Codes: codes, NextURL: next,
	}))
}

func (h *Handlers) askRecoveryCodes(c echo.Context, _ authz.Grant) error {
	return h.recoveryCodesDialog(c, http.StatusOK, nil)
}

func (h *Handlers) recoveryCodesDialog(c echo.Context, status int, wrong models.Problems) error {
	f := h.ownFrame(c, "New recovery codes")
	return render(c, status, views.DialogPage(views.Dialog{
		Frame: f, Title: "Make new recovery codes?", Text: []string{"The old ones do not work any more from then on."},
		Form: views.Form{Token: f.Token, Action: twoStepPath + "/recovery-codes", Submit: "Make new codes", Cancel: twoStepPath,
			Problem: wrong[""], Fields: h.proofFields(c, wrong), Plain: true},
	}))
}

func (h *Handlers) createRecoveryCodes(c echo.Context, g authz.Grant) error {
	err := h.prove(c)
	var codes []string
	if err == nil {
		codes, err = h.store.RenewRecoveryCodes(c.Request().Context(), g, guard.Of(c).Session)
	}
	if wrong, ok := problems(err); ok {
		return h.recoveryCodesDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return h.showRecoveryCodes(c, "Your new recovery codes", twoStepPath, codes)
}

func (h *Handlers) askTurnOffTwoStep(c echo.Context, _ authz.Grant) error {
	return h.turnOffDialog(c, http.StatusOK, nil)
}

func (h *Handlers) turnOffDialog(c echo.Context, status int, wrong models.Problems) error {
	f := h.ownFrame(c, "Turn off two-step sign-in")
	return render(c, status, views.DialogPage(views.Dialog{
		Frame: f, Title: "Turn off two-step sign-in?", Text: []string{
			"Your password alone signs you in then. The codes of your app and your recovery codes do not work any more, and your other sessions end.",
			"Accounts that require two-step sign-in ask you to set it up again at your next sign-in.",
		},
		Form: views.Form{Token: f.Token, Action: twoStepPath + "/turn-off", Submit: "Turn off", Danger: true, Cancel: twoStepPath,
			Problem: wrong[""], Fields: h.proofFields(c, wrong)},
	}))
}

func (h *Handlers) turnOffTwoStep(c echo.Context, g authz.Grant) error {
	err := h.prove(c)
	if err == nil {
		err = h.store.TurnOffTwoStep(c.Request().Context(), g, guard.Of(c).Session)
	}
	if wrong, ok := problems(err); ok {
		return h.turnOffDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "Two-step sign-in is off, and your other sessions are over.")
	return done(c, twoStepPath)
}

// toTwoStep sends somebody to set up what the account requires.
func (h *Handlers) toTwoStep(c echo.Context) error {
	return done(c, withQuery(twoStepPath+"/set-up", "required", "1", "return", orElse(comeBack(c), accountPath(guard.Of(c).Place.Account))))
}

// newCode asks for the code of a sign-in whose password was right.
func (h *Handlers) newCode(c echo.Context) error { return h.codePage(c, http.StatusOK, "") }

func (h *Handlers) codePage(c echo.Context, status int, problem string) error {
	x, err := h.guard.HalfSignIn(c)
	if errors.Is(err, models.ErrNotFound) {
		return done(c, "/sign-in")
	}
	if err != nil {
		return err
	}
	door := "/sign-in"
	if x.Principal.Kind == authz.Subuser {
		link, err := h.store.LoginLinkOf(c.Request().Context(), x.Tenant, x.Account)
		if err != nil {
			return err
		}
		door = doorPath(link)
	}
	if x.Over {
		return done(c, withQuery(door, "return", x.ReturnTo, "over", "1"))
	}
	return render(c, status, views.SignInCode(views.SignInCodePage{Name: x.Name, Problem: problem, SignInURL: door}))
}

func (h *Handlers) createCode(c echo.Context) error {
	x, err := h.guard.HalfSignIn(c)
	if errors.Is(err, models.ErrNotFound) {
		return done(c, "/sign-in")
	}
	if err != nil {
		return err
	}
	a := models.Attempt{Door: models.DoorCode, Who: x.Principal, Tenant: x.Tenant}
	tried, err := h.allow(c, a)
	if err != nil {
		return err
	}
	left, err := h.guard.FinishSignIn(c, posted(c, "code"))
	h.tell(c, a, err)
	if errors.Is(err, models.ErrSignIn) {
		return h.codePage(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	if err := h.store.Succeeded(c.Request().Context(), tried); err != nil {
		return err
	}
	if left >= 0 {
		h.say(c, fmt.Sprintf("You used a recovery code. %d are left.", left))
	}
	return done(c, x.ReturnTo)
}
