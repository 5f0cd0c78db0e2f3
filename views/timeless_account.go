package views

// TimelessAccountFormPage makes or changes a timeless account. POST with name,
// reader and feed (repeatable, ids of accounts) and past; with search nothing is
// saved, and the form offers the accounts that match find.
type TimelessAccountFormPage struct {
	Frame  Frame
	Header Header
	Form   Form
	Find   Field // part of the names of the accounts to offer
}
