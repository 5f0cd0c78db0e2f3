package models

import (
	"strings"
	"testing"
)

func TestAPasswordIsNotMadeOfItsOwnWords(t *testing.T) {
	words := []string{"Ada Lovelace", "ada@example.com", "Analytical"}
	for password, fine := range map[string]bool{
		"ada@example.com":              false,
		"adaADA@example.com":           false,
		"Analytical1842":               false,
		"lovelace-analytical":          false,
		"Lovelace!Example":             false,
		"passwordpassword":             false,
		"abcabcabcabc":                 false,
		"eleven char":                  false,
		"the analytical engine waves":  true,
		"a loom weaves flowers":        true,
		strings.Repeat("pflaume ", 33): false,
		"\xff\xfe but twelve or more":  false,
	} {
		if wrong := CheckPassword(password, words...); (wrong == "") != fine {
			t.Errorf("%q: %q", password, wrong)
		}
	}
}

func TestNamesShowAllTheyHold(t *testing.T) {
	for name, fine := range map[string]bool{
		"Ada": true, "Zoë ü": true, "می\u200cخواهم": true, "👩‍💻": true, "": false, strings.Repeat("é", 100): true, strings.Repeat("é", 101): false,
		"a\x00b": false, "a\nb": false, "a\u0085b": false, "\u202eadA": false, "A\u200bda": false, "\ufeffAda": false, "\xff": false,
	} {
		if wrong := checkName(name); (wrong == "") != fine {
			t.Errorf("%q: %q", name, wrong)
		}
	}
}
