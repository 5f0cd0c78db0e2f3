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
	"bailiwick/words"
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
	roles := h.heldCell(c, m.Roles, roleTitle)
	if m.Owner {
		roles = views.Cell{Text: h.catalog.Owner().Title}
	}
	last := views.Cell{Text: "Never"}
	if m.LastSignIn != nil {
		last = views.Cell{Text: when(c, *m.LastSignIn, h.store.Now()), Title: exact(m.LastSignIn.In(zone(c)))}
	}
	row := views.Row{ID: m.ID.String(), Dim: m.State != "active", Cells: []views.Cell{
		name, emailCell(m.Name, m.Email), roles, last, twoStepCell(m.TwoStep), {Text: when(c, m.Since, h.store.Now()), Title: exact(m.Since.In(zone(c)))},
	}}
	row.Menu = h.actsOf(c, authz.PrincipalID{Kind: authz.Member, ID: m.ID})
	if m.Owner {
		return row
	}
	lock := ""
	if v.Snapshot.Outranks(v.Who, v.At, models.Running(m.Roles, h.store.Now())...) {
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

// emailCell is somebody's address, with a warning where it or their name could
// pass for another.
func emailCell(name, email string) views.Cell {
	cell := views.Cell{Text: email}
	if models.MixedScripts(name) || models.MixedScripts(email) {
		cell.Badges = []views.Badge{{Text: "Mixed alphabets", Tone: views.Warn}}
		cell.Details = mixedScripts
	}
	return cell
}

const mixedScripts = "The name or the address mixes letters of several alphabets, which can look like somebody else's. Make sure that it's who you mean."

// lockable is an action, or, with a reason, its explanation.
func lockable(a views.Action, reason string) views.Action {
	if reason != "" {
		return views.Action{Text: a.Text, Lock: reason}
	}
	return a
}

func (h *Handlers) editMember(c echo.Context, _ authz.Grant, m models.AccountMember) error {
	if m.Owner {
		return models.Problems{"": m.Name + " owns this account, which is no role that could be changed here."}
	}
	return h.memberForm(c, http.StatusOK, m, picked(c, m.Roles))
}

func (h *Handlers) memberForm(c echo.Context, status int, m models.AccountMember, p picks) error {
	list := membersPath(c)
	title := "Change the roles of " + m.Name
	p.own = m.ID == guard.Of(c).Session.Principal.ID
	return render(c, status, views.MemberForm(views.MemberFormPage{
		Frame:  h.frame(c, title, views.Link{Text: "Members", URL: list}),
		Header: views.Header{Title: title, Text: m.Email},
		Action: membersPath(c, "/", m.ID.String(), "/edit"), Cancel: list, Problem: p.wrong[""],
		Roles: h.roleChoice(c, p), Proof: h.roleProof(c, p.wrong),
	}))
}

func (h *Handlers) updateMember(c echo.Context, g authz.Grant, m models.AccountMember) error {
	form, err := c.FormParams()
	if err != nil {
		return echo.ErrBadRequest
	}
	p := readPicks(c, form, m.Roles...)
	switch {
	case form.Get("preview") != "":
		return h.memberForm(c, http.StatusOK, m, p)
	case len(p.wrong) > 0:
		return h.memberForm(c, http.StatusUnprocessableEntity, m, p)
	}
	if err = h.proveRoles(c, p.besides(picked(c, m.Roles))...); err == nil {
		err = h.store.EditMember(c.Request().Context(), g, m.ID, p.named()...)
	}
	if wrong, ok := problems(err); ok {
		return h.memberForm(c, http.StatusUnprocessableEntity, m, p.with(wrong))
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

// roleChoice offers the roles that a member can have here.
func (h *Handlers) roleChoice(c echo.Context, p picks) views.RoleChoice {
	r := views.RoleChoice{PreviewURL: membersPath(c, "/preview"), Preview: h.accessPreview(c, p), Help: endsIn(c), Problem: p.wrong["role"]}
	r.Options = h.roleOptions(c, authz.Member, p, r.PreviewURL, views.AccessPreviewID)
	if h.may(c, "roles") {
		r.RolesURL = accountPath(guard.Of(c).Place.Account, "/roles")
	}
	return r
}

// previewMemberRoles answers the forms while roles are picked.
func (h *Handlers) previewMemberRoles(c echo.Context, _ authz.Grant) error {
	return render(c, http.StatusOK, views.AccessPreviewBox(h.accessPreview(c, readPicks(c, c.QueryParams()))))
}

// accessPreview says what somebody who holds just these roles here would read
// and change, in this account and below, as the decision itself has it.
func (h *Handlers) accessPreview(c echo.Context, picked picks) (p views.AccessPreview) {
	v, roles := guard.Of(c), h.resolve(c, picked, authz.Member)
	if len(roles) == 0 {
		return p
	}
	id := authz.PrincipalID{Kind: authz.Member, ID: uuid.New()}
	snap := v.Snapshot.With(authz.Changes{Principals: []authz.Principal{{ID: id, Active: true, Assignments: assigned(roles, v)}}})
	now := h.access(snap, snap.Who(id), v.At)
	if now.all == 1 {
		p.Sentences = []string{"With these roles one reads " + words.Count(now.reads, "account", "accounts") + ": this one."}
	} else {
		p.Sentences = []string{fmt.Sprintf("With these roles one reads %s: this one and %s of the %s below it.", words.Count(now.reads, "account", "accounts"), words.Number(now.reads-1), words.Number(now.all-1))}
	}
	if now.reads == 0 {
		p.Sentences = []string{"With these roles one reads nothing."}
	}
	p.Sentences = append(p.Sentences, changes(now.changes))
	for _, end := range endings(roles, h.store.Now()) {
		then := h.access(snap.At(end), snap.Who(id), v.At)
		p.Sentences = append(p.Sentences, fmt.Sprintf("From %s on one reads %s. %s", moment(c, end, h.store.Now()), words.Count(then.reads, "account", "accounts"), changes(then.changes)))
	}
	p.Reaches = append(p.Reaches, h.reach("In "+v.Place.Name, now.here))
	if !now.below.Empty() {
		p.Reaches = append(p.Reaches, h.reach("In the accounts below", now.below))
		p.Note = "Where somebody is a member of an account below too, that membership decides there."
	}
	return p
}

func changes(accounts int) string {
	if accounts == 0 {
		return "One changes nothing in any of them."
	}
	return "One changes things in " + words.Count(accounts, "account", "accounts") + "."
}

// access is what somebody may do in an account and below it, and in how many.
type access struct {
	here, below         catalog.Mask
	all, reads, changes int
}

func (h *Handlers) access(snap *authz.Snapshot, who authz.Who, at authz.Account) (x access) {
	edits := h.edits()
	add := func(a authz.Account) catalog.Mask {
		may := snap.May(who, a)
		x.all++
		if !may.Empty() {
			x.reads++
		}
		if !may.And(edits).Empty() {
			x.changes++
		}
		return may
	}
	x.here = add(at)
	snap.Descendants(at, func(a authz.Account) bool {
		may := add(a)
		x.below.Add(&may)
		return true
	})
	return x
}

// edits are the permissions to change something that others made.
func (h *Handlers) edits() (all catalog.Mask) {
	for _, p := range h.catalog.Permissions() {
		if info := h.catalog.Info(p); info.Edit && !info.Section.Own {
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
		for _, s := range h.catalog.In(g) {
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
