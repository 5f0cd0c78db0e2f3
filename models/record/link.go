package record

import (
	"slices"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/models/store"
)

// checkLinks checks what a record newly names: other records must stand in the
// same account at the section that the schema names, within what the account
// may use. before is nil for a new record.
func checkLinks(tx *store.Tx, kind *catalog.Kind, r Record, before map[string]any) error {
	p := store.Problems{}
	for _, f := range kind.Fields {
		added := slices.DeleteFunc(slices.Clone(catalog.Texts(r.Values[f.Name])), func(v string) bool {
			return slices.Contains(catalog.Texts(before[f.Name]), v)
		})
		if len(added) == 0 || f.Ref == nil {
			continue
		}
		if err := checkRefs(tx, kind, r, f, added, p); err != nil {
			return err
		}
	}
	return p.OrNil()
}

// checkRefs looks up the records that a property names, in the write's scope, and
// holds them, so that none goes unnoticed meanwhile.
func checkRefs(tx *store.Tx, kind *catalog.Kind, r Record, f *catalog.Field, ids []string, p store.Problems) error {
	at := Place{Section: f.Ref}
	target := at.kind()
	if f.Ref.Inside != nil && f.Ref.Inside == kind.Section.Inside {
		at.Parent = r.ParentID // things of one application name each other
	}
	for _, text := range ids {
		id, err := uuid.Parse(text)
		if err != nil {
			p.Add(f.Name, "Choose one of the list.")
			continue
		}
		named := Record{TenantID: r.TenantID, AccountID: r.AccountID, ID: id}
		rows, err := tx.Raw("SELECT "+Columns+" FROM records WHERE tenant_id = ? AND account_id = ? AND id = ? FOR KEY SHARE", r.TenantID, r.AccountID, id).Rows()
		if err != nil {
			return err
		}
		found := rows.Next()
		if found {
			named, err = ScanRecord(tx.Store, rows)
		}
		rows.Close()
		if err != nil {
			return err
		}
		if !found || !at.Holds(named) {
			p.Add(f.Name, "Choose one of the list.")
			continue
		}
		// What an account may not make, it may not put to use either.
		if !tx.Grant.IsSystem() {
			for _, sentence := range target.Uncovered(named.Values, tx.Store.CeilingAt(r.AccountID)) {
				p.Add(f.Name, sentence)
			}
		}
	}
	return nil
}
