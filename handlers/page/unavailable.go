package page

import (
	"cmp"
	"errors"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

const outcomeKey = "outcome"

// WatchWrites lets the answer to a form that failed say whether anything was stored.
func WatchWrites(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r := c.Request(); r.Method != Get && r.Method != http.MethodHead {
			ctx, outcome := store.Watch(r.Context())
			c.SetRequest(r.WithContext(ctx))
			c.Set(outcomeKey, outcome)
		}
		return next(c)
	}
}

// Unavailable says what the database can not do now, and of a change what became of
// it: whether one was sent, and whether it may be stored all the same.
func Unavailable(c echo.Context, err error) (text string, sent, stored bool) {
	c.Response().Header().Set("Retry-After", "2")
	text = "The panel can't reach its database right now. It may be starting again."
	switch {
	case errors.Is(err, store.ErrReadOnly):
		text = "The panel's database takes no changes right now, as while it moves to another machine. You can still view everything."
	case store.PartLost(err):
		text = "The part of the panel's database that this is in can't be reached right now. Other accounts may be in another part."
	case errors.Is(err, store.ErrBusy):
		text = "The panel's database is very busy, or somebody else is changing the same thing."
	}
	outcome, sent := c.Get(outcomeKey).(*store.Outcome)
	switch {
	case !sent:
		return text + " Try again in a moment.", false, false
	case outcome.MayBeStored():
		return text + " What you sent may have been saved anyway: check before you send it again.", true, true
	}
	return text + " Nothing of what you sent was stored: send it again in a moment.", true, false
}

func (h *Base) unavailable(c echo.Context, err error) error {
	text, sent, stored := Unavailable(c, err)
	var links []part.Link
	switch {
	case stored:
		links = []part.Link{{Text: "See what is there", URL: h.shownAt(c)}}
	case sent && !IsHTMX(c):
		text += " Reloading this page does that."
	}
	return h.failure(c, http.StatusServiceUnavailable, "Temporarily unavailable", text, links...)
}

// shownAt is the nearest page above a form's address, or else its section's.
func (h *Base) shownAt(c echo.Context) string {
	shown := map[string]bool{}
	for _, r := range c.Echo().Routes() {
		shown[r.Path] = shown[r.Path] || r.Method == Get
	}
	route, at := c.Path(), strings.TrimSuffix(c.Request().URL.EscapedPath(), "/")
	for !shown[route] && len(route) > 1 {
		route, at = path.Dir(route), path.Dir(at)
	}
	if v := guard.Of(c); v != nil && v.At != authz.NoAccount && at == AccountPath(v.Place.Account) {
		at += h.Catalog.Info(v.Asks).Section.Path
	}
	return cmp.Or(strings.TrimSuffix(at, "/"), "/")
}
