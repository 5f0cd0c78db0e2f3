package people

import (
	"slices"

	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return slices.Concat([]guard.Route{
		guard.Self(page.Get, "/accounts/:account/leave", "ends one's own membership", h.askLeaveAccount),
		guard.Self(page.Post, "/accounts/:account/leave", "ends one's own membership", h.leaveAccount),
		guard.In(page.Get, "/members", "members", h.listMembers),
		guard.In(page.Get, "/members/batches/new", "members.edit", h.askMany(membersKind)),
		guard.In(page.Post, "/members/batches", "members.edit", h.changeMany(membersKind)),
		guard.In(page.Get, "/members/batches/:batch", "members.edit", h.showMany(membersKind)),
		guard.In(page.Post, "/members/batches/:batch/undo", "members.edit", h.undoMany(membersKind)),
		guard.In(page.Get, "/members/preview", "members", h.previewMemberRoles),
		guard.On(page.Get, "/members/:member/edit", "members.edit", h.Store.Member, h.editMember),
		guard.On(page.Post, "/members/:member/edit", "members.edit", h.Store.Member, h.updateMember),
		guard.On(page.Get, "/members/:member/sessions", "members.edit", h.Store.Member, h.listMemberSessions),
		guard.On(page.Get, "/members/:member/sessions/end", "members.edit", h.Store.Member, h.askEndMemberSessions),
		guard.On(page.Post, "/members/:member/sessions/end", "members.edit", h.Store.Member, h.endMemberSessions),
		guard.On(page.Get, "/members/:member/remove", "members.remove", h.Store.Member, h.askRemoveMember),
		guard.On(page.Post, "/members/:member/remove", "members.remove", h.Store.Member, h.removeMember),
		guard.In(page.Get, "/members/invites", "members", h.listInvites),
		guard.In(page.Get, "/members/invites/new", "members.add", h.newInvites),
		guard.In(page.Post, "/members/invites", "members.add", h.createInvites),
		guard.On(page.Post, "/members/invites/:invite/resend", "members.add", h.Store.InviteByID, h.resendInvite),
		guard.On(page.Get, "/members/invites/:invite/cancel", "members.add", h.Store.InviteByID, h.askCancelInvite),
		guard.On(page.Post, "/members/invites/:invite/cancel", "members.add", h.Store.InviteByID, h.cancelInvite),
		guard.In(page.Get, "/settings/subusers", "subusers", h.listSubusers),
		guard.In(page.Get, "/settings/subusers/batches/new", "subuser_edit", h.askMany(subusersKind)),
		guard.In(page.Post, "/settings/subusers/batches", "subuser_edit", h.changeMany(subusersKind)),
		guard.In(page.Get, "/settings/subusers/batches/:batch", "subuser_edit", h.showMany(subusersKind)),
		guard.In(page.Post, "/settings/subusers/batches/:batch/undo", "subuser_edit", h.undoMany(subusersKind)),
		guard.In(page.Get, "/settings/subusers/new", "subuser_create", h.newSubuser),
		guard.In(page.Get, "/settings/subusers/preview", "subusers", h.previewRoles),
		guard.In(page.Post, "/settings/subusers", "subuser_create", h.createSubuser),
		guard.In(page.Get, "/settings/subusers/login-link", "subuser_edit", h.askReplaceLoginLink),
		guard.In(page.Post, "/settings/subusers/login-link", "subuser_edit", h.replaceLoginLink),
		guard.On(page.Get, "/settings/subusers/:subuser", "subusers", h.Store.Subuser, h.showSubuser),
		guard.On(page.Get, "/settings/subusers/:subuser/edit", "subuser_edit", h.Store.Subuser, h.editSubuser),
		guard.On(page.Post, "/settings/subusers/:subuser/edit", "subuser_edit", h.Store.Subuser, h.updateSubuser),
		guard.On(page.Get, "/settings/subusers/:subuser/password", "subuser_edit", h.Store.Subuser, h.editSubuserPassword),
		guard.On(page.Post, "/settings/subusers/:subuser/password", "subuser_edit", h.Store.Subuser, h.updateSubuserPassword),
		guard.On(page.Get, "/settings/subusers/:subuser/end-sessions", "subuser_edit", h.Store.Subuser, h.askEndSubuserSessions),
		guard.On(page.Post, "/settings/subusers/:subuser/end-sessions", "subuser_edit", h.Store.Subuser, h.endSubuserSessions),
		guard.On(page.Get, "/settings/subusers/:subuser/two-step", "subuser_edit", h.Store.Subuser, h.askResetSubuserTwoStep),
		guard.On(page.Post, "/settings/subusers/:subuser/two-step", "subuser_edit", h.Store.Subuser, h.resetSubuserTwoStep),
		guard.On(page.Get, "/settings/subusers/:subuser/suspend", "subuser_edit", h.Store.Subuser, h.askSuspendSubuser),
		guard.On(page.Post, "/settings/subusers/:subuser/suspend", "subuser_edit", h.Store.Subuser, h.suspendSubuser),
		guard.On(page.Post, "/settings/subusers/:subuser/resume", "subuser_edit", h.Store.Subuser, h.resumeSubuser),
		guard.On(page.Get, "/settings/subusers/:subuser/delete", "subuser_edit", h.Store.Subuser, h.askDeleteSubuser),
		guard.On(page.Post, "/settings/subusers/:subuser/delete", "subuser_edit", h.Store.Subuser, h.deleteSubuser),
		guard.In(page.Get, "/roles", "roles", h.showRoles),
		guard.In(page.Get, "/roles/compare", "roles", h.compareRoles),
		guard.In(page.Get, "/roles/new", "roles.edit", h.newRole),
		guard.In(page.Post, "/roles", "roles.edit", h.createRole),
		guard.On(page.Get, "/roles/:role", "roles", h.Store.Role, h.showOwnRole),
		guard.On(page.Get, "/roles/:role/edit", "roles.edit", h.Store.Role, h.editRole),
		guard.On(page.Post, "/roles/:role/edit", "roles.edit", h.Store.Role, h.updateRole),
		guard.On(page.Post, "/roles/:role/undo", "roles.edit", h.Store.Role, h.undoRole),
		guard.On(page.Get, "/roles/:role/delete", "roles.edit", h.Store.Role, h.askDeleteRole),
		guard.On(page.Post, "/roles/:role/delete", "roles.edit", h.Store.Role, h.deleteRole),
	},
		guard.OneTime("/invites", "the link is the proof; whoever comes may have no login yet", h.showInvite, h.acceptInvite),
	)
}
