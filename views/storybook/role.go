package storybook

import "bailiwick/views"

func roles() []Story {
	yes := views.RoleCell{Text: "✓", Label: "yes"}
	no := views.RoleCell{}
	page := views.RolesPage{
		Frame: frame("Roles", "Roles"), Header: views.Header{Title: "Subuser roles", Text: "What each role opens. The account owner has all of it."},
		Sets:   []views.Tab{{Text: "Subuser roles", URL: "/a/analytical/roles", Current: true}, {Text: "Member access", URL: "/a/analytical/roles/member"}, {Text: "Account roles", URL: "/a/analytical/roles/account"}},
		CSVURL: "/a/analytical/roles/subuser.csv",
		Search: &views.Search{Action: "/a/analytical/roles", Placeholder: "Section", Filters: []views.Field{{Kind: views.Checkbox, Name: "differences", Label: "Only differences"}}},
	}
	for _, o := range subuserRoles {
		page.Columns = append(page.Columns, views.RoleColumn{Name: o.Text, Yours: o.Value == "CallListManager"})
	}
	row := func(title, sentence string, cells string) views.RoleRow {
		r := views.RoleRow{Title: title, Sentence: sentence}
		for _, c := range cells {
			if c == '1' {
				r.Cells = append(r.Cells, yes)
			} else {
				r.Cells = append(r.Cells, no)
			}
		}
		return r
	}
	page.Groups = []views.RoleGroup{
		{Title: "Overview", Rows: []views.RoleRow{row("Control panel", "The first page of an account.", "11111111111"), row("Notification history", "What was sent to whom.", "11111111111")}},
		{Title: "Voice", Rows: []views.RoleRow{
			row("Applications", "The list of applications.", "11111101100"), row("Certain application", "One application's own page.", "11111100000"),
			row("Call history in a certain application", "Its calls and recordings.", "11111000000"), row("Scenarios in a certain application", "", "11100000000"),
			row("Users in a certain application", "", "11000000100"), row("Call lists in a certain application", "", "11111000100"),
			row("All calls", "", "11111000000"), row("All active sessions", "", "11100000000"),
		}},
		{Title: "Numbers", Rows: []views.RoleRow{row("All actions with numbers", "", "10000010000"), row("Purchasing a phone number", "", "11000110000"), row("Reserved phone numbers", "", "00000010000")}},
		{Title: "Billing", Rows: []views.RoleRow{row("Billing", "", "11000100011")}},
	}
	letters := page
	letters.Header = views.Header{Title: "Account roles"}
	letters.CSVURL = "/a/analytical/roles/account.csv"
	letters.Columns = []views.RoleColumn{{Name: "Admin", Help: "of a main account"}, {Name: "User", Help: "of a main account"}, {Name: "Sub-account admin"}, {Name: "Sub-account user"}}
	letters.Groups = []views.RoleGroup{{Rows: []views.RoleRow{
		{Title: "Sub accounts", Cells: []views.RoleCell{{Text: "CRUD"}, {Text: "R"}, {}, {}}},
		{Title: "Live tail", Cells: []views.RoleCell{yes, yes, yes, yes}},
	}}}
	letters.Legend = []views.Term{{Word: "C", Meaning: "create"}, {Word: "R", Meaning: "read"}, {Word: "U", Meaning: "change"}, {Word: "D", Meaning: "delete"}}
	nothing := page
	nothing.Groups, nothing.Clear = nil, "/a/analytical/roles"
	return []Story{
		{Name: "Subuser roles", Render: views.Roles(page)},
		{Name: "Account roles", Render: views.Roles(letters)},
		{Name: "Nothing found", Render: views.Roles(nothing)},
	}
}
