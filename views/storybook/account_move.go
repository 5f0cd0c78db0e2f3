package storybook

import "bailiwick/views"

func accountMoves() []Story {
	people := []views.Column{{Text: "Person"}, {Text: "Through"}, {Text: "Pages"}, {Text: "In accounts", Number: true}}
	asked := views.AccountMovePage{
		Frame: frame("Move East Berlin under West?", "Accounts"), Header: views.Header{Title: "Move East Berlin under West?"},
		Facts: []views.Detail{
			{Label: "Stands under", Value: views.Cell{Text: "East → West"}},
			{Label: "Moves along", Value: views.Cell{Text: "11 accounts below it"}},
			{Label: "Keeps", Value: views.Cell{Text: "Its owner, its people, what is in it, and the permissions it was given."}},
		},
		Boxes: []views.MoveBox{
			{Title: "Who loses", More: "and 12 more.", Table: views.Table{Columns: people, Rows: []views.Row{
				{ID: "lose0", Cells: []views.Cell{{Text: "Edsger"}, {Text: "Member access: Full viewer in East"}, {Text: "Applications, Calls, Call downloads, Active sessions, SIP registrations and 31 more"}, {Text: "12"}}},
			}}},
			{Title: "Who gains", Text: "Nobody: no role held in the accounts it comes under reaches into it."},
			{Title: "Permissions of the accounts", Text: "34 people work in the accounts where this makes a difference. Nothing is deleted: what is cut comes back where it is open again.",
				Table: views.Table{Columns: []views.Column{{Text: "Permission"}, {Text: "What happens"}, {Text: "In accounts", Number: true}}, Rows: []views.Row{
					{ID: "logs", Cells: []views.Cell{{Text: "Logs"}, {Text: "Cut by the new place"}, {Text: "12"}}},
					{ID: "contacts", Cells: []views.Cell{{Text: "Contacts"}, {Text: "No longer cut"}, {Text: "3"}}},
				}}},
		},
		Form: &views.Form{Token: token, Action: "/a/analytical/accounts/berlin/move", Submit: "Move", Cancel: "/a/analytical/accounts"},
	}
	again := asked
	again.Notice = &views.Alert{Tone: views.Warn, Text: "It was not moved: something changed since you were shown what it does. Here is what it does now."}
	refused := asked
	refused.Form = nil
	refused.Notice = &views.Alert{Tone: views.Bad, Text: "Barbara would get Applications: edit in East Berlin, which you can not give there. Whoever owns both can move it.",
		Links: []views.Link{{Text: "Choose another place", URL: "/a/analytical/accounts/berlin/move"}}}
	return []Story{
		{Name: "Asked", Render: views.AccountMove(asked)},
		{Name: "Changed meanwhile", Render: views.AccountMove(again)},
		{Name: "Refused", Render: views.AccountMove(refused)},
	}
}
