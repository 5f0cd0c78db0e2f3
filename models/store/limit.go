package store

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"gorm.io/gorm"
)

// BrowserLife is how long a browser is known after it last signed in.
const BrowserLife = 90 * 24 * time.Hour

// Rate is how often something may be done: so many times at once, and then once
// in each period.
type Rate struct {
	Burst int
	Every time.Duration
}

// Bucket is what is left of a rate for one name, address or the like.
type Bucket struct {
	Rate
	Counts string // what it is counted by
	key    uuid.UUID
}

// Shortage is a bucket that had too little, and when it has one more.
type Shortage struct {
	Bucket
	Until time.Time
}

func (x Shortage) later(b Bucket, until time.Time) Shortage {
	if until.After(x.Until) {
		return Shortage{b, until}
	}
	return x
}

// TooMany is the error of what goes beyond a limit.
type TooMany struct{ Until time.Time }

func (e TooMany) Error() string { return "too many until " + e.Until.UTC().Format(time.RFC3339) }

// Digest stands for a text where the text itself is not to be kept. Nobody
// without the installation's secret can tell which text it is of.
func (s *Store) Digest(use, text string) uuid.UUID {
	m := hmac.New(sha256.New, s.digestKey)
	m.Write([]byte(use + "\n" + text))
	return uuid.UUID(m.Sum(nil)[:16])
}

func newDigestKey(secret []byte) ([]byte, error) {
	return hkdf.Key(sha256.New, secret, nil, "limits and names in logs", sha256.Size)
}

// Bucket is the one of a rate for whoever or whatever it counts.
func (s *Store) Bucket(r Rate, counts, whom string) Bucket {
	return Bucket{r, counts, s.Digest("limit "+counts, whom)}
}

// limiter is what a node itself knows of the limits: buckets that are empty, and
// until when, so that a flood costs no query, and how many may ask for the rest.
type limiter struct {
	empty *otter.Cache[uuid.UUID, time.Time]
	turn  queue
}

// So many ask the database at once whether they are within their limits, and so
// many more wait for it.
const (
	limitAskers  = 2
	limitWaiters = 64
)

func newLimiter(longestWait time.Duration) limiter {
	return limiter{
		otter.Must(&otter.Options[uuid.UUID, time.Time]{MaximumSize: 50_000, ExpiryCalculator: otter.ExpiryWriting[uuid.UUID, time.Time](24 * time.Hour)}),
		newQueue(limitAskers, limitWaiters, longestWait),
	}
}

// Known tells which of the buckets is known to be empty longest; nothing where
// none is.
func (l limiter) known(now time.Time, all []Bucket) (short Shortage) {
	for _, b := range all {
		if at, ok := l.empty.GetIfPresent(b.key); ok && now.Before(at) {
			short = short.later(b, at)
		}
	}
	return short
}

// Take takes up to n from each of the buckets at once, in one transaction, and
// tells how many that were, and where it was fewer, what was short. Buckets are
// given the most particular first: in that order rows are locked, and the row
// that everybody shares for the shortest time.
func (s *Store) Take(ctx context.Context, n int, all ...Bucket) (taken int, short Shortage, err error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	if short = s.limiter.known(now, all); !short.Until.IsZero() {
		return 0, short, nil
	}
	leave, err := s.limiter.turn.Enter(ctx)
	if err != nil {
		return 0, short, err
	}
	defer leave()
	if short = s.limiter.known(now, all); !short.Until.IsZero() { // found by whoever came before
		return 0, short, nil
	}
	err = s.In(ctx, ScopeLimits, func(db *gorm.DB) error {
		taken, short, err = s.takeIn(db, now, n, all)
		return err
	})
	return taken, short, err
}

func (s *Store) takeIn(db *gorm.DB, now time.Time, n int, all []Bucket) (taken int, short Shortage, err error) {
	keys, costs := make(IDList, len(all)), make([]int64, len(all))
	for i, b := range all {
		keys[i], costs[i] = b.key, b.Every.Microseconds()
	}
	var rows []struct {
		Key    uuid.UUID
		FullAt time.Time
	}
	err = db.Raw(`INSERT INTO limits (key, full_at) SELECT x.key, ? FROM unnest(CAST(? AS uuid[])) WITH ORDINALITY AS x (key, n) ORDER BY n
		ON CONFLICT (key) DO UPDATE SET full_at = greatest(limits.full_at, excluded.full_at) RETURNING key, full_at`, now, keys).Scan(&rows).Error
	if err != nil {
		return 0, short, fmt.Errorf("look at limits: %w", err)
	}
	full := map[uuid.UUID]time.Time{}
	for _, r := range rows {
		full[r.Key] = r.FullAt
	}
	taken = n
	for _, b := range all {
		missing := full[b.key].Sub(now) // time until the bucket is full
		left := max(0, b.Burst-int((missing+b.Every-1)/b.Every))
		if left >= n {
			continue
		}
		next := now.Add(missing - time.Duration(b.Burst-1-left)*b.Every)
		if left < taken {
			taken, short = left, Shortage{b, next}
		} else if left == taken {
			short = short.later(b, next)
		}
		if left == 0 {
			s.limiter.empty.Set(b.key, next)
		}
	}
	if taken == 0 {
		return 0, short, nil
	}
	return taken, short, s.moveLimits(db, keys, costs, taken)
}

// moveLimits takes n from buckets, or gives them back where n is negative.
func (s *Store) moveLimits(db *gorm.DB, keys IDList, costs []int64, n int) error {
	for i := range costs {
		costs[i] *= int64(n)
	}
	return db.Exec(`UPDATE limits SET full_at = full_at + x.cost * interval '1 microsecond'
		FROM unnest(CAST(? AS uuid[]), CAST(? AS bigint[])) AS x (key, cost) WHERE limits.key = x.key`, keys, NumberList(costs)).Error
}

// GiveBack puts n into each of the buckets again.
func (s *Store) GiveBack(ctx context.Context, n int, all ...Bucket) error {
	if n <= 0 || len(all) == 0 {
		return nil
	}
	keys, costs := make(IDList, len(all)), make([]int64, len(all))
	for i, b := range all {
		keys[i], costs[i] = b.key, b.Every.Microseconds()
		s.limiter.empty.Invalidate(b.key)
	}
	return s.In(ctx, ScopeLimits, func(db *gorm.DB) error { return s.moveLimits(db, keys, costs, -n) })
}

// PruneLimits removes what says nothing any more: limits that are full, and
// browsers that were not seen for long.
func (s *Store) PruneLimits(ctx context.Context) error {
	return s.In(ctx, ScopeLimits, func(db *gorm.DB) error {
		if err := db.Exec("DELETE FROM limits WHERE full_at <= ?", s.now()).Error; err != nil {
			return err
		}
		return db.Exec("DELETE FROM known_browsers WHERE seen_at < ?", s.now().Add(-BrowserLife)).Error
	})
}

// Networks are the blocks that an address is counted with, the narrowest first: a
// /24, or of IPv6 the /64 of one connection and the /48 of one customer.
func Networks(address string) (narrow, wide string) {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address, ""
	}
	a = a.Unmap().WithZone("")
	block := func(bits int) string {
		p, _ := a.Prefix(bits)
		return p.String()
	}
	if a.Is6() {
		return block(64), block(48)
	}
	return block(24), ""
}
