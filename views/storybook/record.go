package storybook

import "bailiwick/views"

func callsList() views.RecordListPage {
	row := func(id, number, to, when, took, cost string, result views.Badge) views.Row {
		return views.Row{ID: id, Cells: []views.Cell{
			{Text: number, URL: "/a/analytical/calls/" + id, Mono: true}, {Text: to, Mono: true}, {Text: when, Title: "21 November 2026, 10:58:13 CET"}, {Text: took}, {Text: cost},
			{Badges: []views.Badge{result}}, {Text: "West", URL: "/a/west"},
		}, Menu: []views.Action{
			{Text: "Open", URL: "/a/analytical/calls/" + id, Icon: "eye"},
			{Text: "Transcribe", Post: &views.Post{Action: "/a/analytical/calls/" + id + "/transcribe"}, Icon: "file-text"},
			{Text: "Delete…", Lock: "You need “Calls: delete” here.", URL: "/s/failures-why-not"},
		}}
	}
	return views.RecordListPage{
		Frame:  frame("Calls", "Calls"),
		Header: views.Header{Title: "Calls", Menu: []views.Action{{Text: "Call downloads", URL: "/a/analytical/calls/downloads", Icon: "download"}}},
		Tabs:   []views.Tab{{Text: "Calls", URL: "/a/analytical/calls", Current: true}, {Text: "Downloads", URL: "/a/analytical/calls/downloads", Count: "2"}, {Text: "Active sessions", URL: "/a/analytical/calls/sessions"}},
		List: views.List{
			Label: "calls", CSVURL: "/a/analytical/calls.csv", Clear: "/a/analytical/calls",
			Search: &views.Search{Action: "/a/analytical/calls", Placeholder: "Number or tag", Keep: []views.Pair{{Name: "sort", Value: "-start"}}, Filters: []views.Field{
				{Kind: views.Select, Name: "result", Label: "Result", Value: "answered", Options: []views.Option{{Text: "Any result"}, {Value: "answered", Text: "Answered"}, {Value: "missed", Text: "Missed"}}},
				{Kind: views.Date, Name: "from", Label: "From"},
			}},
			Chips:   []views.Chip{{Text: "Result: Answered", RemoveURL: "/a/analytical/calls"}},
			Columns: &views.ColumnChoice{Action: "/a/analytical/calls", Name: "column", Options: []views.Option{{Value: "from", Text: "From", Selected: true, Disabled: true}, {Value: "to", Text: "To", Selected: true}, {Value: "tags", Text: "Tags"}}},
			Table: views.Table{Token: token, Columns: []views.Column{
				{Text: "From", SortURL: "?sort=from"}, {Text: "To", SortURL: "?sort=to"}, {Text: "Start", SortURL: "?sort=start", Sorted: "descending"}, {Text: "Duration", Number: true, SortURL: "?sort=duration"}, {Text: "Cost", Number: true}, {Text: "Result"}, {Text: "Account"},
			}, Rows: []views.Row{
				row("1", "+49 30 901820", "+49 30 227 0", "10:58", "4:07", "€0.12", views.Badge{Text: "Answered", Tone: views.Good}),
				row("2", "+44 20 7946 0018", "+49 30 227 0", "10:41", "0:52", "€0.03", views.Badge{Text: "Answered", Tone: views.Good}),
				row("3", "+1 202 555 0143", "+49 30 227 0", "yesterday", "12:30", "€0.61", views.Badge{Text: "Answered", Tone: views.Good}),
			}},
			Pager: views.Pager{Summary: "1–3 of 1,204", Next: "/a/analytical/calls?after=3"},
		},
	}
}

func records() []Story {
	list := callsList()
	empty := list
	empty.List = views.List{Label: "calls", Empty: views.Empty{Icon: "phone-call", Title: "No calls yet", Text: "Every call to and from this account’s numbers is kept here, with its recording and transcription. They are reported by the voice platform."}}
	nothing := list
	nothing.List.Table.Rows = nil
	wide := list
	wide.List.Table.Columns = append(wide.List.Table.Columns[:7:7], views.Column{Text: "Tags"}, views.Column{Text: "Recording"}, views.Column{Text: "Transcription"}, views.Column{Text: "Comments"}, views.Column{Text: "Application"})
	wide.List.Table.Rows = nil
	for range 2 {
		for _, r := range list.List.Table.Rows {
			r.ID += string(rune('a' + len(wide.List.Table.Rows)))
			r.Cells = append(r.Cells[:7:7], views.Cell{Text: "invoice, urgent"}, views.Cell{Text: "4:07, stereo"}, views.Cell{Text: "Good morning, you have reached the department of analytical engines"}, views.Cell{Text: "2"}, views.Cell{Text: "Reception", URL: "/a/analytical/applications/1"})
			wide.List.Table.Rows = append(wide.List.Table.Rows, r)
		}
	}

	app := views.RecordPage{
		Frame: frame("Reception", "Applications", views.Crumb("Reception", views.Link{Text: "Analytical", URL: "/a/analytical"}, views.Link{Text: "Applications", URL: "/a/analytical/applications"})...),
		Header: views.Header{Title: "Reception", Badge: views.Badge{Text: "Active", Tone: views.Good}, Text: "Answers and routes every call to the head office.", Actions: []views.Action{
			{Text: "Edit", URL: "/a/analytical/applications/1/edit", Icon: "pencil"},
		}, Menu: []views.Action{
			{Text: "Replace secret…", URL: "/s/records-delete", Dialog: true, Icon: "refresh-cw"}, {Text: "Delete…", URL: "/s/records-delete", Dialog: true, Danger: true, Icon: "trash-2"},
		}},
		Secret: &views.CopyBox{ID: "secret", Label: "Secret of Reception", Value: "bw_app_9fX2mQ7cT1vK0sYw", Secret: true, Large: true},
		Inside: []views.Place{
			{Icon: "phone-call", Text: "Calls", URL: "/a/analytical/applications/1/calls", Count: "311"}, {Icon: "code", Text: "Scenarios", URL: "/a/analytical/applications/1/scenarios", Count: "2"},
			{Icon: "route", Text: "Rules", URL: "/a/analytical/applications/1/rules", Count: "3"}, {Icon: "layers", Text: "Queues", URL: "/a/analytical/applications/1/queues", Count: "0"},
			{Icon: "list", Text: "Call lists", URL: "/a/analytical/applications/1/call-lists", Count: "5", Help: "Numbers to call, one after the other."},
		},
		Details: []views.Detail{
			{Label: "Name", Value: views.Cell{Text: "Reception"}}, {Label: "Description", Value: views.Cell{Text: "Answers and routes every call to the head office.\nOpen from 8 to 18.", Block: true}},
			{Label: "Identifier", Value: views.Cell{Text: "01935f5e-7c1a-7bd3", Copy: true}}, {Label: "Made", Value: views.Cell{Text: "yesterday by Ada", Title: "20 November 2026, 16:12:44 CET"}},
			{Label: "Script", Value: views.Cell{Text: "VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {\n  e.call.answer();\n});", Block: true, Mono: true}},
			{Label: "Tags", Value: views.Cell{Badges: []views.Badge{{Text: "berlin"}, {Text: "day"}}}},
		},
		History: changes(),
	}
	number := views.RecordPage{
		Frame: frame("+49 30 227 0", "My numbers"), Header: views.Header{Title: "+49 30 227 0", Badge: views.Badge{Text: "Inactive", Tone: views.Warn}, Actions: []views.Action{
			{Text: "Deactivate", Lock: "You need “Numbers: deactivate” here.", URL: "/s/failures-why-not"}, {Text: "Set parameters", URL: "/a/analytical/numbers/1/parameters"},
			{Text: "Reserve", Post: &views.Post{Action: "/a/analytical/numbers/1/reserve"}},
		}},
		Notice: &views.Alert{Tone: views.Info, Title: "Shared by Analytical", Text: "It can be read here and changed only there.", Links: []views.Link{{Text: "Open there", URL: "/a/analytical/numbers/1"}}},
		Details: []views.Detail{
			{Label: "Number", Value: views.Cell{Text: "+49 30 227 0", Mono: true}}, {Label: "Price", Value: views.Cell{Text: "€1.20 a month"}},
			{Label: "Application", Value: views.Cell{Text: "Reception", URL: "/a/analytical/applications/1"}},
		},
		Acts: []views.ActForm{{Title: "Attach to an application", Text: "Calls to this number are then answered by its rules.", Form: views.Form{Token: token, Action: "/a/analytical/numbers/1/attach", Submit: "Attach", Fields: []views.Field{
			{Kind: views.Reference, Name: "application", Label: "Application", Required: true, SuggestURL: "/a/analytical/applications/suggest", Options: []views.Option{{Value: "1", Text: "Reception", Selected: true}, {Value: "2", Text: "Night line"}}},
		}}}},
	}

	numbers := list
	numbers.Frame, numbers.Header, numbers.Tabs = frame("My numbers", "My numbers"), views.Header{Title: "My numbers"}, nil
	numbers.States = &views.StateFigure{
		Title: "How numbers change state",
		States: []views.StateBox{
			{Title: "Available", Sentence: "Can be bought."}, {Title: "Purchased", Sentence: "Yours, and charged every month."},
			{Title: "Inactive", Sentence: "Yours, and answers no calls."}, {Title: "Blocked", Sentence: "Calls from and to it are refused."},
		},
		Moves: []views.StateMove{
			{Text: "Buy", From: 0, To: 1}, {Text: "Deactivate", From: 1, To: 2}, {Text: "Activate", From: 2, To: 1},
			{Text: "Block", From: 1, To: 3}, {Text: "Unblock", From: 3, To: 1}, {Text: "Release", From: 2, To: -1},
		},
	}
	closed := list
	closed.Notice = &views.Alert{Tone: views.Info, Text: "West may not use Email and Web chat. Any agents of that kind are hidden."}
	ticket := views.RecordPage{
		Frame: frame("Callers hear themselves", "Support"), Header: views.Header{Title: "Callers hear themselves", Badge: views.Badge{Text: "Open", Tone: views.Info}, Actions: []views.Action{
			{Text: "Close", Post: &views.Post{Action: "/a/analytical/support/1/close"}},
		}},
		Details: []views.Detail{
			{Label: "Subject", Value: views.Cell{Text: "Callers hear themselves"}}, {Label: "Priority", Value: views.Cell{Text: "High"}},
			{Label: "Text", Value: views.Cell{Text: "Since this morning callers to the order hotline hear an echo.", Block: true}},
		},
		Entries: []views.EntryList{{Title: "Replies", Entries: []views.Entry{
			{Who: "Unknown author", Text: "It is worst on mobile phones.", When: "yesterday, 17:02", WhenExact: "20 November 2026, 17:02:10 CET"},
			{Who: "Katherine Johnson", Text: "Which phones do your callers use?\n\nPlease send the identifiers of two calls: https://panel.example/a/analytical/calls/01935f5e-7c1a-7bd3-9a51-000000000001", When: "2 hours ago", WhenExact: "21 November 2026, 08:40:12 CET"},
		}}},
		Acts: []views.ActForm{{Title: "Reply", Form: views.Form{Token: token, Action: "/a/analytical/support/1/reply", Submit: "Reply", Fields: []views.Field{{Kind: views.Textarea, Name: "text", Label: "Text", Required: true, Problem: "Fill this in."}}}}},
	}

	everyKind := views.Form{Token: token, Action: "/a/analytical/x", Cancel: "/a/analytical/x", Hidden: []views.Pair{{Name: "version", Value: "3"}}, Files: true, Fields: allKinds()}
	refused := everyKind
	refused.Fields = nil
	refused.Problem = "2 fields need another look."
	for _, f := range allKinds() {
		switch f.Name {
		case "name":
			f.Value, f.Problem = "", "A queue needs a name."
		case "skills":
			f.Problem = "Pick at least one."
		}
		refused.Fields = append(refused.Fields, f)
	}

	used := views.Dialog{Frame: frame("Delete Greeting", "Applications"), Title: "Delete Greeting?", Text: []string{"This can’t be undone."}, Facts: []string{"Used by 2 rules: Berlin, Munich. They stay and no longer use this."},
		Form: views.Form{Token: token, Action: "/a/analytical/scenarios/1/delete", Cancel: "/a/analytical/scenarios/1", Submit: "Delete Greeting", Danger: true, Fields: []views.Field{{Name: "confirm", Label: "Type Greeting to confirm", Required: true, Autocomplete: "off"}}}}
	return []Story{
		{Name: "Delete, used by others", Render: views.DialogPage(used)},
		{Name: "List", Render: views.RecordList(list)},
		{Name: "List, with how states change", Render: views.RecordList(numbers)},
		{Name: "List, some closed", Render: views.RecordList(closed)},
		{Name: "Ticket with replies", Render: views.Record(ticket)},
		{Name: "List, wide", Render: views.RecordList(wide)},
		{Name: "List, empty", Render: views.RecordList(empty)},
		{Name: "List, nothing found", Render: views.RecordList(nothing)},
		{Name: "Application", Render: views.Record(app)},
		{Name: "Number, shared and with an act", Render: views.Record(number)},
		{Name: "Form with every kind of field", Render: views.FormOn(views.FormPage{Frame: frame("Edit queue", "Applications"), Header: views.Header{Title: "Edit queue"}, Form: everyKind})},
		{Name: "Form, refused", Render: views.FormOn(views.FormPage{Frame: frame("Edit queue", "Applications"), Header: views.Header{Title: "Edit queue"}, Form: refused})},
		{Name: "Form, changed by somebody else", Render: views.FormOn(views.FormPage{
			Frame: frame("Edit Reception", "Applications"), Header: views.Header{Title: "Edit Reception"},
			Conflict: &views.Conflict{Who: "Grace", When: "2 minutes ago", TheirsURL: "/a/analytical/applications/1", Rows: []views.ConflictRow{{Label: "Name", Theirs: "Reception Berlin", Yours: "Front desk"}, {Label: "Description", Theirs: "", Yours: "Open from 8 to 18."}}},
			Form:     views.Form{Token: token, Action: "/a/analytical/applications/1", Cancel: "/a/analytical/applications/1", Submit: "Overwrite", Hidden: []views.Pair{{Name: "version", Value: "4"}}, Fields: []views.Field{{Name: "name", Label: "Name", Value: "Front desk", Required: true}, {Kind: views.Textarea, Name: "description", Label: "Description", Value: "Open from 8 to 18."}}},
		})},
		{Name: "Append lines", Render: views.FormOn(views.FormPage{
			Frame: frame("Append lines", "Applications"), Header: views.Header{Title: "Append lines to November"},
			Report: &views.Report{Tone: views.Warn, Text: "48 lines were added, 2 were left out.", Rows: []views.ReportRow{{Line: 7, Text: "030 12", Problem: "This is no phone number: write it with the country, as in +49 30 12345."}, {Line: 31, Text: "+49 30 901820", Problem: "This number is in the list already."}}, More: "and 120 more"},
			Form: views.Form{Token: token, Action: "/a/analytical/applications/1/call-lists/2/lines", Files: true, Submit: "Append", Fields: []views.Field{
				{Kind: views.Textarea, Name: "lines", Label: "Lines", Help: "Phone, time, data: one call on each line, with commas between.", Rows: 8},
				{Kind: views.File, Name: "file", Label: "Or a CSV file", Accept: ".csv"},
			}},
		})},
		{Name: "Delete", Render: views.DialogPage(views.Dialog{Frame: frame("Delete Reception", "Applications"), Title: "Delete Reception?", Text: []string{"Everything inside it goes with it:"}, Facts: []string{"2 scenarios, 3 rules and 5 call lists", "18 numbers lose their application and stop answering."}, Form: views.Form{Token: token, Action: "/a/analytical/applications/1/delete", Cancel: "/a/analytical/applications/1", Submit: "Delete Reception", Danger: true, Fields: []views.Field{{Name: "confirm", Label: "Type Reception to go on", Required: true, Autocomplete: "off", Problem: "This is not its name."}}}})},
	}
}

func allKinds() []views.Field {
	return []views.Field{
		{Name: "name", Label: "Name", Value: "Berlin", Required: true, Help: "As callers hear it.", MaxLength: 80},
		{Kind: views.Textarea, Name: "description", Label: "Description", Value: "Day shift"},
		{Kind: views.Code, Name: "code", Label: "Code", Value: "require(Modules.ACD);\nstart();", Rows: 5},
		{Kind: views.JSON, Name: "data", Label: "Data", Value: "{\"language\": \"de\"}", Rows: 3},
		{Kind: views.Lines, Name: "patterns", Label: "Patterns", Value: "+49.*\n+43.*", Help: "One on each line.", Rows: 3},
		{Kind: views.Tags, Name: "tags", Label: "Tags", Value: "berlin, day", Help: "With commas between."},
		{Kind: views.Number, Name: "priority", Label: "Priority", Value: "10", Min: "0", Max: "100", Step: "1"},
		{Kind: views.Number, Name: "wait", Label: "Maximum wait", Value: "30", Unit: "seconds", Required: true},
		{Kind: views.Money, Name: "price", Label: "Price", Value: "1.20", Unit: "EUR"},
		{Kind: views.Checkbox, Name: "record", Label: "Record calls", Checked: true, Help: "Callers are told so."},
		{Kind: views.Select, Name: "country", Label: "Country", Value: "de", Required: true, Options: []views.Option{{Value: "de", Text: "Germany", Group: "Europe"}, {Value: "fr", Text: "France", Group: "Europe"}, {Value: "us", Text: "United States", Group: "America"}}},
		{Kind: views.Radio, Name: "mode", Label: "Mode", Options: []views.Option{{Value: "a", Text: "In turn", Selected: true}, {Value: "b", Text: "All at once", Help: "The first to pick up gets the call."}}},
		{Kind: views.Multi, Name: "skills", Label: "Skills", Values: []string{"german"}, Options: []views.Option{{Value: "german", Text: "German"}, {Value: "french", Text: "French"}, {Value: "latin", Text: "Latin", Disabled: true}}},
		{Kind: views.Reference, Name: "scenario", Label: "Scenario", SuggestURL: "/a/analytical/scenarios/suggest", Options: []views.Option{{Value: "1", Text: "Greeting"}, {Value: "2", Text: "Night"}}},
		{Kind: views.Datetime, Name: "start", Label: "Start", Value: "2026-11-21T17:40", Help: "Berlin time."},
		{Kind: views.Date, Name: "expiry", Label: "Expiry", Value: "2027-01-01"},
		{Kind: views.Email, Name: "email", Label: "E-mail", Value: "ada@analytical.example"},
		{Kind: views.URL, Name: "url", Label: "Address", Value: "https://analytical.example/hook"},
		{Kind: views.Phone, Name: "phone", Label: "Phone", Value: "+49 30 901820"},
		{Kind: views.Secret, Name: "secret", Label: "Secret", Placeholder: "unchanged", Help: "Leave it empty to keep the one there is."},
		{Kind: views.File, Name: "certificate", Label: "Certificate", Accept: ".p12"},
		{Kind: views.Fixed, Name: "id", Label: "Identifier", Value: "01935f5e-7c1a-7bd3"},
	}
}
