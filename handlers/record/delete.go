package record

import (
	"net/http"
	"slices"
	"strings"

	"bailiwick/handlers/page"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

func (h *Handlers) askDeleteRecord(rv Visit, r record.Record) error {
	return h.deleteDialog(rv, http.StatusOK, r, nil)
}

// deleteDialog says what will be gone. What takes other things with it asks for
// its name to be typed.
func (h *Handlers) deleteDialog(rv Visit, status int, r record.Record, wrong store.Problems) error {
	goes, stays, err := h.Store.Inside(rv.Request().Context(), r)
	if err != nil {
		return err
	}
	uses, err := h.Store.Uses(rv.Request().Context(), r)
	if err != nil {
		return err
	}
	title := "Delete " + h.called(rv, r)
	f := h.frameOfOne(rv, title, "Delete", r)
	d := part.Dialog{
		Frame: f, Title: title + "?", Text: []string{"You can restore it for 30 days, under Recently deleted."},
		Form: part.Form{
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
		d.Form.Fields = []part.Field{{
			Name: "confirm", Label: "Type “" + r.Name + "” to confirm", Required: true, Autocomplete: "off", Problem: wrong["confirm"],
		}}
	}
	d.Form.Fields = append(d.Form.Fields, h.recordProof(rv, wrong)...)
	if len(stays) > 0 {
		d.Facts = append(d.Facts, "Stays, and no longer belongs to it: "+h.counted(stays)+".")
	}
	return page.Render(rv.Context, status, part.DialogPage(d))
}

// wantsName tells whether a deletion takes other things with it, so that the name
// has to be typed.
func wantsName(goes map[string]int, uses []record.Use) bool {
	return len(goes) > 0 || slices.ContainsFunc(uses, func(u record.Use) bool { return u.Goes })
}

// useText says what names a record, with the names that one may see, and what
// becomes of it.
func (h *Handlers) useText(rv Visit, u record.Use) string {
	text := "Used by " + counted(u.Count, u.Kind.Section.Records)
	var names []string
	for _, r := range u.Some {
		if h.seenAt(rv.Visit, r, "") != nil {
			names = append(names, words.Phone(r.Name))
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
	for _, s := range h.Catalog.Sections {
		r := s.Records
		if r == nil || r.Kind.Section != s || of[r.Kind.Key] == 0 {
			continue
		}
		all = append(all, words.Count(of[r.Kind.Key], r.Noun, r.Plural))
	}
	return strings.Join(all, ", ")
}

func (h *Handlers) deleteRecord(rv Visit, r record.Record) error {
	ctx := rv.Request().Context()
	goes, _, err := h.Store.Inside(ctx, r)
	if err != nil {
		return err
	}
	uses, err := h.Store.Uses(ctx, r)
	if err != nil {
		return err
	}
	if wantsName(goes, uses) && strings.TrimSpace(rv.FormValue("confirm")) != r.Name {
		return h.deleteDialog(rv, http.StatusUnprocessableEntity, r, store.Problems{"confirm": "This isn't its name."})
	}
	if err = h.proveRecord(rv); err == nil {
		err = h.Store.DeleteRecord(ctx, rv.grant, rv.At, r.ID)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.deleteDialog(rv, http.StatusUnprocessableEntity, r, wrong)
	}
	if err != nil {
		return err
	}
	back := page.AccountPath(r.AccountID)
	if list := h.ListOf(rv.section); rv.Visit.May.Has(list.View) {
		back = rv.url(list.Path)
	}
	h.Say(rv.Context, h.titleOf(rv, r, nil)+" deleted.", undoDelete(r, back))
	return page.Done(rv.Context, back)
}
