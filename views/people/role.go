package people

import (
	"strings"

	"bailiwick/views/part"
)

// RolesPage shows one set of roles as a matrix: sections by row, roles by column.
type RolesPage struct {
	Frame   part.Frame
	Header  part.Header
	Sets    []part.Tab
	Chips   []part.Chip
	Search  *part.Search // with the filter "only differences" as a Checkbox among its Filters
	CSVURL  string
	Clear   string             // address without the search, when there is one
	Choice  *part.ColumnChoice // of the roles that are shown
	Wide    bool               // few enough roles for words; else a sign stands for each
	Columns []RoleColumn
	Groups  []RoleGroup
	Legend  []Term // what the words in the cells mean
}

// RoleColumn heads one role.
type RoleColumn struct {
	Name, Help string
	Yours      bool // the reader holds it here
}

// RoleGroup is the rows of one group of sections.
type RoleGroup struct {
	Title string
	Rows  []RoleRow
}

// RoleRow is one section or permission. Cells stand in the order of the columns.
type RoleRow struct {
	Title, Sentence string
	Inside          string // the section in whose records it lives
	Cells           []RoleCell
}

// RoleCell says what one role gives: "View", "Edit", "Part" or "Own"; nothing without.
type RoleCell struct {
	Text    string
	Details string // what it is part of, where there is room
}

// sign is the class that draws a cell.
func (c RoleCell) sign() string {
	if c.Text == "" {
		return "no"
	}
	return "is-" + strings.ToLower(c.Text)
}

// Term explains one word.
type Term struct {
	Word, Meaning string
}

// RoleEffectPage says what a change of a role does to those who have it, and asks
// for it to be done.
type RoleEffectPage struct {
	Frame     part.Frame
	Header    part.Header
	Notice    *part.Alert
	Sentences []string
	Table     part.Table // who gains and loses what; no rows where nothing changes
	More      string
	Form      part.Form
}
