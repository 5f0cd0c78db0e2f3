package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// earlierSecret is what a secret was before it was replaced, and counts like the
// new one until its time is over.
type earlierSecret struct {
	Hash   string    `json:"hash,omitempty"`
	Sealed string    `json:"sealed,omitempty"`
	Shown  string    `json:"shown"` // its mask
	Until  time.Time `json:"until"`
}

// storedSecret is one property of the column secrets.
type storedSecret struct {
	Hash   string `json:"hash,omitempty"`   // SHA-256 in hex, to compare what comes back to us
	Sealed string `json:"sealed,omitempty"` // to be opened when we need it
	// Before is what it replaced, where that was to count for a while.
	Before *earlierSecret `json:"before,omitempty"`
}

// keepSecrets moves the secrets among a record's values to where they are kept
// and leaves masks in their place. It makes those that are missing and made
// here, and gives them, to be shown once.
func (s *Store) keepSecrets(r *Record, kind *catalog.Kind) (shown map[string]string, err error) {
	var box store.SecretBox
	for _, f := range kind.Fields {
		if f.Secret == "" {
			continue
		}
		if box.Aead == nil {
			if box, err = store.NewSecretBox(s.store.Secret); err != nil {
				return nil, err
			}
		}
		at := store.SealedFor(r.TenantID, r.ID, f.Name)
		typed, _ := r.Values[f.Name].(string)
		_, kept := r.secrets[f.Name]
		switch f.Secret {
		case catalog.Generated, catalog.Signing:
			if kept {
				continue
			}
			secret := store.NewSecret()
			if shown == nil {
				shown = map[string]string{}
			}
			shown[f.Name], r.Values[f.Name] = secret, store.Masked(secret)
			if f.Secret == catalog.Signing {
				r.secrets[f.Name] = storedSecret{Sealed: box.Seal(secret, at)}
				continue
			}
			h := sha256.Sum256([]byte(secret))
			r.secrets[f.Name] = storedSecret{Hash: hex.EncodeToString(h[:])}
		case catalog.Sealed:
			if typed == "" || typed == store.SealedMask {
				continue
			}
			r.secrets[f.Name] = storedSecret{Sealed: box.Seal(typed, at)}
			r.Values[f.Name] = store.SealedMask
		}
	}
	return shown, nil
}

// ReplaceSecret gives a record new secrets in place of those that were made here,
// and shows them once. Those before count for the overlap besides, and those
// before them no longer. Nobody gets a secret of what they could not make: what
// the record names is checked as if it were new.
func (s *Store) ReplaceSecret(ctx context.Context, g authz.Grant, at Place, id uuid.UUID, overlap time.Duration) (Record, map[string]string, error) {
	kind := at.kind()
	var shown map[string]string
	r, err := s.changeRecord(ctx, g, at.records().Edit, "replace_secret", kind, id, func(tx *store.Tx, r *Record) error {
		if !at.Holds(*r) {
			return store.ErrNotFound
		}
		if err := checkLinks(tx, kind, *r, nil); err != nil {
			return err
		}
		before, masks := map[string]storedSecret{}, map[string]string{}
		for _, f := range kind.Fields {
			if f.Made() {
				before[f.Name], masks[f.Name] = r.secrets[f.Name], f.Text(r.Values[f.Name], time.UTC)
				delete(r.secrets, f.Name)
			}
		}
		var err error
		if shown, err = s.keepSecrets(r, kind); err != nil {
			return err
		}
		for name, was := range before {
			if overlap <= 0 || was.Hash == "" && was.Sealed == "" {
				continue
			}
			now := r.secrets[name]
			now.Before = &earlierSecret{was.Hash, was.Sealed, masks[name], s.store.Now().Add(overlap).UTC().Truncate(time.Second)}
			r.secrets[name] = now
		}
		tx.Note("overlap", overlap.String())
		return nil
	})
	return r, shown, err
}

// FormerSecret is a replaced secret that still counts.
type FormerSecret struct {
	Shown string // masked
	Until time.Time
}

// FormerSecrets are the replaced secrets of a record that still count, by property.
func (s *Store) FormerSecrets(ctx context.Context, r Record) (map[string]FormerSecret, error) {
	all := map[string]FormerSecret{}
	if k := s.store.Catalog().Kind(r.Kind); k == nil || !k.MakesSecrets() {
		return all, nil
	}
	return all, s.store.Read(ctx, store.TenantScope(r.TenantID), func(rows pgx.Rows) error {
		var raw []byte
		var kept map[string]storedSecret
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &kept); err != nil {
			return err
		}
		for name, x := range kept {
			if x.Before != nil && x.Before.Until.After(s.store.Now()) {
				all[name] = FormerSecret{x.Before.Shown, x.Before.Until}
			}
		}
		return nil
	}, "SELECT secrets FROM records WHERE tenant_id = $1 AND account_id = $2 AND id = $3", r.TenantID, r.AccountID, r.ID)
}
