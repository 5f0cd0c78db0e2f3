//go:build linux

package postgres

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bailiwick/postgres/internal/scratch"

	"github.com/jackc/pgx/v5"
)

// TestMain is also the panel that tests start as a program of its own.
func TestMain(m *testing.M) {
	if dir := os.Getenv(panelVariable); dir != "" {
		os.Exit(runPanel(dir))
	}
	os.Exit(m.Run())
}

// dataFolder is a folder for a server that need not survive a power cut.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := scratch.Folder("bailiwick-postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// diskFolder is a folder as a panel has it, on a disk that can be synced.
func diskFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bailiwick-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

var quick = map[string]string{"fsync": "off"}

func startServer(t *testing.T, c Config) *Server {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, s) })
	return s
}

func stopServer(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func mustExec(t *testing.T, c *pgx.Conn, sql string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func query[T any](t *testing.T, c *pgx.Conn, sql string) (value T) {
	t.Helper()
	if err := c.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

func needCarried(t *testing.T) {
	t.Helper()
	if names, _ := filepath.Glob("dist/*.tar.zst"); len(names) == 0 {
		t.Skip("this build carries no Postgres: go run ./postgres/pack")
	}
}

// withoutCarried makes Start see what a plain go build has.
func withoutCarried(t *testing.T) {
	carried := dist
	dist = fstest.MapFS{}
	t.Cleanup(func() { dist = carried })
}

func TestWhatWasWrittenIsThereAfterAStop(t *testing.T) {
	dir := diskFolder(t)
	s := startServer(t, Config{Dir: dir})
	ada := connect(t, s.URL())
	mustExec(t, ada, "CREATE TABLE accounts (name text)")
	mustExec(t, ada, "INSERT INTO accounts VALUES ('Analytical')")
	stopServer(t, s)

	best := time.Hour
	for range 5 {
		began := time.Now()
		s := startServer(t, Config{Dir: dir})
		best = min(best, time.Since(began))
		if name := query[string](t, connect(t, s.URL()), "SELECT name FROM accounts"); name != "Analytical" {
			t.Errorf("after a restart the account is %q", name)
		}
		stopServer(t, s)
	}
	t.Logf("later start: %s", best)
	if best > 500*time.Millisecond {
		t.Errorf("the best of five later starts took %s", best)
	}
}

func TestTheProgramIsNoSuperuser(t *testing.T) {
	s := startServer(t, Config{Dir: dataFolder(t), Settings: quick})
	c := connect(t, s.URL())
	const attributes = `SELECT concat_ws(' ', rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls)
		FROM pg_roles WHERE rolname = current_user`
	if got := query[string](t, c, attributes); got != "t f f t f f" {
		t.Errorf("login, superuser, createdb, createrole, replication, bypassrls: %s", got)
	}
	if owner := query[string](t, c, "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"); owner != Owner {
		t.Errorf("the database belongs to %s", owner)
	}
	for _, extension := range []string{"pg_trgm", "citext", "pgcrypto", "unaccent"} {
		if query[bool](t, c, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = '"+extension+"')") {
			mustExec(t, c, "CREATE EXTENSION "+extension)
		} else if strings.HasPrefix(s.Bin(), s.folder.dir) {
			t.Errorf("the carried server lacks %s", extension)
		}
	}
	if lower := query[string](t, c, "SELECT lower('ÄÉ')"); lower != "äé" {
		t.Errorf("lower case of ÄÉ is %s", lower)
	}
	if !query[bool](t, connect(t, s.AdminURL("postgres")), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") {
		t.Error("AdminURL is not for a superuser")
	}
}

func TestItListensOnItsSocketOnly(t *testing.T) {
	t.Setenv("PGPORT", "5999") // must not matter
	s := startServer(t, Config{Dir: dataFolder(t), Settings: quick})
	c := connect(t, s.URL())
	if n := query[int](t, c, "SELECT count(*) FROM pg_stat_activity WHERE client_addr IS NOT NULL"); n != 0 {
		t.Error("there are connections by network")
	}
	if addresses := query[string](t, c, "SHOW listen_addresses"); addresses != "" {
		t.Errorf("it listens on %q", addresses)
	}
	info, err := os.Stat(s.folder.socket)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder is %s", info.Mode())
	}
}

func TestSettingsWinOverOurs(t *testing.T) {
	s := startServer(t, Config{Dir: dataFolder(t), Settings: map[string]string{"fsync": "off", "work_mem": "7MB", "log_error_verbosity": "default"}})
	c := connect(t, s.URL())
	if v := query[string](t, c, "SHOW work_mem"); v != "7MB" {
		t.Errorf("work_mem is %s", v)
	}
	if v := query[string](t, c, "SHOW log_error_verbosity"); v != "default" {
		t.Errorf("log_error_verbosity is %s", v)
	}
}

func TestASecondPanelIsLockedOut(t *testing.T) {
	dir := dataFolder(t)
	startServer(t, Config{Dir: dir, Settings: quick})
	_, err := Start(t.Context(), Config{Dir: dir})
	if !errors.Is(err, ErrLocked) {
		t.Fatalf("the second start says: %v", err)
	}
	if !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("the message does not name the process: %v", err)
	}
}

func TestAServerStartedByHandIsLeftAlone(t *testing.T) {
	dir := dataFolder(t)
	s := startServer(t, Config{Dir: dir, Settings: quick})
	stopServer(t, s)
	byHand := command(s.account, "/", filepath.Join(s.Bin(), "postgres"), "-D", s.folder.data(),
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+quote(s.folder.socket))
	p, err := start(byHand, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	if err := p.waitReady(t.Context(), s.folder.pidFile()); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{Dir: dir}); !errors.Is(err, ErrLocked) {
		t.Errorf("a start beside it says: %v", err)
	}
	select {
	case <-p.exited:
		t.Error("the server was ended")
	default:
	}
}

func TestDataOfAnotherVersionIsRefusedAndKept(t *testing.T) {
	dir := dataFolder(t)
	s := startServer(t, Config{Dir: dir, Settings: quick})
	stopServer(t, s)
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("13\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := listing(t, filepath.Join(dir, "data"))
	_, err := Start(t.Context(), Config{Dir: dir})
	if !errors.Is(err, ErrVersion) {
		t.Fatalf("start says: %v", err)
	}
	if !strings.Contains(err.Error(), "Postgres 13") {
		t.Errorf("the message does not name the version: %v", err)
	}
	if after := listing(t, filepath.Join(dir, "data")); after != before {
		t.Error("the data was touched")
	}
}

func TestAFolderThatIsNoClusterIsRefusedAndKept(t *testing.T) {
	dir := dataFolder(t)
	file := filepath.Join(dir, "data", "letters.txt")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("Dear Ada"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{Dir: dir}); !errors.Is(err, ErrFolder) {
		t.Errorf("start says: %v", err)
	}
	if text, _ := os.ReadFile(file); string(text) != "Dear Ada" {
		t.Error("the file was touched")
	}
}

// listing is every file with its size and time.
func listing(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("find", dir, "-printf", "%p %s %T@ %m %U\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAPlainBuildRunsAnInstalledPostgres(t *testing.T) {
	withoutCarried(t)
	dir := dataFolder(t)
	s, err := Start(t.Context(), Config{Dir: dir, Settings: quick})
	if errors.Is(err, ErrNoBinaries) {
		t.Skip("no Postgres is installed here")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopServer(t, s) })
	t.Logf("installed: %s in %s", s.Version(), s.Bin())
	if s.binaries.major < oldest {
		t.Errorf("it runs Postgres %s", s.Version())
	}
	if lower := query[string](t, connect(t, s.URL()), "SELECT lower('ÄÉ')"); lower != "äé" {
		t.Errorf("lower case of ÄÉ is %s", lower)
	}
	query[string](t, connect(t, s.AdminURL("postgres")), "SELECT current_user::text")
}

func TestACarriedServerRefusesTheDataOfAnInstalledOne(t *testing.T) {
	needCarried(t)
	dir := dataFolder(t)
	t.Run("installed", func(t *testing.T) {
		withoutCarried(t)
		s, err := Start(t.Context(), Config{Dir: dir, Settings: quick})
		if errors.Is(err, ErrNoBinaries) {
			t.Skip("no Postgres is installed here")
		}
		if err != nil {
			t.Fatal(err)
		}
		stopServer(t, s)
	})
	major, err := (&folder{dir: dir}).dataVersion()
	if err != nil || major == 0 || major == 18 {
		t.Skipf("needs the data of another version than 18; here it is %d (%v)", major, err)
	}
	_, err = Start(t.Context(), Config{Dir: dir})
	if !errors.Is(err, ErrVersion) {
		t.Fatalf("start says: %v", err)
	}
	t.Log(err)
}

func TestWithoutAnyPostgresTheMessageSaysWhatToDo(t *testing.T) {
	withoutCarried(t)
	places := installedPattern
	installedPattern = "/nowhere/*/bin"
	t.Cleanup(func() { installedPattern = places })
	t.Setenv("PATH", "/nowhere")
	_, err := Start(t.Context(), Config{Dir: dataFolder(t)})
	if !errors.Is(err, ErrNoBinaries) {
		t.Fatalf("start says: %v", err)
	}
	if !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("no way out in: %v", err)
	}
}

func TestACarriedServerThatDoesNotUnpackIsNotReplacedByAnother(t *testing.T) {
	needCarried(t)
	dir := dataFolder(t)
	carried := dist
	t.Cleanup(func() { dist = carried })
	name := "dist/linux-" + runtime.GOARCH + ".tar.zst"
	whole, err := fs.ReadFile(carried, name)
	if err != nil {
		t.Fatal(err)
	}
	dist = fstest.MapFS{name: {Data: whole[:len(whole)/2]}}
	if _, err := Start(t.Context(), Config{Dir: dir}); err == nil || errors.Is(err, ErrNoBinaries) {
		t.Errorf("start says: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); !os.IsNotExist(err) {
		t.Errorf("a cluster was made: %v", err)
	}
}

func TestTheAddressOfARunningServer(t *testing.T) {
	dir := dataFolder(t)
	if url, _, err := RunningURLs(dir); err == nil {
		t.Errorf("nothing runs, and the address is %s", url)
	}
	s := startServer(t, Config{Dir: dir, Settings: quick})
	if owner, login, err := RunningURLs(dir); err != nil || owner != s.URL() || login != s.LoginURL() {
		t.Errorf("the addresses of %s and %s are %s and %s, %v", s.URL(), s.LoginURL(), owner, login, err)
	}
	stopServer(t, s)
	if url, _, err := RunningURLs(dir); err == nil {
		t.Errorf("it is stopped, and the address is %s", url)
	}
}

func TestAHalfMadeClusterIsMadeAnew(t *testing.T) {
	dir := dataFolder(t)
	half := filepath.Join(dir, "data.new")
	if err := os.Mkdir(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("18\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, Config{Dir: dir, Settings: quick})
	connect(t, s.URL())
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("the half made one is still there: %v", err)
	}
}

func TestALongPathStillHasASocket(t *testing.T) {
	dir := filepath.Join(dataFolder(t), strings.Repeat("long", 30), "data folder, new")
	s := startServer(t, Config{Dir: dir, Settings: quick})
	connect(t, s.URL())
	if n := len(s.folder.socketFile()); n > maxSocketPath {
		t.Errorf("the socket's path has %d bytes", n)
	}
	stopServer(t, s)
	if _, err := os.Stat(s.folder.socket); !os.IsNotExist(err) {
		t.Errorf("the short folder stays: %v", err)
	}
}

func TestAPathThatAShellWouldReadOtherwiseIsRefused(t *testing.T) {
	for _, name := range []string{`a"b`, "a$b", "a`b", "a\nb", `a\b`} {
		if _, err := Start(t.Context(), Config{Dir: filepath.Join(dataFolder(t), name)}); !errors.Is(err, ErrFolder) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAStopAtTheDeadlineLosesNothing(t *testing.T) {
	dir := dataFolder(t)
	s := startServer(t, Config{Dir: dir})
	c := connect(t, s.URL())
	mustExec(t, c, "CREATE TABLE accounts (name text)")
	mustExec(t, c, "INSERT INTO accounts VALUES ('Analytical')")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a stop without time says: %v", err)
	}
	// startServer's own stop would report the same again.
	s.stopErr = nil
	s = startServer(t, Config{Dir: dir})
	if name := query[string](t, connect(t, s.URL()), "SELECT name FROM accounts"); name != "Analytical" {
		t.Errorf("after the stop the account is %q", name)
	}
}

func TestAKilledServerComesBack(t *testing.T) {
	s := startServer(t, Config{Dir: dataFolder(t), Settings: quick})
	for range 3 {
		pid := postmaster(t, s)
		if err := kill(pid); err != nil {
			t.Fatal(err)
		}
		took := awaitConnection(t, s.URL(), pid, s)
		t.Logf("back after %s", took)
	}
}

func TestStopEndsASupervisorThatCannotStart(t *testing.T) {
	dir := dataFolder(t)
	s := startServer(t, Config{Dir: dir, Settings: quick})
	server := postmaster(t, s)
	moved := filepath.Join(dir, "elsewhere")
	if err := os.Rename(s.folder.data(), moved); err != nil {
		t.Fatal(err)
	}
	if err := kill(server); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	stopServer(t, s)
	if _, err := os.Stat(moved); err != nil {
		t.Error(err)
	}
}

func TestTypedTextStaysOutOfTheLog(t *testing.T) {
	var log strings.Builder
	s := startServer(t, Config{Dir: dataFolder(t), Settings: quick,
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	c := connect(t, s.URL())
	mustExec(t, c, "CREATE TABLE tokens (token text UNIQUE)")
	mustExec(t, c, "INSERT INTO tokens VALUES ('live-secret')")
	if _, err := c.Exec(t.Context(), "INSERT INTO tokens VALUES ('live-secret')"); err == nil {
		t.Fatal("a second equal token was taken")
	}
	stopServer(t, s)
	if !strings.Contains(log.String(), "duplicate key") {
		t.Error("the log does not tell of the error")
	}
	if strings.Contains(log.String(), "live-secret") {
		t.Error("the log tells the secret")
	}
}
