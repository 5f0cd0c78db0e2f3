package handlers_test

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/handlers"
	"bailiwick/models/account"
	"bailiwick/models/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares lines with a file of testdata.
func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	must(t, err)
	if got == string(want) {
		return
	}
	old := map[string]bool{}
	for line := range strings.Lines(string(want)) {
		old[strings.TrimSpace(line)] = true
	}
	for _, line := range lines {
		if !old[strings.TrimSpace(line)] {
			t.Errorf("%s does not have: %s", name, line)
		}
		delete(old, strings.TrimSpace(line))
	}
	for line := range old {
		t.Errorf("%s has what is no more: %s", name, line)
	}
	t.Error("if this change in who may do what is meant: go test ./handlers -update")
}

func TestRouteTable(t *testing.T) {
	p := newPanel(t)
	var lines []string
	for _, r := range handlers.Table(p.store) {
		line := fmt.Sprintf("%-4s %-70s %s", r.Method, r.Path, r.Access)
		if r.PageAlone != "" {
			line += "; a page alone: it " + r.PageAlone
		}
		lines = append(lines, line)
	}
	golden(t, "routes.golden", lines)
}

// TestSubuserTable asks every row of subuser_roles.csv of every role over HTTP,
// with the things in place that its path names.
func TestSubuserTable(t *testing.T) {
	p := newPanel(t)
	f, err := os.Open("../catalog/testdata/subuser_roles.csv")
	must(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	if len(rows) != 52 {
		t.Fatalf("%d rows", len(rows)-1)
	}
	things := p.things()
	roles := rows[0][4:]
	for i, role := range roles {
		b := p.as(p.ada)
		if role != "MainAccount" {
			_, link := p.subuser(p.analytical, strings.ToLower(role), role)
			b = p.asSubuser(link, strings.ToLower(role))
		}
		for _, row := range rows[1:] {
			method, path, allowed := row[2], row[3], row[4+i] == "1"
			for name, id := range things {
				path = strings.ReplaceAll(path, name, id)
			}
			var got page
			if method == http.MethodGet {
				got = b.get(in(p.analytical, strings.TrimSuffix(path, "/")))
			} else {
				got = b.send(in(p.analytical, path), "application", things[":application"], "lines", "phone\n+4930123456\n")
			}
			switch {
			case allowed && method == http.MethodGet && got.status != http.StatusOK,
				allowed && method == http.MethodPost && (got.status == http.StatusForbidden || got.status == http.StatusNotFound || got.status >= 500):
				t.Errorf("%s is denied %s %s: %d", role, method, row[3], got.status)
			case !allowed && got.status != http.StatusForbidden:
				t.Errorf("%s may %s %s: %d", role, method, row[3], got.status)
			}
		}
	}
}

// things makes one of each that the table's paths name.
func (p *panel) things() map[string]string {
	p.t.Helper()
	ctx := context.Background()
	place := func(section string) record.Place {
		return record.Place{Section: p.store.Catalog().Section(section)}
	}
	app, _, err := p.store.CreateRecord(ctx, p.grant(p.ada, "application.edit", p.analytical), place("application"), map[string]any{"name": "Difference"})
	must(p.t, err)
	inside := place("application_call_lists")
	inside.Parent = app.ID
	list, _, err := p.store.CreateRecord(ctx, p.grant(p.ada, "call_list_create", p.analytical), inside, map[string]any{"name": "Autumn"})
	must(p.t, err)
	numbers, err := p.store.ReportRecords(ctx, authz.SystemGrant("test"), p.analytical, place("numbers_all_actions"), []record.Report{
		{Values: map[string]any{"number": "+493012345678", "country": "DE", "type": "local", "price": 1.5, "state": "purchased"}}})
	must(p.t, err)
	u, _ := p.subuser(p.analytical, "thing", "Support")
	return map[string]string{":application": app.ID.String(), ":list": list.ID.String(), ":number": numbers[0].ID.String(), ":subuser": u.ID.String()}
}

// TestRoutesByRole asks every route of an account of the owner and of every
// subuser role, and keeps the statuses; TestRolesReachAsTheTablesSay does of the
// others. Things in the paths are absent, so whoever may gets 404 where whoever
// may not gets 403.
func TestRoutesByRole(t *testing.T) {
	p := newPanel(t)
	type column struct {
		name string
		b    *browser
		at   account.Account
	}
	var columns []column
	columns = append(columns, column{"owner", p.as(p.ada), p.analytical})
	for _, r := range p.store.Catalog().Set("subuser").Roles {
		if r.Grantable {
			_, link := p.subuser(p.analytical, strings.ToLower(r.Name), r.Name)
			columns = append(columns, column{r.Name, p.asSubuser(link, r.Name), p.analytical})
		}
	}
	for name, a := range map[string]account.Account{"view": p.west, "edit": p.berlin} {
		_, err := p.store.OpenSupportAccess(context.Background(), p.grant(p.ada, "support_access.grant", a),
			account.SupportAccessInput{Access: name, Reason: "why", Until: p.store.Now().Add(2 * time.Hour)})
		must(t, err)
	}
	katherine := p.as(p.katherine())
	columns = append(columns, column{"staff_view", katherine, p.west}, column{"staff_edit", katherine, p.berlin})
	columns = append(columns, column{"stranger", p.as(p.mallory), p.analytical})

	tokens := make([]string, len(columns))
	head := fmt.Sprintf("%-80s", "")
	for i, c := range columns {
		tokens[i] = c.b.token()
		head += " " + c.name
	}
	lines := []string{strings.TrimSpace(head)}
	for _, r := range handlers.Table(p.store) {
		path, ok := strings.CutPrefix(r.Path, "/a/:account")
		if !ok {
			continue
		}
		line := fmt.Sprintf("%-4s %-75s", r.Method, r.Path)
		for i, c := range columns {
			line += fmt.Sprintf(" %d", p.status(c.b, r.Method, in(c.at, absent(path)), tokens[i]))
		}
		lines = append(lines, line)
	}
	golden(t, "access.golden", lines)
}

// noID is nobody's.
const noID = "018f0000-0000-7000-8000-000000000000"

// absent fills a path's parameters with things that are not there.
func absent(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case part == ":tab":
			parts[i] = "general"
		case strings.HasPrefix(part, ":"):
			parts[i] = noID
		}
	}
	return strings.Join(parts, "/")
}

func (p *panel) status(b *browser, method, path, token string) int {
	return p.answer(b, method, path, url.Values{"token": {token}}).Code
}

// TestEveryPermissionIsAskedFor keeps the catalog honest: a permission that no
// route and no field of a form asks for says why.
func TestEveryPermissionIsAskedFor(t *testing.T) {
	p := newPanel(t)
	asked := map[string]bool{}
	for _, r := range handlers.Table(p.store) {
		asked[r.Permission] = true
	}
	cat := p.store.Catalog()
	for _, s := range cat.Sections {
		if s.Records != nil {
			for _, f := range s.Records.Kind.Fields {
				asked[cat.Info(f.Permission).Key] = true
			}
		}
	}
	for _, perm := range cat.Permissions() {
		switch info := cat.Info(perm); {
		case info.Unused == "" && !asked[info.Key]:
			t.Errorf("no route asks for %s, and it does not say why", info.Key)
		case info.Unused != "" && asked[info.Key]:
			t.Errorf("%s is asked for, and says that it is not: %s", info.Key, info.Unused)
		}
	}
}

// TestNavigationHasItsIcons looks each section's icon up in the sprite.
func TestNavigationHasItsIcons(t *testing.T) {
	p := newPanel(t)
	sprite, err := os.ReadFile("../static/src/icons.svg")
	must(t, err)
	for _, s := range p.store.Catalog().Sections {
		if s.InNavigation() && !strings.Contains(string(sprite), `id="`+s.Icon+`"`) {
			t.Errorf("%s: there is no icon %q", s.Key, s.Icon)
		}
	}
}
