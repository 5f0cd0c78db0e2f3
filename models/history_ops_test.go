package models_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/record"
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

// somebody is a person or, now and then, a subuser.
func (h *history) somebody() authz.Actor {
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
func (h *history) somewhere(who authz.PrincipalID) uuid.UUID {
	var mine []uuid.UUID
	if h.r.IntN(8) > 0 {
		for _, id := range h.world.order {
			if (h.world.kinds[id] != "personal" || h.r.IntN(10) == 0) && h.world.Visible(who, id) {
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
		at := h.somewhere(actor.ID)
		g, err := h.s.Access().Authorize(actor, modelstest.Ground(h.s).Catalog().Permission(permission), at)
		if err == nil {
			if h.r.IntN(20) == 0 && len(h.stale) < 200 {
				h.stale = append(h.stale, g)
			}
			return &operation{name: name, actor: actor, permission: permission, at: at}, g
		}
		if h.world.Allows(actor.ID, modelstest.Ground(h.s).Catalog().Permission(permission), at) {
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

// memberOf is somebody who has a membership in the account; now and then anybody.
func (h *history) memberOf(at uuid.UUID) login.Member {
	var there []login.Member
	for _, m := range h.people {
		if slices.ContainsFunc(h.world.Principals[m.Principal()].Assignments, func(as authz.Assignment) bool {
			return as.Account == at && as.Role != modelstest.Ground(h.s).Catalog().Owner().ID
		}) {
			there = append(there, m)
		}
	}
	if m, ok := one(h, there); ok && h.r.IntN(15) > 0 {
		return m
	}
	return h.member()
}

// Members.

func (h *history) addMember() *operation {
	op, g := h.by("add a member", "members.add")
	if op == nil {
		return nil
	}
	m, roles := h.member(), h.rolesFor(op.at, authz.Member)
	op.targets, op.effect, op.blind = target(m.ID), onlyTargets, h.away(op.at)
	op.do = func() error { return h.s.AddMember(h.ctx, g, m.ID, roles...) }
	return op
}

func (h *history) editMember() *operation {
	op, g := h.by("edit a member", "members.edit")
	if op == nil {
		return nil
	}
	m, roles := h.memberOf(op.at), h.rolesFor(op.at, authz.Member)
	op.targets, op.effect, op.ranked, op.blind = target(m.ID), onlyTargets, true, h.away(op.at)
	op.do = func() error { return h.s.EditMember(h.ctx, g, m.ID, roles...) }
	return op
}

func (h *history) removeMember() *operation {
	op, g := h.by("remove a member", "members.remove")
	if op == nil {
		return nil
	}
	m := h.memberOf(op.at)
	op.targets, op.effect, op.ranked, op.blind = target(m.ID), onlyTargets, true, h.away(op.at)
	op.do = func() error { return h.s.RemoveMember(h.ctx, g, m.ID) }
	return op
}

func (h *history) leave() *operation {
	m := h.member()
	at := h.somewhere(m.Principal())
	op := &operation{name: "leave", actor: m.Actor(), at: at, targets: target(m.ID), effect: onlyTargets, blind: h.away(at)}
	op.do = func() error { _, err := h.s.LeaveAccount(h.ctx, authz.Self(m.Actor()), at); return err }
	return op
}

// Invites.

func (h *history) invite() *operation {
	op, g := h.by("invite", "members.add")
	if op == nil {
		return nil
	}
	m, roles := h.member(), h.rolesFor(op.at, authz.Member)
	var made []people.Invited
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() (err error) {
		made, err = h.s.Invite(h.ctx, g, []string{m.Email}, roles)
		return err
	}
	op.after = func() { h.keepTokens(op.at, made...) }
	return op
}

func (h *history) keepTokens(at uuid.UUID, made ...people.Invited) {
	for _, i := range made {
		if i.Token != "" {
			h.tokens = append(h.tokens, inviteToken{token: i.Token, email: store.FoldEmail(i.Email), account: at})
		}
	}
}

func (h *history) resend() *operation {
	i, ok := one(h, h.world.invites)
	op, g := h.inAccount("resend an invite", "members.add", i.AccountID)
	if !ok || op == nil {
		return nil
	}
	var made people.Invited
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() (err error) {
		made, err = h.s.ResendInvite(h.ctx, g, i.ID)
		return err
	}
	op.after = func() { h.keepTokens(op.at, made) }
	return op
}

func (h *history) cancelInvite() *operation {
	i, ok := one(h, h.world.invites)
	op, g := h.inAccount("cancel an invite", "members.add", i.AccountID)
	if !ok || op == nil {
		return nil
	}
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() error { return h.s.CancelInvite(h.ctx, g, i.ID) }
	return op
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

// acceptInvite has somebody open a link several times at once: one succeeds at
// most, and once in its life (invariant 11), of the person it names.
func (h *history) acceptInvite() *operation {
	if len(h.tokens) == 0 {
		return nil
	}
	i := len(h.tokens) - 1 - h.r.IntN(min(len(h.tokens), 30))
	token := &h.tokens[i]
	m := h.member()
	if h.r.IntN(6) > 0 {
		at := slices.IndexFunc(h.people, func(m login.Member) bool { return store.FoldEmail(m.Email) == token.email })
		m = h.people[at]
	}
	inviter := authz.PrincipalID{}
	for _, x := range h.world.invites {
		if x.AccountID == token.account && x.EmailFolded == token.email {
			inviter, _ = authz.ParsePrincipal(x.Inviter)
		}
	}
	op := &operation{name: "accept an invite", actor: m.Actor(), at: token.account, targets: target(m.ID), effect: onlyTargets, grantor: inviter, rises: true, blind: h.away(token.account)}
	op.do = func() error {
		return h.onceAtMost(op, &token.used, 1+h.r.IntN(3)/2*2, func() error {
			_, err := h.s.AcceptInvite(h.ctx, authz.Self(m.Actor()), token.token)
			return err
		})
	}
	op.after = func() {
		if store.FoldEmail(m.Email) != token.email {
			h.fail("%s accepted an invite for %s", m.Name, token.email)
		}
	}
	return op
}

// onceAtMost does the same several times at once.
func (h *history) onceAtMost(op *operation, used *bool, times int, do func() error) error {
	errs := make([]error, times)
	var all []func() error
	for i := range times {
		all = append(all, func() error { errs[i] = do(); return nil })
	}
	_ = modelstest.Together(all...)
	succeeded := 0
	for _, err := range errs {
		if err == nil {
			succeeded++
		} else {
			h.expected(op, err)
		}
	}
	if succeeded > 1 || succeeded == 1 && *used {
		h.fail("invariant 11: %s by %s succeeded %d times, and before: %t", op.name, op.actor.Name, succeeded, *used)
	}
	if *used = *used || succeeded == 1; succeeded == 1 {
		return nil
	}
	return errs[0]
}

// Accounts.

const mostAccounts = 45

func (h *history) createSubs() *operation {
	if len(h.world.order) > mostAccounts+len(h.people) {
		return h.deleteAccount()
	}
	op, g := h.by("make sub-accounts", "sub_accounts.create")
	if op == nil {
		return nil
	}
	names := []string{fmt.Sprintf("Town %d", h.done)}
	if h.r.IntN(3) == 0 {
		names = append(names, fmt.Sprintf("Village %d", h.done))
	}
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() error { _, err := h.s.CreateSubAccounts(h.ctx, g, names); return err }
	return op
}

func (h *history) createMain() *operation {
	if len(h.world.order) > mostAccounts+len(h.people) {
		return nil
	}
	m := h.member()
	op := &operation{name: "make a main account", actor: m.Actor(), at: h.world.order[0], effect: nothingAtAll}
	op.do = func() error {
		_, err := h.s.CreateMainAccount(h.ctx, authz.Self(m.Actor()), fmt.Sprintf("Main %d", h.done))
		return err
	}
	return op
}

func (h *history) editAccount() *operation {
	op, g := h.above("edit an account", "sub_accounts.edit")
	if op == nil {
		return nil
	}
	id, open := h.below(op.at), h.r.IntN(2) == 0
	for range 6 { // until it makes a difference, mostly
		if h.world.Accounts[id].Closed == open {
			break
		}
		id = h.below(op.at)
	}
	if op.effect = shrinks; open {
		op.effect = grows
	}
	op.do = func() error {
		return h.s.EditAccount(h.ctx, g, id, h.world.names[id], open, []string{"label-" + fmt.Sprint(h.r.IntN(4))}[:h.r.IntN(2)])
	}
	return op
}

func (h *history) accountChange(name, permission string, e effect, pick func(uuid.UUID) bool, do func(authz.Grant, uuid.UUID) error) *operation {
	op, g := h.above(name, permission)
	if op == nil {
		return nil
	}
	id := h.below(op.at)
	for range 4 {
		if pick == nil || pick(id) {
			break
		}
		id = h.below(op.at)
	}
	op.effect = e
	op.do = func() error { return do(g, id) }
	return op
}

func (h *history) suspendAccount() *operation {
	return h.accountChange("suspend an account", "sub_accounts.edit", shrinks, nil, func(g authz.Grant, id uuid.UUID) error { return h.s.SuspendAccount(h.ctx, g, id) })
}

func (h *history) resumeAccount() *operation {
	return h.accountChange("resume an account", "sub_accounts.edit", grows, h.closed, func(g authz.Grant, id uuid.UUID) error { return h.s.ResumeAccount(h.ctx, g, id) })
}

func (h *history) closed(id uuid.UUID) bool { return h.world.Accounts[id].Suspended }

func (h *history) archiveAccount() *operation {
	return h.accountChange("archive an account", "sub_accounts.edit", shrinks, nil, func(g authz.Grant, id uuid.UUID) error { return h.s.ArchiveAccount(h.ctx, g, id) })
}

func (h *history) restoreAccount() *operation {
	return h.accountChange("restore an account", "sub_accounts.edit", grows, h.closed, func(g authz.Grant, id uuid.UUID) error { return h.s.RestoreAccount(h.ctx, g, id) })
}

func (h *history) deleteAccount() *operation {
	along := h.r.IntN(3) == 0
	return h.accountChange("delete an account", "sub_accounts.delete", shrinks, nil, func(g authz.Grant, id uuid.UUID) error {
		return h.s.DeleteAccount(h.ctx, g, id, h.world.names[id], along)
	})
}

func (h *history) moveAccount() *operation {
	op, g := h.above("move an account", "sub_accounts.edit")
	if op == nil {
		return nil
	}
	id := h.below(op.at)
	to := id
	for range 6 { // until it makes sense, mostly
		if to = h.below(op.at); h.r.IntN(4) == 0 {
			to = op.at
		}
		if to != h.world.Accounts[id].Parent && !h.within(to, id) {
			break
		}
	}
	op.detail = h.world.names[id] + " under " + h.world.names[to]
	op.do = func() error {
		e, err := h.s.MoveEffect(h.ctx, g, id, to)
		if err == nil {
			_, err = h.s.MoveAccount(h.ctx, g, id, to, e.Seen)
		}
		return err
	}
	return op
}

func (h *history) batch() *operation {
	op, g := h.above("change many accounts", "sub_accounts.edit")
	if op == nil {
		return nil
	}
	acts := []string{"suspend", "resume", "resume", "archive", "restore", "restore", "label", "unlabel"}
	act, _ := one(h, acts)
	op.effect = map[string]effect{"suspend": shrinks, "archive": shrinks, "resume": grows, "restore": grows, "label": nothingAtAll, "unlabel": nothingAtAll}[act]
	op.detail = act
	sel := account.Selection{IDs: []uuid.UUID{h.below(op.at), h.below(op.at), h.below(op.at)}, Expected: -1}
	var made account.Batch
	op.do = func() (err error) {
		made, err = h.s.ChangeAccounts(h.ctx, g, act, "label-1", sel)
		return err
	}
	op.after = func() { h.batches = append(h.batches, accountBatch{op.at, made.ID}) }
	return op
}

func (h *history) undoBatch() *operation {
	b, ok := one(h, h.batches)
	if !ok || h.world.kinds[b.account] == "" {
		return nil
	}
	op, g := h.inAccount("undo a change of many accounts", "sub_accounts.edit", b.account)
	if op == nil {
		return nil
	}
	op.do = func() error { _, err := h.s.UndoAccountBatch(h.ctx, g, b.id); return err }
	return op
}

// closeLogin ends a login for good; somebody new comes in its place.
func (h *history) closeLogin() *operation {
	m := h.member()
	if h.r.IntN(3) > 0 {
		return nil
	}
	op := &operation{name: "close a login", actor: m.Actor(), at: h.world.order[0], targets: target(m.ID), effect: shrinks}
	op.do = func() error { return h.s.CloseLogin(h.ctx, authz.Self(m.Actor()), m.Email) }
	op.after = func() {
		h.people = append(h.people, modelstest.Person(h.t, h.s, fmt.Sprintf("Person-%d", h.done)))
		h.world = h.read()
	}
	return op
}

// Entitlements.

// entitlement is any; now and then one that is cut off in the account.
func (h *history) entitlement(at uuid.UUID) *catalog.Entitlement {
	var cut []*catalog.Entitlement
	for _, e := range modelstest.Ground(h.s).Catalog().Entitlements {
		if !h.world.Ceiling(at).Covers(e.Bit) {
			cut = append(cut, e)
		}
	}
	if e, ok := one(h, cut); ok && h.r.IntN(3) == 0 {
		return e
	}
	few := modelstest.Ground(h.s).Catalog().Entitlements
	if h.r.IntN(5) > 0 { // so that changes meet
		few = few[:6]
	}
	e, _ := one(h, few)
	return e
}

func (h *history) setEntitlement() *operation {
	op, g := h.above("set an entitlement", "entitlements.edit")
	if op == nil {
		return nil
	}
	e := h.entitlement(op.at)
	id, allowed := h.below(op.at), h.r.IntN(3) > 0
	if op.effect = shrinks; allowed {
		op.effect = grows
	}
	for _, from := range h.away(op.at) {
		if !h.within(id, from) && !h.within(from, id) { // whose own ceilings it is not about
			op.blind = append(op.blind, from)
		}
	}
	op.do = func() error { return h.s.SetEntitlement(h.ctx, g, e.Key, id, allowed) }
	return op
}

func (h *history) selectAll() *operation {
	op, g := h.above("Select all", "entitlements.edit")
	if op == nil {
		return nil
	}
	e := h.entitlement(op.at)
	allowed, filter := h.r.IntN(3) > 0, account.Filter{}
	if h.r.IntN(3) == 0 {
		filter.Search = []string{"Town", "East", "Village 1"}[h.r.IntN(3)]
	}
	if op.effect = shrinks; allowed {
		op.effect = grows
	}
	var result account.SelectAllResult
	op.do = func() (err error) {
		result, err = h.s.SelectAll(h.ctx, g, e.Key, filter, allowed)
		return err
	}
	op.after = func() { h.epochs = append(h.epochs, selectedAll{op.at, e.Key, result.Epoch}) }
	return op
}

func (h *history) undoSelectAll() *operation {
	if len(h.epochs) == 0 {
		return nil
	}
	x := h.epochs[len(h.epochs)-1-h.r.IntN(min(4, len(h.epochs)))]
	if h.world.kinds[x.account] == "" {
		return nil
	}
	op, g := h.inAccount("undo a Select all", "entitlements.edit", x.account)
	if op == nil {
		return nil
	}
	op.do = func() error { return h.s.UndoSelectAll(h.ctx, g, x.key, x.epoch) }
	return op
}

// Subusers.

func (h *history) createSubuser() *operation {
	if len(h.world.subs) > 40 {
		return h.deleteSubuser()
	}
	op, g := h.by("add a subuser", "subuser_create")
	if op == nil {
		return nil
	}
	in := people.SubuserInput{Name: fmt.Sprintf("agent-%d", h.done), Roles: h.rolesFor(op.at, authz.Subuser), Link: true}
	var made people.CreatedSubuser
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() (err error) {
		made, err = h.s.CreateSubuser(h.ctx, g, in)
		return err
	}
	op.after = func() { h.links = append(h.links, made.PasswordLink) }
	return op
}

func (h *history) subuserChange(name string, e effect, do func(authz.Grant, people.Subuser) error) *operation {
	u, ok := one(h, h.world.subs)
	op, g := h.inAccount(name, "subuser_edit", u.AccountID)
	if !ok || op == nil {
		return nil
	}
	op.targets, op.effect, op.ranked, op.blind = []authz.PrincipalID{u.Principal()}, e, true, h.away(op.at)
	op.do = func() error { return do(g, u) }
	return op
}

func (h *history) editSubuser() *operation {
	var op *operation
	op = h.subuserChange("edit a subuser", onlyTargets, func(g authz.Grant, u people.Subuser) error {
		return h.s.EditSubuser(h.ctx, g, u.ID, people.SubuserInput{Name: u.Name, Roles: h.rolesFor(op.at, authz.Subuser)})
	})
	return op
}

func (h *history) suspendSubuser() *operation {
	return h.subuserChange("suspend a subuser", shrinks, func(g authz.Grant, u people.Subuser) error { return h.s.SuspendSubuser(h.ctx, g, u.ID) })
}

func (h *history) resumeSubuser() *operation {
	return h.subuserChange("resume a subuser", grows, func(g authz.Grant, u people.Subuser) error { return h.s.ResumeSubuser(h.ctx, g, u.ID) })
}

func (h *history) deleteSubuser() *operation {
	return h.subuserChange("delete a subuser", shrinks, func(g authz.Grant, u people.Subuser) error { return h.s.DeleteSubuser(h.ctx, g, u.ID) })
}

// shutOut keeps that the sessions of a subuser are dead for good.
func (h *history) shutOut(op *operation) *operation {
	if op != nil {
		op.after = func() {
			for i := range h.sessions {
				if x := &h.sessions[i]; slices.Contains(op.targets, x.who) {
					x.dead = true
				}
			}
		}
	}
	return op
}

func (h *history) resetSubuser() *operation {
	return h.shutOut(h.subuserChange("reset a subuser's password", nothingAtAll, func(g authz.Grant, u people.Subuser) error {
		token, err := h.s.ResetSubuserPassword(h.ctx, g, u.ID, "", true)
		if err == nil {
			h.links = append(h.links, token)
		}
		return err
	}))
}

func (h *history) endSubuserSessions() *operation {
	return h.shutOut(h.subuserChange("sign a subuser out", nothingAtAll, func(g authz.Grant, u people.Subuser) error { return h.s.EndSubuserSessions(h.ctx, g, u.ID) }))
}

func (h *history) startSession() *operation {
	u, ok := one(h, h.world.subs)
	if !ok || u.State != "active" {
		return nil
	}
	op := &operation{name: "sign in as a subuser", actor: u.Actor(), at: u.AccountID, effect: nothingAtAll}
	var token string
	op.do = func() (err error) {
		token, err = h.s.StartSession(h.ctx, modelstest.LoginOf(h.t, h.s, u.Principal(), h.world.Accounts[u.AccountID].Tenant, u.AccountID), "", "")
		return err
	}
	op.after = func() {
		h.sessions = append(h.sessions, subuserSession{token: token, who: u.Principal(), account: u.AccountID})
		if len(h.sessions) > 60 {
			h.sessions = h.sessions[1:]
		}
	}
	return op
}

// usePasswordLink has a one-time link used twice at once. Passwords take time, so
// it is seldom.
func (h *history) usePasswordLink() *operation {
	if len(h.links) == 0 || h.r.IntN(3) > 0 {
		return nil
	}
	i := h.r.IntN(len(h.links))
	link := h.links[i]
	h.links = slices.Delete(h.links, i, i+1)
	used := false
	op := &operation{name: "set a password by its link", actor: authz.Actor{Name: "whoever has the link"}, at: h.world.order[0], effect: nothingAtAll, rises: true}
	op.do = func() error {
		return h.onceAtMost(op, &used, 2, func() error {
			_, err := h.s.SetPasswordByLink(h.ctx, link, "four plain english words")
			return err
		})
	}
	op.after = func() {
		if _, err := h.s.SetPasswordByLink(h.ctx, link, "four plain english words"); !errors.Is(err, store.ErrNotFound) {
			h.fail("invariant 11: a used password link answers %v", err)
		}
	}
	return op
}

// Ownership.

func (h *history) offer() *operation {
	op, g := h.by("offer an account", "account.manage")
	if h.r.IntN(2) == 0 {
		op, g = h.by("offer an account", "sub_accounts.edit")
	}
	if op == nil {
		return nil
	}
	id, to, with := op.at, h.memberOf(op.at), h.r.IntN(2) == 0
	if op.permission == "sub_accounts.edit" {
		id = h.below(op.at)
	}
	op.effect = nothingAtAll
	op.do = func() error { return h.s.OfferOwnership(h.ctx, g, id, to.ID, with) }
	return op
}

func (h *history) cancelOffer() *operation {
	o, ok := one(h, h.world.offers)
	if !ok || h.world.kinds[o.AccountID] == "" {
		return nil
	}
	op, g := h.inAccount("take back an offer", "account.manage", o.AccountID)
	if op == nil {
		return nil
	}
	op.effect = nothingAtAll
	op.do = func() error { return h.s.CancelOffer(h.ctx, g, o.AccountID) }
	return op
}

func (h *history) answerOffer() *operation {
	o, ok := one(h, h.world.offers)
	if !ok || h.world.kinds[o.AccountID] == "" {
		return nil
	}
	m := h.people[slices.IndexFunc(h.people, func(m login.Member) bool { return m.ID == o.OfferedTo })]
	if h.r.IntN(5) == 0 {
		m = h.member()
	}
	op := &operation{name: "accept an account", actor: m.Actor(), at: o.AccountID, effect: onlyTargets, rises: true, hands: true, grantor: authz.PrincipalID{Kind: authz.Member, ID: o.OfferedBy}}
	op.targets = append(target(m.ID), target(h.world.owners[o.AccountID])...)
	used := false
	op.do = func() error {
		return h.onceAtMost(op, &used, 2, func() error {
			_, err := h.s.AcceptOwnership(h.ctx, authz.Self(m.Actor()), o.ID)
			return err
		})
	}
	op.after = func() {
		if m.ID != o.OfferedTo {
			h.fail("%s accepted what was offered to another", m.Name)
		}
	}
	if h.r.IntN(5) == 0 {
		op.name, op.effect, op.hands, op.after = "decline an account", nothingAtAll, false, nil
		op.do = func() error { _, err := h.s.DeclineOwnership(h.ctx, authz.Self(m.Actor()), o.ID); return err }
	}
	return op
}

// Roles.

func (h *history) createRole() *operation {
	op, g := h.by("make a role", "roles.edit")
	if op == nil || len(h.world.roles[op.at]) > 6 {
		return nil
	}
	set := modelstest.Ground(h.s).Catalog().Set([]string{"member", "member", "account", "subuser"}[h.r.IntN(4)])
	base, _ := one(h, set.Roles)
	var keys []string
	base.Own.Each(func(p catalog.Permission) {
		if h.r.IntN(2) == 0 {
			keys = append(keys, modelstest.Ground(h.s).Catalog().Info(p).Key)
		}
	})
	if extra, _ := one(h, modelstest.Ground(h.s).Catalog().Permissions()); h.r.IntN(4) == 0 {
		keys = append(keys, modelstest.Ground(h.s).Catalog().Info(extra).Key)
	}
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() error {
		_, err := h.s.CreateRole(h.ctx, g, fmt.Sprintf("Role %d", h.done), base.Key, keys)
		return err
	}
	return op
}

func (h *history) editRole() *operation { return h.roleChange("edit a role", false) }

func (h *history) deleteRole() *operation { return h.roleChange("delete a role", true) }

func (h *history) roleChange(name string, end bool) *operation {
	var all []authz.CustomRole
	for _, at := range h.world.order {
		for _, id := range h.world.roles[at] {
			all = append(all, h.world.Roles[id])
		}
	}
	r, ok := one(h, all)
	op, g := h.inAccount(name, "roles.edit", r.Account)
	if !ok || op == nil {
		return nil
	}
	for _, who := range h.everyone(h.world) {
		if slices.ContainsFunc(h.world.Principals[who].Assignments, func(as authz.Assignment) bool { return as.Custom == r.ID }) {
			op.targets = append(op.targets, who)
		}
	}
	var keys []string
	r.Role.Base.Own.Each(func(p catalog.Permission) {
		if h.r.IntN(3) > 0 {
			keys = append(keys, modelstest.Ground(h.s).Catalog().Info(p).Key)
		}
	})
	instead := ""
	holders := authz.Member
	if r.Role.Base.Set.Key == "subuser" {
		holders = authz.Subuser
	}
	if names := h.rolesFor(op.at, holders); h.r.IntN(2) == 0 {
		instead, _ = store.ReadRole(names[0])
	}
	op.effect = onlyTargets
	op.do = func() error {
		was, err := h.s.Role(h.ctx, g.Resource().Tenant, r.Account, r.ID)
		if err != nil {
			return err
		}
		if end {
			e, err := h.s.EffectOfDelete(h.ctx, was, instead)
			if err == nil {
				err = h.s.DeleteRole(h.ctx, g, r.ID, instead, e.Key)
			}
			return err
		}
		e, err := h.s.EffectOfEdit(h.ctx, was, keys)
		if err == nil {
			_, err = h.s.EditRole(h.ctx, g, r.ID, was.Name, keys, e.Key)
		}
		return err
	}
	return op
}

// Support staff.

func (h *history) staff() *operation {
	m := h.member()
	op := &operation{name: "make support staff", actor: authz.SystemGrant("").Actor(), at: h.world.order[0], effect: grows, targets: target(m.ID), grantor: authz.PrincipalID{Kind: authz.System}}
	op.do = func() error { _, err := h.s.AddStaff(h.ctx, m.Email, store.DutySupport); return err }
	if slices.Contains(h.world.staff, m.ID) {
		op.name, op.effect = "dismiss support staff", shrinks
		op.do = func() error { _, err := h.s.RemoveStaff(h.ctx, m.Email, store.DutySupport); return err }
	}
	return op
}

func (h *history) openSupport() *operation {
	op, g := h.by("let support in", "support_access.grant")
	if op == nil {
		return nil
	}
	in := account.SupportAccessInput{Access: []string{"view", "edit"}[h.r.IntN(2)], Reason: "Something is wrong.", Until: h.now().Add(time.Duration(61+h.r.IntN(600)) * time.Minute)}
	for _, id := range h.world.staff {
		op.targets = append(op.targets, target(id)...)
	}
	op.effect, op.blind = onlyTargets, h.away(op.at)
	op.do = func() error { _, err := h.s.OpenSupportAccess(h.ctx, g, in); return err }
	return op
}

func (h *history) closeSupport() *operation {
	op, g := h.by("close the door to support", "support_access.grant")
	if op == nil {
		return nil
	}
	op.effect, op.blind = shrinks, h.away(op.at)
	op.do = func() error { return h.s.CloseSupportAccess(h.ctx, g) }
	return op
}

// Data, which only its account and those above see.

func (h *history) createContact() *operation {
	op, g := h.by("add a contact", "contacts.edit")
	if op == nil {
		return nil
	}
	op.effect, op.blind = nothingAtAll, h.away(op.at)
	op.do = func() error {
		_, _, err := h.s.CreateRecord(h.ctx, g, record.Place{Section: modelstest.Ground(h.s).Catalog().Section("contacts")}, map[string]any{"name": fmt.Sprintf("Contact %d", h.done)})
		return err
	}
	return op
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
