package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/modelstest"
	"bailiwick/models/record"
	"bailiwick/postgres/pgtest"
)

// called reports calls in an account, each by its reference and when it began.
func (p *panel) called(a account.Account, calls map[string]string) {
	p.t.Helper()
	var reports []record.Report
	for reference, began := range calls {
		reports = append(reports, record.Report{Values: map[string]any{
			"reference": reference, "direction": "inbound", "from": "+442079460000", "to": "+442079460001", "started_at": began, "result": "answered",
		}})
	}
	_, err := p.store.ReportRecords(p.t.Context(), authz.SystemGrant("the test"), a, record.Place{Section: p.store.Catalog().Section("calls")}, reports)
	must(p.t, err)
}

// references are the calls of a page, in its order.
func (x page) references() string { return strings.Join(texts(x, "tbody tr td:nth-child(2)"), " ") }

// taken takes a chip off.
func (b *browser) taken(x page, chip string) page {
	b.t.Helper()
	for _, a := range x.Find(".chips a").EachIter() {
		if strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(a.Text()), "Remove filter")) == chip {
			return b.get(a.AttrOr("href", "")).want(b.t, http.StatusOK)
		}
	}
	b.t.Fatalf("there is no chip %q among %q", chip, chips(x))
	return page{}
}

func chips(x page) (all []string) {
	for _, text := range texts(x, ".chips .chip") {
		all = append(all, strings.TrimPrefix(text, "Remove filter "))
	}
	return all
}

// Ada looks at the calls of some days: of the calendar's, and of those she picks, in
// her own time zone; by when they began, however late they were reported.
func TestCallsOfSomeDays(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC))
	p.called(p.analytical, map[string]string{
		"noon": "2026-11-28T11:00:00Z", "midnight": "2026-11-27T23:30:00Z", "sunday": "2026-11-22T00:00:00Z", "saturday": "2026-11-21T23:59:59Z",
		"first": "2026-11-01T00:00:00Z", "october": "2026-10-30T12:00:00Z", "last-year": "2025-11-28T12:00:00+01:00",
	})
	p.called(p.east, map[string]string{"east": "2026-11-28T10:00:00Z"})
	ada, calls := p.as(p.ada), in(p.analytical, "/calls")
	columns := "&column=started_at&column=reference"
	of := func(query string) string {
		t.Helper()
		return ada.get(calls+"?"+query+columns).want(t, http.StatusOK).references()
	}
	all := "noon midnight sunday saturday first october last-year"
	for query, found := range map[string]string{
		"when=today": "noon", "when=7": "noon midnight sunday", "when=30": "noon midnight sunday saturday first october", "when=month": "noon midnight sunday saturday first",
		"since=2026-11-21&till=2026-11-22": "sunday saturday", "when=custom&since=2026-11-22": "noon midnight sunday", "till=2026-10-31": "october last-year",
		"since=2026-11-22&till=2026-11-21": "", "": all, "when=custom": all, "when=&since=2026-11-22": all, "when=never&since=tomorrow": all, "since=2026-02-30": all,
		"when=7&sort=started_at": "sunday midnight noon", "when=today&accounts=below": "noon east", "when=month&q=sunday": "sunday",
	} {
		want(t, "calls of "+query, of(query), found)
	}
	// In Auckland it is Sunday already.
	ada.zone("Pacific/Auckland")
	want(t, "of Auckland's today", of("when=today"), "noon")
	want(t, "of Auckland's Saturday", of("since=2026-11-28&till=2026-11-28"), "midnight")
	ada.zone("UTC")

	// The days stand in the form, as a chip, in the pages' and the file's addresses.
	x := ada.get(calls+"?since=2026-11-21&till=2026-11-22&rows=10").want(t, http.StatusOK)
	want(t, "the form", fmt.Sprint(x.Find("form.search [name=when] option[selected]").Text(), " ", x.value("since"), " ", x.value("till")), "Custom dates 2026-11-21 2026-11-22")
	if got := chips(x); !cmp.Equal(got, []string{"From Sat 21 Nov 2026", "To Sun 22 Nov 2026"}) {
		t.Errorf("the chips: %q", got)
	}
	want(t, "without its beginning", len(texts(ada.taken(x, "From Sat 21 Nov 2026"), "tbody tr")), 5)
	file := ada.get(x.Find("a[download]").AttrOr("href", "")).want(t, http.StatusOK).body
	if strings.Count(file, "\n") != 3 {
		t.Errorf("the file of two days: %s", file)
	}

	// All that match are those of the days.
	x = ada.get(calls+"?when=7").want(t, http.StatusOK)
	if got := chips(x); !cmp.Equal(got, []string{"Started: Last 7 days"}) {
		t.Errorf("the chips: %q", got)
	}
	asked := ada.asks(calls, "act", "delete", "all", "1", "when", "7").want(t, http.StatusOK)
	if title := asked.Find("dialog h1").Text(); title != "Delete 3 calls?" {
		t.Errorf("asked to delete %q", title)
	}
	ada.then(ada.answers(asked))
	want(t, "left", of(""), "saturday first october last-year")

	// Who may not see the calls sees none of some days either.
	p.as(p.mallory).get(calls+"?when=7").want(t, http.StatusNotFound)
	p.as(p.edsger).get(calls+"?when=7").want(t, http.StatusNotFound)
	p.browser().get(calls+"?when=7").want(t, http.StatusSeeOther)
	want(t, "East's", p.as(p.edsger).get(in(p.east, "/calls?when=today"+columns)).want(t, http.StatusOK).references(), "east")
}

// Every list says what it is narrowed down to, and each of that is taken off by its
// own link; the rest stays.
func TestWhatListsAreNarrowedToIsTakenOff(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC))
	ada := p.as(p.ada)
	p.subuser(p.analytical, "dev", "Developer")
	ada.send(in(p.analytical, "/accounts/"+p.east.ID.String()+"/edit"), "name", "East", "labels", "pilot").want(t, http.StatusSeeOther)
	app := ada.application(p.analytical, "Reception")
	_, err := p.store.StoreSignIns(context.Background())
	must(t, err)
	for list, narrowed := range map[string]struct {
		query string
		chips []string
		left  string // after the first is taken off
	}{
		in(p.analytical, "/settings/subusers"):          {"q=dev&role=Developer&state=active", []string{"Search: dev", "Role: Developer", "State: Active"}, "role=Developer&state=active"},
		in(p.analytical, "/members"):                    {"role=full_viewer&seen=7", []string{"Role: Full viewer", "Last sign-in: In the last 7 days"}, "seen=7"},
		in(p.west, "/members"):                          {"seen=custom&since=2026-11-01&till=2026-11-30", []string{"From Sun 1 Nov 2026", "To Mon 30 Nov 2026"}, "till=2026-11-30"},
		in(p.analytical, "/members/invites"):            {"q=x&when=7", []string{"Search: x", "Invited: Last 7 days"}, "when=7"},
		in(p.analytical, "/timeless-accounts"):          {"q=x&when=month", []string{"Search: x", "Created: This month"}, "when=month"},
		in(p.west, "/accounts"):                         {"when=today", []string{"Created: Today"}, ""},
		in(p.analytical, "/roles"):                      {"set=subuser&q=calls&differences=1", []string{"Search: calls", "Only differences"}, "set=subuser&differences=1"},
		"/accounts":                                     {"q=east", []string{"Search: east"}, ""},
		in(p.analytical, "/accounts"):                   {"label=pilot&state=active&q=east", []string{"Search: east", "Label: pilot", "State: Active"}, "label=pilot&state=active"},
		in(p.analytical, "/permissions/general"):        {"label=pilot&under=" + p.east.ID.String(), []string{"Label: pilot", "Below East"}, "under=" + p.east.ID.String()},
		in(p.analytical, "/audit"):                      {"when=7&kind=account&accounts=below&account=" + p.east.ID.String(), []string{"Time: Last 7 days", "About: Account", "Accounts below too", "Account: East"}, "kind=account&accounts=below&account=" + p.east.ID.String()},
		in(p.analytical, "/calls"):                      {"application=" + app + "&flagged=true&accounts=below&sort=started_at", []string{"Application: Reception", "Flagged: yes", "Accounts below too"}, "flagged=true&accounts=below&sort=started_at"},
		in(p.analytical, "/deleted"):                    {"when=today", []string{"Deleted: Today"}, ""},
		in(p.analytical, "/settings/security/sign-ins"): {"outcome=refused&when=month", []string{"Time: This month", "Outcome: Refused"}, "outcome=refused"},
	} {
		x := ada.get(list+"?"+narrowed.query).want(t, http.StatusOK)
		if got := chips(x); !cmp.Equal(got, narrowed.chips) {
			t.Errorf("%s is narrowed to %q", list, got)
			continue
		}
		left, err := url.ParseQuery(narrowed.left)
		must(t, err)
		at, err := url.Parse(x.Find(".chips .chip").First().AttrOr("href", ""))
		must(t, err)
		if at.Path != list || !cmp.Equal(at.Query(), left) {
			t.Errorf("without %s it is %s", narrowed.chips[0], at)
		}
		want(t, "the chips left", strings.Join(chips(ada.taken(x, narrowed.chips[0])), ", "), strings.Join(narrowed.chips[1:], ", "))
		if clear := x.Find(".chips a:not(.chip)"); clear.Text() != "Clear all" || len(chips(ada.get(clear.AttrOr("href", "")).want(t, http.StatusOK))) > 0 {
			t.Errorf("%s does not clear all", list)
		}
	}
	// The account of a list that reaches below is found by its name, among those that
	// one may see in it.
	edsger := p.as(p.edsger)
	for _, list := range []string{"/audit", "/calls"} {
		for at, found := range map[string]string{in(p.analytical, list) + "?options=account&q=ber": "East Berlin", in(p.analytical, list) + "?options=account": "Analytical, East, East Berlin, West"} {
			want(t, at, strings.Join(ada.get(at).want(t, http.StatusOK).offered(), ", "), found)
		}
		edsger.get(in(p.analytical, list)+"?options=account").want(t, http.StatusNotFound)
	}
	want(t, "below East", strings.Join(edsger.get(in(p.east, "/calls?options=account")).want(t, http.StatusOK).offered(), ", "), "East, East Berlin")
	edsger.get(in(p.east, "/calls?accounts=below&account="+p.west.ID.String())).want(t, http.StatusNotFound)

	// To take off what reaches below takes the account below off as well.
	x := ada.get(in(p.analytical, "/audit?accounts=below&account="+p.east.ID.String())).want(t, http.StatusOK)
	for _, chip := range x.Find(".chips .chip").EachIter() {
		if to := chip.AttrOr("href", ""); strings.Contains(chip.Text(), "Accounts below too") && strings.Contains(to, "account=") {
			t.Errorf("an account is left: %s", to)
		}
	}
}

// The audit of an account says which part of how many changes a page shows, and the
// tree which of how many accounts.
func TestListsSayHowMany(t *testing.T) {
	p := newPanel(t)
	for i := range 60 {
		must(t, modelstest.Logged(p.store, p.berlin, fmt.Sprint("Entry ", i)))
	}
	ada := p.as(p.ada)
	pager := func(x page) string { return strings.Join(texts(x, ".pager > span"), " ") }
	x := ada.get(in(p.berlin, "/audit")).want(t, http.StatusOK)
	want(t, "the newest changes", pager(x), "1–50 of 60 changes")
	x = ada.get(x.Find("a[rel=next]").AttrOr("href", "")).want(t, http.StatusOK)
	want(t, "the others", pager(x), "51–60 of 60 changes")
	x = ada.get(in(p.berlin, "/audit?kind=log")).want(t, http.StatusOK)
	want(t, "of a kind", pager(x), "1–50 of 60 changes")
	want(t, "the others of a kind", pager(ada.get(x.Find("a[rel=next]").AttrOr("href", "")).want(t, http.StatusOK)), "51–60 of 60 changes")
	x = ada.get(in(p.berlin, "/audit?q=bailiwick")).want(t, http.StatusOK)
	want(t, "of a name", pager(x), "1–50 of 60 changes")
	want(t, "the others of a name", pager(ada.get(x.Find("a[rel=next]").AttrOr("href", "")).want(t, http.StatusOK)), "51–60 of 60 changes")
	want(t, "of nobody", pager(ada.get(in(p.berlin, "/audit?q=nobody")).want(t, http.StatusOK)), "")
	want(t, "with all below", pager(ada.get(in(p.east, "/audit?accounts=below&kind=log")).want(t, http.StatusOK)), "1–50 of 60 changes")

	// What has no end is counted as far as is worth it.
	direct := pgtest.Direct(t, p.config.URL)
	signIns, attempt := in(p.east, "/settings/security/sign-ins"), func(n int) {
		_, err := direct.Exec(t.Context(), `INSERT INTO sign_ins (tenant_id, account_id, id, at, door, principal_kind, principal_id, principal_name, address, agent, outcome, why, tries)
			SELECT $1, $2, gen_random_uuid(), now(), 'subuser', 'subuser', gen_random_uuid(), 'someone', '192.0.2.1', '', 'refused', 'password', 1 FROM generate_series(1, $3)`, p.east.TenantID, p.east.ID, n)
		must(t, err)
	}
	attempt(60)
	x = ada.get(signIns).want(t, http.StatusOK)
	want(t, "the newest sign-ins", pager(x), "1–50 of 60 sign-ins")
	last := x.Find("a[rel=next]").AttrOr("href", "")
	want(t, "the others", pager(ada.get(last).want(t, http.StatusOK)), "51–60 of 60 sign-ins")
	want(t, "an address that does not say", pager(ada.get(strings.Replace(last, "first=", "f=", 1)).want(t, http.StatusOK)), "")
	attempt(1000)
	want(t, "of many", pager(ada.get(signIns).want(t, http.StatusOK)), "1–50 of more than 1,000 sign-ins")
	want(t, "of none", pager(ada.get(signIns+"?q=nobody").want(t, http.StatusOK)), "")

	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprintf("Branch %02d", i))
	}
	_, err := p.store.CreateSubAccounts(context.Background(), p.grant(p.ada, "sub_accounts.create", p.west), names)
	must(t, err)
	x = ada.get(in(p.west, "/accounts")).want(t, http.StatusOK)
	want(t, "the first accounts", pager(x), "1–30 of 60 sub-accounts")
	want(t, "the last accounts", pager(ada.get(x.Find("a[rel=next]").AttrOr("href", "")).want(t, http.StatusOK)), "31–60 of 60 sub-accounts")
	want(t, "those of a name", pager(ada.get(in(p.west, "/accounts?q=branch+1")).want(t, http.StatusOK)), "10 sub-accounts")
	want(t, "a list of one page", pager(ada.get(in(p.east, "/accounts")).want(t, http.StatusOK)), "1 sub-account")
}

// Each time on a page says what it is to machines, too.
func TestTimesSayWhatTheyAre(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ticket := ada.send(in(p.analytical, "/tickets"), "subject", "No sound", "text", "Nobody hears us.", "priority", "low").added(t)
	for _, path := range []string{in(p.analytical, "/audit"), in(p.analytical, ""), "/alerts", in(p.analytical, "/accounts/"+p.east.ID.String()), in(p.analytical, "/tickets/"+ticket)} {
		for _, at := range ada.get(path).want(t, http.StatusOK).Find("time").EachIter() {
			if _, err := time.Parse(time.RFC3339, at.AttrOr("datetime", "")); err != nil {
				t.Errorf("%s has a time %q that is none to machines", path, at.Text())
			}
		}
	}
	if ada.get(in(p.analytical, "/audit")).Find("time").Length() == 0 {
		t.Error("the audit has no time")
	}
}
