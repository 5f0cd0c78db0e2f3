package program

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Key is what a program proves with who it acts as: a service account or, without one,
// the owner of the account.
type Key struct {
	TenantID         uuid.UUID
	ID               uuid.UUID
	AccountID        uuid.UUID
	ServiceAccountID *uuid.UUID // nil for a key of the account itself
	Name             string
	Hash             []byte // of the whole key; nil where no program ever got it
	Hint             string // how it begins
	PreviousHash     []byte // of the key that it replaced
	PreviousUntil    *time.Time
	Permissions      store.TextList // keys of those it is for; none for all
	ReadOnly         bool
	SubAccounts      bool           // it opens those below its account too
	Networks         store.TextList // from which it comes; none for any
	ExpiresAt        *time.Time     // nil for never
	RevokedAt        *time.Time
	RevokedByName    string
	UsedAt           *time.Time // last, to the minute
	UsedFrom         string
	Version          int64
	CreatedAt        time.Time
	CreatedBy        string // kind:id of the principal
	CreatedByName    string
	UpdatedAt        time.Time

	ServiceAccount string `gorm:"-"` // its name, in a list
}

// TableName is where keys are stored.
func (Key) TableName() string { return "api_keys" }

// Ended tells whether the key's time is over.
func (k Key) Ended(now time.Time) bool { return k.ExpiresAt != nil && !now.Before(*k.ExpiresAt) }

// Works tells whether the key is good at a time, as far as that is up to the key.
func (k Key) Works(now time.Time) bool { return k.RevokedAt == nil && !k.Ended(now) }

// State is how the key stands at a time: "active", "expired" or "revoked".
func (k Key) State(now time.Time) string {
	switch {
	case k.RevokedAt != nil:
		return "revoked"
	case k.Ended(now):
		return "expired"
	}
	return "active"
}

const keyColumns = `x.id, x.account_id, x.service_account_id, x.name, x.hash, x.hint, x.previous_hash, x.previous_until, x.permissions, x.read_only, x.sub_accounts, x.networks,
	x.expires_at, x.revoked_at, x.revoked_by_name, x.used_at, x.used_from, x.version, x.created_at, x.created_by, x.created_by_name, x.updated_at`

func (k *Key) fields() []any {
	return []any{(*[16]byte)(&k.ID), (*[16]byte)(&k.AccountID), &k.ServiceAccountID, &k.Name, &k.Hash, &k.Hint, &k.PreviousHash, &k.PreviousUntil, (*[]string)(&k.Permissions),
		&k.ReadOnly, &k.SubAccounts, (*[]string)(&k.Networks), &k.ExpiresAt, &k.RevokedAt, &k.RevokedByName, &k.UsedAt, &k.UsedFrom, &k.Version, &k.CreatedAt, &k.CreatedBy, &k.CreatedByName, &k.UpdatedAt}
}

// MadeKey is a new key. Secret is the whole of it, told just this once.
type MadeKey struct {
	Key
	Secret string
}

// CreateKey makes a key of a service account of the grant's account or, where program
// is zero, of the account itself, which only its owner makes.
func (s *Store) CreateKey(ctx context.Context, g authz.Grant, program uuid.UUID, in KeyInput) (MadeKey, error) {
	id := store.NewID()
	return s.createKey(ctx, g.On(keyKind, id), g.On(keyKind, id).Resource(), program, in)
}

// CreateKeyOf is CreateKey for any account, for the operator's command line.
func (s *Store) CreateKeyOf(ctx context.Context, account, program uuid.UUID, in KeyInput) (MadeKey, error) {
	snap := s.store.Access()
	at, ok := snap.Find(account)
	if !ok {
		return MadeKey{}, store.ErrNotFound
	}
	on := authz.Resource{Tenant: snap.Tenant(at), Account: account, Kind: keyKind, ID: store.NewID()}
	return s.createKey(ctx, authz.SystemGrant("key create"), on, program, in)
}

func (s *Store) createKey(ctx context.Context, g authz.Grant, on authz.Resource, program uuid.UUID, in KeyInput) (made MadeKey, err error) {
	c := store.Change{Action: "api_key.create", Permission: s.keyPermission(g), On: on, Name: strings.TrimSpace(in.Name)}
	err = s.store.Write(ctx, g, c, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		if p := in.check(tx, s.store.Now()); len(p) > 0 {
			return p
		}
		if err := s.mayHandOut(tx, snap, program, in.SubAccounts); err != nil {
			return err
		}
		made, err = s.makeKey(tx, on.ID, program, in)
		noteKey(tx, made.Key)
		return err
	})
	return made, err
}

const keyKind = "api_key"

// keyPermission is the permission by which a grant is about keys: those of an account,
// or those of its service accounts alone.
func (s *Store) keyPermission(g authz.Grant) string {
	if s.ofPrograms(g) {
		return "service_accounts.edit"
	}
	return "api_keys.edit"
}

// ofPrograms tells whether a grant is about service accounts, and so about their keys
// alone.
func (s *Store) ofPrograms(g authz.Grant) bool {
	c := s.store.Catalog()
	return g.Permission() != 0 && c.Info(g.Permission()).Section == c.Section("service_accounts")
}

// makeKey stores a checked key of a service account of the write's account or, where
// that is zero, of the account itself.
func (s *Store) makeKey(tx *store.Tx, id, program uuid.UUID, in KeyInput) (MadeKey, error) {
	on, by, now := tx.Change.On, tx.Grant.Actor(), stamp(s.store.Now())
	secret, hint := newSecret(s.store.Environment)
	k := Key{
		TenantID: on.Tenant, ID: id, AccountID: on.Account, Name: in.Name, Hash: store.TokenHash(secret), Hint: hint, Permissions: in.Permissions,
		ReadOnly: in.ReadOnly, SubAccounts: in.SubAccounts && program == uuid.Nil, Networks: in.Networks, Version: 1,
		CreatedAt: now, CreatedBy: by.ID.String(), CreatedByName: by.Name, UpdatedAt: now,
	}
	if program != uuid.Nil {
		k.ServiceAccountID = &program
	}
	if !in.Never {
		k.ExpiresAt = &in.Expires
	}
	if err := tx.Create(&k).Error; err != nil {
		return MadeKey{}, err
	}
	return MadeKey{k, secret}, placeKey(tx, k)
}

// stamp is a time as the database keeps it.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// placeKey lets a key be found before its tenant is known.
func placeKey(tx *store.Tx, k Key) error {
	return tx.Across(func() error {
		return tx.Exec("INSERT INTO key_places (tenant_id, account_id, key_id, hash) VALUES (?, ?, ?, ?)", k.TenantID, k.AccountID, k.ID, k.Hash).Error
	})
}

// noteKey keeps for the audit what a key is for.
func noteKey(tx *store.Tx, k Key) {
	tx.Note("begins_with", k.Hint)
	if k.ExpiresAt != nil {
		tx.Note("expires_at", k.ExpiresAt.UTC().Format(time.RFC3339))
	}
	if len(k.Permissions) > 0 {
		tx.Note("permissions", k.Permissions)
	}
	if len(k.Networks) > 0 {
		tx.Note("networks", k.Networks)
	}
	for field, is := range map[string]bool{"read_only": k.ReadOnly, "sub_accounts": k.SubAccounts} {
		if is {
			tx.Note(field, true)
		}
	}
}

// mayHandOut refuses a key by which whoever gets it could do more than the actor, or
// for longer.
func (s *Store) mayHandOut(tx *store.Tx, snap *authz.Snapshot, program uuid.UUID, below bool) error {
	if program != uuid.Nil {
		a, err := s.holdServiceAccount(tx, snap, program)
		if err != nil {
			return err
		}
		return s.letsIn(tx, snap, a)
	}
	by := tx.Grant.Actor()
	at, ok := snap.Find(tx.Change.On.Account)
	switch {
	case tx.Change.Permission != "api_keys.edit":
		return store.ErrNotFound
	case tx.Grant.IsSystem():
	case !ok || !snap.Owns(snap.Acting(by), at):
		return store.Problems{"": "Only the owner can create keys that act as the owner. Create a service account with the roles that the program needs, and a key for it."}
	case below && by.Scope != nil && !by.Scope.Below:
		return store.Problems{"sub_accounts": "The key that you use is not for sub-accounts."}
	}
	return nil
}

// RevokeKey ends a key at once, for good.
func (s *Store) RevokeKey(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeKey(ctx, g, id, "api_key.revoke", func(tx *store.Tx, _ *authz.Snapshot, k Key) error {
		if k.RevokedAt != nil {
			return store.ErrConflict
		}
		return updateKey(tx, k, map[string]any{"revoked_at": stamp(s.store.Now()), "revoked_by_name": g.Actor().Name})
	})
}

// LongestOverlap is how long a key that is replaced may go on working.
const LongestOverlap = 7 * 24 * time.Hour

// Rotation is how a key is replaced.
type Rotation struct {
	Overlap time.Duration // in which the old one works
	Expires time.Time     // zero is KeyLife from now, or never where the old one never does
	Never   bool
}

// RotateKey replaces a key by a new one of the same name and for the same. The old one
// works until the overlap is over, and one that it replaced no longer.
func (s *Store) RotateKey(ctx context.Context, g authz.Grant, id uuid.UUID, r Rotation) (made MadeKey, err error) {
	if r.Overlap < 0 || r.Overlap > LongestOverlap {
		return made, store.Problems{"overlap": "Choose at most 7 days."}
	}
	err = s.changeKey(ctx, g, id, "api_key.rotate", func(tx *store.Tx, snap *authz.Snapshot, k Key) error {
		now := stamp(s.store.Now())
		if k.RevokedAt != nil || k.Hash == nil {
			return store.Problems{"": "This key is revoked. Create a new one."}
		}
		in := KeyInput{Name: k.Name, Permissions: k.Permissions, Networks: k.Networks, Expires: r.Expires, Never: r.Never || k.ExpiresAt == nil && r.Expires.IsZero()}
		if p := in.check(tx, now); len(p) > 0 {
			return p
		}
		program := uuid.Nil
		if k.ServiceAccountID != nil {
			program = *k.ServiceAccountID
		}
		if err := s.mayHandOut(tx, snap, program, k.SubAccounts); err != nil {
			return err
		}
		until := now.Add(r.Overlap)
		if k.ExpiresAt != nil && k.ExpiresAt.Before(until) {
			until = *k.ExpiresAt
		}
		before := k.Hash
		made.Secret, k.Hint = newSecret(s.store.Environment)
		k.Hash, k.PreviousHash, k.PreviousUntil, k.ExpiresAt = store.TokenHash(made.Secret), before, &until, nil
		if !in.Never {
			k.ExpiresAt = &in.Expires
		}
		made.Key = k
		noteKey(tx, k)
		tx.Note("old_key_until", until.UTC().Format(time.RFC3339))
		if err := updateKey(tx, k, map[string]any{
			"hash": k.Hash, "hint": k.Hint, "previous_hash": before, "previous_until": until, "expires_at": k.ExpiresAt,
		}); err != nil {
			return err
		}
		return placeKey(tx, k)
	})
	return made, err
}

// changeKey changes a key of the grant's account, of those that the grant is about. The
// tenant is locked before the key, as where a service account goes with its keys.
func (s *Store) changeKey(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*store.Tx, *authz.Snapshot, Key) error) error {
	g = g.On(keyKind, id)
	return s.store.Write(ctx, g, store.Change{Action: action, Permission: s.keyPermission(g), On: g.Resource()}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		var k Key
		on := tx.Change.On
		if err := tx.Raw("SELECT * FROM api_keys WHERE tenant_id = ? AND account_id = ? AND id = ? FOR UPDATE", on.Tenant, on.Account, id).Take(&k).Error; err != nil {
			return err
		}
		if k.ServiceAccountID == nil && tx.Change.Permission != "api_keys.edit" {
			return store.ErrNotFound
		}
		tx.Change.Name = k.Name
		return do(tx, snap, k)
	})
}

func updateKey(tx *store.Tx, k Key, set map[string]any) error {
	set["updated_at"], set["version"] = stamp(tx.Store.Now()), gorm.Expr("version + 1")
	return store.ChangedOne(tx.Table("api_keys").Where("tenant_id = ? AND id = ?", k.TenantID, k.ID).Updates(set))
}

// KeyList is a page of keys.
type KeyList struct {
	Rows []Key
	Span
}

// Keys lists those of the grant's account that a filter shows, by name; by the
// permission to see service accounts, those of service accounts alone.
func (s *Store) Keys(ctx context.Context, g authz.Grant, f Filter) (l KeyList, err error) {
	var where []string
	if f.Program != uuid.Nil {
		where = append(where, "x.service_account_id = @program")
	}
	if s.ofPrograms(g) {
		where = append(where, "x.service_account_id IS NOT NULL")
	}
	if f.Search != "" {
		where = append(where, "(x.name ILIKE @like OR x.hint ILIKE @like OR x.created_by_name ILIKE @like)")
	}
	if f.State != "" {
		where = append(where, "CASE WHEN x.revoked_at IS NOT NULL THEN 'revoked' WHEN x.expires_at <= @now THEN 'expired' ELSE 'active' END = @state")
	}
	l.Span, err = s.page(ctx, g, f, "api_keys", keyColumns+", coalesce((SELECT p.name FROM service_accounts p WHERE p.tenant_id = @tenant AND p.id = x.service_account_id), '')",
		where, func(rows pgx.Rows) (string, uuid.UUID, error) {
			k := Key{TenantID: g.Resource().Tenant}
			err := rows.Scan(append(k.fields(), &k.ServiceAccount)...)
			l.Rows = append(l.Rows, k)
			return k.Name, k.ID, err
		})
	return l, err
}

// ProgramKey is Key of those that belong to a service account.
func (s *Store) ProgramKey(ctx context.Context, tenant, account, id uuid.UUID) (Key, error) {
	k, err := s.Key(ctx, tenant, account, id)
	if err == nil && k.ServiceAccountID == nil {
		err = store.ErrNotFound
	}
	return k, err
}

// Key finds one of an account.
func (s *Store) Key(ctx context.Context, tenant, account, id uuid.UUID) (Key, error) {
	k := Key{TenantID: tenant}
	return k, s.store.One(ctx, store.TenantScope(tenant), append(k.fields(), &k.ServiceAccount), "SELECT "+keyColumns+`, coalesce(p.name, '') FROM api_keys x
		LEFT JOIN service_accounts p ON p.tenant_id = $1 AND p.id = x.service_account_id WHERE x.tenant_id = $1 AND x.account_id = $2 AND x.id = $3`, tenant, account, id)
}
