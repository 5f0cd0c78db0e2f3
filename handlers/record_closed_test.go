package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/record"
)

// Allow opens or closes an entitlement for a sub-account of Analytical.
func (p *panel) allow(key string, a account.Account, allowed bool) {
	p.t.Helper()
	must(p.t, p.store.SetEntitlement(context.Background(), p.grant(p.ada, "entitlements.edit", p.analytical), key, a.ID, allowed))
}

// kept is what West has before Ada closes something for it: a record of each kind
// that an entitlement can close, each with a name that says so, and an agent and an
// item that name them.
func (p *panel) kept(b *browser) map[string]string {
	t := p.t
	t.Helper()
	at := func(path string) string { return in(p.west, path) }
	ids := map[string]string{}
	add := func(key, path string, pairs ...string) {
		ids[key] = b.send(at(path), pairs...).added(t)
	}
	add("knowledge_base", "/knowledge-bases", "name", "Secret base")
	add("workflow", "/workflows", "name", "Secret flow", "state", "active")
	add("contact", "/contacts", "name", "Secret contact")
	add("sms", "/actions", "name", "Secret text", "type", "SEND_SMS", "moment", "after")
	add("mail", "/actions", "name", "Open mail", "type", "SEND_EMAIL", "moment", "after")
	numbers, err := p.store.ReportRecords(context.Background(), authz.SystemGrant("test"), p.west, record.Place{Section: p.store.Catalog().Section("numbers_all_actions")},
		[]record.Report{{Values: map[string]any{"number": "+493012345678", "state": "purchased"}}})
	must(t, err)
	ids["number"] = numbers[0].ID.String()
	add("agent", "/agents", "name", "Open agent", "type", "inbound", "state", "draft", "model", "standard", "language", "en", "longest_call", "900", "knowledge_bases", ids["knowledge_base"],
		"call_flow", ids["workflow"], "actions", ids["sms"], "actions", ids["mail"], "numbers", ids["number"])
	add("caller", "/agents", "name", "Secret caller", "type", "outbound", "state", "draft", "model", "standard", "language", "en", "longest_call", "900")
	add("item", "/items", "name", "Open item", "contacts", ids["contact"])
	add("simulation", "/simulations", "name", "Open simulation", "agent", ids["caller"], "caller", "Somebody")
	add("integration", "/integrations", "provider", "hubspot", "label", "Secret hub", "state", "enabled")
	return ids
}

// form is what the edit form of a record would send, with changes.
func (x page) filledIn() []string {
	var pairs []string
	x.Find("main form[method=post] [name]").Each(func(_ int, e *goquery.Selection) {
		name, value := e.AttrOr("name", ""), e.AttrOr("value", "")
		_, off := e.Attr("disabled")
		_, ticked := e.Attr("checked")
		switch kind := e.AttrOr("type", ""); {
		case name == "token" || off || (kind == "checkbox" || kind == "radio") && !ticked:
			return
		case goquery.NodeName(e) == "select":
			value = e.Find("option[selected]").AttrOr("value", "")
		case goquery.NodeName(e) == "textarea":
			value = e.Text()
		}
		pairs = append(pairs, name, value)
	})
	return pairs
}

// Ada closes for West what its records need. They are kept, and nobody there or
// above comes upon one of them by any way: page, list, file, picker, form, act,
// name or count. Opening brings all back.
func TestWhatIsClosedIsClosedWhole(t *testing.T) {
	p := newPanel(t)
	barbara, ada := p.as(p.barbara), p.as(p.ada)
	ids := p.kept(barbara)
	at := func(path string) string { return in(p.west, path) }
	edit := func(what string) []string {
		t.Helper()
		return barbara.get(at(what+"/edit")).want(t, http.StatusOK).filledIn()
	}
	closing := []string{"knowledge_base", "workflows", "contacts", "phone_numbers", "send_sms", "outbound", "hubspot"}
	for _, key := range closing {
		p.allow(key, p.west, false)
	}

	for path, title := range map[string]string{
		"/knowledge-bases/" + ids["knowledge_base"]: "Knowledge base", "/workflows/" + ids["workflow"] + "/edit": "Workflows", "/contacts.csv": "Contacts", "/numbers/" + ids["number"] + "/attach": "Phone numbers",
		"/actions/" + ids["sms"]: "Send SMS", "/agents/" + ids["caller"]: "Outbound agents", "/agents/" + ids["caller"] + "/edit": "Outbound agents",
		"/agents/" + ids["caller"] + "/delete": "Outbound agents", "/integrations/" + ids["integration"]: "HubSpot",
	} {
		barbara.get(at(path)).want(t, http.StatusForbidden).says(t, title)
		ada.get(at(path)).want(t, http.StatusForbidden) // a ceiling binds whoever acts inside
	}
	// Elsewhere it is as absent: nobody finds out of what kind an id is.
	absent := barbara.get(at("/simulations/"+noID)).want(t, http.StatusNotFound)
	if got := barbara.get(at("/simulations/"+ids["caller"])).want(t, http.StatusNotFound); got.body != absent.body {
		t.Error("a closed agent does not answer like none among simulations")
	}
	for path, pairs := range map[string][]string{
		"/agents/" + ids["caller"] + "/edit":            {"version", "1", "name", "Caller", "type", "outbound", "state", "live"},
		"/agents/" + ids["caller"] + "/delete":          {"confirm", "Secret caller"},
		"/actions/" + ids["sms"] + "/edit":              {"version", "1", "name", "Text", "type", "SEND_EMAIL", "moment", "after"},
		"/integrations/" + ids["integration"] + "/edit": {"version", "1", "provider", "hubspot", "label", "Hub", "state", "enabled"},
	} {
		barbara.send(at(path), pairs...).want(t, http.StatusForbidden)
	}

	// Lists, files and pickers, of West and from above, name and count none.
	for _, path := range []string{"/agents", "/actions", "/integrations", "/simulations", "/items", "/agents?sort=-type&column=name&column=knowledge_bases&column=call_flow&column=actions&column=numbers", "/agents?type=outbound", "/agents?q=secret",
		"/agents.csv?column=name&column=actions&column=call_flow&column=knowledge_bases", "/simulations.csv", "/items?column=contacts&column=name", "/agents/" + ids["agent"], "/agents/" + ids["agent"] + "/edit", "/agents/new", "/items/" + ids["item"],
		"/items/" + ids["item"] + "/edit", "/simulations/" + ids["simulation"], "/simulations/" + ids["simulation"] + "/edit", "/simulations/new", "/simulations?agent=" + ids["caller"], "/items/new", "/actions/" + ids["mail"]} {
		pages := map[string]page{"West": barbara.get(at(path)).want(t, http.StatusOK)}
		if list, query, _ := strings.Cut(path, "?"); strings.Count(list, "/") == 1 {
			pages["the agency"] = ada.get(in(p.analytical, list+"?accounts=below&"+query)).want(t, http.StatusOK)
		}
		for from, got := range pages {
			for _, name := range []string{"Secret", "12345678"} {
				if strings.Contains(strings.ReplaceAll(got.body, "?q=secret", ""), name) {
					t.Errorf("%s from %s shows what is closed: %s", path, from, name)
				}
			}
		}
	}
	for path, want := range map[string]string{"/agents": "1 agent", "/actions": "1 action", "/integrations": "0 integrations"} {
		for from, got := range map[string]page{"West": barbara.get(at(path)), "the agency": ada.get(in(p.analytical, path+"?accounts=below"))} {
			if summary := got.Find(".pager").Text(); !strings.Contains(summary, want) && !(want[0] == '0' && got.Find("#list tbody tr").Length() == 0) {
				t.Errorf("%s from %s counts %q, not %s", path, from, summary, want)
			}
		}
	}
	barbara.get(at("/agents")).says(t, "West can't use Outbound agents. Any agents of that kind are hidden.")
	for _, n := range []string{"Agents 2", "Actions 2", "Integrations 1", "Workflows 1"} {
		if home := strings.Join(strings.Fields(barbara.get(at("")).want(t, http.StatusOK).Find("main").Text()), " "); strings.Contains(home, n) {
			t.Errorf("the control panel counts %s", n)
		}
	}

	// Attaching is refused, with a sentence.
	refuse := func(path, says string, pairs ...string) {
		t.Helper()
		barbara.send(at(path), pairs...).want(t, http.StatusUnprocessableEntity).says(t, says)
	}
	refuse("/agents", "Call flow: This account can't use this.", "name", "New", "type", "chat", "state", "draft", "call_flow", ids["workflow"])
	refuse("/agents", "Numbers: This account can't use this.", "name", "New", "type", "chat", "state", "draft", "numbers", ids["number"])
	refuse("/agents", "This account can't use Send SMS.", "name", "New", "type", "chat", "state", "draft", "actions", ids["sms"])
	refuse("/agents", "Memory groups: This account can't use this.", "name", "New", "type", "chat", "state", "draft", "memory_groups", "friends")
	refuse("/items", "Contacts: This account can't use this.", "name", "New", "contacts", ids["contact"])
	refuse("/simulations", "This account can't use Outbound.", "name", "New", "agent", ids["caller"], "caller", "x")

	// What was named before is kept by whoever saves the form, and not told.
	agent := edit("/agents/" + ids["agent"])
	barbara.send(at("/agents/"+ids["agent"]+"/edit"), append(agent, "name", "Open agent")...).want(t, http.StatusSeeOther)
	barbara.send(at("/items/"+ids["item"]+"/edit"), edit("/items/"+ids["item"])...).want(t, http.StatusSeeOther)
	barbara.send(at("/simulations/"+ids["simulation"]+"/edit"), edit("/simulations/"+ids["simulation"])...).want(t, http.StatusSeeOther)
	if got := barbara.get(at("/agents/"+ids["agent"])).says(t, "Not available", "Open mail"); got.Find("a[href*='"+ids["sms"]+"']").Length() != 0 {
		t.Error("the agent leads to an action that is closed")
	}

	for _, key := range closing {
		p.allow(key, p.west, true)
	}
	barbara.get(at("/agents/"+ids["agent"])).want(t, http.StatusOK).says(t, "Secret base", "Secret flow", "Secret text", "Open mail", "+49 30 12345678")
	barbara.get(at("/items/"+ids["item"])).says(t, "Secret contact")
	barbara.get(at("/simulations/"+ids["simulation"])).says(t, "Secret caller")
	if got := barbara.get(at("/agents")).column(); !cmp.Equal(got, []string{"Open agent", "Secret caller"}) {
		t.Errorf("after opening, West has %v", got)
	}
	barbara.get(at("/integrations")).says(t, "Secret hub")
}

// Logs close every page and token that reads them, and what a timeless account
// above has of West.
func TestClosedLogsAreReadNowhere(t *testing.T) {
	p := newPanel(t)
	barbara, ada := p.as(p.barbara), p.as(p.ada)
	report := func(a account.Account, message string) {
		t.Helper()
		_, err := p.store.ReportRecords(context.Background(), authz.SystemGrant("test"), a, record.Place{Section: p.store.Catalog().Section("logs")},
			[]record.Report{{Values: map[string]any{"at": "2026-11-27T10:00:00Z", "source": "shipped", "level": "error", "message": message}}})
		must(t, err)
	}
	id := ada.send(in(p.analytical, "/timeless-accounts"), "name", "Attic", "feed", p.west.ID.String(), "feed", p.east.ID.String()).added(t)
	report(p.west, "Engine of West")
	report(p.east, "Engine of East")
	entries := func() []string {
		t.Helper()
		got := ada.get(in(p.analytical, "/timeless-accounts/"+id)).want(t, http.StatusOK)
		var all []string
		for _, name := range []string{"Engine of East", "Engine of West"} {
			if strings.Contains(got.body, name) != strings.Contains(ada.get(in(p.analytical, "/timeless-accounts/"+id+".csv")).body, name) {
				t.Errorf("the file and the page differ about %s", name)
			}
			if strings.Contains(got.body, name) {
				all = append(all, name)
			}
		}
		return all
	}
	if got := entries(); len(got) != 2 {
		t.Fatalf("the timeless account has %v", got)
	}
	var one string
	ada.get(in(p.analytical, "/timeless-accounts/"+id)).Find("#list tbody tr").Each(func(_ int, e *goquery.Selection) {
		if strings.Contains(e.Text(), "Engine of West") {
			one, _ = e.Find("a").First().Attr("href")
		}
	})
	ada.get(one).want(t, http.StatusOK)
	p.allow("logs", p.west, false)
	for _, path := range []string{"/logs", "/logs.csv", "/settings/shared-tokens", "/settings/shared-tokens/new", "/settings/log-shipping-tokens", "/timeless-accounts"} {
		barbara.get(in(p.west, path)).want(t, http.StatusForbidden).says(t, "can't use “Logs”")
	}
	if got := entries(); !slices.Equal(got, []string{"Engine of East"}) {
		t.Errorf("the timeless account shows %v", got)
	}
	ada.get(one).want(t, http.StatusNotFound)
	if got := ada.get(in(p.analytical, "/logs?accounts=below")).want(t, http.StatusOK); strings.Contains(got.body, "Engine of West") {
		t.Error("the logs of West are read from above")
	}
	p.allow("logs", p.west, true)
	if got := entries(); len(got) != 2 {
		t.Errorf("after opening, it shows %v", got)
	}
}

// A feature says that it has no effect yet, and only then: whatever else can be
// closed is asked for by a route, or by a field or value of a form.
func TestAFeatureWithoutEffectSaysSo(t *testing.T) {
	p := newPanel(t)
	ada, cat := p.as(p.ada), p.store.Catalog()
	var idle []string
	for _, tab := range cat.Tabs {
		got := ada.get(in(p.analytical, "/permissions/"+tab.Key)).want(t, http.StatusOK)
		for i, e := range tab.Entitlements {
			head := got.Find(fmt.Sprintf("thead th:nth-child(%d)", i+2)).Text()
			if !strings.Contains(head, e.Title) || strings.Contains(head, "No effect yet") != e.Idle {
				t.Errorf("the head of %s says %q", e.Key, strings.Join(strings.Fields(head), " "))
			}
			if e.Idle {
				idle = append(idle, e.Key)
				ada.get(in(p.analytical, "/permissions/"+tab.Key+"/select-all?entitlement="+e.Key+"&allowed=0")).says(t, "nothing changes for anybody today")
			}
		}
	}
	if !slices.Equal(idle, []string{"analytics", "calls"}) {
		t.Errorf("without effect are %v", idle)
	}
}
