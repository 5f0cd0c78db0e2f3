package catalog

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// declaration copies the built-in files, for a test to spoil.
func declaration(t *testing.T) fstest.MapFS {
	t.Helper()
	copied := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		copied[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

// A vendor adds a section of their own to a copy of ours.
const shelf = `- key: shelf
  title: Shelf
  sentence: see the shelf
  group: overview
  path: /shelf
  area: setup
  edit: put things on the shelf
  records:
    kind: thing
    noun: thing
    plural: things
    about: Things stand on the shelf.
    name: name
    unique: [name]
    schema:
      required: [name]
      properties:
        name: {type: string, maxLength: 20}
        owner: {type: string, x-ref: applications}
        state: {type: string, enum: [new, old], x-option-needs: {old: logs}}
    columns: [name]
    acts:
      - {key: age, title: Age, sentence: It grows old., permission: shelf.edit, set: {state: old}, when: [new]}
`

// TestAFaultNamesItsPlaceAndRemedy spoils the vendor's section in one way after
// the other.
func TestAFaultNamesItsPlaceAndRemedy(t *testing.T) {
	for _, x := range []struct{ name, from, to, want string }{
		{"an unknown key of a section", "  area: setup", "  aera: setup", "sections/shelf.yaml:6: "},
		{"no sentence", "  sentence: see the shelf\n", "", "sections/shelf.yaml:1: section shelf: has no sentence: add `sentence:`"},
		{"an unknown area", "area: setup", "area: attic", "sections/shelf.yaml:1: section shelf: area attic is unknown: use data, setup"},
		{"an unknown group", "group: overview", "group: attic", "sections/shelf.yaml:1: section shelf: group attic is unknown: use a group of groups.yaml"},
		{"an unknown entry", "group: overview", "group: overview\n  entry: Attic", "sections/shelf.yaml:1: section shelf: entry Attic is not one of its group: name it under `entries:` of the group in groups.yaml"},
		{"an unknown permission", "    name: name\n", "    delete: shelf.burn\n    name: name\n", "sections/shelf.yaml:13: section shelf: permission shelf.burn is not declared: declare it under `permissions:`, or write `none`"},
		{"an act without a permission", "permission: shelf.edit", "permission: shelf.age", "sections/shelf.yaml:23: section shelf: act age needs permission shelf.age, which is not declared"},
		{"an unknown reference", "x-ref: applications", "x-ref: cupboards", "sections/shelf.yaml:19: property owner: section cupboards is not declared or holds no records"},
		{"a column that is no property", "columns: [name]", "columns: [name, colour]", "sections/shelf.yaml:21: section shelf: column colour is no property of thing: use name, owner, state, created_at or updated_at"},
		{"an act's unknown field", "set: {state: old}", "fields: [colour]", "sections/shelf.yaml:23: section shelf: field colour is no property of thing: use name, owner, state"},
		{"an act that changes nothing", ", set: {state: old}", "", "act age changes nothing: add `fields:`, `set:` or `remove: true`"},
		{"a state without a sentence", "    name: name\n", "    name: name\n    states: {new: It is new.}\n", "states leaves out old: say what each state of thing means"},
		{"a sentence of no state", "    name: name\n", "    name: name\n    states: {new: It is new., old: It is old., lost: It is lost.}\n", "states names lost, which thing never is: use a value of the property state"},
		{"a state that nothing leaves", "    name: name\n", "    name: name\n    states: {new: It is new., old: It is old.}\n", "no act leaves the state old: add one, so that nothing is stuck in it"},
		{"an act that sets what can not be", "set: {state: old}", "set: {state: lost}", "set gives state the value lost, which it can't have"},
		{"an act that lets programs send what it does not set", "set: {state: old}", "set: {state: old}, sent: [name]", "act age lets programs send name, which it does not set: add it to the act's `set:`"},
		{"an act in an unknown state", "when: [new]", "when: [lost]", "waits for the state lost, which thing never has"},
		{"an unknown entitlement of a value", "{old: logs}", "{old: barns}", "sections/shelf.yaml:20: entitlement barns is not declared: use a key of entitlements.yaml"},
		{"a value that is none", "{old: logs}", "{ancient: logs}", "sections/shelf.yaml:20: property state: x-option-needs names ancient, which is no value of it"},
		{"no name", "    name: name\n", "    name: title\n", "no property names its records: add `name:` with one of name, owner, state"},
		{"an unknown hint", "maxLength: 20", "x-colour: red", "sections/shelf.yaml:18: property name: key x-colour is unknown: use type, title"},
		{"a wrong schema", "maxLength: 20", "pattern: '('", "kind thing: its schema is wrong"},
		{"a type that forms can not show", "type: string, maxLength: 20", "type: string, type: 'null'", "sections/shelf.yaml"},
		{"a name that forms need themselves", "owner: {", "version: {", "sections/shelf.yaml:19: property version: forms and addresses use this name themselves"},
		{"a path that is taken", "path: /shelf", "path: /calls", "both want GET /calls: give one of them another path"},
		{"a path below one that is taken", "path: /shelf", "path: /calls/new/", "sections/shelf.yaml"},
		{"a parameter that nothing stands for", "path: /shelf", "path: /rooms/:room/shelf", "has a parameter in its path that nothing stands for: add `inside:`"},
		{"inside a section that it does not go through", "  area: setup", "  area: setup\n  inside: application", "section shelf is inside application but its path does not go through it: begin the path with /applications/:application/"},
		{"two schemas of one kind", "kind: thing", "kind: call", "kind call: two sections give its schema"},
		{"a title of no property", "    name: name\n", "    name: name\n    title: [Thing, \"of {colour}\"]\n", "sections/shelf.yaml:14: section shelf: title names colour, which is no property of thing: use name, owner, state in braces"},
		{"a title with half a brace", "    name: name\n", "    name: name\n    title: [\"Thing {name\"]\n", "sections/shelf.yaml:14: section shelf: title has a brace without its other one"},
		{"facts of no property", "    name: name\n", "    name: name\n    facts: [colour]\n", "sections/shelf.yaml:14: section shelf: field colour is no property of thing"},
		{"an unknown layout", "    name: name\n", "    name: name\n    layout: poster\n", "sections/shelf.yaml:14: section shelf: layout poster is unknown: use facts or thread"},
		{"a thread of nothing", "    name: name\n", "    name: name\n    layout: thread\n", "sections/shelf.yaml:14: section shelf: layout thread needs a property text"},
		{"a time that nobody reports", "    name: name\n", "    name: name\n    time: name\n", "sections/shelf.yaml:14: section shelf: time name is no time that every thing is reported with"},
		{"an unknown timeline", "    name: name\n", "    name: name\n    timeline: weekly\n", "sections/shelf.yaml:14: section shelf: timeline weekly is unknown: use changes or none"},
		{"a part of a form without a title", "maxLength: 20", "x-section: ''", "sections/shelf.yaml:18: property name: x-section is no title"},
		{"a unique property that is none", "unique: [name]", "unique: [colour]", "sections/shelf.yaml:14: kind thing: unique colour is no property"},
	} {
		t.Run(x.name, func(t *testing.T) {
			fsys := declaration(t)
			spoilt := strings.Replace(shelf, x.from, x.to, 1)
			if spoilt == shelf {
				t.Fatalf("the section has no %q", x.from)
			}
			fsys["sections/shelf.yaml"] = &fstest.MapFile{Data: []byte(spoilt)}
			_, err := Compile(fsys)
			if x.to == "path: /calls/new/" {
				if err != nil {
					t.Fatalf("calls are not made by hand, so the address is free: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), x.want) {
				t.Fatalf("want a fault with\n%s\ngot\n%v", x.want, err)
			}
		})
	}
}

func TestAVendorsSectionCompiles(t *testing.T) {
	fsys := declaration(t)
	fsys["sections/shelf.yaml"] = &fstest.MapFile{Data: []byte(shelf)}
	c, err := Compile(fsys)
	// The subuser tables are complete: a section they do not know is nobody's but by area.
	if err != nil {
		t.Fatal(err)
	}
	s := c.Section("shelf")
	if s == nil || s.Records.Kind.Section != s || len(s.Records.Acts) != 1 || s.Records.OnePath() != "/shelf/:thing" {
		t.Fatalf("%+v", s)
	}
	if c.Role("subuser:Admin").Own.Has(s.View) || !c.Role("member:configuration_viewer").Own.Has(s.View) {
		t.Error("who holds it is not what the tables and areas say")
	}
}

func TestATablesUnknownRowIsAFault(t *testing.T) {
	fsys := declaration(t)
	more := fsys["roles/subuser_more.csv"]
	more.Data = append(more.Data, "shelf,e,-,-,-,-,-,-,-,-,-,-,-\n"...)
	_, err := Compile(fsys)
	if err == nil || !strings.Contains(err.Error(), "roles/subuser_more.csv:38: permission shelf is not declared: declare it in sections/, or correct its spelling") {
		t.Fatal(err)
	}
}
