package handlers

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

const passkeysPath = "/passkeys"

// noPasskey is the one answer to every passkey that does not sign in.
const noPasskey = "That passkey does not work here. Try once more, or sign in with your password."

// newWebAuthn is the panel as passkeys know it. It is nil at an address for
// which browsers make none: one that is a number. A panel of the loopback goes by
// the name localhost.
func newWebAuthn(public *url.URL) (*webauthn.WebAuthn, error) {
	name, origin := public.Hostname(), public.Scheme+"://"+public.Host
	if isLoopback(name) {
		name, origin = "localhost", public.Scheme+"://localhost"
		if port := public.Port(); port != "" {
			origin += ":" + port
		}
	}
	if net.ParseIP(strings.Trim(name, "[]")) != nil {
		return nil, nil
	}
	return webauthn.New(&webauthn.Config{
		RPID: name, RPDisplayName: "Bailiwick", RPOrigins: []string{origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: protocol.ResidentKeyRequired(), ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
}

// passkeyOwner is a member as the ceremonies know one.
type passkeyOwner struct {
	member models.Member
	keys   []models.Passkey
}

func (o passkeyOwner) WebAuthnID() []byte          { return o.member.ID[:] }
func (o passkeyOwner) WebAuthnName() string        { return o.member.Email }
func (o passkeyOwner) WebAuthnDisplayName() string { return o.member.Name }

func (o passkeyOwner) WebAuthnCredentials() (all []webauthn.Credential) {
	for _, k := range o.keys {
		var c webauthn.Credential
		if json.Unmarshal(k.Credential, &c) == nil {
			all = append(all, c)
		}
	}
	return all
}

// passkeyOwner is whoever is signed in, if they are a member and the panel's
// address can have passkeys.
func (h *Handlers) passkeyOwner(c echo.Context, g authz.Grant) (passkeyOwner, error) {
	x := guard.Of(c).Session
	if h.webauthn == nil || x.Principal.Kind != authz.Member {
		return passkeyOwner{}, models.ErrNotFound
	}
	keys, err := h.store.Passkeys(c.Request().Context(), g, x)
	return passkeyOwner{models.Member{ID: x.Principal.ID, Name: x.Name, Email: x.Email}, keys}, err
}

func (h *Handlers) listPasskeys(c echo.Context, g authz.Grant) error {
	o, err := h.passkeyOwner(c, g)
	if err != nil {
		return err
	}
	add := views.Action{Text: "Add a passkey", URL: passkeysPath + "/new", Icon: "plus", Primary: true}
	f := h.ownFrame(c, "Passkeys")
	p := views.RecordListPage{
		Frame:  f,
		Header: views.Header{Title: "Passkeys", Text: "A passkey signs you in with your fingerprint, your face or your device’s PIN. It needs no password and no code.", Actions: []views.Action{add}},
		List: views.List{
			Label: "Passkeys", Table: views.Table{Token: f.Token, Columns: []views.Column{{Text: "Name"}, {Text: "Added"}, {Text: "Last used"}}},
			Empty: views.Empty{Icon: "key-round", Title: "No passkeys yet", Text: "Add one on each device that you sign in with.", Action: &add},
		},
	}
	now := h.store.Now()
	for _, k := range o.keys {
		one, used := passkeysPath+"/"+k.ID.String(), views.Cell{Text: "Never"}
		if k.LastUsedAt != nil {
			used = views.Cell{Text: when(c, *k.LastUsedAt, now), Title: exact(k.LastUsedAt.In(zone(c)))}
		}
		p.List.Table.Rows = append(p.List.Table.Rows, views.Row{ID: k.ID.String(), Cells: []views.Cell{
			{Text: k.Name}, {Text: when(c, k.CreatedAt, now), Title: exact(k.CreatedAt.In(zone(c)))}, used,
		}, Menu: []views.Action{
			{Text: "Rename", URL: one + "/edit"}, {Text: "Remove…", URL: one + "/remove", Dialog: true, Danger: true},
		}})
	}
	return render(c, http.StatusOK, views.RecordList(p))
}

func (h *Handlers) newPasskey(c echo.Context, g authz.Grant) error {
	if _, err := h.passkeyOwner(c, g); err != nil {
		return err
	}
	return h.passkeyForm(c, http.StatusOK, device(c.Request().UserAgent()), nil)
}

func (h *Handlers) passkeyForm(c echo.Context, status int, name string, wrong models.Problems) error {
	f := h.ownFrame(c, "Add a passkey")
	return render(c, status, views.FormOn(views.FormPage{
		Frame: f, Header: views.Header{Title: "Add a passkey", Text: "Your browser then asks where to keep it: on this device, on your phone or on a security key."},
		Form: views.Form{
			Token: f.Token, Action: passkeysPath + "/new", Submit: "Go on", Cancel: passkeysPath, Problem: wrong[""], Plain: true,
			Fields: append([]views.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 64,
				Help: "So that you find it again in your list."}}, h.proofFields(c, wrong)...),
		},
	}))
}

// offerPasskey begins the ceremony by which the browser makes a passkey.
func (h *Handlers) offerPasskey(c echo.Context, g authz.Grant) error {
	o, err := h.passkeyOwner(c, g)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(posted(c, "name"))
	if err := h.prove(c); err != nil {
		if wrong, ok := problems(err); ok {
			return h.passkeyForm(c, http.StatusUnprocessableEntity, name, wrong)
		}
		return err
	}
	if p := models.CheckPasskeyName(name); p != "" {
		return h.passkeyForm(c, http.StatusUnprocessableEntity, name, models.Problems{"name": p})
	}
	options, session, err := h.webauthn.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return err
	}
	asked, err := h.challenge(c, o.member.ID, options, session)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	f := h.ownFrame(c, "Add a passkey")
	return render(c, http.StatusOK, views.PasskeyOffer(views.PasskeyOfferPage{
		Frame: f, Header: views.Header{Title: "Add “" + name + "”"}, RP: h.webauthn.Config.RPID, Action: passkeysPath, Name: name, Options: string(raw), Cancel: passkeysPath,
	}))
}

// asked is what the script hands to the browser.
type asked struct {
	Challenge string `json:"challenge"` // names what is kept here
	Options   any    `json:"options"`
}

func (h *Handlers) challenge(c echo.Context, member uuid.UUID, options any, session *webauthn.SessionData) (asked, error) {
	raw, err := json.Marshal(session)
	if err != nil {
		return asked{}, err
	}
	token, err := h.store.KeepChallenge(c.Request().Context(), member, raw)
	return asked{token, options}, err
}

// taken is the ceremony that a form belongs to, once.
func (h *Handlers) taken(c echo.Context, member uuid.UUID) (session webauthn.SessionData, err error) {
	raw, err := h.store.TakeChallenge(c.Request().Context(), posted(c, "challenge"), member)
	if err != nil {
		return session, err
	}
	return session, json.Unmarshal(raw, &session)
}

func (h *Handlers) createPasskey(c echo.Context, g authz.Grant) error {
	o, err := h.passkeyOwner(c, g)
	if err != nil {
		return err
	}
	name := posted(c, "name")
	if err := h.prove(c); err != nil {
		if wrong, ok := problems(err); ok {
			return h.passkeyForm(c, http.StatusUnprocessableEntity, name, wrong)
		}
		return err
	}
	session, err := h.taken(c, o.member.ID)
	var parsed *protocol.ParsedCredentialCreationData
	var made *webauthn.Credential
	if err == nil {
		if parsed, err = protocol.ParseCredentialCreationResponseBytes([]byte(posted(c, "credential"))); err == nil {
			made, err = h.webauthn.CreateCredential(o, session, parsed)
		}
	}
	var refused *protocol.Error
	if errors.Is(err, models.ErrNotFound) || errors.As(err, &refused) {
		err = models.Problems{"": "The browser’s answer came too late, or does not fit. Go on once more."}
	}
	if err == nil {
		var raw []byte
		if raw, err = json.Marshal(made); err == nil {
			err = h.store.AddPasskey(c.Request().Context(), g, guard.Of(c).Session, models.Passkey{Name: name, CredentialID: made.ID, Credential: raw})
		}
	}
	if wrong, ok := problems(err); ok {
		return h.passkeyForm(c, http.StatusUnprocessableEntity, name, wrong)
	}
	return h.passkeyDone(c, err, "You can sign in with “"+strings.TrimSpace(name)+"” now.")
}

func (h *Handlers) passkeyDone(c echo.Context, err error, text string) error {
	if err != nil {
		return err
	}
	h.say(c, text)
	return done(c, passkeysPath)
}

// ownPasskey finds the passkey that the address names among one's own.
func (h *Handlers) ownPasskey(c echo.Context, g authz.Grant) (models.Passkey, error) {
	o, err := h.passkeyOwner(c, g)
	if err != nil {
		return models.Passkey{}, err
	}
	for _, k := range o.keys {
		if k.ID.String() == c.Param("passkey") {
			return k, nil
		}
	}
	return models.Passkey{}, models.ErrNotFound
}

func (h *Handlers) editPasskey(c echo.Context, g authz.Grant) error {
	k, err := h.ownPasskey(c, g)
	if err != nil {
		return err
	}
	return h.passkeyNameForm(c, http.StatusOK, k, k.Name, nil)
}

func (h *Handlers) passkeyNameForm(c echo.Context, status int, k models.Passkey, name string, wrong models.Problems) error {
	f := h.ownFrame(c, "Rename "+k.Name)
	return render(c, status, views.FormOn(views.FormPage{
		Frame: f, Header: views.Header{Title: "Rename “" + k.Name + "”"},
		Form: views.Form{
			Token: f.Token, Action: passkeysPath + "/" + k.ID.String() + "/edit", Cancel: passkeysPath, Problem: wrong[""],
			Fields: []views.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 64, Autofocus: wrong == nil}},
		},
	}))
}

func (h *Handlers) updatePasskey(c echo.Context, g authz.Grant) error {
	k, err := h.ownPasskey(c, g)
	if err != nil {
		return err
	}
	name := posted(c, "name")
	err = h.store.RenamePasskey(c.Request().Context(), g, guard.Of(c).Session, k.ID, name)
	if wrong, ok := problems(err); ok {
		return h.passkeyNameForm(c, http.StatusUnprocessableEntity, k, name, wrong)
	}
	return h.passkeyDone(c, err, "Saved.")
}

func (h *Handlers) askRemovePasskey(c echo.Context, g authz.Grant) error {
	k, err := h.ownPasskey(c, g)
	if err != nil {
		return err
	}
	return h.removePasskeyDialog(c, http.StatusOK, k, nil)
}

func (h *Handlers) removePasskeyDialog(c echo.Context, status int, k models.Passkey, wrong models.Problems) error {
	f := h.ownFrame(c, "Remove "+k.Name)
	return render(c, status, views.DialogPage(views.Dialog{
		Frame: f, Title: "Remove “" + k.Name + "”?", Text: []string{"It does not sign you in any more. Take it off your device too, so that it is not offered there."},
		Form: views.Form{Token: f.Token, Action: passkeysPath + "/" + k.ID.String() + "/remove", Submit: "Remove", Danger: true, Cancel: passkeysPath,
			Problem: wrong[""], Fields: h.proofFields(c, wrong)},
	}))
}

func (h *Handlers) removePasskey(c echo.Context, g authz.Grant) error {
	k, err := h.ownPasskey(c, g)
	if err != nil {
		return err
	}
	if err = h.prove(c); err == nil {
		err = h.store.RemovePasskey(c.Request().Context(), g, guard.Of(c).Session, k.ID)
	}
	if wrong, ok := problems(err); ok {
		return h.removePasskeyDialog(c, http.StatusUnprocessableEntity, k, wrong)
	}
	return h.passkeyDone(c, err, "“"+k.Name+"” is removed.")
}

// askPasskey answers the script of the sign-in page with what a passkey is to
// sign. Nobody has said yet who they are.
func (h *Handlers) askPasskey(c echo.Context) error {
	if h.webauthn == nil {
		return models.ErrNotFound
	}
	if err := h.allowAt(c, models.DoorPasskey, ""); err != nil {
		return err
	}
	options, session, err := h.webauthn.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	asked, err := h.challenge(c, uuid.Nil, options, session)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, asked)
}

// createPasskeySession signs in by a passkey.
func (h *Handlers) createPasskeySession(c echo.Context) error {
	if h.webauthn == nil {
		return models.ErrNotFound
	}
	if err := h.allowAt(c, models.DoorPasskey, ""); err != nil {
		return err
	}
	who, err := h.signInByPasskey(c)
	var refused *protocol.Error
	told := err
	if errors.Is(err, models.ErrNotFound) || errors.As(err, &refused) {
		told = models.ErrSignIn
	}
	h.tell(c, models.Attempt{Door: models.DoorPasskey, Who: who}, told)
	if errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrSignIn) || errors.As(err, &refused) {
		p := h.signInPage(c)
		p.Problem = noPasskey
		return render(c, http.StatusUnprocessableEntity, views.SignIn(p))
	}
	if err != nil {
		return err
	}
	return done(c, orElse(returnPath(posted(c, "return")), "/"))
}

// signInByPasskey tells whose passkey it was, where that is known, even where it
// does not sign in.
func (h *Handlers) signInByPasskey(c echo.Context) (who authz.PrincipalID, err error) {
	session, err := h.taken(c, uuid.Nil)
	if err != nil {
		return who, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(posted(c, "credential")))
	if err != nil {
		return who, err
	}
	var o passkeyOwner
	var failed error
	_, signed, err := h.webauthn.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		id, err := uuid.FromBytes(handle)
		if err != nil {
			return nil, err
		}
		o.member, o.keys, failed = h.store.PasskeysToSignIn(c.Request().Context(), id)
		return o, failed
	}, session, parsed)
	if failed != nil {
		return who, failed
	}
	if len(o.keys) > 0 {
		who = o.member.Principal()
	}
	if err != nil {
		return who, err
	}
	for _, was := range o.keys {
		if string(was.CredentialID) != string(signed.ID) {
			continue
		}
		// A counter that goes back is that of a copy; which one signs is not known.
		if signed.Authenticator.CloneWarning {
			if err := h.store.RefusePasskey(c.Request().Context(), o.member, was, c.RealIP()); err != nil {
				return who, err
			}
			return who, models.ErrSignIn
		}
		now := was
		if now.Credential, err = json.Marshal(signed); err != nil {
			return who, err
		}
		return who, h.guard.SignInByPasskey(c, was, now)
	}
	return who, models.ErrSignIn
}
