package page

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/views/part"
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
