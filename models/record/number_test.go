package record_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/models/people"
	"bailiwick/models/store"
)

// Held are the states in which a number is the account's own.
var held = []string{"purchased", "reserved", "blocked"}

// Whatever people do with numbers, in whatever order: nobody holds one that was
// not charged for when it became theirs, and somebody else's never becomes one's
// own.
func TestNobodyHoldsANumberWithoutACharge(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	phil, err := w.s.CreateSubuser(ctx, w.may(w.ada, "subuser_create", w.analytical), people.SubuserInput{Name: "phil", Roles: []string{"PhoneNumberManager"}, Password: "correct horse battery"})
	if err != nil {
		t.Fatal(err)
	}
	app := w.add(w.analytical, w.at("applications"), map[string]any{"name": "Reception"})
	numbers := w.s.Catalog().Section("numbers_all_actions").Records
	next := 0
	rapid.Check(t, func(rt *rapid.T) {
		next++
		e164 := fmt.Sprintf("+4930%07d", 1_000_000+next)
		stranger := rapid.Bool().Draw(rt, "somebody else's")
		var id uuid.UUID
		if stranger {
			id = w.add(w.analytical, w.at("numbers_blocked"), map[string]any{"number": e164, "reason": "Calls at night"}).ID
		} else {
			id = w.number(w.analytical, e164, "available", 2)
		}
		state, bought := "available", 0
		if stranger {
			state = "barred"
		}
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			if rapid.IntRange(0, 3).Draw(rt, "a payment") == 0 {
				w.report(w.analytical, "billing", map[string]any{"description": "Payment", "amount": 2, "type": "payment"})
			}
			act := rapid.SampledFrom(numbers.Kind.Acts).Draw(rt, "act")
			var values map[string]any
			switch act.Key {
			case "attach":
				values = map[string]any{"application": app.ID.String()}
			case "block":
				values = map[string]any{"reason": "For now"}
			}
			g, err := w.s.Access().Authorize(phil.Subuser.Actor(), act.Permission, w.analytical.ID)
			if err != nil {
				g = w.may(w.ada, w.s.Catalog().Info(act.Permission).Key, w.analytical)
			}
			_, err = w.s.Act(ctx, g, numbers.Kind, act, id, values)
			var refused store.Problems
			if err != nil && !errors.As(err, &refused) {
				rt.Fatalf("%s: %v", act.Key, err)
			}
			r, err := w.s.Record(ctx, w.may(w.ada, "numbers_all_actions", w.analytical), id)
			if errors.Is(err, store.ErrNotFound) {
				if !stranger {
					rt.Fatalf("%s deleted a number of the vendor's", act.Key)
				}
				return
			}
			if err != nil {
				rt.Fatal(err)
			}
			if stranger && r.State() != "barred" {
				rt.Fatalf("%s makes somebody else's number %s", act.Key, r.State())
			}
			if !slices.Contains(held, state) && slices.Contains(held, r.State()) {
				bought++
			}
			state = r.State()
			if got := w.query("SELECT count(*)::text FROM records WHERE kind = 'transaction' AND data->>'type' = 'charge' AND data->>'reference' = $1", e164); got != fmt.Sprint(bought) {
				rt.Fatalf("after %s the number became the account's %d times and was charged %s times", act.Key, bought, got)
			}
			if r.ParentID != uuid.Nil && !slices.Contains(held, state) && state != "inactive" {
				rt.Fatalf("an application has a number that is %s", state)
			}
		}
	})
}

// From each state there is a way back to a number in use, or off the list.
func TestNoNumberIsStuck(t *testing.T) {
	w := openAgency(t)
	kind := w.s.Catalog().Kind("number")
	for _, s := range kind.States {
		seen := map[string]bool{}
		for todo := []string{s.Key}; len(todo) > 0; todo = todo[1:] {
			if seen[todo[0]] {
				continue
			}
			seen[todo[0]] = true
			for _, m := range kind.Moves() {
				if m.From == todo[0] {
					todo = append(todo, m.To)
				}
			}
		}
		if own := s.Key != "barred"; own && (!seen["purchased"] || seen[""]) || !own && (!seen[""] || len(seen) != 2) {
			t.Errorf("from %s one gets to %v", s.Key, seen)
		}
	}
}

func TestBlockingAndReservingComeBackToWhatWas(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	w.report(w.analytical, "billing", map[string]any{"description": "Payment", "amount": 7, "type": "payment"})
	app := w.add(w.analytical, w.at("applications"), map[string]any{"name": "Reception"})
	numbers := w.s.Catalog().Section("numbers_all_actions").Records
	id := w.number(w.analytical, "+4930901820", "available", 5)
	do := func(act, want string, values map[string]any) {
		t.Helper()
		a := numbers.Act(act)
		r, err := w.s.Act(ctx, w.may(w.ada, w.s.Catalog().Info(a.Permission).Key, w.analytical), numbers.Kind, a, id, values)
		if err != nil || r.State() != want {
			t.Fatalf("%s: %s, %v", act, r.State(), describe(err))
		}
	}
	// Buy, block, unblock, attach: it is in use.
	do("buy", "purchased", nil)
	do("block", "blocked", map[string]any{"reason": "Under attack"})
	do("unblock", "purchased", nil)
	do("attach", "purchased", map[string]any{"application": app.ID.String()})
	// Given up, it is not reserved, and comes back only by being bought.
	do("deactivate", "inactive", nil)
	for _, act := range []string{"attach", "block"} {
		a := numbers.Act(act)
		_, err := w.s.Act(ctx, w.may(w.ada, w.s.Catalog().Info(a.Permission).Key, w.analytical), numbers.Kind, a, id, map[string]any{"application": app.ID.String()})
		w.wants(err, map[string]string{"": a.Title + " is not possible while this is inactive."})
	}
	_, err := w.s.Act(ctx, w.may(w.ada, "number_purchase", w.analytical), numbers.Kind, numbers.Act("buy"), id, nil)
	w.wants(err, map[string]string{"": "The balance doesn't cover the first month."})
}

func TestNumbersThatBecameOnesOwnAreGivenBack(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	stranger := w.add(w.analytical, w.at("numbers_blocked"), map[string]any{"number": "+4930901820", "reason": "Calls at night"})
	own, lapsed := w.number(w.analytical, "+4930901821", "purchased", 5), w.number(w.analytical, "+4930901822", "purchased", 5)
	numbers := w.s.Catalog().Section("numbers_all_actions").Records
	for _, id := range []uuid.UUID{own, lapsed} {
		if _, err := w.s.Act(ctx, w.may(w.ada, "numbers_blocked.edit", w.analytical), numbers.Kind, numbers.Act("block"), id, map[string]any{"reason": "For now"}); err != nil {
			t.Fatal(describe(err))
		}
	}
	w.exec(`UPDATE records SET data = data || '{"state": "purchased"}' WHERE id = $1`, stranger.ID)
	w.exec(`INSERT INTO audit_events (tenant_id, account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change, previous, hash)
		SELECT tenant_id, account_id, seq + 1000, at + interval '1 second', principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name,
			'{"state": {"from": "inactive", "to": "blocked"}}', previous, hash FROM audit_events WHERE resource_id = $1 AND action = 'number.block'`, lapsed)
	w.migrate("0021_states_and_lines.sql")
	for id, want := range map[uuid.UUID]string{stranger.ID: "barred", own: "blocked", lapsed: "inactive"} {
		r, err := w.s.Record(ctx, w.may(w.ada, "numbers_all_actions", w.analytical), id)
		if err != nil || r.State() != want {
			t.Errorf("%s is %s, want %s, %v", r.Name, r.State(), want, err)
		}
	}
}
