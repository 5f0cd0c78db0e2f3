package account

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
)

// apiOwnership is who owns an account, and to whom it is offered.
type apiOwnership struct {
	Owner     uuid.UUID `json:"owner" jsonschema:"the member who owns it"`
	OwnerName string    `json:"owner_name"`
	Offer     *apiOffer `json:"offer,omitempty" jsonschema:"what waits to be accepted, told to who may hand the account over"`
}

// apiOffer is an offer of ownership that waits.
type apiOffer struct {
	ID        uuid.UUID `json:"id"`
	To        uuid.UUID `json:"to" jsonschema:"the member"`
	ToName    string    `json:"to_name"`
	Below     bool      `json:"below" jsonschema:"whether the accounts below that the same owner has go along"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// apiNewOffer offers an account.
type apiNewOffer struct {
	To    uuid.UUID `json:"to" jsonschema:"the id of one of its heirs"`
	Below bool      `json:"below,omitempty" jsonschema:"whether the accounts below that the same owner has go along"`
}

// apiHeir is somebody to whom an account can be offered.
type apiHeir struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	Email string    `json:"email"`
}

func (h *Handlers) apiOwnershipOf(c api.Call, o owned) (out apiOwnership, err error) {
	out.Owner, out.OwnerName = o.account.OwnerID, o.owner
	if !o.mine {
		return out, nil
	}
	offer, err := h.Store.OfferOf(c.Request().Context(), o.account.TenantID, o.account.ID)
	if offer != nil {
		out.Offer = &apiOffer{offer.ID, offer.OfferedTo, offer.To.Name, offer.WithBelow, offer.CreatedAt.UTC(), offer.ExpiresAt.UTC()}
	}
	return out, err
}

func (h *Handlers) apiReadOwnership(c api.Call) (out apiOwnership, err error) {
	o, err := h.owned(c, c.Grant)
	if err != nil {
		return out, err
	}
	return h.apiOwnershipOf(c, o)
}

func (h *Handlers) apiListHeirs(c api.Call) (out api.Page[apiHeir], err error) {
	o, err := h.owned(c, c.Grant)
	switch {
	case err != nil:
		return out, err
	case !page.Shared(o.account.Kind):
		return out, store.Problems{"": accounts.NotHandedOver(o.account.Kind)}
	case !o.mine:
		return out, accounts.ErrNotOwner
	}
	heirs, err := h.Store.Heirs(c.Request().Context(), c.Grant, o.account, c.QueryParam("q"), c.QueryParam("after"))
	next := ""
	if len(heirs) > accounts.HeirPage {
		heirs = heirs[:accounts.HeirPage]
		next = heirs[len(heirs)-1].Cursor()
	}
	return api.PageOf(heirs, next, func(m accounts.Heir) apiHeir { return apiHeir{m.ID, m.Name, m.Email} }), err
}

func (h *Handlers) apiOfferOwnership(c api.Call, in apiNewOffer) (out apiOwnership, err error) {
	o, err := h.owned(c, c.Grant)
	if err == nil {
		err = h.Store.OfferOwnership(c.Request().Context(), c.Grant, o.account.ID, in.To, in.Below)
	}
	if err != nil {
		return out, err
	}
	return h.apiOwnershipOf(c, o)
}

func (h *Handlers) apiCancelOffer(c api.Call) (out apiOwnership, err error) {
	o, err := h.owned(c, c.Grant)
	if err == nil {
		err = h.Store.CancelOffer(c.Request().Context(), c.Grant, o.account.ID)
	}
	if err != nil {
		return out, err
	}
	return h.apiOwnershipOf(c, o)
}
