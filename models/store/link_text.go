package store

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// dots are what browsers and mail readers take for a dot in a domain.
var dots = strings.NewReplacer("。", ".", "｡", ".", "．", ".")

// linksIn are the words of a text that a mail reader would make links of:
// addresses of the web and of mail, and bare domains.
func linksIn(text string) (all []string) {
	for _, word := range strings.Fields(text) {
		plain := dots.Replace(norm.NFKC.String(word))
		if strings.Contains(plain, "://") || strings.HasPrefix(strings.ToLower(plain), "www.") || holdsDomain(plain) {
			all = append(all, word)
		}
	}
	return all
}

// holdsDomain tells whether a part of a word is a name below a domain that there is.
func holdsDomain(word string) bool {
	for _, part := range strings.FieldsFunc(word, func(r rune) bool {
		return r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) {
		part = strings.Trim(part, ".-")
		if !strings.Contains(part, ".") {
			continue
		}
		ascii, err := idna.ToASCII(strings.ToLower(part))
		if err != nil {
			continue
		}
		if _, known := publicsuffix.PublicSuffix(ascii); known {
			return true
		}
	}
	return false
}

// checkNoLink says what is wrong with a name that passes for an address.
func checkNoLink(name string) string {
	if links := linksIn(name); len(links) > 0 {
		return fmt.Sprintf("“%s” looks like a link or an e-mail address. Leave it out, or put a space after the dot.", links[0])
	}
	return ""
}

var linking = regexp.MustCompile(`://|[.@。｡．＠]`)

// Unlinked is a text from people as it stands in a mail: no reader makes a link of
// any word of it.
func Unlinked(text string) string {
	for _, word := range linksIn(text) {
		text = strings.ReplaceAll(text, word, linking.ReplaceAllString(word, "[$0]"))
	}
	return text
}
