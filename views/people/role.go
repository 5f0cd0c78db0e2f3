package people

import (
	"bailiwick/views/part"
)

// RolesPage shows one set of roles as a matrix: sections by row, roles by column.
type RolesPage struct {
	Frame   part.Frame
	Header  part.Header
	Sets    []part.Tab
	Search  *part.Search // with the filter "only differences" as a Checkbox among its Filters
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

// RoleFormPage makes or changes a role of the account's own. POST with name, base
// and permission (repeatable).
type RoleFormPage struct {
	Frame          part.Frame
	Header         part.Header
	Action, Cancel string
	Submit         string
	Problem        string
	Name           string
	NameProblem    string
	Base           string // key of the role that it is made from
	BaseTitle      string
	BoxesProblem   string
	Boxes          []BoxGroup
	Kept           []string // permissions without a box, which the role has
	Proof          []part.Field
}

// BoxGroup is the sections of one group of the navigation.
type BoxGroup struct {
	Title    string
	Sections []BoxSection
}

// BoxSection is the permissions of one section.
type BoxSection struct {
	Title string
	Boxes []Box
}

// Box is one permission.
type Box struct {
	Value, Title, Sentence string
	Ticked                 bool
	Locked                 bool // beyond what the reader may give
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

func (p RoleFormPage) form() part.Form {
	f := part.Form{Token: p.Frame.Token, Action: p.Action, Cancel: p.Cancel, Problem: p.Problem, Submit: p.Submit,
		Hidden: []part.Pair{{Name: "base", Value: p.Base}}, Beside: []part.Field{p.boxes()}, Fields: []part.Field{
			{Name: "name", Label: "Name", Value: p.Name, Problem: p.NameProblem, Required: true, MaxLength: 64, Autocomplete: "off", Autofocus: p.Name == "" && p.Problem == ""},
			{Kind: part.Fixed, Name: "made-from", Label: "Made from", Value: p.BaseTitle},
		}}
	for _, key := range p.Kept {
		f.Hidden = append(f.Hidden, part.Pair{Name: "permission", Value: key})
	}
	return f
}

func (p RoleFormPage) boxes() part.Field {
	return part.Field{Name: "permission", Label: "What the role gives", Problem: p.BoxesProblem,
		Help: "What is ticked is given in this account. Greyed boxes are beyond what you can give, here or in sub-accounts that the role would reach."}
}

// boxHelp says what a permission lets do, and why it can not be given.
func boxHelp(b Box) string {
	if b.Locked {
		return "You can't " + b.Sentence + " everywhere that this role would reach, so you can't give it."
	}
	return "One may " + b.Sentence + "."
}
