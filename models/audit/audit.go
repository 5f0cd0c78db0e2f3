package audit

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

const (
	// Page is how many events a page of the audit holds.
	Page = 50
	// Window is how many events a search for text looks through at once:
	// no index finds parts of names, and a miss must not read millions.
	Window = 20_000
)

// Filter narrows a list of events down.
type Filter struct {
	Text     string            // part of the name of who acted, or of what it was done to
	By       authz.PrincipalID // who acted; zero for anybody
	Kind     string            // of the resource, empty for all
	From, To time.Time         // zero for no bound; To is left out
	Below    bool              // those of the accounts below too, where the actor may see them
	Account  uuid.UUID         // with Below: of this one alone; zero for all
	Before   store.AuditCursor // where the page begins; zero for the newest
	Limit    int
	Window   int  // how many events a search for Text looks through; zero for Window
	Count    bool // say how many are left from the page on

	OfAccount uuid.UUID // only what was done with this account below; zero for all
}

// ReadAuditCursor reads a cursor; one that is none is the beginning.
func ReadAuditCursor(text string) (c store.AuditCursor) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return c
	}
	micro, err := strconv.ParseInt(parts[0], 10, 64)
	account, badID := uuid.Parse(parts[1])
	seq, badSeq := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || badID != nil || badSeq != nil || micro < 0 || seq < 1 {
		return store.AuditCursor{}
	}
	return store.AuditCursor{At: time.UnixMicro(micro).UTC(), Account: account, Seq: seq}
}

const auditColumns = "account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change"

// Audit lists the newest events of the grant's account, and of those below it
// where the filter says so: by number in one account, by time in several.
func (s *Store) Audit(ctx context.Context, g authz.Grant, f Filter) ([]store.AuditEvent, error) {
	all, _, _, err := s.SearchAudit(ctx, g, f)
	return all, err
}

// SearchAudit is Audit for a filter with Text, too. Where the search ended with
// its window, looked is the last event that it looked at: those before it may
// match as well. It is zero where it ended with the limit or the oldest event. From
// the page on there are left events, with f.Count: up to store.CountCap and one more;
// all of an account without a filter, which are numbered; negative where a text may
// be found beyond the window.
func (s *Store) SearchAudit(ctx context.Context, g authz.Grant, f Filter) (all []store.AuditEvent, looked store.AuditCursor, left int, err error) {
	r := g.Resource()
	b := &store.Clauses{}
	b.Where("tenant_id = %s", r.Tenant)
	if err := s.auditAccounts(ctx, b, g, f); err != nil {
		return nil, looked, 0, err
	}
	order := "seq DESC"
	if f.Below && f.Account == uuid.Nil {
		order = "at DESC, account_id DESC, seq DESC"
	}
	switch at := f.Before; {
	case at.Seq == 0:
	case order == "seq DESC":
		b.Conditions = append(b.Conditions, "seq < "+b.Arg(at.Seq))
	default:
		b.Conditions = append(b.Conditions, fmt.Sprintf("(at, account_id, seq) < (%s, %s, %s)", b.Arg(at.At), b.Arg(at.Account), b.Arg(at.Seq)))
	}
	if f.By.ID != uuid.Nil {
		b.Where("principal_id = %s AND principal_kind = %s", f.By.ID, f.By.Kind.String())
	}
	if f.OfAccount != uuid.Nil {
		b.Where("kind = 'account' AND resource_id = %s", f.OfAccount)
	}
	if f.Kind != "" {
		b.Where("noun = %s", f.Kind)
	}
	b.Between("at", f.From, f.To)
	where, numbered, count := strings.Join(b.Conditions, " AND "), f.whole(), "0"
	if f.Count && !numbered {
		count = fmt.Sprintf("(SELECT count(*)::int FROM (SELECT FROM audit_events WHERE %s LIMIT %d) counted)", where, store.CountCap+1)
	}
	sql := fmt.Sprintf("SELECT %s, true, 0, 0, %s FROM audit_events WHERE %s ORDER BY %s LIMIT %s", auditColumns, count, where, order, b.Arg(f.Limit))
	window := f.Window
	if window == 0 {
		window = Window
	}
	if f.Text != "" { // the window's last event comes along, whether it matches or not
		text, last := b.Arg(store.Like(f.Text)), b.Arg(window)
		sql = fmt.Sprintf(`SELECT %[1]s, hit, n, max(n) OVER (), (count(*) FILTER (WHERE hit) OVER ())::int FROM (
				SELECT %[1]s, principal_name ILIKE %[4]s OR resource_name ILIKE %[4]s AS hit, row_number() OVER (ORDER BY %[3]s) AS n
				FROM audit_events WHERE %[2]s ORDER BY %[3]s LIMIT %[5]s) seen
			WHERE hit OR n = %[5]s ORDER BY %[3]s LIMIT %[6]s`,
			auditColumns, where, order, text, last, fmt.Sprintf("$%d", len(b.Args)-2))
	}
	err = s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		e, hit, n, last := store.AuditEvent{TenantID: r.Tenant}, false, 0, 0
		if err := rows.Scan(append(e.Fields(), &hit, &n, &last, &left)...); err != nil {
			return err
		}
		if last == window {
			left = -1
		}
		if hit {
			all = append(all, e)
		}
		if n == window {
			looked = e.Cursor()
		}
		return nil
	}, sql, b.Args...)
	if len(all) == f.Limit {
		looked = store.AuditCursor{}
	}
	if numbered && len(all) > 0 {
		left = int(all[0].Seq)
	}
	return all, looked, left, err
}

// whole tells whether a filter leaves all events of one account.
func (f Filter) whole() bool {
	return f.Text == "" && f.By.ID == uuid.Nil && f.Kind == "" && f.From.IsZero() && f.To.IsZero() && !f.Below && f.OfAccount == uuid.Nil
}

func (s *Store) auditAccounts(ctx context.Context, b *store.Clauses, g authz.Grant, f Filter) error {
	if !f.Below {
		b.Where("account_id = %s", g.Resource().Account)
		return nil
	}
	_, err := s.record.WhereSeen(ctx, b, g, s.store.Catalog().Permission("audit"), f.Account)
	return err
}

// AuditOf lists the newest events about one thing of the grant's account, looking
// through the newest Window of its kind: no index finds all of one thing.
func (s *Store) AuditOf(ctx context.Context, g authz.Grant, noun string, id uuid.UUID, limit int) (all []store.AuditEvent, err error) {
	r := g.Resource()
	err = s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		e := store.AuditEvent{TenantID: r.Tenant}
		err := rows.Scan(e.Fields()...)
		all = append(all, e)
		return err
	}, fmt.Sprintf(`SELECT %[1]s FROM (SELECT %[1]s FROM audit_events
			WHERE tenant_id = $1 AND account_id = $2 AND noun = $3 ORDER BY seq DESC LIMIT %[2]d) newest
		WHERE resource_id = $4 ORDER BY seq DESC LIMIT $5`, auditColumns, Window), r.Tenant, r.Account, noun, id, limit)
	return all, err
}

// AuditEvent gives one event of the grant's account by its number.
func (s *Store) AuditEvent(ctx context.Context, g authz.Grant, seq int64) (store.AuditEvent, error) {
	r := g.Resource()
	e := store.AuditEvent{TenantID: r.Tenant}
	err := s.store.One(ctx, store.TenantScope(r.Tenant), e.Fields(),
		"SELECT "+auditColumns+" FROM audit_events WHERE tenant_id = $1 AND account_id = $2 AND seq = $3", r.Tenant, r.Account, seq)
	return e, err
}

// AuditKinds are the kinds of thing that the account's events are about.
func (s *Store) AuditKinds(ctx context.Context, g authz.Grant) ([]string, error) {
	r := g.Resource()
	var kinds []string
	err := s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var kind string
		err := rows.Scan(&kind)
		kinds = append(kinds, kind)
		return err
	}, `WITH RECURSIVE kinds AS ( -- each step passes over all events of a kind
			(SELECT noun FROM audit_events WHERE tenant_id = $1 AND account_id = $2 ORDER BY noun LIMIT 1)
			UNION ALL SELECT (SELECT noun FROM audit_events WHERE tenant_id = $1 AND account_id = $2 AND noun > kinds.noun ORDER BY noun LIMIT 1)
				FROM kinds WHERE noun IS NOT NULL)
		SELECT noun FROM kinds WHERE noun IS NOT NULL`, r.Tenant, r.Account)
	return kinds, err
}

// Name is the present name of what an event names by its id.
type Name struct {
	Kind    string // account, record, subuser or role
	Account uuid.UUID
	record.Named
}

// AuditNames gives the names of accounts, records, subusers and roles of a tenant
// by id. The caller shows only those that its reader may know of.
func (s *Store) AuditNames(ctx context.Context, tenant uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]Name, error) {
	names := map[uuid.UUID]Name{}
	if len(ids) == 0 {
		return names, nil
	}
	return names, s.store.ReadAll(ctx, store.TenantScope(tenant), store.Query{Scan: func(rows pgx.Rows) error {
		var id uuid.UUID
		var n Name
		err := rows.Scan(&id, &n.Kind, &n.Account, &n.Name)
		names[id] = n
		return err
	}, SQL: `SELECT id, 'account', id, name FROM accounts WHERE tenant_id = $1 AND id = ANY($2)
		UNION ALL SELECT id, 'subuser', account_id, name FROM subusers WHERE tenant_id = $1 AND id = ANY($2)
		UNION ALL SELECT id, 'role', account_id, name FROM custom_roles WHERE tenant_id = $1 AND id = ANY($2)`, Args: []any{tenant, ids}},
		store.Query{Scan: func(rows pgx.Rows) error {
			id, account, n, err := record.ScanNamed(s.store, rows)
			names[id] = Name{"record", account, n}
			return err
		}, SQL: "SELECT " + record.NamedColumns(s.store) + " FROM records WHERE tenant_id = $1 AND id = ANY($2)", Args: []any{tenant, ids}})
}

// StandingSelectAlls tells which of a tenant's Select alls, by `entitlement epoch`,
// UndoSelectAll would still put back.
func (s *Store) StandingSelectAlls(ctx context.Context, g authz.Grant, epochs []int64) (map[string]bool, error) {
	standing := map[string]bool{}
	if len(epochs) == 0 {
		return standing, nil
	}
	return standing, s.store.Read(ctx, store.TenantScope(g.Resource().Tenant), func(rows pgx.Rows) error {
		var key string
		var epoch int64
		err := rows.Scan(&key, &epoch)
		standing[fmt.Sprintf("%s %d", key, epoch)] = true
		return err
	}, `SELECT entitlement, epoch FROM entitlement_rules WHERE tenant_id = $1 AND epoch = ANY($2)
		UNION SELECT entitlement, epoch FROM entitlement_exceptions WHERE tenant_id = $1 AND epoch = ANY($2)`, g.Resource().Tenant, epochs)
}
