package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"bailiwick/models/account"
	"bailiwick/models/people"
)

func TestADeletedAccountAnswersLikeAnAbsentOne(t *testing.T) {
	p := newPanel(t)
	ada, edsger, grace := p.as(p.ada), p.as(p.edsger), p.as(p.grace)
	_, link := p.subuser(p.berlin, "operator", "Support")
	operator := p.asSubuser(link, "operator")
	waiting, err := p.store.CreateSubuser(t.Context(), p.grant(p.ada, "subuser_create", p.berlin), people.SubuserInput{Name: "waiting", Roles: []string{"Support"}, Link: true})
	must(t, err)
	invited, err := p.store.Invite(t.Context(), p.grant(p.ada, "members.add", p.east), []string{"vic@example.com"}, []string{"full_viewer"})
	must(t, err)
	address := below(p.analytical, p.east, "/delete")

	// It says what goes, and is refused until all is said.
	ada.get(address).want(t, http.StatusOK).says(t, "Delete East?", "1 account below it", "1 membership", "2 subusers", "1 pending invite", "With its 1 sub-account", "Type “East”")
	x := ada.send(address, "name", "east").want(t, http.StatusUnprocessableEntity).says(t, "Type “East” to confirm.", "There is an account below it")
	if x.Find("[name=name]").AttrOr("value", "") != "east" {
		t.Error("what was typed is lost")
	}
	ada.send(address, "name", "East").want(t, http.StatusUnprocessableEntity).says(t, "There is an account below it")
	p.clock.advance(6 * time.Minute)
	ada.get(address).want(t, http.StatusOK).says(t, "Your password")
	ada.send(address, "name", "East", "along", "1").want(t, http.StatusUnprocessableEntity).says(t, "Send your password")
	ada.send(address, "name", "East", "along", "1", "proof", "not the right password").want(t, http.StatusUnprocessableEntity).says(t, "This isn't your password")
	edsger.get(in(p.east, "")).want(t, http.StatusOK)

	// Nobody else deletes it: from below, beside or outside, or as a viewer.
	for who, foreign := range map[*browser]string{
		edsger: below(p.east, p.berlin, "/delete"), p.as(p.barbara): below(p.west, p.east, "/delete"), p.as(p.mallory): below(p.malloryville, p.east, "/delete"),
	} {
		if got := who.send(foreign, "name", "East", "along", "1", "proof", password); got.status != http.StatusNotFound && got.status != http.StatusForbidden {
			t.Errorf("%s answers %d", foreign, got.status)
		}
	}
	edsger.send(address, "name", "East", "along", "1", "proof", password).want(t, http.StatusNotFound)
	p.browser().post(address, values("name", "East", "along", "1")).want(t, http.StatusSeeOther)
	edsger.get(in(p.east, "")).want(t, http.StatusOK)

	done := grace.send(address, "name", " East ", "along", "1", "proof", password).want(t, http.StatusSeeOther)
	if x := grace.get(done.location()).want(t, http.StatusOK).says(t, "East is deleted."); listed(x) != "West" {
		t.Errorf("the list shows %s", listed(x))
	}
	absent := "/a/018f0000-0000-7000-8000-000000000000"
	for _, path := range []string{"", "/contacts", "/members", "/accounts"} {
		for who, b := range map[string]*browser{"its viewer": edsger, "its owner": ada} {
			for _, a := range []account.Account{p.east, p.berlin} {
				if got, want := b.get(in(a, path)), b.get(absent+path); got.status != http.StatusNotFound || got.body != want.body {
					t.Errorf("%s gets another page of %s%s than of an absent account: %d", who, a.Name, path, got.status)
				}
			}
		}
	}
	ada.get(below(p.analytical, p.east, "")).want(t, http.StatusNotFound)
	ada.get(below(p.analytical, p.berlin, "/edit")).want(t, http.StatusNotFound)
	ada.get("/accounts/"+p.east.ID.String()+"/leave").want(t, http.StatusNotFound)
	if got := operator.get("/sessions").want(t, http.StatusSeeOther); !strings.HasPrefix(got.location(), "/sign-in") {
		t.Errorf("its subuser is sent to %s", got.location())
	}
	stranger := p.browser()
	if got, want := stranger.get("/login/"+link), stranger.get("/login/no-such-link"); got.status != want.status || strings.ReplaceAll(got.body, link, "no-such-link") != want.body {
		t.Errorf("its login page: %d, and of no link: %d", got.status, want.status)
	}
	for dead, unknown := range map[string]string{"/set-password/" + waiting.PasswordLink: "/set-password/no-such-token", "/invites/" + invited[0].Token: "/invites/no-such-token"} {
		if got, want := stranger.open(dead), stranger.open(unknown); got.status != want.status || got.body != want.body {
			t.Errorf("%s: %d, and %s: %d", strings.Split(dead, "/")[1], got.status, unknown, want.status)
		}
	}
	if got, want := stranger.post("/login/"+link, values("name", "operator", "password", password)), stranger.post("/login/no-such-link", values("name", "operator", "password", password)); got.status != want.status {
		t.Errorf("signing in there: %d, and at no link: %d", got.status, want.status)
	}
	if x := edsger.get("/accounts").want(t, http.StatusOK); strings.Contains(x.Find("main").Text(), "East") {
		t.Error("the list of one's accounts shows it")
	}
	if from, err := p.store.CopySource(context.Background(), p.grant(p.ada, "sub_accounts.create", p.analytical)); err != nil || from != "West" {
		t.Errorf("a new sub-account would copy %q, %v", from, err)
	}
	ada.get(in(p.analytical, "/audit")).want(t, http.StatusOK).says(t, "deleted account East")
}

func TestAMainAccountIsDeletedByItsOwnerAlone(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	settings := in(p.analytical, "/settings/account")
	if x := grace.get(settings).want(t, http.StatusOK); strings.Contains(x.Text(), "Delete account") {
		t.Error("an Admin is offered to delete it")
	}
	grace.get(settings+"/delete").want(t, http.StatusUnprocessableEntity).says(t, "Only its owner can delete a company account.")
	grace.send(settings+"/delete", "name", "Analytical", "along", "1", "proof", password).want(t, http.StatusUnprocessableEntity)
	p.as(p.edsger).send(in(p.east, "/settings/account/delete"), "name", "East", "along", "1", "proof", password).want(t, http.StatusForbidden)
	ada.send(in(p.east, "/settings/account/delete"), "name", "East", "along", "1", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "in the account above it")
	personal := ada.get(ada.get("/accounts").Find("tbody th a").Last().AttrOr("href", "")+"/settings/account").want(t, http.StatusOK)
	if strings.Contains(personal.Text(), "Delete account") {
		t.Error("a personal account is offered to be deleted")
	}

	ada.get(settings).want(t, http.StatusOK).says(t, "Delete account…")
	ada.get(settings+"/delete").want(t, http.StatusOK).says(t, "3 accounts below it", "With its 3 sub-accounts")
	ada.send(settings+"/delete", "name", "Analytical").want(t, http.StatusUnprocessableEntity).says(t, "There are 3 accounts below it")
	done := ada.send(settings+"/delete", "name", "Analytical", "along", "1").want(t, http.StatusSeeOther)
	if x := ada.get(done.location()).want(t, http.StatusOK).says(t, "Analytical is deleted."); strings.Contains(x.Find("tbody").Text(), "Analytical") {
		t.Error("the list shows it still")
	}
	for _, a := range []account.Account{p.analytical, p.east, p.berlin, p.west} {
		ada.get(in(a, "")).want(t, http.StatusNotFound)
		grace.get(in(a, "/members")).want(t, http.StatusNotFound)
	}
	p.as(p.barbara).get(in(p.west, "")).want(t, http.StatusNotFound)
	p.as(p.mallory).get(in(p.malloryville, "")).want(t, http.StatusOK)
}
