package program

import (
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.ProgramSelf("/me", "tells a program whose key it has", api.Read("Read whose key this is", h.showMe)),
		guard.In(page.Get, "/settings/service_accounts", "service_accounts", h.listServiceAccounts),
		guard.In(page.Post, "/settings/service_accounts", "service_accounts.edit", h.createServiceAccount),
		guard.In(page.Get, "/settings/service_accounts/new", "service_accounts.edit", h.newServiceAccount),
		guard.In(page.Get, "/settings/service_accounts/preview", "service_accounts", h.previewRoles),
		guard.On(page.Get, "/settings/service_accounts/:service_account", "service_accounts", h.Store.ServiceAccount, h.showServiceAccount),
		guard.On(page.Get, "/settings/service_accounts/:service_account/edit", "service_accounts.edit", h.Store.ServiceAccount, h.editServiceAccount),
		guard.On(page.Post, "/settings/service_accounts/:service_account/edit", "service_accounts.edit", h.Store.ServiceAccount, h.updateServiceAccount),
		guard.On(page.Get, "/settings/service_accounts/:service_account/suspend", "service_accounts.edit", h.Store.ServiceAccount, h.askSuspendServiceAccount),
		guard.On(page.Post, "/settings/service_accounts/:service_account/suspend", "service_accounts.edit", h.Store.ServiceAccount, h.suspendServiceAccount),
		guard.On(page.Post, "/settings/service_accounts/:service_account/resume", "service_accounts.edit", h.Store.ServiceAccount, h.resumeServiceAccount),
		guard.On(page.Get, "/settings/service_accounts/:service_account/delete", "service_accounts.edit", h.Store.ServiceAccount, h.askDeleteServiceAccount),
		guard.On(page.Post, "/settings/service_accounts/:service_account/delete", "service_accounts.edit", h.Store.ServiceAccount, h.deleteServiceAccount),
		guard.On(page.Get, "/settings/service_accounts/:service_account/keys/new", "service_accounts.edit", h.Store.ServiceAccount, h.newProgramKey),
		guard.On(page.Post, "/settings/service_accounts/:service_account/keys", "service_accounts.edit", h.Store.ServiceAccount, h.createProgramKey),
		guard.On(page.Get, "/settings/service_accounts/keys/:api_key", "service_accounts", h.Store.ProgramKey, h.showKey),
		guard.On(page.Get, "/settings/service_accounts/keys/:api_key/revoke", "service_accounts.edit", h.Store.ProgramKey, h.askRevokeKey),
		guard.On(page.Post, "/settings/service_accounts/keys/:api_key/revoke", "service_accounts.edit", h.Store.ProgramKey, h.revokeKey),
		guard.On(page.Get, "/settings/service_accounts/keys/:api_key/rotate", "service_accounts.edit", h.Store.ProgramKey, h.askRotateKey),
		guard.On(page.Post, "/settings/service_accounts/keys/:api_key/rotate", "service_accounts.edit", h.Store.ProgramKey, h.rotateKey),
		guard.In(page.Get, "/settings/api_keys", "api_keys", h.listKeys),
		guard.In(page.Post, "/settings/api_keys", "api_keys.edit", h.createKey),
		guard.In(page.Get, "/settings/api_keys/new", "api_keys.edit", h.newKey),
		guard.On(page.Get, "/settings/api_keys/:api_key", "api_keys", h.Store.Key, h.showKey),
		guard.On(page.Get, "/settings/api_keys/:api_key/revoke", "api_keys.edit", h.Store.Key, h.askRevokeKey),
		guard.On(page.Post, "/settings/api_keys/:api_key/revoke", "api_keys.edit", h.Store.Key, h.revokeKey),
		guard.On(page.Get, "/settings/api_keys/:api_key/rotate", "api_keys.edit", h.Store.Key, h.askRotateKey),
		guard.On(page.Post, "/settings/api_keys/:api_key/rotate", "api_keys.edit", h.Store.Key, h.rotateKey),
	}
}
