package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/authz"
	"bailiwick/models/record"
)

// Each act asks in a sentence of its own, with two buttons that can't be mixed up, and
// says afterwards what it did.
func TestActsAskAndAnswerInSentences(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	report := func(section string, values map[string]any) string {
		all, err := p.store.ReportRecords(t.Context(), authz.SystemGrant("the test"), p.analytical, record.Place{Section: p.store.Catalog().Section(section)}, []record.Report{{Values: values}})
		must(t, err)
		return all[0].ID.String()
	}
	call := report("calls", map[string]any{"reference": "c1", "direction": "inbound", "from": "+442079460000", "to": "+442079460001", "started_at": "2026-11-01T10:00:00Z", "result": "answered"})
	product := report("products", map[string]any{"name": "Recording", "price": 5, "state": "active"})
	number := report("numbers_list", map[string]any{"number": "+4930901820", "state": "purchased", "price": 1})

	for _, x := range []struct{ path, question, act, leave, crumb string }{
		{"/products/" + product + "/cancel", "Cancel Recording?", "Cancel subscription", "Keep it", "Recording / Cancel subscription"},
		{"/calls/" + call + "/comment", "Comment on call from +44 20 7946 0000 to +44 20 7946 0001", "Comment", "Cancel", "Call from +44 20 7946 0000 to +44 20 7946 0001 / Comment"},
		{"/numbers/" + number + "/parameters", "Set parameters of +49 30 901820", "Set parameters", "Cancel", "+49 30 901820 / Set parameters"},
		{"/numbers/" + number + "/deactivate", "Deactivate +49 30 901820?", "Deactivate", "Cancel", "+49 30 901820 / Deactivate"},
	} {
		got := ada.get(in(p.analytical, x.path)).want(t, http.StatusOK)
		if q := texts(got, "#dialog-title")[0]; q != x.question {
			t.Errorf("%s asks %q", x.path, q)
		}
		if b := strings.Join(texts(got, "#dialog .actions > *"), " | "); b != x.act+" | "+x.leave {
			t.Errorf("%s has the buttons %s", x.path, b)
		}
		if c := strings.Join(texts(got, ".crumbs li"), " / "); !strings.HasSuffix(c, " / "+x.crumb) {
			t.Errorf("%s stands at %s", x.path, c)
		}
	}
	// A list offers for many what its records can be in the state for.
	report("numbers_choose", map[string]any{"number": "+4930901899", "state": "available", "price": 1})
	for list, want := range map[string]string{"/numbers/available": "", "/numbers/purchased": "Attach… Detach… Set parameters… Deactivate… Block…"} {
		if got := strings.Join(texts(ada.get(in(p.analytical, list)), ".bulk-acts button[name=act]"), " "); !strings.HasPrefix(got, want) || want == "" && got != "" || strings.Contains(got, "Unblock") {
			t.Errorf("%s offers for many %q", list, got)
		}
	}
	home := in(p.analytical, "")
	for _, x := range []struct {
		path, says string
		form       []string
	}{
		{"/calls/" + call + "/flag", "Flagged call from +44 20 7946 0000 to +44 20 7946 0001.", nil},
		{"/numbers/" + number + "/block", "Blocked +49 30 901820.", []string{"reason", "Too loud"}},
		{"/products/" + product + "/cancel", "Cancelled Recording.", nil},
	} {
		ada.send(in(p.analytical, x.path), x.form...).want(t, http.StatusSeeOther)
		ada.get(home).says(t, x.says)
	}
}

// A call that nobody flagged can be flagged, and one that is flagged can lose its flag:
// each with one press, for many at once, and by a program, which may still send what
// the flag shall be.
func TestFlaggingACallAndTakingTheFlagAway(t *testing.T) {
	p := newPanel(t)
	ada, program := p.as(p.ada), p.keyOf(p.ada, p.analytical)
	var reports []record.Report
	for _, reference := range []string{"c1", "c2"} {
		reports = append(reports, record.Report{Values: map[string]any{"reference": reference, "direction": "inbound", "from": "+442079460000", "to": "+442079460001", "started_at": "2026-11-01T10:00:00Z", "result": "answered"}})
	}
	all, err := p.store.ReportRecords(t.Context(), authz.SystemGrant("the test"), p.analytical, record.Place{Section: p.store.Catalog().Section("calls")}, reports)
	must(t, err)
	first, second := all[0].ID.String(), all[1].ID.String()
	calls := in(p.analytical, "/calls")
	one := calls + "/" + first
	offers := func() string {
		var acts []string
		ada.get(one).want(t, http.StatusOK).Find("main form[method=post]").Each(func(_ int, f *goquery.Selection) {
			if at := f.AttrOr("action", ""); strings.HasSuffix(at, "flag") {
				acts = append(acts, strings.TrimSpace(f.Find("button").Text())+" "+strings.TrimPrefix(at, one))
			}
		})
		return strings.Join(acts, ", ")
	}
	flagged := func(id string) any {
		return program.get("/api/v1" + calls + "/" + id).want(http.StatusOK).json()["flagged"]
	}

	if got := offers(); got != "Flag /flag" {
		t.Errorf("a call without a flag offers %q", got)
	}
	after := ada.then(ada.send(one+"/flag", "return", one)).says(t, "Flagged call from +44 20 7946 0000")
	if got := offers(); got != "Remove flag /unflag" || flagged(first) != true {
		t.Errorf("a flagged call, %v, offers %q", flagged(first), got)
	}
	after.Find("input[type=checkbox][name=flagged]").Each(func(int, *goquery.Selection) { t.Error("there is a box to tick") })
	ada.get(one+"/unflag").want(t, http.StatusOK).says(t, "Remove the flag from call from +44 20 7946 0000")
	ada.then(ada.send(one+"/unflag", "return", one)).says(t, "Removed the flag from call from +44 20 7946 0000")
	if got := offers(); got != "Flag /flag" || flagged(first) != false {
		t.Errorf("a call that lost its flag, %v, offers %q", flagged(first), got)
	}

	// Many at once: what is so already is skipped.
	ada.send(calls+"/"+second+"/flag").want(t, http.StatusSeeOther)
	if got := strings.Join(texts(ada.get(calls), ".bulk-acts button[name=act]"), " "); !strings.Contains(got, "Flag… Remove flag…") {
		t.Errorf("the bar offers %s", got)
	}
	ada.then(ada.answers(ada.asks(calls, "act", "flag", "id", first, "id", second).want(t, http.StatusOK).says(t, "Flag: 2 calls"))).says(t, "Flagged 1 call")
	ada.then(ada.answers(ada.asks(calls, "act", "unflag", "id", first, "id", second).want(t, http.StatusOK).says(t, "Remove flag: 2 calls"))).says(t, "Removed the flag from 2 calls")

	// Programs.
	at := "/api/v1" + one
	for _, x := range []struct {
		act  string
		body any
		want bool
	}{{"/flag", nil, true}, {"/unflag", nil, false}, {"/flag", map[string]any{"flagged": true}, true}, {"/flag", map[string]any{"flagged": false}, false}, {"/flag", map[string]any{}, true}} {
		var got any
		if x.body == nil {
			got = program.post(at + x.act).want(http.StatusOK).json()["flagged"]
		} else {
			got = program.post(at+x.act, x.body).want(http.StatusOK).json()["flagged"]
		}
		if got != x.want {
			t.Errorf("%s with %v leaves it %v", x.act, x.body, got)
		}
	}
	program.post(at+"/flag", map[string]any{"comment": "Look"}).want(http.StatusUnprocessableEntity)
	program.post(at+"/flag", map[string]any{"flagged": "yes"}).want(http.StatusBadRequest)
	program.post(at+"/unflag", map[string]any{"flagged": true}).want(http.StatusBadRequest)
	batches := "/api/v1" + calls + "/batches"
	program.post(batches, map[string]any{"act": "flag", "ids": []string{first, second}, "values": map[string]any{"flagged": false}}).want(http.StatusOK)
	if flagged(first) != false || flagged(second) != false {
		t.Errorf("many sent without a flag are %v and %v", flagged(first), flagged(second))
	}
	// Mallory's program finds nothing to flag.
	p.keyOf(p.mallory, p.malloryville).post(at + "/flag").want(http.StatusNotFound)
}
