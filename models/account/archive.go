package account

import (
	"context"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// subtree is the condition of an account and what stands under it, for its path
// as both arguments.
const subtree = "path >= ? AND path < ? || '0'"

// ArchiveAccount puts an account below the grant's away, with all that stands
// under it: closed to its people, and out of the lists.
func (s *Store) ArchiveAccount(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeBelow(ctx, g, id, "account.archive", func(tx *store.Tx, a Account) error {
		if a.ArchivedBy != nil {
			return store.Problems{"": a.Name + " is already archived."}
		}
		if err := tx.Patient(); err != nil {
			return err
		}
		tx.Changed("state", a.State, "archived")
		tx.Touch("account", id)
		done := tx.Exec("UPDATE accounts SET archived_by = ? WHERE tenant_id = ? AND archived_by IS NULL AND "+subtree, id, a.TenantID, a.Path, a.Path)
		tx.Note("accounts", done.RowsAffected)
		return done.Error
	})
}

// RestoreAccount brings back what ArchiveAccount put away, as it was before.
// What was archived by itself below it stays archived.
func (s *Store) RestoreAccount(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeBelow(ctx, g, id, "account.restore", func(tx *store.Tx, a Account) error {
		if a.ArchivedBy == nil {
			return store.Problems{"": a.Name + " is not archived."}
		}
		var parent Account
		if err := TakeAccount(tx, &parent, *a.ParentID); err != nil {
			return err
		}
		if parent.ArchivedBy != nil {
			if err := TakeAccount(tx, &parent, *parent.ArchivedBy); err != nil {
				return err
			}
			return store.Problems{"": a.Name + " is archived with " + parent.Name + ". Restore that first."}
		}
		if err := tx.Patient(); err != nil {
			return err
		}
		tx.Changed("state", "archived", a.State)
		tx.Touch("account", id)
		done := tx.Exec("UPDATE accounts SET archived_by = NULL WHERE tenant_id = ? AND archived_by = ? AND "+subtree, a.TenantID, id, a.Path, a.Path)
		tx.Note("accounts", done.RowsAffected)
		return done.Error
	})
}
