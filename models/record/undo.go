package record

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// UndoRecordBatch takes back what somebody did to many records of a kind: brings back
// what they deleted, deletes what they restored, and gives what they changed its values
// from before, where nobody has changed it since. It is theirs to undo, once.
func (s *Store) UndoRecordBatch(ctx context.Context, g authz.Grant, kind *catalog.Kind, done store.Batch) (b store.Batch, err error) {
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
		if done.Act == RestoreAct {
			b.Act = DeleteAct
		}
		if err := tx.Patient(); err != nil {
			return err
		}
		if err := tx.UndoesBatch(done.ID); err != nil {
			return err
		}
		work := func() error {
			if len(done.Before) == 0 && done.Act != RestoreAct {
				r := restoring{tx: tx, b: &b, args: map[string]any{"tenant": on.Tenant, "account": on.Account, "loose": looseKinds(s.store)}}
				return r.all(done.Changed)
			}
			all, err := s.held(tx, where, args)
			if err != nil {
				return err
			}
			if done.Act == RestoreAct {
				err = s.deleteAgain(tx, kind, done, all, &b)
			} else {
				err = s.changeBack(tx, kind, done, all, &b)
			}
			if err != nil {
				return err
			}
			return tx.KeepBatch(b)
		}
		if kind.Key == account.NetworkKind {
			return account.KeepReachable(tx, work)
		}
		return work()
	})
	return b, err
}

// changeBack gives what was changed its values from before, unless somebody has changed
// it since.
func (s *Store) changeBack(tx *store.Tx, kind *catalog.Kind, done store.Batch, all []Record, b *store.Batch) error {
	return s.changeMany(tx, kind, all, b, func(_ *store.Tx, r *Record) (string, error) {
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
}

// deleteAgain deletes what was restored and nobody has changed since.
func (s *Store) deleteAgain(tx *store.Tx, kind *catalog.Kind, done store.Batch, all []Record, b *store.Batch) error {
	there := map[uuid.UUID]bool{}
	for _, r := range all {
		there[r.ID] = true
	}
	for _, id := range done.Changed {
		if !there[id] {
			b.Skip(id, "is no longer there")
		}
	}
	all = slices.DeleteFunc(all, func(r Record) bool {
		changed := r.UpdatedAt.After(done.MadeAt)
		if changed {
			b.Skip(r.ID, "was changed since")
		}
		return changed
	})
	return s.deleteHeld(tx, kind, nil, all, b)
}
