package account

import (
	"bailiwick/views/part"
)

// MovePage says what moving an account does, before it is done.
// POST to and seen.
type MovePage struct {
	Frame  part.Frame
	Header part.Header
	Notice *part.Alert // it would be something else by now, or one may not
	Facts  []part.Detail
	Boxes  []MoveBox
	Form   *part.Form // nil where one may not
}

// MoveBox is one kind of those who gain or lose, or of what does.
type MoveBox struct {
	Title string
	Text  string // where nobody does, or what it means
	Table part.Table
	More  string // "and 12 more", where not all are listed
}
