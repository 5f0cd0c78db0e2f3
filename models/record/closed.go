package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// Closed is the error of a record that its account may not use, for want of what
// is Missing. It is kept as it is, and in no list.
type Closed struct {
	ID      uuid.UUID
	Missing catalog.Entitlements
}

func (c *Closed) Error() string { return fmt.Sprintf("record %s is closed to its account", c.ID) }

// Unwrap makes errors.Is(err, ErrNotFound) true.
func (c *Closed) Unwrap() error { return store.ErrNotFound }

// closed refuses a record that its account may not use.
func closed(s *store.Store, g authz.Grant, r Record) error {
	kind := s.Catalog().Kind(r.Kind)
	if kind == nil || g.IsSystem() {
		return nil
	}
	if missing := kind.Missing(r.Values, s.CeilingAt(r.AccountID)); missing != 0 {
		return &Closed{r.ID, missing}
	}
	return nil
}

// whereOpen leaves out what some accounts, which are all that a list reads, may
// not use.
func (s *Store) whereOpen(b *store.Clauses, kind *catalog.Kind, accounts []uuid.UUID) {
	for _, f := range kind.Gated() {
		for _, o := range f.Options {
			lack, have := s.lacking(accounts, o.Needs)
			switch {
			case len(lack) == 0:
			case len(have) == 0:
				b.Where("coalesce(data->>%s, '') <> %s", f.Name, o.Value)
			default:
				b.Where("(coalesce(data->>%s, '') <> %s OR "+b.Among(lack, have)+")", f.Name, o.Value)
			}
		}
	}
}

// lacking parts accounts by whether they may use something.
func (s *Store) lacking(accounts []uuid.UUID, need catalog.Entitlements) (lack, have []uuid.UUID) {
	if need == 0 {
		return nil, accounts
	}
	for _, id := range accounts {
		if s.store.CeilingAt(id).Covers(need) {
			have = append(have, id)
		} else {
			lack = append(lack, id)
		}
	}
	return lack, have
}

// gatedNames are the properties of any kind whose value can close a record.
func gatedNames(s *store.Store) (all []string) {
	for _, section := range s.Catalog().Sections {
		if r := section.Records; r != nil && r.Kind.Section == section {
			for _, f := range r.Kind.Gated() {
				if !slices.Contains(all, f.Name) {
					all = append(all, f.Name)
				}
			}
		}
	}
	return all
}

// Named is what one record shows of another that it names.
type Named struct {
	Kind   string
	Name   string
	Closed bool // its account can't use it: the name is not told
}

// ScanNamed reads a row of NamedColumns.
func ScanNamed(s *store.Store, row interface{ Scan(...any) error }) (id, account uuid.UUID, n Named, err error) {
	var gated []byte
	values := map[string]any{}
	if err = row.Scan(&id, &account, &n.Kind, &n.Name, &gated); err != nil {
		return id, account, n, err
	}
	if gated != nil {
		err = json.Unmarshal(gated, &values)
	}
	if k := s.Catalog().Kind(n.Kind); k != nil && k.Missing(values, s.CeilingAt(account)) != 0 {
		n = Named{Kind: n.Kind, Closed: true}
	}
	return id, account, n, err
}

// NamedColumns are read by ScanNamed. Of a record's values it is enough to tell
// whether it is closed.
func NamedColumns(s *store.Store) string {
	all := make([]string, 0, 4)
	for _, name := range gatedNames(s) {
		all = append(all, quoted(name)+", data->"+quoted(name))
	}
	return "id, account_id, kind, name, jsonb_build_object(" + strings.Join(all, ", ") + ")"
}

// keepClosed puts back what a record named before and its account may not use:
// who saves the form has not seen it, and takes nothing away.
func keepClosed(tx *store.Tx, kind *catalog.Kind, r *Record, before map[string]any) error {
	for _, f := range kind.Fields {
		if f.Ref == nil || len(f.Ref.Records.Kind.Gated()) == 0 {
			continue
		}
		was, now := catalog.Texts(before[f.Name]), catalog.Texts(r.Values[f.Name])
		gone := slices.DeleteFunc(slices.Clone(was), func(id string) bool { return slices.Contains(now, id) })
		if len(gone) == 0 || !f.Many && len(now) > 0 {
			continue
		}
		closed, err := closedAmong(tx, *r, gone)
		if err != nil {
			return err
		}
		switch {
		case len(closed) == 0:
		case f.Many:
			var all []any
			for _, id := range slices.Concat(now, closed) {
				all = append(all, id)
			}
			r.Values[f.Name] = all
		default:
			r.Values[f.Name] = closed[0]
		}
	}
	return nil
}

// closedAmong are those of some records that a record's account may not use.
func closedAmong(tx *store.Tx, r Record, ids []string) (closed []string, err error) {
	var list store.IDList
	for _, text := range ids {
		if id, err := uuid.Parse(text); err == nil {
			list = append(list, id)
		}
	}
	rows, err := tx.Raw("SELECT "+NamedColumns(tx.Store)+" FROM records WHERE tenant_id = ? AND account_id = ? AND id = ANY(CAST(? AS uuid[])) ORDER BY id", r.TenantID, r.AccountID, list).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		id, _, n, err := ScanNamed(tx.Store, rows)
		if err != nil {
			return nil, err
		}
		if n.Closed {
			closed = append(closed, id.String())
		}
	}
	return closed, rows.Err()
}
