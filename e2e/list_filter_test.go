//go:build browser

package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// days narrows the list to some days of the calendar, and to those that are typed,
// and takes them off by their chips.
func (w *walk) days(f filter) {
	w.t.Helper()
	const week = 2 // the option
	w.choose(f.Name, week)
	l := w.follows("the rows to follow "+f.Options[week].Text, func(l listing) bool { return asks(l.At, f.Name, "7") && w.settled(l) })
	if want := "Remove filter " + f.Label + ": " + f.Options[week].Text; !slices.Contains(l.Chips, want) {
		w.t.Errorf("%s has the chips %q, not %q", l.At, l.Chips, want)
	}
	w.misses(l, w.within(l, f, time.Now().AddDate(0, 0, -5)))
	w.takeOff(l)
	w.choose(f.Name, len(f.Options)-1)
	w.follows("the days to pick", func(l listing) bool { return asks(l.At, f.Name, "custom") && l.filter("till") != nil && w.settled(l) })
	w.reach("till")
	w.keys("01012001")
	l = w.follows("no row of so long ago", func(l listing) bool { return asks(l.At, "till", "2001-01-01") && w.settled(l) })
	if !l.Nothing {
		w.t.Errorf("%s shows %d rows", l.At, len(l.Rows))
	}
	w.takeOff(l)
}

// within fails where the time of a row is two days before one, and gives what tells
// which rows are after it.
func (w *walk) within(l listing, f filter, after time.Time) (is func(row) bool) {
	w.t.Helper()
	column := w.full.column(f.Label)
	at := func(r row) (t time.Time) {
		if column >= 0 && column < len(r.Times) {
			t, _ = time.Parse(time.RFC3339, r.Times[column])
		}
		return t
	}
	for _, r := range l.Rows {
		if t := at(r); !t.IsZero() && t.Before(after.AddDate(0, 0, -2)) {
			w.t.Errorf("%s shows a row of %s", l.At, t)
		}
	}
	return func(r row) bool { return at(r).After(after) }
}

// takeOff presses the chip of the only filter that is in force.
func (w *walk) takeOff(l listing) {
	w.t.Helper()
	if len(l.Chips) != 1 {
		w.fail("%s has the chips %q", l.At, l.Chips)
	}
	eval[int](w.tab, `document.querySelector('.chips a.chip').focus(), 0`)
	w.keys(kb.Enter)
	w.whole("the chip was taken off")
}

// pickOne searches in a filter for one thing as it is typed, and takes it off by its chip.
func (w *walk) pickOne(f filter) {
	w.t.Helper()
	if l, name := w.pickSome(f); name != "" {
		w.takeOff(l)
	}
}

// pickSome searches in a filter for one thing as it is typed, and chooses it. It gives
// the list then, and what was chosen; nothing where there is nothing to choose.
func (w *walk) pickSome(f filter) (l listing, name string) {
	w.t.Helper()
	offered := eval[[]struct{ Value, Text string }](w.tab, fmt.Sprintf(`fetch(%s + '&q=').then(r => r.text()).then(t =>
		[...new DOMParser().parseFromString('<select>' + t + '</select>', 'text/html').querySelectorAll('option:enabled')].map(o => ({Value: o.value, Text: o.textContent.trim()})))`, quoted(f.Suggest)))
	if len(offered) == 0 {
		return l, ""
	}
	one := offered[len(offered)/2]
	w.reach(f.Name)
	w.keys(one.Text)
	w.until("the filter to offer "+one.Text, func() bool {
		there, err := ask[bool](w.tab, fmt.Sprintf(`[...document.querySelectorAll('.pick-filter [role=option]')].some(o => o.textContent === %s)`, quoted(one.Text)))
		return err == nil && there
	})
	w.keys(kb.ArrowDown + kb.Enter)
	l = w.follows("the rows to follow "+f.Label, func(l listing) bool {
		x := l.filter(f.Name)
		return x != nil && x.Value != "" && asks(l.At, f.Name, x.Value) && w.settled(l)
	})
	if column := w.full.column(f.Label); column >= 0 {
		for _, r := range l.Rows {
			if !holds(r.Cells[column], one.Text) {
				w.t.Errorf("%s shows %s", l.At, r.text())
			}
		}
	}
	if !eval[bool](w.tab, fmt.Sprintf(`document.activeElement.closest('.pick')?.dataset.name === %s`, quoted(f.Name))) {
		w.t.Errorf("after a choice the focus is elsewhere than in %s", f.Label)
	}
	return l, one.Text
}

// Barbara saves the calls that were missed as a view, finds it in the list's menu and
// deletes it there, by keyboard alone.
func TestBarbaraSavesAView(t *testing.T) {
	t.Parallel()
	barbara := newTab(t, "Barbara")
	barbara.expect("422")
	barbara.signIn("barbara@example.com")
	account := barbara.stands(`/a/[^/]+`)
	barbara.open(account + "/contacts")
	barbara.goTo("#list .search-text")
	barbara.keys("an")
	barbara.comesTrue(`location.search.includes('q=an') && !!document.querySelector('[popovertarget=views]')`)
	barbara.goTo("[popovertarget=views]")
	barbara.keys(kb.Enter + kb.Tab)
	barbara.comesTrue(`document.activeElement.closest('#views') !== null`)
	barbara.keys(kb.ArrowDown)
	barbara.hasFocus("Save view…")
	barbara.keys(kb.Enter)
	barbara.comesTrue(`document.querySelector('#dialogs dialog:modal') && document.activeElement.name === 'name'`)
	barbara.keys(kb.Enter)
	barbara.sees("Enter a name for the view.")
	barbara.goTo("#dialogs [name=name]")
	barbara.keys("Some of them" + kb.Enter)
	barbara.sees("View saved.")
	barbara.looksRight("a saved view")
	barbara.open(account + "/contacts")
	barbara.goTo("[popovertarget=views]")
	barbara.keys(kb.Enter + kb.Tab + kb.ArrowDown)
	barbara.hasFocus("Some of them")
	barbara.keys(kb.Enter)
	barbara.comesTrue(`location.search === '?q=an' && document.querySelector('[popovertarget=views]').textContent.trim() === 'Some of them'`)
	barbara.press("button", "View: Some of them")
	barbara.press("button", "Delete view")
	barbara.sees("View deleted.")
	if barbara.has("button", "View: Some of them") {
		t.Error("the view is still there")
	}
}
