package handlers_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"bailiwick/handlers"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// TestDatabaseGoneDeniesAndHeals takes the database away while somebody is
// signed in: nothing is answered from what was known, and it heals by itself.
func TestDatabaseGoneDeniesAndHeals(t *testing.T) {
	var database string
	p := newPanel(t, func(c *store.Config) { database, c.Slack = c.URL, 1 })
	ada := p.as(p.ada)
	page := in(p.analytical, "/calls")
	ada.get(page).want(t, http.StatusOK)

	ctx := context.Background()
	u, err := url.Parse(database)
	must(t, err)
	name := strings.TrimPrefix(u.Path, "/")
	admin, err := pgx.Connect(ctx, pgtest.AdminURL())
	must(t, err)
	defer admin.Close(ctx)
	for _, sql := range []string{
		"ALTER DATABASE " + name + " ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'",
	} {
		_, err := admin.Exec(ctx, sql)
		must(t, err)
	}
	began := time.Now()
	for range 3 {
		if got := ada.get(page).want(t, http.StatusServiceUnavailable); got.header.Get("Retry-After") == "" {
			t.Error("the answer does not say when to try again")
		}
	}
	ada.get("/healthz").want(t, http.StatusServiceUnavailable)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("four denials took %s", took)
	}
	_, err = admin.Exec(ctx, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true")
	must(t, err)
	ada.get(page).want(t, http.StatusOK)
}

// TestClientGoneIsNoFault leaves before the answer: that is nothing an operator has to look at.
func TestClientGoneIsNoFault(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	req := httptest.NewRequest(http.MethodGet, p.server.URL+in(p.analytical, "/calls"), nil)
	for _, c := range ada.client.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	got := httptest.NewRecorder()
	p.server.Config.Handler.ServeHTTP(got, req.WithContext(ctx))
	if got.Code >= http.StatusInternalServerError {
		t.Errorf("status %d", got.Code)
	}
}

// TestTooMuchIsRefused sends more than a form may hold.
func TestTooMuchIsRefused(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.send("/accounts", "name", strings.Repeat("x", 2<<20)).want(t, http.StatusRequestEntityTooLarge)
}

func TestTextThatIsNoneIsRefused(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for _, none := range []string{"\x00", "\xff"} {
		p.browser().post("/sign-in", values("email", none, "password", none)).want(t, http.StatusBadRequest)
		ada.get("/accounts?q="+url.QueryEscape(none)).want(t, http.StatusBadRequest)
	}
}

func TestHeadIsGetWithoutItsBody(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for path, status := range map[string]int{"/healthz": http.StatusOK, in(p.analytical, ""): http.StatusOK, in(p.malloryville, ""): http.StatusNotFound} {
		req, err := http.NewRequest(http.MethodHead, ada.base+path, nil)
		must(t, err)
		if got := ada.do(req).want(t, status); got.body != "" {
			t.Errorf("HEAD %s answers with a body", path)
		}
	}
}

func TestARequestIsNamedReadably(t *testing.T) {
	b := newPanel(t).browser()
	for given, kept := range map[string]bool{"proxy-7.4_a": true, "a<b": false, "a b": false, strings.Repeat("x", 65): false} {
		req, err := http.NewRequest(http.MethodGet, b.base+"/sign-in", nil)
		must(t, err)
		req.Header.Set("X-Request-Id", given)
		if got := b.do(req).want(t, http.StatusOK).header.Get("X-Request-Id"); got == "" || (got == given) != kept {
			t.Errorf("a request named %q is called %q", given, got)
		}
	}
}

// Ownership is no role of a set: not where it does not help, and not among the
// roles that would.
func TestOwnershipIsNoSubuserRole(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.analytical, "sue", "Supervisor")
	for path, b := range map[string]*browser{"/numbers/reserved_numbers": p.as(p.ada), "/settings/webhooks": p.asSubuser(link, "sue"), "/billing/dashboard": p.asSubuser(link, "sue")} {
		if got := b.get(in(p.analytical, path)).want(t, http.StatusForbidden).Text(); strings.Contains(got, "Subuser role: Account owner") {
			t.Errorf("%s: %s", path, strings.Join(strings.Fields(got), " "))
		}
	}
	p.as(p.ada).get(in(p.analytical, "/numbers/reserved_numbers")).says(t, "Owning the account does not give it here.")
	p.asSubuser(link, "sue").get(in(p.analytical, "/settings/webhooks")).says(t, "No role that you can be given here does.")
}

// TestDenialsAreLogged has Edsger, a viewer in East, try to change and to look
// where he may not: the log names him, what he lacks, where and why.
func TestDenialsAreLogged(t *testing.T) {
	p := newPanel(t)
	public, err := url.Parse(p.server.URL)
	must(t, err)
	var log bytes.Buffer
	e, err := handlers.New(p.store, handlers.Config{PublicURL: public, Secret: p.config.Secret, Log: slog.New(slog.NewTextHandler(&log, nil))})
	must(t, err)
	p.server.Config.Handler = e
	edsger := p.as(p.edsger)
	edsger.get(in(p.east, "/members/invites/new")).want(t, http.StatusForbidden)
	edsger.get(in(p.west, "/calls")).want(t, http.StatusNotFound)
	for _, want := range []string{
		"denied.permission=members.add denied.account=" + p.east.ID.String() + ` denied.reason="role lacks it"`,
		"denied.permission=calls denied.account=" + p.west.ID.String() + ` denied.reason="no role here"`,
	} {
		if !strings.Contains(log.String(), "principal=member:"+p.edsger.ID.String()+" "+want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
}
