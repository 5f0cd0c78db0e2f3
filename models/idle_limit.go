package models

import (
	"context"
	"time"

	"gorm.io/gorm"

	"bailiwick/authz"
)

// The least and the most that an account may set as its idle limit.
const (
	leastIdle = 5 * time.Minute
	mostIdle  = SessionLife
)

// usedEvery is how often it is noted at most that a session is used.
const usedEvery = time.Minute

// Use notes that a session is used, at most once a minute on all nodes together.
func (s *Store) Use(ctx context.Context, x Session) error {
	now := s.now()
	if now.Sub(x.UsedAt) < usedEvery {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, sessionTime)
	defer cancel()
	return s.in(ctx, scopeSession, func(db *gorm.DB) error {
		return db.Exec(`UPDATE sessions SET used_at = ?, longest_idle = greatest(longest_idle, floor(extract(epoch FROM ?::timestamptz - coalesce(used_at, started_at)))::integer)
			WHERE id = ? AND coalesce(used_at, started_at) <= ?`, now, now, x.ID, now.Add(-usedEvery)).Error
	})
}

// Exceeds tells whether the session went unused for longer than a limit, at any
// time since it began: a visit to an account without a limit does not make up for
// it. It may be a minute late and is never early. No limit is zero.
func (x Session) Exceeds(limit time.Duration) bool {
	return limit > 0 && x.Idle >= limit+usedEvery
}

// IdleLimit is how long a session may go unused in the grant's account; zero is
// for as long as it lasts.
func (s *Store) IdleLimit(ctx context.Context, g authz.Grant) (time.Duration, error) {
	r, minutes := g.Resource(), 0
	err := s.one(ctx, tenantScope(r.Tenant), []any{&minutes}, "SELECT coalesce(idle_minutes, 0) FROM accounts WHERE tenant_id = $1 AND id = $2", r.Tenant, r.Account)
	return time.Duration(minutes) * time.Minute, err
}

// LimitIdle says how long a session may go unused in the grant's account; zero
// takes the limit away. Problems name minutes.
func (s *Store) LimitIdle(ctx context.Context, g authz.Grant, limit time.Duration) error {
	if limit != 0 && (limit < leastIdle || limit > mostIdle || limit%time.Minute != 0) {
		return Problems{"minutes": "Enter whole minutes from 5 to 480, or nothing for no limit."}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	return s.write(ctx, g, change{action: "account.limit_idle", permission: "security.edit", on: on}, func(tx *Tx) error {
		if err := tx.lockAccount(); err != nil {
			return err
		}
		var a struct {
			Name        string
			IdleMinutes *int
		}
		if err := tx.Raw("SELECT name, idle_minutes FROM accounts WHERE tenant_id = ? AND id = ?", on.Tenant, on.Account).Take(&a).Error; err != nil {
			return err
		}
		var minutes *int
		if n := int(limit.Minutes()); n > 0 {
			minutes = &n
		}
		tx.change.name = a.Name
		tx.changed("idle_minutes", a.IdleMinutes, minutes)
		return tx.Exec("UPDATE accounts SET idle_minutes = ? WHERE tenant_id = ? AND id = ?", minutes, on.Tenant, on.Account).Error
	})
}
