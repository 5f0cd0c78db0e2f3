package handlers

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

// listAsked is what the address of a list asks for.
type listAsked struct {
	search  string
	sort    string
	filters map[string]string
	columns []string // none for the section's own
	rows    int      // on a page; models.RecordPage where zero
	below   bool
	account uuid.UUID
}

func readList(rv recordVisit) listAsked {
	q := rv.QueryParams()
	a := listAsked{search: strings.TrimSpace(q.Get("q")), sort: q.Get("sort"), filters: map[string]string{}, below: q.Get("accounts") == "below" && rv.reaches()}
	for _, f := range rv.kind.Fields {
		if v := q.Get(f.Name); v != "" && models.Filterable(f) && rv.uses(f) {
			a.filters[f.Name] = v
		}
	}
	for _, name := range q["column"] {
		if listable(rv, name) && !slices.Contains(a.columns, name) {
			a.columns = append(a.columns, name)
		}
	}
	if rows, err := strconv.Atoi(q.Get("rows")); err == nil && slices.Contains(pageRows, rows) {
		a.rows = rows
	}
	if a.below {
		a.account, _ = uuid.Parse(q.Get("account"))
	}
	return a
}

// pageRows are how many rows a page may be chosen to have.
var pageRows = []int{10, 25, models.RecordPage, 100}

func listable(rv recordVisit, name string) bool {
	f := rv.kind.Field(name)
	return f != nil && rv.uses(f) || name == "created_at" || name == "updated_at"
}

func (rv recordVisit) query(a listAsked) models.RecordQuery {
	return models.RecordQuery{Search: a.search, Sort: a.sort, Filters: a.filters, Below: a.below, Account: a.account, Long: columnsOf(rv, a), Limit: a.rows}
}

// pairs are the parameters of the same list, leaving some out.
func (a listAsked) pairs(without ...string) (all []views.Pair) {
	add := func(name, value string) {
		if value != "" && !slices.Contains(without, name) {
			all = append(all, views.Pair{Name: name, Value: value})
		}
	}
	add("q", a.search)
	for _, name := range slices.Sorted(maps.Keys(a.filters)) {
		add(name, a.filters[name])
	}
	if a.below {
		add("accounts", "below")
		if a.account != uuid.Nil {
			add("account", a.account.String())
		}
	}
	add("sort", a.sort)
	for _, c := range a.columns {
		add("column", c)
	}
	if a.rows != 0 {
		add("rows", strconv.Itoa(a.rows))
	}
	return all
}

func address(path string, pairs []views.Pair, more ...string) string {
	q := url.Values{}
	for _, p := range pairs {
		q.Add(p.Name, p.Value)
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (h *Handlers) listRecords(rv recordVisit) error {
	asked, here := readList(rv), rv.listURL()
	q := rv.query(asked)
	q.After, q.Before = rv.QueryParam("after"), rv.QueryParam("before")
	l, err := h.store.Records(rv.Request().Context(), rv.grant, rv.at, q)
	if err != nil {
		return err
	}
	title := h.listTitle(rv, rv.section)
	p := views.RecordListPage{
		Frame: h.recordFrame(rv, title), Header: views.Header{Title: title}, Tabs: h.besides(rv),
		List: views.List{
			Label: rv.records.Plural, CSVURL: address(here+".csv", asked.pairs()),
			Pager: views.Pager{Summary: counted(l.Total, rv.records)},
			Empty: views.Empty{Icon: rv.section.Icon, Title: "No " + rv.records.Plural + " yet", Text: rv.section.Sentence},
		},
	}
	if len(rv.kind.States) > 0 {
		p.States = stateFigure(rv.kind)
	}
	if n := len(rv.above); n > 0 {
		p.Header.Title = title + " of " + rv.above[n-1].Name
	}
	if rv.timeless != nil {
		h.timelessHeader(rv, &p)
	}
	if missing := rv.closedHere(); missing != 0 {
		p.Notice = &views.Alert{Tone: views.Info, Text: fmt.Sprintf("%s may not use %s. Any %s of that kind are hidden.", rv.visit.Place.Name, h.catalog.Titles(missing), rv.records.Plural)}
	}
	if rv.records.Sum != nil {
		p.Header.Text = rv.records.SumTitle + ": " + l.Sum
	}
	if may := rv.records.Create; may != 0 && rv.visit.May.Has(may) {
		add := views.Action{Text: "Add " + rv.records.Noun, URL: here + "/new", Icon: "plus", Primary: true}
		if rv.records.Import {
			add.Text = "Append " + rv.records.Plural
		}
		p.Header.Actions, p.List.Empty.Action = []views.Action{add}, &add
	}
	if len(asked.pairs("sort", "column", "rows")) > 0 {
		p.List.Clear = address(here, asked.pairs(slices.Concat([]string{"q", "accounts", "account"}, slices.Collect(maps.Keys(asked.filters)))...))
	}
	if l.Prev != "" {
		p.List.Pager.Previous = address(here, asked.pairs(), "before", l.Prev)
	}
	if l.Next != "" {
		p.List.Pager.Next = address(here, asked.pairs(), "after", l.Next)
	}
	if p.List.Search, p.List.Chips, err = h.listSearch(rv, asked); err != nil {
		return err
	}
	p.List.Columns = columnChoice(rv, asked)
	p.List.Table = h.recordTable(rv, asked, l)
	return render(rv.Context, http.StatusOK, views.RecordList(p))
}

// stateFigure is the kind's states as the catalog declares them.
func stateFigure(kind *catalog.Kind) *views.StateFigure {
	f := &views.StateFigure{Title: "How " + kind.Section.Records.Plural + " change state"}
	place := func(key string) int {
		return slices.IndexFunc(kind.States, func(s catalog.State) bool { return s.Key == key })
	}
	for _, s := range kind.States {
		f.States = append(f.States, views.StateBox{Title: s.Title, Sentence: s.Sentence})
	}
	for _, m := range kind.Moves() {
		f.Moves = append(f.Moves, views.StateMove{Text: m.Act.Title, From: place(m.From), To: place(m.To)})
	}
	return f
}

// closedHere are the entitlements without which some of the records would be hidden
// here, whether there are any or not.
func (rv recordVisit) closedHere() (missing catalog.Entitlements) {
	ceiling := rv.visit.Snapshot.Ceiling(rv.visit.At)
	for _, f := range rv.kind.Gated() {
		for _, o := range f.ClosedOptions(ceiling) {
			missing |= o.Needs &^ ceiling
		}
	}
	return missing
}

// counted is how many records a list has, as far as it was counted.
func counted(n int, r *catalog.Records) string {
	if n > models.CountCap {
		return "more than " + words.Count(models.CountCap, r.Noun, r.Plural)
	}
	return words.Count(n, r.Noun, r.Plural)
}

// besides are the sections beside one that is inside a record, and the pages
// beside the networks.
func (h *Handlers) besides(rv recordVisit) (tabs []views.Tab) {
	if rv.section.Key == "security" {
		return securityTabs(rv.visit, "Networks")
	}
	if rv.section.Inside == nil {
		return nil
	}
	for _, s := range h.inside(rv, rv.section.Inside) {
		tabs = append(tabs, views.Tab{Text: upper(s.Records.Plural), URL: rv.url(s.Path), Current: s == rv.section})
	}
	if len(tabs) < 2 {
		return nil
	}
	return tabs
}

// reaches tells whether the list can show the accounts below too.
func (rv recordVisit) reaches() bool {
	return rv.section.Inside == nil && rv.timeless == nil && !rv.section.Own
}

// hasBelow tells whether an account below shows the section to who looks.
func (rv recordVisit) hasBelow() (found bool) {
	v := rv.visit
	if !rv.reaches() {
		return false
	}
	v.Snapshot.Descendants(v.At, func(a authz.Account) bool {
		found = v.Snapshot.Decide(v.Who, rv.section.View, a).Allow
		return !found
	})
	return found
}

// maxAccounts is how many accounts a list offers to choose from.
const maxAccounts = 200

// accountChoices are the accounts that a list which reaches below can be narrowed
// to, or the chosen one alone where there are too many to choose from.
func (h *Handlers) accountChoices(rv recordVisit, asked listAsked) (choices map[uuid.UUID]models.Account, few bool, err error) {
	ids, err := h.store.AccountsSeen(rv.Request().Context(), rv.grant, rv.section)
	if err != nil {
		return nil, false, err
	}
	if few = len(ids) <= maxAccounts; !few {
		ids = []uuid.UUID{asked.account}
	}
	choices, err = h.store.AccountsByID(rv.Request().Context(), rv.grant.Resource().Tenant, ids)
	return choices, few, err
}

// listSearch is the search of a list with its filters, and those in force.
func (h *Handlers) listSearch(rv recordVisit, asked listAsked) (*views.Search, []views.Chip, error) {
	here := rv.listURL()
	s := &views.Search{Action: here, Value: asked.search, Placeholder: "Search " + rv.records.Plural}
	var chips []views.Chip
	var offered []string
	ceiling := rv.visit.Snapshot.Ceiling(rv.visit.At)
	for _, f := range rv.kind.Fields {
		value := asked.filters[f.Name]
		if !models.Filterable(f) || !rv.uses(f) || fixedHere(rv, f) || value == "" && !slices.Contains(rv.records.Columns, f.Name) {
			continue
		}
		x := views.Field{Kind: views.Select, Name: f.Name, ID: "filter-" + f.Name, Label: f.Title, Value: value, Options: []views.Option{{Text: f.Title + ": any"}}}
		switch {
		case f.Type == "boolean":
			x.Options = append(x.Options, views.Option{Value: "true", Text: f.Title + ": yes"}, views.Option{Value: "false", Text: f.Title + ": no"})
		case f.Ref != nil:
			chosen := []string{}
			if value != "" {
				chosen = []string{value}
			}
			options, err := h.refOptions(rv, f, chosen)
			if err != nil {
				return nil, nil, err
			}
			x.Options = append(x.Options, options...)
		default:
			for _, o := range f.Options {
				if ceiling.Covers(o.Needs) {
					x.Options = append(x.Options, views.Option{Value: o.Value, Text: o.Title})
				}
			}
		}
		s.Filters, offered = append(s.Filters, x), append(offered, f.Name)
		if value != "" {
			chips = append(chips, views.Chip{Text: f.Title + ": " + chosenText(x, value), RemoveURL: address(here, asked.pairs(f.Name))})
		}
	}
	if asked.below || rv.hasBelow() {
		s.Filters = append(s.Filters, views.Field{Kind: views.Checkbox, Name: "accounts", ID: "filter-accounts", Label: "Accounts below too", Value: "below", Checked: asked.below})
		offered = append(offered, "accounts")
	}
	if asked.below {
		chips = append(chips, views.Chip{Text: "Accounts below too", RemoveURL: address(here, asked.pairs("accounts", "account"))})
		choices, few, err := h.accountChoices(rv, asked)
		if err != nil {
			return nil, nil, err
		}
		if few {
			s.Filters = append(s.Filters, accountFilter(asked, choices))
			offered = append(offered, "account")
		}
		if a, ok := choices[asked.account]; ok {
			chips = append(chips, views.Chip{Text: "Account: " + a.Name, RemoveURL: address(here, asked.pairs("account"))})
		}
	}
	s.Keep = asked.pairs(append(offered, "q")...)
	return s, chips, nil
}

// fixedHere tells whether all records of the section have the same value.
func fixedHere(rv recordVisit, f *catalog.Field) bool {
	return len(rv.records.Where[f.Name]) == 1 || f == rv.kind.Parent && rv.section.Inside != nil
}

func accountFilter(asked listAsked, accounts map[uuid.UUID]models.Account) views.Field {
	x := views.Field{Kind: views.Select, Name: "account", ID: "filter-account", Label: "Account", Options: []views.Option{{Text: "Account: any"}}}
	if asked.account != uuid.Nil {
		x.Value = asked.account.String()
	}
	for _, a := range slices.SortedFunc(maps.Values(accounts), func(a, b models.Account) int { return strings.Compare(a.Path, b.Path) }) {
		x.Options = append(x.Options, views.Option{Value: a.ID.String(), Text: a.Name})
	}
	return x
}

func chosenText(x views.Field, value string) string {
	for _, o := range x.Options {
		if o.Value == value {
			return strings.TrimPrefix(o.Text, x.Label+": ")
		}
	}
	return value
}

func columnChoice(rv recordVisit, asked listAsked) *views.ColumnChoice {
	c := &views.ColumnChoice{Action: rv.listURL(), Name: "column", Keep: asked.pairs("column", "rows"), Rows: rowChoice(asked)}
	shown := columnsOf(rv, asked)
	for _, f := range rv.kind.Fields {
		if rv.uses(f) {
			c.Options = append(c.Options, views.Option{Value: f.Name, Text: f.Title, Selected: slices.Contains(shown, f.Name)})
		}
	}
	for _, name := range []string{"created_at", "updated_at"} {
		c.Options = append(c.Options, views.Option{Value: name, Text: propertyTitle(rv.kind, name), Selected: slices.Contains(shown, name)})
	}
	return c
}

func rowChoice(asked listAsked) views.Field {
	x := views.Field{Kind: views.Select, Name: "rows", ID: "rows", Label: "Rows on a page", Value: strconv.Itoa(cmp.Or(asked.rows, models.RecordPage))}
	for _, n := range pageRows {
		x.Options = append(x.Options, views.Option{Value: strconv.Itoa(n), Text: strconv.Itoa(n)})
	}
	return x
}

func columnsOf(rv recordVisit, asked listAsked) []string {
	if len(asked.columns) > 0 {
		return asked.columns
	}
	return slices.DeleteFunc(slices.Clone(rv.records.Columns), func(name string) bool { return !rv.uses(rv.kind.Field(name)) })
}

func propertyTitle(kind *catalog.Kind, name string) string {
	switch name {
	case "created_at":
		return "Made"
	case "updated_at":
		return "Changed"
	}
	return kind.Field(name).Title
}

func (h *Handlers) recordTable(rv recordVisit, asked listAsked, l models.RecordList) views.Table {
	t := views.Table{Token: rv.visit.Token}
	columns := columnsOf(rv, asked)
	for _, name := range columns {
		t.Columns = append(t.Columns, h.recordColumn(rv, asked, name))
	}
	if rv.showsSource(asked) {
		t.Columns = append(t.Columns, views.Column{Text: "Account"})
	}
	back := address(rv.listURL(), asked.pairs())
	for _, r := range l.Records {
		row := views.Row{ID: r.ID.String(), Menu: h.rowMenu(rv, r, back)}
		if rv.visit.May.Has(rv.records.One.View) {
			row.Page = h.oneURL(rv, r)
		}
		for i, name := range columns {
			cell := h.recordCell(rv, name, r, l.Names)
			if i == 0 {
				cell = linked(cell, h.oneURL(rv, r))
			}
			row.Cells = append(row.Cells, cell)
		}
		switch {
		case rv.timeless != nil && rv.showsSource(asked):
			row.Cells = append(row.Cells, views.Cell{Text: orElse(l.From(r).Name, "gone")})
		case asked.below:
			row.Cells = append(row.Cells, views.Cell{Text: l.From(r).Name, URL: accountPath(r.AccountID, filled(rv.section.Path))})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// linked makes a cell lead to its record, also where it has only badges.
func linked(cell views.Cell, to string) views.Cell {
	cell.URL = to
	if cell.Text == "" && to != "" {
		cell.Text = "Open"
	}
	return cell
}

// rowMenu is what may be done with a record from its list: also to enter what
// is inside it, where its own page may not be opened.
func (h *Handlers) rowMenu(rv recordVisit, r models.Record, back string) []views.Action {
	menu := h.recordMenu(rv, r, back)
	if one := rv.records.One; !rv.visit.May.Has(one.View) && r.AccountID == rv.visit.Place.Account {
		for _, s := range h.inside(rv, one) {
			menu = append(menu, views.Action{Text: upper(s.Records.Plural), URL: rv.url(s.Path, r), Icon: s.Icon})
		}
	}
	return menu
}

func (h *Handlers) recordColumn(rv recordVisit, asked listAsked, name string) views.Column {
	f := rv.kind.Field(name)
	col := views.Column{Text: propertyTitle(rv.kind, name)}
	if f != nil {
		col.Number = f.Type == "integer" || f.Type == "number"
		if !models.Sortable(rv.kind, f) {
			return col
		}
	}
	sort := orElse(asked.sort, rv.records.Sort)
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

func (h *Handlers) recordCell(rv recordVisit, name string, r models.Record, names map[uuid.UUID]models.Named) views.Cell {
	switch name {
	case "created_at":
		return h.timeCell(rv, r.CreatedAt)
	case "updated_at":
		return h.timeCell(rv, r.UpdatedAt)
	}
	f := rv.kind.Field(name)
	if !rv.open(r, f) {
		return views.Cell{}
	}
	cell := h.valueCell(rv, f, r, names)
	if runes := []rune(cell.Text); len(runes) > cellLength {
		cell.Title, cell.Text = cell.Text, string(runes[:cellLength])+"…"
	}
	cell.Text = strings.ReplaceAll(cell.Text, "\n", " · ")
	return cell
}

// wholeCell is a value as the page of a record shows it.
func (h *Handlers) wholeCell(rv recordVisit, f *catalog.Field, r models.Record, names map[uuid.UUID]models.Named) views.Cell {
	cell := h.valueCell(rv, f, r, names)
	cell.Block = f.Widget == "textarea" || f.Widget == "code" || f.Widget == "lines" || f.Type == "object"
	cell.Mono = cell.Mono || f.Widget == "code"
	if f.Format == "uri" {
		cell.URL = cell.Text
	}
	return cell
}

func (h *Handlers) valueCell(rv recordVisit, f *catalog.Field, r models.Record, names map[uuid.UUID]models.Named) views.Cell {
	v := r.Values[f.Name]
	switch {
	case v == nil:
		return views.Cell{}
	case f.Name == "state":
		return views.Cell{Badges: []views.Badge{stateBadge(f, r.State())}}
	case f.Ref != nil:
		return h.refCell(rv, f, r, names)
	case f.Many && len(f.Options) == 0 && f.Widget == "tags":
		var badges []views.Badge
		for _, text := range catalog.Texts(v) {
			badges = append(badges, views.Badge{Text: text})
		}
		return views.Cell{Badges: badges}
	case len(f.Options) > 0:
		var titles []string
		for _, text := range catalog.Texts(v) {
			if o := f.Option(text); o != nil {
				text = o.Title
			}
			titles = append(titles, text)
		}
		return views.Cell{Text: strings.Join(titles, ", ")}
	case f.Type == "boolean":
		if v == true {
			return views.Cell{Text: "Yes"}
		}
		return views.Cell{Text: "No"}
	case f.Widget == "money":
		if n, ok := v.(float64); ok {
			return views.Cell{Text: fmt.Sprintf("%.2f", n)}
		}
	case f.Format == "date-time":
		if t, err := time.Parse(time.RFC3339, fmt.Sprint(v)); err == nil {
			return h.timeCell(rv, t)
		}
	}
	text := f.Text(v, zone(rv.Context))
	if f.Unit != "" {
		text += " " + f.Unit
	}
	return views.Cell{Text: text, Mono: f.Format == "e164" || f.Format == "cidr" || f.Secret != ""}
}

// refCell names records that a record names, and leads to a single one.
func (h *Handlers) refCell(rv recordVisit, f *catalog.Field, r models.Record, names map[uuid.UUID]models.Named) views.Cell {
	var all []string
	ids, one, told := catalog.Texts(r.Values[f.Name]), f.Ref.Records.One, false
	for _, text := range ids {
		id, _ := uuid.Parse(text)
		n, there := names[id]
		switch told = there && !n.Closed; {
		case told:
			all = append(all, n.Name)
		case there:
			all = append(all, closedName)
		default:
			all = append(all, "gone")
		}
	}
	cell := views.Cell{Text: strings.Join(all, ", ")}
	if len(ids) == 1 && f.Ref.Inside == nil && told && r.AccountID == rv.visit.Place.Account && rv.visit.May.Has(one.View) {
		id, _ := uuid.Parse(ids[0])
		cell.URL = accountPath(r.AccountID, filled(f.Ref.Records.OnePath(), id))
	}
	return cell
}

func (h *Handlers) timeCell(c echo.Context, t time.Time) views.Cell {
	return views.Cell{Text: when(c, t, h.store.Now()), Title: exact(t.In(zone(c)))}
}

func (h *Handlers) byCell(rv recordVisit, t time.Time, who string) views.Cell {
	cell := h.timeCell(rv, t)
	if who != "" {
		cell.Text += " by " + who
	}
	return cell
}

var stateTones = map[string]views.Tone{
	"enabled": views.Good, "active": views.Good, "live": views.Good, "running": views.Good, "ready": views.Good, "verified": views.Good,
	"purchased": views.Good, "sent": views.Good, "delivered": views.Good, "received": views.Good, "answered": views.Good, "on": views.Good,
	"talking": views.Good, "passed": views.Good, "done": views.Good,
	"failed": views.Bad, "blocked": views.Bad, "refused": views.Bad, "expired": views.Bad, "cancelled": views.Bad, "suspended": views.Bad,
	"inactive": views.Warn, "paused": views.Warn, "disabled": views.Warn, "unverified": views.Warn, "reserved": views.Warn,
	"requested": views.Info, "queued": views.Info, "waiting": views.Info, "open": views.Info, "new": views.Info, "available": views.Info,
}

func stateBadge(f *catalog.Field, state string) views.Badge {
	b := views.Badge{Text: state, Tone: stateTones[state]}
	if o := f.Option(state); o != nil {
		b.Text = o.Title
	}
	return b
}
