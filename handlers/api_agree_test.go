package handlers_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers"
	"bailiwick/handlers/guard"
	"bailiwick/models/account"
	"bailiwick/models/program"
)

// twins are a person and a program with the same roles in one account.
type twins struct {
	at     account.Account
	roles  []string
	person authz.PrincipalID
	robot  authz.PrincipalID
	b      *browser
	token  string
	key    string
}

// TestAProgramGetsWhatAPersonGets asks at random what somebody with some roles may do
// in some account: the decision about the person and about the program, the page's
// route, the operation of the API and the entries of the sidebar say the same.
func TestAProgramGetsWhatAPersonGets(t *testing.T) {
	p, random := newPanel(t), rand.New(rand.NewPCG(7, 2026))
	places := []account.Account{p.analytical, p.east, p.berlin, p.west, p.malloryville}
	var operations []guard.Line
	for _, l := range handlers.Table(p.store) {
		if l.Page != "" {
			operations = append(operations, l)
		}
	}
	absence := p.answer(p.as(p.ada), http.MethodGet, "/a/"+noID, nil).Body.String()
	var all []twins
	for i := range 12 {
		all = append(all, p.twins(random, places[i%3], i))
	}
	for _, x := range all {
		p.sidebarAgrees(x)
	}
	cat, counts := p.store.Catalog(), map[rune]int{}
	for range 2500 {
		x, o, at := all[random.IntN(len(all))], operations[random.IntN(len(operations))], places[random.IntN(len(places))]
		path := absent(strings.TrimPrefix(o.Path, "/api/v1/a/:account"))
		method, pagePath, _ := strings.Cut(o.Page, " ")
		pagePath = absent(strings.TrimPrefix(pagePath, "/a/:account")) + questions["/a/:account"+strings.TrimPrefix(pagePath, "/a/:account")]
		snap, perm := p.store.Access(), cat.Permission(o.Permission)
		place, _ := snap.Find(at.ID)
		want := outcomeOf(snap.Decide(snap.Who(x.person), perm, place))
		if got := outcomeOf(snap.Decide(snap.Who(x.robot), perm, place)); got != want {
			t.Errorf("%v: %s at %s is %c for the person and %c for the program", x.roles, o.Permission, at.Name, want, got)
		}
		counts[want]++
		page := p.answer(x.b, method, in(at, pagePath), url.Values{"token": {x.token}})
		got := rune(open)
		switch {
		case page.Code == http.StatusForbidden:
			got = refused
		case page.Code == http.StatusNotFound && page.Body.String() == absence:
			got = nothing
		}
		if got != want {
			t.Errorf("%v: the page %s %s at %s is %c, the decision %c (%d)", x.roles, method, pagePath, at.Name, got, want, page.Code)
		}
		rec := p.ask(o.Method, api(at, path), x.key)
		got = open
		switch {
		case rec.Code == http.StatusForbidden:
			got = refused
		case rec.Code == http.StatusNotFound && !(want == open && strings.Contains(path, noID)): // the thing is not there
			got = nothing
		}
		if got != want || rec.Code >= http.StatusInternalServerError {
			t.Errorf("%v: the call %s %s at %s is %c, the decision %c (%d %s)", x.roles, o.Method, path, at.Name, got, want, rec.Code, rec.Body)
		}
	}
	if counts[open] < 100 || counts[refused] < 100 || counts[nothing] < 100 {
		t.Errorf("it hardly tells anything: %v", counts)
	}
}

func outcomeOf(d authz.Decision) rune {
	switch {
	case d.Allow:
		return open
	case d.Visible():
		return refused
	}
	return nothing
}

// ask sends a call without a body to the handler itself.
func (p *panel) ask(method, path, key string) *httptest.ResponseRecorder {
	p.clock.advance(100_000_000) // no faster than a key may
	req := httptest.NewRequest(method, p.server.URL+path, nil)
	req.Header.Set("Authorization", "Bearer "+key)
	rec := httptest.NewRecorder()
	p.server.Config.Handler.ServeHTTP(rec, req)
	return rec
}

// twins makes a person and a program with the same one or two roles.
func (p *panel) twins(random *rand.Rand, at account.Account, n int) twins {
	p.t.Helper()
	var names []string
	for _, r := range p.store.Catalog().Set("subuser").Roles {
		if r.Grantable {
			names = append(names, r.Name)
		}
	}
	x := twins{at: at, roles: []string{names[n%len(names)], names[random.IntN(len(names))]}}
	slices.Sort(x.roles)
	x.roles = slices.Compact(x.roles)
	name := fmt.Sprint("twin", n)
	u, link := p.subuser(at, name, x.roles...)
	robot, key := p.robot(at, name, program.KeyInput{}, x.roles...)
	x.person, x.robot, x.key = u.Principal(), robot.Principal(), key.Secret
	x.b = p.asSubuser(link, name)
	x.token = x.b.token()
	return x
}

// sidebarAgrees compares the entries of the sidebar with the decision.
func (p *panel) sidebarAgrees(x twins) {
	p.t.Helper()
	snap := p.store.Access()
	at, _ := snap.Find(x.at.ID)
	home := p.answer(x.b, http.MethodGet, in(x.at, ""), nil)
	doc, err := goquery.NewDocumentFromReader(home.Body)
	must(p.t, err)
	for _, s := range p.store.Catalog().Sections {
		if !s.InNavigation() || s.Path == "/" || s.Group == "" {
			continue
		}
		shown := doc.Find(`aside a[href="`+in(x.at, s.Path)+`"], nav a[href="`+in(x.at, s.Path)+`"]`).Length() > 0
		if allowed := snap.Decide(snap.Who(x.person), s.View, at).Allow; shown && !allowed {
			p.t.Errorf("%v: the sidebar leads to %s, which is not allowed", x.roles, s.Key)
		}
	}
}

// TestWhatRolesReachThroughTheAPI keeps which role may call what: an operation has its
// page's permission, so that a row here changes with the page's.
func TestWhatRolesReachThroughTheAPI(t *testing.T) {
	p := newPanel(t)
	cat := p.store.Catalog()
	var roles []*catalog.Role
	head := fmt.Sprintf("%-6s %-85s", "", "")
	for _, set := range []string{"subuser", "member", "account"} {
		for _, r := range cat.Set(set).Roles {
			roles = append(roles, r)
			head += " " + r.Name
		}
	}
	lines := []string{"x where a role that is held in the account gives it", "", head}
	for _, l := range handlers.Table(p.store) {
		if l.Page == "" {
			continue
		}
		line := fmt.Sprintf("%-6s %-85s", l.Method, strings.TrimPrefix(l.Path, "/api/v1"))
		for _, r := range roles {
			mark := "."
			if r.Own.Has(cat.Permission(l.Permission)) {
				mark = "x"
			}
			line += fmt.Sprintf(" %-*s", len(r.Name), mark)
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	golden(t, "api.golden", lines)
}
