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

// All that light and dark, or wide and narrow, differ in are Colours.
const (
	All     Rules = `{}`
	Colours Rules = `{runOnly: ['color-contrast', 'link-in-text-block']}`
)

var axe = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
		if err == nil || dir == filepath.Dir(dir) {
			return string(text), err
		}
		dir = filepath.Dir(dir)
	}
})

// Axe gives what axe finds wrong with the page of a tab.
func Axe(ctx context.Context, rules Rules) (found []string, err error) {
	source, err := axe()
	if err != nil {
		return nil, err
	}
	// Violations alone are described, and styles are asked of the page as it is.
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(async () => {
		if (!window.axe) {`+source+`}
		const r = await axe.run(document, {resultTypes: ['violations'], preload: false, ...`+string(rules)+`});
		return JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 200) + ' — ' + n.failureSummary.replace(/\s+/g, ' '))));
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}
	return found, json.Unmarshal([]byte(text), &found)
}
