package record

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// Option is a record to choose.
type Option struct {
	ID   uuid.UUID
	Name string
}

// Options are records to choose, and whether there are more.
type Options struct {
	All  []Option
	More bool
}

// RecordOptions are the records that a property may name, for a form: those in
// whose names all words of a search stand, first those that begin with it, by name.
func (s *Store) RecordOptions(ctx context.Context, g authz.Grant, kind *catalog.Kind, f *catalog.Field, parent uuid.UUID, search string, limit int) (Options, error) {
	at := Place{Section: f.Ref}
	if f.Ref.Inside != nil {
		if f.Ref.Inside != kind.Section.Inside {
			return Options{}, nil
		}
		at.Parent = parent
	}
	return s.options(ctx, g, at, search, limit, nil)
}

// AmongOptions are the records whose names a property may have, for a form.
func (s *Store) AmongOptions(ctx context.Context, g authz.Grant, a *catalog.Among, search string, limit int) (Options, error) {
	if !s.store.Ceiling(g).Covers(s.store.Catalog().Info(a.Section.View).Needs) {
		return Options{}, nil
	}
	return s.options(ctx, g, Place{Section: a.Section}, search, limit, a.Unless)
}

// options reads names in the order of their index. A search that many names begin
// with reads those alone; any other may look at all names of the kind in the account.
func (s *Store) options(ctx context.Context, g authz.Grant, at Place, search string, limit int, unless map[string]any) (Options, error) {
	var found Options
	read := func(narrow func(*listQuery)) error {
		b, err := s.recordQuery(ctx, g, at, Query{})
		if err != nil {
			return err
		}
		for name, value := range unless {
			b.Where("coalesce(data->>%s, '') <> %s", name, fmt.Sprint(value))
		}
		narrow(b)
		return s.store.Read(ctx, store.TenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
			var o Option
			err := rows.Scan(&o.ID, &o.Name)
			found.All = append(found.All, o)
			return err
		}, fmt.Sprintf("SELECT id, name FROM records WHERE %s ORDER BY name_sort, id LIMIT %d", strings.Join(b.Conditions, " AND "), limit+1-len(found.All)), b.Args...)
	}
	text := strings.ToLower(phoneWritten(strings.TrimSpace(search)))
	first := func(b *listQuery) {}
	if text != "" {
		first = func(b *listQuery) {
			b.Where(`name_sort >= %s AND name_sort < %s`, text, text+"\U0010FFFF")
		}
	}
	err := read(first)
	if err == nil && text != "" && len(found.All) <= limit {
		err = read(func(b *listQuery) {
			b.Where(`NOT (name_sort >= %s AND name_sort < %s)`, text, text+"\U0010FFFF")
			for _, word := range strings.Fields(text) {
				b.Where("name_sort LIKE %s", store.Like(word))
			}
		})
	}
	if found.More = len(found.All) > limit; found.More {
		found.All = found.All[:limit]
	}
	return found, err
}

var phoneLike = regexp.MustCompile(`^[+0-9][0-9 ()./-]+$`)

// phoneWritten takes out of what may be a phone number how people space it: those
// that are kept have none.
func phoneWritten(text string) string {
	if !phoneLike.MatchString(text) {
		return text
	}
	digits := strings.NewReplacer(" ", "", "(", "", ")", "", ".", "", "/", "", "-", "").Replace(text)
	if len(digits) < 6 {
		return text
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return "+" + rest
	}
	return strings.TrimPrefix(digits, "0")
}
