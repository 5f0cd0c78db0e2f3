package views

// MailedLinkPage is what a link in a mail opens, or asks for one. It says what
// pressing the button does; without a form it only tells.
type MailedLinkPage struct {
	Title  string
	Text   []string
	Notice *Alert
	Form   *Form
	Foot   Link
}

// Mark is the hidden field by which a form names the one-time link it is for.
func Mark(mark string) []Pair { return []Pair{{Name: "link", Value: mark}} }

// ResetForm asks for the address that a link for a new password goes to.
func ResetForm(email, problem string) *Form {
	return &Form{Action: "/forgotten-password", Submit: "Send the link", Plain: true, Fields: []Field{
		{Name: "email", Label: "E-mail address", Kind: Email, Value: email, Problem: problem, Required: true, Autocomplete: "username", Autofocus: problem == ""},
	}}
}

// NewPasswordForm chooses a new password for a login.
func NewPasswordForm(email, problem string, least int) Form {
	password := newPassword(least, problem)
	password.Label, password.Autofocus = "New password", problem == ""
	return Form{Submit: "Set password", Plain: true, Fields: []Field{
		{Name: "email", Label: "E-mail address", Value: email, Kind: Fixed}, password,
	}}
}
