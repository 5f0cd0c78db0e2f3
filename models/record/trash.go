package record

import (
	"fmt"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/models/store"
)

// keptColumns are those of records that deleted_records has too.
const keptColumns = "id, account_id, kind, parent_id, data, secrets, name, search, unique_key, version, created_at, created_by, created_by_name, updated_at, updated_by, updated_by_name"

// discard moves records of one kind, which the write holds, to where they can be
// restored from, each with all that is inside it and what can not be without it.
// What merely belongs to one of them or names it stays, and does so no longer.
func discard(tx *store.Tx, kind *catalog.Kind, roots ...uuid.UUID) error {
	d := discarding{tx, kind, map[string]any{
		"tenant": tx.Change.On.Tenant, "account": tx.Change.On.Account, "deletion": store.NewID(), "roots": store.IDList(roots), "names": texts(roots),
		"permission": tx.Change.Permission, "now": tx.Store.Now(), "by": tx.Grant.Actor().ID.String(), "by_name": tx.Grant.Actor().Name, "loose": looseKinds(tx.Store),
	}}
	if _, err := d.exec(d.take("r.id", "", "r.id = ANY(CAST(@roots AS uuid[]))")); err != nil {
		return err
	}
	for _, step := range []func() error{d.needing, d.inside, d.unnamed, d.loosened} {
		if err := step(); err != nil {
			return err
		}
	}
	_, err := d.exec("DELETE FROM records r WHERE r.tenant_id = @tenant AND r.account_id = @account AND EXISTS (SELECT FROM " + goneNow + " AND d.id = r.id)")
	return err
}

type discarding struct {
	tx   *store.Tx
	kind *catalog.Kind
	args map[string]any
}

// goneNow are those that this deletion took so far.
const goneNow = "deleted_records d WHERE d.tenant_id = @tenant AND d.deletion_id = @deletion"

func (d discarding) exec(sql string) (int64, error) {
	done := d.tx.Exec(sql, d.args)
	return done.RowsAffected, done.Error
}

// take is a statement that takes records r, each along with the root that an
// expression names.
func (d discarding) take(root, from, where string) string {
	return `INSERT INTO deleted_records (tenant_id, root_id, deletion_id, permission, deleted_at, deleted_by, deleted_by_name, ` + keptColumns + `)
		SELECT r.tenant_id, ` + root + `, CAST(@deletion AS uuid), CAST(@permission AS text), CAST(@now AS timestamptz), CAST(@by AS text), CAST(@by_name AS text),
			r.id, r.account_id, r.kind, r.parent_id, r.data, r.secrets, r.name, r.search, r.unique_key, r.version, r.created_at, r.created_by, r.created_by_name, r.updated_at, r.updated_by, r.updated_by_name
		FROM records r` + from + ` WHERE r.tenant_id = @tenant AND r.account_id = @account AND ` + where + ` FOR UPDATE OF r`
}

// needing takes what can not be without one of the roots.
func (d discarding) needing() error {
	for _, n := range namingOf(d.tx.Store, d.kind) {
		if !n.goes() {
			continue
		}
		name := quoted(n.field.Name)
		taken, err := d.exec(d.take("CAST(r.data->>"+name+" AS uuid)", "", "r.kind = "+quoted(n.kind.Key)+" AND r.data->>"+name+" = ANY(CAST(@names AS text[])) AND NOT EXISTS (SELECT FROM "+goneNow+" AND d.id = r.id)"))
		if err != nil {
			return err
		}
		d.note(n.kind.Key, taken, "deleted with it")
	}
	return nil
}

func (d discarding) note(kind string, n int64, what string) {
	if n > 0 {
		d.tx.Note(kind, fmt.Sprintf("%d %s", n, what))
	}
}

// inside takes what is inside of those taken, from the outside in. Who would put
// more into one of them waits for the write's end.
func (d discarding) inside() error {
	for {
		taken, err := d.exec(d.take("d.root_id", " JOIN deleted_records d ON d.tenant_id = @tenant AND d.deletion_id = @deletion AND d.id = r.parent_id",
			"r.kind <> ALL (CAST(@loose AS text[])) AND NOT EXISTS (SELECT FROM deleted_records x WHERE x.tenant_id = @tenant AND x.id = r.id)"))
		if taken == 0 || err != nil {
			return err
		}
	}
}

// unnamed lets nothing that stays name one of the roots. Who newly names one waits
// for this write's end (checkRefs).
func (d discarding) unnamed() error {
	for _, n := range namingOf(d.tx.Store, d.kind) {
		if n.goes() {
			continue
		}
		name := quoted(n.field.Name)
		from, names, without := "", "r.data->>"+name, "data - "+name
		if n.field.Many {
			from = " CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(r.data->" + name + ") = 'array' THEN r.data->" + name + " ELSE '[]' END) e (id)"
			names, without = "e.id", "jsonb_set(data, ARRAY["+name+"], (data->"+name+") - CAST(@names AS text[]))"
		}
		found, err := d.exec(`INSERT INTO deleted_links (tenant_id, target_id, id, field) SELECT r.tenant_id, d.id, r.id, ` + name + ` FROM records r` + from + `
			JOIN deleted_records d ON d.tenant_id = @tenant AND d.deletion_id = @deletion AND d.root_id = d.id AND CAST(d.id AS text) = ` + names + `
			WHERE r.tenant_id = @tenant AND r.account_id = @account AND r.kind = ` + quoted(n.kind.Key) + ` AND r.data->` + name + ` IS NOT NULL
			AND NOT EXISTS (SELECT FROM deleted_records x WHERE x.tenant_id = @tenant AND x.id = r.id) ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		if found == 0 {
			continue
		}
		changed, err := d.exec("UPDATE records r SET data = " + without + ", version = version + 1 WHERE r.tenant_id = @tenant AND r.account_id = @account AND " + d.linked(name))
		if err != nil {
			return err
		}
		d.note(n.kind.Key, changed, "no longer name it")
	}
	return nil
}

// linked is the condition that a record r had to do with one of the roots.
func (d discarding) linked(field string) string {
	return "EXISTS (SELECT FROM deleted_links l JOIN deleted_records d ON d.tenant_id = @tenant AND d.id = l.target_id AND d.deletion_id = @deletion WHERE l.tenant_id = @tenant AND l.field = " + field + " AND l.id = r.id)"
}

// loosened lets what merely belongs to one of those taken belong to nothing.
func (d discarding) loosened() error {
	found, err := d.exec(`INSERT INTO deleted_links (tenant_id, target_id, id, field) SELECT r.tenant_id, d.id, r.id, '' FROM records r
		JOIN deleted_records d ON d.tenant_id = @tenant AND d.deletion_id = @deletion AND d.id = r.parent_id
		WHERE r.tenant_id = @tenant AND r.account_id = @account AND r.kind = ANY(CAST(@loose AS text[]))
		AND NOT EXISTS (SELECT FROM deleted_records x WHERE x.tenant_id = @tenant AND x.id = r.id)`)
	if found > 0 && err == nil {
		_, err = d.exec("UPDATE records r SET parent_id = NULL, version = version + 1 WHERE r.tenant_id = @tenant AND r.account_id = @account AND r.parent_id IS NOT NULL AND " + d.linked("''"))
	}
	return err
}

func texts(ids []uuid.UUID) store.TextList {
	all := make(store.TextList, len(ids))
	for i, id := range ids {
		all[i] = id.String()
	}
	return all
}
