package people

import (
	"bailiwick/views/login"
	"bailiwick/views/part"
)

// InviteFormPage invites people. POST with email (repeatable, and each may hold
// many addresses), file (CSV) and role (repeatable); preview as in MemberFormPage.
type InviteFormPage struct {
	Frame          part.Frame
	Header         part.Header
	Action, Cancel string
	Emails         string
	EmailsProblem  string
	FileProblem    string
	Roles          RoleChoice
	Proof          []part.Field // that it is they who send it, for some roles
	Problem        string
}

// InvitesMadePage hands over the links, which are shown only now.
type InvitesMadePage struct {
	Frame      part.Frame
	Header     part.Header
	Warning    string // about an address that can look like another
	Text       string // who may use them, until when
	Note       string // how they reach their people
	Links      []part.CopyBox
	NotInvited []part.Detail // addresses, each with the reason
	Again      *part.Form    // leads back to the form with those addresses; nil where none were typed
	ListURL    string
	AnotherURL string
}

// InvitePage is what the link of an invite opens: a form for a new person, a
// button for whoever is signed in with the address, or the way to there.
type InvitePage struct {
	Token               string // of the session; empty where nobody is signed in
	Action              string // where the link led
	Mark                string // of the link
	Account             string
	Inviter             string
	Roles               []string // with their set
	Address             string   // masked for whoever may not have it
	Until               string
	Problem             string
	State               InviteState
	SignedInAs          string // for InviteOther
	SignInURL           string // for InviteSignIn
	Name                string // for InviteNew, as typed
	NameProblem         string
	PasswordProblem     string
	MinimumPasswordSize int
}

// InviteState is who stands before an invite.
type InviteState int

const (
	InviteNew    InviteState = iota // nobody has a login with the address
	InviteSignIn                    // somebody has, and is signed out
	InviteJoin                      // they are signed in
	InviteOther                     // somebody else is
)

func (p InviteFormPage) form() part.Form {
	return part.Form{Token: p.Frame.Token, Action: p.Action, Cancel: p.Cancel, Problem: p.Problem, Submit: "Invite members", Files: true, Beside: p.Proof, Fields: []part.Field{
		{Kind: part.Lines, Name: "email", Label: "E-mail addresses", Help: "One per line, or separated by commas.", Value: p.Emails, Problem: p.EmailsProblem,
			Required: true, Rows: 4, Autofocus: p.EmailsProblem == "" && p.Problem == "" && p.Roles.Problem == "" && p.FileProblem == ""},
		{Kind: part.File, Name: "file", Label: "Or a CSV file", Problem: p.FileProblem, Accept: ".csv,text/csv",
			Help: "With a column email, and a column role for those who get other roles than the ones below."},
		p.Roles.field(),
	}}
}

func (p InvitePage) form() part.Form {
	f := part.Form{Token: p.Token, Action: p.Action, Hidden: login.Mark(p.Mark), Problem: p.Problem, Plain: true}
	switch p.State {
	case InviteNew:
		f.Submit = "Create login and join"
		f.Fields = []part.Field{
			{Name: "name", Label: "Your name", Value: p.Name, Problem: p.NameProblem, Required: true, Autocomplete: "name", MaxLength: 100,
				Autofocus: p.Problem == "" && p.NameProblem == "" && p.PasswordProblem == ""},
			login.NewPassword(p.MinimumPasswordSize, p.PasswordProblem),
		}
	case InviteJoin:
		f.Submit = "Join " + p.Account
	}
	return f
}

// signOut ends the session of somebody else and comes back.
func (p InvitePage) signOut() part.Form {
	return part.Form{Token: p.Token, Action: "/sign-out", Hidden: login.ReturnTo(p.Action), Submit: "Sign out", Plain: true}
}
