package login

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
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

// noPasskey is the one answer to every passkey that does not sign in.
const noPasskey = "That passkey doesn't work here. Try again, or sign in with your password."

// passkeyOwner is a member as the ceremonies know one.
type passkeyOwner struct {
	member logins.Member
	keys   []logins.Passkey
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
	if h.Webauthn == nil || x.Principal.Kind != authz.Member {
		return passkeyOwner{}, store.ErrNotFound
	}
	keys, err := h.Store.Passkeys(c.Request().Context(), g, x)
	return passkeyOwner{logins.Member{ID: x.Principal.ID, Name: x.Name, Email: x.Email}, keys}, err
}

func (h *Handlers) listPasskeys(c echo.Context, g authz.Grant) error {
	o, err := h.passkeyOwner(c, g)
	if err != nil {
		return err
	}
	add := part.Action{Text: "Add a passkey", URL: page.PasskeysPath + "/new", Icon: "plus", Primary: true}
	f := h.OwnFrame(c, "Passkeys")
	p := record.ListPage{
		Frame:  f,
		Header: part.Header{Title: "Passkeys", Text: "A passkey signs you in with your fingerprint, your face or your device's PIN, without a password or code.", Actions: []part.Action{add}},
		List: part.List{
			Label: "Passkeys", Table: part.Table{Token: f.Token, Columns: []part.Column{{Text: "Name"}, {Text: "Added"}, {Text: "Last used"}}},
			Empty: part.Empty{Icon: "key-round", Title: "No passkeys yet", Text: "Add one on each device that you sign in with.", Action: &add},
		},
	}
	for _, k := range o.keys {
		one, used := page.PasskeysPath+"/"+k.ID.String(), part.Cell{Text: "Never"}
		if k.LastUsedAt != nil {
			used = h.TimeCell(c, *k.LastUsedAt)
		}
		p.List.Table.Rows = append(p.List.Table.Rows, part.Row{ID: k.ID.String(), Cells: []part.Cell{
			{Text: k.Name}, h.TimeCell(c, k.CreatedAt), used,
		}, Menu: []part.Action{
			{Text: "Rename", URL: one + "/edit"}, {Text: "Remove…", URL: one + "/remove", Dialog: true, Danger: true},
		}})
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

func (h *Handlers) newPasskey(c echo.Context, g authz.Grant) error {
	if _, err := h.passkeyOwner(c, g); err != nil {
		return err
	}
	return h.passkeyForm(c, http.StatusOK, Device(c.Request().UserAgent()), nil)
}

func (h *Handlers) passkeyForm(c echo.Context, status int, name string, wrong store.Problems) error {
	f := h.OwnFrame(c, "Add a passkey")
	return page.Render(c, status, record.FormOn(part.FormPage{
		Frame: f, Header: part.Header{Title: "Add a passkey", Text: "Your browser then asks where to keep it: on this device, on your phone or on a security key."},
		Form: part.Form{
			Token: f.Token, Action: page.PasskeysPath + "/new", Submit: "Continue", Cancel: page.PasskeysPath, Problem: wrong[""], Plain: true,
			Fields: append([]part.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 64,
				Help: "To recognize it in your list."}}, h.ProofFields(c, wrong)...),
		},
	}))
}

// offerPasskey begins the ceremony by which the browser makes a passkey.
func (h *Handlers) offerPasskey(c echo.Context, g authz.Grant) error {
	o, err := h.passkeyOwner(c, g)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(page.Posted(c, "name"))
	if err := h.Prove(c); err != nil {
		if wrong, ok := page.Problems(err); ok {
			return h.passkeyForm(c, http.StatusUnprocessableEntity, name, wrong)
		}
		return err
	}
	if p := logins.CheckPasskeyName(name); p != "" {
		return h.passkeyForm(c, http.StatusUnprocessableEntity, name, store.Problems{"name": p})
	}
	options, session, err := h.Webauthn.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.WebAuthnCredentials()).CredentialDescriptors()))
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
	f := h.OwnFrame(c, "Add a passkey")
	return page.Render(c, http.StatusOK, login.PasskeyOffer(login.PasskeyOfferPage{
		Frame: f, Header: part.Header{Title: "Add “" + name + "”"}, RP: h.Webauthn.Config.RPID, Action: page.PasskeysPath, Name: name, Options: string(raw), Cancel: page.PasskeysPath,
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
	token, err := h.Store.KeepChallenge(c.Request().Context(), member, raw)
	return asked{token, options}, err
}

// taken is the ceremony that a form belongs to, once.
func (h *Handlers) taken(c echo.Context, member uuid.UUID) (session webauthn.SessionData, err error) {
	raw, err := h.Store.TakeChallenge(c.Request().Context(), page.Posted(c, "challenge"), member)
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
	name := page.Posted(c, "name")
	if err := h.Prove(c); err != nil {
		if wrong, ok := page.Problems(err); ok {
			return h.passkeyForm(c, http.StatusUnprocessableEntity, name, wrong)
		}
		return err
	}
	session, err := h.taken(c, o.member.ID)
	var parsed *protocol.ParsedCredentialCreationData
	var made *webauthn.Credential
	if err == nil {
		if parsed, err = protocol.ParseCredentialCreationResponseBytes([]byte(page.Posted(c, "credential"))); err == nil {
			made, err = h.Webauthn.CreateCredential(o, session, parsed)
		}
	}
	var refused *protocol.Error
	if errors.Is(err, store.ErrNotFound) || errors.As(err, &refused) {
		err = store.Problems{"": "The browser's answer came too late or was wrong. Try again."}
	}
	if err == nil {
		var raw []byte
		if raw, err = json.Marshal(made); err == nil {
			err = h.Store.AddPasskey(c.Request().Context(), g, guard.Of(c).Session, logins.Passkey{Name: name, CredentialID: made.ID, Credential: raw})
		}
	}
	if wrong, ok := page.Problems(err); ok {
		return h.passkeyForm(c, http.StatusUnprocessableEntity, name, wrong)
	}
	return h.passkeyDone(c, err, "You can sign in with “"+strings.TrimSpace(name)+"” now.")
}

func (h *Handlers) passkeyDone(c echo.Context, err error, text string) error {
	if err != nil {
		return err
	}
	h.Say(c, text)
	return page.Done(c, page.PasskeysPath)
}

// ownPasskey finds the passkey that the address names among one's own.
func (h *Handlers) ownPasskey(c echo.Context, g authz.Grant) (logins.Passkey, error) {
	o, err := h.passkeyOwner(c, g)
	if err != nil {
		return logins.Passkey{}, err
	}
	for _, k := range o.keys {
		if k.ID.String() == c.Param("passkey") {
			return k, nil
		}
	}
	return logins.Passkey{}, store.ErrNotFound
}

func (h *Handlers) editPasskey(c echo.Context, g authz.Grant) error {
	k, err := h.ownPasskey(c, g)
	if err != nil {
		return err
	}
	return h.passkeyNameForm(c, http.StatusOK, k, k.Name, nil)
}

func (h *Handlers) passkeyNameForm(c echo.Context, status int, k logins.Passkey, name string, wrong store.Problems) error {
	f := h.OwnFrame(c, "Rename "+k.Name)
	return page.Render(c, status, record.FormOn(part.FormPage{
		Frame: f, Header: part.Header{Title: "Rename “" + k.Name + "”"},
		Form: part.Form{
			Token: f.Token, Action: page.PasskeysPath + "/" + k.ID.String() + "/edit", Cancel: page.PasskeysPath, Problem: wrong[""],
			Fields: []part.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 64, Autofocus: wrong == nil}},
		},
	}))
}

func (h *Handlers) updatePasskey(c echo.Context, g authz.Grant) error {
	k, err := h.ownPasskey(c, g)
	if err != nil {
		return err
	}
	name := page.Posted(c, "name")
	err = h.Store.RenamePasskey(c.Request().Context(), g, guard.Of(c).Session, k.ID, name)
	if wrong, ok := page.Problems(err); ok {
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

func (h *Handlers) removePasskeyDialog(c echo.Context, status int, k logins.Passkey, wrong store.Problems) error {
	f := h.OwnFrame(c, "Remove "+k.Name)
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: "Remove “" + k.Name + "”?", Text: []string{"It no longer signs you in. Delete it on your device too, so that it isn't offered there."},
		Form: part.Form{Token: f.Token, Action: page.PasskeysPath + "/" + k.ID.String() + "/remove", Submit: "Remove", Danger: true, Cancel: page.PasskeysPath,
			Problem: wrong[""], Fields: h.ProofFields(c, wrong)},
	}))
}

func (h *Handlers) removePasskey(c echo.Context, g authz.Grant) error {
	k, err := h.ownPasskey(c, g)
	if err != nil {
		return err
	}
	if err = h.Prove(c); err == nil {
		err = h.Store.RemovePasskey(c.Request().Context(), g, guard.Of(c).Session, k.ID)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.removePasskeyDialog(c, http.StatusUnprocessableEntity, k, wrong)
	}
	return h.passkeyDone(c, err, "“"+k.Name+"” is removed.")
}

// askPasskey answers the script of the sign-in page with what a passkey is to
// sign. Nobody has said yet who they are.
func (h *Handlers) askPasskey(c echo.Context) error {
	if h.Webauthn == nil {
		return store.ErrNotFound
	}
	if err := h.AllowAt(c, logins.DoorPasskey, ""); err != nil {
		return err
	}
	options, session, err := h.Webauthn.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
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
	if h.Webauthn == nil {
		return store.ErrNotFound
	}
	if err := h.AllowAt(c, logins.DoorPasskey, ""); err != nil {
		return err
	}
	who, err := h.signInByPasskey(c)
	var refused *protocol.Error
	told := err
	if errors.Is(err, store.ErrNotFound) || errors.As(err, &refused) {
		told = store.ErrSignIn
	}
	h.Tell(c, logins.Attempt{Door: logins.DoorPasskey, Who: who}, told)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrSignIn) || errors.As(err, &refused) {
		p := h.signInPage(c)
		p.Problem = noPasskey
		return page.Render(c, http.StatusUnprocessableEntity, login.SignIn(p))
	}
	if err != nil {
		return err
	}
	return page.Done(c, cmp.Or(page.ReturnPath(page.Posted(c, "return")), "/"))
}

// signInByPasskey tells whose passkey it was, where that is known, even where it
// does not sign in.
func (h *Handlers) signInByPasskey(c echo.Context) (who authz.PrincipalID, err error) {
	session, err := h.taken(c, uuid.Nil)
	if err != nil {
		return who, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(page.Posted(c, "credential")))
	if err != nil {
		return who, err
	}
	var o passkeyOwner
	var failed error
	_, signed, err := h.Webauthn.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		id, err := uuid.FromBytes(handle)
		if err != nil {
			return nil, err
		}
		o.member, o.keys, failed = h.Store.PasskeysToSignIn(c.Request().Context(), id)
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
			if err := h.Store.RefusePasskey(c.Request().Context(), o.member, was, c.RealIP()); err != nil {
				return who, err
			}
			return who, store.ErrSignIn
		}
		now := was
		if now.Credential, err = json.Marshal(signed); err != nil {
			return who, err
		}
		return who, h.Guard.SignInByPasskey(c, was, now)
	}
	return who, store.ErrSignIn
}
