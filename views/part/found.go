package part

import (
	"slices"
	"strconv"
	"strings"
)

// Found is one thing that a search found. Detail says what it is.
type Found struct {
	Text, Detail, URL, Icon string
	Avatar                  Avatar // of a person, in place of an icon
}

// Opened is the place of something among the ends of addresses that were open lately;
// what was not comes after all of them.
func Opened(x Found, lately []string) int {
	if i := slices.IndexFunc(lately, func(end string) bool { return strings.HasSuffix(x.URL, end) }); i >= 0 {
		return i
	}
	return len(lately)
}

// FoundGroup is what a search found of one kind.
type FoundGroup struct {
	Title string
	Items []Found
}

// optionID names an option of the palette, which the focus of its field points to.
func optionID(group, item int) string {
	return "palette-" + strconv.Itoa(group) + "-" + strconv.Itoa(item)
}
