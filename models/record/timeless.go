package record

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/models/store"
)

// LogKind is the kind of record that timeless accounts keep.
const LogKind = "log"

// TakeIn copies log entries into the timeless accounts that take in those of
// their account, of a @tenant and by @ids; what follows narrows records r and feeds f.
const TakeIn = `INSERT INTO timeless_entries (tenant_id, timeless_id, id, account_id, kind, data, name, search, version, created_at, created_by_name, updated_at, updated_by_name)
	SELECT r.tenant_id, t.id, r.id, r.account_id, r.kind, r.data, r.name, r.search, r.version, r.created_at, r.created_by_name, r.updated_at, r.updated_by_name
	FROM records r JOIN timeless_feeds f ON f.tenant_id = @tenant AND f.account_id = r.account_id
	JOIN timeless_accounts t ON t.tenant_id = @tenant AND t.id = f.timeless_id AND t.deleted_at IS NULL
	JOIN accounts a ON a.tenant_id = @tenant AND a.id = t.account_id
	JOIN accounts s ON s.tenant_id = @tenant AND s.id = r.account_id AND (s.id = a.id OR starts_with(s.path, a.path || '/'))
	WHERE r.tenant_id = @tenant AND r.id = ANY(CAST(@ids AS uuid[])) `

// KeepTimeless copies new log entries to where they are kept. It comes after they
// were stored, which waits for whoever begins to take them in.
func KeepTimeless(tx *store.Tx, all []*Record) error {
	ids := make(store.IDList, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return tx.Exec(TakeIn+"ON CONFLICT DO NOTHING", map[string]any{"tenant": tx.Change.On.Tenant, "ids": ids}).Error
}

// whereSourcesOpen leaves out what came from accounts whose logs are closed. What
// came from one that is gone stays.
func whereSourcesOpen(s *store.Store, ctx context.Context, b *store.Clauses, tenant, id uuid.UUID) error {
	var closed []uuid.UUID
	err := s.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
		var source uuid.UUID
		if err := rows.Scan(&source); err != nil {
			return err
		}
		if LogsClosed(s, source) {
			closed = append(closed, source)
		}
		return nil
	}, `WITH RECURSIVE sources AS ( -- each step passes over all entries of a source
			(SELECT account_id FROM timeless_entries WHERE tenant_id = $1 AND timeless_id = $2 ORDER BY account_id LIMIT 1)
			UNION ALL SELECT (SELECT account_id FROM timeless_entries WHERE tenant_id = $1 AND timeless_id = $2 AND account_id > sources.account_id ORDER BY account_id LIMIT 1)
				FROM sources WHERE account_id IS NOT NULL)
		SELECT account_id FROM sources WHERE account_id IS NOT NULL`, tenant, id)
	if err == nil && len(closed) > 0 {
		b.Where("account_id <> ALL(%s)", closed)
	}
	return err
}

// LogsClosed tells whether an account that is there may not use logs.
func LogsClosed(s *store.Store, account uuid.UUID) bool {
	snap := s.Access()
	a, ok := snap.Find(account)
	return ok && !snap.Ceiling(a).Covers(s.Catalog().Kind(LogKind).Needs)
}
