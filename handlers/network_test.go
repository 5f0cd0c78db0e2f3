package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

const security = "/settings/security/allowed"

// network has somebody elsewhere say from where an account may be entered.
func (p *panel) network(a account.Account, network, rule string) {
	p.t.Helper()
	_, _, err := p.store.CreateRecord(context.Background(), p.grant(p.ada, "security.edit", a), record.Place{Section: p.store.Catalog().Section("security")},
		map[string]any{"network": network, "rule": rule})
	must(p.t, err)
}

func TestNetworksLetInAndKeepOut(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	refused := ada.send(in(p.east, security), "network", "127.0.0.0/8", "rule", "block").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(refused.Text(), "lock you out") {
		t.Error("the form does not say why")
	}
	ada.send(in(p.east, security), "network", "192.0.2.0/24", "rule", "allow").want(t, http.StatusUnprocessableEntity)
	ada.send(in(p.east, security), "network", "127.0.0.1", "rule", "allow").want(t, http.StatusSeeOther)
	ada.send(in(p.east, security), "network", "192.0.2.0/24", "rule", "allow").want(t, http.StatusSeeOther)
	ada.get(in(p.east, "/calls")).want(t, http.StatusOK)

	// Made from elsewhere, the rules bind at once, in that account alone.
	p.network(p.east, "127.0.0.0/8", "block")
	edsger := p.as(p.edsger)
	out := edsger.get(in(p.east, "/calls")).want(t, http.StatusForbidden)
	if !strings.Contains(out.Text(), "Your network address, 127.0.0.1, is blocked by this account.") {
		t.Errorf("the page does not say what keeps out whom: %s", out.Text())
	}
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusNotFound)
	p.network(p.west, "198.51.100.0/24", "allow")
	out = p.as(p.barbara).get(in(p.west, "/calls")).want(t, http.StatusForbidden)
	if !strings.Contains(out.Text(), "Your network address, 127.0.0.1, isn't among the networks this account lets in.") {
		t.Errorf("the page does not say what keeps out whom: %s", out.Text())
	}
	ada.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	ada.get(in(p.berlin, "/calls")).want(t, http.StatusOK)
}

// Nobody shuts an owner out: networks, members and ownership stay open to them
// from anywhere, once they prove who they are, and to nobody else.
func TestAnOwnerMendsTheNetworksThatKeepThemOut(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for _, network := range []string{"127.0.0.0/8", "127.0.0.1/32"} {
		p.network(p.analytical, network, "block")
	}
	grace, stay := p.as(p.grace), []string{security, "/members", "/settings/ownership", "/members/invites/new"}
	p.clock.advance(login.ProofLife)
	for _, path := range stay {
		to := in(p.analytical, path)
		if got := ada.get(to).want(t, http.StatusSeeOther).location(); got != "/prove?return="+url.QueryEscape(to) {
			t.Fatalf("%s leads to %s", path, got)
		}
		grace.get(to).want(t, http.StatusForbidden)
		p.as(p.mallory).get(to).want(t, http.StatusNotFound)
	}
	shut := ada.get(in(p.analytical, "/calls")).want(t, http.StatusForbidden)
	for _, path := range stay[:3] {
		if shut.Find(`a[href="`+in(p.analytical, path)+`"]`).Length() != 1 {
			t.Errorf("the owner is not told that %s stays open", path)
		}
	}
	if got := grace.get(in(p.analytical, "/calls")).want(t, http.StatusForbidden); got.Find(`a[href*="`+p.analytical.ID.String()+`"]`).Length() != 0 {
		t.Error("somebody else is led to what is open to the owner")
	}
	ada.send("/prove", "return", in(p.analytical, security), "proof", "a wrong one").want(t, http.StatusUnprocessableEntity)
	ada.get(in(p.analytical, security)).want(t, http.StatusSeeOther)
	if got := ada.send("/prove", "return", in(p.analytical, security), "proof", password).want(t, http.StatusSeeOther).location(); got != in(p.analytical, security) {
		t.Fatalf("led to %s", got)
	}
	for _, path := range stay {
		ada.get(in(p.analytical, path)).want(t, http.StatusOK)
	}
	ada.get(in(p.analytical, "/calls")).want(t, http.StatusForbidden)
	for range 2 { // one by one, though the other still keeps her out
		rule := ada.get(in(p.analytical, security)).want(t, http.StatusOK).Find(`a[href$="/delete"]`).First().AttrOr("href", "")
		ada.send(rule).want(t, http.StatusSeeOther)
	}
	ada.get(in(p.analytical, "/calls")).want(t, http.StatusOK)

	// What she owns includes what is below, and a second step that is asked for.
	p.network(p.east, "198.51.100.0/24", "allow")
	p.as(p.ada).get(in(p.east, security)).want(t, http.StatusOK)
	p.as(p.edsger).get(in(p.east, "/members")).want(t, http.StatusForbidden)
	if got := p.browser().get("/prove").want(t, http.StatusSeeOther).location(); !strings.HasPrefix(got, "/sign-in") {
		t.Errorf("who is signed out is led to %s", got)
	}
	for _, away := range []string{"https://example.com/", "//example.com"} {
		if got := ada.get("/prove?return="+url.QueryEscape(away)).want(t, http.StatusSeeOther).location(); got != "/" {
			t.Errorf("a proof leads to %s", got)
		}
	}
}

// A change of networks asks for a proof that is younger than five minutes, at the
// form that was filled in.
func TestNetworksAskForAProof(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.send(in(p.east, security), "network", "198.51.100.0/24", "rule", "block").want(t, http.StatusSeeOther)
	one := strings.TrimSuffix(ada.get(in(p.east, security)).Find(`a[href$="/delete"]`).AttrOr("href", ""), "/delete")
	p.clock.advance(login.ProofLife)
	for path, form := range map[string][]string{
		in(p.east, security): {"network", "192.0.2.0/24", "rule", "block"}, one + "/edit": {"network", "203.0.113.0/24", "rule", "block", "version", "1"}, one + "/delete": nil,
	} {
		if ask := ada.get(strings.Replace(path, security, security+map[bool]string{true: "/new"}[form != nil && path == in(p.east, security)], 1)).want(t, http.StatusOK); ask.Find("#f-proof").Length() != 1 {
			t.Errorf("%s does not ask for a proof", path)
		}
		got := ada.send(path, form...).want(t, http.StatusUnprocessableEntity)
		if got.Find("#f-proof-problem").Length() != 1 || form != nil && got.Find("#f-network").AttrOr("value", "") != form[1] {
			t.Errorf("%s says nothing of the proof, or loses what was typed", path)
		}
	}
	ada.send(in(p.east, security), "network", "192.0.2.0/24", "rule", "block", "proof", password).want(t, http.StatusSeeOther)
	ada.send(one+"/delete").want(t, http.StatusSeeOther)
}

func TestAnOperatorClearsNetworks(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.network(p.east, "198.51.100.0/24", "allow")
	p.network(p.west, "198.51.100.0/24", "allow")
	ada.get(in(p.east, "/calls")).want(t, http.StatusForbidden)
	if a, n, err := p.store.ClearNetworks(t.Context(), p.east.ID); err != nil || n != 1 || a.Name != "East" {
		t.Fatalf("%d of %s: %v", n, a.Name, err)
	}
	ada.get(in(p.east, "/calls")).want(t, http.StatusOK)
	ada.get(in(p.west, "/calls")).want(t, http.StatusForbidden)
	if got := ada.get(in(p.east, "/audit")).events(); !strings.Contains(got, "cleared the networks of East") {
		t.Errorf("the audit says %s", got)
	}
	if _, _, err := p.store.ClearNetworks(t.Context(), p.east.ID); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a second time: %v", err)
	}
	if _, _, err := p.store.ClearNetworks(t.Context(), uuid.MustParse(noID)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nowhere: %v", err)
	}
}

// The page of an account below tells of nothing that happened in it while it is
// shut to who looks, by its networks or for want of a second step.
func TestAShutAccountsPageKeepsItsChanges(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.send(in(p.west, "/contacts"), "name", "Confidential").want(t, http.StatusSeeOther)
	page := in(p.analytical, "/accounts/"+p.west.ID.String())
	shows := func(b *browser, want bool) {
		t.Helper()
		if got := b.get(page).want(t, http.StatusOK).Text(); strings.Contains(got, "Confidential") != want {
			t.Errorf("shows what happened in West: %v", !want)
		}
	}
	shows(ada, true)
	p.network(p.west, "198.51.100.0/24", "allow")
	shows(ada, false)
	_, _, err := p.store.ClearNetworks(t.Context(), p.west.ID)
	must(t, err)
	shows(ada, true)
	ada, _ = p.require(p.west)
	p.clock.advance(time.Second)
	shows(p.as(p.grace), false)
	shows(ada, true) // whose sign-in took two steps
}
