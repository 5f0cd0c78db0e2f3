package catalog

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
)

// RoleID is a role as a dense number. Zero is no role. Numbers live only as
// long as the process; what is stored is the key.
type RoleID uint32

// Role is a named set of permissions of one role set.
type Role struct {
	ID       RoleID
	Set      *RoleSet
	Name     string // as the set's table spells it
	Key      string // `set:name`
	Title    string
	Sentence string
	// Own is what it gives in the account where it is held, Below in the
	// accounts under it.
	Own, Below Mask
	// Adds is true of ownership and of support access, which add to whatever else
	// decides.
	Adds bool
	// Lent is true of support access, which nobody passes on: what it gives is not
	// its holder's to grant.
	Lent bool
	// Closable is true where an account's "open to main members" switch cuts Below.
	Closable bool
	// Grantable is false of the owner's role, which is a property of the account,
	// and of support access, which has a door of its own.
	Grantable bool
	// Base is the role that a custom role was made from, nil of a built-in one.
	Base *Role
}

// Label is the role with its set, as sets share names. Ownership is a property of
// the account and in no set.
func (r *Role) Label() string {
	if r.Owns() {
		return r.Title
	}
	return r.Set.Title + ": " + r.Title
}

// Owns tells whether it is what an account's owner has.
func (r *Role) Owns() bool { return r == r.Set.owner }

// Custom makes a role of an account's own from a built-in one. It gives own, and
// below its account as much of that as the base's set lets any role reach. The key
// is what is stored; the role has no ID, as it is in no catalog.
func (c *Catalog) Custom(base *Role, key, title string, own Mask) *Role {
	return &Role{
		Set: customSet, Name: title, Key: key, Title: title, Sentence: "Based on " + base.Title + ".",
		Own: own, Below: base.Set.below(own), Closable: base.Closable, Grantable: true, Base: base,
	}
}

// customSet is the set of all custom roles, as they are shown.
var customSet = &RoleSet{Key: "custom", Title: "Custom role"}

// RoleSet is a family of roles with a table of its own.
type RoleSet struct {
	Key, Title string
	Roles      []*Role
	owner      *Role // of the set that has the owner's column, or nil
	tables     []table
	reach      Mask       // what may reach below the account where a role is held
	needs      Permission // without which none of it does, or zero
	with       map[Permission]Mask
}

// below is how much of own reaches below. A view that reaches only for the sake
// of what may be changed there (with) does not reach where nothing may.
func (s *RoleSet) below(own Mask) Mask {
	if s.needs != 0 && !own.Has(s.needs) {
		return Mask{}
	}
	reach := s.reach
	for view, edits := range s.with {
		if own.And(edits).Empty() {
			reach.Clear(view)
		}
	}
	return own.And(reach)
}

// Role finds a role of the set by the table's spelling, or nil.
func (s *RoleSet) Role(name string) *Role {
	for _, r := range s.Roles {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// table is one CSV matrix: a row a permission, a column a role. A cell's
// letters stand for permissions; a cell gives those of the letters it holds.
type table struct {
	file   string
	header []string
	rows   []row
}

type row struct {
	key     string
	line    int
	cells   []string
	letters []letter
}

// letter is one mark of a cell and what it gives.
type letter struct {
	mark  string
	gives []Permission
}

// Matrix is a compiled table: what the roles really hold, in the table's order.
type Matrix struct {
	Header []string
	Rows   [][]string
}

// Matrices prints the set's tables back from the compiled masks, one a table:
// a cell holds the marks whose permissions the role holds, or none.
func (s *RoleSet) Matrices(none string) []Matrix {
	var all []Matrix
	for _, t := range s.tables {
		m := Matrix{Header: append([]string{"permission"}, t.header...)}
		for _, r := range t.rows {
			line := []string{r.key}
			for _, role := range t.header {
				line = append(line, r.cell(s.Role(role), none))
			}
			m.Rows = append(m.Rows, line)
		}
		all = append(all, m)
	}
	return all
}

func (r row) cell(role *Role, none string) string {
	var b strings.Builder
	for _, l := range r.letters {
		held := len(l.gives) > 0
		for _, p := range l.gives {
			held = held && role.Own.Has(p)
		}
		if held {
			b.WriteString(l.mark)
			if l.mark == "e" {
				break // edit contains view
			}
		}
	}
	if b.Len() == 0 {
		return none
	}
	return b.String()
}

type setDecl struct {
	Key      word
	Title    string
	Complete bool
	Owner    word
	Closable bool
	Adds     bool
	Roles    []roleDecl
	Tables   []tableDecl
	Below    belowDecl
}

type roleDecl struct {
	Name     word
	Title    string
	Sentence string
	Areas    map[string]string
	Except   []word // of what its areas give
	Also     []word // beyond what its areas give
}

type tableDecl struct {
	File word
	Skip int // leading columns that are not roles
	// Marks: `tick` (1), `view edit` (v, e) or `letters` (CRUD and yes).
	Marks   word
	Letters map[string]map[string]string
}

type belowDecl struct {
	Needs       word
	View        []word
	Permissions []word
}

func (k *compiler) roleSets() {
	var decls []setDecl
	if !k.read("roles/roles.yaml", &decls) {
		return
	}
	for _, d := range decls {
		k.roleSet(d)
	}
	if k.c.owner == nil {
		k.fault("roles/roles.yaml", 1, "no set names an owner role", "add `owner: <role>` to the set whose column is the account owner's")
	}
}

func (k *compiler) roleSet(d setDecl) {
	const file = "roles/roles.yaml"
	set := &RoleSet{Key: d.Key.Text, Title: d.Title}
	for _, rd := range d.Roles {
		r := &Role{
			ID: RoleID(len(k.c.roles)), Set: set, Name: rd.Name.Text, Key: set.Key + ":" + rd.Name.Text,
			Title: rd.Title, Sentence: rd.Sentence, Adds: d.Adds, Lent: d.Adds, Closable: d.Closable, Grantable: !d.Adds,
		}
		if k.c.byRole[r.Key] != nil {
			k.fault(file, rd.Name.Line, "role "+r.Key+" is declared twice", "remove one of them")
		}
		if d.Owner.Text == r.Name {
			r.Adds, r.Lent, r.Grantable = true, false, false
			k.c.owner, set.owner = r, r
		}
		k.c.roles = append(k.c.roles, r)
		k.c.byRole[r.Key] = r
		set.Roles = append(set.Roles, r)
	}
	var stated Mask
	for _, td := range d.Tables {
		t, ok := k.table(set, td, &stated)
		if ok {
			set.tables = append(set.tables, t)
		}
	}
	for _, t := range set.tables {
		t.apply(set, k.c, d.Complete, stated)
	}
	if !d.Complete {
		k.byArea(set, d, stated)
	}
	k.below(set, d)
	k.c.Sets = append(k.c.Sets, set)
}

// table reads one matrix and notes in stated every permission it speaks of.
func (k *compiler) table(set *RoleSet, d tableDecl, stated *Mask) (table, bool) {
	name := "roles/" + d.File.Text
	f, err := k.fs.Open(name)
	if err != nil {
		k.fault("roles/roles.yaml", d.File.Line, "there is no file "+name, "put the table there or remove the line")
		return table{}, false
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil || len(head) <= d.Skip {
		k.fault(name, 1, "the header can't be read", "write `permission,…,<role>,…`")
		return table{}, false
	}
	t := table{file: name, header: head[d.Skip:]}
	for _, role := range t.header {
		if set.Role(role) == nil {
			k.fault(name, 1, "role "+role+" is not declared", "add it to the set "+set.Key+" in roles/roles.yaml")
			return table{}, false
		}
	}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return t, true
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			k.fault(name, line, err.Error(), "give each row as many cells as the header has")
			return table{}, false
		}
		row := row{key: rec[0], line: line, cells: rec[d.Skip:]}
		p := k.c.byPermission[row.key]
		if p == 0 {
			k.fault(name, line, "permission "+row.key+" is not declared", "declare it in sections/, or correct its spelling")
			continue
		}
		row.letters = k.letters(d, name, row, p)
		for _, l := range row.letters {
			for _, g := range l.gives {
				stated.Set(g)
			}
		}
		stated.Set(p)
		for i, cell := range row.cells {
			if !row.knows(cell) {
				k.fault(name, line, "cell "+cell+" of "+t.header[i]+" is not a mark of this table", "use "+row.marks()+" or the mark for none")
			}
		}
		t.rows = append(t.rows, row)
	}
}

func (k *compiler) letters(d tableDecl, file string, r row, p Permission) []letter {
	switch d.Marks.Text {
	case "tick":
		return []letter{{"1", []Permission{p}}}
	case "view edit":
		// A row that is itself an edit has nothing to view.
		if k.c.permissions[p].Edit {
			return []letter{{"e", []Permission{p}}}
		}
		view := []Permission{p}
		edit := append([]Permission{}, view...)
		for _, q := range k.c.permissions[p].Section.Permissions {
			if q != p && k.c.permissions[q].Edit && strings.HasPrefix(k.c.permissions[q].Key, r.key+".") && !k.hasRow(file, k.c.permissions[q].Key) {
				edit = append(edit, q)
			}
		}
		if len(edit) == 1 { // nothing to edit: the row's one mark stands for the page
			both := k.hasCell(r, "v") && k.hasCell(r, "e")
			if both {
				k.fault(file, r.line, "the row tells v from e, but "+r.key+" has no edit", "declare `edit:` in its section, or use one mark")
			}
			mark := "v"
			if k.hasCell(r, "e") {
				mark = "e"
			}
			return []letter{{mark, view}}
		}
		return []letter{{"e", edit}, {"v", view}}
	case "letters":
		if gives, ok := d.Letters[r.key]; ok {
			var all []letter
			for _, mark := range []string{"C", "R", "U", "D", "yes"} {
				if key, ok := gives[mark]; ok {
					q := k.c.byPermission[key]
					if q == 0 {
						k.fault("roles/roles.yaml", d.File.Line, "letter "+mark+" of "+r.key+" gives "+key+", which is not declared", "declare it in sections/, or correct its spelling")
						continue
					}
					all = append(all, letter{mark, []Permission{q}})
				}
			}
			return all
		}
		if k.hasCell(r, "yes") {
			return []letter{{"yes", []Permission{p}}}
		}
		edit := k.c.byPermission[r.key+".edit"]
		if edit == 0 {
			return []letter{{"R", []Permission{p}}}
		}
		return []letter{{"C", []Permission{edit}}, {"R", []Permission{p}}, {"U", []Permission{edit}}, {"D", []Permission{edit}}}
	}
	k.fault("roles/roles.yaml", d.Marks.Line, "marks "+d.Marks.Text+" are unknown", "use `tick`, `view edit` or `letters`")
	return nil
}

func (k *compiler) hasCell(r row, mark string) bool { return slices.Contains(r.cells, mark) }

// hasRow tells whether the table has a row for the permission.
func (k *compiler) hasRow(file, key string) bool {
	b, err := k.readFile(file)
	return err == nil && strings.Contains("\n"+string(b), "\n"+key+",")
}

func (r row) knows(cell string) bool {
	cell = strings.TrimSuffix(cell, "*")
	if cell == "0" || cell == "-" {
		return true
	}
	for _, l := range r.letters {
		cell = strings.ReplaceAll(cell, l.mark, "")
	}
	return cell == ""
}

func (r row) marks() string {
	var all []string
	for _, l := range r.letters {
		all = append(all, l.mark)
	}
	return strings.Join(all, " or ")
}

// apply gives each role what its cells say. In a complete set a tick on a
// section gives the section's other permissions too, unless some table of the
// set has a row of their own for them or only a table may give them; what only a
// table may give is given with a section that is itself such.
func (t table) apply(set *RoleSet, c *Catalog, complete bool, stated Mask) {
	for _, row := range t.rows {
		for i, cell := range row.cells {
			role := set.Role(t.header[i])
			cell = strings.TrimSuffix(cell, "*")
			for _, l := range row.letters {
				if !strings.Contains(cell, l.mark) {
					continue
				}
				for _, p := range l.gives {
					role.Own.Set(p)
				}
				if !complete || l.mark != "1" && l.mark != "e" {
					continue
				}
				p := c.byPermission[row.key]
				if s := c.permissions[p].Section; s.View == p {
					for _, q := range s.Permissions {
						if !stated.Has(q) && (c.permissions[q].Area != AreaNone || s.Area == AreaNone) {
							role.Own.Set(q)
						}
					}
				}
			}
		}
	}
}

// mask is the set of some permissions of roles.yaml.
func (k *compiler) mask(keys []word) (set Mask) {
	for _, w := range keys {
		p := k.c.byPermission[w.Text]
		if p == 0 {
			k.fault("roles/roles.yaml", w.Line, "permission "+w.Text+" is not declared", "correct its spelling")
		}
		set.Set(p)
	}
	return set
}

// byArea decides what the set's tables leave out.
func (k *compiler) byArea(set *RoleSet, d setDecl, stated Mask) {
	for i, rd := range d.Roles {
		except, also := k.mask(rd.Except), k.mask(rd.Also)
		set.Roles[i].Own.Add(&also)
		for area, level := range rd.Areas {
			if !isArea(Area(area)) || level != "view" && level != "edit" {
				k.fault("roles/roles.yaml", rd.Name.Line, "area `"+area+": "+level+"` is unknown", "use data, setup, money, people, keys or common, with view or edit")
			}
		}
		for p := 1; p < len(k.c.permissions); p++ {
			info := k.c.permissions[p]
			level := rd.Areas[string(info.Area)]
			if stated.Has(Permission(p)) || except.Has(Permission(p)) || info.Area == AreaNone || level == "" {
				continue
			}
			if level == "edit" || !info.Edit || info.Section.Own {
				set.Roles[i].Own.Set(Permission(p))
			}
		}
	}
}

// below computes how far each role reaches under the account where it is held:
// never more than it gives there.
func (k *compiler) below(set *RoleSet, d setDecl) {
	set.with = map[Permission]Mask{}
	named := k.mask(d.Below.Permissions)
	for p := 1; p < len(k.c.permissions); p++ {
		for _, a := range d.Below.View {
			if !k.c.permissions[p].Edit && string(k.c.permissions[p].Area) == a.Text {
				set.reach.Set(Permission(p))
			}
		}
	}
	for p := 1; p < len(k.c.permissions); p++ {
		view := Permission(p)
		if info := k.c.permissions[p]; !named.Has(view) || info.Edit || set.reach.Has(view) {
			continue
		}
		var edits Mask
		for _, q := range k.c.permissions[p].Section.Permissions {
			if named.Has(q) && k.c.permissions[q].Edit {
				edits.Set(q)
			}
		}
		if !edits.Empty() {
			set.with[view] = edits
		}
	}
	set.reach.Add(&named)
	set.needs = k.c.byPermission[d.Below.Needs.Text]
	for _, r := range set.Roles {
		if r == k.c.owner {
			r.Below = r.Own
		} else {
			r.Below = set.below(r.Own)
		}
	}
}
