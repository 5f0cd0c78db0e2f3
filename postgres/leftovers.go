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

// noPatience is how long the processes of an earlier server may be in the way.
const noPatience = 30 * time.Second

// eviction is what is done about processes that work in a folder once they have
// been waited for so long.
type eviction struct {
	after  time.Duration
	dir    string
	signal syscall.Signal
}

// evictions: a cluster that is not finished is of no use. A server whose program
// was killed is shutting down already, orphans of a killed server end when they
// next look up; SIGQUIT makes both end at once, as after a crash.
func (f *folder) evictions() []eviction {
	return []eviction{
		{0, f.newData(), syscall.SIGKILL},
		{time.Second, f.data(), syscall.SIGQUIT},
		{3 * time.Second, f.data(), syscall.SIGKILL},
	}
}

// claim returns the lock that each process of the server inherits. While any
// process of an earlier server is left it waits, and in the end helps: once the
// server's own supervisor is here, what they still do is of no use to anyone. With
// the lock in hand, files that name a running server are known to be stale.
func (f *folder) claim(ctx context.Context, a account, log *slog.Logger) (*os.File, error) {
	evictions := f.evictions()
	for began := time.Now(); ; {
		lock, err := lockFile(f.path("server.lock"))
		if err == nil {
			if err := f.removeStale(a); err != nil {
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
		if len(evictions) > 0 && waited >= evictions[0].after {
			for _, pid := range a.workingIn(evictions[0].dir) {
				log.Warn("a process of an earlier Postgres is in the way", "pid", pid, "signal", evictions[0].signal)
				_ = syscall.Kill(pid, evictions[0].signal)
			}
			evictions = evictions[1:]
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// workingIn finds the processes of servers that work in the folder.
func (a account) workingIn(dir string) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		name := readFirstLine(fmt.Sprintf("/proc/%d/comm", pid))
		if (name == "postgres" || name == "initdb") && a.workingDirectory(pid) == dir {
			pids = append(pids, pid)
		}
	}
	return pids
}

// workingDirectory is empty when the process is gone or may not be looked at.
func (a account) workingDirectory(pid int) (dir string) {
	_ = a.do(func() { dir, _ = os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)) })
	return dir
}

// removeStale removes the files by which Postgres recognises a running server.
// Postgres would do so itself, unless the number in them now belongs to another
// program of the same user.
func (f *folder) removeStale(a account) error {
	if pid, err := strconv.Atoi(readFirstLine(f.pidFile())); err == nil && f.runsHere(a, pid) {
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
func (f *folder) runsHere(a account, pid int) bool {
	if dir := a.workingDirectory(pid); dir != "" {
		return dir == f.data()
	}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	program, _, _ := strings.Cut(string(text), "\x00")
	return filepath.Base(program) == "postgres" // children of a server are titled "postgres: …"
}
