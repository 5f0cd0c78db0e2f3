// Package search finds what one may open: pages, things to do, accounts, people and
// records, for the palette and for the page of the same address. It decides nothing
// by itself and changes nothing.
package search

import (
	"bailiwick/handlers/account"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
	"bailiwick/handlers/record"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
	account *account.Handlers
	people  *people.Handlers
	record  *record.Handlers
}

// New is the wing, beside those below it.
func New(b *page.Base, a *account.Handlers, p *people.Handlers, r *record.Handlers) *Handlers {
	return &Handlers{b, a, p, r}
}

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.In(page.Get, "/search", "control_panel", h.searchHere).PageAlone("leads to pages; each list has a search of its own"),
		guard.Self(page.Get, "/search", "finds one's own accounts", h.searchMine),
	}
}
