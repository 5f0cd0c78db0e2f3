package part

import "strconv"

// Found is one thing that a search found. Detail says what it is.
type Found struct {
	Text, Detail, URL, Icon string
	Avatar                  Avatar // of a person, in place of an icon
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
