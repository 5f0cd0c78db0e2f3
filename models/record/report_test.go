package record_test

import (
	"errors"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

func TestTheDataPlaneReportsCalls(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	system, calls := authz.SystemGrant("reported"), w.at("calls")
	reception := w.add(w.analytical, w.at("applications"), map[string]any{"name": "Reception"})
	foreign := w.add(w.malloryVill, w.at("applications"), map[string]any{"name": "Loot"})
	yesterday := w.now.Add(-24 * time.Hour).Truncate(time.Second)
	call := func(reference string, more map[string]any) record.Report {
		v := map[string]any{
			"reference": reference, "direction": "inbound", "from": "+442079460001", "to": "+442079460002",
			"started_at": yesterday.Format(time.RFC3339), "duration": 61, "cost": 0.12, "result": "answered", "application": reception.ID.String(),
		}
		for name, x := range more {
			v[name] = x
		}
		return record.Report{Values: v} // when it came to be, it says itself
	}
	before, err := w.s.VerifyAudit(ctx, w.analytical.TenantID, w.analytical.ID)
	if err != nil {
		t.Fatal(err)
	}

	made, err := w.s.ReportRecords(ctx, system, w.analytical, calls, []record.Report{call("c1", nil), call("c2", nil)})
	if err != nil || len(made) != 2 {
		t.Fatal(made, describe(err))
	}
	l := w.list(w.may(w.ada, "application_calls", w.analytical), w.at("application_calls", reception.ID), record.Query{})
	if l.Total != 2 || !l.Records[0].CreatedAt.Equal(yesterday) || l.Records[0].Values["flagged"] != false {
		t.Errorf("%+v", l.Records)
	}
	if after, err := w.s.VerifyAudit(ctx, w.analytical.TenantID, w.analytical.ID); err != nil || after != before+1 {
		t.Errorf("%d events for one report: %v", after-before, err)
	}

	// A wrong one takes the others with it, and is named.
	for _, wrong := range []struct {
		values, want map[string]any
	}{
		{map[string]any{"result": "lost"}, map[string]any{"result": "Choose one of: Answered, Missed, Busy, Failed, Voicemail."}},
		{map[string]any{"mood": "good"}, nil},
		{map[string]any{"application": foreign.ID.String()}, map[string]any{"application": "Choose one of the list."}},
	} {
		_, err := w.s.ReportRecords(ctx, system, w.analytical, calls, []record.Report{call("c3", nil), call("c4", wrong.values)})
		var p store.Problems
		if !errors.As(err, &p) || p[""] != "Report 2 is wrong." {
			t.Errorf("%v: %v", wrong.values, describe(err))
		}
		for name, sentence := range wrong.want {
			if p[name] != sentence {
				t.Errorf("%s: %q", name, p[name])
			}
		}
	}
	// What was sent does not stand among what waits, nor the other way round.
	sms := map[string]any{"way": "one_way", "direction": "outbound", "to": "+442079460001", "text": "Hello", "state": "sent"}
	if _, err = w.s.ReportRecords(ctx, system, w.analytical, w.at("sms_two_way_history"), []record.Report{{Values: sms}}); err == nil {
		t.Error("a one-way message is among the two-way ones")
	}
	if _, err = w.s.ReportRecords(ctx, system, w.analytical, w.at("sms_one_way"), []record.Report{{Values: sms}}); !errors.Is(err, authz.ErrDenied) {
		t.Errorf("where the panel makes records: %v", err)
	}
	if l := w.list(w.may(w.ada, "calls", w.analytical), calls, record.Query{}); l.Total != 2 {
		t.Errorf("%d calls", l.Total)
	}

	// Nobody reports by a right of their own.
	for _, g := range []authz.Grant{w.may(w.ada, "calls", w.analytical), w.may(w.ada, "calls.delete", w.analytical), authz.Self(w.ada.Actor()), {}} {
		if _, err := w.s.ReportRecords(ctx, g, w.analytical, calls, []record.Report{call("c5", nil)}); !errors.Is(err, authz.ErrDenied) {
			t.Errorf("%s reports: %v", g.Because(), err)
		}
	}
}
