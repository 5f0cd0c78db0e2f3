package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

func idleLimitPath(v *guard.Visit) string {
	return accountPath(v.Place.Account, "/settings/security/idle-limit")
}

// showIdleLimit says how long a session may go unused in the account.
func (h *Handlers) showIdleLimit(c echo.Context, g authz.Grant) error {
	limit, err := h.store.IdleLimit(c.Request().Context(), g)
	if err != nil {
		return err
	}
	typed := ""
	if limit > 0 {
		typed = strconv.Itoa(int(limit.Minutes()))
	}
	return h.idleLimitPage(c, http.StatusOK, limit, typed, nil)
}

func (h *Handlers) idleLimitPage(c echo.Context, status int, limit time.Duration, typed string, wrong models.Problems) error {
	v := guard.Of(c)
	idle := "No limit"
	if limit > 0 {
		idle = minutesText(limit)
	}
	p := views.RecordPage{
		Frame: h.frame(c, "Idle limit", securityLink(v)), Tabs: securityTabs(v, "Idle limit"),
		Header: views.Header{Title: "Idle limit", Text: "Whoever leaves the panel unused for longer signs in again before they open " + v.Place.Name + ". Sub-accounts set their own limit."},
		Details: []views.Detail{
			{Label: "Longest without use", Value: views.Cell{Text: idle}},
			{Label: "Longest session", Value: views.Cell{Text: minutesText(models.SessionLife)}},
		},
	}
	if h.may(c, "security.edit") {
		p.Acts = []views.ActForm{{Title: "Change limit", Form: views.Form{
			Token: v.Token, Action: idleLimitPath(v), Submit: "Save limit", Problem: wrong[""],
			Fields: append([]views.Field{{Kind: views.Number, Name: "minutes", Label: "Longest without use", Unit: "minutes", Value: typed, Problem: wrong["minutes"], Min: "5", Max: "480", Step: "1",
				Help: "From 5 to 480. Leave it empty for no limit: sessions then end eight hours after sign-in."}}, h.proofFields(c, wrong)...),
		}}}
	}
	return render(c, status, views.Record(p))
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
	err := h.prove(c)
	if err == nil {
		err = h.store.LimitIdle(ctx, g, time.Duration(minutes)*time.Minute)
	}
	if wrong, ok := problems(err); ok {
		limit, err := h.store.IdleLimit(ctx, g)
		if err != nil {
			return err
		}
		return h.idleLimitPage(c, http.StatusUnprocessableEntity, limit, typed, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "The limit is saved.")
	return done(c, idleLimitPath(guard.Of(c)))
}

// untilText says when a visit's session ends: "17:40, or 30 minutes without use".
func untilText(c echo.Context, v *guard.Visit) string {
	text := v.Session.ExpiresAt.In(zone(c)).Format("15:04")
	if limit := v.IdleLimit(); limit > 0 {
		text += ", or " + minutesText(limit) + " without use"
	}
	return text
}

// minutesText is a time of whole minutes as people say it.
func minutesText(d time.Duration) string {
	hours, minutes := int(d.Hours()), int(d.Minutes())%60
	switch {
	case hours == 0:
		return words.Count(minutes, "minute", "minutes")
	case minutes == 0:
		return words.Count(hours, "hour", "hours")
	}
	return words.Count(hours, "hour", "hours") + " " + words.Count(minutes, "minute", "minutes")
}
