package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/record"
)

func roles() []Story {
	yes := people.RoleCell{Text: "Edit"}
	no := people.RoleCell{}
	page := people.RolesPage{
		Frame: frame("Roles", "Roles"), Header: part.Header{Title: "Subuser roles", Text: "What each role opens. The account owner has all of it."},
		Sets:   []part.Tab{{Text: "Subuser roles", URL: "/a/analytical/roles", Current: true}, {Text: "Member access", URL: "/a/analytical/roles/member"}, {Text: "Account roles", URL: "/a/analytical/roles/account"}},
		CSVURL: "/a/analytical/roles/subuser.csv",
		Search: &part.Search{Action: "/a/analytical/roles", Placeholder: "Section", Filters: []part.Field{{Kind: part.Checkbox, Name: "differences", Label: "Only differences"}}},
	}
	for _, o := range subuserRoles {
		page.Columns = append(page.Columns, people.RoleColumn{Name: o.Text, Yours: o.Value == "CallListManager"})
	}
	row := func(title, sentence string, cells string) people.RoleRow {
		r := people.RoleRow{Title: title, Sentence: sentence}
		for _, c := range cells {
			if c == '1' {
				r.Cells = append(r.Cells, yes)
			} else {
				r.Cells = append(r.Cells, no)
			}
		}
		return r
	}
	page.Groups = []people.RoleGroup{
		{Title: "Overview", Rows: []people.RoleRow{row("Control panel", "The first page of an account.", "11111111111"), row("Notification history", "What was sent to whom.", "11111111111")}},
		{Title: "Voice", Rows: []people.RoleRow{
			row("Applications", "The list of applications.", "11111101100"), row("Certain application", "One application's own page.", "11111100000"),
			row("Call history in a certain application", "Its calls and recordings.", "11111000000"), row("Scenarios in a certain application", "", "11100000000"),
			row("Users in a certain application", "", "11000000100"), row("Call lists in a certain application", "", "11111000100"),
			row("All calls", "", "11111000000"), row("All active sessions", "", "11100000000"),
		}},
		{Title: "Numbers", Rows: []people.RoleRow{row("All actions with numbers", "", "10000010000"), row("Purchasing a phone number", "", "11000110000"), row("Reserved phone numbers", "", "00000010000")}},
		{Title: "Billing", Rows: []people.RoleRow{row("Billing", "", "11000100011")}},
	}
	two := page
	two.Header, two.Choice, two.CSVURL, two.Wide = part.Header{Title: "Compare roles"}, nil, "", true
	two.Columns = []people.RoleColumn{{Name: "Account role: Admin", Help: "of a company account"}, {Name: "Account role: User", Yours: true}}
	two.Groups = []people.RoleGroup{{Title: "Voice", Rows: []people.RoleRow{
		{Title: "Applications", Cells: []people.RoleCell{{Text: "Edit"}, {Text: "View"}}},
		{Title: "Calls", Inside: "Application", Cells: []people.RoleCell{{Text: "Part", Details: "Calls: tag"}, {}}},
		{Title: "Support tickets", Cells: []people.RoleCell{{Text: "Own"}, {Text: "Own"}}},
	}}}
	page.Choice = &part.ColumnChoice{Action: "/a/analytical/roles", Name: "role", Options: []part.Option{{Value: "Admin", Text: "Admin", Selected: true}, {Value: "Developer", Text: "Developer", Selected: true}}}
	page.Legend = []people.Term{{Word: "View", Meaning: "sees the section"}, {Word: "Edit", Meaning: "sees and changes everything in it"}, {Word: "Part", Meaning: "sees it and does some of what can be done there"}, {Word: "Own", Meaning: "sees and changes what they created themselves"}}
	page.Groups[0].Rows[0].Cells = []people.RoleCell{{Text: "View"}, {Text: "Part"}, {Text: "Own"}, {Text: "Edit"}, {}, {}, {}, {}, {}, {}, {}}
	nothing := page
	nothing.Groups, nothing.Clear = nil, "/a/analytical/roles"
	const own = "/a/analytical/roles"
	all := []people.Level{{Value: people.LevelNone}, {Value: people.LevelView}, {Value: people.LevelEdit}}
	groups := []people.LevelGroup{
		{Title: "Voice", Sections: []people.LevelSection{
			{Key: "calls", Title: "Calls", Level: people.LevelSome, Base: people.LevelView, Levels: append(all[:3:3], people.Level{Value: people.LevelSome}), Acts: []people.Act{
				{Value: "calls", Title: "All calls", Sentence: "see all calls and listen to their recordings", View: true, Ticked: true, Base: true},
				{Value: "calls.tag", Title: "Calls: tag", Sentence: "tag calls and remove tags", Ticked: true}, {Value: "calls.delete", Title: "Calls: delete", Sentence: "delete call records with their recordings"}}},
			{Key: "sessions", Title: "Active sessions", Level: people.LevelNone, Base: people.LevelNone, Levels: all[:2]},
			{Key: "workflows", Title: "Workflows", Level: people.LevelView, Base: people.LevelView, Levels: []people.Level{all[0], all[1], {Value: people.LevelEdit, Locked: true}}},
		}},
		{Title: "Settings", Sections: []people.LevelSection{{Key: "api_keys", Title: "API keys", Level: people.LevelNone, Base: people.LevelNone, Levels: all, Locked: true}}},
	}
	make := people.RoleFormPage{
		Frame: frame("Create a role from Reporting viewer", "Roles"), Header: part.Header{Title: "Create a role from Reporting viewer"}, Action: own, Cancel: own, Submit: "Create role",
		Name: "Listener", Base: "member:reporting_viewer", BaseTitle: "Member access: Reporting viewer", Groups: groups,
		Draft: people.RoleDraft{Gives: "Gives 3 permissions in 2 sections.", Differences: []people.RoleDifference{{Section: "Calls", From: people.LevelView, To: people.LevelSome}}},
	}
	refused := make
	refused.NameProblem, refused.LevelsProblem = "This account already has a role with this name.", "You don't have “API keys” here, so you can't give it."
	unproven := make
	unproven.Header, unproven.Submit = part.Header{Title: "Edit Listener", Text: "The next page shows what changes for whom, before anything is saved."}, "Review changes"
	unproven.Draft.Effect = []string{"38 people have this role.", "22 gain something, 1 loses something, for 15 nothing changes now."}
	unproven.Draft.Table = part.Table{Rows: []part.Row{{Cells: []part.Cell{{Text: "Barbara"}, {Text: "Calls: tag", Details: "in accounts below: Logs"}, {Text: "nothing"}}}}}
	unproven.Draft.EffectMore = "And 22 more people."
	unproven.Proof = []part.Field{{Kind: part.Password, Name: "proof", Label: "Your password", Autocomplete: "current-password", Problem: "This isn't your password.",
		Help: "Needed for roles that let people give access to others, such as Admin. You won't be asked again for five minutes."}}
	edit := people.RoleEffectPage{
		Frame: frame("Change Listener", "Roles"), Header: part.Header{Title: "Change Listener?"}, Notice: &part.Alert{Tone: part.Warn, Title: "Look again", Text: "Something changed in the meantime. Nothing is saved yet."},
		Sentences: []string{"38 people have this role.", "22 gain something, 1 loses something, for 15 nothing changes now."},
		Table: part.Table{Columns: []part.Column{{Text: "Who"}, {Text: "Gains"}, {Text: "Loses"}}, Rows: []part.Row{
			{ID: "1", Cells: []part.Cell{{Text: "Barbara"}, {Text: "Logs, Calls: tag", Details: "in accounts below: Logs"}, {Text: "nothing"}}},
			{ID: "2", Cells: []part.Cell{{Text: "Edsger"}, {Text: "Logs"}, {Text: "All calls"}}},
		}},
		More: "And 20 more people.", Form: part.Form{Token: token, Action: own + "/1/edit", Submit: "Change the role", Cancel: own + "/1"},
	}
	end := edit
	end.Frame, end.Header, end.Notice, end.More = frame("Delete Listener", "Roles"), part.Header{Title: "Delete Listener?"}, nil, ""
	end.Sentences = []string{"2 people have this role.", "0 gain something, 2 lose something, for 0 nothing changes now.", "1 pending invite gives it."}
	end.Form = part.Form{Token: token, Action: own + "/1/delete", Submit: "Delete the role", Danger: true, Cancel: own + "/1", Fields: []part.Field{
		{Kind: part.Select, Name: "instead", Label: "Replacement role", Required: true, Problem: "Choose a role for those who have no other.",
			Help: "1 person has no other role. They get this one, for as long as they had the other.", Options: append([]part.Option{{Text: "Choose a role"}}, memberOptions[:4]...)}}}
	list := record.ListPage{
		Frame: frame("Roles", "Roles"), Header: part.Header{Title: "Roles", Text: "Roles that this account created. They work in this account only.", Actions: []part.Action{{Text: "Create role", URL: own + "/new", Icon: "plus", Primary: true}}},
		Tabs: []part.Tab{{Text: "Subuser role", URL: own}, {Text: "Member access", URL: own + "?set=member"}, {Text: "This account's own", URL: own + "?set=custom", Current: true}},
		List: part.List{Label: "Roles of this account", Table: part.Table{Token: token, Columns: []part.Column{{Text: "Name"}, {Text: "For"}, {Text: "Based on"}, {Text: "Gives", Number: true}, {Text: "People", Number: true}}, Rows: []part.Row{
			{ID: "1", Cells: []part.Cell{{Text: "Listener", URL: own + "/1"}, {Text: "Members"}, {Text: "Member access: Reporting viewer"}, {Text: "7 permissions"}, {Text: "38"}},
				Menu: []part.Action{{Text: "Edit", URL: own + "/1/edit"}, {Text: "Delete…", URL: own + "/1/delete", Danger: true}}},
		}}},
	}
	return []Story{
		{Name: "Of the account's own", Render: record.List(list)},
		{Name: "Make", Render: people.RoleForm(make)},
		{Name: "Make, refused", Render: people.RoleForm(refused)},
		{Name: "Edit, proof refused", Render: people.RoleForm(unproven)},
		{Name: "Effect of an edit", Render: people.RoleEffect(edit)},
		{Name: "Effect of a deletion", Render: people.RoleEffect(end)},
		{Name: "Subuser roles", Render: people.Roles(page)},
		{Name: "Compare two", Render: people.Roles(two)},
		{Name: "Nothing found", Render: people.Roles(nothing)},
	}
}
