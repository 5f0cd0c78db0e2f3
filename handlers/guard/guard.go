package guard

import (
	"bailiwick/models/login"
	"bailiwick/models/program"
	stores "bailiwick/models/store"

	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
)

// Guard knows who is asking and decides every request.
type Guard struct {
	Cookies
	store   *models.Store
	catalog *catalog.Catalog
	secret  []byte
	cookies *cookieStore // of sessions
	halves  *cookieStore // of sign-ins that wait for their code
	known   *cookieStore // of browsers that signed in before
	forms   []byte       // key of the forms' tokens
	pace    pace         // of programs
}

// New makes a guard. The secret signs cookies; secure says that the panel is
// reached by HTTPS.
func New(store *models.Store, secret []byte, secure bool) *Guard {
	k := Cookies{secure}
	return &Guard{
		k, store, store.Catalog(), secret, newCookieStore("bailiwick", stores.SessionLife, secret, k),
		newCookieStore("bailiwick-code", login.HalfSignInLife, secret, k),
		newCookieStore("bailiwick-browser", stores.BrowserLife, secret, k), derive(secret, "form token"), newPace(),
	}
}

// SignedOut is the error of a request without a live session.
type SignedOut struct {
	Link   string // the last part of the login page's address, where a subuser's session ended
	Unused bool   // for longer than an account allows, and so it ended now
}

func (SignedOut) Error() string { return "signed out" }

// ErrForged is the error of a form that this session did not ask for.
var ErrForged = errors.New("the form's token is not of this session")

// OutsideNetworks is the error of a request from an address that the account's
// networks do not let in.
type OutsideNetworks struct {
	Address string
	Blocked bool // rather than in none of those allowed
	Owner   bool // asks, who reaches some sections all the same
}

func (e OutsideNetworks) Error() string { return e.Address + " may not come in" }

// NeedsProof is the error of an owner's request, from such an address, to what
// they reach all the same once they prove who they are.
type NeedsProof struct{}

func (NeedsProof) Error() string { return "the owner must prove who they are" }

// NeedsTwoStep is the error of a visit to an account that wants sign-ins of two
// steps by a session that took one.
type NeedsTwoStep struct{}

func (NeedsTwoStep) Error() string { return "the account requires two-step sign-in" }

// RolesEnded is the error of a request into an account where all that the
// principal held has ended, and nothing else reaches it.
type RolesEnded struct {
	Place login.Place
	At    time.Time // of the last
}

func (RolesEnded) Error() string { return "all roles held here have ended" }

// Visit is one request of somebody who is signed in.
type Visit struct {
	Session  login.Session   // of a program it says who acts, and nothing else
	Program  *program.Caller // who comes with a key; nil for people
	Snapshot *authz.Snapshot
	Who      authz.Who
	Place    login.Place        // of the account in the address, empty where it may not be known of
	At       authz.Account      // the account in the address, or NoAccount
	May      catalog.Mask       // all that is allowed there
	Asks     catalog.Permission // what the route asks for; zero outside accounts
	Token    string             // that every form carries
	Unnoted  error              // why it could not be noted that the session was in the account
	address  string
	asked    login.Place // the account in the address, known of or not
}

const visitKey = "visit"

// Actor is who is asking, and from where.
func (v *Visit) Actor() authz.Actor {
	if v.Program != nil {
		return v.Program.Actor(v.address)
	}
	a := v.Session.Actor()
	a.Address, a.Idle = v.address, v.Session.Idle
	if !v.Session.TwoStep {
		a.OneStep = v.Session.StartedAt
	}
	return a
}

// IdleLimit is how long the session may go unused where it is; zero is for as
// long as it lasts.
func (v *Visit) IdleLimit() time.Duration { return cmp.Or(v.Place.IdleLimit, v.Session.IdleLimit) }

// Of gives the visit that the guard found, or nil on a public route.
func Of(c echo.Context) *Visit {
	v, _ := c.Get(visitKey).(*Visit)
	return v
}

// visit finds who is asking, by one query that also says whether the snapshot
// is up to date for the account in the address.
func (g *Guard) visit(c echo.Context, account uuid.UUID) (*Visit, error) {
	token := g.cookies.token(c.Request())
	if token == "" {
		return nil, SignedOut{}
	}
	ctx := c.Request().Context()
	session, place, err := g.store.SessionAt(ctx, token, account, c.Request().URL.Path)
	switch {
	case errors.Is(err, stores.ErrNotFound):
		return nil, SignedOut{}
	case err != nil:
		return nil, err
	case !session.Live(g.store.Now()):
		return nil, g.signedOut(c, session)
	case session.Exceeds(session.IdleLimit):
		return nil, g.unused(c, session)
	}
	if err := g.store.Use(ctx, session); err != nil {
		return nil, fmt.Errorf("note that the session is used: %w", err)
	}
	snap, err := g.store.Fresh(ctx, place.Tenant, place.Epoch)
	if err != nil {
		return nil, fmt.Errorf("bring the access snapshot up to date: %w", err)
	}
	v := &Visit{Session: session, Snapshot: snap, Who: snap.Who(session.Principal), At: authz.NoAccount, Token: g.formToken(session.ID), address: c.RealIP(), asked: place}
	v.enter(place)
	c.Set(visitKey, v)
	if unsafe(c.Request().Method) && subtle.ConstantTimeCompare([]byte(c.Request().PostFormValue("token")), []byte(v.Token)) != 1 {
		return nil, ErrForged
	}
	return v, nil
}

// enter says where the visit is, if whoever asks may know of the account.
func (v *Visit) enter(place login.Place) {
	a, ok := v.Snapshot.Find(place.Account)
	if !ok || !v.Snapshot.Decide(v.Who, 1, a).Visible() {
		return
	}
	v.At, v.Place, v.May = a, place, v.Snapshot.May(v.Who, a)
}

// Enter puts a visit about oneself into an account, where that may be known of,
// so that its page can stand inside it.
func (g *Guard) Enter(c echo.Context, account uuid.UUID) error {
	_, place, err := g.store.Session(c.Request().Context(), g.cookies.token(c.Request()), account)
	if v := Of(c); err == nil && place.Admits(v.address) && place.Trusts(v.Session) && !v.Session.Exceeds(place.IdleLimit) {
		v.enter(place)
	}
	return err
}

// authorize decides the account in the address. What may not be known of
// answers as if it were absent.
func (g *Guard) authorize(c echo.Context, p catalog.Permission) (authz.Grant, error) {
	id, err := uuid.Parse(c.Param("account"))
	if err != nil || id.String() != c.Param("account") {
		id = uuid.Nil
	}
	v, err := g.visit(c, id)
	if err != nil {
		return authz.Grant{}, err
	}
	v.Asks = p
	grant, err := v.Snapshot.Authorize(v.Actor(), p, id)
	var denial *authz.Denial
	if errors.As(err, &denial) && !denial.Decision.Visible() {
		return grant, v.ended(denial, id, err)
	}
	switch {
	case v.At == authz.NoAccount:
	case v.Session.Exceeds(v.Place.IdleLimit):
		return authz.Grant{}, g.unused(c, v.Session)
	case !v.Place.Admits(v.address) && !g.ownersWay(v):
		return authz.Grant{}, OutsideNetworks{v.address, v.Place.Blocks(v.address), v.Snapshot.Owns(v.Who, v.At)}
	case !v.Place.Admits(v.address) && !v.Session.Fresh(g.store.Now()):
		return authz.Grant{}, NeedsProof{}
	case !v.Place.Trusts(v.Session):
		return authz.Grant{}, NeedsTwoStep{}
	}
	if err == nil {
		// A database that takes no changes is read all the same: the next request tries again.
		v.Unnoted = g.store.Enter(c.Request().Context(), v.Session, id)
	}
	return grant, err
}

// ended is the error of a denial where all that the visitor held in the account has
// ended.
func (v *Visit) ended(d *authz.Denial, account uuid.UUID, err error) error {
	if a, ok := v.Snapshot.Find(account); ok && d.Decision.Reason == authz.NoRoleHere {
		if end := v.Snapshot.Ended(v.Who, a); !end.IsZero() {
			return RolesEnded{v.asked, end}
		}
	}
	return err
}

// ownersWay tells whether a request is to what nobody can shut the account's
// owner out of.
func (g *Guard) ownersWay(v *Visit) bool {
	return g.catalog.Info(v.Asks).Section.Always && v.Snapshot.Owns(v.Who, v.At)
}

// signedOut says where the owner of a dead session signs in again.
func (g *Guard) signedOut(c echo.Context, s login.Session) (out SignedOut) {
	if s.Principal.Kind == authz.Subuser {
		if link, err := g.store.LoginLinkOf(c.Request().Context(), s.Tenant, s.Account); err == nil {
			out.Link = link
		}
	}
	return out
}

// unused ends a session that went unused for longer than an account allows.
func (g *Guard) unused(c echo.Context, s login.Session) error {
	err := g.store.EndSession(c.Request().Context(), authz.Self(s.Actor()), s.Principal, s.ID)
	if err != nil && !errors.Is(err, stores.ErrNotFound) { // another request ended it
		return err
	}
	out := g.signedOut(c, s)
	out.Unused = true
	return out
}

// SignIn starts the session of somebody whose password was right;
// models.ErrTwoStep where that is not enough.
func (g *Guard) SignIn(c echo.Context, l login.Login) error {
	token, err := g.store.StartSession(c.Request().Context(), l, c.RealIP(), c.Request().UserAgent())
	if err != nil {
		return err
	}
	return g.begin(c, l.Principal, token)
}

// Browser is what the cookie of a browser that signed in before holds; empty for
// others.
func (g *Guard) Browser(c echo.Context) string { return g.known.token(c.Request()) }

// begin sets the cookies of a new session. One that the browser had before ends.
func (g *Guard) begin(c echo.Context, who authz.PrincipalID, token string) error {
	ctx := c.Request().Context()
	browser, err := g.store.RememberBrowser(ctx, who, g.Browser(c))
	if err != nil {
		return err
	}
	if err := g.known.set(c.Request(), c.Response(), browser); err != nil {
		return err
	}
	if old := g.cookies.token(c.Request()); old != "" {
		if s, _, err := g.store.Session(ctx, old, uuid.Nil); err == nil {
			// Not being there any more is what is wanted.
			_ = g.store.EndSession(ctx, authz.Self(s.Actor()), s.Principal, s.ID)
		}
	}
	return g.cookies.set(c.Request(), c.Response(), token)
}

// SignInByPasskey starts the session of somebody whose passkey signed, as the
// store does.
func (g *Guard) SignInByPasskey(c echo.Context, was, now login.Passkey) error {
	token, err := g.store.SignInByPasskey(c.Request().Context(), was, now, c.RealIP(), c.Request().UserAgent())
	if err != nil {
		return err
	}
	return g.begin(c, authz.PrincipalID{Kind: authz.Member, ID: was.MemberID}, token)
}

// AwaitCode keeps, in a cookie of its own, that a password was right and the
// code is missing.
func (g *Guard) AwaitCode(c echo.Context, l login.Login, returnTo string) error {
	token, err := g.store.StartHalfSignIn(c.Request().Context(), l, returnTo)
	if err != nil {
		return err
	}
	return g.halves.set(c.Request(), c.Response(), token)
}

// HalfSignIn is the sign-in of this browser that waits for its code;
// models.ErrNotFound where there is none.
func (g *Guard) HalfSignIn(c echo.Context) (login.HalfSignIn, error) {
	token := g.halves.token(c.Request())
	if token == "" {
		return login.HalfSignIn{}, stores.ErrNotFound
	}
	return g.store.HalfSignIn(c.Request().Context(), token)
}

// FinishSignIn takes the code and starts the session, as the store does.
func (g *Guard) FinishSignIn(c echo.Context, code string) (left int, err error) {
	token, h, left, err := g.store.FinishSignIn(c.Request().Context(), g.halves.token(c.Request()), code, c.RealIP(), c.Request().UserAgent())
	if err != nil {
		return left, err
	}
	if err := g.halves.clear(c.Request(), c.Response()); err != nil {
		return left, err
	}
	return left, g.begin(c, h.Principal, token)
}

// Forget takes the cookie away.
func (g *Guard) Forget(c echo.Context) error { return g.cookies.clear(c.Request(), c.Response()) }

// Guest is the visit of somebody who is signed in on a public route, or nil.
// Their forms carry their session's token there too.
func (g *Guard) Guest(c echo.Context) (*Visit, error) {
	v, err := g.visit(c, uuid.Nil)
	var out SignedOut
	if errors.As(err, &out) {
		return nil, nil
	}
	return v, err
}

// SignedIn tells who is signed in on a public route, or nil.
func (g *Guard) SignedIn(c echo.Context) *login.Session {
	token := g.cookies.token(c.Request())
	if token == "" {
		return nil
	}
	s, _, err := g.store.Session(c.Request().Context(), token, uuid.Nil)
	if err != nil || !s.Live(g.store.Now()) {
		return nil
	}
	return &s
}

// Prove checks the visitor's password again and gives their session a new token.
func (g *Guard) Prove(c echo.Context, self authz.Grant, password string) error {
	v := Of(c)
	return g.Renew(c, func(token string) (renewed string, err error) {
		renewed, v.Session.ProvedAt, err = g.store.Prove(c.Request().Context(), self, v.Session, token, password)
		return renewed, err
	})
}

// Renew sets the cookie of a session that got a new token in place of its own.
func (g *Guard) Renew(c echo.Context, do func(token string) (renewed string, err error)) error {
	renewed, err := do(g.cookies.token(c.Request()))
	if err != nil {
		return err
	}
	return g.cookies.set(c.Request(), c.Response(), renewed)
}

// formToken is what the forms of a session carry, which another site can not
// know. It outlives a new token of the session, so that forms open elsewhere do.
func (g *Guard) formToken(session uuid.UUID) string {
	m := hmac.New(sha256.New, g.forms)
	m.Write(session[:])
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// CrossOrigin refuses what another site makes a browser send.
func CrossOrigin() echo.MiddlewareFunc {
	check := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := check.Check(c.Request()); err != nil {
				return ErrForged
			}
			return next(c)
		}
	}
}
