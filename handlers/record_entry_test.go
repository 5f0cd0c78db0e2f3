package handlers_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// replies are what a ticket's page shows: who wrote what, the question first.
func (x page) replies() (all []string) {
	x.Find(".entries li").Each(func(_ int, li *goquery.Selection) {
		all = append(all, li.Find("strong").Text()+": "+li.Find(".whole").Text())
	})
	return all
}

func TestRepliesStandBesideEachOther(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	id := ada.send(in(p.analytical, "/tickets"), "subject", "Echo on the hotline", "text", "Callers hear themselves.", "priority", "high").added(t)
	ticket := in(p.analytical, "/tickets/"+id)
	if form := ada.get(in(p.analytical, "/support/all/new")).want(t, http.StatusOK); form.Find("[name=replies]").Length() != 0 {
		t.Error("a new ticket asks for replies")
	}
	reply := ada.get(ticket).want(t, http.StatusOK).Find("form[action='" + ticket + "/reply'] textarea[name=replies]")
	if reply.Length() != 1 || strings.TrimSpace(reply.Text()) != "" {
		t.Fatalf("the page has %d forms to reply in, with %q", reply.Length(), reply.Text())
	}

	ada.send(ticket+"/reply", "replies", "It began at nine.").want(t, http.StatusSeeOther)
	all := in(p.analytical, "/support/all/"+id) // where Grace sees the tickets of others
	grace.send(ticket+"/reply", "replies", "Let me in").want(t, http.StatusNotFound)
	grace.send(all+"/reply", "replies", "Only on mobile phones,\nas far as I see.").want(t, http.StatusSeeOther)
	if got := ada.send(ticket+"/reply", "replies", "  ").want(t, http.StatusUnprocessableEntity); got.problem("replies") != "Fill this in." {
		t.Errorf("an empty reply: %q", got.problem("replies"))
	}
	if got := ada.send(ticket+"/reply", "replies", strings.Repeat("x", 50_001)).want(t, http.StatusUnprocessableEntity); got.problem("replies") != "Use 1 to 50000 characters." {
		t.Errorf("a reply without an end: %q", got.problem("replies"))
	}
	want := []string{"Ada: Callers hear themselves.", "Ada: It began at nine.", "Grace: Only on mobile phones,\nas far as I see."}
	if diff := cmp.Diff(want, grace.get(all).want(t, http.StatusOK).replies()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// An edit of the question leaves them alone, and search finds what they say.
	edit := ada.get(ticket+"/edit").want(t, http.StatusOK)
	ada.send(ticket+"/edit", "version", edit.value("version"), "subject", "Echo", "text", "Callers hear themselves.", "priority", "low").want(t, http.StatusSeeOther)
	if got := ada.get(in(p.analytical, "/tickets?q=mobile")).want(t, http.StatusOK).column(); len(got) != 1 {
		t.Errorf("search finds %v", got)
	}
	// Two who reply at the same moment are both heard.
	var both sync.WaitGroup
	for at, b := range map[string]*browser{ticket: ada, all: grace} {
		token := b.token()
		both.Go(func() {
			b.post(at+"/reply", values("replies", "Any news?", "token", token)).want(t, http.StatusSeeOther)
		})
	}
	both.Wait()
	if got := ada.get(ticket).replies(); len(got) != 5 || !cmp.Equal(got[:3], want) {
		t.Errorf("after all replies: %v", got)
	}
	// Mallory does not find the ticket, nobody does who is signed out, and a closed one takes no more.
	p.as(p.mallory).send(ticket+"/reply", "replies", "Let me in").want(t, http.StatusNotFound)
	p.browser().post(ticket+"/reply", values("replies", "Let me in")).want(t, http.StatusSeeOther)
	ada.send(ticket+"/close").want(t, http.StatusSeeOther)
	ada.send(ticket+"/reply", "replies", "One more thing").want(t, http.StatusUnprocessableEntity)
	if got := ada.get(ticket).want(t, http.StatusOK); len(got.replies()) != 5 || got.Find("textarea[name=replies]").Length() != 0 {
		t.Errorf("the closed ticket takes replies: %v", got.replies())
	}
}
