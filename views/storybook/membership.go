package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/record"
)

const membersURL = "/a/analytical/members"

func memberRow(id, name, email, roles, seen string, menu ...part.Action) part.Row {
	return part.Row{ID: id, Menu: menu, Cells: []part.Cell{
		{Text: name, Avatar: part.AvatarOf(name, id)}, {Text: email}, {Text: roles}, {Text: seen, Title: "20 November 2026, 16:12:44 CET"}, {Text: "On"}, {Text: "3 Mar, 09:12", Title: "3 March 2026, 09:12:00 CET"},
	}}
}

func inviteRow(id, email, roles, by string, state part.Badge) part.Row {
	return part.Row{ID: id, Cells: []part.Cell{{Text: email}, {Text: roles}, {Text: by}, {Text: "yesterday"}, {Badges: []part.Badge{state}}}, Menu: []part.Action{
		{Text: "Resend", Post: &part.Post{Text: "Resend", Action: membersURL + "/invites/" + id + "/resend"}},
		{Text: "Cancel…", URL: membersURL + "/invites/" + id + "/cancel", Dialog: true, Danger: true},
	}}
}

var memberOptions = []part.Option{
	{Group: "Member access", Value: "full_editor", Text: "Full editor", Help: "Views and edits everything."},
	{Group: "Member access", Value: "full_viewer", Text: "Full viewer", Help: "Views everything except keys."},
	{Group: "Member access", Value: "configuration_editor", Text: "Configuration editor", Help: "Views and edits the setup."},
	{Group: "Member access", Value: "configuration_viewer", Text: "Configuration viewer", Help: "Sees the setup."},
	{Group: "Member access", Value: "reporting_editor", Text: "Reporting editor", Help: "Gives more than you have here, so you can't give it.", Disabled: true},
	{Group: "Member access", Value: "reporting_viewer", Text: "Reporting viewer", Help: "Views calls and reports.", Selected: true,
		With: &part.Field{Kind: part.Datetime, Name: "until.reporting_viewer", ID: "until-reporting_viewer", Label: "Reporting viewer until", Value: "2026-11-27T18:00"}},
	{Group: "Account role", Value: "main_admin", Text: "Admin", Help: "Runs a company account and views its sub-accounts.", Selected: true,
		With: &part.Field{Kind: part.Datetime, Name: "until.main_admin", ID: "until-main_admin", Label: "Admin until", Value: "2026-11-20T18:00", Problem: "This time has passed. Choose a later one, or none."}},
	{Group: "Account role", Value: "main_user", Text: "User", Help: "Views a company account and its sub-accounts."},
}

func memberships() []Story {
	change := part.Action{Text: "Change roles", URL: membersURL + "/2/edit"}
	remove := part.Action{Text: "Remove…", URL: membersURL + "/2/remove", Dialog: true, Danger: true}
	list := people.MemberListPage{
		Frame: frame("Members", "Members"),
		Header: part.Header{Title: "Members", Text: "People who work in Analytical, each with a login of their own for all their accounts.", Actions: []part.Action{
			{Text: "Invite members", URL: membersURL + "/invites/new", Icon: "plus", Primary: true},
		}},
		List: part.List{
			Label: "Members", Search: &part.Search{Action: membersURL, Placeholder: "Search members"},
			Table: part.Table{Token: token, Columns: []part.Column{{Text: "Name"}, {Text: "E-mail address"}, {Text: "Roles"}, {Text: "Last sign-in"}, {Text: "Two-step"}, {Text: "Since"}}, Rows: []part.Row{
				memberRow("1", "Ada", "ada@analytical.example", "Account owner", "09:40"),
				memberRow("2", "Barbara", "barbara@analytical.example", "Member access: Reporting viewer, Account role: User", "Never", change, remove),
				memberRow("3", "Edsger", "edsger@analytical.example", "Member access: Full editor", "yesterday",
					part.Action{Text: "Change roles", Lock: "Edsger can do more here than you can"}, part.Action{Text: "Remove…", Lock: "Edsger can do more here than you can"}),
				memberRow("4", "Grace", "grace@analytical.example", "Account role: Admin", "08:02", change, part.Action{Text: "Leave…", URL: "/accounts/analytical/leave", Dialog: true, Danger: true}),
			}},
			Pager: part.Pager{Next: membersURL + "?after=4"},
		},
		Invites: &people.InviteList{AllURL: membersURL + "/invites", Table: part.Table{Token: token,
			Columns: []part.Column{{Text: "E-mail address"}, {Text: "Roles"}, {Text: "Invited by"}, {Text: "Invited"}, {Text: "State"}}, Rows: []part.Row{
				inviteRow("i1", "charles@difference.example", "Account role: User", "Ada", part.Badge{Text: "Until 28 Nov, 11:05", Tone: part.Info}),
				inviteRow("i2", "luigi@turin.example", "Member access: Full viewer", "Grace", part.Badge{Text: "Expired", Tone: part.Warn}),
			}}},
	}
	list.Invites.Table.Rows[0].Cells[4].Details = "The e-mail couldn't be delivered: 550 5.1.1 nobody of that name here"
	list.List.Table.Rows[1].Cells[2].Details = "Reporting viewer until Fri 27 Nov, 18:00, User ended Mon 2 Nov, 12:00"
	list.List.Table.Rows[1].Cells[2].Title = "Reporting viewer until 27 November 2026, 18:00:00 CET, User until 2 November 2026, 12:00:00 CET"
	list.List.Table.Rows[3].Cells[0].Badges = []part.Badge{{Text: "You", Tone: part.Info}}
	single := people.MemberListPage{Frame: list.Frame, Header: part.Header{Title: "Members", Text: "A personal account has no members besides its owner."}, List: list.List}
	single.List.Table.Rows, single.List.Pager = list.List.Table.Rows[:1], part.Pager{}
	preview := people.AccessPreview{
		Sentences: []string{"Can view this account and its 3 sub-accounts.", "Can edit 1 account."},
		Reaches: []people.AccessReach{
			{Title: "In Analytical", Changes: []people.RolePreviewGroup{{Title: "Voice", Pages: []string{"Calls", "Call downloads"}}}, Reads: []people.RolePreviewGroup{{Title: "Voice", Pages: []string{"Active sessions"}}, {Title: "Messaging", Pages: []string{"One-way SMS", "Two-way SMS"}}}},
			{Title: "In the accounts below", Reads: []people.RolePreviewGroup{{Title: "Voice", Pages: []string{"Calls", "Call downloads", "Active sessions"}}}},
		},
		Note: "Where they are also a member of a sub-account, their roles there decide.",
	}
	roles := people.RoleChoice{Options: memberOptions, PreviewURL: membersURL + "/preview", Preview: preview, RolesURL: "/a/analytical/roles"}
	edit := people.MemberFormPage{
		Frame: frame("Change the roles of Barbara", "Members"), Header: part.Header{Title: "Change the roles of Barbara", Text: "barbara@analytical.example"},
		Action: membersURL + "/2/edit", Cancel: membersURL, Roles: roles,
	}
	refused := edit
	refused.Problem = "Barbara is the last Admin here, and one has to stay. Make somebody else Admin first."
	invite := people.InviteFormPage{
		Frame: frame("Invite members", "Members"), Header: part.Header{Title: "Invite members", Text: "Each address gets an e-mail with a link that works once, for seven days."},
		Action: membersURL + "/invites", Cancel: membersURL, Roles: roles,
	}
	invite.Roles.Preview = people.AccessPreview{}
	wrong := invite
	wrong.Emails, wrong.EmailsProblem, wrong.Roles.Problem = "charles", "Enter an e-mail address, such as ada@example.com.", "Choose at least one role."
	unproven := invite
	unproven.Emails, unproven.Roles.Options = "charles@difference.example", roles.Options
	unproven.Proof = []part.Field{{Kind: part.Password, Name: "proof", Label: "Your password", Autocomplete: "current-password", Problem: "This isn't your password.",
		Help: "Needed for roles that let people give access to others, such as Admin. You won't be asked again for five minutes."}}
	made := people.InvitesMadePage{
		Frame: frame("Invited", "Members"), Header: part.Header{Title: "2 invites are ready"}, ListURL: membersURL, AnotherURL: membersURL + "/invites/new",
		Text: "Each link works once, only for the address above it, until 28 Nov, 11:05.",
		Note: "Each of them gets the link by e-mail. The links are shown only now. Resend creates a new one, and the old one stops working.",
		Links: []part.CopyBox{
			{ID: "invite-1", Label: "charles@difference.example", Value: "https://panel.example/invites/7TQ0kX2mJ4vB9sYc1nRfWg"},
			{ID: "invite-2", Label: "luigi@turin.example", Value: "https://panel.example/invites/9sYc1nRfWg7TQ0kX2mJ4vB"},
		},
		NotInvited: []part.Detail{{Label: "grace@analytical.example", Value: part.Cell{Text: "Someone with this address is already a member."}}, {Label: "Line 3: three", Value: part.Cell{Text: "Enter an e-mail address, such as ada@example.com."}}},
	}
	mixed := made
	mixed.Header.Title, mixed.NotInvited = "1 invite is ready", nil
	mixed.Links = []part.CopyBox{{ID: "invite-1", Label: "gr\u0430ce@analytical.example", Value: made.Links[0].Value}}
	mixed.Warning = mixed.Links[0].Label + " mixes letters of several alphabets and can look like another address. Make sure that it's the one you mean, or cancel the invite."
	door := people.InvitePage{
		Token: token, Action: "/invites", Mark: linkMark, Account: "Analytical", Inviter: "Ada", Roles: []string{"Member access: Reporting viewer", "Account role: User"},
		Address: "c•••@difference.example", Until: "28 Nov, 11:05", MinimumPasswordSize: 12,
	}
	doorWrong := door
	doorWrong.Name, doorWrong.PasswordProblem = "Charles", "Use at least 12 characters. A few words are easier to remember than symbols."
	gone := door
	gone.Problem = "Ada can no longer give these roles. Ask somebody else in Analytical for a new invite."
	join := door
	join.State, join.Address = people.InviteJoin, "charles@difference.example"
	other := door
	other.State, other.SignedInAs = people.InviteOther, "mallory@malloryville.example"
	signIn := door
	signIn.State, signIn.SignInURL = people.InviteSignIn, "/sign-in?return=%2Finvites"
	many := list
	many.Invites = nil
	many.List.Search = &part.Search{Action: membersURL, Placeholder: "Search members", Filters: []part.Field{
		{Kind: part.Select, Name: "role", ID: "filter-role", Label: "Role", Options: append([]part.Option{{Text: "Role: any"}}, memberOptions[:3]...)},
		{Kind: part.Select, Name: "seen", ID: "filter-seen", Label: "Last sign-in", Options: []part.Option{{Text: "Last sign-in: any"}, {Value: "not90", Text: "Not for 90 days"}}},
	}}
	many.List.Bulk = &part.Bulk{Action: membersURL + "/batches/new", All: "All 1,005 that match", Acts: []part.BulkAct{
		{Value: "give_role", Text: "Give role…"}, {Value: "take_role", Text: "Remove role…"}, {Value: "remove", Text: "Remove…", Danger: true}}}
	many.List.Pager.Summary = "1–40 of 1,005"
	sessions := record.ListPage{
		Frame: frame("Sessions of Barbara", "Members"),
		Header: part.Header{Title: "Sessions of Barbara", Text: "Where Barbara is signed in and has opened Analytical. Other sessions are theirs alone.",
			Actions: []part.Action{{Text: "End all…", URL: membersURL + "/2/sessions/end", Dialog: true, Danger: true}}},
		List: part.List{Label: "Sessions", Table: part.Table{Token: token, Columns: []part.Column{{Text: "Device"}, {Text: "Address"}, {Text: "Signed in"}, {Text: "Until"}}, Rows: []part.Row{
			{ID: "s1", Cells: []part.Cell{{Text: "Firefox on Linux"}, {Text: "192.0.2.17", Mono: true}, {Text: "09:40"}, {Text: "17:40"}}, Menu: []part.Action{{Text: "End…", URL: membersURL + "/2/sessions/end?session=:row", Dialog: true, Danger: true}}},
			{ID: "s2", Cells: []part.Cell{{Text: "Safari on iPhone"}, {Text: "2001:db8::17", Mono: true}, {Text: "08:12"}, {Text: "16:12"}}, Menu: []part.Action{{Text: "End…", URL: membersURL + "/2/sessions/end?session=:row", Dialog: true, Danger: true}}},
		}}},
	}
	none := sessions
	none.Header.Actions, none.List.Table.Rows = nil, nil
	none.List.Empty = part.Empty{Scene: part.SceneTime, Title: "No sessions here", Text: "Barbara is not signed in, or has not opened Analytical since."}
	return []Story{
		{Name: "List", Render: people.MemberList(list)},
		{Name: "Filtered, many at once", Render: people.MemberList(many)},
		{Name: "Sessions of one", Render: record.List(sessions)},
		{Name: "Sessions of one, none", Render: record.List(none)},
		{Name: "List of a personal account", Render: people.MemberList(single)},
		{Name: "Change roles", Render: people.MemberForm(edit)},
		{Name: "Change roles, refused", Render: people.MemberForm(refused)},
		{Name: "Remove", Render: part.DialogPage(part.Dialog{Frame: frame("Remove Barbara", "Members"), Title: "Remove Barbara?", Text: []string{"Barbara loses access to Analytical, unless a role in an account above gives it. Their login and what they created stay."}, Form: part.Form{Token: token, Action: membersURL + "/2/remove", Submit: "Remove", Danger: true, Cancel: membersURL}})},
		{Name: "Invite", Render: people.InviteForm(invite)},
		{Name: "Invite, refused", Render: people.InviteForm(wrong)},
		{Name: "Invite, password wrong", Render: people.InviteForm(unproven)},
		{Name: "Invited", Render: people.InvitesMade(made)},
		{Name: "Invited, mixed alphabets", Render: people.InvitesMade(mixed)},
		{Name: "Accept as a new person", Render: people.Invite(door)},
		{Name: "Accept, wrong password", Render: people.Invite(doorWrong)},
		{Name: "Accept, inviter gone", Render: people.Invite(gone)},
		{Name: "Accept, signed in", Render: people.Invite(join)},
		{Name: "Accept, signed out", Render: people.Invite(signIn)},
		{Name: "Accept, signed in as somebody else", Render: people.Invite(other)},
	}
}
