package account

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/part"
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
	err = h.Prove(c)
	if err == nil {
		err = h.Store.DeleteAccount(c.Request().Context(), g, a.ID, c.FormValue("name"), c.FormValue("along") != "")
	}
	return h.deleted(c, g, a, err, page.AccountPath(g.Resource().Account, "/accounts"))
}

// ownMainAccount gives the acting account where the reader may delete it.
func (h *Handlers) ownMainAccount(c echo.Context, g authz.Grant) (account.Account, error) {
	a, err := h.Store.Account(c.Request().Context(), g.Resource().Tenant, g.Resource().Account)
	if p := a.Undeletable(g.Actor().ID); p != "" && err == nil {
		err = store.Problems{"": p}
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
	err = h.Prove(c)
	if err == nil {
		err = h.Store.DeleteOwnAccount(c.Request().Context(), g, c.FormValue("name"), c.FormValue("along") != "")
	}
	return h.deleted(c, g, a, err, "/accounts")
}

// deleted answers what became of a deletion.
func (h *Handlers) deleted(c echo.Context, g authz.Grant, a account.Account, err error, next string) error {
	if wrong, ok := page.Problems(err); ok {
		return h.deleteAccountDialog(c, g, http.StatusUnprocessableEntity, a, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, a.Name+" is deleted.")
	return page.Done(c, next)
}

// deleteAccountDialog says what goes with an account, and asks for its name and for
// who asks.
func (h *Handlers) deleteAccountDialog(c echo.Context, g authz.Grant, status int, a account.Account, wrong store.Problems) error {
	e, err := h.Store.DeleteEffect(c.Request().Context(), g, a)
	if err != nil {
		return err
	}
	title, cancel := "Delete "+a.Name, subAccountPath(c, a.ID)
	f := h.Frame(c, title, h.subAccountCrumbs(c, a)...)
	if a.ID == guard.Of(c).Place.Account {
		cancel = page.AccountPath(a.ID, "/settings/account")
		f = h.Frame(c, title, part.Link{Text: "Account", URL: cancel})
	}
	d := part.Dialog{
		Frame: f, Title: title + "?", Text: []string{"This can't be undone. Everything in it is deleted, for everyone:"}, Facts: h.deleteWords(e),
		Form: part.Form{Token: f.Token, Action: c.Request().URL.Path, Submit: "Delete " + a.Name, Danger: true, Cancel: cancel, Problem: wrong[""]},
	}
	if len(d.Facts) == 0 {
		d.Text = []string{"This can't be undone. It's empty."}
	}
	if e.Below > 0 {
		d.Form.Fields = append(d.Form.Fields, part.Field{Kind: part.Checkbox, Name: "along", Problem: wrong["along"], Checked: c.FormValue("along") != "",
			Label: "With its " + words.Count(e.Below, "sub-account", "sub-accounts")})
	}
	d.Form.Fields = append(d.Form.Fields, part.Field{Name: "name", Label: "Type “" + a.Name + "” to confirm", Value: c.FormValue("name"), Problem: wrong["name"],
		Required: true, Autocomplete: "off"})
	d.Form.Fields = append(d.Form.Fields, h.ProofFields(c, wrong)...)
	return page.Render(c, status, part.DialogPage(d))
}

// deleteWords are what goes with an account, as a list.
func (h *Handlers) deleteWords(e account.DeleteEffect) (facts []string) {
	add := func(n int, one, many string) {
		if n > 0 {
			facts = append(facts, words.Count(n, one, many))
		}
	}
	add(e.Below, "account below it", "accounts below it")
	add(e.Members, "membership; the login of that person stays", "memberships; the logins of these people stay")
	add(e.Subusers, "subuser", "subusers")
	add(e.Invites, "pending invite", "pending invites")
	var held []string
	for _, kind := range slices.Sorted(maps.Keys(e.Records)) {
		if k := h.Catalog.Kind(kind); k != nil {
			held = append(held, words.Count(e.Records[kind], k.Section.Records.Noun, k.Section.Records.Plural))
		}
	}
	if e.MoreRecords {
		held = append(held, "and more: only "+words.Number(account.DeleteCounted)+" are counted")
	}
	if len(held) > 0 {
		facts = append(facts, strings.Join(held, ", "))
	}
	return facts
}
