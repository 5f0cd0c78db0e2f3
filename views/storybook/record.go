package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func callsList() record.ListPage {
	row := func(id, number, to, when, took, cost string, result part.Badge) part.Row {
		return part.Row{ID: id, Cells: []part.Cell{
			{Text: number, URL: "/a/analytical/calls/" + id, Mono: true}, {Text: to, Mono: true}, {Text: when, Title: "21 November 2026, 10:58:13 CET"}, {Text: took}, {Text: cost},
			{Badges: []part.Badge{result}}, {Text: "West", URL: "/a/west"},
		}, Menu: []part.Action{
			{Text: "Open", URL: "/a/analytical/calls/" + id, Icon: "eye"},
			{Text: "Transcribe", Post: &part.Post{Action: "/a/analytical/calls/" + id + "/transcribe"}, Icon: "file-text"},
			{Text: "Delete…", Lock: "You need “Calls: delete” here.", URL: "/s/failures-why-not"},
		}}
	}
	return record.ListPage{
		Frame:  frame("Calls", "Calls"),
		Header: part.Header{Title: "Calls", Menu: []part.Action{{Text: "Call downloads", URL: "/a/analytical/calls/downloads", Icon: "download"}}},
		List: part.List{
			Label: "calls", CSVURL: "/a/analytical/calls.csv", Clear: "/a/analytical/calls",
			Search: &part.Search{Action: "/a/analytical/calls", Placeholder: "Number or tag", Keep: []part.Pair{{Name: "sort", Value: "-start"}}, Filters: []part.Field{
				days("Start", "custom"), {Kind: part.Date, Name: "since", Label: "From", Value: "2026-11-01"}, {Kind: part.Date, Name: "till", Label: "To"},
				{Kind: part.Select, Name: "result", Label: "Result", Value: "answered", Options: []part.Option{{Text: "Any result"}, {Value: "answered", Text: "Answered"}, {Value: "missed", Text: "Missed"}}},
				{Kind: part.Reference, Name: "application", ID: "filter-application", Label: "Application", Value: "2", More: true, SuggestURL: "/a/analytical/calls?options=application",
					Options: []part.Option{{Text: "Application: any"}, {Value: "1", Text: "Front desk"}, {Value: "2", Text: "Reception"}}},
			}},
			Chips: []part.Chip{{Text: "From Sun 1 Nov 2026", RemoveURL: "/a/analytical/calls?result=answered&application=2"}, {Text: "Result: Answered", RemoveURL: "/a/analytical/calls?since=2026-11-01&application=2"},
				{Text: "Application: Reception", RemoveURL: "/a/analytical/calls?since=2026-11-01&result=answered"}},
			Views: &part.Views{
				Saved: []part.SavedView{{Text: "All calls", URL: "/a/analytical/calls"}, {Text: "Answered in November", URL: "/a/analytical/calls?since=2026-11-01&result=answered&application=2", Current: true}, {Text: "Missed this week", URL: "/a/analytical/calls?when=7&result=missed"}},
				Acts: []part.Action{{Text: "Rename view…", URL: "/views/rename", Icon: "pencil", Dialog: true},
					{Text: "Delete view", Icon: "trash-2", Danger: true, Post: &part.Post{Text: "Delete view", Action: "/views/delete"}}},
			},
			Columns: &part.ColumnChoice{Action: "/a/analytical/calls", Name: "column", Options: []part.Option{{Value: "from", Text: "From", Selected: true, Disabled: true}, {Value: "to", Text: "To", Selected: true}, {Value: "tags", Text: "Tags"}}},
			Table: part.Table{Token: token, Columns: []part.Column{
				{Text: "From", SortURL: "?sort=from"}, {Text: "To", SortURL: "?sort=to"}, {Text: "Start", SortURL: "?sort=start", Sorted: "descending"}, {Text: "Duration", Number: true, SortURL: "?sort=duration"}, {Text: "Cost", Number: true}, {Text: "Result"}, {Text: "Account"},
			}, Rows: []part.Row{
				row("1", "+49 30 901820", "+49 30 227 0", "10:58", "4:07", "€0.12", part.Badge{Text: "Answered", Tone: part.Good}),
				row("2", "+44 20 7946 0018", "+49 30 227 0", "10:41", "0:52", "€0.03", part.Badge{Text: "Answered", Tone: part.Good}),
				row("3", "+1 202 555 0143", "+49 30 227 0", "yesterday", "12:30", "€0.61", part.Badge{Text: "Answered", Tone: part.Good}),
			}},
			Pager: part.Pager{Summary: "1–3 of 1,204 calls", Next: "/a/analytical/calls?after=3"},
		},
	}
}

// days is the choice of a period for a time of that name.
func days(label, value string) part.Field {
	return part.Field{Kind: part.Select, Name: "when", ID: "filter-when", Label: label, Value: value, Options: []part.Option{
		{Text: label + ": any"}, {Value: "today", Text: "Today"}, {Value: "7", Text: "Last 7 days"}, {Value: "30", Text: "Last 30 days"}, {Value: "month", Text: "This month"}, {Value: "custom", Text: "Custom dates"}}}
}

func records() []Story {
	list := callsList()
	empty := list
	empty.List = part.List{Label: "calls", Empty: part.Empty{Icon: "phone-call", Title: "No calls yet", Text: "Every call to and from this account's numbers is kept here, with its recording and transcription. They are reported by the voice platform."}}
	nothing := list
	nothing.List.Table.Rows = nil
	wide := list
	wide.List.Table.Columns = append(wide.List.Table.Columns[:7:7], part.Column{Text: "Tags"}, part.Column{Text: "Recording"}, part.Column{Text: "Transcription"}, part.Column{Text: "Comments"}, part.Column{Text: "Application"})
	wide.List.Table.Rows = nil
	for range 2 {
		for _, r := range list.List.Table.Rows {
			r.ID += string(rune('a' + len(wide.List.Table.Rows)))
			r.Cells = append(r.Cells[:7:7], part.Cell{Text: "invoice, urgent"}, part.Cell{Text: "4:07, stereo"}, part.Cell{Text: "Good morning, you have reached the department of analytical engines"}, part.Cell{Text: "2"}, part.Cell{Text: "Reception", URL: "/a/analytical/applications/1"})
			wide.List.Table.Rows = append(wide.List.Table.Rows, r)
		}
	}

	app := record.Page{
		Frame: frame("Reception", "Applications", part.Crumb("Reception", part.Link{Text: "Analytical", URL: "/a/analytical"}, part.Link{Text: "Applications", URL: "/a/analytical/applications"})...),
		Header: part.Header{Title: "Reception", Badge: part.Badge{Text: "Active", Tone: part.Good}, Text: "Answers and routes every call to the head office.", Actions: []part.Action{
			{Text: "Edit", URL: "/a/analytical/applications/1/edit", Icon: "pencil"},
		}, Menu: []part.Action{
			{Text: "Replace secret…", URL: "/s/records-delete", Dialog: true, Icon: "refresh-cw"}, {Text: "Delete…", URL: "/s/records-delete", Dialog: true, Danger: true, Icon: "trash-2"},
		}},
		Secret: &part.CopyBox{ID: "secret", Label: "Secret of Reception", Value: "bw_app_9fX2mQ7cT1vK0sYw", Secret: true, Large: true},
		Inside: []record.Place{
			{Icon: "phone-call", Text: "Calls", URL: "/a/analytical/applications/1/calls", Count: "311"}, {Icon: "code", Text: "Scenarios", URL: "/a/analytical/applications/1/scenarios", Count: "2"},
			{Icon: "route", Text: "Rules", URL: "/a/analytical/applications/1/rules", Count: "3"}, {Icon: "layers", Text: "Queues", URL: "/a/analytical/applications/1/queues", Count: "0"},
			{Icon: "list", Text: "Call lists", URL: "/a/analytical/applications/1/call-lists", Count: "5", Help: "Numbers to call, one after the other."},
		},
		Details: []part.Detail{
			{Label: "Name", Value: part.Cell{Text: "Reception"}}, {Label: "Description", Value: part.Cell{Text: "Answers and routes every call to the head office.\nOpen from 8 to 18.", Block: true}},
			{Label: "ID", Value: part.Cell{Text: "01935f5e-7c1a-7bd3", Copy: true}}, {Label: "Created", Value: part.Cell{Text: "yesterday by Ada", Title: "20 November 2026, 16:12:44 CET"}},
			{Label: "Script", Value: part.Cell{Text: "VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {\n  e.call.answer();\n});", Block: true, Mono: true}},
			{Label: "Tags", Value: part.Cell{Badges: []part.Badge{{Text: "berlin"}, {Text: "day"}}}},
		},
		History: changes(),
	}
	number := record.Page{
		Frame: frame("+49 30 227 0", "My numbers"), Header: part.Header{Title: "+49 30 227 0", Badge: part.Badge{Text: "Inactive", Tone: part.Warn}, Actions: []part.Action{
			{Text: "Deactivate", Lock: "You need “Numbers: deactivate” here.", URL: "/s/failures-why-not"}, {Text: "Set parameters", URL: "/a/analytical/numbers/1/parameters"},
			{Text: "Reserve", Post: &part.Post{Action: "/a/analytical/numbers/1/reserve"}},
		}},
		Notice: &part.Alert{Tone: part.Info, Title: "Shared by Analytical", Text: "You can view it here and edit it there.", Links: []part.Link{{Text: "Open there", URL: "/a/analytical/numbers/1"}}},
		Details: []part.Detail{
			{Label: "Number", Value: part.Cell{Text: "+49 30 227 0", Mono: true}}, {Label: "Price", Value: part.Cell{Text: "€1.20 a month"}},
			{Label: "Application", Value: part.Cell{Text: "Reception", URL: "/a/analytical/applications/1"}},
		},
		Acts: []record.ActForm{{Title: "Attach to an application", Text: "Calls to this number are then answered by its rules.", Form: part.Form{Token: token, Action: "/a/analytical/numbers/1/attach", Submit: "Attach", Fields: []part.Field{
			{Kind: part.Reference, Name: "application", Label: "Application", Required: true, SuggestURL: "/a/analytical/numbers/1/attach?options=application", Value: "1", Options: []part.Option{{Value: "1", Text: "Reception"}, {Value: "2", Text: "Night line"}}},
		}}}},
	}

	numbers := list
	numbers.Frame, numbers.Header = frame("My numbers", "My numbers"), part.Header{Title: "My numbers"}
	numbers.States = &record.StateFigure{
		Title: "How numbers change state",
		States: []record.StateBox{
			{Title: "Available", Sentence: "Can be bought."}, {Title: "Purchased", Sentence: "Yours, and charged every month."},
			{Title: "Inactive", Sentence: "Yours, and answers no calls."}, {Title: "Blocked", Sentence: "Calls from and to it are refused."},
		},
		Moves: []record.StateMove{
			{Text: "Buy", From: 0, To: 1}, {Text: "Deactivate", From: 1, To: 2}, {Text: "Activate", From: 2, To: 1},
			{Text: "Block", From: 1, To: 3}, {Text: "Unblock", From: 3, To: 1}, {Text: "Release", From: 2, To: -1},
		},
	}
	closed := list
	closed.Notice = &part.Alert{Tone: part.Info, Text: "West can't use E-mail and Web chat. Any agents of that kind are hidden."}
	ticket := record.Page{
		Frame: frame("Callers hear themselves", "Support"), Header: part.Header{Title: "Callers hear themselves", Badge: part.Badge{Text: "Open", Tone: part.Info}, Actions: []part.Action{
			{Text: "Close", Post: &part.Post{Action: "/a/analytical/support/1/close"}},
		}},
		Details: []part.Detail{
			{Label: "Subject", Value: part.Cell{Text: "Callers hear themselves"}}, {Label: "Priority", Value: part.Cell{Text: "High"}},
			{Label: "Text", Value: part.Cell{Text: "Since this morning callers to the order hotline hear an echo.", Block: true}},
		},
		Entries: []record.EntryList{{Title: "Replies", Entries: []record.Entry{
			{Who: "Unknown author", Text: "It is worst on mobile phones.", When: at("yesterday, 17:02", "20 November 2026, 17:02:10 CET")},
			{Who: "Katherine Johnson", Text: "Which phones do your callers use?\n\nSend me the identifiers of two calls: https://panel.example/a/analytical/calls/01935f5e-7c1a-7bd3-9a51-000000000001", When: at("2 hours ago", "21 November 2026, 08:40:12 CET")},
		}}},
		Acts: []record.ActForm{{Title: "Reply", Form: part.Form{Token: token, Action: "/a/analytical/support/1/reply", Submit: "Reply", Fields: []part.Field{{Kind: part.Textarea, Name: "text", Label: "Text", Required: true, Problem: "Fill this in."}}}}},
	}

	call := record.Page{
		Frame:  frame("Call from +44 7700 900158 to +44 20 7946 0000", "Calls"),
		Header: part.Header{Kind: "Call", Title: "Call from +44 7700 900158 to +44 20 7946 0000", Actions: []part.Action{{Text: "Tag…", URL: "/a/analytical/calls/1/tag", Dialog: true}}},
		Facts: []part.Detail{
			{Label: "Started", Value: part.Cell{Text: "3 hours ago", Title: "21 November 2026, 10:58:13 CET", Datetime: "2026-11-21T09:58:13Z"}}, {Label: "Duration", Value: part.Cell{Text: "2 min 6 s"}},
			{Label: "Cost", Value: part.Cell{Text: "£0.12"}}, {Label: "Country", Value: part.Cell{Flag: "🇬🇧", Text: "United Kingdom"}}, {Label: "Application", Value: part.Cell{Text: "Reception", URL: "/a/analytical/applications/1"}},
		},
		Texts: []part.Detail{{Label: "Transcription", Value: part.Cell{Text: "Good morning, you have reached the department of analytical engines.\nHow can we help?", Block: true}}},
		Related: []record.Related{
			{Title: "Contacts", Names: []part.Link{{Text: "Hopper", URL: "/a/analytical/contacts/1"}, {Text: "Not available"}}},
			{Title: "Used by 12 items", Names: []part.Link{{Text: "Berlin", URL: "/a/analytical/items/1"}, {Text: "Bonn", URL: "/a/analytical/items/2"}, {Text: "Bremen", URL: "/a/analytical/items/3"}}, More: part.Link{Text: "Show all", URL: "/a/analytical/items?call_rule=1"}},
		},
		Details: []part.Detail{{Label: "ID", Value: part.Cell{Text: "01935f5e-7c1a-7bd3", Copy: true}}, {Label: "Created", Value: part.Cell{Text: "3 hours ago", Title: "21 November 2026, 10:58:13 CET", Datetime: "2026-11-21T09:58:13Z", After: "by Ada"}}},
		History: changes(), AllURL: "/a/analytical/audit?kind=call",
	}
	parts := part.FormPage{
		Frame: frame("Edit agent", "Agents"), Header: part.Header{Title: "Edit agent"},
		Beside: &part.Beside{Title: "What changes", Text: "Everything that uses this changes as soon as you save.", Facts: []string{"Used by 2 simulations: Angry caller, Quiet caller"}},
		Form: part.Form{Token: token, Action: "/a/analytical/agents/1/edit", Cancel: "/a/analytical/agents/1", Fields: []part.Field{
			{Name: "name", Label: "Name", Value: "Reception", Required: true},
			{Name: "voice", Label: "Voice", Value: "Alto", Section: "Model and voice"}, {Kind: part.Reference, Name: "language", Label: "Language", Value: "de-AT", Values: []string{"de-AT"}, Options: []part.Option{{Value: "de-AT", Text: "Austrian German"}, {Value: "en", Text: "English"}}},
			{Kind: part.Code, Name: "script", Label: "Script", Value: "start();", Rows: 5, Language: "javascript", Section: "What it does", Problem: "Line 1: start is not known."},
		}},
	}

	everyKind := part.Form{Token: token, Action: "/a/analytical/x", Cancel: "/a/analytical/x", Hidden: []part.Pair{{Name: "version", Value: "3"}}, Files: true, Fields: allKinds()}
	refused := everyKind
	refused.Fields = nil
	refused.Problem = "2 fields need attention."
	for _, f := range allKinds() {
		switch f.Name {
		case "name":
			f.Value, f.Problem = "", "A queue needs a name."
		case "skills":
			f.Problem = "Pick at least one."
		}
		refused.Fields = append(refused.Fields, f)
	}

	used := part.Dialog{Frame: frame("Delete Greeting", "Applications"), Title: "Delete Greeting?", Text: []string{"This can't be undone."}, Facts: []string{"Used by 2 rules: Berlin, Munich. They stay and no longer use this."},
		Form: part.Form{Token: token, Action: "/a/analytical/scenarios/1/delete", Cancel: "/a/analytical/scenarios/1", Submit: "Delete Greeting", Danger: true, Fields: []part.Field{{Name: "confirm", Label: "Type “Greeting” to confirm", Required: true, Autocomplete: "off"}}}}
	return []Story{
		{Name: "Delete, used by others", Render: part.DialogPage(used)},
		{Name: "Call", Render: record.Record(call)},
		{Name: "Form in parts, with what changes beside it", Render: record.FormOn(parts)},
		{Name: "List", Render: record.List(list)},
		{Name: "List, with how states change", Render: record.List(numbers)},
		{Name: "List, some closed", Render: record.List(closed)},
		{Name: "Ticket with replies", Render: record.Record(ticket)},
		{Name: "List, wide", Render: record.List(wide)},
		{Name: "Recently deleted", Render: record.List(record.ListPage{
			Frame: frame("Recently deleted", "Control panel"), Header: part.Header{Title: "Recently deleted", Text: "Restore what was deleted in the last 30 days. After that it can't be undone."},
			List: part.List{Label: "Recently deleted", Search: &part.Search{Action: "/a/analytical/deleted", Placeholder: "Search deleted records", Value: "rec"}, Clear: "/a/analytical/deleted",
				Chips: []part.Chip{{Text: "Search: rec", RemoveURL: "/a/analytical/deleted"}}, Pager: part.Pager{Summary: "1 record"},
				Bulk: &part.Bulk{Action: "/a/analytical/deleted/batches/new", Acts: []part.BulkAct{{Value: "restore", Text: "Restore…"}}}, Table: part.Table{
					Token: token, Columns: []part.Column{{Text: "Name"}, {Text: "Kind"}, {Text: "Deleted"}, {Text: "By"}, {Text: "Deleted for good"}},
					Rows: []part.Row{{ID: "reception", Cells: []part.Cell{{Text: "Reception", Details: "with 24 other records"}, {Text: "Application"}, {Text: "2 minutes ago"}, {Text: "Ada"}, {Text: "28 Dec"}},
						Menu: []part.Action{{Text: "Restore", Icon: "undo-2", Post: &part.Post{Text: "Restore", Action: "/a/analytical/deleted/reception/restore"}}}}},
				}},
		})},
		{Name: "List, empty", Render: record.List(empty)},
		{Name: "List, nothing found", Render: record.List(nothing)},
		{Name: "Application", Render: record.Record(app)},
		{Name: "Number, shared and with an act", Render: record.Record(number)},
		{Name: "Form with every kind of field", Render: record.FormOn(part.FormPage{Frame: frame("Edit queue", "Applications"), Header: part.Header{Title: "Edit queue"}, Form: everyKind})},
		{Name: "Form, refused", Render: record.FormOn(part.FormPage{Frame: frame("Edit queue", "Applications"), Header: part.Header{Title: "Edit queue"}, Form: refused})},
		{Name: "Form, changed by somebody else", Render: record.FormOn(part.FormPage{
			Frame: frame("Edit Reception", "Applications"), Header: part.Header{Title: "Edit Reception"},
			Conflict: &part.Conflict{Who: "Grace", When: "2 minutes ago", TheirsURL: "/a/analytical/applications/1", Rows: []part.ConflictRow{{Label: "Name", Theirs: "Reception Berlin", Yours: "Front desk"}, {Label: "Description", Theirs: "", Yours: "Open from 8 to 18."}}},
			Form:     part.Form{Token: token, Action: "/a/analytical/applications/1", Cancel: "/a/analytical/applications/1", Submit: "Overwrite", Hidden: []part.Pair{{Name: "version", Value: "4"}}, Fields: []part.Field{{Name: "name", Label: "Name", Value: "Front desk", Required: true}, {Kind: part.Textarea, Name: "description", Label: "Description", Value: "Open from 8 to 18."}}},
		})},
		{Name: "Append lines", Render: record.FormOn(part.FormPage{
			Frame: frame("Append lines", "Applications"), Header: part.Header{Title: "Append lines to November"},
			Report: &part.Report{Tone: part.Warn, Text: "48 lines were added, 2 were skipped.", Rows: []part.ReportRow{{Line: 7, Text: "030 12", Problem: "This isn't a phone number. Start with the country code, as in +49 30 12345."}, {Line: 31, Text: "+49 30 901820", Problem: "This list already has it."}}, More: "and 120 more"},
			Form: part.Form{Token: token, Action: "/a/analytical/applications/1/call-lists/2/lines", Files: true, Submit: "Append", Fields: []part.Field{
				{Kind: part.Textarea, Name: "lines", Label: "Lines", Help: "Phone, time, data: one call on each line, with commas between.", Rows: 8},
				{Kind: part.File, Name: "file", Label: "Or a CSV file", Accept: ".csv"},
			}},
		})},
		{Name: "Save view", Render: part.DialogPage(part.Dialog{Frame: frame("Save view", "Calls"), Title: "Save view", Text: []string{"Only you see your views. A view keeps the filters, the order and the columns."}, Form: part.Form{Token: token, Action: "/views", Cancel: "/a/analytical/calls?result=answered", Fields: []part.Field{
			{Name: "name", Label: "Name", Value: "Missed this week", Required: true, MaxLength: 60, Problem: "You already have a view with this name. Choose another name, or replace that view."},
			{Kind: part.Select, Name: "instead", Label: "Save as", Options: []part.Option{{Text: "New view"}, {Value: "Missed this week", Text: "Replace Missed this week"}}},
		}}})},
		{Name: "Delete", Render: part.DialogPage(part.Dialog{Frame: frame("Delete Reception", "Applications"), Title: "Delete Reception?", Text: []string{"Everything inside it goes with it:"}, Facts: []string{"2 scenarios, 3 rules and 5 call lists", "18 numbers lose their application and stop answering."}, Form: part.Form{Token: token, Action: "/a/analytical/applications/1/delete", Cancel: "/a/analytical/applications/1", Submit: "Delete Reception", Danger: true, Fields: []part.Field{{Name: "confirm", Label: "Type “Reception” to confirm", Required: true, Autocomplete: "off", Problem: "This isn't its name."}}}})},
	}
}

func allKinds() []part.Field {
	return []part.Field{
		{Name: "name", Label: "Name", Value: "Berlin", Required: true, Help: "As callers hear it.", MaxLength: 80},
		{Kind: part.Textarea, Name: "description", Label: "Description", Value: "Day shift"},
		{Kind: part.Code, Name: "code", Label: "Code", Value: "require(Modules.ACD);\nstart();", Rows: 5},
		{Kind: part.JSON, Name: "data", Label: "Data", Value: "{\"language\": \"de\"}", Rows: 3},
		{Kind: part.Lines, Name: "patterns", Label: "Patterns", Value: "+49.*\n+43.*", Help: "One per line.", Rows: 3},
		{Kind: part.Tags, Name: "tags", Label: "Tags", Value: "berlin, day", Help: "Separated by commas."},
		{Kind: part.Number, Name: "priority", Label: "Priority", Value: "10", Defaulted: true, Min: "0", Max: "100", Step: "1"},
		{Kind: part.Number, Name: "wait", Label: "Maximum wait", Value: "30", Unit: "seconds", Required: true},
		{Kind: part.Money, Name: "price", Label: "Price", Value: "1.20", Unit: "EUR"},
		{Kind: part.Checkbox, Name: "record", Label: "Record calls", Checked: true, Help: "Callers are told so."},
		{Kind: part.Select, Name: "country", Label: "Country", Value: "de", Required: true, Options: []part.Option{{Value: "de", Text: "Germany", Group: "Europe"}, {Value: "fr", Text: "France", Group: "Europe"}, {Value: "us", Text: "United States", Group: "America"}}},
		{Kind: part.Radio, Name: "mode", Label: "Mode", Options: []part.Option{{Value: "a", Text: "In turn", Selected: true}, {Value: "b", Text: "All at once", Help: "The first to pick up gets the call."}}},
		{Kind: part.Multi, Name: "skills", Label: "Skills", Values: []string{"german"}, Options: []part.Option{{Value: "german", Text: "German"}, {Value: "french", Text: "French"}, {Value: "latin", Text: "Latin", Disabled: true}}},
		{Kind: part.Reference, Name: "scenario", Label: "Scenario", SuggestURL: "/x?options=scenario", Options: []part.Option{{Value: "1", Text: "Greeting"}, {Value: "2", Text: "Night"}}},
		{Kind: part.Reference, Name: "contacts", Label: "Contacts", Many: true, More: true, Values: []string{"1", "2"}, SuggestURL: "/x?options=contacts", Options: []part.Option{{Value: "1", Text: "Hopper"}, {Value: "2", Text: "Not available", Disabled: true}, {Value: "3", Text: "Lovelace"}}},
		{Kind: part.Reference, Name: "scenarios", Label: "Scenarios in order", Many: true, Ordered: true, Values: []string{"2", "1"}, SuggestURL: "/x?options=scenarios", Options: []part.Option{{Value: "1", Text: "Greeting"}, {Value: "2", Text: "Night"}, {Value: "3", Text: "Good-bye"}}, Problem: "Choose at most one."},
		{Kind: part.Datetime, Name: "start", Label: "Start", Value: "2026-11-21T17:40", Help: "Berlin time."},
		{Kind: part.Date, Name: "expiry", Label: "Expiry", Value: "2027-01-01"},
		{Kind: part.Email, Name: "email", Label: "E-mail", Value: "ada@analytical.example"},
		{Kind: part.URL, Name: "url", Label: "Address", Value: "https://analytical.example/hook"},
		{Kind: part.Phone, Name: "phone", Label: "Phone", Value: "+49 30 901820"},
		{Kind: part.Secret, Name: "secret", Label: "Secret", Placeholder: "unchanged", Help: "Leave it empty to keep the current one."},
		{Kind: part.File, Name: "certificate", Label: "Certificate", Accept: ".p12"},
		{Kind: part.Fixed, Name: "id", Label: "ID", Value: "01935f5e-7c1a-7bd3"},
	}
}
