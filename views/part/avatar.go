package part

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
)

// Avatar is somebody in a small circle: their initials, in a colour that stays theirs.
type Avatar struct {
	Initials string // one or two; empty for nobody
	Hue      int    // which of avatarHues
}

// avatarHues is how many colours there are, the classes av0 and so on of the style sheet.
const avatarHues = 8

// AvatarOf is the avatar of whoever has a name and an id.
func AvatarOf(name, id string) Avatar {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return Avatar{Initials: initials(name), Hue: int(h.Sum32() % avatarHues)}
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && r != '\'' && r != '’'
	})
	if len(words) == 0 {
		return ""
	}
	first := func(word string) string {
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsNumber(r) {
				return string(unicode.ToUpper(r))
			}
		}
		return ""
	}
	if len(words) == 1 {
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}

func (a Avatar) class(size string) string {
	class := "av av" + strconv.Itoa(a.Hue)
	if size != "" {
		class += " " + size
	}
	return class
}
