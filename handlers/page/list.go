package page

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// ListOf is the section that lists what a section shows one of.
func (h *Base) ListOf(one *catalog.Section) *catalog.Section {
	for _, s := range h.Catalog.Sections {
		if s != one && s.Records != nil && s.Records.One == one {
			return s
		}
	}
	return one
}

// someAccounts is how many accounts a list offers before anything is searched.
const someAccounts = 50

// AccountFilter is the choice of one of the accounts that a list at an address shows by
// a permission: searched in as one types, at that address (SuggestAccounts).
func (h *Base) AccountFilter(c echo.Context, g authz.Grant, here string, p catalog.Permission, chosen uuid.UUID) (part.Field, error) {
	x := part.Field{Kind: part.Reference, Name: "account", ID: "filter-account", Label: "Account", Options: []part.Option{{Text: "Account: any"}},
		SuggestURL: WithQuery(here, "options", "account"), Find: strings.TrimSpace(c.QueryParam("find-account"))}
	options, more, err := h.accountOptions(c, g, p, x.Find)
	x.Options, x.More = append(x.Options, options...), more || x.Find != ""
	if err != nil || chosen == uuid.Nil {
		return x, err
	}
	x.Value = chosen.String()
	x.Values = []string{x.Value}
	if !slices.ContainsFunc(options, func(o part.Option) bool { return o.Value == x.Value }) {
		a, err := h.Store.Account(c.Request().Context(), g.Resource().Tenant, chosen)
		if err != nil {
			return x, err
		}
		x.Options = append(x.Options, part.Option{Value: x.Value, Text: a.Name})
	}
	return x, nil
}

// SuggestAccounts answers a list where its AccountFilter asks, as one types; asked is
// false for the list itself. It is decided as the list is.
func (h *Base) SuggestAccounts(c echo.Context, g authz.Grant, p catalog.Permission) (asked bool, err error) {
	if c.QueryParam("options") != "account" {
		return false, nil
	}
	options, more, err := h.accountOptions(c, g, p, c.QueryParam("q"))
	if err != nil {
		return true, err
	}
	return true, Render(c, http.StatusOK, part.Suggestions(options, more))
}

func (h *Base) accountOptions(c echo.Context, g authz.Grant, p catalog.Permission, search string) (options []part.Option, more bool, err error) {
	all, more, err := h.Store.AccountsSeen(c.Request().Context(), g, p, search, someAccounts)
	for _, a := range all {
		options = append(options, part.Option{Value: a.ID.String(), Text: a.Name})
	}
	return options, more, err
}

// Chips are what is searched for and the filters of a list that are in force, each
// with the list's address without it.
func Chips(here string, asked []part.Pair, filters []part.Field) (chips []part.Chip) {
	for _, p := range asked {
		if p.Name == "q" && p.Value != "" {
			chips = append(chips, part.Chip{Text: "Search: " + p.Value, RemoveURL: Address(here, Without(asked, "q"))})
		}
	}
	for _, f := range filters {
		if text := inForce(f); text != "" {
			chips = append(chips, part.Chip{Text: text, RemoveURL: Address(here, Without(asked, append(dependent[f.Name], f.Name)...))})
		}
	}
	return chips
}

// dependent are the parameters that mean nothing without another.
var dependent = map[string][]string{"accounts": {"account"}}

// Without leaves out the pairs of some names.
func Without(pairs []part.Pair, names ...string) []part.Pair {
	return slices.DeleteFunc(slices.Clone(pairs), func(p part.Pair) bool { return slices.Contains(names, p.Name) })
}

// Kept are the pairs that a search with such filters does not send by itself.
func Kept(asked []part.Pair, filters []part.Field) []part.Pair {
	sent := []string{"q"}
	for _, f := range filters {
		sent = append(sent, f.Name)
	}
	return Without(asked, sent...)
}

// inForce says what a filter narrows down to; nothing where it does not.
func inForce(f part.Field) string {
	switch {
	case f.Kind == part.Checkbox && f.Checked:
		return f.Label
	case f.Kind == part.Checkbox, f.Value == "", f.Kind == part.Select && f.Value == CustomDays: // those days have chips of their own
		return ""
	case f.Kind == part.Date:
		t, _ := time.Parse(time.DateOnly, f.Value) // as it was read
		return f.Label + " " + words.Day(t)
	}
	for _, o := range f.Options {
		if o.Value == f.Value {
			return f.Label + ": " + strings.TrimPrefix(o.Text, f.Label+": ")
		}
	}
	return f.Label + ": " + f.Value
}

// Span says which part of a list a page shows: "41–80 of 1,005 sub-accounts", or "12
// sub-accounts" where that is all; nothing of an empty one.
func Span(before, shown, all int, one, many string) string {
	return spanOf(before, shown, all, words.Count(all, one, many))
}

// SpanCapped is Span of what Capped counts.
func SpanCapped(before, shown, all int, one, many string) string {
	return spanOf(before, shown, all, Capped(all, one, many))
}

// Capped is how many there are of what is counted up to store.CountCap, and one more for
// more than that.
func Capped(n int, one, many string) string {
	if n > store.CountCap {
		return "more than " + words.Count(store.CountCap, one, many)
	}
	return words.Count(n, one, many)
}

func spanOf(before, shown, all int, counted string) string {
	switch {
	case shown == 0:
		return ""
	case before == 0 && shown >= all:
		return counted
	}
	return words.Number(before+1) + "–" + words.Number(before+shown) + " of " + counted
}

// Pages is a list that is read from a cursor on, page by page, and never backwards.
type Pages struct {
	Here   string // the list's address
	One    string // what it is a list of, in lower case, and several of them
	Many   string
	Asked  []string            // and what it is asked for, as pairs
	Cursor string              // the parameter that says where a page begins
	Next   string              // where the page after this one does; empty where there is none
	Count  func() (int, error) // how many there are; store.CountCap and one more for more than that, negative where nobody knows
	Shown  int                 // how many this page shows, where they are no rows of the list's table
}

// Paged leads from a list that has its rows to the pages beside it, and says which part
// of all this one shows. It counts only where there is more than this page; how many
// stand before it says its address. It gives how many there are, as far as it knows.
func Paged(c echo.Context, l *part.List, p Pages) (all int, err error) {
	shown, first := cmp.Or(p.Shown, len(l.Table.Rows)), 0
	if c.QueryParam(p.Cursor) != "" {
		l.Pager.Previous = WithQuery(p.Here, p.Asked...)
		if first, err = strconv.Atoi(c.QueryParam("first")); err != nil || first <= 0 {
			first = -1 // an address that does not say
		}
	}
	all = max(first, 0) + shown
	if p.Next != "" {
		l.Pager.Next = WithQuery(p.Here, slices.Concat(p.Asked, []string{p.Cursor, p.Next, "first", strconv.Itoa(all)})...)
		if all, err = p.Count(); err != nil {
			return 0, err
		}
	}
	switch {
	case first < 0 || all < 0:
	case p.Next != "":
		l.Pager.Summary = SpanCapped(first, shown, all, p.One, p.Many)
	default:
		l.Pager.Summary = Span(first, shown, all, p.One, p.Many)
	}
	return all, nil
}
