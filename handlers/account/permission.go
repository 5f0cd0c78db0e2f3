package account

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/words"
)

// matrixSize is how many sub-accounts a page shows: a row is a dozen boxes.
const matrixSize = 40

// entitlementPlace is what the address of a permissions page says: the tab, and
// which sub-accounts it shows.
type entitlementPlace struct {
	tab    *catalog.Tab
	path   string
	filter accounts.Filter
}

// entitlementPlace reads the tab of the path and the filter of the query or form.
func (h *Handlers) entitlementPlace(c echo.Context) (entitlementPlace, error) {
	p := entitlementPlace{tab: h.Catalog.Tab(c.Param("tab"))}
	if p.tab == nil {
		return p, store.ErrNotFound
	}
	p.path = page.AccountPath(guard.Of(c).Place.Account, "/permissions/", p.tab.Key)
	var err error
	p.filter, err = entitlementFilter(c)
	return p, err
}

// entitlementFilter reads which sub-accounts are shown.
func entitlementFilter(c echo.Context) (accounts.Filter, error) {
	f := accounts.Filter{Search: strings.TrimSpace(c.FormValue("q")), Label: strings.TrimSpace(c.FormValue("label")), After: c.FormValue("after"), Limit: matrixSize + 1}
	if u := c.FormValue("under"); u != "" {
		id, err := uuid.Parse(u)
		if err != nil {
			return f, store.ErrNotFound
		}
		f.Under = id
	}
	return f, nil
}

// address is the page itself, with its filter.
func (p entitlementPlace) address(path, after string, more ...string) string {
	return page.WithQuery(path, append([]string{"q", p.filter.Search, "label", p.filter.Label, "under", p.under(), "after", after}, more...)...)
}

func (p entitlementPlace) under() string {
	if p.filter.Under == uuid.Nil {
		return ""
	}
	return p.filter.Under.String()
}

// hidden carries the filter in a form.
func (p entitlementPlace) hidden(withCursor bool) (all []part.Pair) {
	add := func(name, value string) {
		if value != "" {
			all = append(all, part.Pair{Name: name, Value: value})
		}
	}
	add("q", p.filter.Search)
	add("label", p.filter.Label)
	add("under", p.under())
	if withCursor {
		add("after", p.filter.After)
	}
	return all
}

func (h *Handlers) showEntitlements(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	place, err := h.entitlementPlace(c)
	if err != nil {
		return err
	}
	if c.QueryParam("format") == "csv" {
		return h.exportEntitlements(c, g, place)
	}
	p := account.PermissionsPage{
		Frame:  h.Frame(c, place.tab.Title, part.Link{Text: "Permissions", URL: page.AccountPath(v.Place.Account, "/permissions/general")}),
		Header: part.Header{Title: "Permissions", Text: "What the sub-accounts of " + v.Place.Name + " may use."},
		Search: &part.Search{Action: place.path, Value: place.filter.Search, Placeholder: "Search sub-accounts"},
		Empty: part.Empty{Scene: part.SceneTree, Title: "No sub-accounts yet",
			Text: "Once there are sub-accounts, this is where you decide what each of them may use."},
	}
	p.Header.Menu = []part.Action{{Text: "Export as CSV", URL: place.address(place.path, "", "format", "csv")}}
	if place.filter.Under != uuid.Nil {
		p.Search.Keep = []part.Pair{{Name: "under", Value: place.under()}}
	}
	for _, t := range h.Catalog.Tabs {
		p.Tabs = append(p.Tabs, part.Tab{
			Text: t.Title, Current: t.Key == place.tab.Key,
			URL: place.address(page.AccountPath(v.Place.Account, "/permissions/", t.Key), ""),
		})
	}
	labels, err := h.Store.LabelsBelow(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p.Search.Filters = labelChoice(labels, place.filter.Label)
	p.Chips = page.Chips(place.path, place.hidden(false), p.Search.Filters)
	p.Views = h.Views(c, place.path, "sub-accounts", place.hidden(false))
	if !place.filter.Whole() || place.filter.Under != uuid.Nil {
		p.Clear = place.path
	}
	if v.May.Has(h.Catalog.Permission("sub_accounts.create")) && v.Place.Kind != "personal" {
		p.Empty.Action = &part.Action{Text: "Add sub-accounts", URL: page.AccountPath(v.Place.Account, "/accounts/new"), Icon: "plus", Primary: true}
	}
	if !page.Shared(v.Place.Kind) {
		company := page.CompanyInstead()
		p.Header.Text = "Features that sub-accounts can use. A personal account has no sub-accounts."
		p.Empty.Text, p.Empty.Action = "Create a company account to add sub-accounts, and choose what each of them can use.", &company
	}
	var next string
	if p.Matrix, next, err = h.entitlementMatrix(c, g, v.Snapshot, place); err != nil {
		return err
	}
	if place.filter.Under != uuid.Nil {
		top, err := h.Store.Account(c.Request().Context(), v.Place.Tenant, place.filter.Under)
		if err != nil {
			return err
		}
		p.Chips = append(p.Chips, part.Chip{Text: "Below " + top.Name, RemoveURL: page.Address(place.path, page.Without(place.hidden(false), "under"))})
	}
	if n := len(p.Matrix.Rows); n > 0 {
		before := 0
		if place.filter.After != "" {
			if _, before, err = h.Store.CountAccounts(c.Request().Context(), g, place.filter); err != nil {
				return err
			}
		}
		p.Pager.Summary = page.Span(before, n, p.Matrix.Total, "sub-account", "sub-accounts")
		if !p.Matrix.ReadOnly {
			p.Header.Actions = []part.Action{{Text: "Copy permissions…", URL: place.address(page.AccountPath(v.Place.Account, "/permissions/copy"), ""), Icon: "copy"}}
		}
	}
	if next != "" {
		p.Pager.Next = place.address(place.path, next)
	}
	if place.filter.After != "" {
		p.Pager.Previous = place.address(place.path, "")
	}
	from, err := h.Store.CopySource(c.Request().Context(), g)
	if err != nil {
		return err
	}
	if from != "" {
		p.Note = "New sub-accounts of " + v.Place.Name + " start with the permissions of " + from + ", the newest one."
	}
	if len(p.Matrix.Columns) > 0 {
		p.Idle = idleWords(place.tab)
	}
	return page.Render(c, http.StatusOK, account.Permissions(p))
}

// idleWords says which entitlements of a tab change nothing yet.
func idleWords(tab *catalog.Tab) string {
	var titles []string
	for _, e := range tab.Entitlements {
		if e.Idle {
			titles = append(titles, e.Title)
		}
	}
	switch len(titles) {
	case 0:
		return ""
	case 1:
		return titles[0] + " has no effect yet: no page depends on it."
	}
	return strings.Join(titles, ", ") + " have no effect yet: no page depends on them."
}

// entitlementMatrix fills the table as a snapshot has it, and says where the
// next page begins.
func (h *Handlers) entitlementMatrix(c echo.Context, g authz.Grant, snap *authz.Snapshot, place entitlementPlace) (account.PermissionMatrix, string, error) {
	v, ctx := guard.Of(c), c.Request().Context()
	m := account.PermissionMatrix{
		Token: v.Token, Action: place.path, Hidden: place.hidden(true),
		ReadOnly: !v.May.Has(h.Catalog.Permission("entitlements.edit")),
	}
	rows, err := h.Store.AccountsBelow(ctx, g, place.filter)
	if err != nil || len(rows) == 0 {
		return m, "", err
	}
	counts, err := h.Store.CountEntitlements(ctx, g, place.filter, place.tab.Entitlements)
	if err != nil {
		return m, "", err
	}
	for i, e := range place.tab.Entitlements {
		n := counts[i]
		m.Total = n.Accounts
		col := account.PermissionColumn{
			Key: e.Key, Title: e.Title, Help: covers(e), Fixed: e.AlwaysOn, Idle: e.Idle, State: ticks(n.Given, n.Accounts),
			Count: words.Number(n.Given) + " of " + words.Number(n.Accounts),
		}
		if !e.AlwaysOn && snap.Ceiling(v.At).Covers(e.Bit) {
			col.AllURL = place.address(place.path+"/select-all", "", "entitlement", e.Key, "allowed", page.OneIf(n.Given < n.Accounts))
		}
		m.Columns = append(m.Columns, col)
	}
	next := ""
	if len(rows) > matrixSize {
		rows = rows[:matrixSize]
		next = rows[matrixSize-1].Path
	}
	cutters, err := h.cutters(c, snap, rows, place.tab.Entitlements)
	if err != nil {
		return m, "", err
	}
	base := snap.Depth(v.At)
	for _, a := range rows {
		at, ok := snap.Find(a.ID)
		if !ok {
			continue
		}
		r := account.PermissionRow{
			SubAccount: a.ID.String(), Name: a.Name, Depth: a.Depth - base - 1, State: closedWord(a),
		}
		if h.MayOpen(v, a.ID) {
			r.URL = page.AccountPath(a.ID)
		}
		for _, e := range place.tab.Entitlements {
			cell := account.PermissionCell{On: snap.Own(at).Covers(e.Bit), Fixed: e.AlwaysOn}
			if by := snap.CutBy(snap.Parent(at), e.Bit); by != authz.NoAccount {
				cell.Cut = cutters[snap.ID(by)]
			}
			r.Cells = append(r.Cells, cell)
		}
		m.Rows = append(m.Rows, r)
	}
	return m, next, nil
}

// covers says what an entitlement opens, and whom it binds.
func covers(e *catalog.Entitlement) string {
	if e.OwnPeople {
		return e.Covers + "; binds the people of the sub-account, never those above it"
	}
	return e.Covers
}

// cutters names the accounts that cut something off from the rows. Who stands
// above the account one acts in is not named.
func (h *Handlers) cutters(c echo.Context, snap *authz.Snapshot, rows []accounts.Account, of []*catalog.Entitlement) (map[uuid.UUID]part.Link, error) {
	v := guard.Of(c)
	found := map[uuid.UUID]part.Link{}
	var ids []uuid.UUID
	for _, a := range rows {
		at, ok := snap.Find(a.ID)
		if !ok {
			continue
		}
		for _, e := range of {
			by := snap.CutBy(snap.Parent(at), e.Bit)
			switch {
			case by == authz.NoAccount:
			case snap.Within(by, v.At):
				ids = append(ids, snap.ID(by))
			default:
				found[snap.ID(by)] = part.Link{Text: "an account above"}
			}
		}
	}
	below, err := h.Store.AccountsByID(c.Request().Context(), v.Place.Tenant, ids)
	for id, a := range below {
		by := part.Link{Text: a.Name}
		if h.MayOpen(v, id) {
			by.URL = page.AccountPath(id)
		}
		found[id] = by
	}
	return found, err
}

// closedWord is the state of an account that is closed to its people.
func closedWord(a accounts.Account) string {
	if a.Standing() == "active" {
		return ""
	}
	return StandingBadge(a.Standing()).Text
}

func ticks(given, of int) account.Ticks {
	switch {
	case given == 0:
		return account.None
	case given == of:
		return account.All
	}
	return account.Some
}

// askSelectAll says what a Select all would do, before the POST does it.
func (h *Handlers) askSelectAll(c echo.Context, g authz.Grant) error {
	place, err := h.entitlementPlace(c)
	if err != nil {
		return err
	}
	e := h.Catalog.Entitlement(c.QueryParam("entitlement"))
	if e == nil || e.Tab != place.tab.Key || e.AlwaysOn {
		return store.ErrNotFound
	}
	return h.selectAllDialog(c, g, http.StatusOK, place, e, c.QueryParam("allowed") == "1", "")
}

func (h *Handlers) selectAllDialog(c echo.Context, g authz.Grant, status int, place entitlementPlace, e *catalog.Entitlement, allowed bool, problem string) error {
	effect, err := h.Store.SelectAllEffect(c.Request().Context(), g, e, place.filter, allowed)
	if err != nil {
		return err
	}
	p := account.PermissionsAllPage{
		Frame:  h.Frame(c, "Select all", part.Link{Text: "Permissions", URL: place.address(place.path, "")}),
		Action: place.path, Cancel: place.address(place.path, ""), Entitlement: e.Title, Key: e.Key, Allowed: allowed,
		Idle: e.Idle, Accounts: effect.Changed, Already: effect.Already, People: effect.People, Search: place.filter.Search, Label: place.filter.Label, Hidden: place.hidden(false), Problem: problem,
	}
	if effect.Skipped > 0 {
		p.Cut = words.Count(effect.Skipped, "stays as it is, because an account above it lacks it.", "stay as they are, because an account above them lacks it.")
	}
	return page.Render(c, status, account.PermissionsAll(p))
}

// updateEntitlements changes one box, or all that the filter shows.
func (h *Handlers) updateEntitlements(c echo.Context, g authz.Grant) error {
	place, err := h.entitlementPlace(c)
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return echo.ErrBadRequest
	}
	key, sub, allowed := form.Get("entitlement"), form.Get("sub_account"), form.Get("allowed")
	if s, e, on, ok := account.ChosenCell(form); ok {
		sub, key, allowed = s, e, page.OneIf(on)
	}
	e := h.Catalog.Entitlement(key)
	switch {
	case e != nil && form.Get("undo") != "":
		return h.undoSelectAll(c, g, place, e, form.Get("undo"))
	case e == nil || e.Tab != place.tab.Key:
		return store.Problems{"entitlement": fmt.Sprintf("%q is not a permission of this tab.", key)}
	case allowed != "0" && allowed != "1":
		return store.Problems{"allowed": "Say 1 to allow or 0 to forbid."}
	case form.Get("all") == "1":
		return h.selectAll(c, g, place, e, allowed == "1")
	}
	id, err := uuid.Parse(sub)
	if err != nil {
		return store.ErrNotFound
	}
	return h.setEntitlement(c, g, place, e, id, allowed == "1")
}

func (h *Handlers) selectAll(c echo.Context, g authz.Grant, place entitlementPlace, e *catalog.Entitlement, allowed bool) error {
	place.filter.After = ""
	result, err := h.Store.SelectAll(c.Request().Context(), g, e.Key, place.filter, allowed)
	if wrong, ok := page.Problems(err); ok {
		return h.selectAllDialog(c, g, http.StatusUnprocessableEntity, place, e, allowed, wrong["entitlement"])
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s taken from %s.", e.Title, words.Count(result.Changed, "sub-account", "sub-accounts"))
	if allowed {
		text = fmt.Sprintf("%s given to %s.", e.Title, words.Count(result.Changed, "sub-account", "sub-accounts"))
	}
	h.Say(c, text, page.UndoState{Action: place.path, Hidden: append(place.hidden(false),
		part.Pair{Name: "entitlement", Value: e.Key}, part.Pair{Name: "undo", Value: fmt.Sprint(result.Epoch)})})
	return page.Done(c, place.address(place.path, ""))
}

func (h *Handlers) undoSelectAll(c echo.Context, g authz.Grant, place entitlementPlace, e *catalog.Entitlement, of string) error {
	epoch, err := strconv.ParseInt(of, 10, 64)
	if err != nil {
		return echo.ErrBadRequest
	}
	if err := h.Store.UndoSelectAll(c.Request().Context(), g, e.Key, epoch); err != nil {
		return err
	}
	h.Say(c, e.Title+" is as it was before.")
	return page.Done(c, place.address(place.path, ""))
}

func (h *Handlers) setEntitlement(c echo.Context, g authz.Grant, place entitlementPlace, e *catalog.Entitlement, id uuid.UUID, allowed bool) error {
	ctx := c.Request().Context()
	a, err := h.Store.Account(ctx, g.Resource().Tenant, id)
	if err != nil {
		return err
	}
	if err := h.Store.SetEntitlement(ctx, g, e.Key, id, allowed); err != nil {
		return err
	}
	verb := "can't use"
	if allowed {
		verb = "may use"
	}
	text := fmt.Sprintf("%s %s %s now.", a.Name, verb, e.Title)
	undo := page.UndoState{Action: place.path, Hidden: append(place.hidden(true),
		part.Pair{Name: "entitlement", Value: e.Key}, part.Pair{Name: "sub_account", Value: id.String()}, part.Pair{Name: "allowed", Value: page.OneIf(!allowed)})}
	if !page.IsHTMX(c) {
		h.Say(c, text, undo)
		return page.Done(c, place.address(place.path, place.filter.After))
	}
	m, _, err := h.entitlementMatrix(c, g, h.Store.Access(), place)
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, account.PermissionsChanged(m, part.Toast{
		Tone: part.Good, Text: text, Undo: &part.Post{Text: "Undo", Action: undo.Action, Hidden: undo.Hidden},
	}))
}

// exportEntitlements sends what the page shows, all pages of it, as CSV.
func (h *Handlers) exportEntitlements(c echo.Context, g authz.Grant, place entitlementPlace) error {
	snap := guard.Of(c).Snapshot
	w := page.NewSheet(c, "permissions-"+place.tab.Key+".csv")
	head := []string{"account_id", "account"}
	for _, e := range place.tab.Entitlements {
		head = append(head, e.Key)
	}
	w.Line(head...)
	place.filter.After = ""
	for {
		rows, err := h.Store.AccountsBelow(c.Request().Context(), g, place.filter)
		if err != nil {
			return err
		}
		for _, a := range rows {
			if at, ok := snap.Find(a.ID); ok {
				line := []string{a.ID.String(), a.Name}
				for _, e := range place.tab.Entitlements {
					line = append(line, page.OneIf(snap.Own(at).Covers(e.Bit)))
				}
				w.Line(line...)
			}
		}
		if len(rows) < place.filter.Limit {
			break
		}
		place.filter.After = rows[len(rows)-1].Path
	}
	return w.End()
}
