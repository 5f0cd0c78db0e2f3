package handlers

import (
	"errors"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"bailiwick/handlers/guard"
	"bailiwick/models"
)

// allow takes one attempt of whoever asks from its limits; models.TooMany where
// there is none left.
func (h *Handlers) allow(c echo.Context, a models.Attempt) (models.Allowed, error) {
	a.Address, a.Browser = c.RealIP(), h.guard.Browser(c)
	allowed, err := h.store.Allow(c.Request().Context(), a)
	if err != nil {
		h.tell(c, a, err)
	}
	return allowed, err
}

// allowAt is allow for what does not cost less by succeeding.
func (h *Handlers) allowAt(c echo.Context, door models.Door, name string) error {
	_, err := h.allow(c, models.Attempt{Door: door, Name: name})
	return err
}

// own is an attempt of whoever is signed in at their own login.
func own(c echo.Context, door models.Door) models.Attempt {
	x := guard.Of(c).Session
	return models.Attempt{Door: door, Who: x.Principal, Tenant: x.Tenant}
}

// The pace of refusals: so many at once, and then so many a second. Nobody waits
// longer than refusalTime, and who comes while mostHeld wait is answered at once:
// each takes some 30 kB.
const (
	refusalRate  = 50
	refusalBurst = 100
	refusalTime  = time.Second
	mostHeld     = 500
)

// paceRefusals holds back what is said to those who tried too often or came into
// a crowd until its turn: clients that try again as soon as they are answered then
// cost next to nothing.
func paceRefusals() echo.MiddlewareFunc {
	pace, held := rate.NewLimiter(refusalRate, refusalBurst), make(chan struct{}, mostHeld)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if !errors.As(err, new(models.TooMany)) && !errors.Is(err, models.ErrCrowded) {
				return err
			}
			turn := pace.Reserve()
			hold := turn.Delay()
			if hold > refusalTime {
				turn.Cancel()
				hold = refusalTime
			}
			select {
			case held <- struct{}{}:
				defer func() { <-held }()
			default:
				return err
			}
			select {
			case <-time.After(hold):
				return err
			case <-c.Request().Context().Done():
				return c.Request().Context().Err()
			}
		}
	}
}
