package account

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// accountStates are what a list of accounts can be narrowed down to; unless
// asked for, archived ones are left out.
var accountStates = []part.Option{{Text: "State: all but archived"}, {Value: "active", Text: "Active"}, {Value: "suspended", Text: "Suspended"}, {Value: "archived", Text: "Archived"}}

// treeAsked is what the address or form asks of a list of accounts.
type treeAsked struct {
	accounts.Filter
	created page.Period
}

func (h *Handlers) treeAsked(c echo.Context) (a treeAsked) {
	a.created = h.AskedPeriod(c)
	f := accounts.Filter{Search: strings.TrimSpace(c.FormValue("q")), Label: strings.TrimSpace(c.FormValue("label")), State: "current"}
	if state := c.FormValue("state"); state != "" && slices.ContainsFunc(accountStates, func(o part.Option) bool { return o.Value == state }) {
		f.State = state
	}
	f.From, f.To = a.created.From, a.created.To
	a.Filter = f
	return a
}

// pairs are what the address says of it.
func (a treeAsked) pairs() []string {
	if a.State == "current" {
		a.State = ""
	}
	return append([]string{"q", a.Search, "label", a.Label, "state", a.State}, a.created.Pairs()...)
}

// labelChoice offers the labels that accounts below carry; none where there are none.
func labelChoice(labels []string, chosen string) []part.Field {
	if len(labels) == 0 && chosen == "" {
		return nil
	}
	f := part.Field{Kind: part.Select, Name: "label", Label: "Label", Value: chosen, Options: []part.Option{{Text: "Label: any"}}}
	if chosen != "" && !slices.Contains(labels, chosen) {
		labels = append([]string{chosen}, labels...)
	}
	for _, l := range labels {
		f.Options = append(f.Options, part.Option{Value: l, Text: l})
	}
	return []part.Field{f}
}

// listSubAccounts shows the tree below the account.
func (h *Handlers) listSubAccounts(c echo.Context, g authz.Grant) error {
	v, ctx := guard.Of(c), c.Request().Context()
	here, a := page.AccountPath(v.Place.Account, "/accounts"), h.treeAsked(c)
	f, asked := a.Filter, a.pairs()
	f.After, f.Limit = c.QueryParam("after"), page.TreeSize+1
	all, err := h.Store.AccountsBelow(ctx, g, f)
	if err != nil {
		return err
	}
	labels, err := h.Store.LabelsBelow(ctx, g)
	if err != nil {
		return err
	}
	state := part.Field{Kind: part.Select, Name: "state", Label: "State", Value: c.QueryParam("state"), Options: accountStates}
	p := account.SubAccountsPage{
		Frame:  h.Frame(c, "Accounts"),
		Header: part.Header{Title: "Accounts", Text: "The sub-accounts of " + v.Place.Name + ", to any depth."},
		List: part.List{
			Label:  "Sub-accounts",
			Search: &part.Search{Action: here, Value: f.Search, Placeholder: "Search sub-accounts", Filters: append(append(labelChoice(labels, f.Label), state), a.created.Filters("Created")...)},
			Table:  part.Table{Token: v.Token, Columns: []part.Column{{Text: "Account"}, {Text: "Labels"}, {Text: "Kind"}, {Text: "State"}, {Text: "People", Number: true}, {Text: "Owner"}, {Text: "Created"}}},
			Empty:  part.Empty{Scene: part.SceneTree, Title: "No sub-accounts yet", Text: "A sub-account holds its own applications, numbers and people. You decide what it may use, and you see what is in it."},
		},
	}
	if h.May(c, "sub_accounts.create") && v.Place.Kind != "personal" {
		make := part.Action{Text: "Add sub-accounts", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = []part.Action{make}, &make
	}
	if h.May(c, "timeless_accounts.edit") {
		p.Header.Menu = append(p.Header.Menu, part.Action{Text: "Add timeless account", URL: page.TimelessPath(c, "/new"), Icon: "archive"})
	}
	if v.Place.Kind == "personal" {
		p.List.Empty.Text = "A personal account has no sub-accounts. Create a company account for them."
		p.List.Empty.Action = &part.Action{Text: "Create company account", URL: "/accounts/new", Icon: "plus", Primary: true}
	}
	p.List.Chips = page.Chips(here, page.KeptPairs(asked...), p.List.Search.Filters)
	p.List.Views = h.Views(c, here, "sub-accounts", page.KeptPairs(asked...))
	if page.WithQuery(here, asked...) != here {
		p.List.Clear = here
	}
	if f.After != "" {
		p.List.Pager.Previous = page.WithQuery(here, asked...)
	}
	if len(all) > page.TreeSize {
		all = all[:page.TreeSize]
		p.List.Pager.Next = page.WithQuery(here, append(asked, "after", all[page.TreeSize-1].Path)...)
	}
	lines, err := h.Store.AccountLines(ctx, v.Place.Tenant, all)
	if err != nil {
		return err
	}
	total, before := len(all), 0
	if p.List.Pager.Previous+p.List.Pager.Next != "" {
		if total, before, err = h.Store.CountAccounts(ctx, g, f); err != nil {
			return err
		}
	}
	p.List.Pager.Summary = page.Span(before, len(all), total, "sub-account", "sub-accounts")
	if h.May(c, "sub_accounts.edit") && len(all) > 0 {
		p.List.Bulk = bulkForm(c, a, total, len(all))
	}
	base := v.Snapshot.Depth(v.At)
	for _, a := range all {
		l := lines[a.ID]
		often, rare := h.accountActs(c, a)
		p.List.Table.Rows = append(p.List.Table.Rows, part.Row{
			ID: a.ID.String(), Depth: a.Depth - base - 1, Dim: a.Standing() != "active", Menu: append(often, rare...), Page: true, Cells: []part.Cell{
				{Text: a.Name, URL: here + "/" + a.ID.String()}, labelCell(l.Labels), {Text: page.KindTitle(a.Kind)}, StateCell(a.Standing()),
				{Text: fmt.Sprint(l.People)}, {Text: l.Owner}, h.TimeCell(c, a.CreatedAt),
			}})
	}
	return page.Render(c, http.StatusOK, account.SubAccounts(p))
}

func labelCell(labels []string) (c part.Cell) {
	for _, l := range labels {
		c.Badges = append(c.Badges, part.Badge{Text: l})
	}
	return c
}

// accountActs are what the reader may do with an account below, from here: what its
// page keeps in sight, and what stands behind the dots there.
func (h *Handlers) accountActs(c echo.Context, a accounts.Account) (often, rare []part.Action) {
	here := page.AccountPath(guard.Of(c).Place.Account, "/accounts/", a.ID.String())
	if h.MayOpen(guard.Of(c), a.ID) {
		often = append(often, part.Action{Text: "Open", URL: page.AccountPath(a.ID)})
	}
	if h.May(c, "sub_accounts.edit") {
		often = append(often, part.Action{Text: "Edit", URL: here + "/edit"})
		rare = append(rare, part.Action{Text: "Move…", URL: here + "/move"}, part.Action{Text: "Ownership", URL: here + "/ownership"})
		switch a.Standing() {
		case "active":
			rare = append(rare, part.Action{Text: "Suspend…", URL: here + "/suspend", Dialog: true, Danger: true})
		case "suspended":
			often = append(often, part.Action{Text: "Resume", Post: &part.Post{Text: "Resume", Action: here + "/resume"}})
		}
		if a.Standing() == "archived" {
			often = append(often, part.Action{Text: "Restore", Post: &part.Post{Text: "Restore", Action: here + "/restore"}})
		} else {
			rare = append(rare, part.Action{Text: "Archive…", URL: here + "/archive", Dialog: true, Danger: true})
		}
	}
	if h.May(c, "sub_accounts.delete") {
		rare = append(rare, part.Action{Text: "Delete…", URL: here + "/delete", Dialog: true, Danger: true})
	}
	return often, rare
}

// subAccount finds the account that the address names below the acting one.
func (h *Handlers) subAccount(c echo.Context, g authz.Grant) (accounts.Account, error) {
	id, err := uuid.Parse(c.Param("sub"))
	if err != nil {
		return accounts.Account{}, store.ErrNotFound
	}
	v := guard.Of(c)
	if a, ok := v.Snapshot.Find(id); !ok || a == v.At || !v.Snapshot.Within(a, v.At) {
		return accounts.Account{}, store.ErrNotFound
	}
	return h.Store.Account(c.Request().Context(), g.Resource().Tenant, id)
}

func (h *Handlers) editSubAccount(c echo.Context, g authz.Grant) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	labels, err := h.Store.Labels(c.Request().Context(), a.TenantID, []uuid.UUID{a.ID})
	if err != nil {
		return err
	}
	return h.subAccountForm(c, http.StatusOK, a, a.Name, a.OpenToMain, strings.Join(labels[a.ID], ", "), nil)
}

func (h *Handlers) subAccountForm(c echo.Context, status int, a accounts.Account, name string, open bool, labels string, wrong store.Problems) error {
	f := h.Frame(c, "Edit "+a.Name, h.subAccountCrumbs(c, a)...)
	return page.Render(c, status, record.FormOn(part.FormPage{
		Frame: f, Header: part.Header{Title: "Edit " + a.Name},
		Form: part.Form{
			Token: f.Token, Action: c.Request().URL.Path, Cancel: subAccountPath(c, a.ID), Problem: wrong[""],
			Fields: []part.Field{
				{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100, Autofocus: true},
				{Kind: part.Checkbox, Name: "open_to_main", Label: "Open to members of accounts above", Checked: open,
					Help: "Admins and users of the accounts above see what is in here. Their owners always do."},
				{Kind: part.Tags, Name: "labels", Label: "Labels", Value: labels, Problem: wrong["labels"], Autocomplete: "off",
					Help: fmt.Sprintf("Separate labels with commas, %d at most. You can filter lists by label.", accounts.MaxLabels)},
			},
		},
	}))
}

func (h *Handlers) updateSubAccount(c echo.Context, g authz.Grant) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	name, open, labels := c.FormValue("name"), c.FormValue("open_to_main") != "", c.FormValue("labels")
	err = h.Store.EditAccount(c.Request().Context(), g, a.ID, name, open, strings.Split(labels, ","))
	if wrong, ok := page.Problems(err); ok {
		return h.subAccountForm(c, http.StatusUnprocessableEntity, a, name, open, labels, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "Saved "+strings.TrimSpace(name)+".")
	return page.Done(c, subAccountPath(c, a.ID))
}

// withBelow says how many accounts go the same way as one.
func withBelow(v *guard.Visit, id uuid.UUID) []string {
	below := 0
	at, _ := v.Snapshot.Find(id)
	v.Snapshot.Descendants(at, func(authz.Account) bool { below++; return true })
	if below == 0 {
		return nil
	}
	return []string{"The same goes for " + words.Count(below, "account", "accounts") + " below it."}
}

func (h *Handlers) askSuspendSubAccount(c echo.Context, g authz.Grant) error {
	return h.askOfSubAccount(c, g, "Suspend", "Its people see a page that says so, until you resume it. Nothing is deleted.")
}

func (h *Handlers) askArchiveSubAccount(c echo.Context, g authz.Grant) error {
	return h.askOfSubAccount(c, g, "Archive",
		"Its people can't open it, and it leaves the lists, until you restore it. Nothing is deleted: you'll find it under “Archived”.")
}

// askOfSubAccount asks before a state that can be taken back.
func (h *Handlers) askOfSubAccount(c echo.Context, g authz.Grant, act, text string) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	f := h.Frame(c, act+" "+a.Name, h.subAccountCrumbs(c, a)...)
	return page.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: act + " " + a.Name + "?", Text: []string{text}, Facts: withBelow(guard.Of(c), a.ID),
		Form: part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: act, Danger: true, Cancel: subAccountPath(c, a.ID)},
	}))
}

func (h *Handlers) suspendSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.Store.SuspendAccount, "is suspended", "/resume")
}

func (h *Handlers) resumeSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.Store.ResumeAccount, "is open again", "")
}

func (h *Handlers) archiveSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.Store.ArchiveAccount, "is archived", "/restore")
}

func (h *Handlers) restoreSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.Store.RestoreAccount, "is restored", "")
}

// changeSubAccount changes the state of an account below; undo is the path under
// it that takes the change back.
func (h *Handlers) changeSubAccount(c echo.Context, g authz.Grant, change func(context.Context, authz.Grant, uuid.UUID) error, what, undo string) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	if err := change(c.Request().Context(), g, a.ID); err != nil {
		return err
	}
	here := subAccountPath(c, a.ID)
	if undo == "" {
		h.Say(c, a.Name+" "+what+".")
	} else {
		h.Say(c, a.Name+" "+what+".", page.UndoState{Action: here + undo})
	}
	return page.Done(c, here)
}
