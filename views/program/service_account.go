// Package program draws the pages of service accounts and their keys.
package program

import (
	"bailiwick/views/part"
	"bailiwick/views/people"
)

// ServiceAccountFormPage makes or changes a service account.
// POST with name, description and role (repeatable), and of a new one key ("1") and lasts.
// Form has the fields up to the roles; what those open stands right below them, then Key and
// Proof, whose problems are told with the form's.
type ServiceAccountFormPage struct {
	Frame    part.Frame
	Header   part.Header
	Form     part.Form
	New      bool
	Preview  people.RolePreview
	RolesURL string       // the page with all roles as a matrix
	Key      []part.Field // of a new one: whether it gets a key, and for how long
	Proof    []part.Field // that it is they who send it; none where they proved it lately
}

// ServiceAccountPage shows one service account with its keys.
type ServiceAccountPage struct {
	Frame   part.Frame
	Header  part.Header
	Details []part.Detail
	Keys    part.List
}

// KeyFormPage makes a key.
// POST with name, lasts, networks, read_only, sub_accounts, scope ("all" or "some") and
// what people.Levels sends, which counts where scope is some.
type KeyFormPage struct {
	Frame  part.Frame
	Header part.Header
	Form   part.Form
	Levels people.Levels
	Proof  []part.Field
}
