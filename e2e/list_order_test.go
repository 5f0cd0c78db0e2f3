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

// heading presses the heading of a column, which keeps the focus.
func (w *walk) heading(i int) listing {
	w.t.Helper()
	before, err := w.shown(nil)
	if err != nil {
		w.fail("%v", err)
	}
	c := before.Columns[i]
	eval[int](w.tab, fmt.Sprintf(`document.querySelector('#list table').tHead.rows[0].cells[%d].querySelector('a').focus(), 0`, i))
	w.keys(kb.Enter)
	after := w.follows("the rows to be sorted by "+c.Text, askedBy(c.SortURL), func(l listing) bool {
		return len(l.Columns) > i && l.Columns[i].Sorted != "" && w.settled(l)
	})
	w.hasFocus(c.Text)
	return after
}

// pages turns the pages of the list forth and back.
func (w *walk) pages() {
	w.t.Helper()
	w.open(w.list + "?rows=10")
	first := w.follows("the first page", nil, func(l listing) bool { return len(l.Rows) > 0 })
	if (w.full.Next != "" || len(first.Rows) < len(w.full.Rows)) != (first.Next != "") {
		w.t.Errorf("of %d rows %d are shown, and the next page is at %q", len(w.full.Rows), len(first.Rows), first.Next)
	}
	seen := first.keys()
	for at := first; at.Next != "" && len(seen) < 30; {
		was := at
		at = w.turns("next", at.Next)
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
			w.turns("prev", at.Prev)
			if w.byHand("Back") {
				for _, before := range []listing{at, was} {
					eval[int](w.tab, `history.back(), 0`)
					w.follows("the page before, by Back", askedBy(before.At), func(l listing) bool { return slices.Equal(l.keys(), before.keys()) })
				}
			}
			break
		}
	}
	if w.full.Next == "" && first.Next != "" && len(seen) < 30 && len(seen) != len(w.full.Rows) {
		w.t.Errorf("its pages show %d rows of %d", len(seen), len(w.full.Rows))
	}
}

// turns presses a link of the pager, which takes the focus to the rows.
func (w *walk) turns(rel, address string) listing {
	w.t.Helper()
	eval[int](w.tab, `document.querySelector('.pager [rel=`+rel+`]').focus(), 0`)
	w.keys(kb.Enter)
	l := w.follows("the "+rel+" page", askedBy(address), func(l listing) bool { return l.At == address && len(l.Rows) > 0 && w.settled(l) })
	w.comesTrue(`document.activeElement.id === 'list-rows'`)
	return l
}

// withoutScript narrows the list by its search and a filter at once, by the button:
// by hand, or as its form says.
func (w *walk) withoutScript(b *tab) {
	b.t.Helper()
	want := asked{"q": cmp.Or(w.text, nobody)}
	by := ""
	for _, f := range w.full.Filters {
		if f.Kind == "select-one" {
			_, want[f.Name] = w.choice(f)
			by = f.Name
			break
		}
	}
	var l listing
	if w.byHand("without script") {
		plain := &walk{tab: b, list: w.list}
		b.open(w.list)
		plain.typeIn(want["q"])
		if by != "" {
			plain.reach(by)
			plain.pick(w.chosen[by])
		}
		eval[int](b, `document.querySelector('#list .search button').focus(), 0`)
		b.keys(kb.Enter)
		l = plain.follows("the answer", want, func(listing) bool { return true })
	} else {
		l = w.sent(want)
	}
	narrow := []string{}
	for name, value := range want {
		narrow = append(narrow, name, value)
	}
	if all := w.at(w.narrowed(narrow...)).keys(); !slices.Equal(l.keys(), all[:min(len(all), len(l.Rows))]) || len(l.Rows) == 0 != (len(all) == 0) {
		w.t.Errorf("without script %s shows %q, with it %q", l.At, l.keys(), all)
	}
}

// sent fills in the form of the list as a browser without script has it, and reads the answer.
func (w *walk) sent(want asked) listing {
	w.t.Helper()
	form := w.reads(w.list).Find("#list .search").First()
	data := url.Values{}
	for _, f := range form.Find("select, input").EachIter() {
		name, value := f.AttrOr("name", ""), f.AttrOr("value", "")
		wanted, is := want[name]
		switch {
		case f.Is("[type=checkbox]:not([checked]), [disabled]"):
			continue
		case is:
			value = wanted
		case f.Is("select"):
			value = f.Find("option[selected]").AttrOr("value", f.Find("option").AttrOr("value", ""))
		}
		data.Set(name, value)
	}
	for name := range want {
		if !data.Has(name) {
			w.fail("its form has no field %s", name)
		}
	}
	return w.at(form.AttrOr("action", "") + "?" + data.Encode())
}
