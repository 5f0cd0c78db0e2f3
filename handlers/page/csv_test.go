package page

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
)

func TestNoCellIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"Ada":                      "Ada",
		"12":                       "12",
		"-4.50":                    "-4.50",
		"-4.50+cmd()":              "'-4.50+cmd()",
		"ada@example.com":          "ada@example.com",
		"1 + 1 = 2":                "1 + 1 = 2",
		"+49 30 901820":            "'+49 30 901820",
		"=cmd()":                   "'=cmd()",
		"'=cmd()":                  "''=cmd()",
		"@SUM(A1)":                 "'@SUM(A1)",
		" =cmd()":                  "' =cmd()",
		"\u00a0=cmd()":             "'\u00a0=cmd()",
		"\t=cmd()":                 "\t'=cmd()",
		"\r=cmd()":                 "\r'=cmd()",
		"\n=cmd()":                 "\n'=cmd()",
		"\ufeff=cmd()":             "'\ufeff=cmd()",
		"\u200b=cmd()":             "'\u200b=cmd()",
		"\x01=cmd()":               "'\x01=cmd()",
		"＝cmd()":                   "'＝cmd()",
		"＋1":                       "'＋1",
		"－1":                       "'－1",
		"＠SUM(A1)":                 "'＠SUM(A1)",
		"East;=cmd()":              "East;'=cmd()",
		"East; \ufeff＝cmd();-1":    "East;' \ufeff＝cmd();'-1",
		"East\r\n=cmd()":           "East\r\n'=cmd()",
		"East\n\t+cmd()":           "East\n\t'+cmd()",
		`East;"=cmd()"`:            `East;'"=cmd()"`,
		"it's; not - a formula":    "it's; not - a formula",
		"name = Ada\ncity = Paris": "name = Ada\ncity = Paris",
	} {
		if got := safeCell(text); got != want {
			t.Errorf("%q is written as %q, want %q", text, got, want)
		}
		if got := PlainCell(want); got != text {
			t.Errorf("%q is read back as %q", text, got)
		}
	}
}

// Whatever is stored, no spreadsheet finds a formula in it however it splits the
// file, and what is read back is what was stored.
func FuzzCells(f *testing.F) {
	for _, text := range []string{"=1", ";=1", "a;\t\"＝1", "'''-1", "\r\n@", "a,=1;b", "\ufeff \"'=1\"", "-1", "'-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := PlainCell(safeCell(text)); got != text {
			t.Fatalf("%q comes back as %q", text, got)
		}
		var file strings.Builder
		w := csv.NewWriter(&file)
		if err := w.Write([]string{"first", safeCell(text)}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		for _, splits := range []string{",", ";\n\r", "\t\n\r"} {
			for _, cell := range cells(file.String(), splits) {
				cell = strings.TrimLeftFunc(cell, func(r rune) bool {
					return r == '"' || r < ' ' || unicode.In(r, unicode.Z, unicode.Cf, unicode.Cc)
				})
				if cell != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(cell)[0]) && !decimalValue.MatchString(text) {
					t.Fatalf("%q: split at %q, a cell begins with %q", text, splits, cell)
				}
			}
		}
	})
}

// cells splits a file: with commas as the standard says, otherwise as a
// spreadsheet that looks at nothing but its separators.
func cells(file, splits string) []string {
	if splits != "," {
		return strings.FieldsFunc(file, func(r rune) bool { return strings.ContainsRune(splits, r) })
	}
	all, _ := csv.NewReader(strings.NewReader(file)).Read()
	return all
}
