package people

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/login"
	pages "bailiwick/handlers/page"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/words"
)

// MembersPath is the page of members in the account of the visit.
func MembersPath(c echo.Context, parts ...string) string {
	return pages.AccountPath(guard.Of(c).Place.Account, append([]string{"/members"}, parts...)...)
}

func (h *Handlers) listMembers(c echo.Context, g authz.Grant) error {
	v, here := guard.Of(c), MembersPath(c)
	a, next := h.readAsked(c, authz.Member), ""
	all, err := h.Store.Members(c.Request().Context(), g, a.filter)
	if err != nil {
		return err
	}
	p := people.MemberListPage{
		Frame:  h.Frame(c, "Members"),
		Header: part.Header{Title: "Members", Text: "People who work in " + v.Place.Name + ", each with a login of their own for all their accounts."},
		List: part.List{
			Label: "Members",
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Name"}, {Text: "E-mail address"}, {Text: "Roles"}, {Text: "Last sign-in"}, {Text: "Two-step"}, {Text: "Since"}}},
		},
	}
	switch {
	case !pages.Shared(v.Place.Kind):
		p.Header.Text = "Only its owner can use a personal account. To work with others, create a company account and invite them there."
		p.Header.Actions = []part.Action{pages.CompanyInstead()}
	case h.May(c, "members.add"):
		p.Header.Actions = []part.Action{{Text: "Invite members", URL: here + "/invites/new", Icon: "plus", Primary: true}}
	}
	if len(all) > persons.MemberPage {
		all = all[:persons.MemberPage]
		next = all[len(all)-1].Cursor()
	}
	for _, m := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, h.memberRow(c, m))
	}
	if err := h.listOf(c, membersKind, a, &p.List, next, func() (int, int, error) {
		return h.Store.CountMembers(c.Request().Context(), g, a.filter)
	}); err != nil {
		return err
	}
	if a.filter.After == "" {
		if p.Invites, err = h.inviteList(c, g, a.filter.Search); err != nil {
			return err
		}
	}
	return pages.Render(c, http.StatusOK, people.MemberList(p))
}

func avatar(m persons.AccountMember) part.Avatar { return part.AvatarOf(m.Name, m.ID.String()) }

func (h *Handlers) memberRow(c echo.Context, m persons.AccountMember) part.Row {
	v, one := guard.Of(c), MembersPath(c, "/", m.ID.String())
	self := v.Session.Principal == (authz.PrincipalID{Kind: authz.Member, ID: m.ID})
	name := part.Cell{Text: m.Name, Avatar: avatar(m)}
	if self {
		name.Badges = append(name.Badges, part.Badge{Text: "You", Tone: part.Info})
	}
	if m.State != "active" {
		name.Badges = append(name.Badges, part.Badge{Text: "Suspended", Tone: part.Warn})
	}
	roles := h.HeldCell(c, m.Roles, pages.RoleTitle)
	if m.Owner {
		roles = part.Cell{Text: h.Catalog.Owner().Title}
	}
	last := part.Cell{Text: "Never"}
	if m.LastSignIn != nil {
		last = h.TimeCell(c, *m.LastSignIn)
	}
	row := part.Row{ID: m.ID.String(), Dim: m.State != "active", Cells: []part.Cell{
		name, pages.EmailCell(m.Name, m.Email), roles, last, login.TwoStepCell(m.TwoStep), h.TimeCell(c, m.Since),
	}}
	row.Menu = h.audit.ActsOf(c, authz.PrincipalID{Kind: authz.Member, ID: m.ID})
	if m.Owner {
		return row
	}
	lock := ""
	if v.Snapshot.Outranks(v.Who, v.At, store.Running(m.Roles, h.Store.Now())...) {
		lock = m.Name + " can do more here than you can"
	}
	if h.May(c, "members.edit") {
		row.Menu = append(row.Menu, lockable(part.Action{Text: "Change roles", URL: one + "/edit"}, lock))
		if !self {
			row.Menu = append(row.Menu, lockable(part.Action{Text: "Sessions", URL: one + "/sessions"}, lock))
		}
	}
	switch {
	case self:
		row.Menu = append(row.Menu, part.Action{Text: "Leave…", URL: pages.LeavePath(v.Place.Account), Dialog: true, Danger: true})
	case h.May(c, "members.remove"):
		row.Menu = append(row.Menu, lockable(part.Action{Text: "Remove…", URL: one + "/remove", Dialog: true, Danger: true}, lock))
	}
	return row
}

// lockable is an action, or, with a reason, its explanation.
func lockable(a part.Action, reason string) part.Action {
	if reason != "" {
		return part.Action{Text: a.Text, Lock: reason}
	}
	return a
}

func (h *Handlers) editMember(c echo.Context, _ authz.Grant, m persons.AccountMember) error {
	if m.Owner {
		return store.Problems{"": m.Name + " owns this account, which is no role that could be changed here."}
	}
	return h.memberForm(c, http.StatusOK, m, PickedRoles(c, m.Roles))
}

func (h *Handlers) memberForm(c echo.Context, status int, m persons.AccountMember, p Picks) error {
	list := MembersPath(c)
	title := "Change the roles of " + m.Name
	p.own = m.ID == guard.Of(c).Session.Principal.ID
	return pages.Render(c, status, people.MemberForm(people.MemberFormPage{
		Frame:  h.Frame(c, title, part.Link{Text: "Members", URL: list}),
		Header: part.Header{Avatar: avatar(m), Title: title, Text: m.Email},
		Action: MembersPath(c, "/", m.ID.String(), "/edit"), Cancel: list, Problem: p.Wrong[""],
		Roles: h.roleChoice(c, p), Proof: h.RoleProof(c, p.Wrong),
	}))
}

func (h *Handlers) updateMember(c echo.Context, g authz.Grant, m persons.AccountMember) error {
	form, err := c.FormParams()
	if err != nil {
		return echo.ErrBadRequest
	}
	p := ReadPicks(c, form, m.Roles...)
	switch {
	case form.Get("preview") != "":
		return h.memberForm(c, http.StatusOK, m, p)
	case len(p.Wrong) > 0:
		return h.memberForm(c, http.StatusUnprocessableEntity, m, p)
	}
	if err = h.ProveRoles(c, p.besides(PickedRoles(c, m.Roles))...); err == nil {
		err = h.Store.EditMember(c.Request().Context(), g, m.ID, p.Named()...)
	}
	if wrong, ok := pages.Problems(err); ok {
		return h.memberForm(c, http.StatusUnprocessableEntity, m, p.With(wrong))
	}
	if err != nil {
		return err
	}
	h.Say(c, m.Name+" has new roles now.")
	return pages.Done(c, h.orHome(c, MembersPath(c), "members"))
}

// orHome is a page of the account, or its control panel for somebody who just
// took from themselves what the page needs.
func (h *Handlers) orHome(c echo.Context, page, permission string) string {
	v, snap := guard.Of(c), h.Store.Access()
	if at, ok := snap.Find(v.Place.Account); ok && snap.Decide(snap.Who(v.Session.Principal), h.Catalog.Permission(permission), at).Allow {
		return page
	}
	return pages.AccountPath(v.Place.Account)
}

// roleChoice offers the roles that a member can have here.
func (h *Handlers) roleChoice(c echo.Context, p Picks) people.RoleChoice {
	r := people.RoleChoice{PreviewURL: MembersPath(c, "/preview"), Preview: h.accessPreview(c, p), Help: EndsIn(c), Problem: p.Wrong["role"]}
	r.Options = h.RoleOptions(c, authz.Member, p, r.PreviewURL, people.AccessPreviewID)
	if h.May(c, "roles") {
		r.RolesURL = pages.AccountPath(guard.Of(c).Place.Account, "/roles")
	}
	return r
}

// previewMemberRoles answers the forms while roles are picked.
func (h *Handlers) previewMemberRoles(c echo.Context, _ authz.Grant) error {
	return pages.Render(c, http.StatusOK, people.AccessPreviewBox(h.accessPreview(c, ReadPicks(c, c.QueryParams()))))
}

// accessPreview says what somebody who holds just these roles here would read
// and change, in this account and below, as the decision itself has it.
func (h *Handlers) accessPreview(c echo.Context, picked Picks) (p people.AccessPreview) {
	v, roles := guard.Of(c), h.resolve(c, picked, authz.Member)
	if len(roles) == 0 {
		return p
	}
	id := authz.PrincipalID{Kind: authz.Member, ID: uuid.New()}
	snap := v.Snapshot.With(authz.Changes{Principals: []authz.Principal{{ID: id, Active: true, Assignments: assigned(roles, v)}}})
	now := h.access(snap, snap.Who(id), v.At)
	p.Sentences = []string{views(now)}
	p.Sentences = append(p.Sentences, changes(now.changes))
	for _, end := range endings(roles, h.Store.Now()) {
		then := h.access(snap.At(end), snap.Who(id), v.At)
		p.Sentences = append(p.Sentences, "From "+pages.Moment(c, end, h.Store.Now())+": "+views(then)+" "+changes(then.changes))
	}
	p.Reaches = append(p.Reaches, h.reach("In "+v.Place.Name, now.here))
	if !now.below.Empty() {
		p.Reaches = append(p.Reaches, h.reach("In the accounts below", now.below))
		p.Note = "Where they are also a member of a sub-account, their roles there decide."
	}
	return p
}

// views says in which accounts somebody may look.
func views(a access) string {
	switch below := words.Count(a.reads-1, "sub-account", "sub-accounts"); {
	case a.reads == 0:
		return "Can't view anything."
	case a.reads == 1:
		return "Can view this account."
	case a.reads == a.all:
		return "Can view this account and its " + below + "."
	default:
		return "Can view this account and " + words.Number(a.reads-1) + " of its " + words.Count(a.all-1, "sub-account", "sub-accounts") + "."
	}
}

func changes(accounts int) string {
	if accounts == 0 {
		return "Can't edit anything."
	}
	return "Can edit " + words.Count(accounts, "account", "accounts") + "."
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
	for _, p := range h.Catalog.Permissions() {
		if info := h.Catalog.Info(p); info.Edit && !info.Section.Own {
			all.Set(p)
		}
	}
	return all
}

// reach lists the sections that have a page by what a mask gives of them.
func (h *Handlers) reach(title string, may catalog.Mask) people.AccessReach {
	r := people.AccessReach{Title: title}
	for _, g := range h.Catalog.Groups {
		changes, reads := people.RolePreviewGroup{Title: g.Title}, people.RolePreviewGroup{Title: g.Title}
		for _, s := range h.Catalog.In(g) {
			edits := slices.ContainsFunc(s.Permissions, func(p catalog.Permission) bool { return h.Catalog.Info(p).Edit && may.Has(p) })
			switch {
			case edits:
				changes.Pages = append(changes.Pages, FullTitle(s))
			case may.Has(s.View):
				reads.Pages = append(reads.Pages, FullTitle(s))
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

func (h *Handlers) askRemoveMember(c echo.Context, g authz.Grant, m persons.AccountMember) error {
	v, list := guard.Of(c), MembersPath(c)
	keys, err := h.Store.KeysMade(c.Request().Context(), g, authz.Member, persons.Selection{Many: store.Some(m.ID)})
	if err != nil {
		return err
	}
	made := pages.OfferRevoking(c, m.Name, "here", keys)
	f := h.Frame(c, "Remove "+m.Name, part.Link{Text: "Members", URL: list})
	return pages.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: "Remove " + m.Name + "?",
		Text:  append([]string{m.Name + " loses access to " + v.Place.Name + ", unless a role in an account above gives it. Their login and what they created stay."}, made.Text...),
		Facts: made.Facts,
		Form:  part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Remove", Danger: true, Cancel: list, Fields: made.Field},
	}))
}

func (h *Handlers) removeMember(c echo.Context, g authz.Grant, m persons.AccountMember) error {
	if g.Actor().ID == (authz.PrincipalID{Kind: authz.Member, ID: m.ID}) {
		return h.leave(c, authz.Self(g.Actor()), g.Resource().Account)
	}
	if err := h.Store.RemoveMember(c.Request().Context(), g, m.ID, pages.RevokesKeys(c)...); err != nil {
		return err
	}
	h.Say(c, m.Name+" is no longer a member.")
	return pages.Done(c, MembersPath(c))
}

func (h *Handlers) askLeaveAccount(c echo.Context, g authz.Grant) error {
	id, err := uuid.Parse(c.Param("account"))
	if err != nil {
		return store.ErrNotFound
	}
	a, err := h.Store.OwnMembership(c.Request().Context(), g, id)
	if err != nil {
		return err
	}
	keys, err := h.Store.OwnKeysMade(c.Request().Context(), g, id)
	if err != nil {
		return err
	}
	made := pages.OfferRevoking(c, "You", "there", keys)
	f := h.OwnFrame(c, "Leave "+a.Name)
	return pages.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: "Leave " + a.Name + "?",
		Text:  append([]string{"You lose access until somebody invites you again. What you created stays."}, made.Text...),
		Facts: made.Facts,
		Form:  part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Leave", Danger: true, Cancel: "/accounts", Fields: made.Field},
	}))
}

func (h *Handlers) leaveAccount(c echo.Context, g authz.Grant) error {
	id, err := uuid.Parse(c.Param("account"))
	if err != nil {
		return store.ErrNotFound
	}
	return h.leave(c, g, id)
}

func (h *Handlers) leave(c echo.Context, g authz.Grant, account uuid.UUID) error {
	a, err := h.Store.LeaveAccount(c.Request().Context(), g, account, pages.RevokesKeys(c)...)
	if err != nil {
		return err
	}
	h.Say(c, "You left "+a.Name+".")
	return pages.Done(c, "/accounts")
}
