package login

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Pin puts an entry of the sidebar behind those that whoever asks has pinned, by the
// key of its section, and gives all their pins. What is pinned already stays where
// it is.
func (s *Store) Pin(ctx context.Context, g authz.Grant, x Session, key string) ([]string, error) {
	return s.setPins(ctx, g, x, gorm.Expr("CASE WHEN ? = ANY(pins) THEN pins ELSE array_append(pins, ?) END", key, key))
}

// Unpin takes an entry away from those that whoever asks has pinned, and gives the
// others.
func (s *Store) Unpin(ctx context.Context, g authz.Grant, x Session, key string) ([]string, error) {
	return s.setPins(ctx, g, x, gorm.Expr("array_remove(pins, ?)", key))
}

func (s *Store) setPins(ctx context.Context, g authz.Grant, x Session, to any) (pins []string, err error) {
	var all store.TextList
	err = s.setOwn(ctx, g, x, "pins", to, func(own *gorm.DB) error { return own.Select("pins").Row().Scan(&all) })
	return all, err
}

// DismissChecklist keeps that whoever asks does not want to see the checklist of an
// account any more.
func (s *Store) DismissChecklist(ctx context.Context, g authz.Grant, x Session, account uuid.UUID) error {
	return s.setOwn(ctx, g, x, "dismissed", gorm.Expr("array_append(array_remove(dismissed, ?), ?)", account, account), func(*gorm.DB) error { return nil })
}

// setOwn changes how the panel looks for whoever asks. No account's audit keeps it:
// it changes nothing that others may do or see.
func (s *Store) setOwn(ctx context.Context, g authz.Grant, x Session, column string, to any, then func(own *gorm.DB) error) error {
	if !g.CoversSelf(x.Principal) {
		return authz.ErrDenied
	}
	return s.store.In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		if err := store.ChangedOne(row(db, x.Principal, x.Tenant).UpdateColumn(column, to)); err != nil {
			return err
		}
		return then(row(db, x.Principal, x.Tenant))
	})
}
