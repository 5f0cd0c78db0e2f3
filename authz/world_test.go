package authz_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
	"bailiwick/catalog"
)

// smallCatalog declares twelve permissions, four entitlements and one set of
// each reach, with cells drawn from the seed: so few that random questions often
// meet the same permission, ceiling and role.
var smallCatalog = sync.OnceValue(func() []*catalog.Catalog {
	var all []*catalog.Catalog
	for seed := range uint64(8) {
		barren := ""
		if seed == 7 {
			barren = "MainAccount" // ownership that gives nothing is ownership still
		}
		all = append(all, compileSmall(rand.New(rand.NewPCG(seed, 7)), barren))
	}
	return all
})

func compileSmall(r *rand.Rand, barren string) *catalog.Catalog {
	areas := []string{"data", "setup", "people", "keys", "data", "setup"}
	entitlements := []string{"[]", "[logs]", "[contacts]", "[agents]", "[logs, contacts]", "[calls]"}
	var sections, ticks, below strings.Builder
	var permissions []string
	for i, area := range areas {
		fmt.Fprintf(&sections, "- {key: s%d, title: S%d, sentence: see s%d, edit: edit s%d, group: g, path: /s%d, area: %s, entitlements: %s, pending: only here}\n",
			i, i, i, i, i, area, entitlements[i])
		permissions = append(permissions, fmt.Sprintf("s%d", i), fmt.Sprintf("s%d.edit", i))
	}
	table := func(roles ...string) *fstest.MapFile {
		ticks.Reset()
		fmt.Fprintf(&ticks, "permission,%s\n", strings.Join(roles, ","))
		for _, p := range permissions {
			ticks.WriteString(p)
			for _, role := range roles {
				tick := r.IntN(2)
				if role == barren {
					tick = 0
				}
				fmt.Fprintf(&ticks, ",%d", tick)
			}
			ticks.WriteByte('\n')
		}
		return &fstest.MapFile{Data: []byte(ticks.String())}
	}
	for _, p := range permissions {
		if r.IntN(2) == 0 {
			fmt.Fprintf(&below, "      - %s\n", p)
		}
	}
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	c, err := catalog.Compile(fstest.MapFS{
		"groups.yaml": text("- {key: g, title: G}\n"),
		"entitlements.yaml": text(`- tab: general
  title: General
  entitlements:
    - {key: agents, title: Agents, always_on: true, covers: agents}
    - {key: logs, title: Logs, covers: logs}
    - {key: contacts, title: Contacts, covers: contacts, own_people: true}
    - {key: calls, title: Calls, covers: calls}
`),
		"sections/all.yaml": text(sections.String()),
		"roles/roles.yaml": text(`- key: subuser
  title: Subuser role
  complete: true
  owner: MainAccount
  roles:
    - {name: MainAccount, title: Account owner, sentence: Holds it.}
    - {name: Admin, title: Admin, sentence: Runs it.}
    - {name: Support, title: Support, sentence: Answers.}
  tables:
    - {file: subuser.csv, skip: 1, marks: tick}
- key: member
  title: Member access
  roles:
    - {name: full_editor, title: Full editor, sentence: Changes.}
    - {name: full_viewer, title: Full viewer, sentence: Sees.}
  tables:
    - {file: member.csv, skip: 1, marks: tick}
  below:
    view: [data, people]
    permissions:
      - s1.edit
` + strings.ReplaceAll(below.String(), "      - s1.edit\n", "") + `- key: account
  title: Account role
  closable: true
  roles:
    - {name: main_admin, title: Admin, sentence: Runs.}
    - {name: sub_user, title: User, sentence: Looks.}
  tables:
    - {file: account.csv, skip: 1, marks: tick}
  below:
    needs: s0
    view: [data, setup]
    permissions:
      - s2.edit
- key: support
  title: Support access
  adds: true
  roles:
    - {name: view, title: View, sentence: Looks., areas: {data: view, setup: view}}
    - {name: edit, title: Edit, sentence: Changes., areas: {data: edit, people: view}}
`),
		"roles/subuser.csv": table("MainAccount", "Admin", "Support"),
		"roles/member.csv":  table("full_editor", "full_viewer"),
		"roles/account.csv": table("main_admin", "sub_user"),
	})
	if err != nil {
		panic(err)
	}
	return c
}

func roles(c *catalog.Catalog) (all []*catalog.Role) {
	for _, set := range c.Sets {
		all = append(all, set.Roles...)
	}
	return all
}

// start is when every world begins. Its roles end within the minute.
var start = time.Date(2026, 11, 20, 17, 59, 30, 0, time.UTC)

// number is the id with a number; ids of one kind of thing are never another's.
func number(kind byte, n int) (id uuid.UUID) {
	id[0] = kind
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

func subject(kind authz.PrincipalKind, n int) authz.PrincipalID {
	return authz.PrincipalID{Kind: kind, ID: number(100+byte(kind), n)}
}

// moment is one snapshot with the same world in the oracle's keeping.
type moment struct {
	snapshot *authz.Snapshot
	world    oracle.World
}

func (m moment) with(ch authz.Changes) moment {
	return moment{m.snapshot.With(ch), m.world.With(ch)}
}

func (m moment) at(now time.Time) moment {
	m.snapshot, m.world.Now = m.snapshot.At(now), now
	return m
}

// history is a world in the making: random changes, one after another.
type history struct {
	catalog    *catalog.Catalog
	accounts   []uuid.UUID
	principals []authz.PrincipalID
	roles      []authz.CustomRole
	moments    []moment
}

func (h *history) now() moment { return h.moments[len(h.moments)-1] }

// unfold draws a catalog, a tree up to 16 deep, and changes to it.
func unfold(t *rapid.T) *history {
	c := rapid.SampledFrom(smallCatalog()).Draw(t, "catalog")
	h := &history{catalog: c, moments: []moment{{authz.NewSnapshot(c), oracle.New(c)}}}
	h.moments[0] = h.moments[0].at(start)
	h.moments = append(h.moments, h.now().with(h.changes(t, rapid.IntRange(1, 24).Draw(t, "first accounts"), 6)))
	for range rapid.IntRange(0, 4).Draw(t, "changes") {
		h.moments = append(h.moments, h.now().with(h.changes(t, rapid.IntRange(0, 6).Draw(t, "accounts"), 3)))
		if once(t, 3, "later") {
			h.moments = append(h.moments, h.now().at(start.Add(time.Duration(rapid.IntRange(0, 60_000).Draw(t, "milliseconds"))*time.Millisecond)))
		}
	}
	return h
}

// once in so many draws is true; what is seldom shrinks away.
func once(t *rapid.T, in int, what string) bool {
	return rapid.Uint32().Draw(t, what)%uint32(in) == uint32(in)-1
}

func (h *history) changes(t *rapid.T, accounts, principals int) authz.Changes {
	var ch authz.Changes
	w := h.now().world
	if len(h.accounts) > 0 {
		for range rapid.IntRange(0, 2).Draw(t, "rules") {
			e := rapid.SampledFrom(h.catalog.Entitlements).Draw(t, "entitlement")
			ch.Rules = append(ch.Rules, authz.Rule{
				Parent: rapid.SampledFrom(h.accounts).Draw(t, "of"), Entitlement: e.Bit, Allowed: rapid.Bool().Draw(t, "allowed"),
			})
		}
	}
	told := map[uuid.UUID]authz.AccountState{}
	for range accounts {
		a := h.account(t, w, told)
		told[a.ID] = a
	}
	for _, id := range h.accounts {
		if a, ok := told[id]; ok {
			ch.Accounts = append(ch.Accounts, a)
		}
	}
	ch.Accounts = rapid.Permutation(ch.Accounts).Draw(t, "order")
	for range rapid.IntRange(0, 2).Draw(t, "roles") {
		ch.Roles = append(ch.Roles, h.customRole(t))
	}
	for range rapid.IntRange(0, principals).Draw(t, "principals") {
		ch.Principals = append(ch.Principals, h.principal(t))
	}
	return ch
}

// customRole is a new role, or one there is, changed or deleted.
func (h *history) customRole(t *rapid.T) authz.CustomRole {
	base := rapid.SampledFrom(roles(h.catalog)).Draw(t, "base")
	var own catalog.Mask
	for _, p := range h.catalog.Permissions() {
		if rapid.Bool().Draw(t, "gives") {
			own.Set(p)
		}
	}
	r := authz.CustomRole{Account: number(9, 0), ID: number(3, len(h.roles)), Role: h.catalog.Custom(base, "custom", "Custom", own)}
	if len(h.accounts) > 0 {
		r.Account = rapid.SampledFrom(h.accounts).Draw(t, "of account")
	}
	if len(h.roles) > 0 && rapid.Bool().Draw(t, "known role") {
		known := rapid.SampledFrom(h.roles).Draw(t, "custom role")
		r.ID = known.ID
		if !once(t, 10, "elsewhere") {
			r.Account = known.Account
		}
		if once(t, 3, "deleted") {
			r.Role = nil
		}
		return r
	}
	h.roles = append(h.roles, r)
	return r
}

func (h *history) account(t *rapid.T, w oracle.World, told map[uuid.UUID]authz.AccountState) authz.AccountState {
	parentOf := func(id uuid.UUID) uuid.UUID {
		if a, ok := told[id]; ok {
			return a.Parent
		}
		return w.Accounts[id].Parent
	}
	depth := func(id uuid.UUID) (n int) {
		for ; id != uuid.Nil; id = parentOf(id) {
			n++
		}
		return n
	}
	below := func(id, top uuid.UUID) bool {
		for ; id != uuid.Nil && id != top; id = parentOf(id) {
		}
		return id == top
	}
	a := authz.AccountState{Tenant: number(1, 0)}
	if once(t, 10, "other tenant") {
		a.Tenant = number(1, 1)
	}
	if len(h.accounts) > 0 && once(t, 3, "again") {
		a.ID = rapid.SampledFrom(h.accounts).Draw(t, "account")
		a.Tenant = w.Accounts[a.ID].Tenant
		if was, ok := told[a.ID]; ok {
			a.Tenant = was.Tenant
		}
		a.Parent = parentOf(a.ID)
	} else {
		a.ID = number(2, len(h.accounts))
		h.accounts = append(h.accounts, a.ID)
		if n := len(h.accounts) - 1; n > 0 && !once(t, 12, "root") {
			a.Parent = h.accounts[max(0, n-rapid.IntRange(1, 3).Draw(t, "back"))]
			if depth(a.Parent) > 16 {
				a.Parent = uuid.Nil
			}
		}
	}
	if once(t, 5, "moved") {
		if p := rapid.SampledFrom(h.accounts).Draw(t, "parent"); a.Parent != uuid.Nil && !below(p, a.ID) {
			a.Parent = p
		}
	}
	if once(t, 50, "unknown parent") {
		a.Parent = number(9, 0)
	}
	if p := a.Parent; p != uuid.Nil && !once(t, 40, "astray") {
		if was, ok := told[p]; ok {
			a.Tenant = was.Tenant
		} else if was, ok := w.Accounts[p]; ok {
			a.Tenant = was.Tenant
		}
	}
	if once(t, 60, "changed tenant") {
		a.Tenant = number(1, 2)
	}
	a.Kind = authz.Sub
	a.Suspended, a.Closed, a.Removed = once(t, 16, "suspended"), once(t, 5, "closed"), once(t, 30, "removed")
	a.Own = catalog.Entitlements(rapid.Uint64Range(0, 15).Draw(t, "own")) | catalog.Entitlements(rapid.Uint64Range(0, 15).Draw(t, "or own"))
	return a
}

func (h *history) principal(t *rapid.T) authz.Principal {
	kind := authz.Member
	switch {
	case once(t, 4, "subuser"):
		kind = authz.Subuser
	case once(t, 6, "service account"):
		kind = authz.ServiceAccount
	case once(t, 30, "system"):
		kind = authz.System
	}
	p := authz.Principal{
		ID:     subject(kind, rapid.IntRange(0, 2).Draw(t, "who")),
		Active: !once(t, 12, "inactive"),
	}
	if !slices.Contains(h.principals, p.ID) {
		h.principals = append(h.principals, p.ID)
	}
	if len(h.accounts) == 0 {
		return p
	}
	home := rapid.SampledFrom(h.accounts).Draw(t, "home")
	assignments := rapid.IntRange(0, 4).Draw(t, "assignments")
	if once(t, 8, "many") {
		assignments = 14
	}
	for range assignments {
		as := authz.Assignment{Account: home, Role: catalog.RoleID(rapid.IntRange(1, len(roles(h.catalog))).Draw(t, "role"))}
		if p.ID.Kind == authz.Member || once(t, 8, "elsewhere") {
			as.Account = rapid.SampledFrom(h.accounts).Draw(t, "at")
		}
		if once(t, 30, "unknown role") {
			as.Role = 999
		}
		if len(h.roles) > 0 && once(t, 3, "custom") {
			r := rapid.SampledFrom(h.roles).Draw(t, "custom role")
			as.Role, as.Custom = 0, r.ID
			if (p.ID.Kind == authz.Member || r.Account == home) && !once(t, 8, "another's") {
				as.Account = r.Account
			}
		}
		if once(t, 4, "ends") {
			as.Until = start.Add(time.Duration(rapid.IntRange(-10_000, 60_000).Draw(t, "ends after")) * time.Millisecond)
		}
		p.Assignments = append(p.Assignments, as)
	}
	return p
}
