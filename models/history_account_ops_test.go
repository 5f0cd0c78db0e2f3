package models_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

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
	sel := account.Selection{Many: store.Some(h.below(op.at), h.below(op.at), h.below(op.at))}
	var made store.Batch
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
