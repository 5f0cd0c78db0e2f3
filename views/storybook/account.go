package storybook

import (
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

var accountColumns = []part.Column{{Text: "Account"}, {Text: "Kind"}, {Text: "State"}, {Text: "Your role"}, {Text: "Owner"}, {Text: "People", Number: true}}

func accountRow(id, name, kind, state, role, people string, depth int) part.Row {
	r := part.Row{
		ID: id, Depth: depth,
		Cells: []part.Cell{{Text: name, URL: "/a/" + id}, {Text: kind}, {Badges: []part.Badge{{Text: state, Tone: part.Good}}}, {Text: role}, {Text: "Ada"}, {Text: people}},
		Menu: []part.Action{
			{Text: "Open", URL: "/a/" + id, Icon: "external-link"},
			{Text: "Rename", URL: "/a/" + id + "/rename", Icon: "pencil"},
			{Text: "Suspend…", URL: "/s/accounts-suspend", Dialog: true, Icon: "pause", Danger: true},
		},
	}
	if state == "Suspended" {
		r.Dim = true
		r.Cells[2].Badges[0].Tone = part.Warn
		r.Menu[2] = part.Action{Text: "Resume", Icon: "refresh-cw", Post: &part.Post{Action: "/a/" + id + "/resume"}}
	}
	return r
}

func accounts() []Story {
	mine := account.AccountsPage{
		Frame: frame("Accounts", "", part.Link{Text: "Accounts"}),
		Header: part.Header{Title: "Your accounts", Actions: []part.Action{
			{Text: "Create company account", URL: "/accounts/new", Primary: true, Icon: "plus"},
		}},
		Search: &part.Search{Action: "/accounts", Placeholder: "Name"},
		Trees: []account.Tree{
			{ID: "1", Title: "Analytical", Kind: part.Badge{Text: "Agency"}, Table: part.Table{Token: token, Columns: accountColumns, Rows: []part.Row{
				accountRow("analytical", "Analytical", "Company account", "Active", "Account owner", "3", 0),
				accountRow("east", "East", "Sub-account", "Suspended", "from Analytical", "1", 1),
				accountRow("east-berlin", "East Berlin", "Sub-account", "Active", "from Analytical", "0", 2),
				accountRow("west", "West", "Sub-account", "Active", "from Analytical", "2", 1),
			}}},
			{ID: "2", Title: "Ada", Kind: part.Badge{Text: "Personal"}, Table: part.Table{Token: token, Columns: accountColumns, Rows: []part.Row{
				accountRow("ada", "Ada", "Personal account", "Active", "Account owner", "1", 0),
			}}},
		},
	}
	nothing := mine
	nothing.Trees, nothing.Search, nothing.Clear = nil, &part.Search{Action: "/accounts", Value: "north", Placeholder: "Name"}, "/accounts"

	east := accountRow("east", "East", "Sub-account", "Active", "", "1", 0)
	east.ToggleURL, east.Open = "/a/analytical/accounts", true
	west := accountRow("west", "West", "Sub-account", "Active", "", "2", 0)
	west.ToggleURL = "/a/analytical/accounts?open=west"
	below := account.SubAccountsPage{
		Frame: frame("Accounts", "Accounts"),
		Header: part.Header{Title: "Accounts below Analytical", Actions: []part.Action{
			{Text: "Permissions", URL: "/a/analytical/permissions/general", Icon: "list-checks"},
			{Text: "Add sub-accounts", URL: "/a/analytical/sub-accounts/new", Primary: true, Icon: "plus"},
		}},
		List: part.List{
			Label: "accounts",
			Search: &part.Search{Action: "/a/analytical/accounts", Placeholder: "Name", Filters: []part.Field{
				{Kind: part.Select, Name: "state", Label: "State", Options: []part.Option{{Text: "Any state"}, {Value: "active", Text: "Active"}, {Value: "suspended", Text: "Suspended"}}},
			}},
			CSVURL: "/a/analytical/accounts.csv",
			Table: part.Table{Token: token, Columns: accountColumns, Rows: []part.Row{
				east,
				accountRow("east-berlin", "East Berlin", "Sub-account", "Active", "", "0", 1),
				accountRow("north", "North", "Sub-account", "Suspended", "", "0", 0),
				west,
			}},
			Pager: part.Pager{Summary: "1–4 of 204 sub-accounts", Next: "/a/analytical/accounts?after=4"},
		},
	}
	none := below
	none.Header.Actions = below.Header.Actions[1:]
	none.List = part.List{Label: "accounts", Empty: part.Empty{
		Icon: "folder-tree", Title: "No sub-accounts yet", Text: "A sub-account is a customer, a branch or a team of its own. You decide what it may use; its people see nothing of yours.",
		Action: &part.Action{Text: "Make the first one", URL: "/a/analytical/sub-accounts/new", Primary: true, Icon: "plus"},
	}}

	form := account.SubAccountsFormPage{
		Frame: frame("Add sub-accounts", "Accounts"), Header: part.Header{Title: "Add sub-accounts to Analytical"},
		Action: "/a/analytical/sub-accounts", Cancel: "/a/analytical/accounts", MaximumSize: 100,
		CopiesFrom: "They start with what West has, the newest account here.",
	}
	refused := form
	refused.Names = []account.NameRow{{Value: "South"}, {}, {}}
	refused.Pasted, refused.PasteError = "North\nPo\u202ele", "Line 2: Remove the invisible characters."

	many := below
	many.List.Bulk = &part.Bulk{Action: "/a/analytical/accounts/batches/new", All: "All 204 that match", Acts: []part.BulkAct{{Value: "suspend", Text: "Suspend…", Danger: true}, {Value: "archive", Text: "Archive…", Danger: true}, {Value: "label", Text: "Add label…"}}}
	many.List.Table.Rows = []part.Row{
		accountRow("east-2", "East", "Sub-account", "Active", "", "1", 0), accountRow("east-berlin-2", "East Berlin", "Sub-account", "Active", "", "0", 1), accountRow("north-2", "North", "Sub-account", "Suspended", "", "0", 0),
	}

	page := account.SubAccountPage{
		Frame: frame("East Berlin", "Accounts", part.Link{Text: "Accounts", URL: "/a/analytical/accounts"}, part.Link{Text: "East Berlin"}),
		Header: part.Header{Title: "East Berlin", Badge: part.Badge{Text: "Active", Tone: part.Good}, Text: "Sub-account of East", Actions: []part.Action{
			{Text: "Open", URL: "/a/east-berlin"}, {Text: "Edit", URL: "/a/analytical/accounts/east-berlin/edit"}, {Text: "Move…", URL: "/a/analytical/accounts/east-berlin/move"},
			{Text: "Suspend…", URL: "/s/accounts-suspend", Dialog: true, Danger: true}, {Text: "Archive…", URL: "/s/accounts-suspend", Dialog: true, Danger: true},
			{Text: "Delete…", URL: "/s/accounts-delete", Dialog: true, Danger: true},
		}},
		Facts: []part.Detail{
			{Label: "Owner", Value: part.Cell{Text: "Ada"}}, {Label: "People", Value: part.Cell{Text: "2 members besides the owner, 14 subusers, 1 pending invite"}},
			{Label: "Labels", Value: part.Cell{Badges: []part.Badge{{Text: "pilot"}, {Text: "vip"}}}}, {Label: "Created", Value: part.Cell{Text: "12 May, 09:30"}},
			{Label: "ID", Value: part.Cell{Text: "01935f5e-7c1a-7bd3-9a51-08f2a1c1d1f1", Copy: true}},
		},
		Uses: []account.Use{
			{Tab: "General", May: []string{"Agents", "Contacts", "Phone numbers"}, MayNot: []string{"Workflows"}, Cut: []string{"Logs, by East", "Analytics, by an account above"}},
			{Tab: "Integrations", MayNot: []string{"Zendesk", "Salesforce"}},
		},
		PermissionsURL: "/a/analytical/permissions/general?q=East+Berlin",
		Changes: []part.Change{
			{Who: "Grace", What: "changed sub-account East Berlin", When: at("14:02", "21 November 2026, 14:02:10 CET"), Details: []string{"labels: none → pilot, vip"}},
			{Who: "Ada", What: "added subuser operator", When: at("11:40", "21 November 2026, 11:40:31 CET")},
		},
	}
	away := page
	away.Header.Badge, away.Notice = part.Badge{Text: "Archived"}, &part.Alert{Tone: part.Warn, Text: "It is archived with East, and its people can't open it."}
	away.Header.Actions = []part.Action{{Text: "Edit", URL: "/a/analytical/accounts/east-berlin/edit"}, {Text: "Restore", Post: &part.Post{Text: "Restore", Action: "/a/analytical/accounts/east-berlin/restore"}}}

	report := part.BatchPage{
		Frame: frame("Suspend", "Accounts"), ListURL: "/a/analytical/accounts", ListText: "Back to accounts", CSVURL: "/a/analytical/accounts/batches/1?format=csv",
		Header: part.Header{Title: "201 accounts suspended, 3 skipped", Actions: []part.Action{{Text: "Undo", Icon: "undo-2", Post: &part.Post{Text: "Undo", Action: "/a/analytical/accounts/batches/1/undo"}}}},
		Left: []part.Left{
			{Title: "2 accounts: each is already suspended", Some: []part.Link{{Text: "North", URL: "/a/analytical/accounts/north"}, {Text: "East Berlin", URL: "/a/analytical/accounts/east-berlin"}}},
			{Title: "1 account is no longer there", More: "and 12 more, all in the CSV"},
		},
	}
	remove := part.Dialog{
		Frame: frame("Delete East", "Accounts"), Title: "Delete East?", Text: []string{"This can't be undone. Everything in it is deleted, for everyone:"},
		Facts: []string{"1 account below it", "3 memberships; the logins of these people stay", "12 subusers", "4 applications, 204 contacts, 24 numbers"},
		Form: part.Form{Token: token, Action: "/a/analytical/accounts/east/delete", Submit: "Delete East", Danger: true, Cancel: "/a/analytical/accounts", Fields: []part.Field{
			{Kind: part.Checkbox, Name: "along", Label: "With its 1 sub-account", Problem: "There is an account below it, which would be deleted too. Tick the box to agree, or move or delete it first."},
			{Name: "name", Label: "Type “East” to confirm", Value: "east", Problem: "Type “East” to confirm.", Required: true},
			{Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password", Help: "To make sure that it's you. You won't be asked again for five minutes."},
		}},
	}

	return []Story{
		{Name: "One of them", Render: account.SubAccount(page)},
		{Name: "One of them, archived", Render: account.SubAccount(away)},
		{Name: "Below here, many at once", Render: account.SubAccounts(many)},
		{Name: "Many at once, report", Render: part.Batch(report)},
		{Name: "Delete", Render: part.DialogPage(remove)},
		{Name: "All of mine", Render: account.Accounts(mine)},
		{Name: "All of mine, nothing found", Render: account.Accounts(nothing)},
		{Name: "Below here", Render: account.SubAccounts(below)},
		{Name: "Below here, none yet", Render: account.SubAccounts(none)},
		{Name: "Create company account", Render: record.FormOn(part.FormPage{
			Frame: frame("Create company account", "", part.Link{Text: "Create company account"}), Header: part.Header{Title: "Create company account", Text: "To share with members and subusers, and to have sub-accounts."},
			Form: part.Form{Token: token, Action: "/accounts", Cancel: "/accounts", Submit: "Create account", Fields: []part.Field{{Name: "name", Label: "Name", Required: true, Autofocus: true, MaxLength: 100, Autocomplete: "organization"}}},
		})},
		{Name: "Add sub-accounts", Render: account.SubAccountsForm(form)},
		{Name: "Add sub-accounts, refused", Render: account.SubAccountsForm(refused)},
		{Name: "Rename", Render: record.FormOn(part.FormPage{
			Frame: frame("Rename East", "Accounts"), Header: part.Header{Title: "Rename East"},
			Form: part.Form{Token: token, Action: "/a/east/name", Cancel: "/a/analytical/accounts", Fields: []part.Field{{Name: "name", Label: "Name", Value: "", Required: true, Problem: "An account needs a name.", MaxLength: 100}}},
		})},
		{Name: "Suspend", Render: part.DialogPage(part.Dialog{
			Frame: frame("Suspend East", "Accounts"), Title: "Suspend East?",
			Text:  []string{"Everybody in East and in the 3 accounts below it is signed out, and sees only that it is suspended."},
			Facts: []string{"5 people and 12 subusers lose access until it is resumed.", "Nothing is deleted."},
			Form:  part.Form{Token: token, Action: "/a/east/suspend", Cancel: "/a/analytical/accounts", Submit: "Suspend East", Danger: true},
		})},
	}
}
