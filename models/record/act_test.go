package record_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/models/record"
)

func TestActsWaitForTheirState(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	app := w.add(w.analytical, w.at("applications"), map[string]any{"name": "Reception"})
	c := w.s.Catalog()
	numbers := c.Section("numbers_all_actions").Records
	number := w.number(w.analytical, "+4930901820", "purchased", 5)
	do := func(act, permission string, id uuid.UUID, values map[string]any) (record.Record, error) {
		return w.s.Act(ctx, w.may(w.ada, permission, w.analytical), numbers.Kind, numbers.Act(act), id, values)
	}
	_, err := do("attach", "number_attach", number, nil)
	w.wants(err, map[string]string{"application": "Fill this in."})
	_, err = do("attach", "number_attach", number, map[string]any{"application": uuid.NewString()})
	w.wants(err, map[string]string{"application": "Choose one of the list."})
	_, err = do("attach", "number_attach", number, map[string]any{"application": app.ID.String(), "state": "available"})
	w.wants(err, map[string]string{"state": "This can't be set here."})
	r, err := do("attach", "number_attach", number, map[string]any{"application": app.ID.String()})
	if err != nil || r.ParentID != app.ID {
		t.Fatalf("%+v %v", r, describe(err))
	}
	if l := w.list(w.may(w.ada, "application_numbers", w.analytical), w.at("application_numbers", app.ID), record.Query{}); len(l.Records) != 1 {
		t.Errorf("the application has %v", names(l))
	}
	r, err = do("parameters", "number_parameters", number, map[string]any{"parameters": map[string]any{"greeting": "hello"}})
	if err != nil || r.ParentID != app.ID {
		t.Fatalf("%+v %v", r, describe(err))
	}
	if r, err = do("deactivate", "number_deactivate", number, nil); err != nil || r.State() != "inactive" {
		t.Fatalf("%+v %v", r, describe(err))
	}
	_, err = do("deactivate", "number_deactivate", number, nil)
	w.wants(err, map[string]string{"": "Deactivate is not possible while this is inactive."})
	if r, err = do("detach", "number_attach", number, nil); err != nil || r.ParentID != uuid.Nil {
		t.Fatalf("%+v %v", r, describe(err))
	}
	// The owner reserves nothing: that is the phone number manager's alone.
	if _, err := w.s.Access().Authorize(w.ada.Actor(), c.Permission("numbers_reserved"), w.analytical.ID); err == nil {
		t.Error("the owner may reserve")
	}
}

func TestBuyingTakesThePriceOnce(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	w.report(w.analytical, "billing", map[string]any{"description": "Payment", "amount": 7, "type": "payment"})
	buy := w.s.Catalog().Section("number_purchase").Records
	one, two := w.number(w.analytical, "+4930901820", "available", 5), w.number(w.analytical, "+4930901821", "available", 5)
	errs := make([]error, 2)
	var wait sync.WaitGroup
	for i, id := range []uuid.UUID{one, two} {
		wait.Go(func() {
			_, errs[i] = w.s.Act(ctx, w.may(w.ada, "number_purchase", w.analytical), buy.Kind, buy.Act("buy"), id, nil)
		})
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("two purchases for one balance: %v, %v", errs[0], errs[1])
	}
	w.wants(errors.Join(errs...), map[string]string{"": "The balance doesn't cover the first month."})
	l := w.list(w.may(w.ada, "billing", w.analytical), w.at("billing"), record.Query{})
	if l.Sum != "2.00" || l.Total != 2 {
		t.Errorf("the balance is %s of %d transactions", l.Sum, l.Total)
	}
	if l := w.list(w.may(w.ada, "numbers_list", w.analytical), w.at("numbers_list"), record.Query{}); l.Total != 1 {
		t.Errorf("bought: %v", names(l))
	}
}

func TestTheLastEnabledTokenStays(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	at := w.at("log_shipping_tokens")
	edit := w.may(w.ada, "log_shipping_tokens.edit", w.analytical)
	last := map[string]string{"": "This is the last log shipping token that is enabled, and one has to stay so."}
	for round := range 20 {
		a := w.add(w.analytical, at, map[string]any{"name": fmt.Sprint("a", round), "state": "enabled"})
		b := w.add(w.analytical, at, map[string]any{"name": fmt.Sprint("b", round), "state": "enabled"})
		var wait sync.WaitGroup
		var errs [2]error
		wait.Go(func() {
			_, errs[0] = w.s.EditRecord(ctx, edit, at, a.ID, 1, map[string]any{"name": a.Name, "state": "disabled"})
		})
		wait.Go(func() { errs[1] = w.s.DeleteRecord(ctx, edit, at, b.ID) })
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("round %d: %v, %v", round, errs[0], errs[1])
		}
		w.wants(errors.Join(errs[:]...), last)
		w.query("WITH gone AS (DELETE FROM records RETURNING 1) SELECT count(*)::text FROM gone")
	}
}

func TestTokensExpireUnlessOneSaysNever(t *testing.T) {
	w := openAgency(t)
	at := w.at("shared_tokens")
	r := w.add(w.analytical, at, map[string]any{"name": "For the auditor"})
	ends, err := time.Parse(time.RFC3339, fmt.Sprint(r.Values["expires_at"]))
	if err != nil || ends.Sub(w.now).Round(time.Minute) != 7*24*time.Hour {
		t.Errorf("it ends %v after now, %v", ends.Sub(w.now), err)
	}
	r = w.add(w.analytical, at, map[string]any{"name": "For ever", "lasts": "never expires"})
	if r.Values["expires_at"] != nil {
		t.Errorf("it ends at %v", r.Values["expires_at"])
	}
}
