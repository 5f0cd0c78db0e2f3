package models_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

var (
	historySeed = flag.Uint64("history.seed", 0, "the random history to replay; 0 for a new one")
	historyOps  = flag.Int("history.ops", 1000, "how many operations a random history has")
)

// TestRandomHistories lets random people do random things,
// and after each of them holds what the store decides and stores against a slow
// decision over plain rows (authz/oracle), and against the invariants of
// security.md that it names where it checks them. Replay one with -history.seed.
func TestRandomHistories(t *testing.T) {
	seed, ops := *historySeed, *historyOps
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("replay with: go test ./models -run TestRandomHistories -history.seed=%d -history.ops=%d", seed, ops)
	h := begin(t, seed)
	start := time.Now()
	for h.done < ops {
		h.gather()
		if h.r.IntN(60) == 0 {
			h.burst()
		} else {
			h.step(h.next())
		}
	}
	h.verifyChains()
	var kinds []string
	for name, n := range h.accepted {
		kinds = append(kinds, fmt.Sprintf("%s %d of %d", name, n, h.tried[name]))
	}
	slices.Sort(kinds)
	t.Logf("%d operations, %d of them not allowed to begin with, in %v; %d questions to the oracle\n%s", h.done, h.denied, time.Since(start).Round(time.Second), h.asked, strings.Join(kinds, "\n"))
	for name, n := range h.tried {
		if n > 100 && h.accepted[name] == 0 && !provesNothing(name) {
			t.Errorf("%s was tried %d times and never done: its checks prove nothing", name, n)
		}
	}
}

// history is a world in the making.
type history struct {
	t      *testing.T
	ctx    context.Context
	s      *models.Store
	other  *models.Store // another node on the same database
	conn   *pgx.Conn     // for plain rows, past the store
	r      *rand.Rand
	ahead  time.Duration
	people []login.Member
	world  world
	log    []string

	tokens   []inviteToken
	links    []string // by which subusers set a password, and what became of each
	sessions []subuserSession
	stale    []authz.Grant
	epochs   []selectedAll
	batches  []accountBatch
	sets     [sets]set

	done, denied, asked int
	tried, accepted     map[string]int
}

type inviteToken struct {
	token, email string
	account      uuid.UUID
	used         bool
}

type subuserSession struct {
	token   string
	who     authz.PrincipalID
	account uuid.UUID
	dead    bool // once and for all
}

type accountBatch struct{ account, id uuid.UUID }

type selectedAll struct {
	account uuid.UUID
	key     string
	epoch   int64
}

// operation is one thing that somebody does.
type operation struct {
	name       string
	actor      authz.Actor
	permission string    // empty where being oneself is enough
	at         uuid.UUID // the account it is done in
	do         func() error

	detail  string
	effect  effect
	targets []authz.PrincipalID // with onlyTargets, and whose rank counts
	ranked  bool                // the actor must not be outranked by the targets at the account
	grantor authz.PrincipalID   // who gives what is given; the actor where zero
	rises   bool                // the actor is given something by somebody else
	hands   bool                // it changes who owns
	blind   []uuid.UUID         // accounts from which nothing of it may be seen
	after   func()              // what to keep, once it is done
}

// effect is what an operation may do to what people may do.
type effect int

const (
	anything     effect = iota
	nothingAtAll        // nobody may do more or less in an account that was there before
	grows               // nobody loses anything
	shrinks             // nobody gains anything
	onlyTargets         // for nobody else anything changes
)

// world is what the plain rows say.
type world struct {
	oracle.World
	kinds   map[uuid.UUID]string
	names   map[uuid.UUID]string
	owners  map[uuid.UUID]uuid.UUID
	order   []uuid.UUID // of accounts, as they were made
	subs    []people.Subuser
	roles   map[uuid.UUID][]uuid.UUID // of an account's own
	admins  map[uuid.UUID]int         // active, for good
	invites []people.Invite
	offers  []account.Offer
	support map[uuid.UUID]bool // whose door is open
	staff   []uuid.UUID
	states  map[uuid.UUID]string // of members
	faults  []string
}

func begin(t *testing.T, seed uint64) *history {
	t.Helper()
	h := &history{t: t, ctx: context.Background(), r: rand.New(rand.NewPCG(seed, 11)), tried: map[string]int{}, accepted: map[string]int{}}
	base := time.Now()
	clock := func() time.Time { return base.Add(h.ahead) } // stands still while somebody acts
	url := pgtest.Clone(t)
	open := func() *models.Store {
		s, err := modelstest.Open(h.ctx, store.Config{URL: url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 4, Now: clock})
		h.must(err)
		t.Cleanup(s.Close)
		return s
	}
	h.s, h.other = open(), open()
	var err error
	h.conn, err = pgx.Connect(h.ctx, pgtest.OwnerURL(url))
	h.must(err)
	t.Cleanup(func() { _ = h.conn.Close(h.ctx) })
	_, err = h.conn.Exec(h.ctx, "SET app.scope = 'system'")
	h.must(err)
	for _, name := range []string{"Ada", "Grace", "Edsger", "Barbara", "Mallory", "Alan", "Charles", "Dorothy", "Frances", "Ida", "Joan", "Katherine", "Margaret", "Niklaus"} {
		h.people = append(h.people, modelstest.Person(t, h.s, name))
	}
	for i, name := range []string{"Analytical", "Malloryville", "Difference"} {
		a, err := h.s.CreateMainAccount(h.ctx, authz.Self(h.people[i*4].Actor()), name)
		h.must(err)
		g := modelstest.GrantOf(t, h.s, h.people[i*4], "sub_accounts.create", a.ID)
		subs, err := h.s.CreateSubAccounts(h.ctx, g, []string{name + " East", name + " West"})
		h.must(err)
		_, err = h.s.CreateSubAccounts(h.ctx, modelstest.GrantOf(t, h.s, h.people[i*4], "sub_accounts.create", subs[0].ID), []string{name + " East Berlin"})
		h.must(err)
		for n, m := range h.people {
			if n != i*4 && n%3 == i {
				h.must(h.s.AddMember(h.ctx, modelstest.GrantOf(t, h.s, h.people[i*4], "members.add", []uuid.UUID{a.ID, subs[0].ID, subs[1].ID}[n%3]), m.ID, []string{"admin", "full_editor", "full_viewer"}[n/3%3]))
			}
		}
	}
	h.world = h.read()
	return h
}

func (h *history) must(err error) {
	h.t.Helper()
	if err != nil {
		h.fail("%v", err)
	}
}

func (h *history) now() time.Time { return modelstest.Ground(h.s).Now() }

// fail ends the test with what was done last.
func (h *history) fail(format string, args ...any) {
	h.t.Helper()
	h.t.Fatalf("after %d operations: %s\nthe last of them:\n%s", h.done, fmt.Sprintf(format, args...), strings.Join(h.log[max(0, len(h.log)-15):], "\n"))
}

// Read asks the database for plain rows, by statements of its own.
func (h *history) read() world {
	h.t.Helper()
	cat := modelstest.Ground(h.s).Catalog()
	w := world{World: oracle.New(cat), kinds: map[uuid.UUID]string{}, names: map[uuid.UUID]string{}, owners: map[uuid.UUID]uuid.UUID{}, roles: map[uuid.UUID][]uuid.UUID{},
		admins: map[uuid.UUID]int{}, support: map[uuid.UUID]bool{}, states: map[uuid.UUID]string{}}
	w.Now = h.now()
	b := &pgx.Batch{}
	ask := func(sql string, each func(pgx.Rows) error) {
		b.Queue(sql).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := each(rows); err != nil {
					return fmt.Errorf("%s: %w", sql, err)
				}
			}
			return rows.Err()
		})
	}
	type given struct {
		allowed bool
		epoch   int64
	}
	rules := map[uuid.UUID]map[string]given{}
	exceptions := map[uuid.UUID]map[string]given{}
	keep := func(into map[uuid.UUID]map[string]given) func(pgx.Rows) error {
		return func(r pgx.Rows) error {
			var id uuid.UUID
			var key string
			var g given
			err := r.Scan(&id, &key, &g.allowed, &g.epoch)
			if into[id] == nil {
				into[id] = map[string]given{}
			}
			into[id][key] = g
			return err
		}
	}
	principals := map[authz.PrincipalID]*authz.Principal{}
	assign := func(who authz.PrincipalID, account uuid.UUID, stored string) {
		key, end, ends := strings.Cut(stored, " until ")
		as := authz.Assignment{Account: account}
		if ends {
			until, err := time.Parse(time.RFC3339, end)
			h.must(err)
			as.Until = until
		}
		switch id, custom := strings.CutPrefix(key, "custom:"); {
		case custom:
			as.Custom = uuid.MustParse(id)
		case strings.HasPrefix(key, "account:"):
			prefix := "account:main_"
			if w.kinds[account] == "sub" {
				prefix = "account:sub_"
			}
			as.Role = cat.Role(prefix + strings.TrimPrefix(key, "account:")).ID
		default:
			as.Role = cat.Role(key).ID
		}
		if p := principals[who]; p != nil {
			p.Assignments = append(p.Assignments, as)
		}
	}
	member := func(id uuid.UUID) authz.PrincipalID { return authz.PrincipalID{Kind: authz.Member, ID: id} }
	ask("SELECT parent_id, entitlement, allowed, epoch FROM entitlement_rules", keep(rules))
	ask("SELECT account_id, entitlement, allowed, epoch FROM entitlement_exceptions", keep(exceptions))
	ask("SELECT id, state FROM members ORDER BY id", func(r pgx.Rows) error {
		var id uuid.UUID
		var state string
		err := r.Scan(&id, &state)
		w.states[id] = state
		if state == "closed" {
			return err
		}
		principals[member(id)] = &authz.Principal{ID: member(id), Active: state == "active"}
		return err
	})
	ask("SELECT tenant_id, id, parent_id, kind, name, state, owner_id, archived_by IS NOT NULL, open_to_main FROM accounts WHERE state <> 'deleted' ORDER BY id", func(r pgx.Rows) error {
		var a authz.AccountState
		var parent *uuid.UUID
		var kind, name, state string
		var owner uuid.UUID
		var archived, open bool
		err := r.Scan(&a.Tenant, &a.ID, &parent, &kind, &name, &state, &owner, &archived, &open)
		a.Kind, a.Suspended, a.Closed = map[string]authz.AccountKind{"personal": authz.Personal, "main": authz.Main, "sub": authz.Sub}[kind], state != "active" || archived, !open
		a.Own = cat.AllEntitlements()
		if parent != nil {
			a.Parent = *parent
			for _, e := range cat.Entitlements {
				x, ruled := rules[*parent][e.Key]
				if y, differs := exceptions[a.ID][e.Key]; differs && (!ruled || y.epoch >= x.epoch) {
					x, ruled = y, true
				}
				if ruled && !x.allowed {
					a.Own &^= e.Bit
				}
			}
		}
		w.Accounts[a.ID] = a
		w.kinds[a.ID], w.names[a.ID], w.owners[a.ID], w.order = kind, name, owner, append(w.order, a.ID)
		if p := principals[member(owner)]; p != nil {
			p.Assignments = append(p.Assignments, authz.Assignment{Account: a.ID, Role: cat.Owner().ID})
		}
		if w.states[owner] != "active" {
			w.faults = append(w.faults, fmt.Sprintf("invariant 7: nobody active owns %s", name))
		}
		if kind == "personal" && parent != nil {
			w.faults = append(w.faults, fmt.Sprintf("invariant 9: the personal account %s stands below another", name))
		}
		return err
	})
	ask("SELECT id, account_id, base, permissions FROM custom_roles ORDER BY id", func(r pgx.Rows) error {
		var id, account uuid.UUID
		var base string
		var keys []string
		err := r.Scan(&id, &account, &base, &keys)
		var own catalog.Mask
		for _, k := range keys {
			own.Set(cat.Permission(k))
		}
		w.Roles[id] = authz.CustomRole{Account: account, ID: id, Role: cat.Custom(cat.Role(base), "custom:"+id.String(), "", own)}
		w.roles[account] = append(w.roles[account], id)
		return err
	})
	ask("SELECT account_id, member_id, roles FROM memberships ORDER BY account_id, member_id", func(r pgx.Rows) error {
		var account, id uuid.UUID
		var roles []string
		err := r.Scan(&account, &id, &roles)
		if w.kinds[account] == "" {
			return err // of a deleted account, until it is purged
		}
		for _, stored := range roles {
			assign(member(id), account, stored)
		}
		if slices.Contains(roles, "account:admin") && w.states[id] == "active" {
			w.admins[account]++
		}
		if w.kinds[account] == "personal" || w.kinds[account] == "timeless" {
			w.faults = append(w.faults, fmt.Sprintf("invariant 9: somebody is a member of the %s account %s", w.kinds[account], w.names[account]))
		}
		if w.owners[account] == id {
			w.faults = append(w.faults, "the owner of "+w.names[account]+" is its member as well")
		}
		return err
	})
	ask("SELECT tenant_id, id, account_id, name, state, roles FROM subusers ORDER BY id", func(r pgx.Rows) error {
		var u people.Subuser
		var roles []string
		err := r.Scan(&u.TenantID, &u.ID, &u.AccountID, &u.Name, &u.State, &roles)
		if w.kinds[u.AccountID] == "" {
			return err
		}
		u.Roles = roles
		w.subs = append(w.subs, u)
		principals[u.Principal()] = &authz.Principal{ID: u.Principal(), Active: u.State == "active"}
		for _, stored := range roles {
			assign(u.Principal(), u.AccountID, stored)
		}
		return err
	})
	ask("SELECT member_id FROM staff WHERE duty = 'support' ORDER BY member_id", func(r pgx.Rows) error {
		var id uuid.UUID
		err := r.Scan(&id)
		w.staff = append(w.staff, id)
		return err
	})
	ask("SELECT account_id, access, until FROM support_access WHERE closed_at IS NULL ORDER BY account_id", func(r pgx.Rows) error {
		var account uuid.UUID
		var access string
		var until time.Time
		err := r.Scan(&account, &access, &until)
		if w.kinds[account] == "" {
			return err
		}
		w.support[account] = until.After(w.Now)
		for _, id := range w.staff {
			assign(member(id), account, "support:"+access+" until "+until.UTC().Format(time.RFC3339))
		}
		return err
	})
	ask("SELECT id, account_id, email_folded, roles, inviter FROM invites WHERE accepted_at IS NULL AND cancelled_at IS NULL ORDER BY id", func(r pgx.Rows) error {
		var i people.Invite
		var roles []string
		err := r.Scan(&i.ID, &i.AccountID, &i.EmailFolded, &roles, &i.Inviter)
		i.Roles = roles
		w.invites = append(w.invites, i)
		return err
	})
	ask("SELECT id, account_id, offered_by, offered_to FROM ownership_offers WHERE ended_at IS NULL ORDER BY id", func(r pgx.Rows) error {
		var o account.Offer
		err := r.Scan(&o.ID, &o.AccountID, &o.OfferedBy, &o.OfferedTo)
		w.offers = append(w.offers, o)
		return err
	})
	h.must(h.conn.SendBatch(h.ctx, b).Close())
	for id, p := range principals {
		w.Principals[id] = *p
	}
	return w
}

// everyone are all principals, in the same order whenever the same history runs.
func (h *history) everyone(w world) (all []authz.PrincipalID) {
	for _, m := range h.people {
		all = append(all, m.Principal())
	}
	for _, u := range w.subs {
		all = append(all, u.Principal())
	}
	return all
}

// masks are what everybody may do in every account, by the store's own decision.
type masks map[uuid.UUID]map[authz.PrincipalID]catalog.Mask

func (h *history) may(w world) masks {
	snap, all := h.s.Access(), masks{}
	for _, id := range w.order {
		a, ok := snap.Find(id)
		if !ok {
			continue
		}
		all[id] = map[authz.PrincipalID]catalog.Mask{}
		for _, who := range h.everyone(w) {
			if m := snap.May(snap.Who(who), a); !m.Empty() {
				all[id][who] = m
			}
		}
	}
	return all
}

// step does one operation and checks what it did.
func (h *history) step(op *operation) {
	if op == nil {
		return
	}
	h.done++
	h.tried[op.name]++
	before, was := h.world, masks(nil)
	if op.effect != anything {
		was = h.may(before)
	}
	seen := h.look(op.blind)
	err := op.do()
	h.note(op, err)
	if err != nil {
		h.expected(op, err)
		if h.r.IntN(20) == 0 {
			h.world = h.read()
			h.sample(h.world, 10)
		}
		return
	}
	h.accepted[op.name]++
	h.world = h.read()
	if op.after != nil {
		op.after()
	}
	h.invariants(op, before)
	h.effectOf(op, before, was)
	for i, page := range h.look(op.blind) {
		if page != seen[i] {
			h.fail("invariant 1: %s in %s is seen from %s:\n%s", op.name, before.names[op.at], before.names[op.blind[i]], differs(seen[i], page))
		}
	}
	h.sample(h.world, 25)
}

func (h *history) note(op *operation, err error) {
	result := "done"
	if err != nil {
		result = err.Error()
		var p store.Problems
		if errors.As(err, &p) {
			result = fmt.Sprint(map[string]string(p))
		}
	}
	var targets []string
	for _, id := range op.targets {
		targets = append(targets, h.name(id))
	}
	h.log = append(h.log, fmt.Sprintf("%d %s: %s in %s %s%s: %s", h.done, op.actor.Name, op.name, h.world.names[op.at], strings.Join(targets, ", "), op.detail, result))
}

func (h *history) name(id authz.PrincipalID) string {
	for _, m := range h.people {
		if m.Principal() == id {
			return m.Name
		}
	}
	for _, u := range h.world.subs {
		if u.Principal() == id {
			return u.Name
		}
	}
	return id.String()
}

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
	if len(w.subs) > 0 {
		h.bound(w, w.subs[h.r.IntN(len(w.subs))])
	}
	if len(h.sessions) > 0 {
		h.session(w, &h.sessions[h.r.IntN(len(h.sessions))])
	}
}

// bound checks invariant 8 for what a subuser may do.
func (h *history) bound(w world, u people.Subuser) {
	snap := h.s.Access()
	for _, id := range w.order {
		if a, ok := snap.Find(id); ok && id != u.AccountID {
			if d := snap.Decide(snap.Who(u.Principal()), 1, a); d.Visible() || !snap.May(snap.Who(u.Principal()), a).Empty() {
				h.fail("invariant 8: %s, a subuser of %s, may know of %s", u.Name, w.names[u.AccountID], w.names[id])
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

// burst lets three people act at the same moment, of which any may be refused.
func (h *history) burst() {
	var ops []*operation
	var all []func() error
	for range 3 {
		if op := h.next(); op != nil {
			ops = append(ops, op)
			all = append(all, func() error {
				if err := op.do(); err != nil {
					h.expected(op, err)
				}
				return nil
			})
		}
	}
	_ = modelstest.Together(all...)
	before := h.world
	h.world = h.read()
	var by []authz.PrincipalID
	for _, op := range ops {
		h.done++
		h.tried[op.name]++
		h.note(op, errAtOnce)
		by = append(by, op.by())
	}
	h.stored(before, nil)
	h.conspire(before, "three at once", by...)
	h.must(h.catchUp())
	h.sample(h.world, 60)
}

var errAtOnce = errors.New("at once with others")

func (h *history) catchUp() error {
	for _, id := range h.world.order {
		if h.world.Accounts[id].Parent == uuid.Nil {
			if err := h.s.CatchUp(h.ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
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
	if op.permission != "" && !before.Allows(actor, modelstest.Ground(h.s).Catalog().Permission(op.permission), op.at) {
		h.fail("%s did %s in %s, without %s there", op.actor.Name, op.name, before.names[op.at], op.permission)
	}
	// Invariant 3: nobody is given anything by themselves.
	if !op.rises && actor.Kind != authz.System {
		for _, id := range before.order {
			if _, there := h.world.Accounts[id]; !there {
				continue
			}
			if gained := roleMask(h.world, actor, id).Minus(roleMask(before, actor, id)); !gained.Empty() {
				h.fail("invariant 3: by %s in %s, %s may do more in %s: %s\nbefore, from there upwards: %s\nafter: %s", op.name, before.names[op.at], op.actor.Name, before.names[id], h.keys(gained), ways(before, actor, id), ways(h.world, actor, id))
			}
		}
	}
	// Invariant 3: nobody acts on somebody of higher rank.
	if op.ranked {
		for _, target := range op.targets {
			if beyond := heldMask(before, target, op.at).Minus(roleMask(before, actor, op.at)); target != actor && !before.Owns(actor, op.at) && !beyond.Empty() {
				h.fail("invariant 3: %s did %s to %s, who can do more in %s: %s", op.actor.Name, op.name, h.name(target), before.names[op.at], h.keys(beyond))
			}
		}
	}
	h.granted(op, before)
	h.conspire(before, op.name, op.by())
}

// by is who gives what an operation gives.
func (op *operation) by() authz.PrincipalID {
	if op.grantor.IsZero() {
		return op.actor.ID
	}
	return op.grantor
}

// Granted checks invariants 2 and 16: whoever is given something is given no more
// than who gives it has, the owner apart, and entitlements no more than the account
// above has.
func (h *history) granted(op *operation, before world) {
	grantor := op.by()
	if grantor.Kind != authz.System {
		h.given(before, op.name, grantor)
	}
	for _, i := range h.world.invites {
		if slices.ContainsFunc(before.invites, func(x people.Invite) bool { return x.ID == i.ID }) || before.Owns(grantor, i.AccountID) {
			continue
		}
		var gives catalog.Mask
		for _, r := range store.Running(modelstest.Ground(h.s).StoredRoles(i.Roles, i.AccountID, h.world.kinds[i.AccountID]), h.now()) {
			gives.Add(&r.Own)
		}
		if beyond := gives.Minus(roleMask(before, grantor, i.AccountID)); !beyond.Empty() {
			h.fail("invariant 2: %s invited to what they do not have themselves in %s: %s", h.name(grantor), before.names[i.AccountID], h.keys(beyond))
		}
	}
	for id, r := range h.world.Roles {
		if before.Roles[id].Role == nil && !before.Owns(grantor, r.Account) {
			if beyond := r.Role.Own.Minus(roleMask(before, grantor, r.Account)); !beyond.Empty() {
				h.fail("invariant 2: %s made a role of what they do not have themselves in %s: %s", h.name(grantor), before.names[r.Account], h.keys(beyond))
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
				h.fail("invariant 4: by %s in %s, %s gained %q and lost %q in %s", op.name, before.names[op.at], h.name(who), h.keys(gained), h.keys(lost), before.names[id])
			}
		}
	}
}

func (h *history) keys(m catalog.Mask) string {
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
		members, err := h.s.Members(h.ctx, viewer, "", "")
		for _, m := range members {
			fmt.Fprintf(&b, "%s %v %v\n", m.Name, m.Owner, store.StoredList(m.Roles))
		}
		tell(nil, err)
		tell(h.s.Subusers(h.ctx, viewer, "", ""))
		tell(h.s.Invites(h.ctx, viewer, "", uuid.Nil, 100))
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
