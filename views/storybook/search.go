package storybook

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"bailiwick/views/part"
	"bailiwick/views/search"
)

func searches() []Story {
	found := []part.FoundGroup{
		{Title: "Pages", Items: []part.Found{{Text: "Subusers", Detail: "Access", URL: "/a/analytical/settings/subusers", Icon: "user"}}},
		{Title: "Do something", Items: []part.Found{{Text: "Add subuser", Detail: "Subusers", URL: "/a/analytical/settings/subusers/new", Icon: "plus"}, {Text: "Add sub-accounts", Detail: "Accounts", URL: "/a/analytical/accounts/new", Icon: "plus"}}},
		{Title: "Accounts", Items: []part.Found{{Text: "Subiaco", Detail: "Sub-account, Account owner", URL: "/a/subiaco", Icon: "building-2"}}},
		{Title: "People", Items: []part.Found{{Text: "subrahmanyan", Detail: "Subuser", URL: "/a/analytical/settings/subusers/1", Avatar: part.AvatarOf("subrahmanyan", "1")}}},
		{Title: "Records", Items: []part.Found{{Text: "Subscriptions line", Detail: "Application", URL: "/a/analytical/applications/1", Icon: "app-window"}}},
	}
	page := func(q string, groups []part.FoundGroup) search.Page {
		return search.Page{Frame: frame("Search", "Control panel"), Header: part.Header{Title: "Search"}, Action: "/a/analytical/search", Query: q, Groups: groups}
	}
	// As the palette shows it, which no page has twice.
	palette := func(results templ.Component) templ.Component {
		f := frame("Palette", "")
		f.Search = ""
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			body := templ.Join(part.PageHeader(part.Header{Title: "Palette"}, token), results)
			return part.Panel(f).Render(templ.WithChildren(ctx, body), w)
		})
	}
	return []Story{
		{Name: "Found", Render: search.Search(page("sub", found))},
		{Name: "Nothing found", Render: search.Search(page("subterfuge", nil))},
		{Name: "Palette", Render: palette(part.PaletteResults("sub", found))},
		{Name: "Palette, nothing found", Render: palette(part.PaletteResults("subterfuge", nil))},
	}
}
