package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"bailiwick/authz"
	"bailiwick/models/record"
)

// fact is what a page says of a property.
func (x page) fact(label string) string {
	return strings.Join(strings.Fields(x.Find("#main .details dt").FilterFunction(func(_ int, dt *goquery.Selection) bool { return strings.TrimSpace(dt.Text()) == label }).Next().Text()), " ")
}

// related are the names that stand beside a title among what is related.
func (x page) related(title string) (all []string) {
	x.Find("#main .related dt").FilterFunction(func(_ int, dt *goquery.Selection) bool { return dt.Text() == title }).Next().Find("li").Each(func(_ int, li *goquery.Selection) {
		all = append(all, strings.TrimSpace(li.Text()))
	})
	return all
}

func (x page) heading() string { return strings.Join(strings.Fields(x.Find("#main h1").Text()), " ") }

// A call is called as people would call it, and its values read as they write them.
func TestACallReadsAsPeopleWriteIt(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC))
	ada := p.as(p.ada)
	calls, err := p.store.ReportRecords(t.Context(), authz.SystemGrant("test"), p.analytical, record.Place{Section: p.store.Catalog().Section("calls")}, []record.Report{{Values: map[string]any{
		"reference": "c-1", "direction": "inbound", "from": "+447700900158", "to": "+442079460000", "started_at": "2026-11-27T15:00:00Z", "duration": 126, "cost": 0.12, "result": "answered",
	}}})
	must(t, err)
	one := ada.get(in(p.analytical, "/calls/"+calls[0].ID.String())).want(t, http.StatusOK)
	if got := one.heading(); got != "Call from +44 7700 900158 to +44 20 7946 0000" {
		t.Errorf("the page is headed %q", got)
	}
	for label, want := range map[string]string{"Started": "3 hours ago", "Duration": "2 min 6 s", "From": "+44 7700 900158", "Cost": "0.12", "Call": "c-1"} {
		if got := one.fact(label); got != want {
			t.Errorf("%s: %q, not %q", label, got, want)
		}
	}
	when := one.Find(".facts time").First()
	if when.AttrOr("datetime", "") != "2026-11-27T15:00:00Z" || !strings.HasPrefix(when.AttrOr("title", ""), "27 November 2026, 15:00:00") {
		t.Errorf("the time is %v", when.Nodes)
	}
	// Lists read the same, and are searched by numbers however they are written; files stay exact.
	for _, asked := range []string{"", "?q=%2B44+7700+900158", "?q=07700+900158"} {
		if text := ada.get(in(p.analytical, "/calls"+asked)).want(t, http.StatusOK).Find("#list tbody").Text(); !strings.Contains(text, "+44 7700 900158") || !strings.Contains(text, "2 min 6 s") {
			t.Errorf("the list%s says %s", asked, text)
		}
	}
	if file := ada.get(in(p.analytical, "/calls.csv")).want(t, http.StatusOK); !strings.Contains(file.body, "+447700900158") || !strings.Contains(file.body, ",126,") {
		t.Errorf("the file says %s", file.body)
	}
	// What nobody changes has no history.
	if one.Find("#main .changes").Length() != 0 {
		t.Error("a call that was reported has a history")
	}
}

// A record's page leads to what it names and to what names it, as far as the reader
// may see that, and tells what became of it to those who may read the audit.
func TestARecordsPageShowsWhatItHasToDoWith(t *testing.T) {
	p := newPanel(t)
	ada, barbara := p.as(p.ada), p.as(p.barbara)
	at := func(path string) string { return in(p.west, path) }
	hopper := ada.send(at("/contacts"), "name", "Hopper").added(t)
	rule := ada.send(at("/call-rules"), "name", "Day", "destination", "+49 30 901820", "ring", "20").added(t)
	var items []string
	for _, name := range []string{"Berlin", "Bonn", "Bremen", "Köln"} {
		items = append(items, ada.send(at("/items"), "name", name, "call_rule", rule, "contacts", hopper).added(t))
	}
	day := ada.get(at("/call-rules/"+rule)).want(t, http.StatusOK)
	if diff := cmp.Diff([]string{"Berlin", "Bonn", "Bremen", "Show all"}, day.related("Used by 4 items")); diff != "" {
		t.Errorf("the rule's page (-want +got)\n%s", diff)
	}
	all := day.Find(".related a").Last().AttrOr("href", "")
	if got := ada.get(all).want(t, http.StatusOK).column(); len(got) != 4 {
		t.Errorf("all of them are %v", got)
	}
	berlin := ada.get(at("/items/"+items[0])).want(t, http.StatusOK)
	if berlin.Find(".related a[href='"+at("/contacts/"+hopper)+"']").Text() != "Hopper" || berlin.Find(".facts a[href='"+at("/call-rules/"+rule)+"']").Text() != "Day" {
		t.Error("the item does not lead to what it names")
	}

	// What is closed is in neither direction, and not counted.
	person := ada.get(at("/contacts/"+hopper)).want(t, http.StatusOK)
	if got := person.related("Used by 4 items"); len(got) != 4 || got[3] != "and others" { // of lists there is no filter
		t.Errorf("the contact is used by %v", got)
	}
	caller := ada.send(at("/agents"), "name", "Secret caller", "type", "outbound", "state", "draft", "model", "standard", "language", "en", "longest_call", "900").added(t)
	base := ada.send(at("/knowledge-bases"), "name", "Facts").added(t)
	ada.send(at("/agents/"+caller+"/edit"), "version", "1", "name", "Secret caller", "type", "outbound", "state", "draft", "model", "standard", "language", "en", "longest_call", "900", "knowledge_bases", base).want(t, http.StatusSeeOther)
	if got := ada.get(at("/knowledge-bases/"+base)).want(t, http.StatusOK).related("Used by 1 agent"); !cmp.Equal(got, []string{"Secret caller"}) {
		t.Errorf("the base is used by %v", got)
	}
	p.allow("outbound", p.west, false)
	if got := ada.get(at("/knowledge-bases/"+base)).want(t, http.StatusOK); strings.Contains(got.body, "Secret") || strings.Contains(got.body, "Used by") {
		t.Error("a closed agent is named or counted")
	}

	// Changes are told in sentences, to who may read the audit.
	ada.send(at("/call-rules/"+rule+"/edit"), "version", "1", "name", "Night", "destination", "+49 30 901820", "ring", "20").want(t, http.StatusSeeOther)
	told := ada.get(at("/call-rules/"+rule)).want(t, http.StatusOK)
	history := strings.Join(strings.Fields(told.Find("#main .changes").Text()), " ")
	if !strings.Contains(history, "Ada changed call rule") || !strings.Contains(history, "Name: Day → Night") || !strings.Contains(history, "Ada added call rule Day") {
		t.Errorf("the page tells %s", history)
	}
	barbara.get(at("/audit")).want(t, http.StatusOK)
	_, link := p.subuser(p.west, "dev", "Developer")
	dev := p.asSubuser(link, "dev")
	dev.get(at("/audit")).want(t, http.StatusForbidden)
	if seen := dev.get(at("/call-rules/" + rule)); seen.status == http.StatusOK && seen.Find("#main .changes").Length() != 0 {
		t.Error("who may not read the audit reads it on a record's page")
	}
	p.as(p.mallory).get(at("/call-rules/"+rule)).want(t, http.StatusNotFound)
	p.browser().get(at("/call-rules/"+rule)).want(t, http.StatusSeeOther)
}

// A ticket is a thread: what was asked, and then the answers.
func TestATicketReadsAsAThread(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	made := ada.send(in(p.analytical, "/tickets"), "subject", "Echo", "text", "Callers hear\nthemselves.", "priority", "high").added(t)
	one := in(p.analytical, "/tickets/"+made)
	ada.send(one+"/reply", "replies", "Since this morning.").want(t, http.StatusSeeOther)
	x := ada.get(one).want(t, http.StatusOK)
	var said []string
	x.Find(".entries li").Each(func(_ int, li *goquery.Selection) {
		said = append(said, li.Find("strong").Text()+": "+li.Find(".whole").Text())
	})
	if diff := cmp.Diff([]string{"Ada: Callers hear\nthemselves.", "Ada: Since this morning."}, said); diff != "" || x.heading() != "EchoOpen" {
		t.Errorf("%q (-want +got)\n%s", x.heading(), diff)
	}
}

// What an application holds is asked for in words: regions by where they are, times with
// their zone, patterns with what they are compared with.
func TestFormsInAnApplicationSayWhatTheyAskFor(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada).zone("Europe/Berlin")
	app := in(p.analytical, "/applications/"+ada.application(p.analytical, "Reception"))
	agent := ada.send(app+"/dialogflow-agents", "name", "Orders", "project", "orders", "region", "europe-west1", "language", "en").added(t)
	if got := ada.get(app+"/dialogflow-agents/"+agent).want(t, http.StatusOK).fact("Region"); got != "europe-west1 (Belgium)" {
		t.Errorf("the region is %q", got)
	}
	ada.get(app+"/dialogflow-agents").says(t, "europe-west1 (Belgium)")
	ada.get(app+"/key-values/new").want(t, http.StatusOK).says(t, "Time zone: Europe/Berlin.")
	ada.get(app+"/rules/new").want(t, http.StatusOK).says(t, "A regular expression that the dialled number has to match; .* matches any.")
}
