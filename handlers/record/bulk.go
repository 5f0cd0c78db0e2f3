package record

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/handlers/audit"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// bulkAct is something that may be done to many records of a list at once.
type bulkAct struct {
	key, title, text string
	permission       catalog.Permission
	danger           bool
	act              *catalog.Act   // nil for deletion and tags
	tags             *catalog.Field // of tags
}

// bulkActs are those that may be done in a list by whoever looks.
func (rv Visit) bulkActs() (all []bulkAct) {
	if rv.Timeless != nil || rv.section.Single() {
		return nil
	}
	may := func(p catalog.Permission) bool { return p != 0 && rv.Visit.May.Has(p) }
	for _, a := range rv.records.Acts {
		if may(a.Permission) && rv.records.Waits(a) && records.InBulk(rv.kind, a) && !slices.ContainsFunc(a.Fields, func(f *catalog.Field) bool { return !rv.uses(f) }) {
			all = append(all, bulkAct{a.Key, a.Title, a.Sentence, a.Permission, a.Danger, a, nil})
		}
	}
	if f, p := rv.tags(); f != nil && may(p) {
		all = append(all,
			bulkAct{records.AddTagsAct, "Add tags", "The tags they have stay.", p, false, nil, f},
			bulkAct{records.RemoveTagAct, "Remove tags", "Their other tags stay.", p, false, nil, f})
	}
	if p := rv.records.One.Records.Delete; may(p) {
		all = append(all, bulkAct{records.DeleteAct, "Delete", "You can restore them for 30 days, under Recently deleted.", p, true, nil, nil})
	}
	return all
}

// tags is the property by which records are tagged, and what changing it asks for.
func (rv Visit) tags() (*catalog.Field, catalog.Permission) {
	f := rv.kind.Field("tags")
	if f == nil || f.Widget != "tags" || !rv.uses(f) {
		return nil, 0
	}
	for _, a := range rv.records.Acts {
		if len(a.Fields) == 1 && a.Fields[0] == f {
			return f, a.Permission
		}
	}
	if one := rv.records.One.Records; slices.Contains(one.Fields, f) {
		return f, one.Edit
	}
	return nil, 0
}

// bulk is the bar of a list. A list that reaches below shows what can be changed in
// other accounts alone.
func (rv Visit) bulk(asked listAsked, total, shown int) *part.Bulk {
	acts := rv.bulkActs()
	if asked.below || len(acts) == 0 || shown == 0 {
		return nil
	}
	b := &part.Bulk{Action: rv.listURL() + "/batches/new", Keep: asked.pairs("sort", "column", "rows"), All: page.AllThatMatch(total, shown)}
	if total > records.CountCap { // as far as it was counted; the question counts on
		b.All = "All that match"
	}
	for _, a := range acts {
		b.Acts = append(b.Acts, part.BulkAct{Value: a.key, Text: a.title + "…", Danger: a.danger})
	}
	return b
}

// bulkAsked is the act that a form names, by a grant for it, and what it is done to.
func (h *Handlers) bulkAsked(rv *Visit) (bulkAct, records.Selection, listAsked, error) {
	key, acts := rv.FormValue("act"), rv.bulkActs()
	i := slices.IndexFunc(acts, func(a bulkAct) bool { return a.key == key })
	if i < 0 {
		return bulkAct{}, records.Selection{}, listAsked{}, store.Problems{"act": "Choose what to do with the selected " + rv.records.Plural + "."}
	}
	many, err := page.ReadMany(rv)
	if err != nil {
		return acts[i], records.Selection{}, listAsked{}, err
	}
	asked := h.readList(*rv)
	if err := h.grantFor(rv, acts[i].permission); err != nil {
		return acts[i], records.Selection{}, asked, err
	}
	return acts[i], records.Selection{Many: many, Query: rv.query(asked)}, asked, nil
}

// grantFor gives a visit the grant for another permission in its account.
func (h *Handlers) grantFor(rv *Visit, p catalog.Permission) (err error) {
	rv.grant, err = rv.Visit.Snapshot.Authorize(rv.Visit.Actor(), p, rv.Visit.Place.Account)
	return err
}

func (h *Handlers) askBulk(rv Visit) error {
	a, sel, asked, err := h.bulkAsked(&rv)
	if err != nil {
		return err
	}
	return h.bulkDialog(rv, http.StatusOK, a, sel, asked, formInput{})
}

// bulkDialog says what an act will do, and to how many.
func (h *Handlers) bulkDialog(rv Visit, status int, a bulkAct, sel records.Selection, asked listAsked, in formInput) error {
	found, err := h.Store.Selected(rv.Request().Context(), rv.grant, rv.At, sel)
	if err != nil {
		return err
	}
	n := len(found)
	if n > page.MostAtOnce {
		return store.Problems{"": "You can change up to " + words.Number(page.MostAtOnce) + " at a time. These are more."}
	}
	counted := words.Count(n, rv.records.Noun, rv.records.Plural)
	q := page.BulkQuestion{
		Title: a.title + ": " + counted, Text: a.text, Act: a.key, Many: sel.Many, Count: n,
		// What the list is narrowed down to stays in the address, apart from the fields of the act.
		Submit: a.title, Danger: a.danger, Action: address(rv.listURL()+"/batches", asked.pairs("sort", "column", "rows")), Cancel: address(rv.listURL(), asked.pairs()),
		Crumb: part.Link{Text: h.listTitle(rv, rv.section), URL: rv.listURL()}, Wrong: in.wrong,
	}
	if a.key == records.DeleteAct {
		q.Title = "Delete " + counted + "?"
	}
	if q.Facts, err = h.bulkFacts(rv, a, found); err != nil {
		return err
	}
	switch {
	case a.tags != nil:
		value := ""
		if in.typed != nil {
			value = in.typed.Get("tagged")
		}
		q.Fields = []part.Field{{Kind: part.Tags, Name: "tagged", Label: "Tags", Value: value, Required: true, Autofocus: true, Autocomplete: "off", Help: "Separate tags with commas.", Problem: in.wrong["tags"]}}
	case a.act != nil:
		if q.Fields, err = h.formFields(rv, h.shownFields(rv, a.act.Fields), nil, in, a.act.Required); err != nil {
			return err
		}
		q.Wrong = store.Problems{"": leftOver(rv.kind, in.wrong, q.Fields)}
	}
	q.Fields = append(q.Fields, h.recordProof(rv, in.wrong)...)
	return h.AskBulk(rv, status, q)
}

// bulkFacts are what is worth knowing before an act is done to many.
func (h *Handlers) bulkFacts(rv Visit, a bulkAct, found []records.Found) (facts []string, err error) {
	waiting := map[string]int{}
	var order []string
	ids := make([]uuid.UUID, len(found))
	for i, f := range found {
		ids[i] = f.ID
		if a.act != nil && !a.act.Applies(f.State) {
			if waiting[f.State] == 0 {
				order = append(order, f.State)
			}
			waiting[f.State]++
		}
	}
	for _, state := range order {
		facts = append(facts, fmt.Sprintf("%s, because the state is %s.", words.Count(waiting[state], rv.records.Noun+" will be skipped", rv.records.Plural+" will be skipped"), strings.ToLower(stateBadge(rv.kind.Field("state"), state).Text)))
	}
	if a.key != records.DeleteAct {
		return facts, nil
	}
	goes, stays, err := h.Store.InsideOf(rv.Request().Context(), rv.grant, ids...)
	if err != nil {
		return nil, err
	}
	uses, err := h.Store.UsesOf(rv.Request().Context(), rv.grant, rv.kind, ids...)
	if err != nil {
		return nil, err
	}
	if len(goes) > 0 {
		facts = append(facts, "Everything inside them is deleted too: "+h.counted(goes)+".")
	}
	for _, u := range uses {
		facts = append(facts, h.useText(rv, u))
	}
	if len(stays) > 0 {
		facts = append(facts, "Stays, and no longer belongs to them: "+h.counted(stays)+".")
	}
	return facts, nil
}

func (h *Handlers) doBulk(rv Visit) error {
	a, sel, asked, err := h.bulkAsked(&rv)
	if err != nil {
		return err
	}
	in := formInput{}
	if form, err := rv.FormParams(); err == nil {
		in.typed = form
	}
	what := records.Bulk{Act: a.act, Tags: a.tags, Permission: a.permission}
	if a.act != nil {
		if in, err = readForm(rv, h.shownFields(rv, a.act.Fields)); err != nil {
			return err
		}
		what.Values = in.values
	}
	tags := splitTags(rv.FormValue("tagged"))
	switch a.key {
	case records.AddTagsAct:
		what.Add = tags
	case records.RemoveTagAct:
		what.Remove = tags
	}
	var b store.Batch
	if err = h.proveRecord(rv); err == nil {
		if a.key == records.DeleteAct {
			b, err = h.Store.DeleteRecords(rv.Request().Context(), rv.grant, rv.At, sel)
		} else {
			b, err = h.Store.ChangeRecords(rv.Request().Context(), rv.grant, rv.At, what, sel)
		}
	}
	if wrong, ok := page.Problems(err); ok {
		in.wrong = wrong
		return h.bulkDialog(rv, http.StatusUnprocessableEntity, a, sel, asked, in)
	}
	if err != nil {
		return err
	}
	r := h.bulkReport(rv, b)
	r.Back = address(rv.listURL(), asked.pairs())
	return h.BulkDone(rv, r)
}

func splitTags(text string) (all []string) {
	for _, t := range strings.Split(text, ",") {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// bulkReport is what is told of a batch of this list.
func (h *Handlers) bulkReport(rv Visit, b store.Batch) page.BulkReport {
	one, several := rv.records.Noun, rv.records.Plural
	r := page.BulkReport{
		Batch: b, Things: part.Link{Text: h.listTitle(rv, rv.section), URL: rv.listURL()}, One: one, Several: several,
		Path:   rv.listURL() + "/batches/" + b.ID.String(),
		NoUndo: b.Act == "undo" || b.MadeBy != "" && b.MadeBy != rv.Visit.Session.Principal.String(),
		Names: func(ids []uuid.UUID) (map[uuid.UUID]string, error) {
			return h.Store.NamesOfAll(rv.Request().Context(), rv.grant, ids)
		},
		URL: func(id uuid.UUID) string {
			return h.oneURL(rv, records.Record{ID: id, AccountID: rv.Visit.Place.Account})
		},
	}
	counted := words.Count(len(b.Changed), one, several)
	switch b.Act {
	case records.DeleteAct:
		r.Title, r.Done = counted+" deleted", "deleted"
	case records.AddTagsAct:
		r.Title, r.Done = counted+" tagged "+b.Detail, "tagged "+b.Detail
	case records.RemoveTagAct:
		r.Title, r.Done = counted+" no longer tagged "+b.Detail, "no longer tagged "+b.Detail
	case "undo":
		r.Title, r.Done = counted+" changed back", "changed back"
	default:
		r.Done = audit.Past(b.Act)
		r.Title = page.Upper(r.Done) + " " + counted
	}
	return r
}

// recordBatch finds the batch in the address, for whoever may do what it did.
func (h *Handlers) recordBatch(rv *Visit) (store.Batch, error) {
	id, err := page.BatchID(rv)
	if err != nil {
		return store.Batch{}, err
	}
	b, err := h.Store.RecordBatch(rv.Request().Context(), rv.grant, rv.kind, id)
	if err != nil {
		return b, err
	}
	if p := h.Catalog.Permission(b.Permission); p == 0 || !rv.Visit.May.Has(p) || b.Act == records.RestoreAct { // that has a place of its own
		return b, store.ErrNotFound
	}
	return b, h.grantFor(rv, h.Catalog.Permission(b.Permission))
}

func (h *Handlers) showBulk(rv Visit) error {
	b, err := h.recordBatch(&rv)
	if err != nil {
		return err
	}
	return h.ReportBulk(rv, h.bulkReport(rv, b))
}

func (h *Handlers) undoBulk(rv Visit) error {
	b, err := h.recordBatch(&rv)
	if err != nil {
		return err
	}
	undone, err := h.Store.UndoRecordBatch(rv.Request().Context(), rv.grant, rv.kind, b)
	if err != nil {
		return err
	}
	return h.BulkDone(rv, h.bulkReport(rv, undone))
}
