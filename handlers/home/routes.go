package home

import (
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/manual"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.In(page.Get, "/", "control_panel", h.showHome).PageAlone("sums up what lists have"),
		guard.Self(page.Get, page.AlertsPath, "is about oneself", h.listAlerts),
		guard.Self(page.Post, page.AlertsPath, "is about oneself", h.readAlerts),
		guard.In(page.Post, "/checklist/dismiss", "control_panel", h.dismissChecklist).PageAlone("is about how the page looks"),
		guard.Self(page.Get, manual.Root, "the manual says the same to everybody", h.listManual),
		guard.Self(page.Get, manual.Root+"/:page", "the manual says the same to everybody", h.showManual),
	}
}
