package page

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// MostAtOnce is how many records can be changed at once. Accounts and people have no such end.
const MostAtOnce = 10_000

// AllThatMatch is the words for all that a list shows, on all of its pages. It is
// empty where one page shows all.
func AllThatMatch(total, shown int) string {
	if total <= shown {
		return ""
	}
	return "All " + words.Number(total) + " that match"
}

// ReadMany reads which rows of a list are meant by a part.Bulk, or by the form that
// BulkQuestion.Ask makes of it.
func ReadMany(c echo.Context) (store.Many, error) {
	form, err := c.FormParams()
	if err != nil {
		return store.Many{}, echo.ErrBadRequest
	}
	m := store.Many{All: form.Get("all") != "", Expected: -1}
	if n, err := strconv.Atoi(form.Get("expected")); err == nil {
		m.Expected = n
	}
	seen := map[uuid.UUID]bool{}
	for _, x := range form["id"] {
		id, err := uuid.Parse(x)
		if err != nil {
			return m, store.ErrNotFound
		}
		if !m.All && !seen[id] {
			seen[id] = true
			m.IDs = append(m.IDs, id)
		}
	}
	return m, nil
}

// BulkQuestion is asked before something is done to many.
type BulkQuestion struct {
	Title  string // "Suspend 3 subusers?"
	Text   string // what it does
	Facts  []string
	Act    string
	Many   store.Many
	Count  int         // how many are meant
	Keep   []part.Pair // what the list is narrowed down to
	Submit string
	Danger bool
	Fields []part.Field // what the act needs besides
	Wrong  store.Problems
	// Action is where the form is sent: with "act", what is kept, and each "id", or
	// "all" and "expected". Cancel leads back to the list.
	Action, Cancel string
	Crumb          part.Link
}

// AskBulk shows the question as a dialog.
func (h *Base) AskBulk(c echo.Context, status int, q BulkQuestion) error {
	if q.Many.None() || q.Count == 0 {
		return store.Problems{"": "Nothing is selected. Select at least one row."}
	}
	hidden := append([]part.Pair{{Name: "act", Value: q.Act}}, q.Keep...)
	if q.Many.All {
		hidden = append(hidden, part.Pair{Name: "all", Value: "1"}, part.Pair{Name: "expected", Value: strconv.Itoa(q.Count)})
	}
	for _, id := range q.Many.IDs {
		hidden = append(hidden, part.Pair{Name: "id", Value: id.String()})
	}
	f := h.Frame(c, q.Title, q.Crumb)
	return Render(c, status, part.DialogPage(part.Dialog{
		Frame: f, Title: q.Title, Text: []string{q.Text}, Facts: q.Facts,
		Form: part.Form{Token: f.Token, Action: q.Action, Hidden: hidden, Submit: q.Submit, Danger: q.Danger, Cancel: q.Cancel, Fields: q.Fields, Problem: q.Wrong[""]},
	}))
}

// BulkReport is what is told of a batch. Title says what was done: "3 subusers
// suspended".
type BulkReport struct {
	Batch        store.Batch
	Title        string
	Things       part.Link // the list: "Subusers"
	Back         string    // the list as it was narrowed down, if it was
	One, Several string    // what they are: "subuser", "subusers"
	Path         string    // of the report; "/undo" behind it takes it back, where NoUndo says no other
	NoUndo       bool
	// Names gives those of some; what may not be known of has none. URL leads to one.
	Names func([]uuid.UUID) (map[uuid.UUID]string, error)
	URL   func(uuid.UUID) string
	Done  string // what became of the changed, in the CSV: "suspended"
}

func (r BulkReport) undoable() bool {
	return !r.NoUndo && r.Batch.UndoneAt == nil && len(r.Batch.Changed) > 0
}

// BulkDone ends an act on many: with a sentence and Undo on the list, narrowed down as
// it was, or with the report where some were left as they are.
func (h *Base) BulkDone(c echo.Context, r BulkReport) error {
	if r.Batch.Left() > 0 {
		return Done(c, r.Path)
	}
	back := cmp.Or(r.Back, r.Things.URL)
	if from := ReturnPath(c.FormValue("return")); strings.HasPrefix(from, r.Things.URL+"?") { // Undo comes from there
		back = from
	}
	var undo []UndoState
	if r.undoable() {
		undo = []UndoState{{Action: r.Path + "/undo", Hidden: []part.Pair{{Name: "return", Value: back}}}}
	}
	h.Say(c, r.Title+".", undo...)
	return Done(c, back)
}

// batchShown is how many a report names for each reason; its CSV has all.
const batchShown = 50

// ReportBulk reports what was done, and what was left and why.
func (h *Base) ReportBulk(c echo.Context, r BulkReport) error {
	if c.QueryParam("format") == "csv" {
		return r.csv(c)
	}
	var ids []uuid.UUID
	for _, s := range r.Batch.Skipped {
		ids = append(ids, s.IDs[:min(len(s.IDs), batchShown)]...)
	}
	names, err := r.Names(ids)
	if err != nil {
		return err
	}
	if n := r.Batch.Left(); n > 0 {
		r.Title += ", " + words.Number(n) + " skipped"
	}
	p := part.BatchPage{
		Frame: h.Frame(c, r.Title, r.Things), Header: part.Header{Title: r.Title}, ListURL: r.Things.URL, ListText: "Back to " + r.Several,
		CSVURL: WithQuery(r.Path, "format", "csv"),
	}
	switch {
	case r.Batch.UndoneAt != nil:
		p.Header.Badge = part.Badge{Text: "Undone"}
	case r.undoable():
		p.Header.Actions = []part.Action{{Text: "Undo", Icon: "undo-2", Post: &part.Post{Text: "Undo", Action: r.Path + "/undo"}}}
	}
	for _, s := range r.Batch.Skipped {
		left := part.Left{Title: words.Count(len(s.IDs), r.One+" ", r.Several+": each ") + s.Reason}
		for _, id := range s.IDs[:min(len(s.IDs), batchShown)] {
			if name := names[id]; name != "" {
				left.Some = append(left.Some, part.Link{Text: name, URL: r.URL(id)})
			}
		}
		if more := len(s.IDs) - batchShown; more > 0 {
			left.More = "and " + words.Number(more) + " more, all in the CSV"
		}
		p.Left = append(p.Left, left)
	}
	return Render(c, http.StatusOK, part.Batch(p))
}

// csv names each thing of a batch and what became of it.
func (r BulkReport) csv(c echo.Context) error {
	ids := append([]uuid.UUID(nil), r.Batch.Changed...)
	for _, s := range r.Batch.Skipped {
		ids = append(ids, s.IDs...)
	}
	names, err := r.Names(ids)
	if err != nil {
		return err
	}
	w := NewSheet(c, r.Several+"-"+r.Batch.Act+".csv")
	w.Line(r.One+"_id", r.One, "outcome")
	for _, id := range r.Batch.Changed {
		w.Line(id.String(), names[id], r.Done)
	}
	for _, s := range r.Batch.Skipped {
		for _, id := range s.IDs {
			w.Line(id.String(), names[id], s.Reason)
		}
	}
	return w.End()
}

// BatchID is that of the batch in the address.
func BatchID(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("batch"))
	if err != nil {
		return id, store.ErrNotFound
	}
	return id, nil
}

// KeptPairs are the pairs of an address that say something, for part.Bulk.
func KeptPairs(pairs ...string) (all []part.Pair) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all = append(all, part.Pair{Name: pairs[i], Value: pairs[i+1]})
		}
	}
	return all
}

// Address is a path with pairs as its query.
func Address(path string, pairs []part.Pair) string {
	q := url.Values{}
	for _, p := range pairs {
		q.Add(p.Name, p.Value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Inside is an address in the account of the visit.
func Inside(c echo.Context, parts ...string) string {
	return AccountPath(guard.Of(c).Place.Account, parts...)
}
