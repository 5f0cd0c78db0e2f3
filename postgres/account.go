//go:build linux

package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// account is the operating system user that the server runs as.
type account struct {
	name     string
	uid, gid int
	// dropped says that it is another user than that of the program, which is root.
	dropped bool
}

// chooseAccount returns the program's own user or, as Postgres refuses to run as
// root, the owner of the data if there is one, else postgres, else nobody. An
// owner below zero means that there is no data.
func chooseAccount(owner int) (account, error) {
	if euid := os.Geteuid(); euid != 0 {
		if owner >= 0 && owner != euid {
			return account{}, fmt.Errorf("%w: it belongs to %s: run the program as that user or as root", ErrFolder, nameOf(owner))
		}
		return lookup(user.LookupId, strconv.Itoa(euid))
	}
	if owner > 0 {
		a, err := lookup(user.LookupId, strconv.Itoa(owner))
		a.dropped = true
		return a, err
	}
	for _, name := range []string{"postgres", "nobody"} {
		if a, err := lookup(user.Lookup, name); err == nil && a.uid != 0 {
			a.dropped = true
			return a, nil
		}
	}
	return account{}, fmt.Errorf("%w: Postgres does not run as root, and there is no user postgres or nobody to run it as: create one, or run the program as another user", ErrFolder)
}

func lookup(by func(string) (*user.User, error), key string) (account, error) {
	u, err := by(key)
	if err != nil {
		return account{}, fmt.Errorf("%w: Postgres needs its user to have an entry in /etc/passwd: %w", ErrFolder, err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, err
	}
	return account{name: u.Username, uid: uid, gid: gid}, nil
}

// nameOf is for messages.
func nameOf(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return "user " + u.Username
	}
	return "user id " + strconv.Itoa(uid)
}

// credential makes a child run as the account, without any further group.
func (a account) credential() *syscall.Credential {
	if !a.dropped {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
}

// do runs f with the account's rights to files and to look at processes, on a thread
// that ends afterwards. Root has the latter only with CAP_SYS_PTRACE, which
// containers take away.
func (a account) do(f func()) error {
	if !a.dropped {
		f()
		return nil
	}
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread must not be used again
		if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0); errno != 0 {
			result <- errno
			return
		}
		if err := errors.Join(unix.Setfsgid(a.gid), unix.Setfsuid(a.uid)); err != nil {
			result <- err
			return
		}
		f()
		result <- nil
	}()
	return <-result
}

// enter tries to get into the folder.
func (a account) enter(dir string) (err error) {
	if failed := a.do(func() { _, err = os.Lstat(dir + "/.") }); failed != nil {
		return fmt.Errorf("this program can't run anything as user %s: %w", a.name, failed)
	}
	return err
}

// mayPass judges by the mode alone.
func (a account) mayPass(info os.FileInfo) bool {
	stat := info.Sys().(*syscall.Stat_t)
	switch {
	case int(stat.Uid) == a.uid:
		return stat.Mode&0o100 != 0
	case int(stat.Gid) == a.gid:
		return stat.Mode&0o010 != 0
	}
	return stat.Mode&0o001 != 0
}

// own makes a folder that only the account may enter. What stands there already
// must be such a folder: in a shared place it could be anyone's.
func (a account) own(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if err == nil && a.dropped {
		err = os.Lchown(dir, a.uid, a.gid)
	}
	if err != nil && !os.IsExist(err) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || ownerOf(info) != a.uid {
		return fmt.Errorf("%w: %s is not a folder of user %s: remove it", ErrFolder, dir, a.name)
	}
	if info.Mode().Perm() != 0o700 {
		return os.Chmod(dir, 0o700)
	}
	return nil
}

func ownerOf(info os.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }
