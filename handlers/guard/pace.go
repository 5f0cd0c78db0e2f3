package guard

import (
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	stores "bailiwick/models/store"
)

// callsAMinute is how many calls a key may make in a minute on one node, at once or
// one after the other.
const callsAMinute = 600

// pace knows how many calls each key has left on this node.
type pace struct {
	keys *otter.Cache[uuid.UUID, *rate.Limiter]
}

func newPace() pace { return pace{stores.Recent[uuid.UUID, *rate.Limiter]()} }

// take takes one call of a key, and says in the answer what is left.
func (p pace) take(c echo.Context, key uuid.UUID, now time.Time) error {
	const every = callsAMinute / 60.0 // a second
	l, _ := p.keys.ComputeIfAbsent(key, func() (*rate.Limiter, bool) { return rate.NewLimiter(every, callsAMinute), false })
	allowed := l.AllowN(now, 1)
	left := max(0, l.TokensAt(now))
	head := c.Response().Header()
	head.Set("RateLimit-Policy", fmt.Sprintf(`"key";q=%d;w=60`, callsAMinute))
	head.Set("RateLimit", fmt.Sprintf(`"key";r=%d;t=%d`, int(left), int(math.Ceil((callsAMinute-left)/every))))
	if !allowed {
		return stores.TooMany{Until: now.Add(time.Duration((1 - left) / every * float64(time.Second)))}
	}
	return nil
}
