package handlers_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"bailiwick/authz"
	"bailiwick/handlers"
	"bailiwick/models/account"
)

// What an answer says of who may: letters of the golden files.
const (
	open    = 'o' // whatever it is, the guard let it pass
	refused = 'x' // 403
	nothing = '.' // 404, the bytes of an account that is not there
	nowhere = '-' // there is no such place to ask at
)

// The places of a role, seen from the account where it is held.
var places = []string{"own", "child", "sibling", "parent"}

// holding is one role in one account, and the four places it is asked at.
type holding struct {
	role   string
	b      *browser
	token  string
	places [4]account.Account // parent is zero of a root
}

// answer asks the handler itself, without a network between.
func (p *panel) answer(b *browser, method, path string, form url.Values) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, b.base+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.client.Jar.(*cookiejar.Jar).Cookies(req.URL) {
		req.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	p.server.Config.Handler.ServeHTTP(rec, req)
	return rec
}

// TestRolesReachAsTheTablesSay signs in as somebody who holds exactly one role in
// one account, and asks every route of an account there, in a sub-account, in a
// sibling and in the parent. The answers are kept in golden files, and every cell
// of member_access.csv and account_roles.csv is compared with them.
func TestRolesReachAsTheTablesSay(t *testing.T) {
	for table, hold := range map[string]func(*panel) []holding{"member_access": memberHoldings, "account_roles": accountHoldings} {
		t.Run(table, func(t *testing.T) {
			p := newPanel(t)
			for _, a := range []account.Account{p.analytical, p.east, p.berlin} {
				p.subuser(a, "somebody", "Support") // brings the login link into being
			}
			all := hold(p)
			cells := p.reach(all)
			lines := []string{
				"Four letters a role: its own account, a sub-account, a sibling, the parent.",
				"o open, x refused, . absent, - no such place",
				"",
				fmt.Sprintf("%-80s", "") + strings.Join(names(all), " "),
			}
			for _, r := range accountRoutes(p) {
				line := fmt.Sprintf("%-4s %-75s", r.Method, r.Path)
				for i, hd := range all {
					line += fmt.Sprintf("%-*s", len(hd.role)+1, cells[i][r.Method+" "+r.Path])
				}
				lines = append(lines, strings.TrimRight(line, " "))
			}
			golden(t, table+".golden", lines)
			compare(t, p, table, all, cells)
		})
	}
}

func names(all []holding) (roles []string) {
	for _, hd := range all {
		roles = append(roles, hd.role)
	}
	return roles
}

// holder is somebody new with a role in an account.
func (p *panel) holder(a account.Account, role string) holding {
	p.t.Helper()
	m, _, err := p.store.SignUp(context.Background(), role, role+"@example.com", password)
	must(p.t, err)
	must(p.t, p.store.AddMember(context.Background(), p.grant(p.ada, "members.add", a), m.ID, role))
	b := p.as(m)
	return holding{role: role, b: b, token: b.token()}
}

func memberHoldings(p *panel) (all []holding) {
	for _, r := range p.store.Catalog().Set("member").Roles {
		hd := p.holder(p.east, r.Name)
		hd.places = [4]account.Account{p.east, p.berlin, p.west, p.analytical}
		all = append(all, hd)
	}
	return all
}

func accountHoldings(p *panel) (all []holding) {
	other, err := p.store.CreateMainAccount(context.Background(), authz.Self(p.ada.Actor()), "Difference")
	must(p.t, err)
	for _, r := range p.store.Catalog().Set("account").Roles {
		at, around := p.east, [4]account.Account{p.east, p.berlin, p.west, p.analytical}
		if strings.HasPrefix(r.Name, "main_") {
			at, around = p.analytical, [4]account.Account{p.analytical, p.east, other, {}}
		}
		hd := p.holder(at, r.Name)
		hd.places = around
		all = append(all, hd)
	}
	return all
}

func accountRoutes(p *panel) []struct{ Method, Path, Permission string } {
	var all []struct{ Method, Path, Permission string }
	for _, r := range handlers.Table(p.store) {
		if strings.HasPrefix(r.Path, "/a/:account") {
			all = append(all, struct{ Method, Path, Permission string }{r.Method, r.Path, r.Permission})
		}
	}
	return all
}

// reach asks every route of every holding at its places. Forms are sent empty,
// after all pages were asked for, and about things that are not there, so that
// what is allowed changes nothing that is asked about later.
func (p *panel) reach(all []holding) []map[string]string {
	p.t.Helper()
	absence := p.answer(all[0].b, http.MethodGet, "/a/"+noID, nil)
	if absence.Code != http.StatusNotFound {
		p.t.Fatalf("an absent account answers %d", absence.Code)
	}
	cells := make([]map[string]string, len(all))
	routes := accountRoutes(p)
	var wg sync.WaitGroup
	for i, hd := range all {
		cells[i] = map[string]string{}
		wg.Go(func() {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				for _, r := range routes {
					if r.Method != method {
						continue
					}
					path, letters := absent(strings.TrimPrefix(r.Path, "/a/:account"))+questions[r.Path], ""
					for at, a := range hd.places {
						letter := rune(nowhere)
						if a.Kind != "" {
							x := p.answer(hd.b, method, in(a, path), url.Values{"token": {hd.token}})
							switch {
							case x.Code == http.StatusForbidden:
								letter = refused
							case x.Code == http.StatusNotFound && x.Body.String() == absence.Body.String():
								letter = nothing
							case x.Code >= http.StatusInternalServerError, x.Code == http.StatusNotFound && !strings.Contains(path, noID):
								p.t.Errorf("%s is answered %d to %s %s at %s", hd.role, x.Code, method, r.Path, places[at])
							default:
								letter = open
							}
						}
						letters += string(letter)
					}
					cells[i][method+" "+r.Path] = letters
				}
			}
		})
	}
	wg.Wait()
	return cells
}

// questions are what a page that is about something has to be asked.
var questions = map[string]string{"/a/:account/permissions/:tab/select-all": "?entitlement=logs&allowed=0"}

// marks are the permissions that a letter of account_roles.csv stands for, where
// they are not the row's own and its edit.
var marks = map[string]map[string]string{
	"sub_accounts": {"C": "sub_accounts.create", "R": "sub_accounts", "U": "sub_accounts.edit", "D": "sub_accounts.delete"},
	"members":      {"C": "members.add", "R": "members", "U": "members.edit", "D": "members.remove"},
}

// editsBelow are the permissions to change something that reach sub-accounts
// (domain.md: setup of a membership; members, tokens and keys of an Admin).
var editsBelow = map[string][]string{
	"member_access": {"sub_accounts.create", "sub_accounts.edit", "sub_accounts.delete", "groups.edit", "items.edit", "call_rules.edit",
		"whispers.edit", "keyword_spotting.edit", "numbers.edit", "integrations.edit"},
	"account_roles": {"members.add", "members.edit", "members.remove", "api_keys.edit", "log_shipping_tokens.edit", "shared_tokens.edit", "shared_tokens.filters"},
}

// viewsBelow are the views of account_roles.csv that reach sub-accounts: data and
// setup, and of an Admin what it may change there. All views of a membership do.
var viewsBelow = map[string][]string{
	"main_admin": {"timeless_accounts", "notification_channels", "livetail", "members", "api_keys", "log_shipping_tokens", "shared_tokens"},
	"main_user":  {"timeless_accounts", "notification_channels", "livetail"},
}

// cell is one mark of a table: what it says of one permission of one role.
type cell struct {
	permission, role string
	held             bool
}

// readCells reads a table as it was handed to us.
func readCells(t *testing.T, table string) (all []cell) {
	t.Helper()
	f, err := os.Open("../catalog/testdata/" + table + ".csv")
	must(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	for _, row := range rows[1:] {
		for i, mark := range row[2:] {
			role, mark := rows[0][2+i], strings.TrimSuffix(mark, "*")
			switch {
			case table == "member_access" || strings.Contains(strings.Join(row[2:], ""), "yes"):
				all = append(all, cell{row[0], role, mark == "1" || mark == "yes"})
			case row[0] == "account.manage":
				all = append(all, cell{row[0], role, mark == "CRUD"})
			case marks[row[0]] != nil:
				for letter, permission := range marks[row[0]] {
					all = append(all, cell{permission, role, strings.Contains(mark, letter)})
				}
			default:
				all = append(all, cell{row[0], role, strings.Contains(mark, "R")}, cell{row[0] + ".edit", role, strings.Contains(mark, "C")})
			}
		}
	}
	return all
}

// reaches tells whether a role that holds a permission has it in sub-accounts too.
func (x cell) reaches(table string) bool {
	if slices.Contains(editsBelow[table], x.permission) {
		return table == "member_access" || x.role == "main_admin"
	}
	if table == "member_access" {
		return !strings.Contains(x.permission, ".")
	}
	return slices.Contains(viewsBelow[x.role], x.permission)
}

// compare holds every cell of a table against the answers of the routes that ask
// for its permission.
func compare(t *testing.T, p *panel, table string, all []holding, cells []map[string]string) {
	t.Helper()
	asked := map[string]bool{}
	for _, x := range readCells(t, table) {
		i := slices.IndexFunc(all, func(hd holding) bool { return hd.role == x.role })
		if i < 0 {
			t.Fatalf("nobody holds %s", x.role)
		}
		for _, r := range accountRoutes(p) {
			if r.Permission != x.permission {
				continue
			}
			asked[x.permission] = true
			got, want := cells[i][r.Method+" "+r.Path], []rune{refused, nothing, nothing, nothing}
			if x.held {
				want[0] = open
			}
			// Whoever may do nothing in a sub-account does not know of it.
			if strings.Trim(cells[i]["GET /a/:account"][1:2], string(nothing)) != "" {
				want[1] = refused
			}
			if x.held && x.reaches(table) {
				want[1] = open
			}
			if all[i].places[3].Kind == "" {
				want[3] = nowhere
			}
			if got != string(want) {
				t.Errorf("%s of %s: %s %s answers %s, and the table says %s (own, child, sibling, parent)", x.permission, x.role, r.Method, r.Path, got, string(want))
			}
		}
	}
	var silent []string
	for _, x := range readCells(t, table) {
		if !asked[x.permission] && !slices.Contains(silent, x.permission) {
			silent = append(silent, x.permission)
		}
	}
	t.Logf("%d permissions are asked for by routes; by none yet: %s", len(asked), strings.Join(silent, ", "))
}
