package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// names are the first cells of a list's rows.
func (x page) names() string {
	return strings.Join(x.Find("main .list tbody th").Map(func(_ int, th *goquery.Selection) string { return words(th) }), ", ")
}

// Ada restores many deleted records of several kinds at once, is told what could not
// come back, and takes that back.
func TestManyDeletedRecordsAreRestored(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	trash, contacts, groups := in(p.analytical, "/deleted"), in(p.analytical, "/contacts"), in(p.analytical, "/groups")
	var ids []string
	for _, name := range []string{"Zoe One", "Zoe Two", "Zoe Three"} {
		ids = append(ids, ada.send(contacts, "name", name).added(t))
	}
	berlin := ada.send(groups, "name", "Berlin").added(t)
	ada.send(groups+"/"+berlin+"/delete").want(t, http.StatusSeeOther)
	other := ada.send(groups, "name", "berlin").added(t)
	ada.then(ada.answers(ada.asks(contacts, "act", "delete", "all", "1")))
	x := ada.get(trash).want(t, http.StatusOK)
	want(t, "how many", words(x.Find(".pager > span")), "4 records")
	if x.Find("#bulk [name=act][value=restore]").Length() != 1 || x.Find("tbody input[name=id]").Length() != 4 {
		t.Fatal("the rows can't be ticked")
	}

	// What can not come back is skipped, with the reason; Undo deletes the others again.
	ask := ada.asks(trash, "act", "restore", "id", ids[0], "id", ids[1], "id", ids[2], "id", berlin).want(t, http.StatusOK).says(t, "Restore 4 records?")
	report := ada.then(ada.answers(ask)).says(t, "3 records restored, 1 skipped", "1 record has a name that another has now", "Berlin")
	want(t, "the contacts", ada.get(contacts+"?q=zoe").names(), "Zoe One, Zoe Three, Zoe Two")
	want(t, "still deleted", ada.get(trash).names(), "Berlin")
	undo := report.Find(".page-actions form").AttrOr("action", "no Undo")
	ada.then(ada.send(undo)).says(t, "3 records deleted.")
	want(t, "the contacts", ada.get(contacts+"?q=zoe").names(), "")
	ada.send(undo).want(t, http.StatusUnprocessableEntity).says(t, "already undone")
	file := ada.get(strings.TrimSuffix(undo, "/undo")+"?format=csv").want(t, http.StatusOK).body
	if !strings.Contains(file, "Zoe One") || !strings.Contains(file, "has a name that another has now") {
		t.Errorf("the file of the report: %s", file)
	}

	// All that match; what is changed since stays when that is undone.
	done := ada.then(ada.answers(ada.asks(trash, "act", "restore", "all", "1", "q", "zoe").says(t, "Restore 3 records?"))).says(t, "3 records restored.")
	want(t, "what the search still shows", done.names(), "")
	ada.send(contacts+"/"+ids[1]+"/edit", "version", ada.get(contacts+"/"+ids[1]+"/edit").value("version"), "name", "Zoe Two", "email", "zoe@example.com").want(t, http.StatusSeeOther)
	ada.takesBack(done).says(t, "2 records deleted, 1 skipped", "was changed since", "Zoe Two")
	want(t, "the contacts", ada.get(contacts+"?q=zoe").names(), "Zoe Two")
	ada.get(in(p.analytical, "/audit")).says(t, "restored contacts")

	// Records of several kinds come back in one act.
	ada.send(groups+"/"+other+"/delete").want(t, http.StatusSeeOther)
	several := ada.then(ada.answers(ada.asks(trash, "act", "restore", "id", ids[0], "id", other, "q", "of these"))).says(t, "2 records restored.")
	want(t, "what the search of those still shows", several.names(), "")
	ada.get(groups+"/"+other).want(t, http.StatusOK)
	ada.get(contacts+"/"+ids[0]).want(t, http.StatusOK)

	// Of nothing, of others than were told of, by no id.
	ada.send(trash+"/batches", "act", "restore").want(t, http.StatusUnprocessableEntity)
	ada.send(trash+"/batches", "act", "restore", "all", "1", "expected", "7").want(t, http.StatusUnprocessableEntity).says(t, "Look again")
	ada.send(trash+"/batches", "act", "restore", "id", "zebra").want(t, http.StatusNotFound)
	ada.get(trash+"/batches/zebra").want(t, http.StatusNotFound)

	// Nobody restores, takes back or reads what they could not have deleted.
	_, link := p.subuser(p.analytical, "caller", "CallListManager")
	for name, b := range map[string]*browser{"caller": p.asSubuser(link, "caller"), "mallory": p.as(p.mallory)} {
		at := trash
		if name == "mallory" {
			b.send(trash+"/batches", "act", "restore", "id", berlin).want(t, http.StatusNotFound)
			at = in(p.malloryville, "/deleted")
		}
		b.send(at+"/batches", "act", "restore", "id", berlin).want(t, http.StatusUnprocessableEntity)
		b.send(at+"/batches", "act", "restore", "all", "1", "q", "berlin").want(t, http.StatusUnprocessableEntity)
		of := strings.TrimPrefix(several.Find("#toasts form").AttrOr("action", "no Undo"), trash)
		b.get(at+strings.TrimSuffix(of, "/undo")).want(t, http.StatusNotFound)
		b.send(at+of).want(t, http.StatusNotFound)
	}
	p.browser().post(trash+"/batches", values("act", "restore", "id", berlin)).want(t, http.StatusSeeOther)
	want(t, "still deleted", ada.get(trash).names(), "Zoe Three, Berlin")
}
