package models

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
)

// formerSecret is what a secret was before it was replaced, and counts like the
// new one until its time is over.
type formerSecret struct {
	Hash   string    `json:"hash,omitempty"`
	Sealed string    `json:"sealed,omitempty"`
	Shown  string    `json:"shown"` // its mask
	Until  time.Time `json:"until"`
}

// ReplaceSecret gives a record new secrets in place of those that were made here,
// and shows them once. Those before count for the overlap besides, and those
// before them no longer. Nobody gets a secret of what they could not make: what
// the record names is checked as if it were new.
func (s *Store) ReplaceSecret(ctx context.Context, g authz.Grant, at RecordPlace, id uuid.UUID, overlap time.Duration) (Record, map[string]string, error) {
	kind := at.kind()
	var shown map[string]string
	r, err := s.changeRecord(ctx, g, at.records().Edit, "replace_secret", kind, id, func(tx *Tx, r *Record) error {
		if !at.Holds(*r) {
			return ErrNotFound
		}
		if err := tx.checkLinks(kind, *r, nil); err != nil {
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
			now.Before = &formerSecret{was.Hash, was.Sealed, masks[name], s.now().Add(overlap).UTC().Truncate(time.Second)}
			r.secrets[name] = now
		}
		tx.note("overlap", overlap.String())
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
	if k := s.catalog.Kind(r.Kind); k == nil || !k.MakesSecrets() {
		return all, nil
	}
	return all, s.read(ctx, tenantScope(r.TenantID), func(rows pgx.Rows) error {
		var raw []byte
		var kept map[string]storedSecret
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &kept); err != nil {
			return err
		}
		for name, x := range kept {
			if x.Before != nil && x.Before.Until.After(s.now()) {
				all[name] = FormerSecret{x.Before.Shown, x.Before.Until}
			}
		}
		return nil
	}, "SELECT secrets FROM records WHERE tenant_id = $1 AND account_id = $2 AND id = $3", r.TenantID, r.AccountID, r.ID)
}
