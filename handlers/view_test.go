package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bailiwick/models/login"
)

// views are those that a list offers, the current one in brackets.
func (b *browser) views(list string) (all []string) {
	b.t.Helper()
	for _, a := range b.get(list).want(b.t, http.StatusOK).Find("#views > a").EachIter() {
		name := a.Text()
		if a.AttrOr("aria-current", "") != "" {
			name = "[" + name + "]"
		}
		all = append(all, name)
	}
	return all
}

// acts presses an entry of the list's menu of views, and sends the form that it opens.
func (b *browser) onView(list, entry string, pairs ...string) page {
	b.t.Helper()
	x := b.get(list).want(b.t, http.StatusOK)
	at := x.Find("#views a.item:contains('"+entry+"')").AttrOr("href", "no "+entry)
	return b.answers(b.get(at).want(b.t, http.StatusOK), pairs...)
}

// Ada saves what a list shows under a name, opens it again, renames, replaces and
// deletes it. Nobody else sees it, and what she types wrong is told at its place.
func TestAdaSavesViews(t *testing.T) {
	p := newPanel(t)
	ada, calls := p.as(p.ada), in(p.analytical, "/calls")
	missed := calls + "?column=started_at&column=from&result=missed&sort=duration&when=7"
	if got := ada.views(calls); got != nil {
		t.Errorf("a list of which nothing is saved offers %q", got)
	}
	if x := ada.then(ada.onView(missed, "Save view", "name", " Missed this week ")); !strings.Contains(x.Text(), "View saved.") || len(chips(x)) != 2 {
		t.Errorf("the view is not shown: %q", chips(x))
	}
	want(t, "the views", strings.Join(ada.views(missed), " "), "All calls [Missed this week]")
	want(t, "of all calls", strings.Join(ada.views(calls), " "), "[All calls] Missed this week")
	opened := ada.get(ada.get(calls).Find("#views > a").Last().AttrOr("href", "")).want(t, http.StatusOK)
	if n := opened.Find("#columns input[name=column][checked]").Length(); !cmp.Equal(chips(opened), []string{"Started: Last 7 days", "Result: Missed"}) || n != 2 {
		t.Errorf("the view shows %d columns of %q", n, chips(opened))
	}
	// A page further on is no part of a view.

	ada.then(ada.onView(missed, "Rename", "name", "Missed"))
	want(t, "renamed", strings.Join(ada.views(missed), " "), "All calls [Missed]")
	busy := calls + "?result=busy"
	for name, says := range map[string]string{
		"": "Enter a name for the view.", "  ": "Enter a name for the view.", "MISSED": "You already have a view with this name.",
		strings.Repeat("x", 61): "Use up to 60 characters.", "a\u202eb": "Remove the invisible characters.",
	} {
		x := ada.onView(busy, "Save view", "name", name).want(t, http.StatusUnprocessableEntity)
		if !strings.HasPrefix(x.problem("name"), says) {
			t.Errorf("%q is answered %q", name, x.problem("name"))
		}
	}
	ada.then(ada.onView(busy, "Save view", "name", "Busy", "instead", "Missed"))
	want(t, "replaced", strings.Join(ada.views(busy), " "), "All calls [Busy]")
	want(t, "before", strings.Join(ada.views(missed), " "), "All calls Busy")
	for i := range 19 {
		ada.onView(calls+"?q=x"+fmt.Sprint(i), "Save view", "name", fmt.Sprint("View ", i)).want(t, http.StatusSeeOther)
	}
	if x := ada.onView(calls+"?q=one", "Save view", "name", "One more").want(t, http.StatusUnprocessableEntity); !strings.Contains(x.problem("name"), "up to 20 views") {
		t.Errorf("the 21st view: %q", x.problem("name"))
	}
	ada.onView(in(p.analytical, "/members?seen=7"), "Save view", "name", "Busy").want(t, http.StatusSeeOther) // of another list
	ada.onView(calls+"?q="+strings.Repeat("long", 600), "Save view", "name", "Long", "instead", "Busy").want(t, http.StatusUnprocessableEntity).says(t, "filtered by too much")

	// Deleting it leaves the list as it is; Undo brings it back.
	gone := ada.then(ada.send("/views/delete", "at", calls, "name", "View 7"))
	if got := strings.Join(ada.views(calls), ", "); strings.Contains(got, "View 7") {
		t.Errorf("left are %s", got)
	}
	ada.takesBack(gone)
	want(t, "back", strings.Contains(strings.Join(ada.views(calls), ", "), "View 7"), true)
	ada.send("/views/delete", "at", calls, "name", "View 77").want(t, http.StatusNotFound)
	ada.get("/views/rename?"+values("at", calls, "name", "View 77").Encode()).want(t, http.StatusNotFound)
	ada.send("/views", "at", calls, "query", "q=x", "name", "New", "instead", "View 77").want(t, http.StatusNotFound)
	for _, at := range []string{"", "/", "//evil.example/a", "https://evil.example/", "/sign-in", calls + "?q=x", calls + "/../../x", "/a/1/calls"} {
		ada.send("/views", "at", at, "query", "", "name", "New").want(t, http.StatusNotFound)
	}

	// Views are Ada's alone, and open only what she may see.
	want(t, "Grace's", len(p.as(p.grace).views(calls)), 0)
	p.as(p.grace).send("/views/delete", "at", calls, "name", "Busy").want(t, http.StatusNotFound)
	mallory := p.as(p.mallory)
	mallory.then404(mallory.send("/views", "at", calls, "query", "q=x", "name", "Theirs"))
	p.browser().post("/views", values("at", calls, "name", "x")).want(t, http.StatusSeeOther)
	p.browser().get("/views/new?"+values("at", calls).Encode()).want(t, http.StatusSeeOther)
	_, link := p.subuser(p.analytical, "dev", "Developer")
	dev := p.asSubuser(link, "dev")
	want(t, "the subuser's", len(dev.views(calls)), 0)
	dev.then(dev.onView(calls+"?result=busy", "Save view", "name", "Busy"))
	want(t, "the subuser's own", strings.Join(dev.views(calls), " "), "[All calls] Busy")
}

// then404 follows an answer to where there is nothing for whoever asks.
func (b *browser) then404(x page) {
	b.t.Helper()
	b.get(x.want(b.t, http.StatusSeeOther).location()).want(b.t, http.StatusNotFound)
}

// Two windows that save a view by one name at the same time make one.
func TestAViewIsSavedOnce(t *testing.T) {
	p := newPanel(t)
	ada, calls := p.as(p.ada), in(p.analytical, "/calls")
	token := ada.token()
	const windows = 8
	answers := make([]page, windows)
	var all sync.WaitGroup
	for i := range windows {
		all.Go(func() {
			form := url.Values{"at": {calls}, "query": {"q=x"}, "name": {"Mine"}, "token": {token}}
			answers[i] = ada.post("/views", form)
		})
	}
	all.Wait()
	saved := 0
	for _, x := range answers {
		if x.status == http.StatusSeeOther {
			saved++
		}
	}
	views, err := p.store.Views(t.Context(), login.Session{Principal: p.ada.Principal()}, calls)
	must(t, err)
	if saved != 1 || len(views) != 1 {
		t.Errorf("%d were told that it is saved, and %d views are there", saved, len(views))
	}
}
