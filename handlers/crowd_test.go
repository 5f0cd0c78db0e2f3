package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	audits "bailiwick/models/audit"
	"bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// crowd fills a database whose agency has the path $root: 5,000 members and 20,000
// sub-accounts with 200,000 events in the agency, and 5,000 main accounts in which
// Grace is a viewer.
const crowd = `
CREATE FUNCTION id(what text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
	SELECT ('02' || lpad(to_hex(ascii(what)), 2, '0') || lpad(to_hex(length(what)), 4, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO members (id, name, email, email_folded, password_hash, last_sign_in, created_at)
	SELECT id('member', n), 'Charlotte Wilhelmina van der ' || n, 'charlotte.' || n || '@a-company-of-some-length.example.com', 'charlotte.' || n || '@a-company-of-some-length.example.com', '', now(), now() FROM generate_series(1, 5000) n;
INSERT INTO memberships (tenant_id, account_id, member_id, roles, created_at)
	SELECT '$root', '$root', id('member', n), '{member:reporting_viewer,account:user}', now() FROM generate_series(1, 5000) n;
INSERT INTO tenants (id, epoch) SELECT id('root', n), 1 FROM generate_series(1, 5000) n;
INSERT INTO accounts (tenant_id, id, kind, name, owner_id, depth, path, created_at)
	SELECT id('root', n), id('root', n), 'main', 'Customer of a rather long name ' || n, id('member', n), 0, id('root', n)::text, now() FROM generate_series(1, 5000) n;
INSERT INTO memberships (tenant_id, account_id, member_id, roles, created_at)
	SELECT id('root', n), id('root', n), '$grace', '{member:full_viewer}', now() FROM generate_series(1, 5000) n;
INSERT INTO accounts (tenant_id, id, parent_id, kind, name, owner_id, depth, path, created_at)
	SELECT '$root', id('sub', n), '$root', 'sub', 'Branch office number ' || n, '$ada', 1, '$root/' || id('sub', n), now() FROM generate_series(1, 20000) n;
INSERT INTO audit_events (tenant_id, account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change, previous, hash)
	SELECT '$root', '$root', 1000 + n, now() - n * interval '1 minute', 'member', id('member', n % 5000 + 1), 'Charlotte Wilhelmina van der ' || n % 5000 + 1, '192.0.2.17', 'member.edit', 'members.edit',
		'allowed account:main_admin at $root', 'member', id('member', n % 4999 + 1), 'Charlotte Wilhelmina van der ' || n % 4999 + 1,
		'{"roles": {"from": ["member:full_viewer", "member:reporting_editor"], "to": ["member:full_editor", "account:admin", "member:configuration_editor until 2027-01-01T12:00:00Z"]}}', bytea '', bytea ''
	FROM generate_series(1, 100000) n;
INSERT INTO audit_events (tenant_id, account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change, previous, hash)
	SELECT '$root', id('sub', n), k, now() - n * k * interval '10 seconds', 'member', '$ada', 'Ada', '192.0.2.17', 'contact.edit', 'contacts.edit', 'allowed subuser:MainAccount at $root', 'contact', id('sub', n), 'Person ' || n,
		jsonb_build_object('name', jsonb_build_object('from', 'Person ' || k, 'to', 'Person ' || n), 'company', jsonb_build_object('from', 'Some company', 'to', 'Another company of a longer name')), bytea '', bytea ''
	FROM generate_series(1, 20000) n, generate_series(1, 5) k;
DROP FUNCTION id;
`

// TestACrowd has Ada work with 5,000 members and 200,000 events, and Grace with
// 5,000 memberships: every page stays small, and needs the few statements that it
// would need with three.
func TestACrowd(t *testing.T) {
	sql := &statements{}
	p := newPanel(alone{t}, func(c *store.Config) { c.Tracer = sql })
	ctx := context.Background()
	conn := pgtest.Direct(t, p.config.URL)
	_, err := conn.Exec(ctx, strings.NewReplacer("$root", p.analytical.ID.String(), "$grace", p.grace.ID.String(), "$ada", p.ada.ID.String()).Replace(crowd))
	must(t, err)
	_, err = conn.Exec(ctx, "VACUUM (ANALYZE) members, accounts, memberships, audit_events, tenants")
	must(t, err)
	must(t, conn.Close(ctx))
	p.open()
	w := &scaled{panel: p, browser: p.as(p.ada), sql: sql}
	w.token = w.browser.token()

	// Through all the lists that Ada has.
	x := w.see("members", in(p.analytical, "/members"))
	if n := x.Find("tbody tr").Length(); n != people.MemberPage {
		t.Errorf("a page has %d members", n)
	}
	w.see("members, next page", x.Find("a[rel=next]").AttrOr("href", "no next page"))
	if x := w.see("members, search for one", in(p.analytical, "/members?q=der+4711")); !strings.Contains(x.Text(), "der 4711") {
		t.Error("a member is not found")
	}
	w.see("members, search for many", in(p.analytical, "/members?q=charlotte"))
	w.see("members, search for none", in(p.analytical, "/members?q=nobody"))
	w.see("tree", in(p.analytical, "/accounts"))
	w.home(p.analytical)
	w.see("search, of nothing", in(p.analytical, "/search"))
	w.see("search, for one", in(p.analytical, "/search?q=number+4711"))
	w.see("search, for many", in(p.analytical, "/search?q=branch"))
	w.see("search, for none", in(p.analytical, "/search?q=nowhere"))
	audit := in(p.analytical, "/audit")
	x = w.see("audit", audit)
	if n := x.Find(".audit details").Length(); n != audits.Page {
		t.Errorf("a page has %d events", n)
	}
	w.see("audit, next page", x.Find("a[rel=next]").AttrOr("href", "no next page"))
	w.see("audit, of a kind", audit+"?kind=member")
	w.see("audit, of a name", audit+"?q=der+4711")
	w.see("audit, of nobody", audit+"?q=nobody")
	w.see("audit, of a month", audit+"?since=2020-01-01&till=2020-01-31")
	x = w.see("audit, with all below", audit+"?accounts=below")
	w.see("audit, with all below, next page", x.Find("a[rel=next]").AttrOr("href", "no next page"))
	w.see("audit, with all below, of a kind", audit+"?accounts=below&kind=contact")
	w.see("audit, with all below, of a name", audit+"?accounts=below&q=der+4711")
	w.see("audit, with all below, of a person", audit+"?accounts=below&who="+p.ada.Principal().String())
	w.see("audit, of one below", audit+"?accounts=below&account="+p.east.ID.String())

	// Grace looks for one of the many that she works in.
	w.browser = p.as(p.grace)
	w.see("accounts", "/accounts")
	x = w.see("switcher", "/accounts/switcher")
	if n := x.Find("a").Length(); n == 0 || n > 100 {
		t.Errorf("the switcher shows %d", n)
	}
	w.see("switcher, search for many", "/accounts/switcher?q=customer")
	if x := w.see("switcher, search for one", "/accounts/switcher?q=name+4711"); !strings.Contains(x.Text(), "name 4711") {
		t.Errorf("the switcher does not find one: %s", x.Text())
	}
	w.see("accounts, search", "/accounts?q=customer")
	w.browser.get(in(p.analytical, "")).want(t, http.StatusOK) // notes, once, that her session was there
	w.home(p.analytical)
	w.browser.get(fmt.Sprintf("/a/%s", p.malloryville.ID)).want(t, http.StatusNotFound)
}
