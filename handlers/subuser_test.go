package handlers_test

import (
	"net/http"
	"testing"

	"bailiwick/models/people"
)

// Olga, whose subuser role is Owner, sees the list of subusers and the link by
// which they sign in. She can hand it on, and changes neither.
func TestTheRoleOwnerSeesTheLoginLink(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.west, "olga", "Owner")
	list := in(p.west, "/settings/subusers")
	olga := p.asSubuser(link, "olga")
	got := olga.get(list).want(t, http.StatusOK)
	if box := got.Find(".login-link"); box.Find("[value$='/login/"+link+"'], :contains('/login/"+link+"')").Length() == 0 || box.Find("a").Length() != 0 {
		t.Errorf("the list shows %q", got.Find(".login-link").Text())
	}
	if got.Find("a[href$='/new']").Length() != 0 {
		t.Error("Olga is offered to add subusers")
	}
	olga.get(list+"/login-link").want(t, http.StatusForbidden)
	olga.send(list+"/login-link").want(t, http.StatusForbidden)
	if box := p.as(p.barbara).get(list).want(t, http.StatusOK).Find(".login-link"); box.Find("a[href$='/login-link']").Length() != 1 {
		t.Error("Barbara, who edits subusers, can not replace the link")
	}
	p.as(p.grace).get(list).want(t, http.StatusForbidden)
	p.as(p.mallory).get(list).want(t, http.StatusNotFound)
}

// A subuser's page says under each heading of the list what the list says there.
func TestASubusersPageSaysWhatTheListSays(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	u, err := p.store.CreateSubuser(t.Context(), p.grant(p.ada, "subuser_create", p.east), people.SubuserInput{Name: "sue", Description: "Works at night", Roles: []string{"Support"}, Link: true})
	must(t, err)
	list := ada.get(in(p.east, "/settings/subusers")).want(t, http.StatusOK)
	one := ada.get(in(p.east, "/settings/subusers/"+u.Subuser.ID.String())).want(t, http.StatusOK)
	for i, want := range []string{"", "Support", "No password yet", "Never", "Off", "Works at night"} {
		heading, cell := texts(list, "thead th")[i], texts(list, "tbody tr > *")[i]
		if i > 0 && (cell != want || one.fact(heading) != want) {
			t.Errorf("%s: %q in the list, %q on the page, not %q", heading, cell, one.fact(heading), want)
		}
	}
}
