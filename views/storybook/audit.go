package storybook

import (
	"bailiwick/views/audit"
	"bailiwick/views/part"
)

func audits() []Story {
	search := &part.Search{Action: "/a/analytical/audit", Placeholder: "Search people and things", Filters: []part.Field{
		{Kind: part.Select, Name: "kind", Label: "About", Options: []part.Option{{Text: "About: anything"}, {Value: "member", Text: "Member"}, {Value: "subuser", Text: "Subuser"}}},
		days("Time", ""),
		{Kind: part.Checkbox, Name: "accounts", ID: "filter-accounts", Label: "Accounts below too", Value: "below", Checked: true},
	}}
	facts := []part.Detail{
		{Label: "Who", Value: part.Cell{Text: "Grace, a member"}}, {Label: "When", Value: part.Cell{Text: "21 November 2026, 10:58:13 CET"}}, {Label: "From", Value: part.Cell{Text: "192.0.2.7"}},
		{Label: "Because of", Value: part.Cell{Text: "Account role: Admin in Analytical"}}, {Label: "Permission", Value: part.Cell{Text: "Members: edit"}}, {Label: "Number", Value: part.Cell{Text: "204"}},
	}
	event := func(id, who, what, when, account string, undo *part.Post, fields ...audit.Field) audit.Event {
		return audit.Event{ID: id, Who: who, What: what, When: at(when, "21 November 2026, 10:58:13 CET"), Account: &part.Link{Text: account}, Fields: fields, Facts: facts, Undo: undo}
	}
	page := audit.Page{
		Frame:  frame("Audit", "Audit"),
		Header: part.Header{Title: "Audit", Text: "Every change in this account: who, what, and because of which role."},
		List: part.List{
			Label: "Changes", CSVURL: "/a/analytical/audit?format=csv", Search: search, Clear: "/a/analytical/audit",
			Chips: []part.Chip{{Text: "By Grace", RemoveURL: "/a/analytical/audit"}, {Text: "Accounts below too", RemoveURL: "/a/analytical/audit"}},
			Pager: part.Pager{Next: "/a/analytical/audit?before=3"},
		},
		Events: []audit.Event{
			event("e3", "Grace", "changed the roles of Edsger", "10:58", "East", nil, audit.Field{Name: "Roles", Before: "Full viewer", After: "Full editor, Listener until 27 November 2026, 18:00:00 CET"}),
			event("e2", "Ada", "changed a permission of West", "yesterday", "Analytical", &part.Post{Text: "Undo", Action: "/a/analytical/permissions/general"},
				audit.Field{Name: "Permission", Before: "Logs", After: "Logs"}, audit.Field{Name: "Can be used", Before: "yes", After: "no"}),
			event("e1", "Ada", "added subuser charles", "yesterday", "Analytical", nil, audit.Field{Name: "Name", After: "charles"}, audit.Field{Name: "Description", After: "Draws the engines, and keeps the books of the workshop in Dorset Street"}, audit.Field{Name: "Roles", After: "Developer"}),
		},
	}
	empty := page
	empty.Events, empty.List = nil, part.List{Label: "Changes", Empty: part.Empty{Scene: part.SceneTime, Title: "No changes yet", Text: "Every change is kept here, with who made it."}}
	nothing := page
	nothing.Events = nil
	further, foundSome := nothing, page
	further.Looked, further.OlderURL = "Searched 20,000 changes, back to 3 March 2026, 10:58:13 CET.", "/a/analytical/audit?q=charles&before=3"
	foundSome.Looked, foundSome.OlderURL, foundSome.List.Pager = further.Looked, further.OlderURL, part.Pager{}
	return []Story{
		{Name: "Changes", Render: audit.List(page)},
		{Name: "None yet", Render: audit.List(empty)},
		{Name: "Nothing matches", Render: audit.List(nothing)},
		{Name: "Nothing matches so far", Render: audit.List(further)},
		{Name: "Some match so far", Render: audit.List(foundSome)},
	}
}
