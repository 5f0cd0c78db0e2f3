package login

import (
	"bailiwick/views/part"
)

// MailedLinkPage is what a link in a mail opens, or asks for one. It says what
// pressing the button does; without a form it only tells.
type MailedLinkPage struct {
	Title  string
	Text   []string
	Notice *part.Alert
	Form   *part.Form
	Foot   part.Link
}

// Mark is the hidden field by which a form names the one-time link it is for.
func Mark(mark string) []part.Pair { return []part.Pair{{Name: "link", Value: mark}} }

// ResetForm asks for the address that a link for a new password goes to.
func ResetForm(email, problem string) *part.Form {
	return &part.Form{Action: "/forgotten-password", Submit: "Send link", Plain: true, Fields: []part.Field{
		{Name: "email", Label: "E-mail address", Kind: part.Email, Value: email, Problem: problem, Required: true, Autocomplete: "username", Autofocus: problem == ""},
	}}
}

// NewPasswordForm chooses a new password for a login.
func NewPasswordForm(email, problem string, least int) part.Form {
	password := NewPassword(least, problem)
	password.Label, password.Autofocus = "New password", problem == ""
	return part.Form{Submit: "Set password", Plain: true, Fields: []part.Field{
		{Name: "email", Label: "E-mail address", Value: email, Kind: part.Fixed}, password,
	}}
}
