package letter

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/mail"
	"bailiwick/models/letter"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// NoMail says what an installation without a mail server can not do.
const NoMail = "This panel doesn't send mail."

// listLetters is the mailbox of the installation: what is to be sent, and what
// became of it.
func (h *Handlers) listLetters(c echo.Context, operator store.OnDuty) error {
	q, state, period := strings.TrimSpace(c.QueryParam("q")), c.QueryParam("state"), h.AskedPeriod(c)
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return store.ErrNotFound
	}
	f := letter.PostFilter{Search: q, State: state, From: period.From, To: period.To, After: after, Limit: letter.PostPage + 1}
	all, err := h.Store.Posts(c.Request().Context(), operator, f)
	if err != nil {
		return err
	}
	asked := append([]string{"q", q, "state", state}, period.Pairs()...)
	p := record.ListPage{
		Frame: h.OwnFrame(c, "Mail"), Notice: h.mailNotice(),
		Header: part.Header{Title: "Mail of this installation", Text: "All mail of the last 30 days, newest first.",
			Actions: []part.Action{{Text: "Limits reached", URL: page.MailLimitsPath}}},
		List: part.List{
			Label: "Letters", Empty: part.Empty{Icon: "mail", Title: "No letters", Text: "Invites, links for new passwords and other letters are listed here."},
			Search: &part.Search{Action: page.MailboxPath, Value: q, Placeholder: "Search addresses", Filters: append(period.Filters("Written"), part.Field{
				Kind: part.Select, Name: "state", Label: "State", Value: state,
				Options: []part.Option{{Text: "State: any"}, {Value: "waiting", Text: "Waiting"}, {Value: "sent", Text: "Sent"}, {Value: "failed", Text: "Failed"}},
			})},
			Table: part.Table{Token: guard.Of(c).Token, Columns: []part.Column{
				{Text: "To"}, {Text: "Subject"}, {Text: "State"}, {Text: "Attempts", Number: true}, {Text: "Last error"}, {Text: "Written"}}},
		},
	}
	p.List.Chips = page.Chips(page.MailboxPath, page.KeptPairs(asked...), p.List.Search.Filters)
	p.List.Views = h.Views(c, page.MailboxPath, "letters", page.KeptPairs(asked...))
	if page.WithQuery(page.MailboxPath, asked...) != page.MailboxPath {
		p.List.Clear = page.MailboxPath
	}
	next := ""
	if len(all) > letter.PostPage {
		all = all[:letter.PostPage]
		next = all[len(all)-1].ID.String()
	}
	for _, l := range all {
		row := part.Row{ID: l.ID.String(), Page: true, Cells: []part.Cell{
			{Text: l.To, URL: letterPath(l)}, {Text: mail.Subject(l.Kind)}, {Badges: []part.Badge{h.letterBadge(l)}}, {Text: fmt.Sprint(l.Attempts)},
			{Text: l.LastError}, h.TimeCell(c, l.CreatedAt),
		}}
		if l.State == "failed" && h.Config.SendsMail {
			row.Menu = []part.Action{{Text: "Try again", Post: &part.Post{Action: letterPath(l) + "/retry"}}}
		}
		p.List.Table.Rows = append(p.List.Table.Rows, row)
	}
	if _, err := page.Paged(c, &p.List, page.Pages{Here: page.MailboxPath, One: "letter", Many: "letters", Asked: asked, Cursor: "after", Next: next, Count: func() (int, error) {
		return h.Store.CountPosts(c.Request().Context(), operator, f)
	}}); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

// mostRefusals is how many limits that were reached are listed: the newest.
const mostRefusals = 200

// listLetterRefusals shows who wanted to send more letters than they may.
func (h *Handlers) listLetterRefusals(c echo.Context, operator store.OnDuty) error {
	all, err := h.Store.LetterRefusals(c.Request().Context(), operator, mostRefusals)
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame: h.OwnFrame(c, "Limits reached"),
		Header: part.Header{Title: "Limits reached", Text: "Who tried to invite or write to more people than they may in a day, in the last 30 days.",
			Actions: []part.Action{{Text: "All mail", URL: page.MailboxPath}}},
		List: part.List{
			Label: "Limits reached", Empty: part.Empty{Icon: "mail", Title: "Nobody reached a limit", Text: "Whoever tries to send more mail than allowed is listed here."},
			Table: part.Table{Token: guard.Of(c).Token, Columns: []part.Column{
				{Text: "Who"}, {Text: "Account"}, {Text: "Limit of"}, {Text: "Not sent", Number: true}, {Text: "Last time"}}},
		},
	}
	for _, x := range all {
		p.List.Table.Rows = append(p.List.Table.Rows, part.Row{Cells: []part.Cell{
			{Text: x.Who}, {Text: x.Account, Title: x.AccountID.String()}, {Text: "The " + x.Reached}, {Text: words.Number(x.Letters)}, h.TimeCell(c, x.LastAt)}})
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

func (h *Handlers) mailNotice() *part.Alert {
	if h.Config.SendsMail {
		return nil
	}
	return &part.Alert{Tone: part.Warn, Text: NoMail + " Letters are kept here for you to pass on, until BAILIWICK_SMTP_URL names a mail server."}
}

func letterPath(l letter.Post) string { return page.MailboxPath + "/" + l.ID.String() }

func (h *Handlers) letterBadge(l letter.Post) part.Badge {
	switch {
	case l.State == "sent":
		return part.Badge{Text: "Sent", Tone: part.Good}
	case l.State == "failed":
		return part.Badge{Text: "Failed", Tone: part.Bad}
	case !h.Config.SendsMail:
		return part.Badge{Text: "Kept", Tone: part.Info}
	}
	return part.Badge{Text: "Waiting", Tone: part.Warn}
}

// showLetter tells what became of a letter; what it says only where no mail is
// sent: elsewhere that is between the panel and whoever it is to.
func (h *Handlers) showLetter(c echo.Context, operator store.OnDuty) error {
	l, err := h.letter(c, operator)
	if err != nil {
		return err
	}
	p := record.Page{
		Frame:  h.OwnFrame(c, "Letter"),
		Notice: h.mailNotice(),
		Header: part.Header{Title: mail.Subject(l.Kind), Badge: h.letterBadge(l), Actions: []part.Action{{Text: "All mail", URL: page.MailboxPath}}},
		Details: []part.Detail{
			{Label: "To", Value: part.Cell{Text: l.To}},
			{Label: "Written", Value: h.TimeCell(c, l.CreatedAt)},
			{Label: "Attempts", Value: part.Cell{Text: fmt.Sprint(l.Attempts)}},
		},
	}
	add := func(label string, value part.Cell) {
		p.Details = append(p.Details, part.Detail{Label: label, Value: value})
	}
	if l.LastError != "" {
		add("Last error", part.Cell{Text: l.LastError})
	}
	switch {
	case l.SentAt != nil:
		add("Sent", h.TimeCell(c, *l.SentAt))
	case !h.Config.SendsMail:
		r, err := mail.Render(c.Request().Context(), l.Letter, h.Config.PublicURL)
		if err != nil {
			r.Text = "This letter can't be read: it was sealed with another secret key, or by another version."
		}
		if r.Link != "" {
			add("Link", part.Cell{Text: r.Link, URL: r.Link, Mono: true})
		}
		add("Text", part.Cell{Text: r.Text, Block: true})
	case l.State == "failed":
		p.Header.Actions = append(p.Header.Actions, part.Action{Text: "Try again", Primary: true, Post: &part.Post{Action: letterPath(l) + "/retry"}})
	case l.Attempts > 0:
		add("Next attempt", h.TimeCell(c, l.NextAt))
	}
	return page.Render(c, http.StatusOK, record.Record(p))
}

func (h *Handlers) letter(c echo.Context, operator store.OnDuty) (letter.Post, error) {
	id, err := uuid.Parse(c.Param("letter"))
	if err != nil {
		return letter.Post{}, store.ErrNotFound
	}
	return h.Store.Post(c.Request().Context(), operator, id)
}

func (h *Handlers) retryLetter(c echo.Context, operator store.OnDuty) error {
	l, err := h.letter(c, operator)
	if err == nil {
		err = h.Store.RetryLetter(c.Request().Context(), operator, l.ID)
	}
	if err != nil {
		return err
	}
	h.Say(c, "The letter to "+l.To+" is tried again.")
	return page.Done(c, letterPath(l))
}
