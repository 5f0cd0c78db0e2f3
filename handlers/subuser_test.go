package handlers_test

import (
	"net/http"
	"testing"
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
