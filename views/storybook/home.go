package storybook

import (
	"time"

	"bailiwick/views/home"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

func homes() []Story {
	full := home.Page{
		Frame:  frame("Control panel", "Control panel", part.Link{Text: "Analytical"}),
		Header: part.Header{Title: "Analytical", Badge: part.Badge{Text: "Agency"}},
		Attention: []home.Attention{
			{Tone: part.Warn, Text: "2 subusers have not chosen a password yet", URL: "/a/analytical/settings/subusers", Details: "Their links expire tomorrow."},
			{Tone: part.Bad, Text: "East is suspended", URL: "/a/analytical/accounts"},
		},
		Purposes: []home.Purpose{
			{Icon: "building-2", Title: "Accounts", URL: "/a/analytical/accounts", Actions: []part.Link{{Text: "Add sub-accounts", URL: "/a/analytical/accounts/new"}, {Text: "Invite people", URL: "/a/analytical/members/invites/new"}}},
			{Icon: "app-window", Title: "Applications", URL: "/a/analytical/applications", Fact: "4 applications", Actions: []part.Link{{Text: "Add application", URL: "/a/analytical/applications/new"}}},
			{Icon: "hash", Title: "My numbers", URL: "/a/analytical/numbers/my_numbers", Fact: "18 numbers"},
		},
		Facts: []home.Fact{
			{Label: "Balance", Value: "120.50", URL: "/a/analytical/billing/dashboard"},
			{Label: "Members", Value: "3", URL: "/a/analytical/members"},
			{Label: "Subusers", Value: "11", URL: "/a/analytical/settings/subusers"},
		},
		Charts: []home.Chart{
			chart("chart-calls", "Calls", "1,204 calls", func(i int) int { return (i*37 + i*i*11) % 90 }),
			chart("chart-sign-ins", "Sign-ins", "12 sign-ins", func(i int) int { return i % 5 / 4 * 2 }),
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
			{Icon: "building-2", Text: "Add a company account", URL: "/accounts/new", Help: "To share with others and to have sub-accounts."},
			{Icon: "app-window", Text: "Add an application", URL: "/a/ada/applications/new", Help: "It holds scenarios, rules, queues and numbers."},
		},
	}
	sub := home.Page{
		Frame: subuserFrame("Control panel", "Control panel"), Header: part.Header{Title: "Analytical"},
		Purposes: []home.Purpose{{Icon: "wallet", Title: "Billing", URL: "/a/analytical/billing/dashboard", Fact: "Balance 120.50", Actions: []part.Link{{Text: "Add payment method", URL: "/a/analytical/billing/payment-methods/new"}}}},
		Changes:  home.ChangesBox{Hidden: true},
	}
	return []Story{
		{Name: "Agency", Render: home.Home(full)},
		{Name: "New account", Render: home.Home(empty)},
		{Name: "Subuser", Render: home.Home(sub)},
	}
}

// chart is thirty days up to a day of November.
func chart(id, title, total string, n func(day int) int) home.Chart {
	c := home.Chart{ID: id, Title: title, Total: total, Unit: title, URL: "/a/analytical/calls"}
	for i := range 30 {
		day := time.Date(2026, 10, 23+i, 0, 0, 0, 0, time.UTC)
		c.Days = append(c.Days, home.Day{Label: day.Format("2 Jan"), N: n(i), Text: words.Number(n(i))})
	}
	return c
}

func changes() []part.Change {
	return []part.Change{
		{Who: "Grace", What: "turned on Workflows for West", When: at("5 minutes ago", "21 November 2026, 11:05:40 CET"), URL: "/a/analytical/audit/9"},
		{Who: "Ada", What: "renamed the account East Prussia", When: at("yesterday", "20 November 2026, 16:20:03 CET"), Details: []string{"Name: East Prussia → East Berlin"}},
		{Who: "Ada", What: "added the subuser tabulator", When: at("yesterday", "20 November 2026, 16:12:44 CET"), Details: []string{"Role: CallListManager"}},
	}
}
