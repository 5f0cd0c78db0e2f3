package log

import (
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.In(page.Get, "/timeless-accounts", "timeless_accounts", h.listTimelessAccounts),
		guard.In(page.Post, "/timeless-accounts", "timeless_accounts.edit", h.createTimelessAccount),
		guard.In(page.Get, "/timeless-accounts/new", "timeless_accounts.edit", h.newTimelessAccount),
		guard.In(page.Get, "/timeless-accounts/:timeless", "timeless_accounts", h.atTimeless(h.showTimelessAccount)),
		guard.In(page.Get, "/timeless-accounts/:timeless/edit", "timeless_accounts.edit", h.ownTimeless(h.editTimelessAccount)),
		guard.In(page.Post, "/timeless-accounts/:timeless/edit", "timeless_accounts.edit", h.ownTimeless(h.updateTimelessAccount)),
		guard.In(page.Get, "/timeless-accounts/:timeless/delete", "timeless_accounts.edit", h.ownTimeless(h.askDeleteTimelessAccount)),
		guard.In(page.Post, "/timeless-accounts/:timeless/delete", "timeless_accounts.edit", h.ownTimeless(h.deleteTimelessAccount)),
		guard.In(page.Get, "/timeless-accounts/:timeless/:entry", "timeless_accounts", h.atTimeless(h.showTimelessEntry)),
	}
}
