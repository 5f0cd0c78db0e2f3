//go:build browser

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

func quoted(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// listing is what a list shows.
type listing struct {
	At      string // its address
	Rows    []row
	Columns []struct{ Text, Sorted, SortURL string }
	Search  struct{ Label, Value string }
	Filters []filter
	Next    string
	Prev    string
	Chips   []string
	Nothing bool // it says that nothing matches
}

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
	return slices.IndexFunc(l.Columns, func(c struct{ Text, Sorted, SortURL string }) bool { return c.Text == label })
}

func (r row) text() string { return strings.Join(r.Cells, " ") }

// readList is script that reads a list out of a document.
const readList = `((doc, at) => {
	const unsaid = '.pop, button, input, noscript', plain = n => n.textContent.trim().replace(/\s+/g, ' ');
	const said = e => {
		if (!e.firstElementChild) return plain(e);
		if (e.querySelector(unsaid)) { e = e.cloneNode(true); e.querySelectorAll(unsaid).forEach(x => x.remove()); }
		return [...e.childNodes].map(plain).filter(Boolean).join(' ');
	};
	const cells = r => r.matches('tr') ? [...r.cells] : [...r.querySelectorAll('summary strong, summary > span')];
	const list = doc.querySelector('#list'), search = list?.querySelector('.search-text');
	if (!search) return null;
	const table = [...list.querySelectorAll('table')].find(t => !t.closest('ol'));
	const of = table ? [...table.querySelectorAll('tbody tr:not(.group)')] : [...list.querySelectorAll('ol.changes > li')];
	return {
		At: at,
		Rows: of.map(r => ({
			Key: r.querySelector('input[name=id], input[name=row]')?.value ?? r.querySelector('th a:not(.toggle)')?.getAttribute('href') ?? r.querySelector('details, [popover]')?.id ?? said(r),
			Cells: cells(r).map(said),
			Words: cells(r).map(c => { if (c.querySelector('time')) { c = c.cloneNode(true); c.querySelectorAll('time').forEach(x => x.remove()); } return said(c); }),
			Times: cells(r).map(c => c.querySelector('time')?.dateTime ?? ''),
			URL: r.querySelector('th a:not(.toggle)')?.getAttribute('href') ?? '',
		})),
		Columns: table ? [...table.tHead.rows[0].cells].map(c => ({Text: said(c), Sorted: c.ariaSort ?? '', SortURL: c.querySelector('a.sort')?.getAttribute('href') ?? ''})) : [],
		Search: {Label: said(search.closest('label')), Value: search.value},
		Filters: [...list.querySelectorAll('.search-filters :is(.pick, label:not(.pick *))')].map(e => {
			if (e.matches('.pick')) return {Name: e.dataset.name, Label: plain(e.querySelector('label')), Kind: 'pick', Value: e.querySelector('[name=' + e.dataset.name + ']').value, Suggest: e.dataset.suggest};
			const f = e.querySelector('select, input');
			return {
				Name: f.name, Label: said(e.querySelector('span')), Kind: f.type, Value: f.type === 'checkbox' ? String(f.checked) : f.value, On: f.getAttribute('value') ?? '',
				Options: [...f.options ?? []].map(o => ({Value: o.value, Text: said(o)})),
			};
		}),
		Next: list.querySelector('.pager [rel=next]')?.getAttribute('href').split('#')[0] ?? '',
		Prev: list.querySelector('.pager [rel=prev]')?.getAttribute('href').split('#')[0] ?? '',
		Chips: [...list.querySelectorAll('.chips li:has(.chip)')].map(said),
		Nothing: !!list.querySelector('.empty') && of.length === 0,
	};
})`

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

// shown is the list on the page, once that is where it is asked to be.
func (b *tab) shown(to asked) (listing, error) {
	return ask[listing](b, fmt.Sprintf(`(q => document.readyState === 'complete' && Object.entries(%s ?? {}).every(([name, value]) => (q.get(name) ?? '') === value))(new URLSearchParams(location.search))
		? %s(document, location.pathname + location.search) : Promise.reject('not there')`, quoted(to), readList))
}

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
