package page

import (
	"slices"
	"strings"
	"time"

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
	for _, part := range Remembered(c, lastCookie) {
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

// listBetween parts the words of a cookie that holds a few, the newest first.
const listBetween = "~"

// Remembered is what a cookie of a few words holds of whoever is signed in; what it
// holds of others at the same browser is nobody's. It is what the browser says, and
// may be anything.
func Remembered(c echo.Context, cookie string) []string {
	all := strings.Split(readCookie(c, cookie), listBetween)
	if all[0] != whose(c) {
		return nil
	}
	return all[1:min(len(all), 1+lastSize)]
}

// whose marks what is remembered of somebody.
func whose(c echo.Context) string { return guard.Of(c).Session.Principal.ID.String() }

// Remember puts a word first in such a cookie.
func (h *Base) Remember(c echo.Context, cookie, word string) {
	words := []string{word}
	for _, w := range Remembered(c, cookie) {
		if w != word && w != "" && len(words) < lastSize {
			words = append(words, w)
		}
	}
	if value := strings.Join(append([]string{whose(c)}, words...), listBetween); value != readCookie(c, cookie) {
		c.SetCookie(h.Guard.Make(cookie, value, 365*24*time.Hour))
	}
}
