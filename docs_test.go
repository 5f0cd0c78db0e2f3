package bailiwick_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	named    = regexp.MustCompile("`(?:((?:Test|Fuzz|Benchmark)\\w+)|([a-z_0-9]+(?:/[a-z_0-9.]+)+\\.[a-z]+))`")
)

// What the documentation says that a test keeps, a test keeps; and the files it
// points to are there.
func TestDocumentationNamesWhatIsThere(t *testing.T) {
	tests := map[string]bool{}
	if err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		code, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(code), -1) {
			tests[m[1]] = true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/decisions/*.md", "bench/*.md"} {
		pages, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range named.FindAllStringSubmatch(string(text), -1) {
				seen++
				if m[1] != "" && !tests[m[1]] {
					t.Errorf("%s names the test %s, which is not there", page, m[1])
				}
				if m[2] == "" || strings.Contains(m[2], "/thing.") { // an example
					continue
				}
				if _, err := os.Stat(m[2]); err != nil {
					t.Errorf("%s names the file %s: %v", page, m[2], err)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d tests and files are named", seen)
	}
}
