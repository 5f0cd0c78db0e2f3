//go:build linux

package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// How long the processes of an earlier server may take to end by themselves,
// after an immediate shutdown, and at all. A server whose program was killed is
// shutting down already; orphans of a killed server end when they next look up.
const (
	patience     = time.Second
	lastPatience = 3 * time.Second
	noPatience   = 30 * time.Second
)

// claim returns the lock that each process of the server inherits. While any
// process of an earlier server is left it waits, and in the end helps: once the
// server's own supervisor is here, what they still do is of no use to anyone. With
// the lock in hand, files that name a running server are known to be stale.
func (f *folder) claim(ctx context.Context, log *slog.Logger) (*os.File, error) {
	steps := []struct {
		after  time.Duration
		signal syscall.Signal
	}{{patience, syscall.SIGQUIT}, {lastPatience, syscall.SIGKILL}}
	for began := time.Now(); ; {
		lock, err := lockFile(f.path("server.lock"))
		if err == nil {
			if err := f.removeStale(); err != nil {
				lock.Close()
				return nil, err
			}
			return lock, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, err
		}
		waited := time.Since(began)
		if waited > noPatience {
			return nil, fmt.Errorf("%w: processes of an earlier server still use %s: end them", ErrLocked, f.dir)
		}
		if len(steps) > 0 && waited > steps[0].after {
			for _, pid := range f.leftovers() {
				log.Warn("a process of an earlier Postgres is in the way", "pid", pid, "signal", steps[0].signal)
				_ = syscall.Kill(pid, steps[0].signal)
			}
			steps = steps[1:]
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// leftovers finds the processes that work in our data.
func (f *folder) leftovers() (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		name := readFirstLine(fmt.Sprintf("/proc/%d/comm", pid))
		dir := workingDirectory(pid)
		if (name == "postgres" || name == "initdb") && (dir == f.data() || dir == f.newData()) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// workingDirectory is empty when the process is gone or may not be looked at.
func workingDirectory(pid int) string {
	dir, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return dir
}

// removeStale removes the files by which Postgres recognises a running server.
// Postgres would do so itself, unless the number in them now belongs to another
// program of the same user.
func (f *folder) removeStale() error {
	if pid, err := strconv.Atoi(readFirstLine(f.pidFile())); err == nil && f.runsHere(pid) {
		return fmt.Errorf("%w: a Postgres that this program did not start, process %d, runs on %s: stop it", ErrLocked, pid, f.data())
	}
	for _, file := range []string{f.pidFile(), f.socketFile(), f.socketFile() + ".lock"} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// runsHere says whether the process is a server on our data, or one that may be
// because we may not look.
func (f *folder) runsHere(pid int) bool {
	if dir := workingDirectory(pid); dir != "" {
		return dir == f.data()
	}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	program, _, _ := strings.Cut(string(text), "\x00")
	return filepath.Base(program) == "postgres" // children of a server are titled "postgres: …"
}
