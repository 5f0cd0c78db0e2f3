package home

import (
	"net/http"
	"time"

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
	records "bailiwick/models/record"
	"bailiwick/views/home"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

const (
	homeTree    = 12
	homeChanges = 8
	endsSoon    = 7 * 24 * time.Hour
)

// showHome is the control panel of an account.
func (h *Handlers) showHome(c echo.Context, g authz.Grant) error {
	v, ctx := guard.Of(c), c.Request().Context()
	p := home.Page{
		Frame:  h.Frame(c, "Control panel"),
		Header: part.Header{Title: v.Place.Name, Text: page.KindTitle(v.Place.Kind)},
	}
	var err error
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
	if p.Counts, err = h.recordCounts(c, g); err != nil {
		return err
	}
	p.Start = h.firstSteps(c, len(p.Counts) == 0)
	if p.Attention, err = h.attention(c, g); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, home.Home(p))
}

// recordCounts are the sections that hold something, with how much.
func (h *Handlers) recordCounts(c echo.Context, g authz.Grant) (all []record.Place, err error) {
	v := guard.Of(c)
	var sections []*catalog.Section
	var kinds []string
	for _, n := range h.Nav {
		for _, s := range n.Sections {
			if s.Records != nil && s.Inside == nil && v.May.Has(s.View) && s.Records.Where == nil && !s.Own {
				sections, kinds = append(sections, s), append(kinds, s.Records.Kind.Key)
			}
		}
	}
	counts, err := h.Store.CountRecords(c.Request().Context(), g, kinds)
	for _, s := range sections {
		n := counts[s.Records.Kind.Key]
		if n == 0 {
			continue
		}
		p := record.Place{Icon: s.Icon, Text: s.Label, URL: page.AccountPath(v.Place.Account, s.Path), Count: words.Number(n)}
		if n > records.CountCap {
			p.Count = words.Number(records.CountCap) + "+"
		}
		all = append(all, p)
	}
	return all, err
}

// attention is what waits for somebody: logins nobody has used yet, and what
// ends soon.
func (h *Handlers) attention(c echo.Context, g authz.Grant) (all []home.Attention, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	if all, err = h.account.OffersWaiting(c); err != nil {
		return nil, err
	}
	if a := h.login.EmailProofWaits(c); a != nil {
		all = append(all, *a)
	}
	if mine, err := h.InvitesForMe(c); err != nil {
		return nil, err
	} else if mine != nil {
		all = append(all, home.Attention{Tone: mine.Tone, Text: mine.Title, Details: mine.Text})
	}
	if h.May(c, "members.add") && page.Shared(v.Place.Kind) {
		wait, lost, err := h.Store.CountInvites(ctx, g)
		if err != nil {
			return nil, err
		}
		if lost > 0 {
			all = append(all, home.Attention{Tone: part.Warn, Text: words.Count(lost, "invite", "invites") + " could not be delivered", URL: people.MembersPath(c, "/invites")})
		}
		if wait > lost {
			all = append(all, home.Attention{Tone: part.Info, Text: words.Count(wait-lost, "invite waits", "invites wait") + " to be accepted", URL: people.MembersPath(c, "/invites")})
		}
	}
	if h.May(c, "subuser_edit") {
		n, err := h.Store.CountWithoutPassword(ctx, g)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, home.Attention{Tone: part.Info, Text: words.Count(n, "subuser has", "subusers have") + " not chosen a password yet", URL: people.SubusersPath(c)})
		}
	}
	var kinds []string
	sections := map[string]*catalog.Section{}
	for _, n := range h.Nav {
		for _, s := range n.Sections {
			if s.Records != nil && s.Records.Kind.Field("expires_at") != nil && v.May.Has(s.View) && s.Inside == nil {
				kinds = append(kinds, s.Records.Kind.Key)
				sections[s.Records.Kind.Key] = s
			}
		}
	}
	if len(kinds) == 0 {
		return all, nil
	}
	counts, err := h.Store.CountExpiring(ctx, g, kinds, h.Store.Now().Add(endsSoon))
	for _, k := range kinds {
		if n, s := counts[k], sections[k]; n > 0 {
			all = append(all, home.Attention{Tone: part.Warn, Text: words.Count(n, s.Records.Noun+" ends", s.Records.Plural+" end") + " within a week", URL: page.AccountPath(v.Place.Account, s.Path)})
		}
	}
	return all, err
}

// firstSteps are offered while an account is empty.
func (h *Handlers) firstSteps(c echo.Context, empty bool) (steps []record.Place) {
	if !empty {
		return nil
	}
	v := guard.Of(c)
	add := func(permission, icon, text, help, path string) {
		if h.May(c, permission) {
			steps = append(steps, record.Place{Icon: icon, Text: text, Help: help, URL: page.AccountPath(v.Place.Account, path)})
		}
	}
	add("subuser_create", "users", "Add a subuser", "A login of this account alone, with a role.", "/settings/subusers/new")
	if v.Place.Kind != "personal" {
		add("sub_accounts.create", "network", "Make sub-accounts", "With their own people, and what you let them use.", "/accounts/new")
	}
	add("application.edit", "app-window", "Make an application", "Scenarios, rules, queues and numbers live in it.", "/applications/new")
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
