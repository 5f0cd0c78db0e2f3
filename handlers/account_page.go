package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

const accountChanges = 10

// subAccountPath is an address of an account below the acting one.
func subAccountPath(c echo.Context, id uuid.UUID, parts ...string) string {
	return accountPath(guard.Of(c).Place.Account, "/accounts/", id.String(), strings.Join(parts, ""))
}

// subAccountCrumbs lead to what is done with an account below.
func (h *Handlers) subAccountCrumbs(c echo.Context, a models.Account) []views.Link {
	return []views.Link{{Text: "Accounts", URL: accountPath(guard.Of(c).Place.Account, "/accounts")}, {Text: a.Name, URL: subAccountPath(c, a.ID)}}
}

// showSubAccount is the page of one account below.
func (h *Handlers) showSubAccount(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	id, err := uuid.Parse(c.Param("sub"))
	if err != nil {
		return models.ErrNotFound
	}
	a, err := h.store.AccountDetails(c.Request().Context(), g, id)
	if err != nil {
		return err
	}
	at, ok := v.Snapshot.Find(id)
	if !ok {
		return models.ErrNotFound
	}
	list := accountPath(v.Place.Account, "/accounts")
	p := views.SubAccountPage{
		Frame:  h.frame(c, a.Name, views.Link{Text: "Accounts", URL: list}),
		Header: views.Header{Title: a.Name, Badge: standingBadge(a.Standing()), Text: kindTitle(a.Kind) + " of " + a.Parent, Actions: h.accountActs(c, a.Account)},
		Facts: []views.Detail{
			{Label: "Owner", Value: views.Cell{Text: a.Owner}},
			{Label: "People", Value: views.Cell{Text: h.peopleWords(a)}},
			{Label: "Labels", Value: orNone(labelCell(a.Labels))},
			{Label: "Made", Value: views.Cell{Text: when(c, a.CreatedAt, h.store.Now()), Title: exact(a.CreatedAt.In(zone(c)))}},
			{Label: "Open to main members", Value: views.Cell{Text: yesNo(a.OpenToMain)}},
			{Label: "Id", Value: views.Cell{Text: a.ID.String(), Copy: true}},
		},
	}
	if a.Below > 0 {
		p.Facts = slices.Insert(p.Facts, 2, views.Detail{Label: "Below it", Value: views.Cell{Text: words.Count(a.Below, "account", "accounts")}})
	}
	switch {
	case a.ArchivedBy != nil && *a.ArchivedBy != a.ID:
		p.Notice = &views.Alert{Tone: views.Warn, Text: "It is archived with " + a.ArchivedWith + ", and closed to its people."}
	case a.Standing() == "archived":
		p.Notice = &views.Alert{Tone: views.Warn, Text: "It is archived: closed to its people, and out of the lists."}
	case a.Standing() == "suspended":
		p.Notice = &views.Alert{Tone: views.Warn, Text: "It is suspended: closed to its people, with all that is below it."}
	case a.SuspendedWith != "":
		p.Notice = &views.Alert{Tone: views.Warn, Text: a.SuspendedWith + " above it is suspended, so it is closed to its people too."}
	}
	if p.Uses, err = h.accountUses(c, a.Account, at); err != nil {
		return err
	}
	if h.may(c, "entitlements") {
		p.PermissionsURL = withQuery(accountPath(v.Place.Account, "/permissions/general"), "q", a.Name)
	}
	if p.Changes, err = h.accountHistory(c, g, a.Account); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.SubAccount(p))
}

func orNone(c views.Cell) views.Cell {
	if len(c.Badges) == 0 {
		c.Text = "none"
	}
	return c
}

func (h *Handlers) peopleWords(a models.AccountDetails) string {
	people := words.Count(a.Members, "member", "members") + " besides the owner, " + words.Count(a.Subusers, "subuser", "subusers")
	if a.Invites > 0 {
		people += ", " + words.Count(a.Invites, "invite", "invites") + " waiting"
	}
	return people
}

// accountUses says, tab by tab, what an account may use, what it was not given,
// and what is cut off by an account above it.
func (h *Handlers) accountUses(c echo.Context, a models.Account, at authz.Account) (uses []views.AccountUse, err error) {
	snap := guard.Of(c).Snapshot
	names, err := h.cutters(c, snap, []models.Account{a}, h.catalog.Entitlements)
	if err != nil {
		return nil, err
	}
	for _, tab := range h.catalog.Tabs {
		use := views.AccountUse{Tab: tab.Title}
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
func (h *Handlers) accountHistory(c echo.Context, g authz.Grant, a models.Account) (changes []views.Change, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	var events []models.AuditEvent
	if h.may(c, "audit") {
		if events, err = h.store.Audit(ctx, g, models.AuditFilter{OfAccount: a.ID, Limit: accountChanges}); err != nil {
			return nil, err
		}
	}
	shut, err := h.store.Shut(ctx, g, a.ID)
	if err != nil {
		return nil, err
	}
	if inside, err := v.Snapshot.Authorize(v.Actor(), h.catalog.Permission("audit"), a.ID); err == nil && !shut {
		own, err := h.store.Audit(ctx, inside, models.AuditFilter{Limit: accountChanges})
		if err != nil {
			return nil, err
		}
		events = append(events, own...)
		slices.SortStableFunc(events, func(x, y models.AuditEvent) int { return y.At.Compare(x.At) })
	}
	r := h.auditGlance(c)
	for _, e := range events[:min(len(events), accountChanges)] {
		changes = append(changes, r.change(c, e))
	}
	return changes, nil
}
