package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// report is what an import says: its sentence, and line by line what was left out.
func (x page) report() (text string, left []string) {
	x.Find(".conflict tbody tr").Each(func(_ int, tr *goquery.Selection) {
		left = append(left, tr.Children().First().Text()+" "+tr.Children().Last().Text())
	})
	return x.Find(".conflict p").First().Text(), left
}

func TestACallListTakesEachNumberOnce(t *testing.T) {
	p := newPanel(t)
	app := p.as(p.ada).application(p.analytical, "Reception")
	_, link := p.subuser(p.analytical, "carl", "CallListManager")
	carl := p.asSubuser(link, "carl")
	list := func(name string) string {
		lists := in(p.analytical, "/applications/"+app+"/call-lists")
		return lists + "/" + carl.send(lists, "name", name, "priority", "50", "simultaneous", "5", "attempts", "3", "interval", "300").added(t) + "/lines"
	}
	friday := list("Friday")
	file := "phone,name,note\n+49 30 901820,Ada,\"=1;-2\"\n+4930901821,Grace,\"two\nlines\"\n+49 (30) 901820,Ada again,\n+4930901821,Grace again,\n"

	// Checking tells what would be, keeps the text, and adds nothing.
	got := carl.send(friday, "csv", file, "check", "1").want(t, http.StatusOK)
	text, left := got.report()
	if text != "2 lines can be added, 2 would be skipped. Nothing is added yet." || len(left) != 2 || !strings.Contains(got.Find("textarea[name=csv]").Text(), "Grace again") {
		t.Errorf("the check says %q, %v", text, left)
	}
	if n := len(carl.get(friday).want(t, http.StatusOK).column()); n != 0 {
		t.Errorf("after checking there are %d lines", n)
	}

	text, left = carl.send(friday, "csv", file).want(t, http.StatusOK).report()
	if diff := cmp.Diff([]string{"5 Line 2 is the same.", "6 Line 3 is the same."}, left); text != "2 lines added, 2 skipped." || diff != "" {
		t.Errorf("%s (-want +got)\n%s", text, diff)
	}
	text, left = carl.send(friday, "csv", "phone\n+4930901822\n+4930901820\n").want(t, http.StatusOK).report()
	if diff := cmp.Diff([]string{"3 This list already has it."}, left); text != "1 line added, 1 skipped." || diff != "" {
		t.Errorf("%s (-want +got)\n%s", text, diff)
	}

	// What a list exports, another takes, the same in every value; what the panel
	// keeps is not read, and said so.
	exported := carl.get(friday+".csv").want(t, http.StatusOK).body
	monday := list("Monday")
	text, _ = carl.send(monday, "csv", exported, "check", "1").want(t, http.StatusOK).report()
	if want := "3 lines can be added, 0 would be skipped. Nothing is added yet. The columns Attempts and State are kept by the panel and were not read; rename them to bring them along as data."; text != want {
		t.Errorf("the check says %q", text)
	}
	carl.send(monday, "csv", exported).want(t, http.StatusSeeOther)
	if diff := cmp.Diff(exported, carl.get(monday+".csv").want(t, http.StatusOK).body); diff != "" {
		t.Errorf("the copy differs (-want +got)\n%s", diff)
	}
	if !strings.Contains(carl.get(monday).want(t, http.StatusOK).Find("#list").Text(), "=1;-2") {
		t.Error("the note is not what it was")
	}
}
