package storybook

import "bailiwick/views"

func audits() []Story {
	search := &views.Search{Action: "/a/analytical/audit", Placeholder: "Search people and things", Filters: []views.Field{
		{Kind: views.Select, Name: "kind", Label: "About", Options: []views.Option{{Text: "About: anything"}, {Value: "member", Text: "Member"}, {Value: "subuser", Text: "Subuser"}}},
		{Kind: views.Date, Name: "from", Label: "From"}, {Kind: views.Date, Name: "to", Label: "To"},
		{Kind: views.Checkbox, Name: "accounts", ID: "filter-accounts", Label: "Accounts below too", Value: "below", Checked: true},
	}}
	facts := []views.Detail{
		{Label: "Who", Value: views.Cell{Text: "Grace, a member"}}, {Label: "When", Value: views.Cell{Text: "21 November 2026, 10:58:13 CET"}}, {Label: "From", Value: views.Cell{Text: "192.0.2.7"}},
		{Label: "Because of", Value: views.Cell{Text: "Account role: Admin in Analytical"}}, {Label: "Permission", Value: views.Cell{Text: "Members: edit"}}, {Label: "Number", Value: views.Cell{Text: "204"}},
	}
	event := func(id, who, what, when, account string, undo *views.Post, fields ...views.AuditField) views.AuditEvent {
		return views.AuditEvent{ID: id, Who: who, What: what, When: when, WhenExact: "21 November 2026, 10:58:13 CET", Account: &views.Link{Text: account}, Fields: fields, Facts: facts, Undo: undo}
	}
	page := views.AuditPage{
		Frame:  frame("Audit", "Audit"),
		Header: views.Header{Title: "Audit", Text: "Every change in this account: who, what, and because of which role."},
		List: views.List{
			Label: "Changes", CSVURL: "/a/analytical/audit?format=csv", Search: search, Clear: "/a/analytical/audit",
			Chips: []views.Chip{{Text: "By Grace", RemoveURL: "/a/analytical/audit"}, {Text: "Accounts below too", RemoveURL: "/a/analytical/audit"}},
			Pager: views.Pager{Next: "/a/analytical/audit?before=3"},
		},
		Events: []views.AuditEvent{
			event("e3", "Grace", "changed the roles of Edsger", "10:58", "East", nil, views.AuditField{Name: "Roles", Before: "Full viewer", After: "Full editor, Listener until 27 November 2026, 18:00:00 CET"}),
			event("e2", "Ada", "changed a permission of West", "yesterday", "Analytical", &views.Post{Text: "Undo", Action: "/a/analytical/permissions/general"},
				views.AuditField{Name: "Permission", Before: "Logs", After: "Logs"}, views.AuditField{Name: "May be used", Before: "yes", After: "no"}),
			event("e1", "Ada", "added subuser charles", "yesterday", "Analytical", nil, views.AuditField{Name: "Name", After: "charles"}, views.AuditField{Name: "Description", After: "Draws the engines, and keeps the books of the workshop in Dorset Street"}, views.AuditField{Name: "Roles", After: "Developer"}),
		},
	}
	empty := page
	empty.Events, empty.List = nil, views.List{Label: "Changes", Empty: views.Empty{Icon: "history", Title: "No changes yet", Text: "Every change is kept here, with who made it."}}
	nothing := page
	nothing.Events = nil
	further, foundSome := nothing, page
	further.Looked, further.OlderURL = "This looked through 20,000 changes, back to 3 March 2026, 10:58:13 CET.", "/a/analytical/audit?q=charles&before=3"
	foundSome.Looked, foundSome.OlderURL, foundSome.List.Pager = further.Looked, further.OlderURL, views.Pager{}
	return []Story{
		{Name: "Changes", Render: views.AuditList(page)},
		{Name: "None yet", Render: views.AuditList(empty)},
		{Name: "Nothing matches", Render: views.AuditList(nothing)},
		{Name: "Nothing matches so far", Render: views.AuditList(further)},
		{Name: "Some match so far", Render: views.AuditList(foundSome)},
	}
}
