package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bailiwick/models/letter"
	"bailiwick/postgres/pgtest"
)

func TestWhoeverForgotTheirPasswordChoosesAnother(t *testing.T) {
	p := newPanel(t).withMail()
	b, elsewhere := p.browser(), p.as(p.ada)
	if b.get("/sign-in").Find("a[href='/forgotten-password']").Length() != 1 {
		t.Error("the sign-in page does not lead there")
	}
	b.get("/forgotten-password").want(t, http.StatusOK)
	b.post("/forgotten-password", values("email", "nonsense")).want(t, http.StatusUnprocessableEntity).says(t, "Enter an e-mail address")

	// Whether somebody has the address shows neither in the answer nor by the clock.
	began := time.Now()
	nobody := b.post("/forgotten-password", values("email", "nobody@example.com")).want(t, http.StatusOK)
	if took := time.Since(began); took < 250*time.Millisecond {
		t.Errorf("the answer for nobody took %s", took)
	}
	ada := b.post("/forgotten-password", values("email", p.ada.Email)).want(t, http.StatusOK)
	if without(nobody.body, "nobody@example.com") != without(ada.body, p.ada.Email) {
		t.Error("the answer tells whether somebody has the address")
	}
	link := p.mailman(letter.Reset, p.ada.Email).Facts["path"]
	got := b.open(link).want(t, http.StatusOK).says(t, "Choose a new password", p.ada.Email)
	if got.header.Get("Referrer-Policy") != "no-referrer" {
		t.Error("the page lets its address out")
	}
	b.byLink(link, values("password", "short")).want(t, http.StatusUnprocessableEntity).says(t, "at least 12 characters")
	elsewhere.get("/accounts").want(t, http.StatusOK)
	if got := b.byLink(link, values("password", changed)).want(t, http.StatusSeeOther); got.location() != "/sign-in?reset=1" {
		t.Errorf("led to %s", got.location())
	}
	b.get("/sign-in?reset=1").says(t, "Your password is changed")
	elsewhere.get("/accounts").want(t, http.StatusSeeOther)
	b.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusUnprocessableEntity)
	b.post("/sign-in", values("email", p.ada.Email, "password", changed)).want(t, http.StatusSeeOther)
	for _, dead := range []string{link, "/reset-password/nonsense"} {
		b.open(dead).want(t, http.StatusUnprocessableEntity).says(t, "was already used")
		b.byLink(dead, values("password", changed)).want(t, http.StatusUnprocessableEntity).says(t, "was already used")
	}
	for range 10 {
		b.post("/forgotten-password", values("email", p.grace.Email))
	}
	b.post("/forgotten-password", values("email", p.grace.Email)).want(t, http.StatusTooManyRequests)

	_, door := p.subuser(p.east, "charles", "Developer")
	b.post("/forgotten-password", values("email", "charles")).want(t, http.StatusUnprocessableEntity)
	if p.browser().get("/login/"+door).Find("a[href='/forgotten-password']").Length() != 0 {
		t.Error("subusers are led to the members' page")
	}
}

func TestAPanelThatSendsNoMailSaysSo(t *testing.T) {
	p := newPanel(t)
	b := p.browser()
	b.get("/forgotten-password").want(t, http.StatusOK).says(t, "doesn't send mail")
	b.post("/forgotten-password", values("email", p.ada.Email)).want(t, http.StatusOK).says(t, "doesn't send mail")
	ada := p.as(p.ada)
	ada.send(in(p.analytical, profile+"/email"), "email", "ada@new.example", "current", password).want(t, http.StatusSeeOther)
	ada.get(in(p.analytical, profile)).says(t, "ada@new.example", "doesn't send mail")
	letters := p.radia().get("/operator/mail").want(t, http.StatusOK)
	letters.says(t, "Choose a new password", "Confirm your e-mail address")
	b.get("/sign-in?undone=1").says(t, "old e-mail address is back", "This panel doesn't send mail.")
}

func TestAMemberChangesTheirAddressAndTakesItBack(t *testing.T) {
	p := newPanel(t).withMail()
	ada := p.as(p.ada)
	page, form := in(p.analytical, profile), in(p.analytical, profile+"/email")
	for _, wrong := range []struct{ email, password, says string }{
		{"nonsense", password, "Enter an e-mail address"},
		{strings.ToUpper(p.ada.Email), password, "This is already your address"},
		{p.grace.Email, password, "There is already a login with this address"},
		{"ada@new.example", "not my password", "isn't your current password"},
	} {
		got := ada.send(form, "email", wrong.email, "current", wrong.password).want(t, http.StatusUnprocessableEntity).says(t, wrong.says)
		if !strings.Contains(got.body, wrong.email) {
			t.Error("what was typed is forgotten")
		}
	}
	_, link := p.subuser(p.analytical, "charles", "Developer")
	p.asSubuser(link, "charles").send(form, "email", "charles@new.example", "current", password).want(t, http.StatusNotFound)
	p.browser().post(form, values("email", "ada@new.example")).want(t, http.StatusSeeOther)
	ada.post(form, values("email", "ada@new.example", "current", password)).want(t, http.StatusForbidden)

	ada.send(form, "email", "ada@new.example", "current", password).want(t, http.StatusSeeOther)
	ada.get(page).says(t, "ada@new.example becomes your address")
	ada.send(form+"/cancel").want(t, http.StatusSeeOther)
	if got := ada.get(page); strings.Contains(got.Text(), "becomes your address") {
		t.Error("a cancelled change waits still")
	}
	ada.send(form, "email", "ada@new.example", "current", password).want(t, http.StatusSeeOther)
	confirm := p.mailman(letter.ConfirmEmail, "ada@new.example").Facts["path"]
	b := p.browser()
	got := b.open(confirm).want(t, http.StatusOK).says(t, "ada@new.example becomes the address of Ada")
	if got.header.Get("Referrer-Policy") != "no-referrer" || strings.Contains(got.body, p.ada.Email) {
		t.Error("the page lets its address out, or names the old one to whoever has the new")
	}
	p.browser().post("/sign-in", values("email", "ada@new.example", "password", password)).want(t, http.StatusUnprocessableEntity)
	b.byLink(confirm, nil).want(t, http.StatusSeeOther)
	b.open(confirm).want(t, http.StatusUnprocessableEntity).says(t, "was already used")
	b.byLink(confirm, nil).want(t, http.StatusUnprocessableEntity)
	ada.get(page).want(t, http.StatusOK).says(t, "ada@new.example")
	p.browser().post("/sign-in", values("email", "ada@new.example", "password", password)).want(t, http.StatusSeeOther)

	undo := p.mailman(letter.EmailChanged, p.ada.Email).Facts["path"]
	if got := b.open(undo).want(t, http.StatusOK).says(t, "signs in with "+p.ada.Email+" again"); got.header.Get("Referrer-Policy") != "no-referrer" {
		t.Error("the page lets its address out")
	}
	ada.get("/accounts").want(t, http.StatusOK) // GET changed nothing
	b.byLink(undo, nil).want(t, http.StatusSeeOther)
	b.get("/sign-in?undone=1").says(t, "old e-mail address is back", "An e-mail with a link")
	ada.get("/accounts").want(t, http.StatusSeeOther)
	b.byLink(undo, nil).want(t, http.StatusUnprocessableEntity)
	reset := p.mailman(letter.Reset, p.ada.Email).Facts["path"]
	b.byLink(reset, values("password", changed)).want(t, http.StatusSeeOther)
	b.post("/sign-in", values("email", p.ada.Email, "password", changed)).want(t, http.StatusSeeOther)
	accounts := b.get("/accounts?q=Ada").body
	for _, leak := range []string{confirm, undo, reset} {
		if strings.Contains(accounts, leak) {
			t.Error("a link is shown")
		}
	}
}

func TestAnAddressThatIsTakenMeanwhileIsRefusedInASentence(t *testing.T) {
	p := newPanel(t).withMail()
	ada := p.as(p.ada)
	ada.send(in(p.analytical, profile+"/email"), "email", "katherine@example.com", "current", password).want(t, http.StatusSeeOther)
	confirm := p.mailman(letter.ConfirmEmail, "katherine@example.com").Facts["path"]
	b := p.browser()
	b.post("/sign-up", values("name", "Katherine", "email", "katherine@example.com", "password", password)).want(t, http.StatusSeeOther)
	b.byLink(confirm, nil).want(t, http.StatusUnprocessableEntity).says(t, "Somebody else signs in with this address by now")
	ada.get(in(p.analytical, profile)).says(t, p.ada.Email)
}

// Addresses of before may hold invisible characters; whoever has one
// gets a new password all the same.
func TestAnAddressOfBeforeGetsANewPassword(t *testing.T) {
	p := newPanel(t)
	before := "ad\u200ba@example.com"
	_, err := pgtest.Direct(t, p.config.URL).Exec(t.Context(), "UPDATE members SET email = $1, email_folded = $1 WHERE id = $2", before, p.ada.ID)
	must(t, err)
	p.browser().post("/forgotten-password", values("email", before)).want(t, http.StatusOK)
	if l := p.mailman(letter.Reset, before); l.Facts["path"] == "" {
		t.Error("no link is on its way")
	}
}
