package account

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"bailiwick/views/part"
	"bailiwick/words"
)

// PermissionsPage is where an agency opens and closes features for its sub-accounts:
// sub-accounts by row, the tab's entitlements by column, one box in each cell.
type PermissionsPage struct {
	Frame  part.Frame
	Header part.Header
	Tabs   []part.Tab
	Search *part.Search
	Chips  []part.Chip
	Views  *part.Views
	Clear  string // address without search and filters, when there is one
	Note   string // from whom new sub-accounts will copy
	Idle   string // which columns have no effect yet
	Matrix PermissionMatrix
	Pager  part.Pager
	Empty  part.Empty
}

// PermissionMatrix is the table. A box posts to Action at once; ChosenCell reads what was asked.
// The answer with script is PermissionsChanged, without it a redirect back to this page.
type PermissionMatrix struct {
	Token    string
	Action   string      // POST
	Hidden   []part.Pair // search and cursor, to come back to the same place
	Columns  []PermissionColumn
	Rows     []PermissionRow
	Total    int  // rows on all pages
	ReadOnly bool // boxes are shown and can not be used
}

// PermissionColumn heads one entitlement.
type PermissionColumn struct {
	Key, Title string
	Help       string // what it covers
	State      Ticks
	Count      string // over everything the search shows: "118 of 204"
	Fixed      bool   // always on
	Idle       bool   // nothing that exists depends on it
	AllURL     string // GET: the dialog that asks before all are changed
}

// Ticks is the state of a box that stands for many.
type Ticks string

const (
	None Ticks = "false"
	Some Ticks = "mixed"
	All  Ticks = "true"
)

// PermissionRow is one sub-account. Cells stand in the order of the columns.
type PermissionRow struct {
	SubAccount string // its id
	Name, URL  string
	Path       string // shown under the name where the rows are no tree: "East / Prussia"
	Depth      int
	State      string // a word, where it is closed to its people: "Suspended"
	Cells      []PermissionCell
}

// PermissionCell is one box.
type PermissionCell struct {
	On    bool
	Fixed bool      // always on
	Cut   part.Link // to the account above that lacks it, so that it has no effect here; without an address where it may not be opened
}

// ChosenCell reads which box was pressed from the form that PermissionMatrix sends.
// ok is false when the form did not come from a box.
func ChosenCell(form url.Values) (subAccount, entitlement string, allowed, ok bool) {
	parts := strings.Split(form.Get("cell"), " ")
	if len(parts) != 3 || (parts[2] != "0" && parts[2] != "1") {
		return "", "", false, false
	}
	row, err := strconv.Atoi(parts[0])
	if rows := form["row"]; err == nil && row >= 0 && row < len(rows) {
		return rows[row], parts[1], parts[2] == "1", true
	}
	return "", "", false, false
}

// PermissionsAllPage asks before a whole column is changed.
// It posts entitlement, all=1 and allowed, and the search that says for whom.
type PermissionsAllPage struct {
	Frame       part.Frame
	Action      string
	Cancel      string
	Entitlement string // as people know it
	Key         string
	Allowed     bool
	Accounts    int         // that will change
	Already     int         // that are so already
	People      int         // that the change touches
	Search      string      // what the accounts were narrowed down to, if anything
	Label       string      // the same, by label
	Hidden      []part.Pair // the search
	Idle        bool        // nothing that exists depends on it
	Cut         string      // set when some of them will not notice: a sentence with who lacks it
	Problem     string
}

func (p PermissionsAllPage) dialog() part.Dialog {
	verb, doing, submit := "Turn off", "lose", "Turn off for "
	allowed := "0"
	if p.Allowed {
		verb, doing, submit, allowed = "Turn on", "get", "Turn on for ", "1"
	}
	in := " in them."
	if p.Accounts == 1 {
		in = " in it."
	}
	d := part.Dialog{
		Frame: p.Frame,
		Title: verb + " " + p.Entitlement + "?",
		Text:  []string{words.Count(p.Accounts, "sub-account", "sub-accounts") + " will " + doing + " " + p.Entitlement + ", with " + words.Count(p.People, "person", "people") + in},
		Form: part.Form{
			Token: p.Frame.Token, Action: p.Action, Problem: p.Problem, Danger: !p.Allowed,
			Submit: submit + words.Count(p.Accounts, "sub-account", "sub-accounts"), Cancel: p.Cancel,
			Hidden: append([]part.Pair{{Name: "entitlement", Value: p.Key}, {Name: "all", Value: "1"}, {Name: "allowed", Value: allowed}}, p.Hidden...),
		},
	}
	switch {
	case p.Search != "" && p.Label != "":
		d.Facts = append(d.Facts, "Only the sub-accounts that match “"+p.Search+"” and have the label “"+p.Label+"”, on all pages.")
	case p.Search != "":
		d.Facts = append(d.Facts, "Only the sub-accounts that match “"+p.Search+"”, on all pages.")
	case p.Label != "":
		d.Facts = append(d.Facts, "Only the sub-accounts that have the label “"+p.Label+"”, on all pages.")
	default:
		d.Facts = append(d.Facts, "All sub-accounts, archived ones too, on all pages.")
	}
	if p.Idle {
		d.Facts = append(d.Facts, "No page depends on it yet, so nothing changes for anybody today.")
	}
	if p.Already > 0 {
		fact := words.Count(p.Already, "other already has", "others already have") + " it."
		if !p.Allowed {
			fact = words.Count(p.Already, "other doesn't have it", "others don't have it") + " anyway."
		}
		d.Facts = append(d.Facts, fact)
	}
	if !p.Allowed {
		d.Facts = append(d.Facts, "Nothing is deleted. Turn it on again and everything is back.")
	}
	if p.Cut != "" {
		d.Facts = append(d.Facts, p.Cut)
	}
	return d
}

// cutters are those who cut something off, each once: the table names them in
// full in one place.
func (m PermissionMatrix) cutters() (all []part.Link) {
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			if c.Cut != (part.Link{}) && !slices.Contains(all, c.Cut) {
				all = append(all, c.Cut)
			}
		}
	}
	return all
}

// The boxes of a row are written by hand: there are hundreds on a page, and each byte of one counts.
func (m PermissionMatrix) cells(n int, r PermissionRow, cutters []part.Link) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		b := make([]byte, 0, 128*len(r.Cells))
		row := strconv.Itoa(n)
		for i, c := range r.Cells {
			if i >= len(m.Columns) {
				break
			}
			col := m.Columns[i]
			if c.Cut != (part.Link{}) {
				why := int64(slices.Index(cutters, c.Cut))
				b = append(b, `<td class=cut><button type=button popovertarget=k`...)
				b = strconv.AppendInt(b, why, 10)
				b = append(b, ` aria-labelledby="c`...)
				b = strconv.AppendInt(b, int64(i), 10)
				b = append(b, ` r`...)
				b = append(b, row...)
				b = append(b, ` k`...)
				b = strconv.AppendInt(b, why, 10)
				b = append(b, `"><svg class=icon><use href=#lock></use></svg></button></td>`...)
				continue
			}
			on, next := "false", "1"
			if c.On || c.Fixed {
				on, next = "true", "0"
			}
			b = append(b, `<td><button role=checkbox aria-checked=`...)
			b = append(b, on...)
			b = append(b, ` aria-labelledby="c`...)
			b = strconv.AppendInt(b, int64(i), 10)
			b = append(b, ` r`...)
			b = append(b, row...)
			b = append(b, '"')
			switch {
			case c.Fixed || col.Fixed:
				b = append(b, ` disabled`...)
			case m.ReadOnly:
				b = append(b, ` disabled`...)
			default:
				b = append(b, ` name=cell value="`...)
				b = append(b, row...)
				b = append(b, ' ')
				b = append(b, templ.EscapeString(col.Key)...)
				b = append(b, ' ')
				b = append(b, next...)
				b = append(b, '"')
			}
			b = append(b, `></button></td>`...)
		}
		_, err := w.Write(b)
		return err
	})
}

func NothingMatches(clear string) part.Empty {
	return part.Empty{Scene: part.SceneSearch, Title: "Nothing matches", Text: "No entry fits this search.", Action: &part.Action{Text: "Show all", URL: clear}}
}
