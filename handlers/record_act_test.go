package handlers_test

import (
	"net/http"
	"strings"
	"testing"

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
		{"/calls/" + call + "/flag", "Changed call from +44 20 7946 0000 to +44 20 7946 0001.", nil},
		{"/numbers/" + number + "/block", "Blocked +49 30 901820.", []string{"reason", "Too loud"}},
		{"/products/" + product + "/cancel", "Cancelled Recording.", nil},
	} {
		ada.send(in(p.analytical, x.path), x.form...).want(t, http.StatusSeeOther)
		ada.get(home).says(t, x.says)
	}
}
