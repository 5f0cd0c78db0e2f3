package models_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/program"
)

// heldKey is a key that some program has.
type heldKey struct {
	secret string
	actor  authz.Actor
	dead   bool // once and for all
}

// narrowKeys are the first, of narrowKey.
const narrowKeys = 3

// whoActs is somebody who does something: a principal, as far as the key lets them
// that they come with.
type whoActs struct {
	id      authz.PrincipalID
	account uuid.UUID // that the key is for; zero without a key
	below   bool
	some    bool // it is for no more than only
	only    catalog.Mask
}

func acts(a authz.Actor) whoActs {
	x := whoActs{id: a.ID}
	if a.Scope != nil {
		x.account, x.below = a.Scope.Account, a.Scope.Below
		if a.Scope.Only != nil {
			x.some, x.only = true, *a.Scope.Only
		}
	}
	return x
}

// opens tells whether the key of who acts, if there is one, is for an account.
func (w world) opens(x whoActs, at uuid.UUID) bool {
	if x.account == uuid.Nil || at == x.account {
		return true
	}
	return x.below && slices.ContainsFunc(w.Up(at), func(a authz.AccountState) bool { return a.ID == x.account })
}

// narrow leaves of what the principal may do in an account what the key is for.
func (w world) narrow(x whoActs, at uuid.UUID, m catalog.Mask) catalog.Mask {
	switch {
	case !w.opens(x, at):
		return catalog.Mask{}
	case !x.some:
		return m
	}
	return m.And(x.only)
}

// allows is what the rows say of who acts.
func (w world) allows(x whoActs, p catalog.Permission, at uuid.UUID) bool {
	return w.Allows(x.id, p, at) && w.opens(x, at) && (!x.some || x.only.Has(p))
}

// owns tells whether who acts can let themselves do anything in an account.
func (w world) owns(x whoActs, at uuid.UUID) bool {
	return w.Owns(x.id, at) && w.opens(x, at) && !x.some
}

// program is who comes with some key that is good; false where the one drawn is not.
func (h *history) program() (authz.Actor, bool) {
	if len(h.keys) == 0 {
		return authz.Actor{}, false
	}
	k := &h.keys[h.r.IntN(len(h.keys))]
	if h.r.IntN(2) == 0 {
		k = &h.keys[h.r.IntN(narrowKeys)]
	}
	return k.actor, h.try(k)
}

// try comes with a key and tells whether it is good. One that once was not, for what
// never ends, is not good again, and one that is acts as who it was made for.
func (h *history) try(k *heldKey) bool {
	x, _, err := h.s.Caller(h.ctx, k.secret, uuid.Nil, "127.0.0.1")
	var refused login.Refusal
	switch {
	case errors.As(err, &refused):
		k.dead = k.dead || slices.Contains([]login.Why{login.WhyRevoked, login.WhyDeleted, login.WhyReplaced, login.WhyExpired}, refused.Why)
		return false
	case err != nil:
		h.fail("a key answers %v", err)
	case h.world.kinds[x.Key.AccountID] == "":
		return false // whoever decides finds no account
	case k.dead:
		h.fail("a dead key of %s is good again", k.actor.Name)
	case !h.world.keys[x.Key.ID]:
		h.fail("a key of %s is good that is revoked, or gone", k.actor.Name)
	}
	if a := x.Actor("127.0.0.1"); a.ID.Kind == authz.Member && a.ID.ID != h.world.owners[x.Key.AccountID] || a.ID.Kind == authz.ServiceAccount && a.ID != k.actor.ID {
		h.fail("a key of %s acts as %s", k.actor.Name, h.name(a.ID))
	} else {
		k.actor = a
	}
	return h.world.Principals[k.actor.ID].Active
}

// keep takes a key in that somebody made, who has it from then on: they can do no more
// with it than they could.
func (h *history) keep(op *operation, before world, made program.MadeKey) {
	by, is := acts(op.actor), acts(h.hold(made))
	for _, id := range before.order {
		if _, there := h.world.Accounts[id]; !there || before.owns(by, id) {
			continue
		}
		is, was := h.world.narrow(is, id, roleMask(h.world, is.id, id)), before.narrow(by, id, roleMask(before, by.id, id))
		if beyond := is.Minus(was); !beyond.Empty() {
			h.fail("invariant 16: by %s, %s has a key that can do in %s what they can not: %s", op.name, op.actor.Name, before.names[id], h.keysOf(beyond))
		}
	}
	for i := range h.sets {
		if s := &h.sets[i]; s.has(by) {
			s.acts[is] = true
			h.within16(s, op.name, before.order...)
		}
	}
}

// gives are permissions to give others something.
var gives = []string{"service_accounts.edit", "members.add", "members.edit", "subuser_create", "subuser_edit", "roles.edit", "api_keys.edit", "account.manage", "sub_accounts.edit"}

// narrowKey is a key that acts as the owner of an account, of some who may give and
// little else, and so must give little.
func (h *history) narrowKey(owner login.Member, at uuid.UUID) {
	in := program.KeyInput{Name: "Gives little", Permissions: append([]string{"contacts"}, gives...), SubAccounts: true}
	made, err := h.s.CreateKey(h.ctx, modelstest.GrantOf(h.t, h.s, owner, "api_keys.edit", at), uuid.Nil, in)
	h.must(err)
	h.hold(made)
}

// hold takes a key in.
func (h *history) hold(made program.MadeKey) authz.Actor {
	x, _, err := h.s.Caller(h.ctx, made.Secret, uuid.Nil, "127.0.0.1")
	h.must(err)
	h.keys = append(h.keys, heldKey{secret: made.Secret, actor: x.Actor("127.0.0.1")})
	return h.keys[len(h.keys)-1].actor
}

// keyInput is what somebody wants a key to be for.
func (h *history) keyInput() program.KeyInput {
	in := program.KeyInput{Name: fmt.Sprintf("Key %d", h.done), ReadOnly: h.r.IntN(5) == 0, SubAccounts: h.r.IntN(2) == 0}
	if h.r.IntN(3) == 0 {
		for range 1 + h.r.IntN(12) {
			p, _ := one(h, modelstest.Ground(h.s).Catalog().Permissions())
			in.Permissions = append(in.Permissions, modelstest.Ground(h.s).Catalog().Info(p).Key)
		}
		for range 3 {
			give, _ := one(h, gives)
			in.Permissions = append(in.Permissions, give)
		}
	}
	if h.r.IntN(4) == 0 {
		in.Expires = h.now().Add(time.Duration(1+h.r.IntN(100)) * time.Hour)
	}
	return in
}

func (h *history) createProgram() *operation {
	if len(h.world.programs) > 25 {
		return h.deleteProgram()
	}
	op, g := h.by("create a service account", "service_accounts.edit")
	if op == nil {
		return nil
	}
	in, key := program.ServiceAccountInput{Name: fmt.Sprintf("robot-%d", h.done), Roles: h.rolesFor(op.at, authz.Subuser)}, h.keyInput()
	before := h.world
	var made program.MadeKey
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() (err error) {
		_, made, err = h.s.CreateServiceAccount(h.ctx, g, in, &key)
		return err
	}
	op.after = func() { h.keep(op, before, made) }
	return op
}

func (h *history) programChange(name string, e effect, do func(authz.Grant, program.ServiceAccount) error) *operation {
	a, ok := one(h, h.world.programs)
	op, g := h.inAccount(name, "service_accounts.edit", a.AccountID)
	if !ok || op == nil {
		return nil
	}
	op.targets, op.effect, op.ranked, op.blind = []authz.PrincipalID{a.Principal()}, e, true, h.away(op.at)
	op.do = func() error { return do(g, a) }
	return op
}

func (h *history) editProgram() *operation {
	var op *operation
	op = h.programChange("edit a service account", onlyTargets, func(g authz.Grant, a program.ServiceAccount) error {
		return h.s.EditServiceAccount(h.ctx, g, a.ID, program.ServiceAccountInput{Name: a.Name, Roles: h.rolesFor(op.at, authz.Subuser)})
	})
	return op
}

func (h *history) suspendProgram() *operation {
	return h.programChange("suspend a service account", shrinks, func(g authz.Grant, a program.ServiceAccount) error {
		return h.s.SuspendServiceAccount(h.ctx, g, a.ID)
	})
}

func (h *history) resumeProgram() *operation {
	return h.programChange("resume a service account", grows, func(g authz.Grant, a program.ServiceAccount) error {
		return h.s.ResumeServiceAccount(h.ctx, g, a.ID)
	})
}

func (h *history) deleteProgram() *operation {
	return h.programChange("delete a service account", shrinks, func(g authz.Grant, a program.ServiceAccount) error {
		return h.s.DeleteServiceAccount(h.ctx, g, a.ID)
	})
}

// createKey makes a key of a service account, or of an account itself.
func (h *history) createKey() *operation {
	in, before, of := h.keyInput(), h.world, uuid.Nil
	var op *operation
	var g authz.Grant
	if a, ok := one(h, h.world.programs); ok && h.r.IntN(2) == 0 {
		op, g = h.inAccount("create a key of a service account", "service_accounts.edit", a.AccountID)
		of = a.ID
	} else if op, g = h.by("create a key of an account", "api_keys.edit"); h.r.IntN(4) > 0 { // by its owner, who alone can
		at, _ := one(h, h.world.order)
		owner := h.people[slices.IndexFunc(h.people, func(m login.Member) bool { return m.ID == h.world.owners[at] })]
		mine, err := h.s.Access().Authorize(owner.Actor(), modelstest.Ground(h.s).Catalog().Permission("api_keys.edit"), at)
		if op = nil; err == nil {
			op, g = &operation{name: "create a key of an account", actor: owner.Actor(), permission: "api_keys.edit", at: at}, mine
		}
	}
	if op == nil {
		return nil
	}
	var made program.MadeKey
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() (err error) {
		made, err = h.s.CreateKey(h.ctx, g, of, in)
		return err
	}
	op.after = func() { h.keep(op, before, made) }
	return op
}

// changeKey replaces or revokes a key, of which somebody learns who can see it.
func (h *history) changeKey() *operation {
	k, ok := one(h, h.keys)
	if !ok || h.world.kinds[k.actor.Scope.Account] == "" {
		return nil
	}
	name, permission := "replace a key", "api_keys.edit"
	if h.r.IntN(3) == 0 {
		name = "revoke a key"
	}
	if k.actor.ID.Kind == authz.ServiceAccount && h.r.IntN(3) > 0 {
		permission = "service_accounts.edit"
	}
	op, g := h.inAccount(name, permission, k.actor.Scope.Account)
	if op == nil {
		return nil
	}
	op.effect = nothingAtAll
	if name == "revoke a key" {
		op.do = func() error { return h.s.RevokeKey(h.ctx, g, k.actor.Scope.Key) }
		return op
	}
	before := h.world
	var made program.MadeKey
	op.do = func() (err error) {
		made, err = h.s.RotateKey(h.ctx, g, k.actor.Scope.Key, program.Rotation{Overlap: time.Duration(h.r.IntN(2)) * time.Hour})
		return err
	}
	op.after = func() { h.keep(op, before, made) }
	return op
}

// parting is now and then that the keys go with who made them.
func (h *history) parting() []people.Parting {
	if h.r.IntN(2) == 0 {
		return nil
	}
	return []people.Parting{people.RevokeKeys}
}
