package handlers_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bailiwick/models/account"
	"bailiwick/models/letter"
	"bailiwick/models/login"
)

var offerLink = regexp.MustCompile(`/offers/[0-9a-f-]{36}`)

// offer has somebody offer an account at a page of theirs, and gives where the
// receiver answers.
func (b *browser) offer(page string, to login.Member, receiver *browser, pairs ...string) string {
	b.t.Helper()
	b.send(page, append([]string{"to", to.ID.String()}, pairs...)...).want(b.t, http.StatusSeeOther)
	link := offerLink.FindString(receiver.get("/accounts").body)
	if link == "" {
		b.t.Fatal("the receiver's accounts do not show the offer")
	}
	return link
}

func TestHandingAnAccountOver(t *testing.T) {
	p := newPanel(t)
	ada, grace, edsger := p.as(p.ada), p.as(p.grace), p.as(p.edsger)
	own := in(p.analytical, "/settings/ownership")
	ada.get(in(p.analytical, "/settings/account")).says(t, "Ownership")
	list := ada.get(own).want(t, http.StatusOK).says(t, "Ada owns it", "Grace")
	if strings.Contains(list.Text(), "Edsger") || strings.Contains(list.Text(), "Barbara") {
		t.Error("it can be offered to somebody who works only below")
	}
	if n := ada.get(own + "?q=nobody").Find("main tbody tr").Length(); n != 0 {
		t.Errorf("the search finds %d", n)
	}
	ada.get(own+"?to="+p.grace.ID.String()).want(t, http.StatusOK).says(t, "Grace can do everything in Analytical", "Ada becomes Admin of Analytical",
		"With the 3 accounts below that you own too")
	grace.get(own).want(t, http.StatusOK).says(t, "Only its owner")
	grace.send(own, "to", p.grace.ID.String()).want(t, http.StatusUnprocessableEntity).says(t, "Only its owner")

	// What costs a lot asks again who it is.
	p.clock.advance(6 * time.Minute)
	ada.send(own, "to", p.grace.ID.String(), "below", "1").want(t, http.StatusUnprocessableEntity).says(t, "proof of the last five minutes")
	ada.send(own, "to", p.grace.ID.String(), "below", "1", "proof", "not it, for sure").want(t, http.StatusUnprocessableEntity).says(t, "isn't your password")
	link := ada.offer(own, p.grace, grace, "below", "1", "proof", password)
	wants := func(letters ...string) {
		t.Helper()
		posted := []string{}
		for l, err := p.store.ClaimLetter(context.Background()); err == nil; l, err = p.store.ClaimLetter(context.Background()) {
			posted = append(posted, l.Kind+" "+l.To)
		}
		slices.Sort(posted)
		slices.Sort(letters)
		if !slices.Equal(posted, letters) {
			t.Errorf("letters %q, want %q", posted, letters)
		}
	}
	wants(letter.OwnershipOffered + " grace@example.com")
	ada.get(own).says(t, "Offered to Grace", "Withdraw offer")
	grace.get(in(p.analytical, "")).says(t, "Ada offers you the account Analytical")
	grace.get(link).want(t, http.StatusOK).says(t, "Analytical is offered to you", "You get the 3 accounts below it that Ada owns too", "Admin, a role that you can change or remove")

	// Nobody else may know of it.
	absent := edsger.get("/offers/018f0000-0000-7000-8000-000000000000").want(t, http.StatusNotFound)
	for _, b := range []*browser{edsger, ada, p.as(p.mallory)} {
		if got := b.get(link).want(t, http.StatusNotFound); b == edsger && got.body != absent.body {
			t.Error("an offer to somebody else does not answer like none")
		}
		b.send(link+"/accept").want(t, http.StatusNotFound)
	}
	p.browser().get(link).want(t, http.StatusSeeOther)
	grace.post(link+"/accept", nil).want(t, http.StatusForbidden) // no form token

	ada.get(in(p.west, "/settings/account")).want(t, http.StatusOK)
	grace.get(in(p.west, "/settings/account")).want(t, http.StatusForbidden)
	grace.send(link+"/accept").want(t, http.StatusSeeOther)
	grace.get(in(p.west, "/settings/account")).want(t, http.StatusOK)
	ada.get(in(p.west, "/settings/account")).want(t, http.StatusForbidden) // the very next request
	grace.get(in(p.analytical, "/members")).says(t, "Grace", "Account owner", "Ada", "Account role: Admin")
	grace.get(in(p.analytical, "/audit")).says(t, "became the owner of Analytical", "OwnerAdaGrace", "offered the ownership of Analytical")
	grace.send(link+"/accept").want(t, http.StatusNotFound)
	wants(letter.OwnershipChanged+" grace@example.com", letter.OwnershipChanged+" ada@example.com")

	// From above, of an account that is another's: only who owns above can.
	west := in(p.analytical, "/accounts/"+p.west.ID.String()+"/ownership")
	grace.get(west).want(t, http.StatusOK).says(t, "Barbara", "Ada")
	ada.get(west).want(t, http.StatusOK).says(t, "Only its owner")
	ada.send(west, "to", p.barbara.ID.String()).want(t, http.StatusUnprocessableEntity).says(t, "Only its owner")
	ada.send(west+"/cancel").want(t, http.StatusUnprocessableEntity).says(t, "Only its owner")
	barbara := p.as(p.barbara)
	link = grace.offer(west, p.barbara, barbara, "proof", password)
	grace.send(west+"/cancel").want(t, http.StatusSeeOther)
	barbara.get(link).want(t, http.StatusNotFound)
	link = grace.offer(west, p.barbara, barbara)
	barbara.send(link+"/decline").want(t, http.StatusSeeOther)
	barbara.get("/accounts").says(t, "You declined West")
	link = grace.offer(west, p.barbara, barbara)
	p.clock.advance(account.OfferLife)
	barbara = p.as(p.barbara)
	barbara.send(link+"/accept").want(t, http.StatusNotFound)
	if strings.Contains(barbara.get("/accounts").body, "/offers/") {
		t.Error("an expired offer is shown")
	}
	grace = p.as(p.grace)
	link = grace.offer(west, p.barbara, barbara)
	// Whoever offers must own it still, and whoever receives must work there.
	must(t, p.store.RemoveMember(context.Background(), p.grant(p.grace, "members.remove", p.west), p.barbara.ID))
	barbara.send(link+"/accept").want(t, http.StatusUnprocessableEntity).says(t, "You no longer work in West or above it")

	for _, wrong := range []struct{ to, says string }{{"nonsense", "Choose who"}, {p.mallory.ID.String(), "somebody who works in it"}, {p.grace.ID.String(), "already owns the account"}} {
		grace.send(own, "to", wrong.to).want(t, http.StatusUnprocessableEntity).says(t, wrong.says)
	}
	grace.get(own+"?to="+p.mallory.ID.String()).want(t, http.StatusNotFound)
	p.as(p.mallory).get(own).want(t, http.StatusNotFound)
	p.browser().get(own).want(t, http.StatusSeeOther)
	_, door := p.subuser(p.analytical, "boss", "Owner")
	if got := p.asSubuser(door, "boss").send(own, "to", p.ada.ID.String()); got.status == http.StatusSeeOther {
		t.Errorf("a subuser offers the account: %d", got.status)
	}
}
