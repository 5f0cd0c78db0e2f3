package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
)

// Change says what a write is: the permission and resource its grant must be
// for, and what the audit calls it.
type Change struct {
	Action     string // noun.verb
	Permission string
	On         authz.Resource
	Name       string // of the resource, as the audit shows it
}

// Tx is one write. What it notes becomes the audit event of that write.
type Tx struct {
	*gorm.DB
	Store  *Store
	scope  Scope
	Grant  authz.Grant
	Change Change
	fields map[string]any

	Epoch   int64 // of the tenant, once who-may-what is locked
	Touched []Touch
	also    []*Tx // writes of other tenants in the same transaction
}

// Touch is one line of access_changes.
type Touch struct {
	Kind        string
	ID          uuid.UUID
	Entitlement string
	Allowed     bool
}

// Write is the one door to a tenant's rows. It refuses a grant for anything but
// this permission and resource, runs do in the tenant's scope, stores the audit
// event in the same transaction, and lets no answer go out before this node
// decides by the change.
func (s *Store) Write(ctx context.Context, g authz.Grant, c Change, do func(*Tx) error) error {
	if !g.Covers(s.catalog.Permission(c.Permission), c.On) {
		return fmt.Errorf("%s on %s %s with a grant for another: %w", c.Permission, c.On.Kind, c.On.ID, authz.ErrDenied)
	}
	return s.Commit(ctx, TenantScope(c.On.Tenant), g, c, do)
}

// WriteSelf is the door for what a person does to their own login. The event is
// kept in c.on, an account of theirs.
func (s *Store) WriteSelf(ctx context.Context, g authz.Grant, id authz.PrincipalID, c Change, do func(*Tx) error) error {
	if !g.CoversSelf(id) {
		return fmt.Errorf("%s of %s with a grant for another: %w", c.Action, id, authz.ErrDenied)
	}
	sc := ScopeSelf
	sc.Tenant = c.On.Tenant
	return s.Commit(ctx, sc, g, c, do)
}

// Commit runs a change in a scope and appends its audit event, in one transaction.
// Verbs go through Write and WriteSelf, which check the grant first; what calls it
// by itself has no grant to check.
func (s *Store) Commit(ctx context.Context, sc Scope, g authz.Grant, c Change, do func(*Tx) error) error {
	var tx *Tx
	call := callOf(ctx, c.On.Tenant)
	err := s.In(ctx, sc, func(db *gorm.DB) error {
		tx = &Tx{DB: db, Store: s, scope: sc, Grant: g, Change: c, fields: map[string]any{}}
		if err := tx.run(do); err != nil || call == nil {
			return err
		}
		return call.commit(db)
	})
	if err != nil {
		return err
	}
	if call != nil {
		call.done = true
	}
	for _, done := range append(tx.also, tx) {
		if len(done.Touched) > 0 {
			if err := s.CatchUp(ctx, done.Change.On.Tenant); err != nil {
				return err
			}
		}
	}
	return nil
}

// run does the change and stores what belongs to it.
func (tx *Tx) run(do func(*Tx) error) error {
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.storeTouched(); err != nil {
		return err
	}
	return tx.record()
}

// In makes a change of another tenant part of this write, which must reach
// across tenants: both commit, each with its own event, or neither.
func (tx *Tx) In(c Change, do func(*Tx) error) error {
	other := &Tx{DB: tx.DB, Store: tx.Store, scope: tx.scope, Grant: tx.Grant, Change: c, fields: map[string]any{}}
	tx.also = append(tx.also, other)
	return other.run(do)
}

// Note keeps a fact for the audit event.
func (tx *Tx) Note(field string, value any) { tx.fields[field] = value }

// Changed keeps a field's old and new value for the audit event.
func (tx *Tx) Changed(field string, from, to any) {
	tx.fields[field] = map[string]any{"from": from, "to": to}
}

// LockAccess serializes who-may-what in the tenant until the commit, brings the
// snapshot to the present, and checks the grant against it once more: what was
// true when the request came may not be true any more.
func (tx *Tx) LockAccess() (*authz.Snapshot, error) {
	tenant := tx.Change.On.Tenant
	if err := tx.Raw(tx.Store.lockTenant, tenant).Scan(&tx.Epoch).Error; err != nil {
		return nil, fmt.Errorf("lock the tenant: %w", err)
	}
	if tx.Epoch == 0 {
		return nil, ErrNotFound
	}
	var snap *authz.Snapshot
	err := tx.Across(func() (err error) {
		snap, err = tx.Store.catchUp(tx.DB, tenant, tx.Epoch-1)
		return err
	})
	if err != nil {
		return nil, err
	}
	if g := tx.Grant; !g.IsSystem() && g.Permission() != 0 {
		if _, err := snap.Authorize(g.Actor(), g.Permission(), g.Resource().Account); err != nil {
			return nil, err
		}
	}
	return snap, nil
}

// Across runs do where the write's scope must reach what stands outside its
// tenant: sessions, and the snapshot.
func (tx *Tx) Across(do func() error) error {
	if tx.scope.System != "" {
		return do()
	}
	if err := tx.Exec("SET LOCAL app.scope = 'system'").Error; err != nil {
		return err
	}
	tx.scope.System = "the write reaches across" // for do, which may call Across itself
	err := do()
	if tx.scope.System = ""; err != nil {
		return err
	}
	return tx.Exec("SET LOCAL app.scope = ''").Error
}

// Patient lets the statements of this write take longer than usual: one that
// changes a row, with its index entries, of each of 20,000 accounts takes about a
// third of a second, and many times that while the disk is busy.
func (tx *Tx) Patient() error {
	return tx.Exec(tx.Store.setLimit("statement_timeout", patientTime)).Error
}

// Touch says that the access of something changed; LockAccess came before.
func (tx *Tx) Touch(kind string, id uuid.UUID) {
	tx.Touched = append(tx.Touched, Touch{Kind: kind, ID: id})
}

func (tx *Tx) storeTouched() error {
	if len(tx.Touched) == 0 {
		return nil
	}
	if tx.Epoch == 0 {
		return fmt.Errorf("%s changes access without its lock", tx.Change.Action)
	}
	n := len(tx.Touched)
	kinds, ids, entitlements, allowed := make(TextList, n), make(IDList, n), make(TextList, n), make(TextList, n)
	for i, t := range tx.Touched {
		kinds[i], ids[i], entitlements[i], allowed[i] = t.Kind, t.ID, t.Entitlement, strconv.FormatBool(t.Allowed)
	}
	if err := tx.Exec(`INSERT INTO access_changes (tenant_id, epoch, seq, kind, subject_id, entitlement, allowed)
		SELECT t.id, CAST(? AS bigint), x.n - 1, x.kind, x.id, NULLIF(x.entitlement, ''), CASE WHEN x.entitlement <> '' THEN x.allowed END
		FROM tenants t CROSS JOIN unnest(CAST(? AS text[]), CAST(? AS uuid[]), CAST(? AS text[]), CAST(? AS boolean[])) WITH ORDINALITY AS x (kind, id, entitlement, allowed, n)
		WHERE t.id = ?`, tx.Epoch, kinds, ids, entitlements, allowed, tx.Change.On.Tenant).Error; err != nil {
		return err
	}
	return tx.Exec("DELETE FROM access_changes WHERE tenant_id = ? AND epoch <= ?", tx.Change.On.Tenant, tx.Epoch-keepEpochs).Error
}
