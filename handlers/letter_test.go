package handlers_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bailiwick/handlers"
	"bailiwick/models"
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
	_, err = p.store.AddStaff(context.Background(), radia.Email, models.DutyOperator)
	must(p.t, err)
	return p.as(radia)
}

// mailman takes every letter that is due, and gives the newest of a kind to an
// address.
func (p *panel) mailman(kind, to string) (found models.Post) {
	p.t.Helper()
	for {
		l, err := p.store.ClaimLetter(context.Background())
		if errors.Is(err, models.ErrNotFound) {
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
	for _, want := range []string{"does not send mail", "katherine@example.com", "You are invited", "Kept"} {
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

	_, err := p.store.RemoveStaff(context.Background(), "radia@example.com", models.DutyOperator)
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
	if !strings.Contains(got.Text(), "550 nobody of that name here") || strings.Contains(got.Text(), "does not send mail") {
		t.Error("the list does not tell why, or says that no mail is sent")
	}
	if got := radia.get(letter); strings.Contains(got.body, token) || strings.Contains(got.Text(), "Ada invites") {
		t.Error("where mail is sent, an operator reads other people's letters")
	}
	radia.send(letter+"/retry").want(t, http.StatusSeeOther)
	if again := p.mailman(models.LetterInvite, "katherine@example.com"); again.Facts["path"] != "/invites/"+token {
		t.Errorf("%+v", again)
	}
	radia.send(letter+"/retry").want(t, http.StatusConflict)
	if got := radia.get(letter); !strings.Contains(got.Text(), "Sent") || strings.Contains(got.body, token) {
		t.Error("of a letter that was sent more is shown than that it was")
	}
}
