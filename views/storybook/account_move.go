package storybook

import (
	"bailiwick/views/account"
	"bailiwick/views/part"
)

func accountMoves() []Story {
	people := []part.Column{{Text: "Person"}, {Text: "Through"}, {Text: "Pages"}, {Text: "In accounts", Number: true}}
	asked := account.MovePage{
		Frame: frame("Move East Berlin under West?", "Accounts"), Header: part.Header{Title: "Move East Berlin under West?"},
		Facts: []part.Detail{
			{Label: "Parent account", Value: part.Cell{Text: "East → West"}},
			{Label: "Moves with it", Value: part.Cell{Text: "11 accounts below it"}},
			{Label: "Keeps", Value: part.Cell{Text: "Its owner, its people, what is in it, and the permissions it was given."}},
		},
		Boxes: []account.MoveBox{
			{Title: "Who loses", More: "and 12 more.", Table: part.Table{Columns: people, Rows: []part.Row{
				{ID: "lose0", Cells: []part.Cell{{Text: "Edsger"}, {Text: "Member access: Full viewer in East"}, {Text: "Applications, Calls, Call downloads, Active sessions, SIP registrations and 31 more"}, {Text: "12"}}},
			}}},
			{Title: "Who gains", Text: "Nobody. No role in its new parent accounts gives access to it."},
			{Title: "Permissions of the accounts", Text: "34 people work in the accounts where this makes a difference. Nothing is deleted: what is limited comes back when it's turned on again.",
				Table: part.Table{Columns: []part.Column{{Text: "Permission"}, {Text: "What happens"}, {Text: "In accounts", Number: true}}, Rows: []part.Row{
					{ID: "logs", Cells: []part.Cell{{Text: "Logs"}, {Text: "Limited by the new parent"}, {Text: "12"}}},
					{ID: "contacts", Cells: []part.Cell{{Text: "Contacts"}, {Text: "No longer limited"}, {Text: "3"}}},
				}}},
		},
		Form: &part.Form{Token: token, Action: "/a/analytical/accounts/berlin/move", Submit: "Move", Cancel: "/a/analytical/accounts"},
	}
	again := asked
	again.Notice = &part.Alert{Tone: part.Warn, Text: "Not moved yet: something changed in the meantime. Here is what would change now."}
	refused := asked
	refused.Form = nil
	refused.Notice = &part.Alert{Tone: part.Bad, Text: "Barbara would get Applications: edit in East Berlin, which you can't give there. Whoever owns both can move it.",
		Links: []part.Link{{Text: "Choose another place", URL: "/a/analytical/accounts/berlin/move"}}}
	return []Story{
		{Name: "Asked", Render: account.Move(asked)},
		{Name: "Changed meanwhile", Render: account.Move(again)},
		{Name: "Refused", Render: account.Move(refused)},
	}
}
