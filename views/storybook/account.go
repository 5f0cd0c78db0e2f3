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
	refused.Names = []views.NameRow{{Value: "South"}, {Value: "West", Problem: "There is a sub-account with this name here already."}, {}, {}}
	refused.Pasted, refused.PasteError = "North\nNorth", "“North” stands here twice."

	return []Story{
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
