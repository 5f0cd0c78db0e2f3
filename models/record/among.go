package record

import (
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// checkPlace checks what a record newly names, and what its place wants of it.
func checkPlace(tx *store.Tx, at Place, r Record, before map[string]any) error {
	if err := checkLinks(tx, at.kind(), r, before); err != nil {
		return err
	}
	p := store.Problems{}
	for name, among := range at.records().Among {
		text, _ := r.Values[name].(string)
		if was, _ := before[name].(string); text == "" || text == was {
			continue
		}
		has, err := isAmong(tx, among, r, text)
		if err != nil {
			return err
		}
		if !has {
			p.Add(name, among.Says)
		}
	}
	return p.OrNil()
}

// Among tells whether a record of that name is one to choose, and holds it, so
// that it stays one until the commit.
func isAmong(tx *store.Tx, a *catalog.Among, r Record, name string) (bool, error) {
	if !tx.Store.Ceiling(tx.Grant).Covers(tx.Store.Catalog().Info(a.Section.View).Needs) {
		return false, nil
	}
	at := Place{Section: a.Section}
	rows, err := tx.Raw("SELECT "+Columns+" FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ? AND name_sort = lower(?) FOR SHARE",
		r.TenantID, r.AccountID, at.kind().Key, name).Rows()
	if err != nil {
		return false, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		x, err := ScanRecord(tx.Store, rows)
		if err != nil {
			return false, err
		}
		found = found || at.Holds(x) && !a.Excludes(x.Values)
	}
	return found, rows.Err()
}
