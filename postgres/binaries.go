//go:build linux

package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"

	"bailiwick/postgres/internal/pack"

	"golang.org/x/sys/unix"
)

// embedded holds the packed server, if there was one when the program was built.
//
//go:embed dist
var embedded embed.FS

// dist is embedded, except in tests.
var dist fs.FS = embedded

// installedPattern is where Debian and its kin install servers, beside each other.
var installedPattern = "/usr/lib/postgresql/*/bin"

// oldest is the first major version that the program's schema works with.
const oldest = 15

// binaries is one Postgres: the folder of its programs, and what it says it is.
type binaries struct {
	bin     string
	version string
	major   int
}

// findBinaries returns the Postgres that the program carries or else the newest
// installed one that may use data of the given major version (0: no data yet).
func (f *folder) findBinaries(ctx context.Context, a account, major int) (binaries, error) {
	bin, err := f.unpack()
	if err != nil && !errors.Is(err, errNotCarried) {
		return binaries{}, fmt.Errorf("unpacking the server into %s: %w", f.dir, err)
	}
	var carried binaries
	if err == nil {
		carried, err = f.ask(ctx, a, bin)
	}
	if err == nil {
		if major != 0 && major != carried.major {
			return binaries{}, f.otherVersion(major, carried)
		}
		return carried, nil
	}
	if ctx.Err() != nil {
		return binaries{}, ctx.Err()
	}
	// Not carried, or not able to run here, for want of glibc perhaps.
	refused := fmt.Errorf("%w that runs here (%w): install Postgres %d or newer, or set DATABASE_URL", ErrNoBinaries, err, oldest)
	for _, bin := range installed() {
		found, err := f.ask(ctx, a, bin)
		switch {
		case err != nil || found.major < oldest:
		case major != 0 && major != found.major:
			refused = f.otherVersion(major, found)
		default:
			return found, nil
		}
	}
	return binaries{}, refused
}

func (f *folder) otherVersion(major int, b binaries) error {
	return fmt.Errorf("%w: %s was made by Postgres %d and this is Postgres %s: nothing was changed; "+
		"dump it with Postgres %d and restore the dump, or run a Postgres %d and set DATABASE_URL",
		ErrVersion, f.data(), major, b.version, major, major)
}

var errNotCarried = errors.New("this program was built without one")

// unpack makes sure that the carried server lies in the folder, whole, and returns
// the folder of its programs.
func (f *folder) unpack() (bin string, err error) {
	file, err := dist.Open("dist/" + runtime.GOOS + "-" + runtime.GOARCH + ".tar.zst")
	if errors.Is(err, fs.ErrNotExist) {
		return "", errNotCarried
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	digest, err := pack.Digest(file)
	if err != nil {
		return "", err
	}
	home := f.path(fmt.Sprintf("server-%x", digest[:6]))
	bin = filepath.Join(home, "bin")
	if _, err := os.Stat(home); err == nil {
		return bin, nil
	}
	unfinished := f.path("server.new")
	if err := os.RemoveAll(unfinished); err != nil {
		return "", err
	}
	if err := makeOpen(unfinished, 0o755); err != nil {
		return "", err
	}
	if err := pack.Unpack(file, unfinished); err != nil {
		return "", err
	}
	if err := syncFilesystem(unfinished); err != nil {
		return "", err
	}
	return bin, os.Rename(unfinished, home)
}

// syncFilesystem makes everything written so far survive a power cut, so that a
// renamed folder is never half empty.
func syncFilesystem(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd()))
}

// removeOtherBinaries removes the servers of earlier programs.
func (f *folder) removeOtherBinaries(used binaries) {
	homes, _ := filepath.Glob(f.path("server-*"))
	for _, home := range homes {
		if filepath.Join(home, "bin") != used.bin {
			os.RemoveAll(home)
		}
	}
}

// installed lists the folders of installed servers, newest first.
func installed() []string {
	bins, _ := filepath.Glob(installedPattern)
	slices.SortFunc(bins, func(a, b string) int { return majorIn(b) - majorIn(a) })
	if postgres, err := exec.LookPath("postgres"); err == nil {
		if postgres, err = filepath.EvalSymlinks(postgres); err == nil {
			bins = append([]string{filepath.Dir(postgres)}, bins...)
		}
	}
	return bins
}

func majorIn(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// ask runs the server program for its version, as the user that will run it.
func (f *folder) ask(ctx context.Context, a account, bin string) (binaries, error) {
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return binaries{}, err
	}
	c := command(a, f.dir, filepath.Join(bin, "postgres"), "-V")
	p, err := start(c, slog.New(slog.DiscardHandler))
	if err != nil {
		return binaries{}, err
	}
	if err := p.wait(ctx); err != nil {
		return binaries{}, err
	}
	match := versionPattern.FindStringSubmatch(p.output.tail())
	if match == nil {
		return binaries{}, fmt.Errorf("%s -V says %s", c.Path, p.output.tail())
	}
	major, err := strconv.Atoi(match[2])
	return binaries{bin: bin, version: match[1], major: major}, err
}
