package record

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/login"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// deletedPath is the page of what can be restored in an account.
func deletedPath(account uuid.UUID, parts ...string) string {
	return page.AccountPath(account, append([]string{"/deleted"}, parts...)...)
}

// undoDelete is the button that brings a record back.
func undoDelete(r records.Record, list string) page.UndoState {
	return page.UndoState{Action: deletedPath(r.AccountID, "/", r.ID.String(), "/restore"), Hidden: []part.Pair{{Name: "return", Value: list}}}
}

// mayRestore are the permissions by which whoever looks could delete records here.
func (h *Handlers) mayRestore(v *guard.Visit) (keys []string) {
	add := func(p catalog.Permission) {
		if key := h.Catalog.Info(p).Key; p != 0 && v.May.Has(p) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, s := range h.Catalog.Sections {
		if s.Records == nil {
			continue
		}
		add(s.Records.Delete)
		for _, a := range s.Records.Acts {
			if a.Remove {
				add(a.Permission)
			}
		}
	}
	return keys
}

// listDeleted shows what was deleted in the account within the last 30 days, as far
// as the reader could have deleted it.
func (h *Handlers) listDeleted(c echo.Context, g authz.Grant) error {
	v := guard.Of(c)
	here, may := deletedPath(v.Place.Account), h.mayRestore(v)
	f, asked, period := h.deletedAsked(c)
	f.Limit = records.Page + 1
	f.After = c.QueryParam("after")
	all, err := h.Store.DeletedRecords(c.Request().Context(), g, may, f)
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame: h.Frame(c, "Recently deleted", part.Link{Text: h.Catalog.Section("control_panel").Label, URL: page.AccountPath(v.Place.Account)}), Header: part.Header{Title: "Recently deleted", Text: "Restore what was deleted in the last 30 days. After that it can't be undone."},
		List: part.List{
			Label: "Recently deleted", Search: &part.Search{Action: here, Value: f.Search, Placeholder: "Search deleted records", Filters: period.Filters("Deleted")},
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Name"}, {Text: "Kind"}, {Text: "Deleted"}, {Text: "By"}, {Text: "Deleted for good"}}},
			Empty: part.Empty{Icon: "trash-2", Title: "Nothing here", Text: "What you delete stays here for 30 days, so that you can restore it."},
		},
	}
	p.List.Chips = page.Chips(here, page.KeptPairs(asked...), p.List.Search.Filters)
	p.List.Views = h.Views(c, here, "deleted records", page.KeptPairs(asked...))
	if page.WithQuery(here, asked...) != here {
		p.List.Clear = here
	}
	next := ""
	if len(all) > records.Page {
		all = all[:records.Page]
		next = all[len(all)-1].Cursor()
	}
	for _, d := range all {
		name := part.Cell{Text: d.Name}
		if d.Along > 0 {
			name.Details = "with " + words.Count(d.Along, "other record", "other records")
		}
		p.List.Table.Rows = append(p.List.Table.Rows, part.Row{
			ID: d.ID.String(), Cells: []part.Cell{
				name, {Text: page.Upper(h.Catalog.Kind(d.Kind).Section.Records.Noun)}, h.TimeCell(c, d.At), {Text: d.ByName}, h.TimeCell(c, d.Until()),
			},
			Menu: []part.Action{{Text: "Restore", Icon: "undo-2", Post: &part.Post{Text: "Restore", Action: deletedPath(v.Place.Account, "/", d.ID.String(), "/restore"), Hidden: []part.Pair{{Name: "return", Value: page.WithQuery(here, asked...)}}}}},
		})
	}
	total, err := page.Paged(c, &p.List, page.Pages{Here: here, One: "record", Many: "records", Asked: asked, Cursor: "after", Next: next, Count: func() (int, error) {
		return h.Store.CountDeleted(c.Request().Context(), g, may, f)
	}})
	if err != nil {
		return err
	}
	if len(all) > 0 {
		p.List.Bulk = &part.Bulk{Action: here + "/batches/new", Keep: page.KeptPairs(asked...), All: page.AllThatMatch(total, len(all)), Acts: []part.BulkAct{{Value: records.RestoreAct, Text: "Restore…"}}}
		if total > store.CountCap {
			p.List.Bulk.All = "All that match"
		}
	}
	return page.Render(c, http.StatusOK, record.List(p))
}

// deletedAsked reads what the list of deleted records is narrowed down to.
func (h *Handlers) deletedAsked(c echo.Context) (f records.DeletedFilter, pairs []string, period page.Period) {
	period = h.AskedPeriod(c)
	f = records.DeletedFilter{Search: strings.TrimSpace(c.FormValue("q")), From: period.From, To: period.To}
	return f, append([]string{"q", f.Search}, period.Pairs()...), period
}

// restored is a record that is back.
type restored struct {
	ID   uuid.UUID
	Kind string
	Name string
}

// restore brings the record back that the address names, for whoever could delete it.
func (h *Handlers) restore(c echo.Context, g authz.Grant) (r restored, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	if r.ID, err = uuid.Parse(c.Param("record")); err != nil {
		return r, store.ErrNotFound
	}
	key, err := h.Store.RestoringAsks(ctx, g, r.ID)
	if err != nil {
		return r, err
	}
	p := h.Catalog.Permission(key)
	if p == 0 || !v.May.Has(p) {
		return r, store.ErrNotFound
	}
	if g, err = v.Snapshot.Authorize(v.Actor(), p, v.Place.Account); err != nil {
		return r, err
	}
	b, err := h.Store.RestoreRecords(ctx, g, r.ID)
	if err != nil {
		return r, err
	}
	names, err := h.Store.NamesOfAll(ctx, g, []uuid.UUID{r.ID})
	r.Kind, r.Name = b.Things, names[r.ID]
	if err == nil && b.Left() > 0 {
		err = store.Problems{"": fmt.Sprintf("%s %s.", r.Name, b.Skipped[0].Reason)}
	}
	return r, err
}

// restoreRecord brings one record back.
func (h *Handlers) restoreRecord(c echo.Context, g authz.Grant) error {
	r, err := h.restore(c, g)
	if err != nil {
		return err
	}
	h.Say(c, r.Name+" restored.")
	at := guard.Of(c).Place.Account
	back := login.Within(at, c.FormValue("return"))
	if back == "" {
		back = deletedPath(at)
	}
	return page.Done(c, back)
}
