package people_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers"
	"bailiwick/handlers/audit"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
	"bailiwick/models"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
	views "bailiwick/views/people"
)

// subuserBench is a panel with Ada signed in, and a full page of subusers.
type subuserBench struct {
	panel   http.Handler
	trips   func(context.Context) // asks the database what the page does, and nothing else
	path    string
	cookies []*http.Cookie
	page    views.SubuserListPage // as the panel fills it
}

func newSubuserBench(b *testing.B) *subuserBench {
	b.Helper()
	ctx, secret := context.Background(), make([]byte, 32)
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	s, err := models.Open(ctx, store.Config{URL: pgtest.Clone(b), Catalog: catalog.MustLoad(), Secret: secret, MaxConns: 8})
	must(err)
	b.Cleanup(s.Close)
	const password = "four plain english words"
	ada, _, err := s.SignUp(ctx, "Ada", "ada@example.com", password)
	must(err)
	a, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
	must(err)
	grant, err := s.Access().Authorize(ada.Actor(), s.Catalog().Permission("subuser_create"), a.ID)
	must(err)
	roles := []string{"Admin", "Developer", "Supervisor", "Support"}
	for i := range 2 * persons.SubuserPage {
		_, err := s.CreateSubuser(ctx, grant, persons.SubuserInput{
			Name: fmt.Sprintf("subuser-%03d", i), Description: "Answers in the evening", Roles: roles[i%4 : i%4+1], Link: true,
		})
		must(err)
	}
	config := handlers.Config{PublicURL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Secret: secret, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	x := &subuserBench{path: page.AccountPath(a.ID, "/settings/subusers")}
	x.panel, err = handlers.New(s, config)
	must(err)
	form := strings.NewReader(url.Values{"email": {ada.Email}, "password": {password}}.Encode())
	signIn := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/sign-in", form)
	signIn.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	x.panel.ServeHTTP(answer, signIn)
	x.cookies = answer.Result().Cookies()
	if answer.Code != http.StatusSeeOther {
		b.Fatalf("Ada can not sign in: %d", answer.Code)
	}
	answer = httptest.NewRecorder()
	x.panel.ServeHTTP(answer, x.request())
	x.cookies = append(x.cookies, answer.Result().Cookies()...) // which account she was in last

	look, err := s.Access().Authorize(ada.Actor(), s.Catalog().Permission("subusers"), a.ID)
	must(err)
	x.trips = func(ctx context.Context) {
		if _, _, err := s.SessionAt(ctx, "no session's token", a.ID, x.path); !errors.Is(err, store.ErrNotFound) {
			panic(err)
		}
		if _, err := s.Subusers(ctx, look, persons.Filter{Counted: true}); err != nil {
			panic(err)
		}
	}

	// The same page from memory needs what the panel fills it with.
	base, err := page.New(s, config)
	must(err)
	must(base.Mount(echo.New(), handlers.Over(base).Routes()))
	full, e := base.Nav, echo.New()
	h := people.New(base, audit.New(base))
	must(base.Mount(e, []guard.Route{guard.In(page.Get, "/settings/subusers", "subusers", func(c echo.Context, g authz.Grant) (err error) {
		base.Nav = full
		x.page, err = h.SubuserListPage(c, g)
		return err
	}).PageAlone("is drawn for a benchmark")}))
	e.ServeHTTP(httptest.NewRecorder(), x.request())
	sent, again := x.ask(b, x.panel), x.ask(b, x.memory(b, nil))
	if len(x.page.List.Table.Rows) != persons.SubuserPage || !bytes.Equal(sent, again) {
		b.Fatalf("the pages differ: %d rows, %d and %d bytes", len(x.page.List.Table.Rows), len(sent), len(again))
	}
	return x
}

func (x *subuserBench) request() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+x.path, nil)
	for _, c := range x.cookies {
		r.AddCookie(c)
	}
	return r
}

func (x *subuserBench) ask(b *testing.B, h http.Handler) []byte {
	b.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, x.request())
	if answer.Code != http.StatusOK {
		b.Fatalf("status %d", answer.Code)
	}
	return answer.Body.Bytes()
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// memory draws the page and sends it, compressed alike, and does nothing else but what
// comes before.
func (x *subuserBench) memory(b *testing.B, before func(context.Context)) http.Handler {
	b.Helper()
	h, err := page.Compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before != nil {
			before(r.Context())
		}
		buffer := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(buffer)
		buffer.Reset()
		if err := views.SubuserList(x.page).Render(r.Context(), buffer); err != nil {
			panic(err)
		}
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		_, _ = w.Write(buffer.Bytes()) // to memory
	}))
	if err != nil {
		b.Fatal(err)
	}
	return h
}

// discard is a browser that wants pages compressed and does not look at them.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

const listTurn = 50 // requests

// cpu is the processor time of the process, in microseconds a request: the
// database's is its own.
func (x *subuserBench) cpu(h http.Handler) float64 {
	began := processTime()
	for range listTurn {
		r := x.request()
		r.Header.Set("Accept-Encoding", "gzip")
		h.ServeHTTP(discard{http.Header{}}, r)
	}
	return float64((processTime() - began).Microseconds()) / listTurn
}

func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkSubuserList asks for a signed-in list page of 50 rows, compressed, in
// turns with its limit, the same page from memory, and with that limit and the database's
// answers. All are the process's processor time, the median over many turns.
func BenchmarkSubuserList(b *testing.B) {
	x := newSubuserBench(b)
	memory, asking := x.memory(b, nil), x.memory(b, x.trips)
	var limits, asked, pages, ratios []float64
	x.cpu(memory)
	x.cpu(asking)
	x.cpu(x.panel)
	b.ResetTimer()
	for i := 0; i < b.N || len(pages) < 5; i += listTurn {
		limit, page := x.cpu(memory), x.cpu(x.panel)
		asked = append(asked, x.cpu(asking))
		limits, pages, ratios = append(limits, limit), append(pages, page), append(ratios, page/limit)
	}
	slices.Sort(ratios)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(limits), "limit-us")
	b.ReportMetric(median(pages), "page-us")
	b.ReportMetric(median(asked), "asking-us")
	b.ReportMetric(median(pages)/median(limits), "x-limit")
	b.ReportMetric(median(pages)/median(asked), "x-asking")
	b.ReportMetric(float64(len(x.ask(b, x.panel)))/1000, "kB")
	b.ReportMetric(ratios[len(ratios)/10], "x-low")
	b.ReportMetric(ratios[len(ratios)*9/10], "x-high")
}

// BenchmarkSubuserListAtRate sends 200 requests a second over HTTP and tells how
// long they wait. On a busy machine this says more of the machine.
func BenchmarkSubuserListAtRate(b *testing.B) {
	x := newSubuserBench(b)
	server := httptest.NewServer(x.panel)
	defer server.Close()
	took := make(chan float64, 1<<16)
	n := min(max(b.N, 1000), cap(took))
	tick := time.NewTicker(time.Second / 200)
	defer tick.Stop()
	b.ResetTimer()
	for range n {
		<-tick.C
		go func() {
			r := x.request()
			r.RequestURI, r.URL.Host = "", server.Listener.Addr().String()
			began := time.Now()
			answer, err := http.DefaultClient.Do(r)
			if err == nil {
				_, err = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
			if err != nil || answer.StatusCode != http.StatusOK {
				took <- -1
				return
			}
			took <- time.Since(began).Seconds() * 1000
		}()
	}
	all := make([]float64, n)
	for i := range all {
		if all[i] = <-took; all[i] < 0 {
			b.Fatal("a request failed")
		}
	}
	slices.Sort(all)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(all[n/2], "p50-ms")
	b.ReportMetric(all[n*99/100], "p99-ms")
}
