package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"bailiwick/models/letter"
)

// Katherine signs up and confirms her address, and the panel asks no more.
func TestWhoeverSignsUpConfirmsTheirAddress(t *testing.T) {
	p := newPanel(t).withMail()
	b := p.browser()
	b.post("/sign-up", values("name", "Katherine", "email", "katherine@example.com", "password", password)).want(t, http.StatusSeeOther)
	home := b.get("/").want(t, http.StatusSeeOther).location()
	b.get(home).want(t, http.StatusOK).says(t, "Confirm your e-mail address", "Open the link in the e-mail to katherine@example.com")
	first := p.mailman(letter.EmailProof, "katherine@example.com").Facts["path"]
	b.get("/verify-email/send").want(t, http.StatusOK).says(t, "Not confirmed", "Send a new link")
	b.send("/verify-email/send").want(t, http.StatusSeeOther)
	link := p.mailman(letter.EmailProof, "katherine@example.com").Facts["path"]

	elsewhere := p.browser()
	elsewhere.open(first).want(t, http.StatusUnprocessableEntity).says(t, "was already used")
	elsewhere.open(link).want(t, http.StatusOK).says(t, "katherine@example.com", "signed up as Katherine")
	b.get(home).says(t, "Confirm your e-mail address") // GET changed nothing
	if got := elsewhere.byLink(link, nil).want(t, http.StatusSeeOther); got.location() != "/sign-in?proven=1" {
		t.Errorf("led to %s", got.location())
	}
	elsewhere.get("/sign-in?proven=1").says(t, "Your e-mail address is confirmed")
	elsewhere.byLink(link, nil).want(t, http.StatusUnprocessableEntity)
	if got := b.get(home).want(t, http.StatusOK); strings.Contains(got.Text(), "Confirm your e-mail address") {
		t.Error("the panel asks still")
	}
	b.get("/verify-email/send").says(t, "Confirmed")
	b.send("/verify-email/send").want(t, http.StatusUnprocessableEntity).says(t, "is already confirmed")

	_, door := p.subuser(p.east, "charles", "Developer")
	charles := p.asSubuser(door, "charles")
	charles.get("/verify-email/send").want(t, http.StatusNotFound)
	charles.send("/verify-email/send").want(t, http.StatusNotFound)
	p.browser().get("/verify-email/send").want(t, http.StatusSeeOther)
	for range 10 {
		p.as(p.ada).send("/verify-email/send")
	}
	p.as(p.ada).send("/verify-email/send").want(t, http.StatusTooManyRequests)
}
