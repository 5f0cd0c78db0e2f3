//go:build browser

package e2e

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
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

// Ada reaches the menu of the first and the last row of every list without moving
// the page sideways, and all that is in it; and every control of the form that adds a
// row.
func TestEveryListFitsItsWindow(t *testing.T) {
	for _, width := range []int64{1280, 390, 320} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			ada := newTab(t, "Ada")
			ada.signIn("ada@example.com")
			account := ada.stands(`/a/[^/]+`)
			ada.resize(width, 844)
			pages := []string{"/accounts", "/sessions", account + "/members/invites"}
			for _, p := range ada.navigation(account) {
				pages = append(pages, strings.TrimSuffix(account+p, "/"))
			}
			menus, adding := 0, map[string]bool{}
			if width == 1280 { // what an application has inside it
				ada.open(account + "/applications")
				ada.open(eval[string](ada, `document.querySelector('main tbody th a').pathname`))
				pages = append(pages, eval[[]string](ada, `[...document.querySelectorAll('main .tabs a')].map(a => a.pathname)`)...)
			}
			for _, p := range pages {
				ada.open(p)
				ada.fitsItsWindow()
				for _, form := range eval[[]string](ada, forms) {
					adding[form] = true
				}
				for _, row := range []int{0, -1} {
					if !eval[bool](ada, `!!document.querySelector('main [data-menu]')`) {
						continue
					}
					menus++
					at := eval[[]float64](ada, fmt.Sprintf(inSight, row))
					if len(at) != 2 {
						ada.picture("dots")
						t.Errorf("%s: the dots of row %d are out of sight", p, row)
						continue
					}
					ada.do(chromedp.MouseClickXY(at[0], at[1]))
					ada.until("a menu to open", func() bool { return eval[bool](ada, `!!document.querySelector('.pop:popover-open')`) })
					if !eval[bool](ada, fits) {
						ada.picture("menu")
						t.Errorf("%s: the menu of row %d is not inside the window", p, row)
					}
					ada.keys(kb.Escape)
				}
			}
			if menus < 60 {
				t.Errorf("only %d menus were opened", menus)
			}
			if width == 1280 {
				ada.reachesAll(adding)
			}
		})
	}
}

// reachesAll tries every control of pages at a desk, on a tablet and on a phone.
func (b *tab) reachesAll(pages map[string]bool) {
	b.t.Helper()
	if len(pages) < 40 {
		b.t.Errorf("only %d forms are led to", len(pages))
	}
	for _, p := range slices.Sorted(maps.Keys(pages)) {
		b.open(p)
		for _, width := range []int64{1280, 768, 390} {
			b.resize(width, 844)
			b.fitsItsWindow()
			found, err := browser.OutOfReach(b.ctx)
			if err != nil {
				b.t.Fatal(err)
			}
			if len(found) > 0 {
				b.t.Errorf("%s at %d px: out of reach are %q", p, width, found)
			}
		}
	}
}

// settled tells whether the page shows what its address is answered with. It asks
// again now and then: somebody else may have changed something.
func (w *walk) settled(l listing) bool {
	w.t.Helper()
	a, ok := w.known[l.At]
	if !ok || !slices.Equal(l.keys(), a.keys) && time.Since(a.asked) > time.Second {
		a = answer{w.at(l.At).keys(), time.Now()}
		w.known[l.At] = a
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
