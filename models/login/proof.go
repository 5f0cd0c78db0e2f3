package login

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Prove checks the password of a session's owner once more and gives the
// session a new token for its cookie; the one before is dead. Start and end stay
// as they are. Problems name proof.
func (s *Store) Prove(ctx context.Context, g authz.Grant, x Session, token, password string) (renewed string, at time.Time, err error) {
	if !g.CoversSelf(x.Principal) {
		return "", at, authz.ErrDenied
	}
	hash, err := s.passwordHash(ctx, x)
	if err != nil {
		return "", at, err
	}
	switch err := s.Matches(ctx, password, hash); {
	case errors.Is(err, store.ErrSignIn):
		return "", at, store.Problems{"proof": "This isn't your password."}
	case err != nil:
		return "", at, err
	}
	at = s.store.Now()
	err = s.store.In(ctx, store.ScopeSession, func(db *gorm.DB) error {
		renewed, err = s.renewSession(db, x, token, map[string]any{"proved_at": at})
		return err
	})
	return renewed, at, err
}

// renewSession changes a session that lives and gives it a new token. Of two
// that come with the same token one succeeds.
func (s *Store) renewSession(db *gorm.DB, x Session, token string, set map[string]any) (renewed string, err error) {
	renewed = store.NewToken()
	set["id_hash"] = store.TokenHash(renewed)
	return renewed, store.OrConflict(db.Table("sessions").Where("id = ? AND id_hash = ? AND ended_at IS NULL AND expires_at > ?", x.ID, store.TokenHash(token), s.store.Now()).Updates(set))
}
