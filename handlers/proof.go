package handlers

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// proofFields are what a form that costs a lot asks besides: the password, where
// it was not given within the last five minutes. The handler that takes the form
// calls prove first.
func (h *Handlers) proofFields(c echo.Context, wrong models.Problems) []views.Field {
	if guard.Of(c).Session.Fresh(h.store.Now()) {
		return nil
	}
	return []views.Field{{
		Kind: views.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password",
		Help: "To be sure that it is you. It is not asked again for five minutes.", Problem: wrong["proof"],
	}}
}

// prove lets on whoever gave their password within the last five minutes or
// gives it now; others get Problems at the field proof.
func (h *Handlers) prove(c echo.Context) error {
	v, password := guard.Of(c), posted(c, "proof")
	switch {
	case v.Session.Fresh(h.store.Now()):
		return nil
	case password == "":
		return models.Problems{"proof": "Give your password: this needs a proof that is younger than five minutes."}
	}
	a := own(c, models.DoorPassword)
	if _, err := h.allow(c, a); err != nil {
		return err
	}
	err := h.guard.Prove(c, authz.Self(v.Actor()), password)
	h.tellProof(c, a, "proof", err)
	return err
}

// letsIn are the permissions by which somebody lets others in, or says what they
// may: whoever gives one of them multiplies what a stolen session can do. The
// roles of subusers have none.
var letsIn = []string{"members.add", "members.edit", "subuser_create", "subuser_edit", "roles.edit"}

// empowers tells whether one of the roles of a member gives such a permission.
func (h *Handlers) empowers(c echo.Context, names ...string) bool {
	v := guard.Of(c)
	return slices.ContainsFunc(names, func(name string) bool {
		key, _ := models.ReadRole(name)
		r, wrong := h.store.RoleNamed(v.Snapshot, key, v.Place.Account, v.Place.Kind, authz.Member)
		return wrong == "" && slices.ContainsFunc(letsIn, func(p string) bool {
			return r.Own.Has(h.catalog.Permission(p)) || r.Below.Has(h.catalog.Permission(p))
		})
	})
}

// letsMoreIn tells whether a role that has some permissions would get one of those
// by which somebody lets others in.
func letsMoreIn(has, gets []string) bool {
	return slices.ContainsFunc(letsIn, func(p string) bool { return slices.Contains(gets, p) && !slices.Contains(has, p) })
}

// roleProof are proofFields of a form that gives roles, of which some need a
// proof.
func (h *Handlers) roleProof(c echo.Context, wrong models.Problems) []views.Field {
	fields := h.proofFields(c, wrong)
	for i := range fields {
		fields[i].Required = false
		fields[i].Help = "Needed for roles that let people give access to others, such as Admin. It is not asked again for five minutes."
	}
	return fields
}

// proveRoles is prove, where the roles need it.
func (h *Handlers) proveRoles(c echo.Context, names ...string) error {
	if !h.empowers(c, names...) {
		return nil
	}
	return h.prove(c)
}

const proofPath = "/prove"

// toProof leads the owner of an account to a proof of who they are, and back.
func (h *Handlers) toProof(c echo.Context) error {
	v := guard.Of(c)
	section := accountPath(v.Place.Account, h.catalog.Info(v.Asks).Section.Path)
	return done(c, withQuery(proofPath, "return", orElse(comeBack(c), section)))
}

// newProof asks for the password, before something that needs a fresh proof.
func (h *Handlers) newProof(c echo.Context, _ authz.Grant) error {
	return h.proofForm(c, http.StatusOK, nil)
}

func (h *Handlers) proofForm(c echo.Context, status int, wrong models.Problems) error {
	back := orElse(returnPath(c.FormValue("return")), "/")
	fields := h.proofFields(c, wrong)
	if len(fields) == 0 {
		return done(c, back)
	}
	f := h.ownFrame(c, "Confirm that it’s you")
	return render(c, status, views.FormOn(views.FormPage{
		Frame: f, Header: views.Header{Title: "Confirm that it’s you"},
		Form: views.Form{Token: f.Token, Action: proofPath, Submit: "Confirm", Cancel: "/accounts", Hidden: []views.Pair{{Name: "return", Value: back}}, Fields: fields},
	}))
}

func (h *Handlers) createProof(c echo.Context, _ authz.Grant) error {
	err := h.prove(c)
	if wrong, ok := problems(err); ok {
		return h.proofForm(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return done(c, orElse(returnPath(c.FormValue("return")), "/"))
}
