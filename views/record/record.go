package record

import (
	"bailiwick/views/part"
)

// ListPage lists the records of one section.
type ListPage struct {
	Frame  part.Frame
	Header part.Header
	Tabs   []part.Tab // other sets of the same
	List   part.List
	States *StateFigure // how these records change state, where that needs telling
	Notice *part.Alert
}

// Page shows one record: its facts, what can be done with it, what is inside it.
// An application is one of these, with the pages inside it as Inside.
type Page struct {
	Frame   part.Frame
	Header  part.Header
	Secret  *part.CopyBox // right after it was made or replaced, and never again
	Notice  *part.Alert   // inherited, read only, attached to something that is gone
	Details []part.Detail
	Entries []EntryList // what people wrote, one after the other
	Acts    []ActForm
	Inside  []Place
	History []part.Change
}

// EntryList is what people wrote about a record, in the order of its writing.
type EntryList struct {
	Title   string
	Entries []Entry
}

// Entry is one of those texts.
type Entry struct {
	Who, Text       string
	When, WhenExact string
}

// ActForm is an act done on the page itself, for acts that need a word or two.
// Acts that need more are pages of their own (FormPage), led to by Header.Actions.
type ActForm struct {
	Title, Text string
	Form        part.Form
}

// Place leads to a page that belongs to this one.
type Place struct {
	Icon, Text, URL string
	Help            string
	Count           string
}
