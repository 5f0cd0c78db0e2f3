package record

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// writeRecord is the write door for one record. permission is what the verb
// asks for; action names it in the audit, after the kind.
func (s *Store) writeRecord(ctx context.Context, g authz.Grant, permission catalog.Permission, action string, r *Record, do func(*store.Tx) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: r.Kind, ID: r.ID}
	return s.store.Write(ctx, g.On(r.Kind, r.ID), store.Change{
		Action: r.Kind + "." + action, Permission: s.store.Catalog().Info(permission).Key, On: on, Name: r.Name,
	}, func(tx *store.Tx) error {
		if r.Kind != account.NetworkKind {
			return do(tx)
		}
		return account.KeepReachable(tx, func() error { return do(tx) })
	})
}

// insertRecords stores new records of one kind.
func insertRecords(tx *store.Tx, kind *catalog.Kind, all []*Record) error {
	by := tx.Grant.Actor()
	for chunk := range slices.Chunk(all, 500) {
		rows := make([]map[string]any, len(chunk))
		for i, r := range chunk {
			data, secrets, err := stored(kind, r)
			if err != nil {
				return err
			}
			rows[i] = map[string]any{
				"tenant_id": r.TenantID, "id": r.ID, "account_id": r.AccountID, "kind": r.Kind, "parent_id": orNull(r.ParentID),
				"data": data, "secrets": secrets, "name": r.Name, "search": searchText(kind, r.Values), "unique_key": uniqueKey(kind, r),
				"version": 1, "created_at": r.CreatedAt, "created_by": by.ID.String(), "created_by_name": by.Name,
				"updated_at": r.UpdatedAt, "updated_by": by.ID.String(), "updated_by_name": by.Name,
			}
			r.Version = 1
		}
		if err := tx.Table("records").Create(rows).Error; err != nil {
			return takenName(kind, err)
		}
		if err := keepDays(tx, kind, chunk); err != nil {
			return err
		}
		if kind.Key == LogKind {
			if err := KeepTimeless(tx, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// Stored gives the columns data and secrets.
func stored(kind *catalog.Kind, r *Record) (data, secrets string, err error) {
	values := maps.Clone(r.Values)
	if kind.Parent != nil {
		delete(values, kind.Parent.Name)
	}
	b, err := json.Marshal(values)
	if err != nil {
		return "", "", fmt.Errorf("encode a record: %w", err)
	}
	x, err := json.Marshal(r.secrets)
	return string(b), string(x), err
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// searchText is what the list's search finds a record by, as it is read: of an
// option, its title.
func searchText(kind *catalog.Kind, values map[string]any) string {
	var parts []string
	for _, f := range kind.Fields {
		if !f.Search {
			continue
		}
		if f.Grows() {
			for _, e := range catalog.Entries(values[f.Name]) {
				parts = append(parts, e.Text)
			}
			continue
		}
		switch v := values[f.Name].(type) {
		case nil:
		case []any, []string, string:
			for _, text := range catalog.Texts(v) {
				if o := f.Option(text); o != nil {
					text = o.Title
				}
				parts = append(parts, text)
			}
		default:
			parts = append(parts, fmt.Sprint(v))
		}
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}

// uniqueKey covers the parent only where the record can not leave it.
func uniqueKey(kind *catalog.Kind, r *Record) []byte {
	if len(kind.Unique) == 0 {
		return nil
	}
	parts := []string{}
	if kind.Parent == nil {
		parts = append(parts, r.ParentID.String())
	}
	for _, name := range kind.Unique {
		parts = append(parts, strings.ToLower(fmt.Sprint(r.Values[name])))
	}
	h := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return h[:]
}

// takenName gives a refusal of the unique key its words.
func takenName(kind *catalog.Kind, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || store.ConstraintOf(pg) != "records_unique" {
		return err
	}
	last := kind.Unique[len(kind.Unique)-1]
	return store.Problems{last: "There is one with this " + strings.ToLower(kind.Field(last).Title) + " already."}
}

// noteValues keeps a new record's values for the audit, without secrets.
func noteValues(tx *store.Tx, kind *catalog.Kind, values map[string]any) {
	for _, f := range kind.Fields {
		if v, ok := values[f.Name]; ok && f.Secret == "" {
			tx.Note(f.Name, v)
		}
	}
}

// changeRecord locks a record, lets do give it new values, checks and stores
// them, and keeps what changed for the audit.
func (s *Store) changeRecord(ctx context.Context, g authz.Grant, permission catalog.Permission, action string, kind *catalog.Kind, id uuid.UUID, do func(*store.Tx, *Record) error) (Record, error) {
	r := Record{TenantID: g.Resource().Tenant, AccountID: g.Resource().Account, Kind: kind.Key, ID: id}
	err := s.writeRecord(ctx, g, permission, action, &r, func(tx *store.Tx) error {
		if err := lockRecord(tx, kind, &r); err != nil {
			return err
		}
		tx.Change.Name = r.Name
		was := r
		was.Values, was.secrets = maps.Clone(r.Values), maps.Clone(r.secrets)
		if err := do(tx, &r); err != nil {
			return err
		}
		if err := s.settle(tx, kind, &r, was); err != nil {
			return err
		}
		if was.State() == kind.Keep && r.State() != kind.Keep {
			if err := keepOne(tx, kind, r); err != nil {
				return err
			}
		}
		if _, err := s.keepSecrets(&r, kind); err != nil {
			return err
		}
		for _, f := range kind.Fields {
			switch before, now := was.Values[f.Name], r.Values[f.Name]; {
			case f.Secret != "" && was.secrets[f.Name] != r.secrets[f.Name]:
				tx.Note(f.Name, "replaced")
			case f.Grows() && !same(before, now):
				all := catalog.Entries(now)
				tx.Note(f.Name, all[len(all)-1].Text)
			case f.Secret == "" && !same(before, now):
				tx.Changed(f.Name, before, now)
			}
		}
		return updateRecord(tx, kind, &r)
	})
	return r, err
}

// settle checks a record that has new values, and fills what follows from them.
func (s *Store) settle(tx *store.Tx, kind *catalog.Kind, r *Record, was Record) error {
	if kind.Parent != nil {
		text, _ := r.Values[kind.Parent.Name].(string)
		r.ParentID, _ = uuid.Parse(text)
	}
	s.expire(kind, r, was.Values, s.store.Now())
	if err := s.checkRecord(tx.Grant, kind, r, was.Values); err != nil {
		return err
	}
	return checkLinks(tx, kind, *r, was.Values)
}

// holdParent keeps what a place is inside until the commit; ErrNotFound where it is gone.
func holdParent(tx *store.Tx, at Place) error {
	if at.Parent == uuid.Nil {
		return nil
	}
	on := tx.Change.On
	return holdRecord(tx, "id = ?", on.Tenant, on.Account, at.Parent)
}

// holdRecord takes the tenant, the account and what else which asks for.
func holdRecord(tx *store.Tx, which string, args ...any) error {
	var held uuid.UUID
	return tx.Raw("SELECT id FROM records WHERE tenant_id = ? AND account_id = ? AND "+which+" FOR KEY SHARE", args...).Row().Scan(&held)
}

// lockRecord reads a record and holds it until the commit. What it is inside is
// held first: whoever deletes that begins there too, and neither waits for the
// other in a circle.
func lockRecord(tx *store.Tx, kind *catalog.Kind, r *Record) error {
	if kind.Section.Inside != nil {
		if err := holdRecord(tx, "id = (SELECT parent_id FROM records WHERE tenant_id = ? AND id = ?)", r.TenantID, r.AccountID, r.TenantID, r.ID); err != nil {
			return err
		}
	}
	rows, err := tx.Raw("SELECT "+Columns+", created_by, secrets FROM records WHERE tenant_id = ? AND account_id = ? AND id = ? AND kind = ? FOR UPDATE",
		r.TenantID, r.AccountID, r.ID, kind.Key).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(store.ErrNotFound, rows.Err())
	}
	var by string
	var secrets []byte
	if *r, err = ScanRecord(tx.Store, rows, &by, &secrets); err != nil {
		return err
	}
	if r.createdBy = by; !owns(tx.Store, tx.Grant, *r) {
		return store.ErrNotFound
	}
	if err := closed(tx.Store, tx.Grant, *r); err != nil {
		return err
	}
	return json.Unmarshal(secrets, &r.secrets)
}

func updateRecord(tx *store.Tx, kind *catalog.Kind, r *Record) error {
	data, secrets, err := stored(kind, r)
	if err != nil {
		return err
	}
	by := tx.Grant.Actor()
	r.UpdatedAt, r.UpdatedByName = tx.Store.Now().UTC().Truncate(time.Microsecond), by.Name
	r.Version++
	err = store.ChangedOne(tx.Table("records").Where("tenant_id = ? AND id = ?", r.TenantID, r.ID).Updates(map[string]any{
		"parent_id": orNull(r.ParentID), "data": data, "secrets": secrets, "name": r.Name, "search": searchText(kind, r.Values),
		"unique_key": uniqueKey(kind, r), "version": r.Version,
		"updated_at": r.UpdatedAt, "updated_by": by.ID.String(), "updated_by_name": by.Name,
	}))
	return takenName(kind, err)
}

// keepOne refuses to take the last record of a kind out of the state that an
// account keeps. The account's row is locked, so that two such changes wait for
// each other.
func keepOne(tx *store.Tx, kind *catalog.Kind, r Record) error {
	if kind.Keep == "" {
		return nil
	}
	if err := account.LockAccount(tx); err != nil {
		return err
	}
	var others int64
	err := tx.Raw("SELECT count(*) FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ? AND state = ? AND id <> ?",
		r.TenantID, r.AccountID, kind.Key, kind.Keep, r.ID).Scan(&others).Error
	if err != nil || others > 0 {
		return err
	}
	noun := kind.Section.Records.Noun
	sentence := fmt.Sprintf("This is the last %s that is %s, and one has to stay so.", noun, stateTitle(kind, kind.Keep))
	return store.Problems{"": sentence}
}
