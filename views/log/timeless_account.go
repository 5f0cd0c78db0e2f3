package log

import (
	"bailiwick/views/part"
)

// TimelessAccountFormPage makes or changes a timeless account. POST with name,
// reader and feed (repeatable, ids of accounts) and past; with search nothing is
// saved, and the form offers the accounts that match find.
type TimelessAccountFormPage struct {
	Frame  part.Frame
	Header part.Header
	Form   part.Form
	Find   part.Field // part of the names of the accounts to offer
}
