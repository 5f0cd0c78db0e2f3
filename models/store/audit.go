package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
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

// Seal is the hash of the event and of the one before it.
func (e AuditEvent) Seal() ([]byte, error) {
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
	c, g := tx.Change, tx.Grant
	if g.IsLent() {
		if err := tx.lentBy(); err != nil {
			return err
		}
	}
	if key := g.Actor().Scope; key != nil {
		tx.Note("key", key.Name)
	}
	fields, err := json.Marshal(tx.fields)
	if err != nil {
		return fmt.Errorf("encode an audit change: %w", err)
	}
	e := AuditEvent{
		TenantID: c.On.Tenant, AccountID: c.On.Account,
		At:            tx.Store.now().UTC().Truncate(time.Microsecond),
		PrincipalKind: g.Actor().ID.Kind.String(), PrincipalID: g.Actor().ID.ID, PrincipalName: g.Actor().Name,
		Address: g.Actor().Address,
		Action:  c.Action, Permission: c.Permission, Because: g.Because(),
		Kind: c.On.Kind, ResourceID: c.On.ID, ResourceName: c.Name, Change: fields,
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
	if e.Hash, err = e.Seal(); err != nil {
		return err
	}
	if err := tx.Create(&e).Error; err != nil {
		return fmt.Errorf("store the audit event: %w", err)
	}
	return tx.Exec("UPDATE audit_heads SET seq = ?, hash = ? WHERE tenant_id = ? AND account_id = ?", e.Seq, e.Hash, e.TenantID, e.AccountID).Error
}

// AuditCursor is the place of an event in a list.
type AuditCursor struct {
	At      time.Time
	Account uuid.UUID
	Seq     int64
}

// Cursor is the place of the event in a list.
func (e AuditEvent) Cursor() AuditCursor { return AuditCursor{e.At, e.AccountID, e.Seq} }

// String writes the cursor as ReadAuditCursor reads it.
func (c AuditCursor) String() string {
	return fmt.Sprintf("%d.%s.%d", c.At.UnixMicro(), c.Account, c.Seq)
}

// Fields takes the columns of an event in.
func (e *AuditEvent) Fields() []any {
	return []any{&e.AccountID, &e.Seq, &e.At, &e.PrincipalKind, &e.PrincipalID, &e.PrincipalName, &e.Address, &e.Action, &e.Permission, &e.Because,
		&e.Kind, &e.ResourceID, &e.ResourceName, &e.Change}
}
