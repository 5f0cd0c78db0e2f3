//go:build linux

package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Server is a running Postgres, started again whenever it dies before Stop.
type Server struct {
	log      *slog.Logger
	folder   *folder
	account  account
	binaries binaries
	settings map[string]string

	stopping   context.Context
	stop       context.CancelFunc
	supervised chan struct{} // closed when the supervisor has ended; process is settled then
	process    *process      // nil when it is down
	stopOnce   sync.Once
	stopErr    error
}

// Start starts the server in the data folder, making the cluster first when there
// is none, and returns when it accepts connections. ctx bounds the start only.
func Start(ctx context.Context, c Config) (*Server, error) {
	s := &Server{log: c.Log, settings: c.Settings, supervised: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.start(ctx, c.Dir); err != nil {
		if s.folder != nil {
			s.folder.close()
		}
		return nil, fmt.Errorf("built-in Postgres: %w", err)
	}
	s.stopping, s.stop = context.WithCancel(context.Background())
	go s.supervise()
	return s, nil
}

func (s *Server) start(ctx context.Context, dir string) error {
	began := time.Now()
	var err error
	if s.folder, err = openFolder(dir); err != nil {
		return err
	}
	if s.account, err = s.folder.account(); err != nil {
		return err
	}
	if err := s.folder.admit(s.account); err != nil {
		return err
	}
	major, err := s.folder.dataVersion()
	if err != nil {
		return err
	}
	if s.binaries, err = s.folder.findBinaries(ctx, s.account, major); err != nil {
		return err
	}
	if major == 0 {
		if err := s.makeCluster(ctx); err != nil {
			return err
		}
	}
	if err := s.writeAccess(); err != nil {
		return err
	}
	if s.process, err = s.launch(ctx); err != nil {
		return err
	}
	s.folder.removeOtherBinaries(s.binaries)
	s.log.Info("Postgres is running", "version", s.binaries.version, "bin", s.binaries.bin, "user", s.account.name,
		"dir", s.folder.dir, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// URL is the address of the database for its owner.
func (s *Server) URL() string { return s.url(Owner, Database) }

// LoginURL is the address of the database for the login that owns nothing.
func (s *Server) LoginURL() string { return s.url(Login, Database) }

// AdminURL is the address of a database for the superuser, for tests and backups.
func (s *Server) AdminURL(database string) string { return s.url(superuser, database) }

// RunningURLs are the addresses, as URL and LoginURL give them, of the server that
// another program runs in a data folder, for a command beside it. The error says
// when there is none.
func RunningURLs(dir string) (owner, login string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", "", fmt.Errorf("built-in Postgres: %w", err)
	}
	f := folderAt(dir)
	if _, err := os.Stat(f.socketFile()); err != nil {
		return "", "", fmt.Errorf("built-in Postgres: no server runs in %s: %w", dir, err)
	}
	return f.url(Owner, Database), f.url(Login, Database), nil
}

func (s *Server) url(role, database string) string { return s.folder.url(role, database) }

func (f *folder) url(role, database string) string {
	query := url.Values{"host": {f.socket}, "port": {port}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

// Version is the version of the server, such as 18.4.
func (s *Server) Version() string { return s.binaries.version }

// Bin is the folder that holds the server's programs.
func (s *Server) Bin() string { return s.binaries.bin }

// Stop disconnects all clients and shuts the server down. When ctx ends first the
// server is stopped at once, which loses nothing and makes the next start recover,
// and the error is that of ctx. Further calls return what the first one did.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() {
		s.stop()
		<-s.supervised
		if s.process != nil {
			if s.stopErr = s.process.shutDown(ctx); s.stopErr != nil {
				s.stopErr = fmt.Errorf("built-in Postgres was stopped at once, it recovers at the next start: %w", s.stopErr)
			}
		}
		s.folder.close()
	})
	return s.stopErr
}

// launch starts the server and waits until it accepts connections.
func (s *Server) launch(ctx context.Context) (*process, error) {
	lock, err := s.folder.claim(ctx, s.account, s.log)
	if err != nil {
		return nil, err
	}
	defer lock.Close() // the server keeps its own descriptor
	if err := s.folder.makeSocketFolder(s.account); err != nil {
		return nil, err
	}
	c := s.command(lock, s.folder.data(), "postgres", s.arguments()...)
	c.SysProcAttr.Pdeathsig = syscall.SIGINT // a fast shutdown
	p, err := start(c, s.log)
	if err != nil {
		return nil, err
	}
	if err := p.waitReady(ctx, s.folder.pidFile()); err != nil {
		p.kill()
		return nil, err
	}
	return p, nil
}

func (s *Server) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        "",
		"port":                    port,
		"unix_socket_directories": quote(s.folder.socket),
		"unix_socket_permissions": "0700",
		"hba_file":                s.folder.path("hba.conf"),
		"ident_file":              s.folder.path("ident.conf"),
		"logging_collector":       "off",
		"log_destination":         "stderr",
		"log_line_prefix":         "",
		// Statements and details carry what people typed.
		"log_min_error_statement": "panic",
		"log_error_verbosity":     "terse",
		// What a server that was killed left unsynced: one call instead of one a file.
		"recovery_init_sync_method": syncMethod(),
	}
	for name, value := range s.settings {
		settings[name] = value
	}
	arguments := []string{"-D", s.folder.data()}
	for name, value := range settings {
		arguments = append(arguments, "-c", name+"="+value)
	}
	return arguments
}
