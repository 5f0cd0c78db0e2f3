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
		if r := c.Request(); r.Method == Post {
			ctx, outcome := store.Watch(r.Context())
			c.SetRequest(r.WithContext(ctx))
			c.Set(outcomeKey, outcome)
		}
		return next(c)
	}
}

// unavailable says what the database can not do now, and of a form what became of it.
func (h *Base) unavailable(c echo.Context, err error) error {
	c.Response().Header().Set("Retry-After", "2")
	text := "The panel can not reach its database just now. It may be starting again."
	switch {
	case errors.Is(err, store.ErrReadOnly):
		text = "The panel's database takes no changes just now, as while it moves to another machine. What is there can be read."
	case store.PartLost(err):
		text = "The part of the panel's database that this is in can not be reached just now. Other accounts may be in another part."
	case errors.Is(err, store.ErrBusy):
		text = "The panel's database is very busy, or somebody else is changing the same thing."
	}
	outcome, posted := c.Get(outcomeKey).(*store.Outcome)
	var links []part.Link
	switch {
	case !posted:
		text += " Try again in a moment."
	case outcome.MayBeStored():
		text += " What you sent may have been stored all the same: see what is there before you send it again."
		links = []part.Link{{Text: "See what is there", URL: h.shownAt(c)}}
	default:
		text += " Nothing of what you sent was stored: send it again in a moment."
		if !IsHTMX(c) {
			text += " Reloading this page does that."
		}
	}
	return h.failure(c, http.StatusServiceUnavailable, "Not just now", text, links...)
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
