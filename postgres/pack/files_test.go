package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestOnlyWhatAServerNeedsIsPacked(t *testing.T) {
	source := t.TempDir()
	files := []string{
		"bin/initdb", "bin/pg_ctl", "bin/postgres",
		"lib/libicuuc.so.60.2", "lib/libpq.a", "lib/libpq.so.5.18", "lib/libecpg.so.6.18", "lib/pkgconfig/libpq.pc",
		"lib/postgresql/citext.so", "lib/postgresql/dict_snowball.so", "lib/postgresql/hstore.so",
		"lib/postgresql/plperl.so", "lib/postgresql/utf8_and_win.so", "lib/postgresql/pgxs/config/missing",
		"include/postgres.h",
		"share/postgresql/extension/citext--1.0--1.1.sql", "share/postgresql/extension/citext.control",
		"share/postgresql/extension/hstore--1.4.sql", "share/postgresql/extension/hstore.control",
		"share/postgresql/postgres.bki", "share/postgresql/psqlrc.sample",
		"share/postgresql/timezone/Europe/Berlin", "share/postgresql/timezonesets/Default", "share/postgresql/tsearch_data/english.stop",
	}
	for _, name := range files {
		file := filepath.Join(source, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	links := `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"},
		{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so"},
		{"source":"native/lib/libecpg.so.6.18","target":"native/lib/libecpg.so.6"}]`
	if err := os.WriteFile(filepath.Join(source, "pg-symlinks.json"), []byte(links), 0o644); err != nil {
		t.Fatal(err)
	}

	entries, err := collect(source)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		name := e.name
		if e.link != "" {
			name += " -> " + e.link
		}
		got = append(got, name)
	}
	want := []string{
		"bin/initdb", "bin/postgres",
		"lib/libicuuc.so.60.2", "lib/libpq.so.5 -> libpq.so.5.18", "lib/libpq.so.5.18",
		"lib/postgresql/citext.so", "lib/postgresql/dict_snowball.so", "lib/postgresql/utf8_and_win.so",
		"share/postgresql/extension/citext--1.0--1.1.sql", "share/postgresql/extension/citext.control",
		"share/postgresql/postgres.bki",
		"share/postgresql/timezone/Europe/Berlin", "share/postgresql/timezonesets/Default", "share/postgresql/tsearch_data/english.stop",
	}
	if !slices.Equal(got, want) {
		t.Errorf("packed:\n%q\nwanted:\n%q", got, want)
	}

	var first, second bytes.Buffer
	if err := writeTar(&first, entries); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(source, "bin/postgres"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if err := writeTar(&second, entries); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the time of a file changes the pack")
	}
}
