//go:build browser

package e2e

import (
	"os"

	"bailiwick/e2e/browser"
)

// sidebar is all that stands in it: its frame keeps its place beside the page.
const sidebar = "#sidebar > *"

// looksRight keeps pictures of the page and runs axe over it. What is the same on
// every page is looked at on the first of a tab: the sidebar, and the colours of the
// dark, which the storybook holds every page to.
func (b *tab) looksRight(name string) {
	b.t.Helper()
	narrow := b.width < 400
	switch {
	case !b.framed[narrow]:
		b.looksRightIn("dark", name, browser.Colours)
		b.looksRightIn("light", name, browser.All)
	case narrow:
		b.pictureIn("dark", name)
		b.looksRightIn("light", name, browser.Layout, sidebar)
	default:
		b.pictureIn("dark", name)
		b.looksRightIn("light", name, browser.All, sidebar)
	}
	b.framed[narrow] = b.framed[narrow] || eval[bool](b, `document.querySelector('#sidebar') !== null`)
}

func (b *tab) looksRightIn(theme, name string, rules browser.Rules, without ...string) {
	b.t.Helper()
	b.theme(theme)
	b.picture(name + "-" + theme)
	found, err := browser.Axe(b.ctx, rules, without...)
	if err != nil {
		b.fail("%v", err)
	}
	for _, f := range found {
		b.t.Errorf("%s (%s), %s, %d px: axe: %s", name, b.path(), theme, b.width, f)
	}
}

// pictureIn shows the page in a theme only where somebody keeps the picture.
func (b *tab) pictureIn(theme, name string) {
	b.t.Helper()
	if os.Getenv("SCREENSHOTS") != "" {
		b.theme(theme)
		b.picture(name + "-" + theme)
	}
}
