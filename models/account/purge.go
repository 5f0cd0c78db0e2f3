package account

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/models/store"
)

// Purged are the tables of which a deleted account's rows are removed, in this
// order, each with the condition for a list of accounts of one tenant.
var Purged = []struct{ Table, Where string }{
	// The innermost first: removing what others are inside of would remove all of
	// them in one statement.
	{"records", "account_id = ANY(CAST(@ids AS uuid[])) AND NOT EXISTS (SELECT FROM records c WHERE c.tenant_id = @tenant AND c.account_id = x.account_id AND c.parent_id = x.id)"},
	{"record_days", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"deleted_records", "account_id = ANY(CAST(@ids AS uuid[]))"}, // and the links to them
	{"sessions", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"half_sign_ins", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"subusers", "account_id = ANY(CAST(@ids AS uuid[]))"}, // and their one-time links
	{"key_places", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"api_keys", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"service_accounts", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"sign_ins", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"memberships", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"invites", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"login_links", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"ownership_offers", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"support_access", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"timeless_entries", "timeless_id IN (SELECT t.id FROM timeless_accounts t WHERE t.tenant_id = @tenant AND t.account_id = ANY(CAST(@ids AS uuid[])))"},
	{"timeless_readers", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"timeless_feeds", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"timeless_accounts", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"custom_roles", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"account_labels", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"batches", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"entitlement_exceptions", "account_id = ANY(CAST(@ids AS uuid[]))"},
	{"entitlement_rules", "parent_id = ANY(CAST(@ids AS uuid[]))"},
}

// Kept are the tables with rows of an account that outlive it, with the reason.
var Kept = map[string]string{
	"audit_events":     "what was done stays known, and can be verified",
	"audit_heads":      "the chains' ends",
	"letters":          "operators see what became of mail until it is pruned; what could still be accepted went with the deletion",
	"letter_refusals":  "operators see who hit a limit of mail until it is pruned",
	"session_accounts": "a session that was there is pruned with it",
}

const (
	PurgeAfter    = time.Minute // longer than any request that began before
	purgeAccounts = 100         // at once
	PurgeRows     = 1000        // of a table, at once
)

// PurgeAccounts removes some of what was in deleted accounts, and tells whether
// there is more to do. Several nodes share the work; one that dies in the middle
// loses nothing but its last step.
func (s *Store) PurgeAccounts(ctx context.Context) (more bool, err error) {
	err = s.store.In(ctx, store.ScopePurge, func(db *gorm.DB) error {
		tenant, ids := uuid.Nil, store.IDList{}
		err := store.AmongTenants(db, func(t uuid.UUID) (bool, error) {
			err := db.Raw("SELECT id FROM accounts WHERE tenant_id = ? AND deleted_at < ? AND purged_at IS NULL ORDER BY deleted_at LIMIT ? FOR NO KEY UPDATE SKIP LOCKED",
				t, s.store.Now().Add(-PurgeAfter), purgeAccounts).Scan(&ids).Error
			tenant = t
			return len(ids) > 0, err
		}, s.store.Reached("SELECT tenant_id FROM (SELECT tenant_id, deleted_at FROM accounts WHERE {tenant_id} AND deleted_at < ? AND purged_at IS NULL ORDER BY deleted_at LIMIT ?) x GROUP BY tenant_id ORDER BY min(deleted_at)"),
			s.store.Now().Add(-PurgeAfter), purgeAccounts)
		if err != nil || len(ids) == 0 {
			return err
		}
		more = true
		args := map[string]any{"tenant": tenant, "ids": ids, "rows": PurgeRows}
		for _, p := range Purged {
			done := db.Exec("DELETE FROM "+p.Table+" WHERE tenant_id = @tenant AND ctid = ANY(ARRAY(SELECT x.ctid FROM "+p.Table+" x WHERE x.tenant_id = @tenant AND x."+p.Where+" LIMIT @rows))", args)
			if done.Error != nil || done.RowsAffected == PurgeRows {
				return done.Error
			}
			// What is left are those that something removed just now was inside of.
			if p.Table == "records" && done.RowsAffected > 0 {
				return nil
			}
		}
		return db.Exec("UPDATE accounts SET purged_at = @now WHERE tenant_id = @tenant AND id = ANY(CAST(@ids AS uuid[]))",
			map[string]any{"now": s.store.Now(), "tenant": tenant, "ids": ids}).Error
	})
	return more, err
}
