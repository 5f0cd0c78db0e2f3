package views

// AccountMovePage says what moving an account does, before it is done.
// POST to and seen.
type AccountMovePage struct {
	Frame  Frame
	Header Header
	Notice *Alert // it would be something else by now, or one may not
	Facts  []Detail
	Boxes  []MoveBox
	Form   *Form // nil where one may not
}

// MoveBox is one kind of those who gain or lose, or of what does.
type MoveBox struct {
	Title string
	Text  string // where nobody does, or what it means
	Table Table
	More  string // "and 12 more", where not all are listed
}
