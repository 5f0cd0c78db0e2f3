package login

import (
	"context"
	"sync"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Enter notes that a member's session is in an account, once. A subuser's is bound
// to one from its start.
func (s *Store) Enter(ctx context.Context, x Session, account uuid.UUID) error {
	at := entry{x.ID, account}
	if x.Principal.Kind != authz.Member || s.entered.has(at) {
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
		s.entered.keep(at)
	}
	return err
}

type entry struct{ session, account uuid.UUID }

// entries remembers what is noted already.
type entries struct {
	mu  sync.Mutex
	all map[entry]struct{}
}

func (m *entries) has(e entry) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.all[e]
	return ok
}

func (m *entries) keep(e entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil || len(m.all) >= mostRemembered {
		m.all = map[entry]struct{}{}
	}
	m.all[e] = struct{}{}
}
