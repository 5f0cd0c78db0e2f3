package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/handlers"
	"bailiwick/models/account"
	"bailiwick/models/login"
)

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// signIns are the lines about attempts: what each field holds.
func (l *lines) signIns(t *testing.T) (all []map[string]string) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		if !strings.Contains(line, `"event":"sign_in"`) {
			continue
		}
		x := map[string]string{}
		must(t, json.Unmarshal([]byte(line), &x))
		all = append(all, x)
	}
	return all
}

// logged has the panel write its whole log where the test reads it.
func (p *panel) logged() *lines {
	l := &lines{}
	server := httptest.NewUnstartedServer(nil)
	e, err := handlers.New(p.store, handlers.Config{PublicURL: &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}, Secret: p.config.Secret, Log: slog.New(slog.NewJSONHandler(l, nil))})
	must(p.t, err)
	server.Config.Handler = e
	server.Start()
	p.t.Cleanup(server.Close)
	p.server = server
	return l
}

// signInsOf are the attempts at a member's login as they see them.
func (p *panel) signInsOf(who authz.Actor, x login.Session) (all []string) {
	p.t.Helper()
	_, err := p.store.StoreSignIns(context.Background())
	must(p.t, err)
	x.Principal = who.ID
	found, err := p.store.OwnSignIns(context.Background(), authz.Self(who), x, 100)
	must(p.t, err)
	for _, s := range found {
		all = append(all, strings.TrimSpace(string(s.Door)+" "+string(s.Outcome)+" "+string(s.Why)))
	}
	return all
}

func want[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s: %v, not %v", what, got, wanted)
	}
}

func TestEveryAttemptIsALineAndAnEntry(t *testing.T) {
	p := newPanel(t)
	log := p.logged()
	dev, link := p.subuser(p.east, "dev", "Developer")
	_, west := p.subuser(p.west, "west-dev", "Developer")
	b := p.browser()
	b.post("/sign-in", values("email", "ADA@example.com", "password", notThePassword)).want(t, http.StatusUnprocessableEntity)
	b.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
	b.post("/sign-in", values("email", "stranger@example.com", "password", notThePassword)).want(t, http.StatusUnprocessableEntity)
	b.post("/login/"+west, values("name", "dev", "password", password)).want(t, http.StatusUnprocessableEntity)
	b.post("/login/"+link, values("name", "Dev", "password", notThePassword)).want(t, http.StatusUnprocessableEntity)
	b.post("/login/"+link, values("name", "dev", "password", password)).want(t, http.StatusSeeOther)
	b.post("/forgotten-password", values("email", p.ada.Email)).want(t, http.StatusOK)
	b.sendByLink("/reset-password/no-such-token", "password", "a new and good password").want(t, http.StatusUnprocessableEntity)

	ada, sub := p.ada.Principal().String(), dev.Principal().String()
	lines := log.signIns(t)
	for i, w := range []struct{ door, outcome, why, principal string }{
		{"member", "refused", "wrong password", ada}, {"member", "ok", "", ada}, {"member", "refused", "unknown name", ""},
		{"subuser", "refused", "unknown name", ""}, {"subuser", "refused", "wrong password", sub}, {"subuser", "ok", "", sub},
		{"reset", "ok", "", ""}, {"link", "refused", "dead link", ""},
	} {
		if i >= len(lines) {
			t.Fatalf("%d lines", len(lines))
		}
		x := lines[i]
		want(t, "line", [4]string{x["door"], x["outcome"], x["why"], x["principal"]}, [4]string{w.door, w.outcome, w.why, w.principal})
		if x["address"] != "127.0.0.1" || x["request_id"] == "" {
			t.Errorf("a line without where or which request: %v", x)
		}
	}
	if lines[0]["name"] == "" || lines[0]["name"] != lines[1]["name"] || lines[0]["name"] == lines[2]["name"] {
		t.Error("the digest does not tell which lines are about one name")
	}
	for _, secret := range []string{password, notThePassword, "a new and good password", "example.com", "stranger", `"dev"`, link, west, "no-such-token"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}

	want(t, "Ada's", strings.Join(p.signInsOf(p.ada.Actor(), login.Session{}), "; "), "reset ok; member ok; member refused wrong password")
	want(t, "the subuser's", strings.Join(p.signInsOf(dev.Actor(), login.Session{Tenant: dev.TenantID}), "; "), "subuser ok; subuser refused wrong password")
	want(t, "Mallory's", len(p.signInsOf(p.mallory.Actor(), login.Session{})), 0)
	of := func(m login.Member, a account.Account) (names []string) {
		t.Helper()
		all, err := p.store.SignIns(context.Background(), p.grant(m, "security", a), login.SignInFilter{Limit: 100})
		must(t, err)
		for _, x := range all {
			names = append(names, x.WhoName)
		}
		return names
	}
	want(t, "East's", strings.Join(of(p.ada, p.east), " "), "dev dev")
	want(t, "West's", len(of(p.ada, p.west)), 0) // who came to the wrong page is nobody there
	want(t, "Analytical's", len(of(p.ada, p.analytical)), 0)
	want(t, "Malloryville's", len(of(p.mallory, p.malloryville)), 0)
}

// Whoever tries without end writes one entry a minute, however it is spelled.
func TestTooManyAttemptsAreOneEntryAMinute(t *testing.T) {
	p := newPanel(t)
	log := p.logged()
	p.clock.stand(time.Now().Truncate(time.Minute))
	b := p.browser()
	b.guess(12, "/sign-in", "email", p.ada.Email)
	b.guess(3, "/sign-in", "email", "ⓐda@example.com")
	limited := 0
	for _, x := range log.signIns(t) {
		if x["outcome"] == "limited" && x["why"] == "limit" {
			limited++
		}
	}
	want(t, "lines", limited, 5)
	all := p.signInsOf(p.ada.Actor(), login.Session{})
	want(t, "entries", len(all), 11)
	b.guess(1, "/sign-in", "email", p.ada.Email) // the next is counted with those that are stored
	_, err := p.store.StoreSignIns(context.Background())
	must(t, err)
	tries := 0
	found, err := p.store.OwnSignIns(context.Background(), authz.Self(p.ada.Actor()), login.Session{Principal: p.ada.Principal()}, 100)
	must(t, err)
	for _, x := range found {
		if x.Outcome == login.SignInLimited {
			tries += x.Tries
		}
	}
	want(t, "entries", len(found), 11)
	want(t, "tries", tries, 6)
}

func TestTwoAtOnceAreTwoEntries(t *testing.T) {
	p := newPanel(t)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { p.browser().post("/sign-in", values("email", p.ada.Email, "password", password)) })
	}
	both.Wait()
	want(t, "Ada's", strings.Join(p.signInsOf(p.ada.Actor(), login.Session{}), "; "), "member ok; member ok")
}

// Of attempts that nobody stores, so many are kept and the others counted.
func TestAttemptsThatWaitDoNotGrowForEver(t *testing.T) {
	p := newPanel(t)
	const most, more = 4096, 900
	for range most + more {
		p.store.KeepSignIn(p.store.CameOut(login.Attempt{Door: login.DoorMember, Name: p.ada.Email}, "", login.Refusal{Who: p.ada.Principal(), Why: login.WhyPassword}))
	}
	lost, err := p.store.StoreSignIns(context.Background())
	must(t, err)
	want(t, "lost", lost, more)
	p.clock.advance(login.SignInLife - time.Hour)
	must(t, p.store.PruneSignIns(context.Background()))
	want(t, "left", len(p.signInsOf(p.ada.Actor(), login.Session{})), 100)
	p.clock.advance(2 * time.Hour)
	must(t, p.store.PruneSignIns(context.Background()))
	want(t, "left", len(p.signInsOf(p.ada.Actor(), login.Session{})), 0)
}

func TestSignInsAreShownToWhoeverMayKnow(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Developer")
	ada := p.as(p.ada)
	p.browser().post("/login/"+link, values("name", "dev", "password", notThePassword)).want(t, http.StatusUnprocessableEntity)
	dev := p.asSubuser(link, "dev")
	_, err := p.store.StoreSignIns(context.Background())
	must(t, err)
	list := in(p.east, "/settings/security/sign-ins")
	for query, rows := range map[string]int{"": 2, "?outcome=refused": 1, "?q=DEV": 2, "?q=127.0.0": 2, "?q=nobody": 0, "?since=2999-01-01": 0, "?till=2999-01-01": 2, "?when=today": 2, "?outcome=none&since=x": 2} {
		want(t, "rows of "+query, ada.get(list+query).want(t, http.StatusOK).Find("#list tbody tr").Length(), rows)
	}
	if file := ada.get(list+"?format=csv").want(t, http.StatusOK).body; strings.Count(file, "\n") != 3 || !strings.Contains(file, "wrong password") {
		t.Errorf("the file: %s", file)
	}
	p.as(p.mallory).get(list).want(t, http.StatusNotFound)
	p.as(p.edsger).get(list).want(t, http.StatusForbidden)
	p.browser().get(list).want(t, http.StatusSeeOther)
	for _, b := range []*browser{ada, dev} {
		if got := b.get("/sessions").want(t, http.StatusOK).Text(); !strings.Contains(got, "Recent sign-ins") || !strings.Contains(got, "Succeeded") {
			t.Error("one's own sign-ins are not on the page of sessions")
		}
	}
}

// Two who come in by the same link, and sign in in the same tenant, see their own sign-ins alone.
func TestSignInsOfOthersAreNotOnesOwn(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Developer")
	p.subuser(p.east, "caller", "CallListManager")
	dev := p.asSubuser(link, "dev")
	p.browser().post("/login/"+link, values("name", "caller", "password", notThePassword)).want(t, http.StatusUnprocessableEntity)
	caller := p.asSubuser(link, "caller")
	_, err := p.store.StoreSignIns(context.Background())
	must(t, err)
	for who, x := range map[string]struct {
		*browser
		n, refused int
	}{"dev": {dev, 1, 0}, "the caller": {caller, 2, 1}} {
		list := x.get("/sessions").want(t, http.StatusOK).Find("h2.after").NextAll().Find("tbody tr")
		want(t, "sign-ins of "+who, list.Length(), x.n)
		want(t, "refused ones of "+who, strings.Count(list.Text(), "Wrong password"), x.refused)
	}
	_, err = p.store.OwnSignIns(context.Background(), authz.Self(p.ada.Actor()), login.Session{Principal: p.edsger.Principal()}, 100)
	if !errors.Is(err, authz.ErrDenied) {
		t.Errorf("Ada asks for those of Edsger: %v", err)
	}
}
