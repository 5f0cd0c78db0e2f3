package handlers

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/mail"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

const (
	mailboxPath    = "/operator/mail"
	mailLimitsPath = "/operator/mail-limits"
)

// noMail says what an installation without a mail server can not do.
const noMail = "This panel does not send mail."

// listLetters is the mailbox of the installation: what is to be sent, and what
// became of it.
func (h *Handlers) listLetters(c echo.Context, operator models.OnDuty) error {
	q, state := c.QueryParam("q"), c.QueryParam("state")
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return models.ErrNotFound
	}
	all, err := h.store.Posts(c.Request().Context(), operator, models.PostFilter{Search: q, State: state, After: after, Limit: models.PostPage + 1})
	if err != nil {
		return err
	}
	asked := []string{"q", q, "state", state}
	p := views.RecordListPage{
		Frame: h.ownFrame(c, "Mail"), Notice: h.mailNotice(),
		Header: views.Header{Title: "Mail of this installation", Text: "Letters of the last 30 days to anybody, the newest first.",
			Actions: []views.Action{{Text: "Limits reached", URL: mailLimitsPath}}},
		List: views.List{
			Label: "Letters", Empty: views.Empty{Icon: "mail", Title: "No letters", Text: "Invites, links for new passwords and the like stand here."},
			Search: &views.Search{Action: mailboxPath, Value: q, Placeholder: "Search addresses", Filters: []views.Field{{
				Kind: views.Select, Name: "state", Label: "State", Value: state,
				Options: []views.Option{{Text: "State: any"}, {Value: "waiting", Text: "Waiting"}, {Value: "sent", Text: "Sent"}, {Value: "failed", Text: "Failed"}},
			}}},
			Table: views.Table{Token: guard.Of(c).Token, Columns: []views.Column{
				{Text: "To"}, {Text: "Subject"}, {Text: "State"}, {Text: "Attempts", Number: true}, {Text: "Last error"}, {Text: "Written"}}},
		},
	}
	if withQuery(mailboxPath, asked...) != mailboxPath {
		p.List.Clear = mailboxPath
	}
	if after != uuid.Nil {
		p.List.Pager.Previous = withQuery(mailboxPath, asked...)
	}
	if len(all) > models.PostPage {
		all = all[:models.PostPage]
		p.List.Pager.Next = withQuery(mailboxPath, append(asked, "after", all[len(all)-1].ID.String())...)
	}
	for _, l := range all {
		row := views.Row{ID: l.ID.String(), Page: letterPath(l), Cells: []views.Cell{
			{Text: l.To, URL: letterPath(l)}, {Text: mail.Subject(l.Kind)}, {Badges: []views.Badge{h.letterBadge(l)}}, {Text: fmt.Sprint(l.Attempts)},
			{Text: l.LastError}, {Text: when(c, l.CreatedAt, h.store.Now()), Title: exact(l.CreatedAt.In(zone(c)))},
		}}
		if l.State == "failed" && h.config.SendsMail {
			row.Menu = []views.Action{{Text: "Try again", Post: &views.Post{Action: letterPath(l) + "/retry"}}}
		}
		p.List.Table.Rows = append(p.List.Table.Rows, row)
	}
	return render(c, http.StatusOK, views.RecordList(p))
}

// mostRefusals is how many limits that were reached are listed: the newest.
const mostRefusals = 200

// listLetterRefusals shows who wanted to send more letters than they may.
func (h *Handlers) listLetterRefusals(c echo.Context, operator models.OnDuty) error {
	all, err := h.store.LetterRefusals(c.Request().Context(), operator, mostRefusals)
	if err != nil {
		return err
	}
	p := views.RecordListPage{
		Frame: h.ownFrame(c, "Limits reached"),
		Header: views.Header{Title: "Limits reached", Text: "Who tried to invite or write to more people than they may in a day, in the last 30 days.",
			Actions: []views.Action{{Text: "All mail", URL: mailboxPath}}},
		List: views.List{
			Label: "Limits reached", Empty: views.Empty{Icon: "mail", Title: "Nobody reached a limit", Text: "Whoever tries to send more mail than allowed is listed here."},
			Table: views.Table{Token: guard.Of(c).Token, Columns: []views.Column{
				{Text: "Who"}, {Text: "Account"}, {Text: "Limit of"}, {Text: "Not sent", Number: true}, {Text: "Last time"}}},
		},
	}
	for _, x := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, views.Row{Cells: []views.Cell{
			{Text: x.Who}, {Text: x.Account, Title: x.AccountID.String()}, {Text: "The " + x.Reached}, {Text: words.Number(x.Letters)}, h.timeCell(c, x.LastAt)}})
	}
	return render(c, http.StatusOK, views.RecordList(p))
}

func (h *Handlers) mailNotice() *views.Alert {
	if h.config.SendsMail {
		return nil
	}
	return &views.Alert{Tone: views.Warn, Text: noMail + " Letters are kept here, to be passed on by hand, until BAILIWICK_SMTP_URL names a mail server."}
}

func letterPath(l models.Post) string { return mailboxPath + "/" + l.ID.String() }

func (h *Handlers) letterBadge(l models.Post) views.Badge {
	switch {
	case l.State == "sent":
		return views.Badge{Text: "Sent", Tone: views.Good}
	case l.State == "failed":
		return views.Badge{Text: "Failed", Tone: views.Bad}
	case !h.config.SendsMail:
		return views.Badge{Text: "Kept", Tone: views.Info}
	}
	return views.Badge{Text: "Waiting", Tone: views.Warn}
}

// showLetter tells what became of a letter; what it says only where no mail is
// sent: elsewhere that is between the panel and whoever it is to.
func (h *Handlers) showLetter(c echo.Context, operator models.OnDuty) error {
	l, err := h.letter(c, operator)
	if err != nil {
		return err
	}
	p := views.RecordPage{
		Frame:  h.ownFrame(c, "Letter"),
		Notice: h.mailNotice(),
		Header: views.Header{Title: mail.Subject(l.Kind), Badge: h.letterBadge(l), Actions: []views.Action{{Text: "All mail", URL: mailboxPath}}},
		Details: []views.Detail{
			{Label: "To", Value: views.Cell{Text: l.To}},
			{Label: "Written", Value: h.timeCell(c, l.CreatedAt)},
			{Label: "Attempts", Value: views.Cell{Text: fmt.Sprint(l.Attempts)}},
		},
	}
	add := func(label string, value views.Cell) {
		p.Details = append(p.Details, views.Detail{Label: label, Value: value})
	}
	if l.LastError != "" {
		add("Last error", views.Cell{Text: l.LastError})
	}
	switch {
	case l.SentAt != nil:
		add("Sent", h.timeCell(c, *l.SentAt))
	case !h.config.SendsMail:
		r, err := mail.Render(c.Request().Context(), l.Letter, h.config.PublicURL)
		if err != nil {
			r.Text = "What it said can not be read any more: it was sealed with another secret key, or by another version."
		}
		if r.Link != "" {
			add("Link", views.Cell{Text: r.Link, URL: r.Link, Mono: true})
		}
		add("Text", views.Cell{Text: r.Text, Block: true})
	case l.State == "failed":
		p.Header.Actions = append(p.Header.Actions, views.Action{Text: "Try again", Primary: true, Post: &views.Post{Action: letterPath(l) + "/retry"}})
	case l.Attempts > 0:
		add("Next attempt", h.timeCell(c, l.NextAt))
	}
	return render(c, http.StatusOK, views.Record(p))
}

func (h *Handlers) letter(c echo.Context, operator models.OnDuty) (models.Post, error) {
	id, err := uuid.Parse(c.Param("letter"))
	if err != nil {
		return models.Post{}, models.ErrNotFound
	}
	return h.store.Post(c.Request().Context(), operator, id)
}

func (h *Handlers) retryLetter(c echo.Context, operator models.OnDuty) error {
	l, err := h.letter(c, operator)
	if err == nil {
		err = h.store.RetryLetter(c.Request().Context(), operator, l.ID)
	}
	if err != nil {
		return err
	}
	h.say(c, "The letter to "+l.To+" is tried again.")
	return done(c, letterPath(l))
}
