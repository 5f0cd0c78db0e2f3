// Package search shows what a search found, on a page of its own.
package search

import "bailiwick/views/part"

// Page is the search page.
type Page struct {
	Frame  part.Frame
	Header part.Header
	Action string // of the form
	Query  string
	Groups []part.FoundGroup
}
