package main

import (
	"bailiwick/models/store"

	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"bailiwick/catalog"
	"bailiwick/models/modelstest"
	"bailiwick/postgres"
	"bailiwick/postgres/pgtest"
)

// post is a mail server that passes on what it is handed.
type post chan string

func (p post) NewSession(*smtp.Conn) (smtp.Session, error) { return p, nil }
func (post) Mail(string, *smtp.MailOptions) error          { return nil }
func (post) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (post) Reset()                                        {}
func (post) Logout() error                                 { return nil }

func (p post) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	p <- string(raw)
	return err
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A panel is served with a mail server set, somebody signs up and forgets their
// password, and both letters arrive.
func TestAServedPanelSendsItsMail(t *testing.T) {
	office, l := make(post, 10), listen(t)
	server := smtp.NewServer(office)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	free := listen(t)
	addr := free.Addr().String()
	free.Close()

	ctx, stop := context.WithCancel(context.Background())
	c := &Config{Addr: addr, DataDir: t.TempDir(), DatabaseURL: pgtest.Clone(t), SMTPURL: "smtp://" + l.Addr().String(), MailFrom: "panel@example.com"}
	served := make(chan error, 1)
	go func() { served <- serveCommand{}.Run(ctx, c) }()
	form := func(path string, pairs ...string) int {
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		res, err := http.PostForm("http://"+addr+path, values)
		if err != nil {
			return 0
		}
		res.Body.Close()
		return res.StatusCode
	}
	for deadline := time.Now().Add(2 * time.Minute); form("/forgotten-password", "email", "nobody@example.com") != http.StatusOK; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the panel does not come up")
		}
	}
	form("/sign-up", "name", "Ada", "email", "ada@example.com", "password", "four plain english words")
	if got := form("/forgotten-password", "email", "ada@example.com"); got != http.StatusOK {
		t.Fatal(got)
	}
	for _, leads := range []string{"/verify-email/", "/reset-password/"} {
		select {
		case mail := <-office:
			if !strings.Contains(mail, "http://"+addr+leads) || !strings.Contains(mail, "<ada@example.com>") {
				t.Error(mail)
			}
		case <-time.After(2 * time.Minute):
			t.Error("no mail arrives")
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if len(office) != 0 {
		t.Errorf("%d mails more", len(office))
	}
}

// A node that starts where there are logins, of the cast or not, asks nobody to make
// the first.
func TestOnlyTheFirstLoginIsAskedFor(t *testing.T) {
	said, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = said
	defer func() { os.Stdout = stdout }()
	address := pgtest.Clone(t)
	serve := func(demo bool) string {
		t.Helper()
		free := listen(t)
		c := &Config{Addr: free.Addr().String(), DataDir: t.TempDir(), DatabaseURL: address, DemoCast: demo}
		free.Close()
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		served := make(chan error, 1)
		go func() { served <- serveCommand{}.Run(ctx, c) }()
		for ctx.Err() == nil {
			text, err := os.ReadFile(said.Name())
			if err != nil {
				t.Fatal(err)
			}
			if _, after, ok := strings.Cut(string(text), c.Addr+"\n"); ok && strings.HasSuffix(after, "\n\n") || ok && after == "\n" {
				stop()
				if err := <-served; err != nil {
					t.Fatal(err)
				}
				return after
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal("nothing is announced")
		return ""
	}
	if got := serve(false); !strings.HasPrefix(got, "Create the first login at") {
		t.Errorf("an empty installation announces %q", got)
	}
	s, err := modelstest.Open(t.Context(), store.Config{URL: address, Catalog: catalog.MustLoad(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.SignUp(t.Context(), "Olive", "olive@example.com", "four plain english words"); err != nil {
		t.Fatal(err)
	}
	for _, demo := range []bool{false, true} {
		if got := serve(demo); strings.TrimSpace(got) != "" {
			t.Errorf("demo %v: an installation with a login announces %q", demo, got)
		}
	}
}

// A data folder of a panel that connected as the owner is opened as one whose
// panel may become nothing, with what was in it.
func TestADataFolderOfBeforeGetsTheLogin(t *testing.T) {
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	c := &Config{Addr: "127.0.0.1:8080", DataDir: dataDir(t)}
	folder := postgres.Config{Dir: filepath.Join(c.DataDir, "postgres")}
	before, err := postgres.Start(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Stop(context.Background())
	if err := store.Migrate(ctx, before.URL(), before.URL()); err != nil {
		t.Fatal(err)
	}
	s, err := modelstest.Open(ctx, store.Config{URL: before.URL(), Catalog: catalog.MustLoad(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	if s.Exposed() == "" {
		t.Error("the owner of all tables is said to be held")
	}
	if _, _, err := s.SignUp(ctx, "Ada", "ada@example.com", "four plain english words"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := before.Stop(ctx); err != nil {
		t.Fatal(err)
	}

	db, err := openDatabase(ctx, c, log, true)
	if err != nil {
		t.Fatal(err)
	}
	defer db.close(log)
	if said := db.Exposed(); said != "" {
		t.Error(said)
	}
	if _, err := db.SignInMember(ctx, "ada@example.com", "four plain english words"); err != nil {
		t.Error(err)
	}
	c.shared = true // as a command beside the running panel
	beside, err := openDatabase(ctx, c, log, false)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.close(log)
	if said := beside.Exposed(); said != "" {
		t.Error(said)
	}
}

// dataDir is a folder that the server's own user may pass through.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bailiwick-test")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Who can not be served is told what to do.
func TestWhatKeepsAPanelFromStartingIsSaid(t *testing.T) {
	taken := listen(t)
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct {
		addr, dir string
		says      []string
	}{
		"the port is taken":             {taken.Addr().String(), t.TempDir(), []string{"another program listens at " + taken.Addr().String(), "BAILIWICK_ADDR"}},
		"an address of another machine": {"192.0.2.1:8080", t.TempDir(), []string{"192.0.2.1:8080 is not an address of this machine"}},
		"the data folder is a file":     {"127.0.0.1:0", file, []string{file + " is a file", "BAILIWICK_DATA_DIR"}},
		"it is below a file":            {"127.0.0.1:0", filepath.Join(file, "below"), []string{"or below one"}},
		"it can not be written":         {"127.0.0.1:0", "/sys/bailiwick", []string{"may not write to its data folder /sys/bailiwick", "BAILIWICK_DATA_DIR"}},
	} {
		t.Run(what, func(t *testing.T) {
			c := &Config{Addr: tt.addr, DataDir: tt.dir, DatabaseURL: pgtest.Clone(t), PlainHTTP: true, PublicURL: "http://panel.example.com"}
			err := serveCommand{}.Run(t.Context(), c)
			if err == nil {
				t.Fatal("it serves")
			}
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}
