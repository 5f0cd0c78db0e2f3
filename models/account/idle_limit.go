package account

import (
	"context"
	"time"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// The least and the most that an account may set as its idle limit.
const (
	leastIdle = 5 * time.Minute
	mostIdle  = store.SessionLife
)

// IdleLimit is how long a session may go unused in the grant's account; zero is
// for as long as it lasts.
func (s *Store) IdleLimit(ctx context.Context, g authz.Grant) (time.Duration, error) {
	r, minutes := g.Resource(), 0
	err := s.store.One(ctx, store.TenantScope(r.Tenant), []any{&minutes}, "SELECT coalesce(idle_minutes, 0) FROM accounts WHERE tenant_id = $1 AND id = $2", r.Tenant, r.Account)
	return time.Duration(minutes) * time.Minute, err
}

// LimitIdle says how long a session may go unused in the grant's account; zero
// takes the limit away. Problems name minutes.
func (s *Store) LimitIdle(ctx context.Context, g authz.Grant, limit time.Duration) error {
	if limit != 0 && (limit < leastIdle || limit > mostIdle || limit%time.Minute != 0) {
		return store.Problems{"minutes": "Enter whole minutes from 5 to 480, or nothing for no limit."}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	return s.store.Write(ctx, g, store.Change{Action: "account.limit_idle", Permission: "security.edit", On: on}, func(tx *store.Tx) error {
		if err := LockAccount(tx); err != nil {
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
		tx.Change.Name = a.Name
		tx.Changed("idle_minutes", a.IdleMinutes, minutes)
		return tx.Exec("UPDATE accounts SET idle_minutes = ? WHERE tenant_id = ? AND id = ?", minutes, on.Tenant, on.Account).Error
	})
}
