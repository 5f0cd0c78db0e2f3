//go:build browser

package e2e

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Every list in the navigation follows the keyboard: what is typed into its
// search and picked in its filters, its sorting, its pages, and what clears all that.
func TestEveryListFollows(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	var pages []string
	for _, p := range ada.navigation(account) {
		pages = append(pages, strings.TrimSuffix(account+p, "/"))
	}
	ada.open(account + "/applications")
	ada.press("link", "Front desk")
	ada.stands(account + "/applications/[^/]+")
	pages = append(pages, eval[[]string](ada, `[...document.querySelectorAll('main .places a')].map(a => a.pathname)`)...)
	pages = append(pages, "/accounts", account+"/members/invites")
	for _, tab := range tabs[1:] {
		pages = append(pages, account+"/permissions/"+tab)
	}
	lists := []string{}
	for _, p := range pages {
		if ada.reads(p).Find("main .search").Length() > 0 {
			lists = append(lists, p)
		}
	}
	if len(lists) < 65 {
		t.Logf("lists: %q", lists)
		t.Fatalf("only %d lists have a search", len(lists))
	}

	const hands = 4
	var used sync.Map
	for i := range hands {
		t.Run(fmt.Sprint("hand ", i+1), func(t *testing.T) {
			t.Parallel()
			with, without := newTab(t, "Ada"), newTab(t, "Ada without script")
			without.still = true
			without.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
			with.joins(ada)
			without.joins(ada)
			for n := i; n < len(lists); n += hands {
				t.Run(pictureName(lists[n]), func(t *testing.T) {
					defer func(a, b *testing.T) { with.t, without.t = a, b }(with.t, without.t)
					with.t, without.t = t, t
					w := &walk{tab: with, list: lists[n], known: map[string]answer{}, chosen: map[string]int{}, used: &used}
					w.all()
					w.withoutScript(without)
				})
			}
		})
	}
}

// walk goes over one list.
type walk struct {
	*tab
	list string
	full listing // as many of its rows as a page can hold

	text   string            // that its search finds some rows by
	known  map[string]answer // by what an address asks for
	chosen map[string]int    // by filter, the option that choice took
	used   *sync.Map         // how often byHand was asked for each part of lists
}

// byHand tells whether a part that is one and the same on all lists is used here: on
// the first lists that have it. The others are asked at the address that it leads to.
func (w *walk) byHand(part string) bool {
	n, _ := w.used.LoadOrStore(part, new(atomic.Int32))
	return n.(*atomic.Int32).Add(1) <= 6
}

// at is the list at an address, as the panel gives it to whoever opens that.
func (w *walk) at(address string) (l listing) {
	w.t.Helper()
	defer func() { w.known[same(address)] = answer{l.keys(), time.Now()} }()
	l, _ = readList(w.reads(address).Selection, address)
	return l
}

// narrowed is the address of the list with such parameters.
func (w *walk) narrowed(pairs ...string) string {
	q := url.Values{"rows": {"100"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return w.list + "?" + q.Encode()
}

// asked is what an address asks for; "" is for what it does not.
type asked map[string]string

// askedBy is what an address asks for, when all that it leaves out may be anything.
func askedBy(address string) asked {
	all := asked{}
	if u, err := url.Parse(address); err == nil {
		for name := range u.Query() {
			all[name] = u.Query().Get(name)
		}
	}
	return all
}

// follows waits until the page stands where it is asked to, and shows what it
// should, and gives that.
func (w *walk) follows(what string, to asked, ok func(listing) bool) (l listing) {
	w.t.Helper()
	w.until(what, func() bool {
		var err error
		if l, err = w.shown(to); err == nil && ok(l) {
			return true
		}
		w.changes()
		return false
	})
	return l
}

func (w *walk) all() {
	w.open(w.narrowed())
	w.full = w.follows("the list", nil, func(listing) bool { return true })
	w.known[same(w.full.At)] = answer{w.full.keys(), time.Now()}
	if len(w.full.Rows) == 0 {
		w.empty()
		return
	}
	w.search()
	for i := range w.full.Filters {
		w.filter(i)
	}
	w.together()
	w.sort()
	w.pages()
}

// empty is for a list without a row: it says so, and what is asked of it
// arrives all the same.
func (w *walk) empty() {
	w.t.Helper()
	w.typeIn(nobody)
	w.follows("an answer to a search in an empty list", asked{"q": nobody}, func(l listing) bool { return l.Nothing })
}

// searchMiddle scrolls the search into view and gives its middle.
const searchMiddle = `(search => {
	search.scrollIntoView({block: 'nearest', behavior: 'instant'});
	const r = search.getBoundingClientRect();
	return [r.x + r.width / 2, r.y + r.height / 2];
})(document.querySelector('#list .search-text'))`

// typeIn types into the search instead of what is in it.
func (w *walk) typeIn(text string) {
	w.t.Helper()
	w.until("a click into the search to take the focus there", func() bool {
		at, err := ask[[2]float64](w.tab, searchMiddle)
		if err != nil {
			return false
		}
		w.do(chromedp.MouseClickXY(at[0], at[1]))
		in, err := ask[bool](w.tab, `document.activeElement.matches('#list .search-text') && (document.activeElement.select(), true)`)
		return err == nil && in
	})
	if text == "" {
		text = kb.Delete
	}
	w.keys(text)
}

var word = regexp.MustCompile(`[\p{L}\d+@._-]{3,}`)

// word is one that a search finds some of the rows by, not all if possible, and
// the column that it stands in: -1 where that column tells few rows apart.
func (w *walk) word(l listing, more ...string) (text string, column int) {
	w.t.Helper()
	var tried []string
	for _, telling := range []bool{true, false} {
		for _, r := range []row{l.Rows[len(l.Rows)/2], l.Rows[0], l.Rows[len(l.Rows)-1]} {
			for i, cell := range r.Words {
				if aTime.MatchString(cell) || l.tells(i) != telling {
					continue
				}
				for _, x := range word.FindAllString(cell, 3) {
					if slices.Contains(tried, x) || len(tried) > 30 {
						continue
					}
					tried = append(tried, x)
					found := w.at(w.narrowed(append(more, "q", x)...))
					if !slices.Contains(found.keys(), r.Key) {
						continue
					}
					if column = -1; telling {
						column = i
					}
					if text = x; len(found.Rows) < len(l.Rows) {
						return text, column
					}
				}
			}
		}
		if text != "" {
			return text, column
		}
	}
	w.fail("its search finds nothing of what it shows; tried %q", tried)
	return "", 0
}

var aTime = regexp.MustCompile(`\d\d:\d\d|\d{4}-\d\d-\d\d`)

// finds fails unless the rows are those that hold a text, in sight or on their own page.
func (w *walk) finds(l listing, text string, column int) {
	w.t.Helper()
	if len(l.Rows) == 0 {
		w.t.Errorf("%s shows no row", l.At)
	}
	for _, r := range l.Rows {
		if !holds(r.text(), text) && (r.URL == "" || !holds(w.reads(r.URL).Text(), text)) {
			w.t.Errorf("%s shows a row without %q: %s", l.At, text, r.text())
		}
	}
	w.misses(l, func(r row) bool { return column >= 0 && holds(r.Words[column], text) })
}

// misses fails if a row that belongs to the list is not on it. What has more
// rows than a page can hold is not looked at.
func (w *walk) misses(l listing, belongs func(row) bool) {
	w.t.Helper()
	if w.full.Next != "" {
		return
	}
	for _, r := range w.full.Rows {
		if belongs(r) && !slices.Contains(l.keys(), r.Key) {
			w.t.Errorf("%s does not show %s", l.At, r.text())
		}
	}
}

// nobody is what no row of any list holds.
const nobody = "zqzqzq"

// search looks for something as it is typed, and for nothing by Enter; an emptied
// search shows all again.
func (w *walk) search() {
	w.t.Helper()
	text, column := w.word(w.full)
	w.text = text
	w.typeIn(text)
	w.finds(w.follows("the rows to follow a search", asked{"q": text}, func(l listing) bool { return l.Search.Value == text && w.settled(l) }), text, column)
	if got := eval[string](w.tab, `document.activeElement.matches('.search-text') ? 'at ' + document.activeElement.selectionStart : 'gone'`); got != fmt.Sprint("at ", len([]rune(text))) {
		w.t.Errorf("after a search the caret is %s", got)
	}
	w.typeIn(nobody + kb.Enter)
	w.follows("nothing to match", asked{"q": nobody}, func(l listing) bool { return l.Nothing })
	w.typeIn("")
	w.whole("an empty search")
}

// whole waits until the list shows all it has again.
func (w *walk) whole(after string) {
	w.t.Helper()
	w.follows("the whole list after "+after, asked{"q": ""}, func(l listing) bool {
		return !l.Nothing && l.Search.Value == "" && len(l.Chips) == 0 && l.choices() == w.full.choices() && len(l.Rows) >= min(len(w.full.Rows), 30) && w.settled(l)
	})
}

// reach presses Tab until a filter has the focus.
func (w *walk) reach(name string) {
	w.t.Helper()
	there := func() bool {
		return eval[string](w.tab, `(e => e.closest('.pick')?.dataset.name ?? e.name ?? '')(document.activeElement)`) == name
	}
	if there() {
		return
	}
	eval[int](w.tab, `document.querySelector('#list .search-text').focus(), 0`)
	for range 30 {
		w.keys(kb.Tab)
		if there() {
			return
		}
	}
	w.fail("Tab does not come to the filter %s", name)
}

// pick opens the list of a filter that has the focus, goes so many options down or up,
// and takes that.
func (w *walk) pick(n int) {
	w.t.Helper()
	way := kb.ArrowDown
	if n < 0 {
		n, way = -n, kb.ArrowUp
	}
	w.keys(" " + strings.Repeat(way, n) + kb.Enter)
}

// choose picks the n-th option of a filter. A list that opens late on a busy machine
// takes the keys for less than was meant: then they are pressed again from where
// the choice stands.
func (w *walk) choose(name string, n int) {
	w.t.Helper()
	w.until(fmt.Sprintf("option %d of %s to be chosen", n, name), func() bool {
		at, err := ask[int](w.tab, `document.querySelector('#list select[name=`+quoted(name)+`]')?.selectedIndex ?? -1`)
		if err != nil || at < 0 || at == n {
			return err == nil && at == n
		}
		w.reach(name)
		w.pick(n - at)
		w.changes()
		return false
	})
}

// filter picks from one filter alone, and takes it back.
func (w *walk) filter(i int) {
	w.t.Helper()
	f := w.full.Filters[i]
	switch f.Kind {
	case "select-one":
		if f.Name == "when" {
			w.days(f)
			return
		}
		n, value := w.choice(f)
		w.choose(f.Name, n)
		l := w.follows("the rows to follow "+f.Label, asked{f.Name: value}, w.settled)
		w.misses(l, w.fits(l, f, n))
		if len(l.Chips) == 1 {
			w.takeOff(l)
			break
		}
		w.choose(f.Name, 0)
		w.whole("the filter " + f.Label)
	case "checkbox":
		if f.Name == "accounts" && !w.byHand(f.Name) {
			w.below(w.at(w.narrowed(f.Name, f.On)), w.at)
			return
		}
		w.reach(f.Name)
		w.keys(" ")
		l := w.follows("the rows to follow "+f.Label, asked{f.Name: f.On}, func(l listing) bool {
			x := l.filter(f.Name)
			return x != nil && x.Value == "true" && w.settled(l)
		})
		if f.Name == "accounts" {
			w.below(l, nil)
		} else if len(l.Rows) >= len(w.full.Rows) {
			w.t.Errorf("%s shows as many rows as without %s", l.At, f.Label)
		}
		w.reach(f.Name)
		w.keys(" ")
		w.whole("the filter " + f.Label)
	case "pick":
		if one, ok := w.offered(f); ok {
			w.takeOff(w.pickOne(f, one))
		}
	default:
		w.fail("there is a filter of the kind %s", f.Kind)
	}
}

// below looks at a list that reaches into the accounts below, and narrows it to one of
// them, by hand if there is no way to ask.
func (w *walk) below(l listing, ask func(string) listing) {
	w.t.Helper()
	if w.full.Next == "" && len(l.Rows) < len(w.full.Rows) {
		w.t.Errorf("with the accounts below %d rows are shown, without them %d", len(l.Rows), len(w.full.Rows))
	}
	f := l.filter("account")
	if f == nil {
		w.fail("no account can be chosen")
	}
	one, ok := w.offered(*f)
	if !ok {
		w.fail("no account is offered")
	}
	if ask != nil {
		l = ask(w.narrowed("accounts", "true", f.Name, one.Value))
	} else {
		l = w.pickOne(*f, one)
	}
	for _, r := range l.Rows {
		if c := l.column("Account"); c >= 0 && r.Cells[c] != one.Text {
			w.t.Errorf("%s shows a row of another account: %s", l.At, r.text())
		}
	}
}

// together narrows by a filter and a search at once, and clears both.
func (w *walk) together() {
	w.t.Helper()
	var f filter
	i := slices.IndexFunc(w.full.Filters, func(f filter) bool { return f.Kind == "select-one" && f.Name != "when" })
	if i < 0 {
		return
	}
	f = w.full.Filters[i]
	n, value := w.choice(f)
	some := w.at(w.narrowed(f.Name, value))
	if len(some.Rows) == 0 {
		return
	}
	text, column := w.word(some, f.Name, value)
	w.typeIn(text)
	w.follows("the search", asked{"q": text}, func(listing) bool { return true })
	w.choose(f.Name, n)
	l := w.follows("the rows to follow both", asked{"q": text, f.Name: value}, w.settled)
	w.fits(l, f, n)
	for _, r := range some.Rows {
		if column >= 0 && some.Next == "" && holds(r.Words[column], text) && !slices.Contains(l.keys(), r.Key) {
			w.t.Errorf("%s does not show %s", l.At, r.text())
		}
	}
	if len(l.Chips) == 0 {
		w.open(w.narrowed())
		return
	}
	eval[int](w.tab, `[...document.querySelectorAll('.chips a')].at(-1).focus(), 0`)
	w.keys(kb.Enter)
	w.whole("Clear all")
}
