package audit

import (
	"bailiwick/views/part"
)

// Page lists changes, newest first; each opens to what was before and after.
type Page struct {
	Frame  part.Frame
	Header part.Header
	List   part.List // without its table
	Events []Event

	// Where a search ended before the oldest change: how far it looked, and where
	// it goes on.
	Looked, OlderURL string
}

// Event is one change.
type Event struct {
	ID        string // unique on the page; letters, digits and dashes
	Who, What string
	When      part.Cell
	Account   *part.Link // where it happened, in a list of several accounts
	Fields    []Field
	More      string // what is left out
	Facts     []part.Detail
	Undo      *part.Post
}

// Field is one thing before and after. Of something made there is no before,
// of something removed no after, and what did not change is the same in both.
type Field struct {
	Name, Before, After string
}
