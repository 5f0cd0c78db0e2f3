package record_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/migrations"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// Agency is the cast at work: Ada's Analytical with East (and East Berlin below
// it) and West, and Mallory's Malloryville.
type agency struct {
	t                       *testing.T
	s                       *models.Store
	url                     string
	now                     time.Time
	ada, mallory            login.Member
	analytical, east, west  account.Account
	eastBerlin, malloryVill account.Account
}

func openAgency(t *testing.T) *agency {
	t.Helper()
	ctx := t.Context()
	w := &agency{t: t, url: pgtest.Clone(t), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	var err error
	must := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.s, err = modelstest.Open(ctx, store.Config{URL: w.url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), Now: func() time.Time {
		w.now = w.now.Add(time.Millisecond)
		return w.now
	}})
	must()
	t.Cleanup(w.s.Close)
	w.ada, _, err = w.s.SignUp(ctx, "Ada Lovelace", "ada@example.com", "correct horse battery")
	must()
	w.mallory, _, err = w.s.SignUp(ctx, "Mallory", "mallory@example.com", "correct horse battery")
	must()
	w.analytical, err = w.s.CreateMainAccount(ctx, authz.Self(w.ada.Actor()), "Analytical")
	must()
	w.malloryVill, err = w.s.CreateMainAccount(ctx, authz.Self(w.mallory.Actor()), "Malloryville")
	must()
	subs, err := w.s.CreateSubAccounts(ctx, w.may(w.ada, "sub_accounts.create", w.analytical), []string{"East", "West"})
	must()
	w.east, w.west = subs[0], subs[1]
	subs, err = w.s.CreateSubAccounts(ctx, w.may(w.ada, "sub_accounts.create", w.east), []string{"East Berlin"})
	must()
	w.eastBerlin = subs[0]
	return w
}

func (w *agency) may(m login.Member, permission string, at account.Account) authz.Grant {
	w.t.Helper()
	g, err := w.s.Access().Authorize(m.Actor(), w.s.Catalog().Permission(permission), at.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

func (w *agency) at(section string, parent ...uuid.UUID) record.Place {
	p := record.Place{Section: w.s.Catalog().Section(section)}
	if len(parent) > 0 {
		p.Parent = parent[0]
	}
	return p
}

// Add makes a record as the account's owner.
func (w *agency) add(at account.Account, place record.Place, values map[string]any) record.Record {
	w.t.Helper()
	r, _, err := w.s.CreateRecord(w.t.Context(), w.create(at, place), place, values)
	if err != nil {
		w.t.Fatalf("%s: %v", place.Section.Key, describe(err))
	}
	return r
}

func (w *agency) create(at account.Account, place record.Place) authz.Grant {
	w.t.Helper()
	owner := w.ada
	if at.TenantID == w.malloryVill.TenantID {
		owner = w.mallory
	}
	return w.may(owner, w.s.Catalog().Info(place.Section.Records.Create).Key, at)
}

func describe(err error) any {
	var p store.Problems
	if errors.As(err, &p) {
		return map[string]string(p)
	}
	return err
}

func (w *agency) wants(err error, want map[string]string) {
	w.t.Helper()
	var p store.Problems
	if !errors.As(err, &p) {
		w.t.Fatalf("want problems, got %v", err)
	}
	if diff := cmp.Diff(want, map[string]string(p)); diff != "" {
		w.t.Errorf("(-want +got)\n%s", diff)
	}
}

func names(l record.List) (all []string) {
	for _, r := range l.Records {
		all = append(all, r.Name)
	}
	return all
}

func (w *agency) list(g authz.Grant, at record.Place, q record.Query) record.List {
	w.t.Helper()
	l, err := w.s.Records(w.t.Context(), g, at, q)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// query asks the database itself, past row-level security.
func (w *agency) query(sql string, args ...any) (out string) {
	w.t.Helper()
	c := pgtest.Direct(w.t, w.url)
	if err := errors.Join(c.QueryRow(w.t.Context(), sql, args...).Scan(&out), c.Close(w.t.Context())); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// exec changes the database itself, past row-level security.
func (w *agency) exec(sql string, args ...any) {
	w.t.Helper()
	c := pgtest.Direct(w.t, w.url)
	_, err := c.Exec(w.t.Context(), sql, args...)
	if err = errors.Join(err, c.Close(w.t.Context())); err != nil {
		w.t.Fatal(err)
	}
}

// migrate runs a migration once more, as it ran before any database was distributed.
func (w *agency) migrate(name string) {
	w.t.Helper()
	if pgtest.OnCitus() {
		w.t.Skip("THIS MIGRATION IS OLDER THAN CITUS: a database is distributed after it")
	}
	up, err := migrations.Files.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	w.exec(string(up))
}

// number puts a number there as the data plane would.
func (w *agency) number(at account.Account, number, state string, price float64) uuid.UUID {
	w.t.Helper()
	section := "numbers_list"
	if state == "available" {
		section = "numbers_choose"
	}
	return w.report(at, section, map[string]any{"number": number, "state": state, "price": price})
}

func (w *agency) report(at account.Account, section string, values map[string]any) uuid.UUID {
	w.t.Helper()
	made, err := w.s.ReportRecords(w.t.Context(), authz.SystemGrant("the data plane reports"), at, w.at(section), []record.Report{{Values: values}})
	if err != nil {
		w.t.Fatal(describe(err))
	}
	return made[0].ID
}
