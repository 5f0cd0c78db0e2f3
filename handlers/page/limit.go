package page

import (
	"errors"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"bailiwick/handlers/guard"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Allow takes one attempt of whoever asks from its limits; models.TooMany where
// there is none left.
func (h *Base) Allow(c echo.Context, a login.Attempt) (login.Allowed, error) {
	a.Address, a.Browser = c.RealIP(), h.Guard.Browser(c)
	allowed, err := h.Store.Allow(c.Request().Context(), a)
	if err != nil {
		h.Tell(c, a, err)
	}
	return allowed, err
}

// AllowAt is allow for what does not cost less by succeeding.
func (h *Base) AllowAt(c echo.Context, door login.Door, name string) error {
	_, err := h.Allow(c, login.Attempt{Door: door, Name: name})
	return err
}

// Own is an attempt of whoever is signed in at their own login.
func Own(c echo.Context, door login.Door) login.Attempt {
	x := guard.Of(c).Session
	return login.Attempt{Door: door, Who: x.Principal, Tenant: x.Tenant}
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

// PaceRefusals holds back what is said to those who tried too often or came into
// a crowd until its turn: clients that try again as soon as they are answered then
// cost next to nothing.
func PaceRefusals() echo.MiddlewareFunc {
	pace, held := rate.NewLimiter(refusalRate, refusalBurst), make(chan struct{}, mostHeld)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if !errors.As(err, new(store.TooMany)) && !errors.Is(err, store.ErrCrowded) {
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
