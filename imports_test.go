package bailiwick_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the whole picture of who may import whom: docs/ARCHITECTURE.md
// draws it, this keeps it true. Tests are left out.
var mayImport = map[string][]string{
	"words":              {},
	"catalog":            {},
	"authz":              {"catalog"},
	"authz/oracle":       {"authz", "catalog"}, // used by tests and bench only
	"migrations":         {},
	"models":             {"authz", "catalog", "migrations", "words"},
	"postgres":           {"postgres/*"},
	"postgres/*":         {"postgres", "postgres/*"},
	"static":             {},
	"views":              {"static", "words"},
	"views/storybook":    {"static", "views"},
	"mail":               {"models", "views"},
	"handlers/guard":     {"authz", "catalog", "models"},
	"handlers":           {"authz", "catalog", "handlers/guard", "mail", "models", "static", "views", "words"},
	"cmd/bailiwick/demo": {"authz", "catalog", "models"},
	"cmd/bailiwick":      {"authz", "catalog", "cmd/bailiwick/demo", "handlers", "mail", "models", "postgres", "views/storybook"},
	"attack":             {},
	"e2e":                {},
	"e2e/browser":        {}, // used by tests only
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		room, ours := strings.CutPrefix(words[0], "bailiwick/")
		if !ours {
			continue
		}
		seen++
		allowed, listed := mayImport[listedAs(room)]
		if !listed {
			t.Errorf("%s is in nobody's picture: add it to mayImport and docs/ARCHITECTURE.md", room)
		}
		for _, imp := range words[1:] {
			if imp, ours := strings.CutPrefix(imp, "bailiwick/"); ours && !slices.Contains(allowed, listedAs(imp)) {
				t.Errorf("%s imports %s", room, imp)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

func listedAs(room string) string {
	if strings.HasPrefix(room, "postgres/") {
		return "postgres/*"
	}
	return room
}
