package record

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	records "bailiwick/models/record"
)

// apiDeleted is a deleted record that can be restored.
type apiDeleted struct {
	ID        uuid.UUID `json:"id"`
	Kind      string    `json:"kind" jsonschema:"of what it is, as the audit has it"`
	Name      string    `json:"name"`
	Along     int       `json:"along" jsonschema:"how many other records went with it"`
	DeletedAt time.Time `json:"deleted_at"`
	DeletedBy string    `json:"deleted_by"`
	Until     time.Time `json:"until" jsonschema:"when it is deleted for good"`
}

func (h *Handlers) apiListDeleted(c api.Call) (out api.Page[apiDeleted], err error) {
	period := h.AskedPeriod(c)
	f := records.DeletedFilter{Search: strings.TrimSpace(c.QueryParam("q")), From: period.From, To: period.To, After: c.QueryParam("after"), Limit: records.Page + 1}
	all, err := h.Store.DeletedRecords(c.Request().Context(), c.Grant, h.mayRestore(c.Visit()), f)
	next := ""
	if len(all) > records.Page {
		all = all[:records.Page]
		next = all[len(all)-1].Cursor()
	}
	return api.PageOf(all, next, func(d records.Deleted) apiDeleted {
		return apiDeleted{d.ID, d.Kind, d.Name, d.Along, d.At.UTC(), d.ByName, d.Until().UTC()}
	}), err
}

// apiRestored is a record that is back.
type apiRestored struct {
	ID   uuid.UUID `json:"id"`
	Kind string    `json:"kind" jsonschema:"of what it is, as the audit has it"`
	Name string    `json:"name"`
}

func (h *Handlers) apiRestore(c api.Call) (apiRestored, error) {
	r, err := h.restore(c, c.Grant)
	return apiRestored(r), err
}
