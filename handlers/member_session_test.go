package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"bailiwick/models/login"
)

// Grace, who changes members of the agency, sees where Edsger is signed in and has
// been in the agency, and ends that; not what he does elsewhere.
func TestAMembersSessionsAreEndedByWhoMayChangeThem(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.analytical), p.edsger.ID, "full_viewer"))
	here, elsewhere := p.as(p.edsger), p.as(p.edsger)
	list := in(p.analytical, p.member(p.edsger, "/sessions"))
	rows := func(b *browser) int {
		t.Helper()
		return b.get(list).want(t, http.StatusOK).Find("main tbody tr").Length()
	}
	elsewhere.get(in(p.east, "")).want(t, http.StatusOK)
	if n := rows(grace); n != 0 {
		t.Fatalf("%d sessions are shown that have not been here", n)
	}
	here.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	if n := rows(grace); n != 1 {
		t.Fatalf("%d sessions are shown, not the one that was here", n)
	}
	menu := grace.get(in(p.analytical, "/members")).want(t, http.StatusOK).Find("a[href='" + list + "']")
	if menu.Length() == 0 {
		t.Error("the list of members does not lead to the sessions of one")
	}

	// It asks for a proof, ends what was here, and leaves the rest.
	end := grace.get(list).Find("main a[href*='/sessions/end?']").AttrOr("href", "no way to end it")
	grace.get(end).want(t, http.StatusOK).says(t, "End this session of Edsger?", "signed out at once")
	session := end[strings.LastIndex(end, "=")+1:]
	p.clock.advance(login.ProofLife)
	grace.send(list+"/end", "session", session).want(t, http.StatusUnprocessableEntity).says(t, "Send your password")
	here.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	grace.send(list+"/end", "session", session, "proof", password).want(t, http.StatusSeeOther)
	here.get(in(p.analytical, "/calls")).want(t, http.StatusSeeOther)
	elsewhere.get(in(p.east, "")).want(t, http.StatusOK)
	grace.get(list).says(t, "1 session of Edsger ended.")
	grace.send(list+"/end", "session", session).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/audit")).says(t, "ended sessions of Edsger")

	// All that have been here, and no other.
	here, third := p.as(p.edsger), p.as(p.edsger)
	here.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	third.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	if n := rows(grace); n != 2 {
		t.Errorf("%d sessions are shown, not the two that were here", n)
	}
	grace.send(list+"/end").want(t, http.StatusSeeOther)
	for _, b := range []*browser{here, third} {
		b.get(in(p.analytical, "/calls")).want(t, http.StatusSeeOther)
	}
	elsewhere.get(in(p.east, "")).want(t, http.StatusOK)

	// Elsewhere's is not found by its id; the owner's, one's own, of others, and without the right.
	var ids []string
	for _, a := range p.as(p.edsger).get("/sessions").Find(`a[href$="/end"]`).EachIter() {
		ids = append(ids, strings.Split(a.AttrOr("href", ""), "/")[2])
	}
	if len(ids) == 0 {
		t.Fatal("Edsger has no session")
	}
	for _, id := range ids {
		grace.send(list+"/end", "session", id).want(t, http.StatusNotFound)
	}
	elsewhere.get(in(p.east, "")).want(t, http.StatusOK)
	own := in(p.analytical, p.member(p.grace, "/sessions"))
	grace.send(own+"/end").want(t, http.StatusUnprocessableEntity).says(t, "Your sessions")
	adas := in(p.analytical, p.member(p.ada, "/sessions"))
	grace.get(adas).want(t, http.StatusUnprocessableEntity).says(t, "can do more here than you can")
	grace.get(own).want(t, http.StatusSeeOther)
	grace.send(adas+"/end").want(t, http.StatusUnprocessableEntity)
	ada.get(in(p.analytical, "")).want(t, http.StatusOK)
	grace.send(list+"/end", "session", "zebra").want(t, http.StatusNotFound)
	p.as(p.edsger).get(list).want(t, http.StatusForbidden)
	p.as(p.barbara).get(list).want(t, http.StatusNotFound)
	p.as(p.mallory).get(list).want(t, http.StatusNotFound)
	p.as(p.mallory).send(list+"/end").want(t, http.StatusNotFound)
	p.browser().get(list).want(t, http.StatusSeeOther)
}
