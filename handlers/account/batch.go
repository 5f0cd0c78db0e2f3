package account

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/words"
)

// batchWords are what is said of an act on many accounts.
type batchWords struct {
	key, title, done string // "Suspend", "suspended"
	text             string // what it does
	danger           bool
}

var batchActs = []batchWords{
	{"suspend", "Suspend", "suspended", "Their people see a page that says so, until you resume them. Nothing is deleted.", true},
	{"resume", "Resume", "open again", "Their people can come in again.", false},
	{"archive", "Archive", "archived", "They are closed to their people and leave the lists, with all that is below them, until you restore them. Nothing is deleted.", true},
	{"restore", "Restore", "restored", "They are again as they were before they were archived.", false},
	{"label", "Add a label", "labelled", "Lists can be narrowed down to a label.", false},
	{"unlabel", "Remove a label", "without the label", "They do not carry it any more.", false},
}

func batchAct(key string) (batchWords, bool) {
	for _, a := range batchActs {
		if a.key == key {
			return a, true
		}
	}
	return batchWords{}, false
}

// bulkForm is the form by which a list of accounts acts on many of them.
func bulkForm(c echo.Context, f accounts.Filter, total int) *part.Bulk {
	b := &part.Bulk{Action: page.AccountPath(guard.Of(c).Place.Account, "/accounts/batches/new"), All: "All " + words.Number(total) + " that are shown"}
	asked := askedTree(f)
	for i := 0; i < len(asked); i += 2 {
		if asked[i+1] != "" {
			b.Keep = append(b.Keep, part.Pair{Name: asked[i], Value: asked[i+1]})
		}
	}
	for _, a := range batchActs {
		b.Acts = append(b.Acts, part.Option{Value: a.key, Text: a.title})
	}
	return b
}

// batchSelection reads which accounts are meant.
func batchSelection(c echo.Context) (accounts.Selection, error) {
	form, err := c.FormParams()
	if err != nil {
		return accounts.Selection{}, echo.ErrBadRequest
	}
	sel := accounts.Selection{All: form.Get("all") != "", Filter: treeFilter(c), Expected: -1}
	if n, err := strconv.Atoi(form.Get("expected")); err == nil {
		sel.Expected = n
	}
	seen := map[uuid.UUID]bool{}
	for _, x := range form["id"] {
		id, err := uuid.Parse(x)
		if err != nil {
			return sel, store.ErrNotFound
		}
		if !sel.All && !seen[id] {
			seen[id] = true
			sel.IDs = append(sel.IDs, id)
		}
	}
	return sel, nil
}

// askAccountBatch says what will be done, to how many, before the POST does it.
func (h *Handlers) askAccountBatch(c echo.Context, g authz.Grant) error {
	sel, err := batchSelection(c)
	if err != nil {
		return err
	}
	return h.batchDialog(c, g, http.StatusOK, sel, nil)
}

func (h *Handlers) batchDialog(c echo.Context, g authz.Grant, status int, sel accounts.Selection, wrong store.Problems) error {
	act, ok := batchAct(c.FormValue("act"))
	if !ok {
		return store.Problems{"act": "Choose what to do with the selected accounts."}
	}
	list := page.AccountPath(guard.Of(c).Place.Account, "/accounts")
	asked := askedTree(sel.Filter)
	n, hidden := len(sel.IDs), []part.Pair{{Name: "act", Value: act.key}}
	var facts []string
	if sel.All {
		var err error
		if n, err = h.Store.CountAccounts(c.Request().Context(), g, sel.Filter); err != nil {
			return err
		}
		hidden = append(hidden, part.Pair{Name: "all", Value: "1"}, part.Pair{Name: "expected", Value: strconv.Itoa(n)})
		for i := 0; i < len(asked); i += 2 {
			if asked[i+1] != "" {
				hidden = append(hidden, part.Pair{Name: asked[i], Value: asked[i+1]})
			}
		}
		facts = append(facts, "All that the list shows, on all pages.")
		if sel.Filter.Search != "" {
			facts = append(facts, "Only those that match “"+sel.Filter.Search+"”.")
		}
		if sel.Filter.Label != "" {
			facts = append(facts, "Only those that carry the label “"+sel.Filter.Label+"”.")
		}
	} else {
		for _, id := range sel.IDs {
			hidden = append(hidden, part.Pair{Name: "id", Value: id.String()})
		}
	}
	if n == 0 {
		return store.Problems{"": "Select at least one account."}
	}
	title := act.title + ": " + words.Count(n, "account", "accounts")
	f := h.Frame(c, title, part.Link{Text: "Accounts", URL: list})
	d := part.Dialog{
		Frame: f, Title: title, Text: []string{act.text}, Facts: append(facts, "An account to which it can not be done is left as it is, and you are told."),
		Form: part.Form{Token: f.Token, Action: list + "/batches", Hidden: hidden, Submit: act.title, Danger: act.danger, Cancel: page.WithQuery(list, asked...), Problem: wrong[""]},
	}
	if act.key == "label" || act.key == "unlabel" {
		value := ""
		if c.Request().Method == http.MethodPost { // in an address it is what the list was narrowed down to
			value = c.Request().PostForm.Get("carry")
		}
		d.Form.Fields = []part.Field{{Name: "carry", Label: "Label", Value: value, Problem: wrong["label"], Required: true, MaxLength: accounts.MaxLabel, Autofocus: true, Autocomplete: "off"}}
	}
	return page.Render(c, status, part.DialogPage(d))
}

func (h *Handlers) createAccountBatch(c echo.Context, g authz.Grant) error {
	sel, err := batchSelection(c)
	if err != nil {
		return err
	}
	b, err := h.Store.ChangeAccounts(c.Request().Context(), g, c.FormValue("act"), c.FormValue("carry"), sel)
	if wrong, ok := page.Problems(err); ok {
		return h.batchDialog(c, g, http.StatusUnprocessableEntity, sel, wrong)
	}
	if err != nil {
		return err
	}
	return page.Done(c, batchPath(c, b.ID))
}

func batchPath(c echo.Context, id uuid.UUID, parts ...string) string {
	return page.AccountPath(guard.Of(c).Place.Account, append([]string{"/accounts/batches/", id.String()}, parts...)...)
}

// accountBatch finds the batch that the address names.
func (h *Handlers) accountBatch(c echo.Context, g authz.Grant) (accounts.Batch, error) {
	id, err := uuid.Parse(c.Param("batch"))
	if err != nil {
		return accounts.Batch{}, store.ErrNotFound
	}
	return h.Store.AccountBatch(c.Request().Context(), g, id)
}

// batchShown is how many accounts a report names for each reason; its CSV has all.
const batchShown = 50

// showAccountBatch reports what was done, and what was left and why.
func (h *Handlers) showAccountBatch(c echo.Context, g authz.Grant) error {
	b, err := h.accountBatch(c, g)
	if err != nil {
		return err
	}
	if c.QueryParam("format") == "csv" {
		return h.exportAccountBatch(c, g, b)
	}
	var ids []uuid.UUID
	for _, s := range b.Skipped {
		ids = append(ids, s.Accounts[:min(len(s.Accounts), batchShown)]...)
	}
	names, err := h.Store.AccountNames(c.Request().Context(), g, ids)
	if err != nil {
		return err
	}
	list := page.AccountPath(guard.Of(c).Place.Account, "/accounts")
	title := batchTitle(b)
	p := account.BatchPage{
		Frame: h.Frame(c, title, part.Link{Text: "Accounts", URL: list}), Header: part.Header{Title: title}, ListURL: list,
		CSVURL: page.WithQuery(batchPath(c, b.ID), "format", "csv"),
	}
	switch {
	case b.UndoneAt != nil:
		p.Header.Badge = part.Badge{Text: "Undone"}
	case len(b.Changed) > 0:
		p.Header.Actions = []part.Action{{Text: "Undo", Icon: "undo-2", Post: &part.Post{Text: "Undo", Action: batchPath(c, b.ID, "/undo")}}}
	}
	for _, s := range b.Skipped {
		left := account.LeftAccounts{Title: words.Count(len(s.Accounts), "account ", "accounts: each ") + s.Reason}
		for _, id := range s.Accounts[:min(len(s.Accounts), batchShown)] {
			if name := names[id]; name != "" {
				left.Accounts = append(left.Accounts, part.Link{Text: name, URL: subAccountPath(c, id)})
			}
		}
		if more := len(s.Accounts) - batchShown; more > 0 {
			left.More = "and " + words.Number(more) + " more, all of which the CSV names"
		}
		p.Left = append(p.Left, left)
	}
	return page.Render(c, http.StatusOK, account.Batch(p))
}

func batchTitle(b accounts.Batch) string {
	act, _ := batchAct(b.Act)
	done := act.done
	if b.Label != "" {
		done = map[string]string{"label": "labelled “" + b.Label + "”", "unlabel": "without the label “" + b.Label + "”"}[b.Act]
	}
	title := words.Count(len(b.Changed), "account is ", "accounts are ") + done
	if n := b.Left(); n > 0 {
		title += ", " + words.Count(n, "left as it was", "left as they were")
	}
	return title
}

// exportAccountBatch names every account of a batch and what became of it.
func (h *Handlers) exportAccountBatch(c echo.Context, g authz.Grant, b accounts.Batch) error {
	ids := append([]uuid.UUID(nil), b.Changed...)
	for _, s := range b.Skipped {
		ids = append(ids, s.Accounts...)
	}
	names, err := h.Store.AccountNames(c.Request().Context(), g, ids)
	if err != nil {
		return err
	}
	w := page.NewSheet(c, "accounts-"+b.Act+".csv")
	w.Line("account_id", "account", "outcome")
	act, _ := batchAct(b.Act)
	for _, id := range b.Changed {
		w.Line(id.String(), names[id], "is "+act.done)
	}
	for _, s := range b.Skipped {
		for _, id := range s.Accounts {
			w.Line(id.String(), names[id], s.Reason)
		}
	}
	return w.End()
}

func (h *Handlers) undoAccountBatch(c echo.Context, g authz.Grant) error {
	b, err := h.accountBatch(c, g)
	if err != nil {
		return err
	}
	undone, err := h.Store.UndoAccountBatch(c.Request().Context(), g, b.ID)
	if err != nil {
		return err
	}
	return page.Done(c, batchPath(c, undone.ID))
}
