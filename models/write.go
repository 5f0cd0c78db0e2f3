package models

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
)

// change says what a write is: the permission and resource its grant must be
// for, and what the audit calls it.
type change struct {
	action     string // noun.verb
	permission string
	on         authz.Resource
	name       string // of the resource, as the audit shows it
}

// Tx is one write. What it notes becomes the audit event of that write.
type Tx struct {
	*gorm.DB
	store  *Store
	scope  scope
	grant  authz.Grant
	change change
	fields map[string]any

	epoch   int64 // of the tenant, once who-may-what is locked
	touched []touch
	also    []*Tx // writes of other tenants in the same transaction
}

// touch is one line of access_changes.
type touch struct {
	kind        string
	id          uuid.UUID
	entitlement string
	allowed     bool
}

// write is the one door to a tenant's rows. It refuses a grant for anything but
// this permission and resource, runs do in the tenant's scope, stores the audit
// event in the same transaction, and lets no answer go out before this node
// decides by the change.
func (s *Store) write(ctx context.Context, g authz.Grant, c change, do func(*Tx) error) error {
	if !g.Covers(s.catalog.Permission(c.permission), c.on) {
		return fmt.Errorf("%s on %s %s with a grant for another: %w", c.permission, c.on.Kind, c.on.ID, authz.ErrDenied)
	}
	return s.commit(ctx, tenantScope(c.on.Tenant), g, c, do)
}

// writeSelf is the door for what a person does to their own login. The event is
// kept in c.on, an account of theirs.
func (s *Store) writeSelf(ctx context.Context, g authz.Grant, id authz.PrincipalID, c change, do func(*Tx) error) error {
	if !g.CoversSelf(id) {
		return fmt.Errorf("%s of %s with a grant for another: %w", c.action, id, authz.ErrDenied)
	}
	sc := scopeSelf
	sc.tenant = c.on.Tenant
	return s.commit(ctx, sc, g, c, do)
}

func (s *Store) commit(ctx context.Context, sc scope, g authz.Grant, c change, do func(*Tx) error) error {
	var tx *Tx
	err := s.in(ctx, sc, func(db *gorm.DB) error {
		tx = &Tx{DB: db, store: s, scope: sc, grant: g, change: c, fields: map[string]any{}}
		return tx.run(do)
	})
	if err != nil {
		return err
	}
	for _, done := range append(tx.also, tx) {
		if len(done.touched) > 0 {
			if err := s.CatchUp(ctx, done.change.on.Tenant); err != nil {
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

// in makes a change of another tenant part of this write, which must reach
// across tenants: both commit, each with its own event, or neither.
func (tx *Tx) in(c change, do func(*Tx) error) error {
	other := &Tx{DB: tx.DB, store: tx.store, scope: tx.scope, grant: tx.grant, change: c, fields: map[string]any{}}
	tx.also = append(tx.also, other)
	return other.run(do)
}

// note keeps a fact for the audit event.
func (tx *Tx) note(field string, value any) { tx.fields[field] = value }

// changed keeps a field's old and new value for the audit event.
func (tx *Tx) changed(field string, from, to any) {
	tx.fields[field] = map[string]any{"from": from, "to": to}
}

// lockAccess serializes who-may-what in the tenant until the commit, brings the
// snapshot to the present, and checks the grant against it once more: what was
// true when the request came may not be true any more.
func (tx *Tx) lockAccess() (*authz.Snapshot, error) {
	tenant := tx.change.on.Tenant
	if err := tx.Raw(tx.store.lockTenant, tenant).Scan(&tx.epoch).Error; err != nil {
		return nil, fmt.Errorf("lock the tenant: %w", err)
	}
	if tx.epoch == 0 {
		return nil, ErrNotFound
	}
	var snap *authz.Snapshot
	err := tx.across(func() (err error) {
		snap, err = tx.store.catchUp(tx.DB, tenant, tx.epoch-1)
		return err
	})
	if err != nil {
		return nil, err
	}
	if g := tx.grant; !g.IsSystem() && g.Permission() != 0 {
		if _, err := snap.Authorize(g.Actor(), g.Permission(), g.Resource().Account); err != nil {
			return nil, err
		}
	}
	return snap, nil
}

// across runs do where the write's scope must reach what stands outside its
// tenant: sessions, and the snapshot.
func (tx *Tx) across(do func() error) error {
	if tx.scope.system != "" {
		return do()
	}
	if err := tx.Exec("SET LOCAL app.scope = 'system'").Error; err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return tx.Exec("SET LOCAL app.scope = ''").Error
}

// patient lets the statements of this write take longer than usual: one that
// changes a row, with its index entries, of each of 20,000 accounts takes about a
// third of a second, and many times that while the disk is busy.
func (tx *Tx) patient() error { return tx.Exec("SET LOCAL statement_timeout = '8s'").Error }

// touch says that the access of something changed; lockAccess came before.
func (tx *Tx) touch(kind string, id uuid.UUID) {
	tx.touched = append(tx.touched, touch{kind: kind, id: id})
}

func (tx *Tx) storeTouched() error {
	if len(tx.touched) == 0 {
		return nil
	}
	if tx.epoch == 0 {
		return fmt.Errorf("%s changes access without its lock", tx.change.action)
	}
	n := len(tx.touched)
	kinds, ids, entitlements, allowed := make(textList, n), make(idList, n), make(textList, n), make(textList, n)
	for i, t := range tx.touched {
		kinds[i], ids[i], entitlements[i], allowed[i] = t.kind, t.id, t.entitlement, strconv.FormatBool(t.allowed)
	}
	if err := tx.Exec(`INSERT INTO access_changes (tenant_id, epoch, seq, kind, subject_id, entitlement, allowed)
		SELECT ?, ?, n - 1, kind, id, NULLIF(entitlement, ''), CASE WHEN entitlement <> '' THEN allowed END
		FROM unnest(CAST(? AS text[]), CAST(? AS uuid[]), CAST(? AS text[]), CAST(? AS boolean[])) WITH ORDINALITY AS x (kind, id, entitlement, allowed, n)`,
		tx.change.on.Tenant, tx.epoch, kinds, ids, entitlements, allowed).Error; err != nil {
		return err
	}
	return tx.Exec("DELETE FROM access_changes WHERE tenant_id = ? AND epoch <= ?", tx.change.on.Tenant, tx.epoch-keepEpochs).Error
}
