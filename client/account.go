package client

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Identity is who a key acts as, and how far.
type Identity struct {
	Kind    string     `json:"kind"` // service_account, or account_owner for a key of the account itself
	ID      string     `json:"id"`   // of the service account, or of the account
	Name    string     `json:"name"`
	Account OwnAccount `json:"account"` // that the key belongs to
	Roles   []KeyRole  `json:"roles"`   // that it acts with
	Key     KeyScope   `json:"key"`
}

// KeyRole is a role that a key acts with.
type KeyRole struct {
	Key   string     `json:"key"` // such as subuser:Supervisor
	Title string     `json:"title"`
	Until *time.Time `json:"until"` // nil for good
}

// KeyScope is what a key is for.
type KeyScope struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	BeginsWith  string     `json:"begins_with"`
	Permissions []string   `json:"permissions"` // none for all that the roles give
	ReadOnly    bool       `json:"read_only"`
	SubAccounts bool       `json:"sub_accounts"`
	Networks    []string   `json:"networks"`   // none for any
	ExpiresAt   *time.Time `json:"expires_at"` // nil for never
}

// Me tells whose key it is.
func (c *Client) Me(ctx context.Context) (x Identity, err error) {
	err = c.Do(ctx, http.MethodGet, "/me", nil, &x)
	return x, err
}

// OwnAccount is an account as those in it read it.
type OwnAccount struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // personal, main or sub
	Name string `json:"name"`
}

// Read reads the account itself.
func (a Account) Read(ctx context.Context) (x OwnAccount, err error) {
	err = a.do(ctx, http.MethodGet, "/settings/account", nil, &x)
	return x, err
}

// Rename gives the account another name.
func (a Account) Rename(ctx context.Context, name string) (x OwnAccount, err error) {
	err = a.do(ctx, http.MethodPatch, "/settings/account", map[string]string{"name": name}, &x)
	return x, err
}

// SubAccount is an account below another.
type SubAccount struct {
	ID         string    `json:"id"`
	Parent     string    `json:"parent"` // the account right above
	Name       string    `json:"name"`
	State      string    `json:"state"`        // active, suspended or archived
	Owner      string    `json:"owner"`        // the member who owns it
	OpenToMain bool      `json:"open_to_main"` // whether members of accounts above may open it
	Labels     []string  `json:"labels"`
	CreatedAt  time.Time `json:"created_at"`
}

// NewSubAccount is one to create. It starts with the permissions of the newest one.
type NewSubAccount struct {
	Name string `json:"name"` // 1 to 100 characters
}

// SubAccountChange changes a sub-account.
type SubAccountChange struct {
	Name       *string  `json:"name,omitempty"`
	OpenToMain *bool    `json:"open_to_main,omitempty"`
	Labels     []string `json:"labels,omitzero"` // all of them; nil leaves them
}

// SubAccounts are those below an account. Their list takes q, label and state.
type SubAccounts struct {
	Collection[SubAccount, NewSubAccount, SubAccountChange]
	Batches
}

// SubAccounts are those below the account.
func (a Account) SubAccounts() SubAccounts {
	c := collection[SubAccount, NewSubAccount, SubAccountChange](a, "/accounts")
	return SubAccounts{c, Batches{c.address}}
}

// CreateMany creates up to 500, all of them or none.
func (s SubAccounts) CreateMany(ctx context.Context, names []string, options ...Option) ([]SubAccount, error) {
	var p Page[SubAccount]
	err := s.account.do(ctx, http.MethodPost, s.path+"/many", map[string]any{"names": names}, &p, options...)
	return p.Items, err
}

// Suspend closes one, and those below it, until it is resumed.
func (s SubAccounts) Suspend(ctx context.Context, id string) (SubAccount, error) {
	return s.Act(ctx, id, "suspend", nil)
}

// Resume opens one that is suspended.
func (s SubAccounts) Resume(ctx context.Context, id string) (SubAccount, error) {
	return s.Act(ctx, id, "resume", nil)
}

// Archive closes one, with those below it, and takes it out of lists.
func (s SubAccounts) Archive(ctx context.Context, id string) (SubAccount, error) {
	return s.Act(ctx, id, "archive", nil)
}

// Restore brings an archived one back.
func (s SubAccounts) Restore(ctx context.Context, id string) (SubAccount, error) {
	return s.Act(ctx, id, "restore", nil)
}

// Move puts one, with those below it, right below another account.
func (s SubAccounts) Move(ctx context.Context, id, to string) (SubAccount, error) {
	return s.Act(ctx, id, "move", map[string]string{"to": to})
}

// DeleteForGood deletes one, and where along is set what stands below it. Its name
// says that it is this one.
func (s SubAccounts) DeleteForGood(ctx context.Context, id, name string, along bool) error {
	options := []Option{With("name", name)}
	if along {
		options = append(options, With("along", strconv.FormatBool(along)))
	}
	return s.Delete(ctx, id, options...)
}

// Permissions are those of a sub-account that have a name in the API.
type Permissions struct {
	Permissions map[string]bool `json:"permissions"` // each, and whether it is granted
	Limited     []string        `json:"limited"`     // those that an account above lacks, so that they have no effect
}

// PermissionChange grants and revokes permissions; what it does not name stays.
type PermissionChange struct {
	Grant  []string `json:"grant_permissions,omitempty"`
	Revoke []string `json:"revoke_permissions,omitempty"`
}

// Permissions reads those of a sub-account.
func (s SubAccounts) Permissions(ctx context.Context, id string) (p Permissions, err error) {
	err = s.account.do(ctx, http.MethodGet, s.at(id, "/permissions"), nil, &p)
	return p, err
}

// ChangePermissions grants and revokes some of a sub-account.
func (s SubAccounts) ChangePermissions(ctx context.Context, id string, change PermissionChange) (p Permissions, err error) {
	err = s.account.do(ctx, http.MethodPatch, s.at(id, "/permissions"), change, &p)
	return p, err
}

// PermissionChangeOf changes the permissions of one of many sub-accounts.
type PermissionChangeOf struct {
	ID string `json:"id"`
	PermissionChange
}

// PermissionResult is what became of one of many.
type PermissionResult struct {
	ID          string          `json:"id"`
	Status      int             `json:"status"` // 200, or what the problem says
	Permissions map[string]bool `json:"permissions"`
	Problem     *Problem        `json:"problem"`
}

// ChangeManyPermissions changes up to 500 sub-accounts, each by itself.
func (s SubAccounts) ChangeManyPermissions(ctx context.Context, changes []PermissionChangeOf, options ...Option) ([]PermissionResult, error) {
	var out struct {
		Results []PermissionResult `json:"results"`
	}
	err := s.account.do(ctx, http.MethodPost, "/permissions", map[string]any{"items": changes}, &out, options...)
	return out.Results, err
}

// Entitlements are all permissions of a sub-account, by their keys.
type Entitlements struct {
	Entitlements map[string]bool `json:"entitlements"` // each, and whether it is granted
	Limited      []string        `json:"limited"`      // those that an account above lacks, so that they have no effect
}

// Entitlements reads all permissions of a sub-account.
func (s SubAccounts) Entitlements(ctx context.Context, id string) (e Entitlements, err error) {
	err = s.account.do(ctx, http.MethodGet, s.at(id, "/entitlements"), nil, &e)
	return e, err
}

// ChangeEntitlements grants and revokes some by their keys.
func (s SubAccounts) ChangeEntitlements(ctx context.Context, id string, grant, revoke []string) (e Entitlements, err error) {
	change := map[string][]string{}
	if len(grant) > 0 {
		change["grant"] = grant
	}
	if len(revoke) > 0 {
		change["revoke"] = revoke
	}
	err = s.account.do(ctx, http.MethodPatch, s.at(id, "/entitlements"), change, &e)
	return e, err
}

// Event is one change in the audit of an account.
type Event struct {
	Account      string    `json:"account"`
	Number       int64     `json:"number"` // in the chain of its account
	At           time.Time `json:"at"`
	Who          string    `json:"who"`       // the name of who did it
	Principal    string    `json:"principal"` // kind:id of who did it
	Address      string    `json:"address"`
	Action       string    `json:"action"`
	Permission   string    `json:"permission"`
	Because      string    `json:"because"`  // which role allowed it
	Kind         string    `json:"kind"`     // of what it was done to
	Resource     string    `json:"resource"` // the id of what it was done to
	ResourceName string    `json:"resource_name"`
	Change       any       `json:"change"`
}

// Audit is what was done in the account, newest first.
func (a Account) Audit() List[Event] { return list[Event](a, "/audit") }
