package handlers

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

func (h *Handlers) askDeleteSubAccount(c echo.Context, g authz.Grant) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	return h.deleteAccountDialog(c, g, http.StatusOK, a, nil)
}

func (h *Handlers) deleteSubAccount(c echo.Context, g authz.Grant) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	err = h.prove(c)
	if err == nil {
		err = h.store.DeleteAccount(c.Request().Context(), g, a.ID, c.FormValue("name"), c.FormValue("along") != "")
	}
	return h.deleted(c, g, a, err, accountPath(g.Resource().Account, "/accounts"))
}

// ownMainAccount gives the acting account where the reader may delete it.
func (h *Handlers) ownMainAccount(c echo.Context, g authz.Grant) (models.Account, error) {
	a, err := h.store.Account(c.Request().Context(), g.Resource().Tenant, g.Resource().Account)
	if p := a.Undeletable(g.Actor().ID); p != "" && err == nil {
		err = models.Problems{"": p}
	}
	return a, err
}

func (h *Handlers) askDeleteOwnAccount(c echo.Context, g authz.Grant) error {
	a, err := h.ownMainAccount(c, g)
	if err != nil {
		return err
	}
	return h.deleteAccountDialog(c, g, http.StatusOK, a, nil)
}

func (h *Handlers) deleteOwnAccount(c echo.Context, g authz.Grant) error {
	a, err := h.ownMainAccount(c, g)
	if err != nil {
		return err
	}
	err = h.prove(c)
	if err == nil {
		err = h.store.DeleteOwnAccount(c.Request().Context(), g, c.FormValue("name"), c.FormValue("along") != "")
	}
	return h.deleted(c, g, a, err, "/accounts")
}

// deleted answers what became of a deletion.
func (h *Handlers) deleted(c echo.Context, g authz.Grant, a models.Account, err error, next string) error {
	if wrong, ok := problems(err); ok {
		return h.deleteAccountDialog(c, g, http.StatusUnprocessableEntity, a, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, a.Name+" is deleted.")
	return done(c, next)
}

// deleteAccountDialog says what goes with an account, and asks for its name and for
// who asks.
func (h *Handlers) deleteAccountDialog(c echo.Context, g authz.Grant, status int, a models.Account, wrong models.Problems) error {
	e, err := h.store.DeleteEffect(c.Request().Context(), g, a)
	if err != nil {
		return err
	}
	title, cancel := "Delete "+a.Name, subAccountPath(c, a.ID)
	f := h.frame(c, title, h.subAccountCrumbs(c, a)...)
	if a.ID == guard.Of(c).Place.Account {
		cancel = accountPath(a.ID, "/settings/account")
		f = h.frame(c, title, views.Link{Text: "Account", URL: cancel})
	}
	d := views.Dialog{
		Frame: f, Title: title + "?", Text: []string{"It is gone at once and for good, for everybody. With it goes all that it holds:"}, Facts: h.deleteWords(e),
		Form: views.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Delete " + a.Name, Danger: true, Cancel: cancel, Problem: wrong[""]},
	}
	if len(d.Facts) == 0 {
		d.Text = []string{"It is gone at once and for good, for everybody. It holds nothing yet."}
	}
	if e.Below > 0 {
		d.Form.Fields = append(d.Form.Fields, views.Field{Kind: views.Checkbox, Name: "along", Problem: wrong["along"], Checked: c.FormValue("along") != "",
			Label: "With its " + words.Count(e.Below, "sub-account", "sub-accounts")})
	}
	d.Form.Fields = append(d.Form.Fields, views.Field{Name: "name", Label: "Write “" + a.Name + "” to say that it is this one", Value: c.FormValue("name"), Problem: wrong["name"],
		Required: true, Autocomplete: "off"})
	d.Form.Fields = append(d.Form.Fields, h.proofFields(c, wrong)...)
	return render(c, status, views.DialogPage(d))
}

// deleteWords are what goes with an account, as a list.
func (h *Handlers) deleteWords(e models.DeleteEffect) (facts []string) {
	add := func(n int, one, many string) {
		if n > 0 {
			facts = append(facts, words.Count(n, one, many))
		}
	}
	add(e.Below, "account below it", "accounts below it")
	add(e.Members, "membership; the login of that person stays", "memberships; the logins of these people stay")
	add(e.Subusers, "subuser", "subusers")
	add(e.Invites, "invite that waits", "invites that wait")
	var held []string
	for _, kind := range slices.Sorted(maps.Keys(e.Records)) {
		if k := h.catalog.Kind(kind); k != nil {
			held = append(held, words.Count(e.Records[kind], k.Section.Records.Noun, k.Section.Records.Plural))
		}
	}
	if e.MoreRecords {
		held = append(held, "and more: only "+words.Number(models.DeleteCounted)+" are counted")
	}
	if len(held) > 0 {
		facts = append(facts, strings.Join(held, ", "))
	}
	return facts
}
