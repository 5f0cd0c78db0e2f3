package handlers

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

func twoStepRulePath(v *guard.Visit) string {
	return accountPath(v.Place.Account, "/settings/security/two-step")
}

// securityLink leads to the first page of Security.
func securityLink(v *guard.Visit) views.Link {
	return views.Link{Text: "Security", URL: networksPath(v.Place.Account)}
}

func networksPath(account uuid.UUID) string {
	return accountPath(account, "/settings/security/allowed")
}

// securityTabs are the pages of Security.
func securityTabs(v *guard.Visit, current string) []views.Tab {
	all := []views.Tab{
		{Text: "Networks", URL: securityLink(v).URL}, {Text: "Two-step sign-in", URL: twoStepRulePath(v)}, {Text: "Idle limit", URL: idleLimitPath(v)}, {Text: "Sign-ins", URL: signInsPath(v)},
	}
	for i := range all {
		all[i].Current = all[i].Text == current
	}
	return all
}

// showTwoStepRule says whether everybody in the account needs a second step.
func (h *Handlers) showTwoStepRule(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	rule, err := h.store.TwoStepRule(c.Request().Context(), g)
	if err != nil {
		return err
	}
	p := views.RecordPage{
		Frame: h.frame(c, "Two-step sign-in", securityLink(v)), Tabs: securityTabs(v, "Two-step sign-in"),
		Header:  views.Header{Title: "Two-step sign-in", Badge: views.Badge{Text: "Optional"}, Text: "A password and a code: whoever learns somebody’s password still does not get into " + v.Place.Name + "."},
		Details: []views.Detail{{Label: "People who have set it up", Value: views.Cell{Text: words.Number(rule.Ready) + " of " + words.Number(rule.People)}}},
	}
	act := views.Action{Text: "Require of everybody…", URL: twoStepRulePath(v) + "/require", Dialog: true, Icon: "shield-check", Primary: true}
	if rule.Since != nil {
		p.Header.Badge = views.Badge{Text: "Required", Tone: views.Good}
		p.Details = append(p.Details, views.Detail{Label: "Required since", Value: views.Cell{Text: when(c, *rule.Since, h.store.Now()), Title: exact(rule.Since.In(zone(c)))}})
		act = views.Action{Text: "Require no longer…", URL: twoStepRulePath(v) + "/free", Dialog: true}
	}
	if h.may(c, "security.edit") {
		p.Header.Actions = []views.Action{act}
	}
	return render(c, http.StatusOK, views.Record(p))
}

// askRequireTwoStep leads whoever has no second step themselves to set it up.
func (h *Handlers) askRequireTwoStep(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	own, err := h.store.TwoStep(c.Request().Context(), authz.Self(v.Actor()), v.Session)
	if err != nil {
		return err
	}
	if !own.On() && own.Passkeys == 0 {
		h.say(c, "Set it up for yourself first. Then you can require it of everybody.")
		return done(c, withQuery(twoStepPath+"/set-up", "return", twoStepRulePath(v)))
	}
	return h.requireDialog(c, g, http.StatusOK, nil)
}

func (h *Handlers) requireDialog(c echo.Context, g authz.Grant, status int, wrong models.Problems) error {
	v := guard.Of(c)
	rule, err := h.store.TwoStepRule(c.Request().Context(), g)
	if err != nil {
		return err
	}
	f := h.frame(c, "Require two-step sign-in", securityLink(v), views.Link{Text: "Two-step sign-in", URL: twoStepRulePath(v)})
	return render(c, status, views.DialogPage(views.Dialog{
		Frame: f, Title: "Require two-step sign-in of everybody in " + v.Place.Name + "?",
		Text: []string{
			"Of the " + words.Number(rule.People) + " people here, " + words.Count(rule.Ready, "has", "have") + " set it up. The others are asked to at their next sign-in, and come in here only then.",
			"Who is signed in now stays so until their session ends. Sub-accounts decide for themselves.",
		},
		Form: views.Form{Token: f.Token, Action: twoStepRulePath(v) + "/require", Submit: "Require it", Cancel: twoStepRulePath(v),
			Problem: wrong[""], Fields: h.proofFields(c, wrong)},
	}))
}

func (h *Handlers) requireTwoStep(c echo.Context, g authz.Grant) error {
	err := h.prove(c)
	if err == nil {
		err = h.store.RequireTwoStep(c.Request().Context(), g, guard.Of(c).Session, true)
	}
	if wrong, ok := problems(err); ok {
		return h.requireDialog(c, g, http.StatusUnprocessableEntity, wrong)
	}
	return h.twoStepRuleDone(c, err, "Everybody here signs in by two steps from now on.")
}

func (h *Handlers) twoStepRuleDone(c echo.Context, err error, text string) error {
	if err != nil {
		return err
	}
	h.say(c, text)
	return done(c, twoStepRulePath(guard.Of(c)))
}

func (h *Handlers) askFreeTwoStep(c echo.Context, _ authz.Grant) error {
	return h.freeDialog(c, http.StatusOK, nil)
}

func (h *Handlers) freeDialog(c echo.Context, status int, wrong models.Problems) error {
	v := guard.Of(c)
	f := h.frame(c, "Require two-step sign-in no longer", securityLink(v), views.Link{Text: "Two-step sign-in", URL: twoStepRulePath(v)})
	return render(c, status, views.DialogPage(views.Dialog{
		Frame: f, Title: "Require two-step sign-in no longer?",
		Text: []string{"A password alone lets people into " + v.Place.Name + " then. Who has set it up keeps it until they turn it off."},
		Form: views.Form{Token: f.Token, Action: twoStepRulePath(v) + "/free", Submit: "Require no longer", Danger: true, Cancel: twoStepRulePath(v),
			Problem: wrong[""], Fields: h.proofFields(c, wrong)},
	}))
}

func (h *Handlers) freeTwoStep(c echo.Context, g authz.Grant) error {
	err := h.prove(c)
	if err == nil {
		err = h.store.RequireTwoStep(c.Request().Context(), g, guard.Of(c).Session, false)
	}
	if wrong, ok := problems(err); ok {
		return h.freeDialog(c, http.StatusUnprocessableEntity, wrong)
	}
	return h.twoStepRuleDone(c, err, "A password alone is enough again.")
}
