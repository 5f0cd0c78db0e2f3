package handlers_test

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bailiwick/handlers"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/people"
)

// open follows a one-time link to the page that it leads to.
func (b *browser) open(link string) page {
	b.t.Helper()
	got := b.get(link).want(b.t, http.StatusSeeOther)
	return b.get(got.location())
}

// byLink opens a one-time link and sends its form, as a page would that was open
// before anything happened to the link.
func (b *browser) byLink(link string, form url.Values) page {
	b.t.Helper()
	b.open(link)
	if form == nil {
		form = url.Values{}
	}
	at := strings.LastIndex(link, "/")
	key, err := hkdf.Key(sha256.New, make([]byte, 32), nil, "form token", 32)
	must(b.t, err)
	m := hmac.New(sha256.New, key)
	m.Write([]byte("link " + link[:at] + " " + link[at+1:]))
	form.Set("link", base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:12]))
	return b.post(link[:at], form)
}

// sendByLink does so with the session's token.
func (b *browser) sendByLink(link string, pairs ...string) page {
	b.t.Helper()
	return b.byLink(link, values(append(pairs, "token", b.token())...))
}

// oneTimeLink is one, with what its page says and what its form is filled in with.
type oneTimeLink struct {
	link, says string
	form       []string
}

// oneTimeLinks makes one of each kind.
func (p *panel) oneTimeLinks() []oneTimeLink {
	p.t.Helper()
	ada := p.as(p.ada)
	made, err := p.store.CreateSubuser(context.Background(), p.grant(p.ada, "subuser_create", p.east), people.SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true})
	must(p.t, err)
	invite := ada.invite(p.analytical, "katherine@example.com", "full_viewer")
	barbara := p.as(p.barbara)
	barbara.send(in(p.west, profile+"/email"), "email", "barbara@new.example", "current", password).want(p.t, http.StatusSeeOther)
	p.browser().byLink(p.mailman(letter.ConfirmEmail, "barbara@new.example").Facts["path"], nil).want(p.t, http.StatusSeeOther)
	undo := p.mailman(letter.EmailChanged, p.barbara.Email).Facts["path"]
	ada.send(in(p.analytical, profile+"/email"), "email", "ada@new.example", "current", password).want(p.t, http.StatusSeeOther)
	p.browser().post("/forgotten-password", values("email", p.edsger.Email)).want(p.t, http.StatusOK)
	reset, confirm := letter.Post{}, letter.Post{}
	for {
		l, err := p.store.ClaimLetter(context.Background())
		if err != nil {
			break
		}
		switch must(p.t, p.store.LetterSent(context.Background(), l)); l.Kind {
		case letter.Reset:
			reset = l
		case letter.ConfirmEmail:
			confirm = l
		}
	}
	p.as(p.mallory).send("/verify-email/send").want(p.t, http.StatusSeeOther)
	proof := p.mailman(letter.EmailProof, p.mallory.Email).Facts["path"]
	return []oneTimeLink{
		{"/set-password/" + made.PasswordLink, "dev", []string{"password", password}},
		{reset.Facts["path"], p.edsger.Email, []string{"password", changed}},
		{confirm.Facts["path"], "ada@new.example", nil},
		{undo, p.barbara.Email, nil},
		{proof, p.mallory.Email, nil},
		{invite, "Join Analytical", []string{"name", "Katherine", "password", password}},
	}
}

// hidden are the fields that the form of a page sends unseen.
func (x page) hidden(t testing.TB, action string) url.Values {
	t.Helper()
	form, all := x.Find("form[action='"+action+"']"), url.Values{}
	if form.Length() != 1 {
		t.Fatalf("no form to %s: %s", action, x.Text())
	}
	for _, n := range form.Find("input[type=hidden]").Nodes {
		var name, value string
		for _, a := range n.Attr {
			switch a.Key {
			case "name":
				name = a.Val
			case "value":
				value = a.Val
			}
		}
		all.Set(name, value)
	}
	return all
}

// Whoever opens a one-time link has its secret in the address no longer: it is
// on no page, in no address that one is led to, and in no log.
func TestAOneTimeLinkLeavesTheAddress(t *testing.T) {
	p := newPanel(t).withMail()
	links := p.oneTimeLinks()
	var log bytes.Buffer
	public, err := url.Parse(p.server.URL)
	must(t, err)
	e, err := handlers.New(p.store, handlers.Config{PublicURL: public, Secret: p.config.Secret, SendsMail: true, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	must(t, err)
	p.server.Config.Handler = e
	for _, l := range links {
		at := strings.LastIndex(l.link, "/")
		where, token := l.link[:at], l.link[at+1:]
		b := p.browser()
		b.get(where).want(t, http.StatusUnprocessableEntity).says(t, "Open the link again")
		opened := b.get(l.link).want(t, http.StatusSeeOther)
		if opened.location() != where {
			t.Errorf("%s leads to %s", where, opened.location())
		}
		shown := b.get(where).want(t, http.StatusOK).says(t, l.says)
		form := shown.hidden(t, where)
		for i := 0; i < len(l.form); i += 2 {
			form.Set(l.form[i], l.form[i+1])
		}
		acted := b.post(where, form).want(t, http.StatusSeeOther)
		late := p.browser().open(l.link).want(t, http.StatusUnprocessableEntity)
		for _, got := range []page{opened, shown, acted, late} {
			if got.header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s (%d) lets its address out", where, got.status)
			}
			if strings.Contains(got.body, token) || strings.Contains(got.location(), token) || strings.Contains(got.Text(), token) {
				t.Errorf("%s (%d) shows the secret", where, got.status)
			}
		}
		b.get(where).want(t, http.StatusUnprocessableEntity).says(t, "Open the link again") // used, and forgotten
		if !strings.Contains(log.String(), where) || strings.Contains(log.String(), token) {
			t.Errorf("the log of %s is missing, or has the secret", where)
		}
		if l := strings.Repeat(token, 200); p.browser().open(where+"/"+l).status != http.StatusUnprocessableEntity {
			t.Errorf("%s takes an endless secret", where)
		}
		byScript, err := http.NewRequest(http.MethodGet, b.base+l.link, nil)
		must(t, err)
		byScript.Header.Set("HX-Request", "true")
		if htmx := b.do(byScript); htmx.header.Get("HX-Redirect") != where {
			t.Errorf("a script that asks for %s/… is not led away", where)
		}
	}
}

// Two links of a kind in two tabs: the form of the first does nothing, since the
// browser has the second by then.
func TestTwoOneTimeLinksDoNotMix(t *testing.T) {
	p := newPanel(t).withMail()
	for _, m := range []login.Member{p.edsger, p.grace} {
		p.browser().post("/forgotten-password", values("email", m.Email)).want(t, http.StatusOK)
	}
	var links []string
	for {
		l, err := p.store.ClaimLetter(context.Background())
		if err != nil {
			break
		}
		must(t, p.store.LetterSent(context.Background(), l))
		links = append(links, l.Facts["path"])
	}
	b := p.browser()
	first := b.open(links[0]).want(t, http.StatusOK).says(t, p.edsger.Email).hidden(t, "/reset-password")
	second := b.open(links[1]).want(t, http.StatusOK).says(t, p.grace.Email).hidden(t, "/reset-password")
	if first.Get("link") == "" || first.Get("link") == second.Get("link") {
		t.Fatal("the forms do not name their links")
	}
	first.Set("password", changed)
	b.post("/reset-password", first).want(t, http.StatusUnprocessableEntity).says(t, "Nothing was done", "another link was opened")
	b.post("/reset-password", values("password", changed)).want(t, http.StatusUnprocessableEntity).says(t, "Nothing was done")
	p.as(p.edsger)
	p.as(p.grace)
	// A link of one kind is none of another.
	b.post("/invites", second).want(t, http.StatusUnprocessableEntity).says(t, "Nothing was done")
	second.Set("password", changed)
	b.post("/reset-password", second).want(t, http.StatusSeeOther)
	b.open(links[0]).want(t, http.StatusOK)
	b.post("/reset-password", first).want(t, http.StatusSeeOther)
	for _, m := range []login.Member{p.edsger, p.grace} {
		p.browser().post("/sign-in", values("email", m.Email, "password", changed)).want(t, http.StatusSeeOther)
	}
}
