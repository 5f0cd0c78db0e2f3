package storybook

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// names are words that keep their capital letters wherever they stand.
var names = strings.Fields(`Ada Grace Edsger Barbara Mallory Radia Katherine Charles Charlotte East West Berlin Analytical Malloryville Prussia Lagos Harbour Zadar Orbit
	API CSV JSON SMS SIP UTC URL ID IDs QR HTTP PC TOTP Bailiwick Google Apple Dialogflow Twilio HubSpot Salesforce ElevenLabs GoHighLevel WhatsApp JavaScript Firefox Linux
	Admin Owner Developer Supervisor Support Accountant User Payer CallListManager UserManager PhoneNumberManager PayerNoVerify Listener tabulator
	January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday`)

var (
	word      = regexp.MustCompile(`[\p{L}][\p{L}\p{N}'’-]*`)
	forbidden = regexp.MustCompile(`(?i)\b(door|principal|grants?|ceiling|wish|click here|span of time|in order to|whilst|shall|can ?not|any ?more|from then on|gone for good|entitlements?|please|sorry|oops|successfully|invalid)\b`)
	// signs that the panel does without: exclamation marks, three dots, long dashes,
	// dashes of a typewriter, curly apostrophes inside words.
	signs   = regexp.MustCompile(`[\p{L}]!|\.\.\.|—|\s-\s|--|\p{L}’\p{L}|\s[,;:.?](?:\s|$)`)
	code    = regexp.MustCompile(`[;{}]|https?://`)
	begins  = regexp.MustCompile(`^[^\p{Ll}]`)
	capital = regexp.MustCompile(`^\p{Lu}\p{Ll}`)
	counted = regexp.MustCompile(`\b1 [a-z-]+s (?:is|was|are|were|in|of|will)\b|\b1 (?:accounts|people|subusers|members|invites|calls|roles|rules|records|days|hours|minutes)\b|\b(?:[02-9]|\d*[02-9]|\d*1\d) (?:account|person|subuser|member|invite|role|record)\b`)
)

// What can be checked of the panel's words without reading: headings in sentence
// case, no word that people outside would not use, counts that agree, one space.
func TestTextsAreWrittenAlike(t *testing.T) {
	all, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 500 {
		t.Fatalf("the storybook has %d texts only", len(all))
	}
	for _, x := range all {
		if m := forbidden.FindString(x.Text); m != "" {
			t.Errorf("%s says %q: %s", x.Story, m, x.Text)
		}
		if m := counted.FindString(x.Text); m != "" {
			t.Errorf("%s counts %q: %s", x.Story, m, x.Text)
		}
		if m := signs.FindString(x.Text); m != "" && !code.MatchString(x.Text) {
			t.Errorf("%s writes %q: %s", x.Story, m, x.Text)
		}
		if (x.Heading || x.Button) && titleCase(x.Text) {
			t.Errorf("%s has a heading or button that is not in sentence case: %s", x.Story, x.Text)
		}
		if x.Button && !begins.MatchString(x.Text) && !slices.Contains(names, x.Text) {
			t.Errorf("%s has a button that begins with a small letter: %s", x.Story, x.Text)
		}
	}
}

// titleCase tells whether words inside a heading begin with capital letters though
// they are no names. What a question or quotation marks name is called by somebody.
func titleCase(text string) bool {
	if strings.HasSuffix(text, "?") || strings.ContainsAny(text, "“\"") {
		return false
	}
	capitals := 0
	for i, w := range word.FindAllString(text, -1) {
		if i > 0 && capital.MatchString(w) && !slices.Contains(names, w) && !strings.Contains(text, ". "+w) && !strings.Contains(text, ": "+w) && !strings.Contains(text, "? "+w) {
			capitals++
		}
	}
	return capitals > 0
}
