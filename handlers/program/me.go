package program

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	"bailiwick/models/store"
)

// Me is who a key acts as, and how far.
type Me struct {
	Kind    string    `json:"kind"` // service_account, or account_owner for a key of the account itself
	ID      uuid.UUID `json:"id"`   // of the service account, or of the account
	Name    string    `json:"name"`
	Account MyAccount `json:"account"`
	Roles   []MyRole  `json:"roles"`
	Key     MyKey     `json:"key"`
}

// MyAccount is the account that a key belongs to.
type MyAccount struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Kind string    `json:"kind"`
}

// MyRole is a role that a key acts with.
type MyRole struct {
	Key   string     `json:"key"`
	Title string     `json:"title"`
	Until *time.Time `json:"until"` // null for good
}

// MyKey is what a key is for.
type MyKey struct {
	ID          uuid.UUID  `json:"id"`
	Name        string     `json:"name"`
	BeginsWith  string     `json:"begins_with"`
	Permissions []string   `json:"permissions"` // none for all that the roles give
	ReadOnly    bool       `json:"read_only"`
	SubAccounts bool       `json:"sub_accounts"`
	Networks    []string   `json:"networks"`   // none for any
	ExpiresAt   *time.Time `json:"expires_at"` // null for never
}

// showMe tells a program whose key it has.
func (h *Handlers) showMe(c api.Call) (Me, error) {
	v := c.Visit()
	k := v.Program.Key
	me := Me{
		Kind: "account_owner", ID: k.AccountID, Name: v.Program.Name,
		Account: MyAccount{v.Place.Account, v.Place.Name, v.Place.Kind}, Roles: []MyRole{},
		Key: MyKey{k.ID, k.Name, k.Hint, k.Permissions, k.ReadOnly, k.SubAccounts, k.Networks, k.ExpiresAt},
	}
	roles := []store.HeldRole{{Role: h.Catalog.Owner()}}
	if k.ServiceAccountID != nil {
		a, err := h.Store.ServiceAccount(c.Request().Context(), k.TenantID, k.AccountID, *k.ServiceAccountID)
		if err != nil {
			return me, err
		}
		me.Kind, me.ID, roles = a.Principal().Kind.String(), a.ID, h.Store.RolesOf(a)
	}
	for _, r := range roles {
		if r.Ended(h.Store.Now()) {
			continue
		}
		x := MyRole{Key: r.Key, Title: r.Title}
		if !r.Until.IsZero() {
			x.Until = &r.Until
		}
		me.Roles = append(me.Roles, x)
	}
	return me, nil
}
