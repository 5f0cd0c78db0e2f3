package handlers

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
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

func timelessPath(c echo.Context, parts ...string) string {
	return accountPath(guard.Of(c).Place.Account, append([]string{"/timeless-accounts"}, parts...)...)
}

// listTimelessAccounts shows those of the account, those of accounts above that
// name it, and, to whoever may read all, those of accounts below.
func (h *Handlers) listTimelessAccounts(c echo.Context, g authz.Grant) error {
	v, here := guard.Of(c), timelessPath(c)
	all, err := h.store.TimelessAccounts(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p := views.RecordListPage{
		Frame:  h.frame(c, "Timeless accounts"),
		Header: views.Header{Title: "Timeless accounts", Text: "They keep log entries without a limit, and nothing else. Sub-accounts read those that name them."},
		List: views.List{
			Label: "Timeless accounts",
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Name"}, {Text: "Belongs to"}, {Text: "Read by"}, {Text: "Fed by"}, {Text: "Made"}}},
			Empty: views.Empty{Icon: "archive", Title: "No timeless accounts", Text: "A timeless account keeps what this account, or accounts below it, log from now on, for as long as it is there."},
		},
	}
	if h.may(c, "timeless_accounts.edit") {
		add := views.Action{Text: "New timeless account", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = []views.Action{add}, &add
	}
	for _, t := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, h.timelessRow(c, t))
	}
	return render(c, http.StatusOK, views.RecordList(p))
}

func (h *Handlers) timelessRow(c echo.Context, t models.TimelessAccount) views.Row {
	v := guard.Of(c)
	of := views.Cell{Text: "An account above"} // whose name is not for those below
	if at, ok := v.Snapshot.Find(t.AccountID); ok && at != v.At && v.Snapshot.Within(at, v.At) {
		of = views.Cell{Text: t.AccountName, URL: accountPath(t.AccountID, "/timeless-accounts")}
	}
	one := timelessPath(c, "/", t.ID.String())
	row := views.Row{ID: t.ID.String(), Page: one, Cells: []views.Cell{
		{Text: t.Name, URL: one}, of, {}, {}, {Text: when(c, t.CreatedAt, h.store.Now()), Title: exact(t.CreatedAt.In(zone(c)))},
	}}
	if t.AccountID == v.Place.Account {
		row.Cells[1] = views.Cell{Text: "This account"}
		row.Cells[2].Text, row.Cells[3].Text = words.Count(t.Readers, "sub-account", "sub-accounts"), words.Count(t.Feeds, "account", "accounts")
		row.Menu = h.timelessMenu(c, t)
	}
	return row
}

// timelessMenu is what may be done with one of the account's own.
func (h *Handlers) timelessMenu(c echo.Context, t models.TimelessAccount) []views.Action {
	if !h.may(c, "timeless_accounts.edit") || t.AccountID != guard.Of(c).Place.Account {
		return nil
	}
	one := timelessPath(c, "/", t.ID.String())
	return []views.Action{{Text: "Edit", URL: one + "/edit", Icon: "pencil"}, {Text: "Delete…", URL: one + "/delete", Dialog: true, Danger: true}}
}

// atTimeless finds the timeless account that the address names, where it is seen
// from the account.
func (h *Handlers) atTimeless(do func(echo.Context, authz.Grant, models.TimelessAccount) error) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		text := strings.TrimSuffix(c.Param("timeless"), ".csv")
		id, err := uuid.Parse(text)
		if err != nil || id.String() != text {
			return models.ErrNotFound
		}
		t, err := h.store.TimelessAccount(c.Request().Context(), g, id)
		if err != nil {
			return err
		}
		return do(c, g, t)
	}
}

// ownTimeless is atTimeless for those of the account itself.
func (h *Handlers) ownTimeless(do func(echo.Context, authz.Grant, models.TimelessAccount) error) func(echo.Context, authz.Grant) error {
	return h.atTimeless(func(c echo.Context, g authz.Grant, t models.TimelessAccount) error {
		if t.AccountID != guard.Of(c).Place.Account {
			return models.ErrNotFound
		}
		return do(c, g, t)
	})
}

// keptLogs is a visit to the entries of a timeless account, as if they were a
// section of records.
func (h *Handlers) keptLogs(c echo.Context, g authz.Grant, t models.TimelessAccount) recordVisit {
	section, records := *h.catalog.Section("logs"), *h.catalog.Section("logs").Records
	section.Path, section.Label, section.Title = "/timeless-accounts/"+t.ID.String(), t.Name, t.Name
	section.Sentence = "What the accounts that feed it log from now on is kept here."
	section.View = h.catalog.Permission("timeless_accounts")
	section.Records, records.Section, records.One = &records, &section, &section
	rv := newRecordVisit(c, g, &section)
	rv.at.Timeless, rv.timeless = t.ID, &t
	rv.trail = []views.Link{{Text: "Timeless accounts", URL: timelessPath(c)}}
	return rv
}

// showTimelessAccount lists what a timeless account keeps, or exports it.
func (h *Handlers) showTimelessAccount(c echo.Context, g authz.Grant, t models.TimelessAccount) error {
	rv := h.keptLogs(c, g, t)
	if strings.HasSuffix(c.Param("timeless"), ".csv") {
		return h.exportRecords(rv)
	}
	return h.listRecords(rv)
}

func (h *Handlers) showTimelessEntry(c echo.Context, g authz.Grant, t models.TimelessAccount) error {
	id, err := uuid.Parse(c.Param("entry"))
	if err != nil {
		return models.ErrNotFound
	}
	r, err := h.store.TimelessEntry(c.Request().Context(), g, t, id)
	if err != nil {
		return err
	}
	rv := h.keptLogs(c, g, t)
	return h.recordPage(rv, r, nil)
}

// timelessHeader says on the list what it is, and what may be done with it.
func (h *Handlers) timelessHeader(rv recordVisit, p *views.RecordListPage) {
	t := *rv.timeless
	p.Header.Text = "A timeless account. What it keeps can be read here, and stays."
	if t.AccountID == rv.visit.Place.Account {
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
		p.Notice = &views.Alert{Tone: views.Info, Text: "Past entries are still being taken in."}
	}
}

// timelessAsked is the form as it was sent.
type timelessAsked struct {
	models.TimelessInput
	find string // part of the names of the accounts to offer
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
	return timelessAsked{models.TimelessInput{Name: form.Get("name"), Readers: ids("reader"), Feeds: ids("feed"), Past: form.Get("past") != ""}, form.Get("find")}, nil
}

// timelessOffered is how many accounts the form offers besides those chosen.
const timelessOffered = 50

func (h *Handlers) timelessForm(c echo.Context, g authz.Grant, status int, t *models.TimelessAccount, asked timelessAsked, wrong models.Problems) error {
	v, list := guard.Of(c), timelessPath(c)
	found, err := h.store.AccountsBelow(c.Request().Context(), g, models.AccountFilter{Search: asked.find, Limit: timelessOffered + 1})
	if err != nil {
		return err
	}
	chosen, err := h.store.AccountsByID(c.Request().Context(), v.Place.Tenant, slices.Concat(asked.Readers, asked.Feeds))
	if err != nil {
		return err
	}
	more := len(found) > timelessOffered
	reader := views.Field{Kind: views.Multi, Name: "reader", Label: "Sub-accounts that may read it", Problem: wrong["reader"],
		Help: "Whoever sees timeless accounts there reads all that it keeps, and learns of no account where it came from."}
	feed := views.Field{Kind: views.Multi, Name: "feed", Label: "Accounts that feed it", Problem: wrong["feed"],
		Help: "What they log from now on is kept. It stays when they log no more, and when they are taken from this list."}
	offer := func(f *views.Field, a models.Account, chosen []uuid.UUID) {
		f.Options = append(f.Options, views.Option{Value: a.ID.String(), Text: a.Name, Selected: slices.Contains(chosen, a.ID)})
	}
	logs := h.catalog.Permission("logs")
	if v.May.Has(logs) || slices.Contains(asked.Feeds, v.Place.Account) {
		offer(&feed, models.Account{ID: v.Place.Account, Name: v.Place.Name + " (this account)"}, asked.Feeds)
	}
	offered := map[uuid.UUID]bool{v.Place.Account: true}
	add := func(a models.Account) {
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
	title, action := "New timeless account", list
	if t != nil {
		title, action = "Edit "+t.Name, timelessPath(c, "/", t.ID.String(), "/edit")
	}
	p := views.TimelessAccountFormPage{
		Frame:  h.frame(c, title, views.Link{Text: "Timeless accounts", URL: list}),
		Header: views.Header{Title: title, Text: "It keeps log entries without a limit. Nobody works in it, and nothing else is in it."},
		Form: views.Form{Token: v.Token, Action: action, Cancel: list, Problem: wrong[""], Submit: "Save", Fields: []views.Field{
			{Name: "name", Label: "Name", Value: asked.Name, Problem: wrong["name"], Required: true, MaxLength: 100},
			reader, feed,
			{Kind: views.Checkbox, Name: "past", Label: "With past entries", Checked: asked.Past, Help: "Of accounts that begin to feed it now, also what they logged before."},
		}},
		Find: views.Field{Name: "find", Label: "Other accounts", Value: asked.find, Autocomplete: "off", Placeholder: "Part of a name",
			Help: "The lists above offer what is chosen, and the accounts below this one that match."},
	}
	if more {
		p.Find.Help = fmt.Sprintf("The lists above offer what is chosen, and the first %d accounts below this one that match. Find the others by their names.", timelessOffered)
	}
	return render(c, status, views.TimelessAccountForm(p))
}

func sortedByPath(byID map[uuid.UUID]models.Account) []models.Account {
	var all []models.Account
	for _, a := range byID {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b models.Account) int { return strings.Compare(a.Path, b.Path) })
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
	if c.FormValue("search") != "" {
		return h.timelessForm(c, g, http.StatusOK, nil, asked, nil)
	}
	t, err := h.store.CreateTimelessAccount(c.Request().Context(), g, asked.TimelessInput)
	if wrong, ok := problems(err); ok {
		return h.timelessForm(c, g, http.StatusUnprocessableEntity, nil, asked, wrong)
	}
	if err != nil {
		return err
	}
	h.takeInPast(c)
	h.say(c, t.Name+" is ready.")
	return done(c, timelessPath(c, "/", t.ID.String()))
}

// takeInPast begins to take in past entries. What it leaves is done in the background.
func (h *Handlers) takeInPast(c echo.Context) {
	ctx, cancel := context.WithTimeout(c.Request().Context(), time.Second)
	defer cancel()
	for more, err := true, error(nil); more && err == nil; {
		more, err = h.store.TakeInPast(ctx)
	}
}

func (h *Handlers) editTimelessAccount(c echo.Context, g authz.Grant, t models.TimelessAccount) error {
	readers, feeds, err := h.store.TimelessNamed(c.Request().Context(), t)
	if err != nil {
		return err
	}
	asked := timelessAsked{TimelessInput: models.TimelessInput{Name: t.Name}}
	for _, a := range readers {
		asked.Readers = append(asked.Readers, a.ID)
	}
	for _, a := range feeds {
		asked.Feeds = append(asked.Feeds, a.ID)
	}
	return h.timelessForm(c, g, http.StatusOK, &t, asked, nil)
}

func (h *Handlers) updateTimelessAccount(c echo.Context, g authz.Grant, t models.TimelessAccount) error {
	asked, err := readTimeless(c)
	if err != nil {
		return err
	}
	if c.FormValue("search") != "" {
		return h.timelessForm(c, g, http.StatusOK, &t, asked, nil)
	}
	err = h.store.EditTimelessAccount(c.Request().Context(), g, t.ID, asked.TimelessInput)
	if wrong, ok := problems(err); ok {
		return h.timelessForm(c, g, http.StatusUnprocessableEntity, &t, asked, wrong)
	}
	if err != nil {
		return err
	}
	h.takeInPast(c)
	h.say(c, "Saved "+strings.TrimSpace(asked.Name)+".")
	return done(c, timelessPath(c, "/", t.ID.String()))
}

func (h *Handlers) askDeleteTimelessAccount(c echo.Context, _ authz.Grant, t models.TimelessAccount) error {
	return h.timelessDeleteForm(c, http.StatusOK, t, nil)
}

func (h *Handlers) timelessDeleteForm(c echo.Context, status int, t models.TimelessAccount, wrong models.Problems) error {
	list := timelessPath(c)
	f := h.frame(c, "Delete "+t.Name, views.Link{Text: "Timeless accounts", URL: list})
	return render(c, status, views.DialogPage(views.Dialog{
		Frame: f, Title: "Delete " + t.Name + "?",
		Text: []string{"All that it keeps is gone for good, for " + words.Count(t.Readers, "sub-account", "sub-accounts") + " that may read it too. The logs of the accounts that feed it stay."},
		Form: views.Form{Token: f.Token, Action: timelessPath(c, "/", t.ID.String(), "/delete"), Submit: "Delete", Danger: true, Cancel: list, Problem: wrong[""],
			Fields: append([]views.Field{{Name: "name", Label: "Its name", Problem: wrong["name"], Required: true, Autocomplete: "off", Help: "Write “" + t.Name + "”."}}, h.proofFields(c, wrong)...)},
	}))
}

func (h *Handlers) deleteTimelessAccount(c echo.Context, g authz.Grant, t models.TimelessAccount) error {
	err := h.prove(c)
	if err == nil {
		err = h.store.DeleteTimelessAccount(c.Request().Context(), g, t.ID, c.FormValue("name"))
	}
	if wrong, ok := problems(err); ok {
		return h.timelessDeleteForm(c, http.StatusUnprocessableEntity, t, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, t.Name+" is deleted.")
	return done(c, timelessPath(c))
}
