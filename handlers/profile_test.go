package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

const (
	profile = "/settings/profile"
	changed = "another four plain words"
)

func TestPersonChangesNameAndPassword(t *testing.T) {
	p := newPanel(t)
	ada, elsewhere := p.as(p.ada), p.as(p.ada)
	ada.send(in(p.analytical, profile), "name", "Ada, Countess of Lovelace").want(t, http.StatusSeeOther)
	if got := ada.get(in(p.analytical, profile)); !strings.Contains(got.body, "Countess") {
		t.Error("the page does not show the new name")
	}
	ada.send(in(p.analytical, profile), "name", " ").want(t, http.StatusUnprocessableEntity)

	ada.send("/password", "current", "not my password", "password", changed).want(t, http.StatusUnprocessableEntity)
	ada.send("/password", "current", password, "password", "short").want(t, http.StatusUnprocessableEntity)
	elsewhere.get("/accounts").want(t, http.StatusOK)
	ada.send("/password", "current", password, "password", changed).want(t, http.StatusSeeOther)
	ada.get("/accounts").want(t, http.StatusOK)
	elsewhere.get("/accounts").want(t, http.StatusSeeOther)
	p.browser().post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusUnprocessableEntity)
	p.browser().post("/sign-in", values("email", p.ada.Email, "password", changed)).want(t, http.StatusSeeOther)
	if audit := ada.get(in(p.analytical, "/audit")); strings.Contains(audit.Text(), "changed their password") {
		t.Error("an account's audit shows what a person does to their own login")
	}
}

func TestSubuserChangesOwnPassword(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "charles", "Developer")
	b := p.asSubuser(link, "charles")
	b.send("/password", "current", password, "password", changed).want(t, http.StatusSeeOther)
	b.get(in(p.east, "")).want(t, http.StatusOK)
	p.browser().post("/login/"+link, values("name", "charles", "password", password)).want(t, http.StatusUnprocessableEntity)
	p.browser().post("/login/"+link, values("name", "charles", "password", changed)).want(t, http.StatusSeeOther)
	b.send(in(p.east, profile), "name", "Charlie").want(t, http.StatusNotFound)

	_, link = p.subuser(p.east, "numbers", "PhoneNumberManager")
	numbers := p.asSubuser(link, "numbers")
	numbers.get(in(p.east, profile)).want(t, http.StatusForbidden)
	menu := numbers.get("/sessions").want(t, http.StatusOK)
	for _, own := range []string{"/password", "/sessions", "/two-step"} {
		if menu.Find("#profile a[href='"+own+"']").Length() != 1 {
			t.Errorf("the menu does not lead to %s", own)
		}
		numbers.get(own).want(t, http.StatusOK)
	}
	numbers.send("/password", "current", "wrong", "password", changed).want(t, http.StatusUnprocessableEntity).says(t, "isn't your current password")
	numbers.send("/password", "current", password, "password", "short").want(t, http.StatusUnprocessableEntity).says(t, "at least 12 characters")
	numbers.send("/password", "current", password, "password", changed).want(t, http.StatusSeeOther)
	numbers.get("/password").want(t, http.StatusOK).says(t, "Your password is changed")
	p.browser().get("/password").want(t, http.StatusSeeOther)
}
