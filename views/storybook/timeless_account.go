package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func timelessAccounts() []Story {
	const here = "/a/analytical/timeless-accounts"
	add := part.Action{Text: "Add timeless account", URL: here + "/new", Icon: "plus", Primary: true}
	menu := []part.Action{{Text: "Edit", URL: here + "/1/edit", Icon: "pencil"}, {Text: "Delete…", URL: here + "/1/delete", Dialog: true, Danger: true}}
	list := record.ListPage{
		Frame:  frame("Timeless accounts", "Timeless accounts"),
		Header: part.Header{Title: "Timeless accounts", Text: "Timeless accounts store logs forever. Choose which sub-accounts can read them.", Actions: []part.Action{add}},
		List: part.List{Label: "Timeless accounts", Table: part.Table{Token: token,
			Columns: []part.Column{{Text: "Name"}, {Text: "Belongs to"}, {Text: "Read by"}, {Text: "Fed by"}, {Text: "Created"}},
			Rows: []part.Row{
				{ID: "1", Menu: menu, Page: true, Cells: []part.Cell{{Text: "Ten years", URL: here + "/1"}, {Text: "This account"}, {Text: "2 sub-accounts"}, {Text: "118 accounts"}, {Text: "3 Mar, 09:12"}}},
				{ID: "2", Cells: []part.Cell{{Text: "Audit of East", URL: here + "/2"}, {Text: "East", URL: "/a/east/timeless-accounts"}, {}, {}, {Text: "yesterday"}}},
				{ID: "3", Cells: []part.Cell{{Text: "For the regulator", URL: here + "/3"}, {Text: "An account above"}, {}, {}, {Text: "09:40"}}},
			}}},
	}
	empty := list
	empty.List.Table.Rows = nil
	empty.List.Empty = part.Empty{Icon: "archive", Title: "No timeless accounts", Text: "A timeless account stores what this account, or accounts below it, log from now on, forever.", Action: &add}
	form := part.FormPage{
		Frame:  frame("Add timeless account", "Timeless accounts"),
		Header: part.Header{Title: "Add timeless account", Text: "It stores logs forever, and nothing else."},
		Form: part.Form{Token: token, Action: here, Cancel: here, Submit: "Add timeless account", Fields: []part.Field{
			{Name: "name", Label: "Name", Value: "Ten years", Required: true, MaxLength: 100},
			{Kind: part.Reference, Many: true, More: true, SuggestURL: here + "/new?options=reader", Values: []string{"1"}, Name: "reader", Label: "Sub-accounts that may read it", Help: "People there who can view timeless accounts read everything in it, but not which accounts it came from.",
				Options: []part.Option{{Value: "1", Text: "East"}, {Value: "2", Text: "East Berlin"}, {Value: "3", Text: "West"}}},
			{Kind: part.Reference, Many: true, SuggestURL: here + "/new?options=feed", Values: []string{"0", "3"}, Name: "feed", Label: "Accounts that feed it", Help: "What they log from now on is stored. It stays when you remove them from this list.",
				Options: []part.Option{{Value: "0", Text: "Analytical (this account)"}, {Value: "1", Text: "East"}, {Value: "2", Text: "East Berlin"}, {Value: "3", Text: "West"}}},
			{Kind: part.Checkbox, Name: "past", Label: "Include past entries", Help: "Also store what accounts that you add now have logged before."},
		}},
	}
	wrong := form
	wrong.Form.Fields = append([]part.Field{}, form.Form.Fields...)
	wrong.Form.Fields[0].Problem = "This account already has a timeless account with this name."
	wrong.Form.Fields[2].Problem = "You can't read the logs of West, so you can't let others read them."
	entry := func(id, at, level, message, account string) part.Row {
		return part.Row{ID: id, Cells: []part.Cell{{Text: at, URL: here + "/1/" + id}, {Text: level}, {Text: "API"}, {Text: message}, {Text: account}}}
	}
	logs := record.ListPage{
		Frame:  frame("Ten years", "Timeless accounts"),
		Header: part.Header{Title: "Ten years", Text: "A timeless account, fed by 118 accounts and read by 2 sub-accounts.", Actions: menu[:1], Menu: menu[1:]},
		Notice: &part.Alert{Tone: part.Info, Text: "Past entries are still being added."},
		List: part.List{Label: "log entries", CSVURL: here + "/1.csv", Search: &part.Search{Action: here + "/1", Placeholder: "Search log entries"},
			Table: part.Table{Token: token, Columns: []part.Column{{Text: "When"}, {Text: "Level"}, {Text: "Source"}, {Text: "Message"}, {Text: "Account"}}, Rows: []part.Row{
				entry("1", "17:40", "Error", "GET /numbers 429 after 120 requests", "East"), entry("2", "17:31", "Info", "GET /calls 200 in 12 ms", "Analytical"), entry("3", "09:12", "Warning", "GET /calls 200 in 1,204 ms", "gone"),
			}}, Pager: part.Pager{Summary: "3 log entries"}},
	}
	return []Story{
		{Name: "List", Render: record.List(list)},
		{Name: "Empty", Render: record.List(empty)},
		{Name: "New", Render: record.FormOn(form)},
		{Name: "New, refused", Render: record.FormOn(wrong)},
		{Name: "Entries", Render: record.List(logs)},
		{Name: "Delete", Render: part.DialogPage(part.Dialog{Frame: frame("Delete Ten years", "Timeless accounts"), Title: "Delete Ten years?",
			Text: []string{"This can't be undone. Everything in it is deleted, for the 2 sub-accounts that can read it too. The logs of the accounts that feed it stay."},
			Form: part.Form{Token: token, Action: here + "/1/delete", Submit: "Delete", Danger: true, Cancel: here, Fields: []part.Field{
				{Name: "name", Label: "Its name", Required: true, Autocomplete: "off", Help: "Type “Ten years” to confirm."},
				{Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Help: "To make sure that it's you. You won't be asked again for five minutes."}}}})},
	}
}
