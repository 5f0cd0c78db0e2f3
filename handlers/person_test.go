package handlers_test

import (
	"net/http"
	"testing"
)

// Somebody whose name looks like Grace's signs up, and Ada is warned wherever she
// chooses a person.
func TestWhoeverChoosesAPersonIsWarnedOfMixedAlphabets(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	const lookAlike = "gr\u0430ce@example.com" // with a Cyrillic letter
	made := ada.send(in(p.analytical, "/members/invites"), "email", lookAlike, "role", "user").want(t, http.StatusOK).says(t, "letters of several alphabets")
	ada.get(in(p.analytical, "/members")).want(t, http.StatusOK).says(t, "Mixed alphabets")
	link, _ := made.Find("input[readonly]").Attr("value")
	p.browser().byLink(link[len(p.server.URL):], values("name", "Gr\u0430ce", "password", password)).want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, "/members")).says(t, "Mixed alphabets")
	offer := ada.get(in(p.analytical, "/settings/ownership")).want(t, http.StatusOK).says(t, "Mixed alphabets")
	heir, _ := offer.Find("main a[href*='to=']").First().Attr("href")
	for _, a := range offer.Find("main tbody tr").EachIter() {
		if href, ok := a.Find("a[href*='to=']").Attr("href"); ok && a.Find(".badge").Length() > 0 {
			heir = href
		}
	}
	ada.get(heir).want(t, http.StatusOK).says(t, "letters of several alphabets")
	for _, hidden := range []string{"ada\u200b@example.com", "a\u00adda@example.com", "ada\u2060@example.com"} {
		p.browser().post("/sign-up", values("name", "Ada", "email", hidden, "password", password)).want(t, http.StatusUnprocessableEntity).says(t, "invisible characters")
		ada.send(in(p.analytical, "/members/invites"), "email", hidden, "role", "user").want(t, http.StatusUnprocessableEntity).says(t, "invisible characters")
	}
}
