package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// panel is the built panel as a running process, at an address of this machine
// alone.
type panel struct {
	cmd             *exec.Cmd
	base            string // such as http://127.0.0.1:41234
	login, password string // of a member of the cast
	door            string // the login page of an account's subusers
	page            string // that the reader reads
}

const startTime = time.Minute

var (
	printedPassword = regexp.MustCompile(`password "([^"]+)"`)
	printedMember   = regexp.MustCompile(`^\s+(\S+@\S+)\s.*/sign-in$`)
	printedDoor     = regexp.MustCompile(`(/login/\S+)$`)
)

func start(binary, dir string) (*panel, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	if binary, err = filepath.Abs(binary); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &panel{base: "http://" + addr, cmd: exec.Command(binary, "serve")}
	// The proxy on this machine is believed, so that clients can be of anywhere.
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "BAILIWICK_ADDR=" + addr, "BAILIWICK_DATA_DIR=" + filepath.Join(dir, "data"),
		"BAILIWICK_DEMO=true", "BAILIWICK_TRUSTED_PROXIES=127.0.0.0/8"}
	p.cmd.Dir, p.cmd.Stderr = dir, log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	read := make(chan struct{})
	go func() { p.readLogins(bufio.NewScanner(out)); close(read) }()
	select {
	case <-read:
	case <-time.After(startTime):
	}
	for deadline := time.Now().Add(startTime); p.login != "" && p.door != "" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if res, err := http.Get(p.base + "/healthz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return p, nil
			}
		}
	}
	p.stop()
	said, _ := os.ReadFile(log.Name())
	return nil, fmt.Errorf("the panel did not start:\n%s", said)
}

// readLogins reads the table of the cast, which ends with an empty line.
func (p *panel) readLogins(out *bufio.Scanner) {
	for out.Scan() {
		line := out.Text()
		if m := printedPassword.FindStringSubmatch(line); m != nil {
			p.password = m[1]
		}
		if m := printedMember.FindStringSubmatch(line); m != nil && p.login == "" {
			p.login = m[1]
		}
		if m := printedDoor.FindStringSubmatch(line); m != nil {
			p.door = strings.TrimPrefix(m[1], p.base)
		}
		if line == "" && p.door != "" {
			return
		}
	}
}

func (p *panel) stop() {
	if p.cmd.Process.Signal(syscall.SIGTERM) == nil {
		p.cmd.Wait()
	}
}
