package browser

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"

	"github.com/chromedp/chromedp"
)

// Rules are those that axe holds a page against.
type Rules string

// All that light and dark differ in are Colours; all that wide and narrow differ in is Layout.
const (
	All     Rules = `{}`
	Colours Rules = `{runOnly: ['color-contrast', 'link-in-text-block']}`
	Layout  Rules = `{rules: {'color-contrast': {enabled: false}, 'link-in-text-block': {enabled: false}}}`
)

var axe = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
		if err == nil || dir == filepath.Dir(dir) {
			return string(text) + "; true", err
		}
		dir = filepath.Dir(dir)
	}
})

// takeAway is a function of script: it takes what selectors name out of the page, but not
// what is open or has the focus, and gives a function that brings all back to its place.
const takeAway = `selectors => {
	const x = scrollX, y = scrollY;
	const away = [...document.querySelectorAll(selectors)].filter(e => !e.matches(':focus-within, :popover-open, :has(:popover-open, :modal)'))
		.map(e => ({e, place: document.createComment(''), around: e.parentElement, top: e.parentElement.scrollTop}));
	away.forEach(a => a.e.replaceWith(a.place));
	return () => {
		away.forEach(a => a.place.replaceWith(a.e));
		away.forEach(a => a.around.scrollTop = a.top);
		scrollTo({left: x, top: y, behavior: 'instant'});
	};
}`

// Axe gives what axe finds wrong with the page of a tab, without the parts that
// the selectors name. Rows of a list are made alike: it looks at the first ones.
func Axe(ctx context.Context, rules Rules, without ...string) (found []string, err error) {
	source, err := axe()
	if err != nil {
		return nil, err
	}
	there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!!window.axe`))
	if err == nil && !there {
		// As a text of its own, which Chromium compiles once for all pages.
		_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](source))
	}
	if err != nil {
		return nil, err
	}
	without = append(without, "tbody > tr:nth-child(n+6)", "ol.changes > li:nth-child(n+6)")
	out, err := json.Marshal(without)
	if err != nil {
		return nil, err
	}
	// What is left out is out of the page for the look: each rule of axe goes through
	// all there is. Violations alone are described, and styles are asked of the page as it is.
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(async () => {
		const out = `+string(out)+`, back = (`+takeAway+`)(out.join());
		try {
			const r = await axe.run({include: ["html"], exclude: out}, {resultTypes: ['violations'], preload: false, elementRef: false, iframes: false, ...`+string(rules)+`});
			return JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 200) + ' — ' + n.failureSummary.replace(/\s+/g, ' '))));
		} finally {
			back();
		}
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}
	return found, json.Unmarshal([]byte(text), &found)
}
