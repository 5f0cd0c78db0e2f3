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

// Page shows one record: what matters most, what it has to do with, what can be done
// with it and what is inside it.
type Page struct {
	Frame   part.Frame
	Header  part.Header
	Tabs    []part.Tab
	Secret  *part.CopyBox // right after it was made or replaced, and never again
	Notice  *part.Alert   // inherited, read only, attached to something that is gone
	Facts   []part.Detail // in two columns where there is room
	Texts   []part.Detail // long ones, each below its own heading
	Entries []EntryList   // what people wrote, one after the other
	Acts    []ActForm
	Inside  []Place
	Related []Related
	Details []part.Detail // the rest
	History []part.Change
	AllURL  string // leads to all changes; empty where they are not the reader's to see
}

// Related are other records that a record names, or that name it.
type Related struct {
	Title string      // "Scenarios", "Used by 3 rules"
	Names []part.Link // without an address where the reader may not open it
	More  part.Link   // to the others, if there are more; without an address where no list shows them
}

// EntryList is what people wrote about a record, in the order of its writing.
type EntryList struct {
	Title   string
	Entries []Entry
}

// Entry is one of those texts.
type Entry struct {
	Who, Text string
	When      part.Cell
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
