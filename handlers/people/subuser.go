package people

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/account"
	"bailiwick/handlers/guard"
	logins "bailiwick/handlers/login"
	"bailiwick/handlers/page"
	"bailiwick/models/login"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/record"
	"bailiwick/words"
)

// SubusersPath is the page of subusers in the account of the visit.
func SubusersPath(c echo.Context, parts ...string) string {
	return page.AccountPath(guard.Of(c).Place.Account, append([]string{"/settings/subusers"}, parts...)...)
}

func (h *Handlers) listSubusers(c echo.Context, g authz.Grant) error {
	p, err := h.SubuserListPage(c, g)
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, people.SubuserList(p))
}

// SubuserListPage is the list of subusers as the address asks for it.
func (h *Handlers) SubuserListPage(c echo.Context, g authz.Grant) (p people.SubuserListPage, err error) {
	v, here := guard.Of(c), SubusersPath(c)
	a, next := h.readAsked(c, authz.Subuser), ""
	a.filter.Counted = true
	found, err := h.Store.Subusers(c.Request().Context(), g, a.filter)
	if err != nil {
		return p, err
	}
	all := found.Subusers
	p = people.SubuserListPage{
		Frame:  h.Frame(c, "Subusers"),
		Header: part.Header{Title: "Subusers", Text: "People who sign in through this account's own link."},
		List: part.List{
			Label: "Subusers",
			Table: part.Table{Token: v.Token, Columns: subuserColumns},
			Empty: part.Empty{Scene: part.ScenePeople, Title: "No subusers yet", Text: "A subuser signs in on this account's own page, sees the sections of their role and nothing else."},
		},
	}
	if h.May(c, "subuser_create") {
		add := part.Action{Text: "Add subuser", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = []part.Action{add}, &add
	}
	if len(all) > persons.SubuserPage {
		all = all[:persons.SubuserPage]
		next = all[len(all)-1].Name
	}
	if found.LoginLink != "" && !g.IsLent() { // who is lent a look is not let in by it
		p.LoginLink = &people.LoginLink{URL: h.Link("/login/" + found.LoginLink)}
		if h.May(c, "subuser_edit") {
			p.LoginLink.ReplaceURL = here + "/login-link"
		}
	}
	p.List.Table.Rows = make([]part.Row, 0, len(all))
	type like struct{ active, twoStep bool }
	menus := map[like][]part.Action{}
	for _, u := range all {
		of := like{u.State == "active", u.TwoStep}
		if menus[of] == nil {
			menus[of] = part.SharedMenu(h.subuserMenu(c, here+"/"+u.ID.String(), u), u.ID.String())
		}
		row := h.subuserRow(c, here, u)
		row.Menu = menus[of]
		p.List.Table.Rows = append(p.List.Table.Rows, row)
	}
	return p, h.listOf(c, subusersKind, a, &p.List, next, func() (int, int, error) {
		return found.All, found.Before, nil
	})
}

func subuserAvatar(u persons.Subuser) part.Avatar { return part.AvatarOf(u.Name, u.ID.String()) }

// subuserColumns are the headings of subuserRow.
var subuserColumns = []part.Column{{Text: "Name"}, {Text: "Roles"}, {Text: "State"}, {Text: "Last sign-in"}, {Text: "Two-step"}, {Text: "Description"}}

// subuserRow shows a subuser of the list at an address.
func (h *Handlers) subuserRow(c echo.Context, list string, u persons.Subuser) part.Row {
	id := u.ID.String()
	one := list + "/" + id
	last := part.Cell{Text: "Never"}
	if u.LastSignIn != nil {
		last = h.TimeCell(c, *u.LastSignIn)
	}
	state := account.StateCell(u.State)
	if u.State == "active" && !u.HasPassword() {
		state = part.Cell{Badges: []part.Badge{{Text: "No password yet", Tone: part.Info}}}
	}
	return part.Row{ID: id, Page: true, Dim: u.State != "active", Cells: []part.Cell{
		{Text: u.Name, URL: one, Avatar: subuserAvatar(u)}, h.HeldCell(c, h.heldBy(u), h.OwnRoleTitle), state, last, logins.TwoStepCell(u.TwoStep), {Text: u.Description},
	}}
}

// subuserMenu is what the reader can do with the subuser at an address.
func (h *Handlers) subuserMenu(c echo.Context, one string, u persons.Subuser) []part.Action {
	menu := h.audit.ActsOf(c, u.Principal())
	if !h.May(c, "subuser_edit") {
		return menu
	}
	suspend := part.Action{Text: "Suspend…", URL: one + "/suspend", Dialog: true}
	if u.State != "active" {
		suspend = part.Action{Text: "Resume", Post: &part.Post{Text: "Resume", Action: one + "/resume"}}
	}
	menu = append(menu, part.Action{Text: "Edit", URL: one + "/edit"}, part.Action{Text: "Reset password", URL: one + "/password"})
	if u.TwoStep {
		menu = append(menu, part.Action{Text: "Reset two-step sign-in…", URL: one + "/two-step", Dialog: true})
	}
	return append(menu,
		part.Action{Text: "Sign out everywhere…", URL: one + "/end-sessions", Dialog: true},
		suspend,
		part.Action{Text: "Delete…", URL: one + "/delete", Dialog: true, Danger: true},
	)
}

// heldBy are the roles of a subuser.
func (h *Handlers) heldBy(u persons.Subuser) []store.HeldRole {
	return h.Store.StoredRoles(u.Roles, u.AccountID, "")
}

// OwnRoleTitle leaves the set out where it can be no other.
func (h *Handlers) OwnRoleTitle(r *catalog.Role) string {
	if r.Base == nil {
		return r.Title
	}
	return page.RoleTitle(r)
}

func (h *Handlers) showSubuser(c echo.Context, g authz.Grant, u persons.Subuser) error {
	if c.QueryParam("created") != "" && h.May(c, "subuser_create") {
		return h.showCreatedSubuser(c, g, persons.CreatedSubuser{Subuser: u, First: c.QueryParam("created") == "first"})
	}
	row := h.subuserRow(c, SubusersPath(c), u)
	p := record.Page{
		Frame:  h.Frame(c, u.Name, part.Link{Text: "Subusers", URL: SubusersPath(c)}),
		Header: part.Header{Avatar: subuserAvatar(u), Title: u.Name, Menu: h.subuserMenu(c, SubusersPath(c, "/", u.ID.String()), u)},
	}
	for i, column := range subuserColumns[1:] {
		p.Details = append(p.Details, part.Detail{Label: column.Text, Value: row.Cells[i+1]})
	}
	p.Details = append(p.Details, part.Detail{Label: "Created", Value: h.TimeCell(c, u.CreatedAt)})
	return page.Render(c, http.StatusOK, record.Record(p))
}

func (h *Handlers) newSubuser(c echo.Context, _ authz.Grant) error {
	return h.subuserForm(c, http.StatusOK, nil, persons.SubuserInput{}, Picks{})
}

// subuserForm shows the form of a new subuser, or of u.
func (h *Handlers) subuserForm(c echo.Context, status int, u *persons.Subuser, in persons.SubuserInput, picked Picks) error {
	list, wrong := SubusersPath(c), picked.Wrong
	p := people.SubuserFormPage{
		Action: list, Cancel: list, New: u == nil, Name: in.Name, Description: in.Description, ByLink: in.Link,
		Roles: h.RoleOptions(c, authz.Subuser, picked, list+"/preview", people.RolePreviewID), RolesHelp: EndsIn(c),
		PreviewURL: list + "/preview", Preview: h.RolePreview(c, picked),
		Problem: wrong[""], NameProblem: wrong["name"], PasswordProblem: wrong["password"], DescriptionProblem: wrong["description"],
		RolesProblem: wrong["role"], MinimumPasswordSize: login.MinPassword, Header: part.Header{Title: "Add subuser"}, Proof: h.ProofFields(c, wrong),
	}
	if u != nil {
		p.Proof = nil
		p.Action, p.Cancel = c.Request().URL.Path, list+"/"+u.ID.String()
		p.Header.Title = "Edit " + u.Name
	}
	if h.May(c, "roles") {
		p.RolesURL = page.AccountPath(guard.Of(c).Place.Account, "/roles")
	}
	p.Frame = h.Frame(c, p.Header.Title, part.Link{Text: "Subusers", URL: list})
	return page.Render(c, status, people.SubuserForm(p))
}

// previewRoles answers the form while roles are picked.
func (h *Handlers) previewRoles(c echo.Context, _ authz.Grant) error {
	return page.Render(c, http.StatusOK, people.RolePreviewBox(h.RolePreview(c, ReadPicks(c, c.QueryParams()))))
}

// RolePreview says which pages the roles open in this account, as its ceiling
// is now, and which they do not.
func (h *Handlers) RolePreview(c echo.Context, picked Picks) (p people.RolePreview) {
	v, roles, now := guard.Of(c), h.resolve(c, picked, authz.Subuser), h.Store.Now()
	for _, r := range roles {
		p.Roles = append(p.Roles, r.Title)
	}
	ceiling := v.Snapshot.Ceiling(v.At)
	gives := func(at time.Time) (mask catalog.Mask, pages int) {
		for _, r := range store.Running(roles, at) {
			mask.Add(&r.Own)
		}
		for _, s := range h.Catalog.Sections {
			if s.Pending == "" && mask.Has(s.View) && ceiling.Covers(h.Catalog.Needs(s.View)) {
				pages++
			}
		}
		return mask, pages
	}
	mask, pages := gives(now)
	for _, end := range endings(roles, now) {
		_, left := gives(end)
		still := "none"
		if left > 0 {
			still = "only " + words.Number(left)
		}
		p.Ends = append(p.Ends, fmt.Sprintf("From %s, it opens %s of these %s.", page.Moment(c, end, now), still, words.Count(pages, "page", "pages")))
	}
	for _, g := range h.Catalog.Groups {
		opens, closed := people.RolePreviewGroup{Title: g.Title}, people.RolePreviewGroup{Title: g.Title}
		for _, s := range h.Catalog.In(g) {
			switch {
			case mask.Has(s.View) && ceiling.Covers(h.Catalog.Needs(s.View)):
				opens.Pages = append(opens.Pages, FullTitle(s))
			default:
				closed.Pages = append(closed.Pages, FullTitle(s))
			}
		}
		if len(opens.Pages) > 0 {
			p.Opens = append(p.Opens, opens)
		}
		if len(closed.Pages) > 0 {
			p.Closed = append(p.Closed, closed)
		}
	}
	return p
}

func readSubuser(c echo.Context, was ...store.HeldRole) (persons.SubuserInput, Picks, error) {
	form, err := c.FormParams()
	if err != nil {
		return persons.SubuserInput{}, Picks{}, echo.ErrBadRequest
	}
	p := ReadPicks(c, form, was...)
	return persons.SubuserInput{
		Name: form.Get("name"), Description: form.Get("description"), Roles: p.Named(),
		Password: page.Posted(c, "password"), Link: form.Get("password_by") == "link",
	}, p, nil
}

func (h *Handlers) createSubuser(c echo.Context, g authz.Grant) error {
	in, picked, err := readSubuser(c)
	if err != nil {
		return err
	}
	if len(picked.Wrong) > 0 {
		return h.subuserForm(c, http.StatusUnprocessableEntity, nil, in, picked)
	}
	var made persons.CreatedSubuser
	if err = h.Prove(c); err == nil {
		made, err = h.Store.CreateSubuser(c.Request().Context(), g, in)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.subuserForm(c, http.StatusUnprocessableEntity, nil, in, picked.With(wrong))
	}
	if err != nil {
		return err
	}
	if made.PasswordLink != "" { // shown now or never
		return h.showCreatedSubuser(c, g, made)
	}
	created := "1"
	if made.First {
		created = "first"
	}
	return page.Done(c, page.WithQuery(SubusersPath(c, "/", made.Subuser.ID.String()), "created", created))
}

func (h *Handlers) showCreatedSubuser(c echo.Context, g authz.Grant, made persons.CreatedSubuser) error {
	list := SubusersPath(c)
	link, err := h.Store.LoginLink(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p := people.SubuserCreatedPage{
		Frame: h.Frame(c, made.Subuser.Name, part.Link{Text: "Subusers", URL: list}), Name: made.Subuser.Name, First: made.First,
		LoginLink: h.Link("/login/" + link), ListURL: list, AnotherURL: list + "/new",
	}
	if made.PasswordLink != "" {
		p.SetPassword = h.Link("/set-password/" + made.PasswordLink)
		p.SetUntil = h.passwordLinkEnd(c)
	}
	return page.Render(c, http.StatusOK, people.SubuserCreated(p))
}

func (h *Handlers) passwordLinkEnd(c echo.Context) string {
	return h.Store.Now().Add(persons.PasswordLinkLife).In(page.Zone(c)).Format("Monday, 2 January, 15:04")
}

func (h *Handlers) editSubuser(c echo.Context, _ authz.Grant, u persons.Subuser) error {
	return h.subuserForm(c, http.StatusOK, &u, persons.SubuserInput{Name: u.Name, Description: u.Description}, PickedRoles(c, h.heldBy(u)))
}

func (h *Handlers) updateSubuser(c echo.Context, g authz.Grant, u persons.Subuser) error {
	in, picked, err := readSubuser(c, h.heldBy(u)...)
	if err != nil {
		return err
	}
	if len(picked.Wrong) > 0 {
		return h.subuserForm(c, http.StatusUnprocessableEntity, &u, in, picked)
	}
	err = h.Store.EditSubuser(c.Request().Context(), g, u.ID, in)
	if wrong, ok := page.Problems(err); ok {
		return h.subuserForm(c, http.StatusUnprocessableEntity, &u, in, picked.With(wrong))
	}
	return h.subuserDone(c, err, "Saved "+strings.ToLower(strings.TrimSpace(in.Name))+".")
}

// subuserDone ends a change of a subuser at the list.
func (h *Handlers) subuserDone(c echo.Context, err error, text string, undo ...page.UndoState) error {
	if err != nil {
		return err
	}
	h.Say(c, text, undo...)
	return page.Done(c, SubusersPath(c))
}

func (h *Handlers) editSubuserPassword(c echo.Context, _ authz.Grant, u persons.Subuser) error {
	return h.subuserPasswordForm(c, http.StatusOK, u, false, nil)
}

func (h *Handlers) subuserPasswordForm(c echo.Context, status int, u persons.Subuser, byLink bool, wrong store.Problems) error {
	one := SubusersPath(c, "/", u.ID.String())
	return page.Render(c, status, people.SubuserPassword(people.SubuserPasswordPage{
		Frame:  h.Frame(c, "Reset password", part.Link{Text: "Subusers", URL: SubusersPath(c)}, part.Link{Text: u.Name, URL: one}),
		Header: part.Header{Title: "Reset the password of " + u.Name}, Action: one + "/password", Cancel: one, Name: u.Name, ByLink: byLink,
		Problem: wrong[""], PasswordProblem: wrong["password"], MinimumPasswordSize: login.MinPassword, Proof: h.ProofFields(c, wrong),
	}))
}

func (h *Handlers) updateSubuserPassword(c echo.Context, g authz.Grant, u persons.Subuser) error {
	byLink := c.FormValue("password_by") == "link"
	token, err := "", h.Prove(c)
	if err == nil {
		token, err = h.Store.ResetSubuserPassword(c.Request().Context(), g, u.ID, page.Posted(c, "password"), byLink)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.subuserPasswordForm(c, http.StatusUnprocessableEntity, u, byLink, wrong)
	}
	if err != nil || !byLink {
		return h.subuserDone(c, err, u.Name+" has a new password and is signed out everywhere.")
	}
	list := SubusersPath(c)
	return page.Render(c, http.StatusOK, people.OneTimeLink(people.OneTimeLinkPage{
		Frame:  h.Frame(c, "Reset password", part.Link{Text: "Subusers", URL: list}),
		Header: part.Header{Title: u.Name + " chooses a new password"},
		Text:   "Give " + u.Name + " this link. It works once, until " + h.passwordLinkEnd(c) + ". The old password no longer works.",
		Link:   part.CopyBox{ID: "set-password", Label: "Link to choose a password", Value: h.Link("/set-password/" + token), Secret: true, Large: true},
		Done:   part.Link{Text: "Done", URL: list},
	}))
}

func (h *Handlers) endSubuserSessions(c echo.Context, g authz.Grant, u persons.Subuser) error {
	err := h.Prove(c)
	if err == nil {
		err = h.Store.EndSubuserSessions(c.Request().Context(), g, u.ID)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.endSubuserDialog(c, http.StatusUnprocessableEntity, u, wrong)
	}
	return h.subuserDone(c, err, u.Name+" is signed out everywhere.")
}

func (h *Handlers) askEndSubuserSessions(c echo.Context, _ authz.Grant, u persons.Subuser) error {
	return h.endSubuserDialog(c, http.StatusOK, u, nil)
}

func (h *Handlers) endSubuserDialog(c echo.Context, status int, u persons.Subuser, wrong store.Problems) error {
	list := SubusersPath(c)
	f := h.Frame(c, "Sign out "+u.Name, part.Link{Text: "Subusers", URL: list})
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: "Sign out " + u.Name + " everywhere?", Text: []string{"All their sessions end at once. They can sign in again."},
		Form: part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Sign out everywhere", Danger: true, Cancel: list, Problem: wrong[""], Fields: h.ProofFields(c, wrong)},
	}))
}

// askSubuser is a dialog before something is done to a subuser.
func (h *Handlers) askSubuser(c echo.Context, u persons.Subuser, verb string, text ...string) error {
	list := SubusersPath(c)
	f := h.Frame(c, verb+" "+u.Name, part.Link{Text: "Subusers", URL: list})
	return page.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: verb + " " + u.Name + "?", Text: text,
		Form: part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: verb, Danger: true, Cancel: list},
	}))
}

func (h *Handlers) askResetSubuserTwoStep(c echo.Context, _ authz.Grant, u persons.Subuser) error {
	return h.askSubuser(c, u, "Reset the two-step sign-in of", "For somebody who lost their phone and their recovery codes. Make sure that it's "+u.Name+" who asks. They are signed out everywhere, and their password alone signs them in.")
}

func (h *Handlers) resetSubuserTwoStep(c echo.Context, g authz.Grant, u persons.Subuser) error {
	return h.subuserDone(c, h.Store.ResetSubuserTwoStep(c.Request().Context(), g, u.ID), u.Name+" signs in with the password alone.")
}

func (h *Handlers) askSuspendSubuser(c echo.Context, _ authz.Grant, u persons.Subuser) error {
	return h.askSubuser(c, u, "Suspend", "They are signed out at once and can't sign in until you resume them.")
}

func (h *Handlers) suspendSubuser(c echo.Context, g authz.Grant, u persons.Subuser) error {
	return h.subuserDone(c, h.Store.SuspendSubuser(c.Request().Context(), g, u.ID), u.Name+" is suspended.",
		page.UndoState{Action: SubusersPath(c, "/", u.ID.String(), "/resume")})
}

func (h *Handlers) resumeSubuser(c echo.Context, g authz.Grant, u persons.Subuser) error {
	return h.subuserDone(c, h.Store.ResumeSubuser(c.Request().Context(), g, u.ID), u.Name+" can sign in again.")
}

func (h *Handlers) askDeleteSubuser(c echo.Context, g authz.Grant, u persons.Subuser) error {
	keys, err := h.Store.KeysMade(c.Request().Context(), g, authz.Subuser, persons.Selection{Many: store.Some(u.ID)})
	if err != nil {
		return err
	}
	list, made := SubusersPath(c), page.OfferRevoking(c, u.Name, "here", keys)
	f := h.Frame(c, "Delete "+u.Name, part.Link{Text: "Subusers", URL: list})
	return page.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: "Delete " + u.Name + "?", Facts: made.Facts,
		Text: append([]string{"The login is deleted and its sessions end at once. What they created stays. This can't be undone."}, made.Text...),
		Form: part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Delete", Danger: true, Cancel: list, Fields: made.Field},
	}))
}

func (h *Handlers) deleteSubuser(c echo.Context, g authz.Grant, u persons.Subuser) error {
	return h.subuserDone(c, h.Store.DeleteSubuser(c.Request().Context(), g, u.ID, page.RevokesKeys(c)...), u.Name+" is deleted.")
}

func (h *Handlers) askReplaceLoginLink(c echo.Context, _ authz.Grant) error {
	list := SubusersPath(c)
	f := h.Frame(c, "Replace the sign-in link", part.Link{Text: "Subusers", URL: list})
	return page.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: "Replace the sign-in link?",
		Text: []string{"The old link stops working: every subuser needs the new one. Nobody is signed out."},
		Form: part.Form{Token: f.Token, Action: list + "/login-link", Submit: "Replace", Danger: true, Cancel: list},
	}))
}

func (h *Handlers) replaceLoginLink(c echo.Context, g authz.Grant) error {
	_, err := h.Store.ReplaceLoginLink(c.Request().Context(), g)
	return h.subuserDone(c, err, "The sign-in link is new. Give it to your subusers.")
}
