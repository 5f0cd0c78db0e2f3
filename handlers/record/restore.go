package record

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// restoreAsked is what a form asks to restore.
func (h *Handlers) restoreAsked(c echo.Context) (sel records.DeletedSelection, kept []string, err error) {
	sel.Many, err = page.ReadMany(c)
	sel.Filter, kept, _ = h.deletedAsked(c)
	return sel, kept, err
}

// askRestore says how many will be restored.
func (h *Handlers) askRestore(c echo.Context, g authz.Grant) error {
	return h.restoreDialog(c, g, http.StatusOK, nil)
}

func (h *Handlers) restoreDialog(c echo.Context, g authz.Grant, status int, wrong store.Problems) error {
	v := guard.Of(c)
	sel, kept, err := h.restoreAsked(c)
	if err != nil {
		return err
	}
	_, n, err := h.Store.SelectedDeleted(c.Request().Context(), g, h.mayRestore(v), sel)
	switch {
	case err != nil:
		return err
	case n > page.MostAtOnce:
		return store.Problems{"": "You can restore up to " + words.Number(page.MostAtOnce) + " at a time. These are more."}
	}
	list := deletedPath(v.Place.Account)
	return h.AskBulk(c, status, page.BulkQuestion{
		Title: "Restore " + words.Count(n, "record", "records") + "?", Text: "Each comes back with what was deleted along with it, and what named it names it again.",
		Facts: []string{"Any that can't come back are skipped and listed."}, Act: records.RestoreAct, Many: sel.Many, Count: n, Keep: page.KeptPairs(kept...), Submit: "Restore",
		Action: list + "/batches", Cancel: page.WithQuery(list, kept...), Crumb: part.Link{Text: "Recently deleted", URL: list}, Wrong: wrong,
	})
}

// restoreMany brings many back: those of each kind, and of each permission that their
// deletion asked for, in one write.
func (h *Handlers) restoreMany(c echo.Context, g authz.Grant) error {
	v, ctx := guard.Of(c), c.Request().Context()
	sel, kept, err := h.restoreAsked(c)
	if err != nil {
		return err
	}
	groups, n, err := h.Store.SelectedDeleted(ctx, g, h.mayRestore(v), sel)
	if err == nil {
		err = sel.Agrees(n)
	}
	switch {
	case err != nil:
	case n == 0:
		err = store.Problems{"": "None of these can be restored now."}
	case n > page.MostAtOnce:
		err = store.Problems{"": "You can restore up to " + words.Number(page.MostAtOnce) + " at a time. These are more."}
	}
	var done []store.Batch
	for _, group := range groups {
		if err != nil {
			break
		}
		var one authz.Grant
		if one, err = v.Snapshot.Authorize(v.Actor(), h.Catalog.Permission(group.Permission), v.Place.Account); err == nil {
			var b store.Batch
			b, err = h.Store.RestoreRecords(ctx, one, group.IDs...)
			done = append(done, b)
		}
	}
	if wrong, ok := page.Problems(err); ok && len(done) < 2 { // and nothing was restored yet
		return h.restoreDialog(c, g, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	r := h.restored(c, g, done)
	r.Back = page.WithQuery(r.Things.URL, kept...)
	return h.BulkDone(c, r)
}

// restored is what is told of batches that one form restored.
func (h *Handlers) restored(c echo.Context, g authz.Grant, all []store.Batch) page.BulkReport {
	v := guard.Of(c)
	list, ids := deletedPath(v.Place.Account), []string{}
	r := page.BulkReport{
		Things: part.Link{Text: "Recently deleted", URL: list}, One: "record", Several: "records", Done: "restored",
		Names: func(ids []uuid.UUID) (map[uuid.UUID]string, error) {
			return h.Store.NamesOfAll(c.Request().Context(), g, ids)
		},
		URL: func(uuid.UUID) string { return "" },
	}
	for _, b := range all {
		ids = append(ids, b.ID.String())
		r.Batch.Act, r.Batch.MadeBy = b.Act, b.MadeBy
		r.Batch.Changed = append(r.Batch.Changed, b.Changed...)
		for _, s := range b.Skipped {
			for _, id := range s.IDs {
				r.Batch.Skip(id, s.Reason)
			}
		}
		if b.UndoneAt != nil {
			r.Batch.UndoneAt = b.UndoneAt
		}
		// Deleting them again may ask for a proof, which Undo has no room for.
		proof := h.Catalog.Kind(b.Things).Section.Records.Proof
		r.NoUndo = r.NoUndo || proof || b.Act != records.RestoreAct || b.MadeBy != "" && b.MadeBy != v.Session.Principal.String()
	}
	r.Path = list + "/batches/" + strings.Join(ids, ".")
	r.Title = words.Count(len(r.Batch.Changed), "record", "records") + " restored"
	if r.Batch.Act != records.RestoreAct {
		r.Title, r.Done = words.Count(len(r.Batch.Changed), "record", "records")+" deleted", "deleted"
	}
	return r
}

// restoredBatches finds the batches in the address, each for whoever may do what it did.
func (h *Handlers) restoredBatches(c echo.Context, g authz.Grant) (all []store.Batch, err error) {
	v := guard.Of(c)
	for _, text := range strings.Split(c.Param("batch"), ".") {
		id, err := uuid.Parse(text)
		if err != nil || len(all) == len(h.Catalog.Sections) {
			return nil, store.ErrNotFound
		}
		b, err := h.Store.RestoredBatch(c.Request().Context(), g, id)
		if err != nil {
			return nil, err
		}
		if p := h.Catalog.Permission(b.Permission); p == 0 || !v.May.Has(p) {
			return nil, store.ErrNotFound
		}
		all = append(all, b)
	}
	return all, nil
}

func (h *Handlers) showRestored(c echo.Context, g authz.Grant) error {
	all, err := h.restoredBatches(c, g)
	if err != nil {
		return err
	}
	return h.ReportBulk(c, h.restored(c, g, all))
}

// undoRestore deletes again what was restored, what was restored last first.
func (h *Handlers) undoRestore(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	all, err := h.restoredBatches(c, g)
	if err != nil {
		return err
	}
	if h.restored(c, g, all).NoUndo {
		return store.ErrNotFound
	}
	var undone []store.Batch
	for _, b := range slices.Backward(all) {
		one, err := v.Snapshot.Authorize(v.Actor(), h.Catalog.Permission(b.Permission), v.Place.Account)
		if err != nil {
			return err
		}
		u, err := h.Store.UndoRecordBatch(c.Request().Context(), one, h.Catalog.Kind(b.Things), b)
		if err != nil {
			return err
		}
		undone = append(undone, u)
	}
	return h.BulkDone(c, h.restored(c, g, undone))
}
