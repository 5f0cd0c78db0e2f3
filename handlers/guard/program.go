package guard

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/login"
	"bailiwick/models/program"
	"bailiwick/models/store"
)

// APIPath is where programs come in, who prove with a key who they act as. No cookie
// opens anything there, and no key anything elsewhere.
const APIPath = "/api/v1"

// Me stands in an address for the account of the key.
const Me = "me"

// Refused is the error of a call whose key is missing or not good. What it was tried
// with is kept for the log.
type Refused struct {
	Attempt login.Attempt
	Err     error // a login.Refusal, or store.TooMany
}

func (e Refused) Error() string { return "key refused: " + e.Err.Error() }

// Unwrap gives the reason.
func (e Refused) Unwrap() error { return e.Err }

// ErrNoKey is the reason of a call without a key.
var ErrNoKey = errors.New("no key")

// ProgramSelf answers whoever comes with a good key, about that key. The visit is in
// the key's own account. It is the one operation that no page has.
func ProgramSelf(path, reason string, o Operation) Route {
	o.Method, o.Path, o.reason = http.MethodGet, APIPath+path, reason
	return Route{self: reason, operations: []Operation{o}}
}

// authorizeSelf lets in whoever comes with a good key.
func (g *Guard) authorizeSelf(c echo.Context) error {
	v, err := g.call(c, uuid.Nil)
	if err == nil && !v.Place.Admits(v.address) {
		err = OutsideNetworks{v.address, v.Place.Blocks(v.address), false}
	}
	return err
}

// bearer is the key of a request; empty where it has none.
func bearer(c echo.Context) string {
	scheme, key, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}

// call finds which program calls, by one query that also says whether the snapshot is
// up to date for the account in the address. A key that this node has not met takes an
// attempt from the limits of its address before it is looked for, and so does one that
// is not good.
func (g *Guard) call(c echo.Context, account uuid.UUID) (*Visit, error) {
	secret, ctx, address := bearer(c), c.Request().Context(), c.RealIP()
	if secret == "" {
		return nil, ErrNoKey
	}
	x, place, err := g.caller(ctx, secret, account, address)
	if err != nil {
		return nil, err
	}
	snap, err := g.store.Fresh(ctx, place.Tenant, place.Epoch)
	if err != nil {
		return nil, err
	}
	actor := x.Actor(address)
	v := &Visit{
		Session:  login.Session{Principal: x.Principal, Tenant: x.Key.TenantID, Account: x.Key.AccountID, Name: x.Name, Active: true},
		Program:  &x,
		Snapshot: snap, Who: snap.Acting(actor), At: authz.NoAccount, address: address, asked: place,
	}
	own, _ := snap.Find(x.Key.AccountID)
	why := login.Why("")
	switch snap.Decide(snap.Who(x.Principal), 1, own).Reason {
	case authz.UnknownPrincipal, authz.UnknownAccount:
		why = login.WhyDeleted
	case authz.PrincipalInactive:
		why = login.WhySuspended
	case authz.AccountSuspended:
		why = login.WhyAccount
	}
	if why != "" {
		return nil, g.refused(ctx, login.Attempt{Door: login.DoorKey, Address: address}, login.Refusal{Who: x.Principal, Tenant: x.Key.TenantID, Why: why})
	}
	v.Unnoted = g.store.KeyUsed(ctx, x.Key, address)
	v.enter(place)
	c.Set(visitKey, v)
	return v, nil
}

// caller finds who comes with a key, within the limits.
func (g *Guard) caller(ctx context.Context, secret string, account uuid.UUID, address string) (program.Caller, login.Place, error) {
	attempt := login.Attempt{Door: login.DoorKey, Address: address}
	if g.store.KnowsKey(secret) {
		x, place, err := g.store.Caller(ctx, secret, account, address)
		return x, place, g.refused(ctx, attempt, err)
	}
	allowed, err := g.store.Allow(ctx, attempt)
	if err != nil {
		return program.Caller{}, login.Place{}, refusal(attempt, err)
	}
	x, place, err := g.store.Caller(ctx, secret, account, address)
	if err == nil {
		err = g.store.Succeeded(ctx, allowed)
	}
	return x, place, refusal(attempt, err)
}

// refused takes an attempt from the limits where a key is not good.
func (g *Guard) refused(ctx context.Context, a login.Attempt, err error) error {
	if errors.Is(err, store.ErrSignIn) {
		if _, many := g.store.Allow(ctx, a); many != nil {
			err = many
		}
	}
	return refusal(a, err)
}

// refusal keeps with an error what was tried, where it is about that.
func refusal(a login.Attempt, err error) error {
	if errors.Is(err, store.ErrSignIn) || errors.As(err, new(store.TooMany)) || errors.Is(err, store.ErrCrowded) {
		return Refused{a, err}
	}
	return err
}

// authorizeProgram decides the account in the address for who comes with a key, as
// authorize does for people. That sessions take two steps or end unused is about
// people, and an owner's way past the networks asks for a proof that no program gives.
func (g *Guard) authorizeProgram(c echo.Context, p catalog.Permission) (authz.Grant, error) {
	id := uuid.Nil // the key's own
	if asked := c.Param("account"); asked != Me {
		var err error
		if id, err = uuid.Parse(asked); err != nil || id.String() != asked || id == uuid.Nil {
			id = uuid.Max // nobody's
		}
	}
	v, err := g.call(c, id)
	if err != nil {
		return authz.Grant{}, err
	}
	v.Asks, id = p, v.asked.Account
	grant, err := v.Snapshot.Authorize(v.Actor(), p, id)
	var denial *authz.Denial
	if errors.As(err, &denial) && !denial.Decision.Visible() {
		return grant, v.ended(denial, id, err)
	}
	if v.At != authz.NoAccount && !v.Place.Admits(v.address) {
		return authz.Grant{}, OutsideNetworks{v.address, v.Place.Blocks(v.address), false}
	}
	if err == nil && v.Program.Key.ReadOnly && unsafe(c.Request().Method) {
		return authz.Grant{}, &authz.Denial{Actor: v.Actor(), Permission: p, Resource: grant.Resource(), Decision: authz.Decision{Reason: authz.KeyLacks, HeldAt: v.At, CutBy: authz.NoAccount}}
	}
	return grant, err
}
