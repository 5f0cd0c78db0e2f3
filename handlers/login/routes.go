package login

import (
	"slices"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return slices.Concat([]guard.Route{
		guard.Public(page.Get, "/sign-up", "whoever comes has no login yet", h.newMember),
		guard.Public(page.Post, "/sign-up", "whoever comes has no login yet", h.createMember),
		guard.Public(page.Get, "/sign-in", "whoever comes is signed out", h.newMemberSession),
		guard.Public(page.Post, "/sign-in", "whoever comes is signed out", h.createMemberSession),
		guard.Public(page.Get, "/sign-in/code", "whoever comes is signed out; a cookie says whose password was right", h.newCode),
		guard.Public(page.Post, "/sign-in/code", "whoever comes is signed out; a cookie says whose password was right", h.createCode),
		guard.Public(page.Get, "/login/:link", "whoever comes is signed out; the link names the account", h.newSubuserSession),
		guard.Public(page.Post, "/login/:link", "whoever comes is signed out; the link names the account", h.createSubuserSession),
		guard.Public(page.Get, "/forgotten-password", "whoever comes can't sign in", h.newReset),
		guard.Public(page.Post, "/forgotten-password", "whoever comes can't sign in", h.createReset),
		guard.Self(page.Get, "/verify-email/send", "is about one's own address", h.askEmailProof),
		guard.Self(page.Post, "/verify-email/send", "mails a link to one's own address", h.sendEmailProof),
		guard.Self(page.Post, "/sign-out", "ends one's own session", h.deleteOwnSession),
		guard.Self(page.Post, page.PinsPath, "changes one's own sidebar", h.setPin),
		guard.Self(page.Get, page.ViewsPath+"/new", "is about one's own views", h.newView),
		guard.Self(page.Get, page.ViewsPath+"/rename", "is about one's own views", h.renameView),
		guard.Self(page.Post, page.ViewsPath, "changes one's own views", h.saveView),
		guard.Self(page.Post, page.ViewsPath+"/delete", "changes one's own views", h.deleteView),
		guard.Self(page.Get, "/password", "is about one's own login", h.editOwnPassword),
		guard.Self(page.Post, "/password", "changes one's own login", h.updateOwnPassword),
		guard.Self(page.Get, "/sessions", "lists one's own sessions", h.listSessions),
		guard.Self(page.Get, "/sessions/:session/end", "asks before ending one of one's own sessions", h.askEndSession),
		guard.Self(page.Get, "/sessions/end-others", "asks before ending one's own other sessions", h.askEndSession),
		guard.Self(page.Post, "/sessions/:session/end", "ends one of one's own sessions", h.endSession),
		guard.Self(page.Post, "/sessions/end-others", "ends one's own other sessions", h.endOtherSessions),
		guard.Public(page.Post, "/sign-in/passkey/begin", "whoever comes is signed out", h.askPasskey),
		guard.Public(page.Post, "/sign-in/passkey", "whoever comes is signed out; a passkey says who they are", h.createPasskeySession),
		guard.Self(page.Get, "/passkeys", "is about one's own login", h.listPasskeys),
		guard.Self(page.Get, "/passkeys/new", "is about one's own login", h.newPasskey),
		guard.Self(page.Post, "/passkeys/new", "changes one's own login", h.offerPasskey),
		guard.Self(page.Post, "/passkeys", "changes one's own login", h.createPasskey),
		guard.Self(page.Get, "/passkeys/:passkey/edit", "is about one's own login", h.editPasskey),
		guard.Self(page.Post, "/passkeys/:passkey/edit", "changes one's own login", h.updatePasskey),
		guard.Self(page.Get, "/passkeys/:passkey/remove", "is about one's own login", h.askRemovePasskey),
		guard.Self(page.Post, "/passkeys/:passkey/remove", "changes one's own login", h.removePasskey),
		guard.Self(page.Get, "/two-step", "is about one's own login", h.showTwoStep),
		guard.Self(page.Get, "/two-step/set-up", "is about one's own login", h.newTwoStep),
		guard.Self(page.Post, "/two-step/set-up", "changes one's own login", h.createTwoStep),
		guard.Self(page.Get, "/two-step/recovery-codes", "is about one's own login", h.askRecoveryCodes),
		guard.Self(page.Post, "/two-step/recovery-codes", "changes one's own login", h.createRecoveryCodes),
		guard.Self(page.Get, "/two-step/turn-off", "is about one's own login", h.askTurnOffTwoStep),
		guard.Self(page.Post, "/two-step/turn-off", "changes one's own login", h.turnOffTwoStep),
		guard.In(page.Get, "/settings/security/sign-ins", "security", h.listSignIns).
			API(api.List("List sign-ins, newest first", h.apiListSignIns, signInParameters()...)),
		guard.In(page.Get, "/settings/profile", "profile", h.showProfile).PageAlone(guard.OwnSelf),
		guard.In(page.Post, "/settings/profile", "profile", h.updateProfile).PageAlone(guard.OwnSelf),
		guard.In(page.Get, "/settings/profile/close", "profile", h.askCloseLogin).PageAlone(guard.OwnSelf),
		guard.In(page.Post, "/settings/profile/close", "profile", h.closeLogin).PageAlone(guard.OwnSelf),
		guard.In(page.Post, "/settings/profile/email", "profile", h.updateEmail).PageAlone(guard.OwnSelf),
		guard.In(page.Post, "/settings/profile/email/cancel", "profile", h.cancelEmail).PageAlone(guard.OwnSelf),
	},
		guard.OneTime("/set-password", "the one-time link is the proof", h.editPassword, h.updatePassword),
		guard.OneTime("/reset-password", "the mailed link is the proof", h.editReset, h.updateReset),
		guard.OneTime("/confirm-email", "the mailed link is the proof", h.showConfirmEmail, h.confirmEmail),
		guard.OneTime(emailProofPath, "the mailed link is the proof", h.showEmailProof, h.proveEmail),
		guard.OneTime("/undo-email", "the mailed link is the proof", h.showUndoEmail, h.undoEmail),
	)
}
