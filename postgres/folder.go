//go:build linux

package postgres

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// port only names the socket; it is fixed so that PGPORT in the environment of
// the program changes nothing.
const port = "5432"

// maxSocketPath is the length of sun_path in unix(7) without its final zero.
const maxSocketPath = 107

// folder is Config.Dir, held by this program alone.
type folder struct {
	dir    string // absolute, without symbolic links
	socket string // the folder of the socket
	lock   *os.File
}

// openFolder creates the folder if need be and locks out every other program.
func openFolder(dir string) (*folder, error) {
	if dir == "" {
		return nil, fmt.Errorf("%w: none is given", ErrFolder)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(dir, "\"$`\\\n") { // initdb passes its path through a shell
		return nil, fmt.Errorf("%w: its path %q must not contain quotes, dollars, backslashes or line ends", ErrFolder, dir)
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // the server's user passes through
	}
	if err := makeOpen(dir, mode); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	// Processes are recognised by their working directory, which has no links in it.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	f := folderAt(dir)
	if f.lock, err = lockFile(f.path("panel.lock")); errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("%w: process %s is using %s: stop it, or choose another folder", ErrLocked, readFirstLine(f.path("panel.lock")), dir)
	} else if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := errors.Join(f.lock.Truncate(0), writePID(f.lock)); err != nil {
		f.close()
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return f, nil
}

// folderAt names what lies in a folder whose path has no links.
func folderAt(dir string) *folder {
	f := &folder{dir: dir}
	f.socket = f.path("run")
	if len(f.socketFile()) > maxSocketPath {
		f.socket = shortFolder(dir)
	}
	return f
}

// makeOpen makes a folder, if there is none, with this mode whatever the umask.
func makeOpen(dir string, mode fs.FileMode) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	return os.Chmod(dir, mode)
}

func writePID(w io.WriterAt) error {
	_, err := w.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// lockFile returns the file, locked, or EWOULDBLOCK. The lock belongs to the open
// file: it lasts until the last process that inherited it is gone.
func lockFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// shortFolder is where the socket goes when the path of the data folder is too
// long for one. It is the same for the same data folder.
func shortFolder(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	name := fmt.Sprintf("bailiwick-%x", sum[:6])
	for _, parent := range []string{"/run", fmt.Sprintf("/run/user/%d", os.Geteuid())} {
		if unix.Access(parent, unix.W_OK|unix.X_OK) == nil {
			return filepath.Join(parent, name)
		}
	}
	return filepath.Join("/tmp", name)
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }
func (f *folder) data() string            { return f.path("data") }
func (f *folder) newData() string         { return f.path("data.new") }
func (f *folder) pidFile() string         { return f.path("data/postmaster.pid") }
func (f *folder) socketFile() string      { return filepath.Join(f.socket, ".s.PGSQL."+port) }

func (f *folder) makeSocketFolder(a account) error { return a.own(f.socket) }

// account chooses the user for the server.
func (f *folder) account() (account, error) {
	info, err := os.Stat(f.data())
	if errors.Is(err, fs.ErrNotExist) {
		return chooseAccount(-1)
	}
	if err != nil {
		return account{}, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return chooseAccount(ownerOf(info))
}

// admit makes sure that the account can get to the folder.
func (f *folder) admit(a account) error {
	err := a.enter(f.dir)
	if err == nil {
		return nil
	}
	// Only explains: access lists can allow what the mode alone does not.
	for dir := range ancestors(f.dir) {
		if info, failed := os.Stat(dir); failed == nil && !a.mayPass(info) {
			return fmt.Errorf("%w: Postgres runs as user %s, who can't enter %s (%s): "+
				"choose a data folder elsewhere, such as /var/lib/bailiwick, or let others pass with chmod o+x %s",
				ErrFolder, a.name, dir, info.Mode(), dir)
		}
	}
	return fmt.Errorf("%w: Postgres runs as user %s: %w", ErrFolder, a.name, err)
}

// ancestors goes from the root down to dir itself.
func ancestors(dir string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield("/") {
			return
		}
		for i := 1; i <= len(dir); i++ {
			if (i == len(dir) || dir[i] == '/') && !yield(dir[:i]) {
				return
			}
		}
	}
}

// dataVersion is the major version of Postgres that made the data, 0 without data.
func (f *folder) dataVersion() (int, error) {
	entries, err := os.ReadDir(f.data())
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	text, err := os.ReadFile(filepath.Join(f.data(), "PG_VERSION"))
	if err != nil {
		return 0, fmt.Errorf("%w: %s is not empty, and not a Postgres cluster: move it away or restore it: %w", ErrFolder, f.data(), err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%w: PG_VERSION in %s: %w", ErrFolder, f.data(), err)
	}
	return major, nil
}

// close lets other programs use the folder.
func (f *folder) close() {
	if f.socket != f.path("run") {
		os.Remove(f.socket) // fails while a server is still there
	}
	if f.lock != nil {
		f.lock.Close()
	}
}

func readFirstLine(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
