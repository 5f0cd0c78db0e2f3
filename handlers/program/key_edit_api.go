package program

import (
	"time"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	programs "bailiwick/models/program"
)

// apiKeyChange is what can be changed of a key that works.
type apiKeyChange struct {
	Name      string     `json:"name"`
	Networks  []string   `json:"networks" jsonschema:"addresses, or networks such as 192.0.2.0/24; none for anywhere"`
	ExpiresAt *time.Time `json:"expires_at" jsonschema:"null for never"`
}

// apiEditKey makes the operation that changes a key, of those that find finds.
func (h *Handlers) apiEditKey(title string, find guard.Finder[programs.Key]) guard.Operation {
	return api.Change(title, func(c api.Call, patch func(*apiKeyChange) error) (out apiKey, err error) {
		k, err := api.Thing(c, find)
		if err != nil {
			return out, err
		}
		in := apiKeyChange{k.Name, k.Networks, k.ExpiresAt}
		if err := patch(&in); err != nil {
			return out, err
		}
		change := programs.KeyEdit{Name: in.Name, Networks: in.Networks, Version: k.Version}
		if in.ExpiresAt != nil {
			change.Expires = *in.ExpiresAt
		}
		if err = h.Store.EditKey(c.Request().Context(), c.Grant, k.ID, change); err == nil {
			k, err = api.Thing(c, find)
		}
		if err != nil {
			return out, ofKey(err)
		}
		return h.apiKeyOf(k), nil
	})
}
