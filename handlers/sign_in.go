package handlers

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

// tell says in the log how an attempt came out, and has it kept where whose login
// it was at can see it (ASVS 5.0, 16.3.1). The line holds neither what was typed
// nor what is secret.
func (h *Handlers) tell(c echo.Context, a models.Attempt, err error) {
	a.Address = c.RealIP()
	x := h.store.CameOut(a, c.Request().UserAgent(), err)
	attrs := []slog.Attr{
		slog.String("event", "sign_in"), slog.String("door", string(x.Door)), slog.String("outcome", string(x.Outcome)),
		slog.String("address", x.Address), slog.String("request_id", requestID(c)),
	}
	if x.Why != "" {
		attrs = append(attrs, slog.String("why", string(x.Why)))
	}
	if x.NameDigest != "" {
		attrs = append(attrs, slog.String("name", x.NameDigest))
	}
	if x.Who.ID != uuid.Nil {
		attrs = append(attrs, slog.String("principal", x.Who.String()))
	}
	h.config.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "sign-in", attrs...)
	h.store.KeepSignIn(x)
}

// tellProof tells of a form that asked for the password besides other things: a
// problem at its field is a wrong password, one elsewhere is about the rest.
func (h *Handlers) tellProof(c echo.Context, a models.Attempt, field string, err error) {
	h.tell(c, a, refusedAt(err, field, models.WhyPassword))
}

// tellLink tells of the use of a link that gives a new password.
func (h *Handlers) tellLink(c echo.Context, a models.Attempt, err error) {
	if errors.Is(err, models.ErrNotFound) {
		err = models.ErrSignIn
	}
	h.tell(c, a, refusedAt(err, "password", models.WhyNewPassword))
}

// refusedAt is the problem at a field as a refusal; problems elsewhere are none.
func refusedAt(err error, field string, why models.Why) error {
	wrong, ok := problems(err)
	switch {
	case !ok:
		return err
	case wrong[field] != "":
		return models.Refusal{Why: why}
	}
	return nil
}

const recentSignIns = 20

func signInsPath(v *guard.Visit) string {
	return accountPath(v.Place.Account, "/settings/security/sign-ins")
}

var doorWords = map[models.Door]string{
	models.DoorMember: "Password", models.DoorSubuser: "Password", models.DoorPasskey: "Passkey", models.DoorCode: "Two-step code",
	models.DoorPassword: "Password, asked again", models.DoorSignUp: "Sign-up", models.DoorReset: "Forgotten password", models.DoorLink: "Link for a new password",
}

var outcomeWords = map[models.Outcome]views.Badge{
	models.SignInOK: {Text: "Succeeded", Tone: views.Good}, models.SignInRefused: {Text: "Refused", Tone: views.Bad},
	models.SignInLimited: {Text: "Too many tries", Tone: views.Warn}, models.SignInCrowded: {Text: "Too busy", Tone: views.Warn},
}

var whyWords = map[models.Why]string{
	models.WhySecondStep: "Password right, code asked for", models.WhyPassword: "Wrong password", models.WhySuspended: "The login is suspended", models.WhyNoPassword: "No password was set yet",
	models.WhyChanged: "The login was changed at that moment", models.WhyCode: "Wrong code", models.WhyPasskey: "The passkey didn’t match", models.WhyLink: "The link no longer worked",
	models.WhyNewPassword: "The new password wasn’t good enough", models.WhyLimit: "Not checked", models.WhyCrowd: "Not checked", models.WhyFault: "A fault in the panel",
}

// signInTable shows attempts; who they were at, where that is not one alone.
func (h *Handlers) signInTable(c echo.Context, all []models.SignIn, who bool) views.Table {
	t, now := views.Table{}, h.store.Now()
	for _, text := range []string{"Time", "Who", "Outcome", "How", "Address", "Browser"} {
		if text != "Who" || who {
			t.Columns = append(t.Columns, views.Column{Text: text})
		}
	}
	for _, x := range all {
		outcome := views.Cell{Badges: []views.Badge{outcomeWords[x.Outcome]}, Details: whyWords[x.Why]}
		if x.Tries > 1 {
			outcome.Details += ", " + words.Count(x.Tries, "try", "tries") + " within a minute"
		}
		row := views.Row{ID: x.ID.String(), Cells: []views.Cell{{Text: when(c, x.At, now), Title: exact(x.At.In(zone(c)))}}}
		if who {
			row.Cells = append(row.Cells, views.Cell{Text: x.WhoName})
		}
		row.Cells = append(row.Cells, outcome, views.Cell{Text: doorWords[x.Door]}, views.Cell{Text: x.Address, Mono: true}, views.Cell{Text: device(x.Agent), Title: x.Agent})
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ownSignIns are the newest attempts at the login of whoever is signed in.
func (h *Handlers) ownSignIns(c echo.Context, g authz.Grant) (views.Table, error) {
	all, err := h.store.OwnSignIns(c.Request().Context(), g, guard.Of(c).Session, recentSignIns)
	return h.signInTable(c, all, false), err
}

// signInsAsked is what the address of a list of attempts asks for.
type signInsAsked struct {
	models.SignInFilter
	from, to string
}

// askedSignIns reads what the address asks for. A day or an outcome that is none
// is no bound.
func askedSignIns(c echo.Context) signInsAsked {
	a := signInsAsked{models.SignInFilter{Text: strings.TrimSpace(c.QueryParam("q")), From: askedDay(c, "from"), To: askedDay(c, "to"), Limit: models.SignInPage + 1}, c.QueryParam("from"), c.QueryParam("to")}
	if x := models.Outcome(c.QueryParam("outcome")); slices.Contains(models.Outcomes, x) {
		a.Outcome = x
	}
	a.Before, _ = uuid.Parse(c.QueryParam("before"))
	if !a.To.IsZero() {
		a.To = a.To.AddDate(0, 0, 1) // the day itself is in
	}
	return a
}

func (a signInsAsked) pairs() []string {
	return []string{"q", a.Text, "outcome", string(a.Outcome), "from", a.from, "to", a.to}
}

// listSignIns shows the attempts at the logins of an account's subusers, and in
// one's personal account those at one's own.
func (h *Handlers) listSignIns(c echo.Context, g authz.Grant) error {
	if c.QueryParam("format") == "csv" {
		return h.exportSignIns(c, g)
	}
	v, asked := guard.Of(c), askedSignIns(c)
	all, err := h.store.SignIns(c.Request().Context(), g, asked.SignInFilter)
	if err != nil {
		return err
	}
	here, text := signInsPath(v), "Attempts at the logins of subusers, kept for 90 days. Members see those at theirs under Your sessions."
	if v.Place.Kind == "personal" {
		text = "Attempts at your login and those of subusers here, kept for 90 days."
	}
	p := views.RecordListPage{
		Frame: h.frame(c, "Sign-ins", securityLink(v)), Header: views.Header{Title: "Sign-ins", Text: text}, Tabs: securityTabs(v, "Sign-ins"),
		List: views.List{
			Label: "Sign-ins", CSVURL: withQuery(here, append(asked.pairs(), "format", "csv")...),
			Empty: views.Empty{Icon: "history", Title: "No sign-ins yet", Text: "Every attempt is kept here, also those that fail."},
		},
	}
	outcome := views.Field{Kind: views.Select, Name: "outcome", Label: "Outcome", Value: string(asked.Outcome), Options: []views.Option{{Text: "Outcome: any"}}}
	for _, x := range models.Outcomes {
		outcome.Options = append(outcome.Options, views.Option{Value: string(x), Text: outcomeWords[x].Text})
	}
	p.List.Search = &views.Search{Action: here, Value: asked.Text, Placeholder: "Search names and addresses", Filters: []views.Field{outcome,
		{Kind: views.Date, Name: "from", Label: "From", Value: asked.from}, {Kind: views.Date, Name: "to", Label: "To", Value: asked.to}}}
	first := withQuery(here, asked.pairs()...)
	if first != here {
		p.List.Clear = here
	}
	if asked.Before != uuid.Nil {
		p.List.Pager.Previous = first
	}
	if len(all) > models.SignInPage {
		all = all[:models.SignInPage]
		p.List.Pager.Next = withQuery(here, append(asked.pairs(), "before", all[len(all)-1].ID.String())...)
	}
	p.List.Table = h.signInTable(c, all, true)
	return render(c, http.StatusOK, views.RecordList(p))
}

// exportSignIns sends all that the filter shows as CSV.
func (h *Handlers) exportSignIns(c echo.Context, g authz.Grant) error {
	f := askedSignIns(c).SignInFilter
	f.Limit = 1000
	all, err := h.store.SignIns(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	w := newSheet(c, "sign-ins.csv")
	w.line("at", "who", "principal", "outcome", "why", "door", "address", "browser", "tries")
	for {
		for _, x := range all {
			w.line(x.At.Format(time.RFC3339Nano), x.WhoName, x.Who.String(), string(x.Outcome), string(x.Why), string(x.Door), x.Address, x.Agent, strconv.Itoa(x.Tries))
			f.Before = x.ID
		}
		if len(all) < f.Limit {
			return w.end()
		}
		if all, err = h.store.SignIns(c.Request().Context(), g, f); err != nil {
			panic(http.ErrAbortHandler) // half a file must not be taken for a whole one
		}
	}
}
