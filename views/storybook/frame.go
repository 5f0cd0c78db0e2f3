package storybook

import (
	"bailiwick/views/part"
)

// The cast: Ada owns the agency Analytical, Grace is its Admin, Edsger views East, Barbara edits
// West, East Berlin lies below East. Mallory's account is not among them.
const token = "a-token-of-this-session"

func frame(title, current string, crumbs ...part.Link) part.Frame {
	if len(crumbs) == 0 {
		crumbs = part.Crumb(title, part.Link{Text: "Analytical", URL: "/a/analytical"})
	}
	return part.Frame{
		Title: title, Token: token, Crumbs: crumbs, Nav: nav(current),
		Account: part.Switcher{
			Name: "Analytical", Detail: "Agency", Role: "Account owner",
			SearchURL: "/switcher", AllURL: "/accounts", NewURL: "/accounts/new",
		},
		Profile: part.Profile{
			Name: "Ada", Detail: "ada@analytical.example", Until: "17:40", UntilExact: "21 November 2026, 17:40 CET",
			Links:      []part.Link{{Text: "Profile", URL: "/settings/profile"}, {Text: "Your sessions", URL: "/sessions"}},
			SignOutURL: "/sign-out",
		},
	}
}

// subuserFrame is what a subuser sees: one account, a few sections.
func subuserFrame(title, current string) part.Frame {
	f := frame(title, current)
	f.Account = part.Switcher{Name: "Analytical", Role: "Subuser role: CallListManager"}
	f.Profile = part.Profile{Name: "tabulator", Detail: "Subuser of Analytical", Until: "17:40", UntilExact: "21 November 2026, 17:40 CET", SignOutURL: "/sign-out"}
	f.Nav = []part.NavGroup{
		{Items: []part.NavItem{{Text: "Control panel", URL: "/a/analytical", Icon: "house", Current: current == "Control panel"}}},
		{Title: "Voice", Items: []part.NavItem{{Text: "Applications", URL: "/a/analytical/applications", Icon: "app-window", Current: current == "Applications"}}},
	}
	return f
}

func nav(current string) []part.NavGroup {
	groups := []part.NavGroup{
		{Items: []part.NavItem{{Text: "Control panel", Icon: "house"}, {Text: "Notifications", Icon: "bell", Count: "3"}}},
		{Title: "Voice", Items: []part.NavItem{
			{Text: "Applications", Icon: "app-window"}, {Text: "Calls", Icon: "phone-call"}, {Text: "Call downloads", Icon: "download"},
			{Text: "Active sessions", Icon: "activity"}, {Text: "SIP registrations", Icon: "server"},
		}},
		{Title: "Numbers", Items: []part.NavItem{
			{Text: "My numbers", Icon: "hash"}, {Text: "Buy a number", Icon: "shopping-cart"}, {Text: "Blocked numbers", Icon: "ban"}, {Text: "Caller IDs", Icon: "phone"},
		}},
		{Title: "Messaging", Items: []part.NavItem{{Text: "One-way SMS", Icon: "message-square"}, {Text: "Two-way SMS", Icon: "message-circle"}}},
		{Title: "Agents", Items: []part.NavItem{
			{Text: "Agents", Icon: "bot"}, {Text: "Knowledge bases", Icon: "book-open"}, {Text: "Actions", Icon: "zap"}, {Text: "Workflows", Icon: "workflow"},
			{Text: "Contacts", Icon: "contact"}, {Text: "Test center", Icon: "flask-conical"},
		}},
		{Title: "People and access", Items: []part.NavItem{
			{Text: "Accounts", Icon: "folder-tree"}, {Text: "Permissions", Icon: "list-checks"}, {Text: "Members", Icon: "users"}, {Text: "Subusers", Icon: "users"}, {Text: "Roles", Icon: "key-round"},
		}},
		{Title: "Settings", Items: []part.NavItem{{Text: "Security", Icon: "shield"}, {Text: "API keys", Icon: "key"}, {Text: "Webhooks", Icon: "webhook"}, {Text: "Service accounts", Icon: "server"}}},
	}
	for g := range groups {
		for i := range groups[g].Items {
			item := &groups[g].Items[i]
			item.URL = "/a/analytical/" + item.Icon
			item.Current = item.Text == current
		}
	}
	return groups
}
