//go:build browser

package e2e

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"

	"github.com/chromedp/chromedp/kb"
)

// sort presses the heading of a column, once more, and asks for the order of the others.
func (w *walk) sort() {
	w.t.Helper()
	pressed := false
	for i, c := range w.full.Columns {
		if c.SortURL == "" {
			continue
		}
		var there, back listing
		if !pressed {
			there, back = w.heading(i), w.heading(i)
			pressed = true
		} else {
			there = w.at(c.SortURL)
			back = w.at(there.Columns[i].SortURL)
		}
		reversed := back.keys()
		slices.Reverse(reversed)
		if there.Columns[i].Sorted == back.Columns[i].Sorted || w.full.Next == "" && !slices.Equal(there.keys(), reversed) {
			w.t.Errorf("%s sorts by %s one way like the other", w.list, c.Text)
		}
		if w.full.Next == "" && len(there.Rows) != len(w.full.Rows) {
			w.t.Errorf("%s has %d rows, sorted by %s %d", w.list, len(w.full.Rows), c.Text, len(there.Rows))
		}
	}
}

// heading presses the heading of a column.
func (w *walk) heading(i int) listing {
	w.t.Helper()
	before, err := w.shown()
	if err != nil {
		w.fail("%v", err)
	}
	eval[int](w.tab, fmt.Sprintf(`document.querySelector('#list table').tHead.rows[0].cells[%d].querySelector('a').focus(), 0`, i))
	w.keys(kb.Enter)
	return w.follows("the rows to be sorted by "+before.Columns[i].Text, func(l listing) bool {
		return len(l.Columns) > i && l.Columns[i].Sorted != "" && l.At != before.At && w.settled(l)
	})
}

// pages turns the pages of the list forth and back.
func (w *walk) pages() {
	w.t.Helper()
	w.open(w.list + "?rows=10")
	first := w.follows("the first page", func(l listing) bool { return len(l.Rows) > 0 })
	if (w.full.Next != "" || len(first.Rows) < len(w.full.Rows)) != (first.Next != "") {
		w.t.Errorf("of %d rows %d are shown, and the next page is at %q", len(w.full.Rows), len(first.Rows), first.Next)
	}
	seen := first.keys()
	for at := first; at.Next != "" && len(seen) < 30; {
		eval[int](w.tab, `document.querySelector('.pager [rel=next]').focus(), 0`)
		w.keys(kb.Enter)
		before := at
		at = w.follows("the next page", func(l listing) bool { return l.At == before.Next && len(l.Rows) > 0 })
		for _, k := range at.keys() {
			if slices.Contains(seen, k) {
				w.t.Errorf("%s shows again what was there before", at.At)
			}
			seen = append(seen, k)
		}
		if at.Prev == "" {
			w.t.Errorf("%s leads nowhere back", at.At)
		}
		if at.Next == "" || len(seen) >= 30 {
			eval[int](w.tab, `document.querySelector('.pager [rel=prev]').focus(), 0`)
			w.keys(kb.Enter)
			w.follows("the page before", func(l listing) bool { return l.At == at.Prev && len(l.Rows) > 0 })
			break
		}
	}
	if w.full.Next == "" && first.Next != "" && len(seen) < 30 && len(seen) != len(w.full.Rows) {
		w.t.Errorf("its pages show %d rows of %d", len(seen), len(w.full.Rows))
	}
}

// withoutScript narrows the list by its search and a filter at once, by the button.
func (w *walk) withoutScript(b *tab) {
	b.t.Helper()
	plain := &walk{tab: b, list: w.list}
	b.open(w.list)
	text := cmp.Or(w.text, nobody)
	want := url.Values{}
	plain.typeIn(text)
	want.Set("q", text)
	for _, f := range w.full.Filters {
		if f.Kind == "select-one" {
			n, value := w.choice(f)
			plain.reach(f.Name)
			plain.pick(n)
			want.Set(f.Name, value)
			break
		}
	}
	eval[int](b, `document.querySelector('#list .search button').focus(), 0`)
	b.keys(kb.Enter)
	plain.follows("the answer", func(l listing) bool {
		for name := range want {
			if !asks(l.At, name, want.Get(name)) {
				return false
			}
		}
		return slices.Equal(l.keys(), w.at(l.At).keys())
	})
}
