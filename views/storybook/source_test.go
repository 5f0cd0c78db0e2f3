package storybook

import (
	"go/ast"
	"go/parser"
	tokens "go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Words that no story says are in the code: problems, answers, letters, what commands
// print. They keep the same rules, as far as a sentence can be told from other strings.
func TestSentencesInTheCodeAreWrittenAlike(t *testing.T) {
	sentence := regexp.MustCompile(`^[^a-z]*[A-Za-z“”%' …-]+ [A-Za-z“%]`)
	query := regexp.MustCompile(`\b(SELECT|UPDATE|INSERT|DELETE|FROM|WHERE|JOIN|SET LOCAL|CREATE|ALTER|GRANT|LOCK)\b|policy|default-src`)
	never := regexp.MustCompile(`(?i)\b(can ?not|please|click here|any more|shall|gone for good|from then on|sorry|oops)\b|[\p{L}]’[\p{L}]|[\p{L}]!(?:\s|$)|—`)
	n := 0
	for _, root := range []string{"handlers", "models", "mail", "cmd", "authz", "catalog", "postgres", "words"} {
		err := filepath.WalkDir(filepath.Join("../..", root), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "modelstest") || strings.Contains(name, "demo") {
				return err
			}
			files := tokens.NewFileSet()
			file, err := parser.ParseFile(files, name, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(x ast.Node) bool {
				if l, ok := x.(*ast.BasicLit); ok && l.Kind == tokens.STRING {
					text, _ := strconv.Unquote(l.Value)
					if sentence.MatchString(text) && !query.MatchString(text) {
						n++
						if m := never.FindString(text); m != "" {
							t.Errorf("%s says %q: %s", files.Position(l.Pos()), m, text)
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 1000 {
		t.Errorf("only %d sentences", n)
	}
}
