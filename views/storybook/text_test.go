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
	Admin Owner Developer Supervisor Support Accountant User Payer CallListManager UserManager PhoneNumberManager PayerNoVerify Listener
	January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday`)

var (
	word      = regexp.MustCompile(`[\p{L}][\p{L}\p{N}'’-]*`)
	forbidden = regexp.MustCompile(`(?i)\b(door|principal|grant|ceiling|wish|click here|span of time|in order to|whilst)\b`)
	capital   = regexp.MustCompile(`^\p{Lu}\p{Ll}`)
	counted   = regexp.MustCompile(`\b1 [a-z-]+s (?:is|was|are|were|in|of|will)\b|\b1 (?:accounts|people|subusers|members|invites|calls|roles|rules|records|days|hours|minutes)\b|\b(?:[02-9]|\d*[02-9]|\d*1\d) (?:account|person|subuser|member|invite|role|record)\b`)
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
		if x.Heading && titleCase(x.Text) {
			t.Errorf("%s has a heading that is not in sentence case: %s", x.Story, x.Text)
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
