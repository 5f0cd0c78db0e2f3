package record

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	records "bailiwick/models/record"
	"bailiwick/models/store"
)

// recordList is a page of a section's records.
type recordList struct {
	Items []map[string]any `json:"items"`
	Next  *string          `json:"next"`
	Total *int             `json:"total"`
	Sum   string           `json:"sum,omitempty"`
}

// AnswerList answers a program with the list of a place.
func (h *Handlers) AnswerList(rv Visit) error {
	asked := h.readList(rv)
	q := rv.query(asked)
	q.Long, q.After, q.Before = asked.columns, rv.QueryParam("after"), rv.QueryParam("before")
	l, err := h.Store.Records(rv.Request().Context(), rv.grant, rv.At, q)
	if err != nil {
		return err
	}
	out := recordList{Items: make([]map[string]any, 0, len(l.Records)), Sum: l.Sum}
	for _, r := range l.Records {
		x := rv.answer(r)
		if rv.showsSource(asked) {
			x["account"] = l.Source(r)
		}
		out.Items = append(out.Items, x)
	}
	if l.Next != "" {
		out.Next = &l.Next
	}
	if l.Total <= records.CountCap {
		out.Total = &l.Total
	}
	return api.Answer(rv, http.StatusOK, out)
}

// answer is a record as programs read it: as its page shows it.
func (rv Visit) answer(r records.Record) map[string]any {
	out := map[string]any{
		"id": r.ID, "account": r.AccountID, "version": r.Version,
		"created_at": r.CreatedAt.UTC(), "created_by": r.CreatedByName, "updated_at": r.UpdatedAt.UTC(), "updated_by": r.UpdatedByName,
	}
	for _, f := range rv.kind.Fields {
		if v := r.Values[f.Name]; v != nil && rv.open(r, f) {
			out[f.Name] = v
		}
	}
	return out
}

// answerRecord answers a program with one record, and what was made with it once.
func (h *Handlers) answerRecord(rv Visit, status int, r records.Record, secrets map[string]string) error {
	out := rv.answer(r)
	for name, secret := range secrets {
		out[name] = secret
	}
	api.Version(rv, r.Version)
	return api.Answer(rv, status, out)
}

// AnswerRecord answers a program with one record.
func (h *Handlers) AnswerRecord(rv Visit, r records.Record) error {
	return h.answerRecord(rv, http.StatusOK, r, nil)
}

// sent reads the values that a program sent over those in into. What is no property
// can not be read; one that these fields leave out is kept for the store to refuse.
func (rv Visit) sent(body, into map[string]any) error {
	wrong := map[string]string{}
	for name, v := range body {
		f := rv.kind.Field(name)
		if f == nil {
			wrong[api.Pointer(name)] = "There is no such field."
			continue
		}
		if v == nil {
			delete(into, name)
			continue
		}
		if was, ok := into[name].(map[string]any); ok && f.Type == "object" {
			v = merged(was, v)
		}
		value, sentence := f.Read(v)
		switch {
		case sentence != "":
			wrong[api.Pointer(name)] = sentence
		case value == nil:
			delete(into, name)
		default:
			into[name] = value
		}
	}
	if len(wrong) > 0 {
		return api.Malformed{Pointers: wrong}
	}
	return nil
}

// merged lays one object of texts over another, as JSON Merge Patch does.
func merged(was map[string]any, patch any) any {
	over, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	all := maps.Clone(was)
	for name, v := range over {
		if v == nil {
			delete(all, name)
		} else {
			all[name] = v
		}
	}
	return all
}

func (h *Handlers) addRecord(rv Visit) error {
	body, values := map[string]any{}, map[string]any{}
	err := api.Decode(rv, &body)
	if err == nil {
		err = rv.sent(body, values)
	}
	if err != nil {
		return err
	}
	r, secrets, err := h.Store.CreateRecord(rv.Request().Context(), rv.grant, rv.At, values)
	if err != nil {
		return err
	}
	rv.Response().Header().Set("Location", guard.APIPath+rv.url(rv.records.OnePath(), r))
	return h.answerRecord(rv, http.StatusCreated, r, secrets)
}

func (h *Handlers) patchRecord(rv Visit, r records.Record) error {
	if err := api.Holds(rv, r.Version); err != nil {
		return err
	}
	body, values := map[string]any{}, map[string]any{}
	if err := api.Decode(rv, &body); err != nil {
		return err
	}
	for _, f := range h.shownFields(rv, rv.records.Fields) {
		if v := r.Values[f.Name]; v != nil && f.Secret == "" {
			values[f.Name] = v
		}
	}
	if err := rv.sent(body, values); err != nil {
		return err
	}
	changed, err := h.Store.EditRecord(rv.Request().Context(), rv.grant, rv.At, r.ID, r.Version, values)
	if err != nil {
		return api.Raced(rv, err)
	}
	return h.answerRecord(rv, http.StatusOK, changed, nil)
}

// confirmParameter is the name of what is deleted, where other things go with it.
var confirmParameter = api.Text("confirm", "Its name, where other things are deleted with it.")

func (h *Handlers) removeRecord(rv Visit, r records.Record) error {
	ctx := rv.Request().Context()
	err := api.Holds(rv, r.Version)
	if err == nil {
		err = api.Nothing(rv)
	}
	if err != nil {
		return err
	}
	goes, _, err := h.Store.Inside(ctx, r)
	if err != nil {
		return err
	}
	uses, err := h.Store.Uses(ctx, r)
	if err != nil {
		return err
	}
	if wantsName(goes, uses) && strings.TrimSpace(rv.QueryParam("confirm")) != r.Name {
		return store.Problems{"confirm": "This isn't its name."}
	}
	if err := h.Store.DeleteRecord(ctx, rv.grant, rv.At, r.ID); err != nil {
		return err
	}
	return rv.NoContent(http.StatusNoContent)
}

func (h *Handlers) actOnRecord(rv Visit, a *catalog.Act, r records.Record) error {
	if err := api.Holds(rv, r.Version); err != nil {
		return err
	}
	values := map[string]any{}
	switch {
	case len(a.Fields)+len(a.Sent) == 0:
		if err := api.Nothing(rv); err != nil {
			return err
		}
	case len(a.Fields) > 0 || rv.Request().ContentLength != 0:
		body := map[string]any{}
		err := api.Decode(rv, &body)
		if err == nil {
			err = rv.sent(body, values)
		}
		if err != nil {
			return err
		}
	}
	a, values = a.With(values)
	changed, err := h.Store.Act(rv.Request().Context(), rv.grant, rv.kind, a, r.ID, values)
	switch {
	case err != nil:
		return err
	case a.Remove:
		return rv.NoContent(http.StatusNoContent)
	}
	return h.answerRecord(rv, http.StatusOK, changed, nil)
}

// secretInput says how long a replaced secret counts beside the new one.
type secretInput struct {
	Overlap string `json:"overlap" jsonschema:"how long the present one is kept: none, 1h, 24h or 7d"`
}

func (h *Handlers) renewSecret(rv Visit, r records.Record) error {
	var in secretInput
	err := api.Holds(rv, r.Version)
	if err == nil {
		err = api.Decode(rv, &in)
	}
	if err != nil {
		return err
	}
	for _, o := range overlaps {
		if o.value != in.Overlap {
			continue
		}
		r, shown, err := h.Store.ReplaceSecret(rv.Request().Context(), rv.grant, rv.At, r.ID, o.lasts)
		if err != nil {
			return err
		}
		return h.answerRecord(rv, http.StatusOK, r, shown)
	}
	return store.Problems{"overlap": "Choose how long the present one is kept."}
}

// manyInput are the records to add.
type manyInput struct {
	Items []map[string]any `json:"items"`
}

// oneOfMany is what became of one.
type oneOfMany struct {
	Status  int            `json:"status" jsonschema:"201, or what the problem says"`
	Record  map[string]any `json:"record,omitempty"`
	Problem *api.Problem   `json:"problem,omitempty"`
}

// addRecords adds each of some records by itself, and says what became of each.
func (h *Handlers) addRecords(rv Visit) error {
	var in manyInput
	if err := api.Decode(rv, &in); err != nil {
		return err
	}
	if len(in.Items) == 0 || len(in.Items) > api.MaxAtOnce {
		return store.Problems{"items": "Send 1 to 500 at once."}
	}
	results := make([]oneOfMany, len(in.Items))
	for i, body := range in.Items {
		values := map[string]any{}
		err := rv.sent(body, values)
		var r records.Record
		var secrets map[string]string
		if err == nil {
			r, secrets, err = h.Store.CreateRecord(rv.Request().Context(), rv.grant, rv.At, values)
		}
		if err != nil {
			p, ours := api.ProblemOf(err)
			if !ours {
				return err
			}
			results[i] = oneOfMany{Status: p.Status, Problem: &p}
			continue
		}
		out := rv.answer(r)
		for name, secret := range secrets {
			out[name] = secret
		}
		results[i] = oneOfMany{Status: http.StatusCreated, Record: out}
	}
	return api.Answer(rv, http.StatusOK, map[string]any{"results": results})
}

// bulkInput is an act on many records.
type bulkInput struct {
	Act    string         `json:"act" jsonschema:"what is done to each"`
	IDs    []uuid.UUID    `json:"ids" jsonschema:"of the records, 500 at most"`
	Values map[string]any `json:"values,omitempty" jsonschema:"what the act's own body would be"`
	Tags   []string       `json:"tags,omitempty" jsonschema:"to add or remove"`
}

// changeRecords does an act to many records at once, and says what became of each.
func (h *Handlers) changeRecords(rv Visit) error {
	var in bulkInput
	if err := api.Decode(rv, &in); err != nil {
		return err
	}
	if len(in.IDs) > api.MaxAtOnce {
		return store.Problems{"ids": "Send at most 500 at once."}
	}
	acts := rv.bulkActs()
	i := slices.IndexFunc(acts, func(a bulkAct) bool { return a.key == in.Act })
	if i < 0 {
		return store.Problems{"act": "Choose what to do with the selected " + rv.records.Plural + "."}
	}
	a := acts[i]
	what := records.Bulk{Act: a.act, Tags: a.tags, Permission: a.permission, Values: map[string]any{}}
	switch a.key {
	case records.AddTagsAct:
		what.Add = splitTags(strings.Join(in.Tags, ","))
	case records.RemoveTagAct:
		what.Remove = splitTags(strings.Join(in.Tags, ","))
	}
	err := rv.sent(in.Values, what.Values)
	var bad api.Malformed
	if errors.As(err, &bad) {
		return bad.Below("/values")
	}
	if a.act != nil {
		what.Act, what.Values = a.act.With(what.Values)
	}
	if err := h.grantFor(&rv, a.permission); err != nil {
		return err
	}
	ctx, sel := rv.Request().Context(), records.Selection{Many: store.Some(in.IDs...)}
	var b store.Batch
	if a.key == records.DeleteAct {
		b, err = h.Store.DeleteRecords(ctx, rv.grant, rv.At, sel)
	} else {
		b, err = h.Store.ChangeRecords(ctx, rv.grant, rv.At, what, sel)
	}
	if err != nil {
		return err
	}
	return api.Answer(rv, http.StatusOK, api.BatchOf(b))
}

func (h *Handlers) readBulk(rv Visit) error {
	b, err := h.recordBatch(&rv)
	if err != nil {
		return err
	}
	return api.Answer(rv, http.StatusOK, api.BatchOf(b))
}

func (h *Handlers) takeBackBulk(rv Visit) error {
	b, err := h.recordBatch(&rv)
	if err == nil {
		err = api.Nothing(rv)
	}
	if err != nil {
		return err
	}
	undone, err := h.Store.UndoRecordBatch(rv.Request().Context(), rv.grant, rv.kind, b)
	if err != nil {
		return err
	}
	return api.Answer(rv, http.StatusOK, api.BatchOf(undone))
}
