package account_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	accounts "bailiwick/handlers/account"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

var million = flag.Bool("million", false, "run benchmarks with a million accounts too, which takes minutes")

// commits notes when the last transaction was committed.
type commits struct{ at time.Time }

type commitKey struct{}

func (c *commits) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if strings.EqualFold(d.SQL, "commit") && c.at.IsZero() {
		return context.WithValue(ctx, commitKey{}, true)
	}
	return ctx
}

func (c *commits) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(commitKey{}) != nil {
		c.at = time.Now()
	}
}

const bulk = `
INSERT INTO accounts (tenant_id, id, parent_id, kind, name, owner_id, depth, path, created_at)
	SELECT tenant_id, sub, id, 'sub', 'Town ' || n, owner_id, 1, path || '/' || sub, now()
	FROM accounts, generate_series(1, %d) n, LATERAL (SELECT ('02000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS sub) made
	WHERE name = 'Analytical'`

// BenchmarkSelectAll gives one entitlement to all sub-accounts of an agency and
// takes it back, in turns: how long until it is committed, how long until it is
// in force and answered, and how much the database wrote to its log for it. With
// them stand what people wait for around it, and opening a store of that size.
func BenchmarkSelectAll(b *testing.B) {
	for _, n := range []int{20_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if n > 20_000 && !*million {
				b.Skip("needs -million")
			}
			selectAll(b, n)
		})
	}
}

func selectAll(b *testing.B, n int) {
	ctx, address := context.Background(), pgtest.Clone(b)
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	committed := &commits{}
	open := func() *models.Store {
		b.Helper()
		s, err := models.Open(ctx, store.Config{URL: address, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 4, Tracer: committed})
		must(err)
		return s
	}
	small := open()
	ada, _, err := small.SignUp(ctx, "Ada", "ada@example.com", "four plain english words")
	must(err)
	agency, err := small.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
	must(err)
	small.Close()
	direct := pgtest.Direct(b, address)
	for _, sql := range strings.Split(fmt.Sprintf(bulk, n), ";") {
		_, err = direct.Exec(ctx, sql)
		must(err)
	}
	_, err = direct.Exec(ctx, "ANALYZE accounts")
	must(err)
	log := func() (bytes float64) {
		must(direct.QueryRow(ctx, "SELECT pg_current_wal_insert_lsn() - '0/0'").Scan(&bytes))
		return bytes
	}
	timed := func(do func()) float64 {
		start := time.Now()
		do()
		return time.Since(start).Seconds() * 1000
	}

	var store *models.Store
	opening := timed(func() { store = open() })
	defer store.Close()
	grant, err := store.Access().Authorize(ada.Actor(), store.Catalog().Permission("entitlements.edit"), agency.ID)
	must(err)
	logs := store.Catalog().Entitlement("logs")
	var until, answered, written, asked, shown []float64
	b.ResetTimer()
	for i := range max(b.N, 5) {
		allowed := i%2 == 1
		asked = append(asked, timed(func() {
			effect, err := store.SelectAllEffect(ctx, grant, logs, account.Filter{}, allowed)
			must(err)
			if effect.Changed != n {
				b.Fatalf("%d would change, want %d", effect.Changed, n)
			}
		}))
		before, start := log(), time.Now()
		committed.at = time.Time{}
		result, err := store.SelectAll(ctx, grant, logs.Key, account.Filter{}, allowed)
		answered = append(answered, time.Since(start).Seconds()*1000)
		must(err)
		until, written = append(until, committed.at.Sub(start).Seconds()*1000), append(written, log()-before)
		if result.Changed != n {
			b.Fatalf("%d changed, want %d", result.Changed, n)
		}
		shown = append(shown, timed(func() {
			_, err := store.AccountsBelow(ctx, grant, account.Filter{Limit: accounts.MatrixSize + 1})
			must(err)
			_, err = store.CountEntitlements(ctx, grant, account.Filter{}, store.Catalog().Tabs[0].Entitlements)
			must(err)
		}))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(until), "commit-ms")
	b.ReportMetric(median(answered), "answer-ms")
	b.ReportMetric(median(written), "wal-B")
	b.ReportMetric(median(asked), "ask-ms")
	b.ReportMetric(median(shown), "page-ms")
	b.ReportMetric(opening, "open-ms")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
