package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

const (
	pageSize     = 50
	treeSize     = 30 // a row's menu has long addresses
	switcherSize = 30
	lastSize     = 8
	mineSize     = 100
	mineTrees    = 40 // each has a heading and a table of its own
)

// lastUsed are the accounts the browser says it was in, the last first. It is a
// wish, not a right: each is decided like any other.
func lastUsed(c echo.Context) (ids []uuid.UUID) {
	if s := guard.Of(c).Session; s.Principal.Kind == authz.Subuser {
		return []uuid.UUID{s.Account}
	}
	for _, part := range strings.Split(readCookie(c, lastCookie), ".") {
		if id, err := uuid.Parse(part); err == nil && len(ids) < lastSize && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// wishedAccount is the account the browser says it was in last, or none.
func wishedAccount(c echo.Context) uuid.UUID {
	if ids := lastUsed(c); len(ids) > 0 {
		return ids[0]
	}
	return uuid.Nil
}

// lastAccount is where somebody goes who names no account: where they were
// last, or the first of their own.
func (h *Handlers) lastAccount(c echo.Context, g authz.Grant) (uuid.UUID, error) {
	v := guard.Of(c)
	for _, at := range lastUsed(c) {
		// A subuser whose roles ended is told so there: they have no other account.
		if a, ok := v.Snapshot.Find(at); ok && (!v.Snapshot.May(v.Who, a).Empty() || v.Session.Account == at) {
			return at, nil
		}
	}
	all, err := h.store.AccountsOf(c.Request().Context(), g, v.Session.Principal, "", false, mineSize)
	if err != nil {
		return uuid.Nil, err
	}
	for _, a := range all {
		if at, ok := v.Snapshot.Find(a.ID); ok && !v.Snapshot.May(v.Who, at).Empty() {
			return a.ID, nil
		}
	}
	return uuid.Nil, models.ErrNotFound
}

// listAccounts shows every account of the person, tree by tree.
func (h *Handlers) listAccounts(c echo.Context, g authz.Grant) error {
	v, q := guard.Of(c), c.QueryParam("q")
	if v.Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	all, err := h.store.AccountsOf(c.Request().Context(), g, v.Session.Principal, q, true, mineSize+1)
	if err != nil {
		return err
	}
	p := views.AccountsPage{
		Frame: h.ownFrame(c, "Accounts"),
		Header: views.Header{Title: "Accounts", Text: "All the accounts you work in.", Actions: []views.Action{
			{Text: "New main account", URL: "/accounts/new", Icon: "plus", Primary: true},
		}},
		Search: &views.Search{Action: "/accounts", Value: q, Placeholder: "Search accounts"},
		Empty:  views.Empty{Icon: "network", Title: "No accounts", Text: "Make a main account to share it with people and sub-accounts."},
	}
	if q != "" {
		p.Clear = "/accounts"
	}
	offers, err := h.offersWaiting(c)
	if err != nil {
		return err
	}
	for _, o := range offers {
		p.Offers = append(p.Offers, views.Alert{Tone: o.Tone, Title: o.Text, Text: o.Details, Links: []views.Link{{Text: "See the offer", URL: o.URL}}})
	}
	if mine, err := h.invitesForMe(c); err != nil {
		return err
	} else if mine != nil {
		p.Offers = append(p.Offers, *mine)
	}
	more := len(all) > mineSize
	all = all[:min(len(all), mineSize)]
	shown, names := 0, tops(all)
	for _, a := range all {
		at, ok := v.Snapshot.Find(a.ID)
		if !ok {
			continue
		}
		role, member := h.roleLabelAt(v.Snapshot, v.Who, at), h.isMember(v, at)
		if !v.Snapshot.Decide(v.Who, h.catalog.Permission("control_panel"), at).Visible() {
			end := v.Snapshot.Ended(v.Who, at)
			if end.IsZero() {
				continue
			}
			role, member = "Ended "+moment(c, end, h.store.Now()), true
		}
		top := names[a.TenantID]
		if n := len(p.Trees); n == 0 || p.Trees[n-1].ID != top.ID.String() {
			if more = more || n == mineTrees; n == mineTrees {
				break
			}
			p.Trees = append(p.Trees, views.AccountTree{ID: top.ID.String(), Title: top.Name, Kind: views.Badge{Text: kindTitle(top.Kind)},
				Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Account"}, {Text: "Kind"}, {Text: "Your role"}, {Text: "State"}}}})
		}
		t := &p.Trees[len(p.Trees)-1].Table
		t.Rows = append(t.Rows, views.Row{ID: a.ID.String(), Depth: a.Depth - top.Depth, Dim: a.Standing() != "active", Cells: []views.Cell{
			{Text: a.Name, URL: accountPath(a.ID)}, {Text: kindTitle(a.Kind)}, {Text: role}, stateCell(a.Standing()),
		}})
		if lent(v.Snapshot, v.Who, at) {
			t.Rows[len(t.Rows)-1].Cells[0].Badges = []views.Badge{{Text: "Support access", Tone: views.Info}}
		}
		if member {
			t.Rows[len(t.Rows)-1].Menu = []views.Action{{Text: "Leave…", URL: leavePath(a.ID), Dialog: true, Danger: true}}
		}
		shown++
	}
	if more {
		p.Pager.Summary = fmt.Sprintf("The first %d: search for the others.", shown)
	}
	return render(c, http.StatusOK, views.Accounts(p))
}

// isMember tells whether the reader has a membership of the very account, which
// its owner and support staff have not.
func (h *Handlers) isMember(v *guard.Visit, at authz.Account) bool {
	return slices.ContainsFunc(v.Snapshot.Held(v.Who, at), func(id catalog.RoleID) bool { return !v.Snapshot.Role(id).Adds })
}

// tops gives the topmost listed account of each tree, which names it: a root
// that somebody may not enter is not shown to them.
func tops(all []models.Account) map[uuid.UUID]models.Account {
	tops := map[uuid.UUID]models.Account{}
	for _, a := range all {
		if top, ok := tops[a.TenantID]; !ok || a.Depth < top.Depth {
			tops[a.TenantID] = a
		}
	}
	return tops
}

func stateCell(state string) views.Cell {
	return views.Cell{Badges: []views.Badge{standingBadge(state)}}
}

func standingBadge(state string) views.Badge {
	switch state {
	case "active":
		return views.Badge{Text: "Active", Tone: views.Good}
	case "archived":
		return views.Badge{Text: "Archived"}
	}
	return views.Badge{Text: "Suspended", Tone: views.Warn}
}

// searchAccounts fills the switcher: what was used last, then tree by tree, or
// what a search finds.
func (h *Handlers) searchAccounts(c echo.Context, g authz.Grant) error {
	v, q := guard.Of(c), strings.TrimSpace(c.QueryParam("q"))
	if v.Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	all, err := h.store.AccountsOf(c.Request().Context(), g, v.Session.Principal, q, true, switcherSize+1)
	if err != nil {
		return err
	}
	list := views.SwitcherList{Query: q, AllURL: withQuery("/accounts", "q", q)}
	if q == "" {
		last, err := h.store.AccountsAmong(c.Request().Context(), g, lastUsed(c))
		if err != nil {
			return err
		}
		group := views.SwitcherGroup{Title: "Last used"}
		for _, a := range last {
			if one, ok := h.switcherAccount(c, a, a.Depth); ok && !one.Current {
				group.Accounts = append(group.Accounts, one)
			}
		}
		if len(group.Accounts) > 0 {
			list.Groups = append(list.Groups, group)
		}
	}
	if len(all) > switcherSize {
		all, list.More = all[:switcherSize], "There are more: type to narrow down."
	}
	names := tops(all)
	last := uuid.Nil
	for _, a := range all {
		one, ok := h.switcherAccount(c, a, names[a.TenantID].Depth)
		if !ok {
			continue
		}
		if a.TenantID != last {
			last = a.TenantID
			list.Groups = append(list.Groups, views.SwitcherGroup{Title: names[a.TenantID].Name})
		}
		group := &list.Groups[len(list.Groups)-1]
		group.Accounts = append(group.Accounts, one)
	}
	return render(c, http.StatusOK, views.SwitcherResults(list))
}

// switcherAccount is an account as the switcher shows it, where it may be known of.
func (h *Handlers) switcherAccount(c echo.Context, a models.Account, base int) (views.SwitcherAccount, bool) {
	v := guard.Of(c)
	at, ok := v.Snapshot.Find(a.ID)
	if !ok || !v.Snapshot.Decide(v.Who, h.catalog.Permission("control_panel"), at).Visible() {
		return views.SwitcherAccount{}, false
	}
	return views.SwitcherAccount{
		Name: a.Name, URL: accountPath(a.ID), Role: h.roleLabelAt(v.Snapshot, v.Who, at), Depth: a.Depth - base,
		Current: a.ID.String() == c.QueryParam("at"),
	}, true
}

func (h *Handlers) newAccount(c echo.Context, _ authz.Grant) error {
	return h.accountForm(c, http.StatusOK, "", nil)
}

func (h *Handlers) accountForm(c echo.Context, status int, name string, wrong models.Problems) error {
	if guard.Of(c).Session.Principal.Kind != authz.Member {
		return models.ErrNotFound
	}
	f := h.ownFrame(c, "New main account")
	return render(c, status, views.FormOn(views.FormPage{
		Frame: f,
		Header: views.Header{Title: "New main account",
			Text: "A main account is shared with members and has sub-accounts. You will own it."},
		Form: views.Form{
			Token: f.Token, Action: "/accounts", Submit: "Make account", Cancel: "/accounts", Problem: wrong[""],
			Fields: []views.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100, Autofocus: true, Autocomplete: "organization"}},
		},
	}))
}

func (h *Handlers) createAccount(c echo.Context, g authz.Grant) error {
	if g.Actor().ID.Kind != authz.Member {
		return models.ErrNotFound
	}
	a, err := h.store.CreateMainAccount(c.Request().Context(), g, c.FormValue("name"))
	if wrong, ok := problems(err); ok {
		return h.accountForm(c, http.StatusUnprocessableEntity, c.FormValue("name"), wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, a.Name+" is ready.")
	return done(c, accountPath(a.ID))
}

// accountStates are what a list of accounts can be narrowed down to; unless
// asked for, archived ones are left out.
var accountStates = []views.Option{{Text: "State: all but archived"}, {Value: "active", Text: "Active"}, {Value: "suspended", Text: "Suspended"}, {Value: "archived", Text: "Archived"}}

// treeFilter reads what the address or form asks for.
func treeFilter(c echo.Context) models.AccountFilter {
	f := models.AccountFilter{Search: strings.TrimSpace(c.FormValue("q")), Label: strings.TrimSpace(c.FormValue("label")), State: "current"}
	if state := c.FormValue("state"); state != "" && slices.ContainsFunc(accountStates, func(o views.Option) bool { return o.Value == state }) {
		f.State = state
	}
	return f
}

// askedTree is what the address says of a treeFilter.
func askedTree(f models.AccountFilter) []string {
	if f.State == "current" {
		f.State = ""
	}
	return []string{"q", f.Search, "label", f.Label, "state", f.State}
}

// labelChoice offers the labels that accounts below carry; none where there are none.
func labelChoice(labels []string, chosen string) []views.Field {
	if len(labels) == 0 && chosen == "" {
		return nil
	}
	f := views.Field{Kind: views.Select, Name: "label", Label: "Label", Value: chosen, Options: []views.Option{{Text: "Label: any"}}}
	if chosen != "" && !slices.Contains(labels, chosen) {
		labels = append([]string{chosen}, labels...)
	}
	for _, l := range labels {
		f.Options = append(f.Options, views.Option{Value: l, Text: l})
	}
	return []views.Field{f}
}

// listSubAccounts shows the tree below the account.
func (h *Handlers) listSubAccounts(c echo.Context, g authz.Grant) error {
	v, ctx := guard.Of(c), c.Request().Context()
	here, f := accountPath(v.Place.Account, "/accounts"), treeFilter(c)
	asked := askedTree(f)
	f.After, f.Limit = c.QueryParam("after"), treeSize+1
	all, err := h.store.AccountsBelow(ctx, g, f)
	if err != nil {
		return err
	}
	labels, err := h.store.LabelsBelow(ctx, g)
	if err != nil {
		return err
	}
	state := views.Field{Kind: views.Select, Name: "state", Label: "State", Value: c.QueryParam("state"), Options: accountStates}
	p := views.SubAccountsPage{
		Frame:  h.frame(c, "Accounts"),
		Header: views.Header{Title: "Accounts", Text: "The sub-accounts of " + v.Place.Name + ", to any depth."},
		List: views.List{
			Label:  "Sub-accounts",
			Search: &views.Search{Action: here, Value: f.Search, Placeholder: "Search sub-accounts", Filters: append(labelChoice(labels, f.Label), state)},
			Table:  views.Table{Token: v.Token, Columns: []views.Column{{Text: "Account"}, {Text: "Labels"}, {Text: "Kind"}, {Text: "State"}, {Text: "People", Number: true}, {Text: "Owner"}, {Text: "Made"}}},
			Empty:  views.Empty{Icon: "network", Title: "No sub-accounts yet", Text: "A sub-account holds its own applications, numbers and people. You decide what it may use, and you see what is in it."},
		},
	}
	if h.may(c, "sub_accounts.create") && v.Place.Kind != "personal" {
		make := views.Action{Text: "New sub-accounts", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = []views.Action{make}, &make
	}
	if h.may(c, "timeless_accounts.edit") {
		p.Header.Menu = append(p.Header.Menu, views.Action{Text: "New timeless account", URL: timelessPath(c, "/new"), Icon: "archive"})
	}
	if v.Place.Kind == "personal" {
		p.List.Empty.Text = "A personal account has no sub-accounts. Make a main account for them."
		p.List.Empty.Action = &views.Action{Text: "New main account", URL: "/accounts/new", Icon: "plus", Primary: true}
	}
	if withQuery(here, asked...) != here {
		p.List.Clear = here
	}
	if f.After != "" {
		p.List.Pager.Previous = withQuery(here, asked...)
	}
	if len(all) > treeSize {
		all = all[:treeSize]
		p.List.Pager.Next = withQuery(here, append(asked, "after", all[treeSize-1].Path)...)
	}
	ids := make([]uuid.UUID, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	lines, err := h.store.AccountLines(ctx, v.Place.Tenant, ids)
	if err != nil {
		return err
	}
	if h.may(c, "sub_accounts.edit") && len(all) > 0 {
		total, err := h.store.CountAccounts(ctx, g, f)
		if err != nil {
			return err
		}
		p.List.Bulk, p.List.Table.Pick = bulkForm(c, f, total), "bulk"
	}
	base := v.Snapshot.Depth(v.At)
	for _, a := range all {
		l := lines[a.ID]
		p.List.Table.Rows = append(p.List.Table.Rows, views.Row{
			ID: a.ID.String(), Depth: a.Depth - base - 1, Dim: a.Standing() != "active", Menu: h.accountActs(c, a), Page: here + "/" + a.ID.String(), Cells: []views.Cell{
				{Text: a.Name, URL: here + "/" + a.ID.String()}, labelCell(l.Labels), {Text: kindTitle(a.Kind)}, stateCell(a.Standing()),
				{Text: fmt.Sprint(l.People)}, {Text: l.Owner}, {Text: when(c, a.CreatedAt, h.store.Now()), Title: exact(a.CreatedAt.In(zone(c)))},
			}})
	}
	return render(c, http.StatusOK, views.SubAccounts(p))
}

func labelCell(labels []string) (c views.Cell) {
	for _, l := range labels {
		c.Badges = append(c.Badges, views.Badge{Text: l})
	}
	return c
}

// mayOpen tells whether the account can be gone to: who manages accounts from
// above, such as a subuser, need not be let into them.
func (h *Handlers) mayOpen(v *guard.Visit, account uuid.UUID) bool {
	at, ok := v.Snapshot.Find(account)
	return ok && v.Snapshot.Decide(v.Who, h.catalog.Permission("control_panel"), at).Allow
}

// accountActs are what the reader may do with an account below, from here.
func (h *Handlers) accountActs(c echo.Context, a models.Account) (acts []views.Action) {
	here := accountPath(guard.Of(c).Place.Account, "/accounts/", a.ID.String())
	if h.mayOpen(guard.Of(c), a.ID) {
		acts = append(acts, views.Action{Text: "Open", URL: accountPath(a.ID)})
	}
	if h.may(c, "sub_accounts.edit") {
		acts = append(acts, views.Action{Text: "Edit", URL: here + "/edit"}, views.Action{Text: "Move…", URL: here + "/move"}, views.Action{Text: "Ownership", URL: here + "/ownership"})
		switch a.Standing() {
		case "active":
			acts = append(acts, views.Action{Text: "Suspend…", URL: here + "/suspend", Dialog: true, Danger: true})
		case "suspended":
			acts = append(acts, views.Action{Text: "Resume", Post: &views.Post{Text: "Resume", Action: here + "/resume"}})
		}
		if a.Standing() == "archived" {
			acts = append(acts, views.Action{Text: "Restore", Post: &views.Post{Text: "Restore", Action: here + "/restore"}})
		} else {
			acts = append(acts, views.Action{Text: "Archive…", URL: here + "/archive", Dialog: true, Danger: true})
		}
	}
	if h.may(c, "sub_accounts.delete") {
		acts = append(acts, views.Action{Text: "Delete…", URL: here + "/delete", Dialog: true, Danger: true})
	}
	return acts
}

// subAccount finds the account that the address names below the acting one.
func (h *Handlers) subAccount(c echo.Context, g authz.Grant) (models.Account, error) {
	id, err := uuid.Parse(c.Param("sub"))
	if err != nil {
		return models.Account{}, models.ErrNotFound
	}
	v := guard.Of(c)
	if a, ok := v.Snapshot.Find(id); !ok || a == v.At || !v.Snapshot.Within(a, v.At) {
		return models.Account{}, models.ErrNotFound
	}
	return h.store.Account(c.Request().Context(), g.Resource().Tenant, id)
}

func (h *Handlers) editSubAccount(c echo.Context, g authz.Grant) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	labels, err := h.store.Labels(c.Request().Context(), a.TenantID, []uuid.UUID{a.ID})
	if err != nil {
		return err
	}
	return h.subAccountForm(c, http.StatusOK, a, a.Name, a.OpenToMain, strings.Join(labels[a.ID], ", "), nil)
}

func (h *Handlers) subAccountForm(c echo.Context, status int, a models.Account, name string, open bool, labels string, wrong models.Problems) error {
	f := h.frame(c, "Edit "+a.Name, h.subAccountCrumbs(c, a)...)
	return render(c, status, views.FormOn(views.FormPage{
		Frame: f, Header: views.Header{Title: "Edit " + a.Name},
		Form: views.Form{
			Token: f.Token, Action: c.Request().URL.Path, Cancel: subAccountPath(c, a.ID), Problem: wrong[""],
			Fields: []views.Field{
				{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100, Autofocus: true},
				{Kind: views.Checkbox, Name: "open_to_main", Label: "Open to main members", Checked: open,
					Help: "Admins and users of the accounts above see what is in here. Their owners always do."},
				{Kind: views.Tags, Name: "labels", Label: "Labels", Value: labels, Problem: wrong["labels"], Autocomplete: "off",
					Help: fmt.Sprintf("Words with commas between, %d at most. Lists can be narrowed down to a label.", models.MaxLabels)},
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
	err = h.store.EditAccount(c.Request().Context(), g, a.ID, name, open, strings.Split(labels, ","))
	if wrong, ok := problems(err); ok {
		return h.subAccountForm(c, http.StatusUnprocessableEntity, a, name, open, labels, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "Saved "+strings.TrimSpace(name)+".")
	return done(c, subAccountPath(c, a.ID))
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
		"It is closed to its people and leaves the lists, until you restore it. Nothing is deleted: under “Archived” you find it again.")
}

// askOfSubAccount asks before a state that can be taken back.
func (h *Handlers) askOfSubAccount(c echo.Context, g authz.Grant, act, text string) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	f := h.frame(c, act+" "+a.Name, h.subAccountCrumbs(c, a)...)
	return render(c, http.StatusOK, views.DialogPage(views.Dialog{
		Frame: f, Title: act + " " + a.Name + "?", Text: []string{text}, Facts: withBelow(guard.Of(c), a.ID),
		Form: views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: act, Danger: true, Cancel: subAccountPath(c, a.ID)},
	}))
}

func (h *Handlers) suspendSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.store.SuspendAccount, "is suspended", "/resume")
}

func (h *Handlers) resumeSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.store.ResumeAccount, "is open again", "")
}

func (h *Handlers) archiveSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.store.ArchiveAccount, "is archived", "/restore")
}

func (h *Handlers) restoreSubAccount(c echo.Context, g authz.Grant) error {
	return h.changeSubAccount(c, g, h.store.RestoreAccount, "is restored", "")
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
		h.say(c, a.Name+" "+what+".")
	} else {
		h.say(c, a.Name+" "+what+".", undoState{Action: here + undo})
	}
	return done(c, here)
}

func (h *Handlers) editOwnAccount(c echo.Context, _ authz.Grant) error {
	return h.ownAccountForm(c, http.StatusOK, guard.Of(c).Place.Name, nil)
}

func (h *Handlers) ownAccountForm(c echo.Context, status int, name string, wrong models.Problems) error {
	f := h.frame(c, "Account")
	v := guard.Of(c)
	acts := []views.Action{{Text: "Ownership", URL: accountPath(v.Place.Account, "/settings/ownership")}}
	if (models.Account{Kind: v.Place.Kind, OwnerID: v.Place.Owner}).Undeletable(v.Session.Principal) == "" {
		acts = append(acts, views.Action{Text: "Delete account…", URL: accountPath(v.Place.Account, "/settings/account/delete"), Dialog: true, Danger: true})
	}
	return render(c, status, views.FormOn(views.FormPage{
		Frame: f, Header: views.Header{Title: "Account", Text: kindTitle(v.Place.Kind) + ", " + v.Place.Account.String(), Actions: acts},
		Form: views.Form{
			Token: f.Token, Action: accountPath(v.Place.Account, "/settings/account"), Problem: wrong[""],
			Fields: []views.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100}},
		},
	}))
}

func (h *Handlers) updateOwnAccount(c echo.Context, g authz.Grant) error {
	err := h.store.RenameOwnAccount(c.Request().Context(), g, c.FormValue("name"))
	if wrong, ok := problems(err); ok {
		return h.ownAccountForm(c, http.StatusUnprocessableEntity, c.FormValue("name"), wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "Saved.")
	return done(c, accountPath(g.Resource().Account, "/settings/account"))
}

func nonEmpty(all []string) (kept []string) {
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}
