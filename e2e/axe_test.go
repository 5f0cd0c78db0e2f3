//go:build browser

package e2e

import "bailiwick/e2e/browser"

// looksRight keeps a picture of the page and runs axe over it, in light and in
// dark; on a phone in light, where it differs from a desk. The sidebar is the
// same on every page, and looked at on the first.
func (b *tab) looksRight(name string) {
	b.t.Helper()
	looks := []struct {
		theme string
		rules browser.Rules
	}{{"dark", browser.Colours}, {"light", browser.All}}
	var without []string
	if b.framed {
		without = []string{"#sidebar"}
	}
	b.framed = eval[bool](b, `document.querySelector('#sidebar') !== null`)
	for _, look := range looks {
		b.theme(look.theme)
		b.picture(name + "-" + look.theme)
		if look.theme == "dark" && b.width < 400 {
			continue
		}
		found, err := browser.Axe(b.ctx, look.rules, without...)
		if err != nil {
			b.fail("%v", err)
		}
		for _, f := range found {
			b.t.Errorf("%s (%s), %s: axe: %s", name, b.path(), look.theme, f)
		}
	}
}
