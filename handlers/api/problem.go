package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
)

// Problem is the answer to what did not work (RFC 9457).
type Problem struct {
	Type   string  `json:"type" jsonschema:"a name for this kind of problem, which stays"`
	Title  string  `json:"title" jsonschema:"what kind of problem it is, in words"`
	Status int     `json:"status" jsonschema:"the HTTP status"`
	Detail string  `json:"detail,omitempty" jsonschema:"what to do about it"`
	Errors []Fault `json:"errors,omitempty" jsonschema:"what is wrong where"`
	Denied *Denied `json:"denied,omitempty" jsonschema:"what the caller lacks"`
	// RequestID is in faults of ours alone: elsewhere it would tell two answers
	// apart that must be the same. It stands in the header of each.
	RequestID string `json:"request_id,omitempty" jsonschema:"what the log knows this request by"`
}

// Fault is one thing that is wrong.
type Fault struct {
	Pointer   *string `json:"pointer,omitempty" jsonschema:"a JSON Pointer into what was sent; empty is the whole"`
	Parameter string  `json:"parameter,omitempty" jsonschema:"or a parameter of the query"`
	Detail    string  `json:"detail" jsonschema:"a sentence"`
}

// Denied says what the caller lacks, which roles give it and who can help.
type Denied struct {
	Permission string   `json:"permission" jsonschema:"the key of what was asked for"`
	Title      string   `json:"title" jsonschema:"its title"`
	Sentence   string   `json:"sentence" jsonschema:"what it is for"`
	Feature    string   `json:"feature,omitempty" jsonschema:"what the account may not use, if that is why"`
	Roles      []string `json:"roles,omitempty" jsonschema:"the roles that would do"`
	Helpers    []string `json:"helpers,omitempty" jsonschema:"who can give one"`
}

// The types of problems.
const typePrefix = "urn:bailiwick:"

func problem(status int, kind, title, detail string) Problem {
	return Problem{Type: typePrefix + kind, Title: title, Status: status, Detail: detail}
}

func problemsOf(p map[string]string) error { return store.Problems(p).OrNil() }

// Fail answers the errors of programs as problems, and those of pages as pages.
func Fail(h *page.Base) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if !guard.ByProgram(c) {
			h.Fail(err, c)
			return
		}
		if c.Response().Committed {
			return
		}
		h.Grace(c, func() error {
			p := of(h, c, err)
			if p.Status >= http.StatusInternalServerError {
				p.RequestID = page.RequestID(c)
			}
			head := c.Response().Header()
			head.Del(echo.HeaderContentType)
			head.Del(echo.HeaderLocation)
			return send(c, p.Status, "application/problem+json", p)
		})
	}
}

// of says what an error is as a problem.
func of(h *page.Base, c echo.Context, err error) Problem {
	var refused guard.Refused
	var outside guard.OutsideNetworks
	var ended guard.RolesEnded
	var denial *authz.Denial
	var he *echo.HTTPError
	if errors.As(err, &refused) {
		h.Tell(c, refused.Attempt, refused.Err)
	}
	if p, theirs := ProblemOf(err); theirs {
		return p
	}
	switch {
	case errors.Is(err, context.Canceled):
		return problem(page.StatusClientGone, "gone", "Nobody waits for this answer", "")
	case errors.Is(err, guard.ErrNoKey):
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, challenge)
		return Problem{Type: keyType("missing"), Title: "No key", Status: http.StatusUnauthorized, Detail: "Send a key in the header: Authorization: Bearer bw_…"}
	case errors.Is(err, store.ErrSignIn):
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, challenge)
		return refusal(err)
	case errors.As(err, &outside):
		return problem(http.StatusForbidden, "network", "Network not allowed", page.OutsideText(outside))
	case errors.As(err, &ended):
		return problem(http.StatusForbidden, "ended", "All roles have ended", "The last role held in "+ended.Place.Name+" ended at "+ended.At.UTC().Format(time.RFC3339)+".")
	case errors.As(err, &denial):
		return denied(h, c, denial)
	case errors.Is(err, ErrChanged):
		return problem(http.StatusPreconditionFailed, "changed", "Changed by somebody else", "It is not the version that If-Match names. Read it again.")
	case errors.Is(err, store.ErrConflict):
		return problem(http.StatusConflict, "conflict", "Changed by somebody else", "It was changed meanwhile. Read it again to see how it is now.")
	case errors.Is(err, store.ErrUnderWay):
		c.Response().Header().Set("Retry-After", "1")
		return problem(http.StatusConflict, "under-way", "This call is under way", "The same call, by its Idempotency-Key, has not been answered yet. Send it again in a moment.")
	case errors.Is(err, store.ErrAnswerLost):
		return problem(http.StatusConflict, "answer-lost", "This call was done, and its answer is lost", "Look at what is there; send another Idempotency-Key to do it again.")
	case errors.Is(err, store.ErrOtherCall):
		return problem(http.StatusUnprocessableEntity, "other-call", "This Idempotency-Key was sent with another call", "Send another key with another call.")
	case errors.Is(err, guard.BadOnce{}):
		return problem(http.StatusBadRequest, "malformed", "That couldn't be read", "Send an Idempotency-Key of at most 255 characters.")
	case errors.As(err, new(store.TooMany)):
		f := h.Explain(c, err)
		return problem(f.Status, "too-many", "Too many calls", f.Text)
	case errors.As(err, &he) && he.Code == http.StatusMethodNotAllowed:
		return problem(he.Code, "method", "Not by this method", "See /api/openapi.json for what is there.")
	case errors.As(err, &he) && he.Code == http.StatusUnsupportedMediaType:
		return problem(he.Code, "media-type", "Send JSON", "Send application/json; to PATCH, application/merge-patch+json.")
	case errors.As(err, &he) && he.Code == http.StatusNotAcceptable:
		return problem(he.Code, "not-acceptable", "Answers are JSON", "Accept application/json.")
	case store.Unavailable(err):
		text, _, _ := page.Unavailable(c, err)
		return problem(http.StatusServiceUnavailable, "unavailable", "Temporarily unavailable", text)
	}
	f := h.Explain(c, err)
	if f.Status == http.StatusNotFound {
		return Absent()
	}
	return problem(f.Status, strings.ReplaceAll(strings.ToLower(http.StatusText(f.Status)), " ", "-"), f.Title, f.Text)
}

// Absent is the answer to what is not there, and to what the caller may not know of.
func Absent() Problem {
	return problem(http.StatusNotFound, "absent", "There is nothing here", "There is no such thing, or your key can't see it.")
}

// challenge says how to prove who one is (RFC 6750).
const challenge = `Bearer realm="` + guard.APIPath + `"`

// denied says to whom may know of the account what they lack.
func denied(h *page.Base, c echo.Context, d *authz.Denial) Problem {
	r, visible := h.Refusal(c, d)
	if !visible {
		return of(h, c, store.ErrNotFound)
	}
	if d.Decision.Reason == authz.AccountSuspended {
		return problem(http.StatusForbidden, "suspended", "The account is suspended", guard.Of(c).Place.Name+" is suspended, or an account above it is.")
	}
	p := problem(http.StatusForbidden, "denied", "That is not allowed", r.Reason)
	p.Denied = &Denied{
		Permission: h.Catalog.Info(d.Permission).Key, Title: r.Title, Sentence: r.Sentence, Feature: r.Entitlement, Roles: r.Roles, Helpers: r.Helpers,
	}
	return p
}

// ProblemOf is what somebody did wrong, as a problem; false for what is no fault of
// theirs.
func ProblemOf(err error) (Problem, bool) {
	var bad Malformed
	wrong, isWrong := page.Problems(err)
	switch {
	case errors.As(err, &bad):
		p := problem(http.StatusBadRequest, "malformed", "That couldn't be read", bad.Text)
		p.Errors = bad.faults()
		return p, true
	case isWrong:
		p := problem(http.StatusUnprocessableEntity, "refused", "That did not work", page.Sentences(wrong))
		p.Errors = faults(wrong, nil)
		return p, true
	}
	return Problem{}, false
}

// Below is the same of something that stands at a pointer.
func (m Malformed) Below(pointer string) Malformed {
	all := make(map[string]string, len(m.Pointers))
	for at, sentence := range m.Pointers {
		all[pointer+at] = sentence
	}
	m.Pointers = all
	return m
}

func (m Malformed) faults() []Fault { return faults(m.Pointers, m.Parameters) }

// faults are in the order of their names.
func faults(fields, parameters map[string]string) (all []Fault) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := name
		if !strings.HasPrefix(name, "/") {
			at = Pointer(name)
		}
		all = append(all, Fault{Pointer: &at, Detail: fields[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		all = append(all, Fault{Parameter: name, Detail: parameters[name]})
	}
	return all
}
