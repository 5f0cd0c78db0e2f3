package models_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// expected fails for an error that is no answer.
func (h *history) expected(op *operation, err error) {
	var p store.Problems
	if !errors.As(err, &p) && !errors.Is(err, authz.ErrDenied) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, people.ErrUnseen) && !errors.Is(err, store.ErrBusy) {
		h.fail("%s answers %v", op.name, err)
	}
}

// sample asks the snapshots of both nodes and the oracle the same questions.
func (h *history) sample(w world, n int) {
	h.t.Helper()
	now := h.now()
	w.Now = now
	stores := []*models.Store{h.s}
	if h.r.IntN(10) == 0 {
		for _, id := range w.order {
			if w.Accounts[id].Parent == uuid.Nil {
				h.must(h.other.CatchUp(h.ctx, id))
			}
		}
		stores = append(stores, h.other)
	}
	everyone, permissions := h.everyone(w), modelstest.Ground(h.s).Catalog().Permissions()
	for range n {
		who, at := everyone[h.r.IntN(len(everyone))], w.order[h.r.IntN(len(w.order))]
		p := permissions[h.r.IntN(len(permissions))]
		h.asked++
		want, visible := w.Allows(who, p, at), w.Visible(who, at)
		for node, s := range stores {
			snap := modelstest.Inside(s).Snapshot().At(now)
			a, ok := snap.Find(at)
			if !ok {
				h.fail("node %d does not know %s", node, w.names[at])
			}
			d := snap.Decide(snap.Who(who), p, a)
			if d.Allow != want || d.Visible() != visible {
				h.fail("invariants 4 and 6: may %s %s at %s? node %d says %+v, and the rows say %t (visible %t)", h.name(who), modelstest.Ground(h.s).Catalog().Info(p).Key, w.names[at], node, d, want, visible)
			}
			if got, want := snap.Ceiling(a), w.Ceiling(at); got != want {
				h.fail("invariant 4: the ceiling of %s on node %d is %b, and the rows say %b", w.names[at], node, got, want)
			}
		}
	}
	if u, ok := one(h, w.subs); ok {
		h.bound(w, u.Principal(), u.AccountID)
	}
	if a, ok := one(h, w.programs); ok {
		h.bound(w, a.Principal(), a.AccountID)
	}
	if len(h.keys) > 0 {
		h.try(&h.keys[h.r.IntN(len(h.keys))])
	}
	if len(h.sessions) > 0 {
		h.session(w, &h.sessions[h.r.IntN(len(h.sessions))])
	}
}

// bound checks invariant 8 for what a subuser or a service account may do.
func (h *history) bound(w world, who authz.PrincipalID, own uuid.UUID) {
	snap := h.s.Access()
	for _, id := range w.order {
		if a, ok := snap.Find(id); ok && id != own {
			if d := snap.Decide(snap.Who(who), 1, a); d.Visible() || !snap.May(snap.Who(who), a).Empty() {
				h.fail("invariant 8: %s, who is of %s, may know of %s", h.name(who), w.names[own], w.names[id])
			}
		}
	}
}

// session checks that a subuser's session is for its account alone, lives eight
// hours at most, and is dead for good once its owner was shut out.
func (h *history) session(w world, x *subuserSession) {
	at := w.order[h.r.IntN(len(w.order))]
	got, _, err := h.s.Session(h.ctx, x.token, at)
	if errors.Is(err, store.ErrNotFound) {
		x.dead = true
		return
	}
	h.must(err)
	if got.Principal != x.who || got.Account != x.account {
		h.fail("invariant 8: the session of %s in %s is that of %s in %s", h.name(x.who), w.names[x.account], h.name(got.Principal), w.names[got.Account])
	}
	i := slices.IndexFunc(w.subs, func(u people.Subuser) bool { return u.Principal() == x.who })
	live := got.Live(h.now())
	switch {
	case live && x.dead:
		h.fail("invariant 8: a dead session of %s lives again", h.name(x.who))
	case live && (i < 0 || w.subs[i].State != "active"):
		h.fail("invariant 8: %s is gone or suspended, and a session lives", h.name(x.who))
	case live && h.now().Sub(got.StartedAt) > store.SessionLife:
		h.fail("invariant 10: a session lives for %v", h.now().Sub(got.StartedAt))
	}
	x.dead = x.dead || !live
}

// Stored checks what must hold of the rows, whatever was done: invariants 7 and 9.
func (h *history) stored(before world, op *operation) {
	if len(h.world.faults) > 0 {
		h.fail("%s", strings.Join(h.world.faults, "; "))
	}
	for id, n := range before.admins {
		if n > 0 && h.world.admins[id] == 0 && h.world.kinds[id] != "" {
			h.fail("invariant 7: the last Admin of %s is gone", h.world.names[id])
		}
	}
}

// invariants checks what an operation that was done must not have done.
func (h *history) invariants(op *operation, before world) {
	h.stored(before, op)
	actor := op.actor.ID
	if op.permission != "" && !before.allows(acts(op.actor), modelstest.Ground(h.s).Catalog().Permission(op.permission), op.at) {
		h.fail("%s did %s in %s, without %s there", op.actor.Name, op.name, before.names[op.at], op.permission)
	}
	// Invariant 3: nobody is given anything by themselves.
	if !op.rises && actor.Kind != authz.System {
		for _, id := range before.order {
			if _, there := h.world.Accounts[id]; !there {
				continue
			}
			if gained := roleMask(h.world, actor, id).Minus(roleMask(before, actor, id)); !gained.Empty() {
				h.fail("invariant 3: by %s in %s, %s may do more in %s: %s\nbefore, from there upwards: %s\nafter: %s", op.name, before.names[op.at], op.actor.Name, before.names[id], h.keysOf(gained), ways(before, actor, id), ways(h.world, actor, id))
			}
		}
	}
	// Invariant 3: nobody acts on somebody of higher rank.
	if op.ranked {
		for _, target := range op.targets {
			if beyond := heldMask(before, target, op.at).Minus(before.narrow(acts(op.actor), op.at, roleMask(before, actor, op.at))); target != actor && !before.owns(acts(op.actor), op.at) && !beyond.Empty() {
				h.fail("invariant 3: %s did %s to %s, who can do more in %s: %s", op.actor.Name, op.name, h.name(target), before.names[op.at], h.keysOf(beyond))
			}
		}
	}
	h.granted(op, before)
	h.conspire(before, op.name, op.by())
}

// by is who gives what an operation gives.
func (op *operation) by() whoActs {
	if op.grantor.IsZero() {
		return acts(op.actor)
	}
	return whoActs{id: op.grantor}
}

// Granted checks invariants 2 and 16: whoever is given something is given no more
// than who gives it has, the owner apart, and entitlements no more than the account
// above has.
func (h *history) granted(op *operation, before world) {
	grantor := op.by()
	if grantor.id.Kind != authz.System {
		h.given(before, op.name, grantor)
	}
	for _, i := range h.world.invites {
		if slices.ContainsFunc(before.invites, func(x people.Invite) bool { return x.ID == i.ID }) || before.owns(grantor, i.AccountID) {
			continue
		}
		var gives catalog.Mask
		for _, r := range store.Running(modelstest.Ground(h.s).StoredRoles(i.Roles, i.AccountID, h.world.kinds[i.AccountID]), h.now()) {
			gives.Add(&r.Own)
		}
		if beyond := gives.Minus(before.narrow(grantor, i.AccountID, roleMask(before, grantor.id, i.AccountID))); !beyond.Empty() {
			h.fail("invariant 2: %s invited to what they do not have themselves in %s: %s", h.name(grantor.id), before.names[i.AccountID], h.keysOf(beyond))
		}
	}
	for id, r := range h.world.Roles {
		if before.Roles[id].Role == nil && !before.owns(grantor, r.Account) {
			if beyond := r.Role.Own.Minus(before.narrow(grantor, r.Account, roleMask(before, grantor.id, r.Account))); !beyond.Empty() {
				h.fail("invariant 2: %s made a role of what they do not have themselves in %s: %s", h.name(grantor.id), before.names[r.Account], h.keysOf(beyond))
			}
		}
	}
	for id, a := range h.world.Accounts {
		was, there := before.Accounts[id]
		if gained := a.Own &^ was.Own; there && a.Parent == was.Parent && gained&^h.world.Ceiling(a.Parent) != 0 && op.name != "undo a Select all" {
			h.fail("invariant 2: by %s, %s was given what the account above lacks", op.name, h.world.names[id])
		}
		if there && h.world.owners[id] != before.owners[id] && !op.hands {
			h.fail("by %s, %s has another owner", op.name, h.world.names[id])
		}
	}
}

// effectOf checks that an operation changes for nobody what it must not.
func (h *history) effectOf(op *operation, before world, was masks) {
	if was == nil {
		return
	}
	is := h.may(h.world)
	for _, id := range before.order {
		if is[id] == nil && op.effect != shrinks {
			h.fail("by %s, %s is gone", op.name, before.names[id])
		}
		for _, who := range h.everyone(before) {
			old, now := was[id][who], is[id][who]
			if old == now {
				continue
			}
			gained, lost := now.Minus(old), old.Minus(now)
			wrong := false
			switch op.effect {
			case nothingAtAll:
				wrong = true
			case grows:
				wrong = !lost.Empty()
			case shrinks:
				wrong = !gained.Empty()
			case onlyTargets:
				wrong = !slices.Contains(op.targets, who)
			}
			if wrong {
				h.fail("invariant 4: by %s in %s, %s gained %q and lost %q in %s", op.name, before.names[op.at], h.name(who), h.keysOf(gained), h.keysOf(lost), before.names[id])
			}
		}
	}
}

func (h *history) keysOf(m catalog.Mask) string {
	var all []string
	m.Each(func(p catalog.Permission) { all = append(all, modelstest.Ground(h.s).Catalog().Info(p).Key) })
	if len(all) > 6 {
		all = append(all[:6], "…")
	}
	return strings.Join(all, ", ")
}

// roleMask is what somebody's roles give at an account, whatever its ceiling and
// whether or not it is suspended.
func roleMask(w world, who authz.PrincipalID, at uuid.UUID) (m catalog.Mask) {
	for _, way := range w.Ways(who, at) {
		m.Add(&way.Gives)
	}
	return m
}

// ways says what somebody holds at an account and above it.
func ways(w world, who authz.PrincipalID, at uuid.UUID) string {
	var all []string
	for _, a := range w.Up(at) {
		here := w.names[a.ID]
		if a.Closed {
			here += " (closed)"
		}
		for _, as := range w.Principals[who].Assignments {
			if as.Account == a.ID && w.Role(as) != nil {
				here += " " + w.Role(as).Key + " " + as.Until.Format(time.RFC3339)
			}
		}
		all = append(all, here)
	}
	return strings.Join(all, " < ")
}

// heldMask is what the roles that somebody holds in the very account give there.
func heldMask(w world, who authz.PrincipalID, at uuid.UUID) (m catalog.Mask) {
	for _, as := range w.Holds(who) {
		if r := w.Role(as); r != nil && as.Account == at {
			m.Add(&r.Own)
		}
	}
	return m
}

// look is what a viewer of each account is told by its lists.
func (h *history) look(accounts []uuid.UUID) (pages []string) {
	for _, id := range accounts {
		a := h.world.Accounts[id]
		viewer, err := h.s.Access().Authorize(authz.Actor{ID: authz.PrincipalID{Kind: authz.Member, ID: h.world.owners[id]}}, modelstest.Ground(h.s).Catalog().Permission("control_panel"), id)
		if err != nil {
			pages = append(pages, "")
			continue
		}
		var b strings.Builder
		tell := func(what any, err error) {
			h.must(err)
			text, err := json.Marshal(what)
			h.must(err)
			fmt.Fprintf(&b, "%s\n", text)
		}
		members, err := h.s.Members(h.ctx, viewer, people.Filter{})
		for _, m := range members {
			fmt.Fprintf(&b, "%s %v %v\n", m.Name, m.Owner, store.StoredList(m.Roles))
		}
		tell(nil, err)
		tell(h.s.Subusers(h.ctx, viewer, people.Filter{}))
		tell(h.s.Invites(h.ctx, viewer, people.InviteFilter{Limit: 100}))
		tell(h.s.CustomRoles(h.ctx, viewer))
		tell(h.s.AccountsBelow(h.ctx, viewer, account.Filter{Limit: 100}))
		tell(h.s.Audit(h.ctx, viewer, audit.Filter{Limit: 100}))
		tell(h.s.Audit(h.ctx, viewer, audit.Filter{Limit: 100, Below: true}))
		tell(h.s.AuditKinds(h.ctx, viewer))
		tell(h.s.LabelsBelow(h.ctx, viewer))
		tell(h.s.Records(h.ctx, viewer, record.Place{Section: modelstest.Ground(h.s).Catalog().Section("contacts")}, record.Query{Below: true}))
		tell(h.s.CopySource(h.ctx, viewer))
		tell(h.s.SupportAccesses(h.ctx, viewer, uuid.Nil, 10))
		tell(h.s.Account(h.ctx, a.Tenant, id))
		pages = append(pages, b.String())
	}
	return pages
}

// differs are the lines of two pages that are not the same.
func differs(old, now string) string {
	var all []string
	a, b := strings.Split(old, "\n"), strings.Split(now, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			all = append(all, "before: "+strings.Join(a[min(i, len(a)):min(i+1, len(a))], ""), "after:  "+strings.Join(b[min(i, len(b)):min(i+1, len(b))], ""))
		}
	}
	return strings.Join(all, "\n")
}

// verifyChains reads the audit of every tenant from its beginning: invariant 12.
func (h *history) verifyChains() {
	tenants, err := h.s.Tenants(h.ctx)
	h.must(err)
	for _, id := range tenants {
		_, _, faults, err := h.s.VerifyTenant(h.ctx, id)
		h.must(err)
		if len(faults) > 0 {
			h.fail("the audit of %s is broken: %v", h.world.names[id], faults)
		}
	}
}
