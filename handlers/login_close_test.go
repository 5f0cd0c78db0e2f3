package handlers_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"bailiwick/models/login"
)

func TestClosingOnesLogin(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	home := func(m login.Member) string { return p.as(m).get("/").location() }
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	ada.get(in(p.analytical, "/settings/profile")).says(t, "Close my login…")
	ada.get(in(p.analytical, "/settings/profile/close")).want(t, http.StatusOK).says(t, "You own Analytical: hand it over or delete it first.")
	ada.send(in(p.analytical, "/settings/profile/close"), "email", "ada@example.com").want(t, http.StatusUnprocessableEntity).says(t, "You own Analytical")

	page := in(p.east, "/settings/profile/close")
	edsger.get(page).want(t, http.StatusOK).says(t, "your membership in 1 account", "can sign up again", "Write edsger@example.com")
	edsger.send(page, "email", "someone@example.com").want(t, http.StatusUnprocessableEntity).says(t, "Write edsger@example.com to confirm.")
	p.clock.advance(6 * time.Minute)
	edsger.send(page, "email", "edsger@example.com").want(t, http.StatusUnprocessableEntity).says(t, "proof of the last five minutes")
	edsger.send(page, "email", "edsger@example.com", "proof", "not this one, no").want(t, http.StatusUnprocessableEntity).says(t, "isn't your password")
	edsger.post(page, values("email", "edsger@example.com", "proof", password)).want(t, http.StatusForbidden) // no form token
	edsger.get(in(p.east, "/calls")).want(t, http.StatusOK)
	other := p.as(p.edsger)
	if at := edsger.send(page, "email", "edsger@example.com", "proof", password).want(t, http.StatusSeeOther).location(); at != "/sign-in?closed=1" {
		t.Errorf("led to %s", at)
	}
	edsger.get("/sign-in?closed=1").says(t, "Your login is closed")
	for _, b := range []*browser{edsger, other} {
		b.get(in(p.east, "/calls")).want(t, http.StatusSeeOther) // the very next request
	}
	p.browser().post("/sign-in", values("email", "edsger@example.com", "password", password)).want(t, http.StatusUnprocessableEntity)
	ada.get(in(p.east, "/audit")).says(t, "Edsger left")
	if n := ada.get(in(p.east, "/members?q=edsger")).Find("main tbody tr").Length(); n != 0 {
		t.Errorf("East still lists %d of him", n)
	}
	again, _, err := p.store.SignUp(ctx, "Edsger", "edsger@example.com", password)
	must(t, err)
	p.as(again).get(in(p.east, "/calls")).want(t, http.StatusNotFound)
	if home(again) == home(p.barbara) {
		t.Error("two people share a home")
	}

	_, door := p.subuser(p.east, "dev", "Owner")
	p.asSubuser(door, "dev").get(page).want(t, http.StatusNotFound)
	p.asSubuser(door, "dev").send(page, "email", "dev").want(t, http.StatusNotFound)
	p.browser().get(page).want(t, http.StatusSeeOther)
}
