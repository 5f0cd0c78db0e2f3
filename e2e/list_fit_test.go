//go:build browser

package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bailiwick/e2e/browser"
)

// inSight scrolls the dots of a row into view, up and down alone, and gives their
// middle where they lie in the window with nothing over them.
const inSight = `(dots => {
	dots.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
	const r = dots.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
	const sideways = dots.closest('.region').scrollLeft + scrollX;
	return !sideways && r.left >= 0 && r.right <= innerWidth && dots.contains(document.elementFromPoint(x, y)) ? [x, y] : [];
})([...document.querySelectorAll('main [data-menu]')].at(%d))`

// fits tells whether the open menu and all that can be pressed in it lie in the window.
const fits = `(() => {
	const menu = document.querySelector('.pop:popover-open'), all = menu ? [menu, ...menu.querySelectorAll('a,button')] : [];
	return all.length > 1 && all.every(e => { const r = e.getBoundingClientRect(); return r.width && r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight; });
})()`

// forms are the addresses of the forms that a list leads to.
const forms = `[...new Set([...document.querySelectorAll('main a[href$="/new"]')].map(a => a.pathname))]`

// menusFit reaches the menu of the first and the last row of the page, if it has any,
// without moving it sideways, and all that is in it, and says how many there were.
func (b *tab) menusFit() (menus int) {
	b.t.Helper()
	if !eval[bool](b, `!!document.querySelector('main [data-menu]')`) {
		return 0
	}
	for _, row := range []int{0, -1} {
		menus++
		at := eval[[]float64](b, fmt.Sprintf(inSight, row))
		if len(at) != 2 {
			b.picture("dots")
			b.t.Errorf("%s at %d px: the dots of row %d are out of sight", b.path(), b.width, row)
			continue
		}
		b.do(chromedp.MouseClickXY(at[0], at[1]))
		b.until("a menu to open", func() bool { return eval[bool](b, `!!document.querySelector('.pop:popover-open')`) })
		if !eval[bool](b, fits) {
			b.picture("menu")
			b.t.Errorf("%s at %d px: the menu of row %d is not inside the window", b.path(), b.width, row)
		}
		b.keys(kb.Escape)
	}
	return menus
}

// reachesAll tries every control of a page at a desk, on a tablet and on a phone.
func (b *tab) reachesAll(path string) {
	b.t.Helper()
	b.open(path)
	for _, width := range []int64{1280, 768, 390} {
		b.resize(width, 844)
		b.fitsItsWindow()
		found, err := browser.OutOfReach(b.ctx)
		if err != nil {
			b.fail("%v", err)
		}
		if len(found) > 0 {
			b.t.Errorf("%s at %d px: out of reach are %q", path, width, found)
		}
	}
}

// settled tells whether the page shows what its address is answered with. It asks
// again now and then: somebody else may have changed something.
func (w *walk) settled(l listing) bool {
	w.t.Helper()
	a, ok := w.known[same(l.At)]
	if !ok || !slices.Equal(l.keys(), a.keys) && time.Since(a.asked) > time.Second {
		a.keys = w.at(l.At).keys()
	}
	return slices.Equal(l.keys(), a.keys)
}

// choice is an option that some of the rows have, not all if possible.
func (w *walk) choice(f filter) (n int, value string) {
	w.t.Helper()
	if n, ok := w.chosen[f.Name]; ok {
		return n, f.Options[n].Value
	}
	n = 1
	for i, o := range f.Options[1:] {
		if o.Value == "custom" { // days to pick, which narrow nothing yet
			continue
		}
		found := len(w.at(w.narrowed(f.Name, o.Value)).Rows)
		if found > 0 {
			n = i + 1
		}
		if found > 0 && found < len(w.full.Rows) {
			break
		}
	}
	w.chosen[f.Name] = n
	return n, f.Options[n].Value
}

// fits fails unless the rows are such that have the n-th option of a filter, and
// gives what tells them.
func (w *walk) fits(l listing, f filter, n int) (is func(row) bool) {
	w.t.Helper()
	column, text := w.full.column(f.Label), strings.TrimPrefix(f.Options[n].Text, f.Label+": ")
	is = func(r row) bool { return column >= 0 && strings.EqualFold(r.Cells[column], text) }
	may := func(r row) bool { return column < 0 || holds(r.Cells[column], text) }
	if days := since.FindStringSubmatch(text); days != nil && column >= 0 {
		is = func(r row) bool { return w.since(r, column, days[1] == "In the last", days[2]) }
		may = is
	}
	for _, r := range l.Rows {
		if !may(r) {
			w.t.Errorf("%s shows a row that is not %s: %s", l.At, text, r.text())
		}
	}
	return is
}

// since is an option about how long ago something was.
var since = regexp.MustCompile(`^(In the last|Not for) (\d+) days$`)

// since tells whether the time of a row is at most, or more than, so many days ago.
// What never was is in none of the days; its cell says so.
func (w *walk) since(r row, column int, within bool, days string) bool {
	w.t.Helper()
	if r.Times[column] == "" {
		if r.Cells[column] != "Never" {
			w.fail("%q is neither a time nor never: %s", r.Cells[column], r.text())
		}
		return !within
	}
	at, err := time.Parse(time.RFC3339, r.Times[column])
	if err != nil {
		w.fail("the time of %s: %v", r.text(), err)
	}
	n, _ := strconv.Atoi(days)
	return within == (time.Since(at) <= time.Duration(n)*24*time.Hour)
}
