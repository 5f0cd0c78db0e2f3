package program

import "bailiwick/views/part"

// ReferencePage lists what the API can do, group by group as in the sidebar, or what a
// search found. GET with q, and mine ("1") for what the reader's role may call alone.
type ReferencePage struct {
	Frame    part.Frame
	Header   part.Header
	Action   string
	Query    string
	Mine     bool
	Document string // the address of the same for programs
	Groups   []ReferenceGroup
	Found    []ReferenceFound // where something is searched
	More     string           // said where not all that was found is shown
	Problem  ReferenceObject  // what every refusal answers with
}

// ReferenceGroup is one group of the sidebar.
type ReferenceGroup struct {
	Title    string
	Sections []ReferenceLink
}

// ReferenceLink leads to the operations of one section.
type ReferenceLink struct{ Title, URL, Count string }

// ReferenceFound is an operation that a search found.
type ReferenceFound struct {
	Title, URL, Method, Path, Section string
	Mine                              bool
}

// ReferenceSectionPage tells of the operations of one section.
type ReferenceSectionPage struct {
	Frame      part.Frame
	Header     part.Header
	Filter     part.Link // to all operations, or to the reader's own alone
	Operations []ReferenceOperation
	Objects    []ReferenceObject
	Hidden     string // how many the filter leaves out
}

// ReferenceOperation is one operation.
type ReferenceOperation struct {
	ID, Title, Detail string
	Method, Path      string
	Needs             string // its permission; empty where it needs none
	Mine              bool   // the reader's role may call it
	Parameters        []ReferenceField
	Body              []ReferenceField
	Status            string // of success, in words
	Answer            []ReferenceField
	AnswerOf          part.Link // or the object that it answers with
	Headers           string    // what else it takes and gives
	Curl              string
}

// ReferenceObject is something that several operations answer with.
type ReferenceObject struct {
	ID, Title string
	Fields    []ReferenceField
}

// ReferenceField is one field or parameter.
type ReferenceField struct {
	Name, Kind, Text string
	Of               part.Link // the object that it holds
	Required         bool
}
