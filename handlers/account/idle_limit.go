package account

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// showIdleLimit says how long a session may go unused in the account.
func (h *Handlers) showIdleLimit(c echo.Context, g authz.Grant) error {
	limit, err := h.Store.IdleLimit(c.Request().Context(), g)
	if err != nil {
		return err
	}
	typed := ""
	if limit > 0 {
		typed = strconv.Itoa(int(limit.Minutes()))
	}
	return h.idleLimitPage(c, http.StatusOK, limit, typed, nil)
}

func (h *Handlers) idleLimitPage(c echo.Context, status int, limit time.Duration, typed string, wrong store.Problems) error {
	v := guard.Of(c)
	idle := "No limit"
	if limit > 0 {
		idle = page.MinutesText(limit)
	}
	p := record.Page{
		Frame:  h.Frame(c, "Idle limit", page.SecurityLink(v)),
		Header: part.Header{Title: "Idle limit", Text: "Whoever leaves the panel unused for longer signs in again before they open " + v.Place.Name + ". Sub-accounts set their own limit."},
		Details: []part.Detail{
			{Label: "Idle limit", Value: part.Cell{Text: idle}},
			{Label: "Longest session", Value: part.Cell{Text: page.MinutesText(store.SessionLife)}},
		},
	}
	if h.May(c, "security.edit") {
		p.Acts = []record.ActForm{{Title: "Change limit", Form: part.Form{
			Token: v.Token, Action: page.IdleLimitPath(v), Submit: "Save limit", Problem: wrong[""],
			Fields: append([]part.Field{{Kind: part.Number, Name: "minutes", Label: "Idle limit", Unit: "minutes", Value: typed, Problem: wrong["minutes"], Min: "5", Max: "480", Step: "1",
				Help: "From 5 to 480. Leave it empty for no limit: sessions then end eight hours after sign-in."}}, h.ProofFields(c, wrong)...),
		}}}
	}
	return page.Render(c, status, record.Record(p))
}

func (h *Handlers) limitIdle(c echo.Context, g authz.Grant) error {
	ctx := c.Request().Context()
	typed := strings.TrimSpace(c.FormValue("minutes"))
	minutes := 0
	if typed != "" {
		n, err := strconv.ParseUint(typed, 10, 16)
		if minutes = int(n); err != nil || n == 0 {
			minutes = -1
		}
	}
	err := h.Prove(c)
	if err == nil {
		err = h.Store.LimitIdle(ctx, g, time.Duration(minutes)*time.Minute)
	}
	if wrong, ok := page.Problems(err); ok {
		limit, err := h.Store.IdleLimit(ctx, g)
		if err != nil {
			return err
		}
		return h.idleLimitPage(c, http.StatusUnprocessableEntity, limit, typed, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "The limit is saved.")
	return page.Done(c, page.IdleLimitPath(guard.Of(c)))
}
