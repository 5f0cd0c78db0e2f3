package program

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/page"
	programs "bailiwick/models/program"
	"bailiwick/models/store"
	"bailiwick/words"
)

// export sends all that a filter shows as CSV, page by page. The first page is read
// before anything is sent; a file that breaks off later is aborted.
func export[T any](c echo.Context, name string, f programs.Filter, titles []string, read func(programs.Filter) ([]T, string, error), line func(T) []string) error {
	f.After = ""
	rows, next, err := read(f)
	if err != nil {
		return err
	}
	w := page.NewSheet(c, name)
	w.Line(titles...)
	for {
		for _, x := range rows {
			w.Line(line(x)...)
		}
		if f.After = next; next == "" {
			return w.End()
		}
		if rows, next, err = read(f); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

func (h *Handlers) exportKeys(c echo.Context, g authz.Grant, f programs.Filter) error {
	return export(c, "api-keys.csv", f, []string{"id", "name", "acts_as", "begins_with", "state", "expires", "last_used", "from", "for", "networks", "created", "created_by"},
		func(f programs.Filter) ([]programs.Key, string, error) {
			l, err := h.Store.Keys(c.Request().Context(), g, f)
			return l.Rows, l.Next, err
		}, func(k programs.Key) []string {
			as := "account owner"
			if k.ServiceAccountID != nil {
				as = k.ServiceAccount
			}
			return []string{k.ID.String(), k.Name, as, k.Hint, k.State(h.Store.Now()), stamped(k.ExpiresAt), stamped(k.UsedAt), k.UsedFrom, h.scopeText(k), strings.Join(k.Networks, " "), stamped(&k.CreatedAt), k.CreatedByName}
		})
}

func (h *Handlers) exportServiceAccounts(c echo.Context, g authz.Grant, f programs.Filter) error {
	return export(c, "service-accounts.csv", f, []string{"id", "name", "description", "roles", "state", "keys", "last_used", "created"},
		func(f programs.Filter) ([]programs.ServiceAccount, string, error) {
			l, err := h.Store.ServiceAccounts(c.Request().Context(), g, f)
			return l.Rows, l.Next, err
		}, func(a programs.ServiceAccount) []string {
			var roles []string
			for _, r := range store.Running(h.Store.RolesOf(a), h.Store.Now()) {
				roles = append(roles, r.Title)
			}
			return []string{a.ID.String(), a.Name, a.Description, strings.Join(roles, ", "), a.State, words.Number(a.Keys), stamped(a.UsedAt), stamped(&a.CreatedAt)}
		})
}

// stamped is a time as sheets have it; empty for none.
func stamped(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
