package views

// AuditPage lists changes, newest first; each opens to what was before and after.
type AuditPage struct {
	Frame  Frame
	Header Header
	List   List // without its table
	Events []AuditEvent

	// Where a search ended before the oldest change: how far it looked, and where
	// it goes on.
	Looked, OlderURL string
}

// AuditEvent is one change.
type AuditEvent struct {
	ID        string // unique on the page; letters, digits and dashes
	Who, What string
	When      string
	WhenExact string
	Account   *Link // where it happened, in a list of several accounts
	Fields    []AuditField
	More      string // what is left out
	Facts     []Detail
	Undo      *Post
}

// AuditField is one thing before and after. Of something made there is no before,
// of something removed no after, and what did not change is the same in both.
type AuditField struct {
	Name, Before, After string
}
