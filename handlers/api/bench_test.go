package api_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers"
	"bailiwick/models"
	"bailiwick/models/program"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// A child of the benchmark asks, so that its time is not the panel's.
const childURL, childKey, childTimes = "BENCH_CHILD_URL", "BENCH_CHILD_KEY", "BENCH_CHILD_TIMES"

func init() {
	at := os.Getenv(childURL)
	if at == "" {
		return
	}
	times, _ := strconv.Atoi(os.Getenv(childTimes))
	client := http.Client{Transport: &http.Transport{DisableCompression: true}}
	for range times {
		r, err := http.NewRequest(http.MethodGet, at, nil)
		if err == nil {
			r.Header.Set("Authorization", "Bearer "+os.Getenv(childKey))
			var answer *http.Response
			if answer, err = client.Do(r); err == nil {
				_, err = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				if answer.StatusCode != http.StatusOK {
					err = fmt.Errorf("status %d", answer.StatusCode)
				}
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(0)
}

// apiBench is a panel with an account of 50 contacts, and a program with its key.
type apiBench struct {
	panel     http.Handler
	key       string
	list, one string // addresses, without the host
	url       string // of the database
	calls     int
}

func newAPIBench(b *testing.B) *apiBench {
	b.Helper()
	ctx, secret, x := context.Background(), make([]byte, 32), &apiBench{url: pgtest.Clone(b)}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	// Each call comes a second after the one before, so that the key may make it.
	clock := func() time.Time { return time.Now().Add(time.Duration(x.calls) * time.Second) }
	s, err := models.Open(ctx, store.Config{URL: x.url, Catalog: catalog.MustLoad(), Secret: secret, MaxConns: 8, Now: clock})
	must(err)
	b.Cleanup(s.Close)
	ada, _, err := s.SignUp(ctx, "Ada", "ada@example.com", "four plain english words")
	must(err)
	a, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
	must(err)
	grant := func(permission string) authz.Grant {
		g, err := s.Access().Authorize(ada.Actor(), s.Catalog().Permission(permission), a.ID)
		must(err)
		return g
	}
	made, err := s.CreateKey(ctx, grant("api_keys.edit"), uuid.Nil, program.KeyInput{Name: "Nightly", Never: true})
	must(err)
	x.key, x.list = made.Secret, "/api/v1/a/me/contacts"
	for i := range record.Page {
		r, _, err := s.CreateRecord(ctx, grant("contacts.edit"), record.Place{Section: s.Catalog().Section("contacts")}, map[string]any{
			"name": fmt.Sprintf("Contact %d", i), "phone": fmt.Sprintf("+4930901%03d", i), "email": fmt.Sprintf("contact%d@example.com", i),
		})
		must(err)
		x.one = x.list + "/" + r.ID.String()
	}
	x.panel, err = handlers.New(s, handlers.Config{PublicURL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Secret: secret, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(err)
	return x
}

func (x *apiBench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.calls++
	x.panel.ServeHTTP(w, r)
}

// bare answers with the bytes of an address, and does nothing else.
func (x *apiBench) bare(b *testing.B, path string) http.Handler {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
	r.Header.Set("Authorization", "Bearer "+x.key)
	answer := httptest.NewRecorder()
	x.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", path, answer.Code, answer.Body)
	}
	e, bytes := echo.New(), answer.Body.Bytes()
	e.GET("/api/*", func(c echo.Context) error { return c.Blob(http.StatusOK, "application/json", bytes) })
	return e
}

// lean answers with the bytes of an address too, and asks the database before for what
// cannot be left out: the key, and the rows that are sent.
func (x *apiBench) lean(b *testing.B, path string) http.Handler {
	b.Helper()
	config, err := pgxpool.ParseConfig(pgtest.OwnerURL(x.url))
	if err != nil {
		b.Fatal(err)
	}
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec // as the panel asks for rows
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET app.scope = 'system'")
		return err
	}
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	all := func(ctx context.Context, sql string, args ...any) error {
		rows, err := pool.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			rows.RawValues()
		}
		return rows.Err()
	}
	bare, most := x.bare(b, path), 50
	if path == x.one {
		most = 1
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash := sha256.Sum256([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
		err := all(r.Context(), "SELECT k.* FROM api_keys k WHERE k.hash = $1", hash[:])
		if err == nil {
			err = all(r.Context(), "SELECT * FROM records WHERE kind = 'contact' ORDER BY created_at DESC, id DESC LIMIT $1", most)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		bare.ServeHTTP(w, r)
	})
}

// cpu is the processor time of this process for a call over HTTP, in microseconds: the
// database's and the caller's are their own.
func (x *apiBench) cpu(b *testing.B, h http.Handler, path string) float64 {
	b.Helper()
	const calls = 400
	server := httptest.NewServer(h)
	defer server.Close()
	ask := func(times int) {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childURL+"="+server.URL+path, childKey+"="+x.key, childTimes+"="+strconv.Itoa(times))
		if out, err := child.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, strings.TrimSpace(string(out)))
		}
	}
	ask(20)
	began := processorTime()
	ask(calls)
	return float64((processorTime() - began).Microseconds()) / calls
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAPI asks for one record and for a page of 50, in turns with a bare Echo
// handler that has the same bytes in memory, and with one that first asks the database
// for the key and the rows: processor time of the process, the median over many turns.
func BenchmarkAPI(b *testing.B) {
	x := newAPIBench(b)
	for _, what := range []struct{ name, path string }{{"get", x.one}, {"list", x.list}} {
		b.Run(what.name, func(b *testing.B) {
			peers := []http.Handler{x.bare(b, what.path), x.lean(b, what.path), x}
			took, ratios := make([][]float64, len(peers)), make([][]float64, len(peers))
			for i := 0; i < b.N || i < 7*400; i += 400 {
				for k, h := range peers {
					took[k] = append(took[k], x.cpu(b, h, what.path))
				}
				call := took[2][len(took[2])-1]
				for k := range peers {
					ratios[k] = append(ratios[k], call/took[k][len(took[k])-1])
				}
			}
			b.ReportMetric(0, "ns/op")
			for k, name := range []string{"bare", "lean", "call"} {
				slices.Sort(took[k])
				slices.Sort(ratios[k])
				b.ReportMetric(took[k][len(took[k])/2], name+"-us")
				if name != "call" {
					b.ReportMetric(ratios[k][len(ratios[k])/2], "x-"+name)
					b.ReportMetric(ratios[k][1], "x-"+name+"-low")
					b.ReportMetric(ratios[k][len(ratios[k])-2], "x-"+name+"-high")
				}
			}
		})
	}
}

// BenchmarkRoutes makes the route table with all operations, as each panel does when it
// starts.
func BenchmarkRoutes(b *testing.B) {
	s, err := models.Open(b.Context(), store.Config{URL: pgtest.Clone(b), Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		if len(handlers.Table(s)) < 1000 {
			b.Fatal("hardly any routes")
		}
	}
}
