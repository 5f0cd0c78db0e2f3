package record_test

import (
	"strings"
	"testing"

	"bailiwick/models/store"
)

func TestSecretsThatAreTypedInAreSealed(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	at := w.at("integrations")
	r := w.add(w.analytical, at, map[string]any{"provider": "hubspot", "label": "CRM", "secret": "pat-na1-swordfish", "state": "enabled"})
	if r.Values["secret"] != store.SealedMask {
		t.Errorf("the key is shown as %v", r.Values["secret"])
	}
	before := w.query("SELECT secrets::text FROM records WHERE id = $1", r.ID)
	if everything := w.query("SELECT string_agg(r::text, '') FROM records r") + w.query("SELECT string_agg(a::text, '') FROM audit_events a"); strings.Contains(everything, "swordfish") {
		t.Error("the key is stored in the clear")
	}
	edit := w.may(w.ada, "integrations.edit", w.analytical)
	if _, err := w.s.EditRecord(ctx, edit, at, r.ID, 1, map[string]any{"provider": "hubspot", "label": "CRM 2", "state": "enabled"}); err != nil {
		t.Fatal(describe(err))
	}
	if w.query("SELECT secrets::text FROM records WHERE id = $1", r.ID) != before {
		t.Error("an edit without the key changed it")
	}
	if _, err := w.s.EditRecord(ctx, edit, at, r.ID, 2, map[string]any{"provider": "hubspot", "label": "CRM 2", "state": "enabled", "secret": "another"}); err != nil {
		t.Fatal(describe(err))
	}
	if w.query("SELECT secrets::text FROM records WHERE id = $1", r.ID) == before {
		t.Error("a new key was not kept")
	}
	// A required one may stay, and is asked for where there is none.
	_, _, err := w.s.CreateRecord(ctx, w.may(w.ada, "payment_methods.edit", w.analytical), w.at("payment_methods"), map[string]any{"label": "Visa", "provider": "pay"})
	w.wants(err, map[string]string{"provider_token": "Fill this in."})
	method := w.add(w.analytical, w.at("payment_methods"), map[string]any{"label": "Visa", "provider": "pay", "provider_token": "pm_swordfish1"})
	if _, err := w.s.EditRecord(ctx, w.may(w.ada, "payment_methods.edit", w.analytical), w.at("payment_methods"), method.ID, 1, map[string]any{"label": "Visa card", "provider": "pay"}); err != nil {
		t.Fatal(describe(err))
	}
}
