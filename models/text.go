package models

import (
	"unicode"

	"golang.org/x/text/unicode/rangetable"
)

// hidden are the characters that show nothing, or turn round the text beside
// them: by them a name could pass for another.
var hidden = rangetable.Merge(unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)

// joined are the scripts in which a joiner shapes the letters around it. Emoji
// are joined too.
var joined = rangetable.Merge(unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.So)

// showsAll tells whether every character of a text can be seen. A joiner is fine
// between letters that it joins.
func showsAll(s string) bool {
	all := []rune(s)
	for i, r := range all {
		if !unicode.Is(hidden, r) {
			continue
		}
		joins := (r == '\u200c' || r == '\u200d') && i > 0 && i < len(all)-1 && unicode.Is(joined, all[i-1]) && unicode.Is(joined, all[i+1])
		if !joins {
			return false
		}
	}
	return true
}

// sideBySide are the scripts that are written side by side with each other, and
// with Latin.
var sideBySide = rangetable.Merge(unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)

// MixedScripts tells whether a text has letters of several alphabets, as one
// does that passes for another (Unicode Technical Standard 39, highly
// restrictive).
func MixedScripts(s string) bool {
	seen := ""
	for _, r := range s {
		if !unicode.IsLetter(r) || unicode.In(r, unicode.Common, unicode.Inherited) {
			continue
		}
		script := scriptOf(r)
		if seen != "" && script != seen {
			return true
		}
		seen = script
	}
	return false
}

func scriptOf(r rune) string {
	if unicode.Is(sideBySide, r) {
		return "side by side"
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return "unknown"
}
