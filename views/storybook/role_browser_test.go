//go:build browser

package storybook

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// What a role gives of a section is chosen on one line, in a wide window beside what the
// role gives in all.
func TestLevelsStandOnOneLine(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	for _, width := range []int64{1280, 390} {
		ctx := tab(t, width, 900)
		for _, story := range []string{"/s/roles-make", "/s/roles-edit--proof-refused"} {
			do(t, ctx, chromedp.Navigate(srv.URL+story))
			heights := eval[[]float64](t, ctx, `[...document.querySelectorAll(".level-choice")].map(l => l.getBoundingClientRect().height).filter(h => h)`)
			if len(heights) < 4 {
				t.Fatalf("%s has %d choices", story, len(heights))
			}
			if w := eval[float64](t, ctx, `document.querySelector(".levels").getBoundingClientRect().width`); width == 1280 && w < 500 {
				t.Errorf("%s leaves %.0f px to the choices", story, w)
			}
			for _, h := range heights {
				if h > 40 {
					t.Errorf("%s at %d px: a choice is %.0f px tall", story, width, h)
				}
			}
		}
	}
}
