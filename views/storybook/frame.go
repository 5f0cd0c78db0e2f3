package storybook

import (
	"strings"

	"bailiwick/views/part"
)

// The cast: Ada owns the agency Analytical, Grace is its Admin, Edsger views East, Barbara edits
// West, East Berlin lies below East. Mallory's account is not among them.
const token = "a-token-of-this-session"

func frame(title, current string, crumbs ...part.Link) part.Frame {
	if len(crumbs) == 0 {
		crumbs = part.Crumb(title, part.Link{Text: "Analytical", URL: "/a/analytical"})
	}
	groups, tabs := nav(current)
	return part.Frame{
		Title: title, Token: token, Crumbs: crumbs, Sidebar: part.Sidebar{Groups: groups, Token: token, PinURL: "/pins", Account: "analytical"}, Tabs: tabs, Search: "/a/analytical/search", Bell: part.Bell{URL: "/alerts"}, Help: "/help",
		Account: part.Switcher{
			Name: "Analytical", Detail: "Agency", Role: "Account owner",
			SearchURL: "/switcher", AllURL: "/accounts", NewURL: "/accounts/new",
		},
		Profile: part.Profile{
			Avatar: part.AvatarOf("Ada Lovelace", "1"), Name: "Ada", Detail: "ada@analytical.example", Until: "17:40", UntilExact: "21 November 2026, 17:40 CET",
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
	f.Tabs, f.Sidebar.Groups = nil, []part.NavGroup{
		{Title: "Overview", Items: []part.NavItem{{Key: "home", Text: "Control panel", URL: "/a/analytical", Icon: "house", Current: current == "Control panel"}}},
		{Title: "Voice", Items: []part.NavItem{{Key: "applications", Text: "Applications", URL: "/a/analytical/applications", Icon: "app-window", Current: current == "Applications"}}},
	}
	return f
}

// nav is the sidebar of an owner with the entry of a page as the current one, and
// the tabs beside that page.
func nav(current string) (groups []part.NavGroup, tabs []part.Tab) {
	const all = `Overview
house Control panel
life-buoy Support: Support tickets, All tickets
# Accounts and access
folder-tree Accounts
list-checks Permissions
users Access: Members, Subusers, Roles, Service accounts, Support access
history Audit
# Voice and messages
app-window Applications: Applications, SIP registrations
phone-call Calls: Calls, Call downloads, Active sessions
hash Numbers: My numbers, Buy a number, Blocked numbers, Caller IDs
message-square Messages: One-way SMS, One-way SMS history, Two-way SMS, Two-way SMS history
# Agents
bot Agents: Agents, Knowledge bases, Test center
zap Actions: Actions, Integrations
workflow Workflows
contact Contacts
# Logs and reports
scroll-text Logs: Logs, Shared tokens, Timeless accounts
# Settings
building-2 Account: Account, Profile settings
bell Notifications: Notification settings, Notification channels, Notification history
shield Security
key Developers: API keys, Webhooks`
	for _, group := range strings.Split(all, "\n# ") {
		lines := strings.Split(group, "\n")
		g := part.NavGroup{Key: strings.ToLower(lines[0]), Title: lines[0]}
		for _, line := range lines[1:] {
			icon, rest, _ := strings.Cut(line, " ")
			text, list, _ := strings.Cut(rest, ": ")
			n := part.NavItem{Key: icon, Text: text, Icon: icon, URL: "/a/analytical/" + icon, Current: text == current}
			var beside []part.Tab
			for i, tab := range strings.Split(list, ", ") {
				url := n.URL
				if i > 0 {
					url += "/" + strings.ReplaceAll(strings.ToLower(tab), " ", "-")
				}
				n.Tabs = append(n.Tabs, part.Link{Text: tab, URL: url})
				n.Current = n.Current || current != "" && tab == current
				beside = append(beside, part.Tab{Text: tab, URL: url, Current: tab == current})
			}
			if list != "" && n.Current {
				tabs = beside
			}
			g.Items = append(g.Items, n)
		}
		groups = append(groups, g)
	}
	return groups, tabs
}
