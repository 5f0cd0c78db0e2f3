package record

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

var places = regexp.MustCompile(`\$(\d+)`)

// Finding says what is looked for.
type Finding struct {
	Search string
	IDs    []uuid.UUID // only these; none for all
	Limit  int         // of each section
}

// FindRecords finds what stands in some sections of the grant's account, each of
// which its caller asked whether the actor may see: some of each section, those
// first whose names begin with the search, each with the name of what it belongs to.
// It is one statement, whatever the number of sections.
func (s *Store) FindRecords(ctx context.Context, g authz.Grant, sections []*catalog.Section, f Finding) (found []Record, err error) {
	var parts []string
	var all store.Clauses
	for _, section := range sections {
		b, err := s.recordQuery(ctx, g, Place{Section: section}, Query{Search: f.Search, anywhere: true})
		if err != nil {
			return nil, err
		}
		if len(f.IDs) > 0 {
			b.Where("id = ANY(%s)", f.IDs)
		}
		n := len(all.Args)
		all.Args = append(all.Args, b.Args...)
		where := places.ReplaceAllStringFunc(strings.Join(b.Conditions, " AND "), func(place string) string {
			at, _ := strconv.Atoi(place[1:])
			return fmt.Sprintf("$%d", n+at)
		})
		kind, in, parent := section.Records.Kind, section.Inside, "''"
		if in == nil && kind.Parent != nil {
			in = kind.Parent.Ref
		}
		if in != nil && len(in.Records.Kind.Gated()) == 0 { // none of those is closed
			parent = "coalesce((SELECT p.name FROM records p WHERE p.tenant_id = " + all.Arg(g.Resource().Tenant) + " AND p.id = records.parent_id), '')"
		}
		parts = append(parts, fmt.Sprintf("(SELECT %s, %s FROM records WHERE %s ORDER BY NOT starts_with(name_sort, %s), name_sort, id LIMIT %d)",
			listColumns(kind, nil), parent, where, all.Arg(strings.ToLower(f.Search)), f.Limit))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return found, s.store.Read(ctx, store.TenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var parent string
		r, err := ScanRecord(s.store, rows, &parent)
		r.ParentName = parent
		found = append(found, r)
		return err
	}, strings.Join(parts, " UNION ALL "), all.Args...)
}
