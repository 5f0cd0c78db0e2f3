package page

import (
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/views/part"
)

// ViewsPath is where the views of lists are saved, and deleted below it.
const ViewsPath = "/views"

// Views offers the views that the reader saved of a list of things, and to save what
// it shows now. They came with the session, for the address of the request.
func (h *Base) Views(c echo.Context, here, things string, asked []part.Pair) *part.Views {
	saved := guard.Of(c).Session.Views
	query := ViewQuery(asked)
	if query == "" && len(saved) == 0 {
		return nil
	}
	views := &part.Views{Saved: []part.SavedView{{Text: "All " + things, URL: here, Current: query == ""}}}
	for _, v := range saved {
		views.Saved = append(views.Saved, part.SavedView{Text: v.Name, URL: v.Address(), Current: v.Query == query})
		if v.Query == query {
			views.Acts = []part.Action{
				{Text: "Rename view…", URL: WithQuery(ViewsPath+"/rename", "at", here, "name", v.Name), Icon: "pencil", Dialog: true},
				{Text: "Delete view", Icon: "trash-2", Danger: true, Post: &part.Post{Text: "Delete view", Action: ViewsPath + "/delete", Hidden: KeptPairs("at", here, "name", v.Name)}},
			}
		}
	}
	if query != "" && len(views.Acts) == 0 {
		views.Acts = []part.Action{{Text: "Save view…", URL: WithQuery(ViewsPath+"/new", "at", here, "query", query), Icon: "plus", Dialog: true}}
	}
	return views
}

// ViewQuery is what a view keeps of what a list is asked for: not where its page
// begins.
func ViewQuery(asked []part.Pair) string {
	q := url.Values{}
	for _, p := range Without(asked, "first", "after", "before", "options", "format") {
		if p.Value != "" && !slices.Contains(q[p.Name], p.Value) {
			q.Add(p.Name, p.Value)
		}
	}
	return q.Encode()
}
