package account

import (
	"net/http"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.Self(page.Get, "/accounts", "lists one's own accounts", h.listAccounts),
		guard.Self(page.Get, "/accounts/switcher", "lists one's own accounts", h.searchAccounts),
		guard.Self(page.Get, page.WelcomePath, "is about what one sets up for oneself", h.showWelcome),
		guard.Self(page.Post, page.WelcomePath, "makes an account of one's own", h.createCompany),
		guard.Self(page.Get, "/accounts/new", "anybody with a login may make a main account", h.newAccount),
		guard.Self(page.Post, "/accounts", "anybody with a login may make a main account", h.createAccount),
		guard.In(page.Get, "/accounts", "sub_accounts", h.listSubAccounts).
			API(api.List("List sub-accounts", h.apiListSubAccounts, api.Search, api.Text("label", "The label they have."), api.OneOf("state", "How they stand; all but the archived where it is left out.", "active", "suspended", "archived"))),
		guard.In(page.Get, "/accounts/new", "sub_accounts.create", h.newSubAccounts),
		guard.In(page.Post, "/sub-accounts", "sub_accounts.create", h.createSubAccounts).
			APIAt(page.Post, "/accounts", api.Make("Create a sub-account", h.apiCreateSubAccount)).
			APIAt(page.Post, "/accounts/many", api.Act("Create many sub-accounts, all or none", h.apiCreateSubAccounts)),
		guard.In(page.Get, "/accounts/batches/new", "sub_accounts.edit", h.askAccountBatch),
		guard.In(page.Post, "/accounts/batches", "sub_accounts.edit", h.createAccountBatch).
			API(h.apiChangeMany()),
		guard.In(page.Get, "/accounts/batches/:batch", "sub_accounts.edit", h.showAccountBatch).
			API(api.Read("Read what a batch did", h.apiReadBatch)),
		guard.In(page.Post, "/accounts/batches/:batch/undo", "sub_accounts.edit", h.undoAccountBatch).
			API(api.Do("Undo a batch", h.apiUndoBatch)),
		guard.In(page.Get, "/accounts/:sub", "sub_accounts", h.showSubAccount).
			API(api.Read("Read a sub-account", h.apiReadSubAccount)),
		guard.In(page.Get, "/accounts/:sub/edit", "sub_accounts.edit", h.editSubAccount),
		guard.In(page.Post, "/accounts/:sub/edit", "sub_accounts.edit", h.updateSubAccount).
			API(api.Change("Change a sub-account", h.apiEditSubAccount)),
		guard.In(page.Get, "/accounts/:sub/move", "sub_accounts.edit", h.moveSubAccount),
		guard.In(page.Post, "/accounts/:sub/move", "sub_accounts.edit", h.updateSubAccountParent).
			API(api.Act("Move a sub-account", h.apiMoveSubAccount)),
		guard.In(page.Get, "/accounts/:sub/ownership", "sub_accounts.edit", h.showOwnership).
			API(api.Read("Read who owns a sub-account", h.apiReadOwnership)).
			APIAt(page.Get, "/accounts/:sub/ownership/heirs", api.List("List who a sub-account can be offered to", h.apiListHeirs, api.Search)),
		guard.In(page.Post, "/accounts/:sub/ownership", "sub_accounts.edit", h.offerOwnership).
			API(api.Act("Offer the ownership of a sub-account", h.apiOfferOwnership)),
		guard.In(page.Post, "/accounts/:sub/ownership/cancel", "sub_accounts.edit", h.cancelOffer).
			API(api.Do("Withdraw the offer of a sub-account", h.apiCancelOffer)),
		guard.In(page.Get, "/accounts/:sub/suspend", "sub_accounts.edit", h.askSuspendSubAccount),
		guard.In(page.Post, "/accounts/:sub/suspend", "sub_accounts.edit", h.suspendSubAccount).
			API(h.apiChangeSubAccount("Suspend a sub-account", h.Store.SuspendAccount)),
		guard.In(page.Post, "/accounts/:sub/resume", "sub_accounts.edit", h.resumeSubAccount).
			API(h.apiChangeSubAccount("Resume a sub-account", h.Store.ResumeAccount)),
		guard.In(page.Get, "/accounts/:sub/archive", "sub_accounts.edit", h.askArchiveSubAccount),
		guard.In(page.Post, "/accounts/:sub/archive", "sub_accounts.edit", h.archiveSubAccount).
			API(h.apiChangeSubAccount("Archive a sub-account", h.Store.ArchiveAccount)),
		guard.In(page.Post, "/accounts/:sub/restore", "sub_accounts.edit", h.restoreSubAccount).
			API(h.apiChangeSubAccount("Restore a sub-account", h.Store.RestoreAccount)),
		guard.In(page.Get, "/accounts/:sub/delete", "sub_accounts.delete", h.askDeleteSubAccount),
		guard.In(page.Post, "/accounts/:sub/delete", "sub_accounts.delete", h.deleteSubAccount).
			API(api.Remove("Delete a sub-account for good", h.apiDeleteSubAccount, confirmDelete...)),
		guard.In(page.Get, "/settings/account", "account.manage", h.editOwnAccount).
			API(api.Read("Read the account", h.apiReadOwnAccount)),
		guard.In(page.Post, "/settings/account", "account.manage", h.updateOwnAccount).
			APIAt(http.MethodPatch, "/settings/account", api.Change("Rename the account", h.apiEditOwnAccount)),
		guard.In(page.Get, "/settings/account/delete", "account.manage", h.askDeleteOwnAccount),
		guard.In(page.Post, "/settings/account/delete", "account.manage", h.deleteOwnAccount).
			API(api.Remove("Delete the account for good", h.apiDeleteOwnAccount, confirmDelete...)),
		guard.In(page.Get, "/settings/ownership", "account.manage", h.showOwnership).
			API(api.Read("Read who owns the account", h.apiReadOwnership)).
			APIAt(page.Get, "/settings/ownership/heirs", api.List("List who the account can be offered to", h.apiListHeirs, api.Search)),
		guard.In(page.Post, "/settings/ownership", "account.manage", h.offerOwnership).
			API(api.Act("Offer the ownership of the account", h.apiOfferOwnership)),
		guard.In(page.Post, "/settings/ownership/cancel", "account.manage", h.cancelOffer).
			API(api.Do("Withdraw the offer of the account", h.apiCancelOffer)),
		guard.Self(page.Get, "/offers/:offer", "answers an offer to oneself", h.showOffer),
		guard.Self(page.Post, "/offers/:offer/accept", "answers an offer to oneself", h.acceptOffer),
		guard.Self(page.Post, "/offers/:offer/decline", "answers an offer to oneself", h.declineOffer),
		guard.In(page.Get, "/settings/security/idle-limit", "security", h.showIdleLimit).
			API(api.Read("Read how long sessions may go unused", h.apiReadIdleLimit)),
		guard.In(page.Post, "/settings/security/idle-limit", "security.edit", h.limitIdle).
			APIAt(http.MethodPatch, "/settings/security/idle-limit", api.Change("Change how long sessions may go unused", h.apiLimitIdle)),
		guard.In(page.Get, "/settings/security/two-step", "security", h.showTwoStepRule).
			API(api.Read("Read whether two-step sign-in is required", h.apiReadTwoStepRule)),
		guard.In(page.Get, "/settings/security/two-step/require", "security.edit", h.askRequireTwoStep),
		guard.In(page.Post, "/settings/security/two-step/require", "security.edit", h.requireTwoStep).
			API(api.Do("Require two-step sign-in", h.apiRequireTwoStep(true))),
		guard.In(page.Get, "/settings/security/two-step/free", "security.edit", h.askFreeTwoStep),
		guard.In(page.Post, "/settings/security/two-step/free", "security.edit", h.freeTwoStep).
			API(api.Do("Stop requiring two-step sign-in", h.apiRequireTwoStep(false))),
		guard.In(page.Get, "/permissions/copy", "entitlements.edit", h.chooseCopy),
		guard.In(page.Get, "/permissions/copy/preview", "entitlements.edit", h.previewCopy).PageAlone(guard.Asks),
		guard.In(page.Post, "/permissions/copy", "entitlements.edit", h.copyEntitlements).
			API(api.Act("Copy the permissions of a sub-account to others", h.apiCopyPermissions)),
		guard.In(page.Get, "/permissions/:tab", "entitlements", h.showEntitlements).
			APIAt(page.Get, "/accounts/:sub/permissions", api.Read("Read the permissions of a sub-account", h.apiReadPermissions)).
			APIAt(page.Get, "/accounts/:sub/entitlements", api.Read("Read all permissions of a sub-account, by key", h.apiReadEntitlements)),
		guard.In(page.Get, "/permissions/:tab/select-all", "entitlements.edit", h.askSelectAll).PageAlone(guard.Asks),
		guard.In(page.Post, "/permissions/:tab", "entitlements.edit", h.updateEntitlements).
			APIAt(http.MethodPatch, "/accounts/:sub/permissions", api.Change("Grant and revoke permissions of a sub-account", h.apiEditPermissions)).
			APIAt(http.MethodPatch, "/accounts/:sub/entitlements", api.Change("Grant and revoke any permissions of a sub-account, by key", h.apiEditEntitlements)).
			APIAt(page.Post, "/permissions", api.Act("Grant and revoke permissions of many sub-accounts", h.apiEditManyPermissions)).
			APIAt(page.Post, "/permissions/all", api.Act("Grant or revoke a permission for all sub-accounts", h.apiSelectAll)).
			APIAt(page.Post, "/permissions/undo", api.Act("Undo what was done to all, or a copy", h.apiUndoMany)),
		guard.In(page.Get, "/settings/support-access", "support_access", h.showSupportAccess).
			API(api.List("List periods of support access", h.apiListSupportAccess)),
		guard.In(page.Post, "/settings/support-access", "support_access.grant", h.openSupportAccess).
			API(api.Act("Turn on support access", h.apiOpenSupportAccess)),
		guard.In(page.Get, "/settings/support-access/close", "support_access.grant", h.askCloseSupportAccess),
		guard.In(page.Post, "/settings/support-access/close", "support_access.grant", h.closeSupportAccess).
			API(api.Do("Turn off support access", h.apiCloseSupportAccess)),
	}
}
