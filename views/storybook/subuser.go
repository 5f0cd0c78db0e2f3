package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/people"
)

const loginURL = "https://panel.example/login/7TQ0kX2mJ4vB9sYc1nRfWg"

func subuserRow(id, name, role, description, seen string, state part.Badge) part.Row {
	menu := []part.Action{
		{Text: "Edit", URL: "/a/analytical/settings/subusers/" + id + "/edit", Icon: "pencil"},
		{Text: "Reset password", URL: "/a/analytical/settings/subusers/" + id + "/password", Icon: "key"},
		{Text: "Sign out everywhere", Post: &part.Post{Action: "/a/analytical/settings/subusers/" + id + "/sign-out"}, Icon: "log-out"},
		{Text: "Suspend", Post: &part.Post{Action: "/a/analytical/settings/subusers/" + id + "/suspend"}, Icon: "pause"},
		{Text: "Delete…", URL: "/s/subusers-delete", Dialog: true, Danger: true, Icon: "trash-2"},
	}
	return part.Row{ID: id, Menu: menu, Page: true, Dim: state.Tone == part.Warn, Cells: []part.Cell{
		{Text: name, URL: "/a/analytical/settings/subusers/" + id}, {Text: role}, {Badges: []part.Badge{state}}, {Text: seen, Title: "20 November 2026, 16:12:44 CET"}, {Text: "Off"}, {Text: description},
	}}
}

var subuserRoles = []part.Option{
	{Value: "Owner", Text: "Owner"}, {Value: "Admin", Text: "Admin"}, {Value: "Developer", Text: "Developer"}, {Value: "Supervisor", Text: "Supervisor"},
	{Value: "Support", Text: "Support"}, {Value: "Accountant", Text: "Accountant"}, {Value: "PhoneNumberManager", Text: "Phone number manager"},
	{Value: "CallListManager", Text: "Call list manager"}, {Value: "UserManager", Text: "User manager"}, {Value: "Payer", Text: "Payer"}, {Value: "PayerNoVerify", Text: "Payer without identity check"},
}

func subusers() []Story {
	active := part.Badge{Text: "Active", Tone: part.Good}
	list := people.SubuserListPage{
		Frame: frame("Subusers", "Subusers"),
		Header: part.Header{Title: "Subusers", Text: "People who sign in through this account's own link.", Actions: []part.Action{
			{Text: "Add subuser", URL: "/a/analytical/settings/subusers/new", Primary: true, Icon: "plus"},
		}},
		LoginLink: &people.LoginLink{URL: loginURL, ReplaceURL: "/s/subusers-replace-login-link"},
		List: part.List{
			Label: "subusers", CSVURL: "/a/analytical/settings/subusers.csv",
			Search: &part.Search{Action: "/a/analytical/settings/subusers", Placeholder: "Name or description", Filters: []part.Field{
				{Kind: part.Select, Name: "in_role", Label: "Role", Options: append([]part.Option{{Text: "Any role"}}, subuserRoles...)},
			}},
			Table: part.Table{Token: token, Columns: []part.Column{
				{Text: "Name", SortURL: "?sort=-name", Sorted: "ascending"}, {Text: "Roles"}, {Text: "State"}, {Text: "Last sign-in", SortURL: "?sort=seen"}, {Text: "Two-step"}, {Text: "Description"},
			}, Rows: []part.Row{
				subuserRow("1", "analyst", "Supervisor", "Reads call history", "yesterday", active),
				subuserRow("2", "cashier", "Payer, Accountant", "", "never", part.Badge{Text: "No password yet", Tone: part.Info}),
				subuserRow("3", "tabulator", "CallListManager", "Night shift", "2 hours ago", active),
				subuserRow("4", "wheelwright", "PhoneNumberManager", "Left in October", "6 weeks ago", part.Badge{Text: "Suspended", Tone: part.Warn}),
			}},
			Pager: part.Pager{Summary: "4 subusers"},
		},
	}
	empty := list
	empty.LoginLink = nil
	empty.List = part.List{Label: "subusers", Empty: part.Empty{
		Icon: "users", Title: "No subusers yet", Text: "A subuser signs in on this account's own page, sees the sections of their role and nothing else.",
		Action: &part.Action{Text: "Add the first one", URL: "/a/analytical/settings/subusers/new", Primary: true, Icon: "plus"},
	}}
	viewer := list
	viewer.LoginLink = &people.LoginLink{URL: loginURL}
	viewer.Header.Actions = []part.Action{{Text: "Add subuser", Lock: "You need “Subusers: edit” here.", URL: "/s/failures-why-not"}}
	viewer.List.Table.Rows = nil
	for _, r := range list.List.Table.Rows {
		r.Menu = nil
		viewer.List.Table.Rows = append(viewer.List.Table.Rows, r)
	}
	filtered := list
	filtered.List.Table.Rows = nil
	filtered.List.Clear = "/a/analytical/settings/subusers"
	filtered.List.Chips = []part.Chip{{Text: "Role: Payer", RemoveURL: "/a/analytical/settings/subusers?q=x"}, {Text: "“x”", RemoveURL: "/a/analytical/settings/subusers?in_role=Payer"}}

	form := people.SubuserFormPage{
		Frame: frame("Add subuser", "Subusers"), Header: part.Header{Title: "Add subuser"}, New: true,
		Action: "/a/analytical/settings/subusers", Cancel: "/a/analytical/settings/subusers", MinimumPasswordSize: 12,
		Roles: subuserRoles, RolesURL: "/a/analytical/roles", PreviewURL: "/a/analytical/settings/subusers/preview",
	}
	refused := form
	refused.Name, refused.NameProblem = "Tabulator", "This account already has a subuser with this name."
	refused.PasswordProblem = "Use at least 12 characters. A few words are easier to remember than symbols."
	refused.Roles = append([]part.Option{}, subuserRoles...)
	refused.Roles[7].Selected = true
	refused.Preview = people.RolePreview{
		Roles:  []string{"CallListManager"},
		Opens:  []people.RolePreviewGroup{{Title: "Overview", Pages: []string{"Control panel", "Notification history"}}, {Title: "Voice", Pages: []string{"Applications", "Call lists in a certain application"}}, {Title: "Settings", Pages: []string{"Service accounts", "Profile settings"}}},
		Closed: []people.RolePreviewGroup{{Title: "Voice", Pages: []string{"All calls", "Scenarios", "Rules"}}, {Title: "Numbers", Pages: []string{"My numbers", "Buy a number"}}, {Title: "Billing", Pages: []string{"Billing"}}},
	}
	edit := refused
	edit.New, edit.NameProblem, edit.PasswordProblem, edit.Name, edit.Description = false, "", "", "tabulator", "Night shift"
	edit.Header.Title = "Edit tabulator"
	byLink := form
	byLink.ByLink = true

	return []Story{
		{Name: "List", Render: people.SubuserList(list)},
		{Name: "List, none yet", Render: people.SubuserList(empty)},
		{Name: "List, nothing found", Render: people.SubuserList(filtered)},
		{Name: "List, may not edit", Render: people.SubuserList(viewer)},
		{Name: "Add", Render: people.SubuserForm(form)},
		{Name: "Add, by link", Render: people.SubuserForm(byLink)},
		{Name: "Add, refused", Render: people.SubuserForm(refused)},
		{Name: "Edit", Render: people.SubuserForm(edit)},
		{Name: "First one made", Render: people.SubuserCreated(people.SubuserCreatedPage{Frame: frame("Subusers", "Subusers"), Name: "tabulator", First: true, LoginLink: loginURL, ListURL: "/a/analytical/settings/subusers", AnotherURL: "/a/analytical/settings/subusers/new"})},
		{Name: "Made, by link", Render: people.SubuserCreated(people.SubuserCreatedPage{Frame: frame("Subusers", "Subusers"), Name: "cashier", LoginLink: loginURL, SetPassword: "https://panel.example/set-password/4mXw9Qp", SetUntil: "28 November, 11:05", ListURL: "/a/analytical/settings/subusers", AnotherURL: "/a/analytical/settings/subusers/new"})},
		{Name: "Reset password", Render: people.SubuserPassword(people.SubuserPasswordPage{Frame: frame("Reset password", "Subusers"), Header: part.Header{Title: "Reset the password of tabulator"}, Name: "tabulator", Action: "/a/analytical/settings/subusers/3/password", Cancel: "/a/analytical/settings/subusers", MinimumPasswordSize: 12})},
		{Name: "One-time link", Render: people.OneTimeLink(people.OneTimeLinkPage{Frame: frame("Reset password", "Subusers"), Header: part.Header{Title: "tabulator chooses a new password"}, Text: "The old password no longer works. This link works once, until 28 November, 11:05.", Link: part.CopyBox{ID: "set-password", Label: "Link to choose a password", Value: "https://panel.example/set-password/4mXw9Qp", Secret: true, Large: true}, Done: part.Link{Text: "Done", URL: "/a/analytical/settings/subusers"}})},
		{Name: "Delete", Render: part.DialogPage(part.Dialog{Frame: frame("Delete tabulator", "Subusers"), Title: "Delete tabulator?", Text: []string{"The login is deleted and its sessions end at once. What they created stays. This can't be undone."}, Form: part.Form{Token: token, Action: "/a/analytical/settings/subusers/3/delete", Cancel: "/a/analytical/settings/subusers", Submit: "Delete tabulator", Danger: true}})},
		{Name: "Replace sign-in link", Render: part.DialogPage(part.Dialog{Frame: frame("Replace the sign-in link", "Subusers"), Title: "Replace the sign-in link?", Text: []string{"The old link stops working: every subuser needs the new one. Nobody is signed out."}, Form: part.Form{Token: token, Action: "/a/analytical/settings/subusers/login-link", Cancel: "/a/analytical/settings/subusers", Submit: "Replace", Danger: true}})},
	}
}
