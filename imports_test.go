package bailiwick_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the picture of the layers, and of what stands beside them:
// docs/ARCHITECTURE.md draws it, this keeps it true. A layer with wings means all
// of them. Tests are left out.
var mayImport = map[string][]string{
	"words":                      {},
	"client":                     {},
	"manual":                     {},
	"catalog":                    {},
	"authz":                      {"catalog"},
	"authz/oracle":               {"authz", "catalog"}, // used by tests and bench only
	"migrations":                 {},
	"models":                     {"authz", "catalog", "migrations", "words"},
	"models/modelstest":          {"authz", "authz/oracle", "catalog", "models", "models/modelstest/sqlcheck", "postgres/*"}, // used by tests only
	"models/modelstest/sqlcheck": {},                                                                                         // used by tests only
	"postgres":                   {"postgres/*"},
	"postgres/*":                 {"postgres", "postgres/*"},
	"static":                     {},
	"views":                      {"static", "words"},
	"views/storybook":            {"static", "views", "words"},
	"mail":                       {"models", "views"},
	"handlers":                   {"authz", "catalog", "mail", "manual", "models", "static", "views", "words"},
	"cmd/bailiwick/demo":         {"authz", "catalog", "models"},
	"cmd/bailiwick":              {"authz", "catalog", "client", "cmd/bailiwick/demo", "handlers", "mail", "models", "postgres", "views/storybook", "words"},
	"attack":                     {},
	"e2e":                        {},
	"e2e/browser":                {}, // used by tests only
}

// wings are the rooms of each layer, the lowest first: none imports one that
// comes after it. A layer's own package is the roof over all of them.
var wings = map[string][]string{
	"models":   {"store", "letter", "account", "login", "people", "program", "record", "log", "audit"},
	"views":    {"part", "record", "login", "account", "people", "program", "audit", "home", "letter", "search"},
	"handlers": {"guard", "page", "api", "letter", "audit", "login", "account", "people", "program", "record", "log", "home", "search"},
}

// place is the layer of a package and, where it is a wing, which one.
func place(pkg string) (layer, wing string) {
	if strings.HasPrefix(pkg, "postgres/") {
		return "postgres/*", ""
	}
	if above, name, below := strings.Cut(pkg, "/"); below && slices.Contains(wings[above], name) {
		return above, name
	}
	return pkg, ""
}

// fault says what is wrong with an import; empty where nothing is.
func fault(from, to string) string {
	layer, wing := place(from)
	below, room := place(to)
	switch {
	case layer != below:
		if !slices.Contains(mayImport[layer], below) {
			return from + " imports " + to + ", which is no layer below it"
		}
	case wing != "" && (room == "" || slices.Index(wings[layer], room) >= slices.Index(wings[layer], wing)):
		return from + " imports " + to + ", which is no wing below it"
	}
	return ""
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-e", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		pkg, ours := strings.CutPrefix(words[0], "bailiwick/")
		if !ours {
			continue
		}
		layer, wing := place(pkg)
		seen[layer+"/"+wing] = true
		if _, drawn := mayImport[layer]; !drawn {
			t.Errorf("%s is in nobody's picture: add it to imports_test.go and docs/ARCHITECTURE.md", pkg)
		}
		for _, imp := range words[1:] {
			if imp, ours := strings.CutPrefix(imp, "bailiwick/"); ours {
				if f := fault(pkg, imp); f != "" {
					t.Error(f)
				}
			}
		}
	}
	for layer, all := range wings {
		for _, wing := range all {
			if !seen[layer+"/"+wing] {
				t.Errorf("%s/%s is drawn and not there", layer, wing)
			}
		}
	}
}

// The picture itself can tell wrong from right.
func TestImportsPointDown(t *testing.T) {
	for _, x := range []struct {
		from, to string
		fault    bool
	}{
		{"models/people", "models/account", false},
		{"models/account", "models/people", true},
		{"models/account", "models", true},
		{"models", "models/account", false},
		{"models/store", "views/part", true},
		{"views/login", "models/login", true},
		{"handlers/people", "models/login", false},
		{"handlers/login", "handlers/people", true},
		{"handlers/page", "handlers/login", true},
		{"handlers/people", "models/modelstest", true},
		{"mail", "handlers/page", true},
	} {
		if got := fault(x.from, x.to); (got != "") != x.fault {
			t.Errorf("%s imports %s: %q", x.from, x.to, got)
		}
	}
}

// opens are the packages that may open a store: whoever does can ask for what is
// inside, and a wing gets only what it is handed.
var opens = []string{"models", "models/modelstest"}

// Nobody below the roof has a database but the store's doors.
func TestNoWingOpensADatabase(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{$p := .}}{{range .GoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}{{"\n"}}{{end}}`, "./models/...", "./handlers/...", "./mail/...", "./cmd/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) != 2 {
			continue
		}
		pkg := strings.TrimPrefix(words[0], "bailiwick/")
		f, err := parser.ParseFile(token.NewFileSet(), words[1], nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		looked++
		for _, imp := range f.Imports {
			path := strings.Trim(imp.Path.Value, `"`)
			if pkg != "models/store" && pkg != "models/modelstest" && strings.HasPrefix(pkg, "models/") &&
				(strings.HasSuffix(path, "/pgxpool") || strings.HasSuffix(path, "/driver/postgres")) {
				t.Errorf("%s imports %s: connections belong to models/store", pkg, path)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "store" && (s.Sel.Name == "Open" || s.Sel.Name == "Inside") && !slices.Contains(opens, pkg) {
				t.Errorf("%s uses store.%s", pkg, s.Sel.Name)
			}
			return true
		})
	}
	if looked < 100 {
		t.Errorf("only %d files were looked at", looked)
	}
}
