//go:build browser

package e2e

import "bailiwick/e2e/browser"

// looksRight keeps a picture of the page and runs axe over it, in light and in
// dark; on a phone in light, where it differs from a desk.
func (b *tab) looksRight(name string) {
	b.t.Helper()
	looks := []struct {
		theme string
		rules browser.Rules
	}{{"dark", browser.Colours}, {"light", browser.All}}
	for _, look := range looks {
		b.theme(look.theme)
		b.picture(name + "-" + look.theme)
		if look.theme == "dark" && b.width < 400 {
			continue
		}
		found, err := browser.Axe(b.ctx, look.rules)
		if err != nil {
			b.fail("%v", err)
		}
		for _, f := range found {
			b.t.Errorf("%s (%s), %s: axe: %s", name, b.path(), look.theme, f)
		}
	}
}
