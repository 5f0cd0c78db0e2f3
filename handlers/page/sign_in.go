package page

import (
	"log/slog"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/models/login"
)

// RequestID names the request in logs and on pages that failed.
func RequestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// Tell says in the log how an attempt came out, and has it kept where whose login
// it was at can see it (ASVS 5.0, 16.3.1). The line holds neither what was typed
// nor what is secret.
func (h *Base) Tell(c echo.Context, a login.Attempt, err error) {
	a.Address = c.RealIP()
	x := h.Store.CameOut(a, c.Request().UserAgent(), err)
	attrs := []slog.Attr{
		slog.String("event", "sign_in"), slog.String("door", string(x.Door)), slog.String("outcome", string(x.Outcome)),
		slog.String("address", x.Address), slog.String("request_id", RequestID(c)),
	}
	if x.Why != "" {
		attrs = append(attrs, slog.String("why", string(x.Why)))
	}
	if x.NameDigest != "" {
		attrs = append(attrs, slog.String("name", x.NameDigest))
	}
	if x.Who.ID != uuid.Nil {
		attrs = append(attrs, slog.String("principal", x.Who.String()))
	}
	h.Config.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "sign-in", attrs...)
	h.Store.KeepSignIn(x)
}

// TellProof tells of a form that asked for the password besides other things: a
// problem at its field is a wrong password, one elsewhere is about the rest.
func (h *Base) TellProof(c echo.Context, a login.Attempt, field string, err error) {
	h.Tell(c, a, RefusedAt(err, field, login.WhyPassword))
}

// RefusedAt is the problem at a field as a refusal; problems elsewhere are none.
func RefusedAt(err error, field string, why login.Why) error {
	wrong, ok := Problems(err)
	switch {
	case !ok:
		return err
	case wrong[field] != "":
		return login.Refusal{Why: why}
	}
	return nil
}
