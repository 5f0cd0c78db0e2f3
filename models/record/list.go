package record

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// Page is how many records a page of a list holds.
const Page = 50

// CountCap is where counting stops: a list of more says "more than".
const CountCap = store.CountCap

// Query says what a list shows.
type Query struct {
	Search  string            // part of what the kind lets search find
	Filters map[string]string // property to the value it has, or holds among others
	From    time.Time         // came to be at or after, where not zero
	To      time.Time         // came to be before, where not zero
	Sort    string            // a column, descending with a leading minus; the section's order where empty
	After   string            // the cursor after which the page begins
	Before  string            // or before which it ends
	Limit   int               // Page where zero
	// Below lists the accounts under the grant's as well, where the actor may
	// see the section. Account narrows to one of them, or to the grant's.
	Below   bool
	Account uuid.UUID
	// Long are the long texts (of several lines, or code) to read besides: the
	// others are left out of a list's values.
	Long     []string
	anywhere bool // inside whichever record, where the section is inside one
}

// List is one page of a list.
type List struct {
	Records    []Record
	Next, Prev string // cursors, empty where there is no such page
	Total      int    // of all that the query matches, at most CountCap+1
	Sum        string // of the section's sum property over the account, where it has one
	// Names are those of the records that the page's records name, by id.
	Names map[uuid.UUID]Named
	// Accounts are those of the page's records, where the list reaches below or
	// is of a timeless account.
	Accounts map[uuid.UUID]account.Account
	sources  map[uuid.UUID]uuid.UUID
}

// From is the account that a record of the list is of, or came from; it may be gone.
func (l List) From(r Record) account.Account { return l.Accounts[l.Source(r)] }

// Source is the id of that account.
func (l List) Source(r Record) uuid.UUID {
	if id, kept := l.sources[r.ID]; kept {
		return id
	}
	return r.AccountID
}

// Records lists what stands at a place, in the grant's account or below it.
func (s *Store) Records(ctx context.Context, g authz.Grant, at Place, q Query) (List, error) {
	var l List
	if q.Limit == 0 {
		q.Limit = Page
	}
	b, err := s.recordQuery(ctx, g, at, q)
	if err != nil {
		return l, err
	}
	backwards := q.Before != ""
	sql := b.page(listColumns(at.kind(), q.Long), backwards)
	keys := map[uuid.UUID]string{}
	l.sources = map[uuid.UUID]uuid.UUID{}
	err = s.store.Read(ctx, store.TenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var key string
		var total int
		r, err := ScanRecord(s.store, rows, &key, &total)
		if at.Timeless != uuid.Nil {
			l.sources[r.ID], r.AccountID = r.AccountID, g.Resource().Account
		}
		l.Records, l.Total, keys[r.ID] = append(l.Records, r), total, key
		return err
	}, sql, b.Args...)
	if err != nil {
		return l, err
	}
	more := len(l.Records) > q.Limit
	if more {
		l.Records = l.Records[:q.Limit]
	}
	if backwards {
		slices.Reverse(l.Records)
	}
	if n := len(l.Records); n > 0 {
		if more || backwards {
			l.Next = cursor(keys[l.Records[n-1].ID], l.Records[n-1].ID)
		}
		if q.After != "" || backwards && more {
			l.Prev = cursor(keys[l.Records[0].ID], l.Records[0].ID)
		}
	}
	if at.records().Sum != nil {
		if l.Sum, err = s.Sum(ctx, g, at.kind().Key); err != nil {
			return l, err
		}
	}
	if l.Names, err = s.RecordNames(ctx, g.Resource().Tenant, at.kind(), l.Records...); err != nil || !q.Below && at.Timeless == uuid.Nil {
		return l, err
	}
	var ids []uuid.UUID
	for _, r := range l.Records {
		if of := l.Source(r); !slices.Contains(ids, of) {
			ids = append(ids, of)
		}
	}
	l.Accounts, err = s.account.AccountsByID(ctx, g.Resource().Tenant, ids)
	return l, err
}

// RecordNames gives what the records are called that properties of these name,
// within the account of who names them.
func (s *Store) RecordNames(ctx context.Context, tenant uuid.UUID, kind *catalog.Kind, of ...Record) (map[uuid.UUID]Named, error) {
	named := map[uuid.UUID]uuid.UUID{} // to the account of who names it
	for _, r := range of {
		for _, f := range kind.Fields {
			if f.Ref == nil {
				continue
			}
			for _, text := range catalog.Texts(r.Values[f.Name]) {
				if id, err := uuid.Parse(text); err == nil {
					named[id] = r.AccountID
				}
			}
		}
	}
	names := map[uuid.UUID]Named{}
	if len(named) == 0 {
		return names, nil
	}
	ids := make([]uuid.UUID, 0, len(named))
	for id := range named {
		ids = append(ids, id)
	}
	return names, s.store.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
		id, account, n, err := ScanNamed(s.store, rows)
		if named[id] == account {
			names[id] = n
		}
		return err
	}, "SELECT "+NamedColumns(s.store)+" FROM records WHERE tenant_id = $1 AND id = ANY($2)", tenant, ids)
}

// listColumns are Columns without the long texts that nobody asked for.
func listColumns(kind *catalog.Kind, long []string) string {
	var without []string
	for _, f := range kind.Fields {
		if (f.Widget == "code" || f.Widget == "textarea" || f.Grows()) && !slices.Contains(long, f.Name) {
			without = append(without, quoted(f.Name))
		}
	}
	if len(without) == 0 {
		return Columns
	}
	return strings.Replace(Columns, "data", "data - ARRAY["+strings.Join(without, ", ")+"]", 1)
}

// listQuery is a list in SQL: conditions, the sort key, and their arguments.
type listQuery struct {
	store.Clauses
	table      string
	key        string // the expression that sorts
	cast       string // of a cursor's key back to its type
	descending bool
	limit      int
	from       string // the condition of the cursor, not counted
}

func (s *Store) recordQuery(ctx context.Context, g authz.Grant, at Place, q Query) (*listQuery, error) {
	b := &listQuery{table: "records", limit: q.Limit}
	kind := at.kind()
	b.Where("tenant_id = %s AND kind = %s", g.Resource().Tenant, kind.Key)
	var accounts []uuid.UUID
	var err error
	if at.Timeless != uuid.Nil {
		b.table = "timeless_entries"
		b.Where("timeless_id = %s", at.Timeless)
		err = whereSourcesOpen(s.store, ctx, &b.Clauses, g.Resource().Tenant, at.Timeless)
	} else if accounts, err = s.whereAccounts(ctx, &b.Clauses, g, at, q); err == nil {
		s.whereOpen(&b.Clauses, kind, accounts)
	}
	if err != nil {
		return nil, err
	}
	if at.Section.Inside != nil && !q.anywhere {
		b.Where("parent_id = %s", at.Parent)
	}
	for name, values := range at.records().Where {
		if name == "state" {
			b.Where("state = ANY(%s)", values)
		} else {
			b.Where("data->>%s = ANY(%s)", name, values)
		}
	}
	for name, value := range q.Filters {
		f := kind.Field(name)
		if f == nil || !Filterable(f) {
			continue
		}
		switch lack, have := s.lacking(accounts, f.Needs); {
		case len(lack) > 0 && len(have) == 0:
			continue // as of no property
		case len(lack) > 0:
			b.Conditions = append(b.Conditions, b.Among(lack, have))
		}
		switch {
		case f == kind.Parent:
			id, err := uuid.Parse(value)
			if err != nil {
				return nil, store.ErrNotFound
			}
			b.Where("parent_id = %s", id)
		case name == "state":
			b.Where("state = %s", value)
		case f.Many:
			b.Where("data->%s @> to_jsonb(CAST(%s AS text))", name, value)
		default:
			b.Where("data->>%s = %s", name, value)
		}
	}
	b.Between("created_at", q.From, q.To)
	for _, word := range strings.Fields(strings.ToLower(phoneWritten(q.Search))) {
		b.Where("search LIKE %s", store.Like(word))
	}
	if f := kind.Field(strings.TrimPrefix(q.Sort, "-")); f != nil {
		if lack, _ := s.lacking(accounts, f.Needs); len(lack) > 0 {
			q.Sort = "" // the order would tell what is closed
		}
	}
	b.sortBy(kind, cmp.Or(q.Sort, at.records().Sort), at.records().Sort)
	return b, b.begin(q)
}

// whereAccounts narrows to the grant's account, or to those below it that the
// actor may see the section of: never upwards or sideways. What one made oneself is
// looked at in one account. It gives the accounts.
func (s *Store) whereAccounts(ctx context.Context, b *store.Clauses, g authz.Grant, at Place, q Query) ([]uuid.UUID, error) {
	if at.Section.Own && !g.IsSystem() {
		b.Where("created_by = %s", g.Actor().ID.String())
	}
	if at.Section.Own || !q.Below || at.Section.Inside != nil {
		b.Where("account_id = %s", g.Resource().Account)
		return []uuid.UUID{g.Resource().Account}, nil
	}
	return s.WhereSeen(ctx, b, g, at.Section.View, q.Account)
}

// WhereSeen narrows to the grant's account and those below it where the actor has
// a permission, or to one of them, and gives them.
func (s *Store) WhereSeen(ctx context.Context, b *store.Clauses, g authz.Grant, p catalog.Permission, one uuid.UUID) ([]uuid.UUID, error) {
	seen, unseen, err := s.accountsSeen(ctx, g, p)
	wholeTenant := g.Resource().Account == g.Resource().Tenant
	switch {
	case err != nil:
		return nil, err
	case one != uuid.Nil && !slices.Contains(seen, one):
		return nil, store.ErrNotFound
	case one != uuid.Nil:
		b.Where("account_id = %s", one)
		seen = []uuid.UUID{one}
	case wholeTenant && len(unseen) == 0:
	case wholeTenant && len(unseen) < len(seen): // the shorter list is the cheaper one
		b.Where("account_id <> ALL(%s)", unseen)
	default:
		b.Where("account_id = ANY(%s)", seen)
	}
	return seen, nil
}

// AccountsSeen finds, among the grant's account and those below it where the actor has
// a permission and their session could enter, those whose names hold a search: the
// first in the order of the tree, and whether there are more.
func (s *Store) AccountsSeen(ctx context.Context, g authz.Grant, p catalog.Permission, search string, limit int) (all []account.Account, more bool, err error) {
	seen, unseen, err := s.accountsSeen(ctx, g, p)
	if err != nil {
		return nil, false, err
	}
	snap, r, b := s.store.Access(), g.Resource(), &store.Clauses{}
	at, _ := snap.Find(r.Account) // it was there a moment ago
	path := account.PathIn(snap, at)
	b.Where("tenant_id = %s AND path >= %s AND path < %s", r.Tenant, path, path+"0") // '0' follows '/'
	switch {
	case len(unseen) == 0:
	case len(unseen) < len(seen): // the shorter list is the cheaper one
		b.Where("id <> ALL(%s)", unseen)
	default:
		b.Where("id = ANY(%s)", seen)
	}
	if like := store.Like(search); like != "" {
		b.Where("name ILIKE %s", like)
	}
	all, err = s.account.Accounts(ctx, store.TenantScope(r.Tenant), "SELECT "+account.Columns+" FROM accounts WHERE "+strings.Join(b.Conditions, " AND ")+" ORDER BY path LIMIT "+b.Arg(limit+1), b.Args...)
	if more = len(all) > limit; more {
		all = all[:limit]
	}
	return all, more, err
}

func (s *Store) accountsSeen(ctx context.Context, g authz.Grant, p catalog.Permission) (seen, unseen []uuid.UUID, err error) {
	snap := s.store.Access()
	top, ok := snap.Find(g.Resource().Account)
	if !ok {
		return nil, nil, store.ErrNotFound
	}
	shut, err := s.account.ShutBelow(ctx, g)
	if err != nil {
		return nil, nil, err
	}
	seen = append(seen, g.Resource().Account)
	who := snap.Acting(g.Actor())
	snap.Descendants(top, func(a authz.Account) bool {
		if id := snap.ID(a); g.IsSystem() || !shut[id] && snap.Decide(who, p, a).Allow {
			seen = append(seen, id)
		} else {
			unseen = append(unseen, id)
		}
		return true
	})
	return seen, unseen, nil
}

// Filterable tells whether a list can be narrowed by a property's value.
func Filterable(f *catalog.Field) bool {
	return len(f.Options) > 0 || f.Type == "boolean" || f.Ref != nil && !f.Many
}

// Sortable tells whether a list can be ordered by a property.
func Sortable(kind *catalog.Kind, f *catalog.Field) bool {
	return !f.Many && f.Type != "object" && f.Ref == nil && f.Secret == "" && f != kind.Parent
}

func (b *listQuery) sortBy(kind *catalog.Kind, by, otherwise string) {
	name, descending := strings.CutPrefix(by, "-")
	b.descending = descending
	switch f := kind.Field(name); {
	case f != nil && f == kind.Time:
		b.key, b.cast = "created_at", "timestamptz"
	case name == "created_at" || name == "updated_at":
		b.key, b.cast = name, "timestamptz"
	case f != nil && name == kind.Name && len(f.Options) == 0:
		b.key, b.cast = "name_sort", "text"
	case f != nil && name == "state":
		b.key, b.cast = `coalesce(state, '') COLLATE "C"`, "text"
	case f != nil && Sortable(kind, f):
		b.key, b.cast = "coalesce(data->"+quoted(name)+", 'null')", "jsonb"
	case by != otherwise:
		b.sortBy(kind, otherwise, otherwise)
	default:
		b.key, b.cast, b.descending = "created_at", "timestamptz", true
	}
}

// quoted is a property's name, which the catalog checked, as a literal.
func quoted(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// begin adds where the page begins. A cursor that is not ours begins nowhere.
func (b *listQuery) begin(q Query) error {
	text, backwards := q.After, false
	if q.Before != "" {
		text, backwards = q.Before, true
	}
	if text == "" {
		return nil
	}
	key, id, err := readCursor(text, b.cast)
	if err != nil {
		return err
	}
	sign := ">"
	if b.descending != backwards {
		sign = "<"
	}
	b.from = fmt.Sprintf(" AND (%s, id) %s (%s::%s, %s)", b.key, sign, b.Arg(key), b.cast, b.Arg(id))
	if b.cast == "text" {
		b.from = strings.Replace(b.from, "::text,", `::text COLLATE "C",`, 1)
	}
	return nil
}

func (b *listQuery) page(columns string, backwards bool) string {
	where := strings.Join(b.Conditions, " AND ")
	order := "ASC"
	if b.descending != backwards {
		order = "DESC"
	}
	key := "(" + b.key + ")::text"
	if b.cast == "timestamptz" {
		key = `to_char(` + b.key + ` AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
	}
	// Counting in the order of an index keeps it from reading the whole table.
	return fmt.Sprintf(`SELECT %[1]s, %[2]s, (SELECT count(*) FROM (SELECT 1 FROM %[9]s WHERE %[3]s ORDER BY created_at, id LIMIT %[4]d) capped)
		FROM %[9]s WHERE %[3]s%[5]s ORDER BY %[6]s %[7]s, id %[7]s LIMIT %[8]d`,
		columns, key, where, CountCap+1, b.from, b.key, order, b.limit+1, b.table)
}

func cursor(key string, id uuid.UUID) string {
	b, _ := json.Marshal([]string{key, id.String()}) // two strings
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(text, cast string) (string, uuid.UUID, error) {
	var parts []string
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &parts) != nil || len(parts) != 2 {
		return "", uuid.Nil, store.ErrNotFound
	}
	id, err := uuid.Parse(parts[1])
	if err != nil || strings.ContainsRune(parts[0], 0) {
		return "", uuid.Nil, store.ErrNotFound
	}
	switch cast {
	case "timestamptz":
		_, err = time.Parse(time.RFC3339Nano, parts[0])
	case "jsonb":
		if !json.Valid([]byte(parts[0])) {
			err = store.ErrNotFound
		}
	}
	if err != nil {
		return "", uuid.Nil, store.ErrNotFound
	}
	return parts[0], id, nil
}
