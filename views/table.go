package views

// List is a searched, filtered, sorted and paged table with everything around it.
// All of its state stands in the addresses, so that a link to it can be passed on.
type List struct {
	Label   string  // what the rows are, for screen readers: "Subusers"
	Search  *Search // nil: there is nothing to search
	Chips   []Chip  // filters in force, each with the way to take it away
	Columns *ColumnChoice
	CSVURL  string
	Bulk    *Bulk // acts on the rows that are ticked
	Table   Table
	Pager   Pager
	Empty   Empty  // shown when there are no rows and nothing was asked for
	Clear   string // address without search and filters; set when one is in force
}

// Bulk is a form that acts on many rows: each row has a box in it, of the name
// "id". GET of Action leads to what asks before it is done.
type Bulk struct {
	Action string
	Keep   []Pair // what the list is narrowed down to
	Acts   []Option
	All    string // label of the box for all that the list shows: "All 204 that are shown"
}

// Search narrows the list down by typing, and by the choices beside it.
type Search struct {
	Action      string // GET
	Name        string // of the text's parameter, "q" if empty
	Value       string
	Placeholder string
	Filters     []Field // Selects and dates beside the text
	Keep        []Pair  // parameters to carry along: sort order, columns
}

// Chip is one filter in force.
type Chip struct {
	Text      string
	RemoveURL string
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
	Pick    string // id of the form that each row has a box in; empty for none
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
	Depth int  // indents the first cell: a tree
	Dim   bool // suspended, inherited

	ToggleURL string // opens or closes what lies below this row; empty for a leaf
	Open      bool
}

// Cell is one value, formatted already.
type Cell struct {
	Text    string
	URL     string
	Title   string  // on hover: the exact time, the whole text
	Badges  []Badge // behind the text
	Details string  // a second, quieter line
	Mono    bool    // exact characters matter: a code, a number to dial
	Copy    bool    // in a list of facts: with a button to copy
	Block   bool    // in a list of facts: keeps its line breaks
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

func (l List) asked() bool { return l.Clear != "" }

func (t Table) menus() bool {
	for _, r := range t.Rows {
		if len(r.Menu) > 0 {
			return true
		}
	}
	return false
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
