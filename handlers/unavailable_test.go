package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// A database that lets connections in and never answers is told from one that works
// within a second (and what a busy machine adds), by as many as ask.
func TestHealthIsToldInASecond(t *testing.T) {
	var line *modelstest.Line
	p := newPanel(t, func(c *store.Config) {
		line = modelstest.NewLine(t, c.URL)
		c.URL, c.Slack = line.URL, 1
	})
	ada := p.as(p.ada)
	ada.get("/healthz").want(t, http.StatusOK)
	line.Freeze()
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			began := time.Now()
			if got := p.browser().get("/healthz"); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || time.Since(began) > 5*time.Second {
				t.Errorf("%d after %s", got.status, time.Since(began))
			}
		})
	}
	all.Wait()
	ada.get(in(p.analytical, "/calls")).want(t, http.StatusServiceUnavailable)
	line.Thaw()
	for deadline := time.Now().Add(time.Minute); ada.get("/healthz").status != http.StatusOK; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not heal")
		}
	}
	ada.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
}

// What the database says it can not do now is no fault of the panel's, and nothing
// was stored.
func TestFailuresOfTheMomentSayTryAgain(t *testing.T) {
	if pgtest.OnCitus() {
		t.Skip("CITUS KEEPS NO TRIGGER, by which the failures are made")
	}
	p := newPanel(t)
	ada := p.as(p.ada)
	page := in(p.analytical, "/accounts")
	owner := func(sql string) { modelstest.Ask(t, pgtest.OwnerURL(p.config.URL), sql) }
	for _, tt := range []struct {
		code, message string
		status        int
	}{
		{"57P01", "terminating connection due to administrator command", http.StatusServiceUnavailable},
		{"57P03", "the database system is shutting down", http.StatusServiceUnavailable},
		{"53300", "sorry, too many clients already", http.StatusServiceUnavailable},
		{"53100", "could not extend file: No space left on device", http.StatusServiceUnavailable},
		{"08006", "connection to the remote node 10.0.0.7:5432 failed", http.StatusServiceUnavailable},
		{"40001", "could not serialize access due to concurrent update", http.StatusServiceUnavailable},
		{"25006", "cannot execute INSERT in a read-only transaction", http.StatusServiceUnavailable},
		{"XX000", "failure on connection marked as essential: 10.0.0.7:5432", http.StatusServiceUnavailable},
		{"XX000", "cache lookup failed", http.StatusInternalServerError},
	} {
		owner(fmt.Sprintf(`CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN RAISE EXCEPTION USING ERRCODE = '%s', MESSAGE = '%s'; END $$;
			CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON accounts EXECUTE FUNCTION fail()`, tt.code, tt.message))
		got := ada.send(in(p.analytical, "/sub-accounts"), "names", "North").want(t, tt.status)
		if tt.status != http.StatusServiceUnavailable {
			continue
		}
		if got.header.Get("Retry-After") == "" {
			t.Errorf("%s: the answer does not say when to try again", tt.message)
		}
		got.says(t, "Nothing of what you sent was stored: send it again in a moment. Reloading this page does that.")
	}
	owner("DROP TRIGGER fail ON accounts")
	if strings.Contains(ada.get(page).Text(), "North") {
		t.Error("it was stored")
	}
}

// The answer to a commit gets lost: the form says that its change may be there, and
// leads to where it shows.
func TestWhatMayBeStoredSaysSo(t *testing.T) {
	var line *modelstest.Line
	p := newPanel(t, func(c *store.Config) {
		line = modelstest.NewLine(t, c.URL)
		c.URL, c.Slack = line.URL, 1
	})
	ada := p.as(p.ada)
	page := in(p.analytical, "/accounts")
	ada.get(page).want(t, http.StatusOK) // notes that her session is in the account: a commit too
	line.CutAfter("commit")
	got := ada.send(in(p.analytical, "/sub-accounts"), "names", "North").want(t, http.StatusServiceUnavailable)
	got.says(t, "What you sent may have been saved anyway")
	if at, _ := got.Find("[data-failure] a").Attr("href"); at != page {
		t.Errorf("what is there is looked for at %q", at)
	}
	ada.get(page).says(t, "North")
}

// A database that was made read-only is read, and written again as soon as it may be,
// though nobody broke the connections to it.
func TestAReadOnlyDatabaseIsReadAndHeals(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	page := in(p.analytical, "/accounts")
	name := modelstest.Ask(t, p.config.URL, "SELECT current_database()")
	set := func(value string) {
		modelstest.Ask(t, pgtest.AdminURL(), "ALTER DATABASE "+name+" SET default_transaction_read_only = "+value)
	}
	set("on")
	modelstest.Inside(p.store).Pool.Reset()
	ada.get(page).want(t, http.StatusOK)
	ada.send(in(p.analytical, "/sub-accounts"), "names", "North").want(t, http.StatusServiceUnavailable).says(t, "takes no changes right now")
	set("off")
	if got := ada.send(in(p.analytical, "/sub-accounts"), "names", "North"); got.status != http.StatusSeeOther {
		t.Errorf("%d: %s", got.status, strings.Join(strings.Fields(got.Text()), " "))
	}
}
