package store

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
)

// lentBy proves that the door through which a lent grant came is open still, and
// keeps it so until the commit: closing it waits for this write, or this write is
// refused. The event names who opened it.
func (tx *Tx) lentBy() error {
	var x struct {
		ID           uuid.UUID
		OpenedByName string
	}
	r := tx.Grant.Resource()
	err := tx.Raw(`SELECT id, opened_by_name FROM support_access WHERE tenant_id = ? AND account_id = ? AND closed_at IS NULL AND until > ? FOR SHARE`,
		r.Tenant, r.Account, tx.Store.now()).Take(&x).Error
	if err == gorm.ErrRecordNotFound {
		return fmt.Errorf("support access to %s is closed: %w", r.Account, authz.ErrDenied)
	}
	if err != nil {
		return err
	}
	tx.Note("support_access_opened_by", x.OpenedByName)
	tx.Note("support_access", x.ID.String())
	return nil
}
