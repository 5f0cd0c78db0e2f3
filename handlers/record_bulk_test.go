package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// asks opens the question before something is done to many records of a list.
func (b *browser) asks(list string, pairs ...string) page {
	b.t.Helper()
	return b.get(list + "/batches/new?" + values(pairs...).Encode())
}

// answers sends the form of such a question, with what it asks for besides.
func (b *browser) answers(question page, pairs ...string) page {
	b.t.Helper()
	form := url.Values{}
	question.Find("dialog form input[type=hidden]").Each(func(_ int, x *goquery.Selection) { form.Add(x.AttrOr("name", ""), x.AttrOr("value", "")) })
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.post(question.Find("dialog form").AttrOr("action", "no form"), form)
}

// then follows an answer to where it leads.
func (b *browser) then(x page) page {
	b.t.Helper()
	return b.get(x.want(b.t, http.StatusSeeOther).location()).want(b.t, http.StatusOK)
}

// takesBack presses Undo in the message of a page.
func (b *browser) takesBack(x page) page {
	b.t.Helper()
	form := x.Find("#toasts form").First()
	sent := url.Values{}
	form.Find("input").Each(func(_ int, i *goquery.Selection) { sent.Add(i.AttrOr("name", ""), i.AttrOr("value", "")) })
	return b.then(b.post(form.AttrOr("action", "no Undo"), sent))
}

func TestManyRecordsAtOnce(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	contacts := in(p.analytical, "/contacts")
	ids := map[string]string{}
	for _, name := range []string{"Ann", "Ben", "Cas", "Dee"} {
		ids[name] = ada.send(contacts, "name", name, "company", map[bool]string{true: "North", false: "South"}[name < "C"]).added(t)
	}
	if got := ada.get(contacts).Find("tbody input[name=id][form=bulk]").Length(); got != 4 {
		t.Fatalf("%d rows can be ticked", got)
	}
	ada.asks(contacts, "act", "delete").want(t, http.StatusUnprocessableEntity).says(t, "Select at least one row.")
	ada.asks(contacts, "act", "sell", "all", "1").want(t, http.StatusUnprocessableEntity).says(t, "Choose what to do")
	ada.send(contacts+"/batches", "act", "delete").want(t, http.StatusUnprocessableEntity)

	// Two of them, told, done, and taken back.
	question := ada.asks(contacts, "act", "delete", "id", ids["Ann"], "id", ids["Ben"]).want(t, http.StatusOK).says(t, "Delete 2 contacts?", "You can restore them for 30 days")
	if listed(ada.get(contacts)) != "Ann Ben Cas Dee" {
		t.Error("asking did it")
	}
	after := ada.then(ada.answers(question)).says(t, "2 contacts deleted.")
	if got := listed(after); got != "Cas Dee" {
		t.Errorf("left are %s", got)
	}
	ada.get(contacts+"/"+ids["Ann"]).want(t, http.StatusNotFound)
	after = ada.takesBack(after).says(t, "2 contacts changed back.")
	if got := listed(after); got != "Ann Ben Cas Dee" {
		t.Errorf("after Undo there are %s", got)
	}

	// All that a search shows, and no other number of them than was told.
	question = ada.asks(contacts, "act", "delete", "all", "1", "q", "north").want(t, http.StatusOK).says(t, "Delete 2 contacts?")
	ada.send(contacts, "name", "Eve", "company", "North").added(t)
	ada.answers(question).want(t, http.StatusUnprocessableEntity).says(t, "There are 3 of them now, and there were 2")

	// What is gone meanwhile, or another account's, is skipped and told.
	theirs := p.as(p.mallory).send(in(p.malloryville, "/contacts"), "name", "Mal").added(t)
	question = ada.asks(contacts, "act", "delete", "id", ids["Cas"], "id", ids["Dee"], "id", theirs)
	question.want(t, http.StatusOK)
	ada.send(contacts+"/"+ids["Dee"]+"/delete").want(t, http.StatusSeeOther)
	report := ada.then(ada.answers(question)).says(t, "1 contact deleted, 2 skipped", "is no longer there")
	if strings.Contains(report.Find("main").Text(), "Mal") {
		t.Error("the report names another account's contact")
	}
	if csv := ada.get(report.Find(".actions a[download]").AttrOr("href", "")).want(t, http.StatusOK).body; strings.Count(csv, "is no longer there") != 2 || !strings.Contains(csv, "Cas,deleted") {
		t.Errorf("the CSV of the report: %s", csv)
	}
	undo := report.Find(".page-actions form").AttrOr("action", "")
	ada.send(undo).want(t, http.StatusSeeOther)
	ada.send(undo).want(t, http.StatusUnprocessableEntity).says(t, "already undone")
	ada.get(contacts+"/"+ids["Cas"]).want(t, http.StatusOK)
	p.as(p.mallory).get(in(p.malloryville, "/contacts/"+theirs)).want(t, http.StatusOK)

	// It is for who may delete there, and Undo for who did it.
	edsger := p.as(p.edsger)
	for who, b := range map[string]*browser{"Edsger": edsger, "Mallory": p.as(p.mallory)} {
		for _, path := range []string{contacts + "/batches/new?act=delete&all=1", strings.TrimSuffix(undo, "/undo")} {
			if x := b.get(path); x.status != http.StatusNotFound {
				t.Errorf("%s gets %d at %s", who, x.status, path)
			}
		}
		if x := b.send(contacts+"/batches", "act", "delete", "id", ids["Cas"]); x.status != http.StatusNotFound {
			t.Errorf("%s gets %d", who, x.status)
		}
	}
	p.browser().get(contacts+"/batches/new?act=delete&all=1").want(t, http.StatusSeeOther)
	_, link := p.subuser(p.analytical, "watcher", "Supervisor")
	watcher := p.asSubuser(link, "watcher")
	calls := in(p.analytical, "/calls")
	if x := watcher.get(calls).want(t, http.StatusOK); strings.Contains(x.Find("#bulk").Text(), "Delete") {
		t.Error("who may not delete calls is offered to")
	}
	watcher.get(calls+"/batches/new?act=delete&all=1").want(t, http.StatusUnprocessableEntity)
}

func TestManyRecordsGetTagsAndActs(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	groups := in(p.analytical, "/groups")
	ids := map[string]string{}
	for name, tags := range map[string]string{"East": "old", "North": "", "West": "new, old"} {
		ids[name] = ada.send(groups, "name", name, "tags", tags).added(t)
	}
	tagged := func() (all []string) {
		for _, name := range []string{"East", "North", "West"} {
			all = append(all, name+":"+strings.Join(strings.Fields(ada.get(groups+"/"+ids[name]).want(t, http.StatusOK).Find("dd .badge").Text()), ""))
		}
		return all
	}
	question := ada.asks(groups, "act", "add_tags", "all", "1").want(t, http.StatusOK).says(t, "Add tags: 3 groups")
	ada.answers(question).want(t, http.StatusUnprocessableEntity).says(t, "Enter a tag.")
	report := ada.then(ada.answers(question, "tagged", "new")).says(t, "2 groups tagged new, 1 skipped", "would stay the same", "West")
	if got := strings.Join(tagged(), " "); got != "East:oldnew North:new West:newold" {
		t.Errorf("tagged: %s", got)
	}
	// One is changed by hand: Undo leaves that as it is.
	north := groups + "/" + ids["North"] + "/edit"
	ada.send(north, "version", ada.get(north).value("version"), "name", "North", "tags", "new, mine").want(t, http.StatusSeeOther)
	undone := ada.then(ada.send(report.Find(".page-actions form").AttrOr("action", ""))).says(t, "1 group changed back, 1 skipped", "was changed since", "North")
	if undone.Find(".page-actions form").Length() != 0 {
		t.Error("an Undo is offered to be undone")
	}
	if got := strings.Join(tagged(), " "); got != "East:old North:newmine West:newold" {
		t.Errorf("after Undo: %s", got)
	}
	ada.then(ada.answers(ada.asks(groups, "act", "remove_tags", "id", ids["East"], "id", ids["West"]), "tagged", "old")).says(t, "2 groups no longer tagged old.")

	// An act is done to those whose state waits for it.
	list := in(p.analytical, "/applications/"+ada.application(p.analytical, "Reception")+"/call-lists")
	var lists []string
	for i := range 3 {
		lists = append(lists, ada.send(list, "name", fmt.Sprint("List ", i)).added(t))
	}
	states := func() (all []string) {
		for _, id := range lists {
			all = append(all, strings.TrimSpace(ada.get(list+"/"+id).want(t, http.StatusOK).Find("main h1 + .badge, main .page-title .badge, main .badge").First().Text()))
		}
		return all
	}
	before := states()
	act := "start"
	if x := ada.asks(list, "act", act, "all", "1").want(t, http.StatusOK); strings.Contains(x.Find("dialog").Text(), "will be skipped") {
		act = "pause"
	}
	after := ada.then(ada.answers(ada.asks(list, "act", act, "id", lists[0], "id", lists[1])))
	if got := states(); slices.Equal(got, before) || got[2] != before[2] {
		t.Errorf("%s: from %q to %q", act, before, got)
	}
	ada.asks(list, "act", act, "all", "1").want(t, http.StatusOK).says(t, "2 call lists will be skipped")
	ada.takesBack(after)
	if got := states(); !slices.Equal(got, before) {
		t.Errorf("after Undo: %q", got)
	}
}
