package views

// RolesPage shows one set of roles as a matrix: sections by row, roles by column.
type RolesPage struct {
	Frame   Frame
	Header  Header
	Sets    []Tab
	Search  *Search // with the filter "only differences" as a Checkbox among its Filters
	CSVURL  string
	Clear   string // address without the search, when there is one
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
	Cells           []RoleCell
}

// RoleCell says what one role gives. Text stands in the cell; an empty one means nothing.
type RoleCell struct {
	Text  string // "✓", "View", "Edit", "CRUD"
	Label string // read aloud in place of a sign: "yes"
}

// Term explains one word.
type Term struct {
	Word, Meaning string
}
