package account

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"bailiwick/catalog"
	"bailiwick/handlers/api"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
)

// apiSelectAll grants or revokes one permission for all sub-accounts, or for those that
// it narrows them down to.
type apiSelectAll struct {
	Permission string `json:"permission" jsonschema:"its name, or its key"`
	Granted    bool   `json:"granted"`
	apiSubAccounts
}

// apiSubAccounts narrows all sub-accounts down.
type apiSubAccounts struct {
	Q     string     `json:"q,omitempty" jsonschema:"part of their names"`
	Label string     `json:"label,omitempty" jsonschema:"that they carry"`
	Under *uuid.UUID `json:"under,omitempty" jsonschema:"the account that they stand under"`
}

// apiCopy makes sub-accounts have what another one has.
type apiCopy struct {
	From uuid.UUID   `json:"from"`
	To   []uuid.UUID `json:"to,omitempty" jsonschema:"500 at most"`
	All  bool        `json:"all,omitempty" jsonschema:"or all, or those that the rest narrows them down to"`
	apiSubAccounts
}

// apiManyChanged is what became of many.
type apiManyChanged struct {
	Changed int   `json:"changed" jsonschema:"how many sub-accounts have something else now"`
	Undo    int64 `json:"undo" jsonschema:"what to send to undo it"`
}

// apiUndoMany undoes it.
type apiUndoMany struct {
	Undo       int64  `json:"undo"`
	Permission string `json:"permission,omitempty" jsonschema:"the one that was granted or revoked for all; none to undo a copy"`
}

// apiUndone says that it is undone.
type apiUndone struct {
	Undone bool `json:"undone"`
}

func (x apiSubAccounts) filter() accounts.Filter {
	f := accounts.Filter{Search: strings.TrimSpace(x.Q), Label: strings.TrimSpace(x.Label)}
	if x.Under != nil {
		f.Under = *x.Under
	}
	return f
}

// named finds a permission by its name in the API or its key.
func (h *Handlers) named(permission string) (*catalog.Entitlement, error) {
	i := slices.IndexFunc(h.Catalog.Entitlements, func(e *catalog.Entitlement) bool {
		return permission != "" && (permission == e.APIField || permission == e.Key)
	})
	if i < 0 {
		return nil, api.Malformed{Pointers: map[string]string{"/permission": fmt.Sprintf("%q is not a permission that can be changed here.", permission)}}
	}
	return h.Catalog.Entitlements[i], nil
}

func (h *Handlers) apiSelectAll(c api.Call, in apiSelectAll) (out apiManyChanged, err error) {
	e, err := h.named(in.Permission)
	if err != nil {
		return out, err
	}
	done, err := h.Store.SelectAll(c.Request().Context(), c.Grant, e.Key, in.filter(), in.Granted)
	return apiManyChanged{done.Changed, done.Epoch}, api.Renamed(err, "entitlement", "permission")
}

func (h *Handlers) apiCopyPermissions(c api.Call, in apiCopy) (out apiManyChanged, err error) {
	f := in.filter()
	switch {
	case in.All == (len(in.To) > 0):
		return out, store.Problems{"to": "Name the sub-accounts, or say that all are meant."}
	case len(in.To) > api.MaxAtOnce:
		return out, store.Problems{"to": "Send at most 500 at once."}
	}
	f.IDs = in.To
	e, err := h.Store.CopyEntitlements(c.Request().Context(), c.Grant, in.From, f)
	return apiManyChanged{e.Changed, e.Epoch}, err
}

func (h *Handlers) apiUndoMany(c api.Call, in apiUndoMany) (out apiUndone, err error) {
	key := ""
	if in.Permission != "" {
		e, err := h.named(in.Permission)
		if err != nil {
			return out, err
		}
		key = e.Key
	}
	err = h.Store.UndoSelectAll(c.Request().Context(), c.Grant, key, in.Undo)
	return apiUndone{err == nil}, api.Renamed(err, "entitlement", "permission")
}
