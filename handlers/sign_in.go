package handlers

import (
	"errors"
	"log/slog"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/models"
)

// tell says in the log how an attempt came out, and has it kept where whose login
// it was at can see it (ASVS 5.0, 16.3.1). The line holds neither what was typed
// nor what is secret.
func (h *Handlers) tell(c echo.Context, a models.Attempt, err error) {
	a.Address = c.RealIP()
	x := h.store.CameOut(a, c.Request().UserAgent(), err)
	attrs := []slog.Attr{
		slog.String("event", "sign_in"), slog.String("door", string(x.Door)), slog.String("outcome", string(x.Outcome)),
		slog.String("address", x.Address), slog.String("request_id", requestID(c)),
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
	h.config.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "sign-in", attrs...)
	h.store.KeepSignIn(x)
}

// tellProof tells of a form that asked for the password besides other things: a
// problem at its field is a wrong password, one elsewhere is about the rest.
func (h *Handlers) tellProof(c echo.Context, a models.Attempt, field string, err error) {
	h.tell(c, a, refusedAt(err, field, models.WhyPassword))
}

// tellLink tells of the use of a link that gives a new password.
func (h *Handlers) tellLink(c echo.Context, a models.Attempt, err error) {
	if errors.Is(err, models.ErrNotFound) {
		err = models.ErrSignIn
	}
	h.tell(c, a, refusedAt(err, "password", models.WhyNewPassword))
}

// refusedAt is the problem at a field as a refusal; problems elsewhere are none.
func refusedAt(err error, field string, why models.Why) error {
	wrong, ok := problems(err)
	switch {
	case !ok:
		return err
	case wrong[field] != "":
		return models.Refusal{Why: why}
	}
	return nil
}
