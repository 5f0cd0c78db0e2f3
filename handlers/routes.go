package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/static"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Routes is every route of the panel: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return slices.Concat(
		[]guard.Route{
			guard.Public(get, "/healthz", "load balancers have no account", h.health),
			guard.Public(get, "/static/:name", "the sign-in page needs its style sheet", h.asset),

			guard.Public(get, "/sign-up", "whoever comes has no login yet", h.newMember),
			guard.Public(post, "/sign-up", "whoever comes has no login yet", h.createMember),
			guard.Public(get, "/sign-in", "whoever comes is signed out", h.newMemberSession),
			guard.Public(post, "/sign-in", "whoever comes is signed out", h.createMemberSession),
			guard.Public(get, "/sign-in/code", "whoever comes is signed out; a cookie says whose password was right", h.newCode),
			guard.Public(post, "/sign-in/code", "whoever comes is signed out; a cookie says whose password was right", h.createCode),
			guard.Public(get, "/login/:link", "whoever comes is signed out; the link names the account", h.newSubuserSession),
			guard.Public(post, "/login/:link", "whoever comes is signed out; the link names the account", h.createSubuserSession),

			guard.Public(get, "/forgotten-password", "whoever comes can not sign in", h.newReset),
			guard.Public(post, "/forgotten-password", "whoever comes can not sign in", h.createReset),
			guard.Self(get, "/verify-email/send", "is about one's own address", h.askEmailProof),
			guard.Self(post, "/verify-email/send", "mails a link to one's own address", h.sendEmailProof),

			guard.Self(post, "/sign-out", "ends one's own session", h.deleteOwnSession),
			guard.Self(get, "/password", "is about one's own login", h.editOwnPassword),
			guard.Self(post, "/password", "changes one's own login", h.updateOwnPassword),
			guard.Self(get, "/sessions", "lists one's own sessions", h.listSessions),
			guard.Self(get, "/sessions/:session/end", "asks before ending one of one's own sessions", h.askEndSession),
			guard.Self(get, "/sessions/end-others", "asks before ending one's own other sessions", h.askEndSession),
			guard.Self(post, "/sessions/:session/end", "ends one of one's own sessions", h.endSession),
			guard.Self(post, "/sessions/end-others", "ends one's own other sessions", h.endOtherSessions),

			guard.Public(post, "/sign-in/passkey/begin", "whoever comes is signed out", h.askPasskey),
			guard.Public(post, "/sign-in/passkey", "whoever comes is signed out; a passkey says who they are", h.createPasskeySession),
			guard.Self(get, "/passkeys", "is about one's own login", h.listPasskeys),
			guard.Self(get, "/passkeys/new", "is about one's own login", h.newPasskey),
			guard.Self(post, "/passkeys/new", "changes one's own login", h.offerPasskey),
			guard.Self(post, "/passkeys", "changes one's own login", h.createPasskey),
			guard.Self(get, "/passkeys/:passkey/edit", "is about one's own login", h.editPasskey),
			guard.Self(post, "/passkeys/:passkey/edit", "changes one's own login", h.updatePasskey),
			guard.Self(get, "/passkeys/:passkey/remove", "is about one's own login", h.askRemovePasskey),
			guard.Self(post, "/passkeys/:passkey/remove", "changes one's own login", h.removePasskey),
			guard.Self(get, "/two-step", "is about one's own login", h.showTwoStep),
			guard.Self(get, "/two-step/set-up", "is about one's own login", h.newTwoStep),
			guard.Self(post, "/two-step/set-up", "changes one's own login", h.createTwoStep),
			guard.Self(get, "/two-step/recovery-codes", "is about one's own login", h.askRecoveryCodes),
			guard.Self(post, "/two-step/recovery-codes", "changes one's own login", h.createRecoveryCodes),
			guard.Self(get, "/two-step/turn-off", "is about one's own login", h.askTurnOffTwoStep),
			guard.Self(post, "/two-step/turn-off", "changes one's own login", h.turnOffTwoStep),

			guard.Self(get, proofPath, "is about one's own login", h.newProof),
			guard.Self(post, proofPath, "is about one's own login", h.createProof),

			guard.Self(get, "/accounts", "lists one's own accounts", h.listAccounts),
			guard.Self(get, "/accounts/switcher", "lists one's own accounts", h.searchAccounts),
			guard.Self(get, "/accounts/new", "anybody with a login may make a main account", h.newAccount),
			guard.Self(post, "/accounts", "anybody with a login may make a main account", h.createAccount),

			guard.Self(get, "/accounts/:account/leave", "ends one's own membership", h.askLeaveAccount),
			guard.Self(post, "/accounts/:account/leave", "ends one's own membership", h.leaveAccount),

			guard.Operator(get, "/operator/mail", "letters are of the whole installation", h.listLetters),
			guard.Operator(get, "/operator/mail-limits", "letters are of the whole installation", h.listLetterRefusals),
			guard.Operator(get, "/operator/mail/:letter", "letters are of the whole installation", h.showLetter),
			guard.Operator(post, "/operator/mail/:letter/retry", "letters are of the whole installation", h.retryLetter),

			guard.In(get, "/", "control_panel", h.showHome),

			guard.In(get, "/accounts", "sub_accounts", h.listSubAccounts),
			guard.In(get, "/accounts/new", "sub_accounts.create", h.newSubAccounts),
			guard.In(post, "/sub-accounts", "sub_accounts.create", h.createSubAccounts),
			guard.In(get, "/accounts/batches/new", "sub_accounts.edit", h.askAccountBatch),
			guard.In(post, "/accounts/batches", "sub_accounts.edit", h.createAccountBatch),
			guard.In(get, "/accounts/batches/:batch", "sub_accounts.edit", h.showAccountBatch),
			guard.In(post, "/accounts/batches/:batch/undo", "sub_accounts.edit", h.undoAccountBatch),
			guard.In(get, "/accounts/:sub", "sub_accounts", h.showSubAccount),
			guard.In(get, "/accounts/:sub/edit", "sub_accounts.edit", h.editSubAccount),
			guard.In(post, "/accounts/:sub/edit", "sub_accounts.edit", h.updateSubAccount),
			guard.In(get, "/accounts/:sub/move", "sub_accounts.edit", h.moveSubAccount),
			guard.In(post, "/accounts/:sub/move", "sub_accounts.edit", h.updateSubAccountParent),
			guard.In(get, "/accounts/:sub/ownership", "sub_accounts.edit", h.showOwnership),
			guard.In(post, "/accounts/:sub/ownership", "sub_accounts.edit", h.offerOwnership),
			guard.In(post, "/accounts/:sub/ownership/cancel", "sub_accounts.edit", h.cancelOffer),
			guard.In(get, "/accounts/:sub/suspend", "sub_accounts.edit", h.askSuspendSubAccount),
			guard.In(post, "/accounts/:sub/suspend", "sub_accounts.edit", h.suspendSubAccount),
			guard.In(post, "/accounts/:sub/resume", "sub_accounts.edit", h.resumeSubAccount),
			guard.In(get, "/accounts/:sub/archive", "sub_accounts.edit", h.askArchiveSubAccount),
			guard.In(post, "/accounts/:sub/archive", "sub_accounts.edit", h.archiveSubAccount),
			guard.In(post, "/accounts/:sub/restore", "sub_accounts.edit", h.restoreSubAccount),
			guard.In(get, "/accounts/:sub/delete", "sub_accounts.delete", h.askDeleteSubAccount),
			guard.In(post, "/accounts/:sub/delete", "sub_accounts.delete", h.deleteSubAccount),
			guard.In(get, "/settings/account", "account.manage", h.editOwnAccount),
			guard.In(post, "/settings/account", "account.manage", h.updateOwnAccount),
			guard.In(get, "/settings/account/delete", "account.manage", h.askDeleteOwnAccount),
			guard.In(post, "/settings/account/delete", "account.manage", h.deleteOwnAccount),

			guard.In(get, "/settings/ownership", "account.manage", h.showOwnership),
			guard.In(post, "/settings/ownership", "account.manage", h.offerOwnership),
			guard.In(post, "/settings/ownership/cancel", "account.manage", h.cancelOffer),
			guard.Self(get, "/offers/:offer", "answers an offer to oneself", h.showOffer),
			guard.Self(post, "/offers/:offer/accept", "answers an offer to oneself", h.acceptOffer),
			guard.Self(post, "/offers/:offer/decline", "answers an offer to oneself", h.declineOffer),

			guard.In(get, "/settings/security/sign-ins", "security", h.listSignIns),
			guard.In(get, "/settings/security/idle-limit", "security", h.showIdleLimit),
			guard.In(post, "/settings/security/idle-limit", "security.edit", h.limitIdle),
			guard.In(get, "/settings/security/two-step", "security", h.showTwoStepRule),
			guard.In(get, "/settings/security/two-step/require", "security.edit", h.askRequireTwoStep),
			guard.In(post, "/settings/security/two-step/require", "security.edit", h.requireTwoStep),
			guard.In(get, "/settings/security/two-step/free", "security.edit", h.askFreeTwoStep),
			guard.In(post, "/settings/security/two-step/free", "security.edit", h.freeTwoStep),

			guard.In(get, "/permissions/:tab", "entitlements", h.showEntitlements),
			guard.In(get, "/permissions/:tab/select-all", "entitlements.edit", h.askSelectAll),
			guard.In(post, "/permissions/:tab", "entitlements.edit", h.updateEntitlements),

			guard.In(get, "/members", "members", h.listMembers),
			guard.In(get, "/members/preview", "members", h.previewMemberRoles),
			guard.On(get, "/members/:member/edit", "members.edit", h.store.Member, h.editMember),
			guard.On(post, "/members/:member/edit", "members.edit", h.store.Member, h.updateMember),
			guard.On(get, "/members/:member/remove", "members.remove", h.store.Member, h.askRemoveMember),
			guard.On(post, "/members/:member/remove", "members.remove", h.store.Member, h.removeMember),
			guard.In(get, "/members/invites", "members", h.listInvites),
			guard.In(get, "/members/invites/new", "members.add", h.newInvites),
			guard.In(post, "/members/invites", "members.add", h.createInvites),
			guard.On(post, "/members/invites/:invite/resend", "members.add", h.store.InviteByID, h.resendInvite),
			guard.On(get, "/members/invites/:invite/cancel", "members.add", h.store.InviteByID, h.askCancelInvite),
			guard.On(post, "/members/invites/:invite/cancel", "members.add", h.store.InviteByID, h.cancelInvite),

			guard.In(get, "/settings/subusers", "subusers", h.listSubusers),
			guard.In(get, "/settings/subusers/new", "subuser_create", h.newSubuser),
			guard.In(get, "/settings/subusers/preview", "subusers", h.previewRoles),
			guard.In(post, "/settings/subusers", "subuser_create", h.createSubuser),
			guard.In(get, "/settings/subusers/login-link", "subuser_edit", h.askReplaceLoginLink),
			guard.In(post, "/settings/subusers/login-link", "subuser_edit", h.replaceLoginLink),
			guard.On(get, "/settings/subusers/:subuser", "subusers", h.store.Subuser, h.showSubuser),
			guard.On(get, "/settings/subusers/:subuser/edit", "subuser_edit", h.store.Subuser, h.editSubuser),
			guard.On(post, "/settings/subusers/:subuser/edit", "subuser_edit", h.store.Subuser, h.updateSubuser),
			guard.On(get, "/settings/subusers/:subuser/password", "subuser_edit", h.store.Subuser, h.editSubuserPassword),
			guard.On(post, "/settings/subusers/:subuser/password", "subuser_edit", h.store.Subuser, h.updateSubuserPassword),
			guard.On(get, "/settings/subusers/:subuser/end-sessions", "subuser_edit", h.store.Subuser, h.askEndSubuserSessions),
			guard.On(post, "/settings/subusers/:subuser/end-sessions", "subuser_edit", h.store.Subuser, h.endSubuserSessions),
			guard.On(get, "/settings/subusers/:subuser/two-step", "subuser_edit", h.store.Subuser, h.askResetSubuserTwoStep),
			guard.On(post, "/settings/subusers/:subuser/two-step", "subuser_edit", h.store.Subuser, h.resetSubuserTwoStep),
			guard.On(get, "/settings/subusers/:subuser/suspend", "subuser_edit", h.store.Subuser, h.askSuspendSubuser),
			guard.On(post, "/settings/subusers/:subuser/suspend", "subuser_edit", h.store.Subuser, h.suspendSubuser),
			guard.On(post, "/settings/subusers/:subuser/resume", "subuser_edit", h.store.Subuser, h.resumeSubuser),
			guard.On(get, "/settings/subusers/:subuser/delete", "subuser_edit", h.store.Subuser, h.askDeleteSubuser),
			guard.On(post, "/settings/subusers/:subuser/delete", "subuser_edit", h.store.Subuser, h.deleteSubuser),

			guard.In(get, "/settings/support-access", "support_access", h.showSupportAccess),
			guard.In(post, "/settings/support-access", "support_access.grant", h.openSupportAccess),
			guard.In(get, "/settings/support-access/close", "support_access.grant", h.askCloseSupportAccess),
			guard.In(post, "/settings/support-access/close", "support_access.grant", h.closeSupportAccess),

			guard.In(get, "/timeless-accounts", "timeless_accounts", h.listTimelessAccounts),
			guard.In(post, "/timeless-accounts", "timeless_accounts.edit", h.createTimelessAccount),
			guard.In(get, "/timeless-accounts/new", "timeless_accounts.edit", h.newTimelessAccount),
			guard.In(get, "/timeless-accounts/:timeless", "timeless_accounts", h.atTimeless(h.showTimelessAccount)),
			guard.In(get, "/timeless-accounts/:timeless/edit", "timeless_accounts.edit", h.ownTimeless(h.editTimelessAccount)),
			guard.In(post, "/timeless-accounts/:timeless/edit", "timeless_accounts.edit", h.ownTimeless(h.updateTimelessAccount)),
			guard.In(get, "/timeless-accounts/:timeless/delete", "timeless_accounts.edit", h.ownTimeless(h.askDeleteTimelessAccount)),
			guard.In(post, "/timeless-accounts/:timeless/delete", "timeless_accounts.edit", h.ownTimeless(h.deleteTimelessAccount)),
			guard.In(get, "/timeless-accounts/:timeless/:entry", "timeless_accounts", h.atTimeless(h.showTimelessEntry)),

			guard.In(get, "/roles", "roles", h.showRoles),
			guard.In(get, "/roles/new", "roles.edit", h.newRole),
			guard.In(post, "/roles", "roles.edit", h.createRole),
			guard.On(get, "/roles/:role", "roles", h.store.Role, h.showOwnRole),
			guard.On(get, "/roles/:role/edit", "roles.edit", h.store.Role, h.editRole),
			guard.On(post, "/roles/:role/edit", "roles.edit", h.store.Role, h.updateRole),
			guard.On(post, "/roles/:role/undo", "roles.edit", h.store.Role, h.undoRole),
			guard.On(get, "/roles/:role/delete", "roles.edit", h.store.Role, h.askDeleteRole),
			guard.On(post, "/roles/:role/delete", "roles.edit", h.store.Role, h.deleteRole),
			guard.In(get, "/audit", "audit", h.listAudit),
			guard.In(get, "/settings/profile", "profile", h.showProfile),
			guard.In(post, "/settings/profile", "profile", h.updateProfile),
			guard.In(get, "/settings/profile/close", "profile", h.askCloseLogin),
			guard.In(post, "/settings/profile/close", "profile", h.closeLogin),
			guard.In(post, "/settings/profile/email", "profile", h.updateEmail),
			guard.In(post, "/settings/profile/email/cancel", "profile", h.cancelEmail),
		},
		guard.OneTime("/set-password", "the one-time link is the proof", h.editPassword, h.updatePassword),
		guard.OneTime("/reset-password", "the mailed link is the proof", h.editReset, h.updateReset),
		guard.OneTime("/confirm-email", "the mailed link is the proof", h.showConfirmEmail, h.confirmEmail),
		guard.OneTime(emailProofPath, "the mailed link is the proof", h.showEmailProof, h.proveEmail),
		guard.OneTime("/undo-email", "the mailed link is the proof", h.showUndoEmail, h.undoEmail),
		guard.OneTime("/invites", "the link is the proof; whoever comes may have no login yet", h.showInvite, h.acceptInvite),
		h.recordRoutes(),
		h.bareRoutes(),
	)
}

// bareRoutes lead from the paths of the tables into the account one was in last.
func (h *Handlers) bareRoutes() (all []guard.Route) {
	seen := map[string]bool{"/accounts": true} // is a page of its own
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			all = append(all, guard.Self(get, path, "leads into one's own account", h.enter))
		}
	}
	for _, s := range h.catalog.Sections {
		if s.Pending != "" {
			continue
		}
		add(s.Path)
		for _, p := range s.Permissions {
			if info := h.catalog.Info(p); info.Method == get && info.Path != "" && info.Unused == "" {
				add(info.Path)
			}
		}
	}
	return all
}

// enter redirects a path without an account into the one acted in last.
func (h *Handlers) enter(c echo.Context, g authz.Grant) error {
	at, err := h.lastAccount(c, g)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountPath(at, strings.TrimSuffix(c.Request().URL.EscapedPath(), "/"), queryOf(c.Request().URL)))
}

func (h *Handlers) health(c echo.Context) error {
	if err := h.store.Ping(c.Request().Context()); err != nil {
		return c.String(http.StatusServiceUnavailable, "database unavailable\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

func (h *Handlers) asset(c echo.Context) error {
	static.Handler().ServeHTTP(c.Response(), c.Request())
	return nil
}
