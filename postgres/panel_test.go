//go:build linux

package postgres

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The test program run again with these set is a panel in the folder that the
// first names, which writes rows from the number in the second on; or it tries
// the address in the third.
const (
	panelVariable = "BAILIWICK_TEST_PANEL"
	fromVariable  = "BAILIWICK_TEST_FROM"
	urlVariable   = "BAILIWICK_TEST_URL"
)

// runPanel says "ready" when the server is there, "connected" for each connection,
// "ack N" after the commit of row N and the server's log on stderr, and stops in
// order on SIGTERM.
func runPanel(dir string) int {
	if url := os.Getenv(urlVariable); url != "" {
		c, err := pgx.Connect(context.Background(), url)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		c.Close(context.Background())
		return 0
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	s, err := Start(ctx, Config{Dir: dir, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	n, _ := strconv.Atoi(os.Getenv(fromVariable))
	var c *pgx.Conn
	for ctx.Err() == nil {
		if c == nil || c.IsClosed() {
			if c, err = pgx.Connect(ctx, s.URL()); err != nil {
				time.Sleep(5 * time.Millisecond)
				continue
			}
			if _, err := c.Exec(ctx, "CREATE TABLE IF NOT EXISTS acknowledged (n int PRIMARY KEY)"); err != nil {
				continue
			}
			fmt.Println("connected")
		}
		// A commit whose answer was lost is not acknowledged, and may be there.
		if _, err := c.Exec(ctx, "INSERT INTO acknowledged VALUES ($1) ON CONFLICT DO NOTHING", n); err == nil {
			fmt.Println("ack", n)
			n++
		}
	}
	stopping, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(stopping); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// panel is such a program.
type panel struct {
	cmd    *exec.Cmd
	folder *folder
	read   chan struct{} // closed at the end of its output

	mu    sync.Mutex
	ready time.Time
	last  int // the number after the last acknowledged row's
	// connections counts them; the last one began when last was sinceConnected.
	connections, sinceConnected int
	log                         strings.Builder
}

func startPanel(t *testing.T, dir string, as account, from int) *panel {
	t.Helper()
	c := testProgram(t, dir, as)
	c.Env = append(c.Env, panelVariable+"="+dir, fromVariable+"="+strconv.Itoa(from))
	p := &panel{cmd: c, folder: folderAt(dir), read: make(chan struct{}), last: from}
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = writer(func(b []byte) { p.log.Write(b) })
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if t.Failed() {
			t.Log(p.log.String())
		}
	})
	go p.listen(output)
	began := time.Now()
	p.await(t, "first acknowledgement", func() bool { return p.last > from })
	t.Logf("ready after %s", p.ready.Sub(began).Round(time.Millisecond))
	return p
}

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }

// testProgram is this program, where the account can run it.
func testProgram(t *testing.T, dir string, as account) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program)
	if as.dropped {
		copied := filepath.Join(filepath.Dir(dir), filepath.Base(dir)+".test")
		if out, err := exec.Command("cp", program, copied).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Cleanup(func() { os.Remove(copied) })
		if err := os.Chmod(copied, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, as.uid, as.gid); err != nil {
			t.Fatal(err)
		}
		c = exec.Command(copied)
	}
	c.Dir = "/"
	c.Env = os.Environ()
	c.SysProcAttr = &syscall.SysProcAttr{Credential: as.credential()}
	return c
}

func (p *panel) listen(output io.Reader) {
	defer close(p.read)
	for lines := bufio.NewScanner(output); lines.Scan(); {
		p.mu.Lock()
		if n, ok := strings.CutPrefix(lines.Text(), "ack "); ok {
			n, _ := strconv.Atoi(n)
			p.last = n + 1
		}
		switch lines.Text() {
		case "ready":
			p.ready = time.Now()
		case "connected":
			p.connections, p.sinceConnected = p.connections+1, p.last
		}
		p.mu.Unlock()
	}
}

// longest is when a test gives up.
const longest = 2 * time.Minute

func (p *panel) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		p.mu.Lock()
		ok := done()
		p.mu.Unlock()
		if ok {
			return
		}
		if time.Since(began) > longest {
			t.Fatalf("no %s within %s", what, longest)
		}
	}
}

// acknowledged is the number after the last row whose commit was confirmed.
func (p *panel) acknowledged() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// kill ends the panel with SIGKILL and returns when all it said has been heard.
func (p *panel) kill() {
	_ = p.cmd.Process.Kill()
	<-p.read
	_ = p.cmd.Wait()
}

func (p *panel) stop(t *testing.T) {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.read
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the panel did not stop in order: %v", err)
	}
}

func tryConnecting(t *testing.T, as account, url string) (string, error) {
	t.Helper()
	c := testProgram(t, dataFolder(t), as)
	c.Env = append(c.Env, panelVariable+"=-", urlVariable+"="+url)
	out, err := c.CombinedOutput()
	return string(out), err
}

// postmaster is the process number of the running server.
func postmaster(t *testing.T, s *Server) int {
	t.Helper()
	pid, err := strconv.Atoi(readFirstLine(s.folder.pidFile()))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func kill(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) }

// awaitConnection waits until another server than the one with that number answers.
func awaitConnection(t *testing.T, url string, old int, s *Server) time.Duration {
	t.Helper()
	for began := time.Now(); time.Since(began) < longest; time.Sleep(2 * time.Millisecond) {
		if readFirstLine(s.folder.pidFile()) == strconv.Itoa(old) {
			continue
		}
		if c, err := pgx.Connect(t.Context(), url); err == nil {
			c.Close(t.Context())
			return time.Since(began)
		}
	}
	t.Fatal("the server does not come back")
	return 0
}
