package people

import (
	"slices"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return slices.Concat([]guard.Route{
		guard.Self(page.Get, "/accounts/:account/leave", "ends one's own membership", h.askLeaveAccount),
		guard.Self(page.Post, "/accounts/:account/leave", "ends one's own membership", h.leaveAccount),
		guard.In(page.Get, "/members", "members", h.listMembers).
			API(api.List("List members", h.apiListMembers, peopleFilters("active", "suspended")...)).
			APIAt(page.Get, "/members/:member", api.Read("Read a member", h.apiReadMember)),
		guard.In(page.Get, "/members/batches/new", "members.edit", h.askMany(membersKind)),
		guard.In(page.Post, "/members/batches", "members.edit", h.changeMany(membersKind)).API(h.apiChangeMany(membersKind)),
		guard.In(page.Get, "/members/batches/:batch", "members.edit", h.showMany(membersKind)).API(h.apiReadMany(membersKind)),
		guard.In(page.Post, "/members/batches/:batch/undo", "members.edit", h.undoMany(membersKind)).API(h.apiUndoMany(membersKind)),
		guard.In(page.Get, "/members/preview", "members", h.previewMemberRoles).PageAlone(guard.Draws),
		guard.On(page.Get, "/members/:member/edit", "members.edit", h.Store.Member, h.editMember),
		guard.On(page.Post, "/members/:member/edit", "members.edit", h.Store.Member, h.updateMember).
			API(api.Change("Change the roles of a member", h.apiEditMember)),
		guard.On(page.Get, "/members/:member/sessions", "members.edit", h.Store.Member, h.listMemberSessions).
			API(api.Read("List the sessions of a member", h.apiListSessions)),
		guard.On(page.Get, "/members/:member/sessions/end", "members.edit", h.Store.Member, h.askEndMemberSessions),
		guard.On(page.Post, "/members/:member/sessions/end", "members.edit", h.Store.Member, h.endMemberSessions).
			API(api.Act("End sessions of a member", h.apiEndMemberSessions)),
		guard.On(page.Get, "/members/:member/remove", "members.remove", h.Store.Member, h.askRemoveMember),
		guard.On(page.Post, "/members/:member/remove", "members.remove", h.Store.Member, h.removeMember).
			API(api.Remove("Remove a member", h.apiRemoveMember, revokeKeys)),
		guard.In(page.Get, "/members/invites", "members", h.listInvites).
			API(api.List("List invites", h.apiListInvites, api.Search)),
		guard.In(page.Get, "/members/invites/new", "members.add", h.newInvites),
		guard.In(page.Post, "/members/invites", "members.add", h.createInvites).
			API(api.Act("Invite members", h.apiCreateInvites)),
		guard.On(page.Post, "/members/invites/:invite/resend", "members.add", h.Store.InviteByID, h.resendInvite).
			API(api.Do("Resend an invite", h.apiResendInvite)),
		guard.On(page.Get, "/members/invites/:invite/cancel", "members.add", h.Store.InviteByID, h.askCancelInvite),
		guard.On(page.Post, "/members/invites/:invite/cancel", "members.add", h.Store.InviteByID, h.cancelInvite).
			API(api.Do("Cancel an invite", h.apiCancelInvite)),
		guard.In(page.Get, "/settings/subusers", "subusers", h.listSubusers).
			API(api.List("List subusers", h.apiListSubusers, peopleFilters("active", "suspended", "no_password")...)).
			APIAt(page.Get, "/settings/subusers/login-link", api.Read("Read the sign-in link of subusers", h.apiReadLoginLink)),
		guard.In(page.Get, "/settings/subusers/batches/new", "subuser_edit", h.askMany(subusersKind)),
		guard.In(page.Post, "/settings/subusers/batches", "subuser_edit", h.changeMany(subusersKind)).API(h.apiChangeMany(subusersKind)),
		guard.In(page.Get, "/settings/subusers/batches/:batch", "subuser_edit", h.showMany(subusersKind)).API(h.apiReadMany(subusersKind)),
		guard.In(page.Post, "/settings/subusers/batches/:batch/undo", "subuser_edit", h.undoMany(subusersKind)).API(h.apiUndoMany(subusersKind)),
		guard.In(page.Get, "/settings/subusers/new", "subuser_create", h.newSubuser),
		guard.In(page.Get, "/settings/subusers/preview", "subusers", h.previewRoles).PageAlone(guard.Draws),
		guard.In(page.Post, "/settings/subusers", "subuser_create", h.createSubuser).
			API(api.Make("Create a subuser", h.apiCreateSubuser)),
		guard.In(page.Get, "/settings/subusers/login-link", "subuser_edit", h.askReplaceLoginLink),
		guard.In(page.Post, "/settings/subusers/login-link", "subuser_edit", h.replaceLoginLink).
			API(api.Do("Replace the sign-in link of subusers", h.apiReplaceLoginLink)),
		guard.On(page.Get, "/settings/subusers/:subuser", "subusers", h.Store.Subuser, h.showSubuser).
			API(api.Read("Read a subuser", h.apiReadSubuser)),
		guard.On(page.Get, "/settings/subusers/:subuser/edit", "subuser_edit", h.Store.Subuser, h.editSubuser),
		guard.On(page.Post, "/settings/subusers/:subuser/edit", "subuser_edit", h.Store.Subuser, h.updateSubuser).
			API(api.Change("Change a subuser", h.apiEditSubuser)),
		guard.On(page.Get, "/settings/subusers/:subuser/password", "subuser_edit", h.Store.Subuser, h.editSubuserPassword),
		guard.On(page.Post, "/settings/subusers/:subuser/password", "subuser_edit", h.Store.Subuser, h.updateSubuserPassword).
			API(api.Act("Reset the password of a subuser", h.apiResetPassword)),
		guard.On(page.Get, "/settings/subusers/:subuser/end-sessions", "subuser_edit", h.Store.Subuser, h.askEndSubuserSessions),
		guard.On(page.Post, "/settings/subusers/:subuser/end-sessions", "subuser_edit", h.Store.Subuser, h.endSubuserSessions).
			API(h.apiChangeSubuser("Sign a subuser out everywhere", h.Store.EndSubuserSessions)),
		guard.On(page.Get, "/settings/subusers/:subuser/two-step", "subuser_edit", h.Store.Subuser, h.askResetSubuserTwoStep),
		guard.On(page.Post, "/settings/subusers/:subuser/two-step", "subuser_edit", h.Store.Subuser, h.resetSubuserTwoStep).
			API(h.apiChangeSubuser("Reset the two-step sign-in of a subuser", h.Store.ResetSubuserTwoStep)),
		guard.On(page.Get, "/settings/subusers/:subuser/suspend", "subuser_edit", h.Store.Subuser, h.askSuspendSubuser),
		guard.On(page.Post, "/settings/subusers/:subuser/suspend", "subuser_edit", h.Store.Subuser, h.suspendSubuser).
			API(h.apiChangeSubuser("Suspend a subuser", h.Store.SuspendSubuser)),
		guard.On(page.Post, "/settings/subusers/:subuser/resume", "subuser_edit", h.Store.Subuser, h.resumeSubuser).
			API(h.apiChangeSubuser("Resume a subuser", h.Store.ResumeSubuser)),
		guard.On(page.Get, "/settings/subusers/:subuser/delete", "subuser_edit", h.Store.Subuser, h.askDeleteSubuser),
		guard.On(page.Post, "/settings/subusers/:subuser/delete", "subuser_edit", h.Store.Subuser, h.deleteSubuser).
			API(api.Remove("Delete a subuser", h.apiDeleteSubuser, revokeKeys)),
		guard.In(page.Get, "/roles", "roles", h.showRoles).
			API(api.Read("List roles, with what each gives", h.apiListRoles)),
		guard.In(page.Get, "/roles/compare", "roles", h.compareRoles).PageAlone("puts roles side by side, each of which the list has whole"),
		guard.In(page.Get, "/roles/new", "roles.edit", h.newRole),
		guard.In(page.Post, "/roles", "roles.edit", h.createRole).
			API(api.Versioned(api.Make("Create a role", h.apiCreateRole))),
		guard.On(page.Get, "/roles/:role", "roles", h.Store.Role, h.showOwnRole).
			API(api.Versioned(api.Read("Read a role of the account's own", h.apiReadRole))),
		guard.On(page.Get, "/roles/:role/edit", "roles.edit", h.Store.Role, h.editRole),
		guard.On(page.Post, "/roles/:role/edit", "roles.edit", h.Store.Role, h.updateRole).
			API(api.Versioned(api.Change("Change a role", h.apiEditRole))),
		guard.On(page.Post, "/roles/:role/undo", "roles.edit", h.Store.Role, h.undoRole).PageAlone("is an edit, which programs send as one"),
		guard.On(page.Get, "/roles/:role/delete", "roles.edit", h.Store.Role, h.askDeleteRole),
		guard.On(page.Post, "/roles/:role/delete", "roles.edit", h.Store.Role, h.deleteRole).
			API(api.Versioned(api.Remove("Delete a role", h.apiDeleteRole, api.Text("instead", "The role that those get who have no other.")))),
	},
		guard.OneTime("/invites", "the link is the proof; whoever comes may have no login yet", h.showInvite, h.acceptInvite),
	)
}
