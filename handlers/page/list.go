package page

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/models/account"
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

// MaxAccounts is how many accounts a list offers to choose from.
const MaxAccounts = 200

// AccountFilter is the choice of one of the accounts below, where asked names the
// chosen one.
func AccountFilter(asked uuid.UUID, accounts map[uuid.UUID]account.Account) part.Field {
	x := part.Field{Kind: part.Select, Name: "account", ID: "filter-account", Label: "Account", Options: []part.Option{{Text: "Account: any"}}}
	if asked != uuid.Nil {
		x.Value = asked.String()
	}
	for _, a := range slices.SortedFunc(maps.Values(accounts), func(a, b account.Account) int { return strings.Compare(a.Path, b.Path) }) {
		x.Options = append(x.Options, part.Option{Value: a.ID.String(), Text: a.Name})
	}
	return x
}

// Chips are the filters of a list that are in force, each with the list's address
// without it.
func Chips(here string, asked []part.Pair, filters []part.Field) (chips []part.Chip) {
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
	case f.Kind == part.Checkbox, f.Value == "", f.Name == "when" && f.Value == customDays: // those days have chips of their own
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

// Span says which part of a list a page shows: "1–40 of 1,005"; nothing of an empty one.
func Span(before, shown, all int) string {
	if shown == 0 {
		return ""
	}
	return words.Number(before+1) + "–" + words.Number(before+shown) + " of " + words.Number(all)
}
