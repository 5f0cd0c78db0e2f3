package storybook

import (
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func supportAccess() []Story {
	const here = "/a/analytical/settings/support-access"
	form := part.Form{Token: token, Action: here, Submit: "Turn on support access", Fields: []part.Field{
		{Kind: part.Radio, Name: "access", Label: "They may", Required: true, Options: []part.Option{
			{Value: "view", Text: "View", Help: "Views everything except billing, keys and sub-accounts.", Selected: true},
			{Value: "edit", Text: "Edit", Help: "Gives more than you have here, so you can't let others have it.", Disabled: true},
		}},
		{Kind: part.Select, Name: "lasts", Label: "For", Value: "1h", Required: true, Options: []part.Option{
			{Value: "1h", Text: "1 hour"}, {Value: "8h", Text: "8 hours"}, {Value: "1d", Text: "1 day"}, {Value: "7d", Text: "7 days"}, {Value: "30d", Text: "30 days"}, {Value: "until", Text: "Until the time below"},
		}},
		{Kind: part.Datetime, Name: "until", Label: "Until", Help: "Used with “Until the time below”. In your time zone, Europe/Berlin, and within 30 days."},
		{Kind: part.Textarea, Name: "reason", Label: "Reason", Help: "Support staff see it, and it's kept in the audit.", Required: true, MaxLength: 500, Rows: 3},
	}}
	columns := []part.Column{{Text: "From"}, {Text: "By"}, {Text: "Access"}, {Text: "Reason"}, {Text: "Ended"}}
	page := account.SupportAccessPage{
		Frame:  frame("Support access", "Support access"),
		Header: part.Header{Title: "Support access", Text: "Support staff can open this account only while you let them. Access ends automatically."},
		State:  part.Alert{Text: "Support access is off. Support staff can't open this account."},
		Form:   &form,
		List: part.List{Label: "Earlier support access", Table: part.Table{Token: token, Columns: columns}, Empty: part.Empty{
			Icon: "life-buoy", Title: "Never turned on", Text: "Support staff have never had access to Analytical."}},
	}
	row := func(id, opened, by, access, reason string, ended part.Cell) part.Row {
		return part.Row{ID: id, Cells: []part.Cell{{Text: opened}, {Text: by}, {Text: access}, {Text: reason}, ended}}
	}
	open := page
	open.Header.Actions = []part.Action{{Text: "Turn off…", URL: here + "/close", Dialog: true, Danger: true}}
	open.State = part.Alert{Tone: part.Warn, Title: "Support access is on until 17:40.", Text: "Support staff can view and edit data and setup. Ada turned it on for: calls to Berlin drop after a minute"}
	again := form
	again.Submit = "Change support access"
	open.Form = &again
	open.List.Table.Rows = []part.Row{
		row("3", "09:40", "Ada", "Edit", "calls to Berlin drop after a minute", part.Cell{Badges: []part.Badge{{Text: "On until 17:40", Tone: part.Warn}}}),
		row("2", "3 Nov, 10:12", "Grace", "View", "Which queue does the night shift use?", part.Cell{Text: "3 Nov, 11:12, automatically"}),
		row("1", "1 Oct, 16:00", "Ada", "View", "Numbers are missing after the move", part.Cell{Text: "2 Oct, 08:30, by Ada"}),
	}
	wrong := page
	refused := form
	refused.Problem = ""
	refused.Fields = append([]part.Field{}, form.Fields...)
	refused.Fields[2].Value, refused.Fields[2].Problem = "2026-11-21T17:41", "Choose an end at least an hour away. You can turn it off earlier."
	refused.Fields[3].Problem = "Enter a reason of 1 to 500 characters."
	wrong.Form = &refused
	viewer := open
	viewer.Form, viewer.Header.Actions = nil, nil
	staff, people := frame("Contacts", "Contacts"), frame("Contacts", "Contacts")
	staff.Notice = &part.Alert{Tone: part.Info, Text: "You are here as support staff until 17:40, let in by Ada for: calls to Berlin drop after a minute", Links: []part.Link{{Text: "Support access", URL: here}}}
	people.Notice = &part.Alert{Tone: part.Warn, Text: "Support staff can view and edit data and setup until 17:40.", Links: []part.Link{{Text: "Support access", URL: here}, {Text: "Turn off…", URL: here + "/close"}}}
	empty := part.List{Label: "Contacts", Empty: part.Empty{Icon: "contact", Title: "No contacts yet", Text: "Contacts are the people you talk to."}}
	return []Story{
		{Name: "Closed", Render: account.SupportAccess(page)},
		{Name: "Open", Render: account.SupportAccess(open)},
		{Name: "Open, for a viewer", Render: account.SupportAccess(viewer)},
		{Name: "Refused", Render: account.SupportAccess(wrong)},
		{Name: "Close", Render: part.DialogPage(part.Dialog{Frame: frame("Turn off support access", "Support access"), Title: "Turn off support access?",
			Text: []string{"Support staff are signed out of this account at once. What they changed stays, and is in the audit."}, Form: part.Form{Token: token, Action: here + "/close", Submit: "Turn off", Danger: true, Cancel: here}})},
		{Name: "Notice for staff", Render: record.List(record.ListPage{Frame: staff, Header: part.Header{Title: "Contacts"}, List: empty})},
		{Name: "Notice for the people", Render: record.List(record.ListPage{Frame: people, Header: part.Header{Title: "Contacts"}, List: empty})},
	}
}
