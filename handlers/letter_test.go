package handlers_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers"
	letters "bailiwick/models/letter"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// withMail has the panel hand its letters to a mail server; the test is the one
// who does.
func (p *panel) withMail() *panel {
	p.t.Helper()
	public := &url.URL{Scheme: "http", Host: p.server.Listener.Addr().String()}
	e, err := handlers.New(p.store, handlers.Config{PublicURL: public, Secret: make([]byte, 32), SendsMail: true,
		Log: slog.New(slog.NewTextHandler(logTo(p.t), &slog.HandlerOptions{Level: slog.LevelError}))})
	must(p.t, err)
	p.server.Config.Handler = e
	return p
}

// radia is an operator of the installation.
func (p *panel) radia() *browser {
	p.t.Helper()
	radia, _, err := p.store.SignUp(context.Background(), "Radia", "radia@example.com", password)
	must(p.t, err)
	_, err = p.store.AddStaff(context.Background(), radia.Email, store.DutyOperator)
	must(p.t, err)
	return p.as(radia)
}

// mailman takes every letter that is due, and gives the newest of a kind to an
// address.
func (p *panel) mailman(kind, to string) (found letters.Post) {
	p.t.Helper()
	for {
		l, err := p.store.ClaimLetter(context.Background())
		if errors.Is(err, store.ErrNotFound) {
			return found
		}
		must(p.t, err)
		must(p.t, p.store.LetterSent(context.Background(), l))
		if l.Kind == kind && l.To == to {
			found = l
		}
	}
}

func TestTheMailboxIsForOperatorsAlone(t *testing.T) {
	p := newPanel(t)
	ada, radia := p.as(p.ada), p.radia()
	ada.send(in(p.analytical, "/members/invites"), "email", "katherine@example.com", "role", "full_viewer").want(t, http.StatusOK)
	list := radia.get("/operator/mail").want(t, http.StatusOK)
	letter, _ := list.Find("main tbody th a").First().Attr("href")
	for _, want := range []string{"doesn't send mail", "katherine@example.com", "You are invited", "Kept"} {
		if !strings.Contains(list.Text(), want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	got := radia.get(letter).want(t, http.StatusOK)
	if !strings.Contains(got.Text(), "Ada invites you to work in Analytical") || got.Find("a[href*='/invites/']").Length() != 1 {
		t.Error("the letter can not be read")
	}
	if radia.get("/accounts").Find("#profile a[href='/operator/mail']").Length() != 1 || ada.get("/accounts").Find("a[href='/operator/mail']").Length() != 0 {
		t.Error("the menu leads operators to the mail, or others too")
	}
	_, link := p.subuser(p.analytical, "charles", "Developer")
	absent := ada.get("/operator/nothing").want(t, http.StatusNotFound)
	for name, b := range map[string]*browser{"Ada": ada, "a subuser": p.asSubuser(link, "charles")} {
		for _, path := range []string{"/operator/mail", letter} {
			if got := b.get(path).want(t, http.StatusNotFound); name == "Ada" && got.body != absent.body {
				t.Errorf("%s tells Ada more than an absent page", path)
			}
		}
		b.send(letter+"/retry").want(t, http.StatusNotFound)
	}
	p.browser().get("/operator/mail").want(t, http.StatusSeeOther)
	for _, id := range []string{"nonsense", p.ada.ID.String()} {
		radia.get("/operator/mail/"+id).want(t, http.StatusNotFound)
	}
	radia.get("/operator/mail?after=nonsense").want(t, http.StatusNotFound)

	_, err := p.store.RemoveStaff(context.Background(), "radia@example.com", store.DutyOperator)
	must(t, err)
	radia.get("/operator/mail").want(t, http.StatusNotFound)
}

func TestAnOperatorTriesAFailedLetterAgain(t *testing.T) {
	p := newPanel(t).withMail()
	radia, ctx := p.radia(), context.Background()
	made := p.as(p.ada).send(in(p.analytical, "/members/invites"), "email", "katherine@example.com", "role", "full_viewer").want(t, http.StatusOK)
	link, _ := made.Find("input[readonly]").Attr("value")
	token := link[strings.LastIndex(link, "/")+1:]
	l, err := p.store.ClaimLetter(ctx)
	must(t, err)
	letter := "/operator/mail/" + l.ID.String()
	radia.send(letter+"/retry").want(t, http.StatusConflict)
	must(t, p.store.LetterFailed(ctx, l, "550 nobody of that name here", true))
	got := radia.get("/operator/mail?state=failed").want(t, http.StatusOK)
	if !strings.Contains(got.Text(), "550 nobody of that name here") || strings.Contains(got.Text(), "doesn't send mail") {
		t.Error("the list does not tell why, or says that no mail is sent")
	}
	if got := radia.get(letter); strings.Contains(got.body, token) || strings.Contains(got.Text(), "Ada invites") {
		t.Error("where mail is sent, an operator reads other people's letters")
	}
	radia.send(letter+"/retry").want(t, http.StatusSeeOther)
	if again := p.mailman(letters.Invite, "katherine@example.com"); again.Facts["path"] != "/invites/"+token {
		t.Errorf("%+v", again)
	}
	radia.send(letter+"/retry").want(t, http.StatusConflict)
	if got := radia.get(letter); !strings.Contains(got.Text(), "Sent") || strings.Contains(got.body, token) {
		t.Error("of a letter that was sent more is shown than that it was")
	}
}

func TestAnInviteIsMailedAndToldWhereItIsNot(t *testing.T) {
	p := newPanel(t).withMail()
	ada, ctx := p.as(p.ada), context.Background()
	invites := in(p.analytical, "/members/invites")
	ada.get(invites+"/new").want(t, http.StatusOK).says(t, "gets an e-mail with a link")
	made := ada.send(invites, "email", "katherine@example.com", "role", "full_viewer", "role", "main_user").want(t, http.StatusOK).says(t, "gets the link by e-mail")
	link, _ := made.Find("input[readonly]").Attr("value")
	l, err := p.store.ClaimLetter(ctx)
	must(t, err)
	if l.To != "katherine@example.com" || l.Facts["account"] != "Analytical" || !strings.HasSuffix(link, l.Facts["path"]) || !strings.Contains(l.Facts["roles"], "Full viewer") || !strings.Contains(l.Facts["roles"], "User") {
		t.Errorf("%+v, and the link is %s", l, link)
	}
	ada.get(in(p.analytical, "")).says(t, "1 invite is pending")

	// What the operator's mail server is like is not told to others.
	must(t, p.store.LetterFailed(ctx, l, "dial tcp 10.0.0.25:587: connection refused", false))
	if got := ada.get(in(p.analytical, "/members")).says(t, "The e-mail is delayed"); strings.Contains(got.Text(), "10.0.0.25") {
		t.Error("the page names the mail server")
	}
	p.clock.advance(2 * time.Minute)
	l, err = p.store.ClaimLetter(ctx)
	must(t, err)
	must(t, p.store.LetterFailed(ctx, l, "550 nobody of that name here", true))
	ada.get(in(p.analytical, "/members")).says(t, "couldn't be delivered: 550 nobody of that name here")
	ada.get(in(p.analytical, "")).says(t, "1 invite couldn't be delivered")

	// Resending makes a new letter; cancelling takes back one that was not sent.
	resend, _ := ada.get(invites).Find("form[action$='/resend']").Attr("action")
	ada.send(resend).want(t, http.StatusOK)
	if got := ada.get(in(p.analytical, "/members")); strings.Contains(got.Text(), "couldn't be delivered") {
		t.Error("the new invite shows what became of the old one's mail")
	}
	cancel, _ := ada.get(invites).Find("a[href$='/cancel']").Attr("href")
	ada.send(cancel).want(t, http.StatusSeeOther)
	if l := p.mailman(letters.Invite, "katherine@example.com"); l.ID != uuid.Nil {
		t.Error("a dead link is mailed")
	}
	if got := ada.get(in(p.analytical, "")); strings.Contains(got.Text(), "to be accepted") {
		t.Error("no invite waits, and the control panel says so")
	}
}

func TestAnInviteIsToldToItsAddressAndNotWhatItIs(t *testing.T) {
	p := newPanel(t)
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	if got := edsger.get("/accounts"); strings.Contains(got.Text(), "for your address") {
		t.Error("no invite waits for Edsger")
	}
	ada.send(in(p.west, "/members/invites"), "email", "EDSGER@example.com", "role", "full_editor").want(t, http.StatusOK)
	for _, path := range []string{"/accounts", in(p.east, "")} {
		if got := edsger.get(path).want(t, http.StatusOK).says(t, "1 pending invite for your address"); strings.Contains(got.Text(), "West") {
			t.Errorf("%s tells an address that nobody has proven what the invite is", path)
		}
	}
	if got := p.as(p.mallory).get("/accounts"); strings.Contains(got.Text(), "for your address") {
		t.Error("Mallory is told of Edsger's invite")
	}
	p.clock.advance(people.InviteLife)
	if got := p.as(p.edsger).get("/accounts"); strings.Contains(got.Text(), "for your address") {
		t.Error("an invite that is over waits still")
	}
}

func TestPeopleOfAFileAreInvited(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	invites := in(p.analytical, "/members/invites")
	got := ada.upload(invites, "people.csv", "\ufeffName;E-Mail;Role\r\nK;katherine@example.com;Full viewer, main_user\r\nD;dorothy@example.com;\r\n"+
		"M;mary@example.com;Payer\r\nX;not an address;full_viewer\r\n;;\r\nA;ada@example.com;full_viewer\r\n\"broken;\r\n", "role", "full_editor").want(t, http.StatusOK)
	got.says(t, "2 invites are ready", "Line 4: mary@example.com", "not a role that a member can have", "Line 5: not an address", "Line 6", "It has no e-mail address", "Line 7: ada@example.com", "your own address", "Line 8", "no line of CSV")
	for email, roles := range map[string]string{"katherine@example.com": "Full viewer, Account role: User", "dorothy@example.com": "Full editor"} {
		if row := ada.get(invites + "?q=" + email).Find("main tbody tr"); row.Length() != 1 || !strings.Contains(row.Text(), roles) {
			t.Errorf("%s is invited as %s", email, strings.Join(strings.Fields(row.Text()), " "))
		}
	}
	// Without a first line that names columns, and beside addresses that are typed.
	got = ada.upload(invites, "people.csv", "one@example.com\ntwo@example.com,full_viewer\n", "role", "main_user", "email", "three@example.com").want(t, http.StatusOK)
	got.says(t, "3 invites are ready")
	for file, says := range map[string]string{
		"name,phone\nAda,1\n": "must name the columns", "email\n": "holds no addresses", strings.Repeat("a@example.com\n", 101): "at most 100",
	} {
		ada.upload(invites, "people.csv", file, "role", "main_user").want(t, http.StatusUnprocessableEntity).says(t, says)
	}
	ada.upload(invites, "people.csv", "", "role", "main_user").want(t, http.StatusUnprocessableEntity).says(t, "or choose a file")
	p.as(p.edsger).upload(in(p.east, "/members/invites"), "people.csv", "x@example.com\n", "role", "full_viewer").want(t, http.StatusForbidden)
}
