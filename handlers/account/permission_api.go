package account

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/api"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
)

// apiPermissions are the permissions of a sub-account that have a name in the API.
type apiPermissions struct {
	Permissions map[string]bool `json:"permissions" jsonschema:"each permission, and whether it is granted"`
	Limited     []string        `json:"limited" jsonschema:"those that an account above lacks, so that they have no effect"`
}

// apiPermissionChange grants and revokes permissions; what it does not name stays.
type apiPermissionChange struct {
	Grant  []string `json:"grant_permissions,omitempty" jsonschema:"permissions to grant"`
	Revoke []string `json:"revoke_permissions,omitempty" jsonschema:"permissions to revoke"`
}

// apiEntitlements are all permissions of a sub-account, by their keys.
type apiEntitlements struct {
	Entitlements map[string]bool `json:"entitlements" jsonschema:"each permission by its key, and whether it is granted"`
	Limited      []string        `json:"limited" jsonschema:"those that an account above lacks, so that they have no effect"`
}

// apiEntitlementChange is apiPermissionChange by keys.
type apiEntitlementChange struct {
	Grant  []string `json:"grant,omitempty" jsonschema:"keys of permissions to grant"`
	Revoke []string `json:"revoke,omitempty" jsonschema:"keys of permissions to revoke"`
}

// apiPermissionItem changes the permissions of one of many sub-accounts.
type apiPermissionItem struct {
	ID uuid.UUID `json:"id" jsonschema:"of the sub-account"`
	apiPermissionChange
}

// apiPermissionBatch changes those of many.
type apiPermissionBatch struct {
	Items []apiPermissionItem `json:"items" jsonschema:"500 at most"`
}

// apiPermissionResult is what became of one of many.
type apiPermissionResult struct {
	ID          uuid.UUID       `json:"id"`
	Status      int             `json:"status" jsonschema:"200, or what the problem says"`
	Permissions map[string]bool `json:"permissions,omitempty"`
	Problem     *api.Problem    `json:"problem,omitempty"`
}

type apiPermissionResults struct {
	Results []apiPermissionResult `json:"results"`
}

// naming is how entitlements go by in an operation; empty is by no name.
type naming func(*catalog.Entitlement) string

func apiField(e *catalog.Entitlement) string { return e.APIField }

func entitlementKey(e *catalog.Entitlement) string { return e.Key }

// given are the entitlements of an account as an operation names them.
func (h *Handlers) given(account uuid.UUID, name naming) (granted map[string]bool, limited []string) {
	snap := h.Store.Access()
	at, _ := snap.Find(account)
	granted, limited = map[string]bool{}, []string{}
	for _, e := range h.Catalog.Entitlements {
		if name(e) == "" {
			continue
		}
		granted[name(e)] = snap.Own(at).Covers(e.Bit)
		if snap.CutBy(snap.Parent(at), e.Bit) != authz.NoAccount {
			limited = append(limited, name(e))
		}
	}
	return granted, limited
}

// wishes reads what is granted and revoked. What can not be meant is refused with the
// value that says it, before anything is done.
func (h *Handlers) wishes(name naming, grant, revoke []string, fields ...string) (map[string]bool, error) {
	set, wrong := map[string]bool{}, map[string]string{}
	for i, list := range [][]string{grant, revoke} {
		for n, value := range list {
			at := fmt.Sprintf("/%s/%d", fields[i], n)
			k := slices.IndexFunc(h.Catalog.Entitlements, func(e *catalog.Entitlement) bool { return name(e) == value && value != "" })
			if k < 0 {
				wrong[at] = fmt.Sprintf("%q is not a permission that can be changed here.", value)
				continue
			}
			e := h.Catalog.Entitlements[k]
			was, twice := set[e.Key]
			switch {
			case twice && was == (i == 0):
				wrong[at] = fmt.Sprintf("%q is listed twice.", value)
			case twice:
				wrong[at] = fmt.Sprintf("%q is granted and revoked.", value)
			case e.AlwaysOn && i == 1:
				wrong[at] = fmt.Sprintf("%q can't be revoked: %s is always on.", value, e.Title)
			}
			set[e.Key] = i == 0
		}
	}
	if len(wrong) > 0 {
		return nil, api.Malformed{Pointers: wrong}
	}
	for _, e := range h.Catalog.Entitlements {
		if e.AlwaysOn {
			delete(set, e.Key) // it is granted already
		}
	}
	return set, nil
}

// setAll changes entitlements of one account.
func (h *Handlers) setAll(c api.Call, account uuid.UUID, set map[string]bool) error {
	if len(set) == 0 {
		return nil
	}
	err := h.Store.SetEntitlements(c.Request().Context(), c.Grant, account, set)
	var p store.Problems
	if errors.As(err, &p) { // each says which it is about
		return store.Problems{"": page.Sentences(p)}
	}
	return err
}

func (h *Handlers) apiReadPermissions(c api.Call) (out apiPermissions, err error) {
	a, err := h.subAccount(c, c.Grant)
	if err == nil {
		out.Permissions, out.Limited = h.given(a.ID, apiField)
	}
	return out, err
}

func (h *Handlers) apiEditPermissions(c api.Call, patch func(*apiPermissionChange) error) (apiPermissions, error) {
	a, err := h.subAccount(c, c.Grant)
	if err != nil {
		return apiPermissions{}, err
	}
	if err := h.changePermissions(c, a, patch); err != nil {
		return apiPermissions{}, err
	}
	return h.apiReadPermissions(c)
}

func (h *Handlers) changePermissions(c api.Call, a accounts.Account, patch func(*apiPermissionChange) error) error {
	var in apiPermissionChange
	if err := patch(&in); err != nil {
		return err
	}
	set, err := h.wishes(apiField, in.Grant, in.Revoke, "grant_permissions", "revoke_permissions")
	if err != nil {
		return err
	}
	return h.setAll(c, a.ID, set)
}

func (h *Handlers) apiReadEntitlements(c api.Call) (out apiEntitlements, err error) {
	a, err := h.subAccount(c, c.Grant)
	if err == nil {
		out.Entitlements, out.Limited = h.given(a.ID, entitlementKey)
	}
	return out, err
}

func (h *Handlers) apiEditEntitlements(c api.Call, patch func(*apiEntitlementChange) error) (out apiEntitlements, err error) {
	a, err := h.subAccount(c, c.Grant)
	if err != nil {
		return out, err
	}
	var in apiEntitlementChange
	if err := patch(&in); err != nil {
		return out, err
	}
	set, err := h.wishes(entitlementKey, in.Grant, in.Revoke, "grant", "revoke")
	if err == nil {
		err = h.setAll(c, a.ID, set)
	}
	if err != nil {
		return out, err
	}
	return h.apiReadEntitlements(c)
}

// apiEditManyPermissions changes each of some sub-accounts by itself, and says what
// became of each.
func (h *Handlers) apiEditManyPermissions(c api.Call, in apiPermissionBatch) (out apiPermissionResults, err error) {
	if len(in.Items) == 0 || len(in.Items) > api.MaxAtOnce {
		return out, store.Problems{"items": "Send 1 to 500 at once."}
	}
	for _, x := range in.Items {
		set, err := h.wishes(apiField, x.Grant, x.Revoke, "grant_permissions", "revoke_permissions")
		if err == nil {
			err = h.setOne(c, x.ID, set)
		}
		done := apiPermissionResult{ID: x.ID, Status: http.StatusOK}
		if errors.Is(err, store.ErrNotFound) {
			p := api.Absent()
			done.Status, done.Problem = p.Status, &p
		} else if p, theirs := api.ProblemOf(err); theirs {
			done.Status, done.Problem = p.Status, &p
		} else if err != nil {
			return out, err
		} else {
			done.Permissions, _ = h.given(x.ID, apiField)
		}
		out.Results = append(out.Results, done)
	}
	return out, nil
}

// setOne is setAll for an account that may not be one below.
func (h *Handlers) setOne(c api.Call, account uuid.UUID, set map[string]bool) error {
	v := c.Visit()
	if a, ok := v.Snapshot.Find(account); !ok || a == v.At || !v.Snapshot.Within(a, v.At) {
		return store.ErrNotFound
	}
	return h.setAll(c, account, set)
}
