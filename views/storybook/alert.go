package storybook

import (
	"bailiwick/views/home"
	"bailiwick/views/part"
)

func alerts() []Story {
	some := home.Alerts{
		Frame:  frame("Alerts", ""),
		Header: part.Header{Title: "Alerts", Text: "Invites, offers and warnings from all your accounts.", Actions: []part.Action{{Text: "Mark all as read", Post: &part.Post{Action: "/alerts"}}}},
		Alerts: []home.Alert{
			{Icon: "mail", Text: "Grace invited you to West", Details: "Open the link in the invite to accept it. It works until 28 Nov, 11:05.", When: at("11:05", "21 November 2026, 11:05:40 CET"), New: true},
			{Icon: "building-2", Text: "Mallory offers you the account Malloryville", URL: "/offers/1", Details: "You can accept until 27 Nov, 09:30.", When: at("20 Nov, 09:30", "20 November 2026, 09:30:00 CET"), New: true},
			{Icon: "triangle-alert", Text: "Your invite to edsgar@example.com couldn't be delivered", URL: "/a/analytical/members/invites", Details: "Check the address, or pass the link on yourself.", When: at("19 Nov, 17:02", "19 November 2026, 17:02:11 CET")},
			{Icon: "key-round", Text: "API key Reports in Analytical expires soon", URL: "/a/analytical/settings/api_keys/1", Details: "It works until 24 Nov, 08:00.", When: at("17 Nov, 08:00", "17 November 2026, 08:00:00 CET")},
			{Icon: "lock", Text: "Your access to East has ended", Details: "Ask the people who work there if you still need it.", When: at("12 Nov, 00:00", "12 November 2026, 00:00:00 CET")},
		},
	}
	some.Frame.Bell.Unread = 2
	none := home.Alerts{
		Frame: frame("Alerts", ""), Header: part.Header{Title: "Alerts", Text: "Invites, offers and warnings from all your accounts."},
		Empty: part.Empty{Scene: part.SceneTime, Title: "No alerts", Text: "Invites and accounts offered to you, mail of yours that couldn't be delivered, keys that expire soon and access that ended are listed here."},
	}
	return []Story{{Name: "Some", Render: home.AlertsOn(some)}, {Name: "None", Render: home.AlertsOn(none)}}
}
