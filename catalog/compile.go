package catalog

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Fault is one thing wrong in a declaration.
type Fault struct {
	File   string
	Line   int
	What   string
	Remedy string
}

func (f Fault) String() string { return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.What, f.Remedy) }

// Faults is everything wrong in a declaration, as one error.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// word is a scalar that remembers its line.
type word struct {
	Text string
	Line int
}

// UnmarshalYAML takes any scalar as it is written.
func (w *word) UnmarshalYAML(n ast.Node) error {
	t := n.GetToken()
	w.Line = t.Position.Line
	switch n.(type) {
	case *ast.MappingNode, *ast.SequenceNode, *ast.MappingValueNode:
		return fmt.Errorf("[%d:%d] a single word is wanted here", t.Position.Line, t.Position.Column)
	}
	w.Text = t.Value
	return nil
}

type compiler struct {
	fs     fs.FS
	c      *Catalog
	faults Faults
}

func (k *compiler) fault(file string, line int, what, remedy string) {
	k.faults = append(k.faults, Fault{file, line, what, remedy})
}

func (k *compiler) readFile(name string) ([]byte, error) { return fs.ReadFile(k.fs, name) }

// read decodes a file strictly: an unknown key is a fault.
func (k *compiler) read(name string, into any) bool {
	b, err := k.readFile(name)
	if err != nil {
		k.fault(name, 1, "the file can't be read", err.Error())
		return false
	}
	err = yaml.UnmarshalWithOptions(b, into, yaml.Strict())
	if err == nil {
		return true
	}
	line := 1
	what := yaml.FormatError(err, false, false)
	fmt.Sscanf(what, "[%d:", &line)
	what, _, _ = strings.Cut(what, "\n")
	k.fault(name, line, what, "correct the line; CONTRIBUTING lists the keys of a declaration")
	return false
}

func (k *compiler) groups() {
	var decls []struct {
		Key     word
		Title   string
		Entries []string
	}
	if k.read("groups.yaml", &decls) {
		for _, d := range decls {
			k.c.Groups = append(k.c.Groups, Group{d.Key.Text, d.Title, d.Entries})
		}
	}
}

func (k *compiler) entitlements() {
	const file = "entitlements.yaml"
	var decls []struct {
		Tab          word
		Title        string
		Entitlements []struct {
			Key       word
			Title     string
			Label     string
			APIField  string `yaml:"api_field"`
			AlwaysOn  bool   `yaml:"always_on"`
			OwnPeople bool   `yaml:"own_people"`
			Covers    string
		}
	}
	if !k.read(file, &decls) {
		return
	}
	for _, t := range decls {
		tab := Tab{Key: t.Tab.Text, Title: t.Title}
		for _, d := range t.Entitlements {
			if k.c.byEntitle[d.Key.Text] != nil {
				k.fault(file, d.Key.Line, "entitlement "+d.Key.Text+" is declared twice", "give one of them another key")
				continue
			}
			if len(k.c.Entitlements) == 64 {
				k.fault(file, d.Key.Line, "there are more than 64 entitlements", "remove some")
				return
			}
			e := &Entitlement{
				Key: d.Key.Text, Title: cmp.Or(d.Label, d.Title), Table: d.Title, Tab: tab.Key, Covers: d.Covers, APIField: d.APIField,
				AlwaysOn: d.AlwaysOn, OwnPeople: d.OwnPeople, Bit: 1 << len(k.c.Entitlements),
			}
			if e.AlwaysOn {
				k.c.always |= e.Bit
			}
			if e.OwnPeople {
				k.c.ownPeople |= e.Bit
			}
			k.c.Entitlements = append(k.c.Entitlements, e)
			k.c.byEntitle[e.Key] = e
			tab.Entitlements = append(tab.Entitlements, e)
		}
		k.c.Tabs = append(k.c.Tabs, tab)
	}
}

// idle finds the entitlements on which no page, form or value depends.
func (k *compiler) idle() {
	used := k.c.always
	for _, info := range k.c.permissions[1:] {
		if info.Unused == "" {
			used |= info.Needs
		}
	}
	for _, kind := range k.c.kinds {
		for _, f := range kind.Fields {
			used |= f.Needs
			for _, o := range f.Options {
				used |= o.Needs
			}
		}
	}
	for _, e := range k.c.Entitlements {
		e.Idle = !used.Covers(e.Bit)
	}
}

type sectionDecl struct {
	Key          word
	Title        string
	Label        string
	Sentence     string
	Group        word
	Entry        word
	Icon         string
	Path         word
	Area         word
	Inside       word
	Entitlements []word
	View         word   // a permission of another section, where this one has none of its own
	Own          bool   // it holds for each what they made themselves
	Edits        bool   // opening the page is itself an edit
	Edit         string // the sentence of `<section>.edit`, where the section has one
	Permissions  []permissionDecl
	Pending      string
	Always       bool
	Records      *recordsDecl
}

// entry is the entry of the navigation that the section stands in: without one
// declared, its own.
func (d sectionDecl) entry() string { return cmp.Or(d.Entry.Text, d.Label, d.Title) }

type permissionDecl struct {
	Key          word
	Title        string
	Sentence     string
	Area         word
	View         bool
	Method       string // with Path: the address that the tables know it by
	Path         string
	Entitlements []word
	Unused       string
}

func (k *compiler) sections() {
	names, _ := fs.Glob(k.fs, "sections/*.yaml")
	sort.Strings(names)
	type found struct {
		file string
		decl sectionDecl
	}
	var all []found
	for _, name := range names {
		var decls []sectionDecl
		if k.read(name, &decls) {
			for _, d := range decls {
				all = append(all, found{name, d})
			}
		}
	}
	// Groups order the navigation, and a group its entries; within an entry, the order of the files.
	rank := func(f found) (group, entry int) {
		group = slices.IndexFunc(k.c.Groups, func(g Group) bool { return g.Key == f.decl.Group.Text })
		if group >= 0 {
			entry = k.c.Groups[group].rank(f.decl.entry())
		}
		return group, entry
	}
	slices.SortStableFunc(all, func(a, b found) int {
		ag, ae := rank(a)
		bg, be := rank(b)
		return cmp.Or(ag-bg, ae-be)
	})
	for _, f := range all {
		k.section(f.file, f.decl)
	}
	holding := map[string]bool{}
	for _, f := range all {
		holding[f.decl.Key.Text] = f.decl.Records != nil
	}
	for _, f := range all {
		s, in := k.c.bySection[f.decl.Key.Text], f.decl.Inside
		if s == nil {
			continue
		}
		if in.Text != "" {
			if s.Inside = k.c.bySection[in.Text]; s.Inside == nil || !holding[in.Text] {
				k.fault(f.file, in.Line, "section "+in.Text+" is not declared or holds no records", "name a section with records after `inside:`")
			}
		}
		if v := f.decl.View; v.Text != "" {
			if s.View = k.c.byPermission[v.Text]; s.View == 0 {
				k.fault(f.file, v.Line, "permission "+v.Text+" is not declared", "name a permission of another section after `view:`")
			}
		}
	}
	// Kinds are owned by the one section that gives the schema; the others refer to it.
	for _, f := range all {
		if s := k.c.bySection[f.decl.Key.Text]; s != nil && f.decl.Records != nil && f.decl.Records.Schema != nil {
			k.kind(f.file, s, f.decl.Records)
		}
	}
	for _, f := range all {
		if s := k.c.bySection[f.decl.Key.Text]; s != nil && f.decl.Records != nil {
			k.records(f.file, s, f.decl.Records)
		}
	}
	k.join()
}

func (k *compiler) section(file string, d sectionDecl) {
	line := d.Key.Line
	bad := func(what, remedy string) { k.fault(file, line, "section "+d.Key.Text+": "+what, remedy) }
	switch {
	case d.Key.Text == "":
		k.fault(file, 1, "a section has no key", "begin it with `- key: <name>`")
		return
	case k.c.bySection[d.Key.Text] != nil:
		bad("is declared twice", "give one of them another key")
		return
	case d.Title == "":
		bad("has no title", "add `title:`")
	case d.Sentence == "":
		bad("has no sentence", "add `sentence:`, which completes \"With this one may …\"")
	case !strings.HasPrefix(d.Path.Text, "/"):
		bad("has no path", "add `path: /…`")
	case !isArea(Area(d.Area.Text)):
		bad("area "+d.Area.Text+" is unknown", "use data, setup, money, people, keys, common or none")
	case !slices.ContainsFunc(k.c.Groups, func(g Group) bool { return g.Key == d.Group.Text }):
		bad("group "+d.Group.Text+" is unknown", "use a group of groups.yaml")
	case d.Entry.Text != "" && !slices.ContainsFunc(k.c.Groups, func(g Group) bool { return g.Key == d.Group.Text && slices.Contains(g.Entries, d.Entry.Text) }):
		bad("entry "+d.Entry.Text+" is not one of its group", "name it under `entries:` of the group in groups.yaml")
	}
	s := &Section{
		Key: d.Key.Text, Title: d.Title, Label: cmp.Or(d.Label, d.Title), Sentence: d.Sentence, Group: d.Group.Text, Entry: d.entry(), Icon: d.Icon,
		Path: path.Clean("/" + d.Path.Text), Area: Area(d.Area.Text), Pending: d.Pending, Own: d.Own, Always: d.Always, File: file, Line: line,
	}
	k.c.bySection[s.Key] = s
	k.c.Sections = append(k.c.Sections, s)
	needs := k.needs(file, d.Entitlements)
	if d.View.Text == "" {
		s.View = k.permission(file, line, s, PermissionInfo{
			Key: s.Key, Title: s.Title, Sentence: d.Sentence, Area: s.Area, Edit: d.Edits, Needs: needs, Unused: d.Pending,
			Method: "GET", Path: s.Path,
		})
	}
	if d.Edit != "" {
		k.permission(file, line, s, PermissionInfo{
			Key: s.Key + ".edit", Title: s.Title + ": edit", Sentence: d.Edit, Area: s.Area, Edit: true, Needs: needs, Unused: d.Pending,
		})
	}
	for _, pd := range d.Permissions {
		area := s.Area
		if pd.Area.Text != "" {
			area = Area(pd.Area.Text)
			if !isArea(area) {
				k.fault(file, pd.Area.Line, "area "+pd.Area.Text+" is unknown", "use data, setup, money, people, keys, common or none")
			}
		}
		if pd.Sentence == "" {
			k.fault(file, pd.Key.Line, "permission "+pd.Key.Text+" has no sentence", "add `sentence:`, which completes \"With this one may …\"")
		}
		unused := pd.Unused
		if unused == "" {
			unused = d.Pending
		}
		title := pd.Title
		if title == "" {
			title = s.Title + ": " + strings.ReplaceAll(strings.TrimPrefix(pd.Key.Text, s.Key+"."), "_", " ")
		}
		k.permission(file, pd.Key.Line, s, PermissionInfo{
			Key: pd.Key.Text, Title: title, Sentence: pd.Sentence, Area: area, Edit: !pd.View,
			Needs: needs | k.needs(file, pd.Entitlements), Unused: unused, Method: pd.Method, Path: pd.Path,
		})
	}
}

func (k *compiler) permission(file string, line int, s *Section, info PermissionInfo) Permission {
	if k.c.byPermission[info.Key] != 0 {
		k.fault(file, line, "permission "+info.Key+" is declared twice", "give one of them another key")
		return 0
	}
	if len(k.c.permissions) == maxPermissions {
		k.fault(file, line, fmt.Sprintf("there are more than %d permissions", maxPermissions-1), "widen catalog.Mask")
		return 0
	}
	p := Permission(len(k.c.permissions))
	info.Section = s
	k.c.permissions = append(k.c.permissions, info)
	k.c.byPermission[info.Key] = p
	s.Permissions = append(s.Permissions, p)
	return p
}

func (k *compiler) needs(file string, keys []word) (set Entitlements) {
	for _, w := range keys {
		e := k.c.byEntitle[w.Text]
		if e == nil {
			k.fault(file, w.Line, "entitlement "+w.Text+" is not declared", "use a key of entitlements.yaml")
			continue
		}
		set |= e.Bit
	}
	return set
}

func isArea(a Area) bool { return slices.Contains(areas, a) }
