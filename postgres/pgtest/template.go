package pgtest

import (
	"fmt"
	"sync"
	"testing"
)

// Template is what many tests of a package begin with: filled by the first of them,
// copied for each. Its zero value is ready.
type Template struct {
	once sync.Once
	name string // empty until it is filled
}

// Clone is the Clone of what fill left in an empty one, by the URL of the login that
// owns nothing. Nobody may still be connected when fill returns.
func (x *Template) Clone(t testing.TB, fill func(url string)) string {
	t.Helper()
	x.once.Do(func() {
		if shared.server == nil {
			t.Fatal(noMain)
		}
		name := fmt.Sprintf("%s_%d", shared.template, shared.clones.Add(1))
		if err := shared.copy(t.Context(), name, shared.template); err != nil {
			t.Fatalf("pgtest: %v", err)
		}
		shared.mu.Lock()
		shared.filled = append(shared.filled, name)
		shared.mu.Unlock()
		fill(shared.url(shared.login, name))
		if OnCitus() {
			if err := shared.freeze(t.Context(), name); err != nil {
				t.Fatalf("pgtest: %v", err)
			}
		}
		x.name = name
	})
	if x.name == "" {
		t.Fatal("pgtest: the template could not be filled")
	}
	return clone(t, x.name)
}
