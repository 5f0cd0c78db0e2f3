package models_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

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
	op.do = func() error { return h.s.RemoveMember(h.ctx, g, m.ID, h.parting()...) }
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

// closeLogin ends a login for good; somebody new comes in its place.
func (h *history) closeLogin() *operation {
	m := h.member()
	if h.r.IntN(3) > 0 {
		return nil
	}
	op := &operation{name: "close a login", actor: m.Actor(), at: h.world.order[0], targets: target(m.ID), effect: shrinks}
	op.do = func() error { return h.s.CloseLogin(h.ctx, authz.Self(m.Actor()), m.Email, h.parting()...) }
	op.after = func() {
		h.people = append(h.people, modelstest.Person(h.t, h.s, fmt.Sprintf("Person-%d", h.done)))
		h.world = h.read()
	}
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
	return h.subuserChange("delete a subuser", shrinks, func(g authz.Grant, u people.Subuser) error { return h.s.DeleteSubuser(h.ctx, g, u.ID, h.parting()...) })
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
