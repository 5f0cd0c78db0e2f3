package handlers_test

import (
	"context"
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/handlers/audit"
	"bailiwick/models/record"
)

// events are the texts of the changes that a page of the audit shows.
func (x page) events() string { return strings.Join(strings.Fields(x.Find(".audit").Text()), " ") }

func TestAuditIsFilteredAndExported(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	grace.send(in(p.analytical, "/settings/subusers"), "name", "charles", "role", "Developer", "password", password).want(t, http.StatusSeeOther)
	ada.send(in(p.analytical, "/contacts"), "name", "=Babbage").want(t, http.StatusSeeOther)

	rows := func(query string) string {
		return ada.get(in(p.analytical, "/audit"+query)).want(t, http.StatusOK).events()
	}
	_, err := p.store.AppendRecords(t.Context(), p.grant(p.ada, "contacts.edit", p.analytical), record.Place{Section: p.store.Catalog().Section("contacts")},
		[]map[string]any{{"name": "Byron"}, {"name": "Somerville"}}, false)
	must(t, err)
	if all := rows(""); !strings.Contains(all, "Grace added subuser charles") || !strings.Contains(all, "Babbage") || !strings.Contains(all, "Ada added 2 contacts ") {
		t.Errorf("something is missing: %s", all)
	}
	if strings.Contains(rows(""), "Lines") {
		t.Errorf("it is said twice how many were added: %s", rows(""))
	}
	ada.send(in(p.analytical, "/numbers/black_list"), "number", "+4930901820").want(t, http.StatusSeeOther)
	if some := rows("?kind=number"); !strings.Contains(some, "Ada added number +49 30 901820") {
		t.Errorf("a number is told of as %s", some)
	}
	if some := rows("?q=grace"); !strings.Contains(some, "charles") || strings.Contains(some, "Babbage") {
		t.Errorf("filtered by part of a name: %s", some)
	}
	for text, lacks := range map[string]string{"abbag": "charles", "CHARLES": "Babbage"} { // what was done to, however it is written
		if some := strings.ToLower(rows("?q=" + text)); !strings.Contains(some, strings.ToLower(text)) || strings.Contains(some, strings.ToLower(lacks)) {
			t.Errorf("filtered by %s: %s", text, some)
		}
	}
	members := ada.get(in(p.analytical, "/members")).Find("a:contains('What they did')").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
	if some := ada.get(members[1]).want(t, http.StatusOK); !strings.Contains(some.events(), "charles") || strings.Contains(some.events(), "Babbage") || !strings.Contains(some.Find(".chips").Text(), "By Grace") {
		t.Errorf("of one person: %s", some.events())
	}
	if some := rows("?kind=contact"); strings.Contains(some, "charles") || !strings.Contains(some, "Babbage") {
		t.Errorf("filtered by kind: %s", some)
	}
	today, tomorrow := time.Now().UTC().Format(time.DateOnly), time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	if some := rows("?since=" + today + "&till=" + today); !strings.Contains(some, "charles") {
		t.Errorf("filtered by today: %s", some)
	}
	if some := rows("?since=" + tomorrow); strings.Contains(some, "charles") {
		t.Errorf("filtered by tomorrow: %s", some)
	}
	ada.get(in(p.analytical, "/audit?since=nonsense&before=x&who=nobody&accounts=below&account=x")).want(t, http.StatusOK)

	out := ada.get(in(p.analytical, "/audit?format=csv&q=ada")).want(t, http.StatusOK)
	if !strings.Contains(out.header.Get("Content-Disposition"), "attachment") || !strings.Contains(out.body, "'=Babbage") || strings.Contains(out.body, "charles") {
		t.Errorf("the CSV holds: %s", out.body)
	}
	_, link := p.subuser(p.analytical, "dev", "Developer")
	p.asSubuser(link, "dev").get(in(p.analytical, "/audit")).want(t, http.StatusForbidden)
	p.as(p.mallory).get(in(p.analytical, "/audit")).want(t, http.StatusNotFound)
}

// The audit of accounts below flows up, and nothing of an account above or beside
// flows down: neither events nor names.
func TestAuditFlowsUpAlone(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.send(in(p.analytical, "/contacts"), "name", "Of Analytical").want(t, http.StatusSeeOther)
	ada.send(in(p.west, "/contacts"), "name", "Of West").want(t, http.StatusSeeOther)
	ada.send(in(p.berlin, "/contacts"), "name", "Of Berlin").want(t, http.StatusSeeOther)
	ada.send(in(p.east, "/members/invites"), "email", "new@example.com", "role", "sub_user").want(t, http.StatusOK)

	all := ada.get(in(p.analytical, "/audit?accounts=below")).want(t, http.StatusOK)
	for _, name := range []string{"Of Analytical", "Of West in West", "Of Berlin in East Berlin"} {
		if !strings.Contains(all.events(), name) {
			t.Errorf("the agency's audit with all below lacks %s: %s", name, all.events())
		}
	}
	if one := ada.get(in(p.analytical, "/audit?accounts=below&account="+p.west.ID.String())).events(); !strings.Contains(one, "Of West") || strings.Contains(one, "Of Berlin") {
		t.Errorf("the audit of West alone: %s", one)
	}
	edsger := p.as(p.edsger)
	for _, query := range []string{"?accounts=below", "?accounts=below&format=csv", "?", "?format=csv"} {
		got := edsger.get(in(p.east, "/audit"+query)).want(t, http.StatusOK)
		for _, foreign := range []string{"Of Analytical", "Of West", p.west.ID.String(), p.analytical.ID.String(), ">Analytical<", "Analytical "} {
			if strings.Contains(got.body, foreign) {
				t.Errorf("%s shows a viewer of East %q", query, foreign)
			}
		}
		if strings.Contains(got.body, "Of Berlin") != strings.Contains(query, "below") {
			t.Errorf("%s: of what is below East", query)
		}
	}
	foreign := edsger.get(in(p.east, "/audit?accounts=below&account="+p.west.ID.String())).want(t, http.StatusNotFound)
	nowhere := edsger.get(in(p.east, "/audit?accounts=below&account="+noID)).want(t, http.StatusNotFound)
	if foreign.body != nowhere.body {
		t.Error("a sibling answers otherwise than nothing")
	}
	// Who is an Admin above sees what East holds, and nothing of what East's people did.
	p.as(p.grace).get(in(p.east, "/audit")).want(t, http.StatusForbidden)
	if got := p.as(p.grace).get(in(p.analytical, "/audit?accounts=below")).want(t, http.StatusOK).events(); strings.Contains(got, "Of West") {
		t.Errorf("an Admin, who may not see the audit of West, sees %s", got)
	}
}

// Each page leads to the next, and none shows an event twice.
func TestAuditPages(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	for i := range 130 {
		a := []string{"East", "West"}[i%2]
		at := p.east
		if a == "West" {
			at = p.west
		}
		must(t, p.store.EditAccount(ctx, p.grant(p.ada, "sub_accounts.edit", p.analytical), at.ID, a+" "+strconv.Itoa(i), true, nil))
		must(t, p.store.RenameOwnAccount(ctx, p.grant(p.ada, "account.manage", at), a))
	}
	ada := p.as(p.ada)
	for _, query := range []string{"", "?accounts=below"} {
		seen, pages := map[string]bool{}, 0
		for next := in(p.analytical, "/audit"+query); next != ""; pages++ {
			x := ada.get(next).want(t, http.StatusOK)
			x.Find(".audit details").Each(func(_ int, d *goquery.Selection) {
				id := d.AttrOr("id", "")
				if seen[id] {
					t.Errorf("%s is shown twice", id)
				}
				seen[id] = true
			})
			next = x.Find("a[rel=next]").AttrOr("href", "")
		}
		if want := map[string]int{"": 133, "?accounts=below": 266}[query]; len(seen) != want {
			t.Errorf("%q shows %d events in %d pages, want %d", query, len(seen), pages, want)
		}
	}
}

// What a box or a Select all changed can be put back from the audit, as long as
// nothing newer stands there.
func TestAuditLeadsToUndo(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	given := func() (east, west bool) {
		snap := p.store.Access()
		logs := p.store.Catalog().Entitlement("logs").Bit
		e, _ := snap.Find(p.east.ID)
		w, _ := snap.Find(p.west.ID)
		return snap.Own(e).Covers(logs), snap.Own(w).Covers(logs)
	}
	undo := func() page {
		t.Helper()
		x := ada.get(in(p.analytical, "/audit")).want(t, http.StatusOK)
		form := x.Find(".audit form").First()
		pairs := []string{}
		form.Find("input").Each(func(_ int, i *goquery.Selection) {
			pairs = append(pairs, i.AttrOr("name", ""), i.AttrOr("value", ""))
		})
		if len(pairs) == 0 {
			return x
		}
		return ada.post(form.AttrOr("action", ""), values(pairs...)).want(t, http.StatusSeeOther)
	}
	ada.send(in(p.analytical, permissions), "entitlement", "logs", "sub_account", p.east.ID.String(), "allowed", "0").want(t, http.StatusSeeOther)
	ada.send(in(p.analytical, permissions), "entitlement", "logs", "all", "1", "allowed", "0").want(t, http.StatusSeeOther)
	undo()
	if east, west := given(); east || !west {
		t.Errorf("after undoing Select all: East %v, West %v", east, west)
	}
	box := ada.get(in(p.analytical, "/audit")).Find(".audit li").Eq(2)
	cells := box.Find("tbody tr").Eq(0).Children().Map(func(_ int, c *goquery.Selection) string { return c.Text() })
	if !slices.Equal(cells, []string{"Can be used", "Yes", "No"}) || !strings.Contains(box.Text(), "Account owner in Analytical") {
		t.Errorf("before and after: %q in %s", cells, box.Text())
	}
	undo()
	if east, west := given(); !east || !west {
		t.Errorf("after undoing the box: East %v, West %v", east, west)
	}
	if n := ada.get(in(p.analytical, "/audit")).Find(".audit form").Length(); n != 1 { // the box that undid the box
		t.Errorf("%d events can be undone", n)
	}
	p.as(p.grace).get(in(p.analytical, "/audit")).want(t, http.StatusOK)
	if n := p.as(p.edsger).get(in(p.east, "/audit")).Find(".audit form").Length(); n != 0 {
		t.Errorf("a viewer is offered %d undos", n)
	}
}

// TestEveryActionHasATitle reads the names of all actions from the source of
// models, where a change is named by a literal.
func TestEveryActionHasATitle(t *testing.T) {
	p := newPanel(t)
	action := regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)
	names, err := filepath.Glob("../models/*/*.go")
	must(t, err)
	found := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			var in []ast.Expr
			switch n := n.(type) {
			case *ast.KeyValueExpr: // store.Change{Action: …}
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Action" {
					in = append(in, n.Value)
				}
			case *ast.CallExpr: // a verb's helper
				in = n.Args
			}
			for _, e := range in {
				lit, ok := e.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				text, _ := strconv.Unquote(lit.Value)
				noun, _, _ := strings.Cut(text, ".")
				if !action.MatchString(text) || p.store.Catalog().Permission(text) != 0 || !nouns[noun] {
					continue
				}
				found++
				if audit.ActionTitle(text) == "" {
					t.Errorf("%s: the audit has no words for %s", name, text)
				}
			}
			return true
		})
	}
	if found < 20 {
		t.Errorf("only %d actions were found", found)
	}
}

// nouns are what actions begin with, besides the kinds of records.
var nouns = map[string]bool{"account": true, "entitlement": true, "invite": true, "login_link": true, "member": true, "membership": true, "ownership": true,
	"passkey": true, "role": true, "session": true, "subuser": true, "support": true, "support_access": true, "timeless_account": true, "label": true, "letter": true}

// A spreadsheet runs no cell of the CSV.
func TestAuditCSVHoldsNoFormula(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.send(in(p.analytical, "/settings/profile"), "name", "=1+1").want(t, http.StatusSeeOther)
	ada.send(in(p.analytical, "/contacts"), "name", "@SUM(A1)").want(t, http.StatusSeeOther)
	rows, err := csv.NewReader(strings.NewReader(ada.get(in(p.analytical, "/audit?format=csv")).body)).ReadAll()
	must(t, err)
	if len(rows) < 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a cell begins a formula: %s", cell)
			}
		}
	}
}
