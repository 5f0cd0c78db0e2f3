package handlers

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
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
func bulkForm(c echo.Context, f models.AccountFilter, total int) *views.Bulk {
	b := &views.Bulk{Action: accountPath(guard.Of(c).Place.Account, "/accounts/batches/new"), All: "All " + words.Number(total) + " that are shown"}
	asked := askedTree(f)
	for i := 0; i < len(asked); i += 2 {
		if asked[i+1] != "" {
			b.Keep = append(b.Keep, views.Pair{Name: asked[i], Value: asked[i+1]})
		}
	}
	for _, a := range batchActs {
		b.Acts = append(b.Acts, views.Option{Value: a.key, Text: a.title})
	}
	return b
}

// batchSelection reads which accounts are meant.
func batchSelection(c echo.Context) (models.AccountSelection, error) {
	form, err := c.FormParams()
	if err != nil {
		return models.AccountSelection{}, echo.ErrBadRequest
	}
	sel := models.AccountSelection{All: form.Get("all") != "", Filter: treeFilter(c), Expected: -1}
	if n, err := strconv.Atoi(form.Get("expected")); err == nil {
		sel.Expected = n
	}
	seen := map[uuid.UUID]bool{}
	for _, x := range form["id"] {
		id, err := uuid.Parse(x)
		if err != nil {
			return sel, models.ErrNotFound
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

func (h *Handlers) batchDialog(c echo.Context, g authz.Grant, status int, sel models.AccountSelection, wrong models.Problems) error {
	act, ok := batchAct(c.FormValue("act"))
	if !ok {
		return models.Problems{"act": "Choose what to do with the selected accounts."}
	}
	list := accountPath(guard.Of(c).Place.Account, "/accounts")
	asked := askedTree(sel.Filter)
	n, hidden := len(sel.IDs), []views.Pair{{Name: "act", Value: act.key}}
	var facts []string
	if sel.All {
		var err error
		if n, err = h.store.CountAccounts(c.Request().Context(), g, sel.Filter); err != nil {
			return err
		}
		hidden = append(hidden, views.Pair{Name: "all", Value: "1"}, views.Pair{Name: "expected", Value: strconv.Itoa(n)})
		for i := 0; i < len(asked); i += 2 {
			if asked[i+1] != "" {
				hidden = append(hidden, views.Pair{Name: asked[i], Value: asked[i+1]})
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
			hidden = append(hidden, views.Pair{Name: "id", Value: id.String()})
		}
	}
	if n == 0 {
		return models.Problems{"": "Select at least one account."}
	}
	title := act.title + ": " + words.Count(n, "account", "accounts")
	f := h.frame(c, title, views.Link{Text: "Accounts", URL: list})
	d := views.Dialog{
		Frame: f, Title: title, Text: []string{act.text}, Facts: append(facts, "An account to which it can not be done is left as it is, and you are told."),
		Form: views.Form{Token: f.Token, Action: list + "/batches", Hidden: hidden, Submit: act.title, Danger: act.danger, Cancel: withQuery(list, asked...), Problem: wrong[""]},
	}
	if act.key == "label" || act.key == "unlabel" {
		value := ""
		if c.Request().Method == http.MethodPost { // in an address it is what the list was narrowed down to
			value = c.Request().PostForm.Get("carry")
		}
		d.Form.Fields = []views.Field{{Name: "carry", Label: "Label", Value: value, Problem: wrong["label"], Required: true, MaxLength: models.MaxLabel, Autofocus: true, Autocomplete: "off"}}
	}
	return render(c, status, views.DialogPage(d))
}

func (h *Handlers) createAccountBatch(c echo.Context, g authz.Grant) error {
	sel, err := batchSelection(c)
	if err != nil {
		return err
	}
	b, err := h.store.ChangeAccounts(c.Request().Context(), g, c.FormValue("act"), c.FormValue("carry"), sel)
	if wrong, ok := problems(err); ok {
		return h.batchDialog(c, g, http.StatusUnprocessableEntity, sel, wrong)
	}
	if err != nil {
		return err
	}
	return done(c, batchPath(c, b.ID))
}

func batchPath(c echo.Context, id uuid.UUID, parts ...string) string {
	return accountPath(guard.Of(c).Place.Account, append([]string{"/accounts/batches/", id.String()}, parts...)...)
}

// accountBatch finds the batch that the address names.
func (h *Handlers) accountBatch(c echo.Context, g authz.Grant) (models.AccountBatch, error) {
	id, err := uuid.Parse(c.Param("batch"))
	if err != nil {
		return models.AccountBatch{}, models.ErrNotFound
	}
	return h.store.AccountBatch(c.Request().Context(), g, id)
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
	names, err := h.store.AccountNames(c.Request().Context(), g, ids)
	if err != nil {
		return err
	}
	list := accountPath(guard.Of(c).Place.Account, "/accounts")
	title := batchTitle(b)
	p := views.AccountBatchPage{
		Frame: h.frame(c, title, views.Link{Text: "Accounts", URL: list}), Header: views.Header{Title: title}, ListURL: list,
		CSVURL: withQuery(batchPath(c, b.ID), "format", "csv"),
	}
	switch {
	case b.UndoneAt != nil:
		p.Header.Badge = views.Badge{Text: "Undone"}
	case len(b.Changed) > 0:
		p.Header.Actions = []views.Action{{Text: "Undo", Icon: "undo-2", Post: &views.Post{Text: "Undo", Action: batchPath(c, b.ID, "/undo")}}}
	}
	for _, s := range b.Skipped {
		left := views.LeftAccounts{Title: words.Count(len(s.Accounts), "account ", "accounts: each ") + s.Reason}
		for _, id := range s.Accounts[:min(len(s.Accounts), batchShown)] {
			if name := names[id]; name != "" {
				left.Accounts = append(left.Accounts, views.Link{Text: name, URL: subAccountPath(c, id)})
			}
		}
		if more := len(s.Accounts) - batchShown; more > 0 {
			left.More = "and " + words.Number(more) + " more, all of which the CSV names"
		}
		p.Left = append(p.Left, left)
	}
	return render(c, http.StatusOK, views.AccountBatch(p))
}

func batchTitle(b models.AccountBatch) string {
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
func (h *Handlers) exportAccountBatch(c echo.Context, g authz.Grant, b models.AccountBatch) error {
	ids := append([]uuid.UUID(nil), b.Changed...)
	for _, s := range b.Skipped {
		ids = append(ids, s.Accounts...)
	}
	names, err := h.store.AccountNames(c.Request().Context(), g, ids)
	if err != nil {
		return err
	}
	w := newSheet(c, "accounts-"+b.Act+".csv")
	w.line("account_id", "account", "outcome")
	act, _ := batchAct(b.Act)
	for _, id := range b.Changed {
		w.line(id.String(), names[id], "is "+act.done)
	}
	for _, s := range b.Skipped {
		for _, id := range s.Accounts {
			w.line(id.String(), names[id], s.Reason)
		}
	}
	return w.end()
}

func (h *Handlers) undoAccountBatch(c echo.Context, g authz.Grant) error {
	b, err := h.accountBatch(c, g)
	if err != nil {
		return err
	}
	undone, err := h.store.UndoAccountBatch(c.Request().Context(), g, b.ID)
	if err != nil {
		return err
	}
	return done(c, batchPath(c, undone.ID))
}
