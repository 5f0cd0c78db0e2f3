package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/record"
)

// calls reports calls in an account, so many days ago.
func (p *panel) calls(a account.Account, n, daysAgo int) {
	p.t.Helper()
	reports := make([]record.Report, n)
	for i := range reports {
		reports[i] = record.Report{At: p.clock.now().Add(-time.Duration(daysAgo) * 24 * time.Hour), Values: map[string]any{
			"reference": fmt.Sprint(daysAgo, " ", i), "direction": "inbound", "from": "+442079460000", "to": "+442079460001",
			"started_at": p.clock.now().Add(-time.Duration(daysAgo) * 24 * time.Hour).UTC().Format(time.RFC3339), "result": "answered",
		}}
	}
	_, err := p.store.ReportRecords(p.t.Context(), authz.SystemGrant("the test"), a, record.Place{Section: p.store.Catalog().Section("calls")}, reports)
	must(p.t, err)
}

// charge reports what changes the balance.
func (p *panel) charge(a account.Account, amounts ...float64) {
	p.t.Helper()
	var reports []record.Report
	for _, x := range amounts {
		kind := "payment"
		if x < 0 {
			kind = "charge"
		}
		reports = append(reports, record.Report{Values: map[string]any{"description": "A payment", "amount": x, "type": kind}})
	}
	_, err := p.store.ReportRecords(p.t.Context(), authz.SystemGrant("the test"), a, record.Place{Section: p.store.Catalog().Section("billing")}, reports)
	must(p.t, err)
}

// purposes are what a home page says that somebody is here for.
func purposes(x page) []string {
	return texts(x, ".purposes h3")
}

func texts(x page, selector string) (all []string) {
	for _, n := range x.Find(selector).EachIter() {
		all = append(all, strings.Join(strings.Fields(n.Text()), " "))
	}
	return all
}

// TestHomeIsAboutWhoeverReadsIt has people of different roles open the same
// account's home.
func TestHomeIsAboutWhoeverReadsIt(t *testing.T) {
	p := newPanel(t)
	p.charge(p.analytical, 100, -12.5, -0.25)
	home := in(p.analytical, "")

	for _, x := range []struct {
		role           string
		purposes       []string
		shows, missing []string
	}{
		{"PhoneNumberManager", []string{"My numbers"}, []string{"Buy a number"}, []string{"87.25", "Newest changes", "Members"}},
		{"Payer", []string{"Billing"}, []string{"Balance 87.25", "Add payment method"}, []string{"Newest changes", "Members", "Add number"}},
		{"UserManager", []string{"Service accounts", "Users"}, nil, []string{"87.25", "Newest changes"}},
		{"Developer", []string{"Agents", "Groups", "Applications"}, []string{"Add application", "Add agent"}, []string{"87.25", "Members"}},
	} {
		name := strings.ToLower(x.role)
		_, link := p.subuser(p.analytical, name, x.role)
		got := p.asSubuser(link, name).get(home).want(t, http.StatusOK)
		if !slices.Equal(purposes(got), x.purposes) {
			t.Errorf("%s is here for %q, not for %q", x.role, purposes(got), x.purposes)
		}
		for _, s := range x.shows {
			if !strings.Contains(got.Find("main").Text(), s) {
				t.Errorf("%s is not shown %q", x.role, s)
			}
		}
		for _, s := range x.missing {
			if strings.Contains(got.Find("main").Text(), s) {
				t.Errorf("%s is shown %q", x.role, s)
			}
		}
		if n := strings.Count(got.Find("main").Text(), "87.25"); n > 1 {
			t.Errorf("%s is told the balance %d times", x.role, n)
		}
		// What it offers leads somewhere.
		b := p.asSubuser(link, name)
		for _, a := range got.Find(".purposes a").EachIter() {
			b.get(a.AttrOr("href", "nowhere")).want(t, http.StatusOK)
		}
	}

	// A role of the account's own is read in the same way.
	ada := p.as(p.ada)
	role := ada.makeRole(p.analytical, "Cashier", "subuser:Payer", "billing", "payment_methods", "payment_methods.edit", "contacts", "contacts.edit", "control_panel")
	role = key(role)
	_, link := p.subuser(p.analytical, "cashier", role)
	if got := purposes(p.asSubuser(link, "cashier").get(home)); !slices.Equal(got, []string{"Contacts", "Billing"}) {
		t.Errorf("a cashier is here for %q", got)
	}

	// Ada sees who works here; nothing repeats the sidebar.
	x := ada.get(home).want(t, http.StatusOK)
	facts := strings.Join(texts(x, ".totals > div"), ", ")
	if facts != "Balance87.25, Members2, Subusers5" && facts != "Balance 87.25, Members 2, Subusers 5" {
		t.Errorf("Ada reads %q", facts)
	}
	if n := x.Find("main a").Length(); n > 40 {
		t.Errorf("home has %d links, which is a menu", n)
	}
	p.as(p.mallory).get(home).want(t, http.StatusNotFound)
}

// TestChartsCountWhatHappened has calls and sign-ins drawn, with their numbers in
// a table, to those who may list them.
func TestChartsCountWhatHappened(t *testing.T) {
	p := newPanel(t)
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	p.clock.stand(now)
	_, link := p.subuser(p.analytical, "supervisor", "Supervisor")
	ada, home := p.as(p.ada), in(p.analytical, "")
	if x := ada.get(home); x.Find(".chart").Length() != 0 {
		t.Errorf("nothing happened, and %d charts show it", x.Find(".chart").Length())
	}
	p.calls(p.analytical, 3, 0)
	p.calls(p.analytical, 1200, 29)
	p.calls(p.analytical, 7, 30) // no more in sight
	p.calls(p.east, 50, 1)       // of another account
	sub := p.asSubuser(link, "supervisor")
	_, err := p.store.StoreSignIns(t.Context())
	must(t, err)

	x := ada.get(home).want(t, http.StatusOK)
	calls := x.Find("section[aria-labelledby=chart-calls]")
	if got := calls.Find("p.dim").First().Text(); got != "1,203 calls in the last 30 days" {
		t.Errorf("the calls are summed up as %q", got)
	}
	rows := texts(x, "section[aria-labelledby=chart-calls] tbody tr")
	if len(rows) != 30 || rows[0] != "21 Nov3" || rows[29] != "23 Oct1,200" || rows[1] != "20 Nov0" {
		t.Errorf("the table of calls has %q", rows)
	}
	bars := calls.Find("rect.chart-bar")
	if bars.Length() != 30 || bars.First().AttrOr("height", "") != "60" || bars.Last().AttrOr("height", "") != "1" || bars.Eq(1).AttrOr("height", "") != "0" {
		t.Errorf("%d bars, the first %s high and the last %s", bars.Length(), bars.First().AttrOr("height", ""), bars.Last().AttrOr("height", ""))
	}
	if got := x.Find("section[aria-labelledby=chart-sign-ins] p.dim").First().Text(); got != "1 sign-in in the last 30 days" {
		t.Errorf("the sign-ins are summed up as %q", got)
	}
	if x.Find("[style]").Length() != 0 {
		t.Error("a chart has a style of its own")
	}
	// A call that is deleted happened all the same.
	ids, err := p.store.Records(t.Context(), p.grant(p.ada, "calls", p.analytical), record.Place{Section: p.store.Catalog().Section("calls")}, record.Query{Limit: 1})
	must(t, err)
	ada.post(in(p.analytical, "/calls/"+ids.Records[0].ID.String()+"/delete"), values("token", ada.token())).want(t, http.StatusSeeOther)
	if got := ada.get(home).Find("section[aria-labelledby=chart-calls] p.dim").First().Text(); got != "1,203 calls in the last 30 days" {
		t.Errorf("after a deletion the calls are summed up as %q", got)
	}
	// A supervisor may see calls, and no sign-ins.
	x = sub.get(home).want(t, http.StatusOK)
	if x.Find("#chart-calls").Length() != 1 || x.Find("#chart-sign-ins").Length() != 0 {
		t.Errorf("a supervisor sees %q", texts(x, "h2"))
	}
	_, link = p.subuser(p.analytical, "payer", "Payer")
	if x = p.asSubuser(link, "payer").get(home); x.Find(".chart").Length() != 0 {
		t.Errorf("a payer sees %q", texts(x, "h2"))
	}
}
