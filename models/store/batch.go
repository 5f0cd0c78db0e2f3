package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/words"
)

// Batch is what one act did to many things of an account: for its report, and to
// undo it.
type Batch struct {
	ID         uuid.UUID
	Things     string // what they are: "account", "subuser", or the key of a kind
	Act        string
	Detail     string // of the act: a label, a tag
	Permission string // that the act asked for
	Changed    []uuid.UUID
	Skipped    []Skipped
	Before     map[uuid.UUID]json.RawMessage // what Undo puts back, where the act alone does not tell
	MadeAt     time.Time
	MadeBy     string // kind:id
	UndoneAt   *time.Time
}

// Many says which things of a list are meant: some, or all that it shows.
type Many struct {
	IDs []uuid.UUID
	All bool
	// Expected is how many of All somebody was told of; where there are others by
	// now, nothing is done. Negative for any number.
	Expected int
}

// Some are meant, and no others.
func Some(ids ...uuid.UUID) Many { return Many{IDs: ids, Expected: -1} }

// None tells whether nothing is meant.
func (m Many) None() bool { return !m.All && len(m.IDs) == 0 }

// Agrees refuses to act on another number of things than somebody was told of.
func (m Many) Agrees(n int) error {
	if !m.All || m.Expected < 0 || n == m.Expected {
		return nil
	}
	return Problems{"": fmt.Sprintf("There are %s of them now, and there were %s. Look again whether all are meant.", words.Number(n), words.Number(m.Expected))}
}

// Skipped were left as they are.
type Skipped struct {
	Reason string      `json:"reason"` // the end of a sentence that begins with one of them
	IDs    []uuid.UUID `json:"ids"`
}

// Skip leaves one as it is.
func (b *Batch) Skip(id uuid.UUID, reason string) {
	for i := range b.Skipped {
		if b.Skipped[i].Reason == reason {
			b.Skipped[i].IDs = append(b.Skipped[i].IDs, id)
			return
		}
	}
	b.Skipped = append(b.Skipped, Skipped{reason, []uuid.UUID{id}})
}

// Left is how many were left as they are.
func (b Batch) Left() (n int) {
	for _, s := range b.Skipped {
		n += len(s.IDs)
	}
	return n
}

const (
	batchLife  = 30 * 24 * time.Hour // how long it is kept what an act did
	batchNamed = 100                 // how many of the changed the event of an act names; a digest of all stands beside
)

// Batch finds what an act in the grant's account did to such things, or to any where
// things is empty.
func (s *Store) Batch(ctx context.Context, g authz.Grant, things string, id uuid.UUID) (b Batch, err error) {
	r := g.Resource()
	var skipped, before []byte
	err = s.One(ctx, TenantScope(r.Tenant), []any{&b.ID, &b.Things, &b.Act, &b.Detail, &b.Permission, &b.Changed, &skipped, &before, &b.MadeAt, &b.MadeBy, &b.UndoneAt},
		`SELECT id, things, act, detail, permission, changed, skipped, before, made_at, made_by, undone_at FROM batches
			WHERE tenant_id = $1 AND account_id = $2 AND $3 IN ('', things) AND id = $4`, r.Tenant, r.Account, things, id)
	if err == nil {
		err = json.Unmarshal(skipped, &b.Skipped)
	}
	if err == nil {
		err = json.Unmarshal(before, &b.Before)
	}
	return b, err
}

// KeepBatch stores what was done and notes it for the audit: one event, since one
// decision of one person was carried out.
func (tx *Tx) KeepBatch(b Batch) error {
	on := tx.Change.On
	tx.Note("changed", len(b.Changed))
	for _, s := range b.Skipped {
		tx.Note("left: "+s.Reason, len(s.IDs))
	}
	tx.Note(b.Things+"s", b.Changed[:min(len(b.Changed), batchNamed)])
	digest := sha256.New()
	for _, id := range b.Changed {
		digest.Write(id[:])
	}
	tx.Note(b.Things+"s_sha256", hex.EncodeToString(digest.Sum(nil)))
	tx.Note("batch", b.ID)
	if b.Skipped == nil {
		b.Skipped = []Skipped{}
	}
	if b.Before == nil {
		b.Before = map[uuid.UUID]json.RawMessage{}
	}
	skipped, err := json.Marshal(b.Skipped)
	if err != nil {
		return fmt.Errorf("encode what was left: %w", err)
	}
	before, err := json.Marshal(b.Before)
	if err != nil {
		return fmt.Errorf("encode what was before: %w", err)
	}
	if err := tx.Exec("DELETE FROM batches WHERE tenant_id = ? AND made_at < ?", on.Tenant, b.MadeAt.Add(-batchLife)).Error; err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO batches (tenant_id, id, account_id, things, act, detail, permission, changed, skipped, before, made_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS uuid[]), ?, ?, ?, ?)`,
		on.Tenant, b.ID, on.Account, b.Things, b.Act, b.Detail, b.Permission, IDList(b.Changed), string(skipped), string(before), b.MadeAt, tx.Grant.Actor().ID.String()).Error
}

// UndoesBatch says that this write undoes what an act did, which it can once.
func (tx *Tx) UndoesBatch(id uuid.UUID) error {
	tx.Note("undoes", id)
	undone := tx.Exec("UPDATE batches SET undone_at = ? WHERE tenant_id = ? AND id = ? AND undone_at IS NULL", tx.Store.Now(), tx.Change.On.Tenant, id)
	if undone.Error == nil && undone.RowsAffected == 0 {
		return Problems{"": "This was already undone."}
	}
	return undone.Error
}
