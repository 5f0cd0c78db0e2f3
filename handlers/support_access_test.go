package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

const doorPath = "/settings/support-access"

// katherine is support staff of the installation.
func (p *panel) katherine() login.Member {
	p.t.Helper()
	m, _, err := p.store.SignUp(context.Background(), "Katherine", "katherine@example.com", password)
	must(p.t, err)
	_, err = p.store.AddStaff(context.Background(), m.Email, store.DutySupport)
	must(p.t, err)
	return m
}

func TestSupportAccessFromOpenToClosed(t *testing.T) {
	p := newPanel(t)
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	katherine := p.as(p.katherine())
	absent := katherine.get(inID(p.ada.ID, "")).want(t, http.StatusNotFound)
	if got := katherine.get(in(p.east, "")).want(t, http.StatusNotFound); got.body != absent.body {
		t.Error("a closed account does not answer staff like an absent one")
	}
	if form := ada.get(in(p.east, doorPath)).want(t, http.StatusOK).says(t, "Support access is off", "Never turned on", "Access ends automatically"); form.Find("form select[name=lasts] option").Length() != 6 || form.Find("input[name=access]").Length() != 2 {
		t.Error("the form does not offer both accesses and all lengths")
	}
	ada.send(in(p.east, doorPath), "access", "edit", "lasts", "8h", "reason", "Calls drop after a minute").want(t, http.StatusSeeOther)
	ada.get(in(p.east, doorPath)).says(t, "Support access is on until", "view and edit data and setup", "Ada turned it on for: Calls drop after a minute", "Support staff can open this account until")

	// The very next request of staff is let in, to this account alone.
	home := katherine.get(in(p.east, "")).want(t, http.StatusOK).says(t, "You are here as support staff until", "let in by Ada for: Calls drop after a minute")
	for _, other := range []string{"Berlin", "West", "Analytical"} {
		if strings.Contains(home.Text(), other) {
			t.Errorf("the home page names %s", other)
		}
	}
	for _, a := range []account.Account{p.analytical, p.west, p.berlin, p.malloryville} {
		if got := katherine.get(in(a, "")).want(t, http.StatusNotFound); got.body != absent.body {
			t.Errorf("staff learn of %s", a.Name)
		}
	}
	for _, path := range []string{"/accounts", "/permissions/general", "/audit", "/billing", "/settings/api_keys", "/members/invites/new", "/settings/support-access/close", "/timeless-accounts"} {
		if got := katherine.get(in(p.east, path)); got.status != http.StatusForbidden && got.status != http.StatusNotFound {
			t.Errorf("staff may %s: %d", path, got.status)
		}
	}
	katherine.send(in(p.east, "/settings/support-access"), "access", "edit", "lasts", "30d", "reason", "longer").want(t, http.StatusForbidden)
	list := katherine.get("/accounts").want(t, http.StatusOK).says(t, "East", "Support access: Edit")
	if list.Find(".badge:contains('Support access')").Length() != 1 || strings.Contains(list.Text(), "Analytical") || strings.Contains(list.Text(), "Berlin") || strings.Contains(list.body, "/leave") {
		t.Error("the list of accounts does not mark the open door, or shows more than it")
	}
	katherine.get("/accounts/switcher?q=ea").want(t, http.StatusOK).says(t, "East", "Support access: Edit")

	// What they do is in the audit with both names.
	katherine.send(in(p.east, "/contacts"), "name", "Charles", "phone_number", "+4930123456").want(t, http.StatusSeeOther)
	ada.get(in(p.east, "/audit")).says(t, "Katherine", "Support access opened byAda", "Support access: Edit in East")
	if csv := ada.get(in(p.east, "/audit?format=csv")).body; !strings.Contains(csv, "Support access: Edit") {
		t.Error("the audit does not say that it was support access")
	}

	// The people see it on every page; who may not close it is not offered to.
	edsger.get(in(p.east, "/contacts")).says(t, "Support staff can view and edit data and setup until")
	if got := edsger.get(in(p.east, doorPath)).want(t, http.StatusOK); got.Find("form[action$='support-access']").Length() != 0 || strings.Contains(got.body, "support-access/close") {
		t.Error("a viewer is offered to open or close")
	}
	edsger.send(in(p.east, doorPath+"/close")).want(t, http.StatusForbidden)
	if got := ada.get(in(p.east, "/contacts")); got.Find("a[href$='support-access/close']").Length() != 1 {
		t.Error("the notice has no way to close")
	}
	if strings.Contains(ada.get(in(p.west, "")).Text(), "Support staff can") {
		t.Error("West says that East is open")
	}

	ada.get(in(p.east, doorPath+"/close")).want(t, http.StatusOK).says(t, "Support staff are signed out of this account at once")
	ada.send(in(p.east, doorPath+"/close")).want(t, http.StatusSeeOther)
	if got := katherine.get(in(p.east, "")).want(t, http.StatusNotFound); got.body != absent.body {
		t.Error("a closed door does not answer like none")
	}
	ada.send(in(p.east, doorPath+"/close")).want(t, http.StatusUnprocessableEntity).says(t, "already off")
	ada.get(in(p.east, doorPath)).says(t, "Support access is off", "Calls drop after a minute", ", by Ada")
	if strings.Contains(katherine.get("/accounts").Text(), "East") {
		t.Error("the closed account is listed still")
	}
}

func TestSupportAccessEndsByItself(t *testing.T) {
	p := newPanel(t)
	ada, m := p.as(p.ada), p.katherine()
	ada.send(in(p.analytical, doorPath), "access", "view", "lasts", "1h", "reason", "Look").want(t, http.StatusSeeOther)
	p.clock.advance(59 * time.Minute)
	katherine := p.as(m)
	katherine.get(in(p.analytical, "/contacts")).want(t, http.StatusOK)
	katherine.get(in(p.analytical, "/contacts/new")).want(t, http.StatusForbidden)
	p.clock.advance(time.Minute)
	katherine.get(in(p.analytical, "/contacts")).want(t, http.StatusNotFound)
	if strings.Contains(katherine.get("/accounts").Text(), "Analytical") {
		t.Error("an account whose door is shut is listed")
	}
	if got := ada.get(in(p.analytical, doorPath)).says(t, "Support access is off", ", automatically"); strings.Contains(got.Text(), "can view this account until") {
		t.Error("the notice stays when the door is shut")
	}
}

func TestSupportAccessAsksForAProof(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.clock.advance(login.ProofLife)
	form := []string{"access", "view", "lasts", "1d", "reason", "Look"}
	ada.send(in(p.east, doorPath), form...).want(t, http.StatusUnprocessableEntity).says(t, "Send your password")
	ada.send(in(p.east, doorPath), append(form, "proof", "wrong")...).want(t, http.StatusUnprocessableEntity).says(t, "isn't your password")
	ada.get(in(p.east, doorPath)).says(t, "Support access is off")
	ada.send(in(p.east, doorPath), append(form, "proof", password)...).want(t, http.StatusSeeOther)
	ada.get(in(p.east, doorPath)).says(t, "Support access is on until")
}

func TestSupportAccessRefusesWhatIsWrong(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	zone := func(d time.Duration) string { return p.clock.now().UTC().Add(d).Format("2006-01-02T15:04") }
	for _, x := range []struct{ access, lasts, until, reason, says string }{
		{"view", "2h", "", "why", "Choose for how long."},
		{"view", "", "", "why", "Choose for how long."},
		{"owner", "1h", "", "why", "Choose whether support staff can view"},
		{"", "1h", "", "why", "Choose whether support staff can view"},
		{"view", "1h", "", "", "Enter a reason"},
		{"view", "until", "", "why", "Enter the day and the time"},
		{"view", "until", "tomorrow", "why", "Enter the day and the time"},
		{"view", "until", zone(-time.Hour), "why", "at least an hour away"},
		{"view", "until", zone(31 * 24 * time.Hour), "why", "within 30 days"},
	} {
		got := ada.send(in(p.east, doorPath), "access", x.access, "lasts", x.lasts, "until", x.until, "reason", x.reason).want(t, http.StatusUnprocessableEntity).says(t, x.says)
		if got.Find("textarea[name=reason]").Text() != x.reason {
			t.Error("what was typed is gone")
		}
	}
	ada.send(in(p.east, doorPath), "access", "view", "lasts", "until", "until", zone(48*time.Hour), "reason", "Until the day after tomorrow").want(t, http.StatusSeeOther)
	// A second one takes the place of the first.
	ada.send(in(p.east, doorPath), "access", "edit", "lasts", "1h", "reason", "Now they may repair it").want(t, http.StatusSeeOther)
	ada.get(in(p.east, doorPath)).says(t, "Change support access", "Now they may repair it", ", by Ada")
	ada.get(in(p.east, "/audit")).says(t, "turned on support access", "view", "Until the day after tomorrow", "Now they may repair it")

	ada.get(in(p.east, doorPath+"?after=nonsense")).want(t, http.StatusNotFound)
	ada.post(in(p.east, doorPath), values("access", "view", "lasts", "1h", "reason", "forged")).want(t, http.StatusForbidden)
	p.as(p.mallory).get(in(p.east, doorPath)).want(t, http.StatusNotFound)
	p.as(p.mallory).send(in(p.east, doorPath), "access", "view", "lasts", "1h", "reason", "why").want(t, http.StatusNotFound)
	p.browser().get(in(p.east, doorPath)).want(t, http.StatusSeeOther)
	p.browser().post(in(p.east, doorPath), nil).want(t, http.StatusSeeOther)
	p.as(p.edsger).send(in(p.east, doorPath), "access", "view", "lasts", "1h", "reason", "why").want(t, http.StatusForbidden)
	// Grace reaches East from above as its Admin; its door is not hers to open.
	p.as(p.grace).send(in(p.east, doorPath), "access", "view", "lasts", "1h", "reason", "why").want(t, http.StatusForbidden)
	p.as(p.grace).send(in(p.analytical, doorPath), "access", "edit", "lasts", "1h", "reason", "why").want(t, http.StatusSeeOther)
}

func TestWhatBindsSupportStaff(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	ada, m := p.as(p.ada), p.katherine()
	katherine := p.as(m)
	ada.send(in(p.east, doorPath), "access", "edit", "lasts", "1d", "reason", "why").want(t, http.StatusSeeOther)
	katherine.get(in(p.east, "/contacts")).want(t, http.StatusOK)
	// A ceiling binds staff too.
	must(t, p.store.SetEntitlement(ctx, p.grant(p.ada, "entitlements.edit", p.analytical), "contacts", p.east.ID, false))
	katherine.get(in(p.east, "/contacts")).want(t, http.StatusForbidden)
	// Who is a member too keeps what they have when the door shuts, and has what both give before.
	must(t, p.store.AddMember(ctx, p.grant(p.ada, "members.add", p.east), m.ID, "member:reporting_viewer"))
	katherine.get(in(p.east, "/applications/new")).want(t, http.StatusOK)
	katherine.get(in(p.east, "/calls")).want(t, http.StatusOK)
	katherine.get("/accounts").says(t, "Member access: Reporting viewer, Support access: Edit")
	// A suspended account is closed to staff too, and open again with it.
	must(t, p.store.SuspendAccount(ctx, p.grant(p.ada, "sub_accounts.edit", p.analytical), p.east.ID))
	katherine.get(in(p.east, "/calls")).want(t, http.StatusForbidden)
	must(t, p.store.ResumeAccount(ctx, p.grant(p.ada, "sub_accounts.edit", p.analytical), p.east.ID))
	ada.send(in(p.east, doorPath+"/close")).want(t, http.StatusSeeOther)
	katherine.get(in(p.east, "/applications/new")).want(t, http.StatusForbidden)
	katherine.get(in(p.east, "/calls")).want(t, http.StatusOK)
}

// TestStaffSeeNoSecrets opens every page that staff may open, and looks for what
// lets somebody in: links, tokens, and hashes.
func TestStaffSeeNoSecrets(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	m := p.katherine()
	_, link := p.subuser(p.east, "thing", "Support")
	invited, err := p.store.Invite(ctx, p.grant(p.ada, "members.add", p.east), []string{"charles@example.com"}, []string{"full_viewer"})
	must(t, err)
	made, shown, err := p.store.CreateRecord(ctx, p.grant(p.ada, "log_shipping_tokens.edit", p.east), record.Place{Section: p.store.Catalog().Section("log_shipping_tokens")}, map[string]any{"name": "Engine"})
	must(t, err)
	secrets := []string{link, invited[0].Token, made.ID.String()}
	for _, s := range shown {
		secrets = append(secrets, s)
	}
	if len(secrets) != 4 {
		t.Fatal("no key was made")
	}
	p.as(p.ada).send(in(p.east, doorPath), "access", "edit", "lasts", "1d", "reason", "why").want(t, http.StatusSeeOther)
	katherine := p.as(m)
	opened := 0
	for _, s := range p.store.Catalog().Sections {
		if s.Pending != "" || s.Inside != nil {
			continue
		}
		got := katherine.get(in(p.east, strings.TrimSuffix(s.Path, "/")))
		if got.status != http.StatusOK {
			continue
		}
		opened++
		for _, secret := range secrets {
			if strings.Contains(got.body, secret) {
				t.Errorf("%s shows staff %s", s.Path, secret)
			}
		}
		for _, other := range []string{"East Berlin", "West", "Analytical", p.analytical.ID.String()} {
			if strings.Contains(got.body, other) {
				t.Errorf("%s shows staff %s", s.Path, other)
			}
		}
	}
	katherine.get(in(p.east, "/members/invites")).want(t, http.StatusOK)
	if opened < 20 {
		t.Errorf("staff open %d pages", opened)
	}
}
