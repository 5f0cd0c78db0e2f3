package account

import (
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/views/part"
)

// Find finds the accounts that one works in, or else gives those used last; never
// the one of the visit.
func (h *Handlers) Find(c echo.Context, search string, limit int) (found []part.Found, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	self := authz.Self(v.Actor())
	if v.Session.Principal.Kind != authz.Member {
		return nil, nil
	}
	var all []accounts.Account
	if search == "" {
		all, err = h.Store.AccountsAmong(ctx, self, page.LastUsed(c))
	} else {
		all, err = h.Store.AccountsOf(ctx, self, v.Session.Principal, search, true, limit+1)
	}
	for _, a := range all {
		one, ok := h.switcherAccount(c, a, a.Depth)
		if ok && a.ID != v.Place.Account && len(found) < limit {
			found = append(found, part.Found{Text: one.Name, Detail: strings.Join([]string{page.KindTitle(a.Kind), one.Role}, ", "), URL: one.URL, Icon: "building-2"})
		}
	}
	return found, err
}
