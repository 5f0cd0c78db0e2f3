package models

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// checkPlace checks what a record newly names, and what its place wants of it.
func (tx *Tx) checkPlace(at RecordPlace, r Record, before map[string]any) error {
	if err := tx.checkLinks(at.kind(), r, before); err != nil {
		return err
	}
	p := Problems{}
	for name, among := range at.records().Among {
		text, _ := r.Values[name].(string)
		if was, _ := before[name].(string); text == "" || text == was {
			continue
		}
		has, err := tx.among(among, r, text)
		if err != nil {
			return err
		}
		if !has {
			p.add(name, among.Says)
		}
	}
	return p.orNil()
}

// among tells whether a record of that name is one to choose, and holds it, so
// that it stays one until the commit.
func (tx *Tx) among(a *catalog.Among, r Record, name string) (bool, error) {
	if !tx.store.ceiling(tx.grant).Covers(tx.store.catalog.Info(a.Section.View).Needs) {
		return false, nil
	}
	at := RecordPlace{Section: a.Section}
	rows, err := tx.Raw("SELECT "+recordColumns+" FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ? AND name_sort = lower(?) FOR SHARE",
		r.TenantID, r.AccountID, at.kind().Key, name).Rows()
	if err != nil {
		return false, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		x, err := tx.store.scanRecord(rows)
		if err != nil {
			return false, err
		}
		found = found || at.Holds(x) && !a.Excludes(x.Values)
	}
	return found, rows.Err()
}

// AmongOptions are the names that a property may have, for a form.
func (s *Store) AmongOptions(ctx context.Context, g authz.Grant, a *catalog.Among, limit int) (names []string, err error) {
	if !s.ceiling(g).Covers(s.catalog.Info(a.Section.View).Needs) {
		return nil, nil
	}
	b, err := s.recordQuery(ctx, g, RecordPlace{Section: a.Section}, RecordQuery{})
	if err != nil {
		return nil, err
	}
	for name, value := range a.Unless {
		b.where("coalesce(data->>%s, '') <> %s", name, fmt.Sprint(value))
	}
	return names, s.read(ctx, tenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, fmt.Sprintf("SELECT name FROM records WHERE %s ORDER BY name_sort, id LIMIT %d", strings.Join(b.conditions, " AND "), limit), b.args...)
}
