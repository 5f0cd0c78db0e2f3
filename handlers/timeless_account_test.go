package handlers_test

import (
	"context"
	"fmt"
	"github.com/google/go-cmp/cmp"
	"net/http"
	"strings"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/log"
	"bailiwick/models/login"
	"bailiwick/models/record"
)

// log reports entries of an account's log.
func (p *panel) log(a account.Account, messages ...string) {
	p.t.Helper()
	var reports []record.Report
	for _, m := range messages {
		reports = append(reports, record.Report{Values: map[string]any{
			"at": p.store.Now().UTC().Format(time.RFC3339), "source": "api", "level": "error", "message": m, "details": map[string]string{"node": "lon-1"}}})
	}
	_, err := p.store.ReportRecords(context.Background(), authz.SystemGrant("test"), a, record.Place{Section: p.store.Catalog().Section("logs")}, reports)
	must(p.t, err)
}

// timeless makes a timeless account over HTTP and gives its path below an account.
func (b *browser) timeless(a account.Account, pairs ...string) string {
	b.t.Helper()
	made := b.send(in(a, "/timeless-accounts"), pairs...).want(b.t, http.StatusSeeOther).location()
	return strings.TrimPrefix(made, in(a, ""))
}

func TestTimelessAccountFromMakingToDeleting(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.log(p.analytical, "before, here")
	p.log(p.east, "before, in East")
	ada.get(in(p.analytical, "/timeless-accounts")).want(t, http.StatusOK).says(t, "No timeless accounts", "Add timeless account")
	form := ada.get(in(p.analytical, "/timeless-accounts/new")).want(t, http.StatusOK)
	if form.Find("input[name=reader]").Length() != 3 || form.Find("input[name=feed]").Length() != 4 {
		t.Errorf("the form offers %d readers and %d feeds", form.Find("input[name=reader]").Length(), form.Find("input[name=feed]").Length())
	}
	// Looking for accounts saves nothing and keeps what is ticked.
	found := ada.send(in(p.analytical, "/timeless-accounts"), "name", "Forever", "find", "reader", "find-reader", "berl", "reader", p.west.ID.String()).want(t, http.StatusOK)
	if found.Find("input[name=reader]").Length() != 2 || found.Find("input[name=reader][checked]").Length() != 1 || found.Find("input[name=name]").AttrOr("value", "") != "Forever" {
		t.Error("the search forgets what was chosen, or offers something else")
	}
	// As one types, it offers what one may know of.
	if got := ada.suggested(in(p.analytical, "/timeless-accounts/new"), "feed", "e"); !cmp.Equal(got, []string{"East", "East Berlin", "West"}) {
		t.Errorf("to feed it there are %v", got)
	}
	ada.get(in(p.analytical, "/timeless-accounts/new?options=name")).want(t, http.StatusNotFound)
	p.as(p.mallory).get(in(p.analytical, "/timeless-accounts/new?options=feed&q=e")).want(t, http.StatusNotFound)
	for _, x := range []struct {
		says  string
		pairs []string
	}{
		{"Use 1 to 100 characters", []string{"name", ""}},
		{"accounts below this one", []string{"name", "X", "reader", p.malloryville.ID.String()}},
		{"accounts below this one", []string{"name", "X", "reader", "nonsense"}},
		{"accounts below this one", []string{"name", "X", "reader", p.analytical.ID.String()}},
		{"this account, or accounts below it", []string{"name", "X", "feed", p.malloryville.ID.String()}},
	} {
		ada.send(in(p.analytical, "/timeless-accounts"), x.pairs...).want(t, http.StatusUnprocessableEntity).says(t, x.says)
	}
	one := ada.timeless(p.analytical, "name", "Forever", "reader", p.west.ID.String(), "feed", p.analytical.ID.String(), "feed", p.east.ID.String(), "past", "1")
	p.log(p.east, "after, in East")
	p.log(p.berlin, "of Berlin, which feeds nothing")
	ada.get(in(p.analytical, "/timeless-accounts")).says(t, "Forever", "This account", "1 sub-account", "2 accounts")
	list := ada.get(in(p.analytical, one)).want(t, http.StatusOK).says(t, "before, here", "before, in East", "after, in East", "fed by 2 accounts and read by 1 sub-account", "3 log entries", "East", "Analytical")
	if strings.Contains(list.Text(), "of Berlin") || list.Find("input[name=accounts]").Length() != 0 {
		t.Error("it keeps what does not feed it, or offers to look below")
	}
	if got := ada.get(in(p.analytical, one+"?q=after")).Find("tbody tr").Length(); got != 1 {
		t.Errorf("the search finds %d", got)
	}
	if got := ada.get(in(p.analytical, one+"?level=debug")).Find("tbody tr").Length(); got != 0 {
		t.Errorf("the filter finds %d", got)
	}
	csv := ada.get(in(p.analytical, one+".csv")).want(t, http.StatusOK)
	if !strings.Contains(csv.body, "before, in East") || !strings.Contains(csv.body, "East\n") || strings.Count(csv.body, "\n") != 4 || !strings.HasPrefix(csv.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the export is %q", csv.body)
	}
	entry, _ := list.Find("tbody tr a").First().Attr("href")
	ada.get(entry).want(t, http.StatusOK).says(t, "lon-1", "Forever")

	edit := in(p.analytical, one+"/edit")
	if got := ada.get(edit).want(t, http.StatusOK); got.Find("input[name=feed][checked]").Length() != 2 || got.Find("input[name=reader][checked]").Length() != 1 {
		t.Error("the form does not show what it names")
	}
	ada.send(edit, "name", "For good", "feed", p.berlin.ID.String()).want(t, http.StatusSeeOther)
	p.log(p.east, "East is not kept any more")
	p.log(p.berlin, "Berlin is kept now")
	got := ada.get(in(p.analytical, one)).says(t, "For good", "after, in East", "Berlin is kept now", "4 log entries")
	if strings.Contains(got.Text(), "East is not kept") {
		t.Error("East feeds it still")
	}
	ada.get(in(p.analytical, "/audit")).says(t, "changed timeless account For good", "Forever", "Analytical, East")

	p.clock.advance(login.ProofLife)
	remove := in(p.analytical, one+"/delete")
	ada.get(remove).want(t, http.StatusOK).says(t, "Everything in it is deleted")
	ada.send(remove, "name", "For good").want(t, http.StatusUnprocessableEntity).says(t, "Send your password")
	ada.send(remove, "name", "For ever", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "Type “For good”")
	ada.send(remove, "name", "For good").want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, one)).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/timeless-accounts")).says(t, "No timeless accounts")
}

// TestWhoReadsTimelessAccounts asks the rows timeless_accounts and
// timeless_accounts.read_all of account_roles.csv, and the other sets by their
// areas: at the account it belongs to, at a sub-account that it names, at one that
// it does not name, above, and in another tenant.
func TestWhoReadsTimelessAccounts(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	ada := p.as(p.ada)
	top := ada.timeless(p.analytical, "name", "Agency's", "reader", p.east.ID.String(), "feed", p.west.ID.String())
	easts := ada.timeless(p.east, "name", "East's", "reader", p.berlin.ID.String(), "feed", p.east.ID.String())
	p.log(p.west, "a secret of West")
	p.log(p.east, "a secret of East")

	member := func(name string, a account.Account, role string) *browser {
		t.Helper()
		m, _, err := p.store.SignUp(ctx, name, name+"@example.com", password)
		must(t, err)
		must(t, p.store.AddMember(ctx, p.grant(p.ada, "members.add", a), m.ID, role))
		return p.as(m)
	}
	subuser := func(a account.Account, role string) *browser {
		t.Helper()
		name := strings.ToLower(role)
		_, link := p.subuser(a, name, role)
		return p.asSubuser(link, name)
	}
	const (
		ok, no, gone = http.StatusOK, http.StatusForbidden, http.StatusNotFound
	)
	type person struct {
		who            string
		b              *browser
		at             account.Account
		list, new      int // the list there, and the form for a new one
		top, east      int // reading each from there
		editTop, editE int
	}
	all := []person{
		{"owner at the top", ada, p.analytical, ok, ok, ok, ok, ok, gone},
		{"owner in East", ada, p.east, ok, ok, ok, ok, gone, ok},
		{"owner in Berlin", ada, p.berlin, ok, ok, gone, ok, gone, gone},
		{"owner in West", ada, p.west, ok, ok, gone, gone, gone, gone},
		// account_roles.csv
		{"main_admin", p.as(p.grace), p.analytical, ok, ok, ok, ok, ok, gone},
		{"main_admin in East", p.as(p.grace), p.east, ok, no, ok, ok, no, no},
		{"main_user", member("main-user", p.analytical, "account:user"), p.analytical, ok, no, ok, ok, no, no},
		{"sub_admin named", member("sub-admin", p.east, "account:admin"), p.east, ok, no, ok, ok, no, no},
		{"sub_user named", member("sub-user", p.east, "account:user"), p.east, ok, no, ok, ok, no, no},
		{"sub_user named by East", member("berlin-user", p.berlin, "account:user"), p.berlin, ok, no, gone, ok, no, no},
		{"sub_admin not named", member("west-admin", p.west, "account:admin"), p.west, ok, no, gone, gone, no, no},
		{"sub_user not named", member("west-user", p.west, "account:user"), p.west, ok, no, gone, gone, no, no},
		// By their areas: the top's own are read there; those of East in East.
		{"full_editor", member("full-editor", p.analytical, "full_editor"), p.analytical, ok, ok, ok, gone, ok, gone},
		{"reporting_viewer", member("reporting-viewer", p.analytical, "reporting_viewer"), p.analytical, ok, no, ok, gone, no, no},
		{"configuration_editor", member("configuration-editor", p.analytical, "configuration_editor"), p.analytical, no, no, no, no, no, no},
		{"full_viewer named", p.as(p.edsger), p.east, ok, no, ok, ok, no, no},
		{"full_editor not named", p.as(p.barbara), p.west, ok, ok, gone, gone, gone, gone},
		// subuser_roles_more.csv
		{"subuser Admin", subuser(p.analytical, "Admin"), p.analytical, ok, no, ok, gone, no, no},
		{"subuser Owner in East", subuser(p.east, "Owner"), p.east, ok, no, ok, ok, no, no},
		{"subuser Developer", subuser(p.east, "Developer"), p.east, no, no, no, no, no, no},
		{"another tenant, there", p.as(p.mallory), p.analytical, gone, gone, gone, gone, gone, gone},
		{"another tenant, at home", p.as(p.mallory), p.malloryville, ok, ok, gone, gone, gone, gone},
	}
	for _, x := range all {
		ask := func(what, path string, want int) page {
			t.Helper()
			got := x.b.get(in(x.at, path))
			if got.status != want {
				t.Errorf("%s: %s answers %d, want %d", x.who, what, got.status, want)
			}
			return got
		}
		list := ask("the list", "/timeless-accounts", x.list)
		ask("the form", "/timeless-accounts/new", x.new)
		ask("the top's", top, x.top)
		ask("the top's CSV", top+".csv", x.top)
		ask("East's", easts, x.east)
		ask("changing the top's", top+"/edit", x.editTop)
		ask("changing East's", easts+"/edit", x.editE)
		for _, post := range []string{"/edit", "/delete"} {
			if got := x.b.send(in(x.at, top+post), "name", ""); x.editTop != ok && got.status != x.editTop {
				t.Errorf("%s: POST %s answers %d, want %d", x.who, post, got.status, x.editTop)
			}
		}
		if x.list == ok && (strings.Contains(list.Text(), "Agency's") != (x.top == ok) || strings.Contains(list.Text(), "East's") != (x.east == ok)) {
			t.Errorf("%s: the list is not what may be read", x.who)
		}
	}
	// A reader learns of nobody beside or above; what is not named answers like what is not there.
	edsger := p.as(p.edsger)
	for _, path := range []string{"/timeless-accounts", top, top + ".csv", top + "?q=secret", top + "?accounts=below&account=" + p.west.ID.String()} {
		body := edsger.get(in(p.east, path)).want(t, ok).body
		body = strings.ReplaceAll(strings.ReplaceAll(body, "Agency's", ""), "Agency&#39;s", "")
		for _, name := range []string{"Analytical", ">West", "West,", p.analytical.ID.String(), p.west.ID.String()} {
			if strings.Contains(body, name) {
				t.Errorf("%s tells Edsger of %s", path, name)
			}
		}
	}
	entry, _ := edsger.get(in(p.east, top)).says(t, "a secret of West").Find("tbody tr a").First().Attr("href")
	edsger.get(entry).want(t, ok).says(t, "a secret of West")
	edsger.get(strings.Replace(entry, "/timeless-accounts/", "/logs/", 1)).want(t, gone)
	west := p.as(p.barbara)
	absent := west.get(in(p.west, "/timeless-accounts/018f0000-0000-7000-8000-000000000000")).want(t, gone)
	if got := west.get(in(p.west, top)).want(t, gone); got.body != absent.body {
		t.Error("one that does not name West answers otherwise than an absent one")
	}
	west.get(strings.Replace(entry, p.east.ID.String(), p.west.ID.String(), 1)).want(t, gone)
	// Taken from the list, the very next request is refused.
	ada.send(in(p.analytical, top+"/edit"), "name", "Agency's", "feed", p.west.ID.String()).want(t, http.StatusSeeOther)
	if got := edsger.get(in(p.east, top)).want(t, gone); strings.Contains(got.body, "Agency") {
		t.Error("the name is told still")
	}
	p.browser().get(in(p.east, top)).want(t, http.StatusSeeOther)
	p.browser().post(in(p.analytical, "/timeless-accounts"), nil).want(t, http.StatusSeeOther)
	ada.post(in(p.analytical, "/timeless-accounts"), values("name", "forged")).want(t, no)
}

// A timeless account is no account to be in: it is in no list of accounts, no new
// sub-account copies it, and its id opens nothing.
func TestNobodyIsInATimelessAccount(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	one := ada.timeless(p.analytical, "name", "Forever", "feed", p.east.ID.String())
	id := strings.TrimPrefix(one, "/timeless-accounts/")
	for _, path := range []string{"", "/members", "/members/invites/new", "/settings/subusers/new", "/accounts", "/permissions/general", "/logs", "/timeless-accounts"} {
		ada.get("/a/"+id+path).want(t, http.StatusNotFound)
	}
	ada.send("/a/"+id+"/sub-accounts", "name", "Inside").want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/accounts/"+id)).want(t, http.StatusNotFound)
	for _, path := range []string{"/accounts", "/accounts/switcher", in(p.analytical, "/accounts"), in(p.analytical, "/permissions/general"), in(p.analytical, "/accounts/"+p.east.ID.String()+"/move")} {
		if strings.Contains(ada.get(path).want(t, http.StatusOK).Find("main, ul, select").Text(), "Forever") {
			t.Errorf("%s lists it as an account", path)
		}
	}
	ada.get(in(p.analytical, "/accounts/new")).says(t, "They start with the permissions of West")
}

func TestTimelessAccountsAreFew(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for i := range log.MaxTimelessAccounts {
		ada.timeless(p.east, "name", fmt.Sprintf("No. %d", i))
	}
	ada.send(in(p.east, "/timeless-accounts"), "name", "One more").want(t, http.StatusUnprocessableEntity).says(t, "at most 50")
	got := ada.get(in(p.east, "/timeless-accounts")).want(t, http.StatusOK)
	if n := got.Find("tbody tr").Length(); n != log.MaxTimelessAccounts || len(got.body) > 100_000 {
		t.Errorf("%d rows, %d bytes", n, len(got.body))
	}
}
