package audit

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	audits "bailiwick/models/audit"
	"bailiwick/models/store"
)

// apiEvent is one change, as the CSV has it.
type apiEvent struct {
	Account      uuid.UUID `json:"account"`
	Number       int64     `json:"number" jsonschema:"in the chain of its account"`
	At           time.Time `json:"at"`
	Who          string    `json:"who" jsonschema:"the name of who did it"`
	Principal    string    `json:"principal" jsonschema:"kind:id of who did it"`
	Address      string    `json:"address"`
	Action       string    `json:"action"`
	Permission   string    `json:"permission"`
	Because      string    `json:"because" jsonschema:"which role allowed it"`
	Kind         string    `json:"kind" jsonschema:"of what it was done to"`
	Resource     uuid.UUID `json:"resource" jsonschema:"the id of what it was done to"`
	ResourceName string    `json:"resource_name"`
	Change       any       `json:"change"`
}

// auditParameters are those of the page.
var auditParameters = append([]guard.Parameter{
	api.Search, api.Text("who", "kind:id of who did it."), api.Text("kind", "Of what it was done to."),
	api.OneOf("accounts", "Lists accounts below too.", "below"),
	{Name: "account", Title: "The one of them to narrow the list down to.", Doc: map[string]any{"type": "string", "format": "uuid"}},
}, api.Period...)

// apiListAudit lists changes, newest first. A search that ended with its window goes
// on at next, where the page before it may have found nothing.
func (h *Handlers) apiListAudit(c api.Call) (out api.Page[apiEvent], err error) {
	f := h.askedAudit(c).Filter
	if after := c.QueryParam("after"); after != "" {
		if f.Before = audits.ReadAuditCursor(after); f.Before.Seq == 0 {
			return out, store.ErrNotFound
		}
	}
	events, looked, _, err := h.Store.SearchAudit(c.Request().Context(), c.Grant, f)
	if err != nil {
		return out, err
	}
	next := ""
	switch {
	case len(events) > audits.Page:
		events = events[:audits.Page]
		next = events[len(events)-1].Cursor().String()
	case looked.Seq != 0:
		next = looked.String()
	}
	r, err := h.auditReader(c, c.Grant, events, f.Account)
	if err != nil {
		return out, err
	}
	return api.PageOf(events, next, func(e store.AuditEvent) apiEvent {
		x := apiEvent{
			Account: e.AccountID, Number: e.Seq, At: e.At.UTC(), Who: e.PrincipalName, Principal: e.PrincipalKind + ":" + e.PrincipalID.String(), Address: e.Address,
			Action: e.Action, Permission: e.Permission, Because: r.because(e.Because), Kind: e.Kind, Resource: e.ResourceID, ResourceName: e.ResourceName,
		}
		_ = json.Unmarshal(e.Change, &x.Change) // as the database checked it
		return x
	}), nil
}
