// Package pgtest gives tests a real Postgres and a fresh database each.
//
// A package calls Main from its TestMain, with a function that prepares the
// template, and Clone in each test:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m, migrate)) }
//
//	func TestEdsgerSeesEast(t *testing.T) {
//		store := open(pgtest.Clone(t))
//
// With TEST_DATABASE_URL set, to a role that is a superuser or may create
// databases, that server is used; with BAILIWICK_TEST_CITUS set, that coordinator of
// a Citus cluster. Otherwise each package starts a built-in one of its own, which
// forgets everything at the end.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is what Main sets up for the tests of the package.
var shared struct {
	*server
	template string
	filled   []string // further templates
	clones   atomic.Int64
}

const noMain = "pgtest: TestMain of this package does not call pgtest.Main"

// Tests are what is run: a *testing.M, or what starts something around it.
type Tests interface{ Run() int }

// Main starts the server, makes the template database, has prepare fill it by the
// URL of its owner and let in the login of the other, which it makes where there is
// none, runs the tests and cleans up. It returns the code to exit with.
func Main(m Tests, prepare func(ctx context.Context, owner, login string) error) int {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	stop, err := setUp(ctx, prepare)
	defer stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return 1
	}
	return m.Run()
}

func setUp(ctx context.Context, prepare func(ctx context.Context, owner, login string) error) (stop func(), err error) {
	s, err := open(ctx)
	if err != nil {
		return func() {}, err
	}
	shared.server = s
	shared.template = fmt.Sprintf("test_%d", os.Getpid())
	stop = func() {
		for _, name := range append(shared.filled, shared.template) {
			if err := s.drop(context.Background(), name); err != nil {
				fmt.Fprintln(os.Stderr, "pgtest:", err)
			}
		}
		s.close()
	}
	if err := s.create(ctx, shared.template, "template1"); err != nil {
		return stop, err
	}
	if OnCitus() {
		if err := s.joinNodes(ctx, shared.template); err != nil {
			return stop, fmt.Errorf("joining the databases of a cluster: %w", err)
		}
	}
	if err := prepare(ctx, s.url(s.owner, shared.template), s.url(s.login, shared.template)); err != nil {
		return stop, fmt.Errorf("preparing the template database: %w", err)
	}
	if OnCitus() {
		return stop, s.freeze(ctx, shared.template)
	}
	return stop, nil
}

// Clone makes a copy of the template database and returns its URL for the login
// that owns nothing. The copy is dropped when the test ends, whoever is still
// connected.
func Clone(t testing.TB) string {
	t.Helper()
	if shared.server == nil {
		t.Fatal(noMain)
	}
	return clone(t, shared.template)
}

func clone(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("%s_%d", shared.template, shared.clones.Add(1))
	if err := shared.copy(t.Context(), name, template); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := shared.drop(context.Background(), name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return shared.url(shared.login, name)
}

// OwnerURL is the URL of a clone for the role that owns it. That role is no
// superuser, so row-level security binds it where it is forced.
func OwnerURL(clone string) string {
	u, err := url.Parse(clone)
	if err != nil {
		panic(err) // it is not from Clone
	}
	u.User = shared.owner
	return u.String()
}

// Direct connects to a clone until the test ends, past all policies: to make or read
// what lies in any tenant.
func Direct(t testing.TB, clone string) *pgx.Conn {
	t.Helper()
	u, err := url.Parse(clone)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	ctx, admin := context.Background(), shared.admin.Config() // a superuser, or the owner
	c, err := pgx.Connect(ctx, shared.url(url.UserPassword(admin.User, admin.Password), strings.TrimPrefix(u.Path, "/")))
	if err == nil {
		t.Cleanup(func() { c.Close(ctx) })
		_, err = c.Exec(ctx, "SET app.scope = 'system'")
	}
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return c
}

// AdminURL is the address of the database postgres for the role that makes the
// test databases: a superuser on the built-in server.
func AdminURL() string { return shared.adminURL }

// server is a Postgres on which databases can be made.
type server struct {
	adminURL string
	owner    *url.Userinfo
	login    *url.Userinfo
	close    func()
	// strategy copies faster: files where nothing is synced, WAL where it is.
	strategy string

	mu      sync.Mutex
	admin   *pgx.Conn
	workers []*pgx.Conn // of a Citus cluster, for databases of the same names
	nodes   []node
}

func open(ctx context.Context) (*server, error) {
	if given := os.Getenv(citusEnv); given != "" {
		return openCitus(ctx, given)
	}
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		return openGiven(ctx, given)
	}
	return openBuiltIn(ctx)
}

// openGiven uses a server that is there already. A superuser makes a role of its
// own for the test databases, which may make their login; any other role owns them
// itself, and is the login too.
func openGiven(ctx context.Context, given string) (s *server, err error) {
	admin, err := pgx.Connect(ctx, given)
	if err != nil {
		return nil, fmt.Errorf("connect to the test server: %w", err)
	}
	s = &server{adminURL: given, admin: admin, strategy: "WAL_LOG"}
	s.close = func() { admin.Close(context.Background()) }
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	var super, bypass bool
	err = admin.QueryRow(ctx, "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").Scan(&super, &bypass)
	if err != nil {
		return s, err
	}
	if bypass && !super {
		return s, fmt.Errorf("TEST_DATABASE_URL: role %s bypasses row-level security, which the tests rely on", admin.Config().User)
	}
	if !super {
		s.owner = url.UserPassword(admin.Config().User, admin.Config().Password)
		s.login = s.owner // which may make no other
		return s, nil
	}
	role, password := "test_"+strings.ToLower(rand.Text()[:12]), rand.Text()
	if _, err := admin.Exec(ctx, fmt.Sprintf("CREATE ROLE %s LOGIN NOSUPERUSER NOCREATEDB CREATEROLE NOBYPASSRLS PASSWORD '%s'", role, password)); err != nil {
		return s, err
	}
	s.owner, s.login = url.UserPassword(role, password), url.UserPassword(role+"_login", password)
	s.close = func() {
		admin.Exec(context.Background(), "DROP ROLE IF EXISTS "+role+"_login")
		admin.Exec(context.Background(), "DROP ROLE IF EXISTS "+role)
		admin.Close(context.Background())
	}
	return s, nil
}

func (s *server) url(as *url.Userinfo, database string) string {
	u, err := url.Parse(s.adminURL)
	if err != nil {
		panic(err) // it was connected to
	}
	u.User, u.Path = as, "/"+database
	query := u.Query()
	query.Del("user")
	query.Del("password")
	query.Del("dbname")
	u.RawQuery = query.Encode()
	return u.String()
}

// create makes a database; a left-over of an earlier process with our number goes first.
func (s *server) create(ctx context.Context, name, template string) error {
	if err := s.drop(ctx, name); err != nil {
		return err
	}
	return s.exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER %s STRATEGY %s",
		name, template, pgx.Identifier{s.owner.Username()}.Sanitize(), s.strategy))
}

// copy is create for a template of ours.
func (s *server) copy(ctx context.Context, name, template string) error {
	err := s.create(ctx, name, template)
	if err == nil && OnCitus() {
		err = s.tune(ctx, name)
	}
	return err
}

func (s *server) drop(ctx context.Context, name string) error {
	return s.exec(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name))
}

// exec does statements on each machine.
func (s *server) exec(ctx context.Context, statements ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, db := range append([]*pgx.Conn{s.admin}, s.workers...) {
		for _, sql := range statements {
			if _, err := db.Exec(ctx, sql); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
	}
	return nil
}
