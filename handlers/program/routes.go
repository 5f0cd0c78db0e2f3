package program

import (
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.ProgramSelf(page.Get, "/me", "tells a program whose key it has", h.showMe),
	}
}
