package account

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
)

// supportAsked is the form as it was sent.
type supportAsked struct{ access, lasts, until, reason string }

// lengths are for how long the form offers to open the door; any end can be
// written besides.
var lengths = []struct {
	value, text string
	lasts       time.Duration
}{
	{"1h", "1 hour", time.Hour}, {"8h", "8 hours", 8 * time.Hour}, {"1d", "1 day", 24 * time.Hour},
	{"7d", "7 days", 7 * 24 * time.Hour}, {"30d", "30 days", accounts.MaxSupportAccess},
}

const untilWritten = "until"

// End is when the asked access ends.
func (a supportAsked) end(c echo.Context, now time.Time) (time.Time, store.Problems) {
	for _, l := range lengths {
		if l.value == a.lasts {
			return now.Add(l.lasts), nil
		}
	}
	if a.lasts != untilWritten {
		return now, store.Problems{"lasts": "Choose for how long."}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(a.until), page.Zone(c)); err == nil {
			return t, nil
		}
	}
	return now, store.Problems{"until": "Enter the day and the time when it ends."}
}

// showSupportAccess tells whether support staff may come in, and when they might before.
func (h *Handlers) showSupportAccess(c echo.Context, g authz.Grant) error {
	return h.supportAccessPage(c, g, http.StatusOK, supportAsked{access: "view", lasts: lengths[0].value}, nil)
}

func (h *Handlers) supportAccessPage(c echo.Context, g authz.Grant, status int, asked supportAsked, wrong store.Problems) error {
	v, here := guard.Of(c), page.SupportAccessPath(c)
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return store.ErrNotFound
	}
	all, err := h.Store.SupportAccesses(c.Request().Context(), g, after, accounts.SupportAccessPage+1)
	if err != nil {
		return err
	}
	now, open := h.Store.Now(), v.Place.Support
	p := account.SupportAccessPage{
		Frame:  h.Frame(c, "Support access"),
		Header: part.Header{Title: "Support access", Text: "Support staff can open this account only while you let them. Access ends automatically."},
		State:  part.Alert{Text: "Support access is off. Support staff can't open this account."},
		List: part.List{Label: "Earlier support access",
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "From"}, {Text: "By"}, {Text: "Access"}, {Text: "Reason"}, {Text: "Ended"}}},
			Empty: part.Empty{Icon: "life-buoy", Title: "Never turned on", Text: "Support staff have never had access to " + v.Place.Name + "."},
		},
	}
	p.Frame.Notice = nil // the page says it itself
	if open.Access != "" {
		p.State = part.Alert{Tone: part.Warn, Title: "Support access is on until " + h.Until(c, open.Until) + ".",
			Text: page.DoorGives(open) + " " + open.OpenedByName + " turned it on for: " + open.Reason}
	}
	if h.May(c, "support_access.grant") {
		if open.Access != "" {
			p.Header.Actions = []part.Action{{Text: "Turn off…", URL: here + "/close", Dialog: true, Danger: true}}
		}
		p.Form = h.supportAccessForm(c, open.Access != "", asked, wrong)
	}
	if after != uuid.Nil {
		p.List.Pager.Previous = here
	}
	if len(all) > accounts.SupportAccessPage {
		all = all[:accounts.SupportAccessPage]
		p.List.Pager.Next = page.WithQuery(here, "after", all[len(all)-1].ID.String())
	}
	for _, x := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, h.supportAccessRow(c, x, now))
	}
	return page.Render(c, status, account.SupportAccess(p))
}

func (h *Handlers) supportAccessRow(c echo.Context, x accounts.SupportAccess, now time.Time) part.Row {
	ended := part.Cell{Badges: []part.Badge{{Text: "On until " + h.Until(c, x.Until), Tone: part.Warn}}}
	if !x.OpenAt(now) {
		ended = part.Cell{Text: page.When(c, x.Ended(), now) + ", automatically", Title: page.Exact(x.Ended().In(page.Zone(c)))}
		if x.ClosedByName != nil && *x.ClosedByName != "" {
			ended.Text = page.When(c, x.Ended(), now) + ", by " + *x.ClosedByName
		}
	}
	return part.Row{ID: x.ID.String(), Cells: []part.Cell{
		h.TimeCell(c, x.OpenedAt), {Text: x.OpenedByName},
		{Text: h.Store.SupportRole(x.Access).Title}, {Text: x.Reason}, ended,
	}}
}

// supportAccessForm offers what the reader may let others have.
func (h *Handlers) supportAccessForm(c echo.Context, open bool, asked supportAsked, wrong store.Problems) *part.Form {
	v := guard.Of(c)
	access := part.Field{Kind: part.Radio, Name: "access", Label: "They may", Problem: wrong["access"], Required: true}
	for _, r := range h.Catalog.Set("support").Roles {
		o := part.Option{Value: r.Name, Text: r.Title, Help: r.Sentence, Selected: asked.access == r.Name}
		if beyond := v.Snapshot.MayLend(v.Who, v.At, r); !beyond.Empty() {
			o.Disabled, o.Selected = true, false
			o.Help = page.Upper(h.BeyondText(c, beyond)) + ", so you can't let others have it."
		}
		access.Options = append(access.Options, o)
	}
	lasts := part.Field{Kind: part.Select, Name: "lasts", Label: "For", Value: asked.lasts, Problem: wrong["lasts"], Required: true}
	for _, l := range lengths {
		lasts.Options = append(lasts.Options, part.Option{Value: l.value, Text: l.text})
	}
	lasts.Options = append(lasts.Options, part.Option{Value: untilWritten, Text: "Until the time below"})
	f := &part.Form{
		Token: v.Token, Action: page.SupportAccessPath(c), Submit: "Turn on support access", Problem: wrong[""],
		Fields: append([]part.Field{
			access, lasts,
			{Kind: part.Datetime, Name: "until", Label: "Until", Value: asked.until, Problem: wrong["until"],
				Help: "Used with “Until the time below”. In your time zone, " + page.Zone(c).String() + ", and within 30 days."},
			{Kind: part.Textarea, Name: "reason", Label: "Reason", Value: asked.reason, Problem: wrong["reason"], Required: true, MaxLength: 500, Rows: 3,
				Help: "Support staff see it, and it's kept in the audit."},
		}, h.ProofFields(c, wrong)...),
	}
	if open {
		f.Submit = "Change support access"
	}
	return f
}

func (h *Handlers) openSupportAccess(c echo.Context, g authz.Grant) error {
	asked := supportAsked{access: c.FormValue("access"), lasts: c.FormValue("lasts"), until: c.FormValue("until"), reason: c.FormValue("reason")}
	until, wrong := asked.end(c, h.Store.Now())
	if wrong != nil {
		return h.supportAccessPage(c, g, http.StatusUnprocessableEntity, asked, wrong)
	}
	err := h.Prove(c)
	if err == nil {
		_, err = h.Store.OpenSupportAccess(c.Request().Context(), g, accounts.SupportAccessInput{Access: asked.access, Reason: asked.reason, Until: until})
	}
	if wrong, ok := page.Problems(err); ok {
		return h.supportAccessPage(c, g, http.StatusUnprocessableEntity, asked, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "Support staff can open this account until "+h.Until(c, until)+".")
	return page.Done(c, page.SupportAccessPath(c))
}

func (h *Handlers) askCloseSupportAccess(c echo.Context, _ authz.Grant) error {
	here := page.SupportAccessPath(c)
	f := h.Frame(c, "Turn off support access", part.Link{Text: "Support access", URL: here})
	return page.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: "Turn off support access?",
		Text: []string{"Support staff are signed out of this account at once. What they changed stays, and is in the audit."},
		Form: part.Form{Token: f.Token, Action: here + "/close", Submit: "Turn off", Danger: true, Cancel: here},
	}))
}

func (h *Handlers) closeSupportAccess(c echo.Context, g authz.Grant) error {
	if err := h.Store.CloseSupportAccess(c.Request().Context(), g); err != nil {
		return err
	}
	h.Say(c, "Support access is off now.")
	return page.Done(c, page.SupportAccessPath(c))
}
