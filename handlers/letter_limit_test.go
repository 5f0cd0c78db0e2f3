package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"bailiwick/models/letter"
	"bailiwick/models/login"
)

// proves has somebody confirm their address by the link in their mail.
func (p *panel) proves(m login.Member) {
	p.t.Helper()
	p.as(m).send("/verify-email/send").want(p.t, http.StatusSeeOther)
	_, err := p.store.ProveEmail(context.Background(), path.Base(p.mailman(letter.EmailProof, m.Email).Facts["path"]))
	must(p.t, err)
}

func strangers(from, n int) (lines string) {
	for i := range n {
		lines += fmt.Sprintf("stranger%d@example.com\n", from+i)
	}
	return lines
}

// Mallory signed up a minute ago and invites a hundred strangers at a time. Of all
// of them twenty get a letter; each other line says why, and stays in the form.
// An operator sees who it was.
func TestAFreshSignUpIsNoRelay(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Now())
	mallory, radia := p.as(p.mallory), p.radia()
	here := in(p.malloryville, "/members/invites")
	got := mallory.send(here, "email", strangers(0, 100), "role", "full_viewer").want(t, http.StatusOK)
	if n := got.Find("[id^=invite-]").Length(); n == 0 || strings.Count(got.Text(), "You can invite 20 people a day until you confirm your e-mail address") != 80 {
		t.Errorf("%d links, and: %s", n, got.Text())
	}
	form := got.Find(`form:has(input[name=preview])`)
	if n := form.Find("input[name=email]").Length(); n != 80 || form.Find(`input[name=role][value=full_viewer]`).Length() != 1 {
		t.Errorf("the form back keeps %d addresses", n)
	}
	for from := 100; from < 600; from += 100 {
		mallory.send(here, "email", strangers(from, 100), "role", "full_viewer").want(t, http.StatusUnprocessableEntity)
	}
	letters := 0
	for {
		l, err := p.store.ClaimLetter(context.Background())
		if err != nil {
			break
		}
		must(t, p.store.LetterSent(context.Background(), l))
		if l.Kind == letter.Invite {
			letters++
		}
	}
	if letters != 20 {
		t.Errorf("%d strangers get a letter", letters)
	}
	again := mallory.send(here, "preview", "1", "email", "stranger20@example.com", "role", "full_viewer").want(t, http.StatusOK)
	if !strings.Contains(again.Find("textarea[name=email]").Text(), "stranger20@example.com") {
		t.Error("the form forgets the addresses")
	}
	for _, who := range []string{p.mallory.Email, "Malloryville", "580"} {
		if list := radia.get("/operator/mail-limits").want(t, http.StatusOK); !strings.Contains(list.Find("main tbody").Text(), who) {
			t.Errorf("the operator does not see %s", who)
		}
	}
	mallory.get("/operator/mail-limits").want(t, http.StatusNotFound)
	p.browser().get("/operator/mail-limits").want(t, http.StatusSeeOther)

	// Another address is no way round it, and neither is resending.
	row, _ := mallory.get(in(p.malloryville, "/members/invites")).Find("form[action$='/resend']").First().Attr("action")
	mallory.send(row).want(t, http.StatusUnprocessableEntity)
	mallory.send("/accounts", "name", "Another").want(t, http.StatusSeeOther)
	// Others are not held up, and a day later there is more.
	p.as(p.ada).send(in(p.analytical, "/members/invites"), "email", "katherine@example.com", "role", "full_viewer").want(t, http.StatusOK)
	p.clock.stand(p.clock.now().Add(73 * time.Minute))
	p.as(p.mallory).send(here, "email", "stranger20@example.com", "role", "full_viewer").want(t, http.StatusOK)
}

// Whoever confirmed their address may invite far more; a line that needs no letter
// costs none.
func TestAConfirmedAddressMayInviteMore(t *testing.T) {
	p := newPanel(t)
	p.proves(p.ada)
	p.clock.stand(time.Now())
	ada, here := p.as(p.ada), in(p.analytical, "/members/invites")
	for from := range 2 {
		got := ada.send(here, "email", p.grace.Email+"\n"+strangers(from*99, 99), "role", "full_viewer").want(t, http.StatusOK)
		if strings.Contains(got.Text(), "a day") {
			t.Error(got.Find("[aria-labelledby=not-invited]").Text())
		}
	}
	got := ada.send(here, "email", strangers(200, 5), "role", "full_viewer").want(t, http.StatusOK)
	if n := strings.Count(got.Text(), "You can invite 200 people a day."); n != 3 {
		t.Errorf("%d of five are beyond the 198 before", n)
	}
}

// A name is no advertisement: what mail readers would make a link of is refused.
func TestANameIsNoLink(t *testing.T) {
	p := newPanel(t)
	for i, name := range []string{"Win at evil.com", "https://evil.example", "www.evil", "security@bank.com", "Go to evil。com now", "приз.рф"} {
		got := p.browser().post("/sign-up", values("name", name, "email", fmt.Sprintf("m%d@example.com", i), "password", "four plain english words")).want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(got.Text(), "looks like a link") || got.Find("input[name=name]").AttrOr("value", "") != name {
			t.Errorf("%q: %s", name, got.Text())
		}
		got = p.as(p.ada).send("/accounts", "name", name).want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(got.Text(), "looks like a link") {
			t.Errorf("an account called %q: %s", name, got.Text())
		}
	}
	p.as(p.ada).send("/accounts", "name", "St. Mary & Co. KG").want(t, http.StatusSeeOther)
}
