package log

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	records "bailiwick/handlers/record"
	"bailiwick/models/account"
	logs "bailiwick/models/log"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// listTimelessAccounts shows those of the account, those of accounts above that
// name it, and, to whoever may read all, those of accounts below.
func (h *Handlers) listTimelessAccounts(c echo.Context, g authz.Grant) error {
	v, here := guard.Of(c), page.TimelessPath(c)
	period, q := h.AskedPeriod(c), strings.TrimSpace(c.QueryParam("q"))
	all, err := h.Store.TimelessAccounts(c.Request().Context(), g, logs.TimelessFilter{Search: q, From: period.From, To: period.To})
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame:  h.Frame(c, "Timeless accounts"),
		Header: part.Header{Title: "Timeless accounts", Text: "Timeless accounts store logs forever. Choose which sub-accounts can read them."},
		List: part.List{
			Label: "Timeless accounts", Search: &part.Search{Action: here, Value: q, Placeholder: "Search timeless accounts", Filters: period.Filters("Created")},
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Name"}, {Text: "Belongs to"}, {Text: "Read by"}, {Text: "Fed by"}, {Text: "Created"}}},
			Empty: part.Empty{Icon: "archive", Title: "No timeless accounts", Text: "A timeless account stores what this account, or accounts below it, log from now on, forever."},
		},
	}
	if h.May(c, "timeless_accounts.edit") {
		add := part.Action{Text: "Add timeless account", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = []part.Action{add}, &add
	}
	asked := page.KeptPairs(append([]string{"q", q}, period.Pairs()...)...)
	p.List.Chips = page.Chips(here, asked, p.List.Search.Filters)
	p.List.Views = h.Views(c, here, "timeless accounts", asked)
	if len(asked) > 0 {
		p.List.Clear = here
	}
	for _, t := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, h.timelessRow(c, t))
	}
	if p.List.Pager.Summary = page.Span(0, len(all), len(all), "timeless account", "timeless accounts"); len(all) >= logs.TimelessBelow {
		p.List.Pager.Summary = "The first " + words.Number(len(all)) + ": search for the others."
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

func (h *Handlers) timelessRow(c echo.Context, t logs.TimelessAccount) part.Row {
	v := guard.Of(c)
	of := part.Cell{Text: "An account above"} // whose name is not for those below
	if at, ok := v.Snapshot.Find(t.AccountID); ok && at != v.At && v.Snapshot.Within(at, v.At) {
		of = part.Cell{Text: t.AccountName, URL: page.AccountPath(t.AccountID, "/timeless-accounts")}
	}
	one := page.TimelessPath(c, "/", t.ID.String())
	row := part.Row{ID: t.ID.String(), Page: true, Cells: []part.Cell{
		{Text: t.Name, URL: one}, of, {}, {}, h.TimeCell(c, t.CreatedAt),
	}}
	if t.AccountID == v.Place.Account {
		row.Cells[1] = part.Cell{Text: "This account"}
		row.Cells[2].Text, row.Cells[3].Text = words.Count(t.Readers, "sub-account", "sub-accounts"), words.Count(t.Feeds, "account", "accounts")
		row.Menu = h.timelessMenu(c, t)
	}
	return row
}

// timelessMenu is what may be done with one of the account's own.
func (h *Handlers) timelessMenu(c echo.Context, t logs.TimelessAccount) []part.Action {
	if !h.May(c, "timeless_accounts.edit") || t.AccountID != guard.Of(c).Place.Account {
		return nil
	}
	one := page.TimelessPath(c, "/", t.ID.String())
	return []part.Action{{Text: "Edit", URL: one + "/edit", Icon: "pencil"}, {Text: "Delete…", URL: one + "/delete", Dialog: true, Danger: true}}
}

// atTimeless finds the timeless account that the address names, where it is seen
// from the account.
func (h *Handlers) atTimeless(do func(echo.Context, authz.Grant, logs.TimelessAccount) error) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		text := strings.TrimSuffix(c.Param("timeless"), ".csv")
		id, err := uuid.Parse(text)
		if err != nil || id.String() != text {
			return store.ErrNotFound
		}
		t, err := h.Store.TimelessAccount(c.Request().Context(), g, id)
		if err != nil {
			return err
		}
		return do(c, g, t)
	}
}

// ownTimeless is atTimeless for those of the account itself.
func (h *Handlers) ownTimeless(do func(echo.Context, authz.Grant, logs.TimelessAccount) error) func(echo.Context, authz.Grant) error {
	return h.atTimeless(func(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
		if t.AccountID != guard.Of(c).Place.Account {
			return store.ErrNotFound
		}
		return do(c, g, t)
	})
}

// keptLogs is a visit to the entries of a timeless account, as if they were a
// section of records.
func (h *Handlers) keptLogs(c echo.Context, g authz.Grant, t logs.TimelessAccount) records.Visit {
	section, declared := *h.Catalog.Section("logs"), *h.Catalog.Section("logs").Records
	section.Path, section.Label, section.Title = "/timeless-accounts/"+t.ID.String(), t.Name, t.Name
	section.Sentence = "What the accounts that feed it log from now on is kept here."
	section.View = h.Catalog.Permission("timeless_accounts")
	section.Records, declared.Section, declared.One = &declared, &section, &section
	rv := records.NewRecordVisit(c, g, &section)
	rv.At.Timeless, rv.Timeless = t.ID, &t
	rv.Describe = func(p *record.ListPage) { h.timelessHeader(rv, p) }
	rv.Trail = []part.Link{{Text: "Timeless accounts", URL: page.TimelessPath(c)}}
	return rv
}

// showTimelessAccount lists what a timeless account keeps, or exports it.
func (h *Handlers) showTimelessAccount(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
	rv := h.keptLogs(c, g, t)
	if strings.HasSuffix(c.Param("timeless"), ".csv") {
		return h.record.ExportRecords(rv)
	}
	return h.record.ListRecords(rv)
}

func (h *Handlers) showTimelessEntry(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
	id, err := uuid.Parse(c.Param("entry"))
	if err != nil {
		return store.ErrNotFound
	}
	r, err := h.Store.TimelessEntry(c.Request().Context(), g, t, id)
	if err != nil {
		return err
	}
	rv := h.keptLogs(c, g, t)
	return h.record.RecordPage(rv, r, nil)
}

// timelessHeader says on the list what it is, and what may be done with it.
func (h *Handlers) timelessHeader(rv records.Visit, p *record.ListPage) {
	t := *rv.Timeless
	p.Header.Text = "A timeless account. What it keeps can be read here, and stays."
	if t.AccountID == rv.Visit.Place.Account {
		p.Header.Text = fmt.Sprintf("A timeless account, fed by %s and read by %s.", words.Count(t.Feeds, "account", "accounts"), words.Count(t.Readers, "sub-account", "sub-accounts"))
	}
	for _, a := range h.timelessMenu(rv.Context, t) {
		if a.Danger {
			p.Header.Menu = append(p.Header.Menu, a)
		} else {
			p.Header.Actions = append(p.Header.Actions, a)
		}
	}
	if t.Past {
		p.Notice = &part.Alert{Tone: part.Info, Text: "Past entries are still being added."}
	}
}

// timelessAsked is the form as it was sent.
type timelessAsked struct {
	logs.TimelessInput
	find string // the field whose choices were searched, empty for none
	text string // part of the names of the accounts to offer
}

func readTimeless(c echo.Context) (timelessAsked, error) {
	form, err := c.FormParams()
	if err != nil {
		return timelessAsked{}, echo.ErrBadRequest
	}
	ids := func(name string) (all []uuid.UUID) {
		for _, text := range form[name] {
			id, _ := uuid.Parse(text) // what is none is refused as an account that is not there
			all = append(all, id)
		}
		return all
	}
	return timelessAsked{logs.TimelessInput{Name: form.Get("name"), Readers: ids("reader"), Feeds: ids("feed"), Past: form.Get("past") != ""}, form.Get("find"), form.Get("find-" + form.Get("find"))}, nil
}

// timelessOffered is how many accounts the form offers besides those chosen.
const timelessOffered = 50

func (h *Handlers) timelessForm(c echo.Context, g authz.Grant, status int, t *logs.TimelessAccount, asked timelessAsked, wrong store.Problems) error {
	v, list := guard.Of(c), page.TimelessPath(c)
	suggest := c.QueryParam("options") // asked as one types, instead of the form
	if suggest != "" {
		asked = timelessAsked{text: c.QueryParam("q")}
	}
	found, err := h.Store.AccountsBelow(c.Request().Context(), g, account.Filter{Search: asked.text, Limit: timelessOffered + 1})
	if err != nil {
		return err
	}
	chosen, err := h.Store.AccountsByID(c.Request().Context(), v.Place.Tenant, slices.Concat(asked.Readers, asked.Feeds))
	if err != nil {
		return err
	}
	more := len(found) > timelessOffered
	title, action, here := "Add timeless account", list, list+"/new"
	submit := title
	if t != nil {
		title, submit, action = "Edit "+t.Name, "Save", page.TimelessPath(c, "/", t.ID.String(), "/edit")
		here = action
	}
	reader := part.Field{Kind: part.Reference, Many: true, Name: "reader", Label: "Sub-accounts that may read it", Problem: wrong["reader"],
		Help: "People there who can view timeless accounts read everything in it, but not which accounts it came from."}
	feed := part.Field{Kind: part.Reference, Many: true, Name: "feed", Label: "Accounts that feed it", Problem: wrong["feed"],
		Help: "What they log from now on is stored. It stays when you remove them from this list."}
	for _, f := range []*part.Field{&reader, &feed} {
		f.SuggestURL, f.More = page.WithQuery(here, "options", f.Name), more || asked.find != ""
		if asked.find == f.Name {
			f.Find, f.Autofocus = asked.text, true
		}
	}
	offer := func(f *part.Field, a account.Account, chosen []uuid.UUID) {
		f.Options = append(f.Options, part.Option{Value: a.ID.String(), Text: a.Name})
		if slices.Contains(chosen, a.ID) {
			f.Values = append(f.Values, a.ID.String())
		}
	}
	logs := h.Catalog.Permission("logs")
	if strings.Contains(strings.ToLower(v.Place.Name), strings.ToLower(strings.TrimSpace(asked.text))) && v.May.Has(logs) || slices.Contains(asked.Feeds, v.Place.Account) {
		offer(&feed, account.Account{ID: v.Place.Account, Name: v.Place.Name + " (this account)"}, asked.Feeds)
	}
	offered := map[uuid.UUID]bool{v.Place.Account: true}
	add := func(a account.Account) {
		at, ok := v.Snapshot.Find(a.ID)
		if offered[a.ID] || !ok || !v.Snapshot.Within(at, v.At) {
			return
		}
		offered[a.ID] = true
		d := v.Snapshot.Decide(v.Who, logs, at)
		if slices.Contains(asked.Readers, a.ID) || d.Visible() {
			offer(&reader, a, asked.Readers)
		}
		if slices.Contains(asked.Feeds, a.ID) || d.Allow {
			offer(&feed, a, asked.Feeds)
		}
	}
	for _, a := range sortedByPath(chosen) {
		add(a)
	}
	for _, a := range found[:min(len(found), timelessOffered)] {
		add(a)
	}
	for _, f := range []part.Field{reader, feed} {
		if f.Name == suggest {
			return page.Render(c, http.StatusOK, part.Suggestions(f.Options, more))
		}
	}
	if suggest != "" {
		return store.ErrNotFound
	}
	return page.Render(c, status, record.FormOn(part.FormPage{
		Frame:  h.Frame(c, title, part.Link{Text: "Timeless accounts", URL: list}),
		Header: part.Header{Title: title, Text: "It stores logs forever, and nothing else."},
		Form: part.Form{Token: v.Token, Action: action, Cancel: list, Problem: wrong[""], Submit: submit, Fields: []part.Field{
			{Name: "name", Label: "Name", Value: asked.Name, Problem: wrong["name"], Required: true, MaxLength: 100},
			reader, feed,
			{Kind: part.Checkbox, Name: "past", Label: "Include past entries", Checked: asked.Past, Help: "Also store what accounts that you add now have logged before."},
		}},
	}))
}

func sortedByPath(byID map[uuid.UUID]account.Account) []account.Account {
	var all []account.Account
	for _, a := range byID {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b account.Account) int { return strings.Compare(a.Path, b.Path) })
	return all
}

func (h *Handlers) newTimelessAccount(c echo.Context, g authz.Grant) error {
	return h.timelessForm(c, g, http.StatusOK, nil, timelessAsked{}, nil)
}

func (h *Handlers) createTimelessAccount(c echo.Context, g authz.Grant) error {
	asked, err := readTimeless(c)
	if err != nil {
		return err
	}
	if asked.find != "" {
		return h.timelessForm(c, g, http.StatusOK, nil, asked, nil)
	}
	t, err := h.Store.CreateTimelessAccount(c.Request().Context(), g, asked.TimelessInput)
	if wrong, ok := page.Problems(err); ok {
		return h.timelessForm(c, g, http.StatusUnprocessableEntity, nil, asked, wrong)
	}
	if err != nil {
		return err
	}
	h.takeInPast(c)
	h.Say(c, t.Name+" is ready.")
	return page.Done(c, page.TimelessPath(c, "/", t.ID.String()))
}

// takeInPast begins to take in past entries. What it leaves is done in the background.
func (h *Handlers) takeInPast(c echo.Context) {
	ctx, cancel := context.WithTimeout(c.Request().Context(), time.Second)
	defer cancel()
	for more, err := true, error(nil); more && err == nil; {
		more, err = h.Store.TakeInPast(ctx)
	}
}

func (h *Handlers) editTimelessAccount(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
	readers, feeds, err := h.Store.TimelessNamed(c.Request().Context(), t)
	if err != nil {
		return err
	}
	asked := timelessAsked{TimelessInput: logs.TimelessInput{Name: t.Name}}
	for _, a := range readers {
		asked.Readers = append(asked.Readers, a.ID)
	}
	for _, a := range feeds {
		asked.Feeds = append(asked.Feeds, a.ID)
	}
	return h.timelessForm(c, g, http.StatusOK, &t, asked, nil)
}

func (h *Handlers) updateTimelessAccount(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
	asked, err := readTimeless(c)
	if err != nil {
		return err
	}
	if asked.find != "" {
		return h.timelessForm(c, g, http.StatusOK, &t, asked, nil)
	}
	err = h.Store.EditTimelessAccount(c.Request().Context(), g, t.ID, asked.TimelessInput)
	if wrong, ok := page.Problems(err); ok {
		return h.timelessForm(c, g, http.StatusUnprocessableEntity, &t, asked, wrong)
	}
	if err != nil {
		return err
	}
	h.takeInPast(c)
	h.Say(c, "Saved "+strings.TrimSpace(asked.Name)+".")
	return page.Done(c, page.TimelessPath(c, "/", t.ID.String()))
}

func (h *Handlers) askDeleteTimelessAccount(c echo.Context, _ authz.Grant, t logs.TimelessAccount) error {
	return h.timelessDeleteForm(c, http.StatusOK, t, nil)
}

func (h *Handlers) timelessDeleteForm(c echo.Context, status int, t logs.TimelessAccount, wrong store.Problems) error {
	list := page.TimelessPath(c)
	f := h.Frame(c, "Delete "+t.Name, part.Link{Text: "Timeless accounts", URL: list})
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: "Delete " + t.Name + "?",
		Text: []string{"This can't be undone. Everything in it is deleted, for the " + words.Count(t.Readers, "sub-account", "sub-accounts") + " that can read it too. The logs of the accounts that feed it stay."},
		Form: part.Form{Token: f.Token, Action: page.TimelessPath(c, "/", t.ID.String(), "/delete"), Submit: "Delete", Danger: true, Cancel: list, Problem: wrong[""],
			Fields: append([]part.Field{{Name: "name", Label: "Its name", Problem: wrong["name"], Required: true, Autocomplete: "off", Help: "Type “" + t.Name + "” to confirm."}}, h.ProofFields(c, wrong)...)},
	}))
}

func (h *Handlers) deleteTimelessAccount(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
	err := h.Prove(c)
	if err == nil {
		err = h.Store.DeleteTimelessAccount(c.Request().Context(), g, t.ID, c.FormValue("name"))
	}
	if wrong, ok := page.Problems(err); ok {
		return h.timelessDeleteForm(c, http.StatusUnprocessableEntity, t, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, t.Name+" is deleted.")
	return page.Done(c, page.TimelessPath(c))
}
