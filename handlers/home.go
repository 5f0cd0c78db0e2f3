package handlers

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
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
	p := views.HomePage{
		Frame:  h.frame(c, "Control panel"),
		Header: views.Header{Title: v.Place.Name, Text: kindTitle(v.Place.Kind)},
	}
	var err error
	if h.may(c, "sub_accounts") && v.Place.Kind != "personal" {
		if p.Tree, err = h.homeTree(c, g); err != nil {
			return err
		}
	}
	p.Changes.Hidden = !h.may(c, "audit")
	if !p.Changes.Hidden {
		events, err := h.store.Audit(ctx, g, models.AuditFilter{Limit: homeChanges})
		if err != nil {
			return err
		}
		r := h.auditGlance(c)
		for _, e := range events {
			p.Changes.Changes = append(p.Changes.Changes, r.change(c, e))
		}
		p.Changes.AllURL = accountPath(v.Place.Account, "/audit")
	}
	if p.Counts, err = h.recordCounts(c, g); err != nil {
		return err
	}
	p.Start = h.firstSteps(c, len(p.Counts) == 0)
	if p.Attention, err = h.attention(c, g); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Home(p))
}

// recordCounts are the sections that hold something, with how much.
func (h *Handlers) recordCounts(c echo.Context, g authz.Grant) (all []views.Place, err error) {
	v := guard.Of(c)
	var sections []*catalog.Section
	var kinds []string
	for _, n := range h.nav {
		for _, s := range n.sections {
			if s.Records != nil && s.Inside == nil && v.May.Has(s.View) && s.Records.Where == nil && !s.Own {
				sections, kinds = append(sections, s), append(kinds, s.Records.Kind.Key)
			}
		}
	}
	counts, err := h.store.CountRecords(c.Request().Context(), g, kinds)
	for _, s := range sections {
		n := counts[s.Records.Kind.Key]
		if n == 0 {
			continue
		}
		p := views.Place{Icon: s.Icon, Text: s.Label, URL: accountPath(v.Place.Account, s.Path), Count: words.Number(n)}
		if n > models.CountCap {
			p.Count = words.Number(models.CountCap) + "+"
		}
		all = append(all, p)
	}
	return all, err
}

// attention is what waits for somebody: logins nobody has used yet, and what
// ends soon.
func (h *Handlers) attention(c echo.Context, g authz.Grant) (all []views.Attention, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	if all, err = h.offersWaiting(c); err != nil {
		return nil, err
	}
	if a := h.emailProofWaits(c); a != nil {
		all = append(all, *a)
	}
	if mine, err := h.invitesForMe(c); err != nil {
		return nil, err
	} else if mine != nil {
		all = append(all, views.Attention{Tone: mine.Tone, Text: mine.Title, Details: mine.Text})
	}
	if h.may(c, "members.add") && shared(v.Place.Kind) {
		wait, lost, err := h.store.CountInvites(ctx, g)
		if err != nil {
			return nil, err
		}
		if lost > 0 {
			all = append(all, views.Attention{Tone: views.Warn, Text: words.Count(lost, "invite", "invites") + " could not be delivered", URL: membersPath(c, "/invites")})
		}
		if wait > lost {
			all = append(all, views.Attention{Tone: views.Info, Text: words.Count(wait-lost, "invite waits", "invites wait") + " to be accepted", URL: membersPath(c, "/invites")})
		}
	}
	if h.may(c, "subuser_edit") {
		n, err := h.store.CountWithoutPassword(ctx, g)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, views.Attention{Tone: views.Info, Text: words.Count(n, "subuser has", "subusers have") + " not chosen a password yet", URL: subusersPath(c)})
		}
	}
	var kinds []string
	sections := map[string]*catalog.Section{}
	for _, n := range h.nav {
		for _, s := range n.sections {
			if s.Records != nil && s.Records.Kind.Field("expires_at") != nil && v.May.Has(s.View) && s.Inside == nil {
				kinds = append(kinds, s.Records.Kind.Key)
				sections[s.Records.Kind.Key] = s
			}
		}
	}
	if len(kinds) == 0 {
		return all, nil
	}
	counts, err := h.store.CountExpiring(ctx, g, kinds, h.store.Now().Add(endsSoon))
	for _, k := range kinds {
		if n, s := counts[k], sections[k]; n > 0 {
			all = append(all, views.Attention{Tone: views.Warn, Text: words.Count(n, s.Records.Noun+" ends", s.Records.Plural+" end") + " within a week", URL: accountPath(v.Place.Account, s.Path)})
		}
	}
	return all, err
}

// firstSteps are offered while an account is empty.
func (h *Handlers) firstSteps(c echo.Context, empty bool) (steps []views.Place) {
	if !empty {
		return nil
	}
	v := guard.Of(c)
	add := func(permission, icon, text, help, path string) {
		if h.may(c, permission) {
			steps = append(steps, views.Place{Icon: icon, Text: text, Help: help, URL: accountPath(v.Place.Account, path)})
		}
	}
	add("subuser_create", "users", "Add a subuser", "A login of this account alone, with a role.", "/settings/subusers/new")
	if v.Place.Kind != "personal" {
		add("sub_accounts.create", "network", "Make sub-accounts", "With their own people, and what you let them use.", "/accounts/new")
	}
	add("application.edit", "app-window", "Make an application", "Scenarios, rules, queues and numbers live in it.", "/applications/new")
	return steps
}

func (h *Handlers) homeTree(c echo.Context, g authz.Grant) (*views.TreeBox, error) {
	v, ctx := guard.Of(c), c.Request().Context()
	all, err := h.store.AccountsBelow(ctx, g, models.AccountFilter{State: "current", Limit: homeTree + 1})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	box := &views.TreeBox{AllURL: accountPath(v.Place.Account, "/accounts"), Rows: []views.TreeRow{{Name: v.Place.Name, Here: true}}}
	if len(all) > homeTree {
		all = all[:homeTree]
		box.More = "and more"
	}
	ids := make([]uuid.UUID, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	people, err := h.store.People(ctx, v.Place.Tenant, ids)
	if err != nil {
		return nil, err
	}
	base := v.Snapshot.Depth(v.At)
	for _, a := range all {
		r := views.TreeRow{Name: a.Name, Depth: a.Depth - base, People: words.Count(people[a.ID], "person", "people")}
		if a.State != "active" {
			r.Badge = standingBadge(a.State)
		}
		if h.mayOpen(v, a.ID) {
			r.URL = accountPath(a.ID)
		}
		box.Rows = append(box.Rows, r)
	}
	return box, nil
}
