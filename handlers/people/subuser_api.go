package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
)

// apiSubuser is a subuser as programs read it.
type apiSubuser struct {
	ID          uuid.UUID  `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Roles       []HeldRole `json:"roles"`
	State       string     `json:"state" jsonschema:"active or suspended"`
	HasPassword bool       `json:"has_password"`
	TwoStep     bool       `json:"two_step" jsonschema:"whether the sign-in takes a second step"`
	LastSignIn  *time.Time `json:"last_sign_in,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
}

// apiNewSubuser is a subuser to create.
type apiNewSubuser struct {
	Name        string     `json:"name" jsonschema:"1 to 64 lower-case letters, digits and . _ @ + -"`
	Description string     `json:"description,omitempty"`
	Roles       []HeldRole `json:"roles"`
	Password    string     `json:"password,omitempty" jsonschema:"or none, for a link by which the subuser chooses one"`
}

// apiCreatedSubuser is what whoever creates a subuser is told, once.
type apiCreatedSubuser struct {
	apiSubuser
	LoginLink    string `json:"login_link" jsonschema:"where all subusers of the account sign in"`
	PasswordLink string `json:"password_link,omitempty" jsonschema:"where this one chooses a password, once"`
}

// apiSubuserChange is what can be changed of a subuser.
type apiSubuserChange struct {
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Roles       []HeldRole `json:"roles"`
}

// apiNewPassword is a password for a subuser.
type apiNewPassword struct {
	Password string `json:"password,omitempty" jsonschema:"or none, for a link by which the subuser chooses one"`
}

// apiPasswordLink is where a subuser chooses a password.
type apiPasswordLink struct {
	PasswordLink string `json:"password_link,omitempty" jsonschema:"where the subuser chooses a password, once"`
}

// apiLoginLink is where all subusers of the account sign in.
type apiLoginLink struct {
	LoginLink string `json:"login_link"`
}

func (h *Handlers) apiSubuserOf(u persons.Subuser) apiSubuser {
	return apiSubuser{u.ID, u.Name, u.Description, HeldRoles(h.heldBy(u)), u.State, u.HasPassword(), u.TwoStep, u.LastSignIn, u.CreatedAt.UTC()}
}

// peopleFilters are the parameters of lists of people, by the names that their pages
// have for them.
func peopleFilters(states ...string) []guard.Parameter {
	return []guard.Parameter{api.Search, api.Text("role", "The role they have."), api.OneOf("state", "How they stand.", states...),
		api.OneOf("two_step", "Whether they sign in by two steps.", "on", "off"), api.OneOf("seen", "When they signed in last, in days.", "7", "30", "not30", "not90", "never")}
}

func (h *Handlers) apiListSubusers(c api.Call) (out api.Page[apiSubuser], err error) {
	found, err := h.Store.Subusers(c.Request().Context(), c.Grant, h.readAsked(c, authz.Subuser).filter)
	if err != nil {
		return out, err
	}
	all, next := found.Subusers, ""
	if len(all) > persons.SubuserPage {
		all = all[:persons.SubuserPage]
		next = all[len(all)-1].Name
	}
	return api.PageOf(all, next, h.apiSubuserOf), nil
}

func (h *Handlers) apiReadSubuser(c api.Call) (apiSubuser, error) {
	u, err := api.Thing(c, h.Store.Subuser)
	if err != nil {
		return apiSubuser{}, err
	}
	return h.apiSubuserOf(u), nil
}

func (h *Handlers) apiCreateSubuser(c api.Call, in apiNewSubuser) (out apiCreatedSubuser, path string, err error) {
	made, err := h.Store.CreateSubuser(c.Request().Context(), c.Grant, persons.SubuserInput{
		Name: in.Name, Description: in.Description, Roles: NamedRoles(in.Roles), Password: in.Password, Link: in.Password == "",
	})
	if err != nil {
		return out, "", AtRoles(err, in.Roles)
	}
	out = apiCreatedSubuser{apiSubuser: h.apiSubuserOf(made.Subuser), LoginLink: h.Link("/login/" + made.LoginLink)}
	if made.PasswordLink != "" {
		out.PasswordLink = h.Link("/set-password/" + made.PasswordLink)
	}
	return out, "/settings/subusers/" + made.Subuser.ID.String(), nil
}

func (h *Handlers) apiEditSubuser(c api.Call, patch func(*apiSubuserChange) error) (out apiSubuser, err error) {
	u, err := api.Thing(c, h.Store.Subuser)
	if err != nil {
		return out, err
	}
	in := apiSubuserChange{u.Name, u.Description, HeldRoles(h.heldBy(u))}
	if err := patch(&in); err != nil {
		return out, err
	}
	err = h.Store.EditSubuser(c.Request().Context(), c.Grant, u.ID, persons.SubuserInput{Name: in.Name, Description: in.Description, Roles: NamedRoles(in.Roles)})
	if err != nil {
		return out, AtRoles(err, in.Roles)
	}
	return h.apiReadSubuser(c)
}

// apiChangeSubuser makes the operation of a verb that is told nothing but whom.
func (h *Handlers) apiChangeSubuser(title string, change func(context.Context, authz.Grant, uuid.UUID) error) guard.Operation {
	return api.Do(title, func(c api.Call) (out apiSubuser, err error) {
		u, err := api.Thing(c, h.Store.Subuser)
		if err == nil {
			err = change(c.Request().Context(), c.Grant, u.ID)
		}
		if err != nil {
			return out, err
		}
		return h.apiReadSubuser(c)
	})
}

func (h *Handlers) apiDeleteSubuser(c api.Call) error {
	u, err := api.Thing(c, h.Store.Subuser)
	if err != nil {
		return err
	}
	return h.Store.DeleteSubuser(c.Request().Context(), c.Grant, u.ID, parting(c.QueryParam("revoke_keys") == "true")...)
}

func (h *Handlers) apiResetPassword(c api.Call, in apiNewPassword) (out apiPasswordLink, err error) {
	u, err := api.Thing(c, h.Store.Subuser)
	if err != nil {
		return out, err
	}
	token, err := h.Store.ResetSubuserPassword(c.Request().Context(), c.Grant, u.ID, in.Password, in.Password == "")
	if err == nil && token != "" {
		out.PasswordLink = h.Link("/set-password/" + token)
	}
	return out, err
}

func (h *Handlers) apiReadLoginLink(c api.Call) (out apiLoginLink, err error) {
	link, err := h.Store.LoginLink(c.Request().Context(), c.Grant)
	if err == nil && c.Grant.IsLent() { // who is lent a look is not let in by it
		err = store.ErrNotFound
	}
	if err == nil {
		out.LoginLink = h.Link("/login/" + link)
	}
	return out, err
}

func (h *Handlers) apiReplaceLoginLink(c api.Call) (out apiLoginLink, err error) {
	link, err := h.Store.ReplaceLoginLink(c.Request().Context(), c.Grant)
	if err == nil {
		out.LoginLink = h.Link("/login/" + link)
	}
	return out, err
}
