package account

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
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

func movePath(c echo.Context, sub uuid.UUID) string {
	return page.AccountPath(guard.Of(c).Place.Account, "/accounts/", sub.String(), "/move")
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

func (h *Handlers) moveTargets(c echo.Context, g authz.Grant, status int, a accounts.Account, problem string) error {
	v, here := guard.Of(c), movePath(c, a.ID)
	q, after := strings.TrimSpace(c.QueryParam("q")), c.QueryParam("after")
	f := accounts.Filter{Search: q, State: "current", After: after, Limit: page.PageSize + 1}
	all, err := h.Store.AccountsBelow(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame:  h.Frame(c, "Move "+a.Name, part.Link{Text: "Accounts", URL: page.AccountPath(v.Place.Account, "/accounts")}),
		Header: part.Header{Title: "Move " + a.Name, Text: "Choose the new parent account. You'll see what changes first."},
		List: part.List{
			Label: "Accounts", Search: &part.Search{Action: here, Value: q, Placeholder: "Search accounts"},
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Account"}, {Text: "Move here"}, {Text: "Kind"}, {Text: "Owner"}}},
		},
	}
	if problem != "" {
		p.Notice = &part.Alert{Tone: part.Bad, Text: problem}
	}
	p.List.Chips = page.Chips(here, page.KeptPairs("q", q), nil)
	if q != "" {
		p.List.Clear = here
	}
	if after != "" {
		p.List.Pager.Previous = page.WithQuery(here, "q", q)
	}
	if len(all) > page.PageSize {
		all = all[:page.PageSize]
		p.List.Pager.Next = page.WithQuery(here, "q", q, "after", all[page.PageSize-1].Path)
	}
	if top, err := h.Store.Account(c.Request().Context(), v.Place.Tenant, v.Place.Account); err != nil {
		return err
	} else {
		total, before, err := h.Store.CountAccounts(c.Request().Context(), g, f)
		if err != nil {
			return err
		}
		if q == "" || strings.Contains(strings.ToLower(top.Name), strings.ToLower(q)) { // the first of all
			total++
			if after == "" {
				all = append([]accounts.Account{top}, all...)
			} else {
				before++
			}
		}
		p.List.Pager.Summary = page.Span(before, len(all), total, "account", "accounts")
	}
	owners := make([]uuid.UUID, len(all))
	for i, x := range all {
		owners[i] = x.OwnerID
	}
	names, err := h.Store.Names(c.Request().Context(), owners)
	if err != nil {
		return err
	}
	base := v.Snapshot.Depth(v.At)
	for _, x := range all {
		row := part.Row{ID: x.ID.String(), Depth: x.Depth - base, Cells: []part.Cell{{Text: x.Name}, {Text: unfitParent(a, x)}, {Text: page.KindTitle(x.Kind)}, {Text: names[x.OwnerID]}}}
		if row.Cells[1].Text == "" {
			row.Cells[1] = part.Cell{Text: "Under " + x.Name, URL: page.WithQuery(here, "to", x.ID.String())}
		} else {
			row.Dim = true
		}
		p.List.Table.Rows = append(p.List.Table.Rows, row)
	}
	return page.Render(c, status, record.List(p))
}

// unfitParent says briefly why an account is not offered as the parent of
// another; whatever else there is against it is told once it is chosen.
func unfitParent(a, x accounts.Account) string {
	switch {
	case x.ID == a.ID:
		return "This one moves"
	case strings.HasPrefix(x.Path, a.Path+"/"):
		return "Moves along"
	case a.ParentID != nil && x.ID == *a.ParentID:
		return "Current parent account"
	case x.Kind == "personal":
		return "Has no sub-accounts"
	case x.ArchivedBy != nil:
		return "Is archived"
	}
	return ""
}

// moveEffect tells who gains or loses what. Why it is told once more is said
// above it.
func (h *Handlers) moveEffect(c echo.Context, g authz.Grant, status int, a accounts.Account, to string, again *part.Alert) error {
	v := guard.Of(c)
	id, err := uuid.Parse(to)
	if err != nil {
		return store.ErrNotFound
	}
	e, err := h.Store.MoveEffect(c.Request().Context(), g, a.ID, id)
	if wrong, ok := page.Problems(err); ok {
		return h.moveTargets(c, g, http.StatusUnprocessableEntity, a, wrong["to"]+wrong[""])
	}
	if err != nil {
		return err
	}
	here, list := movePath(c, a.ID), page.AccountPath(v.Place.Account, "/accounts")
	title := fmt.Sprintf("Move %s under %s?", a.Name, e.To.Name)
	p := account.MovePage{
		Frame:  h.Frame(c, title, part.Link{Text: "Accounts", URL: list}, part.Link{Text: "Move " + a.Name, URL: here}),
		Header: part.Header{Title: title}, Notice: again,
		Facts: []part.Detail{
			{Label: "Parent account", Value: part.Cell{Text: e.From.Name + " → " + e.To.Name}},
			{Label: "Moves with it", Value: part.Cell{Text: movesAlong(e.Accounts - 1)}},
			{Label: "Keeps", Value: part.Cell{Text: "Its owner, its people, what is in it, and the permissions it was given."}},
		},
		Boxes: []account.MoveBox{
			h.moveBox("lose", "Who loses", "Nobody. No role in its former parent accounts gives access to it.", e.Lose),
			h.moveBox("gain", "Who gains", "Nobody. No role in its new parent accounts gives access to it.", e.Gain),
		},
	}
	if e.Closes {
		p.Facts = append(p.Facts, part.Detail{Label: "Closes", Value: part.Cell{Text: "An account above the new place is suspended, so its people can't work there until that is resumed."}})
	}
	if e.Reopens {
		p.Facts = append(p.Facts, part.Detail{Label: "Opens", Value: part.Cell{Text: "Its parent account is suspended now; the new one isn't."}})
	}
	if len(e.Cut)+len(e.Opened) > 0 {
		box := account.MoveBox{
			Title: "Permissions of the accounts",
			Text:  words.Count(e.People, "person works", "people work") + " in the accounts where this makes a difference. Nothing is deleted: what is limited comes back when it's turned on again.",
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Permission"}, {Text: "What happens"}, {Text: "In accounts", Number: true}}},
		}
		for what, all := range map[string][]accounts.MovedEntitlement{"Limited by the new parent": e.Cut, "No longer limited": e.Opened} {
			for _, x := range all {
				box.Table.Rows = append(box.Table.Rows, part.Row{ID: x.Entitlement.Key, Cells: []part.Cell{{Text: x.Entitlement.Title}, {Text: what}, {Text: words.Number(x.Accounts)}}})
			}
		}
		slices.SortFunc(box.Table.Rows, func(a, b part.Row) int {
			return strings.Compare(a.Cells[1].Text+a.Cells[0].Text, b.Cells[1].Text+b.Cells[0].Text)
		})
		p.Boxes = append(p.Boxes, box)
	}
	if e.Refusal != "" {
		p.Notice = &part.Alert{Tone: part.Bad, Text: e.Refusal, Links: []part.Link{{Text: "Choose another place", URL: here}}}
		return page.Render(c, status, account.Move(p))
	}
	p.Form = &part.Form{Token: v.Token, Action: here, Submit: "Move", Cancel: list, Hidden: []part.Pair{{Name: "to", Value: to}, {Name: "seen", Value: e.Seen}}}
	return page.Render(c, status, account.Move(p))
}

func movesAlong(below int) string {
	if below == 0 {
		return "There is nothing below it."
	}
	return words.Count(below, "account below it", "accounts below it")
}

func (h *Handlers) moveBox(id, title, nobody string, of accounts.MovePeople) account.MoveBox {
	if of.Total == 0 {
		return account.MoveBox{Title: title, Text: nobody}
	}
	b := account.MoveBox{Title: title, Table: part.Table{Columns: []part.Column{{Text: "Person"}, {Text: "Through"}, {Text: "Pages"}, {Text: "In accounts", Number: true}}}}
	for i, x := range of.Some {
		b.Table.Rows = append(b.Table.Rows, part.Row{ID: fmt.Sprint(id, i), Cells: []part.Cell{{Text: x.Name}, {Text: x.Through}, {Text: h.pagesOf(x.What)}, {Text: words.Number(x.Accounts)}}})
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
	for _, s := range h.Catalog.Sections {
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
	ctx, to := c.Request().Context(), page.Posted(c, "to")
	id, err := uuid.Parse(to)
	if err != nil {
		return h.moveTargets(c, g, http.StatusUnprocessableEntity, a, "Choose an account.")
	}
	e, err := h.Store.MoveAccount(ctx, g, a.ID, id, page.Posted(c, "seen"))
	if wrong, ok := page.Problems(err); ok {
		return h.moveTargets(c, g, http.StatusUnprocessableEntity, a, wrong["to"]+wrong[""])
	}
	if errors.Is(err, store.ErrConflict) {
		return h.moveEffect(c, g, http.StatusConflict, a, to, &part.Alert{Tone: part.Warn, Text: "Not moved yet: something changed in the meantime. Here is what would change now."})
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s is under %s now.", a.Name, e.To.Name)
	list := page.AccountPath(g.Resource().Account, "/accounts")
	if back, err := h.Store.MoveEffect(ctx, g, a.ID, e.From.ID); err == nil && back.Refusal == "" {
		h.Say(c, text, page.UndoState{Action: movePath(c, a.ID), Hidden: []part.Pair{{Name: "to", Value: e.From.ID.String()}, {Name: "seen", Value: back.Seen}}})
	} else {
		h.Say(c, text)
	}
	return page.Done(c, list)
}
