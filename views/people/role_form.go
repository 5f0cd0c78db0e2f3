package people

import "bailiwick/views/part"

// RoleFormPage makes or changes a role of the account's own. POST with name, base, one
// level for each section ("level." and its key) and permission (repeatable), which
// counts in sections whose level is Some; with preview=1 the answer is RoleDraftBox.
type RoleFormPage struct {
	Frame          part.Frame
	Header         part.Header
	Action, Cancel string
	Submit         string
	Problem        string
	Name           string
	NameProblem    string
	Base           string // key of the role that it is made from
	BaseTitle      string
	LevelsProblem  string
	Groups         []LevelGroup
	Kept           []string // permissions without a box, which the role has
	Draft          RoleDraft
	Proof          []part.Field
}

// The levels of a section.
const (
	LevelNone = "none"
	LevelView = "view"
	LevelEdit = "edit"
	LevelSome = "some" // just the acts that are ticked
)

var levelTitles = map[string]string{LevelNone: "None", LevelView: "View", LevelEdit: "Edit", LevelSome: "Some"}

// LevelGroup is the sections of one group of the navigation.
type LevelGroup struct {
	Title    string
	Sections []LevelSection
}

// LevelSection is how much of one section the role gives.
type LevelSection struct {
	Key, Title string
	Inside     string // the section in whose records it lives
	Levels     []Level
	Level      string // that the role has
	Base       string // that the role has that it is made from
	Locked     bool   // nothing of it is the reader's to give
	Acts       []Act  // where there is more to choose than a level
}

// Level is one that can be chosen.
type Level struct {
	Value  string
	Locked bool // beyond what the reader may give
}

// Act is one permission of a section.
type Act struct {
	Value, Title, Sentence string
	View                   bool // belongs to the level View
	Ticked                 bool
	Base                   bool // the role that it is made from gives it
	Locked                 bool // beyond what the reader may give
}

// RoleDraft says what the role gives that is being made, and what changes for whom.
type RoleDraft struct {
	Gives       string
	Differences []RoleDifference
	More        string // "And 12 more."
	Same        string // said where it gives the same as its base
	Effect      []string
	Table       part.Table // who gains and loses what
	EffectMore  string
}

// RoleDifference is one section in which a role differs from its base.
type RoleDifference struct {
	Section, From, To string // levels
}

func (p RoleFormPage) form() part.Form {
	f := part.Form{Token: p.Frame.Token, Action: p.Action, Cancel: p.Cancel, Problem: p.Problem, Submit: p.Submit,
		Hidden: []part.Pair{{Name: "base", Value: p.Base}}, Beside: []part.Field{p.levels().Field()}, Fields: []part.Field{
			{Name: "name", Label: "Name", Value: p.Name, Problem: p.NameProblem, Required: true, MaxLength: 64, Autocomplete: "off", Autofocus: p.Name == "" && p.Problem == ""},
			{Kind: part.Fixed, Name: "made-from", Label: "Based on", Value: p.BaseTitle},
		}}
	for _, key := range p.Kept {
		f.Hidden = append(f.Hidden, part.Pair{Name: "permission", Value: key})
	}
	return f
}

// Levels is how much of each section something gives, as the part of a form that
// chooses it: one level for each section ("level." and its key) and permission
// (repeatable), which counts in sections whose level is Some.
type Levels struct {
	Label, Help, Problem string
	Groups               []LevelGroup
	Beside               string // the title of what each level is told beside; empty for none
}

// Field is the part as a field, whose problem the form tells at its top too.
func (l Levels) Field() part.Field {
	return part.Field{Name: "permission", Label: l.Label, Problem: l.Problem, Help: l.Help}
}

func (p RoleFormPage) levels() Levels {
	return Levels{Label: "What the role gives", Problem: p.LevelsProblem, Groups: p.Groups, Beside: p.BaseTitle,
		Help: "View lets people see a section, Edit lets them do everything in it. Greyed choices are beyond what you can give, here or in sub-accounts that the role would reach."}
}

// actHelp says what a permission lets do, and why it can not be given.
func actHelp(a Act, beside string) string {
	switch {
	case a.Locked && beside == "":
		return "Its roles don't give it."
	case a.Locked:
		return "You can't " + a.Sentence + " everywhere that this role would reach, so you can't give it."
	}
	return "Lets people " + a.Sentence + "."
}
