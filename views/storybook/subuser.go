package storybook

import "bailiwick/views"

const loginURL = "https://panel.example/login/7TQ0kX2mJ4vB9sYc1nRfWg"

func subuserRow(id, name, role, description, seen string, state views.Badge) views.Row {
	menu := []views.Action{
		{Text: "Edit", URL: "/a/analytical/settings/subusers/" + id + "/edit", Icon: "pencil"},
		{Text: "Reset password", URL: "/a/analytical/settings/subusers/" + id + "/password", Icon: "key"},
		{Text: "Sign out everywhere", Post: &views.Post{Action: "/a/analytical/settings/subusers/" + id + "/sign-out"}, Icon: "log-out"},
		{Text: "Suspend", Post: &views.Post{Action: "/a/analytical/settings/subusers/" + id + "/suspend"}, Icon: "pause"},
		{Text: "Delete…", URL: "/s/subusers-delete", Dialog: true, Danger: true, Icon: "trash-2"},
	}
	return views.Row{ID: id, Menu: menu, Page: "/a/analytical/settings/subusers/" + id, Dim: state.Tone == views.Warn, Cells: []views.Cell{
		{Text: name, URL: "/a/analytical/settings/subusers/" + id}, {Text: role}, {Text: description}, {Text: seen, Title: "20 November 2026, 16:12:44 CET"}, {Text: "Off"}, {Badges: []views.Badge{state}},
	}}
}

var subuserRoles = []views.Option{
	{Value: "Owner", Text: "Owner"}, {Value: "Admin", Text: "Admin"}, {Value: "Developer", Text: "Developer"}, {Value: "Supervisor", Text: "Supervisor"},
	{Value: "Support", Text: "Support"}, {Value: "Accountant", Text: "Accountant"}, {Value: "PhoneNumberManager", Text: "Phone number manager"},
	{Value: "CallListManager", Text: "Call list manager"}, {Value: "UserManager", Text: "User manager"}, {Value: "Payer", Text: "Payer"}, {Value: "PayerNoVerify", Text: "Payer without identity check"},
}

func subusers() []Story {
	active := views.Badge{Text: "Active", Tone: views.Good}
	list := views.SubuserListPage{
		Frame: frame("Subusers", "Subusers"),
		Header: views.Header{Title: "Subusers", Text: "Logins that belong to this account alone.", Actions: []views.Action{
			{Text: "Add subuser", URL: "/a/analytical/settings/subusers/new", Primary: true, Icon: "plus"},
		}},
		LoginLink: &views.LoginLink{URL: loginURL, ReplaceURL: "/s/subusers-replace-login-link"},
		List: views.List{
			Label: "subusers", CSVURL: "/a/analytical/settings/subusers.csv",
			Search: &views.Search{Action: "/a/analytical/settings/subusers", Placeholder: "Name or description", Filters: []views.Field{
				{Kind: views.Select, Name: "in_role", Label: "Role", Options: append([]views.Option{{Text: "Any role"}}, subuserRoles...)},
			}},
			Table: views.Table{Token: token, Columns: []views.Column{
				{Text: "Name", SortURL: "?sort=-name", Sorted: "ascending"}, {Text: "Roles"}, {Text: "Description"}, {Text: "Last sign-in", SortURL: "?sort=seen"}, {Text: "Two-step"}, {Text: "State"},
			}, Rows: []views.Row{
				subuserRow("1", "analyst", "Supervisor", "Reads call history", "yesterday", active),
				subuserRow("2", "cashier", "Payer, Accountant", "", "never", views.Badge{Text: "No password yet", Tone: views.Info}),
				subuserRow("3", "tabulator", "CallListManager", "Night shift", "2 hours ago", active),
				subuserRow("4", "wheelwright", "PhoneNumberManager", "Left in October", "6 weeks ago", views.Badge{Text: "Suspended", Tone: views.Warn}),
			}},
			Pager: views.Pager{Summary: "1–4 of 4"},
		},
	}
	empty := list
	empty.LoginLink = nil
	empty.List = views.List{Label: "subusers", Empty: views.Empty{
		Icon: "users", Title: "No subusers yet", Text: "A subuser is a login for one person or one job that works only in this account, and sees only what its role opens. They sign in by a link that you hand over.",
		Action: &views.Action{Text: "Add the first one", URL: "/a/analytical/settings/subusers/new", Primary: true, Icon: "plus"},
	}}
	viewer := list
	viewer.LoginLink = &views.LoginLink{URL: loginURL}
	viewer.Header.Actions = []views.Action{{Text: "Add subuser", Lock: "You need “Subusers: edit” here.", URL: "/s/failures-why-not"}}
	viewer.List.Table.Rows = nil
	for _, r := range list.List.Table.Rows {
		r.Menu = nil
		viewer.List.Table.Rows = append(viewer.List.Table.Rows, r)
	}
	filtered := list
	filtered.List.Table.Rows = nil
	filtered.List.Clear = "/a/analytical/settings/subusers"
	filtered.List.Chips = []views.Chip{{Text: "Role: Payer", RemoveURL: "/a/analytical/settings/subusers?q=x"}, {Text: "“x”", RemoveURL: "/a/analytical/settings/subusers?in_role=Payer"}}

	form := views.SubuserFormPage{
		Frame: frame("Add subuser", "Subusers"), Header: views.Header{Title: "Add subuser"}, New: true,
		Action: "/a/analytical/settings/subusers", Cancel: "/a/analytical/settings/subusers", MinimumPasswordSize: 12,
		Roles: subuserRoles, RolesURL: "/a/analytical/roles", PreviewURL: "/a/analytical/settings/subusers/preview",
	}
	refused := form
	refused.Name, refused.NameProblem = "Tabulator", "There is a subuser “tabulator” here already."
	refused.PasswordProblem = "This password has 4 characters, at least 12 are needed."
	refused.Roles = append([]views.Option{}, subuserRoles...)
	refused.Roles[7].Selected = true
	refused.Preview = views.RolePreview{
		Roles:  []string{"CallListManager"},
		Opens:  []views.RolePreviewGroup{{Title: "Overview", Pages: []string{"Control panel", "Notification history"}}, {Title: "Voice", Pages: []string{"Applications", "Call lists in a certain application"}}, {Title: "Settings", Pages: []string{"Service accounts", "Profile settings"}}},
		Closed: []views.RolePreviewGroup{{Title: "Voice", Pages: []string{"All calls", "Scenarios", "Rules"}}, {Title: "Numbers", Pages: []string{"My numbers", "Buy a number"}}, {Title: "Billing", Pages: []string{"Billing"}}},
	}
	edit := refused
	edit.New, edit.NameProblem, edit.PasswordProblem, edit.Name, edit.Description = false, "", "", "tabulator", "Night shift"
	edit.Header.Title = "Edit tabulator"
	byLink := form
	byLink.ByLink = true

	return []Story{
		{Name: "List", Render: views.SubuserList(list)},
		{Name: "List, none yet", Render: views.SubuserList(empty)},
		{Name: "List, nothing found", Render: views.SubuserList(filtered)},
		{Name: "List, may not edit", Render: views.SubuserList(viewer)},
		{Name: "Add", Render: views.SubuserForm(form)},
		{Name: "Add, by link", Render: views.SubuserForm(byLink)},
		{Name: "Add, refused", Render: views.SubuserForm(refused)},
		{Name: "Edit", Render: views.SubuserForm(edit)},
		{Name: "First one made", Render: views.SubuserCreated(views.SubuserCreatedPage{Frame: frame("Subusers", "Subusers"), Name: "tabulator", First: true, LoginLink: loginURL, ListURL: "/a/analytical/settings/subusers", AnotherURL: "/a/analytical/settings/subusers/new"})},
		{Name: "Made, by link", Render: views.SubuserCreated(views.SubuserCreatedPage{Frame: frame("Subusers", "Subusers"), Name: "cashier", LoginLink: loginURL, SetPassword: "https://panel.example/set-password/4mXw9Qp", SetUntil: "28 November, 11:05", ListURL: "/a/analytical/settings/subusers", AnotherURL: "/a/analytical/settings/subusers/new"})},
		{Name: "Reset password", Render: views.SubuserPassword(views.SubuserPasswordPage{Frame: frame("Reset password", "Subusers"), Header: views.Header{Title: "Reset the password of tabulator"}, Name: "tabulator", Action: "/a/analytical/settings/subusers/3/password", Cancel: "/a/analytical/settings/subusers", MinimumPasswordSize: 12})},
		{Name: "One-time link", Render: views.OneTimeLink(views.OneTimeLinkPage{Frame: frame("Reset password", "Subusers"), Header: views.Header{Title: "tabulator chooses a new password"}, Text: "The old password is void. This link works once, until 28 November, 11:05.", Link: views.CopyBox{ID: "set-password", Label: "Link to choose a password", Value: "https://panel.example/set-password/4mXw9Qp", Secret: true, Large: true}, Done: views.Link{Text: "Done", URL: "/a/analytical/settings/subusers"}})},
		{Name: "Delete", Render: views.DialogPage(views.Dialog{Frame: frame("Delete tabulator", "Subusers"), Title: "Delete tabulator?", Text: []string{"The login is gone at once, and its sessions end. What tabulator made stays."}, Form: views.Form{Token: token, Action: "/a/analytical/settings/subusers/3/delete", Cancel: "/a/analytical/settings/subusers", Submit: "Delete tabulator", Danger: true}})},
		{Name: "Replace login link", Render: views.DialogPage(views.Dialog{Frame: frame("Replace the login link", "Subusers"), Title: "Replace the login link?", Text: []string{"The old link is dead from then on: all 4 subusers need the new one. Nobody who is signed in is signed out."}, Form: views.Form{Token: token, Action: "/a/analytical/settings/subusers/login-link", Cancel: "/a/analytical/settings/subusers", Submit: "Replace", Danger: true}})},
	}
}
