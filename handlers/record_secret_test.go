package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

var aSecret = regexp.MustCompile(`bw_[0-9A-Za-z]{46}`)

func TestASecretIsReplacedWithAnOverlap(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	made := ada.send(in(p.analytical, "/applications"), "name", "Reception").want(t, http.StatusOK)
	first := aSecret.FindString(made.body)
	app := in(p.analytical, "/applications/"+made.identifier(t))
	if ada.get(app).want(t, http.StatusOK).Find("a[href='"+app+"/secret']").Length() == 0 {
		t.Error("the page offers no way to replace the secret")
	}

	// It costs a proof where the last one is old, and an overlap that is offered.
	p.clock.advance(6 * time.Minute)
	if form := ada.get(app+"/secret").want(t, http.StatusOK); form.Find("[name=proof]").Length() != 1 {
		t.Error("no proof is asked for")
	}
	ada.send(app+"/secret", "overlap", "24h").want(t, http.StatusUnprocessableEntity)
	if got := ada.send(app+"/secret", "overlap", "24h", "proof", "not my password").want(t, http.StatusUnprocessableEntity); got.problem("proof") == "" {
		t.Error("a wrong password is not told")
	}
	if got := ada.send(app+"/secret", "overlap", "100y", "proof", password).want(t, http.StatusUnprocessableEntity); got.problem("overlap") == "" {
		t.Error("an overlap of a hundred years is taken")
	}
	got := ada.send(app+"/secret", "overlap", "24h", "proof", password).want(t, http.StatusOK)
	second := aSecret.FindString(got.body)
	if second == "" || second == first {
		t.Fatalf("the new secret is %q", second)
	}
	page := ada.get(app).want(t, http.StatusOK)
	page.says(t, "Ada replaced the secret of application Reception", "The old one works for another: 1 d")
	if text := page.Find("#main").Text(); strings.Contains(page.body, second) || !strings.Contains(text, "bw_…"+second[45:]) || !strings.Contains(text, "bw_…"+first[45:]+", kept until ") {
		t.Error("the page does not say which secrets count")
	}

	// Its time over, the former one is forgotten; without an overlap it is so at once.
	p.clock.advance(25 * time.Hour)
	ada = p.as(p.ada)
	if strings.Contains(ada.get(app).want(t, http.StatusOK).body, first[45:]) {
		t.Error("the page shows a secret that counts no longer")
	}
	ada.send(app+"/secret", "overlap", "none").want(t, http.StatusOK)
	if strings.Contains(ada.get(app).want(t, http.StatusOK).body, second[45:]) {
		t.Error("a secret without an overlap counts on")
	}

	// Who sees it and may not edit, strangers and people who are signed out get no new one.
	eastern := in(p.east, "/applications/"+ada.application(p.east, "Eastern"))
	p.as(p.edsger).send(eastern+"/secret", "overlap", "none").want(t, http.StatusForbidden)
	p.as(p.mallory).send(app+"/secret", "overlap", "none").want(t, http.StatusNotFound)
	p.browser().post(app+"/secret", values("overlap", "none")).want(t, http.StatusSeeOther)
}
