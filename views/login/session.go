package login

import (
	"bailiwick/views/part"
)

// SignUpPage makes a login and its personal account.
// POST /sign-up with name, email and password.
type SignUpPage struct {
	Token               string
	Name, Email         string
	NameProblem         string
	EmailProblem        string
	PasswordProblem     string
	Problem             string
	Return              string // where to go afterwards; a path of ours
	SignInURL           string
	MinimumPasswordSize int  // in characters
	First               bool // nobody has signed up here yet
}

// SignInPage is the members' door. POST /sign-in with email and password.
type SignInPage struct {
	Token     string
	Email     string
	Problem   string      // the same sentence for every reason
	Notice    *part.Alert // why one stands here: signed out, session ended
	Return    string
	SignUpURL string // empty where signing up is closed
	Passkey   *PasskeySignIn
}

// SubuserSignInPage is the door of one account's subusers. POST /login/:link with name and password.
type SubuserSignInPage struct {
	Token   string
	Action  string // the login link's own path
	Account string
	Name    string
	Problem string
	Notice  *part.Alert
	Return  string
}

// SetPasswordPage is where a one-time link leads. POST /set-password with link and password.
type SetPasswordPage struct {
	Token               string
	Action              string
	Mark                string // of the link
	Account, Name       string
	PasswordProblem     string
	Problem             string
	MinimumPasswordSize int
}

// SignedOutPage says that a session is over, and where the next one starts.
type SignedOutPage struct {
	Title, Text string
	SignInURL   string
}

// SessionsPage lists one's own sessions.
type SessionsPage struct {
	Frame        part.Frame
	Sessions     []Session
	EndOthersURL string     // the dialog that asks first; empty when there is no other
	SignIns      part.Table // the newest attempts at one's own login
}

// Session is one sign-in that is still good.
type Session struct {
	ID         string
	Device     string // "Firefox on Linux"
	Address    string
	Started    string
	StartedAt  string // exact, on hover
	Until      string
	UntilExact string
	This       bool   // a POST to EndURL signs out
	EndURL     string // of others the dialog that asks first
}

func (p SignUpPage) form() part.Form {
	return part.Form{
		Token: p.Token, Action: "/sign-up", Problem: p.Problem, Submit: "Sign up", Plain: true,
		Hidden: ReturnTo(p.Return),
		Fields: []part.Field{
			{Name: "name", Label: "Your name", Value: p.Name, Problem: p.NameProblem, Required: true, Autocomplete: "name", Autofocus: !p.problem(), MaxLength: 100},
			{Name: "email", Label: "E-mail address", Kind: part.Email, Value: p.Email, Problem: p.EmailProblem, Required: true, Autocomplete: "username"},
			NewPassword(p.MinimumPasswordSize, p.PasswordProblem),
		},
	}
}

func (p SignUpPage) problem() bool {
	return p.Problem != "" || p.NameProblem != "" || p.EmailProblem != "" || p.PasswordProblem != ""
}

func (p SignInPage) form() part.Form {
	return part.Form{
		Token: p.Token, Action: "/sign-in", Problem: p.Problem, Submit: "Sign in", Plain: true,
		Hidden: ReturnTo(p.Return),
		Fields: []part.Field{
			{Name: "email", Label: "E-mail address", Kind: part.Email, Value: p.Email, Required: true, Autocomplete: "username", Autofocus: p.Problem == ""},
			{Name: "password", Label: "Password", Kind: part.Password, Required: true, Autocomplete: "current-password"},
		},
	}
}

func (p SubuserSignInPage) form() part.Form {
	return part.Form{
		Token: p.Token, Action: p.Action, Problem: p.Problem, Submit: "Sign in", Plain: true,
		Hidden: ReturnTo(p.Return),
		Fields: []part.Field{
			{Name: "name", Label: "Name", Value: p.Name, Required: true, Autocomplete: "username", Autofocus: p.Problem == ""},
			{Name: "password", Label: "Password", Kind: part.Password, Required: true, Autocomplete: "current-password"},
		},
	}
}

func (p SetPasswordPage) form() part.Form {
	f := NewPassword(p.MinimumPasswordSize, p.PasswordProblem)
	f.Autofocus = p.PasswordProblem == "" && p.Problem == ""
	return part.Form{
		Token: p.Token, Action: p.Action, Problem: p.Problem, Submit: "Set password and sign in", Plain: true, Hidden: Mark(p.Mark),
		Fields: []part.Field{
			{Name: "name", Label: "Name", Value: p.Name, Kind: part.Fixed},
			f,
		},
	}
}

func NewPassword(least int, problem string) part.Field {
	f := part.Field{Name: "password", Label: "Password", Kind: part.Password, Problem: problem, Required: true, Autocomplete: "new-password"}
	if least > 0 {
		f.Help = "At least " + part.Decimal(least) + " characters. A few words are easier to remember than symbols."
	}
	return f
}

func ReturnTo(path string) []part.Pair {
	if path == "" {
		return nil
	}
	return []part.Pair{{Name: "return", Value: path}}
}
