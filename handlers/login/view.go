package login

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

// aList is the path of one. Whether it is there, and may be seen, is decided when
// it is opened.
var aList = regexp.MustCompile(`^(/a/[0-9a-f-]{36}|/operator)(/[A-Za-z0-9_-]{1,64}){1,5}$`)

// askedView reads the view that a form or an address is about.
func askedView(c echo.Context) (v login.View, err error) {
	v = login.View{At: c.FormValue("at"), Name: c.FormValue("name")}
	if !aList.MatchString(v.At) {
		return v, store.ErrNotFound
	}
	asked, err := url.ParseQuery(c.FormValue("query"))
	if err != nil {
		return v, store.ErrNotFound
	}
	var pairs []part.Pair
	for name, values := range asked {
		for _, value := range values {
			pairs = append(pairs, part.Pair{Name: name, Value: value})
		}
	}
	v.Query = page.ViewQuery(pairs)
	return v, nil
}

// newView asks by what name to save a list, or which view it is to replace.
func (h *Handlers) newView(c echo.Context, _ authz.Grant) error {
	v, err := askedView(c)
	if err != nil {
		return err
	}
	return h.viewDialog(c, http.StatusOK, v, "", "Save view", nil)
}

// renameView asks for another name of a view.
func (h *Handlers) renameView(c echo.Context, _ authz.Grant) error {
	asked, err := askedView(c)
	if err != nil {
		return err
	}
	all, err := h.Store.Views(c.Request().Context(), guard.Of(c).Session, asked.At)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(v login.View) bool { return v.Name == asked.Name })
	if i < 0 {
		return store.ErrNotFound
	}
	return h.viewDialog(c, http.StatusOK, all[i], asked.Name, "Rename view", nil)
}

func (h *Handlers) viewDialog(c echo.Context, status int, v login.View, instead, title string, wrong store.Problems) error {
	form := part.Form{
		Token: guard.Of(c).Token, Action: page.ViewsPath, Cancel: v.Address(), Problem: wrong[""], Hidden: page.KeptPairs("at", v.At, "query", v.Query),
		Fields: []part.Field{{Name: "name", Label: "Name", Value: v.Name, Problem: wrong["name"], Required: true, MaxLength: 60, Autofocus: true, Autocomplete: "off"}},
	}
	text := "Only you see your views. A view keeps the filters, the order and the columns."
	if title == "Rename view" {
		text, form.Hidden = "Only you see your views.", append(form.Hidden, page.KeptPairs("instead", instead, "rename", "1")...)
	} else {
		all, err := h.Store.Views(c.Request().Context(), guard.Of(c).Session, v.At)
		if err != nil {
			return err
		}
		replace := part.Field{Kind: part.Select, Name: "instead", Label: "Save as", Value: instead, Defaulted: true, Options: []part.Option{{Text: "New view"}}}
		for _, old := range all {
			replace.Options = append(replace.Options, part.Option{Value: old.Name, Text: "Replace " + old.Name})
		}
		if len(all) > 0 {
			form.Fields = append(form.Fields, replace)
		}
	}
	return page.Render(c, status, part.DialogPage(part.Dialog{Frame: h.OwnFrame(c, title), Title: title, Text: []string{text}, Form: form}))
}

// saveView keeps a view, and leads back to the list as the view has it.
func (h *Handlers) saveView(c echo.Context, g authz.Grant) error {
	v, err := askedView(c)
	if err != nil {
		return err
	}
	instead, title, said := c.FormValue("instead"), "Save view", "View saved."
	if c.FormValue("rename") != "" {
		title, said = "Rename view", "View renamed."
	}
	err = h.Store.SaveView(c.Request().Context(), g, guard.Of(c).Session, v, instead)
	if wrong, ok := page.Problems(err); ok {
		return h.viewDialog(c, http.StatusUnprocessableEntity, v, instead, title, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, said)
	return page.Done(c, v.Address())
}

// deleteView removes a view; what it showed stays.
func (h *Handlers) deleteView(c echo.Context, g authz.Grant) error {
	asked, err := askedView(c)
	if err != nil {
		return err
	}
	v, err := h.Store.DeleteView(c.Request().Context(), g, guard.Of(c).Session, asked.At, asked.Name)
	if err != nil {
		return err
	}
	h.Say(c, "View deleted.", page.UndoState{Action: page.ViewsPath, Hidden: page.KeptPairs("at", v.At, "query", v.Query, "name", v.Name)})
	return page.Done(c, v.At)
}
