package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// lose makes a tenant's rows unreadable, as they are on a distributed database that
// does not reach the machine they are on, and gives what brings them back.
func (p *panel) lose(tenant uuid.UUID) (find func()) {
	p.t.Helper()
	if pgtest.OnCitus() {
		p.t.Skip("CITUS KEEPS NO RESTRICTIVE POLICY: what is lost there is lost by stopping a worker")
	}
	owner := pgtest.OwnerURL(p.config.URL)
	modelstest.Ask(p.t, owner, `CREATE FUNCTION lost() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
		RAISE EXCEPTION 'connection to the remote node db2:5432 failed' USING ERRCODE = '08006'; END $$`)
	tables := map[string]string{"tenants": "id", "accounts": "tenant_id", "memberships": "tenant_id", "invites": "tenant_id", "ownership_offers": "tenant_id", "login_links": "tenant_id"}
	for table, column := range tables {
		modelstest.Ask(p.t, owner, "CREATE POLICY lost ON "+table+" AS RESTRICTIVE USING ("+column+" <> '"+tenant.String()+"' OR lost())")
	}
	return func() {
		p.t.Helper()
		for table := range tables {
			modelstest.Ask(p.t, owner, "DROP POLICY lost ON "+table)
		}
	}
}

// Grace works in two tenants, one of which is lost for a while: the other goes on,
// and what shows both shows what there is and says that something is missing.
func TestALostPartCostsItsTenantsAlone(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	must(t, p.store.AddMember(ctx, p.grant(p.mallory, "members.add", p.malloryville), p.grace.ID, "member:full_viewer"))
	must(t, p.store.OfferOwnership(ctx, p.grant(p.mallory, "account.manage", p.malloryville), p.malloryville.ID, p.grace.ID, false))
	_, err := p.store.Invite(ctx, p.grant(p.mallory, "members.add", p.malloryville), []string{"edsger@example.com"}, []string{"full_viewer"})
	must(t, err)
	grace, edsger, mallory := p.as(p.grace), p.as(p.edsger), p.as(p.mallory)
	whole := grace.get("/accounts/switcher").want(t, http.StatusOK)
	if got := whole.switcher(); got["Malloryville"] == "" || got["Analytical"] == "" || strings.Contains(whole.Text(), "can't be read") {
		t.Fatalf("before: %v", got)
	}
	grace.get("/accounts").want(t, http.StatusOK).says(t, "Mallory offers you the account Malloryville")

	find := p.lose(p.malloryville.TenantID)
	lost := grace.get(in(p.malloryville, "")).want(t, http.StatusServiceUnavailable).says(t, "Other accounts may be in another part")
	if lost.header.Get("Retry-After") == "" {
		t.Error("not said when to try again")
	}
	for _, path := range []string{in(p.analytical, ""), in(p.east, "/calls"), in(p.analytical, "/members")} {
		grace.get(path).want(t, http.StatusOK)
	}
	got := grace.get("/accounts/switcher").want(t, http.StatusOK).says(t, "The accounts of 1 tree can't be read right now")
	if groups := got.switcher(); groups["Analytical"] == "" || groups["Malloryville"] != "" {
		t.Errorf("the switcher: %v", groups)
	}
	grace.get("/accounts/switcher?q=east").want(t, http.StatusOK).says(t, "East Berlin")
	grace.get("/accounts").want(t, http.StatusOK).says(t, "Some accounts are missing").says(t, "East Berlin").
		says(t, "Accounts offered to you can't be checked right now")
	if strings.Contains(grace.get("/accounts").Text(), "See the offer") {
		t.Error("a link to no offer")
	}
	grace.get(in(p.analytical, "")).want(t, http.StatusOK).says(t, "Accounts offered to you can't be checked right now")
	edsger.get(in(p.east, "")).want(t, http.StatusOK).says(t, "Your invites can't be checked right now")
	// A bare address leads to what can be read.
	if to := p.as(p.grace).get("/").location(); !strings.Contains(to, p.analytical.ID.String()) {
		t.Errorf("led to %s", to)
	}
	// Writes in the other tenant are as ever.
	_, err = p.store.CreateSubAccounts(ctx, p.grant(p.ada, "sub_accounts.create", p.analytical), []string{"South"})
	must(t, err)
	// All that Mallory shares is lost, which is no reason to say that there is none.
	if text := mallory.get("/accounts").want(t, http.StatusOK).Text(); strings.Contains(text, "No accounts") {
		t.Error("told that there are no accounts")
	}

	find()
	grace.get(in(p.malloryville, "")).want(t, http.StatusOK)
	if got := grace.get("/accounts/switcher").want(t, http.StatusOK); got.switcher()["Malloryville"] == "" || strings.Contains(got.Text(), "can't be read") {
		t.Errorf("afterwards: %v", got.switcher())
	}
}

// until waits for something.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 600 {
		if is() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("never came to be that " + what)
}

// A machine freezes that Malloryville lies on. Whoever met it first waited; from then
// on nobody does. What lies on the other machine goes on, people sign up, and a panel
// starts, until the machine answers again.
func TestAFrozenMachineKeepsNobodyElseWaiting(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	must(t, p.store.AddMember(ctx, p.grant(p.mallory, "members.add", p.malloryville), p.grace.ID, "member:full_viewer"))
	_, door := p.subuser(p.east, "erika", "Developer")
	lost := p.malloryville.TenantID
	// Of tenants to come, those are there whose id ends with a digit.
	p.config.Machines = "SELECT CASE WHEN t.id = '" + lost.String() + `' OR t.id NOT IN (SELECT id FROM known_tenants) AND right(t.id::text, 1) <= '9' THEN 'two' ELSE 'one' END, array_agg(t.id) FROM %s GROUP BY 1`
	p.open()
	first := p.store
	grace, mallory, stranger := p.as(p.grace), p.as(p.mallory), p.browser()
	grace.get(in(p.malloryville, "")).want(t, http.StatusOK)
	began, waits := make(chan bool), make(chan error)
	go func() { // as for a machine that froze a moment ago
		waits <- modelstest.Ground(first).In(ctx, store.TenantScope(lost), func(db *gorm.DB) error {
			close(began)
			return db.Exec("SET LOCAL statement_timeout = 0; SELECT pg_sleep(600)").Error
		})
	}()

	<-began
	find := p.lose(lost)
	mallory.get(in(p.malloryville, "")).want(t, http.StatusServiceUnavailable)
	until(t, "the machine is known to be lost", func() bool { return modelstest.Ground(first).Unreached(lost) })
	if err := <-waits; !errors.Is(err, store.ErrUnreached) {
		t.Errorf("who waits for it is told %v", err)
	}
	// Whatever asks it now waits for ever.
	modelstest.Ask(t, pgtest.OwnerURL(p.config.URL), `CREATE OR REPLACE FUNCTION lost() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN true; END $$`)
	quick := func(what string, do func()) {
		t.Helper()
		began := time.Now()
		if do(); time.Since(began) > 8*time.Second { // the session's query alone waits for 10
			t.Errorf("%s took %v", what, time.Since(began))
		}
	}
	quick("the lost account", func() { mallory.get(in(p.malloryville, "/calls")).want(t, http.StatusServiceUnavailable) })
	quick("a stranger at the lost account", func() { stranger.get(in(p.malloryville, "")).want(t, http.StatusSeeOther) })
	quick("another account", func() { grace.get(in(p.analytical, "")).want(t, http.StatusOK) })
	quick("the switcher", func() {
		grace.get("/accounts/switcher").want(t, http.StatusOK).says(t, "The accounts of 1 tree can't be read right now").says(t, "East Berlin")
	})
	quick("alerts", func() { grace.get("/alerts").want(t, http.StatusOK).says(t, "accounts that can't be read right now") })
	quick("the sign-in of a subuser", func() { p.asSubuser(door, "erika") })
	for i := range 8 { // none of them there
		_, a, err := first.SignUp(ctx, "Charles", fmt.Sprintf("charles%d@example.com", i), password)
		must(t, err)
		if id := a.ID.String(); id[len(id)-1] <= '9' {
			t.Errorf("%s was put where nothing answers", id)
		}
	}

	// A panel that starts now knows nothing of Malloryville.
	p.config.Slack = 3 // it waits for the machine for so much longer
	p.open()
	grace, mallory = p.as(p.grace), p.as(p.mallory)
	quick("another account, anew", func() { grace.get(in(p.east, "/calls")).want(t, http.StatusOK) })
	quick("all accounts, anew", func() {
		grace.get("/accounts").want(t, http.StatusOK).says(t, "Some of your accounts may be where they can't be read").says(t, "East Berlin")
	})
	quick("the lost account, anew", func() { mallory.get(in(p.malloryville, "")).want(t, http.StatusServiceUnavailable) })

	owner := pgtest.OwnerURL(p.config.URL)
	at, err := url.Parse(p.config.URL)
	must(t, err)
	modelstest.Ask(t, owner, "CREATE OR REPLACE FUNCTION lost() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END'")
	modelstest.Ask(t, pgtest.AdminURL(), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '"+strings.TrimPrefix(at.Path, "/")+"'")
	find()
	until(t, "the machine answers again", func() bool {
		return modelstest.Ground(first).AllReached() == nil && !modelstest.Ground(p.store).Partial()
	})
	grace.get(in(p.malloryville, "")).want(t, http.StatusOK)
	if got := grace.get("/accounts").want(t, http.StatusOK).says(t, "Malloryville"); strings.Contains(got.Text(), "can not be read") {
		t.Errorf("afterwards: %s", got.Text())
	}
}

// Somebody who signed up at one node signs in at another, which has not heard of
// them.
func TestABareAddressLeadsANewLoginHomeOnEveryNode(t *testing.T) {
	p := newPanel(t)
	first := p.store
	p.open() // another node
	charles, _, err := first.SignUp(context.Background(), "Charles", "charles@example.com", password)
	must(t, err)
	b := p.as(charles)
	to := b.get("/").location()
	if b.get(to).want(t, http.StatusOK); !strings.Contains(to, "/a/") {
		t.Errorf("led to %s", to)
	}
}
