package account

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
)

// apiSupportAccess is one time that support staff may or might come in.
type apiSupportAccess struct {
	ID       uuid.UUID `json:"id"`
	Access   string    `json:"access" jsonschema:"view or edit"`
	Reason   string    `json:"reason"`
	OpenedBy string    `json:"opened_by" jsonschema:"the name of who turned it on"`
	OpenedAt time.Time `json:"opened_at"`
	Until    time.Time `json:"until"`
	Open     bool      `json:"open" jsonschema:"whether support staff can open the account now"`
}

// apiNewSupportAccess turns it on.
type apiNewSupportAccess struct {
	Access string    `json:"access" jsonschema:"view or edit"`
	Reason string    `json:"reason" jsonschema:"1 to 500 characters, for staff and the audit"`
	Until  time.Time `json:"until" jsonschema:"within 30 days"`
}

// apiTurnedOff says that it is off.
type apiTurnedOff struct {
	Open bool `json:"open"`
}

func (h *Handlers) apiSupportAccessOf(x accounts.SupportAccess) apiSupportAccess {
	return apiSupportAccess{x.ID, x.Access, x.Reason, x.OpenedByName, x.OpenedAt.UTC(), x.Until.UTC(), x.OpenAt(h.Store.Now())}
}

func (h *Handlers) apiListSupportAccess(c api.Call) (out api.Page[apiSupportAccess], err error) {
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return out, store.ErrNotFound
	}
	all, err := h.Store.SupportAccesses(c.Request().Context(), c.Grant, after, accounts.SupportAccessPage+1)
	if err != nil {
		return out, err
	}
	next := ""
	if len(all) > accounts.SupportAccessPage {
		all = all[:accounts.SupportAccessPage]
		next = all[len(all)-1].ID.String()
	}
	return api.PageOf(all, next, h.apiSupportAccessOf), nil
}

func (h *Handlers) apiOpenSupportAccess(c api.Call, in apiNewSupportAccess) (apiSupportAccess, error) {
	x, err := h.Store.OpenSupportAccess(c.Request().Context(), c.Grant, accounts.SupportAccessInput{Access: in.Access, Reason: in.Reason, Until: in.Until})
	return h.apiSupportAccessOf(x), err
}

func (h *Handlers) apiCloseSupportAccess(c api.Call) (apiTurnedOff, error) {
	return apiTurnedOff{}, h.Store.CloseSupportAccess(c.Request().Context(), c.Grant)
}
