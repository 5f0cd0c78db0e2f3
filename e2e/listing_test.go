//go:build browser

package e2e

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

func quoted(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// listing is what a list shows.
type listing struct {
	At      string // its address
	Rows    []row
	Columns []column
	Search  struct{ Label, Value string }
	Filters []filter
	Next    string
	Prev    string
	Chips   []string
	Nothing bool // it says that nothing matches
}

type column struct{ Text, Sorted, SortURL string }

type row struct {
	Key   string
	Cells []string
	Words []string // what the cells say besides times, which no search looks at
	Times []string // of the cells, as machines write them; "" where a cell is none
	URL   string
}

type filter struct {
	Name, Label, Kind, Value string
	On                       string // what a box asks for when it is ticked
	Options                  []option
	Suggest                  string // where a pick asks for what it offers
}

func (l listing) keys() (all []string) {
	for _, r := range l.Rows {
		all = append(all, r.Key)
	}
	return all
}

// choices are what its filters that always show are set to.
func (l listing) choices() (all string) {
	for _, f := range l.Filters {
		if f.Kind == "select-one" || f.Kind == "checkbox" {
			all += f.Name + "=" + f.Value + "\n"
		}
	}
	return all
}

func (l listing) filter(name string) *filter {
	for i := range l.Filters {
		if l.Filters[i].Name == name {
			return &l.Filters[i]
		}
	}
	return nil
}

// column is where the column of a filter stands; -1 where it has none.
func (l listing) column(label string) int {
	return slices.IndexFunc(l.Columns, func(c column) bool { return c.Text == label })
}

func (r row) text() string { return strings.Join(r.Cells, " ") }

// readList reads the list out of a page; there is none where ok is false.
func readList(page *goquery.Selection, at string) (l listing, ok bool) {
	list := page.Find("#list").First()
	search := list.Find(".search-text").First()
	if search.Length() == 0 {
		return l, false
	}
	l.At = at
	table := list.Find("table").FilterFunction(func(_ int, t *goquery.Selection) bool { return t.Closest("ol").Length() == 0 }).First()
	rows := list.Find("ol.changes > li")
	if table.Length() > 0 {
		rows = table.Find("tbody tr").Not(".group")
		for _, c := range table.Find("thead tr").First().Children().EachIter() {
			l.Columns = append(l.Columns, column{said(c), c.AttrOr("aria-sort", ""), c.Find("a.sort").AttrOr("href", "")})
		}
	}
	for _, r := range rows.EachIter() {
		l.Rows = append(l.Rows, readRow(r))
	}
	l.Search.Label, l.Search.Value = said(search.Closest("label")), search.AttrOr("value", "")
	for _, f := range list.Find(".search-filters .pick, .search-filters label").EachIter() {
		if f.Is(".pick") {
			name := f.AttrOr("data-name", "")
			l.Filters = append(l.Filters, filter{Name: name, Label: oneLine(f.Find("label").First().Text()), Kind: "pick", Value: f.Find("[name="+name+"]").AttrOr("value", ""), Suggest: f.AttrOr("data-suggest", "")})
		} else if f.Closest(".pick").Length() == 0 {
			l.Filters = append(l.Filters, readFilter(f))
		}
	}
	link := func(rel string) string {
		to, _, _ := strings.Cut(list.Find(".pager [rel="+rel+"]").AttrOr("href", ""), "#")
		return to
	}
	l.Next, l.Prev = link("next"), link("prev")
	for _, c := range list.Find(".chips li").Has(".chip").EachIter() {
		l.Chips = append(l.Chips, said(c))
	}
	l.Nothing = list.Find(".empty").Length() > 0 && rows.Length() == 0
	return l, true
}

func readRow(r *goquery.Selection) (x row) {
	x.URL = r.Find("th a:not(.toggle)").AttrOr("href", "")
	x.Key = cmp.Or(r.Find("input[name=id], input[name=row]").AttrOr("value", ""), x.URL, r.Find("details, [popover]").AttrOr("id", ""), said(r))
	cells := r.Find("summary strong, summary > span")
	if r.Is("tr") {
		cells = r.ChildrenFiltered("td, th")
	}
	for _, c := range cells.EachIter() {
		x.Cells = append(x.Cells, said(c))
		x.Words = append(x.Words, said(c, "time"))
		x.Times = append(x.Times, c.Find("time").AttrOr("datetime", ""))
	}
	return x
}

func readFilter(label *goquery.Selection) (f filter) {
	field := label.Find("select, input").First()
	f.Name, f.Label, f.On = field.AttrOr("name", ""), said(label.Find("span").First()), field.AttrOr("value", "")
	switch {
	case field.Is("select"):
		f.Kind = "select-one"
		for _, o := range field.Find("option").EachIter() {
			one := option{o.AttrOr("value", o.Text()), said(o)}
			if f.Options = append(f.Options, one); len(f.Options) == 1 || o.Is("[selected]") {
				f.Value = one.Value
			}
		}
	case field.Is("[type=checkbox]"):
		f.Kind, f.Value = "checkbox", strconv.FormatBool(field.Is("[checked]"))
	default:
		f.Kind, f.Value = field.AttrOr("type", "text"), f.On
	}
	return f
}

// said is what a part of a page says beside its controls and what else is left out: the
// texts of the parts that it is made of, with a space between them.
func said(of *goquery.Selection, without ...string) string {
	var parts []string
	for _, top := range of.Nodes {
		for n := range top.ChildNodes() {
			var text strings.Builder
			say(&text, n, without)
			if part := oneLine(text.String()); part != "" {
				parts = append(parts, part)
			}
		}
	}
	return strings.Join(parts, " ")
}

var unsaid = []string{"button", "input", "noscript"}

func say(text *strings.Builder, n *html.Node, without []string) {
	switch n.Type {
	case html.TextNode:
		text.WriteString(n.Data)
	case html.ElementNode:
		for _, a := range n.Attr {
			if a.Key == "class" && slices.Contains(strings.Fields(a.Val), "pop") {
				return
			}
		}
		if slices.Contains(unsaid, n.Data) || slices.Contains(without, n.Data) {
			return
		}
		for c := range n.ChildNodes() {
			say(text, c, without)
		}
	}
}

// oneLine is a text with single spaces.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// same is one text for all addresses that ask for the same: in order, without what is empty.
func same(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return at
	}
	q := u.Query()
	maps.DeleteFunc(q, func(_ string, values []string) bool { return strings.Join(values, "") == "" })
	return u.Path + "?" + q.Encode()
}

// answer is what the panel gives to whoever opens an address.
type answer struct {
	keys  []string
	asked time.Time
}

// standing is script for the list on the page and what its fields are set to, which the page
// alone knows; null while it is not where it is asked to be.
const standing = `((to, q, list) => document.readyState === 'complete' && list && Object.entries(to ?? {}).every(([name, value]) => (q.get(name) ?? '') === value) ? {
	At: location.pathname + location.search,
	List: list.outerHTML,
	Set: Object.fromEntries([...list.querySelectorAll('.search :is(input, select)')].map(f => [f.name, f.type === 'checkbox' ? String(f.checked) : f.value])),
} : null)(%s, new URLSearchParams(location.search), document.getElementById('list'))`

// shown is the list on the page, once that is where it is asked to be.
func (b *tab) shown(to asked) (l listing, err error) {
	got, err := ask[*struct {
		At, List string
		Set      map[string]string
	}](b, fmt.Sprintf(standing, quoted(to)))
	if err != nil {
		return l, err
	}
	if got == nil {
		return l, errNotThere
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(got.List))
	if err != nil {
		return l, err
	}
	l, ok := readList(page.Selection, got.At)
	if !ok {
		return l, errNotThere
	}
	l.Search.Value = got.Set["q"]
	for i, f := range l.Filters {
		l.Filters[i].Value = got.Set[f.Name]
	}
	return l, nil
}

var errNotThere = errors.New("not there")

// tells is whether a column tells most rows apart.
func (l listing) tells(column int) bool {
	values := map[string]bool{}
	for _, r := range l.Rows {
		values[r.Cells[min(column, len(r.Cells)-1)]] = true
	}
	return 2*len(values) > len(l.Rows)
}

// holds is whether a text holds another, in whatever case.
func holds(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
