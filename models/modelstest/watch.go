package modelstest

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgxpool"

	"bailiwick/models/modelstest/sqlcheck"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// Main is pgtest.Main, which fails too where a statement of the panel's is about what
// is a tenant's and what is no tenant's, or, in the scope of a tenant, does not compare
// each of a tenant's tables with that tenant.
func Main(m pgtest.Tests) int {
	debug.SetGCPercent(400) // each test leaves a whole panel behind
	code := pgtest.Main(m, Prepare)
	for _, told := range watched.offenders() {
		fmt.Fprintln(os.Stderr, told)
		code = max(code, 1)
	}
	return code
}

// Watch has a store's statements read as they are sent.
func Watch(c *store.Config) {
	if c.Tracer == nil {
		c.Tracer = &watched
	} else {
		c.Tracer = multitracer.New(c.Tracer, &watched)
	}
}

// watch reads statements with the scope that they run in.
type watch struct {
	mu      sync.Mutex
	scopes  map[*pgx.Conn]scope
	needs   map[string]reading
	refused map[string]string // SQL to where it is sent and why it is refused
	checker sqlcheck.Checker
}

// reading is what a statement is about.
type reading struct {
	needs []sqlcheck.Need
	mixed string
}

// scope is what SET LOCAL said since a transaction began.
type scope struct{ tenant, system string }

var watched = watch{scopes: map[*pgx.Conn]scope{}, needs: map[string]reading{}, refused: map[string]string{}}

// learn asks a database once which tables are a tenant's: tenants, and those whose
// primary key has a tenant in it. The rest is no tenant's.
func (w *watch) learn(ctx context.Context, pool *pgxpool.Pool) error {
	w.mu.Lock()
	known := w.checker.Tables != nil
	w.mu.Unlock()
	if known {
		return nil
	}
	rows, err := pool.Query(ctx, `SELECT c.relname, c.relname = 'tenants' OR EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
			WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant_id')
		FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`)
	if err != nil {
		return err
	}
	tables, outside := map[string]string{}, map[string]bool{}
	var name string
	var tenants bool
	if _, err := pgx.ForEachRow(rows, []any{&name, &tenants}, func() error {
		switch {
		case name == "tenants":
			tables[name] = "id"
		case tenants:
			tables[name] = "tenant_id"
		default:
			outside[name] = true
		}
		return nil
	}); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checker.Tables, w.checker.Outside = tables, outside
	return nil
}

func (w *watch) TraceQueryStart(ctx context.Context, c *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	w.see(c, d.SQL, d.Args)
	return ctx
}

func (w *watch) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (w *watch) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (w *watch) TraceBatchQuery(_ context.Context, c *pgx.Conn, d pgx.TraceBatchQueryData) {
	w.see(c, d.SQL, d.Args)
}

func (w *watch) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

var setLocal = regexp.MustCompile(`SET LOCAL app\.(tenant|scope) = '([^']*)'`)

func (w *watch) see(c *pgx.Conn, sql string, args []any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(sql)), " ")
	switch first {
	case "begin", "commit", "rollback":
		w.scopes[c] = scope{}
		return
	case "set":
		now := w.scopes[c]
		for _, m := range setLocal.FindAllStringSubmatch(sql, -1) {
			if m[1] == "tenant" {
				now.tenant = m[2]
			} else {
				now.system = m[2]
			}
		}
		w.scopes[c] = now
		return
	}
	for len(args) > 0 && isOption(args[0]) {
		args = args[1:]
	}
	if w.refused[sql] != "" {
		return
	}
	about, ok := w.needs[sql]
	if !ok {
		about = reading{w.checker.Needs(sql), w.checker.Mixed(sql)}
		w.needs[sql] = about
	}
	if about.mixed != "" {
		w.refuse(sql, about.mixed+" stand in one statement")
		return
	}
	in := w.scopes[c]
	if in.tenant == "" || in.system != "" {
		return
	}
	for _, n := range about.needs {
		if why := in.refuses(n, args); why != "" {
			w.refuse(sql, n.Table+" "+why)
			return
		}
	}
}

// refuse keeps a statement of the panel's, with why it is refused.
func (w *watch) refuse(sql, why string) {
	if from, panel := sender(); panel {
		w.refused[sql] = fmt.Sprintf("%s: %s, in\n\t%s", from, why, sql)
	}
}

// isOption tells what pgx takes before the arguments.
func isOption(x any) bool {
	switch x.(type) {
	case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
		return true
	}
	return false
}

// refuses says what is wrong with a comparison, if anything.
func (in scope) refuses(n sqlcheck.Need, args []any) string {
	value := n.Value
	switch {
	case value == "":
		return "is not compared with the tenant itself"
	case !n.Literal:
		var at int
		if _, err := fmt.Sscanf(value, "$%d", &at); err != nil || at > len(args) {
			return "is compared with what can not be read"
		}
		value = fmt.Sprint(args[at-1])
		if b, ok := args[at-1].([16]byte); ok {
			value = uuid.UUID(b).String()
		}
	}
	if value != in.tenant {
		return fmt.Sprintf("is compared with %s in the scope of %s", value, in.tenant)
	}
	return ""
}

// sender is the line of the panel's that sent a statement; tests may send what they
// like.
func sender() (line string, panel bool) {
	at := make([]uintptr, 64)
	frames := runtime.CallersFrames(at[:runtime.Callers(3, at)])
	for {
		f, more := frames.Next()
		_, file, ours := strings.Cut(f.Function, "bailiwick/")
		if ours && !strings.HasSuffix(f.File, "/store/scope.go") && !strings.HasSuffix(f.File, "/modelstest/watch.go") {
			return fmt.Sprintf("%s:%d", f.File, f.Line), !strings.HasSuffix(f.File, "_test.go") && !strings.HasPrefix(file, "models/modelstest.")
		}
		if !more {
			return "", false
		}
	}
}

func (w *watch) offenders() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, told := range w.refused {
		all = append(all, told)
	}
	slices.Sort(all)
	return all
}
