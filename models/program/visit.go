package program

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Caller is who comes with a key.
type Caller struct {
	Key       Key
	Principal authz.PrincipalID // the service account, or the owner of the key's account
	Name      string            // as the audit has it
	scope     *authz.Scope
}

// Actor is who calls, as far as the key lets them, from an address.
func (x Caller) Actor(address string) authz.Actor {
	return authz.Actor{ID: x.Principal, Name: x.Name, Address: address, Scope: x.scope}
}

// keyTime bounds the query by which every call is decided.
const keyTime = time.Second

// KnowsKey tells whether this node has met the key, so that it needs no limit to be looked
// for: nobody guesses it.
func (s *Store) KnowsKey(secret string) bool {
	_, known := s.places.GetIfPresent(sha256.Sum256([]byte(secret)))
	return known
}

// Caller finds who comes with a key from an address, together with the account in the
// address, or the key's own where that is zero: one round trip tells who asks, where,
// and whether the snapshot is up to date. A key that is not good now is a
// login.Refusal, which says whose it is where that is known.
//
// Where a key is stored stands outside tenants. A node remembers it from the first
// call, which takes one round trip more; the key itself is read in its tenant at each
// call, so that it ends at once everywhere.
func (s *Store) Caller(ctx context.Context, secret string, account uuid.UUID, address string) (x Caller, e login.Place, err error) {
	if !wellFormed(secret, s.store.Environment) {
		return x, e, login.Refusal{Why: login.WhyNoKey}
	}
	ctx, cancel := context.WithTimeout(ctx, s.store.AtMost(keyTime))
	defer cancel()
	hash := sha256.Sum256([]byte(secret))
	at, known := s.places.GetIfPresent(hash)
	if !known {
		err := s.store.One(ctx, store.ScopeSession, []any{&at.tenant, &at.account, &at.key}, "SELECT tenant_id, account_id, key_id FROM key_places WHERE hash = $1", hash[:])
		if err == store.ErrNotFound {
			err = login.Refusal{Why: login.WhyUnknown}
		}
		if err != nil {
			return x, e, err
		}
		s.places.Set(hash, at)
	}
	if s.store.Unreached(at.tenant) {
		return x, e, store.ErrUnreached
	}
	if account == uuid.Nil {
		account = at.account
	}
	e.Account = account
	var owner uuid.UUID
	var name string
	found := false
	// The account in the address counts only in the key's own tenant.
	err = s.store.ReadAll(ctx, store.ScopeSession, store.Query{Prepared: true, Scan: func(rows pgx.Rows) error {
		found = true
		return rows.Scan(append(x.Key.fields(), &owner, &name)...)
	}, SQL: "SELECT " + keyColumns + `, a.owner_id, coalesce(p.name, '') FROM api_keys x JOIN accounts a ON a.tenant_id = $1 AND a.id = x.account_id
		LEFT JOIN service_accounts p ON p.tenant_id = $1 AND p.id = x.service_account_id WHERE x.tenant_id = $1 AND x.id = $2`, Args: []any{at.tenant, at.key}},
		s.login.Where(at.tenant, &e))
	if err != nil {
		return x, e, err
	}
	x.Key.TenantID = at.tenant
	if x.Key.ServiceAccountID != nil {
		x.Principal, x.Name = authz.PrincipalID{Kind: authz.ServiceAccount, ID: *x.Key.ServiceAccountID}, name
	} else {
		x.Principal, x.Name = authz.PrincipalID{Kind: authz.Member, ID: owner}, "API key "+x.Key.Name
	}
	refused := login.Refusal{Who: x.Principal, Tenant: at.tenant}
	switch why := x.Key.refusal(hash[:], address, s.store.Now()); {
	case !found:
		return x, e, login.Refusal{Why: login.WhyDeleted}
	case why != "":
		refused.Why = why
		return x, e, refused
	}
	x.scope = s.scope(x.Key)
	return x, e, nil
}

// refusal says why a key is not good, with the hash of what came; empty where it is.
func (k Key) refusal(hash []byte, address string, now time.Time) login.Why {
	switch {
	case k.RevokedAt != nil:
		return login.WhyRevoked
	case k.Ended(now):
		return login.WhyExpired
	case !slices.Equal(hash, k.Hash) && !(slices.Equal(hash, k.PreviousHash) && k.PreviousUntil != nil && now.Before(*k.PreviousUntil)):
		return login.WhyReplaced
	case !k.admits(address):
		return login.WhyNetwork
	}
	return ""
}

// admits tells whether the key may come from an address.
func (k Key) admits(address string) bool {
	from, err := netip.ParseAddr(address)
	return len(k.Networks) == 0 || err == nil && slices.ContainsFunc(k.Networks, func(network string) bool {
		p, err := netip.ParsePrefix(network)
		return err == nil && p.Contains(from.Unmap().WithZone(""))
	})
}

// scope is what the key lets through.
func (s *Store) scope(k Key) *authz.Scope {
	x := &authz.Scope{Key: k.ID, Name: k.Name, Account: k.AccountID, Below: k.SubAccounts, Networks: k.Networks}
	if k.ExpiresAt != nil {
		x.Until = *k.ExpiresAt
	}
	if len(k.Permissions) == 0 && !k.ReadOnly {
		return x
	}
	only := s.viewing
	if len(k.Permissions) > 0 {
		only = catalog.Mask{}
		for _, key := range k.Permissions {
			if p := s.store.Catalog().Permission(key); p != 0 && (!k.ReadOnly || s.viewing.Has(p)) {
				only.Set(p)
			}
		}
	}
	x.Only = &only
	return x
}

// KeyUsed notes that a key is used, and from where, at most once a minute on all nodes
// together.
func (s *Store) KeyUsed(ctx context.Context, k Key, address string) error {
	now := s.store.Now()
	if k.UsedAt != nil && now.Sub(*k.UsedAt) < store.UsedEvery {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.store.AtMost(keyTime))
	defer cancel()
	aside := store.TenantScope(k.TenantID)
	aside.Aside = true
	return s.store.In(ctx, aside, func(db *gorm.DB) error {
		return db.Exec("UPDATE api_keys SET used_at = ?, used_from = ? WHERE tenant_id = ? AND id = ? AND (used_at IS NULL OR used_at <= ?)",
			now, store.Cut(address, 64), k.TenantID, k.ID, now.Add(-store.UsedEvery)).Error
	})
}
