package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"bailiwick/catalog"
	"bailiwick/cmd/bailiwick/demo"
	"bailiwick/handlers"
	"bailiwick/mail"
	"bailiwick/models"
	"bailiwick/models/store"
	"bailiwick/postgres"
	"bailiwick/views/storybook"
)

const (
	shutdownTime = 15 * time.Second
	maxHeader    = 16 << 10
	pruneEvery   = time.Hour
	purgeEvery   = time.Minute
	purgePause   = 50 * time.Millisecond // leaves the database to others

	// gcPercent collects garbage twice as often as Go does by itself: a password's
	// hash leaves 19 MB behind, and in a flood of sign-ins they pile up.
	gcPercent = 50
)

func logger() *slog.Logger {
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, nil))
}

// database is an open store, with the built-in server under it where no
// address was given.
type database struct {
	*models.Store
	server *postgres.Server
}

// slack is how many times longer the database may take. Tests that look at no time link
// the program with more, for machines that are busy with others.
var slack = "1"

// openDatabase starts what is needed, migrates where asked, and opens the store.
func openDatabase(ctx context.Context, c *Config, log *slog.Logger, migrate bool) (*database, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	cat, err := catalog.Load()
	if err != nil {
		return nil, err
	}
	if err := c.makeFolder(); err != nil {
		return nil, err
	}
	if err := c.loadSecret(); err != nil {
		return nil, err
	}
	db := &database{}
	owner, login := cmp.Or(c.DatabaseDirectURL, c.DatabaseURL), c.DatabaseURL
	if login == "" {
		if owner, login, err = db.startBuiltIn(ctx, c, log); err != nil {
			return nil, err
		}
	}
	if migrate {
		err = store.MigrateInTurn(ctx, owner, login, func() { log.Info("another program migrates this database: waiting until it has finished") })
	}
	if err == nil {
		times, _ := strconv.Atoi(slack)
		db.Store, err = models.Open(ctx, store.Config{URL: login, Catalog: cat, Secret: c.secret, Environment: c.keysOf(), Slack: times})
	}
	if err != nil {
		db.close(log)
		return nil, err
	}
	if exposed := db.Exposed(); exposed != "" {
		log.Warn(exposed)
	}
	return db, nil
}

// startBuiltIn gives the addresses of the built-in server. While a panel runs on
// the same folder, the command line uses that panel's.
func (db *database) startBuiltIn(ctx context.Context, c *Config, log *slog.Logger) (owner, login string, err error) {
	dir := filepath.Join(c.DataDir, "postgres")
	server, err := postgres.Start(ctx, postgres.Config{Dir: dir, Log: log})
	if errors.Is(err, postgres.ErrLocked) && c.shared {
		return postgres.RunningURLs(dir)
	}
	if err != nil {
		return "", "", err
	}
	db.server = server
	return server.URL(), server.LoginURL(), nil
}

func (db *database) close(log *slog.Logger) {
	if db.Store != nil {
		db.Store.Close()
	}
	if db.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if err := db.server.Stop(ctx); err != nil {
			log.Error("stop the database", "error", err)
		}
	}
}

// listenAt opens the panel's port, and says what to do where that is not possible.
func listenAt(addr string) (net.Listener, error) {
	const otherwise = "or name another address with BAILIWICK_ADDR, such as 127.0.0.1:8081"
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens at %s already, perhaps a panel: end it, %s", addr, otherwise)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s is not an address of this machine: BAILIWICK_ADDR says where to listen", addr)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the panel may not listen at %s, as below port 1024 it needs a right to: give it CAP_NET_BIND_SERVICE, %s", addr, otherwise)
	}
	return l, err
}

type serveCommand struct{}

// Run serves the panel until it is told to stop.
func (serveCommand) Run(ctx context.Context, c *Config) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	// Threads that hash give way to others, and must not hold what those run on meanwhile.
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + store.Hashers)
	log := logger()
	db, err := openDatabase(ctx, c, log, true)
	if err != nil {
		return err
	}
	defer db.close(log)
	var cast demo.Cast
	if c.DemoCast {
		if cast, err = demo.Seed(ctx, db.Store); errors.Is(err, demo.ErrNotEmpty) {
			cast, err = demo.Known(ctx, db.Store)
		}
		if err != nil {
			return fmt.Errorf("make the demo cast: %w", err)
		}
	}
	some, err := db.HasMembers(ctx)
	if err != nil {
		return err
	}
	panel, err := handlers.New(db.Store, handlers.Config{PublicURL: c.publicURL, Secret: c.secret, Proxies: c.proxies, Log: log, SendsMail: c.smtp != nil, Currency: c.currency()})
	if err != nil {
		return err
	}
	listener, err := listenAt(c.Addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: panel, MaxHeaderBytes: maxHeader, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	go prune(ctx, db.Store, log)
	go work(ctx, db.Store, log)
	var mailing sync.WaitGroup
	defer keepSignIns(db.Store, log)()
	defer mailing.Wait() // a letter that is being handed over is finished
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if c.smtp != nil {
		sender := &mail.Sender{Store: db.Store, Server: *c.smtp, From: c.from, Public: c.publicURL, Log: log}
		mailing.Go(func() { sender.Run(ctx) })
	}
	announce(c, cast, some)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	return server.Shutdown(ctx)
}

// keepSignIns stores attempts at logins each second, and those that are left when
// it is stopped.
func keepSignIns(s *models.Store, log *slog.Logger) (stop func()) {
	var storing sync.WaitGroup
	stopped := make(chan struct{})
	store := func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if lost, err := s.StoreSignIns(ctx); lost > 0 || err != nil {
			log.Warn("sign-ins that are in this log alone", "count", lost, "error", err)
		}
	}
	storing.Go(func() {
		for {
			select {
			case <-stopped:
				store()
				return
			case <-time.After(time.Second):
				store()
			}
		}
	})
	return func() { close(stopped); storing.Wait() }
}

// prune removes what is kept only for a while.
func prune(ctx context.Context, s *models.Store, log *slog.Logger) {
	for {
		for what, remove := range map[string]func(context.Context) error{
			"sessions": s.PruneSessions, "letters": s.PruneLetters, "mailed links": s.PruneMailedLinks, "limits": s.PruneLimits,
			"sign-ins": s.PruneSignIns, "calls": s.PruneCalls,
		} {
			if err := remove(ctx); err != nil && ctx.Err() == nil {
				log.Warn("remove old "+what, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pruneEvery):
		}
	}
}

// work does what takes long, a little at a time: removes what was in deleted
// accounts, and takes past entries into timeless ones.
func work(ctx context.Context, s *models.Store, log *slog.Logger) {
	for {
		wait := purgeEvery
		for what, do := range map[string]func(context.Context) (more bool, err error){
			"remove what was in deleted accounts": s.PurgeAccounts, "remove what deleted timeless accounts kept": s.PurgeTimelessAccounts,
			"remove records that were deleted long ago": s.PurgeDeletedRecords, "take past entries into timeless accounts": s.TakeInPast,
		} {
			more, err := do(ctx)
			if err != nil && ctx.Err() == nil {
				log.Warn(what, "error", err)
			}
			if more && err == nil {
				wait = purgePause
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// announce tells whoever started the panel where it is and who can come in: some
// says that anybody can.
func announce(c *Config, cast demo.Cast, some bool) {
	fmt.Printf("\nBailiwick runs at %s\n", c.publicURL)
	switch {
	case !some:
		fmt.Printf("Create the first login at %s\n\n", c.publicURL.JoinPath("/sign-up"))
		return
	case len(cast.Logins) == 0:
		fmt.Println()
		return
	}
	fmt.Printf("\nThe demo cast signs in with the password %q:\n\n", demo.Password)
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, l := range cast.Logins {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", l.User, l.Account, l.Role, c.publicURL.JoinPath(l.Door))
	}
	w.Flush()
	fmt.Println()
}

type demoCommand struct {
	Accounts int `help:"Add this many sub-accounts to the demo agency."`
}

// Run makes the cast where there is none, then the bulk.
func (d demoCommand) Run(ctx context.Context, c *Config) error {
	c.shared = true
	log := logger()
	db, err := openDatabase(ctx, c, log, true)
	if err != nil {
		return err
	}
	defer db.close(log)
	cast, err := demo.Seed(ctx, db.Store)
	if errors.Is(err, demo.ErrNotEmpty) && d.Accounts > 0 {
		cast, err = demo.Known(ctx, db.Store)
	}
	if err != nil {
		return err
	}
	if d.Accounts > 0 {
		err = demo.Bulk(ctx, db.Store, d.Accounts, func(done, of int) { fmt.Printf("\r%d of %d sub-accounts", done, of) })
		fmt.Println()
		if err != nil {
			return err
		}
	}
	announce(c, cast, true)
	return nil
}

type storybookCommand struct {
	At    string `default:"127.0.0.1:8090" help:"Address to listen at."`
	Texts bool   `help:"Print every text once, under the first page it is on, instead of serving."`
}

// Run serves the storybook until it is told to stop, or prints its texts.
func (s storybookCommand) Run(ctx context.Context) error {
	if s.Texts {
		return printTexts(os.Stdout)
	}
	server := &http.Server{Addr: s.At, Handler: storybook.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	fmt.Printf("The storybook is at http://%s\n", s.At)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func printTexts(to io.Writer) error {
	all, err := storybook.Texts()
	page := ""
	for _, x := range all {
		if x.Story != page {
			page = x.Story
			fmt.Fprintf(to, "\n[%s]\n", page)
		}
		fmt.Fprintln(to, x.Text)
	}
	return err
}
