package log

import (
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	list, read := h.entries()
	return []guard.Route{
		guard.In(page.Get, "/timeless-accounts", "timeless_accounts", h.listTimelessAccounts).
			API(api.Read("List timeless accounts", h.apiListTimeless)),
		guard.In(page.Post, "/timeless-accounts", "timeless_accounts.edit", h.createTimelessAccount).
			API(api.Make("Create a timeless account", h.apiCreateTimeless)),
		guard.In(page.Get, "/timeless-accounts/new", "timeless_accounts.edit", h.newTimelessAccount),
		guard.In(page.Get, "/timeless-accounts/:timeless", "timeless_accounts", h.atTimeless(h.showTimelessAccount)).
			API(api.Read("Read a timeless account", h.apiReadTimeless)).
			APIAt(page.Get, "/timeless-accounts/:timeless/entries", list),
		guard.In(page.Get, "/timeless-accounts/:timeless/edit", "timeless_accounts.edit", h.ownTimeless(h.editTimelessAccount)),
		guard.In(page.Post, "/timeless-accounts/:timeless/edit", "timeless_accounts.edit", h.ownTimeless(h.updateTimelessAccount)).
			API(api.Change("Change a timeless account", h.apiEditTimeless)),
		guard.In(page.Get, "/timeless-accounts/:timeless/delete", "timeless_accounts.edit", h.ownTimeless(h.askDeleteTimelessAccount)),
		guard.In(page.Post, "/timeless-accounts/:timeless/delete", "timeless_accounts.edit", h.ownTimeless(h.deleteTimelessAccount)).
			API(api.Remove("Delete a timeless account and what it keeps", h.apiDeleteTimeless, api.Text("name", "Its name, to say that it is this one."))),
		guard.In(page.Get, "/timeless-accounts/:timeless/:entry", "timeless_accounts", h.atTimeless(h.showTimelessEntry)).
			APIAt(page.Get, "/timeless-accounts/:timeless/entries/:entry", read),
	}
}
