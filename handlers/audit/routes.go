package audit

import (
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.In(page.Get, "/audit", "audit", h.listAudit).
			API(api.List("List changes, newest first", h.apiListAudit, auditParameters...)),
	}
}
