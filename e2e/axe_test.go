//go:build browser

package e2e

import (
	"fmt"
	"os"
	"sync"

	"bailiwick/e2e/browser"
)

// sidebar is all that stands in it: its frame keeps its place beside the page.
const sidebar = "#sidebar > *"

// entries is script for what the sidebar leads to; "" where there is none.
const entries = `[...document.querySelectorAll('#sidebar a')].map(a => a.textContent.trim()).join()`

// shades is script for all combinations of tags, classes and states that a text stands
// in, outside of the sidebar: what has the same around it has the same colours.
const shades = `(() => {
	const known = new Map([[document.body, 'body']]);
	const of = e => {
		if (!known.has(e)) known.set(e, of(e.parentElement) + ' ' + e.localName + [...e.attributes].filter(a => /^(class|type|disabled|open|popover|aria-(?!label|describedby|controls|owns).*)$/.test(a.name)).map(a => a.name + a.value).join());
		return known.get(e);
	};
	const all = new Set();
	for (const e of document.body.querySelectorAll('*')) if (!e.closest('#sidebar') && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) all.add(of(e));
	return [...all];
})()`

// seen is what axe has looked at in this run: sidebars, by how wide their window was,
// and shades.
var seen sync.Map

// isNew tells whether any of some things was not seen before.
func isNew(things ...string) (any bool) {
	for _, x := range things {
		_, known := seen.LoadOrStore(x, true)
		any = any || !known
	}
	return any
}

// looksRight keeps pictures of the page and runs axe over it. The sidebar is looked at
// where it first leads to what it does, and so are colours where a text first stands in
// such surroundings; the storybook holds every page to its colours in the dark.
func (b *tab) looksRight(name string) {
	b.t.Helper()
	narrow := b.width < 400
	without := []string{sidebar}
	rules := browser.Layout
	if to := eval[string](b, entries); to != "" && isNew(fmt.Sprint(narrow, to)) {
		without, rules = nil, browser.All
		b.looksRightIn("dark", name, browser.Colours)
	} else {
		b.pictureIn("dark", name)
	}
	if !narrow && isNew(eval[[]string](b, shades)...) {
		rules = browser.All
	}
	b.looksRightIn("light", name, rules, without...)
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
