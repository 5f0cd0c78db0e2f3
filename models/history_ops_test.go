package models_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// next draws what somebody tries now; nil where there is nothing to try it on, or
// they may not begin.
func (h *history) next() *operation {
	h.t.Helper()
	h.ahead += time.Duration(h.r.IntN(2000)) * time.Millisecond
	if h.r.IntN(40) == 0 {
		// Mostly minutes, so that roles, sessions, links and doors end here and there.
		h.ahead += time.Duration(h.r.IntN(90)) * time.Minute / time.Duration(1+h.r.IntN(30))
		if h.r.IntN(12) == 0 {
			h.ahead += time.Duration(h.r.IntN(60)) * time.Hour
		}
	}
	h.world.Now = h.now()
	type draw struct {
		weight int
		make   func() *operation
	}
	draws := []draw{
		{6, h.addMember}, {8, h.editMember}, {5, h.removeMember}, {3, h.leave},
		{5, h.invite}, {2, h.resend}, {1, h.cancelInvite}, {6, h.acceptInvite}, {1, h.closeLogin},
		{4, h.createSubs}, {5, h.editAccount}, {2, h.suspendAccount}, {4, h.resumeAccount}, {1, h.archiveAccount}, {3, h.restoreAccount}, {1, h.deleteAccount}, {6, h.moveAccount}, {1, h.createMain}, {2, h.batch}, {1, h.undoBatch},
		{6, h.setEntitlement}, {3, h.selectAll}, {2, h.undoSelectAll},
		{4, h.createSubuser}, {5, h.editSubuser}, {2, h.suspendSubuser}, {2, h.resumeSubuser}, {1, h.deleteSubuser}, {1, h.resetSubuser}, {1, h.endSubuserSessions}, {3, h.startSession}, {1, h.usePasswordLink},
		{5, h.createProgram}, {3, h.editProgram}, {1, h.suspendProgram}, {1, h.resumeProgram}, {1, h.deleteProgram}, {4, h.createKey}, {2, h.changeKey},
		{3, h.offer}, {2, h.answerOffer}, {1, h.cancelOffer},
		{3, h.createRole}, {3, h.editRole}, {1, h.deleteRole},
		{1, h.staff}, {2, h.openSupport}, {1, h.closeSupport},
		{4, h.createContact},
		{2, h.stalely}, {2, h.forge},
	}
	sum := 0
	for _, d := range draws {
		sum += d.weight
	}
	n := h.r.IntN(sum)
	for _, d := range draws {
		if n -= d.weight; n < 0 {
			return d.make()
		}
	}
	return nil
}

func one[T any](h *history, all []T) (x T, ok bool) {
	if len(all) == 0 {
		return x, false
	}
	return all[h.r.IntN(len(all))], true
}

// somebody is a person or, now and then, a subuser or a program.
func (h *history) somebody() authz.Actor {
	if h.r.IntN(5) == 0 {
		if actor, ok := h.program(); ok {
			return actor
		}
	}
	if u, ok := one(h, h.world.subs); ok && h.r.IntN(6) == 0 {
		return u.Actor()
	}
	return h.member().Actor()
}

// holdMember is a person whose login is open.
func (h *history) member() login.Member {
	for {
		if m, _ := one(h, h.people); h.world.states[m.ID] == "active" {
			return m
		}
	}
}

// somewhere is an account; mostly one where the actor holds something, or below
// it, and now and then any.
func (h *history) somewhere(who authz.PrincipalID) uuid.UUID { return h.somewhereFor(whoActs{id: who}) }

// somewhereFor is somewhere, mostly one that the key is for.
func (h *history) somewhereFor(who whoActs) uuid.UUID {
	var mine []uuid.UUID
	if h.r.IntN(8) > 0 {
		for _, id := range h.world.order {
			if (h.world.kinds[id] != "personal" || h.r.IntN(10) == 0) && h.world.Visible(who.id, id) && h.world.opens(who, id) {
				mine = append(mine, id)
			}
		}
	}
	if id, ok := one(h, mine); ok {
		return id
	}
	id, _ := one(h, h.world.order)
	return id
}

// by begins an operation of somebody in an account. Who may not begin is counted,
// and keeps a chance of one in four to be drawn anew.
func (h *history) by(name, permission string) (*operation, authz.Grant) {
	for range 4 {
		actor := h.somebody()
		at := h.somewhereFor(acts(actor))
		g, err := h.s.Access().Authorize(actor, modelstest.Ground(h.s).Catalog().Permission(permission), at)
		if err == nil {
			if h.r.IntN(20) == 0 && len(h.stale) < 200 {
				h.stale = append(h.stale, g)
			}
			return &operation{name: name, actor: actor, permission: permission, at: at}, g
		}
		if h.world.allows(acts(actor), modelstest.Ground(h.s).Catalog().Permission(permission), at) {
			h.fail("%s is refused %s in %s, which the rows allow", actor.Name, permission, h.world.names[at])
		}
		h.denied++
	}
	return nil, authz.Grant{}
}

// above is by, in an account that mostly has others below it.
func (h *history) above(name, permission string) (op *operation, g authz.Grant) {
	for range 5 {
		op, g = h.by(name, permission)
		if op != nil && slices.ContainsFunc(h.world.order, func(id uuid.UUID) bool { return h.world.Accounts[id].Parent == op.at }) {
			break
		}
	}
	return op, g
}

// away is now and then an account of the same tenant that is neither the one nor
// above it; looking at all its pages takes a while.
func (h *history) away(from uuid.UUID) (all []uuid.UUID) {
	if h.r.IntN(3) > 0 {
		return nil
	}
	for _, id := range h.world.order {
		if !h.within(from, id) && h.world.Accounts[id].Tenant == h.world.Accounts[from].Tenant {
			all = append(all, id)
		}
	}
	if id, ok := one(h, all); ok {
		return []uuid.UUID{id}
	}
	return nil
}

// within tells whether an account is another one or below it.
func (h *history) within(id, top uuid.UUID) bool {
	return slices.ContainsFunc(h.world.Up(id), func(a authz.AccountState) bool { return a.ID == top })
}

// below is an account below another one, now and then any.
func (h *history) below(top uuid.UUID) uuid.UUID {
	var all []uuid.UUID
	for _, id := range h.world.order {
		if id != top && h.within(id, top) {
			all = append(all, id)
		}
	}
	if id, ok := one(h, all); ok && h.r.IntN(12) > 0 {
		return id
	}
	id, _ := one(h, h.world.order)
	return id
}

// rolesFor are the names of roles that members, or subusers, may be given in an
// account; now and then with an end.
func (h *history) rolesFor(at uuid.UUID, kind authz.PrincipalKind) (names []string) {
	set := []string{"full_editor", "full_viewer", "configuration_editor", "configuration_viewer", "reporting_editor", "reporting_viewer", "admin", "admin", "user"}
	if kind == authz.Subuser {
		set = []string{"Owner", "Admin", "Developer", "Supervisor", "Support", "Accountant", "PhoneNumberManager", "CallListManager", "UserManager", "Payer"}
	}
	for _, id := range h.world.roles[at] {
		set = append(set, "custom:"+id.String())
	}
	for range 1 + h.r.IntN(3)/2 {
		name, _ := one(h, set)
		if h.r.IntN(5) == 0 {
			name = store.RoleUntil(name, h.now().Add(time.Duration(5+h.r.IntN(300))*time.Minute))
		}
		names = append(names, name)
	}
	return names
}

func target(id uuid.UUID) []authz.PrincipalID {
	return []authz.PrincipalID{{Kind: authz.Member, ID: id}}
}

// inAccount begins an operation of somebody who may do it in the very account.
func (h *history) inAccount(name, permission string, at uuid.UUID) (*operation, authz.Grant) {
	for range 8 {
		actor := h.somebody()
		g, err := h.s.Access().Authorize(actor, modelstest.Ground(h.s).Catalog().Permission(permission), at)
		if err == nil {
			return &operation{name: name, actor: actor, permission: permission, at: at}, g
		}
		h.denied++
	}
	return nil, authz.Grant{}
}

// What must not succeed.

// stalely uses a grant that was given a while ago, of which the right may be gone.
func (h *history) stalely() *operation {
	if len(h.stale) == 0 {
		return nil
	}
	i := h.r.IntN(len(h.stale))
	g := h.stale[i]
	h.stale = slices.Delete(h.stale, i, i+1)
	at := g.Resource().Account
	if h.world.kinds[at] == "" {
		return nil
	}
	key := modelstest.Ground(h.s).Catalog().Info(g.Permission()).Key
	op := &operation{name: "use an old grant for " + key, actor: g.Actor(), permission: key, at: at}
	m, roles := h.memberOf(at), h.rolesFor(at, authz.Member)
	switch key {
	case "members.add":
		op.targets, op.effect = target(m.ID), onlyTargets
		op.do = func() error { return h.s.AddMember(h.ctx, g, m.ID, roles...) }
	case "members.edit":
		op.targets, op.effect, op.ranked = target(m.ID), onlyTargets, true
		op.do = func() error { return h.s.EditMember(h.ctx, g, m.ID, roles...) }
	case "members.remove":
		op.targets, op.effect, op.ranked = target(m.ID), onlyTargets, true
		op.do = func() error { return h.s.RemoveMember(h.ctx, g, m.ID) }
	case "entitlements.edit":
		e, _ := one(h, modelstest.Ground(h.s).Catalog().Entitlements)
		id := h.below(at)
		op.effect = shrinks
		op.do = func() error { return h.s.SetEntitlement(h.ctx, g, e.Key, id, false) }
	case "sub_accounts.edit":
		id := h.below(at)
		op.effect = shrinks
		op.do = func() error { return h.s.SuspendAccount(h.ctx, g, id) }
	case "subuser_create":
		in := people.SubuserInput{Name: fmt.Sprintf("agent-%d", h.done), Roles: h.rolesFor(at, authz.Subuser), Link: true}
		op.effect = nothingAtAll
		op.do = func() error { _, err := h.s.CreateSubuser(h.ctx, g, in); return err }
	default:
		return nil
	}
	return op
}

// forge uses a grant for something it was not given for; that must be refused.
func (h *history) forge() *operation {
	actor := h.somebody()
	at := h.somewhere(actor.ID)
	g, err := h.s.Access().Authorize(actor, modelstest.Ground(h.s).Catalog().Permission("control_panel"), at)
	if err != nil {
		g = authz.Self(actor)
	}
	m, roles := h.memberOf(at), h.rolesFor(at, authz.Member)
	id := h.below(at)
	e, _ := one(h, modelstest.Ground(h.s).Catalog().Entitlements)
	tries := []func() error{
		func() error { return h.s.AddMember(h.ctx, g, m.ID, roles...) },
		func() error { return h.s.EditMember(h.ctx, g, m.ID, roles...) },
		func() error { return h.s.RemoveMember(h.ctx, g, m.ID) },
		func() error { return h.s.SetEntitlement(h.ctx, g, e.Key, id, true) },
		func() error { return h.s.SuspendAccount(h.ctx, g, id) },
		func() error { _, err := h.s.CreateSubAccounts(h.ctx, g, []string{"Forged"}); return err },
		func() error { _, err := h.s.Invite(h.ctx, g, []string{m.Email}, roles); return err },
		func() error { return h.s.OfferOwnership(h.ctx, g, at, m.ID, true) },
		func() error {
			_, err := h.s.CreateRole(h.ctx, g, "Forged", "member:full_editor", []string{"members"})
			return err
		},
		func() error {
			other := h.people[0]
			if other.Principal() == actor.ID {
				other = h.people[1]
			}
			return h.s.EndSession(h.ctx, g, other.Principal(), uuid.New())
		},
	}
	try, _ := one(h, tries)
	op := &operation{name: "forge", actor: actor, at: at}
	op.do = func() error {
		err := try()
		if err == nil {
			h.fail("%s did with a grant for the control panel of %s what it is not for", actor.Name, h.world.names[at])
		}
		return err
	}
	return op
}

// A forged grant never succeeds, which step would take for a check without proof.
var never = []string{"forge", "use an old grant"}

func provesNothing(name string) bool {
	return slices.ContainsFunc(never, func(n string) bool { return strings.HasPrefix(name, n) })
}
