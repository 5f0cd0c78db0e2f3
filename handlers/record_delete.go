package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

func (h *Handlers) askDeleteRecord(rv recordVisit, r models.Record) error {
	return h.deleteDialog(rv, http.StatusOK, r, nil)
}

// deleteDialog says what will be gone. What takes other things with it asks for
// its name to be typed.
func (h *Handlers) deleteDialog(rv recordVisit, status int, r models.Record, wrong models.Problems) error {
	goes, stays, err := h.store.Inside(rv.Request().Context(), r)
	if err != nil {
		return err
	}
	uses, err := h.store.Uses(rv.Request().Context(), r)
	if err != nil {
		return err
	}
	f := h.recordFrame(rv, "Delete "+r.Name, h.listLink(rv))
	d := views.Dialog{
		Frame: f, Title: "Delete " + r.Name + "?", Text: []string{"This can't be undone."},
		Form: views.Form{
			Token: f.Token, Action: rv.url(rv.records.OnePath()+"/delete", r), Submit: "Delete", Danger: true,
			Cancel: h.afterURL(rv, r), Problem: wrong[""],
		},
	}
	if len(goes) > 0 {
		d.Facts = append(d.Facts, "Everything inside it is deleted too: "+h.counted(goes)+".")
	}
	for _, u := range uses {
		d.Facts = append(d.Facts, h.useText(rv, u))
	}
	if wantsName(goes, uses) {
		d.Form.Fields = []views.Field{{
			Name: "confirm", Label: "Type \"" + r.Name + "\" to confirm", Required: true, Autocomplete: "off", Problem: wrong["confirm"],
		}}
	}
	d.Form.Fields = append(d.Form.Fields, h.recordProof(rv, wrong)...)
	if len(stays) > 0 {
		d.Facts = append(d.Facts, "Stays, and no longer belongs to it: "+h.counted(stays)+".")
	}
	return render(rv.Context, status, views.DialogPage(d))
}

// wantsName tells whether a deletion takes other things with it, so that the name
// has to be typed.
func wantsName(goes map[string]int, uses []models.Use) bool {
	return len(goes) > 0 || slices.ContainsFunc(uses, func(u models.Use) bool { return u.Goes })
}

// useText says what names a record, with the names that one may see, and what
// becomes of it.
func (h *Handlers) useText(rv recordVisit, u models.Use) string {
	text := "Used by " + counted(u.Count, u.Kind.Section.Records)
	var names []string
	for _, r := range u.Some {
		if h.seenAt(rv.visit, r, "") != nil {
			names = append(names, r.Name)
		}
	}
	if len(names) > 0 {
		text += ": " + strings.Join(names, ", ")
		if more := u.Count - len(names); more > 0 {
			text += " and others"
		}
	}
	switch {
	case u.Goes && u.Count == 1:
		return text + ". It is deleted too."
	case u.Goes:
		return text + ". They are deleted too."
	case u.Count == 1:
		return text + ". It stays and no longer uses this."
	}
	return text + ". They stay and no longer use this."
}

// counted lists how many of each kind.
func (h *Handlers) counted(of map[string]int) string {
	var all []string
	for _, s := range h.catalog.Sections {
		r := s.Records
		if r == nil || r.Kind.Section != s || of[r.Kind.Key] == 0 {
			continue
		}
		all = append(all, words.Count(of[r.Kind.Key], r.Noun, r.Plural))
	}
	return strings.Join(all, ", ")
}

func (h *Handlers) deleteRecord(rv recordVisit, r models.Record) error {
	ctx := rv.Request().Context()
	goes, _, err := h.store.Inside(ctx, r)
	if err != nil {
		return err
	}
	uses, err := h.store.Uses(ctx, r)
	if err != nil {
		return err
	}
	if wantsName(goes, uses) && strings.TrimSpace(rv.FormValue("confirm")) != r.Name {
		return h.deleteDialog(rv, http.StatusUnprocessableEntity, r, models.Problems{"confirm": "This is not its name."})
	}
	if err = h.proveRecord(rv); err == nil {
		err = h.store.DeleteRecord(ctx, rv.grant, rv.at, r.ID)
	}
	if wrong, ok := problems(err); ok {
		return h.deleteDialog(rv, http.StatusUnprocessableEntity, r, wrong)
	}
	if err != nil {
		return err
	}
	h.say(rv.Context, fmt.Sprintf("%s is deleted.", r.Name))
	list := h.listOf(rv.section)
	if !rv.visit.May.Has(list.View) {
		return done(rv.Context, accountPath(r.AccountID))
	}
	return done(rv.Context, rv.url(list.Path))
}
