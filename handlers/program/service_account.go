package program

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/account"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
	programs "bailiwick/models/program"
	"bailiwick/models/store"
	"bailiwick/views/part"
	persons "bailiwick/views/people"
	"bailiwick/views/program"
	"bailiwick/views/record"
	"bailiwick/words"
)

// ServiceAccountsPath is the page of service accounts in the account of the visit.
func ServiceAccountsPath(c echo.Context, parts ...string) string {
	return page.AccountPath(guard.Of(c).Place.Account, append([]string{"/settings/service_accounts"}, parts...)...)
}

var stateOptions = []part.Option{{Text: "State: any"}, {Value: "active", Text: "Active"}, {Value: "suspended", Text: "Suspended"}}

func (h *Handlers) listServiceAccounts(c echo.Context, g authz.Grant) error {
	here := ServiceAccountsPath(c)
	f := programs.Filter{Search: c.FormValue("q"), State: c.FormValue("state"), After: c.FormValue("after")}
	if c.QueryParam("format") == "csv" {
		return h.exportServiceAccounts(c, g, f)
	}
	found, err := h.Store.ServiceAccounts(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame:  h.Frame(c, "Service accounts"),
		Header: part.Header{Title: "Service accounts", Text: "Programs of yours act in this account as these, each with roles of its own."},
		List: part.List{
			Label: "Service accounts",
			Table: part.Table{Token: guard.Of(c).Token, Columns: []part.Column{{Text: "Name"}, {Text: "Roles"}, {Text: "Description"}, {Text: "Keys"}, {Text: "Last used"}, {Text: "State"}}},
			Empty: part.Empty{Icon: "server", Title: "No service accounts yet", Text: "Create one for each program that works here, with the roles that it needs and a key of its own."},
		},
	}
	p.Header.Actions = referenceAction(c)
	if h.May(c, "service_accounts.edit") {
		add := part.Action{Text: "Create service account", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = append(p.Header.Actions, add), &add
	}
	for _, a := range found.Rows {
		p.List.Table.Rows = append(p.List.Table.Rows, h.serviceAccountRow(c, a))
	}
	narrow(&p.List, here, "service account", "service accounts", f, found.Span, stateOptions)
	return page.Render(c, http.StatusOK, record.List(p))
}

// narrow puts search, filter and pages into a list.
func narrow(l *part.List, here, one, several string, f programs.Filter, span programs.Span, states []part.Option) {
	asked := []string{"q", f.Search, "state", f.State}
	l.Search = &part.Search{Action: here, Value: f.Search, Placeholder: "Search " + several, Filters: []part.Field{
		{Kind: part.Select, Name: "state", ID: "filter-state", Label: "State", Value: f.State, Options: states}}}
	l.Chips = page.Chips(here, page.KeptPairs(asked...), l.Search.Filters)
	l.CSVURL = page.WithQuery(here, append(asked, "format", "csv")...)
	if f.Search != "" || f.State != "" {
		l.Clear = here
	}
	if f.After != "" {
		l.Pager.Previous = page.WithQuery(here, asked...)
	}
	if span.Next != "" {
		l.Pager.Next = page.WithQuery(here, append(asked, "after", span.Next)...)
	}
	l.Pager.Summary = page.Span(span.Before, len(l.Table.Rows), span.All, one, several)
}

func (h *Handlers) serviceAccountRow(c echo.Context, a programs.ServiceAccount) part.Row {
	one := ServiceAccountsPath(c, "/"+a.ID.String())
	used := part.Cell{Text: "Never"}
	if a.UsedAt != nil {
		used = h.TimeCell(c, *a.UsedAt)
	}
	row := part.Row{ID: a.ID.String(), Page: true, Dim: a.State != "active", Cells: []part.Cell{
		{Text: a.Name, URL: one}, h.people.HeldCell(c, h.Store.RolesOf(a), h.people.OwnRoleTitle), {Text: a.Description}, {Text: words.Number(a.Keys)}, used, account.StateCell(a.State),
	}}
	row.Menu = h.audit.ActsOf(c, a.Principal())
	if h.May(c, "service_accounts.edit") {
		row.Menu = append(row.Menu, serviceAccountMenu(one, a)...)
	}
	return row
}

// serviceAccountMenu is what can be done to the one at an address.
func serviceAccountMenu(one string, a programs.ServiceAccount) []part.Action {
	suspend := part.Action{Text: "Suspend…", URL: one + "/suspend", Dialog: true}
	if a.State != "active" {
		suspend = part.Action{Text: "Resume", Post: &part.Post{Text: "Resume", Action: one + "/resume"}}
	}
	return []part.Action{{Text: "Edit", URL: one + "/edit"}, {Text: "Create key", URL: one + "/keys/new"}, suspend,
		{Text: "Delete…", URL: one + "/delete", Dialog: true, Danger: true}}
}

func (h *Handlers) showServiceAccount(c echo.Context, g authz.Grant, a programs.ServiceAccount) error {
	keys, err := h.Store.Keys(c.Request().Context(), g, programs.Filter{Program: a.ID, After: c.FormValue("after")})
	if err != nil {
		return err
	}
	one := ServiceAccountsPath(c, "/"+a.ID.String())
	row := h.serviceAccountRow(c, a)
	p := program.ServiceAccountPage{
		Frame:   h.Frame(c, a.Name, part.Link{Text: "Service accounts", URL: ServiceAccountsPath(c)}),
		Header:  part.Header{Kind: "Service account", Title: a.Name, Text: a.Description, Badge: account.StandingBadge(a.State), Menu: row.Menu},
		Details: []part.Detail{{Label: "Roles", Value: row.Cells[1]}, {Label: "Created", Value: h.TimeCell(c, a.CreatedAt)}, {Label: "ID", Value: part.Cell{Text: a.ID.String(), Copy: true}}},
		Keys:    part.List{Label: "Keys", Table: h.keyTable(c), Empty: part.Empty{Icon: "key-round", Title: "No keys yet", Text: "Programs use a key to act as this service account."}},
	}
	if h.May(c, "service_accounts.edit") {
		add := part.Action{Text: "Create key", URL: one + "/keys/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.Keys.Empty.Action = []part.Action{add}, &add
	}
	for _, k := range keys.Rows {
		p.Keys.Table.Rows = append(p.Keys.Table.Rows, h.keyRow(c, k))
	}
	if c.FormValue("after") != "" {
		p.Keys.Pager.Previous = one
	}
	if keys.Next != "" {
		p.Keys.Pager.Next = page.WithQuery(one, "after", keys.Next)
	}
	p.Keys.Pager.Summary = page.Span(keys.Before, len(keys.Rows), keys.All, "key", "keys")
	return page.Render(c, http.StatusOK, program.ServiceAccount(p))
}

func (h *Handlers) newServiceAccount(c echo.Context, _ authz.Grant) error {
	return h.serviceAccountForm(c, http.StatusOK, nil, programs.ServiceAccountInput{}, people.Picks{}, keyAsked{with: c.QueryParam("key") != "0"})
}

// serviceAccountForm shows the form of a new service account, or of a.
func (h *Handlers) serviceAccountForm(c echo.Context, status int, a *programs.ServiceAccount, in programs.ServiceAccountInput, picked people.Picks, key keyAsked) error {
	list, wrong := ServiceAccountsPath(c), picked.Wrong
	p := program.ServiceAccountFormPage{
		Header: part.Header{Title: "Create service account"}, New: a == nil, Preview: h.people.RolePreview(c, picked),
		Form: part.Form{Token: guard.Of(c).Token, Action: list, Cancel: list, Problem: wrong[""], Submit: "Create service account"},
	}
	p.Form.Fields = []part.Field{
		{Name: "name", Label: "Name", Value: in.Name, Problem: wrong["name"], Required: true, Autocomplete: "off", Autofocus: a == nil && len(wrong) == 0, Help: "Such as the program that will use it.", MaxLength: 100},
		{Name: "description", Label: "Description", Value: in.Description, Problem: wrong["description"], MaxLength: 500},
		{Kind: part.Multi, Name: "role", Label: "Roles", Help: people.EndsIn(c), Options: h.people.RoleOptions(c, authz.ServiceAccount, picked, list+"/preview", persons.RolePreviewID),
			Problem: wrong["role"], PreviewURL: list + "/preview", PreviewInto: persons.RolePreviewID, Required: true},
	}
	if a != nil {
		p.Header.Title, p.Form.Submit = "Edit "+a.Name, "Save"
		p.Form.Action, p.Form.Cancel = c.Request().URL.Path, list+"/"+a.ID.String()
	} else {
		p.Key = []part.Field{{Kind: part.Checkbox, Name: "key", Section: "Key", Label: "Create a key too", Checked: key.with, Help: "It's shown once, on the next page."}, key.lastsField(wrong["key.expires"])}
		p.Proof = h.ProofFields(c, wrong)
		p.Form.Beside = slices.Concat(p.Key, p.Proof)
	}
	if h.May(c, "roles") {
		p.RolesURL = page.AccountPath(guard.Of(c).Place.Account, "/roles?set=subuser")
	}
	p.Frame = h.Frame(c, p.Header.Title, part.Link{Text: "Service accounts", URL: list})
	return page.Render(c, status, program.ServiceAccountForm(p))
}

// previewRoles answers the form while roles are picked.
func (h *Handlers) previewRoles(c echo.Context, _ authz.Grant) error {
	return page.Render(c, http.StatusOK, persons.RolePreviewBox(h.people.RolePreview(c, people.ReadPicks(c, c.QueryParams()))))
}

func readServiceAccount(c echo.Context, was ...store.HeldRole) (programs.ServiceAccountInput, people.Picks, error) {
	form, err := c.FormParams()
	if err != nil {
		return programs.ServiceAccountInput{}, people.Picks{}, echo.ErrBadRequest
	}
	p := people.ReadPicks(c, form, was...)
	return programs.ServiceAccountInput{Name: form.Get("name"), Description: form.Get("description"), Roles: p.Named()}, p, nil
}

func (h *Handlers) createServiceAccount(c echo.Context, g authz.Grant) error {
	in, picked, err := readServiceAccount(c)
	if err != nil {
		return err
	}
	key, wrong := h.readKey(c)
	key.with = c.FormValue("key") == "1"
	var first *programs.KeyInput
	if key.with {
		first = &key.KeyInput
		if first.Name = in.Name; wrong["expires"] != "" {
			picked.Wrong["key.expires"] = wrong["expires"]
		}
	}
	var a programs.ServiceAccount
	var made programs.MadeKey
	if err = picked.Wrong.OrNil(); err == nil {
		err = h.Prove(c)
	}
	if err == nil {
		a, made, err = h.Store.CreateServiceAccount(c.Request().Context(), g, in, first)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.serviceAccountForm(c, http.StatusUnprocessableEntity, nil, in, picked.With(wrong), key)
	}
	if err != nil {
		return err
	}
	one := ServiceAccountsPath(c, "/"+a.ID.String())
	if made.Secret != "" { // shown now or never
		return h.showMadeKey(c, made, one, part.Link{Text: "Service accounts", URL: ServiceAccountsPath(c)}, part.Link{Text: a.Name, URL: one})
	}
	h.Say(c, "Created "+a.Name+".")
	return page.Done(c, one)
}

func (h *Handlers) editServiceAccount(c echo.Context, _ authz.Grant, a programs.ServiceAccount) error {
	return h.serviceAccountForm(c, http.StatusOK, &a, programs.ServiceAccountInput{Name: a.Name, Description: a.Description}, people.PickedRoles(c, h.Store.RolesOf(a)), keyAsked{})
}

func (h *Handlers) updateServiceAccount(c echo.Context, g authz.Grant, a programs.ServiceAccount) error {
	in, picked, err := readServiceAccount(c, h.Store.RolesOf(a)...)
	if err != nil {
		return err
	}
	if err = picked.Wrong.OrNil(); err == nil {
		err = h.Store.EditServiceAccount(c.Request().Context(), g, a.ID, in)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.serviceAccountForm(c, http.StatusUnprocessableEntity, &a, in, picked.With(wrong), keyAsked{})
	}
	return h.serviceAccountDone(c, err, "Saved "+strings.TrimSpace(in.Name)+".")
}

// serviceAccountDone ends a change at the list.
func (h *Handlers) serviceAccountDone(c echo.Context, err error, text string, undo ...page.UndoState) error {
	if err != nil {
		return err
	}
	h.Say(c, text, undo...)
	return page.Done(c, ServiceAccountsPath(c))
}

// ask is a dialog before something is done to a service account or a key.
func (h *Handlers) ask(c echo.Context, status int, list part.Link, title, submit string, text, facts []string, wrong store.Problems, fields ...part.Field) error {
	f := h.Frame(c, title, list)
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: title, Text: text, Facts: facts,
		Form: part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: submit, Danger: true, Cancel: list.URL, Problem: wrong[""], Fields: fields},
	}))
}

func (h *Handlers) askSuspendServiceAccount(c echo.Context, _ authz.Grant, a programs.ServiceAccount) error {
	return h.ask(c, http.StatusOK, part.Link{Text: "Service accounts", URL: ServiceAccountsPath(c)}, "Suspend "+a.Name+"?", "Suspend",
		[]string{"All its keys stop working at once, until you resume it."}, nil, nil)
}

func (h *Handlers) suspendServiceAccount(c echo.Context, g authz.Grant, a programs.ServiceAccount) error {
	return h.serviceAccountDone(c, h.Store.SuspendServiceAccount(c.Request().Context(), g, a.ID), a.Name+" is suspended.",
		page.UndoState{Action: ServiceAccountsPath(c, "/"+a.ID.String()+"/resume")})
}

func (h *Handlers) resumeServiceAccount(c echo.Context, g authz.Grant, a programs.ServiceAccount) error {
	return h.serviceAccountDone(c, h.Store.ResumeServiceAccount(c.Request().Context(), g, a.ID), a.Name+" is active again.")
}

func (h *Handlers) askDeleteServiceAccount(c echo.Context, g authz.Grant, a programs.ServiceAccount) error {
	keys, err := h.Store.Keys(c.Request().Context(), g, programs.Filter{Program: a.ID})
	if err != nil {
		return err
	}
	text := []string{"It has no keys. What it created stays. This can't be undone."}
	if keys.All > 0 {
		text[0] = words.Count(keys.All, "key of it is deleted too and stops working at once", "keys of it are deleted too and stop working at once") + ". What it created stays. This can't be undone."
	}
	return h.ask(c, http.StatusOK, part.Link{Text: "Service accounts", URL: ServiceAccountsPath(c)}, "Delete "+a.Name+"?", "Delete", text, keyNames(keys.Rows), nil)
}

func (h *Handlers) deleteServiceAccount(c echo.Context, g authz.Grant, a programs.ServiceAccount) error {
	return h.serviceAccountDone(c, h.Store.DeleteServiceAccount(c.Request().Context(), g, a.ID), "Deleted "+a.Name+".")
}
