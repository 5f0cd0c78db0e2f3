package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

func subusersPath(c echo.Context, parts ...string) string {
	return accountPath(guard.Of(c).Place.Account, append([]string{"/settings/subusers"}, parts...)...)
}

func (h *Handlers) may(c echo.Context, permission string) bool {
	return guard.Of(c).May.Has(h.catalog.Permission(permission))
}

func (h *Handlers) listSubusers(c echo.Context, g authz.Grant) error {
	p, err := h.subuserList(c, g)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.SubuserList(p))
}

func (h *Handlers) subuserList(c echo.Context, g authz.Grant) (p views.SubuserListPage, err error) {
	v, here := guard.Of(c), subusersPath(c)
	q, after := c.QueryParam("q"), c.QueryParam("after")
	found, err := h.store.Subusers(c.Request().Context(), g, q, after)
	if err != nil {
		return p, err
	}
	all := found.Subusers
	p = views.SubuserListPage{
		Frame:  h.frame(c, "Subusers"),
		Header: views.Header{Title: "Subusers", Text: "Logins of this account alone, which come in by its own login page."},
		List: views.List{
			Label: "Subusers", Search: &views.Search{Action: here, Value: q, Placeholder: "Search subusers"},
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Name"}, {Text: "Roles"}, {Text: "Description"}, {Text: "Last sign-in"}, {Text: "Two-step"}, {Text: "State"}}},
			Empty: views.Empty{Icon: "users", Title: "No subusers yet", Text: "A subuser signs in on this account's own page, sees the sections of their role and nothing else."},
		},
	}
	if h.may(c, "subuser_create") {
		add := views.Action{Text: "Add subuser", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = []views.Action{add}, &add
	}
	if q != "" {
		p.List.Clear = here
	}
	if after != "" {
		p.List.Pager.Previous = withQuery(here, "q", q)
	}
	if len(all) > models.SubuserPage {
		all = all[:models.SubuserPage]
		p.List.Pager.Next = withQuery(here, "q", q, "after", all[len(all)-1].Name)
	}
	if found.LoginLink != "" && !g.IsLent() { // who is lent a look is not let in by it
		p.LoginLink = &views.LoginLink{URL: h.link("/login/" + found.LoginLink)}
		if h.may(c, "subuser_edit") {
			p.LoginLink.ReplaceURL = here + "/login-link"
		}
	}
	p.List.Table.Rows = make([]views.Row, 0, len(all))
	for _, u := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, h.subuserRow(c, here, u))
	}
	return p, nil
}

// subuserRow shows a subuser of the list at an address.
func (h *Handlers) subuserRow(c echo.Context, list string, u models.Subuser) views.Row {
	id := u.ID.String()
	one := list + "/" + id
	last := views.Cell{Text: "Never"}
	if u.LastSignIn != nil {
		last = views.Cell{Text: when(c, *u.LastSignIn, h.store.Now()), Title: exact(u.LastSignIn.In(zone(c)))}
	}
	state := stateCell(u.State)
	if u.State == "active" && !u.HasPassword() {
		state = views.Cell{Badges: []views.Badge{{Text: "No password yet", Tone: views.Info}}}
	}
	row := views.Row{ID: id, Page: one, Dim: u.State != "active", Cells: []views.Cell{
		{Text: u.Name, URL: one}, h.heldCell(c, h.heldBy(u), h.subuserRoleTitle), {Text: u.Description}, last, twoStepCell(u.TwoStep), state,
	}}
	row.Menu = h.actsOf(c, u.Principal())
	if h.may(c, "subuser_edit") {
		row.Menu = append(row.Menu, subuserMenu(one, u)...)
	}
	return row
}

// subuserMenu is what can be done to the subuser at an address.
func subuserMenu(one string, u models.Subuser) []views.Action {
	suspend := views.Action{Text: "Suspend…", URL: one + "/suspend", Dialog: true}
	if u.State != "active" {
		suspend = views.Action{Text: "Resume", Post: &views.Post{Text: "Resume", Action: one + "/resume"}}
	}
	menu := []views.Action{{Text: "Edit", URL: one + "/edit"}, {Text: "Reset password", URL: one + "/password"}}
	if u.TwoStep {
		menu = append(menu, views.Action{Text: "Reset two-step sign-in…", URL: one + "/two-step", Dialog: true})
	}
	return append(menu,
		views.Action{Text: "Sign out everywhere…", URL: one + "/end-sessions", Dialog: true},
		suspend,
		views.Action{Text: "Delete…", URL: one + "/delete", Dialog: true, Danger: true},
	)
}

// heldBy are the roles of a subuser.
func (h *Handlers) heldBy(u models.Subuser) []models.HeldRole {
	return h.store.StoredRoles(u.Roles, u.AccountID, "")
}

// subuserRoleTitle leaves the set out where it can be no other.
func (h *Handlers) subuserRoleTitle(r *catalog.Role) string {
	if r.Base == nil {
		return r.Title
	}
	return roleTitle(r)
}

func (h *Handlers) showSubuser(c echo.Context, g authz.Grant, u models.Subuser) error {
	if c.QueryParam("created") != "" && h.may(c, "subuser_create") {
		return h.showCreatedSubuser(c, g, models.CreatedSubuser{Subuser: u, First: c.QueryParam("created") == "first"})
	}
	row := h.subuserRow(c, subusersPath(c), u)
	labels := []string{"Name", "Roles", "Description", "Last sign-in", "Two-step sign-in", "State"}
	p := views.RecordPage{
		Frame:  h.frame(c, u.Name, views.Link{Text: "Subusers", URL: subusersPath(c)}),
		Header: views.Header{Title: u.Name, Menu: row.Menu},
	}
	for i, label := range labels[1:] {
		p.Details = append(p.Details, views.Detail{Label: label, Value: row.Cells[i+1]})
	}
	p.Details = append(p.Details, views.Detail{Label: "Made", Value: views.Cell{Text: when(c, u.CreatedAt, h.store.Now()), Title: exact(u.CreatedAt.In(zone(c)))}})
	return render(c, http.StatusOK, views.Record(p))
}

func (h *Handlers) newSubuser(c echo.Context, _ authz.Grant) error {
	return h.subuserForm(c, http.StatusOK, nil, models.SubuserInput{}, picks{})
}

// subuserForm shows the form of a new subuser, or of u.
func (h *Handlers) subuserForm(c echo.Context, status int, u *models.Subuser, in models.SubuserInput, picked picks) error {
	list, wrong := subusersPath(c), picked.wrong
	p := views.SubuserFormPage{
		Action: list, Cancel: list, New: u == nil, Name: in.Name, Description: in.Description, ByLink: in.Link,
		Roles: h.roleOptions(c, authz.Subuser, picked, list+"/preview", views.RolePreviewID), RolesHelp: endsIn(c),
		PreviewURL: list + "/preview", Preview: h.rolePreview(c, picked),
		Problem: wrong[""], NameProblem: wrong["name"], PasswordProblem: wrong["password"], DescriptionProblem: wrong["description"],
		RolesProblem: wrong["role"], MinimumPasswordSize: models.MinPassword, Header: views.Header{Title: "Add subuser"}, Proof: h.proofFields(c, wrong),
	}
	if u != nil {
		p.Proof = nil
		p.Action, p.Cancel = c.Request().URL.Path, list+"/"+u.ID.String()
		p.Header.Title = "Edit " + u.Name
	}
	if h.may(c, "roles") {
		p.RolesURL = accountPath(guard.Of(c).Place.Account, "/roles")
	}
	p.Frame = h.frame(c, p.Header.Title, views.Link{Text: "Subusers", URL: list})
	return render(c, status, views.SubuserForm(p))
}

// previewRoles answers the form while roles are picked.
func (h *Handlers) previewRoles(c echo.Context, _ authz.Grant) error {
	return render(c, http.StatusOK, views.RolePreviewBox(h.rolePreview(c, readPicks(c, c.QueryParams()))))
}

// rolePreview says which pages the roles open in this account, as its ceiling
// is now, and which they do not.
func (h *Handlers) rolePreview(c echo.Context, picked picks) (p views.RolePreview) {
	v, roles, now := guard.Of(c), h.resolve(c, picked, authz.Subuser), h.store.Now()
	for _, r := range roles {
		p.Roles = append(p.Roles, r.Title)
	}
	ceiling := v.Snapshot.Ceiling(v.At)
	gives := func(at time.Time) (mask catalog.Mask, pages int) {
		for _, r := range models.Running(roles, at) {
			mask.Add(&r.Own)
		}
		for _, s := range h.catalog.Sections {
			if s.Pending == "" && mask.Has(s.View) && ceiling.Covers(h.catalog.Needs(s.View)) {
				pages++
			}
		}
		return mask, pages
	}
	mask, pages := gives(now)
	for _, end := range endings(roles, now) {
		_, left := gives(end)
		p.Ends = append(p.Ends, fmt.Sprintf("From %s on %d of these %s.", moment(c, end, now), left, words.Count(pages, "page is open", "pages are open")))
	}
	for _, g := range h.catalog.Groups {
		opens, closed := views.RolePreviewGroup{Title: g.Title}, views.RolePreviewGroup{Title: g.Title}
		for _, s := range h.catalog.In(g) {
			switch {
			case mask.Has(s.View) && ceiling.Covers(h.catalog.Needs(s.View)):
				opens.Pages = append(opens.Pages, s.Label)
			default:
				closed.Pages = append(closed.Pages, s.Label)
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

func readSubuser(c echo.Context, was ...models.HeldRole) (models.SubuserInput, picks, error) {
	form, err := c.FormParams()
	if err != nil {
		return models.SubuserInput{}, picks{}, echo.ErrBadRequest
	}
	p := readPicks(c, form, was...)
	return models.SubuserInput{
		Name: form.Get("name"), Description: form.Get("description"), Roles: p.named(),
		Password: posted(c, "password"), Link: form.Get("password_by") == "link",
	}, p, nil
}

func (h *Handlers) createSubuser(c echo.Context, g authz.Grant) error {
	in, picked, err := readSubuser(c)
	if err != nil {
		return err
	}
	if len(picked.wrong) > 0 {
		return h.subuserForm(c, http.StatusUnprocessableEntity, nil, in, picked)
	}
	var made models.CreatedSubuser
	if err = h.prove(c); err == nil {
		made, err = h.store.CreateSubuser(c.Request().Context(), g, in)
	}
	if wrong, ok := problems(err); ok {
		return h.subuserForm(c, http.StatusUnprocessableEntity, nil, in, picked.with(wrong))
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
	return done(c, withQuery(subusersPath(c, "/", made.Subuser.ID.String()), "created", created))
}

func (h *Handlers) showCreatedSubuser(c echo.Context, g authz.Grant, made models.CreatedSubuser) error {
	list := subusersPath(c)
	link, err := h.store.LoginLink(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p := views.SubuserCreatedPage{
		Frame: h.frame(c, made.Subuser.Name, views.Link{Text: "Subusers", URL: list}), Name: made.Subuser.Name, First: made.First,
		LoginLink: h.link("/login/" + link), ListURL: list, AnotherURL: list + "/new",
	}
	if made.PasswordLink != "" {
		p.SetPassword = h.link("/set-password/" + made.PasswordLink)
		p.SetUntil = h.passwordLinkEnd(c)
	}
	return render(c, http.StatusOK, views.SubuserCreated(p))
}

func (h *Handlers) passwordLinkEnd(c echo.Context) string {
	return h.store.Now().Add(models.PasswordLinkLife).In(zone(c)).Format("Monday, 2 January, 15:04")
}

func (h *Handlers) editSubuser(c echo.Context, _ authz.Grant, u models.Subuser) error {
	return h.subuserForm(c, http.StatusOK, &u, models.SubuserInput{Name: u.Name, Description: u.Description}, picked(c, h.heldBy(u)))
}

func (h *Handlers) updateSubuser(c echo.Context, g authz.Grant, u models.Subuser) error {
	in, picked, err := readSubuser(c, h.heldBy(u)...)
	if err != nil {
		return err
	}
	if len(picked.wrong) > 0 {
		return h.subuserForm(c, http.StatusUnprocessableEntity, &u, in, picked)
	}
	err = h.store.EditSubuser(c.Request().Context(), g, u.ID, in)
	if wrong, ok := problems(err); ok {
		return h.subuserForm(c, http.StatusUnprocessableEntity, &u, in, picked.with(wrong))
	}
	return h.subuserDone(c, err, "Saved "+strings.ToLower(strings.TrimSpace(in.Name))+".")
}

// subuserDone ends a change of a subuser at the list.
func (h *Handlers) subuserDone(c echo.Context, err error, text string, undo ...undoState) error {
	if err != nil {
		return err
	}
	h.say(c, text, undo...)
	return done(c, subusersPath(c))
}

func (h *Handlers) editSubuserPassword(c echo.Context, _ authz.Grant, u models.Subuser) error {
	return h.subuserPasswordForm(c, http.StatusOK, u, false, nil)
}

func (h *Handlers) subuserPasswordForm(c echo.Context, status int, u models.Subuser, byLink bool, wrong models.Problems) error {
	one := subusersPath(c, "/", u.ID.String())
	return render(c, status, views.SubuserPassword(views.SubuserPasswordPage{
		Frame:  h.frame(c, "Reset password", views.Link{Text: "Subusers", URL: subusersPath(c)}, views.Link{Text: u.Name, URL: one}),
		Header: views.Header{Title: "Reset the password of " + u.Name}, Action: one + "/password", Cancel: one, Name: u.Name, ByLink: byLink,
		Problem: wrong[""], PasswordProblem: wrong["password"], MinimumPasswordSize: models.MinPassword, Proof: h.proofFields(c, wrong),
	}))
}

func (h *Handlers) updateSubuserPassword(c echo.Context, g authz.Grant, u models.Subuser) error {
	byLink := c.FormValue("password_by") == "link"
	token, err := "", h.prove(c)
	if err == nil {
		token, err = h.store.ResetSubuserPassword(c.Request().Context(), g, u.ID, posted(c, "password"), byLink)
	}
	if wrong, ok := problems(err); ok {
		return h.subuserPasswordForm(c, http.StatusUnprocessableEntity, u, byLink, wrong)
	}
	if err != nil || !byLink {
		return h.subuserDone(c, err, u.Name+" has a new password and is signed out everywhere.")
	}
	list := subusersPath(c)
	return render(c, http.StatusOK, views.OneTimeLink(views.OneTimeLinkPage{
		Frame:  h.frame(c, "Reset password", views.Link{Text: "Subusers", URL: list}),
		Header: views.Header{Title: u.Name + " chooses a new password"},
		Text:   "Give " + u.Name + " this link. It works once, until " + h.passwordLinkEnd(c) + ". The old password does not work any more.",
		Link:   views.CopyBox{ID: "set-password", Label: "Link to choose a password", Value: h.link("/set-password/" + token), Secret: true, Large: true},
		Done:   views.Link{Text: "Done", URL: list},
	}))
}

func (h *Handlers) endSubuserSessions(c echo.Context, g authz.Grant, u models.Subuser) error {
	err := h.prove(c)
	if err == nil {
		err = h.store.EndSubuserSessions(c.Request().Context(), g, u.ID)
	}
	if wrong, ok := problems(err); ok {
		return h.endSubuserDialog(c, http.StatusUnprocessableEntity, u, wrong)
	}
	return h.subuserDone(c, err, u.Name+" is signed out everywhere.")
}

func (h *Handlers) askEndSubuserSessions(c echo.Context, _ authz.Grant, u models.Subuser) error {
	return h.endSubuserDialog(c, http.StatusOK, u, nil)
}

func (h *Handlers) endSubuserDialog(c echo.Context, status int, u models.Subuser, wrong models.Problems) error {
	list := subusersPath(c)
	f := h.frame(c, "Sign out "+u.Name, views.Link{Text: "Subusers", URL: list})
	return render(c, status, views.DialogPage(views.Dialog{
		Frame: f, Title: "Sign out " + u.Name + " everywhere?", Text: []string{"All their sessions end at once. They can sign in again."},
		Form: views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Sign out everywhere", Danger: true, Cancel: list, Problem: wrong[""], Fields: h.proofFields(c, wrong)},
	}))
}

// askSubuser is a dialog before something is done to a subuser.
func (h *Handlers) askSubuser(c echo.Context, u models.Subuser, verb string, text ...string) error {
	list := subusersPath(c)
	f := h.frame(c, verb+" "+u.Name, views.Link{Text: "Subusers", URL: list})
	return render(c, http.StatusOK, views.DialogPage(views.Dialog{
		Frame: f, Title: verb + " " + u.Name + "?", Text: text,
		Form: views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: verb, Danger: true, Cancel: list},
	}))
}

func (h *Handlers) askResetSubuserTwoStep(c echo.Context, _ authz.Grant, u models.Subuser) error {
	return h.askSubuser(c, u, "Reset the two-step sign-in of", "For somebody who lost their phone and their recovery codes: be sure that it is "+u.Name+" who asks. They are signed out everywhere, and their password alone signs them in.")
}

func (h *Handlers) resetSubuserTwoStep(c echo.Context, g authz.Grant, u models.Subuser) error {
	return h.subuserDone(c, h.store.ResetSubuserTwoStep(c.Request().Context(), g, u.ID), u.Name+" signs in with the password alone.")
}

func (h *Handlers) askSuspendSubuser(c echo.Context, _ authz.Grant, u models.Subuser) error {
	return h.askSubuser(c, u, "Suspend", "They are signed out at once and can not sign in until you resume them.")
}

func (h *Handlers) suspendSubuser(c echo.Context, g authz.Grant, u models.Subuser) error {
	return h.subuserDone(c, h.store.SuspendSubuser(c.Request().Context(), g, u.ID), u.Name+" is suspended.",
		undoState{Action: subusersPath(c, "/", u.ID.String(), "/resume")})
}

func (h *Handlers) resumeSubuser(c echo.Context, g authz.Grant, u models.Subuser) error {
	return h.subuserDone(c, h.store.ResumeSubuser(c.Request().Context(), g, u.ID), u.Name+" can sign in again.")
}

func (h *Handlers) askDeleteSubuser(c echo.Context, _ authz.Grant, u models.Subuser) error {
	return h.askSubuser(c, u, "Delete", "The login is gone for good, and its sessions end at once. What they made stays.")
}

func (h *Handlers) deleteSubuser(c echo.Context, g authz.Grant, u models.Subuser) error {
	return h.subuserDone(c, h.store.DeleteSubuser(c.Request().Context(), g, u.ID), u.Name+" is deleted.")
}

func (h *Handlers) askReplaceLoginLink(c echo.Context, _ authz.Grant) error {
	list := subusersPath(c)
	f := h.frame(c, "Replace the login link", views.Link{Text: "Subusers", URL: list})
	return render(c, http.StatusOK, views.DialogPage(views.Dialog{
		Frame: f, Title: "Replace the login link?",
		Text: []string{"The old link is dead from then on: every subuser needs the new one. Who is signed in stays signed in."},
		Form: views.Form{Token: f.Token, Action: list + "/login-link", Submit: "Replace", Danger: true, Cancel: list},
	}))
}

func (h *Handlers) replaceLoginLink(c echo.Context, g authz.Grant) error {
	_, err := h.store.ReplaceLoginLink(c.Request().Context(), g)
	return h.subuserDone(c, err, "The login link is a new one. Hand it out again.")
}
