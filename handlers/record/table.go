package record

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/views/part"
	"bailiwick/words"
)

func (h *Handlers) recordTable(rv Visit, asked listAsked, l records.List) part.Table {
	t := part.Table{Token: rv.Visit.Token}
	columns := columnsOf(rv, asked)
	for _, name := range columns {
		t.Columns = append(t.Columns, h.recordColumn(rv, asked, name))
	}
	if rv.showsSource(asked) {
		t.Columns = append(t.Columns, part.Column{Text: "Account"})
	}
	back := address(rv.listURL(), asked.pairs())
	for _, r := range l.Records {
		row := part.Row{ID: r.ID.String(), Menu: h.rowMenu(rv, r, back), Page: rv.Visit.May.Has(rv.records.One.View)}
		for i, name := range columns {
			cell := h.recordCell(rv, name, r, l.Names)
			if i == 0 {
				cell = linked(cell, h.oneURL(rv, r))
			}
			row.Cells = append(row.Cells, cell)
		}
		switch {
		case rv.Timeless != nil && rv.showsSource(asked):
			row.Cells = append(row.Cells, part.Cell{Text: cmp.Or(l.From(r).Name, "gone")})
		case asked.below:
			row.Cells = append(row.Cells, part.Cell{Text: l.From(r).Name, URL: page.AccountPath(r.AccountID, filled(rv.section.Path))})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// linked makes a cell lead to its record, also where it has only badges.
func linked(cell part.Cell, to string) part.Cell {
	cell.URL = to
	if cell.Text == "" && to != "" {
		cell.Text = "Open"
	}
	return cell
}

// rowMenu is what may be done with a record from its list: also to enter what
// is inside it, where its own page may not be opened.
func (h *Handlers) rowMenu(rv Visit, r records.Record, back string) []part.Action {
	menu := h.recordMenu(rv, r, back)
	if one := rv.records.One; !rv.Visit.May.Has(one.View) && r.AccountID == rv.Visit.Place.Account {
		for _, s := range h.inside(rv, one) {
			menu = append(menu, part.Action{Text: page.Upper(s.Records.Plural), URL: rv.url(s.Path, r), Icon: s.Icon})
		}
	}
	return menu
}

func (h *Handlers) recordColumn(rv Visit, asked listAsked, name string) part.Column {
	f := rv.kind.Field(name)
	col := part.Column{Text: propertyTitle(rv.kind, name)}
	if f != nil {
		col.Number = f.Type == "integer" || f.Type == "number"
		if !records.Sortable(rv.kind, f) {
			return col
		}
	}
	sort := cmp.Or(asked.sort, rv.records.Sort)
	next := name
	switch sort {
	case name:
		col.Sorted, next = "ascending", "-"+name
	case "-" + name:
		col.Sorted = "descending"
	}
	col.SortURL = address(rv.listURL(), asked.pairs("sort"), "sort", next)
	return col
}

// cellLength is how much of a long text a list shows.
const cellLength = 80

func (h *Handlers) recordCell(rv Visit, name string, r records.Record, names map[uuid.UUID]records.Named) part.Cell {
	switch name {
	case "created_at":
		return h.TimeCell(rv, r.CreatedAt)
	case "updated_at":
		return h.TimeCell(rv, r.UpdatedAt)
	}
	f := rv.kind.Field(name)
	if !rv.open(r, f) {
		return part.Cell{}
	}
	cell := h.valueCell(rv, f, r, names)
	if runes := []rune(cell.Text); len(runes) > cellLength {
		cell.Title, cell.Text = cell.Text, string(runes[:cellLength])+"…"
	}
	cell.Text = strings.ReplaceAll(cell.Text, "\n", " · ")
	return cell
}

// wholeCell is a value as the page of a record shows it.
func (h *Handlers) wholeCell(rv Visit, f *catalog.Field, r records.Record, names map[uuid.UUID]records.Named) part.Cell {
	cell := h.valueCell(rv, f, r, names)
	cell.Block = f.Widget == "textarea" || f.Widget == "code" || f.Widget == "json" || f.Widget == "lines" || f.Type == "object"
	cell.Mono = cell.Mono || f.Widget == "code" || f.Widget == "json"
	if f.Format == "uri" {
		cell.URL = cell.Text
	}
	if f.Widget == "country" && cell.Title != "" {
		cell.Text, cell.Title = cell.Title, ""
	}
	return cell
}

func (h *Handlers) valueCell(rv Visit, f *catalog.Field, r records.Record, names map[uuid.UUID]records.Named) part.Cell {
	v := r.Values[f.Name]
	switch {
	case v == nil:
		return part.Cell{}
	case f.Name == "state":
		return part.Cell{Badges: []part.Badge{stateBadge(f, r.State())}}
	case f.Ref != nil:
		return h.refCell(rv, f, r, names)
	case f.Many && len(f.Options) == 0 && f.Widget == "tags":
		var badges []part.Badge
		for _, text := range catalog.Texts(v) {
			badges = append(badges, part.Badge{Text: text})
		}
		return part.Cell{Badges: badges}
	case len(f.Options) > 0:
		var titles []string
		for _, text := range catalog.Texts(v) {
			if o := f.Option(text); o != nil {
				text = o.Title
			}
			titles = append(titles, text)
		}
		return part.Cell{Text: strings.Join(titles, ", ")}
	case f.Type == "boolean":
		if v == true {
			return part.Cell{Text: "Yes"}
		}
		return part.Cell{Text: "No"}
	case f.Widget == "country":
		flag, name := words.Country(fmt.Sprint(v))
		return part.Cell{Flag: flag, Text: fmt.Sprint(v), Title: name}
	case f.Format == "date":
		if t, err := time.Parse(time.DateOnly, fmt.Sprint(v)); err == nil {
			return part.Cell{Text: words.Day(t), Datetime: fmt.Sprint(v)}
		}
	case f.Format == "date-time":
		if t, err := time.Parse(time.RFC3339, fmt.Sprint(v)); err == nil {
			return h.TimeCell(rv, t)
		}
	}
	return part.Cell{Text: h.ValueText(f, v, page.Zone(rv.Context)), Mono: f.Format == "cidr" || f.Secret != ""}
}

// refCell names records that a record names, and leads to a single one.
func (h *Handlers) refCell(rv Visit, f *catalog.Field, r records.Record, names map[uuid.UUID]records.Named) part.Cell {
	var all []string
	ids, one, told := catalog.Texts(r.Values[f.Name]), f.Ref.Records.One, false
	for _, text := range ids {
		id, _ := uuid.Parse(text)
		n, there := names[id]
		switch told = there && !n.Closed; {
		case told:
			all = append(all, words.Phone(n.Name))
		case there:
			all = append(all, page.ClosedName)
		default:
			all = append(all, "gone")
		}
	}
	cell := part.Cell{Text: strings.Join(all, ", ")}
	if len(ids) == 1 && f.Ref.Inside == nil && told && r.AccountID == rv.Visit.Place.Account && rv.Visit.May.Has(one.View) {
		id, _ := uuid.Parse(ids[0])
		cell.URL = page.AccountPath(r.AccountID, filled(f.Ref.Records.OnePath(), id))
	}
	return cell
}

func (h *Handlers) byCell(rv Visit, t time.Time, who string) part.Cell {
	cell := h.TimeCell(rv, t)
	if who != "" {
		cell.After = "by " + who
	}
	return cell
}

var stateTones = map[string]part.Tone{
	"enabled": part.Good, "active": part.Good, "live": part.Good, "running": part.Good, "ready": part.Good, "verified": part.Good,
	"purchased": part.Good, "sent": part.Good, "delivered": part.Good, "received": part.Good, "answered": part.Good, "on": part.Good,
	"talking": part.Good, "passed": part.Good, "done": part.Good,
	"failed": part.Bad, "blocked": part.Bad, "refused": part.Bad, "expired": part.Bad, "cancelled": part.Bad, "suspended": part.Bad,
	"inactive": part.Warn, "paused": part.Warn, "disabled": part.Warn, "unverified": part.Warn, "reserved": part.Warn,
	"requested": part.Info, "queued": part.Info, "waiting": part.Info, "open": part.Info, "new": part.Info, "available": part.Info,
}

func stateBadge(f *catalog.Field, state string) part.Badge {
	b := part.Badge{Text: state, Tone: stateTones[state]}
	if o := f.Option(state); o != nil {
		b.Text = o.Title
	}
	return b
}
