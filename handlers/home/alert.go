package home

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/people"
	"bailiwick/views/home"
	"bailiwick/views/part"
)

// listAlerts shows what happened for whoever is signed in.
func (h *Handlers) listAlerts(c echo.Context, _ authz.Grant) error {
	v := guard.Of(c)
	all, err := h.Store.Alerts(c.Request().Context(), v.Session, v.Snapshot)
	if err != nil {
		return err
	}
	p := home.Alerts{
		Frame: h.OwnFrame(c, "Alerts"), Header: part.Header{Title: "Alerts", Text: "Invites, offers and warnings from all your accounts."},
		Empty: part.Empty{Scene: part.SceneTime, Title: "No alerts", Text: "Invites and accounts offered to you, mail of yours that couldn't be delivered, keys that expire soon and access that ended are listed here."},
	}
	if h.Store.AllReached() != nil {
		p.Header.Text = "What happened for you, but for accounts that can't be read right now."
	}
	unread := false
	for _, a := range all {
		x := h.alert(c, a)
		x.New = a.Since.After(v.Session.AlertsRead)
		unread = unread || x.New
		p.Alerts = append(p.Alerts, x)
	}
	if unread {
		p.Header.Actions = []part.Action{{Text: "Mark all as read", Post: &part.Post{Action: page.AlertsPath}}}
	}
	return page.Render(c, http.StatusOK, home.AlertsOn(p))
}

// alert words one of them.
func (h *Handlers) alert(c echo.Context, a people.Alert) home.Alert {
	now := h.Store.Now()
	x := home.Alert{When: h.TimeCell(c, a.Since)}
	until := page.When(c, a.Until, now)
	switch a.Kind {
	case people.AlertInvite:
		x.Icon, x.Text, x.Details = "mail", a.Who+" invited you to "+a.Where, "Open the link in the invite to accept it. It works until "+until+"."
	case people.AlertOffer:
		x.Icon, x.Text, x.Details = "building-2", a.Who+" offers you the account "+a.Where, "You can accept until "+until+"."
		x.URL = "/offers/" + a.ID.String()
	case people.AlertMail:
		x.Icon, x.Text, x.Details = "triangle-alert", "Your invite to "+a.What+" couldn't be delivered", "Check the address, or pass the link on yourself."
		x.URL = page.AccountPath(a.Account, "/members/invites")
	case people.AlertKey:
		noun := "API key"
		x.URL = page.AccountPath(a.Account, "/settings/api_keys/"+a.ID.String())
		if a.Record != people.ProgramKey {
			r := h.Catalog.Kind(a.Record).Section.Records
			noun, x.URL = page.Upper(r.Noun), page.AccountPath(a.Account, strings.Replace(r.OnePath(), ":"+a.Record, a.ID.String(), 1))
		}
		x.Icon, x.Text, x.Details = "key-round", noun+" "+a.What+" in "+a.Where+" expires soon", "It works until "+until+"."
	case people.AlertEnded:
		x.Icon, x.Text, x.Details = "lock", "Your access to "+a.Where+" has ended", "Ask the people who work there if you still need it."
	}
	return x
}

// readAlerts marks all that happened until now as read.
func (h *Handlers) readAlerts(c echo.Context, g authz.Grant) error {
	if err := h.Store.ReadAlerts(c.Request().Context(), g, guard.Of(c).Session); err != nil {
		return err
	}
	return page.Done(c, page.AlertsPath)
}
