package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"bailiwick/authz"
)

// Inside is what only tests do to a store. Whoever opens one can ask for it; who
// is handed one has no way to it.
type Inside struct {
	Pool     *pgxpool.Pool
	Snapshot func() *authz.Snapshot      // as it was read last, whatever the time
	Load     func(context.Context) error // makes the snapshot anew
	// Stored is what a snapshot is made from.
	Stored     func(context.Context) (authz.Changes, error)
	Clock      func() func() time.Time
	SetClock   func(func() time.Time)
	SetHashing func(work, wait int)
	// SetLock is another statement in place of the one that serializes
	// who-may-what in a tenant.
	SetLock func(statement string)
}

func (s *Store) inside() Inside {
	return Inside{
		Pool: s.pool, Snapshot: s.snapshot.Load, Load: s.load,
		Stored: func(ctx context.Context) (all authz.Changes, err error) {
			return all, s.consistently(ctx, func(db *gorm.DB) (err error) {
				all, err = s.readAccess(db, "", "true", "true", "true", "true", "true")
				return err
			})
		},
		Clock:      func() func() time.Time { return s.now },
		SetClock:   func(now func() time.Time) { s.now = now },
		SetHashing: func(work, wait int) { s.Hashing = newQueue(work, wait, time.Minute) },
		SetLock:    func(statement string) { s.lockTenant = statement },
	}
}
