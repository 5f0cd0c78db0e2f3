package handlers_test

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"bailiwick/handlers"
)

// overHTTPS serves the panel at an https address.
func (p *panel) overHTTPS() *panel {
	p.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	e, err := handlers.New(p.store, handlers.Config{PublicURL: &url.URL{Scheme: "https", Host: server.Listener.Addr().String()}, Secret: p.config.Secret, SendsMail: true,
		Log: slog.New(slog.NewTextHandler(logTo(p.t), &slog.HandlerOptions{Level: slog.LevelError}))})
	must(p.t, err)
	server.Config.Handler = e
	server.StartTLS()
	p.t.Cleanup(server.Close)
	p.server = server
	return p
}

// cookieWatch sees every cookie that a panel sets.
type cookieWatch struct {
	http.RoundTripper
	seen func(at, header string)
}

func (w cookieWatch) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.RoundTripper.RoundTrip(r)
	if err == nil {
		for _, header := range res.Header.Values("Set-Cookie") {
			w.seen(r.Method+" "+r.URL.Path, header)
		}
	}
	return res, err
}

// Grace walks the whole panel over HTTPS: each cookie is of this host alone, out of
// reach of scripts and of plain HTTP.
func TestEveryCookieOverHTTPSIsOfThisHostAlone(t *testing.T) {
	p := newPanel(t).overHTTPS()
	set := map[string]bool{}
	client := p.server.Client()
	client.Transport = cookieWatch{client.Transport, func(at, header string) {
		cookie, err := http.ParseSetCookie(header)
		must(t, err)
		name, ok := strings.CutPrefix(cookie.Name, "__Host-")
		if !ok || cookie.Path != "/" || cookie.Domain != "" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
			t.Errorf("%s sets %s", at, header)
		}
		if cookie.MaxAge < 0 {
			name += " taken away"
		}
		set[name] = true
	}}
	for _, l := range p.oneTimeLinks() {
		p.browser().byLink(l.link, values(l.form...)).want(t, http.StatusSeeOther)
	}
	grace := p.as(p.grace)
	phone, _ := grace.setUp(p)
	grace = p.browser()
	grace.post("/sign-in", values("email", p.grace.Email, "password", password)).want(t, http.StatusSeeOther)
	if got := grace.post("/sign-in/code", values("code", phone.code())).want(t, http.StatusSeeOther); got.header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over HTTPS")
	}
	for _, r := range handlers.Table(p.store) {
		if inside, ok := strings.CutPrefix(r.Path, "/a/:account"); ok && r.Method == http.MethodGet && !strings.Contains(inside, ":") {
			grace.get(in(p.analytical, inside))
		} else if !ok && r.Method == http.MethodGet && !strings.Contains(r.Path, ":") {
			grace.get(r.Path)
		}
	}
	grace.send(in(p.analytical, profile), "name", "Grace Hopper").want(t, http.StatusSeeOther)
	grace.get(in(p.analytical, profile)).want(t, http.StatusOK).says(t, "Grace Hopper")
	grace.send("/sign-out").want(t, http.StatusSeeOther)

	want := []string{
		"bailiwick", "bailiwick taken away", "bailiwick-at", "bailiwick-browser", "bailiwick-code", "bailiwick-code taken away", "bailiwick-recent",
		"bailiwick-said", "bailiwick-said taken away",
	}
	for _, link := range []string{"confirm-email", "invites", "reset-password", "set-password", "undo-email", "verify-email"} {
		want = append(want, "bailiwick-"+link, "bailiwick-"+link+" taken away")
	}
	if got := slices.Sorted(maps.Keys(set)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("set were %q, want %q", got, want)
	}
}

// What script tells of the reader's time zone is believed under the name that no
// other host can set.
func TestTheTimeZoneOverHTTPSIsOfThisHostAlone(t *testing.T) {
	p := newPanel(t).overHTTPS()
	ada := p.as(p.ada)
	at, err := url.Parse(ada.base)
	must(t, err)
	for _, one := range []struct{ name, zone string }{{"zone", "UTC"}, {"__Host-zone", "JST"}} {
		ada.client.Jar.SetCookies(at, []*http.Cookie{{Name: one.name, Value: "Asia/Tokyo", Path: "/", Secure: true}})
		if got := ada.get("/sessions").want(t, http.StatusOK); !strings.Contains(got.body, " "+one.zone) {
			t.Errorf("a cookie %s does not make times %s", one.name, one.zone)
		}
	}
}
