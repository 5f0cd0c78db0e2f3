package people

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/api"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
)

// HeldRole is a role that somebody has, or is to have, as programs read and send it.
type HeldRole struct {
	Name  string     `json:"name" jsonschema:"as the roles of the account are called, such as Supervisor or custom:<id>"`
	Until *time.Time `json:"until,omitempty" jsonschema:"when it ends; left out where it does not"`
}

// HeldRoles are roles as programs read them.
func HeldRoles(roles []store.HeldRole) []HeldRole {
	all := make([]HeldRole, len(roles))
	for i, r := range roles {
		all[i].Name = roleName(r.Role)
		if !r.Until.IsZero() {
			until := r.Until.UTC()
			all[i].Until = &until
		}
	}
	return all
}

// NamedRoles are roles as the verbs of the store take them.
func NamedRoles(roles []HeldRole) (names []string) {
	for _, r := range roles {
		var until time.Time
		if r.Until != nil {
			until = *r.Until
		}
		names = append(names, store.RoleUntil(r.Name, until))
	}
	return names
}

// AtRoles puts the verbs' problems with roles at the roles that were sent.
func AtRoles(err error, roles []HeldRole) error {
	pairs := []string{"role", "roles"}
	for i, r := range roles {
		pairs = append(pairs, "until."+r.Name, fmt.Sprintf("roles.%d.until", i))
	}
	return api.Renamed(err, pairs...)
}

// apiRole is a role of the account: what it gives is its column of the matrix.
type apiRole struct {
	ID          *uuid.UUID `json:"id,omitempty" jsonschema:"of one of the account's own"`
	Name        string     `json:"name" jsonschema:"what it is given by"`
	Title       string     `json:"title"`
	Set         string     `json:"set" jsonschema:"the set that it is of: subuser, member or account"`
	For         string     `json:"for" jsonschema:"who can have it: member or subuser"`
	Base        string     `json:"base,omitempty" jsonschema:"the key of the role that one of the account's own was made from"`
	Sentence    string     `json:"sentence,omitempty" jsonschema:"what it is for"`
	Permissions []string   `json:"permissions" jsonschema:"the keys of what it gives where it is held"`
	Below       []string   `json:"below" jsonschema:"and of what it gives in accounts below"`
}

// apiNewRole is a role of the account's own to create.
type apiNewRole struct {
	Name        string   `json:"name" jsonschema:"1 to 64 characters"`
	Base        string   `json:"base" jsonschema:"the key of the role to make it from, such as subuser:Supervisor"`
	Permissions []string `json:"permissions" jsonschema:"the keys of what it gives"`
}

// apiRoleChange is what can be changed of it.
type apiRoleChange struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"`
}

func (h *Handlers) keys(m *catalog.Mask) []string {
	all := []string{}
	for _, p := range h.Catalog.Permissions() {
		if m.Has(p) {
			all = append(all, h.Catalog.Info(p).Key)
		}
	}
	return all
}

func (h *Handlers) apiRoleOf(r *catalog.Role) apiRole {
	out := apiRole{Name: roleName(r), Title: r.Title, Sentence: r.Sentence, For: "member", Permissions: h.keys(&r.Own), Below: h.keys(&r.Below)}
	if store.RoleFor(r) == authz.Subuser {
		out.For = "subuser"
	}
	if r.Base != nil {
		out.Base, out.Set = r.Base.Key, r.Base.Set.Key
		return out
	}
	out.Set = r.Set.Key
	return out
}

// apiListRoles lists the roles that somebody can have here, the account's own last.
func (h *Handlers) apiListRoles(c api.Call) (out api.Page[apiRole], err error) {
	all := h.rolesOf(c, authz.Subuser)
	all = append(all, h.rolesOf(c, authz.Member)...)
	return api.PageOf(all, "", h.apiRoleOf), nil
}

func (h *Handlers) apiOwnRole(c api.Call, r store.CustomRole) apiRole {
	api.Version(c, r.Version())
	out := apiRole{Base: r.Base, Title: r.Name, Name: r.Key(), Permissions: r.Permissions, Below: []string{}}
	if x := h.Store.CompiledRole(r); x != nil {
		out = h.apiRoleOf(x)
	}
	out.ID = &r.ID
	return out
}

func (h *Handlers) apiReadRole(c api.Call) (apiRole, error) {
	r, err := api.Thing(c, h.Store.Role)
	if err != nil {
		return apiRole{}, err
	}
	return h.apiOwnRole(c, r), nil
}

func (h *Handlers) apiCreateRole(c api.Call, in apiNewRole) (apiRole, string, error) {
	base := h.Catalog.Role(in.Base)
	if base == nil || !persons.FitsKind(base, c.Visit().Place.Kind) {
		return apiRole{}, "", store.Problems{"base": "Choose a role of this account to begin with."}
	}
	r, err := h.Store.CreateRole(c.Request().Context(), c.Grant, in.Name, in.Base, in.Permissions)
	if err != nil {
		return apiRole{}, "", api.Renamed(err, "permission", "permissions")
	}
	return h.apiOwnRole(c, r), "/roles/" + r.ID.String(), nil
}

func (h *Handlers) apiEditRole(c api.Call, patch func(*apiRoleChange) error) (apiRole, error) {
	r, err := api.Thing(c, h.Store.Role)
	if err == nil {
		err = api.Holds(c, r.Version())
	}
	in := apiRoleChange{r.Name, r.Permissions}
	if err == nil {
		err = patch(&in)
	}
	if err != nil {
		return apiRole{}, err
	}
	e, err := h.Store.EffectOfEdit(c.Request().Context(), r, in.Permissions)
	var will store.CustomRole
	if err == nil {
		will, err = h.Store.EditRole(c.Request().Context(), c.Grant, r.ID, in.Name, in.Permissions, e.Key)
	}
	if err != nil {
		return apiRole{}, api.Renamed(raced(c, err), "permission", "permissions")
	}
	return h.apiOwnRole(c, will), nil
}

// raced is the answer to a change of a role whose effect others changed meanwhile.
func raced(c api.Call, err error) error {
	if errors.Is(err, persons.ErrUnseen) {
		err = store.ErrConflict
	}
	return api.Raced(c, err)
}

func (h *Handlers) apiDeleteRole(c api.Call) error {
	r, err := api.Thing(c, h.Store.Role)
	if err == nil {
		err = api.Holds(c, r.Version())
	}
	if err != nil {
		return err
	}
	instead := c.QueryParam("instead")
	e, err := h.Store.EffectOfDelete(c.Request().Context(), r, instead)
	if err == nil {
		err = h.Store.DeleteRole(c.Request().Context(), c.Grant, r.ID, instead, e.Key)
	}
	return raced(c, err)
}
