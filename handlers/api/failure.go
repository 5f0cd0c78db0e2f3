package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

const failureTime = 2 * time.Second

// Fail answers an error: the one place where errors of calls become statuses and
// problems.
func (h *Base) Fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	// The request's own time may be over; saying so takes a little more.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), failureTime)
	defer cancel()
	c.SetRequest(c.Request().WithContext(ctx))
	c.Response().Header().Del(echo.HeaderContentType)
	if sent := h.problem(c, err).Send(c); sent != nil {
		h.Config.Log.Error("answer an error", "request_id", page.RequestID(c), "error", sent)
	}
}

func (h *Base) problem(c echo.Context, err error) Problem {
	var refused guard.Refused
	var outside guard.OutsideNetworks
	var ended guard.RolesEnded
	var denial *authz.Denial
	var he *echo.HTTPError
	var tooMany store.TooMany
	var tooLarge *http.MaxBytesError
	wrong, isProblem := page.Problems(err)
	if errors.As(err, &refused) {
		h.Tell(c, refused.Attempt, refused.Err)
	}
	switch {
	case errors.Is(err, guard.NoKey):
		return Problem{Status: http.StatusUnauthorized, Type: keyType("missing"), Title: "No key", Detail: "Send a key in the header: Authorization: Bearer bw_…"}
	case errors.As(err, &tooMany):
		wait := tooMany.Until.Sub(h.Store.Now())
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		return Problem{Status: http.StatusTooManyRequests, Detail: "Too many tries. Try again in " + letter.Wait(wait) + "."}
	case errors.Is(err, store.ErrSignIn):
		return refusal(err)
	case errors.As(err, &outside):
		return Problem{Status: http.StatusForbidden, Title: "Not from here",
			Detail: "The address " + outside.Address + " isn't among the networks that this account lets in."}
	case errors.As(err, &ended):
		return Problem{Status: http.StatusForbidden, Detail: "All roles that this key acts with have ended."}
	case errors.As(err, &denial) && denial.Decision.Visible():
		x := guard.Of(c).Snapshot.Explain(denial.Decision, denial.Permission, guard.Of(c).At)
		return Problem{Status: http.StatusForbidden, Detail: "This needs the permission “" + x.Title + "”. " + x.Reason}
	case errors.As(err, &denial), errors.Is(err, store.ErrNotFound):
		return Problem{Status: http.StatusNotFound, Detail: "There is nothing here, or you may not know of it."}
	case errors.Is(err, authz.ErrDenied):
		return Problem{Status: http.StatusForbidden, Detail: "You may not do this here."}
	case errors.Is(err, store.ErrConflict):
		return Problem{Status: http.StatusConflict, Detail: "It was changed meanwhile."}
	case isProblem:
		return Problem{Status: http.StatusUnprocessableEntity, Detail: page.Sentences(wrong)}
	case errors.As(err, &tooLarge):
		return Problem{Status: http.StatusRequestEntityTooLarge}
	case errors.Is(err, store.ErrCrowded), store.Unavailable(err):
		c.Response().Header().Set("Retry-After", "5")
		return Problem{Status: http.StatusServiceUnavailable, Detail: "Try again in a few seconds."}
	case errors.As(err, &he) && he.Code < http.StatusInternalServerError:
		return Problem{Status: he.Code}
	}
	h.Config.Log.Error("request failed", "request_id", page.RequestID(c), "route", c.Path(), "error", err)
	return Problem{Status: http.StatusInternalServerError, Detail: "It is not your fault, and it is in the log under this request's id."}
}

// keyType is the kind of failure of a key.
func keyType(which string) string { return "urn:bailiwick:key-" + which }

// refusals are why a key is not good, as its holder is told.
var refusals = map[login.Why]struct{ kind, title, detail string }{
	login.WhyNoKey:     {"malformed", "Not a key", "This is no key of this installation. Check that it was copied whole."},
	login.WhyUnknown:   {"unknown", "Unknown key", "No key here looks like this."},
	login.WhyDeleted:   {"unknown", "Unknown key", "The key, or what it belonged to, was deleted."},
	login.WhyRevoked:   {"revoked", "Key revoked", "This key was revoked. Use another."},
	login.WhyReplaced:  {"replaced", "Key replaced", "This key was replaced by a new one, and its time is over."},
	login.WhyExpired:   {"expired", "Key expired", "This key has expired. Use another."},
	login.WhyNetwork:   {"network", "Not from here", "This key isn't for use from your address."},
	login.WhySuspended: {"suspended", "Suspended", "The service account that this key belongs to is suspended."},
	login.WhyAccount:   {"account", "Account suspended", "The account that this key belongs to, or one above it, is suspended or archived."},
}

func refusal(err error) Problem {
	var r login.Refusal
	errors.As(err, &r)
	says := refusals[r.Why]
	return Problem{Status: http.StatusUnauthorized, Type: keyType(says.kind), Title: says.title, Detail: says.detail}
}
