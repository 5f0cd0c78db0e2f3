package login

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Enter notes that a member's session is in an account, once. A subuser's is bound
// to one from its start.
func (s *Store) Enter(ctx context.Context, x Session, account uuid.UUID) error {
	at := entry{x.ID, account}
	if _, noted := s.entered.GetIfPresent(at); noted || x.Principal.Kind != authz.Member {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.store.AtMost(sessionTime))
	defer cancel()
	aside := store.ScopeSession
	aside.Aside = true
	err := s.store.In(ctx, aside, func(db *gorm.DB) error {
		return db.Exec("INSERT INTO session_accounts (session_id, account_id, entered_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", x.ID, account, s.store.Now()).Error
	})
	if err == nil {
		s.entered.Set(at, struct{}{})
	}
	return err
}

type entry struct{ session, account uuid.UUID }
