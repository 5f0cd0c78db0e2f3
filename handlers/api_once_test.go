package handlers_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// A call that is sent again is done once and gets the same answer; another call by its
// name is refused, one that did nothing can be sent again, and after a day a name is free.
func TestACallIsDoneOnce(t *testing.T) {
	p := newPanel(t)
	ada, list := p.keyOf(p.ada, p.analytical), api(p.analytical, "/accounts")
	named := func(name string) *caller { return ada.with("Idempotency-Key", name) }
	first := named("a").post(list, map[string]any{"name": "Lisbon"}).want(http.StatusCreated)
	again := named("a").post(list, map[string]any{"name": "Lisbon"}).want(http.StatusCreated)
	if again.body != first.body || again.header.Get("Location") != first.header.Get("Location") || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the second answer is %s, the first was %s", again.body, first.body)
	}
	named("a").post(list, map[string]any{"name": "Porto"}).want(http.StatusUnprocessableEntity).says("other-call")
	named("b").post(list, map[string]any{"name": ""}).want(http.StatusUnprocessableEntity)
	named("b").post(list, map[string]any{"name": "Porto"}).want(http.StatusCreated)
	named(strings.Repeat("x", 256)).post(list, map[string]any{"name": "Faro"}).want(http.StatusBadRequest)
	// Another key has names of its own.
	p.keyOf(p.ada, p.analytical).with("Idempotency-Key", "a").post(list, map[string]any{"name": "Braga"}).want(http.StatusCreated)

	// Eight at once: one is created, and each of the others gets its answer or waits for it.
	var wg sync.WaitGroup
	created := make([]answer, 8)
	for i := range created {
		wg.Go(func() { created[i] = named("c").post(list, map[string]any{"name": "Evora"}) })
	}
	wg.Wait()
	for _, a := range created {
		if a.status != http.StatusCreated && a.status != http.StatusConflict {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if got := ada.get(list + "?q=evora"); strings.Count(got.body, `"name":"Evora"`) != 1 {
		t.Errorf("done more than once: %s", got.body)
	}
	p.clock.advance(25 * time.Hour)
	must(t, p.store.PruneCalls(t.Context()))
	var kept int
	must(t, modelstest.Ground(p.store).One(t.Context(), store.ScopeOperator, []any{&kept}, "SELECT count(*) FROM calls_once"))
	if kept > 0 {
		t.Errorf("%d calls are known after a day", kept)
	}
	named("a").post(list, map[string]any{"name": "Lisbon again"}).want(http.StatusCreated)
}
