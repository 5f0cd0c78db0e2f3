package people

import (
	"bailiwick/views/login"
	"bailiwick/views/part"
)

// SubuserListPage lists an account's subusers and shows where they sign in.
type SubuserListPage struct {
	Frame     part.Frame
	Header    part.Header
	LoginLink *LoginLink // nil before the first subuser, and for those who may not see it
	List      part.List
}

// LoginLink is the address of an account's subuser login page.
type LoginLink struct {
	URL        string
	ReplaceURL string // the dialog that asks first; empty for those who may not
}

// SubuserFormPage makes or changes a subuser.
// POST with name, password, password_by ("typed" or "link"), description and role (repeatable).
type SubuserFormPage struct {
	Frame               part.Frame
	Header              part.Header
	Action, Cancel      string
	New                 bool // asks for a password; an existing one is reset on a page of its own
	Name                string
	Description         string
	ByLink              bool // the subuser chooses the password with a one-time link
	Roles               []part.Option
	RolesHelp           string
	RolesURL            string // the page with all roles as a matrix
	PreviewURL          string // GET with role answers RolePreviewBox
	Preview             RolePreview
	Problem             string
	NameProblem         string
	PasswordProblem     string
	DescriptionProblem  string
	RolesProblem        string
	Proof               []part.Field // that it is they who send it; none where they proved it lately
	MinimumPasswordSize int
}

// RolePreview tells which pages roles open, and which they do not.
type RolePreview struct {
	Roles  []string // empty: none is picked yet
	Opens  []RolePreviewGroup
	Closed []RolePreviewGroup
	Ends   []string // sentences about what is left once some of them end
}

// RolePreviewID is the element that RolePreviewBox is put into.
const RolePreviewID = "role-preview"

// RolePreviewGroup is one group of the navigation.
type RolePreviewGroup struct {
	Title string
	Pages []string
}

// SubuserCreatedPage hands over what the new subuser needs.
type SubuserCreatedPage struct {
	Frame       part.Frame
	Name        string
	First       bool   // the login page came into being with this subuser
	LoginLink   string // where all subusers of the account sign in
	SetPassword string // one-time link, shown only now; empty when a password was typed
	SetUntil    string // until when it works
	ListURL     string
	AnotherURL  string
}

// SubuserPasswordPage sets a new password for a subuser.
// POST with password and password_by ("typed" or "link").
type SubuserPasswordPage struct {
	Frame               part.Frame
	Header              part.Header
	Action, Cancel      string
	Name                string
	ByLink              bool
	Problem             string
	PasswordProblem     string
	Proof               []part.Field
	MinimumPasswordSize int
}

// OneTimeLinkPage shows a link that can be used once, and is shown once.
type OneTimeLinkPage struct {
	Frame  part.Frame
	Header part.Header
	Link   part.CopyBox
	Text   string // what it is for and until when it works
	Done   part.Link
}

func (p SubuserFormPage) form() part.Form {
	submit := "Save"
	fields := []part.Field{
		{Name: "name", Label: "Name", Value: p.Name, Problem: p.NameProblem, Required: true, Autocomplete: "off", Autofocus: p.New && !p.problem(), Help: "What they sign in with. Kept in lower case.", MaxLength: 64},
	}
	if p.New {
		submit = "Add subuser"
		fields = append(fields, passwordFields(p.ByLink, p.PasswordProblem, p.MinimumPasswordSize)...)
	}
	fields = append(fields,
		part.Field{Name: "description", Label: "Description", Value: p.Description, Problem: p.DescriptionProblem, MaxLength: 500},
		part.Field{Kind: part.Multi, Name: "role", Label: "Roles", Help: p.RolesHelp, Options: p.Roles, Problem: p.RolesProblem, PreviewURL: p.PreviewURL, PreviewInto: RolePreviewID, Required: true},
	)
	return part.Form{Token: p.Frame.Token, Action: p.Action, Cancel: p.Cancel, Problem: p.Problem, Fields: fields, Beside: p.Proof, Submit: submit}
}

func (p SubuserFormPage) problem() bool {
	return p.Problem != "" || p.NameProblem != "" || p.PasswordProblem != "" || p.DescriptionProblem != "" || p.RolesProblem != ""
}

func (p SubuserPasswordPage) form() part.Form {
	return part.Form{
		Token: p.Frame.Token, Action: p.Action, Cancel: p.Cancel, Problem: p.Problem, Submit: "Reset password",
		Fields: append(passwordFields(p.ByLink, p.PasswordProblem, p.MinimumPasswordSize), p.Proof...),
	}
}

// passwordFields offer to type a password or to let its owner choose it; the style sheet hides
// the box for typing while the link is chosen.
func passwordFields(byLink bool, problem string, least int) []part.Field {
	typed := login.NewPassword(least, problem)
	typed.Autocomplete = "new-password"
	return []part.Field{
		{Kind: part.Radio, Name: "password_by", Label: "Who sets the password", Required: true, Options: []part.Option{
			{Value: "typed", Text: "I do", Selected: !byLink},
			{Value: "link", Text: "They do, with a link that works once", Selected: byLink},
		}},
		typed,
	}
}
