package account

import (
	"bailiwick/views/part"
)

// AccountsPage is every account one may enter, tree by tree.
type AccountsPage struct {
	Frame  part.Frame
	Header part.Header
	Offers []part.Alert // what waits to be accepted: the ownership of accounts, invites
	Search *part.Search
	Chips  []part.Chip
	Clear  string // address without the search, when there is one
	Trees  []Tree
	Pager  part.Pager
	Empty  part.Empty

	Partial bool // some trees couldn't be read: where there is none, nothing is said of that
}

// Tree is one root with what lies below it, as rows with depth.
type Tree struct {
	ID    string // unique on the page
	Title string
	Kind  part.Badge
	Table part.Table
}

// SubAccountsPage is the tree below one account.
type SubAccountsPage struct {
	Frame  part.Frame
	Header part.Header
	List   part.List
}

// SubAccountPage is one account, seen from above it.
type SubAccountPage struct {
	Frame          part.Frame
	Header         part.Header
	Notice         *part.Alert // why its people can not come in
	Facts          []part.Detail
	Uses           []Use
	PermissionsURL string // where that is changed
	Changes        []part.Change
}

// Use is what an account may use of one tab of the permissions.
type Use struct {
	Tab    string
	May    []string
	MayNot []string
	Cut    []string // with who does it: "Logs, by East"
}

// SubAccountsFormPage makes several sub-accounts at once.
// POST /a/:account/sub-accounts with name, once for each; names holds a pasted list.
type SubAccountsFormPage struct {
	Frame       part.Frame
	Header      part.Header
	Action      string
	Cancel      string
	Names       []NameRow // at least three rows are shown
	Pasted      string
	PasteError  string
	Problem     string
	CopiesFrom  string // whose entitlements the new ones get: "They start with what West has."
	MaximumSize int    // of a name, in characters
}

// NameRow is one name as typed.
type NameRow struct {
	Value, Problem string
}

func (p SubAccountsFormPage) rows() []NameRow {
	rows := p.Names
	for len(rows) < 3 {
		rows = append(rows[:len(rows):len(rows)], NameRow{})
	}
	return rows
}

// form carries the problems to the summary; the rows themselves are drawn apart.
func (p SubAccountsFormPage) form() part.Form {
	f := part.Form{Token: p.Frame.Token, Action: p.Action, Problem: p.Problem}
	for i, r := range p.rows() {
		f.Fields = append(f.Fields, p.nameField(i, r))
	}
	f.Fields = append(f.Fields, p.pasteField())
	return f
}

func (p SubAccountsFormPage) nameField(i int, r NameRow) part.Field {
	return part.Field{ID: "names-" + part.Decimal(i+1), Name: "name", Label: "Name " + part.Decimal(i+1), Value: r.Value, Problem: r.Problem, MaxLength: p.MaximumSize, Autocomplete: "off", Required: true}
}

func (p SubAccountsFormPage) pasteField() part.Field {
	return part.Field{Kind: part.Lines, Name: "names", Label: "Or paste many names", Help: "One name per line.", Value: p.Pasted, Problem: p.PasteError}
}
