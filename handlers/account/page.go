package account

import (
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
	"bailiwick/models/audit"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/words"
)

const accountChanges = 10

// subAccountPath is an address of an account below the acting one.
func subAccountPath(c echo.Context, id uuid.UUID, parts ...string) string {
	return page.AccountPath(guard.Of(c).Place.Account, "/accounts/", id.String(), strings.Join(parts, ""))
}

// subAccountCrumbs lead to what is done with an account below.
func (h *Handlers) subAccountCrumbs(c echo.Context, a accounts.Account) []part.Link {
	return []part.Link{{Text: "Accounts", URL: page.AccountPath(guard.Of(c).Place.Account, "/accounts")}, {Text: a.Name, URL: subAccountPath(c, a.ID)}}
}

// showSubAccount is the page of one account below.
func (h *Handlers) showSubAccount(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	id, err := uuid.Parse(c.Param("sub"))
	if err != nil {
		return store.ErrNotFound
	}
	a, err := h.Store.AccountDetails(c.Request().Context(), g, id)
	if err != nil {
		return err
	}
	at, ok := v.Snapshot.Find(id)
	if !ok {
		return store.ErrNotFound
	}
	list := page.AccountPath(v.Place.Account, "/accounts")
	often, rare := h.accountActs(c, a.Account)
	p := account.SubAccountPage{
		Frame:  h.Frame(c, a.Name, part.Link{Text: "Accounts", URL: list}),
		Header: part.Header{Title: a.Name, Badge: StandingBadge(a.Standing()), Text: page.KindTitle(a.Kind) + " of " + a.Parent, Actions: often, Menu: rare},
		Facts: []part.Detail{
			{Label: "Owner", Value: part.Cell{Text: a.Owner}},
			{Label: "People", Value: part.Cell{Text: h.peopleWords(a)}},
			{Label: "Labels", Value: orNone(labelCell(a.Labels))},
			{Label: "Created", Value: h.TimeCell(c, a.CreatedAt)},
			{Label: "Open to members of accounts above", Value: part.Cell{Text: page.YesNo(a.OpenToMain)}},
			{Label: "ID", Value: part.Cell{Text: a.ID.String(), Copy: true}},
		},
	}
	if a.Below > 0 {
		p.Facts = slices.Insert(p.Facts, 2, part.Detail{Label: "Below it", Value: part.Cell{Text: words.Count(a.Below, "account", "accounts")}})
	}
	switch {
	case a.ArchivedBy != nil && *a.ArchivedBy != a.ID:
		p.Notice = &part.Alert{Tone: part.Warn, Text: "It is archived with " + a.ArchivedWith + ", and its people can't open it."}
	case a.Standing() == "archived":
		p.Notice = &part.Alert{Tone: part.Warn, Text: "It is archived: its people can't open it, and it's out of the lists."}
	case a.Standing() == "suspended":
		p.Notice = &part.Alert{Tone: part.Warn, Text: "It is suspended: its people can't open it, or anything below it."}
	case a.SuspendedWith != "":
		p.Notice = &part.Alert{Tone: part.Warn, Text: a.SuspendedWith + " above it is suspended, so its people can't open it either."}
	}
	if p.Uses, err = h.accountUses(c, a.Account, at); err != nil {
		return err
	}
	if h.May(c, "entitlements") {
		p.PermissionsURL = page.WithQuery(page.AccountPath(v.Place.Account, "/permissions/general"), "q", a.Name)
	}
	if p.Changes, err = h.accountHistory(c, g, a.Account); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, account.SubAccount(p))
}

func orNone(c part.Cell) part.Cell {
	if len(c.Badges) == 0 {
		c.Text = "None"
	}
	return c
}

func (h *Handlers) peopleWords(a accounts.Details) string {
	people := words.Count(a.Members, "member", "members") + " besides the owner, " + words.Count(a.Subusers, "subuser", "subusers")
	if a.Invites > 0 {
		people += ", " + words.Count(a.Invites, "pending invite", "pending invites")
	}
	return people
}

// accountUses says, tab by tab, what an account may use, what it was not given,
// and what is cut off by an account above it.
func (h *Handlers) accountUses(c echo.Context, a accounts.Account, at authz.Account) (uses []account.Use, err error) {
	snap := guard.Of(c).Snapshot
	names, err := h.cutters(c, snap, []accounts.Account{a}, h.Catalog.Entitlements)
	if err != nil {
		return nil, err
	}
	for _, tab := range h.Catalog.Tabs {
		use := account.Use{Tab: tab.Title}
		for _, e := range tab.Entitlements {
			switch by := snap.CutBy(snap.Parent(at), e.Bit); {
			case by != authz.NoAccount:
				use.Cut = append(use.Cut, fmt.Sprintf("%s, by %s", e.Title, names[snap.ID(by)].Text))
			case snap.Own(at).Covers(e.Bit):
				use.May = append(use.May, e.Title)
			default:
				use.MayNot = append(use.MayNot, e.Title)
			}
		}
		uses = append(uses, use)
	}
	return uses, nil
}

// accountHistory are the newest changes of an account, made from here and in
// it, as far as the reader may see either; those in it while they could enter it.
func (h *Handlers) accountHistory(c echo.Context, g authz.Grant, a accounts.Account) (changes []part.Change, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	var events []store.AuditEvent
	if h.May(c, "audit") {
		if events, err = h.Store.Audit(ctx, g, audit.Filter{OfAccount: a.ID, Limit: accountChanges}); err != nil {
			return nil, err
		}
	}
	shut, err := h.Store.Shut(ctx, g, a.ID)
	if err != nil {
		return nil, err
	}
	if inside, err := v.Snapshot.Authorize(v.Actor(), h.Catalog.Permission("audit"), a.ID); err == nil && !shut {
		own, err := h.Store.Audit(ctx, inside, audit.Filter{Limit: accountChanges})
		if err != nil {
			return nil, err
		}
		events = append(events, own...)
		slices.SortStableFunc(events, func(x, y store.AuditEvent) int { return y.At.Compare(x.At) })
	}
	r := h.audit.AuditGlance(c)
	for _, e := range events[:min(len(events), accountChanges)] {
		changes = append(changes, r.Change(c, e))
	}
	return changes, nil
}
