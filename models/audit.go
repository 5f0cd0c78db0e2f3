package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
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

const (
	// AuditPage is how many events a page of the audit holds.
	AuditPage = 50
	// AuditWindow is how many events a search for text looks through at once:
	// no index finds parts of names, and a miss must not read millions.
	AuditWindow = 20_000
)

// AuditFilter narrows a list of events down.
type AuditFilter struct {
	Text     string            // part of the name of who acted, or of what it was done to
	By       authz.PrincipalID // who acted; zero for anybody
	Kind     string            // of the resource, empty for all
	From, To time.Time         // zero for no bound; To is left out
	Below    bool              // those of the accounts below too, where the actor may see them
	Account  uuid.UUID         // with Below: of this one alone; zero for all
	Before   AuditCursor       // where the page begins; zero for the newest
	Limit    int
	Window   int // how many events a search for Text looks through; zero for AuditWindow

	OfAccount uuid.UUID // only what was done with this account below; zero for all
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

// ReadAuditCursor reads a cursor; one that is none is the beginning.
func ReadAuditCursor(text string) (c AuditCursor) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return c
	}
	micro, err := strconv.ParseInt(parts[0], 10, 64)
	account, badID := uuid.Parse(parts[1])
	seq, badSeq := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || badID != nil || badSeq != nil || micro < 0 || seq < 1 {
		return AuditCursor{}
	}
	return AuditCursor{time.UnixMicro(micro).UTC(), account, seq}
}

const auditColumns = "account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change"

func (e *AuditEvent) fields() []any {
	return []any{&e.AccountID, &e.Seq, &e.At, &e.PrincipalKind, &e.PrincipalID, &e.PrincipalName, &e.Address, &e.Action, &e.Permission, &e.Because,
		&e.Kind, &e.ResourceID, &e.ResourceName, &e.Change}
}

// Audit lists the newest events of the grant's account, and of those below it
// where the filter says so: by number in one account, by time in several.
func (s *Store) Audit(ctx context.Context, g authz.Grant, f AuditFilter) ([]AuditEvent, error) {
	all, _, err := s.SearchAudit(ctx, g, f)
	return all, err
}

// SearchAudit is Audit for a filter with Text, too. Where the search ended with
// its window, looked is the last event that it looked at: those before it may
// match as well. It is zero where it ended with the limit or the oldest event.
func (s *Store) SearchAudit(ctx context.Context, g authz.Grant, f AuditFilter) (all []AuditEvent, looked AuditCursor, err error) {
	r := g.Resource()
	b := &recordQuery{}
	b.where("tenant_id = %s", r.Tenant)
	if err := s.auditAccounts(ctx, b, g, f); err != nil {
		return nil, looked, err
	}
	order := "seq DESC"
	if f.Below && f.Account == uuid.Nil {
		order = "at DESC, account_id DESC, seq DESC"
	}
	switch at := f.Before; {
	case at.Seq == 0:
	case order == "seq DESC":
		b.conditions = append(b.conditions, "seq < "+b.arg(at.Seq))
	default:
		b.conditions = append(b.conditions, fmt.Sprintf("(at, account_id, seq) < (%s, %s, %s)", b.arg(at.At), b.arg(at.Account), b.arg(at.Seq)))
	}
	if f.By.ID != uuid.Nil {
		b.where("principal_id = %s AND principal_kind = %s", f.By.ID, f.By.Kind.String())
	}
	if f.OfAccount != uuid.Nil {
		b.where("kind = 'account' AND resource_id = %s", f.OfAccount)
	}
	if f.Kind != "" {
		b.where("noun = %s", f.Kind)
	}
	if !f.From.IsZero() {
		b.where("at >= %s", f.From)
	}
	if !f.To.IsZero() {
		b.where("at < %s", f.To)
	}
	sql := fmt.Sprintf("SELECT %s, true, 0 FROM audit_events WHERE %s ORDER BY %s LIMIT %s", auditColumns, strings.Join(b.conditions, " AND "), order, b.arg(f.Limit))
	window := f.Window
	if window == 0 {
		window = AuditWindow
	}
	if f.Text != "" { // the window's last event comes along, whether it matches or not
		text, last := b.arg(like(f.Text)), b.arg(window)
		sql = fmt.Sprintf(`SELECT %[1]s, hit, n FROM (
				SELECT %[1]s, principal_name ILIKE %[4]s OR resource_name ILIKE %[4]s AS hit, row_number() OVER (ORDER BY %[3]s) AS n
				FROM audit_events WHERE %[2]s ORDER BY %[3]s LIMIT %[5]s) seen
			WHERE hit OR n = %[5]s ORDER BY %[3]s LIMIT %[6]s`,
			auditColumns, strings.Join(b.conditions, " AND "), order, text, last, fmt.Sprintf("$%d", len(b.args)-2))
	}
	err = s.read(ctx, tenantScope(r.Tenant), func(rows pgx.Rows) error {
		e, hit, n := AuditEvent{TenantID: r.Tenant}, false, 0
		if err := rows.Scan(append(e.fields(), &hit, &n)...); err != nil {
			return err
		}
		if hit {
			all = append(all, e)
		}
		if n == window {
			looked = e.Cursor()
		}
		return nil
	}, sql, b.args...)
	if len(all) == f.Limit {
		looked = AuditCursor{}
	}
	return all, looked, err
}

func (s *Store) auditAccounts(ctx context.Context, b *recordQuery, g authz.Grant, f AuditFilter) error {
	if !f.Below {
		b.where("account_id = %s", g.Resource().Account)
		return nil
	}
	_, err := s.whereSeen(ctx, b, g, s.catalog.Permission("audit"), f.Account)
	return err
}

// AuditEvent gives one event of the grant's account by its number.
func (s *Store) AuditEvent(ctx context.Context, g authz.Grant, seq int64) (AuditEvent, error) {
	r := g.Resource()
	e := AuditEvent{TenantID: r.Tenant}
	err := s.one(ctx, tenantScope(r.Tenant), e.fields(),
		"SELECT "+auditColumns+" FROM audit_events WHERE tenant_id = $1 AND account_id = $2 AND seq = $3", r.Tenant, r.Account, seq)
	return e, err
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

// AuditName is the present name of what an event names by its id.
type AuditName struct {
	Kind    string // account, record, subuser or role
	Account uuid.UUID
	Named
}

// AuditNames gives the names of accounts, records, subusers and roles of a tenant
// by id. The caller shows only those that its reader may know of.
func (s *Store) AuditNames(ctx context.Context, tenant uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]AuditName, error) {
	names := map[uuid.UUID]AuditName{}
	if len(ids) == 0 {
		return names, nil
	}
	return names, s.readAll(ctx, tenantScope(tenant), query{func(rows pgx.Rows) error {
		var id uuid.UUID
		var n AuditName
		err := rows.Scan(&id, &n.Kind, &n.Account, &n.Name)
		names[id] = n
		return err
	}, `SELECT id, 'account', id, name FROM accounts WHERE tenant_id = $1 AND id = ANY($2)
		UNION ALL SELECT id, 'subuser', account_id, name FROM subusers WHERE tenant_id = $1 AND id = ANY($2)
		UNION ALL SELECT id, 'role', account_id, name FROM custom_roles WHERE tenant_id = $1 AND id = ANY($2)`, []any{tenant, ids}},
		query{func(rows pgx.Rows) error {
			id, account, n, err := s.scanNamed(rows)
			names[id] = AuditName{"record", account, n}
			return err
		}, "SELECT " + s.namedColumns() + " FROM records WHERE tenant_id = $1 AND id = ANY($2)", []any{tenant, ids}})
}

// StandingSelectAlls tells which of a tenant's Select alls, by `entitlement epoch`,
// UndoSelectAll would still put back.
func (s *Store) StandingSelectAlls(ctx context.Context, g authz.Grant, epochs []int64) (map[string]bool, error) {
	standing := map[string]bool{}
	if len(epochs) == 0 {
		return standing, nil
	}
	return standing, s.read(ctx, tenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var key string
		var epoch int64
		err := rows.Scan(&key, &epoch)
		standing[fmt.Sprintf("%s %d", key, epoch)] = true
		return err
	}, `SELECT entitlement, epoch FROM entitlement_rules WHERE tenant_id = $1 AND epoch = ANY($2)
		UNION SELECT entitlement, epoch FROM entitlement_exceptions WHERE tenant_id = $1 AND epoch = ANY($2)`, g.Resource().Tenant, epochs)
}
