package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models/letter"
	"bailiwick/models/people"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

const failureTime = 2 * time.Second

// StatusClientGone is for the log alone: nobody waits for the answer any more.
// The number is nginx's.
const StatusClientGone = 499

// Fail answers an error: the one place where errors become statuses and pages.
func (h *Base) Fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	// What a handler began to say belongs to a page that is not sent.
	c.Response().Header().Del(echo.HeaderContentType)
	h.Grace(c, func() error { return h.answer(c, err) })
}

// Grace lets the answer to an error take a little more: the request's own time may be
// over.
func (h *Base) Grace(c echo.Context, answer func() error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), failureTime)
	defer cancel()
	c.SetRequest(c.Request().WithContext(ctx))
	if err := answer(); err != nil {
		h.Config.Log.Error("answer an error", "request_id", RequestID(c), "error", err)
		_ = c.String(http.StatusInternalServerError, "Something went wrong.\n")
	}
}

func (h *Base) answer(c echo.Context, err error) error {
	var out guard.SignedOut
	var outside guard.OutsideNetworks
	var oneStep guard.NeedsTwoStep
	var ended guard.RolesEnded
	var denial *authz.Denial
	switch {
	case errors.Is(err, context.Canceled):
		return c.NoContent(StatusClientGone)
	case errors.As(err, &out):
		return h.toSignIn(c, out)
	case errors.As(err, &outside):
		return h.outside(c, outside)
	case errors.Is(err, guard.NeedsProof{}):
		return h.toProof(c)
	case errors.As(err, &oneStep):
		return h.toTwoStep(c)
	case errors.As(err, &ended):
		return h.endedHere(c, ended)
	case errors.As(err, &denial):
		return h.denied(c, denial)
	case store.Unavailable(err):
		return h.unavailable(c, err)
	}
	f := h.Explain(c, err)
	return h.failure(c, f.Status, f.Title, f.Text)
}

// Failure is what did not work, in words.
type Failure struct {
	Status      int
	Title, Text string
}

// Explain says what an error is about, where it is not about who asks. What is
// nobody's to explain is logged. When to try again stands in the answer's header.
func (h *Base) Explain(c echo.Context, err error) Failure {
	var closed *record.Closed
	var he *echo.HTTPError
	var tooMany store.TooMany
	var tooLarge *http.MaxBytesError
	p, isProblem := Problems(err)
	v := guard.Of(c)
	switch {
	case errors.Is(err, authz.ErrDenied):
		return Failure{http.StatusForbidden, "That is not allowed", "You can't do this here."}
	case errors.As(err, &closed) && v != nil && v.At != authz.NoAccount:
		return Failure{http.StatusForbidden, "That is not available here", h.closedText(v, closed)}
	case errors.As(err, &closed), errors.Is(err, store.ErrNotFound):
		return Failure{http.StatusNotFound, "There is nothing here", "This page doesn't exist, or you don't have access to it."}
	case errors.Is(err, guard.ErrForged):
		return Failure{http.StatusForbidden, "This form is out of date", "It belongs to another session. Open the page again and send it again."}
	case errors.Is(err, guard.LinkMoved{}):
		return Failure{http.StatusUnprocessableEntity, "Open the link again",
			"Nothing was done: another link was opened in this browser since, or this one more than half an hour ago."}
	case errors.Is(err, store.ErrConflict):
		return Failure{http.StatusConflict, "Changed by somebody else", "It changed in the meantime. Open the page again to see it as it is now."}
	case isProblem:
		return Failure{http.StatusUnprocessableEntity, "That didn't work", Sentences(p)}
	case unreadable(err):
		return Failure{http.StatusBadRequest, "That couldn't be read", "It has invalid characters."}
	case errors.As(err, &tooLarge), errors.As(err, &he) && he.Code == http.StatusRequestEntityTooLarge:
		return Failure{http.StatusRequestEntityTooLarge, "That is too much at once", "Send less, or split it."}
	case errors.As(err, &tooMany):
		wait := tooMany.Until.Sub(h.Store.Now())
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		return Failure{http.StatusTooManyRequests, "Too many tries", "Try again in " + letter.Wait(wait) + "."}
	case errors.Is(err, store.ErrCrowded):
		c.Response().Header().Set("Retry-After", "5")
		return Failure{http.StatusServiceUnavailable, "Too many people are signing in", "Your password was not checked. Go back and try again in a few seconds."}
	case errors.As(err, &he) && (he.Code == http.StatusNotFound || he.Code == http.StatusMethodNotAllowed):
		return h.Explain(c, store.ErrNotFound)
	case errors.As(err, &he) && he.Code == http.StatusMisdirectedRequest:
		return Failure{he.Code, "Unknown host", "This panel does not answer to that name."}
	case errors.As(err, &he) && he.Code == http.StatusBadRequest:
		return Failure{he.Code, "That couldn't be read", "The request is malformed."}
	}
	h.Config.Log.Error("request failed", "request_id", RequestID(c), "route", c.Path(), "error", err)
	return Failure{http.StatusInternalServerError, "Something went wrong", "This isn't your fault. It's in the log under the number below."}
}

// outside says which rule of an account's networks keeps somebody out, and to its
// owner what stays open.
func (h *Base) outside(c echo.Context, x guard.OutsideNetworks) error {
	p := part.FailurePage{Status: http.StatusForbidden, Title: "Network not allowed", Text: OutsideText(x)}
	if x.Owner {
		p.Text += " You own it, so you can still open these pages once you confirm that it's you:"
		id := guard.Of(c).Place.Account
		p.Links = []part.Link{{Text: "Networks", URL: networksPath(id)}, {Text: "Members", URL: AccountPath(id, "/members")}, {Text: "Ownership", URL: AccountPath(id, "/settings/ownership")}}
	}
	p.Links = append(p.Links, part.Link{Text: "Your sessions", URL: "/sessions"})
	return Render(c, http.StatusForbidden, part.Failure(p))
}

// OutsideText says which rule of an account's networks keeps somebody out.
func OutsideText(x guard.OutsideNetworks) string {
	if x.Blocked {
		return "Your network address, " + x.Address + ", is blocked by this account."
	}
	return "Your network address, " + x.Address + ", isn't among the networks this account lets in."
}

// unreadable tells that the database was given what is no text: a NUL, or bytes
// that are not UTF-8.
func unreadable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "22021" || pg.Code == "22P05")
}

// closedText says of a record that its account may not use it. Whoever gets this far
// may use its section.
func (h *Base) closedText(v *guard.Visit, closed *record.Closed) string {
	return fmt.Sprintf("%s can't use %s. What it has of that kind is kept, and comes back when the account above turns it on.", v.Place.Name, h.Catalog.Titles(closed.Missing))
}

// failure shows a page that says what did not work. Inside an account that the
// reader may know of it keeps the panel around it; elsewhere it stands alone,
// and an absent page looks the same for everybody.
func (h *Base) failure(c echo.Context, status int, title, text string, links ...part.Link) error {
	p := part.FailurePage{Status: status, Title: title, Text: text, Links: links}
	if status >= http.StatusInternalServerError {
		p.RequestID = RequestID(c)
	}
	if v := guard.Of(c); v != nil && v.At != authz.NoAccount {
		f := h.Frame(c, title)
		p.Frame = &f
	} else {
		p.Links = append(p.Links, part.Link{Text: "Go to the panel", URL: "/"})
	}
	return Render(c, status, part.Failure(p))
}

// toSignIn sends a browser without a live session to the page it can sign in at.
func (h *Base) toSignIn(c echo.Context, out guard.SignedOut) error {
	pairs := []string{"return", cmp.Or(comeBack(c), AskedFrom(c))}
	if out.Unused {
		pairs = append(pairs, "unused", "1")
	}
	door := WithQuery(DoorPath(out.Link), pairs...)
	if IsHTMX(c) {
		c.Response().Header().Set("HX-Redirect", door)
		return c.NoContent(http.StatusUnauthorized)
	}
	return c.Redirect(http.StatusSeeOther, door)
}

// DoorPath is where somebody signs in: by a link of their account, or none.
func DoorPath(link string) string {
	if link != "" {
		return "/login/" + link
	}
	return "/sign-in"
}

// comeBack is the page that was asked for, where it can be asked for again.
func comeBack(c echo.Context) string {
	if r := c.Request(); r.Method == http.MethodGet && !IsHTMX(c) && r.URL.Path != "/" {
		return r.URL.RequestURI()
	}
	return ""
}

// AskedFrom is the page of ours that a form or a part of a page was asked from.
func AskedFrom(c echo.Context) string {
	from, err := url.Parse(c.Request().Referer())
	if err != nil || from.Host != c.Request().Host {
		return ""
	}
	return from.RequestURI()
}

// denied says to somebody who may know of the place what they lack, and who can help.
func (h *Base) denied(c echo.Context, d *authz.Denial) error {
	v := guard.Of(c)
	if v == nil || !d.Decision.Visible() {
		return h.answer(c, store.ErrNotFound)
	}
	helpers := h.helpers(c, v, d.Permission)
	if d.Decision.Reason == authz.AccountSuspended {
		p := part.SuspendedPage{Token: v.Token, Account: v.Place.Name, Helpers: helpers, SignOut: "/sign-out"}
		if a, err := h.Store.Account(c.Request().Context(), v.Place.Tenant, v.Place.Account); err == nil && a.ArchivedBy != nil {
			p.Archived, p.Helpers = true, nil // nobody inside it can restore it
		}
		return Render(c, http.StatusForbidden, part.Suspended(p))
	}
	r := h.refusal(v, d, helpers)
	return Render(c, http.StatusForbidden, part.Denied(part.DeniedPage{
		Frame: h.Frame(c, "Not allowed"), Permission: r.Title, Sentence: r.Sentence, Account: v.Place.Name, Reason: r.Reason,
		Entitlement: r.Entitlement, Roles: r.Roles, Helpers: r.Helpers, RequestID: RequestID(c), BackURL: AccountPath(v.Place.Account),
	}))
}

// Refusal is what somebody lacks who may know of the place, and who can help.
type Refusal struct {
	Title, Sentence string // of the permission
	Reason          string
	Entitlement     string   // that the account lacks, if that is why
	Roles           []string // that would do, of those the reader can be given
	Helpers         []string // names of people
}

// Refusal says why somebody may not, and nothing to whom may not know of the place.
func (h *Base) Refusal(c echo.Context, d *authz.Denial) (Refusal, bool) {
	v := guard.Of(c)
	if v == nil || !d.Decision.Visible() {
		return Refusal{}, false
	}
	return h.refusal(v, d, h.helpers(c, v, d.Permission)), true
}

func (h *Base) refusal(v *guard.Visit, d *authz.Denial, helpers []string) Refusal {
	x := v.Snapshot.Explain(d.Decision, d.Permission, v.At)
	r := Refusal{Title: x.Title, Sentence: "Lets you " + x.Sentence + ".", Reason: x.Reason, Helpers: helpers}
	for _, m := range x.Missing {
		r.Entitlement, r.Helpers = m.Entitlement.Title, nil // nobody in it can give what it lacks
	}
	kind := v.Session.Principal.Kind
	if kind == authz.ServiceAccount { // which has the roles of subusers
		kind = authz.Subuser
	}
	for _, set := range x.GivenBy {
		for _, role := range set.Roles {
			if r.Entitlement == "" && role.Grantable && store.RoleFor(role) == kind && people.FitsKind(role, v.Place.Kind) {
				r.Roles = append(r.Roles, RoleTitle(role))
			}
		}
	}
	if r.Entitlement == "" && len(r.Roles) == 0 {
		r.Reason += " No role that you can be given here does."
		r.Helpers = nil
	}
	return r
}

// helpers are the names of those who work in this very account and can give
// the reader more here; who works above is not named, the owner apart.
func (h *Base) helpers(c echo.Context, v *guard.Visit, p catalog.Permission) []string {
	ids := []uuid.UUID{v.Place.Owner}
	for id := range v.Snapshot.Helpers(v.Session.Principal.Kind, p, v.At, v.At) {
		if id.Kind == authz.Member && id.ID != v.Place.Owner && len(ids) < 4 {
			ids = append(ids, id.ID)
		}
	}
	names, err := h.Store.Names(c.Request().Context(), ids)
	if err != nil {
		return nil // the page says the rest
	}
	var all []string
	for _, id := range ids {
		if id != v.Session.Principal.ID && names[id] != "" {
			all = append(all, names[id])
		}
	}
	return all
}

// Sentences are the sentences of problems, by their fields' names, as one text.
func Sentences(p store.Problems) string {
	var all []string
	for _, field := range slices.Sorted(maps.Keys(p)) {
		all = append(all, p[field])
	}
	return strings.Join(all, " ")
}

// endedHere answers whoever comes into an account where all their roles ended.
func (h *Base) endedHere(c echo.Context, e guard.RolesEnded) error {
	v := *guard.Of(c)
	v.Place = e.Place
	v.At, _ = v.Snapshot.Find(e.Place.Account)
	p := part.EndedPage{
		Token: v.Token, Account: e.Place.Name, When: Moment(c, e.At, h.Store.Now()), WhenExact: Exact(e.At.In(Zone(c))), SignOut: "/sign-out",
		Helpers: h.helpers(c, &v, h.Catalog.Permission("control_panel")),
	}
	if v.Session.Principal.Kind == authz.Member {
		p.HomeURL = "/accounts"
	}
	return Render(c, http.StatusForbidden, part.Ended(p))
}

// toTwoStep sends somebody to set up what the account requires.
func (h *Base) toTwoStep(c echo.Context) error {
	return Done(c, WithQuery(TwoStepPath+"/set-up", "required", "1", "return", cmp.Or(comeBack(c), AccountPath(guard.Of(c).Place.Account))))
}
