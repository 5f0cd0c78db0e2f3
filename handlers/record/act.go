package record

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"bailiwick/catalog"
	"bailiwick/handlers/audit"
	"bailiwick/handlers/login"
	"bailiwick/handlers/page"
	"bailiwick/models/record"
	"bailiwick/views/part"
)

// idle tells whether an act would leave the record as it is.
func idle(a *catalog.Act, r record.Record) bool {
	if len(a.Fields) > 0 || a.Remove {
		return false
	}
	for name, v := range a.Set {
		if is := r.Values[name]; is != v && !(is == nil && v == false) {
			return false
		}
	}
	return true
}

func (h *Handlers) actURL(rv Visit, a *catalog.Act, r record.Record) string {
	if a.Path != "" {
		return page.AccountPath(r.AccountID, filled(a.Path, r.ID))
	}
	return rv.url(rv.records.ActPath(a), r)
}

func (h *Handlers) askAct(rv Visit, a *catalog.Act, r record.Record) error {
	if asked, err := h.suggests(rv, a.Fields); asked {
		return err
	}
	return h.actForm(rv, http.StatusOK, a, r, formInput{})
}

// actForm is the dialog of an act: its form, or the question before it.
func (h *Handlers) actForm(rv Visit, status int, a *catalog.Act, r record.Record, in formInput) error {
	title := a.To(h.called(rv, r))
	cancel := cmp.Or(login.Within(r.AccountID, rv.FormValue("return")), h.actBack(rv, r))
	f := h.frameOfOne(rv, title, a.Title, r)
	form := part.Form{
		Token: f.Token, Action: h.actURL(rv, a, r), Hidden: []part.Pair{{Name: "return", Value: cancel}},
		Submit: a.Title, Danger: a.Danger, Cancel: cancel, Problem: in.wrong[""],
	}
	costs, err := h.costs(rv, a, r)
	if err != nil {
		return err
	}
	if len(a.Fields) == 0 {
		title += "?"
	} else {
		in.page = form.Action
		if form.Fields, err = h.formFields(rv, h.shownFields(rv, a.Fields), r.Values, in, a.Required); err != nil {
			return err
		}
		form.Problem = leftOver(rv.kind, in.wrong, form.Fields)
	}
	return page.Render(rv.Context, status, part.DialogPage(part.Dialog{Frame: f, Title: title, Text: []string{a.Sentence}, Facts: costs, Form: form}))
}

// costs says what an act takes from the balance and, to those who may see that, what it
// leaves of it. A number's price is all that an act takes.
func (h *Handlers) costs(rv Visit, a *catalog.Act, r record.Record) ([]string, error) {
	if r.Kind+"."+a.Key != "number.buy" {
		return nil, nil
	}
	price, _ := r.Values["price"].(float64)
	all := []string{"Price: " + h.Money(price) + " a month"}
	billing := h.Catalog.Section("billing")
	if !rv.Visit.May.Has(billing.View) {
		return all, nil
	}
	balance, err := h.Store.Sum(rv.Request().Context(), rv.grant, billing.Records.Kind.Key)
	if err != nil {
		return nil, err
	}
	left, _ := strconv.ParseFloat(balance, 64) // it writes numbers
	return append(all, "Balance: "+h.Sum(balance)+", "+h.Money(left-price)+" after"), nil
}

// actBack is where one goes after an act that says nothing of it.
func (h *Handlers) actBack(rv Visit, r record.Record) string {
	s := h.seenAt(rv.Visit, r, "")
	if s == nil {
		return page.AccountPath(r.AccountID)
	}
	there := NewRecordVisit(rv.Context, rv.grant, s)
	if s.Inside != nil {
		there.above = rv.above
		if len(there.above) == 0 {
			there.above = []record.Record{{ID: r.ParentID}}
		}
	}
	return cmp.Or(h.oneURL(there, r), page.AccountPath(r.AccountID))
}

func (h *Handlers) doAct(rv Visit, a *catalog.Act, r record.Record) error {
	in, err := readForm(rv, h.shownFields(rv, a.Fields))
	if err != nil {
		return err
	}
	if in.find != "" {
		return h.actForm(rv, http.StatusOK, a, r, in)
	}
	changed, err := h.Store.Act(rv.Request().Context(), rv.grant, rv.kind, a, r.ID, in.values)
	if wrong, ok := page.Problems(err); ok {
		in.wrong = wrong
		return h.actForm(rv, http.StatusUnprocessableEntity, a, r, in)
	}
	if err != nil {
		return err
	}
	back := login.Within(r.AccountID, rv.FormValue("return"))
	// The page one came from may not hold the record any more.
	switch inside := strings.Contains(back, r.ID.String()); {
	case a.Remove && (back == "" || inside):
		back = rv.url(h.ListOf(rv.section).Path)
	case !a.Remove && (back == "" || inside && !h.stillAt(rv, back, changed)):
		back = h.actBack(rv, changed)
	}
	var undo []page.UndoState
	if a.Remove {
		undo = []page.UndoState{undoDelete(changed, back)}
	}
	h.Say(rv.Context, h.done(rv, a, changed), undo...)
	return page.Done(rv.Context, back)
}

// done says what an act did, which is any change where it left each of its fields free.
func (h *Handlers) done(rv Visit, a *catalog.Act, r record.Record) string {
	past := audit.Past(a.Key)
	if len(a.Fields) > 0 && len(a.Required)+len(a.Set) == 0 && !adds(a) {
		past = "changed"
	}
	return page.Upper(past) + " " + h.called(rv, r) + "."
}

// stillAt tells whether a record's page of some section, given by its address,
// still shows the record.
func (h *Handlers) stillAt(rv Visit, back string, r record.Record) bool {
	return slices.ContainsFunc(h.Catalog.Sections, func(s *catalog.Section) bool {
		if s.Records == nil || s.Records.Kind != rv.kind || s.Single() {
			return false
		}
		at := record.Place{Section: s, Parent: r.ParentID}
		there := page.AccountPath(r.AccountID, filled(s.Path+"/:one", r.ID))
		if s.Inside != nil {
			there = page.AccountPath(r.AccountID, filled(s.Path+"/:one", r.ParentID, r.ID))
		}
		return strings.HasPrefix(back, there) && at.Holds(r)
	})
}
