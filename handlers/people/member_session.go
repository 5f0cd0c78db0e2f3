package people

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/login"
	pages "bailiwick/handlers/page"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// listMemberSessions shows the sessions of a member that have been in this account.
func (h *Handlers) listMemberSessions(c echo.Context, g authz.Grant, m persons.AccountMember) error {
	v, here := guard.Of(c), MembersPath(c, "/", m.ID.String(), "/sessions")
	switch {
	case v.Session.Principal.ID == m.ID:
		return pages.Done(c, "/sessions")
	case !h.mayEndSessions(c, m):
		return store.Problems{"": "You can see the sessions of those whose roles you can change. " + m.Name + " can do more here than you can."}
	}
	all, err := h.Store.MemberSessions(c.Request().Context(), g, m.ID)
	if err != nil {
		return err
	}
	title := "Sessions of " + m.Name
	p := record.ListPage{
		Frame:  h.Frame(c, title, part.Link{Text: "Members", URL: MembersPath(c)}),
		Header: part.Header{Avatar: avatar(m), Title: title, Text: "Where " + m.Name + " is signed in and has opened " + v.Place.Name + ". Other sessions are theirs alone."},
		List: part.List{
			Label: "Sessions", Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Device"}, {Text: "Address"}, {Text: "Signed in"}, {Text: "Until"}}},
			Empty: part.Empty{Scene: part.SceneTime, Title: "No sessions here", Text: m.Name + " is not signed in, or has not opened " + v.Place.Name + " since."},
		},
	}
	if len(all) > 1 {
		p.Header.Actions = []part.Action{{Text: "End all…", URL: here + "/end", Dialog: true, Danger: true}}
	}
	for _, s := range all {
		row := part.Row{ID: s.ID.String(), Cells: []part.Cell{
			{Text: login.Device(s.Agent), Title: s.Agent}, {Text: s.Address, Mono: true},
			h.TimeCell(c, s.StartedAt), h.TimeCell(c, s.ExpiresAt),
		}}
		row.Menu = []part.Action{{Text: "End…", URL: pages.WithQuery(here+"/end", "session", s.ID.String()), Dialog: true, Danger: true}}
		p.List.Table.Rows = append(p.List.Table.Rows, row)
	}
	return pages.Render(c, http.StatusOK, record.List(p))
}

// mayEndSessions tells whether the reader may change a member, and so see and
// end their sessions.
func (h *Handlers) mayEndSessions(c echo.Context, m persons.AccountMember) bool {
	v := guard.Of(c)
	return !m.Owner && !v.Snapshot.Outranks(v.Who, v.At, store.Running(m.Roles, h.Store.Now())...)
}

func (h *Handlers) askEndMemberSessions(c echo.Context, _ authz.Grant, m persons.AccountMember) error {
	return h.endMemberDialog(c, http.StatusOK, m, nil)
}

func (h *Handlers) endMemberDialog(c echo.Context, status int, m persons.AccountMember, wrong store.Problems) error {
	list := MembersPath(c, "/", m.ID.String(), "/sessions")
	f := h.Frame(c, "End sessions", part.Link{Text: "Members", URL: MembersPath(c)}, part.Link{Text: m.Name, URL: list})
	d := part.Dialog{Frame: f, Title: "End all sessions of " + m.Name + " here?", Text: []string{"Every session that has opened this account ends at once, in this account and elsewhere. " + m.Name + " can sign in again."}}
	d.Form = part.Form{Token: f.Token, Action: list + "/end", Submit: "End sessions", Danger: true, Cancel: list, Problem: wrong[""], Fields: h.ProofFields(c, wrong)}
	if one := c.FormValue("session"); one != "" {
		d.Title, d.Text[0], d.Form.Submit = "End this session of "+m.Name+"?", "Whoever uses it is signed out at once, in this account and elsewhere.", "End session"
		d.Form.Hidden = []part.Pair{{Name: "session", Value: one}}
	}
	return pages.Render(c, status, part.DialogPage(d))
}

func (h *Handlers) endMemberSessions(c echo.Context, g authz.Grant, m persons.AccountMember) error {
	var one uuid.UUID
	if x := c.FormValue("session"); x != "" {
		var err error
		if one, err = uuid.Parse(x); err != nil {
			return store.ErrNotFound
		}
	}
	ended, err := int64(0), h.Prove(c)
	if err == nil {
		ended, err = h.Store.EndMemberSessions(c.Request().Context(), g, m.ID, one)
	}
	if wrong, ok := pages.Problems(err); ok {
		return h.endMemberDialog(c, http.StatusUnprocessableEntity, m, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, words.Count(int(ended), "session", "sessions")+" of "+m.Name+" ended.")
	return pages.Done(c, MembersPath(c, "/", m.ID.String(), "/sessions"))
}
