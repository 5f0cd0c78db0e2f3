package record

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// listAsked is what the address of a list asks for.
type listAsked struct {
	search  string
	sort    string
	filters map[string]string
	columns []string // none for the section's own
	rows    int      // on a page; models.RecordPage where zero
	period  page.Period
	below   bool
	account uuid.UUID
	first   int // how many stand before the page
}

func (h *Handlers) readList(rv Visit) listAsked {
	q := rv.QueryParams()
	a := listAsked{search: strings.TrimSpace(q.Get("q")), sort: q.Get("sort"), filters: map[string]string{}, period: h.AskedPeriod(rv), below: q.Get("accounts") == "below" && rv.reaches()}
	for _, f := range rv.kind.Fields {
		if v := q.Get(f.Name); v != "" && records.Filterable(f) && rv.uses(f) {
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
	if first, err := strconv.Atoi(q.Get("first")); err == nil && first > 0 && (q.Has("after") || q.Has("before")) {
		a.first = first
	}
	return a
}

// pageRows are how many rows a page may be chosen to have.
var pageRows = []int{10, 25, records.Page, 100}

func listable(rv Visit, name string) bool {
	f := rv.kind.Field(name)
	return f != nil && rv.uses(f) || name == "created_at" || name == "updated_at"
}

func (rv Visit) query(a listAsked) records.Query {
	return records.Query{Search: a.search, Sort: a.sort, Filters: a.filters, From: a.period.From, To: a.period.To, Below: a.below, Account: a.account, Long: columnsOf(rv, a), Limit: a.rows}
}

// pairs are the parameters of the same list, leaving some out.
func (a listAsked) pairs(without ...string) (all []part.Pair) {
	add := func(name, value string) {
		if value != "" && !slices.Contains(without, name) {
			all = append(all, part.Pair{Name: name, Value: value})
		}
	}
	add("q", a.search)
	for _, name := range slices.Sorted(maps.Keys(a.filters)) {
		add(name, a.filters[name])
	}
	period := a.period.Pairs()
	for i := 0; i < len(period); i += 2 {
		add(period[i], period[i+1])
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

func address(path string, pairs []part.Pair, more ...string) string {
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

// ListRecords answers with the list of a place.
func (h *Handlers) ListRecords(rv Visit) error {
	if rv.reaches() {
		if asked, err := h.SuggestAccounts(rv, rv.grant, rv.section.View); asked {
			return err
		}
	}
	if asked, err := h.suggest(rv, h.referenceFilters(rv)); asked {
		return err
	}
	asked, here := h.readList(rv), rv.listURL()
	q := rv.query(asked)
	q.After, q.Before = rv.QueryParam("after"), rv.QueryParam("before")
	l, err := h.Store.Records(rv.Request().Context(), rv.grant, rv.At, q)
	if err != nil {
		return err
	}
	title := h.listTitle(rv, rv.section)
	var menu []part.Action
	p := record.ListPage{
		Frame: h.recordFrame(rv, title), Header: part.Header{Title: title},
		List: part.List{
			Label: rv.records.Plural, CSVURL: address(here+".csv", asked.pairs()),
			Pager: part.Pager{Summary: page.SpanCapped(asked.first, len(l.Records), l.Total, rv.records.Noun, rv.records.Plural)},
			Empty: part.Empty{Icon: rv.section.Icon, Title: "No " + rv.records.Plural + " yet", Text: rv.section.Sentence},
		},
	}
	if len(rv.kind.States) > 0 {
		p.States = stateFigure(rv.kind)
	}
	if n := len(rv.above); n > 0 {
		p.Header.Title = title + " of " + rv.above[n-1].Name
	}
	if rv.Timeless != nil {
		rv.Describe(&p)
	}
	if p := rv.records.One.Records.Delete; p != 0 && rv.Visit.May.Has(p) {
		menu = append(menu, part.Action{Text: "Recently deleted", URL: deletedPath(rv.Visit.Place.Account), Icon: "trash-2"})
	}
	p.Header.Menu = menu
	if missing := rv.closedHere(); missing != 0 {
		p.Notice = &part.Alert{Tone: part.Info, Text: fmt.Sprintf("%s can't use %s. Any %s of that kind are hidden.", rv.Visit.Place.Name, h.Catalog.Titles(missing), rv.records.Plural)}
	}
	if rv.records.Sum != nil {
		p.Header.Text = rv.records.SumTitle + ": " + h.Sum(l.Sum)
	}
	if may := rv.records.Create; may != 0 && rv.Visit.May.Has(may) {
		add := part.Action{Text: rv.records.Add, URL: here + "/new", Icon: "plus", Primary: true}
		if rv.records.Import {
			add.Text = "Append " + rv.records.Plural
		}
		p.Header.Actions, p.List.Empty.Action = []part.Action{add}, &add
	}
	if len(asked.pairs("sort", "column", "rows")) > 0 {
		p.List.Clear = address(here, asked.pairs(slices.Concat([]string{"q", "accounts", "account"}, page.PeriodNames, slices.Collect(maps.Keys(asked.filters)))...))
	}
	if l.Prev != "" {
		p.List.Pager.Previous = address(here, asked.pairs(), "before", l.Prev, "first", strconv.Itoa(max(0, asked.first-cmp.Or(asked.rows, records.Page))))
	}
	if l.Next != "" {
		p.List.Pager.Next = address(here, asked.pairs(), "after", l.Next, "first", strconv.Itoa(asked.first+len(l.Records)))
	}
	if p.List.Search, err = h.listSearch(rv, asked); err != nil {
		return err
	}
	p.List.Chips = page.Chips(here, asked.pairs(), p.List.Search.Filters)
	p.List.Views = h.Views(rv, here, rv.records.Plural, asked.pairs())
	p.List.Columns = columnChoice(rv, asked)
	p.List.Table = h.recordTable(rv, asked, l)
	p.List.Bulk = rv.bulk(asked, l.Total, len(l.Records))
	return page.Render(rv.Context, http.StatusOK, record.List(p))
}

// stateFigure is the kind's states as the catalog declares them.
func stateFigure(kind *catalog.Kind) *record.StateFigure {
	f := &record.StateFigure{Title: "How " + kind.Section.Records.Plural + " change state"}
	place := func(key string) int {
		return slices.IndexFunc(kind.States, func(s catalog.State) bool { return s.Key == key })
	}
	for _, s := range kind.States {
		f.States = append(f.States, record.StateBox{Title: s.Title, Sentence: s.Sentence})
	}
	for _, m := range kind.Moves() {
		f.Moves = append(f.Moves, record.StateMove{Text: m.Act.Title, From: place(m.From), To: place(m.To)})
	}
	return f
}

// closedHere are the entitlements without which some of the records would be hidden
// here, whether there are any or not.
func (rv Visit) closedHere() (missing catalog.Entitlements) {
	ceiling := rv.Visit.Snapshot.Ceiling(rv.Visit.At)
	for _, f := range rv.kind.Gated() {
		for _, o := range f.ClosedOptions(ceiling) {
			missing |= o.Needs &^ ceiling
		}
	}
	return missing
}

// counted is how many records a list has, as far as it was counted.
func counted(n int, r *catalog.Records) string {
	return page.Capped(n, r.Noun, r.Plural)
}

func columnChoice(rv Visit, asked listAsked) *part.ColumnChoice {
	c := &part.ColumnChoice{Action: rv.listURL(), Name: "column", Keep: asked.pairs("column", "rows"), Rows: rowChoice(asked)}
	shown := columnsOf(rv, asked)
	for _, f := range rv.kind.Fields {
		if rv.uses(f) {
			c.Options = append(c.Options, part.Option{Value: f.Name, Text: f.Title, Selected: slices.Contains(shown, f.Name)})
		}
	}
	for _, name := range []string{"created_at", "updated_at"} {
		c.Options = append(c.Options, part.Option{Value: name, Text: propertyTitle(rv.kind, name), Selected: slices.Contains(shown, name)})
	}
	return c
}

func rowChoice(asked listAsked) part.Field {
	x := part.Field{Kind: part.Select, Name: "rows", ID: "rows", Label: "Rows on a page", Value: strconv.Itoa(cmp.Or(asked.rows, records.Page))}
	for _, n := range pageRows {
		x.Options = append(x.Options, part.Option{Value: strconv.Itoa(n), Text: strconv.Itoa(n)})
	}
	return x
}

func columnsOf(rv Visit, asked listAsked) []string {
	if len(asked.columns) > 0 {
		return asked.columns
	}
	return slices.DeleteFunc(slices.Clone(rv.records.Columns), func(name string) bool { return !rv.uses(rv.kind.Field(name)) })
}

func propertyTitle(kind *catalog.Kind, name string) string {
	switch name {
	case "created_at":
		return "Created"
	case "updated_at":
		return "Changed"
	}
	return kind.Field(name).Title
}
