package models_test

import (
	"context"
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
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

var (
	historySeed = flag.Uint64("history.seed", 0, "the random history to replay; 0 for a new one")
	historyOps  = flag.Int("history.ops", 1000, "how many operations a random history has")
)

// TestRandomHistories lets random people and programs do random things,
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
	keys     []heldKey
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
	h.conn = pgtest.Direct(t, url)
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
		h.narrowKey(h.people[i*4], a.ID)
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

// burst lets three people act at the same moment, of which any may be refused.
func (h *history) burst() {
	var ops []*operation
	var all []func() error
	for range 3 {
		if op := h.next(); op != nil {
			ops = append(ops, op)
			all = append(all, func() error {
				// A sign-in is refused where what suspends its login came first.
				if err := op.do(); err != nil && !errors.Is(err, store.ErrSignIn) {
					h.expected(op, err)
				}
				return nil
			})
		}
	}
	_ = modelstest.Together(all...)
	before := h.world
	h.world = h.read()
	var by []whoActs
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
