package login

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// tellLink tells of the use of a link that gives a new password.
func (h *Handlers) tellLink(c echo.Context, a login.Attempt, err error) {
	if errors.Is(err, store.ErrNotFound) {
		err = store.ErrSignIn
	}
	h.Tell(c, a, page.RefusedAt(err, "password", login.WhyNewPassword))
}

const recentSignIns = 20

var doorWords = map[login.Door]string{
	login.DoorMember: "Password", login.DoorSubuser: "Password", login.DoorPasskey: "Passkey", login.DoorCode: "Two-step code",
	login.DoorPassword: "Password, asked again", login.DoorSignUp: "Sign-up", login.DoorReset: "Forgotten password", login.DoorLink: "Link for a new password",
}

var outcomeWords = map[login.Outcome]part.Badge{
	login.SignInOK: {Text: "Succeeded", Tone: part.Good}, login.SignInRefused: {Text: "Refused", Tone: part.Bad},
	login.SignInLimited: {Text: "Too many tries", Tone: part.Warn}, login.SignInCrowded: {Text: "Too busy", Tone: part.Warn},
}

var whyWords = map[login.Why]string{
	login.WhySecondStep: "Password correct, code requested", login.WhyPassword: "Wrong password", login.WhySuspended: "The login is suspended", login.WhyNoPassword: "No password was set yet",
	login.WhyChanged: "The login was changed at that moment", login.WhyCode: "Wrong code", login.WhyPasskey: "The passkey didn't match", login.WhyLink: "The link no longer worked",
	login.WhyNewPassword: "The new password wasn't good enough", login.WhyLimit: "Not checked", login.WhyCrowd: "Not checked", login.WhyFault: "A fault in the panel",
}

// signInTable shows attempts; who they were at, where that is not one alone.
func (h *Handlers) signInTable(c echo.Context, all []login.SignIn, who bool) part.Table {
	t := part.Table{}
	for _, text := range []string{"Time", "Who", "Outcome", "How", "Address", "Browser"} {
		if text != "Who" || who {
			t.Columns = append(t.Columns, part.Column{Text: text})
		}
	}
	for _, x := range all {
		outcome := part.Cell{Badges: []part.Badge{outcomeWords[x.Outcome]}, Details: whyWords[x.Why]}
		if x.Tries > 1 {
			outcome.Details += ", " + words.Count(x.Tries, "try", "tries") + " within a minute"
		}
		row := part.Row{ID: x.ID.String(), Cells: []part.Cell{h.TimeCell(c, x.At)}}
		if who {
			row.Cells = append(row.Cells, part.Cell{Text: x.WhoName})
		}
		row.Cells = append(row.Cells, outcome, part.Cell{Text: doorWords[x.Door]}, part.Cell{Text: x.Address, Mono: true}, part.Cell{Text: Device(x.Agent), Title: x.Agent})
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ownSignIns are the newest attempts at the login of whoever is signed in.
func (h *Handlers) ownSignIns(c echo.Context, g authz.Grant) (part.Table, error) {
	all, err := h.Store.OwnSignIns(c.Request().Context(), g, guard.Of(c).Session, recentSignIns)
	return h.signInTable(c, all, false), err
}

// signInsAsked is what the address of a list of attempts asks for.
type signInsAsked struct {
	login.SignInFilter
	period page.Period
}

// askedSignIns reads what the address asks for. An outcome that is none is no bound.
func (h *Handlers) askedSignIns(c echo.Context) signInsAsked {
	period := h.AskedPeriod(c)
	a := signInsAsked{login.SignInFilter{Text: strings.TrimSpace(c.QueryParam("q")), From: period.From, To: period.To, Limit: login.SignInPage + 1}, period}
	if x := login.Outcome(c.QueryParam("outcome")); slices.Contains(login.Outcomes, x) {
		a.Outcome = x
	}
	a.Before, _ = uuid.Parse(c.QueryParam("before"))
	return a
}

func (a signInsAsked) pairs() []string {
	return append([]string{"q", a.Text, "outcome", string(a.Outcome)}, a.period.Pairs()...)
}

// listSignIns shows the attempts at the logins of an account's subusers, and in
// one's personal account those at one's own.
func (h *Handlers) listSignIns(c echo.Context, g authz.Grant) error {
	if c.QueryParam("format") == "csv" {
		return h.exportSignIns(c, g)
	}
	v, asked := guard.Of(c), h.askedSignIns(c)
	all, err := h.Store.SignIns(c.Request().Context(), g, asked.SignInFilter)
	if err != nil {
		return err
	}
	here, text := page.SignInsPath(v), "Sign-in attempts of subusers, kept for 90 days. Members see theirs under Your sessions."
	if v.Place.Kind == "personal" {
		text = "Sign-in attempts of yours and of subusers here, kept for 90 days."
	}
	p := record.ListPage{
		Frame: h.Frame(c, "Sign-ins", page.SecurityLink(v)), Header: part.Header{Title: "Sign-ins", Text: text},
		List: part.List{
			Label: "Sign-ins", CSVURL: page.WithQuery(here, append(asked.pairs(), "format", "csv")...),
			Empty: part.Empty{Scene: part.SceneTime, Title: "No sign-ins yet", Text: "Every attempt is kept here, also those that fail."},
		},
	}
	outcome := part.Field{Kind: part.Select, Name: "outcome", Label: "Outcome", Value: string(asked.Outcome), Options: []part.Option{{Text: "Outcome: any"}}}
	for _, x := range login.Outcomes {
		outcome.Options = append(outcome.Options, part.Option{Value: string(x), Text: outcomeWords[x].Text})
	}
	p.List.Search = &part.Search{Action: here, Value: asked.Text, Placeholder: "Search names and addresses", Filters: append(asked.period.Filters("Time"), outcome)}
	p.List.Chips = page.Chips(here, page.KeptPairs(asked.pairs()...), p.List.Search.Filters)
	p.List.Views = h.Views(c, here, "sign-ins", page.KeptPairs(asked.pairs()...))
	if page.WithQuery(here, asked.pairs()...) != here {
		p.List.Clear = here
	}
	next := ""
	if len(all) > login.SignInPage {
		all = all[:login.SignInPage]
		next = all[len(all)-1].ID.String()
	}
	p.List.Table = h.signInTable(c, all, true)
	p.List.Table.Token = v.Token
	if _, err := page.Paged(c, &p.List, page.Pages{Here: here, One: "sign-in", Many: "sign-ins", Asked: asked.pairs(), Cursor: "before", Next: next, Count: func() (int, error) {
		return h.Store.CountSignIns(c.Request().Context(), g, asked.SignInFilter)
	}}); err != nil {
		return err
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

// exportSignIns sends all that the filter shows as CSV.
func (h *Handlers) exportSignIns(c echo.Context, g authz.Grant) error {
	f := h.askedSignIns(c).SignInFilter
	f.Limit = 1000
	all, err := h.Store.SignIns(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	w := page.NewSheet(c, "sign-ins.csv")
	w.Line("at", "who", "principal", "outcome", "why", "door", "address", "browser", "tries")
	for {
		for _, x := range all {
			w.Line(x.At.Format(time.RFC3339Nano), x.WhoName, x.Who.String(), string(x.Outcome), string(x.Why), string(x.Door), x.Address, x.Agent, strconv.Itoa(x.Tries))
			f.Before = x.ID
		}
		if len(all) < f.Limit {
			return w.End()
		}
		if all, err = h.Store.SignIns(c.Request().Context(), g, f); err != nil {
			panic(http.ErrAbortHandler) // half a file must not be taken for a whole one
		}
	}
}
