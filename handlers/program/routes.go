package program

import (
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.ProgramSelf("/me", "tells a program whose key it has", api.Read("Read whose key this is", h.showMe)),
	}
}
