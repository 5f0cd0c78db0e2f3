package store

import (
	"database/sql/driver"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

// IDList is a list of ids as one query argument; write `= ANY(CAST(@x AS uuid[]))`.
type IDList []uuid.UUID

// Value gives the array literal.
func (l IDList) Value() (driver.Value, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, id := range l {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(id.String())
	}
	b.WriteByte('}')
	return b.String(), nil
}

// SplitList reads a list with commas; an empty text is an empty list.
func SplitList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// FoldEmail is the form in which addresses are compared.
func FoldEmail(email string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(email)))
}

// NotShown is said of a name or an address that does not show all it holds.
const NotShown = "Remove the invisible characters. Type it instead of pasting it."

// CheckName says what is wrong with a name; empty where nothing is.
func CheckName(name string) string {
	if n := utf8.RuneCountInString(name); n < 1 || n > 100 {
		return Constraints["members_name_length"]["name"]
	}
	if !utf8.ValidString(name) || !ShowsAll(name) {
		return NotShown
	}
	return checkNoLink(name)
}

// TextList is a text array.
type TextList []string

// Value gives the array literal.
func (l TextList) Value() (driver.Value, error) {
	quoted := make([]string, len(l))
	for i, x := range l {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(x) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}", nil
}

// Scan reads the array literal; role keys hold no quotes or commas.
func (l *TextList) Scan(from any) error {
	*l = nil
	s, ok := from.(string)
	if !ok || len(s) < 2 {
		return nil
	}
	for _, x := range SplitList(s[1 : len(s)-1]) {
		*l = append(*l, strings.Trim(x, `"`))
	}
	return nil
}

// NumberList is a list of numbers as one query argument; write `CAST(? AS bigint[])`.
type NumberList []int64

// Value gives the array literal.
func (l NumberList) Value() (driver.Value, error) {
	words := make([]string, len(l))
	for i, n := range l {
		words[i] = strconv.FormatInt(n, 10)
	}
	return "{" + strings.Join(words, ",") + "}", nil
}

// Cut keeps so many bytes of a text from outside, as far as it can be stored.
func Cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
}

// RoleList is a list of role keys as a text array.
type RoleList = TextList

// FoldSubuser is the form in which the names of subusers are kept and compared.
func FoldSubuser(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// Hidden are the characters that show nothing, or turn round the text beside
// them: by them a name could pass for another.
var Hidden = rangetable.Merge(unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)

// joined are the scripts in which a joiner shapes the letters around it. Emoji
// are joined too.
var joined = rangetable.Merge(unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.So)

// ShowsAll tells whether every character of a text can be seen. A joiner is fine
// between letters that it joins.
func ShowsAll(s string) bool {
	all := []rune(s)
	for i, r := range all {
		if !unicode.Is(Hidden, r) {
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
