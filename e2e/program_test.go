//go:build browser

package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const startTime = 5 * time.Minute

// program is the built panel as a running process.
type program struct {
	binary string
	base   string           // such as http://127.0.0.1:41234
	logins map[string]login // by what one types to say who one is
	cmd    *exec.Cmd
	log    logTail
}

// login is one line of the table that the program prints.
type login struct{ door, user, account, role, password string }

// start builds the program, runs it in dir with the demo cast or nobody, and reads who
// can sign in.
func start(dir string, cast bool) (*program, error) {
	p := &program{binary: filepath.Join(dir, "bailiwick"), logins: map[string]login{}}
	if out, err := exec.Command("go", "build", "-ldflags=-s -w -X main.slack=10", "-o", p.binary, "bailiwick/cmd/bailiwick").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p.base = "http://" + addr
	p.cmd = exec.Command(p.binary, "serve")
	// Nothing else: the settings of whoever runs the tests are not the tests'.
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "BAILIWICK_ADDR=" + addr, "BAILIWICK_DATA_DIR=" + filepath.Join(dir, "data"), "BAILIWICK_DEMO=" + strconv.FormatBool(cast)}
	p.cmd.Dir = dir
	p.cmd.Stderr = &p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{}
	dieWithTests(p.cmd.SysProcAttr)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	printed := make(chan error, 1)
	go func() {
		if !cast {
			printed <- nil
			_, _ = io.Copy(io.Discard, out)
			return
		}
		printed <- p.readLogins(bufio.NewScanner(out))
	}()
	select {
	case err = <-printed:
	case <-time.After(startTime):
		err = fmt.Errorf("no logins after %s", startTime)
	}
	if err == nil {
		err = p.waitHealthy()
	}
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%w\n%s", err, p.log.String())
	}
	return p, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

var (
	printedPassword = regexp.MustCompile(`password "([^"]+)"`)
	columns         = regexp.MustCompile(`\s{2,}`)
)

// readLogins reads the table, which ends with an empty line.
func (p *program) readLogins(out *bufio.Scanner) error {
	password := ""
	for out.Scan() {
		line := out.Text()
		if m := printedPassword.FindStringSubmatch(line); m != nil {
			password = m[1]
		}
		if c := columns.Split(strings.TrimSpace(line), -1); len(c) == 4 {
			p.logins[c[0]] = login{door: strings.TrimPrefix(c[3], p.base), user: c[0], account: c[1], role: c[2], password: password}
		}
		if line == "" && len(p.logins) > 0 {
			return nil
		}
	}
	return fmt.Errorf("the program ended without printing who can sign in")
}

func (p *program) waitHealthy() error {
	for deadline := time.Now().Add(startTime); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(p.base + "/healthz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("/healthz answers %s", res.Status)
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

// stop ends the program as an operator would, and fails when it does not end well.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := p.cmd.Wait()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, p.log.String())
	}
	return nil
}

// tells runs the program's command line and gives what it prints.
func (p *program) tells(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(p.binary, args...).Output()
	if err != nil {
		t.Fatalf("bailiwick %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// logTail keeps the end of what the program logs.
type logTail struct {
	mu   sync.Mutex
	text []byte
}

func (l *logTail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	if over := len(l.text) - 64<<10; over > 0 {
		l.text = bytes.Clone(l.text[over:])
	}
	return len(b), nil
}

func (l *logTail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// errors are the lines that say something went wrong in the program itself.
func (l *logTail) errors() (all []string) {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}
