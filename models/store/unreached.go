package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrUnreached is for what lies on a machine that a distributed database does not
// reach just now.
var ErrUnreached = errors.New("a machine of the database does not answer")

// onCitus is a query for the machines that tenants lie on, each with its tenants; it
// asks the coordinator alone. It has a place for where it finds them, as t.
const onCitus = `SELECT p.groupid::text, array_agg(t.id) FROM %s
	JOIN pg_dist_placement p ON p.shardid = get_shard_id_for_distribution_column('tenants', t.id) GROUP BY 1`

const (
	// answerTime is how long a machine may take before its tenants are taken for
	// unreached; lookEvery is how often it is asked while any are, and at most.
	answerTime = 2 * time.Second
	lookEvery  = time.Second
)

// lookout knows which tenants are unreached. Once something failed that may come of
// that, it asks each machine for one row, and again until all answer. A question that
// is not answered stays open, on a connection of its own: where nothing ends what
// waits for a frozen machine, this costs the database one connection a machine.
type lookout struct {
	machines string // such a query; empty where there is one machine
	lost     atomic.Pointer[unreached]
	doubt    chan struct{}
	asked    map[string]chan error
	mu       sync.Mutex
	waiting  map[*wait]bool
	// partial is set while the snapshot lacks tenants that never could be read.
	partial atomic.Bool
	ctx     context.Context // of the store's life
	stop    context.CancelFunc
	done    chan struct{}
}

// openLookout looks for the first time, where there are several machines.
func (s *Store) openLookout(ctx context.Context) error {
	l := &s.lookout
	l.doubt, l.asked, l.waiting, l.done = make(chan struct{}, 1), map[string]chan error{}, map[*wait]bool{}, make(chan struct{})
	l.ctx, l.stop = context.WithCancel(context.Background())
	spread, err := hasCitus(ctx, s.pool)
	if err == nil && spread {
		err = s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = '"+tenantTable+"'::regclass AND partmethod <> 'n')").Scan(&spread)
	}
	if err != nil || !spread && l.machines == "" {
		return err
	}
	l.machines = cmp.Or(l.machines, onCitus)
	return s.look(l.ctx)
}

// unreached is what a lookout found.
type unreached struct {
	machines map[string]bool
	tenants  map[uuid.UUID]bool
	rest     []uuid.UUID // that are reached
	list     string      // of them, as Postgres writes an array
}

// look asks all machines, and keeps which do not answer.
func (s *Store) look(ctx context.Context) error {
	l := &s.lookout
	tenants, err := s.machinesOf(ctx, "known_tenants t")
	if err != nil {
		return err
	}
	for machine, on := range tenants {
		if l.asked[machine] == nil {
			answer := make(chan error, 1)
			l.asked[machine] = answer
			go func() { answer <- s.ask(ctx, on[0]) }()
		}
	}
	found := unreached{machines: map[string]bool{}, tenants: map[uuid.UUID]bool{}}
	late, cancel := context.WithTimeout(ctx, s.AtMost(answerTime))
	defer cancel()
	for machine, on := range tenants {
		err := ErrUnreached
		select {
		case err = <-l.asked[machine]:
			delete(l.asked, machine)
		case <-late.Done():
			select {
			case err = <-l.asked[machine]:
				delete(l.asked, machine)
			default:
			}
		}
		if err == nil {
			found.rest = append(found.rest, on...)
			continue
		}
		found.machines[machine] = true
		for _, id := range on {
			found.tenants[id] = true
		}
	}
	if len(found.tenants) == 0 {
		l.lost.Store(nil)
		return nil
	}
	found.list = strings.NewReplacer("[", "{", "]", "}", " ", ",").Replace(fmt.Sprint(found.rest))
	before := l.lost.Swap(&found)
	for machine := range found.machines {
		if before == nil || !before.machines[machine] {
			l.release(found.tenants, time.Now().Add(-s.AtMost(answerTime)))
			break
		}
	}
	return nil
}

// wait is a transaction that waits for the database.
type wait struct {
	tenant uuid.UUID // none where it may read any
	since  time.Time
	end    context.CancelCauseFunc
}

// await is a context for a transaction in a tenant, which ends once the tenant is found
// to be unreached: what waits for a frozen machine would keep a connection of the pool
// until the engine gives up. done gives the transaction's error back.
func (l *lookout) await(ctx context.Context, tenant uuid.UUID) (_ context.Context, done func(error) error) {
	if l.machines == "" {
		return ctx, func(err error) error { return err }
	}
	ctx, end := context.WithCancelCause(ctx)
	w := &wait{tenant, time.Now(), end}
	l.mu.Lock()
	l.waiting[w] = true
	l.mu.Unlock()
	return ctx, func(err error) error {
		l.mu.Lock()
		delete(l.waiting, w)
		l.mu.Unlock()
		if err != nil && context.Cause(ctx) == ErrUnreached {
			err = ErrUnreached
		}
		end(nil)
		return err
	}
}

// release ends what waits in tenants, and what may read any and waits since before a time.
func (l *lookout) release(tenants map[uuid.UUID]bool, before time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.waiting {
		if tenants[w.tenant] || w.tenant == uuid.Nil && w.since.Before(before) {
			w.end(ErrUnreached)
		}
	}
}

// machinesOf gives tenants by the machine that they lie on.
func (s *Store) machinesOf(ctx context.Context, from string, args ...any) (map[string][]uuid.UUID, error) {
	tenants := map[string][]uuid.UUID{}
	return tenants, s.Read(ctx, scopeSnapshot, func(r pgx.Rows) error {
		var machine string
		var on []uuid.UUID
		err := r.Scan(&machine, &on)
		tenants[machine] = on
		return err
	}, fmt.Sprintf(s.lookout.machines, from), args...)
}

// ask reads a tenant's row on a connection of its own, however long that takes.
func (s *Store) ask(ctx context.Context, tenant uuid.UUID) error {
	c, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	b := s.begin(scopeSnapshot)
	b.Queue("SET LOCAL statement_timeout = 0")
	b.Queue("SELECT FROM tenants WHERE id = $1", tenant)
	b.Queue("COMMIT")
	return c.SendBatch(ctx, b).Close()
}

// watch looks whenever there is doubt, until the store is closed.
func (s *Store) watch(ctx context.Context) {
	l := &s.lookout
	defer close(l.done)
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	for ctx.Err() == nil {
		if l.lost.Load() == nil && !l.partial.Load() {
			select {
			case <-ctx.Done():
				return
			case <-l.doubt:
			}
		}
		before := l.lost.Load()
		if s.look(ctx) == nil && l.partial.Load() {
			if now := l.lost.Load(); now == nil || before == nil || len(now.machines) < len(before.machines) {
				_ = s.load(ctx) // tried again while it lacks any
			}
		}
		select {
		case <-ctx.Done():
		case <-every.C:
		}
	}
}

// doubts has the lookout look where an error may come of a machine that does not
// answer, and gives the error.
func (s *Store) doubts(err error) error {
	if s.lookout.machines != "" && (PartLost(err) && !errors.Is(err, ErrUnreached) || errors.Is(err, ErrBusy) || errors.Is(err, context.DeadlineExceeded)) {
		select {
		case s.lookout.doubt <- struct{}{}:
		default:
		}
	}
	return err
}

// Unreached tells whether a tenant is known to be where the database does not reach.
func (s *Store) Unreached(tenant uuid.UUID) bool {
	lost := s.lookout.lost.Load()
	return lost != nil && lost.tenants[tenant]
}

// Partial tells whether this node has not heard of all tenants, since some were
// unreached when it started.
func (s *Store) Partial() bool { return s.lookout.partial.Load() }

// AllReached is ErrUnreached while any tenant is where the database does not reach:
// what would ask all of them need not try.
func (s *Store) AllReached() error {
	if s.lookout.lost.Load() != nil {
		return ErrUnreached
	}
	return nil
}

// Reached is a statement about any tenant, which names in {} the column that says whose
// a row is, as one about those that are reached.
func (s *Store) Reached(sql string) string {
	in := "true"
	if lost := s.lookout.lost.Load(); lost != nil {
		in = "$1 = ANY ('" + lost.list + "')"
	}
	return tenantColumn.ReplaceAllString(sql, in)
}

var tenantColumn = regexp.MustCompile(`\{([a-z_.]+)\}`)

// Find is One for what lies in some tenant, by a statement for Reached: what is not
// found while some are unreached is ErrUnreached.
func (s *Store) Find(ctx context.Context, sc Scope, dest []any, sql string, args ...any) error {
	err := s.One(ctx, sc, dest, s.Reached(sql), args...)
	if err == ErrNotFound {
		err = cmp.Or(s.AllReached(), err)
	}
	return err
}

// reach is what is behind a table's alias in the condition of the tenants that are
// read; empty for all.
type reach string

const inTenant reach = ".tenant_id = @t"

func (in reach) of(alias string) string {
	if in == "" {
		return "true"
	}
	return alias + string(in)
}

// NewTenant is the id of a tenant that will lie where the database reaches.
func (s *Store) NewTenant(ctx context.Context) (uuid.UUID, error) {
	lost := s.lookout.lost.Load()
	if lost == nil {
		return NewID(), nil
	}
	ids := make([]uuid.UUID, 64)
	for i := range ids {
		ids[i] = NewID()
	}
	on, err := s.machinesOf(ctx, "unnest($1::uuid[]) AS t (id)", ids)
	for machine, all := range on {
		if !lost.machines[machine] {
			return all[0], err
		}
	}
	if err == nil {
		err = ErrUnreached
	}
	return uuid.Nil, err
}
