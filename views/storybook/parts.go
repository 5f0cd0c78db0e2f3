package storybook

import (
	"github.com/a-h/templ"

	"bailiwick/views"
)

func parts() []Story {
	var alerts, badges []templ.Component
	var messages []views.Toast
	for _, tone := range []views.Tone{views.Plain, views.Info, views.Good, views.Warn, views.Bad} {
		name := string(tone)
		if name == "" {
			name = "plain"
		}
		badges = append(badges, views.BadgeTag(views.Badge{Text: name, Tone: tone}))
		alerts = append(alerts, views.AlertBox(views.Alert{Tone: tone, Title: name, Text: "A sentence that stays on the page.", Links: []views.Link{{Text: "Look", URL: "/look"}}}))
		messages = append(messages, views.Toast{Tone: tone, Text: "A sentence about what happened."})
	}
	messages = append(messages, views.Toast{Tone: views.Good, Text: "West has Workflows now.", Undo: &views.Post{Action: "/undo", Hidden: []views.Pair{{Name: "allowed", Value: "0"}}}})
	withToasts := frame("Toasts", "")
	withToasts.Messages = messages
	withToasts.Notice = &views.Alert{Tone: views.Warn, Text: "This account is looked at as a Supervisor would see it. Nothing can be changed."}

	menu := []views.Action{
		{Text: "Edit", URL: "/edit", Icon: "pencil"}, {Text: "Suspend", Post: &views.Post{Action: "/suspend"}, Icon: "pause"},
		{Text: "Attach", Lock: "You need “Numbers: attach” here."}, {Text: "Delete…", URL: "/s/records-delete", Dialog: true, Danger: true, Icon: "trash-2"},
	}
	return []Story{
		{Name: "Badges", Render: on("Badges", badges...)},
		{Name: "Alerts", Render: on("Alerts", alerts...)},
		{Name: "Toasts", Render: views.FormOn(views.FormPage{Frame: withToasts, Header: views.Header{Title: "Toasts"}, Form: views.Form{Token: token, Action: "/x", Fields: []views.Field{{Name: "x", Label: "Something"}}}})},
		{Name: "Buttons and menu", Render: on("Buttons and menu",
			views.ActionButton(views.Action{Text: "Open", URL: "/open"}, token),
			views.ActionButton(views.Action{Text: "New", URL: "/new", Primary: true, Icon: "plus"}, token),
			views.ActionButton(views.Action{Text: "Delete…", URL: "/s/records-delete", Dialog: true, Danger: true}, token),
			views.ActionButton(views.Action{Text: "Resume", Post: &views.Post{Action: "/resume"}}, token),
			views.ActionButton(views.Action{Text: "Deactivate", Lock: "You need “Numbers: deactivate” here."}, token),
			views.DotsMenu(views.Menu{ID: "m", Label: "Actions for West", Items: menu}, token),
		)},
		{Name: "Tabs", Render: on("Tabs", views.TabLinks("Pages", []views.Tab{{Text: "Calls", URL: "/calls", Current: true}, {Text: "Downloads", URL: "/downloads", Count: "2"}}))},
		{Name: "Copy boxes", Render: on("Copy boxes",
			views.CopyText(views.CopyBox{ID: "a", Label: "Login link", Value: loginURL}),
			views.CopyText(views.CopyBox{ID: "b", Label: "Secret", Value: "bw_app_9fX2mQ7cT1vK0sYw", Secret: true, Large: true}),
		)},
		{Name: "Progress", Render: on("Progress", views.ProgressBox(views.Progress{Label: "Appending lines", Value: 120, Max: 400, Text: "120 of 400 lines, about 20 seconds left", PollURL: "/progress", Stop: &views.Post{Text: "Stop", Action: "/stop"}}, token))},
		{Name: "Progress, unknown length", Render: on("Progress", views.ProgressBox(views.Progress{Label: "Counting", Text: "Just begun"}, token))},
		{Name: "Empty", Render: on("Empty", views.EmptyState(views.Empty{Icon: "inbox", Title: "Nothing here yet", Text: "What it is for, in a sentence or two.", Action: &views.Action{Text: "Make the first one", URL: "/new", Primary: true}}, token))},
		{Name: "Switcher results", Render: on("Switcher results", views.SwitcherResults(views.SwitcherList{More: "and 180 more: type to narrow down", Groups: []views.SwitcherGroup{
			{Title: "Analytical", Accounts: []views.SwitcherAccount{{Name: "Analytical", URL: "/a/analytical", Role: "Account owner", Current: true}, {Name: "East", URL: "/a/east", Role: "from Analytical", Depth: 1}, {Name: "East Berlin", URL: "/a/east-berlin", Role: "from Analytical", Depth: 2}}},
			{Title: "Personal", Accounts: []views.SwitcherAccount{{Name: "Ada", URL: "/a/ada", Role: "Account owner"}}},
		}}))},
		{Name: "Switcher results, none", Render: on("Switcher results", views.SwitcherResults(views.SwitcherList{Query: "north"}))},
		{Name: "Subuser frame", Render: views.FormOn(views.FormPage{Frame: subuserFrame("Profile", ""), Header: views.Header{Title: "Profile"}, Form: views.Form{Token: token, Action: "/settings/profile", Fields: []views.Field{{Name: "language", Label: "Language", Kind: views.Select, Required: true, Options: []views.Option{{Value: "en", Text: "English"}}}}}})},
	}
}
