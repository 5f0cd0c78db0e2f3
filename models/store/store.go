package store

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// Config is what a store needs.
type Config struct {
	// URL of a Postgres of at least version 15, migrated with Migrate, for the
	// panel's own login.
	URL     string
	Catalog *catalog.Catalog
	// Secret seals what must be readable again (at least 32 bytes).
	Secret []byte
	// Environment stands in every key of a program; DefaultEnvironment where empty.
	Environment string
	// Now is the clock; time.Now where nil.
	Now func() time.Time
	// MaxConns limits the pool; pgx's default where zero.
	MaxConns int32
	// Slack is how many times longer than elsewhere everything may take; 1 where
	// zero. For tests, many of which share a machine.
	Slack int
	// HashMemory is what the hash of a password takes, in KiB; 19 MiB where zero
	// (OWASP). For tests, which sign in more often than they look at hashes.
	HashMemory uint32
	// Machines is a query as onCitus, for tests without Citus; empty to ask the database
	// how it is made.
	Machines string
	// Tracer sees every statement, where it is not nil.
	Tracer pgx.QueryTracer
	// Inside is filled, where it is not nil, with what only tests do to a store.
	Inside *Inside
}

// Store is the database, with the access snapshot that follows it.
type Store struct {
	pool    *pgxpool.Pool
	db      *gorm.DB
	catalog *catalog.Catalog
	Secret  []byte
	// Environment stands in every key of a program.
	Environment string
	now         func() time.Time
	slack       time.Duration
	role        string // what queries step down to, empty to stay who the connection is
	exposed     string // what of the second line is missing, as a sentence

	snapshot   atomic.Pointer[authz.Snapshot]
	catching   sync.Mutex
	lookout    lookout
	Hashing    queue // of passwords
	hashMemory uint32
	limiter    limiter
	// digestKey makes digests that nobody else can make.
	digestKey []byte
	// lockTenant is the statement that serializes who-may-what in a tenant.
	lockTenant string
}

// DefaultEnvironment is the one of an installation that names none.
const DefaultEnvironment = "live"

// HashMemory is what the hash of a password takes, in KiB.
func (s *Store) HashMemory() uint32 { return s.hashMemory }

// So many more wait for their password to be hashed than those it is done for.
const hashWaiters = 32

// Hashers is how many passwords are hashed at once: on half of the cores, so that
// a flood of them leaves the others to pages, and each takes 19 MiB.
var Hashers = min(max(1, runtime.GOMAXPROCS(0)/2), 4)

// Open connects, refuses a schema it does not know, and loads the snapshot.
func Open(ctx context.Context, c Config) (*Store, error) {
	pc, err := poolConfig(c.URL)
	if err != nil {
		return nil, err
	}
	if c.MaxConns > 0 {
		pc.MaxConns = c.MaxConns
	}
	pc.ConnConfig.Tracer = c.Tracer
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	digestKey, err := newDigestKey(c.Secret)
	if err != nil {
		pool.Close()
		return nil, err
	}
	slack := time.Duration(max(1, c.Slack))
	s := &Store{
		pool: pool, slack: slack, hashMemory: cmp.Or(c.HashMemory, 19<<10), catalog: c.Catalog, Secret: c.Secret, Environment: cmp.Or(c.Environment, DefaultEnvironment), now: c.Now,
		Hashing: newQueue(Hashers, hashWaiters, slack*longestWait), limiter: newLimiter(slack * longestWait), digestKey: digestKey, lockTenant: "UPDATE tenants SET epoch = epoch + 1 WHERE id = ? RETURNING epoch",
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.lookout.machines = c.Machines
	if err := s.open(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	go s.watch(s.lookout.ctx)
	if c.Inside != nil {
		*c.Inside = s.inside()
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := checkSchema(ctx, s.pool); err != nil {
		return err
	}
	if err := s.chooseRole(ctx); err != nil {
		return err
	}
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: stdlib.OpenDBFromPool(s.pool)}), &gorm.Config{
		Logger: logger.Discard, SkipDefaultTransaction: true,
	})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	s.db = db
	s.snapshot.Store(authz.NewSnapshot(s.catalog))
	if err := s.openLookout(ctx); err != nil {
		return err
	}
	return s.load(ctx)
}

// poolConfig reads a URL. Queries are sent in the exec mode, which works behind
// PgBouncer and plans each query for its own values; see Query.Prepared for others.
func poolConfig(url string) (*pgxpool.Config, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database address can't be read: %w", err)
	}
	limitConnecting(pc.ConnConfig)
	pc.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	pc.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		registerTypes(c.TypeMap())
		return lookForPooler(ctx, c)
	}
	return pc, nil
}

// connectTime is how long a host may take to let a connection in, where its address
// says nothing: one that is frozen must not keep the panel from those named after it.
const connectTime = 3 * time.Second

func limitConnecting(c *pgx.ConnConfig) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTime
	}
}

func registerTypes(m *pgtype.Map) {
	m.RegisterDefaultPgType(uuid.UUID{}, "uuid")
	m.RegisterDefaultPgType([]uuid.UUID{}, "_uuid")
	m.RegisterDefaultPgType([]string{}, "_text")
}

// Close ends all connections.
func (s *Store) Close() {
	s.lookout.stop()
	<-s.lookout.done
	s.pool.Close()
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// Catalog is what the store was opened with.
func (s *Store) Catalog() *catalog.Catalog { return s.catalog }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Locked has a query hold the rows that it reads until the commit.
var Locked = clause.Locking{Strength: clause.LockingStrengthUpdate}

// NewID is a new id, in order of time.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// OrConflict is the outcome of a statement that finds its one row unless somebody
// else changed it meanwhile.
func OrConflict(db *gorm.DB) error {
	if err := ChangedOne(db); err != ErrNotFound {
		return err
	}
	return ErrConflict
}

// ChangedOne is the outcome of a statement that must change one row.
func ChangedOne(db *gorm.DB) error {
	switch {
	case db.Error != nil:
		return db.Error
	case db.RowsAffected != 1:
		return ErrNotFound
	}
	return nil
}
