package home

import (
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// Page is the control panel of one account, for one person.
type Page struct {
	Frame     part.Frame
	Header    part.Header
	Attention []Attention
	Checklist *Checklist     // what is left to set up; nil where nothing is
	Start     []record.Place // first steps, while the account is still empty
	Purposes  []Purpose      // what this person is here for
	Facts     []Fact
	Charts    []Chart
	Tree      *TreeBox   // the accounts around here; nil where there are none
	Changes   ChangesBox // the newest changes
}

// Attention is one thing that waits for somebody.
type Attention struct {
	Tone      part.Tone
	Text, URL string
	Details   string
}

// Purpose is one of the few things that somebody's role is for.
type Purpose struct {
	Icon, Title, URL string
	Fact             string // "18 numbers"
	Actions          []part.Link
}

// Fact is a number worth knowing, and where it comes from.
type Fact struct {
	Label, Value, URL string
}

// TreeBox shows where one is among the accounts.
type TreeBox struct {
	Rows   []TreeRow
	More   string // "and 180 more"
	AllURL string
}

// TreeRow is one account. An empty URL means it can not be entered.
type TreeRow struct {
	Name, URL string
	Depth     int
	Here      bool
	People    string // "4 people"
	Badge     part.Badge
}

// ChangesBox is the newest changes and the way to all of them.
type ChangesBox struct {
	Changes []part.Change
	AllURL  string
	Hidden  bool // this person may not see them
}

// Checklist is what is left to set up in an account.
type Checklist struct {
	Title      string
	Steps      []Step
	Done       int // of the steps
	DismissURL string
	Token      string
}

// Step is one thing to set up.
type Step struct {
	Text, Help, URL string
	Done            bool
}
