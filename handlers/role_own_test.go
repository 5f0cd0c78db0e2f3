package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/models/account"
	"bailiwick/models/login"
)

// makeRole has somebody make a role and gives its path in the account.
func (b *browser) makeRole(a account.Account, name, base string, permissions ...string) string {
	b.t.Helper()
	pairs := []string{"name", name, "base", base}
	for _, p := range permissions {
		pairs = append(pairs, "permission", p)
	}
	return b.send(in(a, "/roles"), pairs...).want(b.t, http.StatusSeeOther).location()
}

// key is what forms call the role at a path.
func key(role string) string { return "custom:" + role[strings.LastIndex(role, "/")+1:] }

// form is what a page's form would send, with changes.
func (x page) form(change ...string) []string {
	var pairs []string
	x.Find("main form[method=post] input[type=hidden]").Each(func(_ int, e *goquery.Selection) {
		if n := e.AttrOr("name", ""); n != "token" {
			pairs = append(pairs, n, e.AttrOr("value", ""))
		}
	})
	return append(pairs, change...)
}

// Ada makes a Listener of the agency, for members; Grace gets it besides what she
// has, Barbara in West can not.
func TestARoleOfTheAccountsOwn(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.get(in(p.analytical, "/roles")).want(t, http.StatusOK).says(t, "This account's own", "Create role")
	ada.get(in(p.analytical, "/roles?set=custom")).want(t, http.StatusOK).says(t, "No roles of your own yet")
	ada.get(in(p.analytical, "/roles/new")).want(t, http.StatusOK).says(t, "Member access: Full viewer", "Account role: Admin", "Subuser role: Developer")
	if got := ada.get(in(p.analytical, "/roles/new")).Text(); strings.Contains(got, "Account owner: ") || strings.Contains(got, "Support access: ") || strings.Contains(got, "sub_admin") {
		t.Error("a role that cannot be had here can be begun from")
	}
	form := ada.get(in(p.analytical, "/roles/new?base=member:reporting_viewer")).want(t, http.StatusOK)
	if form.Find("input[value=calls][checked]").Length() != 1 || form.Find("input[value='calls.tag'][checked]").Length() != 0 || form.Find("input[value='calls.tag']").Length() != 1 {
		t.Error("the form does not begin with what the role gives")
	}
	for _, wrong := range []struct{ name, base, permission, says string }{
		{"", "member:full_viewer", "calls", "Use 1 to"}, {"L", "member:full_viewer", "", "Choose at least one thing"}, {"L", "member:full_viewer", "flying", "is not a permission"},
		{"L", "subuser:MainAccount", "calls", "Choose the role to start from"}, {"L", "account:sub_admin", "calls", "Choose the role"}, {"L", "nothing", "calls", "Choose the role"},
		{strings.Repeat("x", 65), "member:full_viewer", "calls", "Use 1 to 64"},
	} {
		ada.send(in(p.analytical, "/roles"), "name", wrong.name, "base", wrong.base, "permission", wrong.permission).want(t, http.StatusUnprocessableEntity).says(t, wrong.says)
	}
	one := ada.makeRole(p.analytical, "Listener", "member:reporting_viewer", "control_panel", "calls")
	ada.get(one).want(t, http.StatusOK).says(t, "Listener", "based on Member access: Reporting viewer", "0 people have it", "Listener can be given to members now")
	if n := ada.get(one+"?differences=1").says(t, "Active sessions").Find("tbody tr:not(.group)").Length(); n == 0 || n >= ada.get(one).Find("tbody tr:not(.group)").Length() {
		t.Error("only differences shows all, or nothing")
	}
	ada.send(in(p.analytical, "/roles"), "name", "LISTENER", "base", "member:full_viewer", "permission", "calls").want(t, http.StatusUnprocessableEntity).says(t, "already has a role with this name")

	// It is chosen wherever roles are given, and nowhere else.
	edit := in(p.analytical, p.member(p.grace, "/edit"))
	ada.get(edit).says(t, "Custom role", "Listener", "Based on Reporting viewer.")
	ada.get(in(p.analytical, "/members/preview?role="+key(one))).says(t, "Can view this account and its 3 sub-accounts.", "Can't edit anything.")
	ada.send(edit, "role", "main_admin", "role", key(one)).want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/members")).says(t, "Account role: Admin, Custom role: Listener")
	ada.get(in(p.analytical, "/audit")).says(t, "created the role Listener", "Custom role: Listener")
	ada.get(in(p.analytical, "/roles?set=custom")).says(t, "Listener", "Members", "Member access: Reporting viewer", "2 permissions", "1")
	absent := ada.send(in(p.west, p.member(p.barbara, "/edit")), "role", "custom:018f0000-0000-7000-8000-000000000000").want(t, http.StatusUnprocessableEntity).says(t, "no such role of its own")
	if got := ada.send(in(p.west, p.member(p.barbara, "/edit")), "role", key(one)).want(t, http.StatusUnprocessableEntity); strings.Join(strings.Fields(got.Find(".problems").Text()), " ") != strings.Join(strings.Fields(absent.Find(".problems").Text()), " ") {
		t.Error("a role of the account above does not answer like none")
	}
	ada.send(in(p.analytical, "/settings/subusers"), "name", "dev", "password", password, "role", key(one)).want(t, http.StatusUnprocessableEntity).says(t, "no such role")

	// An invite gives it too, and a subuser gets one of their own kind.
	link := ada.invite(p.analytical, p.edsger.Email, key(one))
	edsger := p.as(p.edsger)
	edsger.open(link).says(t, "Custom role: Listener")
	edsger.sendByLink(link).want(t, http.StatusSeeOther)
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	edsger.get(in(p.analytical, "/logs")).want(t, http.StatusForbidden)
	filer := ada.makeRole(p.analytical, "Filer", "subuser:Support", "control_panel", "logs")
	ada.send(edit, "role", key(filer)).want(t, http.StatusUnprocessableEntity).says(t, "no such role")
	ada.get(in(p.analytical, "/settings/subusers/new")).says(t, "Custom role", "Filer")
	_, door := p.subuser(p.analytical, "dev", key(filer))
	dev := p.asSubuser(door, "dev")
	dev.get(in(p.analytical, "/logs")).want(t, http.StatusOK)
	dev.get(in(p.analytical, "/calls")).want(t, http.StatusForbidden)
	ada.get(in(p.analytical, "/settings/subusers")).says(t, "Custom role: Filer")

	// Who is refused is told of the roles of the account's own that would help them.
	edsger.get(in(p.analytical, "/logs")).says(t, "Member access: Full viewer")
	logs := ada.makeRole(p.analytical, "Log reader", "member:full_viewer", "logs")
	got := edsger.get(in(p.analytical, "/logs")).says(t, "Custom role: Log reader")
	if strings.Contains(got.Text(), "Filer") {
		t.Error("a member is told of a role for subusers")
	}

	for name, b := range map[string]*browser{"viewer": p.as(p.edsger), "subuser": dev} {
		for _, path := range []string{"/roles/new", strings.TrimPrefix(one, in(p.analytical, "")) + "/edit", strings.TrimPrefix(one, in(p.analytical, "")) + "/delete"} {
			if got := b.get(in(p.analytical, path)); got.status != http.StatusForbidden {
				t.Errorf("%s at %s: %d", name, path, got.status)
			}
		}
		b.send(in(p.analytical, "/roles"), "name", "Mine", "base", "member:full_viewer", "permission", "calls").want(t, http.StatusForbidden)
	}
	id := one[strings.LastIndex(one, "/"):]
	p.as(p.mallory).get(one).want(t, http.StatusNotFound)
	p.as(p.mallory).send(one+"/delete", "seen", "x").want(t, http.StatusNotFound)
	p.as(p.mallory).get(in(p.malloryville, "/roles"+id)).want(t, http.StatusNotFound)
	ada.get(in(p.east, "/roles"+id)).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/roles/018f0000-0000-7000-8000-000000000000")).want(t, http.StatusNotFound)
	p.browser().get(one).want(t, http.StatusSeeOther)
	p.browser().post(one+"/delete", nil).want(t, http.StatusSeeOther)
	ada.post(logs+"/delete", nil).want(t, http.StatusForbidden) // no form token
	ada.get(logs).want(t, http.StatusOK)
}

// What has no page is in no matrix, form, file, preview or search of roles, and
// each row of a matrix is a section that has one.
func TestARoleShowsWhatExists(t *testing.T) {
	p := newPanel(t)
	ada, cat := p.as(p.ada), p.store.Catalog()
	absent := map[string]bool{}
	for _, s := range cat.Sections {
		if s.Pending != "" {
			absent[s.Title] = true
		}
	}
	if len(absent) == 0 {
		t.Skip("every section has a page")
	}
	titles := func(x page, of string) (all []string) {
		x.Find(of).Each(func(_ int, e *goquery.Selection) { all = append(all, strings.TrimSpace(e.Text())) })
		return all
	}
	one := ada.makeRole(p.analytical, "Listener", "member:full_editor", "control_panel", "calls", "web_dialer")
	paths := []string{strings.TrimPrefix(one, in(p.analytical, ""))}
	for _, set := range cat.Sets {
		paths = append(paths, "/roles?set="+set.Key)
	}
	for _, path := range paths {
		rows := titles(ada.get(in(p.analytical, path)).want(t, http.StatusOK), "#main tbody th span, #main tbody tr:not(.group) th")
		if len(rows) < 50 {
			t.Errorf("%s has %d rows", path, len(rows))
		}
		for _, row := range rows {
			if absent[row] {
				t.Errorf("%s shows %s, which has no page", path, row)
			}
		}
	}
	for _, path := range []string{"/roles/new?base=member:full_editor", "/roles/new?base=subuser:Admin", strings.TrimPrefix(one, in(p.analytical, "")) + "/edit"} {
		form := ada.get(in(p.analytical, path)).want(t, http.StatusOK)
		for _, s := range cat.Sections {
			if s.Pending != "" && form.Find("input[type=checkbox][value='"+cat.Info(s.View).Key+"']").Length() != 0 {
				t.Errorf("%s has a box for %s", path, s.Title)
			}
		}
	}
	file := ada.get(in(p.analytical, "/roles?set=subuser&format=csv")).want(t, http.StatusOK).body
	search := ada.get(in(p.analytical, "/roles?q=dashboard")).want(t, http.StatusOK)
	if strings.Contains(file, "web_dialer") || !strings.Contains(file, "calls.delete") || search.Find("#main tbody tr").Length() != 0 {
		t.Error("the file or the search has what does not exist")
	}
	if ada.get(one+"/edit").Find("input[type=hidden][name=permission][value=web_dialer]").Length() != 1 {
		t.Error("an edit would take what it does not show")
	}
	for _, path := range []string{"/settings/subusers/preview?role=Admin", "/members/preview?role=full_editor"} {
		got := ada.get(in(p.analytical, path)).want(t, http.StatusOK).Find("dd").Text()
		for title := range absent {
			if strings.Contains(got, title) {
				t.Errorf("%s names %s", path, title)
			}
		}
	}
}

// The form asks for a level of each section, and for acts where that is Some; the
// answer while one chooses says how the role differs, and what changes for whom.
func TestARoleIsMadeByLevels(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	level := func(x page, section string) string {
		return x.Find("[name='level."+section+"'][checked]").AttrOr("value", "nothing")
	}
	form := ada.get(in(p.analytical, "/roles/new?base=member:reporting_editor")).want(t, http.StatusOK).says(t, "The same as Member access: Reporting editor")
	for section, want := range map[string]string{"calls": "some", "logs": "view", "agents": "none", "call_downloads": "edit"} {
		if got := level(form, section); got != want {
			t.Errorf("a Reporting editor has the level %s of %s, not %s", got, section, want)
		}
	}
	levels := []string{"name", "Listener", "base", "member:reporting_editor", "level.control_panel", "view", "level.calls", "some", "permission", "calls", "permission", "calls.tag",
		"level.agents", "edit", "level.logs", "none", "permission", "logs", "level.members", "view", "permission", "members.add"} // the acts of a level that is not Some say nothing
	draft := ada.send(in(p.analytical, "/roles"), append(levels, "preview", "1")...).want(t, http.StatusOK).says(t, "Gives ")
	var differ []string
	for _, r := range draft.Find("tbody tr").EachIter() {
		differ = append(differ, strings.Join(r.Children().Map(func(_ int, c *goquery.Selection) string { return strings.TrimSpace(c.Text()) }), " "))
	}
	for _, want := range []string{"Agents None → Edit", "Members None → View", "Calls (Application) View → None"} {
		if !slices.Contains(differ, want) {
			t.Errorf("the preview does not say %q: %q", want, differ)
		}
	}
	if draft.Find("form").Length() != 0 || strings.Contains(ada.get(in(p.analytical, "/roles?set=custom")).Text(), "Listener") {
		t.Error("the preview is a whole page, or makes the role")
	}
	one := ada.send(in(p.analytical, "/roles"), levels...).want(t, http.StatusSeeOther).location()
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.analytical), p.edsger.ID, key(one)))
	edsger := p.as(p.edsger)
	for path, want := range map[string]int{"/calls": http.StatusOK, "/agents": http.StatusOK, "/agents/new": http.StatusOK, "/logs": http.StatusForbidden, "/members": http.StatusOK, "/members/invites/new": http.StatusForbidden} {
		edsger.get(in(p.analytical, path)).want(t, want)
	}

	// The preview of an edit says who gains and loses; nothing is done.
	edit := slices.Clone(levels)
	edit[slices.Index(edit, "level.agents")+1] = "none"
	ada.send(one+"/edit", append(edit, "preview", "1")...).want(t, http.StatusOK).says(t, "1 person has this role.", "Edsger", "Loses Agents")
	if unchanged := ada.send(one+"/edit", append(levels, "preview", "1")...).want(t, http.StatusOK).Text(); strings.Contains(unchanged, "Edsger") {
		t.Errorf("a form without a change tells of one: %s", unchanged)
	}
	edsger.get(in(p.analytical, "/agents")).want(t, http.StatusOK)
	if got := ada.get(one+"/edit").want(t, http.StatusOK); level(got, "agents") != "edit" || level(got, "calls") != "some" || got.Find("[value='calls.tag'][checked]").Length() != 1 || level(got, "members") != "view" {
		t.Error("the form of an edit does not begin with what the role gives")
	}

	// What is no level, and who may not.
	ada.send(in(p.analytical, "/roles"), "name", "Odd", "base", "member:reporting_editor", "level.calls", "everything").want(t, http.StatusUnprocessableEntity).says(t, "None, View, Edit or Some")
	ada.send(in(p.analytical, "/roles"), "name", "Empty", "base", "member:reporting_editor", "level.calls", "none").want(t, http.StatusUnprocessableEntity).says(t, "Choose at least one thing")
	edsger.send(in(p.analytical, "/roles"), append(levels, "preview", "1")...).want(t, http.StatusForbidden)
	p.as(p.mallory).send(one+"/edit", append(levels, "preview", "1")...).want(t, http.StatusNotFound)
	p.as(p.mallory).send(in(p.malloryville, "/roles"+one[strings.LastIndex(one, "/"):]+"/edit"), append(levels, "preview", "1")...).want(t, http.StatusNotFound)
}

// Roles are read off one table: some of a set, or any two beside each other.
func TestRolesAreComparedTwoByTwo(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	columns := func(x page) string {
		return strings.Join(x.want(t, http.StatusOK).Find("main table thead th").Map(func(_ int, th *goquery.Selection) string { return strings.Join(strings.Fields(th.Text()), " ") }), ", ")
	}
	if got := columns(ada.get(in(p.analytical, "/roles?set=member&role=full_viewer&role=full_editor&role=nobody"))); got != "Section, Full editor, Full viewer" {
		t.Errorf("the columns are %s", got)
	}
	compare := in(p.analytical, "/roles/compare?a=account:main_admin&b=account:main_user")
	all, some := ada.get(compare), ada.get(compare+"&differences=1")
	if got := columns(some); got != "Section, Account role: Admin, Account role: User" {
		t.Errorf("the columns are %s", got)
	}
	row := func(x page, name string) string {
		return strings.Join(strings.Fields(x.Find("main tbody tr:not(.group)").FilterFunction(func(_ int, r *goquery.Selection) bool { return strings.TrimSpace(r.Find("th").Text()) == name }).Text()), " ")
	}
	if got := row(all, "Logs"); got != "Logs Edit View" && got != "Logs View View" {
		t.Errorf("the row of logs is %q", got)
	}
	if row(all, "Control panel") != "Control panel View View" || row(some, "Control panel") != "" || row(some, "Roles") == "" {
		t.Error("only differences shows what is the same, or leaves out what differs")
	}
	// The names are those of the sidebar, not of the tables.
	if text := all.Find("main table").Text(); strings.Contains(text, "in a certain application") || row(all, "Calls") == "" {
		t.Error("sections go by their long names")
	}

	// A role of the account's own beside the one it was made from; others' are not there.
	one := ada.makeRole(p.analytical, "Listener", "member:reporting_editor", "control_panel", "calls", "calls.tag")
	if got := row(ada.get(in(p.analytical, "/roles/compare?a=member:reporting_editor&b="+key(one)+"&differences=1")), "Call downloads"); got != "Call downloads Edit No" {
		t.Errorf("compared with its base, Listener gives %q", got)
	}
	for _, bad := range []string{"nothing", "custom:018f0000-0000-7000-8000-000000000000"} {
		ada.get(in(p.analytical, "/roles/compare?a="+bad)).want(t, http.StatusNotFound)
	}
	p.as(p.mallory).get(in(p.malloryville, "/roles/compare?a="+key(one))).want(t, http.StatusNotFound)
	p.as(p.mallory).get(compare).want(t, http.StatusNotFound)
	p.browser().get(compare).want(t, http.StatusSeeOther)
}

func TestAnEditSaysWhatItDoesToWhom(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	one := ada.makeRole(p.analytical, "Listener", "member:reporting_viewer", "control_panel", "calls")
	for _, m := range []login.Member{p.edsger, p.barbara} {
		must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.analytical), m.ID, key(one)))
	}
	must(t, p.store.EditMember(t.Context(), p.grant(p.ada, "members.edit", p.analytical), p.barbara.ID, key(one), "full_viewer"))
	edsger := p.as(p.edsger)
	ask := ada.send(one+"/edit", "name", "Log reader", "permission", "control_panel", "permission", "logs").want(t, http.StatusOK).
		says(t, "Change Listener?", "2 people have this role.", "1 gains something, 1 loses something, for 1 nothing changes now.", "Edsger", "Logs", "All calls", "in accounts below: Logs")
	if strings.Contains(ask.Find("main table").Text(), "Barbara") {
		t.Error("Barbara is listed, for whom nothing changes")
	}
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusOK) // nothing is done yet
	// Meanwhile Grace takes the role from Barbara.
	grace.send(in(p.analytical, p.member(p.barbara, "/edit")), "role", "full_viewer").want(t, http.StatusSeeOther)
	again := ada.send(one+"/edit", ask.form()...).want(t, http.StatusOK).says(t, "Look again", "1 person has this role.")
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	done := ada.send(one+"/edit", again.form()...).want(t, http.StatusSeeOther).location()
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusForbidden)
	edsger.get(in(p.analytical, "/logs")).want(t, http.StatusOK)
	after := ada.get(done).says(t, "Saved Log reader")
	ada.get(in(p.analytical, "/audit")).says(t, "changed the role")

	undo := after.Find("#toasts form")
	var pairs []string
	undo.Find("input").Each(func(_ int, e *goquery.Selection) {
		if n := e.AttrOr("name", ""); n != "token" {
			pairs = append(pairs, n, e.AttrOr("value", ""))
		}
	})
	ada.send(undo.AttrOr("action", ""), pairs...).want(t, http.StatusSeeOther)
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	ada.get(one).says(t, "Listener")
	ada.send(undo.AttrOr("action", ""), pairs...).want(t, http.StatusConflict)
	ada.send(one+"/edit", "name", "Hearer", "permission", "calls", "permission", "control_panel").want(t, http.StatusSeeOther) // a name is free
	ada.get(in(p.analytical, "/members")).says(t, "Custom role: Hearer")
	ada.send(one+"/edit", "name", "", "permission", "calls").want(t, http.StatusUnprocessableEntity).says(t, "Use 1 to")
}

func TestADeletedRoleLeavesNobodyWithout(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	one := ada.makeRole(p.analytical, "Filer", "subuser:Support", "control_panel", "logs")
	_, door := p.subuser(p.analytical, "dev", key(one))
	dev := p.asSubuser(door, "dev")
	ask := ada.get(one+"/delete").want(t, http.StatusOK).says(t, "Delete Filer?", "1 person has this role.", "dev", "Subuser", "Logs", "1 person has no other role")
	ada.send(one+"/delete", ask.form()...).want(t, http.StatusUnprocessableEntity).says(t, "Choose a role for those who have no other")
	ada.send(one+"/delete", ask.form("instead", "full_viewer")...).want(t, http.StatusUnprocessableEntity).says(t, "not a role that a subuser can have")
	again := ada.send(one+"/delete", ask.form("instead", "Supervisor")...).want(t, http.StatusOK).says(t, "Certain application", "more")
	dev.get(in(p.analytical, "/logs")).want(t, http.StatusOK)
	ada.send(one+"/delete", again.form("instead", "Supervisor")...).want(t, http.StatusSeeOther)
	dev.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	ada.get(in(p.analytical, "/settings/subusers")).says(t, "Supervisor")
	ada.get(one).want(t, http.StatusNotFound)

	// An invite that names a role that is gone says so.
	gone := ada.makeRole(p.analytical, "Guest", "member:full_viewer", "calls")
	link := ada.invite(p.analytical, p.mallory.Email, key(gone))
	ask = ada.get(gone+"/delete").says(t, "Nobody has this role.", "1 pending invite gives it.")
	ada.send(gone+"/delete", ask.form()...).want(t, http.StatusSeeOther)
	p.as(p.mallory).open(link).want(t, http.StatusUnprocessableEntity).says(t, "A role that this invite gives was deleted meanwhile. Ask Ada for a new one.")
	p.as(p.mallory).sendByLink(link).want(t, http.StatusUnprocessableEntity).says(t, "deleted meanwhile")
	ada.get(in(p.analytical, "/members")).says(t, "Gives a deleted role")
}

// Barbara makes roles and sees nobody: what her edit does is told without names.
func TestWhoMayNotSeePeopleIsToldNoNames(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	maker := ada.makeRole(p.analytical, "Maker", "member:full_editor", "control_panel", "roles", "roles.edit", "calls", "calls.tag")
	one := ada.makeRole(p.analytical, "Listener", "member:reporting_viewer", "calls")
	add := p.grant(p.ada, "members.add", p.analytical)
	must(t, p.store.AddMember(t.Context(), add, p.barbara.ID, key(maker)))
	must(t, p.store.AddMember(t.Context(), add, p.edsger.ID, key(one)))
	barbara := p.as(p.barbara)
	form := barbara.get(in(p.analytical, "/roles/new?base=member:full_viewer")).want(t, http.StatusOK)
	for section, gives := range map[string]bool{"calls": true, "api_keys": false, "logs": false} {
		view := form.Find("input[name='level." + section + "'][value=view]")
		locked := view.Is("[disabled]") || view.Closest("fieldset[disabled]").Length() > 0
		if view.Length() != 1 || locked == gives || view.Is("[checked]") != gives {
			t.Errorf("%s: the levels are not those that Barbara may give", section)
		}
	}
	barbara.send(in(p.analytical, "/roles"), "name", "Keys", "base", "member:full_editor", "permission", "api_keys").want(t, http.StatusUnprocessableEntity).says(t, "gives “API keys”, which you don't have here")
	ask := barbara.send(one+"/edit", "name", "Listener", "permission", "calls.tag").want(t, http.StatusOK).says(t, "1 person has this role.", "A member", "Calls: tag")
	if strings.Contains(ask.Text(), "Edsger") {
		t.Error("Barbara is told who has the role")
	}
	barbara.send(one+"/edit", ask.form()...).want(t, http.StatusSeeOther)
	ada.send(one+"/edit", "name", "Listener", "permission", "api_keys").want(t, http.StatusOK)
}
