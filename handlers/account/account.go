package account

import (
	"fmt"
	"net/http"
	"slices"
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
	"bailiwick/views/record"
	"bailiwick/words"
)

// LastAccount is where somebody goes who names no account: where they were
// last, or the first of their own.
func (h *Handlers) LastAccount(c echo.Context, g authz.Grant) (uuid.UUID, error) {
	v := guard.Of(c)
	for _, at := range page.LastUsed(c) {
		// A subuser whose roles ended is told so there: they have no other account.
		if a, ok := v.Snapshot.Find(at); ok && (!v.Snapshot.May(v.Who, a).Empty() || v.Session.Account == at) {
			return at, nil
		}
	}
	all, unread := h.Store.AccountsOf(c.Request().Context(), g, v.Session.Principal, "", false, page.MineSize)
	if _, err := accounts.InPart(unread); err != nil {
		return uuid.Nil, err
	}
	snap := h.Store.Access() // the node may have heard of them by this list
	who := snap.Who(v.Session.Principal)
	for _, a := range all {
		if at, ok := snap.Find(a.ID); ok && !snap.May(who, at).Empty() {
			return a.ID, nil
		}
	}
	if unread != nil {
		return uuid.Nil, unread
	}
	return uuid.Nil, store.ErrNotFound
}

// listAccounts shows every account of the person, tree by tree.
func (h *Handlers) listAccounts(c echo.Context, g authz.Grant) error {
	v, q := guard.Of(c), strings.TrimSpace(c.QueryParam("q"))
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	all, err := h.Store.AccountsOf(c.Request().Context(), g, v.Session.Principal, q, true, page.MineSize+1)
	lacks, err := accounts.InPart(err)
	if err != nil {
		return err
	}
	p := account.AccountsPage{
		Frame: h.OwnFrame(c, "Accounts"),
		Header: part.Header{Title: "Accounts", Text: "All the accounts you work in.", Actions: []part.Action{
			{Text: "Create company account", URL: "/accounts/new", Icon: "plus", Primary: true},
		}},
		Search: &part.Search{Action: "/accounts", Value: q, Placeholder: "Search accounts"},
		Empty:  part.Empty{Scene: part.SceneTree, Title: "No accounts", Text: "Create a company account to share it with people and sub-accounts."},
	}
	p.Chips = page.Chips("/accounts", page.KeptPairs("q", q), nil)
	if q != "" {
		p.Clear = "/accounts"
	}
	if lacks != nil {
		p.Partial = true
		p.Offers = append(p.Offers, part.Alert{Tone: part.Warn, Title: "Some accounts are missing", Text: missing(lacks)})
	}
	offers, err := h.OffersWaiting(c)
	if err != nil {
		return err
	}
	for _, o := range offers {
		alert := part.Alert{Tone: o.Tone, Title: o.Text, Text: o.Details}
		if o.URL != "" {
			alert.Links = []part.Link{{Text: "See the offer", URL: o.URL}}
		}
		p.Offers = append(p.Offers, alert)
	}
	if mine, err := h.InvitesForMe(c); err != nil {
		return err
	} else if mine != nil {
		p.Offers = append(p.Offers, *mine)
	}
	more := len(all) > page.MineSize
	all = all[:min(len(all), page.MineSize)]
	shown, names := 0, tops(all)
	for _, a := range all {
		at, ok := v.Snapshot.Find(a.ID)
		if !ok {
			continue
		}
		role, member := h.RoleLabelAt(v.Snapshot, v.Who, at), h.isMember(v, at)
		if !v.Snapshot.Decide(v.Who, h.Catalog.Permission("control_panel"), at).Visible() {
			end := v.Snapshot.Ended(v.Who, at)
			if end.IsZero() {
				continue
			}
			role, member = "Ended "+page.Moment(c, end, h.Store.Now()), true
		}
		top := names[a.TenantID]
		if n := len(p.Trees); n == 0 || p.Trees[n-1].ID != top.ID.String() {
			if more = more || n == page.MineTrees; n == page.MineTrees {
				break
			}
			p.Trees = append(p.Trees, account.Tree{ID: top.ID.String(), Title: top.Name, Kind: part.Badge{Text: page.KindTitle(top.Kind)},
				Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Account"}, {Text: "Kind"}, {Text: "Your role"}, {Text: "State"}}}})
		}
		t := &p.Trees[len(p.Trees)-1].Table
		t.Rows = append(t.Rows, part.Row{ID: a.ID.String(), Depth: a.Depth - top.Depth, Dim: a.Standing() != "active", Cells: []part.Cell{
			{Text: a.Name, URL: page.AccountPath(a.ID)}, {Text: page.KindTitle(a.Kind)}, {Text: role}, StateCell(a.Standing()),
		}})
		if page.Lent(v.Snapshot, v.Who, at) {
			t.Rows[len(t.Rows)-1].Cells[0].Badges = []part.Badge{{Text: "Support access", Tone: part.Info}}
		}
		if member {
			t.Rows[len(t.Rows)-1].Menu = []part.Action{{Text: "Leave…", URL: page.LeavePath(a.ID), Dialog: true, Danger: true}}
		}
		shown++
	}
	if more {
		p.Pager.Summary = fmt.Sprintf("The first %d: search for the others.", shown)
	}
	return page.Render(c, http.StatusOK, account.Accounts(p))
}

// missing says that a list of accounts lacks some trees.
func missing(u *accounts.Unread) string {
	if u.Trees == 0 {
		return "Some of your accounts may be where they can't be read right now. Try again in a minute."
	}
	return fmt.Sprintf("The accounts of %s can't be read right now. Try again in a minute.", words.Count(u.Trees, "tree", "trees"))
}

// isMember tells whether the reader has a membership of the very account, which
// its owner and support staff have not.
func (h *Handlers) isMember(v *guard.Visit, at authz.Account) bool {
	return slices.ContainsFunc(v.Snapshot.Held(v.Who, at), func(id catalog.RoleID) bool { return !v.Snapshot.Role(id).Adds })
}

// tops gives the topmost listed account of each tree, which names it: a root
// that somebody may not enter is not shown to them.
func tops(all []accounts.Account) map[uuid.UUID]accounts.Account {
	tops := map[uuid.UUID]accounts.Account{}
	for _, a := range all {
		if top, ok := tops[a.TenantID]; !ok || a.Depth < top.Depth {
			tops[a.TenantID] = a
		}
	}
	return tops
}

// StateCell shows how an account stands, in a table.
func StateCell(state string) part.Cell {
	return part.Cell{Badges: []part.Badge{StandingBadge(state)}}
}

// StandingBadge is how an account stands: active, suspended or archived.
func StandingBadge(state string) part.Badge {
	switch state {
	case "active":
		return part.Badge{Text: "Active", Tone: part.Good}
	case "archived":
		return part.Badge{Text: "Archived"}
	}
	return part.Badge{Text: "Suspended", Tone: part.Warn}
}

// searchAccounts fills the switcher: what was used last, then tree by tree, or
// what a search finds.
func (h *Handlers) searchAccounts(c echo.Context, g authz.Grant) error {
	v, q := guard.Of(c), strings.TrimSpace(c.QueryParam("q"))
	if v.Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	all, err := h.Store.AccountsOf(c.Request().Context(), g, v.Session.Principal, q, true, page.SwitcherSize+1)
	lacks, err := accounts.InPart(err)
	if err != nil {
		return err
	}
	list := part.SwitcherList{Query: q, AllURL: page.WithQuery("/accounts", "q", q)}
	if q == "" {
		last, err := h.Store.AccountsAmong(c.Request().Context(), g, page.LastUsed(c))
		if _, err := accounts.InPart(err); err != nil {
			return err
		}
		group := part.SwitcherGroup{Title: "Last used"}
		for _, a := range last {
			if one, ok := h.switcherAccount(c, a, a.Depth); ok && !one.Current {
				group.Accounts = append(group.Accounts, one)
			}
		}
		if len(group.Accounts) > 0 {
			list.Groups = append(list.Groups, group)
		}
	}
	if len(all) > page.SwitcherSize {
		all, list.More = all[:page.SwitcherSize], "There are more: type to narrow down."
	}
	if lacks != nil {
		list.More = strings.TrimSpace(list.More + " " + missing(lacks))
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
			list.Groups = append(list.Groups, part.SwitcherGroup{Title: names[a.TenantID].Name})
		}
		group := &list.Groups[len(list.Groups)-1]
		group.Accounts = append(group.Accounts, one)
	}
	return page.Render(c, http.StatusOK, part.SwitcherResults(list))
}

// switcherAccount is an account as the switcher shows it, where it may be known of.
func (h *Handlers) switcherAccount(c echo.Context, a accounts.Account, base int) (part.SwitcherAccount, bool) {
	v := guard.Of(c)
	at, ok := v.Snapshot.Find(a.ID)
	if !ok || !v.Snapshot.Decide(v.Who, h.Catalog.Permission("control_panel"), at).Visible() {
		return part.SwitcherAccount{}, false
	}
	return part.SwitcherAccount{
		Name: a.Name, URL: page.AccountPath(a.ID), Role: h.RoleLabelAt(v.Snapshot, v.Who, at), Depth: a.Depth - base,
		Current: a.ID.String() == c.QueryParam("at"),
	}, true
}

func (h *Handlers) newAccount(c echo.Context, _ authz.Grant) error {
	return h.accountForm(c, http.StatusOK, "", nil)
}

func (h *Handlers) accountForm(c echo.Context, status int, name string, wrong store.Problems) error {
	if guard.Of(c).Session.Principal.Kind != authz.Member {
		return store.ErrNotFound
	}
	f := h.OwnFrame(c, "Create company account")
	return page.Render(c, status, record.FormOn(part.FormPage{
		Frame: f,
		Header: part.Header{Title: "Create company account",
			Text: "A company account is shared with members and has sub-accounts. You'll own it."},
		Form: part.Form{
			Token: f.Token, Action: "/accounts", Submit: "Create account", Cancel: "/accounts", Problem: wrong[""],
			Fields: []part.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100, Autofocus: true, Autocomplete: "organization"}},
		},
	}))
}

func (h *Handlers) createAccount(c echo.Context, g authz.Grant) error {
	if g.Actor().ID.Kind != authz.Member {
		return store.ErrNotFound
	}
	a, err := h.Store.CreateMainAccount(c.Request().Context(), g, c.FormValue("name"))
	if wrong, ok := page.Problems(err); ok {
		return h.accountForm(c, http.StatusUnprocessableEntity, c.FormValue("name"), wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, a.Name+" is ready.")
	return page.Done(c, page.AccountPath(a.ID))
}

// MayOpen tells whether the account can be gone to: who manages accounts from
// above, such as a subuser, need not be let into them.
func (h *Handlers) MayOpen(v *guard.Visit, account uuid.UUID) bool {
	at, ok := v.Snapshot.Find(account)
	return ok && v.Snapshot.Decide(v.Who, h.Catalog.Permission("control_panel"), at).Allow
}

func (h *Handlers) editOwnAccount(c echo.Context, _ authz.Grant) error {
	return h.ownAccountForm(c, http.StatusOK, guard.Of(c).Place.Name, nil)
}

func (h *Handlers) ownAccountForm(c echo.Context, status int, name string, wrong store.Problems) error {
	f := h.Frame(c, "Account")
	v := guard.Of(c)
	acts := []part.Action{{Text: "Ownership", URL: page.AccountPath(v.Place.Account, "/settings/ownership")}}
	if (accounts.Account{Kind: v.Place.Kind, OwnerID: v.Place.Owner}).Undeletable(v.Session.Principal) == "" {
		acts = append(acts, part.Action{Text: "Delete account…", URL: page.AccountPath(v.Place.Account, "/settings/account/delete"), Dialog: true, Danger: true})
	}
	return page.Render(c, status, record.Record(record.Page{
		Frame: f, Header: part.Header{Title: "Account", Actions: acts},
		Acts: []record.ActForm{{Title: "Change name", Form: part.Form{
			Token: f.Token, Action: page.AccountPath(v.Place.Account, "/settings/account"), Problem: wrong[""],
			Fields: []part.Field{{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, MaxLength: 100}},
		}}},
		Details: []part.Detail{
			{Label: "Kind", Value: part.Cell{Text: page.KindTitle(v.Place.Kind)}},
			{Label: "ID", Value: part.Cell{Text: v.Place.Account.String(), Copy: true}},
		},
	}))
}

func (h *Handlers) updateOwnAccount(c echo.Context, g authz.Grant) error {
	err := h.Store.RenameOwnAccount(c.Request().Context(), g, c.FormValue("name"))
	if wrong, ok := page.Problems(err); ok {
		return h.ownAccountForm(c, http.StatusUnprocessableEntity, c.FormValue("name"), wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "Saved.")
	return page.Done(c, page.AccountPath(g.Resource().Account, "/settings/account"))
}

// NonEmpty are the texts without spaces around them, and without those that are
// empty.
func NonEmpty(all []string) (kept []string) {
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}
