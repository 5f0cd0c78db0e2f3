package part

import (
	"reflect"
	"slices"
	"strings"
)

// List is a searched, filtered, sorted and paged table with everything around it.
// All of its state stands in the addresses, so that a link to it can be passed on.
type List struct {
	Label   string  // what the rows are, for screen readers: "Subusers"
	Search  *Search // nil: there is nothing to search
	Chips   []Chip  // filters in force, each with the way to take it away
	Views   *Views
	Columns *ColumnChoice
	CSVURL  string
	Bulk    *Bulk // acts on the rows that are ticked
	Table   Table
	Pager   Pager
	Empty   Empty  // shown when there are no rows and nothing was asked for
	Clear   string // address without search and filters; set when one is in force
}

// Search narrows the list down by typing, and by the choices beside it.
type Search struct {
	Action      string // GET
	Name        string // of the text's parameter, "q" if empty
	Value       string
	Placeholder string
	Filters     []Field // selects, boxes, dates and References beside the text
	Keep        []Pair  // parameters to carry along: sort order, columns
}

// Chip is one filter in force.
type Chip struct {
	Text      string
	RemoveURL string
}

// Views are those of the list that its reader saved, all of it first.
type Views struct {
	Saved []SavedView
	Acts  []Action // on the current one, or to save what is shown as one
}

// SavedView leads to the list as it was saved.
type SavedView struct {
	Text, URL string
	Current   bool
}

// title is the current view's name.
func (v Views) title() string {
	for _, s := range v.Saved {
		if s.Current {
			return s.Text
		}
	}
	return "Views"
}

// ColumnChoice lets the reader pick columns, and the length of a page.
type ColumnChoice struct {
	Action  string // GET
	Name    string // of the repeatable parameter: "column"
	Options []Option
	Rows    Field // how many rows a page has, a Select
	Keep    []Pair
}

// Table is rows under columns. The first column names the row and stays in sight.
type Table struct {
	Columns []Column
	Rows    []Row
	Token   string // for the forms in the row menus
	pick    bool   // each row has a box of the list's bulk form
}

// Column heads one column. Without SortURL it can not be sorted by.
type Column struct {
	Text    string
	SortURL string
	Sorted  string // "ascending", "descending" or empty: what the rows are sorted by now
	Number  bool   // right-aligned
}

// Row is one line. Cells stand in the order of the columns.
type Row struct {
	ID    string // unique in the table; letters, digits and dashes
	Cells []Cell
	Menu  []Action
	Page  bool // the first cell leads to where all of the menu can be done too, without script
	Depth int  // indents the first cell: a tree
	Dim   bool // suspended, inherited

	ToggleURL string // opens or closes what lies below this row; empty for a leaf
	Open      bool
}

// Cell is one value, formatted already.
type Cell struct {
	Text     string
	URL      string
	Title    string  // on hover: the exact time, the whole text
	Datetime string  // the time that Text says, as machines write it
	Avatar   Avatar  // of the person that the text names
	Flag     string  // before the text, for eyes alone
	After    string  // behind the text, and no part of its link or time
	Badges   []Badge // behind the text
	Details  string  // a second, quieter line
	Mono     bool    // exact characters matter: a code, a number to dial
	Copy     bool    // in a list of facts: with a button to copy
	Block    bool    // in a list of facts: keeps its line breaks
}

// Pager leads to the neighbouring pages. An empty address means there is none.
type Pager struct {
	Previous, Next string
	Summary        string // "1–50 of 204"
}

func (s Search) name() string {
	if s.Name == "" {
		return "q"
	}
	return s.Name
}

// table is the list's, with boxes where there is something to do with many rows.
func (l List) table() Table {
	l.Table.pick = l.Bulk != nil
	return l.Table
}

func (l List) Asked() bool { return l.Clear != "" }

// rowID stands for a row's id in a menu that many rows share.
const rowID = ":row"

// menus are those of the rows, each once where rows differ in nothing but their
// ids, and which of them each row has; -1 for none.
func (t Table) menus() (shared [][]Action, of []int) {
	of = make([]int, len(t.Rows))
	var first []int // the row that each was met at first
	for i, r := range t.Rows {
		if of[i] = -1; len(r.Menu) == 0 {
			continue
		}
		if of[i] = slices.IndexFunc(first, func(n int) bool { return &t.Rows[n].Menu[0] == &r.Menu[0] }); of[i] >= 0 { // the very same (SharedMenu)
			continue
		}
		m := SharedMenu(r.Menu, r.ID)
		if of[i] = slices.IndexFunc(shared, func(other []Action) bool { return reflect.DeepEqual(m, other) }); of[i] < 0 {
			of[i], shared, first = len(shared), append(shared, m), append(first, i)
		}
	}
	return shared, of
}

// SharedMenu is the menu of the row with an id as all rows that differ in nothing but
// their ids can have it. A long list makes it once; each row must have a page, where
// all of it can be done without script.
func SharedMenu(menu []Action, id string) []Action {
	menu = slices.Clone(menu)
	for i, a := range menu {
		menu[i].URL = strings.ReplaceAll(a.URL, id, rowID)
		if a.Post == nil {
			continue
		}
		p := *a.Post
		p.Action, p.Hidden = strings.ReplaceAll(p.Action, id, rowID), slices.Clone(p.Hidden)
		for j, x := range p.Hidden {
			p.Hidden[j].Value = strings.ReplaceAll(x.Value, id, rowID)
		}
		menu[i].Post = &p
	}
	return menu
}

// empty tells whether a cell says nothing.
func (c Cell) empty() bool {
	return c.Text == "" && c.After == "" && c.Details == "" && len(c.Badges) == 0 && c.Avatar == (Avatar{})
}

// facts tells which columns a phone shows: the first few, and those with states.
func (t Table) facts() (shown []bool) {
	const few = 4
	for i := range t.Columns {
		shown = append(shown, i <= few || slices.ContainsFunc(t.Rows, func(r Row) bool { return i < len(r.Cells) && len(r.Cells[i].Badges) > 0 }))
	}
	return shown
}

func (t Table) toggles() bool {
	for _, r := range t.Rows {
		if r.ToggleURL != "" {
			return true
		}
	}
	return false
}

func (t Table) number(i int) bool { return i < len(t.Columns) && t.Columns[i].Number }

func (r Row) name() string {
	if len(r.Cells) == 0 {
		return ""
	}
	return r.Cells[0].Text
}
