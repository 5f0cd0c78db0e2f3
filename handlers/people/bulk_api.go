package people

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
)

// apiPeopleBatch is an act on many subusers or members.
type apiPeopleBatch struct {
	Act   string      `json:"act" jsonschema:"what is done to each"`
	Role  string      `json:"role,omitempty" jsonschema:"that is given or taken"`
	Until *time.Time  `json:"until,omitempty" jsonschema:"when the given role ends"`
	IDs   []uuid.UUID `json:"ids" jsonschema:"500 at most"`
	// RevokeKeys is about those who go.
	RevokeKeys bool `json:"revoke_keys,omitempty" jsonschema:"of delete and remove: whether the API keys that they created here are revoked"`
}

// revokeKeys is a parameter of what removes somebody.
var revokeKeys = api.OneOf("revoke_keys", "Revokes the API keys that they created here.", "true")

func parting(revokeKeys bool) []persons.Parting {
	if revokeKeys {
		return []persons.Parting{persons.RevokeKeys}
	}
	return nil
}

// apiChangeMany makes the operation that does an act to many.
func (h *Handlers) apiChangeMany(k kind) guard.Operation {
	o := api.Act("Change many "+k.several, func(c api.Call, in apiPeopleBatch) (out api.Batch, err error) {
		act, ok := k.find(in.Act)
		if !ok {
			return out, store.Problems{"act": "Choose what to do with the selected " + k.several + "."}
		}
		g, err := h.grantFor(c, c.Grant, k, act.act)
		if err != nil {
			return out, err
		}
		roles := act.act == persons.GiveRole || act.act == persons.TakeRole
		switch {
		case len(in.IDs) > api.MaxAtOnce:
			return out, store.Problems{"ids": "Send at most 500 at once."}
		case roles && in.Role == "":
			return out, store.Problems{"role": "Choose a role."}
		case in.Until != nil && act.act != persons.GiveRole:
			return out, store.Problems{"until": "Only a role that is given ends."}
		}
		role := in.Role
		if in.Until != nil {
			role = store.RoleUntil(in.Role, *in.Until)
		}
		b, err := h.Store.ChangePeople(c.Request().Context(), g, k.by, act.act, role, persons.Selection{Many: store.Some(in.IDs...)}, parting(in.RevokeKeys)...)
		return api.BatchOf(b), api.Renamed(err, "until."+in.Role, "until")
	})
	var acts []string
	for _, a := range k.acts {
		acts = append(acts, a.act)
	}
	o.In = api.Only(o.In, "act", acts...)
	return o
}

func (h *Handlers) apiReadMany(k kind) guard.Operation {
	return api.Read("Read what a batch did", func(c api.Call) (api.Batch, error) {
		b, _, err := h.manyBatch(c, c.Grant, k)
		return api.BatchOf(b), err
	})
}

func (h *Handlers) apiUndoMany(k kind) guard.Operation {
	return api.Do("Undo a batch", func(c api.Call) (api.Batch, error) {
		b, g, err := h.manyBatch(c, c.Grant, k)
		if err == nil {
			b, err = h.Store.UndoPeopleBatch(c.Request().Context(), g, k.by, b.ID)
		}
		return api.BatchOf(b), err
	})
}
