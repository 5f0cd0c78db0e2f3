package account

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/words"
)

// copyPlace reads which sub-accounts are shown, and from which one is copied: zero
// while it is not chosen.
func copyPlace(c echo.Context) (p entitlementPlace, from uuid.UUID, err error) {
	p.path = page.AccountPath(guard.Of(c).Place.Account, "/permissions/copy")
	if p.filter, err = entitlementFilter(c); err != nil {
		return p, from, err
	}
	if x := c.FormValue("from"); x != "" {
		if from, err = uuid.Parse(x); err != nil {
			err = store.ErrNotFound
		}
	}
	return p, from, err
}

// chooseCopy offers the sub-accounts to copy from, and then those to copy to.
func (h *Handlers) chooseCopy(c echo.Context, g authz.Grant) error {
	v, ctx := guard.Of(c), c.Request().Context()
	place, from, err := copyPlace(c)
	if err != nil {
		return err
	}
	list := page.AccountPath(v.Place.Account, "/permissions/general")
	p := account.SubAccountsPage{
		Frame:  h.Frame(c, "Copy permissions", part.Link{Text: "Permissions", URL: place.address(list, "")}),
		Header: part.Header{Title: "Copy permissions", Text: "Choose the sub-account to copy from."},
		List: part.List{
			Label:  "Sub-accounts",
			Search: &part.Search{Action: place.path, Value: place.filter.Search, Placeholder: "Search sub-accounts"},
			Table:  part.Table{Token: v.Token, Columns: []part.Column{{Text: "Sub-account"}, {Text: "State"}, {Text: "May use", Number: true}}},
			Empty:  part.Empty{Scene: part.SceneTree, Title: "No sub-accounts yet", Text: "Permissions are copied from one sub-account to others."},
		},
	}
	labels, err := h.Store.LabelsBelow(ctx, g)
	if err != nil {
		return err
	}
	p.List.Search.Filters = labelChoice(labels, place.filter.Label)
	p.List.Chips = page.Chips(place.path, append(place.hidden(false), page.KeptPairs("from", asText(from))...), p.List.Search.Filters)
	source, chosen := authz.NoAccount, from != uuid.Nil
	if chosen {
		var ok bool
		if source, ok = v.Snapshot.Find(from); !ok || source == v.At || !v.Snapshot.Within(source, v.At) {
			return store.ErrNotFound
		}
		a, err := h.Store.Account(ctx, v.Place.Tenant, from)
		if err != nil {
			return err
		}
		p.List.Search.Keep = []part.Pair{{Name: "from", Value: from.String()}}
		p.Header = part.Header{Title: "Copy permissions of " + a.Name, Text: "Choose the sub-accounts that get exactly what " + a.Name + " has. You see what changes before it does.",
			Actions: []part.Action{{Text: "Copy from another", URL: place.address(place.path, "")}}}
		p.List.Table.Columns[2].Text = "Different from " + a.Name
	}
	with := func(after string) string {
		return place.address(place.path, after, "from", asText(from))
	}
	if !place.filter.Whole() {
		p.List.Clear = page.WithQuery(place.path, "from", asText(from))
	}
	rows, err := h.Store.AccountsBelow(ctx, g, place.filter)
	if err != nil {
		return err
	}
	if place.filter.After != "" {
		p.List.Pager.Previous = with("")
	}
	if len(rows) > matrixSize {
		rows = rows[:matrixSize]
		p.List.Pager.Next = with(rows[matrixSize-1].Path)
	}
	total, before, err := h.Store.CountAccounts(ctx, g, place.filter)
	if err != nil {
		return err
	}
	if chosen {
		p.List.Bulk = &part.Bulk{Action: place.path + "/preview", Keep: append(place.hidden(false), part.Pair{Name: "from", Value: from.String()}),
			Acts: []part.BulkAct{{Value: "copy", Text: "Copy permissions…"}}, All: page.AllThatMatch(total, len(rows))}
	}
	p.List.Pager.Summary = page.Span(before, len(rows), total, "sub-account", "sub-accounts")
	base := v.Snapshot.Depth(v.At)
	for _, a := range rows {
		at, ok := v.Snapshot.Find(a.ID)
		if !ok || at == source {
			continue
		}
		n := 0
		for _, e := range h.Catalog.Entitlements {
			if has := v.Snapshot.Own(at).Covers(e.Bit); chosen && has != v.Snapshot.Own(source).Covers(e.Bit) || !chosen && has {
				n++
			}
		}
		name, number := part.Cell{Text: a.Name}, part.Cell{Text: words.Number(n)}
		if !chosen {
			name.URL = page.WithQuery(place.path, "from", a.ID.String())
			number.Text += " of " + words.Number(len(h.Catalog.Entitlements))
		}
		p.List.Table.Rows = append(p.List.Table.Rows, part.Row{ID: a.ID.String(), Depth: a.Depth - base - 1, Dim: a.Standing() != "active", Cells: []part.Cell{name, StateCell(a.Standing()), number}})
	}
	return page.Render(c, http.StatusOK, account.SubAccounts(p))
}

func asText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// copyTargets narrows the filter down to the ticked, unless all are meant.
func copyTargets(c echo.Context, f accounts.Filter) (accounts.Filter, store.Many, error) {
	f.After = ""
	many, err := page.ReadMany(c)
	switch {
	case err != nil:
		return f, many, err
	case many.None():
		return f, many, store.Problems{"": "Select at least one sub-account."}
	}
	f.IDs = many.IDs
	return f, many, nil
}

// previewCopy says who gains and loses what, before the POST does it.
func (h *Handlers) previewCopy(c echo.Context, g authz.Grant) error {
	return h.copyDialog(c, g, http.StatusOK, nil)
}

func (h *Handlers) copyDialog(c echo.Context, g authz.Grant, status int, wrong store.Problems) error {
	place, from, err := copyPlace(c)
	if err != nil {
		return err
	}
	targets, many, err := copyTargets(c, place.filter)
	if err != nil {
		return err
	}
	e, err := h.Store.CopyEntitlementsEffect(c.Request().Context(), g, from, targets)
	if err != nil {
		return err
	}
	var facts []string
	for _, line := range e.Lines {
		switch n, title := len(line.Accounts), line.Entitlement.Title; {
		case n > 0 && line.Given:
			facts = append(facts, words.Count(n, "sub-account gains ", "sub-accounts gain ")+title+".")
		case n > 0:
			facts = append(facts, words.Count(n, "sub-account loses ", "sub-accounts lose ")+title+".")
		}
		if line.Skipped > 0 {
			facts = append(facts, words.Count(line.Skipped, "sub-account stays", "sub-accounts stay")+" without "+line.Entitlement.Title+", limited by an account above.")
		}
	}
	if e.Changed == 0 {
		return store.Problems{"": strings.Join(append([]string{"Nothing would change: choose sub-accounts that differ from " + e.From.Name + "."}, facts...), " ")}
	}
	if e.Already > 0 {
		facts = append(facts, words.Count(e.Already, "sub-account has", "sub-accounts have")+" just this already.")
	}
	count := words.Count(e.Changed, "sub-account", "sub-accounts")
	return h.AskBulk(c, status, page.BulkQuestion{
		Title: "Copy the permissions of " + e.From.Name + " to " + count + "?",
		Text:  words.Count(e.People, "person works", "people work") + " there. Nothing is deleted: what a sub-account loses comes back when you give it again.",
		Facts: facts, Act: "copy", Many: many, Count: e.Changed, Keep: place.hidden(false), Submit: "Copy to " + count, Wrong: wrong,
		Action: page.WithQuery(place.path, "from", from.String()), Cancel: place.address(place.path, "", "from", from.String()),
		Crumb: part.Link{Text: "Permissions", URL: page.Inside(c, "/permissions/general")},
	})
}

// copyEntitlements makes sub-accounts have what another one has, or takes that back.
func (h *Handlers) copyEntitlements(c echo.Context, g authz.Grant) error {
	ctx, v := c.Request().Context(), guard.Of(c)
	list := page.AccountPath(v.Place.Account, "/permissions/general")
	place, from, err := copyPlace(c)
	if err != nil {
		return err
	}
	if of := c.FormValue("undo"); of != "" {
		epoch, err := strconv.ParseInt(of, 10, 64)
		if err != nil {
			return echo.ErrBadRequest
		}
		if err := h.Store.UndoSelectAll(ctx, g, "", epoch); err != nil {
			return err
		}
		h.Say(c, "The permissions are as they were before.")
		return page.Done(c, place.address(list, ""))
	}
	targets, _, err := copyTargets(c, place.filter)
	if err != nil {
		return err
	}
	e, err := h.Store.CopyEntitlements(ctx, g, from, targets)
	if wrong, ok := page.Problems(err); ok {
		return h.copyDialog(c, g, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, fmt.Sprintf("Copied the permissions of %s to %s.", e.From.Name, words.Count(e.Changed, "sub-account", "sub-accounts")),
		page.UndoState{Action: place.path, Hidden: append(place.hidden(false), part.Pair{Name: "undo", Value: fmt.Sprint(e.Epoch)})})
	return page.Done(c, place.address(list, ""))
}
