package account

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
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
	{"resume", "Resume", "resumed", "Their people can open them again.", false},
	{"archive", "Archive", "archived", "Their people can't open them or anything below, and they leave the lists, until you restore them. Nothing is deleted.", true},
	{"restore", "Restore", "restored", "They become what they were before they were archived.", false},
	{"label", "Add label", "labelled", "Lists can be filtered by label.", false},
	{"unlabel", "Remove label", "no longer labelled", "The label is removed from them.", false},
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
func bulkForm(c echo.Context, a treeAsked, total, shown int) *part.Bulk {
	b := &part.Bulk{Action: page.Inside(c, "/accounts/batches/new"), All: page.AllThatMatch(total, shown), Keep: page.KeptPairs(a.pairs()...)}
	for _, a := range batchActs {
		b.Acts = append(b.Acts, part.BulkAct{Value: a.key, Text: a.title + "…", Danger: a.danger})
	}
	return b
}

// batchSelection reads which accounts are meant.
func (h *Handlers) batchSelection(c echo.Context) (accounts.Selection, error) {
	many, err := page.ReadMany(c)
	return accounts.Selection{Many: many, Filter: h.treeAsked(c).Filter}, err
}

// askAccountBatch says what will be done, to how many, before the POST does it.
func (h *Handlers) askAccountBatch(c echo.Context, g authz.Grant) error {
	sel, err := h.batchSelection(c)
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
	list := page.Inside(c, "/accounts")
	keep := page.KeptPairs(h.treeAsked(c).pairs()...)
	n := len(sel.IDs)
	var facts []string
	if sel.All {
		var err error
		if n, _, err = h.Store.CountAccounts(c.Request().Context(), g, sel.Filter); err != nil {
			return err
		}
		if sel.Filter.Search != "" {
			facts = append(facts, "Only those that match “"+sel.Filter.Search+"”.")
		}
		if sel.Filter.Label != "" {
			facts = append(facts, "Only those with the label “"+sel.Filter.Label+"”.")
		}
	}
	q := page.BulkQuestion{
		Title: act.title + ": " + words.Count(n, "account", "accounts"), Text: act.text, Facts: append(facts, "Accounts where this isn't possible are skipped and listed."),
		Act: act.key, Many: sel.Many, Count: n, Keep: keep, Submit: act.title, Danger: act.danger, Wrong: wrong,
		Action: list + "/batches", Cancel: page.Address(list, keep), Crumb: part.Link{Text: "Accounts", URL: list},
	}
	if act.key == "label" || act.key == "unlabel" {
		value := ""
		if c.Request().Method == http.MethodPost { // in an address it is what the list was narrowed down to
			value = c.Request().PostForm.Get("carry")
		}
		q.Fields = []part.Field{{Name: "carry", Label: "Label", Value: value, Problem: wrong["label"], Required: true, MaxLength: accounts.MaxLabel, Autofocus: true, Autocomplete: "off"}}
	}
	return h.AskBulk(c, status, q)
}

func (h *Handlers) createAccountBatch(c echo.Context, g authz.Grant) error {
	sel, err := h.batchSelection(c)
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

func batchPath(c echo.Context, id uuid.UUID) string {
	return page.Inside(c, "/accounts/batches/", id.String())
}

// accountBatch finds the batch that the address names.
func (h *Handlers) accountBatch(c echo.Context, g authz.Grant) (store.Batch, error) {
	id, err := page.BatchID(c)
	if err != nil {
		return store.Batch{}, err
	}
	return h.Store.AccountBatch(c.Request().Context(), g, id)
}

// showAccountBatch reports what was done, and what was left and why.
func (h *Handlers) showAccountBatch(c echo.Context, g authz.Grant) error {
	b, err := h.accountBatch(c, g)
	if err != nil {
		return err
	}
	act, _ := batchAct(b.Act)
	r := page.BulkReport{
		Batch: b, Title: words.Count(len(b.Changed), "account ", "accounts ") + act.done, Done: act.done,
		Things: part.Link{Text: "Accounts", URL: page.Inside(c, "/accounts")}, One: "account", Several: "accounts", Path: batchPath(c, b.ID),
		Names: func(ids []uuid.UUID) (map[uuid.UUID]string, error) {
			return h.Store.AccountNames(c.Request().Context(), g, ids)
		},
		URL: func(id uuid.UUID) string { return subAccountPath(c, id) },
	}
	if b.Detail != "" {
		r.Title += " “" + b.Detail + "”"
	}
	return h.ReportBulk(c, r)
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
