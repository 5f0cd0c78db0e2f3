package page

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// ProofFields are what a form that costs a lot asks besides: the password, where
// it was not given within the last five minutes. The handler that takes the form
// calls prove first.
func (h *Base) ProofFields(c echo.Context, wrong store.Problems) []part.Field {
	if guard.Of(c).Session.Fresh(h.Store.Now()) {
		return nil
	}
	return []part.Field{{
		Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password",
		Help: "To make sure that it's you. You won't be asked again for five minutes.", Problem: wrong["proof"],
	}}
}

// Prove lets on whoever gave their password within the last five minutes or
// gives it now; others get Problems at the field proof.
func (h *Base) Prove(c echo.Context) error {
	v, password := guard.Of(c), Posted(c, "proof")
	switch {
	case v.Session.Fresh(h.Store.Now()):
		return nil
	case password == "":
		return store.Problems{"proof": "Send your password too: this needs a proof of the last five minutes."}
	}
	a := Own(c, login.DoorPassword)
	if _, err := h.Allow(c, a); err != nil {
		return err
	}
	err := h.Guard.Prove(c, authz.Self(v.Actor()), password)
	h.TellProof(c, a, "proof", err)
	return err
}

// letsIn are the permissions by which somebody lets others in, or says what they
// may: whoever gives one of them multiplies what a stolen session can do. The
// roles of subusers have none.
var letsIn = []string{"members.add", "members.edit", "subuser_create", "subuser_edit", "roles.edit"}

// Empowers tells whether one of the roles of a member gives such a permission.
func (h *Base) Empowers(c echo.Context, names ...string) bool {
	v := guard.Of(c)
	return slices.ContainsFunc(names, func(name string) bool {
		key, _ := store.ReadRole(name)
		r, wrong := h.Store.RoleNamed(v.Snapshot, key, v.Place.Account, v.Place.Kind, authz.Member)
		return wrong == "" && slices.ContainsFunc(letsIn, func(p string) bool {
			return r.Own.Has(h.Catalog.Permission(p)) || r.Below.Has(h.Catalog.Permission(p))
		})
	})
}

// LetsMoreIn tells whether a role that has some permissions would get one of those
// by which somebody lets others in.
func LetsMoreIn(has, gets []string) bool {
	return slices.ContainsFunc(letsIn, func(p string) bool { return slices.Contains(gets, p) && !slices.Contains(has, p) })
}

// RoleProof are ProofFields of a form that gives roles, of which some need a
// proof.
func (h *Base) RoleProof(c echo.Context, wrong store.Problems) []part.Field {
	fields := h.ProofFields(c, wrong)
	for i := range fields {
		fields[i].Required = false
		fields[i].Help = "Needed for roles that let people give access to others, such as Admin. You won't be asked again for five minutes."
	}
	return fields
}

// ProveRoles is prove, where the roles need it.
func (h *Base) ProveRoles(c echo.Context, names ...string) error {
	if !h.Empowers(c, names...) {
		return nil
	}
	return h.Prove(c)
}

// ProofPath is where one proves who one is.
const ProofPath = "/prove"

// toProof leads the owner of an account to a proof of who they are, and back.
func (h *Base) toProof(c echo.Context) error {
	v := guard.Of(c)
	section := AccountPath(v.Place.Account, h.Catalog.Info(v.Asks).Section.Path)
	return Done(c, WithQuery(ProofPath, "return", cmp.Or(comeBack(c), section)))
}

// NewProof asks for the password, before something that needs a fresh proof.
func (h *Base) NewProof(c echo.Context, _ authz.Grant) error {
	return h.proofForm(c, http.StatusOK, nil)
}

func (h *Base) proofForm(c echo.Context, status int, wrong store.Problems) error {
	back := cmp.Or(ReturnPath(c.FormValue("return")), "/")
	fields := h.ProofFields(c, wrong)
	if len(fields) == 0 {
		return Done(c, back)
	}
	f := h.OwnFrame(c, "Confirm that it's you")
	return Render(c, status, record.FormOn(part.FormPage{
		Frame: f, Header: part.Header{Title: "Confirm that it's you"},
		Form: part.Form{Token: f.Token, Action: ProofPath, Submit: "Confirm", Cancel: "/accounts", Hidden: []part.Pair{{Name: "return", Value: back}}, Fields: fields},
	}))
}

// CreateProof keeps that the session proved who it is, and leads on.
func (h *Base) CreateProof(c echo.Context, _ authz.Grant) error {
	err := h.Prove(c)
	if wrong, ok := Problems(err); ok {
		return h.proofForm(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return Done(c, cmp.Or(ReturnPath(c.FormValue("return")), "/"))
}
