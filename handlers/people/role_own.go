package people

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/record"
	"bailiwick/words"
)

const (
	ownSet      = "custom" // the tab of the account's own roles
	shownEffect = 20       // people whose gains and losses are listed
	shownTitles = 6        // of them, each
	longestUndo = 1500     // bytes: the way back travels in a cookie
)

func rolesPath(c echo.Context, parts ...string) string {
	return page.AccountPath(guard.Of(c).Place.Account, append([]string{"/roles"}, parts...)...)
}

func ownRolesPath(c echo.Context) string { return page.WithQuery(rolesPath(c), "set", ownSet) }

// listOwnRoles shows the roles of the account's own.
func (h *Handlers) listOwnRoles(c echo.Context, g authz.Grant) error {
	ctx, v := c.Request().Context(), guard.Of(c)
	all, err := h.Store.CustomRoles(ctx, g)
	if err != nil {
		return err
	}
	holders, err := h.Store.RoleCounts(ctx, g)
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame:  h.Frame(c, "Roles"),
		Header: part.Header{Title: "Roles", Text: "Roles that this account created, each based on another one. They work in this account only."},
		Tabs:   h.roleTabs(c, ownSet),
		List: part.List{
			Label: "Roles of this account",
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Name"}, {Text: "For"}, {Text: "Based on"}, {Text: "Gives", Number: true}, {Text: "People", Number: true}}},
			Empty: part.Empty{Icon: "shield-check", Title: "No roles of your own yet", Text: "Create one from any role when the existing ones give too much or too little."},
		},
	}
	if h.May(c, "roles.edit") {
		add := part.Action{Text: "Create role", URL: rolesPath(c, "/new"), Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = []part.Action{add}, &add
	}
	for _, r := range all {
		one, base := rolesPath(c, "/", r.ID.String()), "a role that is no more"
		row := part.Row{ID: r.ID.String(), Page: true, Cells: []part.Cell{{Text: r.Name, URL: one}, {}, {}, {Text: words.Count(len(r.Permissions), "permission", "permissions")}, {Text: fmt.Sprint(holders[r.Key()])}}}
		if x := h.Store.CompiledRole(r); x != nil {
			base, row.Cells[1].Text = page.RoleTitle(x.Base), whoFor(x)
		}
		row.Cells[2].Text = base
		if h.May(c, "roles.edit") {
			row.Menu = ownRoleMenu(one)
		}
		p.List.Table.Rows = append(p.List.Table.Rows, row)
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

func ownRoleMenu(one string) []part.Action {
	return []part.Action{{Text: "Edit", URL: one + "/edit"}, {Text: "Delete…", URL: one + "/delete", Danger: true}}
}

func whoFor(r *catalog.Role) string {
	if store.RoleFor(r) == authz.Subuser {
		return "Subusers"
	}
	return "Members"
}

// showOwnRole compares a role with the one that it was made from.
func (h *Handlers) showOwnRole(c echo.Context, g authz.Grant, r store.CustomRole) error {
	x, one := h.Store.CompiledRole(r), rolesPath(c, "/", r.ID.String())
	if x == nil {
		return store.Problems{"": "The role that " + r.Name + " was based on no longer exists. Delete it, and create another."}
	}
	holders, err := h.Store.RoleCounts(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p := h.roleMatrix(c, one, []*catalog.Role{x.Base, x})
	p.Frame = h.Frame(c, r.Name, part.Link{Text: "Roles", URL: rolesPath(c)}, part.Link{Text: "This account's own", URL: ownRolesPath(c)})
	p.Header = part.Header{Title: r.Name, Text: fmt.Sprintf("A role for %s, based on %s. %s.", strings.ToLower(whoFor(x)), page.RoleTitle(x.Base), words.Count(holders[r.Key()], "person has it", "people have it"))}
	p.Columns[0].Name, p.Columns[1].Name = x.Base.Title, r.Name
	if h.May(c, "roles.edit") {
		p.Header.Actions = []part.Action{{Text: "Edit", URL: one + "/edit", Icon: "pencil"}}
		p.Header.Menu = ownRoleMenu(one)[1:]
	}
	return page.Render(c, http.StatusOK, people.Roles(p))
}

// newRole offers the roles to begin from, and then the form.
func (h *Handlers) newRole(c echo.Context, _ authz.Grant) error {
	v := guard.Of(c)
	if base := h.Catalog.Role(c.QueryParam("base")); base != nil && persons.FitsKind(base, v.Place.Kind) {
		return h.roleForm(c, http.StatusOK, nil, roleInput{base: base, own: base.Own})
	}
	p := record.Page{
		Frame:  h.Frame(c, "Create a role", part.Link{Text: "Roles", URL: rolesPath(c)}),
		Header: part.Header{Title: "Create a role", Text: "Choose the role to start from. It decides who can have the new role, and how far it can reach into accounts below."},
	}
	for _, set := range h.Catalog.Sets {
		for _, r := range set.Roles {
			if persons.FitsKind(r, v.Place.Kind) {
				p.Inside = append(p.Inside, record.Place{Icon: "shield-check", Text: page.RoleTitle(r), Help: r.Sentence, URL: page.WithQuery(rolesPath(c, "/new"), "base", r.Key)})
			}
		}
	}
	return page.Render(c, http.StatusOK, record.Record(p))
}

func (h *Handlers) createRole(c echo.Context, g authz.Grant) error {
	base := h.Catalog.Role(c.FormValue("base"))
	if base == nil || !persons.FitsKind(base, guard.Of(c).Place.Kind) {
		return store.Problems{"base": "Choose the role to start from: open “Create role” again."}
	}
	in, err := h.readRole(c, base)
	switch {
	case err != nil:
		return err
	case page.Posted(c, "preview") != "":
		return h.previewRole(c, nil, in)
	}
	r, err := h.Store.CreateRole(c.Request().Context(), g, in.name, base.Key, in.keys)
	if wrong, ok := page.Problems(err); ok {
		in.Wrong = wrong
		return h.roleForm(c, http.StatusUnprocessableEntity, nil, in)
	}
	if err != nil {
		return err
	}
	h.Say(c, r.Name+" can be given to "+strings.ToLower(whoFor(base))+" now.")
	return page.Done(c, rolesPath(c, "/", r.ID.String()))
}

func (h *Handlers) editRole(c echo.Context, _ authz.Grant, r store.CustomRole) error {
	x := h.Store.CompiledRole(r)
	if x == nil {
		return store.Problems{"": "The role that " + r.Name + " was based on no longer exists. Delete it, and create another."}
	}
	return h.roleForm(c, http.StatusOK, &r, roleInput{name: r.Name, base: x.Base, own: x.Own})
}

// updateRole changes a role once its effect was seen, or where it has none.
func (h *Handlers) updateRole(c echo.Context, g authz.Grant, r store.CustomRole) error {
	x := h.Store.CompiledRole(r)
	if x == nil {
		return store.ErrConflict
	}
	in, err := h.readRole(c, x.Base)
	switch {
	case err != nil:
		return err
	case page.Posted(c, "preview") != "":
		return h.previewRole(c, &r, in)
	}
	var will store.CustomRole
	if page.LetsMoreIn(r.Permissions, in.keys) {
		err = h.Prove(c)
	}
	if err == nil {
		will, err = h.Store.EditRole(c.Request().Context(), g, r.ID, in.name, in.keys, page.Posted(c, "seen"))
	}
	switch wrong, ok := page.Problems(err); {
	case ok:
		in.Wrong = wrong
		return h.roleForm(c, http.StatusUnprocessableEntity, &r, in)
	case errors.Is(err, persons.ErrUnseen):
		return h.askEditRole(c, r, in)
	case err != nil:
		return err
	}
	give, take := strings.Join(without(r.Permissions, will.Permissions), " "), strings.Join(without(will.Permissions, r.Permissions), " ")
	var undo []page.UndoState
	if len(give)+len(take) < longestUndo {
		undo = []page.UndoState{{Action: rolesPath(c, "/", r.ID.String(), "/undo"), Hidden: []part.Pair{
			{Name: "name", Value: r.Name}, {Name: "version", Value: will.Version()}, {Name: "give", Value: give}, {Name: "take", Value: take}}}}
	}
	h.Say(c, "Saved "+will.Name+".", undo...)
	return page.Done(c, rolesPath(c, "/", r.ID.String()))
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(x string) bool { return slices.Contains(some, x) })
}

// undoRole puts a role back, if it still is what the change made of it.
func (h *Handlers) undoRole(c echo.Context, g authz.Grant, r store.CustomRole) error {
	if page.Posted(c, "version") != r.Version() {
		return store.ErrConflict
	}
	give := strings.Fields(page.Posted(c, "give"))
	if page.LetsMoreIn(r.Permissions, give) && !guard.Of(c).Session.Fresh(h.Store.Now()) {
		return page.Done(c, page.WithQuery(page.ProofPath, "return", rolesPath(c, "/", r.ID.String())))
	}
	back := append(without(r.Permissions, strings.Fields(page.Posted(c, "take"))), give...)
	_, err := h.Store.EditRole(c.Request().Context(), g, r.ID, page.Posted(c, "name"), back, page.Posted(c, "version"))
	if errors.Is(err, persons.ErrUnseen) {
		err = store.ErrConflict
	}
	if err != nil {
		return err
	}
	h.Say(c, "The change of "+page.Posted(c, "name")+" is undone.")
	return page.Done(c, rolesPath(c, "/", r.ID.String()))
}

// askEditRole shows what an edit does to whom.
func (h *Handlers) askEditRole(c echo.Context, r store.CustomRole, in roleInput) error {
	e, err := h.Store.EffectOfEdit(c.Request().Context(), r, in.keys)
	if err != nil {
		return err
	}
	one := rolesPath(c, "/", r.ID.String())
	p := h.effectPage(c, e, "Change "+r.Name)
	if page.Posted(c, "seen") != "" {
		p.Notice = lookAgain
	}
	p.Form = part.Form{Token: p.Frame.Token, Action: one + "/edit", Submit: "Change the role", Cancel: one,
		Hidden: []part.Pair{{Name: "name", Value: in.name}, {Name: "seen", Value: e.Key}}}
	for _, key := range in.keys {
		p.Form.Hidden = append(p.Form.Hidden, part.Pair{Name: "permission", Value: key})
	}
	return page.Render(c, http.StatusOK, people.RoleEffect(p))
}

func (h *Handlers) askDeleteRole(c echo.Context, _ authz.Grant, r store.CustomRole) error {
	return h.deleteRoleForm(c, http.StatusOK, r, "", nil)
}

// deleteRoleForm shows what it does to whom to delete a role, and asks for the
// role that those get who have no other.
func (h *Handlers) deleteRoleForm(c echo.Context, status int, r store.CustomRole, instead string, wrong store.Problems) error {
	e, err := h.Store.EffectOfDelete(c.Request().Context(), r, instead)
	if p, refused := page.Problems(err); refused {
		wrong = p
		e, err = h.Store.EffectOfDelete(c.Request().Context(), r, "")
	}
	if err != nil {
		return err
	}
	one := rolesPath(c, "/", r.ID.String())
	p := h.effectPage(c, e, "Delete "+r.Name)
	if page.Posted(c, "seen") != "" && page.Posted(c, "with") == instead && wrong == nil {
		p.Notice = lookAgain
	}
	p.Form = part.Form{Token: p.Frame.Token, Action: one + "/delete", Submit: "Delete the role", Danger: true, Cancel: one, Problem: cmp.Or(wrong[""], wrong["permission"]),
		Hidden: []part.Pair{{Name: "seen", Value: e.Key}, {Name: "with", Value: instead}}}
	if e.Alone() > 0 {
		f := part.Field{Kind: part.Select, Name: "instead", Label: "Replacement role", Required: true, Problem: wrong["instead"], Options: []part.Option{{Text: "Choose a role"}},
			Help: words.Count(e.Alone(), "person has", "people have") + " no other role. They get this one, for as long as they had the other."}
		for _, o := range h.RoleOptions(c, r.For(), Picks{all: []pick{{name: instead}}}, "", "") {
			if o.With = nil; o.Value != r.Key() {
				f.Options = append(f.Options, o)
			}
		}
		p.Form.Fields = append([]part.Field{f}, h.RoleProof(c, wrong)...)
		if instead == "" {
			p.Form.Submit, p.Form.Danger = "Continue", false
		}
	}
	return page.Render(c, status, people.RoleEffect(p))
}

func (h *Handlers) deleteRole(c echo.Context, g authz.Grant, r store.CustomRole) error {
	instead := page.Posted(c, "instead")
	err := h.ProveRoles(c, instead)
	if err == nil {
		err = h.Store.DeleteRole(c.Request().Context(), g, r.ID, instead, page.Posted(c, "seen"))
	}
	switch wrong, ok := page.Problems(err); {
	case ok:
		return h.deleteRoleForm(c, http.StatusUnprocessableEntity, r, instead, wrong)
	case errors.Is(err, persons.ErrUnseen):
		return h.deleteRoleForm(c, http.StatusOK, r, instead, nil)
	case err != nil:
		return err
	}
	h.Say(c, r.Name+" is deleted.")
	return page.Done(c, ownRolesPath(c))
}

var lookAgain = &part.Alert{Tone: part.Warn, Title: "Look again", Text: "Something changed in the meantime. Nothing is saved yet."}

// effectPage tells who gains and who loses what, the first of them by name.
func (h *Handlers) effectPage(c echo.Context, e persons.RoleEffect, title string) people.RoleEffectPage {
	r := e.Role
	p := people.RoleEffectPage{
		Frame:  h.Frame(c, title, part.Link{Text: "Roles", URL: rolesPath(c)}, part.Link{Text: r.Name, URL: rolesPath(c, "/", r.ID.String())}),
		Header: part.Header{Title: title + "?"},
		Table:  part.Table{Columns: []part.Column{{Text: "Who"}, {Text: "Gains"}, {Text: "Loses"}}},
	}
	gain, lose, same := 0, 0, 0
	for _, x := range e.Holders {
		gained, lost := !x.Gain.Empty() || !x.GainBelow.Empty(), !x.Lose.Empty() || !x.LoseBelow.Empty()
		if gained {
			gain++
		}
		if lost {
			lose++
		}
		if x.Same() {
			same++
			continue
		}
		if len(p.Table.Rows) == shownEffect {
			continue
		}
		who := part.Cell{Text: x.Name}
		switch kind := x.ID.Kind; {
		case kind == authz.ServiceAccount && !h.May(c, "service_accounts"):
			who.Text = "A service account" // whose name is not the reader's to know
		case kind == authz.ServiceAccount:
			who.Details = "Service account"
		case kind == authz.Subuser && !h.May(c, "subusers"):
			who.Text = "A subuser"
		case kind == authz.Subuser:
			who.Details = "Subuser"
		case !h.May(c, "members"):
			who.Text = "A member"
		}
		p.Table.Rows = append(p.Table.Rows, part.Row{ID: x.ID.ID.String(), Cells: []part.Cell{who, h.titlesCell(x.Gain, x.GainBelow), h.titlesCell(x.Lose, x.LoseBelow)}})
	}
	var parts []string
	for _, part := range []struct {
		n    int
		text string
	}{{gain, words.Count(gain, "gains something", "gain something")}, {lose, words.Count(lose, "loses something", "lose something")}, {same, fmt.Sprintf("for %d nothing changes now", same)}} {
		if part.n > 0 {
			parts = append(parts, part.text)
		}
	}
	p.Sentences = append(p.Sentences, holding(e.Holders)+" this role.")
	if len(e.Holders) == 0 {
		p.Sentences[0] = "Nobody has this role."
	} else {
		p.Sentences = append(p.Sentences, page.Upper(strings.Join(parts, ", "))+".")
	}
	if e.Invites > 0 {
		p.Sentences = append(p.Sentences, words.Count(e.Invites, "pending invite gives", "pending invites give")+" it.")
	}
	if more := len(e.Holders) - same - len(p.Table.Rows); more > 0 {
		p.More = "And " + words.Count(more, "more person", "more people") + "."
	}
	return p
}

// holding says how many have a role: "3 people have", "2 people and 1 service account have".
func holding(all []persons.RoleHolder) string {
	programs := 0
	for _, x := range all {
		if x.ID.Kind == authz.ServiceAccount {
			programs++
		}
	}
	people := len(all) - programs
	switch {
	case programs == 0:
		return words.Count(people, "person has", "people have")
	case people == 0:
		return words.Count(programs, "service account has", "service accounts have")
	}
	return words.Count(people, "person", "people") + " and " + words.Count(programs, "service account", "service accounts") + " have"
}

// titlesCell names what somebody gains or loses, in the account and below.
func (h *Handlers) titlesCell(here, below catalog.Mask) part.Cell {
	cell := part.Cell{Text: h.titles(here)}
	if !below.Empty() {
		cell.Details = "in accounts below: " + h.titles(below)
	}
	if cell.Text == "" && cell.Details == "" {
		cell.Text = "nothing"
	}
	return cell
}

func (h *Handlers) titles(of catalog.Mask) string {
	var all []string
	of.Each(func(p catalog.Permission) {
		if info := h.Catalog.Info(p); decides(info) {
			all = append(all, info.Title)
		}
	})
	if n := len(all) - shownTitles; n > 0 {
		all = append(all[:shownTitles], fmt.Sprintf("%d more", n))
	}
	return strings.Join(all, ", ")
}
