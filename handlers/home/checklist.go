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

// checklist is what is left to set up in a main account, for whoever may do all
// of it; nil once it is done, or they dismissed it. It ticks itself.
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
	if v.Place.Kind != "main" || list.Done == len(list.Steps) || slices.Contains(v.Session.Dismissed, v.Place.Account) {
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

// dismissChecklist hides the checklist of an account from whoever asks.
func (h *Handlers) dismissChecklist(c echo.Context, _ authz.Grant) error {
	v := guard.Of(c)
	id := v.Place.Account
	if err := h.Store.DismissChecklist(c.Request().Context(), authz.Self(v.Actor()), v.Session, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, page.AccountPath(id))
}
