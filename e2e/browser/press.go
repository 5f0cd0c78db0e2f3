package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Patience is how long a test waits for what must come: long enough for a slow
// machine, so that what is wrong ends the test and not the run.
const Patience = time.Minute

// Reach is a function of script: it brings the element that it is called on into the
// window and gives its middle, or null while something else lies there.
const Reach = `function() {
	const at = block => {
		this.scrollIntoView({block, inline: 'nearest', behavior: 'instant'});
		const r = [...this.getClientRects()].find(r => r.width && r.height);
		if (!r) return null;
		const x = r.x + r.width / 2, y = r.y + r.height / 2, top = document.elementFromPoint(x, y);
		return top && (this.contains(top) || top.contains(this) && top.closest('label,a,button') || [...(this.labels ?? [])].some(l => l.contains(top))) ? {x, y} : null;
	};
	return at('nearest') ?? at('center');
}`

// Press clicks the first element that a CSS selector finds, as a mouse does, once it
// is there, uncovered, and stands still.
func Press(selector string) Action {
	name, _ := json.Marshal(selector)
	find := `(e => e && (` + Reach + `).call(e))(document.querySelector(` + string(name) + `))`
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		type point struct{ X, Y float64 }
		var last *point
		for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			at, err := chromedp.Run(ctx, chromedp.Evaluate[*point](find))
			if err != nil || at == nil || last == nil || *at != *last {
				last = at // the page may just be replaced
				continue
			}
			return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y))
		}
		return fmt.Errorf("waited in vain for a free %s", selector)
	})
}

// Fill presses a field and types into it, instead of what is in it.
func Fill(selector, value string) Action {
	if value == "" {
		value = kb.Delete
	}
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		return chromedp.Do(ctx, Press(selector), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.activeElement.select?.(), true`))
			return err
		}), chromedp.KeyEvent(value))
	})
}
