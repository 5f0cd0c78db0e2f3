package handlers_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/handlers"
	"bailiwick/models/account"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// switcher are the titles of the switcher's groups, each with the accounts in it.
func (x page) switcher() map[string]string {
	groups := map[string]string{}
	x.Find("ul").Each(func(_ int, ul *goquery.Selection) {
		var names []string
		ul.Find("a span:first-child").Each(func(_ int, s *goquery.Selection) { names = append(names, s.Text()) })
		groups[ul.AttrOr("aria-label", "")] = strings.Join(names, ", ")
	})
	return groups
}

func TestTheSwitcherBeginsWithWhatWasUsedLast(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for _, a := range []account.Account{p.west, p.berlin, p.east, p.analytical, p.berlin} {
		ada.get(in(a, "")).want(t, http.StatusOK)
	}
	at := "/accounts/switcher?at=" + p.berlin.ID.String()
	got := ada.get(at).want(t, http.StatusOK)
	if last := got.switcher()["Last used"]; last != "Analytical, East, West" {
		t.Errorf("last used: %q", last)
	}
	if tree := got.switcher()["Analytical"]; tree != "Analytical, East, East Berlin, West" {
		t.Errorf("the tree: %q", tree)
	}
	got.says(t, "Account owner")
	if found := ada.get("/accounts/switcher?q=berlin").switcher(); found["Last used"] != "" || found["East Berlin"] != "East Berlin" {
		t.Errorf("a search: %v", found)
	}
	// What is not hers any more is not shown, though the browser still asks for it.
	must(t, p.store.OfferOwnership(context.Background(), p.grant(p.ada, "account.manage", p.analytical), p.analytical.ID, p.grace.ID, true))
	offers, err := p.store.OffersTo(context.Background(), authz.Self(p.grace.Actor()))
	must(t, err)
	_, err = p.store.AcceptOwnership(context.Background(), authz.Self(p.grace.Actor()), offers[0].ID)
	must(t, err)
	must(t, p.store.AddMember(context.Background(), p.grant(p.grace, "members.add", p.analytical), p.barbara.ID, "main_admin"))
	must(t, p.store.RemoveMember(context.Background(), p.grant(p.grace, "members.remove", p.analytical), p.ada.ID))
	if got := ada.get(at).switcher(); got["Last used"] != "" || got["Analytical"] != "" {
		t.Errorf("what was taken from her: %v", got)
	}
	// A bare address leads to the newest one that is left.
	if got := ada.get("/").location(); strings.Contains(got, p.berlin.ID.String()) {
		t.Errorf("led to %s", got)
	}
}

// TestFiveThousandMemberships has Grace work in as many tenants.
func TestFiveThousandMemberships(t *testing.T) {
	sql := &statements{}
	var config store.Config
	p := newPanel(t, func(c *store.Config) { c.Tracer = sql; config = *c })
	direct := pgtest.Direct(t, config.URL)
	_, err := direct.Exec(t.Context(), `INSERT INTO tenants (id) SELECT ('02000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid FROM generate_series(1, 5000) n;
		INSERT INTO accounts (tenant_id, id, kind, name, owner_id, depth, path, created_at)
			SELECT id, id, 'main', 'Agency ' || right(id::text, 5), '`+p.mallory.ID.String()+`', 0, id::text, now() FROM tenants WHERE id < '03000000-0000-7000-8000-000000000000' AND id >= '02000000-0000-7000-8000-000000000000';
		INSERT INTO accounts (tenant_id, id, parent_id, kind, name, owner_id, depth, path, created_at)
			SELECT a.tenant_id, x.id, a.id, 'sub', 'Town ' || x.n, a.owner_id, 1, a.path || '/' || x.id, now()
			FROM accounts a CROSS JOIN LATERAL (SELECT n, gen_random_uuid() AS id FROM generate_series(1, 3) n WHERE a.id IS NOT NULL) x WHERE a.name LIKE 'Agency %';
		INSERT INTO memberships (tenant_id, account_id, member_id, roles, created_at)
			SELECT tenant_id, id, '`+p.grace.ID.String()+`', '{member:full_viewer}', now() FROM accounts WHERE name LIKE 'Agency %'; ANALYZE accounts, memberships`)
	must(t, err)
	must(t, direct.Close(t.Context()))
	// Another node, which begins with all of them.
	p.store, err = modelstest.Open(t.Context(), config)
	must(t, err)
	t.Cleanup(p.store.Close)
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler, err = handlers.New(p.store, handlers.Config{
		PublicURL: &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}, Secret: config.Secret, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	server.Start()
	t.Cleanup(server.Close)
	p.server = server
	w := &scaled{panel: p, browser: p.as(p.grace), sql: sql}
	w.see("switcher", "/accounts/switcher")
	for _, n := range []string{"00007", "01388"} {
		id := uuid.MustParse("02000000-0000-7000-8000-0000000" + n)
		w.get(inID(id, "")).want(t, http.StatusOK) // notes once that the session is there
		w.home(account.Account{ID: id})
	}
	if got := w.see("switcher, with last used", "/accounts/switcher").switcher()["Last used"]; got != "Agency 01388, Agency 00007" {
		t.Errorf("last used: %q", got)
	}
	if got := w.see("switcher, search for one", "/accounts/switcher?q=agency+00007"); !strings.Contains(got.Text(), "Agency 00007") || !strings.Contains(got.Text(), "Full viewer") {
		t.Errorf("the search finds %s", got.Text())
	}
	w.see("switcher, search for many", "/accounts/switcher?q=town")
	w.see("switcher, search for none", "/accounts/switcher?q=nowhere")
	w.see("accounts", "/accounts")
	w.see("accounts, search", "/accounts?q=town")
}
