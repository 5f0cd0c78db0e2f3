package part

import (
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// Tone colours a badge, an alert or a toast. The zero value is plain.
type Tone string

const (
	Plain Tone = ""
	Info  Tone = "info"
	Good  Tone = "success"
	Warn  Tone = "warning"
	Bad   Tone = "error"
)

func (t Tone) Icon() string {
	switch t {
	case Good:
		return "circle-check"
	case Warn:
		return "triangle-alert"
	case Bad:
		return "circle-alert"
	}
	return "info"
}

// Badge is a short word in a coloured box: a state, a kind.
type Badge struct {
	Text string
	Tone Tone
}

// Alert is a sentence that stays on the page.
type Alert struct {
	Tone  Tone
	Title string // may be empty
	Text  string
	Links []Link
}

// Toast says in one sentence what happened. With Undo it can be taken back.
type Toast struct {
	Tone Tone
	Text string
	Undo *Post
}

// Post is a form without anything to fill in: one button.
type Post struct {
	Text   string // of the button
	Action string
	Hidden []Pair
	Danger bool
}

// Header is the top of a page: its name, its state, and what can be done there.
type Header struct {
	Avatar  Avatar
	Kind    string // what the thing is, quietly above its name
	Title   string
	Badge   Badge
	Text    string // one sentence under the title
	Actions []Action
	Menu    []Action // the rarer ones, behind three dots
}

// Action is a link, a dialog's link or a form of one button.
// Exactly one of URL and Post is used; a Lock explains instead of acting.
type Action struct {
	Text    string
	URL     string
	Dialog  bool  // URL is a page with a dialog: with script it opens here
	Post    *Post // sends at once
	Icon    string
	Primary bool
	Danger  bool
	Lock    string // a sentence: why one may not. With URL it leads to who can help
}

// Menu is what stands behind three dots. ID must be unique on the page.
type Menu struct {
	ID    string
	Label string // "Actions for Edsger"
	Items []Action
}

// Empty stands where a list would: what the thing is for, and how to make the first one.
type Empty struct {
	Scene       Scene
	Icon        string // of what would be listed, on sheets of paper alone
	Title, Text string
	Action      *Action
}

// Scene is what the picture of an empty state shows. The zero value is sheets of paper.
type Scene int

const (
	SceneSheets Scene = iota
	ScenePeople       // who would be there
	SceneTree         // accounts below each other
	SceneTime         // what would have happened
	SceneSearch       // nothing that was looked for
)

// Tab is one of the neighbouring pages of a page.
type Tab struct {
	Text, URL string
	Current   bool
	Count     string
}

// CopyBox shows a text that is meant to be taken elsewhere.
type CopyBox struct {
	ID     string // unique on the page
	Label  string
	Value  string
	Secret bool // it will not be shown again
	Large  bool
}

// Progress tells how far a piece of work is. Max 0: nobody knows how much there is.
type Progress struct {
	Label      string
	Value, Max int
	Text       string // "120 of 400 lines, about 20 seconds left"
	PollURL    string // GET answers ProgressBox again, every two seconds, until it has no PollURL
	Stop       *Post
}

// Detail is one line of a list of facts.
type Detail struct {
	Label string
	Value Cell
}

var phones = regexp.MustCompile(`\+\d[\d -]*\d`)

var (
	addresses = regexp.MustCompile(`\S*(?:://|[\pL\d]@[\pL\d]|[\pL\d-]\.\pL{2})\S*`)
	joints    = regexp.MustCompile(`[/.?&=#@_]+`)
)

const wholeAddress = 24 // bytes: what fits on a line of a telephone goes to the next as a whole

// heading writes a title so that it breaks where people would break it: not inside a phone
// number, and inside what looks like a long address behind what joins its parts. A <wbr> is
// not copied, and hidden it is no space in the name of the heading, as Chromium has it. All
// stands in one element, as some headings lay out what is in them.
func heading(title string) templ.Component {
	var html strings.Builder
	at := 0
	write := func(to int) {
		html.WriteString(templ.EscapeString(title[at:to]))
		at = to
	}
	title = unbroken(title)
	for _, a := range addresses.FindAllStringIndex(title, -1) {
		if a[1]-a[0] <= wholeAddress {
			continue
		}
		for _, j := range joints.FindAllStringIndex(title[a[0]:a[1]], -1) {
			if end := a[0] + j[1]; end < a[1] {
				write(end)
				html.WriteString(`<wbr aria-hidden="true">`)
			}
		}
	}
	write(len(title))
	return templ.Raw("<span>" + html.String() + "</span>")
}

// unbroken keeps each phone number of a heading on one line.
func unbroken(title string) string {
	return phones.ReplaceAllStringFunc(title, func(n string) string { return strings.ReplaceAll(n, " ", "\u00a0") })
}

// Dialog asks before something is done. It is a page of its own, and opens in place with script.
type Dialog struct {
	Frame Frame
	Title string
	Text  []string // paragraphs: what will happen, to how many
	Facts []string // the same as a list, if there are several things
	Form  Form
}

// Change is one line of a history.
type Change struct {
	Who, What string
	When      Cell
	Details   []string // "Name: East → East Berlin"
	URL       string
}
