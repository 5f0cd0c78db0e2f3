package people

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
	letters "bailiwick/handlers/letter"
	"bailiwick/handlers/login"
	"bailiwick/handlers/page"
	"bailiwick/models/account"
	"bailiwick/models/letter"
	logins "bailiwick/models/login"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/record"
	"bailiwick/words"
)

// fewInvites is how many invites stand under the list of members.
const fewInvites = 10

// inviteList shows the newest invites of the account that wait, nil where there
// are none.
func (h *Handlers) inviteList(c echo.Context, g authz.Grant, search string) (*people.InviteList, error) {
	all, err := h.Store.Invites(c.Request().Context(), g, persons.InviteFilter{Search: search, Limit: fewInvites + 1})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	list := &people.InviteList{}
	if len(all) > fewInvites {
		all, list.AllURL = all[:fewInvites], page.WithQuery(MembersPath(c, "/invites"), "q", search)
	}
	list.Table, err = h.inviteTable(c, all)
	return list, err
}

// listInvites shows all invites that wait.
func (h *Handlers) listInvites(c echo.Context, g authz.Grant) error {
	here, period := MembersPath(c, "/invites"), h.AskedPeriod(c)
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return store.ErrNotFound
	}
	f := persons.InviteFilter{Search: strings.TrimSpace(c.QueryParam("q")), From: period.From, To: period.To, After: after, Limit: persons.InvitePage + 1}
	all, err := h.Store.Invites(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame:  h.Frame(c, "Invites", part.Link{Text: "Members", URL: MembersPath(c)}),
		Header: part.Header{Title: "Invites", Text: "Invites that nobody has accepted yet, the newest first."},
		List: part.List{
			Label: "Invites", Search: &part.Search{Action: here, Value: f.Search, Placeholder: "Search invites", Filters: period.Filters("Invited")},
			Empty: part.Empty{Icon: "mail", Title: "No pending invites", Text: "Invites are listed here until they're accepted or cancelled."},
		},
	}
	asked, next := append([]string{"q", f.Search}, period.Pairs()...), ""
	p.List.Chips = page.Chips(here, page.KeptPairs(asked...), p.List.Search.Filters)
	p.List.Views = h.Views(c, here, "invites", page.KeptPairs(asked...))
	if page.WithQuery(here, asked...) != here {
		p.List.Clear = here
	}
	if len(all) > persons.InvitePage {
		all = all[:persons.InvitePage]
		next = all[len(all)-1].ID.String()
	}
	if p.List.Table, err = h.inviteTable(c, all); err != nil {
		return err
	}
	if _, err := page.Paged(c, &p.List, page.Pages{Here: here, One: "invite", Many: "invites", Asked: asked, Cursor: "after", Next: next, Count: func() (int, error) {
		return h.Store.CountInvites(c.Request().Context(), g, f)
	}}); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

func (h *Handlers) inviteTable(c echo.Context, all []persons.Invite) (part.Table, error) {
	v, ids := guard.Of(c), make([]uuid.UUID, len(all))
	for n, i := range all {
		ids[n] = i.ID
	}
	letters, err := h.Store.LettersAbout(c.Request().Context(), ids)
	if err != nil {
		return part.Table{}, err
	}
	t := part.Table{Token: v.Token, Columns: []part.Column{
		{Text: "E-mail address"}, {Text: "Roles"}, {Text: "Invited by"}, {Text: "Invited"}, {Text: "State"}}}
	for _, i := range all {
		roles, now := h.Store.StoredRoles(i.Roles, v.Place.Account, v.Place.Kind), h.Store.Now()
		running, cell := store.Running(roles, now), h.HeldCell(c, roles, page.RoleTitle)
		state := part.Badge{Text: "Until " + page.When(c, i.ExpiresAt, now), Tone: part.Info}
		switch {
		case !now.Before(i.ExpiresAt):
			state = part.Badge{Text: "Expired", Tone: part.Warn}
		case len(roles) < len(i.Roles):
			state = part.Badge{Text: "Gives a deleted role", Tone: part.Warn}
		case len(running) == 0:
			state = part.Badge{Text: "Roles ended", Tone: part.Warn}
		}
		row := part.Row{ID: i.ID.String(), Cells: []part.Cell{
			page.EmailCell("", i.Email), cell, {Text: i.InviterName},
			h.TimeCell(c, i.CreatedAt),
			{Badges: []part.Badge{state}, Details: deliveryTrouble(letters[i.ID])},
		}}
		if h.May(c, "members.add") {
			one, lock := MembersPath(c, "/invites/", i.ID.String()), ""
			if v.Snapshot.Outranks(v.Who, v.At, running...) {
				lock = "This invite gives more than you can give here"
			}
			resend := lock
			for _, r := range roles {
				beyond := v.Snapshot.MayGrant(v.Who, v.At, r.Role)
				if !r.Ended(now) && (!beyond.Empty() || store.Outlasts(r.Until, v.Snapshot.GivesUntil(v.Who, v.At, r.Role))) {
					resend = "This invite gives more than you can give here, or for longer"
				}
			}
			row.Menu = []part.Action{
				lockable(part.Action{Text: "Resend", Post: &part.Post{Text: "Resend", Action: one + "/resend"}}, resend),
				lockable(part.Action{Text: "Cancel…", URL: one + "/cancel", Dialog: true, Danger: true}, lock),
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// deliveryTrouble says why a letter has not arrived; what the mail server is
// like that it waits for is the operator's business.
func deliveryTrouble(l letter.Post) string {
	switch {
	case l.State == "failed":
		return "The e-mail couldn't be delivered: " + l.LastError
	case l.State == "waiting" && l.LastError != "":
		return "The e-mail is delayed. We'll keep trying."
	}
	return ""
}

func (h *Handlers) newInvites(c echo.Context, _ authz.Grant) error {
	return h.inviteForm(c, http.StatusOK, nil, Picks{})
}

func (h *Handlers) inviteForm(c echo.Context, status int, emails []string, p Picks) error {
	v, list := guard.Of(c), MembersPath(c)
	if !page.Shared(v.Place.Kind) {
		return store.Problems{"": "A " + strings.ToLower(page.KindTitle(v.Place.Kind)) + " has no members besides its owner."}
	}
	text := "Each address gets an e-mail with a link that works once, for seven days."
	if !h.Config.SendsMail {
		text = "Each address gets a link that works once, for seven days. " + letters.NoMail + " You hand the links over."
	}
	return page.Render(c, status, people.InviteForm(people.InviteFormPage{
		Frame:  h.Frame(c, "Invite members", part.Link{Text: "Members", URL: list}),
		Header: part.Header{Title: "Invite members", Text: text}, FileProblem: p.Wrong["file"],
		Action: list + "/invites", Cancel: list, Problem: p.Wrong[""], Emails: strings.Join(emails, "\n"), EmailsProblem: p.Wrong["email"],
		Roles: h.roleChoice(c, p), Proof: h.RoleProof(c, p.Wrong),
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
	p := ReadPicks(c, form)
	switch {
	case form.Get("preview") != "":
		return h.inviteForm(c, http.StatusOK, emails, p)
	case len(p.Wrong) > 0:
		return h.inviteForm(c, http.StatusUnprocessableEntity, emails, p)
	}
	wishes, err := h.inviteWishes(c, emails, p.Named())
	var all []inviteOutcome
	if err == nil {
		err = h.ProveRoles(c, allRoles(wishes)...)
	}
	if err == nil {
		all, err = h.invite(c, g, wishes)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.inviteForm(c, http.StatusUnprocessableEntity, emails, p.With(wrong))
	}
	if err != nil {
		return err
	}
	if len(all) == 1 && all[0].Problem != "" && all[0].line == 0 {
		return h.inviteForm(c, http.StatusUnprocessableEntity, emails, p.With(store.Problems{"email": all[0].Problem}))
	}
	return h.invitesMade(c, all, form)
}

// again leads back to the form with the addresses that were typed and not invited,
// and all else as it was; nil where there are none.
func again(c echo.Context, all []inviteOutcome, form url.Values) *part.Form {
	f := &part.Form{Token: guard.Of(c).Token, Action: MembersPath(c, "/invites"), Plain: true, Hidden: []part.Pair{{Name: "preview", Value: "1"}}}
	n := 0
	for _, i := range all {
		if i.Problem != "" && i.line == 0 {
			f.Hidden = append(f.Hidden, part.Pair{Name: "email", Value: i.Email})
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
				f.Hidden = append(f.Hidden, part.Pair{Name: name, Value: value})
			}
		}
	}
	return f
}

// invitesMade shows what became of each address, and the links, this once.
func (h *Handlers) invitesMade(c echo.Context, all []inviteOutcome, form url.Values) error {
	list, status := MembersPath(c), http.StatusUnprocessableEntity
	p := people.InvitesMadePage{
		Frame:   h.Frame(c, "Invited", part.Link{Text: "Members", URL: list}),
		ListURL: list, AnotherURL: list + "/invites/new", Again: again(c, all, form),
		Note: "Each of them gets the link by e-mail. ",
	}
	if !h.Config.SendsMail {
		p.Note = letters.NoMail + " Hand each link to its person yourself. "
	}
	p.Note += "The links are shown only now. Resend creates a new one, and the old one stops working."
	for _, i := range all {
		if i.Problem != "" {
			label := i.Email
			if i.line > 0 {
				label = strings.TrimSpace(fmt.Sprintf("Line %d: %s", i.line, i.Email))
			}
			p.NotInvited = append(p.NotInvited, part.Detail{Label: label, Value: part.Cell{Text: i.Problem}})
			continue
		}
		status = http.StatusOK
		p.Text = "Each link works once, only for the address above it, until " + page.When(c, i.Until, h.Store.Now()) + "."
		if store.MixedScripts(i.Email) && p.Warning == "" {
			p.Warning = i.Email + " mixes letters of several alphabets and can look like another address. Make sure that it's the one you mean, or cancel the invite."
		}
		p.Links = append(p.Links, part.CopyBox{ID: "invite-" + i.Token[:8], Label: i.Email, Value: h.Link("/invites/" + i.Token)})
	}
	p.Header.Title = words.Count(len(p.Links), "invite is ready", "invites are ready")
	return page.Render(c, status, people.InvitesMade(p))
}

func (h *Handlers) resendInvite(c echo.Context, g authz.Grant, i persons.Invite) error {
	if h.Empowers(c, i.Roles...) && !guard.Of(c).Session.Fresh(h.Store.Now()) {
		return page.Done(c, page.WithQuery(page.ProofPath, "return", MembersPath(c)))
	}
	if err := h.Store.AllowLetterTo(c.Request().Context(), i.Email); err != nil {
		return err
	}
	renewed, err := h.Store.ResendInvite(c.Request().Context(), g, i.ID)
	if err != nil {
		return err
	}
	return h.invitesMade(c, []inviteOutcome{{Invited: renewed}}, nil)
}

func (h *Handlers) askCancelInvite(c echo.Context, _ authz.Grant, i persons.Invite) error {
	list := MembersPath(c)
	f := h.Frame(c, "Cancel an invite", part.Link{Text: "Members", URL: list})
	return page.Render(c, http.StatusOK, part.DialogPage(part.Dialog{
		Frame: f, Title: "Cancel the invite of " + i.Email + "?",
		Text: []string{"Its link stops working."},
		Form: part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Cancel invite", Danger: true, Cancel: list},
	}))
}

func (h *Handlers) cancelInvite(c echo.Context, g authz.Grant, i persons.Invite) error {
	if err := h.Store.CancelInvite(c.Request().Context(), g, i.ID); err != nil {
		return err
	}
	h.Say(c, "The invite of "+i.Email+" is cancelled.")
	return page.Done(c, MembersPath(c))
}

func (h *Handlers) showInvite(c echo.Context, link guard.Link) error {
	p, err := h.invitePage(c, link)
	if err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, people.Invite(p))
}

// invitePage is what the link of an invite opens for whoever opens it.
func (h *Handlers) invitePage(c echo.Context, link guard.Link) (p people.InvitePage, err error) {
	v, err := h.Guard.Guest(c)
	switch {
	case err != nil:
		return p, err
	case v != nil && v.Session.Principal.Kind != authz.Member:
		return p, store.Problems{"": "You are signed in as a subuser, who works in one account alone. Sign out and open the link again."}
	}
	i, a, login, err := h.Store.InviteByToken(c.Request().Context(), link.Token)
	if errors.Is(err, store.ErrNotFound) {
		return p, store.Problems{"": "This link isn't one of ours, or part of it is missing. Ask whoever gave it to you for a new one."}
	}
	if err != nil {
		return p, err
	}
	if refusal := h.Store.RefuseInvite(i, a); refusal != "" {
		return p, store.Problems{"": refusal}
	}
	roles := h.heldTexts(c, h.Store.StoredRoles(i.Roles, a.ID, a.Kind))
	p = people.InvitePage{
		Action: link.Page, Mark: link.Mark, Account: a.Name, Inviter: i.InviterName, Roles: roles,
		Address: logins.MaskEmail(i.Email), Until: page.When(c, i.ExpiresAt, h.Store.Now()), MinimumPasswordSize: logins.MinPassword,
	}
	switch {
	case v != nil && i.For(v.Session.Email):
		p.State, p.Token, p.Address = people.InviteJoin, v.Token, i.Email
	case v != nil:
		p.State, p.Token, p.SignedInAs = people.InviteOther, v.Token, v.Session.Email
	case login:
		p.State, p.SignInURL = people.InviteSignIn, page.WithQuery("/sign-in", "return", p.Action)
	}
	return p, nil
}

func (h *Handlers) acceptInvite(c echo.Context, link guard.Link) error {
	p, err := h.invitePage(c, link)
	if err != nil {
		return err
	}
	ctx, token := c.Request().Context(), link.Token
	var a account.Account
	switch p.State {
	case people.InviteSignIn:
		return page.Done(c, p.SignInURL)
	case people.InviteOther:
		err = store.Problems{"": "This invite is for another address than yours."}
	case people.InviteJoin:
		a, err = h.Store.AcceptInvite(ctx, authz.Self(guard.Of(c).Actor()), token)
	case people.InviteNew:
		if err := h.AllowAt(c, logins.DoorLink, token); err != nil {
			return err
		}
		var m logins.Member
		p.Name = c.FormValue("name")
		if m, a, err = h.Store.SignUpByInvite(ctx, token, p.Name, page.Posted(c, "password")); err == nil {
			err = h.Guard.SignIn(c, m.Login())
			h.Tell(c, logins.Attempt{Door: logins.DoorSignUp, Who: m.Principal()}, err)
		}
	}
	if wrong, ok := page.Problems(err); ok {
		p.NameProblem, p.PasswordProblem, p.Problem = wrong["name"], wrong["password"], wrong[""]+wrong["email"]
		return page.Render(c, http.StatusUnprocessableEntity, people.Invite(p))
	}
	if err != nil {
		return err
	}
	h.Say(c, "You work in "+a.Name+" now.")
	return login.LinkDone(c, link, page.AccountPath(a.ID))
}
