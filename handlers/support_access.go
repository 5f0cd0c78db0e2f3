package handlers

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

func supportAccessPath(c echo.Context, parts ...string) string {
	return accountPath(guard.Of(c).Place.Account, append([]string{"/settings/support-access"}, parts...)...)
}

// supportAsked is the form as it was sent.
type supportAsked struct{ access, lasts, until, reason string }

// lengths are for how long the form offers to open the door; any end can be
// written besides.
var lengths = []struct {
	value, text string
	lasts       time.Duration
}{
	{"1h", "1 hour", time.Hour}, {"8h", "8 hours", 8 * time.Hour}, {"1d", "1 day", 24 * time.Hour},
	{"7d", "7 days", 7 * 24 * time.Hour}, {"30d", "30 days", models.MaxSupportAccess},
}

const untilWritten = "until"

// end is when the asked access ends.
func (a supportAsked) end(c echo.Context, now time.Time) (time.Time, models.Problems) {
	for _, l := range lengths {
		if l.value == a.lasts {
			return now.Add(l.lasts), nil
		}
	}
	if a.lasts != untilWritten {
		return now, models.Problems{"lasts": "Choose for how long."}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(a.until), zone(c)); err == nil {
			return t, nil
		}
	}
	return now, models.Problems{"until": "Write the day and the time when it ends."}
}

// showSupportAccess tells whether support staff may come in, and when they might before.
func (h *Handlers) showSupportAccess(c echo.Context, g authz.Grant) error {
	return h.supportAccessPage(c, g, http.StatusOK, supportAsked{access: "view", lasts: lengths[0].value}, nil)
}

func (h *Handlers) supportAccessPage(c echo.Context, g authz.Grant, status int, asked supportAsked, wrong models.Problems) error {
	v, here := guard.Of(c), supportAccessPath(c)
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return models.ErrNotFound
	}
	all, err := h.store.SupportAccesses(c.Request().Context(), g, after, models.SupportAccessPage+1)
	if err != nil {
		return err
	}
	now, open := h.store.Now(), v.Place.Support
	p := views.SupportAccessPage{
		Frame:  h.frame(c, "Support access"),
		Header: views.Header{Title: "Support access", Text: "Support staff of the installation come in only while you let them, and only into this account. It ends by itself."},
		State:  views.Alert{Text: "The door is closed: support staff can not come in."},
		List: views.List{Label: "When the door was open",
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Opened"}, {Text: "By"}, {Text: "Access"}, {Text: "Reason"}, {Text: "Ended"}}},
			Empty: views.Empty{Icon: "life-buoy", Title: "Never opened", Text: "Support staff were never let into " + v.Place.Name + "."},
		},
	}
	p.Frame.Notice = nil // the page says it itself
	if open.Access != "" {
		p.State = views.Alert{Tone: views.Warn, Title: "The door is open until " + h.until(c, open.Until) + ".",
			Text: doorGives(open) + " " + open.OpenedByName + " opened it for: " + open.Reason}
	}
	if h.may(c, "support_access.grant") {
		if open.Access != "" {
			p.Header.Actions = []views.Action{{Text: "Close now…", URL: here + "/close", Dialog: true, Danger: true}}
		}
		p.Form = h.supportAccessForm(c, open.Access != "", asked, wrong)
	}
	if after != uuid.Nil {
		p.List.Pager.Previous = here
	}
	if len(all) > models.SupportAccessPage {
		all = all[:models.SupportAccessPage]
		p.List.Pager.Next = withQuery(here, "after", all[len(all)-1].ID.String())
	}
	for _, x := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, h.supportAccessRow(c, x, now))
	}
	return render(c, status, views.SupportAccess(p))
}

func (h *Handlers) supportAccessRow(c echo.Context, x models.SupportAccess, now time.Time) views.Row {
	ended := views.Cell{Badges: []views.Badge{{Text: "Open until " + h.until(c, x.Until), Tone: views.Warn}}}
	if !x.OpenAt(now) {
		ended = views.Cell{Text: when(c, x.Ended(), now) + ", by itself", Title: exact(x.Ended().In(zone(c)))}
		if x.ClosedByName != nil && *x.ClosedByName != "" {
			ended.Text = when(c, x.Ended(), now) + ", by " + *x.ClosedByName
		}
	}
	return views.Row{ID: x.ID.String(), Cells: []views.Cell{
		{Text: when(c, x.OpenedAt, now), Title: exact(x.OpenedAt.In(zone(c)))}, {Text: x.OpenedByName},
		{Text: h.store.SupportRole(x.Access).Title}, {Text: x.Reason}, ended,
	}}
}

// supportAccessForm offers what the reader may let others have.
func (h *Handlers) supportAccessForm(c echo.Context, open bool, asked supportAsked, wrong models.Problems) *views.Form {
	v := guard.Of(c)
	access := views.Field{Kind: views.Radio, Name: "access", Label: "They may", Problem: wrong["access"], Required: true}
	for _, r := range h.catalog.Set("support").Roles {
		o := views.Option{Value: r.Name, Text: r.Title, Help: r.Sentence, Selected: asked.access == r.Name}
		if beyond := v.Snapshot.MayLend(v.Who, v.At, r); !beyond.Empty() {
			o.Disabled, o.Selected = true, false
			o.Help = upper(h.beyondText(c, beyond)) + ", so you can't let others have it."
		}
		access.Options = append(access.Options, o)
	}
	lasts := views.Field{Kind: views.Select, Name: "lasts", Label: "For", Value: asked.lasts, Problem: wrong["lasts"], Required: true}
	for _, l := range lengths {
		lasts.Options = append(lasts.Options, views.Option{Value: l.value, Text: l.text})
	}
	lasts.Options = append(lasts.Options, views.Option{Value: untilWritten, Text: "Until the time below"})
	f := &views.Form{
		Token: v.Token, Action: supportAccessPath(c), Submit: "Open the door", Problem: wrong[""],
		Fields: append([]views.Field{
			access, lasts,
			{Kind: views.Datetime, Name: "until", Label: "Until", Value: asked.until, Problem: wrong["until"],
				Help: "Only where that is chosen above. In your time zone, " + zone(c).String() + ", and within 30 days."},
			{Kind: views.Textarea, Name: "reason", Label: "Reason", Value: asked.reason, Problem: wrong["reason"], Required: true, MaxLength: 500, Rows: 3,
				Help: "Staff see it, and it is kept in the audit."},
		}, h.proofFields(c, wrong)...),
	}
	if open {
		f.Submit = "Open anew"
	}
	return f
}

func (h *Handlers) openSupportAccess(c echo.Context, g authz.Grant) error {
	asked := supportAsked{access: c.FormValue("access"), lasts: c.FormValue("lasts"), until: c.FormValue("until"), reason: c.FormValue("reason")}
	until, wrong := asked.end(c, h.store.Now())
	if wrong != nil {
		return h.supportAccessPage(c, g, http.StatusUnprocessableEntity, asked, wrong)
	}
	err := h.prove(c)
	if err == nil {
		_, err = h.store.OpenSupportAccess(c.Request().Context(), g, models.SupportAccessInput{Access: asked.access, Reason: asked.reason, Until: until})
	}
	if wrong, ok := problems(err); ok {
		return h.supportAccessPage(c, g, http.StatusUnprocessableEntity, asked, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, "Support staff may come in until "+h.until(c, until)+".")
	return done(c, supportAccessPath(c))
}

func (h *Handlers) askCloseSupportAccess(c echo.Context, _ authz.Grant) error {
	here := supportAccessPath(c)
	f := h.frame(c, "Close support access", views.Link{Text: "Support access", URL: here})
	return render(c, http.StatusOK, views.DialogPage(views.Dialog{
		Frame: f, Title: "Close support access?",
		Text: []string{"Support staff are out at once. What they changed stays, and is in the audit."},
		Form: views.Form{Token: f.Token, Action: here + "/close", Submit: "Close", Danger: true, Cancel: here},
	}))
}

func (h *Handlers) closeSupportAccess(c echo.Context, g authz.Grant) error {
	if err := h.store.CloseSupportAccess(c.Request().Context(), g); err != nil {
		return err
	}
	h.say(c, "Support access is closed.")
	return done(c, supportAccessPath(c))
}

// until is an end, in the reader's zone: near ones by their time, others with the day.
func (h *Handlers) until(c echo.Context, t time.Time) string { return when(c, t, h.store.Now()) }

func doorGives(x models.SupportAccess) string {
	if x.Access == "edit" {
		return "Support staff may look in and change data and setup."
	}
	return "Support staff may look in."
}

// supportNotice stands above every page while the door is open: for those who
// came through it, and for the people of the account.
func (h *Handlers) supportNotice(c echo.Context, v *guard.Visit) *views.Alert {
	open := v.Place.Support
	if open.Access == "" {
		return nil
	}
	n := &views.Alert{Tone: views.Warn, Text: strings.TrimSuffix(doorGives(open), ".") + " until " + h.until(c, open.Until) + "."}
	if lent(v.Snapshot, v.Who, v.At) {
		n.Tone, n.Text = views.Info, "You are here as support staff until "+h.until(c, open.Until)+", let in by "+open.OpenedByName+" for: "+open.Reason
	}
	if h.may(c, "support_access") {
		n.Links = append(n.Links, views.Link{Text: "Support access", URL: supportAccessPath(c)})
	}
	if h.may(c, "support_access.grant") {
		n.Links = append(n.Links, views.Link{Text: "Close…", URL: supportAccessPath(c, "/close")})
	}
	return n
}

// lent tells whether somebody came into the account through its open door.
func lent(snap *authz.Snapshot, who authz.Who, at authz.Account) bool {
	return slices.ContainsFunc(snap.Held(who, at), func(id catalog.RoleID) bool { return snap.Role(id).Lent })
}
