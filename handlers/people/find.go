package people

import (
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/people"
	"bailiwick/views/part"
)

// Find finds members and subusers of the account, where one may see them.
func (h *Handlers) Find(c echo.Context, g authz.Grant, search string, limit int) (found []part.Found, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	if h.May(c, "members") {
		all, err := h.Store.Members(ctx, g, people.Filter{Search: search})
		if err != nil {
			return nil, err
		}
		for _, m := range all[:min(len(all), limit)] {
			x := part.Found{Text: m.Name, Detail: m.Email, URL: page.WithQuery(MembersPath(c), "q", m.Email), Avatar: avatar(m)}
			if h.May(c, "members.edit") && !m.Owner && page.Shared(v.Place.Kind) {
				x.URL = MembersPath(c, "/"+m.ID.String()+"/edit")
			}
			found = append(found, x)
		}
	}
	if h.May(c, "subusers") {
		l, err := h.Store.Subusers(ctx, g, people.Filter{Search: search})
		if err != nil {
			return nil, err
		}
		for _, u := range l.Subusers[:min(len(l.Subusers), limit)] {
			found = append(found, part.Found{Text: u.Name, Detail: "Subuser", URL: SubusersPath(c, "/"+u.ID.String()), Avatar: subuserAvatar(u)})
		}
	}
	return found, nil
}
