package home

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	accounts "bailiwick/handlers/account"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	persons "bailiwick/models/people"
	records "bailiwick/models/record"
	"bailiwick/views/home"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

const (
	homeTree    = 12
	homeChanges = 8
)

// known is what a home page has looked up of its account.
type known struct {
	people  persons.Headcount
	balance string
	counts  map[string]int // of records, by kind
}

// showHome is the control panel of an account.
func (h *Handlers) showHome(c echo.Context, g authz.Grant) error {
	v, ctx := guard.Of(c), c.Request().Context()
	p := home.Page{
		Frame:  h.Frame(c, "Control panel"),
		Header: part.Header{Title: v.Place.Name, Text: page.KindTitle(v.Place.Kind)},
	}
	purposes := h.purposes(v.May)
	k, err := h.lookUp(c, g, purposes)
	if err != nil {
		return err
	}
	p.Purposes = h.showPurposes(c, purposes, func(s *catalog.Section) string { return h.fact(c, k, s) })
	p.Facts = h.facts(c, k, purposes)
	if p.Charts, err = h.charts(c, g); err != nil {
		return err
	}
	if h.May(c, "sub_accounts") && v.Place.Kind != "personal" {
		if p.Tree, err = h.homeTree(c, g); err != nil {
			return err
		}
	}
	p.Changes.Hidden = !h.May(c, "audit")
	if !p.Changes.Hidden {
		events, err := h.Store.Audit(ctx, g, audit.Filter{Limit: homeChanges})
		if err != nil {
			return err
		}
		r := h.audit.AuditGlance(c)
		for _, e := range events {
			p.Changes.Changes = append(p.Changes.Changes, r.Change(c, e))
		}
		p.Changes.AllURL = page.AccountPath(v.Place.Account, "/audit")
	}
	if p.Checklist = h.checklist(c, k); p.Checklist == nil {
		p.Start = h.firstSteps(c, k)
	}
	if p.Attention, err = h.attention(c, g, k); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, home.Home(p))
}

// lookUp counts what is to be said of the account.
func (h *Handlers) lookUp(c echo.Context, g authz.Grant, purposes []purpose) (k known, err error) {
	ctx := c.Request().Context()
	if h.May(c, "members") || h.May(c, "subusers") {
		if k.people, err = h.Store.CountPeople(ctx, g); err != nil {
			return k, err
		}
	}
	if h.May(c, "billing") {
		if k.balance, err = h.Store.Sum(ctx, g, h.Catalog.Section("billing").Records.Kind.Key); err != nil {
			return k, err
		}
	}
	var kinds []string
	for _, p := range purposes {
		if r := p.lead.Records; r != nil && r.Where == nil && r.Sum == nil && !p.lead.Own && p.lead.Inside == nil {
			kinds = append(kinds, r.Kind.Key)
		}
	}
	if len(kinds) > 0 {
		k.counts, err = h.Store.CountRecords(ctx, g, kinds)
	}
	return k, err
}

// fact says how much there is of what a section holds.
func (h *Handlers) fact(c echo.Context, k known, s *catalog.Section) string {
	if r := s.Records; r != nil && r.Sum != nil {
		return r.SumTitle + " " + h.Sum(k.balance)
	} else if r != nil {
		n, counted := k.counts[r.Kind.Key]
		switch {
		case n > records.CountCap:
			return "More than " + words.Count(records.CountCap, r.Noun, r.Plural)
		case counted:
			return words.Count(n, r.Noun, r.Plural)
		}
	}
	return ""
}

// facts are the numbers worth knowing of the account, beside those that its purposes tell.
func (h *Handlers) facts(c echo.Context, k known, purposes []purpose) (all []home.Fact) {
	v := guard.Of(c)
	b := h.Catalog.Section("billing")
	if v.May.Has(b.View) && !slices.ContainsFunc(purposes, func(p purpose) bool { return p.lead == b }) {
		all = append(all, home.Fact{Label: b.Records.SumTitle, Value: h.Sum(k.balance), URL: page.AccountPath(v.Place.Account, b.Path)})
	}
	if h.May(c, "members") && page.Shared(v.Place.Kind) {
		all = append(all, home.Fact{Label: "Members", Value: words.Number(k.people.Members), URL: people.MembersPath(c)})
	}
	if h.May(c, "subusers") {
		all = append(all, home.Fact{Label: "Subusers", Value: words.Number(k.people.Subusers), URL: people.SubusersPath(c)})
	}
	return all
}

// firstSteps are offered while nobody but its owner works in an account and nothing
// is in it.
func (h *Handlers) firstSteps(c echo.Context, k known) (steps []record.Place) {
	for _, n := range k.counts {
		if n > 0 {
			return nil
		}
	}
	if k.people.Members+k.people.Subusers > 1 {
		return nil
	}
	v := guard.Of(c)
	add := func(permission, icon, text, help, path string) {
		if h.May(c, permission) {
			steps = append(steps, record.Place{Icon: icon, Text: text, Help: help, URL: page.AccountPath(v.Place.Account, path)})
		}
	}
	add("subuser_create", "users", "Add a subuser", "Someone who signs in to this account only, with a role.", "/settings/subusers/new")
	if v.Place.Kind != "personal" {
		add("sub_accounts.create", "network", "Add sub-accounts", "Each has its own people, and the features that you turn on.", "/accounts/new")
	}
	add("application.edit", "app-window", "Add an application", "It holds scenarios, rules, queues and numbers.", "/applications/new")
	return steps
}

func (h *Handlers) homeTree(c echo.Context, g authz.Grant) (*home.TreeBox, error) {
	v, ctx := guard.Of(c), c.Request().Context()
	all, err := h.Store.AccountsBelow(ctx, g, account.Filter{State: "current", Limit: homeTree + 1})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	box := &home.TreeBox{AllURL: page.AccountPath(v.Place.Account, "/accounts"), Rows: []home.TreeRow{{Name: v.Place.Name, Here: true}}}
	if len(all) > homeTree {
		all = all[:homeTree]
		box.More = "and more"
	}
	ids := make([]uuid.UUID, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	people, err := h.Store.People(ctx, v.Place.Tenant, ids)
	if err != nil {
		return nil, err
	}
	base := v.Snapshot.Depth(v.At)
	for _, a := range all {
		r := home.TreeRow{Name: a.Name, Depth: a.Depth - base, People: words.Count(people[a.ID], "person", "people")}
		if a.State != "active" {
			r.Badge = accounts.StandingBadge(a.State)
		}
		if h.account.MayOpen(v, a.ID) {
			r.URL = page.AccountPath(a.ID)
		}
		box.Rows = append(box.Rows, r)
	}
	return box, nil
}
