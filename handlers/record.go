package handlers

import "bailiwick/handlers/guard"

func (h *Handlers) recordRoutes() []guard.Route { return nil }
