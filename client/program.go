package client

import (
	"context"
	"net/http"
	"time"
)

// ServiceAccount is who a program acts as in one account.
type ServiceAccount struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Roles       []HeldRole `json:"roles"`
	State       string     `json:"state"`   // active or suspended
	Keys        int        `json:"keys"`    // that work
	UsedAt      *time.Time `json:"used_at"` // when one of them was used last, to the minute
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`

	Key     *Key   `json:"key"` // the first, of one that was just created with one
	Version string `json:"-"`   // of one that was read by itself, for IfVersion
}

func (a *ServiceAccount) setVersion(version string) { a.Version = version }

// NewServiceAccount is one to create.
type NewServiceAccount struct {
	Name            string     `json:"name"` // 1 to 100 characters
	Description     string     `json:"description,omitempty"`
	Roles           []HeldRole `json:"roles"`
	Key             bool       `json:"key,omitempty"`           // with a first key
	KeyExpiresAt    time.Time  `json:"key_expires_at,omitzero"` // 90 days from now where it is zero
	KeyNeverExpires bool       `json:"key_never_expires,omitempty"`
}

// ServiceAccountChange changes a service account.
type ServiceAccountChange struct {
	Name        *string    `json:"name,omitempty"`
	Description *string    `json:"description,omitempty"`
	Roles       []HeldRole `json:"roles,omitempty"` // all of them; none leaves them
}

// ServiceAccounts are those of an account. Their list takes q and state.
type ServiceAccounts struct {
	Collection[ServiceAccount, NewServiceAccount, ServiceAccountChange]
}

// ServiceAccounts are those of the account.
func (a Account) ServiceAccounts() ServiceAccounts {
	return ServiceAccounts{collection[ServiceAccount, NewServiceAccount, ServiceAccountChange](a, "/settings/service_accounts")}
}

// Suspend stops all keys of one until it is resumed.
func (s ServiceAccounts) Suspend(ctx context.Context, id string) (ServiceAccount, error) {
	return s.Act(ctx, id, "suspend", nil)
}

// Resume lets its keys work again.
func (s ServiceAccounts) Resume(ctx context.Context, id string) (ServiceAccount, error) {
	return s.Act(ctx, id, "resume", nil)
}

// Key is what a program proves with who it acts as.
type Key struct {
	ID                 string     `json:"id"`
	Name               string     `json:"name"`
	ActsAs             string     `json:"acts_as"`         // service_account, or account_owner for a key of the account itself
	ServiceAccount     string     `json:"service_account"` // the id of the one it acts as
	ServiceAccountName string     `json:"service_account_name"`
	State              string     `json:"state"` // active, expired or revoked
	BeginsWith         string     `json:"begins_with"`
	Permissions        []string   `json:"permissions"` // none for all that its roles give
	ReadOnly           bool       `json:"read_only"`
	SubAccounts        bool       `json:"sub_accounts"`   // it opens those below its account too
	Networks           []string   `json:"networks"`       // none for anywhere
	ExpiresAt          *time.Time `json:"expires_at"`     // nil for never
	PreviousUntil      *time.Time `json:"previous_until"` // how long the key works that this one replaced
	RevokedAt          *time.Time `json:"revoked_at"`
	RevokedBy          string     `json:"revoked_by"`
	UsedAt             *time.Time `json:"used_at"` // to the minute
	UsedFrom           string     `json:"used_from"`
	CreatedAt          time.Time  `json:"created_at"`
	CreatedBy          string     `json:"created_by"`

	Secret string `json:"secret"` // the whole key, of one that was just created
}

// NewKey is a key to create.
type NewKey struct {
	Name         string    `json:"name"`                  // 1 to 100 characters
	Permissions  []string  `json:"permissions,omitempty"` // none for all that its roles give
	ReadOnly     bool      `json:"read_only,omitempty"`
	SubAccounts  bool      `json:"sub_accounts,omitempty"` // of a key of the account itself
	Networks     []string  `json:"networks,omitempty"`     // such as 192.0.2.0/24
	ExpiresAt    time.Time `json:"expires_at,omitzero"`    // 90 days from now where it is zero
	NeverExpires bool      `json:"never_expires,omitempty"`
}

// Rotation says how a key is replaced.
type Rotation struct {
	Overlap      string    `json:"overlap"`             // how long the present key goes on working: none, 1h, 24h or 7d
	ExpiresAt    time.Time `json:"expires_at,omitzero"` // of the new key: 90 days from now, or never where the present one never expires
	NeverExpires bool      `json:"never_expires,omitempty"`
}

// Keys are all of an account, or of one service account. Their list takes q and state.
type Keys struct {
	List[Key]
	one address // where one of them is
}

// Keys are all of the account, and those made here act as its owner.
func (a Account) Keys() Keys {
	all := list[Key](a, "/settings/api_keys")
	return Keys{all, all.address}
}

// Keys are those of a service account.
func (s ServiceAccounts) Keys(id string) Keys {
	return Keys{list[Key](s.account, s.at(id, "/keys")), address{s.account, s.path + "/keys"}}
}

// Create creates one. The whole of it is in Secret, this once.
func (k Keys) Create(ctx context.Context, in NewKey, options ...Option) (x Key, err error) {
	err = k.account.do(ctx, http.MethodPost, k.path, in, &x, options...)
	return x, err
}

// Get reads one.
func (k Keys) Get(ctx context.Context, id string) (x Key, err error) {
	err = k.account.do(ctx, http.MethodGet, k.one.at(id, ""), nil, &x)
	return x, err
}

// KeyChange changes a key that works: what is zero stays. What lets it work longer or
// from elsewhere is allowed to who could create it so.
type KeyChange struct {
	Name         string
	Networks     []string // all of them; an empty list that is not nil is for anywhere
	ExpiresAt    time.Time
	NeverExpires bool
}

// Edit changes one.
func (k Keys) Edit(ctx context.Context, id string, change KeyChange) (x Key, err error) {
	in := map[string]any{}
	if change.Name != "" {
		in["name"] = change.Name
	}
	if change.Networks != nil {
		in["networks"] = change.Networks
	}
	switch {
	case change.NeverExpires:
		in["expires_at"] = nil
	case !change.ExpiresAt.IsZero():
		in["expires_at"] = change.ExpiresAt
	}
	err = k.account.do(ctx, http.MethodPatch, k.one.at(id, ""), in, &x)
	return x, err
}

// Revoke ends one at once, for good.
func (k Keys) Revoke(ctx context.Context, id string) (x Key, err error) {
	err = k.account.do(ctx, http.MethodPost, k.one.at(id, "/revoke"), nil, &x)
	return x, err
}

// Rotate replaces one by a new one for the same, whose Secret is told this once.
func (k Keys) Rotate(ctx context.Context, id string, r Rotation, options ...Option) (x Key, err error) {
	err = k.account.do(ctx, http.MethodPost, k.one.at(id, "/rotate"), r, &x, options...)
	return x, err
}
