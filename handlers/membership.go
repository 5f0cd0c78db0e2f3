package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

func membersPath(c echo.Context, parts ...string) string {
	return accountPath(guard.Of(c).Place.Account, append([]string{"/members"}, parts...)...)
}

// shared tells whether an account of the kind can have members besides its owner.
func shared(kind string) bool { return kind == "main" || kind == "sub" }

func (h *Handlers) listMembers(c echo.Context, g authz.Grant) error {
	v, here := guard.Of(c), membersPath(c)
	q, after := c.QueryParam("q"), c.QueryParam("after")
	all, err := h.store.Members(c.Request().Context(), g, q, after)
	if err != nil {
		return err
	}
	p := views.MemberListPage{
		Frame:  h.frame(c, "Members"),
		Header: views.Header{Title: "Members", Text: "People who work in " + v.Place.Name + ", each with a login of their own for all their accounts."},
		List: views.List{
			Label: "Members", Search: &views.Search{Action: here, Value: q, Placeholder: "Search members"},
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Name"}, {Text: "E-mail address"}, {Text: "Roles"}, {Text: "Last sign-in"}, {Text: "Two-step"}, {Text: "Since"}}},
		},
	}
	switch {
	case !shared(v.Place.Kind):
		p.Header.Text = "A " + strings.ToLower(kindTitle(v.Place.Kind)) + " has no members besides its owner."
	case h.may(c, "members.add"):
		p.Header.Actions = []views.Action{{Text: "Invite members", URL: here + "/invites/new", Icon: "plus", Primary: true}}
	}
	if q != "" {
		p.List.Clear = here
	}
	if after != "" {
		p.List.Pager.Previous = withQuery(here, "q", q)
	}
	if len(all) > models.MemberPage {
		all = all[:models.MemberPage]
		p.List.Pager.Next = withQuery(here, "q", q, "after", all[len(all)-1].Cursor())
	}
	for _, m := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, h.memberRow(c, m))
	}
	if after == "" {
		if p.Invites, err = h.inviteList(c, g, q); err != nil {
			return err
		}
	}
	return render(c, http.StatusOK, views.MemberList(p))
}

func (h *Handlers) memberRow(c echo.Context, m models.AccountMember) views.Row {
	v, one := guard.Of(c), membersPath(c, "/", m.ID.String())
	self := v.Session.Principal == (authz.PrincipalID{Kind: authz.Member, ID: m.ID})
	name := views.Cell{Text: m.Name}
	if self {
		name.Badges = append(name.Badges, views.Badge{Text: "You", Tone: views.Info})
	}
	if m.State != "active" {
		name.Badges = append(name.Badges, views.Badge{Text: "Suspended", Tone: views.Warn})
	}
	roles := views.Cell{Text: strings.Join(setTitles(m.Roles), ", ")}
	if m.Owner {
		roles = views.Cell{Text: h.catalog.Owner().Title}
	}
	last := views.Cell{Text: "Never"}
	if m.LastSignIn != nil {
		last = views.Cell{Text: when(c, *m.LastSignIn, h.store.Now()), Title: exact(m.LastSignIn.In(zone(c)))}
	}
	row := views.Row{ID: m.ID.String(), Dim: m.State != "active", Cells: []views.Cell{
		name, {Text: m.Email}, roles, last, twoStepCell(m.TwoStep), {Text: when(c, m.Since, h.store.Now()), Title: exact(m.Since.In(zone(c)))},
	}}
	if m.Owner {
		return row
	}
	lock := ""
	if beyond := v.Snapshot.MayGrant(v.Who, v.At, m.Roles...); !beyond.Empty() {
		lock = m.Name + " can do more here than you can"
	}
	if h.may(c, "members.edit") {
		row.Menu = append(row.Menu, lockable(views.Action{Text: "Change roles", URL: one + "/edit"}, lock))
	}
	switch {
	case self:
		row.Menu = append(row.Menu, views.Action{Text: "Leave…", URL: leavePath(v.Place.Account), Dialog: true, Danger: true})
	case h.may(c, "members.remove"):
		row.Menu = append(row.Menu, lockable(views.Action{Text: "Remove…", URL: one + "/remove", Dialog: true, Danger: true}, lock))
	}
	return row
}

// lockable is an action, or, with a reason, its explanation.
func lockable(a views.Action, reason string) views.Action {
	if reason != "" {
		return views.Action{Text: a.Text, Lock: reason}
	}
	return a
}

func setTitles(roles []*catalog.Role) (titles []string) {
	for _, r := range roles {
		titles = append(titles, roleTitle(r))
	}
	return titles
}

func (h *Handlers) editMember(c echo.Context, _ authz.Grant, m models.AccountMember) error {
	if m.Owner {
		return models.Problems{"": m.Name + " owns this account, which is no role that could be changed here."}
	}
	var names []string
	for _, r := range m.Roles {
		names = append(names, r.Name)
	}
	return h.memberForm(c, http.StatusOK, m, names, nil)
}

func (h *Handlers) memberForm(c echo.Context, status int, m models.AccountMember, names []string, wrong models.Problems) error {
	list := membersPath(c)
	title := "Change the roles of " + m.Name
	return render(c, status, views.MemberForm(views.MemberFormPage{
		Frame:  h.frame(c, title, views.Link{Text: "Members", URL: list}),
		Header: views.Header{Title: title, Text: m.Email},
		Action: membersPath(c, "/", m.ID.String(), "/edit"), Cancel: list, Problem: wrong[""],
		Roles: h.roleChoice(c, names, wrong["role"]),
	}))
}

func (h *Handlers) updateMember(c echo.Context, g authz.Grant, m models.AccountMember) error {
	form, err := c.FormParams()
	if err != nil {
		return echo.ErrBadRequest
	}
	if form.Get("preview") != "" {
		return h.memberForm(c, http.StatusOK, m, form["role"], nil)
	}
	err = h.store.EditMember(c.Request().Context(), g, m.ID, form["role"]...)
	if wrong, ok := problems(err); ok {
		return h.memberForm(c, http.StatusUnprocessableEntity, m, form["role"], wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, m.Name+" has other roles now.")
	return done(c, h.orHome(c, membersPath(c), "members"))
}

// orHome is a page of the account, or its control panel for somebody who just
// took from themselves what the page needs.
func (h *Handlers) orHome(c echo.Context, page, permission string) string {
	v, snap := guard.Of(c), h.store.Access()
	if at, ok := snap.Find(v.Place.Account); ok && snap.Decide(snap.Who(v.Session.Principal), h.catalog.Permission(permission), at).Allow {
		return page
	}
	return accountPath(v.Place.Account)
}

// roleChoice offers the roles that a member can have here. Those that give more
// than the reader may grant are shown and explained.
func (h *Handlers) roleChoice(c echo.Context, names []string, problem string) views.RoleChoice {
	v := guard.Of(c)
	r := views.RoleChoice{PreviewURL: membersPath(c, "/preview"), Preview: h.accessPreview(c, names), Problem: problem}
	if h.may(c, "roles") {
		r.RolesURL = accountPath(v.Place.Account, "/roles")
	}
	for _, set := range []string{"member", "account"} {
		for _, role := range h.catalog.Set(set).Roles {
			if _, _, unfit := h.store.MemberRole(role.Name, v.Place.Kind); unfit != "" {
				continue
			}
			o := views.Option{Value: role.Name, Text: role.Title, Help: role.Sentence, Group: role.Set.Title, Selected: slices.Contains(names, role.Name)}
			if beyond := v.Snapshot.MayGrant(v.Who, v.At, role); !beyond.Empty() && !o.Selected {
				o.Disabled = true
				o.Help = "Gives more than you have here, so you can not give it."
			}
			r.Options = append(r.Options, o)
		}
	}
	return r
}

// previewMemberRoles answers the forms while roles are picked.
func (h *Handlers) previewMemberRoles(c echo.Context, _ authz.Grant) error {
	return render(c, http.StatusOK, views.AccessPreviewBox(h.accessPreview(c, c.QueryParams()["role"])))
}

// accessPreview says what somebody who holds just these roles here would read
// and change, in this account and below, as the decision itself has it.
func (h *Handlers) accessPreview(c echo.Context, names []string) (p views.AccessPreview) {
	v := guard.Of(c)
	somebody := authz.Principal{ID: authz.PrincipalID{Kind: authz.Member, ID: uuid.New()}, Active: true}
	for _, name := range names {
		if r, _, wrong := h.store.MemberRole(name, v.Place.Kind); wrong == "" {
			somebody.Assignments = append(somebody.Assignments, authz.Assignment{Account: v.Place.Account, Role: r.ID})
		}
	}
	if len(somebody.Assignments) == 0 {
		return p
	}
	snap := v.Snapshot.With(authz.Changes{Principals: []authz.Principal{somebody}})
	who, panel := snap.Who(somebody.ID), h.catalog.Permission("control_panel")
	edits := h.edits()
	here := snap.May(who, v.At)
	var below catalog.Mask
	all, reads, changes := 0, 0, 0
	snap.Descendants(v.At, func(a authz.Account) bool {
		all++
		may := snap.May(who, a)
		if may.Has(panel) {
			reads++
		}
		if !may.And(edits).Empty() {
			changes++
		}
		below.Add(&may)
		return true
	})
	if all == 0 {
		p.Sentences = []string{"With these roles one reads 1 account: this one."}
	} else {
		p.Sentences = []string{fmt.Sprintf("With these roles one reads %s: this one and %d of the %d below it.", count(1+reads, "account", "accounts"), reads, all)}
	}
	switch n := changes + b2i(!here.And(edits).Empty()); {
	case n == 0:
		p.Sentences = append(p.Sentences, "One changes nothing in any of them.")
	default:
		p.Sentences = append(p.Sentences, fmt.Sprintf("One changes things in %s.", count(n, "account", "accounts")))
	}
	p.Reaches = append(p.Reaches, h.reach("In "+v.Place.Name, here))
	if reads > 0 || changes > 0 {
		p.Reaches = append(p.Reaches, h.reach("In the accounts below", below))
		p.Note = "Where somebody is a member of an account below too, that membership decides there."
	}
	return p
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// edits are the permissions to change something that others see; one's own
// settings are not among them.
func (h *Handlers) edits() (all catalog.Mask) {
	for _, p := range h.catalog.Permissions() {
		if info := h.catalog.Info(p); info.Edit && info.Section.Area != catalog.AreaCommon {
			all.Set(p)
		}
	}
	return all
}

// reach lists the sections that have a page by what a mask gives of them.
func (h *Handlers) reach(title string, may catalog.Mask) views.AccessReach {
	r := views.AccessReach{Title: title}
	for _, g := range h.catalog.Groups {
		changes, reads := views.RolePreviewGroup{Title: g.Title}, views.RolePreviewGroup{Title: g.Title}
		for _, s := range h.catalog.Sections {
			if s.Group != g.Key || s.Pending != "" {
				continue
			}
			edits := slices.ContainsFunc(s.Permissions, func(p catalog.Permission) bool { return h.catalog.Info(p).Edit && may.Has(p) })
			switch {
			case edits:
				changes.Pages = append(changes.Pages, s.Label)
			case may.Has(s.View):
				reads.Pages = append(reads.Pages, s.Label)
			}
		}
		if len(changes.Pages) > 0 {
			r.Changes = append(r.Changes, changes)
		}
		if len(reads.Pages) > 0 {
			r.Reads = append(r.Reads, reads)
		}
	}
	return r
}

func (h *Handlers) askRemoveMember(c echo.Context, _ authz.Grant, m models.AccountMember) error {
	v, list := guard.Of(c), membersPath(c)
	f := h.frame(c, "Remove "+m.Name, views.Link{Text: "Members", URL: list})
	return render(c, http.StatusOK, views.DialogPage(views.Dialog{
		Frame: f, Title: "Remove " + m.Name + "?",
		Text: []string{m.Name + " can not work in " + v.Place.Name + " from then on, unless a role in an account above says so. Their login and what they made stay."},
		Form: views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Remove", Danger: true, Cancel: list},
	}))
}

func (h *Handlers) removeMember(c echo.Context, g authz.Grant, m models.AccountMember) error {
	if g.Actor().ID == (authz.PrincipalID{Kind: authz.Member, ID: m.ID}) {
		return h.leave(c, authz.Self(g.Actor()), g.Resource().Account)
	}
	if err := h.store.RemoveMember(c.Request().Context(), g, m.ID); err != nil {
		return err
	}
	h.say(c, m.Name+" is not a member any more.")
	return done(c, membersPath(c))
}

func leavePath(account uuid.UUID) string { return "/accounts/" + account.String() + "/leave" }

func (h *Handlers) askLeaveAccount(c echo.Context, g authz.Grant) error {
	id, err := uuid.Parse(c.Param("account"))
	if err != nil {
		return models.ErrNotFound
	}
	a, err := h.store.OwnMembership(c.Request().Context(), g, id)
	if err != nil {
		return err
	}
	f := h.ownFrame(c, "Leave "+a.Name)
	return render(c, http.StatusOK, views.DialogPage(views.Dialog{
		Frame: f, Title: "Leave " + a.Name + "?",
		Text: []string{"You can not work there from then on, until somebody invites you again. What you made stays."},
		Form: views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Leave", Danger: true, Cancel: "/accounts"},
	}))
}

func (h *Handlers) leaveAccount(c echo.Context, g authz.Grant) error {
	id, err := uuid.Parse(c.Param("account"))
	if err != nil {
		return models.ErrNotFound
	}
	return h.leave(c, g, id)
}

func (h *Handlers) leave(c echo.Context, g authz.Grant, account uuid.UUID) error {
	a, err := h.store.LeaveAccount(c.Request().Context(), g, account)
	if err != nil {
		return err
	}
	h.say(c, "You left "+a.Name+".")
	return done(c, "/accounts")
}
