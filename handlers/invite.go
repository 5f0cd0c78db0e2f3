package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

// fewInvites is how many invites stand under the list of members.
const fewInvites = 10

// inviteList shows the newest invites of the account that wait, nil where there
// are none.
func (h *Handlers) inviteList(c echo.Context, g authz.Grant, search string) (*views.InviteList, error) {
	all, err := h.store.Invites(c.Request().Context(), g, search, uuid.Nil, fewInvites+1)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	list := &views.InviteList{}
	if len(all) > fewInvites {
		all, list.AllURL = all[:fewInvites], withQuery(membersPath(c, "/invites"), "q", search)
	}
	list.Table, err = h.inviteTable(c, all)
	return list, err
}

// listInvites shows all invites that wait.
func (h *Handlers) listInvites(c echo.Context, g authz.Grant) error {
	here, q := membersPath(c, "/invites"), c.QueryParam("q")
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return models.ErrNotFound
	}
	all, err := h.store.Invites(c.Request().Context(), g, q, after, models.InvitePage+1)
	if err != nil {
		return err
	}
	p := views.RecordListPage{
		Frame:  h.frame(c, "Invites", views.Link{Text: "Members", URL: membersPath(c)}),
		Header: views.Header{Title: "Invites", Text: "Invites that nobody has accepted yet, the newest first."},
		List: views.List{
			Label: "Invites", Search: &views.Search{Action: here, Value: q, Placeholder: "Search invites"},
			Empty: views.Empty{Icon: "mail", Title: "No invite waits", Text: "An invite waits here until it is accepted or cancelled."},
		},
	}
	if q != "" {
		p.List.Clear = here
	}
	if after != uuid.Nil {
		p.List.Pager.Previous = withQuery(here, "q", q)
	}
	if len(all) > models.InvitePage {
		all = all[:models.InvitePage]
		p.List.Pager.Next = withQuery(here, "q", q, "after", all[len(all)-1].ID.String())
	}
	if p.List.Table, err = h.inviteTable(c, all); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.RecordList(p))
}

func (h *Handlers) inviteTable(c echo.Context, all []models.Invite) (views.Table, error) {
	v, ids := guard.Of(c), make([]uuid.UUID, len(all))
	for n, i := range all {
		ids[n] = i.ID
	}
	letters, err := h.store.LettersAbout(c.Request().Context(), ids)
	if err != nil {
		return views.Table{}, err
	}
	t := views.Table{Token: v.Token, Columns: []views.Column{
		{Text: "E-mail address"}, {Text: "Roles"}, {Text: "Invited by"}, {Text: "Invited"}, {Text: "State"}}}
	for _, i := range all {
		roles, now := h.store.StoredRoles(i.Roles, v.Place.Account, v.Place.Kind), h.store.Now()
		running, cell := models.Running(roles, now), h.heldCell(c, roles, roleTitle)
		state := views.Badge{Text: "Until " + when(c, i.ExpiresAt, now), Tone: views.Info}
		switch {
		case !now.Before(i.ExpiresAt):
			state = views.Badge{Text: "Expired", Tone: views.Warn}
		case len(roles) < len(i.Roles):
			state = views.Badge{Text: "Gives a deleted role", Tone: views.Warn}
		case len(running) == 0:
			state = views.Badge{Text: "Roles ended", Tone: views.Warn}
		}
		row := views.Row{ID: i.ID.String(), Cells: []views.Cell{
			emailCell("", i.Email), cell, {Text: i.InviterName},
			{Text: when(c, i.CreatedAt, h.store.Now()), Title: exact(i.CreatedAt.In(zone(c)))},
			{Badges: []views.Badge{state}, Details: deliveryTrouble(letters[i.ID])},
		}}
		if h.may(c, "members.add") {
			one, lock := membersPath(c, "/invites/", i.ID.String()), ""
			if v.Snapshot.Outranks(v.Who, v.At, running...) {
				lock = "This invite gives more than you can give here"
			}
			resend := lock
			for _, r := range roles {
				beyond := v.Snapshot.MayGrant(v.Who, v.At, r.Role)
				if !r.Ended(now) && (!beyond.Empty() || models.Outlasts(r.Until, v.Snapshot.GivesUntil(v.Who, v.At, r.Role))) {
					resend = "This invite gives more than you can give here, or for longer"
				}
			}
			row.Menu = []views.Action{
				lockable(views.Action{Text: "Resend", Post: &views.Post{Text: "Resend", Action: one + "/resend"}}, resend),
				lockable(views.Action{Text: "Cancel…", URL: one + "/cancel", Dialog: true, Danger: true}, lock),
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// deliveryTrouble says why a letter has not arrived; what the mail server is
// like that it waits for is the operator's business.
func deliveryTrouble(l models.Post) string {
	switch {
	case l.State == "failed":
		return "The mail could not be delivered: " + l.LastError
	case l.State == "waiting" && l.LastError != "":
		return "The mail is late. It is tried again."
	}
	return ""
}

// invitesForMe tells that invites wait for the reader's address, nil where none
// does. Whose and where is told by the link alone: it proves the address.
func (h *Handlers) invitesForMe(c echo.Context) (*views.Alert, error) {
	n, err := h.store.CountInvitesFor(c.Request().Context(), authz.Self(guard.Of(c).Actor()))
	if err != nil || n == 0 {
		return nil, err
	}
	a := &views.Alert{Tone: views.Info, Title: words.Count(n, "invite waits", "invites wait") + " for your address",
		Text: "Open the link in the mail that brought it, or ask whoever invited you for the link."}
	if n > 1 {
		a.Text = "Open the links in the mails that brought them, or ask whoever invited you for the links."
	}
	return a, nil
}

func (h *Handlers) newInvites(c echo.Context, _ authz.Grant) error {
	return h.inviteForm(c, http.StatusOK, nil, picks{})
}

func (h *Handlers) inviteForm(c echo.Context, status int, emails []string, p picks) error {
	v, list := guard.Of(c), membersPath(c)
	if !shared(v.Place.Kind) {
		return models.Problems{"": "A " + strings.ToLower(kindTitle(v.Place.Kind)) + " has no members besides its owner."}
	}
	text := "Each address gets a mail with a link that works once, for seven days."
	if !h.config.SendsMail {
		text = "Each address gets a link that works once, for seven days. " + noMail + " You hand the links over."
	}
	return render(c, status, views.InviteForm(views.InviteFormPage{
		Frame:  h.frame(c, "Invite members", views.Link{Text: "Members", URL: list}),
		Header: views.Header{Title: "Invite members", Text: text}, FileProblem: p.wrong["file"],
		Action: list + "/invites", Cancel: list, Problem: p.wrong[""], Emails: strings.Join(emails, "\n"), EmailsProblem: p.wrong["email"],
		Roles: h.roleChoice(c, p), Proof: h.roleProof(c, p.wrong),
	}))
}

func (h *Handlers) createInvites(c echo.Context, g authz.Grant) error {
	form, err := c.FormParams()
	if err != nil {
		return echo.ErrBadRequest
	}
	var emails []string
	for _, text := range form["email"] {
		emails = append(emails, strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\r\n\t ,;", r) })...)
	}
	p := readPicks(c, form)
	switch {
	case form.Get("preview") != "":
		return h.inviteForm(c, http.StatusOK, emails, p)
	case len(p.wrong) > 0:
		return h.inviteForm(c, http.StatusUnprocessableEntity, emails, p)
	}
	wishes, err := h.inviteWishes(c, emails, p.named())
	var all []inviteOutcome
	if err == nil {
		err = h.proveRoles(c, allRoles(wishes)...)
	}
	if err == nil {
		all, err = h.invite(c, g, wishes)
	}
	if wrong, ok := problems(err); ok {
		return h.inviteForm(c, http.StatusUnprocessableEntity, emails, p.with(wrong))
	}
	if err != nil {
		return err
	}
	if len(all) == 1 && all[0].Problem != "" && all[0].line == 0 {
		return h.inviteForm(c, http.StatusUnprocessableEntity, emails, p.with(models.Problems{"email": all[0].Problem}))
	}
	return h.invitesMade(c, all, form)
}

// again leads back to the form with the addresses that were typed and not invited,
// and all else as it was; nil where there are none.
func again(c echo.Context, all []inviteOutcome, form url.Values) *views.Form {
	f := &views.Form{Token: guard.Of(c).Token, Action: membersPath(c, "/invites"), Plain: true, Hidden: []views.Pair{{Name: "preview", Value: "1"}}}
	n := 0
	for _, i := range all {
		if i.Problem != "" && i.line == 0 {
			f.Hidden = append(f.Hidden, views.Pair{Name: "email", Value: i.Email})
			n++
		}
	}
	if n == 0 {
		return nil
	}
	f.Submit = "Edit " + words.Count(n, "address", "addresses")
	for name, values := range form {
		for _, value := range values {
			if name != "email" && name != "token" && name != "preview" {
				f.Hidden = append(f.Hidden, views.Pair{Name: name, Value: value})
			}
		}
	}
	return f
}

// invitesMade shows what became of each address, and the links, this once.
func (h *Handlers) invitesMade(c echo.Context, all []inviteOutcome, form url.Values) error {
	list, status := membersPath(c), http.StatusUnprocessableEntity
	p := views.InvitesMadePage{
		Frame:   h.frame(c, "Invited", views.Link{Text: "Members", URL: list}),
		ListURL: list, AnotherURL: list + "/invites/new", Again: again(c, all, form),
		Note: "Each of them gets the link by mail. ",
	}
	if !h.config.SendsMail {
		p.Note = noMail + " Hand each link to its person yourself. "
	}
	p.Note += "The links are shown only now; a new one can be made with Resend, which voids the old."
	for _, i := range all {
		if i.Problem != "" {
			label := i.Email
			if i.line > 0 {
				label = strings.TrimSpace(fmt.Sprintf("Line %d: %s", i.line, i.Email))
			}
			p.NotInvited = append(p.NotInvited, views.Detail{Label: label, Value: views.Cell{Text: i.Problem}})
			continue
		}
		status = http.StatusOK
		p.Text = "Each link works once, for the address above it alone, until " + when(c, i.Until, h.store.Now()) + "."
		if models.MixedScripts(i.Email) && p.Warning == "" {
			p.Warning = i.Email + " mixes letters of several alphabets and can look like another address. Make sure that it's the one you mean, or cancel the invite."
		}
		p.Links = append(p.Links, views.CopyBox{ID: "invite-" + i.Token[:8], Label: i.Email, Value: h.link("/invites/" + i.Token)})
	}
	p.Header.Title = words.Count(len(p.Links), "invite is ready", "invites are ready")
	return render(c, status, views.InvitesMade(p))
}

func (h *Handlers) resendInvite(c echo.Context, g authz.Grant, i models.Invite) error {
	if h.empowers(c, i.Roles...) && !guard.Of(c).Session.Fresh(h.store.Now()) {
		return done(c, withQuery(proofPath, "return", membersPath(c)))
	}
	if err := h.store.AllowLetterTo(c.Request().Context(), i.Email); err != nil {
		return err
	}
	renewed, err := h.store.ResendInvite(c.Request().Context(), g, i.ID)
	if err != nil {
		return err
	}
	return h.invitesMade(c, []inviteOutcome{{Invited: renewed}}, nil)
}

func (h *Handlers) askCancelInvite(c echo.Context, _ authz.Grant, i models.Invite) error {
	list := membersPath(c)
	f := h.frame(c, "Cancel an invite", views.Link{Text: "Members", URL: list})
	return render(c, http.StatusOK, views.DialogPage(views.Dialog{
		Frame: f, Title: "Cancel the invite of " + i.Email + "?",
		Text: []string{"Its link is dead from then on."},
		Form: views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Cancel the invite", Danger: true, Cancel: list},
	}))
}

func (h *Handlers) cancelInvite(c echo.Context, g authz.Grant, i models.Invite) error {
	if err := h.store.CancelInvite(c.Request().Context(), g, i.ID); err != nil {
		return err
	}
	h.say(c, "The invite of "+i.Email+" is cancelled.")
	return done(c, membersPath(c))
}

func (h *Handlers) showInvite(c echo.Context, link guard.Link) error {
	p, err := h.invitePage(c, link)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Invite(p))
}

// invitePage is what the link of an invite opens for whoever opens it.
func (h *Handlers) invitePage(c echo.Context, link guard.Link) (p views.InvitePage, err error) {
	v, err := h.guard.Guest(c)
	switch {
	case err != nil:
		return p, err
	case v != nil && v.Session.Principal.Kind != authz.Member:
		return p, models.Problems{"": "You are signed in as a subuser, who works in one account alone. Sign out and open the link again."}
	}
	i, a, login, err := h.store.InviteByToken(c.Request().Context(), link.Token)
	if errors.Is(err, models.ErrNotFound) {
		return p, models.Problems{"": "This link is not one of ours, or not all of it arrived. Ask whoever gave it to you for a new one."}
	}
	if err != nil {
		return p, err
	}
	if refusal := h.store.RefuseInvite(i, a); refusal != "" {
		return p, models.Problems{"": refusal}
	}
	roles := h.heldTexts(c, h.store.StoredRoles(i.Roles, a.ID, a.Kind))
	p = views.InvitePage{
		Action: link.Page, Mark: link.Mark, Account: a.Name, Inviter: i.InviterName, Roles: roles,
		Address: models.MaskEmail(i.Email), Until: when(c, i.ExpiresAt, h.store.Now()), MinimumPasswordSize: models.MinPassword,
	}
	switch {
	case v != nil && i.For(v.Session.Email):
		p.State, p.Token, p.Address = views.InviteJoin, v.Token, i.Email
	case v != nil:
		p.State, p.Token, p.SignedInAs = views.InviteOther, v.Token, v.Session.Email
	case login:
		p.State, p.SignInURL = views.InviteSignIn, withQuery("/sign-in", "return", p.Action)
	}
	return p, nil
}

func (h *Handlers) acceptInvite(c echo.Context, link guard.Link) error {
	p, err := h.invitePage(c, link)
	if err != nil {
		return err
	}
	ctx, token := c.Request().Context(), link.Token
	var a models.Account
	switch p.State {
	case views.InviteSignIn:
		return done(c, p.SignInURL)
	case views.InviteOther:
		err = models.Problems{"": "This invite is for another address than yours."}
	case views.InviteJoin:
		a, err = h.store.AcceptInvite(ctx, authz.Self(guard.Of(c).Actor()), token)
	case views.InviteNew:
		if err := h.allowAt(c, models.DoorLink, token); err != nil {
			return err
		}
		var m models.Member
		p.Name = c.FormValue("name")
		if m, a, err = h.store.SignUpByInvite(ctx, token, p.Name, posted(c, "password")); err == nil {
			err = h.guard.SignIn(c, m.Login())
			h.tell(c, models.Attempt{Door: models.DoorSignUp, Who: m.Principal()}, err)
		}
	}
	if wrong, ok := problems(err); ok {
		p.NameProblem, p.PasswordProblem, p.Problem = wrong["name"], wrong["password"], wrong[""]+wrong["email"]
		return render(c, http.StatusUnprocessableEntity, views.Invite(p))
	}
	if err != nil {
		return err
	}
	h.say(c, "You work in "+a.Name+" now.")
	return linkDone(c, link, accountPath(a.ID))
}
