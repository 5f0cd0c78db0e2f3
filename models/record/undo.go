package record

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// UndoRecordBatch takes back what somebody did to many records: brings back what
// they deleted, and gives what they changed its values from before, where nobody
// has changed it since. It is theirs to undo, once.
func (s *Store) UndoRecordBatch(ctx context.Context, g authz.Grant, at Place, done store.Batch) (b store.Batch, err error) {
	kind := at.kind()
	if done.MadeBy != g.Actor().ID.String() || s.store.Catalog().Permission(done.Permission) != g.Permission() {
		return b, store.ErrNotFound
	}
	b.Act, b.Detail = "undo", ""
	where := "tenant_id = @tenant AND account_id = @account AND kind = @kind AND id = ANY(CAST(@ids AS uuid[]))"
	on := g.Resource()
	args := map[string]any{"tenant": on.Tenant, "account": on.Account, "kind": kind.Key, "ids": store.IDList(done.Changed)}
	change := store.Change{Action: kind.Key + ".undo_many", Permission: done.Permission, On: authz.Resource{Tenant: on.Tenant, Account: on.Account, Kind: kind.Key}}
	err = s.store.Write(ctx, g.On(kind.Key, uuid.Nil), change, func(tx *store.Tx) error {
		b = store.Batch{ID: store.NewID(), Things: kind.Key, Act: "undo", Permission: done.Permission, MadeAt: s.store.Now()}
		if err := tx.Patient(); err != nil {
			return err
		}
		if err := tx.UndoesBatch(done.ID); err != nil {
			return err
		}
		if len(done.Before) == 0 {
			r := restoring{tx: tx, b: &b, args: map[string]any{"tenant": on.Tenant, "account": on.Account, "loose": looseKinds(s.store)}}
			return r.all(done.Changed)
		}
		all, err := s.held(tx, where, args)
		if err != nil {
			return err
		}
		err = s.changeMany(tx, kind, all, &b, func(_ *store.Tx, r *Record) (string, error) {
			var was batchBefore
			if err := json.Unmarshal(done.Before[r.ID], &was); err != nil {
				return "", err
			}
			if r.Version != was.Version {
				return "was changed since", nil
			}
			setAll(r.Values, was.Values)
			return "", nil
		})
		if err != nil {
			return err
		}
		return tx.KeepBatch(b)
	})
	return b, err
}
