package login_test

import (
	"strings"
	"testing"

	"bailiwick/models/login"
	"bailiwick/models/store"
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
		if wrong := login.CheckPassword(password, words...); (wrong == "") != fine {
			t.Errorf("%q: %q", password, wrong)
		}
	}
}

func TestAddressesShowAllTheyHold(t *testing.T) {
	for address, fine := range map[string]bool{
		"ada@example.com": true, "zoë@example.com": true, "ada@bücher.example": true,
		"ada\u200b@example.com": false, "a\u00adda@example.com": false, "ada\u200f@example.com": false, "ada\u2060@example.com": false, "ada\u3164@example.com": false,
		"ada\u200d@example.com": false, "ada@exam\u200dple.com": false, "ada\U000e0041@example.com": false, "ada\ufe0f@example.com": false,
	} {
		if wrong := login.CheckEmail(address); (wrong == "") != fine {
			t.Errorf("%q: %q", address, wrong)
		}
	}
}

func TestMixedAlphabetsAreNoticed(t *testing.T) {
	for text, mixed := range map[string]bool{
		"Ada Lovelace": false, "Ада": false, "Zoë Ünal": false, "日本 カタカナ Ada": false, "김 Ada": false, "Ada 42 👩‍💻": false, "": false,
		"Аda": true, "αda@example.com": true, "аda@example.com": true, "Ada Лавлейс": true,
	} {
		if store.MixedScripts(text) != mixed {
			t.Errorf("%q", text)
		}
	}
}

func TestNamesShowAllTheyHold(t *testing.T) {
	for name, fine := range map[string]bool{
		"Ada": true, "Zoë ü": true, "می\u200cخواهم": true, "👩‍💻": true, "": false, strings.Repeat("é", 100): true, strings.Repeat("é", 101): false,
		"a\x00b": false, "a\nb": false, "a\u0085b": false, "\u202eadA": false, "A\u200bda": false, "\ufeffAda": false,
		"A\u200dda": false, "Ada\u200d": false, "می\u200c": false, "A\u00adda": false, "Ada\u2060": false, "Ada\u3164": false, "Ada\u115f": false, "Ada\uffa0": false,
		"Ada\ufe0f": false, "Ada\U000e0041": false, "Ada\U000e0100": false, "\u2067Ada": false, "Ada\u200f": false, "Ada\u180e": false, "日本 Ada": true, "\xff": false,
		"Node.js & Co. KG": true, "J.R.R. Tolkien": true, "St. Mary": true, "Ada @ Work": true, "e.V.": true, "Booking.com": false, "ada@example.com": false, "http://x": false,
	} {
		if wrong := store.CheckName(name); (wrong == "") != fine {
			t.Errorf("%q: %q", name, wrong)
		}
	}
}
