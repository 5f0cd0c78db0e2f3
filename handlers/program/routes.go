package program

import (
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// describes is why the pages about the API are pages alone.
const describes = "tells people what the description of the API tells programs"

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.ProgramSelf("/me", "tells a program whose key it has", api.Read("Read whose key this is", h.showMe)),
		guard.In(page.Get, ReferenceRoot, "control_panel", h.readAPI).PageAlone(describes),
		guard.In(page.Get, ReferenceRoot+"/:section", "control_panel", h.readChapter).PageAlone(describes),
		guard.In(page.Get, "/settings/service_accounts", "service_accounts", h.listServiceAccounts).
			API(api.List("List service accounts", h.apiListServiceAccounts, api.Search, api.OneOf("state", "How they stand.", "active", "suspended"))),
		guard.In(page.Post, "/settings/service_accounts", "service_accounts.edit", h.createServiceAccount).
			API(api.Versioned(api.Make("Create a service account", h.apiCreateServiceAccount))),
		guard.In(page.Get, "/settings/service_accounts/new", "service_accounts.edit", h.newServiceAccount),
		guard.In(page.Get, "/settings/service_accounts/preview", "service_accounts", h.previewRoles).PageAlone(guard.Draws),
		guard.On(page.Get, "/settings/service_accounts/:service_account", "service_accounts", h.Store.ServiceAccount, h.showServiceAccount).
			API(api.Versioned(api.Read("Read a service account", h.apiReadServiceAccount))).
			APIAt(page.Get, "/settings/service_accounts/:service_account/keys", api.List("List the keys of a service account", h.apiListKeysOfProgram, keyFilters...)),
		guard.On(page.Get, "/settings/service_accounts/:service_account/edit", "service_accounts.edit", h.Store.ServiceAccount, h.editServiceAccount),
		guard.On(page.Post, "/settings/service_accounts/:service_account/edit", "service_accounts.edit", h.Store.ServiceAccount, h.updateServiceAccount).
			API(api.Versioned(api.Change("Change a service account", h.apiEditServiceAccount))),
		guard.On(page.Get, "/settings/service_accounts/:service_account/suspend", "service_accounts.edit", h.Store.ServiceAccount, h.askSuspendServiceAccount),
		guard.On(page.Post, "/settings/service_accounts/:service_account/suspend", "service_accounts.edit", h.Store.ServiceAccount, h.suspendServiceAccount).
			API(h.apiChangeServiceAccount("Suspend a service account", h.Store.SuspendServiceAccount)),
		guard.On(page.Post, "/settings/service_accounts/:service_account/resume", "service_accounts.edit", h.Store.ServiceAccount, h.resumeServiceAccount).
			API(h.apiChangeServiceAccount("Resume a service account", h.Store.ResumeServiceAccount)),
		guard.On(page.Get, "/settings/service_accounts/:service_account/delete", "service_accounts.edit", h.Store.ServiceAccount, h.askDeleteServiceAccount),
		guard.On(page.Post, "/settings/service_accounts/:service_account/delete", "service_accounts.edit", h.Store.ServiceAccount, h.deleteServiceAccount).
			API(api.Versioned(api.Remove("Delete a service account and its keys", h.apiDeleteServiceAccount))),
		guard.On(page.Get, "/settings/service_accounts/:service_account/keys/new", "service_accounts.edit", h.Store.ServiceAccount, h.newProgramKey),
		guard.On(page.Post, "/settings/service_accounts/:service_account/keys", "service_accounts.edit", h.Store.ServiceAccount, h.createProgramKey).
			API(api.Make("Create a key of a service account", h.apiCreateProgramKey)),
		guard.On(page.Get, "/settings/service_accounts/keys/:api_key", "service_accounts", h.Store.ProgramKey, h.showKey).
			API(h.apiReadKey("Read a key of a service account", h.Store.ProgramKey)),
		guard.On(page.Get, "/settings/service_accounts/keys/:api_key/edit", "service_accounts.edit", h.Store.ProgramKey, h.editKey),
		guard.On(page.Post, "/settings/service_accounts/keys/:api_key/edit", "service_accounts.edit", h.Store.ProgramKey, h.updateKey).
			API(h.apiEditKey("Change a key of a service account", h.Store.ProgramKey)),
		guard.On(page.Get, "/settings/service_accounts/keys/:api_key/revoke", "service_accounts.edit", h.Store.ProgramKey, h.askRevokeKey),
		guard.On(page.Post, "/settings/service_accounts/keys/:api_key/revoke", "service_accounts.edit", h.Store.ProgramKey, h.revokeKey).
			API(h.apiRevokeKey("Revoke a key of a service account", h.Store.ProgramKey)),
		guard.On(page.Get, "/settings/service_accounts/keys/:api_key/rotate", "service_accounts.edit", h.Store.ProgramKey, h.askRotateKey),
		guard.On(page.Post, "/settings/service_accounts/keys/:api_key/rotate", "service_accounts.edit", h.Store.ProgramKey, h.rotateKey).
			API(h.apiRotateKey("Replace a key of a service account", h.Store.ProgramKey)),
		guard.In(page.Get, "/settings/api_keys", "api_keys", h.listKeys).
			API(api.List("List API keys", h.apiListKeys, keyFilters...)),
		guard.In(page.Post, "/settings/api_keys", "api_keys.edit", h.createKey).
			API(api.Make("Create an API key that acts as the owner", h.apiCreateKey)),
		guard.In(page.Get, "/settings/api_keys/new", "api_keys.edit", h.newKey),
		guard.On(page.Get, "/settings/api_keys/:api_key", "api_keys", h.Store.Key, h.showKey).
			API(h.apiReadKey("Read an API key", h.Store.Key)),
		guard.On(page.Get, "/settings/api_keys/:api_key/edit", "api_keys.edit", h.Store.Key, h.editKey),
		guard.On(page.Post, "/settings/api_keys/:api_key/edit", "api_keys.edit", h.Store.Key, h.updateKey).
			API(h.apiEditKey("Change an API key", h.Store.Key)),
		guard.On(page.Get, "/settings/api_keys/:api_key/revoke", "api_keys.edit", h.Store.Key, h.askRevokeKey),
		guard.On(page.Post, "/settings/api_keys/:api_key/revoke", "api_keys.edit", h.Store.Key, h.revokeKey).
			API(h.apiRevokeKey("Revoke an API key", h.Store.Key)),
		guard.On(page.Get, "/settings/api_keys/:api_key/rotate", "api_keys.edit", h.Store.Key, h.askRotateKey),
		guard.On(page.Post, "/settings/api_keys/:api_key/rotate", "api_keys.edit", h.Store.Key, h.rotateKey).
			API(h.apiRotateKey("Replace an API key", h.Store.Key)),
	}
}
