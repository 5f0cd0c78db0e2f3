package home

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/views/home"
)

// dismissedCookie holds the accounts whose checklist the browser does not show.
const dismissedCookie = "bailiwick-dismissed"

// checklist is what is left to set up in a main account, for whoever may do all
// of it; nil once it is done or dismissed. It ticks itself: nothing is stored.
func (h *Handlers) checklist(c echo.Context, k known) *home.Checklist {
	v := guard.Of(c)
	list := &home.Checklist{Title: "Set up " + v.Place.Name, Token: v.Token, DismissURL: page.AccountPath(v.Place.Account, "/checklist/dismiss")}
	below, chosen := h.setUpBelow(v)
	for _, s := range []struct {
		permission string
		done       bool
		step       home.Step
	}{
		{"members.add", k.people.Members > 1 || k.people.Invited > 0, home.Step{Text: "Invite people", Help: "Colleagues, each with a login of their own.", URL: "/members/invites/new"}},
		{"sub_accounts.create", below, home.Step{Text: "Add sub-accounts", Help: "For customers, branches or teams.", URL: "/accounts/new"}},
		{"subuser_create", k.people.Subusers > 0, home.Step{Text: "Add a subuser", Help: "Someone who signs in to this account only, with a role.", URL: "/settings/subusers/new"}},
		{"entitlements.edit", chosen, home.Step{Text: "Choose features for sub-accounts", Help: "Turn on only what each of them needs.", URL: "/permissions/general"}},
	} {
		if !h.May(c, s.permission) {
			return nil
		}
		s.step.Done, s.step.URL = s.done, page.AccountPath(v.Place.Account, s.step.URL)
		list.Steps = append(list.Steps, s.step)
		if s.done {
			list.Done++
		}
	}
	if v.Place.Kind != "main" || list.Done == len(list.Steps) || slices.Contains(page.Remembered(c, dismissedCookie), v.Place.Account.String()) {
		return nil
	}
	return list
}

// setUpBelow tells whether there are sub-accounts, and whether one of them may not
// use all that the account may.
func (h *Handlers) setUpBelow(v *guard.Visit) (some, chosen bool) {
	mine := v.Snapshot.Ceiling(v.At)
	v.Snapshot.Descendants(v.At, func(a authz.Account) bool {
		some, chosen = true, v.Snapshot.Ceiling(a) != mine
		return !chosen
	})
	return some, chosen
}

// dismissChecklist hides the checklist of an account from this browser.
func (h *Handlers) dismissChecklist(c echo.Context, _ authz.Grant) error {
	id := guard.Of(c).Place.Account
	h.Remember(c, dismissedCookie, id.String())
	return c.Redirect(http.StatusSeeOther, page.AccountPath(id))
}
