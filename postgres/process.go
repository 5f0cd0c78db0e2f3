//go:build linux

package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// environment of every child: nothing of the program's own reaches them.
var environment = []string{"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin"}

// halfStop is how long an immediate shutdown may take before the server is killed.
const halfStop = 5 * time.Second

// process is a started child.
type process struct {
	cmd    *exec.Cmd
	output *output
	exited chan struct{} // closed when it is gone; err is settled then
	err    error
}

// command prepares a program that runs as the account and ends with this one.
func command(a account, dir, program string, arguments ...string) *exec.Cmd {
	c := exec.Command(program, arguments...)
	c.Dir, c.Env = dir, environment
	c.SysProcAttr = &syscall.SysProcAttr{
		Credential: a.credential(),
		Setpgid:    true, // a Ctrl-C at the terminal is for this program, which stops the server in order
		Pdeathsig:  syscall.SIGKILL,
	}
	// Orphans of a killed server hold its output open.
	c.WaitDelay = 200 * time.Millisecond
	return c
}

// start runs the command with its output going to the log.
func start(c *exec.Cmd, log *slog.Logger) (*process, error) {
	p := &process{cmd: c, output: &output{log: log, level: slog.LevelDebug}, exited: make(chan struct{})}
	c.Stdout, c.Stderr = p.output, p.output
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread that started the child ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Start()
		started <- err
		if err == nil {
			p.err = c.Wait()
			close(p.exited)
		}
	}()
	return p, <-started
}

// wait waits for the end of a program that ends by itself.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-p.exited:
	case <-ctx.Done():
		p.kill()
		return ctx.Err()
	}
	if p.err != nil && !errors.Is(p.err, exec.ErrWaitDelay) {
		return p.failure()
	}
	return nil
}

// failure tells how the process ended, with its last words.
func (p *process) failure() error {
	return fmt.Errorf("%s: %s: %s", p.cmd.Path, p.cmd.ProcessState, p.output.tail())
}

// waitReady waits until the server has written in its pid file that it accepts
// connections: the eighth line, as pg_ctl reads it (LOCK_FILE_LINE_PM_STATUS in
// Postgres' pidfile.h).
func (p *process) waitReady(ctx context.Context, pidFile string) error {
	pid := strconv.Itoa(p.cmd.Process.Pid)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.exited:
			return p.failure()
		case <-ctx.Done():
			return fmt.Errorf("%w while Postgres was starting: %s", ctx.Err(), p.output.tail())
		case <-tick.C:
		}
		text, err := os.ReadFile(pidFile)
		if err != nil {
			continue // not written yet
		}
		lines := strings.Split(string(text), "\n")
		if len(lines) > 7 && lines[0] == pid && strings.TrimSpace(lines[7]) == "ready" {
			return nil
		}
	}
}

// shutDown stops the server as its documentation calls it: fast until ctx ends,
// then immediate. Only then it returns an error.
func (p *process) shutDown(ctx context.Context) error {
	p.signal(syscall.SIGINT)
	select {
	case <-p.exited:
		return nil
	case <-ctx.Done():
		p.kill()
		return ctx.Err()
	}
}

// kill ends the process, giving a server the time to end its children.
func (p *process) kill() {
	p.signal(syscall.SIGQUIT)
	select {
	case <-p.exited:
	case <-time.After(halfStop):
		p.signal(syscall.SIGKILL)
		<-p.exited
	}
}

func (p *process) signal(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s) // an error means that it is gone already
}
