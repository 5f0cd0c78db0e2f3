package home

import (
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/views/home"
	"bailiwick/words"
)

// chartDays is how many days a chart shows, today included.
const chartDays = 30

// charts are what happened day by day, as far as this person may see it where it
// is listed.
func (h *Handlers) charts(c echo.Context, g authz.Grant) (all []home.Chart, err error) {
	v := guard.Of(c)
	calls, security := h.Catalog.Section("calls"), h.Catalog.Section("security")
	if !v.May.Has(calls.View) && !v.May.Has(security.View) {
		return nil, nil
	}
	called, signIns, first, err := h.Store.Days(c.Request().Context(), g, calls.Records.Kind.Key, chartDays)
	if err != nil {
		return nil, err
	}
	draw := func(x home.Chart, counts []int, one, many string) {
		sum := 0
		for i, n := range counts {
			sum += n
			x.Days = append(x.Days, home.Day{Label: first.AddDate(0, 0, i).Format("2 Jan"), N: n, Text: words.Number(n)})
		}
		x.Total = words.Count(sum, one, many)
		if sum > 0 {
			all = append(all, x)
		}
	}
	if v.May.Has(calls.View) {
		draw(home.Chart{ID: "chart-calls", Title: "Calls", Unit: "Calls", URL: page.AccountPath(v.Place.Account, calls.Path),
			Note: "Calls that were deleted since are counted too."}, called, "call", "calls")
	}
	if v.May.Has(security.View) {
		draw(home.Chart{ID: "chart-sign-ins", Title: "Sign-ins", Unit: "Sign-ins", URL: page.AccountPath(v.Place.Account, "/settings/security/sign-ins")},
			signIns, "sign-in", "sign-ins")
	}
	return all, nil
}
