//go:build browser

package storybook

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// Initials are drawn by the style sheet, where axe does not look: each colour is
// measured as it is painted, by WCAG 2.2, 1.4.3.
func TestInitialsAreLegible(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	ctx := tab(t, 1280, 800)
	for _, theme := range []string{"light", "dark"} {
		do(t, ctx, scheme(theme), chromedp.Navigate(srv.URL+"/s/parts-avatars"))
		ratios := eval[[]float64](t, ctx, `(() => {
			const pen = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d");
			const light = colour => {
				pen.fillStyle = colour;
				pen.fillRect(0, 0, 1, 1);
				const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
				return .2126 * r + .7152 * g + .0722 * b;
			};
			return [...document.querySelectorAll("#main .av")].map(a => {
				const s = getComputedStyle(a), [low, high] = [light(s.color), light(s.backgroundColor)].sort((a, b) => a - b);
				return (high + .05) / (low + .05);
			});
		})()`)
		if len(ratios) != 8 {
			t.Fatalf("%d avatars", len(ratios))
		}
		t.Logf("%s: %.1f", theme, ratios)
		for i, r := range ratios {
			if r < 4.5 {
				t.Errorf("%s: colour %d has a contrast of %.2f", theme, i+1, r)
			}
		}
	}
}
