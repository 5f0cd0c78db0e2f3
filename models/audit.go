package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
)

// AuditEvent is one change: who, what, before and after, and because of what.
// Secrets never enter it.
type AuditEvent struct {
	TenantID      uuid.UUID
	AccountID     uuid.UUID
	Seq           int64
	At            time.Time
	PrincipalKind string
	PrincipalID   uuid.UUID
	PrincipalName string
	Address       string
	Action        string
	Permission    string
	Because       string
	Kind          string
	ResourceID    uuid.UUID
	ResourceName  string
	Change        json.RawMessage `gorm:"type:jsonb"`
	Previous      []byte
	Hash          []byte
}

// seal is the hash of the event and of the one before it.
func (e AuditEvent) seal() ([]byte, error) {
	var change any
	if err := json.Unmarshal(e.Change, &change); err != nil {
		return nil, fmt.Errorf("read an audit change: %w", err)
	}
	b, err := json.Marshal([]any{
		e.TenantID, e.AccountID, e.Seq, e.At.UTC().Format(time.RFC3339Nano), e.PrincipalKind, e.PrincipalID, e.PrincipalName, e.Address,
		e.Action, e.Permission, e.Because, e.Kind, e.ResourceID, e.ResourceName, change,
	})
	if err != nil {
		return nil, fmt.Errorf("encode an audit event: %w", err)
	}
	h := sha256.Sum256(append(bytes.Clone(e.Previous), b...))
	return h[:], nil
}

// record appends the write's event to the chain of its account.
func (tx *Tx) record() error {
	c, g := tx.change, tx.grant
	if g.IsLent() {
		if err := tx.lentBy(); err != nil {
			return err
		}
	}
	fields, err := json.Marshal(tx.fields)
	if err != nil {
		return fmt.Errorf("encode an audit change: %w", err)
	}
	e := AuditEvent{
		TenantID: c.on.Tenant, AccountID: c.on.Account,
		At:            tx.store.now().UTC().Truncate(time.Microsecond),
		PrincipalKind: g.Actor().ID.Kind.String(), PrincipalID: g.Actor().ID.ID, PrincipalName: g.Actor().Name,
		Address: g.Actor().Address,
		Action:  c.action, Permission: c.permission, Because: g.Because(),
		Kind: c.on.Kind, ResourceID: c.on.ID, ResourceName: c.name, Change: fields,
	}
	head := struct {
		Seq  int64
		Hash []byte
	}{}
	err = tx.Raw(`INSERT INTO audit_heads (tenant_id, account_id, seq, hash) VALUES (?, ?, 0, '')
		ON CONFLICT (tenant_id, account_id) DO UPDATE SET seq = audit_heads.seq RETURNING seq, hash`, e.TenantID, e.AccountID).Scan(&head).Error
	if err != nil {
		return fmt.Errorf("lock the audit chain: %w", err)
	}
	e.Seq, e.Previous = head.Seq+1, head.Hash
	if e.Previous == nil {
		e.Previous = []byte{}
	}
	if e.Hash, err = e.seal(); err != nil {
		return err
	}
	if err := tx.Create(&e).Error; err != nil {
		return fmt.Errorf("store the audit event: %w", err)
	}
	return tx.Exec("UPDATE audit_heads SET seq = ?, hash = ? WHERE tenant_id = ? AND account_id = ?", e.Seq, e.Hash, e.TenantID, e.AccountID).Error
}

// AuditPage is how many events a page of the audit holds.
const AuditPage = 50

// AuditFilter narrows a list of events down.
type AuditFilter struct {
	Who      string    // part of the name of who acted
	Kind     string    // of the resource, empty for all
	From, To time.Time // zero for no bound; To is left out
	Before   int64     // a sequence number; zero for the newest
	Limit    int

	OfAccount uuid.UUID // only what was done with this account below; zero for all
}

// Audit lists the newest events of the grant's account.
func (s *Store) Audit(ctx context.Context, g authz.Grant, f AuditFilter) ([]AuditEvent, error) {
	r := g.Resource()
	var all []AuditEvent
	args := []any{r.Tenant, r.Account, f.Before, like(f.Who), f.Kind, orNever(f.From), orNever(f.To), f.Limit}
	about := ""
	if f.OfAccount != uuid.Nil {
		about = " AND kind = 'account' AND resource_id = $9"
		args = append(args, f.OfAccount)
	}
	err := s.read(ctx, tenantScope(r.Tenant), func(rows pgx.Rows) error {
		var e AuditEvent
		err := rows.Scan(&e.Seq, &e.At, &e.PrincipalKind, &e.PrincipalID, &e.PrincipalName, &e.Address, &e.Action, &e.Permission, &e.Because,
			&e.Kind, &e.ResourceID, &e.ResourceName, &e.Change)
		all = append(all, e)
		return err
	}, `SELECT seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change
		FROM audit_events WHERE tenant_id = $1 AND account_id = $2 AND ($3 = 0 OR seq < $3)
		AND ($4 = '' OR principal_name ILIKE $4) AND ($5 = '' OR noun = $5)
		AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)`+about+` ORDER BY seq DESC LIMIT $8`, args...)
	return all, err
}

func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// AuditKinds are the kinds of thing that the account's events are about.
func (s *Store) AuditKinds(ctx context.Context, g authz.Grant) ([]string, error) {
	r := g.Resource()
	var kinds []string
	err := s.read(ctx, tenantScope(r.Tenant), func(rows pgx.Rows) error {
		var kind string
		err := rows.Scan(&kind)
		kinds = append(kinds, kind)
		return err
	}, `WITH RECURSIVE kinds AS ( -- each step passes over all events of a kind
			(SELECT noun FROM audit_events WHERE tenant_id = $1 AND account_id = $2 ORDER BY noun LIMIT 1)
			UNION ALL SELECT (SELECT noun FROM audit_events WHERE tenant_id = $1 AND account_id = $2 AND noun > kinds.noun ORDER BY noun LIMIT 1)
				FROM kinds WHERE noun IS NOT NULL)
		SELECT noun FROM kinds WHERE noun IS NOT NULL`, r.Tenant, r.Account)
	return kinds, err
}

// VerifyAudit reads an account's chain from its beginning and gives the number
// of events; the error names the first that was changed, removed or re-ordered.
func (s *Store) VerifyAudit(ctx context.Context, tenant, account uuid.UUID) (int64, error) {
	var events []AuditEvent
	var head AuditEvent
	last, previous := int64(0), []byte{}
	for {
		events = events[:0]
		err := s.read(ctx, tenantScope(tenant), func(rows pgx.Rows) error {
			e := AuditEvent{TenantID: tenant, AccountID: account}
			err := rows.Scan(&e.Seq, &e.At, &e.PrincipalKind, &e.PrincipalID, &e.PrincipalName, &e.Address, &e.Action, &e.Permission, &e.Because,
				&e.Kind, &e.ResourceID, &e.ResourceName, &e.Change, &e.Previous, &e.Hash)
			events = append(events, e)
			return err
		}, `SELECT seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name,
			change, previous, hash FROM audit_events WHERE tenant_id = $1 AND account_id = $2 AND seq > $3 ORDER BY seq LIMIT 1000`,
			tenant, account, last)
		if err != nil {
			return last, err
		}
		for _, e := range events {
			hash, err := e.seal()
			switch {
			case err != nil:
				return last, err
			case e.Seq != last+1:
				return last, fmt.Errorf("event %d follows event %d", e.Seq, last)
			case !bytes.Equal(e.Previous, previous) || !bytes.Equal(e.Hash, hash):
				return last, fmt.Errorf("event %d was changed", e.Seq)
			}
			last, previous = e.Seq, e.Hash
		}
		if len(events) < 1000 {
			break
		}
	}
	err := s.one(ctx, tenantScope(tenant), []any{&head.Seq, &head.Hash},
		"SELECT seq, hash FROM audit_heads WHERE tenant_id = $1 AND account_id = $2", tenant, account)
	if err == nil && (head.Seq != last || !bytes.Equal(head.Hash, previous)) {
		err = fmt.Errorf("events after %d were removed", last)
	}
	return last, err
}
