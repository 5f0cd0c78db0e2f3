package handlers_test

import (
	"net/http"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/record"
)

func TestTwoWayMessagesComeFromOnesOwnNumber(t *testing.T) {
	p := newPanel(t)
	report := func(a account.Account, section string, values ...map[string]any) {
		t.Helper()
		var all []record.Report
		for _, v := range values {
			all = append(all, record.Report{Values: v})
		}
		_, err := p.store.ReportRecords(t.Context(), authz.SystemGrant("the vendor reports"), a, record.Place{Section: p.store.Catalog().Section(section)}, all)
		must(t, err)
	}
	report(p.analytical, "numbers_list",
		map[string]any{"number": "+4930901820", "state": "purchased"},
		map[string]any{"number": "+4930901821", "state": "purchased", "sms": true},
		map[string]any{"number": "+4930901822", "state": "purchased", "sms": false})
	report(p.analytical, "numbers_choose", map[string]any{"number": "+4930901823", "state": "available"})
	report(p.east, "numbers_list", map[string]any{"number": "+4930901824", "state": "purchased"})

	ada, send := p.as(p.ada), in(p.analytical, "/sms/two-way-send")
	offered := ada.get(send+"/new").want(t, http.StatusOK).Find("select[name=from] option[value^='+']").Map(func(_ int, o *goquery.Selection) string { return o.AttrOr("value", "") })
	if !cmp.Equal(offered, []string{"+4930901820", "+4930901821"}) {
		t.Errorf("the form offers %v", offered)
	}
	text := []string{"to", "+4930901899", "text", "Your table is ready."}
	for from, want := range map[string]string{
		"":             "Fill this in.",
		"+4930901822":  "Choose one of this account's numbers that send SMS.",
		"+4930901823":  "Choose one of this account's numbers that send SMS.",
		"+4930901824":  "Choose one of this account's numbers that send SMS.",
		"+44123456789": "Choose one of this account's numbers that send SMS.",
		"Analytical":   "Choose one of this account's numbers that send SMS.",
	} {
		got := ada.send(send, append(text, "from", from)...).want(t, http.StatusUnprocessableEntity)
		if got.problem("from") != want || got.Find("#f-text").Text() == "" {
			t.Errorf("from %q: %q", from, got.problem("from"))
		}
	}
	ada.send(send, append(text, "from", "+4930901821")...).want(t, http.StatusSeeOther)
	// One-way messages may carry a name.
	ada.send(in(p.analytical, "/sms/one-way-send"), append(text, "from", "Analytical")...).want(t, http.StatusSeeOther)

	// What is given up sends no more, and a closed feature takes all numbers away.
	must(t, p.store.SetEntitlement(t.Context(), p.grant(p.ada, "entitlements.edit", p.analytical), "phone_numbers", p.east.ID, false))
	ada.send(in(p.east, "/sms/two-way-send"), append(text, "from", "+4930901824")...).want(t, http.StatusUnprocessableEntity)
	p.as(p.edsger).send(in(p.east, "/sms/two-way-send"), append(text, "from", "+4930901824")...).want(t, http.StatusForbidden)
	p.as(p.mallory).send(send, append(text, "from", "+4930901821")...).want(t, http.StatusNotFound)
	p.browser().post(send, values("from", "+4930901821")).want(t, http.StatusSeeOther)
}
