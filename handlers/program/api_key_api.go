package program

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	programs "bailiwick/models/program"
	"bailiwick/models/store"
)

// apiKey is a key as programs read it.
type apiKey struct {
	ID                 uuid.UUID  `json:"id"`
	Name               string     `json:"name"`
	ActsAs             string     `json:"acts_as" jsonschema:"service_account, or account_owner for a key of the account itself"`
	ServiceAccount     *uuid.UUID `json:"service_account,omitempty" jsonschema:"the id of the one it acts as"`
	ServiceAccountName string     `json:"service_account_name,omitempty"`
	State              string     `json:"state" jsonschema:"active, expired or revoked"`
	BeginsWith         string     `json:"begins_with"`
	Permissions        []string   `json:"permissions" jsonschema:"the keys of those it is for; none for all that its roles give"`
	ReadOnly           bool       `json:"read_only"`
	SubAccounts        bool       `json:"sub_accounts" jsonschema:"whether it opens those below its account too"`
	Networks           []string   `json:"networks" jsonschema:"where it may be used from; none for anywhere"`
	ExpiresAt          *time.Time `json:"expires_at" jsonschema:"null for never"`
	PreviousUntil      *time.Time `json:"previous_until,omitempty" jsonschema:"how long the key works that this one replaced"`
	RevokedAt          *time.Time `json:"revoked_at,omitempty"`
	RevokedBy          string     `json:"revoked_by,omitempty"`
	UsedAt             *time.Time `json:"used_at,omitempty" jsonschema:"to the minute"`
	UsedFrom           string     `json:"used_from,omitempty" jsonschema:"the address"`
	CreatedAt          time.Time  `json:"created_at"`
	CreatedBy          string     `json:"created_by"`
}

// apiNewKey is a key to create.
type apiNewKey struct {
	Name         string     `json:"name" jsonschema:"1 to 100 characters, such as where the program runs"`
	Permissions  []string   `json:"permissions,omitempty" jsonschema:"the keys of those it is for; none for all that its roles give"`
	ReadOnly     bool       `json:"read_only,omitempty"`
	SubAccounts  bool       `json:"sub_accounts,omitempty" jsonschema:"of a key of the account itself: whether it opens those below too"`
	Networks     []string   `json:"networks,omitempty" jsonschema:"addresses, or networks such as 192.0.2.0/24"`
	ExpiresAt    *time.Time `json:"expires_at,omitempty" jsonschema:"left out, it is 90 days from now"`
	NeverExpires bool       `json:"never_expires,omitempty"`
}

// apiRotation says how a key is replaced.
type apiRotation struct {
	Overlap      string     `json:"overlap" jsonschema:"how long the present key goes on working: none, 1h, 24h or 7d"`
	ExpiresAt    *time.Time `json:"expires_at,omitempty" jsonschema:"of the new key; left out, it is 90 days from now, or never where the present one never expires"`
	NeverExpires bool       `json:"never_expires,omitempty"`
}

// apiCreatedKey is a new key, with the whole of it this once.
type apiCreatedKey struct {
	apiKey
	Secret string `json:"secret" jsonschema:"the whole key, given only now"`
}

func (h *Handlers) apiKeyOf(k programs.Key) apiKey {
	now := h.Store.Now()
	out := apiKey{
		ID: k.ID, Name: k.Name, ActsAs: "account_owner", ServiceAccount: k.ServiceAccountID, ServiceAccountName: k.ServiceAccount, State: k.State(now), BeginsWith: k.Hint,
		Permissions: k.Permissions, ReadOnly: k.ReadOnly, SubAccounts: k.SubAccounts, Networks: k.Networks, ExpiresAt: k.ExpiresAt,
		RevokedAt: k.RevokedAt, RevokedBy: k.RevokedByName, UsedAt: k.UsedAt, UsedFrom: k.UsedFrom, CreatedAt: k.CreatedAt.UTC(), CreatedBy: k.CreatedByName,
	}
	if k.ServiceAccountID != nil {
		out.ActsAs = "service_account"
	}
	if k.Works(now) && k.PreviousUntil != nil && now.Before(*k.PreviousUntil) {
		out.PreviousUntil = k.PreviousUntil
	}
	return out
}

func (h *Handlers) apiCreatedKeyOf(made programs.MadeKey) apiCreatedKey {
	return apiCreatedKey{h.apiKeyOf(made.Key), made.Secret}
}

// keyFilters are the parameters of lists of keys, by the names that their pages have
// for them.
var keyFilters = []guard.Parameter{api.Search, api.OneOf("state", "How they stand.", "active", "expired", "revoked")}

// asked reads what a list is narrowed down to.
func asked(c api.Call) programs.Filter {
	return programs.Filter{Search: c.QueryParam("q"), State: c.QueryParam("state"), After: c.QueryParam("after")}
}

func (h *Handlers) apiListKeys(c api.Call) (api.Page[apiKey], error) {
	found, err := h.Store.Keys(c.Request().Context(), c.Grant, asked(c))
	return api.PageOf(found.Rows, found.Next, h.apiKeyOf), err
}

func (h *Handlers) apiListKeysOfProgram(c api.Call) (out api.Page[apiKey], err error) {
	a, err := api.Thing(c, h.Store.ServiceAccount)
	if err != nil {
		return out, err
	}
	f := asked(c)
	f.Program = a.ID
	found, err := h.Store.Keys(c.Request().Context(), c.Grant, f)
	return api.PageOf(found.Rows, found.Next, h.apiKeyOf), err
}

// apiReadKey makes the operation that reads a key, of those that find finds.
func (h *Handlers) apiReadKey(title string, find guard.Finder[programs.Key]) guard.Operation {
	return api.Read(title, func(c api.Call) (out apiKey, err error) {
		k, err := api.Thing(c, find)
		if err == nil {
			out = h.apiKeyOf(k)
		}
		return out, err
	})
}

func (in apiNewKey) input() programs.KeyInput {
	k := programs.KeyInput{Name: in.Name, Permissions: in.Permissions, ReadOnly: in.ReadOnly, SubAccounts: in.SubAccounts, Networks: in.Networks, Never: in.NeverExpires}
	if in.ExpiresAt != nil {
		k.Expires = *in.ExpiresAt
	}
	return k
}

// ofKey gives problems with a key the names that its fields have here.
func ofKey(err error) error { return api.Renamed(err, "expires", "expires_at") }

func (h *Handlers) apiCreateKey(c api.Call, in apiNewKey) (out apiCreatedKey, path string, err error) {
	made, err := h.Store.CreateKey(c.Request().Context(), c.Grant, uuid.Nil, in.input())
	if err != nil {
		return out, "", ofKey(err)
	}
	return h.apiCreatedKeyOf(made), "/settings/api_keys/" + made.ID.String(), nil
}

func (h *Handlers) apiCreateProgramKey(c api.Call, in apiNewKey) (out apiCreatedKey, path string, err error) {
	a, err := api.Thing(c, h.Store.ServiceAccount)
	if err != nil {
		return out, "", err
	}
	if in.SubAccounts {
		return out, "", store.Problems{"sub_accounts": "A service account works in one account, and so does its key."}
	}
	made, err := h.Store.CreateKey(c.Request().Context(), c.Grant, a.ID, in.input())
	if err != nil {
		return out, "", ofKey(err)
	}
	made.ServiceAccount = a.Name
	return h.apiCreatedKeyOf(made), "/settings/service_accounts/keys/" + made.ID.String(), nil
}

// apiRotateKey makes the operation that replaces a key, of those that find finds.
func (h *Handlers) apiRotateKey(title string, find guard.Finder[programs.Key]) guard.Operation {
	return api.Act(title, func(c api.Call, in apiRotation) (out apiCreatedKey, err error) {
		k, err := api.Thing(c, find)
		if err != nil {
			return out, err
		}
		r := programs.Rotation{Never: in.NeverExpires}
		var offered bool
		if r.Overlap, offered = overlaps[in.Overlap]; !offered {
			return out, store.Problems{"overlap": "Choose none, 1h, 24h or 7d."}
		}
		if in.ExpiresAt != nil {
			r.Expires = *in.ExpiresAt
		}
		made, err := h.Store.RotateKey(c.Request().Context(), c.Grant, k.ID, r)
		if err != nil {
			return out, ofKey(err)
		}
		made.ServiceAccount = k.ServiceAccount
		return h.apiCreatedKeyOf(made), nil
	})
}

// overlaps are how long a replaced key may go on working.
var overlaps = map[string]time.Duration{"none": 0, "1h": time.Hour, "24h": 24 * time.Hour, "7d": programs.LongestOverlap}

// apiRevokeKey makes the operation that revokes a key, of those that find finds.
func (h *Handlers) apiRevokeKey(title string, find guard.Finder[programs.Key]) guard.Operation {
	return api.Do(title, func(c api.Call) (out apiKey, err error) {
		k, err := api.Thing(c, find)
		if err == nil {
			err = h.Store.RevokeKey(c.Request().Context(), c.Grant, k.ID)
		}
		if err == nil {
			k, err = api.Thing(c, find)
		}
		if err != nil {
			return out, err
		}
		return h.apiKeyOf(k), nil
	})
}
