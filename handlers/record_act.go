package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/views"
)

// idle tells whether an act would leave the record as it is.
func idle(a *catalog.Act, r models.Record) bool {
	if len(a.Fields) > 0 || a.Remove {
		return false
	}
	for name, v := range a.Set {
		if v == nil && r.Values[name] != nil || v != nil && r.Values[name] != v {
			return false
		}
	}
	return true
}

func (h *Handlers) actURL(rv recordVisit, a *catalog.Act, r models.Record) string {
	if a.Path != "" {
		return accountPath(r.AccountID, filled(a.Path, r.ID))
	}
	return rv.url(rv.records.ActPath(a), r)
}

func (h *Handlers) askAct(rv recordVisit, a *catalog.Act, r models.Record) error {
	return h.actForm(rv, http.StatusOK, a, r, formInput{})
}

// actForm is the dialog of an act: its form, or the question before it.
func (h *Handlers) actForm(rv recordVisit, status int, a *catalog.Act, r models.Record, in formInput) error {
	title := a.Title + " " + r.Name
	cancel := orElse(within(r.AccountID, rv.FormValue("return")), h.actBack(rv, r))
	f := h.recordFrame(rv, title, h.listLink(rv), views.Link{Text: r.Name, URL: h.oneURL(rv, r)})
	form := views.Form{
		Token: f.Token, Action: h.actURL(rv, a, r), Hidden: []views.Pair{{Name: "return", Value: cancel}},
		Submit: a.Title, Danger: a.Danger, Cancel: cancel, Problem: in.wrong[""],
	}
	if len(a.Fields) == 0 {
		title += "?"
	} else {
		var err error
		if form.Fields, err = h.formFields(rv, h.shownFields(rv, a.Fields), r.Values, in, a.Required); err != nil {
			return err
		}
		form.Problem = leftOver(rv.kind, in.wrong, form.Fields)
	}
	return render(rv.Context, status, views.DialogPage(views.Dialog{Frame: f, Title: title, Text: []string{a.Sentence}, Form: form}))
}

// actBack is where one goes after an act that says nothing of it.
func (h *Handlers) actBack(rv recordVisit, r models.Record) string {
	s := h.seenAt(rv.visit, r, "")
	if s == nil {
		return accountPath(r.AccountID)
	}
	there := newRecordVisit(rv.Context, rv.grant, s)
	if s.Inside != nil {
		there.above = rv.above
		if len(there.above) == 0 {
			there.above = []models.Record{{ID: r.ParentID}}
		}
	}
	return orElse(h.oneURL(there, r), accountPath(r.AccountID))
}

func (h *Handlers) doAct(rv recordVisit, a *catalog.Act, r models.Record) error {
	in, err := readForm(rv, h.shownFields(rv, a.Fields))
	if err != nil {
		return err
	}
	changed, err := h.store.Act(rv.Request().Context(), rv.grant, rv.kind, a, r.ID, in.values)
	if wrong, ok := problems(err); ok {
		in.wrong = wrong
		return h.actForm(rv, http.StatusUnprocessableEntity, a, r, in)
	}
	if err != nil {
		return err
	}
	h.say(rv.Context, fmt.Sprintf("%s: %s is done.", changed.Name, strings.ToLower(a.Title)))
	back := within(r.AccountID, rv.FormValue("return"))
	// The page one came from may not hold the record any more.
	switch inside := strings.Contains(back, r.ID.String()); {
	case a.Remove && (back == "" || inside):
		back = rv.url(h.listOf(rv.section).Path)
	case !a.Remove && (back == "" || inside && !h.stillAt(rv, back, changed)):
		back = h.actBack(rv, changed)
	}
	return done(rv.Context, back)
}

// stillAt tells whether a record's page of some section, given by its address,
// still shows the record.
func (h *Handlers) stillAt(rv recordVisit, back string, r models.Record) bool {
	return slices.ContainsFunc(h.catalog.Sections, func(s *catalog.Section) bool {
		if s.Records == nil || s.Records.Kind != rv.kind || s.Single() {
			return false
		}
		at := models.RecordPlace{Section: s, Parent: r.ParentID}
		there := accountPath(r.AccountID, filled(s.Path+"/:one", r.ID))
		if s.Inside != nil {
			there = accountPath(r.AccountID, filled(s.Path+"/:one", r.ParentID, r.ID))
		}
		return strings.HasPrefix(back, there) && at.Holds(r)
	})
}
