package handlers_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/record"
)

// added gives the id of what a form made.
func (x page) added(t testing.TB) string {
	t.Helper()
	x.want(t, http.StatusSeeOther)
	id := path.Base(x.location())
	if _, err := uuid.Parse(id); err != nil {
		t.Fatalf("the form leads to %s", x.location())
	}
	return id
}

// application makes an application, which shows its secret instead of leading on.
func (b *browser) application(at account.Account, name string) string {
	b.t.Helper()
	got := b.send(in(at, "/applications"), "name", name).want(b.t, http.StatusOK)
	return got.identifier(b.t)
}

var anID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f-]{27}$`)

func (x page) identifier(t testing.TB) string {
	t.Helper()
	id := ""
	x.Find("#main code").Each(func(_ int, s *goquery.Selection) {
		if anID.MatchString(s.Text()) {
			id = s.Text()
		}
	})
	if id == "" {
		t.Fatal("the page shows no identifier")
	}
	return id
}

// column gives the first cells of a list.
func (x page) column() (all []string) {
	x.Find("#list tbody th").Each(func(_ int, s *goquery.Selection) { all = append(all, strings.TrimSpace(s.Text())) })
	return all
}

func (x page) problem(field string) string {
	return strings.TrimSpace(x.Find("#f-" + field + "-problem").Text())
}

func (x page) value(field string) string {
	v, _ := x.Find("#main [name=" + field + "]").First().Attr("value")
	return v
}

func TestAdaKeepsAnApplicationAndWhatIsInIt(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	made := ada.send(in(p.analytical, "/applications"), "name", "Reception", "description", "Front\ndesk").want(t, http.StatusOK)
	app := made.identifier(t)
	secret := made.Find("#secret").AttrOr("value", made.Find("#secret").Text())
	if !strings.HasPrefix(secret, "bw_") || len(secret) != 49 {
		t.Fatalf("the secret is shown as %q", secret)
	}
	one := in(p.analytical, "/applications/"+app)
	if got := ada.get(one).want(t, http.StatusOK); strings.Contains(got.body, secret) || !strings.Contains(got.body, "bw_…"+secret[45:]) {
		t.Error("the secret is shown again, or not masked")
	}

	// A problem stands at its field, with what was typed.
	bad := ada.send(one+"/queues", "name", "", "priority", "many", "maximum_wait", "10").want(t, http.StatusUnprocessableEntity)
	if bad.problem("name") != "Fill this in." || bad.problem("priority") != "Enter a whole number." || bad.value("priority") != "many" || bad.value("maximum_wait") != "10" {
		t.Errorf("name %q, priority %q with %q and %q", bad.problem("name"), bad.problem("priority"), bad.value("priority"), bad.value("maximum_wait"))
	}
	form := ada.get(one+"/queues/new").want(t, http.StatusOK)
	if form.value("priority") != "50" {
		t.Errorf("the form offers priority %q", form.value("priority"))
	}
	queue := ada.send(one+"/queues", "name", "Sales", "skills", "german, french", "priority", "10", "maximum_wait", "60").added(t)
	ada.send(one+"/users", "name", "barbara", "display_name", "Barbara", "state", "active", "queues", queue, "password", "swordfish and chips").added(t)
	users := ada.get(one+"/users").want(t, http.StatusOK)
	if !cmp.Equal(users.column(), []string{"barbara"}) || strings.Contains(users.body, "swordfish") {
		t.Errorf("users: %v", users.column())
	}

	// The order of a rule's scenarios is the order in which they were chosen.
	hello := ada.send(one+"/scenarios", "name", "hello", "code", "  say('hello');\n").added(t)
	bye := ada.send(one+"/scenarios", "name", "bye").added(t)
	rule := ada.send(one+"/rules", "name", "All", "pattern", ".*", "priority", "1", "scenarios", bye, "scenarios", "", "scenarios", hello).added(t)
	if got := ada.get(one+"/rules/"+rule).want(t, http.StatusOK).related("Scenarios in order"); !cmp.Equal(got, []string{"bye", "hello"}) {
		t.Errorf("the rule shows %v", got)
	}
	chosen := []string{}
	ada.get(one+"/rules/"+rule+"/edit").want(t, http.StatusOK).Find("select[name=scenarios] option[selected]").Each(func(_ int, s *goquery.Selection) { chosen = append(chosen, s.Text()) })
	if !cmp.Equal(chosen, []string{"bye", "hello"}) {
		t.Errorf("the form shows %v", chosen)
	}

	// Editing, and losing against somebody else.
	edit := ada.get(one+"/queues/"+queue+"/edit").want(t, http.StatusOK)
	if edit.value("name") != "Sales" || edit.value("skills") != "german, french" {
		t.Errorf("the form shows %q, %q", edit.value("name"), edit.value("skills"))
	}
	version := edit.value("version")
	p.as(p.grace).send(one+"/queues/"+queue+"/edit", "version", version, "name", "Sales Berlin", "priority", "10", "maximum_wait", "60").want(t, http.StatusSeeOther)
	lost := ada.send(one+"/queues/"+queue+"/edit", "version", version, "name", "Sales South", "priority", "10", "maximum_wait", "60").want(t, http.StatusConflict)
	if text := lost.Find(".conflict").Text(); !strings.Contains(text, "Grace") || !strings.Contains(text, "Sales Berlin") || !strings.Contains(text, "Sales South") {
		t.Errorf("the conflict says %s", text)
	}
	ada.send(one+"/queues/"+queue+"/edit", "version", lost.value("version"), "name", lost.value("name"), "priority", "10", "maximum_wait", "60").want(t, http.StatusSeeOther)
	if got := ada.get(one+"/queues").want(t, http.StatusOK).column(); !cmp.Equal(got, []string{"Sales South"}) {
		t.Errorf("queues: %v", got)
	}

	// Deleting says what goes, and wants the name.
	ask := ada.get(one+"/delete").want(t, http.StatusOK)
	if text := ask.Find("#dialog").Text(); !strings.Contains(text, "2 scenarios, 1 user, 1 rule, 1 queue") {
		t.Errorf("the dialog says %s", strings.Join(strings.Fields(text), " "))
	}
	ada.send(one+"/delete", "confirm", "reception").want(t, http.StatusUnprocessableEntity)
	ada.send(one+"/delete", "confirm", "Reception").want(t, http.StatusSeeOther)
	ada.get(one).want(t, http.StatusNotFound)
	ada.get(one+"/queues").want(t, http.StatusNotFound)
}

// What comes filled and is filled again when it is emptied isn't called optional, in a new
// record's form and in that of one there is; what may stay empty is.
func TestWhatHasADefaultIsNotOptional(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	whispers, rules := in(p.analytical, "/whispers"), in(p.analytical, "/keyword-spotting")
	whisper := whispers + "/" + ada.send(whispers, "name", "Hello", "text", "Sales").added(t)
	rule := rules + "/" + ada.send(rules, "name", "Refunds", "keywords", "refund", "state", "enabled").added(t)
	said := func(x page) (labels []string) {
		x.want(t, http.StatusOK).Find("#main .form .label-text:not(legend)").Each(func(_ int, s *goquery.Selection) {
			labels = append(labels, strings.Join(strings.Fields(s.Text()), " "))
		})
		return labels
	}
	for path, want := range map[string][]string{
		whispers + "/new": {"Name", "Text", "Language"},
		whisper + "/edit": {"Name", "Text", "Language"},
		rules + "/new":    {"Name", "Keywords", "Said by", "Tag to give (optional)", "State"},
		rule + "/edit":    {"Name", "Keywords", "Said by", "Tag to give (optional)", "State"},
	} {
		form := ada.get(path)
		if diff := cmp.Diff(want, said(form)); diff != "" {
			t.Errorf("the labels at %s: %s", path, diff)
		}
		if n := form.Find("#f-said_by option[value=''], #f-language option[value='']").Length(); n != 0 {
			t.Errorf("%s offers no value where there is a default", path)
		}
	}
	ada.send(rule+"/edit", "version", "1", "name", "Refunds", "keywords", "refund", "said_by", "agent", "tag", "money", "state", "enabled").want(t, http.StatusSeeOther)
	ada.send(rule+"/edit", "version", "2", "name", "Refunds", "keywords", "refund", "said_by", "", "tag", "", "state", "enabled").want(t, http.StatusSeeOther)
	if got := ada.get(rule).want(t, http.StatusOK); got.fact("Said by") != "Anyone" || got.fact("Tag to give") != "" {
		t.Errorf("emptied, it is said by %q and gives the tag %q", got.fact("Said by"), got.fact("Tag to give"))
	}
	program, one := p.keyOf(p.ada, p.analytical), "/api/v1"+rule
	program.patch(one, map[string]any{"said_by": "agent", "tag": "money"}).want(http.StatusOK).says(`"said_by":"agent"`)
	program.patch(one, map[string]any{"said_by": nil, "tag": nil}).want(http.StatusOK).says(`"said_by":"anyone"`)
}

func TestRecordsAnswerOnlyWhoMaySeeThem(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	app := ada.application(p.analytical, "Reception")
	other := ada.application(p.analytical, "Other")
	one := in(p.analytical, "/applications/"+app)
	queue := ada.send(one+"/queues", "name", "Sales", "priority", "10", "maximum_wait", "60").added(t)
	form := []string{"name", "Mine", "priority", "10", "maximum_wait", "60", "version", "1"}

	// Another tenant: the foreign id answers as an absent one, everywhere.
	mallory := p.as(p.mallory)
	mine := mallory.application(p.malloryville, "Heist")
	absent := uuid.NewString()
	for _, at := range []string{"/applications/%s", "/applications/%s/edit", "/applications/%s/delete", "/applications/%s/queues", "/applications/%s/queues/new", "/applications/%s/queues.csv"} {
		foreign, missing := mallory.get(in(p.malloryville, fmt.Sprintf(at, app))), mallory.get(in(p.malloryville, fmt.Sprintf(at, absent)))
		if foreign.status != http.StatusNotFound || strings.ReplaceAll(foreign.body, app, absent) != missing.body {
			t.Errorf("%s answers %d and otherwise than an absent one", at, foreign.status)
		}
	}
	for _, at := range []string{one + "/queues/" + queue, one + "/queues"} {
		mallory.get(at).want(t, http.StatusNotFound)
	}
	mallory.send(one+"/queues/"+queue+"/edit", form...).want(t, http.StatusNotFound)
	mallory.send(in(p.malloryville, "/applications/"+app+"/edit"), "name", "Mine", "version", "1").want(t, http.StatusNotFound)
	mallory.send(in(p.malloryville, "/applications/"+mine+"/queues/"+queue+"/edit"), form...).want(t, http.StatusNotFound)
	mallory.send(in(p.malloryville, "/applications/"+mine+"/queues/"+queue+"/delete")).want(t, http.StatusNotFound)
	// A queue is in its own application only, also for its owner.
	ada.get(in(p.analytical, "/applications/"+other+"/queues/"+queue)).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/applications/"+queue+"/queues")).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/groups/"+queue)).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/applications/not-an-id")).want(t, http.StatusNotFound)

	// A viewer in East sees and does not change.
	eastern := ada.application(p.east, "Eastern")
	edsger := p.as(p.edsger)
	list := edsger.get(in(p.east, "/applications")).want(t, http.StatusOK)
	if !cmp.Equal(list.column(), []string{"Eastern"}) || list.Find("#main a[href$='/new']").Length() != 0 {
		t.Errorf("Edsger sees %v, or a way to add", list.column())
	}
	edsger.get(in(p.east, "/applications/new")).want(t, http.StatusForbidden)
	edsger.send(in(p.east, "/applications"), "name", "Mine").want(t, http.StatusForbidden)
	edsger.get(in(p.east, "/applications/"+eastern)).want(t, http.StatusOK)
	edsger.get(in(p.east, "/applications/"+eastern+"/edit")).want(t, http.StatusForbidden)
	edsger.send(in(p.east, "/applications/"+eastern+"/edit"), "name", "Mine", "version", "1").want(t, http.StatusForbidden)
	edsger.send(in(p.east, "/applications/"+eastern+"/delete")).want(t, http.StatusForbidden)
	edsger.get(in(p.west, "/applications")).want(t, http.StatusNotFound)
	edsger.get(in(p.analytical, "/applications")).want(t, http.StatusNotFound)

	// Signed out, and without the form's token.
	out := p.browser()
	if got := out.get(one+"/queues").want(t, http.StatusSeeOther); !strings.HasPrefix(got.location(), "/sign-in") {
		t.Errorf("signed out leads to %s", got.location())
	}
	out.post(one+"/queues", values(form...)).want(t, http.StatusSeeOther)
	ada.post(one+"/queues", values("name", "Forged", "priority", "1", "maximum_wait", "1")).want(t, http.StatusForbidden)
	if got := ada.get(one + "/queues").column(); !cmp.Equal(got, []string{"Sales"}) {
		t.Errorf("after all that there are %v", got)
	}
}

// UserManager and CallListManager work inside an application whose own page is
// closed to them.
func TestPagesInsideAnApplicationWorkWithoutIt(t *testing.T) {
	p := newPanel(t)
	app := p.as(p.ada).application(p.analytical, "Reception")
	_, link := p.subuser(p.analytical, "uma", "UserManager")
	p.subuser(p.analytical, "carl", "CallListManager")
	uma := p.asSubuser(link, "uma")
	one := in(p.analytical, "/applications/"+app)
	list := uma.get(in(p.analytical, "/applications")).want(t, http.StatusOK)
	if href, _ := list.Find("#list tbody th a").Attr("href"); href != one+"/users" {
		t.Errorf("the application leads Uma to %q", href)
	}
	uma.get(one).want(t, http.StatusForbidden)
	uma.get(one+"/queues").want(t, http.StatusForbidden)
	page := uma.get(one+"/users").want(t, http.StatusOK)
	if page.Find("nav[aria-label='Breadcrumb'] a[href='"+one+"'], .crumbs a[href='"+one+"']").Length() != 0 {
		t.Error("the crumbs lead to a page that is closed")
	}
	uma.send(one+"/users", "name", "edsger", "display_name", "Edsger", "state", "active").added(t)

	carl := p.asSubuser(link, "carl")
	made := carl.send(one+"/call-lists", "name", "Friday", "priority", "50", "simultaneous", "5", "attempts", "3", "interval", "300").added(t)
	lines := one + "/call-lists/" + made + "/lines"
	carl.get(lines+"/new").want(t, http.StatusOK)
	got := carl.send(lines, "csv", "phone,name,call_at\r\n+49 30 901820,Ada,2026-12-01T10:00\r\nnobody,Grace,\r\n+49 30 901821,Edsger,soon\r\n+4930901822,\"Barbara, L.\",\r\n").want(t, http.StatusOK)
	if text := got.Find(".conflict p").First().Text(); text != "2 lines added, 2 skipped." {
		t.Errorf("the report says %s", text)
	}
	var left []string
	got.Find(".conflict tbody tr").Each(func(_ int, tr *goquery.Selection) {
		left = append(left, tr.Children().First().Text()+" "+tr.Children().Last().Text())
	})
	if diff := cmp.Diff([]string{
		"3 Phone: Enter a phone number with its country code, such as +49 30 901820.", "4 Not before: Enter a date and a time.",
	}, left); diff != "" {
		t.Errorf("left out (-want +got)\n%s", diff)
	}
	table := carl.get(lines).want(t, http.StatusOK)
	if !cmp.Equal(table.column(), []string{"+49 30 901820", "+49 30 901822"}) || !strings.Contains(table.Find("tbody").Text(), "name = Barbara, L.") {
		t.Errorf("lines: %v %s", table.column(), table.Find("tbody").Text())
	}
	carl.send(lines, "csv", "name\nAda\n").want(t, http.StatusUnprocessableEntity)
	carl.send(lines, "csv", "").want(t, http.StatusUnprocessableEntity)
	carl.upload(lines, "lines.csv", "\ufeffphone;city\n+4930901823;Berlin\n").want(t, http.StatusSeeOther)
	if n := len(carl.get(lines).column()); n != 3 {
		t.Errorf("after the file there are %d lines", n)
	}
	uma.send(lines, "csv", "phone\n+4930901824\n").want(t, http.StatusForbidden)
	// Starting and pausing are acts with a state.
	list2 := one + "/call-lists/" + made
	carl.send(list2+"/start").want(t, http.StatusSeeOther)
	carl.send(list2+"/start").want(t, http.StatusUnprocessableEntity)
	carl.send(list2+"/pause").want(t, http.StatusSeeOther)
}

// upload sends a file as the form does, with other fields.
func (b *browser) upload(to, name, content string, pairs ...string) page {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must(b.t, w.WriteField("token", b.token()))
	for i := 0; i < len(pairs); i += 2 {
		must(b.t, w.WriteField(pairs[i], pairs[i+1]))
	}
	f, err := w.CreateFormFile("file", name)
	must(b.t, err)
	_, err = f.Write([]byte(content))
	must(b.t, err)
	must(b.t, w.Close())
	req, err := http.NewRequest(http.MethodPost, b.base+to, &body)
	must(b.t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}

func TestListsOverHTTP(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	at := in(p.analytical, "/contacts")
	token := ada.token()
	for i := range 60 {
		form := values("name", fmt.Sprintf("Person %02d", i), "company", []string{"Acme", "=cmd()"}[i%2], "token", token)
		ada.post(at, form).want(t, http.StatusSeeOther)
	}
	first := ada.get(at).want(t, http.StatusOK)
	if n := len(first.column()); n != record.Page || !strings.Contains(first.Find(".pager").Text(), "60 contacts") {
		t.Errorf("the first page has %d of %s", n, first.Find(".pager").Text())
	}
	next, _ := first.Find("a[rel=next]").Attr("href")
	second := ada.get(next).want(t, http.StatusOK)
	if got := second.column(); len(got) != 10 || got[0] != "Person 50" {
		t.Errorf("the second page has %v", got)
	}
	prev, _ := second.Find("a[rel=prev]").Attr("href")
	if got := ada.get(prev).want(t, http.StatusOK); !cmp.Equal(got.column(), first.column()) {
		t.Error("back is not where one came from")
	}
	if got := ada.get(at+"?q=person+07").want(t, http.StatusOK).column(); !cmp.Equal(got, []string{"Person 07"}) {
		t.Errorf("the search finds %v", got)
	}
	if got := ada.get(at+"?sort=-name").want(t, http.StatusOK).column(); got[0] != "Person 59" {
		t.Errorf("sorted down begins with %v", got[0])
	}
	if got := ada.get(at+"?q=nobody").want(t, http.StatusOK); got.Find(".empty").Length() != 1 {
		t.Error("an empty search does not say so")
	}
	ada.get(at+"?after=garbage").want(t, http.StatusNotFound)
	if got := ada.get(at + "?column=company&column=name&q=07"); got.Find("#list thead th").First().Text() == "Name" {
		t.Error("the columns are not those that were chosen")
	}

	file := ada.get(at+".csv?sort=name").want(t, http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	if err != nil || len(rows) != 61 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") || file.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the file is sent as %v", file.header)
	}
	if rows[1][0] != "Person 00" || rows[2][3] != "'=cmd()" {
		t.Errorf("the rows are %v, %v", rows[1], rows[2])
	}
}

func TestBelowOverHTTP(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for _, a := range []account.Account{p.analytical, p.east, p.berlin, p.west} {
		ada.send(in(a, "/contacts"), "name", "Contact of "+a.Name).want(t, http.StatusSeeOther)
	}
	edsger := p.as(p.edsger)
	own := edsger.get(in(p.east, "/contacts")).want(t, http.StatusOK)
	if !cmp.Equal(own.column(), []string{"Contact of East"}) || own.Find("input[name=accounts]").Length() != 1 {
		t.Errorf("East alone: %v", own.column())
	}
	below := edsger.get(in(p.east, "/contacts?accounts=below")).want(t, http.StatusOK)
	if !cmp.Equal(below.column(), []string{"Contact of East", "Contact of East Berlin"}) || strings.Contains(below.body, "West") {
		t.Errorf("below East: %v", below.column())
	}
	href, _ := below.Find("#list tbody tr:nth-child(2) th a").Attr("href")
	if !strings.HasPrefix(href, in(p.berlin, "/contacts/")) {
		t.Errorf("the record below leads to %s", href)
	}
	edsger.get(href).want(t, http.StatusOK)
	edsger.get(in(p.east, "/contacts?accounts=below&account="+p.west.ID.String())).want(t, http.StatusNotFound)
	if got := edsger.get(in(p.east, "/contacts?accounts=below&account="+p.berlin.ID.String())).want(t, http.StatusOK).column(); !cmp.Equal(got, []string{"Contact of East Berlin"}) {
		t.Errorf("narrowed to East Berlin: %v", got)
	}
	if got := p.as(p.barbara).get(in(p.west, "/contacts?accounts=below")).want(t, http.StatusOK); !cmp.Equal(got.column(), []string{"Contact of West"}) || got.Find("input[type=checkbox][name=accounts]").Length() > 1 {
		t.Errorf("West has %v", got.column())
	}
	rows, err := csv.NewReader(strings.NewReader(edsger.get(in(p.east, "/contacts.csv?accounts=below")).want(t, http.StatusOK).body)).ReadAll()
	if err != nil || len(rows) != 3 || rows[2][len(rows[2])-1] != "East Berlin" {
		t.Errorf("the file is %v, %v", rows, err)
	}
}

func TestNumbersAreAttachedAndGivenUp(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	app := ada.application(p.analytical, "Reception")
	system := authz.SystemGrant("the vendor offers a number")
	at := func(section string) record.Place {
		return record.Place{Section: p.store.Catalog().Section(section)}
	}
	had, err := p.store.ReportRecords(t.Context(), system, p.analytical, at("numbers_list"), []record.Report{{Values: map[string]any{"number": "+4930901820", "state": "purchased", "price": 1}}})
	must(t, err)
	blocked := had[0].ID.String()
	ada.send(in(p.analytical, "/numbers/"+blocked+"/block"), "reason", "Under attack").want(t, http.StatusSeeOther)
	_, link := p.subuser(p.analytical, "dev", "Developer")
	p.subuser(p.analytical, "phil", "PhoneNumberManager")
	p.subuser(p.analytical, "sue", "Supervisor")
	dev, phil, sue := p.asSubuser(link, "dev"), p.asSubuser(link, "phil"), p.asSubuser(link, "sue")

	number := "/numbers/" + blocked
	// It is in no list that these people see, so it is not there for its acts either.
	dev.get(in(p.analytical, number+"/attach")).want(t, http.StatusNotFound)
	dev.send(in(p.analytical, number+"/attach"), "application", app).want(t, http.StatusNotFound)
	ada.send(in(p.analytical, number+"/unblock")).want(t, http.StatusSeeOther)

	attach := phil.get(in(p.analytical, number+"/attach")).want(t, http.StatusOK)
	if attach.Find("select[name=application] option[value='"+app+"']").Text() != "Reception" {
		t.Error("the form does not offer the application")
	}
	if got := phil.send(in(p.analytical, number+"/attach"), "application", "").want(t, http.StatusUnprocessableEntity); got.problem("application") != "Fill this in." {
		t.Errorf("attaching to nothing: %q", got.problem("application"))
	}
	phil.send(in(p.analytical, number+"/attach"), "application", app).want(t, http.StatusSeeOther)
	if got := ada.get(in(p.analytical, "/applications/"+app+"/numbers")).want(t, http.StatusOK).column(); !cmp.Equal(got, []string{"+49 30 901820"}) {
		t.Errorf("the application has %v", got)
	}
	phil.get(in(p.analytical, number+"/parameters")).want(t, http.StatusOK)
	phil.send(in(p.analytical, number+"/parameters"), "parameters", "greeting = hello").want(t, http.StatusSeeOther)
	if got := phil.send(in(p.analytical, number+"/parameters"), "parameters", "hello").want(t, http.StatusUnprocessableEntity); got.problem("parameters") == "" {
		t.Error("parameters without a value are taken")
	}
	dev.send(in(p.analytical, number+"/parameters"), "parameters", "").want(t, http.StatusForbidden)
	// Buying takes the price from the balance, once there is enough.
	offered, err := p.store.ReportRecords(t.Context(), system, p.analytical, at("numbers_choose"), []record.Report{{Values: map[string]any{"number": "+4930901899", "state": "available", "price": 2.5}}})
	must(t, err)
	buy := in(p.analytical, "/numbers/"+offered[0].ID.String()+"/buy")
	if got := ada.get(in(p.analytical, "/numbers/buy_number")).want(t, http.StatusOK); got.Find("[action='"+buy+"'], [href^='"+buy+"']").Length() == 0 {
		t.Error("the page offers nothing to buy")
	}
	if got := ada.send(buy).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.Text(), "The balance doesn't cover the first month.") {
		t.Error("it is not said that the balance does not suffice")
	}
	_, err = p.store.ReportRecords(t.Context(), system, p.analytical, at("billing"), []record.Report{{Values: map[string]any{"description": "Payment", "amount": 10, "type": "payment"}}})
	must(t, err)
	// What it costs is said before; what is left, to those who may see the balance.
	if got := ada.get(buy).want(t, http.StatusOK).dialog(); !strings.Contains(got, "Buy +49 30 901899?") || !strings.Contains(got, "Price: 2.50 a monthBalance: 10.00, 7.50 after") {
		t.Errorf("before she buys, Ada reads %q", got)
	}
	if got := phil.get(buy).want(t, http.StatusOK).dialog(); !strings.Contains(got, "Price: 2.50 a month") || strings.Contains(got, "Balance") {
		t.Errorf("before he buys, the phone number manager reads %q", got)
	}
	sue.send(buy).want(t, http.StatusForbidden)
	ada.send(buy).want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/billing/dashboard")).says(t, "Bought +49 30 901899.").says(t, "Number +49 30 901899")
	if got := ada.get(in(p.analytical, "/billing/dashboard")).want(t, http.StatusOK); !strings.Contains(got.Find("#main").Text(), "Balance: 7.50") || len(got.column()) != 2 {
		t.Error("the balance is not what is left")
	}

	// Only the phone number manager reserves, and then nobody else sees it.
	ada.send(in(p.analytical, number+"/reserve")).want(t, http.StatusForbidden)
	phil.send(in(p.analytical, number+"/reserve"), "reason", "For East").want(t, http.StatusSeeOther)
	if got := phil.get(in(p.analytical, "/numbers/reserved_numbers")).want(t, http.StatusOK).column(); !cmp.Equal(got, []string{"+49 30 901820"}) {
		t.Errorf("reserved: %v", got)
	}
	ada.get(in(p.analytical, number+"/attach")).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/numbers/my_numbers/"+blocked)).want(t, http.StatusNotFound)
	phil.send(in(p.analytical, number+"/release")).want(t, http.StatusSeeOther)
	dev.send(in(p.analytical, number+"/attach"), "application", app).want(t, http.StatusSeeOther)
	sue.send(in(p.analytical, number+"/deactivate")).want(t, http.StatusForbidden)
	phil.send(in(p.analytical, number+"/deactivate")).want(t, http.StatusSeeOther)
	phil.send(in(p.analytical, number+"/deactivate")).want(t, http.StatusUnprocessableEntity)
}

// What an account may not use is neither offered nor taken, and its page is closed.
func TestTheCeilingOverHTTP(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ctx := context.Background()
	for _, key := range []string{"outbound", "prompt", "workflows"} {
		must(t, p.store.SetEntitlement(ctx, p.grant(p.ada, "entitlements.edit", p.analytical), key, p.west.ID, false))
	}
	barbara := p.as(p.barbara)
	form := barbara.get(in(p.west, "/agents/new")).want(t, http.StatusOK)
	if form.Find("#f-prompt").Length() != 0 || form.Find("#f-voice").Length() != 1 {
		t.Error("the form offers what is closed, or not what is open")
	}
	if _, off := form.Find("select[name=type] option[value=outbound]").Attr("disabled"); !off {
		t.Error("the closed type can be chosen")
	}
	got := barbara.send(in(p.west, "/agents"), "name", "Caller", "type", "outbound", "state", "draft").want(t, http.StatusUnprocessableEntity)
	if got.problem("type") != "This account can't use Outbound." {
		t.Errorf("the type: %q", got.problem("type"))
	}
	got = barbara.send(in(p.west, "/agents"), "name", "Caller", "type", "chat", "state", "draft", "prompt", "Be kind.").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.Find(".problems").Text(), "Prompt: This account can't use this.") {
		t.Errorf("the prompt: %q", got.Find(".problems").Text())
	}
	barbara.get(in(p.west, "/workflows")).want(t, http.StatusForbidden)
	ada.get(in(p.east, "/workflows")).want(t, http.StatusOK)
	if nav := barbara.get(in(p.west, "")).want(t, http.StatusOK); nav.Find("nav a[href='"+in(p.west, "/workflows")+"']").Length() != 0 {
		t.Error("the navigation leads to a closed page")
	}
}

// Every list, form and file of every section opens for its owner, empty and
// with something in it.
func TestEverySectionsPagesOpen(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	app := ada.application(p.analytical, "Reception")
	list := ada.send(in(p.analytical, "/applications/"+app+"/call-lists"), "name", "Friday", "priority", "50", "simultaneous", "5", "attempts", "3", "interval", "300").added(t)
	for _, s := range p.store.Catalog().Sections {
		r := s.Records
		if r == nil || s.Key == "numbers_reserved" {
			continue
		}
		at := in(p.analytical, strings.NewReplacer(":application", app, ":list", list).Replace(s.Path))
		ada.get(at).want(t, http.StatusOK)
		if s.Single() {
			continue
		}
		ada.get(at+".csv").want(t, http.StatusOK)
		q := url.Values{}
		for _, f := range r.Kind.Fields {
			q.Add("column", f.Name)
			ada.get(at+"?sort=-"+f.Name).want(t, http.StatusOK)
			if len(f.Options) > 0 {
				ada.get(at+"?"+url.Values{f.Name: {f.Options[0].Value}}.Encode()).want(t, http.StatusOK)
			}
		}
		ada.get(at+"?accounts=below&"+q.Encode()).want(t, http.StatusOK)
		if r.Create != 0 {
			ada.get(at+"/new").want(t, http.StatusOK)
			ada.send(at, "x", "y").want(t, http.StatusUnprocessableEntity)
		}
	}
}

// The pages of a list say which part of it they show, forth and back.
func TestAListCountsItsPages(t *testing.T) {
	p := newPanel(t)
	ada, list := p.as(p.ada), in(p.analytical, "/contacts")
	for i := range 12 {
		ada.send(list, "name", fmt.Sprintf("Contact %02d", i)).added(t)
	}
	says := func(path, want string) page {
		t.Helper()
		x := ada.get(path).want(t, http.StatusOK)
		if got := strings.TrimSpace(x.Find(".pager .dim").Text()); got != want {
			t.Errorf("%s says %q, not %q", path, got, want)
		}
		return x
	}
	to := func(x page, rel string) string { return x.Find(".pager [rel="+rel+"]").AttrOr("href", "nowhere") }
	says(list, "12 contacts")
	first := says(list+"?rows=10", "1–10 of 12 contacts")
	second := says(to(first, "next"), "11–12 of 12 contacts")
	says(to(second, "prev"), "1–10 of 12 contacts")
	says(list+"?rows=10&first=900", "1–10 of 12 contacts")
}
