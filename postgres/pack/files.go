package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// extensions are those that the program may create in its database.
var extensions = []string{"btree_gin", "btree_gist", "citext", "pg_stat_statements", "pg_trgm", "pgcrypto", "plpgsql", "unaccent"}

// modules are the loadable libraries that a server uses by itself: text search,
// logical decoding for a move to another server, and a conversion whose name
// does not follow the pattern of the others.
var modules = []string{"dict_snowball", "pgoutput", "euc2004_sjis2004"}

// wanted says whether the server needs the file at p, a path in the package.
func wanted(p string) bool {
	dir, name := path.Split(p)
	switch dir {
	case "bin/":
		return name == "postgres" || name == "initdb"
	case "lib/":
		if !strings.Contains(name, ".so") {
			return false
		}
		return !hasAnyPrefix(name, "libecpg", "libpgtypes", "libossp-uuid", "libxslt")
	case "lib/postgresql/":
		module, ok := strings.CutSuffix(name, ".so")
		conversion := strings.Contains(module, "_and_")
		return ok && (conversion || slices.Contains(modules, module) || slices.Contains(extensions, module))
	case "share/postgresql/extension/":
		extension, _, _ := strings.Cut(strings.TrimSuffix(name, ".control"), "--")
		return slices.Contains(extensions, extension)
	case "share/postgresql/":
		return name != "psqlrc.sample" && name != "pg_service.conf.sample" && name != "errcodes.txt"
	}
	return hasAnyPrefix(dir, "share/postgresql/timezone", "share/postgresql/tsearch_data/")
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// entry is one file or, when link is set, one symbolic link of the pack.
type entry struct {
	name       string
	file, link string
	executable bool
}

// collect lists what goes into the pack, sorted by name.
func collect(source string) ([]entry, error) {
	var entries []entry
	err := filepath.WalkDir(source, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err // links are taken from the package's list, whether or not its install script made them
		}
		name, err := filepath.Rel(source, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if wanted(name) {
			entries = append(entries, entry{name: name, file: file, executable: strings.HasPrefix(name, "bin/")})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	links, err := readLinks(filepath.Join(source, "pg-symlinks.json"))
	if err != nil {
		return nil, err
	}
	entries = append(entries, links...)
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return entries, nil
}

// readLinks reads the library links that npm cannot carry.
func readLinks(file string) ([]entry, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var entries []entry
	for _, l := range links {
		source, target := strings.TrimPrefix(l.Source, "native/"), strings.TrimPrefix(l.Target, "native/")
		if path.Dir(source) != path.Dir(target) {
			return nil, fmt.Errorf("%s: link %s leads to another folder", file, l.Target)
		}
		unversioned := strings.HasSuffix(target, ".so") // for compilers only
		if wanted(target) && !unversioned {
			entries = append(entries, entry{name: target, link: path.Base(source)})
		}
	}
	return entries, nil
}

// writeTar writes the entries with nothing that depends on the machine or the day.
func writeTar(w io.Writer, entries []entry) error {
	t := tar.NewWriter(w)
	for _, e := range entries {
		if err := writeEntry(t, e); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return t.Close()
}

func writeEntry(t *tar.Writer, e entry) error {
	if e.link != "" {
		return t.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: e.name, Linkname: e.link, Mode: 0o777, Format: tar.FormatUSTAR})
	}
	content, err := os.ReadFile(e.file)
	if err != nil {
		return err
	}
	mode := int64(0o644)
	if e.executable {
		mode = 0o755
	}
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: e.name, Size: int64(len(content)), Mode: mode, Format: tar.FormatUSTAR}); err != nil {
		return err
	}
	_, err = t.Write(content)
	return err
}
