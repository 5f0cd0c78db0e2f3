package storybook

import "bailiwick/views"

var accountColumns = []views.Column{{Text: "Account"}, {Text: "Kind"}, {Text: "State"}, {Text: "Your role"}, {Text: "Owner"}, {Text: "People", Number: true}}

func accountRow(id, name, kind, state, role, people string, depth int) views.Row {
	r := views.Row{
		ID: id, Depth: depth,
		Cells: []views.Cell{{Text: name, URL: "/a/" + id}, {Text: kind}, {Badges: []views.Badge{{Text: state, Tone: views.Good}}}, {Text: role}, {Text: "Ada"}, {Text: people}},
		Menu: []views.Action{
			{Text: "Open", URL: "/a/" + id, Icon: "external-link"},
			{Text: "Rename", URL: "/a/" + id + "/rename", Icon: "pencil"},
			{Text: "Suspend…", URL: "/s/accounts-suspend", Dialog: true, Icon: "pause", Danger: true},
		},
	}
	if state == "Suspended" {
		r.Dim = true
		r.Cells[2].Badges[0].Tone = views.Warn
		r.Menu[2] = views.Action{Text: "Resume", Icon: "refresh-cw", Post: &views.Post{Action: "/a/" + id + "/resume"}}
	}
	return r
}

func accounts() []Story {
	mine := views.AccountsPage{
		Frame: frame("Accounts", "", views.Link{Text: "Accounts"}),
		Header: views.Header{Title: "Your accounts", Actions: []views.Action{
			{Text: "New main account", URL: "/accounts/new", Primary: true, Icon: "plus"},
		}},
		Search: &views.Search{Action: "/accounts", Placeholder: "Name"},
		Trees: []views.AccountTree{
			{ID: "1", Title: "Analytical", Kind: views.Badge{Text: "Agency"}, Table: views.Table{Token: token, Columns: accountColumns, Rows: []views.Row{
				accountRow("analytical", "Analytical", "Main account", "Active", "Account owner", "3", 0),
				accountRow("east", "East", "Sub-account", "Suspended", "from Analytical", "1", 1),
				accountRow("east-berlin", "East Berlin", "Sub-account", "Active", "from Analytical", "0", 2),
				accountRow("west", "West", "Sub-account", "Active", "from Analytical", "2", 1),
			}}},
			{ID: "2", Title: "Ada", Kind: views.Badge{Text: "Personal"}, Table: views.Table{Token: token, Columns: accountColumns, Rows: []views.Row{
				accountRow("ada", "Ada", "Personal account", "Active", "Account owner", "1", 0),
			}}},
		},
	}
	nothing := mine
	nothing.Trees, nothing.Search, nothing.Clear = nil, &views.Search{Action: "/accounts", Value: "north", Placeholder: "Name"}, "/accounts"

	east := accountRow("east", "East", "Sub-account", "Active", "", "1", 0)
	east.ToggleURL, east.Open = "/a/analytical/accounts", true
	west := accountRow("west", "West", "Sub-account", "Active", "", "2", 0)
	west.ToggleURL = "/a/analytical/accounts?open=west"
	below := views.SubAccountsPage{
		Frame: frame("Accounts", "Accounts"),
		Header: views.Header{Title: "Accounts below Analytical", Actions: []views.Action{
			{Text: "Permissions", URL: "/a/analytical/permissions/general", Icon: "list-checks"},
			{Text: "New sub-accounts", URL: "/a/analytical/sub-accounts/new", Primary: true, Icon: "plus"},
		}},
		List: views.List{
			Label: "accounts",
			Search: &views.Search{Action: "/a/analytical/accounts", Placeholder: "Name", Filters: []views.Field{
				{Kind: views.Select, Name: "state", Label: "State", Options: []views.Option{{Text: "Any state"}, {Value: "active", Text: "Active"}, {Value: "suspended", Text: "Suspended"}}},
			}},
			CSVURL: "/a/analytical/accounts.csv",
			Table: views.Table{Token: token, Columns: accountColumns, Rows: []views.Row{
				east,
				accountRow("east-berlin", "East Berlin", "Sub-account", "Active", "", "0", 1),
				accountRow("north", "North", "Sub-account", "Suspended", "", "0", 0),
				west,
			}},
			Pager: views.Pager{Summary: "1–4 of 204", Next: "/a/analytical/accounts?after=4"},
		},
	}
	none := below
	none.Header.Actions = below.Header.Actions[1:]
	none.List = views.List{Label: "accounts", Empty: views.Empty{
		Icon: "folder-tree", Title: "No sub-accounts yet", Text: "A sub-account is a customer, a branch or a team of its own. You decide what it may use; its people see nothing of yours.",
		Action: &views.Action{Text: "Make the first one", URL: "/a/analytical/sub-accounts/new", Primary: true, Icon: "plus"},
	}}

	form := views.SubAccountsFormPage{
		Frame: frame("New sub-accounts", "Accounts"), Header: views.Header{Title: "New sub-accounts of Analytical"},
		Action: "/a/analytical/sub-accounts", Cancel: "/a/analytical/accounts", MaximumSize: 100,
		CopiesFrom: "They start with what West has, the newest account here.",
	}
	refused := form
	refused.Names = []views.NameRow{{Value: "South"}, {}, {}}
	refused.Pasted, refused.PasteError = "North\nPo\u202ele", "Line 2: Leave out characters that can not be seen."

	many := below
	many.List.Bulk = &views.Bulk{Action: "/a/analytical/accounts/batches/new", All: "All 204 that are shown", Acts: []views.Option{{Value: "suspend", Text: "Suspend"}, {Value: "archive", Text: "Archive"}, {Value: "label", Text: "Add a label"}}}
	many.List.Table.Pick = "bulk"
	many.List.Table.Rows = []views.Row{
		accountRow("east-2", "East", "Sub-account", "Active", "", "1", 0), accountRow("east-berlin-2", "East Berlin", "Sub-account", "Active", "", "0", 1), accountRow("north-2", "North", "Sub-account", "Suspended", "", "0", 0),
	}

	page := views.SubAccountPage{
		Frame: frame("East Berlin", "Accounts", views.Link{Text: "Accounts", URL: "/a/analytical/accounts"}, views.Link{Text: "East Berlin"}),
		Header: views.Header{Title: "East Berlin", Badge: views.Badge{Text: "Active", Tone: views.Good}, Text: "Sub-account of East", Actions: []views.Action{
			{Text: "Open", URL: "/a/east-berlin"}, {Text: "Edit", URL: "/a/analytical/accounts/east-berlin/edit"}, {Text: "Move…", URL: "/a/analytical/accounts/east-berlin/move"},
			{Text: "Suspend…", URL: "/s/accounts-suspend", Dialog: true, Danger: true}, {Text: "Archive…", URL: "/s/accounts-suspend", Dialog: true, Danger: true},
			{Text: "Delete…", URL: "/s/accounts-delete", Dialog: true, Danger: true},
		}},
		Facts: []views.Detail{
			{Label: "Owner", Value: views.Cell{Text: "Ada"}}, {Label: "People", Value: views.Cell{Text: "2 members besides the owner, 14 subusers, 1 invite waiting"}},
			{Label: "Labels", Value: views.Cell{Badges: []views.Badge{{Text: "pilot"}, {Text: "vip"}}}}, {Label: "Made", Value: views.Cell{Text: "12 May, 09:30"}},
			{Label: "Id", Value: views.Cell{Text: "01935f5e-7c1a-7bd3-9a51-08f2a1c1d1f1", Copy: true}},
		},
		Uses: []views.AccountUse{
			{Tab: "General", May: []string{"Agents", "Contacts", "Phone numbers"}, MayNot: []string{"Workflows"}, Cut: []string{"Logs, by East", "Analytics, by An account above"}},
			{Tab: "Integrations", MayNot: []string{"Zendesk", "Salesforce"}},
		},
		PermissionsURL: "/a/analytical/permissions/general?q=East+Berlin",
		Changes: []views.Change{
			{Who: "Grace", What: "changed sub-account East Berlin", When: "14:02", Details: []string{"labels: none → pilot, vip"}},
			{Who: "Ada", What: "added subuser operator", When: "11:40"},
		},
	}
	away := page
	away.Header.Badge, away.Notice = views.Badge{Text: "Archived"}, &views.Alert{Tone: views.Warn, Text: "It is archived with East, and closed to its people."}
	away.Header.Actions = []views.Action{{Text: "Edit", URL: "/a/analytical/accounts/east-berlin/edit"}, {Text: "Restore", Post: &views.Post{Text: "Restore", Action: "/a/analytical/accounts/east-berlin/restore"}}}

	report := views.AccountBatchPage{
		Frame: frame("Suspend", "Accounts"), ListURL: "/a/analytical/accounts", CSVURL: "/a/analytical/accounts/batches/1?format=csv",
		Header: views.Header{Title: "201 accounts are suspended, 3 left as they were", Actions: []views.Action{{Text: "Undo", Icon: "undo-2", Post: &views.Post{Text: "Undo", Action: "/a/analytical/accounts/batches/1/undo"}}}},
		Left: []views.LeftAccounts{
			{Title: "2 accounts: each is suspended already", Accounts: []views.Link{{Text: "North", URL: "/a/analytical/accounts/north"}, {Text: "East Berlin", URL: "/a/analytical/accounts/east-berlin"}}},
			{Title: "1 account is not there any more", More: "and 12 more, all of which the CSV names"},
		},
	}
	remove := views.Dialog{
		Frame: frame("Delete East", "Accounts"), Title: "Delete East?", Text: []string{"It is gone at once and for good, for everybody. With it goes all that it holds:"},
		Facts: []string{"1 account below it", "3 memberships; the logins of these people stay", "12 subusers", "4 applications, 204 contacts, 24 numbers"},
		Form: views.Form{Token: token, Action: "/a/analytical/accounts/east/delete", Submit: "Delete East", Danger: true, Cancel: "/a/analytical/accounts", Fields: []views.Field{
			{Kind: views.Checkbox, Name: "along", Label: "With its 1 sub-account", Problem: "There is an account below it, which goes with it. Say that it may, or move or delete it first."},
			{Name: "name", Label: "Write “East” to say that it is this one", Value: "east", Problem: "Write “East” to say that it is this one.", Required: true},
			{Kind: views.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password", Help: "To be sure that it is you. It is not asked again for five minutes."},
		}},
	}

	return []Story{
		{Name: "One of them", Render: views.SubAccount(page)},
		{Name: "One of them, archived", Render: views.SubAccount(away)},
		{Name: "Below here, many at once", Render: views.SubAccounts(many)},
		{Name: "Many at once, report", Render: views.AccountBatch(report)},
		{Name: "Delete", Render: views.DialogPage(remove)},
		{Name: "All of mine", Render: views.Accounts(mine)},
		{Name: "All of mine, nothing found", Render: views.Accounts(nothing)},
		{Name: "Below here", Render: views.SubAccounts(below)},
		{Name: "Below here, none yet", Render: views.SubAccounts(none)},
		{Name: "New main account", Render: views.FormOn(views.FormPage{
			Frame: frame("New main account", "", views.Link{Text: "New main account"}), Header: views.Header{Title: "New main account", Text: "To share with members and subusers, and to have sub-accounts."},
			Form: views.Form{Token: token, Action: "/accounts", Cancel: "/accounts", Submit: "Make account", Fields: []views.Field{{Name: "name", Label: "Name", Required: true, Autofocus: true, MaxLength: 100, Autocomplete: "organization"}}},
		})},
		{Name: "New sub-accounts", Render: views.SubAccountsForm(form)},
		{Name: "New sub-accounts, refused", Render: views.SubAccountsForm(refused)},
		{Name: "Rename", Render: views.FormOn(views.FormPage{
			Frame: frame("Rename East", "Accounts"), Header: views.Header{Title: "Rename East"},
			Form: views.Form{Token: token, Action: "/a/east/name", Cancel: "/a/analytical/accounts", Fields: []views.Field{{Name: "name", Label: "Name", Value: "", Required: true, Problem: "An account needs a name.", MaxLength: 100}}},
		})},
		{Name: "Suspend", Render: views.DialogPage(views.Dialog{
			Frame: frame("Suspend East", "Accounts"), Title: "Suspend East?",
			Text:  []string{"Everybody in East and in the 3 accounts below it is signed out, and sees only that it is suspended."},
			Facts: []string{"5 people and 12 subusers lose access until it is resumed.", "Nothing is deleted."},
			Form:  views.Form{Token: token, Action: "/a/east/suspend", Cancel: "/a/analytical/accounts", Submit: "Suspend East", Danger: true},
		})},
	}
}
