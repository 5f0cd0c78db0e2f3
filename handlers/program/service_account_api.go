package program

import (
	"context"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/people"
	programs "bailiwick/models/program"
)

// apiServiceAccount is a service account as programs read it.
type apiServiceAccount struct {
	ID          uuid.UUID         `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Roles       []people.HeldRole `json:"roles"`
	State       string            `json:"state" jsonschema:"active or suspended"`
	Keys        int               `json:"keys" jsonschema:"how many of its keys work"`
	UsedAt      *time.Time        `json:"used_at,omitempty" jsonschema:"when one of them was used last, to the minute"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
}

// apiNewServiceAccount is a service account to create.
type apiNewServiceAccount struct {
	Name            string            `json:"name" jsonschema:"1 to 100 characters, such as the program that will use it"`
	Description     string            `json:"description,omitempty"`
	Roles           []people.HeldRole `json:"roles"`
	Key             bool              `json:"key,omitempty" jsonschema:"whether to create a key of it too"`
	KeyExpiresAt    *time.Time        `json:"key_expires_at,omitempty" jsonschema:"of that key; left out, it is 90 days from now"`
	KeyNeverExpires bool              `json:"key_never_expires,omitempty"`
}

// apiCreatedServiceAccount is a new service account, with its first key this once.
type apiCreatedServiceAccount struct {
	apiServiceAccount
	Key *apiCreatedKey `json:"key,omitempty" jsonschema:"where one was asked for"`
}

// apiServiceAccountChange is what can be changed of a service account.
type apiServiceAccountChange struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Roles       []people.HeldRole `json:"roles"`
}

func (h *Handlers) apiServiceAccountOf(a programs.ServiceAccount) apiServiceAccount {
	return apiServiceAccount{a.ID, a.Name, a.Description, people.HeldRoles(h.Store.RolesOf(a)), a.State, a.Keys, a.UsedAt, a.CreatedAt.UTC(), a.UpdatedAt.UTC()}
}

func (h *Handlers) apiListServiceAccounts(c api.Call) (api.Page[apiServiceAccount], error) {
	found, err := h.Store.ServiceAccounts(c.Request().Context(), c.Grant, asked(c))
	return api.PageOf(found.Rows, found.Next, h.apiServiceAccountOf), err
}

func (h *Handlers) apiReadServiceAccount(c api.Call) (out apiServiceAccount, err error) {
	a, err := api.Thing(c, h.Store.ServiceAccount)
	if err != nil {
		return out, err
	}
	api.Version(c, a.Version)
	return h.apiServiceAccountOf(a), nil
}

func (h *Handlers) apiCreateServiceAccount(c api.Call, in apiNewServiceAccount) (out apiCreatedServiceAccount, path string, err error) {
	var first *programs.KeyInput
	if in.Key {
		key := apiNewKey{Name: in.Name, ExpiresAt: in.KeyExpiresAt, NeverExpires: in.KeyNeverExpires}.input()
		first = &key
	}
	a, made, err := h.Store.CreateServiceAccount(c.Request().Context(), c.Grant, programs.ServiceAccountInput{Name: in.Name, Description: in.Description, Roles: people.NamedRoles(in.Roles)}, first)
	if err != nil {
		return out, "", api.Renamed(people.AtRoles(err, in.Roles), "key.expires", "key_expires_at", "key.name", "name", "key.", "key_")
	}
	if first != nil {
		made.ServiceAccount, a.Keys = a.Name, 1
		key := h.apiCreatedKeyOf(made)
		out.Key = &key
	}
	out.apiServiceAccount = h.apiServiceAccountOf(a)
	api.Version(c, a.Version)
	return out, "/settings/service_accounts/" + a.ID.String(), nil
}

func (h *Handlers) apiEditServiceAccount(c api.Call, patch func(*apiServiceAccountChange) error) (out apiServiceAccount, err error) {
	a, err := api.Thing(c, h.Store.ServiceAccount)
	if err == nil {
		err = api.Holds(c, a.Version)
	}
	in := apiServiceAccountChange{a.Name, a.Description, people.HeldRoles(h.Store.RolesOf(a))}
	if err == nil {
		err = patch(&in)
	}
	if err != nil {
		return out, err
	}
	err = h.Store.EditServiceAccount(c.Request().Context(), c.Grant, a.ID, programs.ServiceAccountInput{
		Name: in.Name, Description: in.Description, Roles: people.NamedRoles(in.Roles), Version: a.Version,
	})
	if err != nil {
		return out, api.Raced(c, people.AtRoles(err, in.Roles))
	}
	return h.apiReadServiceAccount(c)
}

// apiChangeServiceAccount makes the operation of a verb that is told nothing but which.
func (h *Handlers) apiChangeServiceAccount(title string, change func(context.Context, authz.Grant, uuid.UUID) error) guard.Operation {
	return api.Do(title, func(c api.Call) (out apiServiceAccount, err error) {
		a, err := api.Thing(c, h.Store.ServiceAccount)
		if err == nil {
			err = change(c.Request().Context(), c.Grant, a.ID)
		}
		if err != nil {
			return out, err
		}
		return h.apiReadServiceAccount(c)
	})
}

func (h *Handlers) apiDeleteServiceAccount(c api.Call) error {
	a, err := api.Thing(c, h.Store.ServiceAccount)
	if err == nil {
		err = api.Holds(c, a.Version)
	}
	if err != nil {
		return err
	}
	return h.Store.DeleteServiceAccount(c.Request().Context(), c.Grant, a.ID)
}
