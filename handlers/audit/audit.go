package audit

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	audits "bailiwick/models/audit"
	"bailiwick/models/store"
	"bailiwick/views/audit"
	"bailiwick/views/part"
	"bailiwick/words"
)

// auditAsked is what the address asks for.
type auditAsked struct {
	audits.Filter
	period page.Period
}

// askedAudit reads what the address asks for. A person that can not be read is no
// bound.
func (h *Handlers) askedAudit(c echo.Context) auditAsked {
	period := h.AskedPeriod(c)
	a := auditAsked{Filter: audits.Filter{
		Text: strings.TrimSpace(c.QueryParam("q")), Kind: c.QueryParam("kind"), From: period.From, To: period.To,
		Below: c.QueryParam("accounts") == "below", Before: audits.ReadAuditCursor(c.QueryParam("before")), Limit: audits.Page + 1,
	}, period: period}
	if who, err := authz.ParsePrincipal(c.QueryParam("who")); err == nil {
		a.By = who
	}
	if a.Below {
		a.Account, _ = uuid.Parse(c.QueryParam("account"))
	}
	return a
}

// pairs are the parameters of the address.
func (a auditAsked) pairs() []string {
	pairs := append([]string{"q", a.Text, "kind", a.Kind}, a.period.Pairs()...)
	if a.By.ID != uuid.Nil {
		pairs = append(pairs, "who", a.By.String())
	}
	if a.Below {
		pairs = append(pairs, "accounts", "below")
	}
	if a.Account != uuid.Nil {
		pairs = append(pairs, "account", a.Account.String())
	}
	return pairs
}

// listAudit shows the changes of an account, and of those below it where they
// may be seen, newest first.
func (h *Handlers) listAudit(c echo.Context, g authz.Grant) error {
	if c.QueryParam("format") == "csv" {
		return h.exportAudit(c, g)
	}
	if asked, err := h.SuggestAccounts(c, g, g.Permission()); asked {
		return err
	}
	here, asked := page.AccountPath(guard.Of(c).Place.Account, "/audit"), h.askedAudit(c)
	asked.Count = true
	events, looked, left, err := h.Store.SearchAudit(c.Request().Context(), g, asked.Filter)
	if err != nil {
		return err
	}
	p := audit.Page{
		Frame:  h.Frame(c, "Audit"),
		Header: part.Header{Title: "Audit", Text: "Every change in this account: who, what, and because of which role."},
		List: part.List{
			Label: "Changes", CSVURL: page.WithQuery(here, append(asked.pairs(), "format", "csv")...),
			Empty: part.Empty{Scene: part.SceneTime, Title: "No changes yet", Text: "Every change is kept here, with who made it."},
		},
	}
	if page.WithQuery(here, asked.pairs()...) != here {
		p.List.Clear = here
	}
	next := ""
	if len(events) > audits.Page {
		events = events[:audits.Page]
		next = events[len(events)-1].Cursor().String()
	}
	if _, err := page.Paged(c, &p.List, page.Pages{Here: here, One: "change", Many: "changes", Asked: asked.pairs(), Cursor: "before", Next: next, Shown: len(events), Count: func() (int, error) {
		if before, _ := strconv.Atoi(c.QueryParam("first")); left >= 0 && left != store.CountCap+1 {
			return before + left, nil
		}
		return left, nil
	}}); err != nil {
		return err
	}
	if looked.Seq != 0 {
		p.Looked = fmt.Sprintf("Searched %s changes, back to %s.", words.Number(audits.Window), page.Exact(looked.At.In(page.Zone(c))))
		p.OlderURL = page.WithQuery(here, append(asked.pairs(), "before", looked.String())...)
	}
	r, err := h.auditReader(c, g, events, asked.Account)
	if err != nil {
		return err
	}
	if p.List.Search, p.List.Chips, err = h.auditSearch(c, g, asked, here, events, r); err != nil {
		return err
	}
	p.List.Views, p.List.Table.Token = h.Views(c, here, "changes", page.KeptPairs(asked.pairs()...)), p.Frame.Token
	for _, e := range events {
		x := r.event(c, e)
		if asked.Below {
			x.Account = &part.Link{Text: r.account(e.AccountID)}
		}
		x.Undo = r.undo(e)
		p.Events = append(p.Events, x)
	}
	return page.Render(c, http.StatusOK, audit.List(p))
}

// auditSearch is the search with its filters, and those in force.
func (h *Handlers) auditSearch(c echo.Context, g authz.Grant, asked auditAsked, here string, events []store.AuditEvent, r *auditReader) (*part.Search, []part.Chip, error) {
	v := guard.Of(c)
	kinds := slices.Sorted(h.nouns())
	if !asked.Below {
		var err error
		if kinds, err = h.Store.AuditKinds(c.Request().Context(), g); err != nil {
			return nil, nil, err
		}
	}
	choice := part.Field{Kind: part.Select, Name: "kind", Label: "About", Value: asked.Kind, Options: []part.Option{{Text: "About: anything"}}}
	for _, k := range kinds {
		choice.Options = append(choice.Options, part.Option{Value: k, Text: page.Upper(h.kindWords(k))})
	}
	s := &part.Search{Action: here, Value: asked.Text, Placeholder: "Search people and things", Filters: append(asked.period.Filters("Time"), choice)}
	below := false
	v.Snapshot.Descendants(v.At, func(a authz.Account) bool {
		below = v.Snapshot.Decide(v.Who, g.Permission(), a).Allow
		return !below
	})
	if below || asked.Below {
		s.Filters = append(s.Filters, part.Field{Kind: part.Checkbox, Name: "accounts", ID: "filter-accounts", Label: "Accounts below too", Value: "below", Checked: asked.Below})
	}
	if asked.Below {
		x, err := h.AccountFilter(c, g, here, g.Permission(), asked.Account)
		if err != nil {
			return nil, nil, err
		}
		s.Filters = append(s.Filters, x)
	}
	pairs := page.KeptPairs(asked.pairs()...)
	chips := page.Chips(here, pairs, s.Filters)
	if asked.By.ID != uuid.Nil {
		who := "one person"
		if len(events) > 0 {
			who = events[0].PrincipalName
		}
		chips = append(chips, part.Chip{Text: "By " + who, RemoveURL: page.Address(here, page.Without(pairs, "who"))})
	}
	s.Keep = page.Kept(pairs, s.Filters)
	return s, chips, nil
}

// exportAudit sends all that the filter shows as CSV.
func (h *Handlers) exportAudit(c echo.Context, g authz.Grant) error {
	f := h.askedAudit(c).Filter
	f.Limit = 1000
	events, looked, _, err := h.Store.SearchAudit(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	w := page.NewSheet(c, "audit.csv")
	w.Line("account", "account_id", "number", "at", "who", "principal", "address", "action", "permission", "because", "resource", "name", "change")
	for {
		r, err := h.auditReader(c, g, events)
		if err != nil {
			panic(http.ErrAbortHandler) // half a file must not be taken for a whole one
		}
		for _, e := range events {
			w.Line(r.account(e.AccountID), e.AccountID.String(), fmt.Sprint(e.Seq), e.At.Format(time.RFC3339Nano), e.PrincipalName,
				e.PrincipalKind+":"+e.PrincipalID.String(), e.Address, e.Action, e.Permission, r.because(e.Because), e.Kind+":"+e.ResourceID.String(), e.ResourceName, string(e.Change))
			f.Before = e.Cursor()
		}
		if looked.Seq != 0 {
			f.Before = looked
		} else if len(events) < f.Limit {
			break
		}
		if events, looked, _, err = h.Store.SearchAudit(c.Request().Context(), g, f); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
	return w.End()
}

// ActsOf leads to what somebody did in an account, for those who may see it.
func (h *Handlers) ActsOf(c echo.Context, who authz.PrincipalID) []part.Action {
	if !h.May(c, "audit") {
		return nil
	}
	return []part.Action{{Text: "What they did", URL: page.WithQuery(page.AccountPath(guard.Of(c).Place.Account, "/audit"), "who", who.String())}}
}
