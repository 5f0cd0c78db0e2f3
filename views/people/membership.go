package people

import (
	"bailiwick/views/part"
)

// MemberListPage lists who works in an account, and the invites that wait.
type MemberListPage struct {
	Frame   part.Frame
	Header  part.Header
	List    part.List
	Invites *InviteList // nil where none waits
}

// InviteList are invites that nobody has accepted yet.
type InviteList struct {
	Table  part.Table
	AllURL string // the list of all, where these are not all
}

// MemberFormPage changes the roles of a member. POST with role (repeatable);
// with preview nothing is saved and the page says what the roles would give.
type MemberFormPage struct {
	Frame          part.Frame
	Header         part.Header
	Action, Cancel string
	Roles          RoleChoice
	Proof          []part.Field // that it is they who send it, for some roles
	Problem        string
}

// RoleChoice are the roles that a member can have, and what the chosen ones give.
type RoleChoice struct {
	Options    []part.Option // grouped by set
	PreviewURL string        // GET with role answers AccessPreviewBox
	Preview    AccessPreview
	RolesURL   string // the page with all roles as a matrix; empty for those who may not
	Help       string
	Problem    string
}

// AccessPreviewID is the element that AccessPreviewBox is put into.
const AccessPreviewID = "access-preview"

// AccessPreview tells what roles let somebody read and change, and where.
type AccessPreview struct {
	Sentences []string // in how many accounts; empty: no role is picked yet
	Reaches   []AccessReach
	Note      string // what else may decide
}

// AccessReach is what may be read and changed in one place.
type AccessReach struct {
	Title   string
	Changes []RolePreviewGroup
	Reads   []RolePreviewGroup // without what may be changed
}

func (r RoleChoice) field() part.Field {
	return part.Field{
		Kind: part.Multi, Name: "role", Label: "Roles", Help: r.Help, Options: r.Options, Problem: r.Problem,
		PreviewURL: r.PreviewURL, PreviewInto: AccessPreviewID, Required: true,
	}
}

func (p MemberFormPage) form() part.Form {
	return part.Form{Token: p.Frame.Token, Action: p.Action, Cancel: p.Cancel, Problem: p.Problem, Fields: []part.Field{p.Roles.field()}, Beside: p.Proof}
}
