package handlers_test

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "4") // they wait for the database more than they compute
	os.Exit(modelstest.Main(m))
}

const password = "four plain english words"

// panel is a running panel with the cast.
type panel struct {
	t      testing.TB
	store  *models.Store
	clock  *clock
	server *httptest.Server
	config store.Config
	cast
}

// cast is who plays: Ada owns the agency Analytical with the sub-accounts East, East
// Berlin below it, and West; Grace is its Admin, Edsger a viewer in East, Barbara an
// editor in West; Mallory owns Malloryville.
type cast struct {
	ada, grace, edsger, barbara, mallory         login.Member
	analytical, east, berlin, west, malloryville account.Account
}

// theCast is on stage in each copy of its database.
var theCast struct {
	pgtest.Template
	cast
}

// alone is a test that looks at how long things take: no other runs meanwhile.
type alone struct{ *testing.T }

func newPanel(t testing.TB, with ...func(*store.Config)) *panel {
	t.Helper()
	if t, ok := t.(*testing.T); ok { // each has a database of its own
		t.Parallel()
	}
	p := panelOn(t, theCast.Clone(t, func(url string) { theCast.cast = panelOn(t, url).casting() }))
	p.cast = theCast.cast
	for _, change := range with {
		change(&p.config)
	}
	p.open()
	return p
}

// panelOn is a panel that may be opened on a database.
func panelOn(t testing.TB, url string) *panel {
	p := &panel{t: t, clock: &clock{}}
	p.config = store.Config{URL: url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 8, Now: p.clock.now, Slack: 10}
	return p
}

// casting brings the cast into an empty database, and leaves it.
func (p *panel) casting() cast {
	ctx, t := context.Background(), p.t
	var err error
	p.store, err = modelstest.Open(ctx, p.config)
	must(t, err)
	defer p.store.Close()
	store := p.store
	for _, m := range []struct {
		into *login.Member
		name string
	}{{&p.ada, "Ada"}, {&p.grace, "Grace"}, {&p.edsger, "Edsger"}, {&p.barbara, "Barbara"}, {&p.mallory, "Mallory"}} {
		*m.into, _, err = store.SignUp(ctx, m.name, strings.ToLower(m.name)+"@example.com", password)
		must(t, err)
	}
	p.analytical, err = store.CreateMainAccount(ctx, authz.Self(p.ada.Actor()), "Analytical")
	must(t, err)
	p.malloryville, err = store.CreateMainAccount(ctx, authz.Self(p.mallory.Actor()), "Malloryville")
	must(t, err)
	subs, err := store.CreateSubAccounts(ctx, p.grant(p.ada, "sub_accounts.create", p.analytical), []string{"East", "West"})
	must(t, err)
	p.east, p.west = subs[0], subs[1]
	subs, err = store.CreateSubAccounts(ctx, p.grant(p.ada, "sub_accounts.create", p.east), []string{"East Berlin"})
	must(t, err)
	p.berlin = subs[0]
	must(t, store.AddMember(ctx, p.grant(p.ada, "members.add", p.analytical), p.grace.ID, "account:admin"))
	must(t, store.AddMember(ctx, p.grant(p.ada, "members.add", p.east), p.edsger.ID, "member:full_viewer"))
	must(t, store.AddMember(ctx, p.grant(p.ada, "members.add", p.west), p.barbara.ID, "member:full_editor"))
	p.mailman("", "") // the letters of a test are its own
	return p.cast
}

// open starts the panel on its database, anew if it runs.
func (p *panel) open() {
	p.t.Helper()
	store, err := modelstest.Open(context.Background(), p.config)
	must(p.t, err)
	p.t.Cleanup(store.Close)
	server := httptest.NewUnstartedServer(nil)
	public := &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}
	e, err := handlers.New(store, handlers.Config{PublicURL: public, Secret: p.config.Secret, Log: slog.New(slog.NewTextHandler(logTo(p.t), &slog.HandlerOptions{Level: slog.LevelError}))})
	must(p.t, err)
	server.Config.Handler = e
	server.Start()
	p.t.Cleanup(server.Close)
	p.store, p.server = store, server
}

// clock is the time, moved by hand.
type clock struct {
	ahead atomic.Int64
	stood atomic.Pointer[time.Time]
}

func (c *clock) now() time.Time {
	if t := c.stood.Load(); t != nil {
		return *t
	}
	return time.Now().Add(time.Duration(c.ahead.Load()))
}

// stand stops the clock at a time.
func (c *clock) stand(t time.Time) { c.stood.Store(&t) }

func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// grant is what the guard gives a member for a permission at an account.
func (p *panel) grant(m login.Member, permission string, a account.Account) authz.Grant {
	p.t.Helper()
	g, err := p.store.Access().Authorize(m.Actor(), p.store.Catalog().Permission(permission), a.ID)
	must(p.t, err)
	return g
}

// subuser makes a subuser of an account and gives its login link.
func (p *panel) subuser(a account.Account, name string, roles ...string) (people.Subuser, string) {
	p.t.Helper()
	owner := p.ada
	if a.TenantID == p.malloryville.ID {
		owner = p.mallory
	}
	made, err := p.store.CreateSubuser(context.Background(), p.grant(owner, "subuser_create", a), people.SubuserInput{Name: name, Roles: roles, Password: password})
	must(p.t, err)
	return made.Subuser, made.LoginLink
}

// browser is one person's browser.
type browser struct {
	t      testing.TB
	client *http.Client
	base   string
}

func (p *panel) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{p.t, &http.Client{Transport: p.server.Client().Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, p.server.URL}
}

// page is an answer.
type page struct {
	*goquery.Document
	status int
	header http.Header
	body   string
}

func (x page) location() string { return x.header.Get("Location") }

func (b *browser) do(req *http.Request) page {
	b.t.Helper()
	res, err := b.client.Do(req)
	must(b.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(b.t, err)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	must(b.t, err)
	fillMenus(doc)
	return page{doc, res.StatusCode, res.Header, string(body)}
}

// fillMenus puts each row's menu behind its dots, as script does when it opens.
func fillMenus(doc *goquery.Document) {
	doc.Find("[data-menu]").Each(func(_ int, dots *goquery.Selection) {
		n, _ := strconv.Atoi(dots.AttrOr("data-menu", ""))
		shared, _ := dots.Closest("table").Find("template").Eq(n).Html()
		dots.AfterHtml(`<div class="row-menu">` + strings.ReplaceAll(shared, ":row", rowID(dots.Closest("tr"))) + `</div>`)
	})
	doc.Find("table > template").Remove()
}

// rowID is the id that a row's menu is for.
func rowID(tr *goquery.Selection) string {
	return tr.Find("[data-row]").AttrOr("data-row", tr.Find("[name=id]").AttrOr("value", ""))
}

func (b *browser) get(path string) page {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.base+path, nil)
	must(b.t, err)
	return b.do(req)
}

// Post sends a form as it is.
func (b *browser) post(path string, form url.Values) page {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// send posts a form with the session's token, as a page's form would.
func (b *browser) send(path string, pairs ...string) page {
	b.t.Helper()
	form := values(pairs...)
	form.Set("token", b.token())
	return b.post(path, form)
}

func values(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// token is what the forms of the session carry.
func (b *browser) token() string {
	b.t.Helper()
	value, _ := b.get("/sessions").Find("input[name=token]").First().Attr("value")
	if value == "" {
		b.t.Fatal("no form token: not signed in?")
	}
	return value
}

func (p *panel) as(m login.Member) *browser {
	p.t.Helper()
	b := p.browser()
	if got := b.post("/sign-in", values("email", m.Email, "password", password)); got.status != http.StatusSeeOther {
		p.t.Fatalf("%s can not sign in: %d", m.Name, got.status)
	}
	return b
}

func (p *panel) asSubuser(link, name string) *browser {
	p.t.Helper()
	b := p.browser()
	if got := b.post("/login/"+link, values("name", name, "password", password)); got.status != http.StatusSeeOther {
		p.t.Fatalf("%s can not sign in: %d", name, got.status)
	}
	return b
}

func in(a account.Account, path string) string { return inID(a.ID, path) }

func inID(id uuid.UUID, path string) string { return "/a/" + id.String() + path }

// want fails unless the answer has the status.
func (x page) want(t testing.TB, status int) page {
	t.Helper()
	if x.status != status {
		t.Fatalf("status %d, want %d\n%s", x.status, status, strings.Join(strings.Fields(x.Text()), " "))
	}
	return x
}

// logTo shows what the panel logs as an error with the test.
func logTo(t testing.TB) io.Writer { return testLog{t} }

type testLog struct{ testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}
