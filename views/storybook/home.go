package storybook

import (
	"bailiwick/views/home"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

func homes() []Story {
	full := home.Page{
		Frame:  frame("Control panel", "Control panel", part.Link{Text: "Analytical"}),
		Header: part.Header{Title: "Analytical", Badge: part.Badge{Text: "Agency"}},
		Attention: []home.Attention{
			{Tone: part.Warn, Text: "2 subusers have not chosen a password yet", URL: "/a/analytical/settings/subusers", Details: "Their links end tomorrow."},
			{Tone: part.Bad, Text: "East is suspended", URL: "/a/analytical/accounts"},
		},
		Counts: []record.Place{
			{Icon: "app-window", Text: "Applications", URL: "/a/analytical/applications", Count: "4"},
			{Icon: "phone-call", Text: "Calls", URL: "/a/analytical/calls", Count: "1,204"},
			{Icon: "hash", Text: "My numbers", URL: "/a/analytical/numbers/my_numbers", Count: "18"},
			{Icon: "users", Text: "Subusers", URL: "/a/analytical/settings/subusers", Count: "11"},
		},
		Tree: &home.TreeBox{Rows: []home.TreeRow{
			{Name: "Analytical", URL: "/a/analytical", Here: true, People: "3 people"},
			{Name: "East", URL: "/a/east", Depth: 1, People: "1 person", Badge: part.Badge{Text: "Suspended", Tone: part.Warn}},
			{Name: "East Berlin", URL: "/a/east-berlin", Depth: 2, People: "nobody yet"},
			{Name: "West", URL: "/a/west", Depth: 1, People: "2 people"},
		}, AllURL: "/a/analytical/accounts"},
		Changes: home.ChangesBox{Changes: changes()},
	}
	empty := home.Page{
		Frame:  frame("Control panel", "Control panel", part.Link{Text: "Ada"}),
		Header: part.Header{Title: "Ada", Badge: part.Badge{Text: "Personal account"}},
		Start: []record.Place{
			{Icon: "building-2", Text: "Make a main account", URL: "/accounts/new", Help: "To share with others and to have sub-accounts."},
			{Icon: "app-window", Text: "Make an application", URL: "/a/ada/applications/new", Help: "Scenarios, rules and numbers live in one."},
		},
	}
	sub := home.Page{
		Frame: subuserFrame("Control panel", "Control panel"), Header: part.Header{Title: "Analytical"},
		Counts:  []record.Place{{Icon: "app-window", Text: "Applications", URL: "/a/analytical/applications", Count: "4"}},
		Changes: home.ChangesBox{Hidden: true},
	}
	return []Story{
		{Name: "Agency", Render: home.Home(full)},
		{Name: "New account", Render: home.Home(empty)},
		{Name: "Subuser", Render: home.Home(sub)},
	}
}

func changes() []part.Change {
	return []part.Change{
		{Who: "Grace", What: "gave Workflows to West", When: "5 minutes ago", WhenExact: "21 November 2026, 11:05:40 CET", URL: "/a/analytical/audit/9"},
		{Who: "Ada", What: "renamed the account East Prussia", When: "yesterday", WhenExact: "20 November 2026, 16:20:03 CET", Details: []string{"Name: East Prussia → East Berlin"}},
		{Who: "Ada", What: "added the subuser tabulator", When: "yesterday", WhenExact: "20 November 2026, 16:12:44 CET", Details: []string{"Role: CallListManager"}},
	}
}
