package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"bailiwick/models/account"
	"bailiwick/models/store"
)

// statements are those that the panel sent, without the ones that begin and end
// a transaction and set its scope.
type statements struct {
	mu      sync.Mutex
	sent    []string
	written int64 // rows
}

func (s *statements) add(sql string, tag pgconn.CommandTag) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first, _, _ := strings.Cut(strings.ToLower(sql), " ")
	if slices.Contains([]string{"begin", "commit", "rollback", "set"}, first) {
		return
	}
	s.sent = append(s.sent, sql)
	if !tag.Select() {
		s.written += tag.RowsAffected()
	}
}

func (s *statements) take() (sent []string, written int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent, written = s.sent, s.written
	s.sent, s.written = nil, 0
	return sent, written
}

type sqlKey struct{}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, sqlKey{}, d.SQL)
}

func (s *statements) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryEndData) {
	s.add(ctx.Value(sqlKey{}).(string), d.CommandTag)
}

func (s *statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (s *statements) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	s.add(d.SQL, d.CommandTag)
}

func (s *statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// No page is larger than this, uncompressed, and no request needs more
// statements, whatever the number of sub-accounts.
const (
	mostBytes  = 100_000
	mostToRead = 8
	mostAtHome = 12 // what waits for somebody lies in many tables
	mostToEdit = 25
	fewRows    = 12 // that a change of everything touches
)

// scaled is Ada at an agency, and what her requests cost.
type scaled struct {
	*panel
	*browser
	sql     *statements
	token   string
	written int64 // rows, by the last request
}

func (w *scaled) costs(name string, most int, ask func() page) page {
	w.browser.t.Helper()
	w.sql.take()
	start := time.Now()
	x := ask()
	sent, written := w.sql.take()
	w.written = written
	sent = slices.DeleteFunc(sent, func(sql string) bool { return strings.Contains(sql, "AS alert,") }) // the bell asks once a minute
	w.browser.t.Logf("%-42s %6d bytes %3d statements %6d rows written %v", name, len(x.body), len(sent), written, time.Since(start).Round(time.Millisecond))
	if len(sent) > most {
		w.browser.t.Errorf("%s: %d statements, at most %d are fine:\n%s", name, len(sent), most, strings.Join(sent, "\n"))
	}
	if len(x.body) > mostBytes {
		w.browser.t.Errorf("%s: %d bytes", name, len(x.body))
	}
	return x
}

func (w *scaled) see(name, path string) page {
	w.browser.t.Helper()
	return w.costs(name, mostToRead, func() page { return w.get(path).want(w.browser.t, http.StatusOK) })
}

func (w *scaled) home(a account.Account) {
	w.browser.t.Helper()
	w.costs("home", mostAtHome, func() page { return w.get(in(a, "")).want(w.browser.t, http.StatusOK) })
}

// Change posts to the permissions page, or to the address below the agency's.
func (w *scaled) change(name, path string, pairs ...string) page {
	w.browser.t.Helper()
	form := values(append(pairs, "token", w.token)...)
	return w.costs(name, mostToEdit, func() page {
		return w.post(in(w.analytical, path), form).want(w.browser.t, http.StatusSeeOther)
	})
}

// counted is the count above the column of Logs: how many of those shown have it.
func counted(x page) string {
	return x.Find("thead th").FilterFunction(func(_ int, th *goquery.Selection) bool {
		return th.Find(".col").Text() == "Logs"
	}).Find("small").Text()
}

func (w *scaled) given(a uuid.UUID) bool { return w.gives(account.Account{ID: a}, "logs") }

// TestAnAgencyOfTwentyThousand has Ada work with 20,000 sub-accounts, some of
// them nested: every page stays small, and every request needs the few
// statements that it would need with three.
func TestAnAgencyOfTwentyThousand(t *testing.T) {
	sql := &statements{}
	p := newPanel(alone{t}, func(c *store.Config) { c.Tracer = sql })
	towns := []string{"Bergen", "Delft", "Ghent", "Jena", "Porto", "Riga", "Siena", "Worms"}
	made := 0
	add := func(below account.Account, n int) (last account.Account) {
		for n > 0 {
			names := make([]string, min(n, account.MaxAtOnce))
			for i := range names {
				names[i] = fmt.Sprintf("%s %05d", towns[(made+i)%len(towns)], made+i)
			}
			all, err := p.store.CreateSubAccounts(t.Context(), p.grant(p.ada, "sub_accounts.create", below), names)
			must(t, err)
			n, made, last = n-len(names), made+len(names), all[len(all)-1]
		}
		return last
	}
	add(p.east, 300)
	add(p.berlin, 200)
	newest := add(p.analytical, 19_500)
	w := &scaled{panel: p, browser: p.as(p.ada), sql: sql}
	w.token = w.browser.token()
	general := in(p.analytical, permissions)

	// She looks around. A session's first request in an account notes that it is there.
	w.get(in(p.analytical, "")).want(t, http.StatusOK)
	w.home(p.analytical)
	x := w.see("permissions", general)
	if got := counted(x); got != "20,003 of 20,003" {
		t.Errorf("Logs are counted as %q", got)
	}
	seen := map[string]bool{}
	for range 5 {
		x.Find("tbody input[name=row]").Each(func(_ int, row *goquery.Selection) { seen[row.AttrOr("value", "")] = true })
		x = w.see("permissions, next page", x.Find("a[rel=next]").AttrOr("href", "no next page"))
	}
	if len(seen) != 200 {
		t.Errorf("five pages show %d sub-accounts", len(seen))
	}
	for _, tab := range p.store.Catalog().Tabs {
		w.see("permissions, "+tab.Title, in(p.analytical, "/permissions/"+tab.Key))
	}
	x = w.see("permissions, search for many", general+"?q=bergen")
	if got := counted(x); got != "2,500 of 2,500" {
		t.Errorf("of those searched for, Logs are counted as %q", got)
	}
	w.see("permissions, search, next page", x.Find("a[rel=next]").AttrOr("href", "no next page"))
	if got := counted(w.see("permissions, search for one", general+"?q=riga+19989")); got != "1 of 1" {
		t.Errorf("of the one searched for, Logs are counted as %q", got)
	}
	w.see("permissions, search for none", general+"?q=nowhere")
	if got := counted(w.see("permissions, below East", general+"?under="+p.east.ID.String())); got != "501 of 501" {
		t.Errorf("below East, Logs are counted as %q", got)
	}
	x = w.see("tree", in(p.analytical, "/accounts"))
	w.see("tree, next page", x.Find("a[rel=next]").AttrOr("href", "no next page"))
	w.see("tree, search", in(p.analytical, "/accounts?q=riga"))
	w.see("switcher", "/accounts/switcher")
	w.see("switcher, search for many", "/accounts/switcher?q=riga")
	if x = w.see("switcher, search for one", "/accounts/switcher?q=riga+19989"); !strings.Contains(x.Text(), "Riga 19989") {
		t.Errorf("the switcher does not find one: %s", x.Text())
	}
	w.see("accounts", "/accounts")
	w.see("accounts, search", "/accounts?q=riga")
	w.see("audit", in(p.analytical, "/audit"))
	w.see("roles", in(p.analytical, "/roles"))
	w.see("contacts below too", in(p.analytical, "/contacts?accounts=below"))
	w.home(newest)

	// She takes Logs from all, gives them back to some, and takes that back.
	if x = w.see("ask, all", general+"/select-all?entitlement=logs&allowed=0"); !strings.Contains(x.Text(), "20,003 sub-accounts will lose Logs, with 2 people") {
		t.Errorf("the dialog does not say how many will change: %s", x.Find("dialog").Text())
	}
	w.change("take from all", permissions, "entitlement", "logs", "all", "1", "allowed", "0")
	if w.written > fewRows {
		t.Errorf("taking from all wrote %d rows", w.written)
	}
	if got := counted(w.see("permissions", general)); got != "0 of 20,003" {
		t.Errorf("after taking from all, Logs are counted as %q", got)
	}
	w.see("ask, search for many", general+"/select-all?entitlement=logs&allowed=1&q=bergen")
	if x = w.see("ask, search", general+"/select-all?entitlement=logs&allowed=1&q=east"); !strings.Contains(x.Text(), "2 sub-accounts will get Logs, with 1 person") {
		t.Errorf("the dialog does not say how many of a search will change: %s", x.Find("dialog").Text())
	}
	w.change("give to a search", permissions, "entitlement", "logs", "all", "1", "allowed", "1", "q", "bergen")
	x = w.see("permissions", general)
	if got := counted(x); got != "2,437 of 20,003" { // but for those below East, which lacks it
		t.Errorf("after giving to a search, Logs are counted as %q", got)
	}
	undo := x.Find("[name=undo]").AttrOr("value", "no undo")
	w.change("undo giving to a search", permissions, "entitlement", "logs", "undo", undo)
	w.change("give to all", permissions, "entitlement", "logs", "all", "1", "allowed", "1")
	undo = w.see("permissions", general).Find("[name=undo]").AttrOr("value", "no undo")
	w.change("undo giving to all", permissions, "entitlement", "logs", "undo", undo)
	if w.written > fewRows {
		t.Errorf("undoing it wrote %d rows", w.written)
	}
	if got := counted(w.see("permissions", general)); got != "0 of 20,003" {
		t.Errorf("after undoing, Logs are counted as %q", got)
	}

	// A new sub-account has what the newest one has.
	w.change("give to one", permissions, "entitlement", "logs", "sub_account", newest.ID.String(), "allowed", "1")
	if x = w.see("ask, all but one", general+"/select-all?entitlement=logs&allowed=1"); !strings.Contains(x.Text(), "20,002 sub-accounts will get Logs, with 2 people") {
		t.Errorf("the dialog does not say how many others will change: %s", x.Find("dialog").Text())
	}
	for _, want := range []bool{true, false} {
		where := w.change("new sub-account", "/sub-accounts", "name", "Zadar").location()
		id, err := uuid.Parse(strings.TrimPrefix(where, "/a/"))
		must(t, err)
		if got := w.given(id); got != want {
			t.Errorf("the new sub-account has Logs: %t", got)
		}
		w.change("take from all", permissions, "entitlement", "logs", "all", "1", "allowed", "0")
	}
	// East, by the longest name there is, loses all that can be taken.
	for _, e := range p.store.Catalog().Tab("general").Entitlements {
		if !e.AlwaysOn {
			w.change("take from East", permissions, "entitlement", e.Key, "sub_account", p.east.ID.String(), "allowed", "0")
		}
	}
	w.change("rename East", "/accounts/"+p.east.ID.String()+"/edit", "name", strings.Repeat("East & ", 14))
	w.see("permissions, cut off by East", general+"?under="+p.east.ID.String())
	w.see("ask to suspend", in(p.analytical, "/accounts/"+p.east.ID.String()+"/suspend"))

	// An account's own page, and what happens to it and all below.
	w.see("page of East", below(p.analytical, p.east, ""))
	w.see("page of a sub-account", below(p.analytical, newest, ""))
	w.change("label East", "/accounts/"+p.east.ID.String()+"/edit", "name", "East", "labels", "pilot, vip, gold, silver, bronze")
	w.see("tree, of a label", in(p.analytical, "/accounts?label=pilot"))
	w.see("permissions, of a label", general+"?label=pilot")
	w.change("archive East", "/accounts/"+p.east.ID.String()+"/archive")
	if x = w.see("tree, archived", in(p.analytical, "/accounts?state=archived")); len(x.Find("tbody tr").Nodes) != 30 {
		t.Errorf("%d archived accounts are shown", len(x.Find("tbody tr").Nodes))
	}
	w.change("restore East", "/accounts/"+p.east.ID.String()+"/restore")

	// Many at once.
	w.see("ask, all", in(p.analytical, "/accounts/batches/new?act=suspend&all=1"))
	for _, act := range []string{"suspend", "label", "archive"} {
		report := w.change(act+" all", "/accounts/batches", "act", act, "all", "1", "carry", "everywhere").location()
		w.see("report, "+act, report)
		w.change("undo, "+act, strings.TrimPrefix(report, in(p.analytical, ""))+"/undo")
	}
	w.see("report of what was left", w.change("resume all, none of which is suspended", "/accounts/batches", "act", "resume", "all", "1").location())
	if x = w.see("tree", in(p.analytical, "/accounts")); !strings.Contains(x.Text(), "All 20,005 that match") {
		t.Errorf("after undoing all, the tree says %s", x.Find("#bulk").Text())
	}
	w.see("ask to delete East", below(p.analytical, p.east, "/delete"))
	w.change("delete East", "/accounts/"+p.east.ID.String()+"/delete", "name", "East", "along", "1")
	w.see("ask to delete all", in(p.analytical, "/settings/account/delete"))
	w.change("delete all", "/settings/account/delete", "name", "Analytical", "along", "1")
	w.get(in(p.analytical, "")).want(t, http.StatusNotFound)
}
