package part

// Bulk puts a box before each row of a list, and a bar under it that acts on those
// ticked. It is a form: GET of Action, with "act", every ticked "id" or "all", and
// what is kept, leads to the question that is asked before anything is done.
type Bulk struct {
	Action string
	Keep   []Pair // what the list is narrowed down to
	Acts   []BulkAct
	All    string // "All 1,005 that match"; empty where a page shows all, or there are too many
}

// BulkAct is one button of the bar.
type BulkAct struct {
	Value, Text string // "suspend", "Suspend…"
	Danger      bool
}

// bulkID is the form that the rows' boxes belong to.
const bulkID = "bulk"

// BatchPage reports what one act did to many things, and what it left and why.
type BatchPage struct {
	Frame    Frame
	Header   Header
	Left     []Left
	ListURL  string
	ListText string // "Back to contacts"
	CSVURL   string // all of them, with what became of each
}

// Left were left as they are, for one reason.
type Left struct {
	Title string // "3 accounts are archived"
	Some  []Link // an empty address is no link
	More  string
}
