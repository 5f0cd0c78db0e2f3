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
	if !w.byHand(f.Name) {
		w.misses(w.week(f, f.Options[week].Text, w.at(w.narrowed(f.Name, "7"))))
		if l := w.at(w.narrowed(f.Name, "custom", "till", "2001-01-01")); !l.Nothing {
			w.t.Errorf("%s shows %d rows", l.At, len(l.Rows))
		}
		return
	}
	w.choose(f.Name, week)
	l := w.follows("the rows to follow "+f.Options[week].Text, asked{f.Name: "7"}, w.settled)
	w.misses(w.week(f, f.Options[week].Text, l))
	w.takeOff(l)
	w.choose(f.Name, len(f.Options)-1)
	w.follows("the days to pick", asked{f.Name: "custom"}, func(l listing) bool { return l.filter("till") != nil && w.settled(l) })
	w.reach("till")
	w.keys("01012001")
	l = w.follows("no row of so long ago", asked{"till": "2001-01-01"}, w.settled)
	if !l.Nothing {
		w.t.Errorf("%s shows %d rows", l.At, len(l.Rows))
	}
	w.takeOff(l)
}

// week fails where a list of the last seven days has another chip, or a row from
// before, and gives it with what tells which rows belong there.
func (w *walk) week(f filter, text string, l listing) (listing, func(row) bool) {
	w.t.Helper()
	if want := "Remove filter " + f.Label + ": " + text; !slices.Contains(l.Chips, want) {
		w.t.Errorf("%s has the chips %q, not %q", l.At, l.Chips, want)
	}
	return l, w.within(l, f, time.Now().AddDate(0, 0, -5))
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

// option is one that a filter offers.
type option struct{ Value, Text string }

// offered is one of what a filter offers to choose from, if there is any.
func (w *walk) offered(f filter) (one option, ok bool) {
	w.t.Helper()
	var all []option
	for _, o := range w.reads(f.Suggest + "&q=").Find("option:not([disabled])").EachIter() {
		all = append(all, option{o.AttrOr("value", o.Text()), oneLine(o.Text())})
	}
	if len(all) == 0 {
		return one, false
	}
	return all[len(all)/2], true
}

// pickOne searches in a filter for one thing as it is typed, and chooses it.
func (w *walk) pickOne(f filter, one option) (l listing) {
	w.t.Helper()
	w.reach(f.Name)
	w.keys(one.Text)
	w.until("the filter to offer "+one.Text, func() bool {
		there, err := ask[bool](w.tab, fmt.Sprintf(`[...document.querySelectorAll('.pick-filter [role=option]')].some(o => o.textContent === %s)`, quoted(one.Text)))
		return err == nil && there
	})
	w.keys(kb.ArrowDown + kb.Enter)
	l = w.follows("the rows to follow "+f.Label, asked{f.Name: one.Value}, func(l listing) bool {
		x := l.filter(f.Name)
		return x != nil && x.Value == one.Value && w.settled(l)
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
	return l
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

// Rows that others are awaited for are faded meanwhile.
func TestRowsFadeWhileOthersAreAwaited(t *testing.T) {
	t.Parallel()
	grace := newTab(t, "Grace")
	grace.signIn("grace@example.com")
	account := grace.stands(`/a/[^/]+`)
	grace.open(account + "/contacts")
	eval[int](grace, `window.fetch = (ask => (...what) => new Promise(answer => { window.arrives = () => answer(ask(...what)) }))(fetch), 0`)
	grace.goTo("#list .search-text")
	grace.keys("an")
	const opacity = `getComputedStyle(document.querySelector('#list .region')).opacity`
	grace.comesTrue(opacity + ` === '0.5'`)
	eval[int](grace, `arrives(), 0`)
	grace.comesTrue(opacity + ` === '1' && location.search.includes('q=an')`)
}
