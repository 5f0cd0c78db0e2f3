package page

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
)

const (
	PageSize     = 50
	TreeSize     = 30 // a row's menu has long addresses
	SwitcherSize = 30
	lastSize     = 8
	MineSize     = 100
	MineTrees    = 40 // each has a heading and a table of its own
)

// LastUsed are the accounts the browser says it was in, the last first. It is a
// wish, not a right: each is decided like any other.
func LastUsed(c echo.Context) (ids []uuid.UUID) {
	if s := guard.Of(c).Session; s.Principal.Kind == authz.Subuser {
		return []uuid.UUID{s.Account}
	}
	for _, part := range strings.Split(readCookie(c, lastCookie), ".") {
		if id, err := uuid.Parse(part); err == nil && len(ids) < lastSize && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// wishedAccount is the account the browser says it was in last, or none.
func wishedAccount(c echo.Context) uuid.UUID {
	if ids := LastUsed(c); len(ids) > 0 {
		return ids[0]
	}
	return uuid.Nil
}
