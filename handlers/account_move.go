package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

func movePath(c echo.Context, sub uuid.UUID) string {
	return accountPath(guard.Of(c).Place.Account, "/accounts/", sub.String(), "/move")
}

// moveSubAccount offers the accounts under which one can be put; with one of
// them chosen it tells what that does.
func (h *Handlers) moveSubAccount(c echo.Context, g authz.Grant) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	if c.QueryParam("to") == "" {
		return h.moveTargets(c, g, http.StatusOK, a, "")
	}
	return h.moveEffect(c, g, http.StatusOK, a, c.QueryParam("to"), nil)
}

func (h *Handlers) moveTargets(c echo.Context, g authz.Grant, status int, a models.Account, problem string) error {
	v, here := guard.Of(c), movePath(c, a.ID)
	q, after := c.QueryParam("q"), c.QueryParam("after")
	all, err := h.store.AccountsBelow(c.Request().Context(), g, models.AccountFilter{Search: q, State: "current", After: after, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	p := views.RecordListPage{
		Frame:  h.frame(c, "Move "+a.Name, views.Link{Text: "Accounts", URL: accountPath(v.Place.Account, "/accounts")}),
		Header: views.Header{Title: "Move " + a.Name, Text: "Choose the account under which it shall stand. What that does is shown before it is done."},
		List: views.List{
			Label: "Accounts", Search: &views.Search{Action: here, Value: q, Placeholder: "Search accounts"},
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Account"}, {Text: "Move here"}, {Text: "Kind"}, {Text: "Owner"}}},
		},
	}
	if problem != "" {
		p.Notice = &views.Alert{Tone: views.Bad, Text: problem}
	}
	if q != "" {
		p.List.Clear = here
	}
	if after != "" {
		p.List.Pager.Previous = withQuery(here, "q", q)
	}
	if len(all) > pageSize {
		all = all[:pageSize]
		p.List.Pager.Next = withQuery(here, "q", q, "after", all[pageSize-1].Path)
	}
	if top, err := h.store.Account(c.Request().Context(), v.Place.Tenant, v.Place.Account); err != nil {
		return err
	} else if after == "" && (q == "" || strings.Contains(strings.ToLower(top.Name), strings.ToLower(q))) {
		all = append([]models.Account{top}, all...)
	}
	owners := make([]uuid.UUID, len(all))
	for i, x := range all {
		owners[i] = x.OwnerID
	}
	names, err := h.store.Names(c.Request().Context(), owners)
	if err != nil {
		return err
	}
	base := v.Snapshot.Depth(v.At)
	for _, x := range all {
		row := views.Row{ID: x.ID.String(), Depth: x.Depth - base, Cells: []views.Cell{{Text: x.Name}, {Text: unfitParent(a, x)}, {Text: kindTitle(x.Kind)}, {Text: names[x.OwnerID]}}}
		if row.Cells[1].Text == "" {
			row.Cells[1] = views.Cell{Text: "Under " + x.Name, URL: withQuery(here, "to", x.ID.String())}
		} else {
			row.Dim = true
		}
		p.List.Table.Rows = append(p.List.Table.Rows, row)
	}
	return render(c, status, views.RecordList(p))
}

// unfitParent says briefly why an account is not offered as the parent of
// another; whatever else there is against it is told once it is chosen.
func unfitParent(a, x models.Account) string {
	switch {
	case x.ID == a.ID:
		return "This one moves"
	case strings.HasPrefix(x.Path, a.Path+"/"):
		return "Moves along"
	case a.ParentID != nil && x.ID == *a.ParentID:
		return "Stands here now"
	case x.Kind == "personal":
		return "Has no sub-accounts"
	case x.ArchivedBy != nil:
		return "Is archived"
	}
	return ""
}

// moveEffect tells who gains or loses what. Why it is told once more is said
// above it.
func (h *Handlers) moveEffect(c echo.Context, g authz.Grant, status int, a models.Account, to string, again *views.Alert) error {
	v := guard.Of(c)
	id, err := uuid.Parse(to)
	if err != nil {
		return models.ErrNotFound
	}
	e, err := h.store.MoveEffect(c.Request().Context(), g, a.ID, id)
	if wrong, ok := problems(err); ok {
		return h.moveTargets(c, g, http.StatusUnprocessableEntity, a, wrong["to"]+wrong[""])
	}
	if err != nil {
		return err
	}
	here, list := movePath(c, a.ID), accountPath(v.Place.Account, "/accounts")
	title := fmt.Sprintf("Move %s under %s?", a.Name, e.To.Name)
	p := views.AccountMovePage{
		Frame:  h.frame(c, title, views.Link{Text: "Accounts", URL: list}, views.Link{Text: "Move " + a.Name, URL: here}),
		Header: views.Header{Title: title}, Notice: again,
		Facts: []views.Detail{
			{Label: "Stands under", Value: views.Cell{Text: e.From.Name + " → " + e.To.Name}},
			{Label: "Moves along", Value: views.Cell{Text: movesAlong(e.Accounts - 1)}},
			{Label: "Keeps", Value: views.Cell{Text: "Its owner, its people, what is in it, and the permissions it was given."}},
		},
		Boxes: []views.MoveBox{
			h.moveBox("lose", "Who loses", "Nobody: no role held in the accounts it leaves reaches into it.", e.Lose),
			h.moveBox("gain", "Who gains", "Nobody: no role held in the accounts it comes under reaches into it.", e.Gain),
		},
	}
	if e.Closes {
		p.Facts = append(p.Facts, views.Detail{Label: "Closes", Value: views.Cell{Text: "An account above the new place is suspended, so its people can not work there until that is resumed."}})
	}
	if e.Reopens {
		p.Facts = append(p.Facts, views.Detail{Label: "Opens", Value: views.Cell{Text: "It stands under a suspended account now, and would not any more."}})
	}
	if len(e.Cut)+len(e.Opened) > 0 {
		box := views.MoveBox{
			Title: "Permissions of the accounts",
			Text:  words.Count(e.People, "person works", "people work") + " in the accounts where this makes a difference. Nothing is deleted: what is cut comes back where it is open again.",
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Permission"}, {Text: "What happens"}, {Text: "In accounts", Number: true}}},
		}
		for what, all := range map[string][]models.MovedEntitlement{"Cut by the new place": e.Cut, "No longer cut": e.Opened} {
			for _, x := range all {
				box.Table.Rows = append(box.Table.Rows, views.Row{ID: x.Entitlement.Key, Cells: []views.Cell{{Text: x.Entitlement.Title}, {Text: what}, {Text: words.Number(x.Accounts)}}})
			}
		}
		slices.SortFunc(box.Table.Rows, func(a, b views.Row) int {
			return strings.Compare(a.Cells[1].Text+a.Cells[0].Text, b.Cells[1].Text+b.Cells[0].Text)
		})
		p.Boxes = append(p.Boxes, box)
	}
	if e.Refusal != "" {
		p.Notice = &views.Alert{Tone: views.Bad, Text: e.Refusal, Links: []views.Link{{Text: "Choose another place", URL: here}}}
		return render(c, status, views.AccountMove(p))
	}
	p.Form = &views.Form{Token: v.Token, Action: here, Submit: "Move", Cancel: list, Hidden: []views.Pair{{Name: "to", Value: to}, {Name: "seen", Value: e.Seen}}}
	return render(c, status, views.AccountMove(p))
}

func movesAlong(below int) string {
	if below == 0 {
		return "Nothing stands below it."
	}
	return words.Count(below, "account below it", "accounts below it")
}

func (h *Handlers) moveBox(id, title, nobody string, of models.MovePeople) views.MoveBox {
	if of.Total == 0 {
		return views.MoveBox{Title: title, Text: nobody}
	}
	b := views.MoveBox{Title: title, Table: views.Table{Columns: []views.Column{{Text: "Person"}, {Text: "Through"}, {Text: "Pages"}, {Text: "In accounts", Number: true}}}}
	for i, x := range of.Some {
		b.Table.Rows = append(b.Table.Rows, views.Row{ID: fmt.Sprint(id, i), Cells: []views.Cell{{Text: x.Name}, {Text: x.Through}, {Text: h.pagesOf(x.What)}, {Text: words.Number(x.Accounts)}}})
	}
	if n := of.Total - len(of.Some); n > 0 {
		b.More = "and " + words.Number(n) + " more."
	}
	return b
}

// pagesOf names the first few sections that a mask gives something of.
func (h *Handlers) pagesOf(may catalog.Mask) string {
	const few = 3
	var labels []string
	for _, s := range h.catalog.Sections {
		if s.Pending == "" && slices.ContainsFunc(s.Permissions, may.Has) {
			labels = append(labels, s.Label)
		}
	}
	if n := len(labels); n > few {
		return fmt.Sprintf("%s and %d more", strings.Join(labels[:few], ", "), n-few)
	}
	return strings.Join(labels, ", ")
}

func (h *Handlers) updateSubAccountParent(c echo.Context, g authz.Grant) error {
	a, err := h.subAccount(c, g)
	if err != nil {
		return err
	}
	ctx, to := c.Request().Context(), posted(c, "to")
	id, err := uuid.Parse(to)
	if err != nil {
		return h.moveTargets(c, g, http.StatusUnprocessableEntity, a, "Choose an account.")
	}
	e, err := h.store.MoveAccount(ctx, g, a.ID, id, posted(c, "seen"))
	if wrong, ok := problems(err); ok {
		return h.moveTargets(c, g, http.StatusUnprocessableEntity, a, wrong["to"]+wrong[""])
	}
	if errors.Is(err, models.ErrConflict) {
		return h.moveEffect(c, g, http.StatusConflict, a, to, &views.Alert{Tone: views.Warn, Text: "It was not moved: something changed since you were shown what it does. Here is what it does now."})
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s stands under %s now.", a.Name, e.To.Name)
	list := accountPath(g.Resource().Account, "/accounts")
	if back, err := h.store.MoveEffect(ctx, g, a.ID, e.From.ID); err == nil && back.Refusal == "" {
		h.say(c, text, undoState{Action: movePath(c, a.ID), Hidden: []views.Pair{{Name: "to", Value: e.From.ID.String()}, {Name: "seen", Value: back.Seen}}})
	} else {
		h.say(c, text)
	}
	return done(c, list)
}
