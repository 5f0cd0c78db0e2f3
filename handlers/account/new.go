package account

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/words"
)

func (h *Handlers) newSubAccounts(c echo.Context, g authz.Grant) error {
	return h.subAccountsForm(c, g, http.StatusOK, typedNames{}, nil)
}

func (h *Handlers) subAccountsForm(c echo.Context, g authz.Grant, status int, typed typedNames, wrong store.Problems) error {
	v := guard.Of(c)
	list := page.AccountPath(v.Place.Account, "/accounts")
	p := account.SubAccountsFormPage{
		Frame:  h.Frame(c, "Add sub-accounts", part.Link{Text: "Accounts", URL: list}),
		Header: part.Header{Title: "Add sub-accounts", Text: "One name each. All of them are created, or none."},
		Action: page.AccountPath(v.Place.Account, "/sub-accounts"), Cancel: list, Problem: wrong[""], MaximumSize: 100,
	}
	p.Names, p.Pasted, p.PasteError = typed.withProblems(wrong)
	from, err := h.Store.CopySource(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p.CopiesFrom = "They start with everything that " + v.Place.Name + " may use."
	if from != "" {
		p.CopiesFrom = "They start with the permissions of " + from + ", the newest sub-account."
	}
	return page.Render(c, status, account.SubAccountsForm(p))
}

func (h *Handlers) createSubAccounts(c echo.Context, g authz.Grant) error {
	form, err := c.FormParams()
	if err != nil {
		return echo.ErrBadRequest
	}
	typed := typedNames{form["name"], form.Get("names")}
	made, err := h.Store.CreateSubAccounts(c.Request().Context(), g, typed.all())
	if wrong, ok := page.Problems(err); ok {
		return h.subAccountsForm(c, g, http.StatusUnprocessableEntity, typed, wrong)
	}
	if err != nil {
		return err
	}
	if len(made) == 1 {
		h.Say(c, made[0].Name+" is ready.")
		v := guard.Of(c)
		snap := h.Store.Access()
		if at, ok := snap.Find(made[0].ID); ok && snap.Decide(snap.Who(v.Session.Principal), h.Catalog.Permission("control_panel"), at).Allow {
			return page.Done(c, page.AccountPath(made[0].ID))
		}
	} else {
		h.Say(c, fmt.Sprintf("%d sub-accounts are ready.", len(made)))
	}
	return page.Done(c, page.AccountPath(g.Resource().Account, "/accounts"))
}

// typedNames are the names of new sub-accounts: some in a field each, and a text
// with one on each line.
type typedNames struct {
	fields []string
	text   string
}

func (t typedNames) lines() []string { return strings.Split(t.text, "\n") }

// all are the names in the order in which the store numbers its problems: those
// of the fields, then those of the text, without the empty ones.
func (t typedNames) all() []string { return NonEmpty(slices.Concat(t.fields, t.lines())) }

// linesTold is how many lines of a text are told what is wrong with each.
const linesTold = 10

// withProblems puts each problem beside what it is about.
func (t typedNames) withProblems(wrong store.Problems) (fields []account.NameRow, text, problem string) {
	n := 0
	of := func(name string) (problem string) {
		if strings.TrimSpace(name) != "" {
			problem = wrong[fmt.Sprintf("name.%d", n)]
			n++
		}
		return problem
	}
	for _, name := range t.fields {
		fields = append(fields, account.NameRow{Value: name, Problem: of(name)})
	}
	var told []string
	more := 0
	for i, line := range t.lines() {
		switch problem := of(line); {
		case problem == "":
		case len(told) < linesTold:
			told = append(told, fmt.Sprintf("Line %d: %s", i+1, problem))
		default:
			more++
		}
	}
	if more > 0 {
		told = append(told, words.Count(more, "more line has a problem.", "more lines have a problem."))
	}
	switch whole := wrong["name"]; {
	case whole == "":
	case strings.TrimSpace(t.text) != "":
		told = append(told, whole)
	case len(fields) > 0:
		fields[0].Problem = whole
	default:
		fields = []account.NameRow{{Problem: whole}}
	}
	return fields, t.text, strings.Join(told, "\n")
}
