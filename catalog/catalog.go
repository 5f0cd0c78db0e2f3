// Package catalog says what may be granted: the sections of the panel, their
// permissions, the entitlements a parent gives, the role sets, and the schemas
// of records. It is declared in the YAML and CSV files beside this one and
// compiled once at start-up; a fault in a file is reported with file, line and
// what to write instead.
package catalog

import (
	"embed"
	"fmt"
	"io/fs"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

//go:embed sections/*.yaml roles/* entitlements.yaml groups.yaml
var files embed.FS

// Catalog is the compiled declaration. It is immutable and safe to share.
type Catalog struct {
	Groups       []Group
	Sections     []*Section
	Entitlements []*Entitlement
	Tabs         []Tab
	Sets         []*RoleSet

	permissions  []PermissionInfo // by Permission; 0 is no permission
	byPermission map[string]Permission
	bySection    map[string]*Section
	byEntitle    map[string]*Entitlement
	roles        []*Role // by RoleID; 0 is no role
	byRole       map[string]*Role
	kinds        map[string]*Kind
	always       Entitlements
	ownPeople    Entitlements
	owner        *Role
}

// Load compiles the built-in declaration. The error lists every fault found.
func Load() (*Catalog, error) { return Compile(files) }

// MustLoad is Load, once, for tests and tools; it panics on a fault.
var MustLoad = sync.OnceValue(func() *Catalog {
	c, err := Load()
	if err != nil {
		panic(err)
	}
	return c
})

// Group is a heading of the navigation, with the entries below it, in order.
type Group struct {
	Key, Title string
	Entries    []string
}

// rank is where an entry stands among those of the group.
func (g Group) rank(entry string) int {
	if i := slices.Index(g.Entries, entry); i >= 0 {
		return i
	}
	return len(g.Entries)
}

// Area is the part of the panel a permission belongs to. It decides where a
// role set's own table says nothing.
type Area string

// The areas. None is for permissions that only a table may give.
const (
	AreaData   Area = "data"
	AreaSetup  Area = "setup"
	AreaMoney  Area = "money"
	AreaPeople Area = "people"
	AreaKeys   Area = "keys"
	AreaCommon Area = "common"
	AreaNone   Area = "none"
)

var areas = []Area{AreaData, AreaSetup, AreaMoney, AreaPeople, AreaKeys, AreaCommon, AreaNone}

// Section is a page area of the panel.
type Section struct {
	Key      string // also the name of its view permission
	Title    string // as the tables have it
	Label    string // as the navigation and the page have it; the title where it is not declared
	Sentence string // what the section is for, shown while it is empty
	Group    string
	Entry    string // of the navigation, below the group: what names the same one stands there as tabs of one page
	Icon     string
	Path     string   // below /a/:account
	Inside   *Section // the section in whose records it lives, or nil
	Area     Area
	View     Permission
	// Own is true where its permissions are about nothing but what one made oneself.
	// Whoever has the views of its area has its edits too.
	Own bool
	// Permissions are all of this section, View first.
	Permissions []Permission
	Records     *Records // nil where the section has code of its own instead
	// Pending says why there is no page behind the path; such a section is in
	// no navigation and its permissions guard no route.
	Pending string
	// Always says that whoever owns the account reaches the section from any
	// network, once they prove who they are.
	Always bool
	File   string
	Line   int
}

// Permission is the smallest right that is checked, as a dense number. Zero is
// no permission and is never granted. Numbers live only as long as the process;
// what is stored is the key.
type Permission uint16

// PermissionInfo is what is declared of a permission.
type PermissionInfo struct {
	Key      string // `section` or `section.verb`, or a name of its own where a table has one
	Title    string
	Sentence string // completes "With this one may …"
	Section  *Section
	Area     Area
	Edit     bool // an edit rather than a view
	// Needs are the entitlements that must be in the account's ceiling.
	Needs Entitlements
	// Method and Path, below /a/:account, are the address the tables know it by,
	// empty for what has none of its own.
	Method, Path string
	// Unused says why no route or act asks for it.
	Unused string
}

// Mask is a set of permissions.
type Mask [6]uint64

const maxPermissions = len(Mask{}) * 64

// Has tells whether p is in the set. The zero permission never is.
func (m *Mask) Has(p Permission) bool {
	return p != 0 && int(p) < maxPermissions && m[p/64]&(1<<(p%64)) != 0
}

// Set adds p.
func (m *Mask) Set(p Permission) { m[p/64] |= 1 << (p % 64) }

// Clear removes p.
func (m *Mask) Clear(p Permission) { m[p/64] &^= 1 << (p % 64) }

// Add makes m the union of m and o.
func (m *Mask) Add(o *Mask) {
	for i := range m {
		m[i] |= o[i]
	}
}

// Or gives what is in either.
func (m Mask) Or(o Mask) Mask {
	m.Add(&o)
	return m
}

// Minus gives what is in m and not in o.
func (m Mask) Minus(o Mask) Mask {
	for i := range m {
		m[i] &^= o[i]
	}
	return m
}

// And gives what is in both.
func (m Mask) And(o Mask) Mask {
	for i := range m {
		m[i] &= o[i]
	}
	return m
}

// Empty tells whether nothing is in the set.
func (m Mask) Empty() bool { return m == Mask{} }

// Count is the number of permissions in the set.
func (m Mask) Count() (n int) {
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// Each calls f for each permission, in order.
func (m Mask) Each(f func(Permission)) {
	for i, w := range m {
		for ; w != 0; w &= w - 1 {
			f(Permission(i*64 + bits.TrailingZeros64(w)))
		}
	}
}

// Entitlements is a set of entitlements, by their Bit.
type Entitlements uint64

// Covers tells whether every entitlement of need is in e.
func (e Entitlements) Covers(need Entitlements) bool { return need&^e == 0 }

// Entitlement is what an account may use at all; its parent gives it.
type Entitlement struct {
	Key      string
	Title    string // as the panel has it
	Table    string // as the tables have it
	Tab      string
	Covers   string // what it opens, in words
	APIField string // its name in the API, empty where the API refuses it
	AlwaysOn bool
	// OwnPeople is true of what binds the people of an account and of those below
	// it, and never who acts there by a role from above: it is asked of the account
	// where the role is held.
	OwnPeople bool
	Bit       Entitlements // a single bit; not stored
	// Idle is true while nothing that exists depends on it.
	Idle bool
}

// Tab is one page of the permissions of sub-accounts.
type Tab struct {
	Key, Title   string
	Entitlements []*Entitlement
}

// AlwaysOn is the set of entitlements every account has.
func (c *Catalog) AlwaysOn() Entitlements { return c.always }

// OwnPeople is the set of entitlements that bind an account's own people alone.
func (c *Catalog) OwnPeople() Entitlements { return c.ownPeople }

// AllEntitlements is the ceiling of a root account.
func (c *Catalog) AllEntitlements() Entitlements {
	return Entitlements(1)<<len(c.Entitlements) - 1
}

// Titles names the entitlements of a set.
func (c *Catalog) Titles(of Entitlements) string {
	var all []string
	for _, e := range c.Entitlements {
		if of&e.Bit != 0 {
			all = append(all, e.Title)
		}
	}
	return strings.Join(all, " and ")
}

// Entitlement finds by key, or nil.
func (c *Catalog) Entitlement(key string) *Entitlement { return c.byEntitle[key] }

// Tab finds by key, or nil.
func (c *Catalog) Tab(key string) *Tab {
	for i := range c.Tabs {
		if c.Tabs[i].Key == key {
			return &c.Tabs[i]
		}
	}
	return nil
}

// In are the sections of a group that have pages, in the order of the navigation.
func (c *Catalog) In(g Group) (all []*Section) {
	for _, s := range c.Sections {
		if s.Group == g.Key && s.Pending == "" {
			all = append(all, s)
		}
	}
	return all
}

// Section finds by key, or nil.
func (c *Catalog) Section(key string) *Section { return c.bySection[key] }

// Permission finds by key; zero, which nobody holds, where there is none.
func (c *Catalog) Permission(key string) Permission { return c.byPermission[key] }

// Info is what is declared of p; an empty declaration for an unknown one.
func (c *Catalog) Info(p Permission) PermissionInfo {
	if int(p) >= len(c.permissions) {
		return PermissionInfo{}
	}
	return c.permissions[p]
}

// Needs are the entitlements that p asks of the account's ceiling.
func (c *Catalog) Needs(p Permission) Entitlements {
	if int(p) >= len(c.permissions) {
		return 0
	}
	return c.permissions[p].Needs
}

// Permissions are all permissions in the order of the declaration.
func (c *Catalog) Permissions() []Permission {
	all := make([]Permission, 0, len(c.permissions)-1)
	for p := 1; p < len(c.permissions); p++ {
		all = append(all, Permission(p))
	}
	return all
}

// Kind finds the schema of a kind of record, or nil.
func (c *Catalog) Kind(key string) *Kind { return c.kinds[key] }

// Owner is the role of an account owner: the column MainAccount.
func (c *Catalog) Owner() *Role { return c.owner }

// Role finds by `set:role`, or nil.
func (c *Catalog) Role(key string) *Role { return c.byRole[key] }

// Roles is the number of roles: their IDs are 1 to it.
func (c *Catalog) Roles() int { return len(c.roles) - 1 }

// RoleByID finds by number, or nil.
func (c *Catalog) RoleByID(id RoleID) *Role {
	if int(id) >= len(c.roles) {
		return nil
	}
	return c.roles[id]
}

// Set finds a role set by key, or nil.
func (c *Catalog) Set(key string) *RoleSet {
	for _, s := range c.Sets {
		if s.Key == key {
			return s
		}
	}
	return nil
}

// Compile reads and checks a declaration laid out as this package's folder.
func Compile(fsys fs.FS) (*Catalog, error) {
	k := &compiler{fs: fsys, c: &Catalog{
		permissions:  make([]PermissionInfo, 1),
		byPermission: map[string]Permission{},
		bySection:    map[string]*Section{},
		byEntitle:    map[string]*Entitlement{},
		roles:        make([]*Role, 1),
		byRole:       map[string]*Role{},
		kinds:        map[string]*Kind{},
	}}
	k.groups()
	k.entitlements()
	k.sections()
	k.roleSets()
	k.idle()
	if len(k.faults) > 0 {
		return nil, fmt.Errorf("catalog: %w", k.faults)
	}
	return k.c, nil
}
