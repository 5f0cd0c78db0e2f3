package record

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// checkLinks checks what a record newly names: other records must stand in the
// same account at the section that the schema names, within what the account
// may use; roles must be the actor's to give. before is nil for a new record.
func checkLinks(tx *store.Tx, kind *catalog.Kind, r Record, before map[string]any) error {
	p := store.Problems{}
	for _, f := range kind.Fields {
		added := slices.DeleteFunc(slices.Clone(catalog.Texts(r.Values[f.Name])), func(v string) bool {
			return slices.Contains(catalog.Texts(before[f.Name]), v)
		})
		if len(added) == 0 {
			continue
		}
		switch {
		case f.Ref != nil:
			if err := checkRefs(tx, kind, r, f, added, p); err != nil {
				return err
			}
		case f.Roles != nil:
			sentence, err := beyond(tx, f, added)
			if err != nil {
				return err
			}
			p.Add(f.Name, sentence)
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
		for _, tf := range target.Fields {
			if tf.Roles == nil {
				continue
			}
			sentence, err := beyond(tx, tf, catalog.Texts(named.Values[tf.Name]))
			if err != nil {
				return err
			}
			p.Add(f.Name, sentence)
		}
	}
	return nil
}

// checkRank refuses to change what holds roles that outrank the actor.
func checkRank(tx *store.Tx, kind *catalog.Kind, values map[string]any) error {
	for _, f := range kind.Fields {
		if f.Roles == nil {
			continue
		}
		var roles []store.HeldRole
		for _, name := range catalog.Texts(values[f.Name]) {
			if r := f.Roles.Role(name); r != nil {
				roles = append(roles, store.HeldRole{Role: r})
			}
		}
		if len(roles) == 0 {
			continue
		}
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		if account.Outranked(tx, snap, roles) {
			return store.Problems{"": fmt.Sprintf("This %s can do more here than you can, so you can't change it.", kind.Section.Records.Noun)}
		}
	}
	return nil
}

// beyond says which of the roles is not the actor's to give here, if any. Records
// have them without an end.
func beyond(tx *store.Tx, f *catalog.Field, names []string) (string, error) {
	var roles []store.HeldRole
	for _, name := range names {
		role := f.Roles.Role(name)
		if role == nil {
			return "Choose roles of the list.", nil
		}
		roles = append(roles, store.HeldRole{Role: role})
	}
	if len(roles) == 0 || tx.Grant.IsSystem() {
		return "", nil
	}
	snap, err := tx.LockAccess()
	if err != nil {
		return "", err
	}
	err = account.MayGrant(tx, snap, roles)
	switch p, ok := err.(store.Problems); {
	case ok && p["role"] != "":
		return p["role"], nil
	case ok:
		return "Your own role ends, and this one would not, so you can't give it.", nil
	}
	return "", err
}
