package catalog

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sheet is a table as it was handed to us: a map from the first column to the
// others by their header.
type sheet struct {
	header []string
	keys   []string
	rows   map[string]map[string]string
}

func readSheet(t *testing.T, name string, key int) sheet {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s := sheet{header: all[0], rows: map[string]map[string]string{}}
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[all[0][i]] = cell
		}
		s.keys = append(s.keys, line[key])
		s.rows[line[key]] = row
	}
	return s
}

// printed is the part of a sheet that a compiled matrix must print.
func (s sheet) printed(skip int) [][]string {
	var lines [][]string
	for _, key := range s.keys {
		line := []string{key}
		for _, role := range s.header[skip:] {
			line = append(line, strings.TrimSuffix(s.rows[key][role], "*"))
		}
		lines = append(lines, line)
	}
	return lines
}

func TestTheCompiledRolesPrintTheTablesBack(t *testing.T) {
	c := MustLoad()
	for _, x := range []struct {
		file, set, none string
		table, skip     int
	}{
		{"subuser_roles.csv", "subuser", "0", 0, 4},
		{"subuser_roles_more.csv", "subuser", "-", 1, 2},
		{"member_access.csv", "member", "0", 0, 2},
		{"account_roles.csv", "account", "-", 0, 2},
	} {
		s := readSheet(t, x.file, 0)
		m := c.Set(x.set).Matrices(x.none)[x.table]
		if diff := cmp.Diff(append([]string{"permission"}, s.header[x.skip:]...), m.Header); diff != "" {
			t.Errorf("%s: header (-table +compiled)\n%s", x.file, diff)
		}
		if diff := cmp.Diff(s.printed(x.skip), m.Rows); diff != "" {
			t.Errorf("%s: rows (-table +compiled)\n%s", x.file, diff)
		}
	}
}

// What a cell means is asked of the masks themselves here, not of the code that
// prints matrices.
func TestEachCellIsWhatTheRoleHolds(t *testing.T) {
	c := MustLoad()
	for _, x := range []struct {
		file, set string
		skip      int
	}{
		{"subuser_roles.csv", "subuser", 4},
		{"subuser_roles_more.csv", "subuser", 2},
		{"member_access.csv", "member", 2},
		{"account_roles.csv", "account", 2},
	} {
		s := readSheet(t, x.file, 0)
		for _, key := range s.keys {
			p := c.Permission(key)
			if p == 0 {
				t.Errorf("%s: no permission %s", x.file, key)
				continue
			}
			for _, name := range s.header[x.skip:] {
				role, cell := c.Role(x.set+":"+name), strings.TrimSuffix(s.rows[key][name], "*")
				opens := !slices.Contains([]string{"0", "-"}, cell)
				if role.Own.Has(p) != opens {
					t.Errorf("%s: %s of %s is %q, but holding it is %v", x.file, key, name, cell, role.Own.Has(p))
				}
				edit := c.Permission(key + ".edit")
				if edit == 0 || slices.Contains(s.keys, key+".edit") || x.set == "member" {
					continue
				}
				edits := cell == "1" || cell == "e" || strings.Contains(cell, "C")
				if role.Own.Has(edit) != edits {
					t.Errorf("%s: %s of %s is %q, but holding its edit is %v", x.file, key, name, cell, role.Own.Has(edit))
				}
			}
		}
	}
}

func TestTheSectionsStandWhereTheTablesSay(t *testing.T) {
	c := MustLoad()
	s := readSheet(t, "subuser_roles.csv", 0)
	for _, key := range s.keys {
		row, got := s.rows[key], c.Info(c.Permission(key))
		if got.Title != row["title"] || got.Method != row["method"] || got.Path != row["path"] {
			t.Errorf("%s is %q %s %s, the table says %q %s %s", key, got.Title, got.Method, got.Path, row["title"], row["method"], row["path"])
		}
		if got.Section.Pending != "" {
			t.Errorf("%s has no page: %s", key, got.Section.Pending)
		}
	}
	s = readSheet(t, "subuser_roles_more.csv", 0)
	for _, key := range s.keys {
		if path := s.rows[key]["path"]; path != "" && c.Section(key).Path != path {
			t.Errorf("%s stands at %s, the table says %s", key, c.Section(key).Path, path)
		}
	}
}

func TestTheTabsAreThoseOfTheTable(t *testing.T) {
	c := MustLoad()
	s := readSheet(t, "permission_tabs.csv", 1)
	var want, got [][]string
	for _, key := range s.keys {
		r := s.rows[key]
		want = append(want, []string{r["tab"], key, r["title"], r["api_field"], r["always_on"], r["covers"]})
	}
	for _, tab := range c.Tabs {
		for _, e := range tab.Entitlements {
			on := "0"
			if e.AlwaysOn {
				on = "1"
			}
			got = append(got, []string{tab.Key, e.Key, e.Table, e.APIField, on, e.Covers})
			if c.Entitlement(e.Key) != e || e.Tab != tab.Key {
				t.Errorf("%s is not found again", e.Key)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-table +compiled)\n%s", diff)
	}
}

func TestEveryPermissionIsExplainedAndDecided(t *testing.T) {
	c := MustLoad()
	for _, p := range c.Permissions() {
		info := c.Info(p)
		if info.Sentence == "" || info.Title == "" || info.Section == nil || c.Permission(info.Key) != p {
			t.Errorf("%s is not fully declared", info.Key)
		}
	}
	// Undecided is what neither a table nor an area speaks of: a view of the set
	// that is in no area, where no table of the set has a row for it.
	for _, set := range c.Sets {
		stated := map[string]bool{}
		for _, m := range set.Matrices("0") {
			for _, row := range m.Rows {
				stated[row[0]] = true
			}
		}
		for _, p := range c.Permissions() {
			info := c.Info(p)
			held := 0
			for _, r := range set.Roles {
				if r.Own.Has(p) {
					held++
				}
			}
			// Support access has no table: its areas leave out what is the customer's alone.
			if held == 0 && set.Key != "support" && info.Area != AreaNone && !stated[info.Key] {
				t.Errorf("nobody of the set %s holds %s, and no table says so", set.Key, info.Key)
			}
			if held > 0 && info.Area == AreaNone && !stated[info.Key] {
				t.Errorf("somebody of the set %s holds %s, which only a table may give", set.Key, info.Key)
			}
		}
	}
}

func TestEveryPermissionIsUsedOrSaysWhyNot(t *testing.T) {
	c := MustLoad()
	own := []string{ // sections with code of their own
		"control_panel", "subusers", "profile", "roles", "entitlements", "sub_accounts", "members", "audit", "account.manage", "support_access", "timeless_accounts", "service_accounts", "api_keys",
	}
	used := map[Permission]bool{}
	for _, s := range c.Sections {
		switch {
		case s.Records != nil:
			r := s.Records
			used[s.View], used[r.Create], used[r.Edit], used[r.Delete] = true, true, true, true
			for _, a := range r.Acts {
				used[a.Permission] = true
			}
			for _, f := range r.Kind.Fields {
				used[f.Permission] = true
			}
		case slices.Contains(own, s.Key):
			for _, p := range s.Permissions {
				used[p] = true
			}
		case s.Pending == "":
			t.Errorf("section %s has neither records nor code nor a reason", s.Key)
		}
	}
	for _, p := range c.Permissions() {
		if info := c.Info(p); used[p] == (info.Unused != "") && !slices.Contains(own, info.Section.Key) {
			t.Errorf("%s: used is %v, and the reason for not using it is %q", info.Key, used[p], info.Unused)
		}
	}
}

func TestWhatTheDecisionsSay(t *testing.T) {
	c := MustLoad()
	holds := func(role, permission string, want bool) {
		t.Helper()
		p := c.Permission(permission)
		if p == 0 {
			t.Fatalf("no permission %s", permission)
		}
		if got := c.Role(role).Own.Has(p); got != want {
			t.Errorf("%s holds %s: %v", role, permission, got)
		}
	}
	// Whoever sees call history may tag; deleting is apart.
	holds("subuser:Supervisor", "calls.tag", true)
	holds("subuser:Supervisor", "calls.delete", false)
	holds("subuser:Support", "calls.delete", false)
	holds("subuser:Owner", "calls.delete", true)
	// Who can not open an application makes none.
	holds("subuser:CallListManager", "applications", true)
	holds("subuser:CallListManager", "application.edit", false)
	holds("subuser:CallListManager", "call_list_create", true)
	holds("subuser:UserManager", "application.edit", false)
	holds("subuser:UserManager", "application_users.edit", true)
	holds("subuser:UserManager", "application_queues", false)
	// Supervisor works on call lists but makes none.
	holds("subuser:Supervisor", "application_call_lists.edit", true)
	holds("subuser:Supervisor", "call_list_create", false)
	// Reserved numbers are the phone number manager's alone.
	for _, r := range c.roles[1:] {
		if r.Own.Has(c.Permission("numbers_reserved")) != (r.Key == "subuser:PhoneNumberManager") {
			t.Errorf("%s: reserved numbers", r.Key)
		}
	}
	holds("subuser:Owner", "subusers", true)
	holds("subuser:Owner", "subuser_create", false)
	holds("subuser:Owner", "subuser_edit", false)
	// Viewing money does not buy.
	holds("member:full_viewer", "numbers_choose", true)
	holds("member:full_viewer", "number_purchase", false)
	holds("member:full_viewer", "account.manage", false)
	holds("member:full_viewer", "api_keys", false)
	holds("member:full_editor", "api_keys.edit", true)
	holds("member:configuration_editor", "agents.edit", true)
	holds("member:configuration_editor", "calls", false)
	holds("member:reporting_viewer", "logs", true)
	holds("member:reporting_viewer", "agents", false)
	// A sub-account's Admin runs it, but neither its record nor its neighbours.
	holds("account:sub_admin", "subuser_create", true)
	holds("account:sub_admin", "account.manage", false)
	holds("account:sub_admin", "sub_accounts", false)
	holds("account:sub_admin", "entitlements", false)
	holds("account:main_admin", "entitlements.edit", true)
	holds("account:sub_user", "shared_tokens.edit", false)
	// What is common is one's own profile, one's own tickets, and reading the rest.
	for _, role := range []string{"member:full_viewer", "member:configuration_editor", "member:configuration_viewer", "member:reporting_editor", "member:reporting_viewer", "account:main_user", "account:sub_user"} {
		for _, p := range c.Permissions() {
			if info := c.Info(p); info.Area == AreaCommon {
				holds(role, info.Key, !info.Edit || info.Section.Own)
			}
		}
		holds(role, "support_tickets.edit", true)
		for _, p := range []string{"support", "marketplace.edit", "onboarding.edit"} {
			holds(role, p, false)
		}
		holds(role, "marketplace", role == "member:full_viewer")
	}
	for _, role := range []string{"member:full_editor", "account:main_admin", "account:sub_admin", "subuser:MainAccount"} {
		for _, p := range []string{"support", "support_tickets.edit", "marketplace.edit", "onboarding.edit"} {
			holds(role, p, true)
		}
	}
	holds("subuser:Support", "support", true)
	holds("subuser:Support", "support_tickets", false)
}

func TestHowFarRolesReachDown(t *testing.T) {
	c := MustLoad()
	reaches := func(role, permission string, want bool) {
		t.Helper()
		if got := c.Role(role).Below.Has(c.Permission(permission)); got != want {
			t.Errorf("%s reaches %s below: %v", role, permission, got)
		}
	}
	for _, r := range c.roles[1:] {
		beyond := r.Below.Minus(r.Own)
		if !beyond.Empty() {
			t.Errorf("%s reaches below with more than it has: %d", r.Key, beyond.Count())
		}
		if r != c.Owner() && r.Set.Key == "subuser" && !r.Below.Empty() {
			t.Errorf("%s reaches below", r.Key)
		}
	}
	if owner := c.Owner(); owner.Below != owner.Own || !owner.Adds || owner.Grantable {
		t.Error("the owner does not reach everything below")
	}
	reaches("account:main_admin", "calls", true)
	reaches("account:main_admin", "agents", true)
	reaches("account:main_admin", "agents.edit", false)
	reaches("account:main_admin", "billing", false)
	reaches("account:main_admin", "members.add", true)
	reaches("account:main_admin", "api_keys.edit", true)
	reaches("account:main_user", "calls", true)
	reaches("account:main_user", "calls.tag", false)
	reaches("account:main_user", "api_keys", false)
	reaches("account:sub_admin", "calls", false)
	reaches("account:sub_user", "calls", false)
	reaches("member:full_editor", "calls", true)
	reaches("member:full_editor", "calls.delete", false)
	reaches("member:full_editor", "numbers.edit", true)
	reaches("member:full_editor", "groups.edit", true)
	reaches("member:full_editor", "billing", true)
	reaches("member:full_editor", "payment_methods.edit", false)
	reaches("member:full_viewer", "groups.edit", false)
	reaches("member:configuration_editor", "whispers.edit", true)
	reaches("member:configuration_editor", "calls", false)
	reaches("member:reporting_editor", "calls.tag", false)
}

func TestEntitlementsGateTheirSections(t *testing.T) {
	c := MustLoad()
	for entitlement, permissions := range map[string][]string{
		"agents":         {"agents", "agents.edit"},
		"knowledge_base": {"knowledge_bases.edit"},
		"actions":        {"actions"},
		"workflows":      {"workflows"},
		"contacts":       {"contacts.edit"},
		"simulations":    {"simulations"},
		"logs":           {"logs", "livetail"},
		"analytics":      {"reports", "insights", "dashboard_overview", "dashboard_insights"},
		"phone_numbers": {
			"numbers_all_actions", "numbers_list", "numbers_choose", "numbers_reserved", "numbers_blocked.edit", "number_purchase",
			"number_attach", "number_parameters", "number_deactivate", "numbers.edit", "caller_ids", "application_numbers",
		},
		"invite_members": {"members.add", "members.edit", "members.remove", "subuser_create", "subuser_edit"},
	} {
		for _, p := range permissions {
			if c.Needs(c.Permission(p)) != c.Entitlement(entitlement).Bit {
				t.Errorf("%s does not need exactly %s", p, entitlement)
			}
		}
	}
	for _, p := range []string{"members", "subusers", "calls", "applications", "integrations"} {
		if c.Needs(c.Permission(p)) != 0 {
			t.Errorf("%s needs an entitlement", p)
		}
	}
}

// Whoever may open the door to support staff has all that the staff would have,
// so that nobody lends what is beyond them; and staff come into one account alone.
// The subuser role Owner, who has no questions to support, lets nobody answer them.
func TestSupportAccess(t *testing.T) {
	c := MustLoad()
	lent, openers := c.Set("support").Roles, 0
	for _, r := range c.roles[1:] {
		if !r.Own.Has(c.Permission("support_access.grant")) {
			continue
		}
		openers++
		for _, s := range lent {
			beyond := s.Own.Minus(r.Own)
			if r.Key == "subuser:Owner" && s.Name == "edit" {
				if beyond.Count() != 1 || !beyond.Has(c.Permission("support")) {
					t.Errorf("%s lacks %d of %s", r.Key, beyond.Count(), s.Key)
				}
			} else if !beyond.Empty() {
				beyond.Each(func(p Permission) { t.Errorf("%s may open the door, and lacks %s of %s", r.Key, c.Info(p).Key, s.Key) })
			}
		}
	}
	if openers != 5 {
		t.Errorf("%d roles may open the door", openers)
	}
	for _, s := range lent {
		if !s.Lent || !s.Adds || s.Grantable || !s.Below.Empty() {
			t.Errorf("%s can be granted, or reaches below", s.Key)
		}
		for _, p := range c.Permissions() {
			info := c.Info(p)
			if !s.Own.Has(p) {
				continue
			}
			if info.Area == AreaMoney || info.Area == AreaKeys || info.Area == AreaNone || info.Area == AreaPeople && info.Edit && info.Key != "support" ||
				s.Name == "view" && info.Edit && info.Area != AreaCommon {
				t.Errorf("%s gives %s", s.Key, info.Key)
			}
		}
		for _, key := range []string{"sub_accounts", "entitlements", "audit", "timeless_accounts", "support_access.grant"} {
			if s.Own.Has(c.Permission(key)) {
				t.Errorf("%s gives %s", s.Key, key)
			}
		}
	}
}
