package home

import "bailiwick/views/part"

// Manual is the list of the manual's pages.
type Manual struct {
	Frame  part.Frame
	Header part.Header
	Pages  []ManualLink
}

// ManualLink is one page of the manual.
type ManualLink struct{ Title, URL, About string }

// ManualPage is one page of the manual. Intro and the HTML of its parts come from
// the program itself, never from what somebody typed.
type ManualPage struct {
	Frame          part.Frame
	Header         part.Header
	Intro          string
	Parts          []ManualPart
	Previous, Next part.Link
}

// ManualPart explains one thing, and who may use it.
type ManualPart struct {
	Anchor, Title, HTML string
	URL                 string // of what it explains, where that is a page of the panel
	May                 []part.Detail
}
