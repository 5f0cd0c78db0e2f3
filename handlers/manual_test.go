package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"bailiwick/manual"
)

// Each page of the sidebar leads to its own place in the manual, which is there;
// whoever is signed in reads it, and whatever it leads to opens.
func TestEveryPageLeadsToItsPlaceInTheManual(t *testing.T) {
	p := newPanel(t)
	ada, pages := p.as(p.ada), map[string]page{}
	read := func(url string) (page, string) {
		path, anchor, _ := strings.Cut(url, "#")
		if _, ok := pages[path]; !ok {
			pages[path] = ada.get(path).want(t, http.StatusOK)
		}
		return pages[path], anchor
	}
	sections := 0
	for _, s := range p.store.Catalog().Sections {
		if !s.InNavigation() {
			continue
		}
		x := ada.get(in(p.analytical, strings.TrimSuffix(s.Path, "/")))
		if x.status == http.StatusForbidden {
			continue // nobody but a role of its own
		}
		sections++
		help := x.want(t, http.StatusOK).Find(".top a[aria-label='Help for this page']").AttrOr("href", "")
		if help != manual.PlaceOf(s.Key) || !strings.HasSuffix(help, "#"+manual.Anchor(s.Key)) {
			t.Errorf("%s leads to %q in the manual", s.Label, help)
			continue
		}
		if page, anchor := read(help); page.Find("[id='"+anchor+"']").Length() != 1 {
			t.Errorf("%s is not where %s leads", anchor, s.Label)
		}
	}
	if sections < 40 {
		t.Errorf("Ada has %d pages only", sections)
	}
	for _, x := range ada.get("/help").want(t, http.StatusOK).Find(".manual-pages a").EachIter() {
		page, _ := read(x.AttrOr("href", ""))
		for _, a := range page.Find(".prose a").EachIter() {
			href := a.AttrOr("href", "")
			if strings.HasPrefix(href, "#") || strings.HasPrefix(href, manual.Root) || strings.HasPrefix(href, "/numbers/reserved") {
				continue
			}
			to := ada.get(href)
			for to.status == http.StatusSeeOther {
				to = ada.get(to.location())
			}
			if name := strings.TrimPrefix(a.Text(), "Open "); !strings.Contains(to.want(t, http.StatusOK).Text(), name) {
				t.Errorf("%s leads to %q, which does not call itself that", href, name)
			}
		}
	}
	// Who may is told from the catalog.
	security, _ := read("/help/security")
	if got := security.Find("#about-api_keys").Parent().Find(".who-may").Text(); !strings.Contains(got, "Account owner") || strings.Contains(got, "Payer") {
		t.Errorf("who may edit API keys: %s", got)
	}
	ada.get("/help/nothing").want(t, http.StatusNotFound)
	_, link := p.subuser(p.east, "tabulator", "CallListManager")
	p.asSubuser(link, "tabulator").get("/help/people").want(t, http.StatusOK).says(t, "Subusers sign in")
	if x := p.browser().get("/help/people"); x.status != http.StatusSeeOther || !strings.HasPrefix(x.location(), "/sign-in") {
		t.Errorf("somebody who is signed out is answered %d %s", x.status, x.location())
	}
}
