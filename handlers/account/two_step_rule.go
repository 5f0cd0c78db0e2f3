package account

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// showTwoStepRule says whether everybody in the account needs a second step.
func (h *Handlers) showTwoStepRule(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	rule, err := h.Store.TwoStepRule(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p := record.Page{
		Frame:   h.Frame(c, "Two-step sign-in", page.SecurityLink(v)),
		Header:  part.Header{Title: "Two-step sign-in", Badge: part.Badge{Text: "Optional"}, Text: "A password and a code: someone who only learns a password can't get into " + v.Place.Name + "."},
		Details: []part.Detail{{Label: "People who have set it up", Value: part.Cell{Text: words.Number(rule.Ready) + " of " + words.Number(rule.People)}}},
	}
	act := part.Action{Text: "Require for everyone…", URL: page.TwoStepRulePath(v) + "/require", Dialog: true, Icon: "shield-check", Primary: true}
	if rule.Since != nil {
		p.Header.Badge = part.Badge{Text: "Required", Tone: part.Good}
		p.Details = append(p.Details, part.Detail{Label: "Required since", Value: h.TimeCell(c, *rule.Since)})
		act = part.Action{Text: "Stop requiring…", URL: page.TwoStepRulePath(v) + "/free", Dialog: true}
	}
	if h.May(c, "security.edit") {
		p.Header.Actions = []part.Action{act}
	}
	return page.Render(c, http.StatusOK, record.Record(p))
}

// askRequireTwoStep leads whoever has no second step themselves to set it up.
func (h *Handlers) askRequireTwoStep(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	own, err := h.Store.TwoStep(c.Request().Context(), authz.Self(v.Actor()), v.Session)
	if err != nil {
		return err
	}
	if !own.On() && own.Passkeys == 0 {
		h.Say(c, "Set it up for yourself first. Then you can require it for everyone.")
		return page.Done(c, page.WithQuery(page.TwoStepPath+"/set-up", "return", page.TwoStepRulePath(v)))
	}
	return h.requireDialog(c, g, http.StatusOK, nil)
}

func (h *Handlers) requireDialog(c echo.Context, g authz.Grant, status int, wrong store.Problems) error {
	v := guard.Of(c)
	rule, err := h.Store.TwoStepRule(c.Request().Context(), g)
	if err != nil {
		return err
	}
	f := h.Frame(c, "Require two-step sign-in", page.SecurityLink(v), part.Link{Text: "Two-step sign-in", URL: page.TwoStepRulePath(v)})
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: "Require two-step sign-in for everyone in " + v.Place.Name + "?",
		Text: []string{
			"Of the " + words.Number(rule.People) + " people here, " + words.Count(rule.Ready, "has", "have") + " set it up. The others are asked to at their next sign-in, and can't open this account before.",
			"People who are signed in now stay signed in until their session ends. Sub-accounts decide for themselves.",
		},
		Form: part.Form{Token: f.Token, Action: page.TwoStepRulePath(v) + "/require", Submit: "Require it", Cancel: page.TwoStepRulePath(v),
			Problem: wrong[""], Fields: h.ProofFields(c, wrong)},
	}))
}

func (h *Handlers) requireTwoStep(c echo.Context, g authz.Grant) error {
	err := h.Prove(c)
	if err == nil {
		err = h.Store.RequireTwoStep(c.Request().Context(), g, guard.Of(c).Session, true)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.requireDialog(c, g, http.StatusUnprocessableEntity, wrong)
	}
	return h.twoStepRuleDone(c, err, "Two-step sign-in is required for everyone here now.")
}

func (h *Handlers) twoStepRuleDone(c echo.Context, err error, text string) error {
	if err != nil {
		return err
	}
	h.Say(c, text)
	return page.Done(c, page.TwoStepRulePath(guard.Of(c)))
}

func (h *Handlers) askFreeTwoStep(c echo.Context, _ authz.Grant) error {
	return h.freeDialog(c, http.StatusOK, nil)
}

func (h *Handlers) freeDialog(c echo.Context, status int, wrong store.Problems) error {
	v := guard.Of(c)
	f := h.Frame(c, "Stop requiring two-step sign-in", page.SecurityLink(v), part.Link{Text: "Two-step sign-in", URL: page.TwoStepRulePath(v)})
	return page.Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: "Stop requiring two-step sign-in?",
		Text: []string{"A password alone will be enough to get into " + v.Place.Name + " then. Who has set it up keeps it until they turn it off."},
		Form: part.Form{Token: f.Token, Action: page.TwoStepRulePath(v) + "/free", Submit: "Stop requiring", Danger: true, Cancel: page.TwoStepRulePath(v),
			Problem: wrong[""], Fields: h.ProofFields(c, wrong)},
	}))
}

func (h *Handlers) freeTwoStep(c echo.Context, g authz.Grant) error {
	err := h.Prove(c)
	if err == nil {
		err = h.Store.RequireTwoStep(c.Request().Context(), g, guard.Of(c).Session, false)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.freeDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	return h.twoStepRuleDone(c, err, "A password alone is enough again.")
}
