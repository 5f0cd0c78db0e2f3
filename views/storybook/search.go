package storybook

import (
	"bailiwick/views/part"
	"bailiwick/views/search"
)

func searches() []Story {
	found := []part.FoundGroup{
		{Title: "Pages", Items: []part.Found{{Text: "Subusers", Detail: "Access", URL: "/a/analytical/settings/subusers", Icon: "user"}}},
		{Title: "Do something", Items: []part.Found{{Text: "Add subuser", Detail: "Subusers", URL: "/a/analytical/settings/subusers/new", Icon: "plus"}, {Text: "Add sub-accounts", Detail: "Accounts", URL: "/a/analytical/accounts/new", Icon: "plus"}}},
		{Title: "Accounts", Items: []part.Found{{Text: "Subiaco", Detail: "Sub-account, Account owner", URL: "/a/subiaco", Icon: "building-2"}}},
		{Title: "People", Items: []part.Found{{Text: "subrahmanyan", Detail: "Subuser", URL: "/a/analytical/settings/subusers/1", Icon: "user"}}},
		{Title: "Records", Items: []part.Found{{Text: "Subscriptions line", Detail: "Application", URL: "/a/analytical/applications/1", Icon: "app-window"}}},
	}
	page := func(q string, groups []part.FoundGroup) search.Page {
		return search.Page{Frame: frame("Search", "Control panel"), Header: part.Header{Title: "Search"}, Action: "/a/analytical/search", Query: q, Groups: groups}
	}
	return []Story{
		{Name: "Found", Render: search.Search(page("sub", found))},
		{Name: "Nothing found", Render: search.Search(page("subterfuge", nil))},
		{Name: "Palette", Render: on("Palette", part.PaletteResults("sub", found))},
		{Name: "Palette, nothing found", Render: on("Palette", part.PaletteResults("subterfuge", nil))},
	}
}
