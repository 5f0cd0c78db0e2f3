package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/record"

	"strconv"
	"time"

	"github.com/a-h/templ"
)

func parts() []Story {
	var alerts, badges []templ.Component
	var messages []part.Toast
	for _, tone := range []part.Tone{part.Plain, part.Info, part.Good, part.Warn, part.Bad} {
		name := string(tone)
		if name == "" {
			name = "plain"
		}
		badges = append(badges, part.BadgeTag(part.Badge{Text: name, Tone: tone}))
		alerts = append(alerts, part.AlertBox(part.Alert{Tone: tone, Title: name, Text: "A sentence that stays on the page.", Links: []part.Link{{Text: "Look", URL: "/look"}}}))
		messages = append(messages, part.Toast{Tone: tone, Text: "A sentence about what happened."})
	}
	messages = append(messages, part.Toast{Tone: part.Good, Text: "West has Workflows now.", Undo: &part.Post{Action: "/undo", Hidden: []part.Pair{{Name: "allowed", Value: "0"}}}})
	withToasts := frame("Toasts", "")
	withToasts.Messages = messages
	withToasts.Notice = &part.Alert{Tone: part.Warn, Text: "This account is looked at as a Supervisor would see it. Nothing can be changed."}

	menu := []part.Action{
		{Text: "Edit", URL: "/edit", Icon: "pencil"}, {Text: "Suspend", Post: &part.Post{Action: "/suspend"}, Icon: "pause"},
		{Text: "Attach", Lock: "You need “Numbers: attach” here."}, {Text: "Delete…", URL: "/s/records-delete", Dialog: true, Danger: true, Icon: "trash-2"},
	}
	var people []part.Detail
	for i, name := range []string{"Ada Lovelace", "Grace Hopper", "Edsger", "Barbara Liskov", "phone-number-manager", "Édouard Lucas", "山田 太郎", "Maria de la Cruz"} {
		a := part.AvatarOf(name, "")
		a.Hue = i
		people = append(people, part.Detail{Label: "Colour " + strconv.Itoa(i+1), Value: part.Cell{Text: name, Avatar: a}})
	}
	var pictures []templ.Component
	for _, e := range []part.Empty{
		{Icon: "workflow", Title: "No workflows yet", Text: "Sheets of paper, with the icon of what is listed."},
		{Scene: part.ScenePeople, Title: "No subusers yet", Text: "People, where somebody would be listed."},
		{Scene: part.SceneTree, Title: "No sub-accounts yet", Text: "Accounts below each other."},
		{Scene: part.SceneTime, Title: "No changes yet", Text: "A clock, where what happens is listed."},
		{Scene: part.SceneSearch, Title: "Nothing matches", Text: "A lens, where a search found nothing."},
	} {
		pictures = append(pictures, part.EmptyState(e, token))
	}
	return []Story{
		{Name: "Type, space and buttons", Render: on("Type, space and buttons", rhythm())},
		{Name: "Avatars", Render: on("Avatars", part.DetailList(people))},
		{Name: "Badges", Render: on("Badges", badges...)},
		{Name: "Alerts", Render: on("Alerts", alerts...)},
		{Name: "Toasts", Render: record.FormOn(part.FormPage{Frame: withToasts, Header: part.Header{Title: "Toasts"}, Form: part.Form{Token: token, Action: "/x", Fields: []part.Field{{Name: "x", Label: "Something"}}}})},
		{Name: "Buttons and menu", Render: on("Buttons and menu",
			part.ActionButton(part.Action{Text: "Open", URL: "/open"}, token),
			part.ActionButton(part.Action{Text: "New", URL: "/new", Primary: true, Icon: "plus"}, token),
			part.ActionButton(part.Action{Text: "Delete…", URL: "/s/records-delete", Dialog: true, Danger: true}, token),
			part.ActionButton(part.Action{Text: "Resume", Post: &part.Post{Action: "/resume"}}, token),
			part.ActionButton(part.Action{Text: "Deactivate", Lock: "You need “Numbers: deactivate” here."}, token),
			part.DotsMenu(part.Menu{ID: "m", Label: "Actions for West", Items: menu}, token),
		)},
		{Name: "Tabs", Render: on("Tabs", part.TabLinks("Pages", []part.Tab{{Text: "Calls", URL: "/calls", Current: true}, {Text: "Downloads", URL: "/downloads", Count: "2"}}))},
		{Name: "Copy boxes", Render: on("Copy boxes",
			part.CopyText(part.CopyBox{ID: "a", Label: "Sign-in link", Value: loginURL}),
			part.CopyText(part.CopyBox{ID: "b", Label: "Secret", Value: "bw_app_9fX2mQ7cT1vK0sYw", Secret: true, Large: true}),
		)},
		{Name: "Progress", Render: on("Progress", part.ProgressBox(part.Progress{Label: "Appending lines", Value: 120, Max: 400, Text: "120 of 400 lines, about 20 seconds left", PollURL: "/progress", Stop: &part.Post{Text: "Stop", Action: "/stop"}}, token))},
		{Name: "Progress, unknown length", Render: on("Progress", part.ProgressBox(part.Progress{Label: "Counting", Text: "Just begun"}, token))},
		{Name: "Pictures", Render: on("Pictures", pictures...)},
		{Name: "Empty", Render: on("Empty", part.EmptyState(part.Empty{Icon: "inbox", Title: "Nothing here yet", Text: "What it is for, in a sentence or two.", Action: &part.Action{Text: "Make the first one", URL: "/new", Primary: true}}, token))},
		{Name: "Switcher results", Render: on("Switcher results", part.SwitcherResults(part.SwitcherList{More: "and 180 more: type to narrow down", Groups: []part.SwitcherGroup{
			{Title: "Analytical", Accounts: []part.SwitcherAccount{{Name: "Analytical", URL: "/a/analytical", Role: "Account owner", Current: true}, {Name: "East", URL: "/a/east", Role: "from Analytical", Depth: 1}, {Name: "East Berlin", URL: "/a/east-berlin", Role: "from Analytical", Depth: 2}}},
			{Title: "Personal", Accounts: []part.SwitcherAccount{{Name: "Ada", URL: "/a/ada", Role: "Account owner"}}},
		}}))},
		{Name: "Switcher results, none", Render: on("Switcher results", part.SwitcherResults(part.SwitcherList{Query: "north"}))},
		{Name: "Subuser frame", Render: record.FormOn(part.FormPage{Frame: subuserFrame("Profile", ""), Header: part.Header{Title: "Profile"}, Form: part.Form{Token: token, Action: "/settings/profile", Fields: []part.Field{{Name: "language", Label: "Language", Kind: part.Select, Required: true, Options: []part.Option{{Value: "en", Text: "English"}}}}}})},
	}
}

// at is a time of the stories, as people say it and exactly.
func at(text, exact string) part.Cell {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation("2 January 2006, 15:04:05 MST", exact, zone)
	if err != nil {
		panic(err)
	}
	return part.Cell{Text: text, Title: exact, Datetime: t.UTC().Format(time.RFC3339)}
}
