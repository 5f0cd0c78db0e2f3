package views

// RecordListPage lists the records of one section.
type RecordListPage struct {
	Frame  Frame
	Header Header
	Tabs   []Tab // sections beside this one: inside an application, one- and two-way SMS
	List   List
	States *StateFigure // how these records change state, where that needs telling
	Notice *Alert
}

// RecordPage shows one record: its facts, what can be done with it, what is inside it.
// An application is one of these, with the pages inside it as Inside.
type RecordPage struct {
	Frame   Frame
	Header  Header
	Tabs    []Tab
	Secret  *CopyBox // right after it was made or replaced, and never again
	Notice  *Alert   // inherited, read only, attached to something that is gone
	Details []Detail
	Entries []EntryList // what people wrote, one after the other
	Acts    []ActForm
	Inside  []Place
	History []Change
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
	Form        Form
}

// Place leads to a page that belongs to this one.
type Place struct {
	Icon, Text, URL string
	Help            string
	Count           string
}

// Change is one line of a history.
type Change struct {
	Who, What string
	When      string
	WhenExact string
	Details   []string // "Name: East → East Berlin"
	URL       string
}

// FormPage is a page with one form: a record's, an act's, an account's.
type FormPage struct {
	Frame    Frame
	Header   Header
	Form     Form
	Conflict *Conflict
	Report   *Report
	Notice   *Alert
}

// Conflict says that somebody else changed the record while it was being edited.
// The form below it carries the new version: sending it again overwrites their change.
type Conflict struct {
	Who, When string
	Rows      []ConflictRow // only the fields that differ
	TheirsURL string        // shows the record as it is now and gives up the typed text
}

// ConflictRow sets both texts of one field beside each other.
type ConflictRow struct {
	Label, Theirs, Yours string
}

// Report tells what came of many lines at once.
type Report struct {
	Tone Tone
	Text string // "48 lines were added, 2 were left out."
	Rows []ReportRow
	More string // "and 120 more"
}

// ReportRow is one line that was left out.
type ReportRow struct {
	Line    int // counted from 1, as in the file
	Text    string
	Problem string
}
