package account

import (
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.Self(page.Get, "/accounts", "lists one's own accounts", h.listAccounts),
		guard.Self(page.Get, "/accounts/switcher", "lists one's own accounts", h.searchAccounts),
		guard.Self(page.Get, "/accounts/new", "anybody with a login may make a main account", h.newAccount),
		guard.Self(page.Post, "/accounts", "anybody with a login may make a main account", h.createAccount),
		guard.In(page.Get, "/accounts", "sub_accounts", h.listSubAccounts),
		guard.In(page.Get, "/accounts/new", "sub_accounts.create", h.newSubAccounts),
		guard.In(page.Post, "/sub-accounts", "sub_accounts.create", h.createSubAccounts),
		guard.In(page.Get, "/accounts/batches/new", "sub_accounts.edit", h.askAccountBatch),
		guard.In(page.Post, "/accounts/batches", "sub_accounts.edit", h.createAccountBatch),
		guard.In(page.Get, "/accounts/batches/:batch", "sub_accounts.edit", h.showAccountBatch),
		guard.In(page.Post, "/accounts/batches/:batch/undo", "sub_accounts.edit", h.undoAccountBatch),
		guard.In(page.Get, "/accounts/:sub", "sub_accounts", h.showSubAccount),
		guard.In(page.Get, "/accounts/:sub/edit", "sub_accounts.edit", h.editSubAccount),
		guard.In(page.Post, "/accounts/:sub/edit", "sub_accounts.edit", h.updateSubAccount),
		guard.In(page.Get, "/accounts/:sub/move", "sub_accounts.edit", h.moveSubAccount),
		guard.In(page.Post, "/accounts/:sub/move", "sub_accounts.edit", h.updateSubAccountParent),
		guard.In(page.Get, "/accounts/:sub/ownership", "sub_accounts.edit", h.showOwnership),
		guard.In(page.Post, "/accounts/:sub/ownership", "sub_accounts.edit", h.offerOwnership),
		guard.In(page.Post, "/accounts/:sub/ownership/cancel", "sub_accounts.edit", h.cancelOffer),
		guard.In(page.Get, "/accounts/:sub/suspend", "sub_accounts.edit", h.askSuspendSubAccount),
		guard.In(page.Post, "/accounts/:sub/suspend", "sub_accounts.edit", h.suspendSubAccount),
		guard.In(page.Post, "/accounts/:sub/resume", "sub_accounts.edit", h.resumeSubAccount),
		guard.In(page.Get, "/accounts/:sub/archive", "sub_accounts.edit", h.askArchiveSubAccount),
		guard.In(page.Post, "/accounts/:sub/archive", "sub_accounts.edit", h.archiveSubAccount),
		guard.In(page.Post, "/accounts/:sub/restore", "sub_accounts.edit", h.restoreSubAccount),
		guard.In(page.Get, "/accounts/:sub/delete", "sub_accounts.delete", h.askDeleteSubAccount),
		guard.In(page.Post, "/accounts/:sub/delete", "sub_accounts.delete", h.deleteSubAccount),
		guard.In(page.Get, "/settings/account", "account.manage", h.editOwnAccount),
		guard.In(page.Post, "/settings/account", "account.manage", h.updateOwnAccount),
		guard.In(page.Get, "/settings/account/delete", "account.manage", h.askDeleteOwnAccount),
		guard.In(page.Post, "/settings/account/delete", "account.manage", h.deleteOwnAccount),
		guard.In(page.Get, "/settings/ownership", "account.manage", h.showOwnership),
		guard.In(page.Post, "/settings/ownership", "account.manage", h.offerOwnership),
		guard.In(page.Post, "/settings/ownership/cancel", "account.manage", h.cancelOffer),
		guard.Self(page.Get, "/offers/:offer", "answers an offer to oneself", h.showOffer),
		guard.Self(page.Post, "/offers/:offer/accept", "answers an offer to oneself", h.acceptOffer),
		guard.Self(page.Post, "/offers/:offer/decline", "answers an offer to oneself", h.declineOffer),
		guard.In(page.Get, "/settings/security/idle-limit", "security", h.showIdleLimit),
		guard.In(page.Post, "/settings/security/idle-limit", "security.edit", h.limitIdle),
		guard.In(page.Get, "/settings/security/two-step", "security", h.showTwoStepRule),
		guard.In(page.Get, "/settings/security/two-step/require", "security.edit", h.askRequireTwoStep),
		guard.In(page.Post, "/settings/security/two-step/require", "security.edit", h.requireTwoStep),
		guard.In(page.Get, "/settings/security/two-step/free", "security.edit", h.askFreeTwoStep),
		guard.In(page.Post, "/settings/security/two-step/free", "security.edit", h.freeTwoStep),
		guard.In(page.Get, "/permissions/:tab", "entitlements", h.showEntitlements),
		guard.In(page.Get, "/permissions/:tab/select-all", "entitlements.edit", h.askSelectAll),
		guard.In(page.Post, "/permissions/:tab", "entitlements.edit", h.updateEntitlements),
		guard.In(page.Get, "/settings/support-access", "support_access", h.showSupportAccess),
		guard.In(page.Post, "/settings/support-access", "support_access.grant", h.openSupportAccess),
		guard.In(page.Get, "/settings/support-access/close", "support_access.grant", h.askCloseSupportAccess),
		guard.In(page.Post, "/settings/support-access/close", "support_access.grant", h.closeSupportAccess),
	}
}
