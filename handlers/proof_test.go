package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/catalog"
	"bailiwick/models/login"
)

// asksProof sends a form without a proof, with a wrong one, and with the right
// one, and tells what came of the last.
func (b *browser) asksProof(path string, form ...string) page {
	b.t.Helper()
	for _, proof := range []string{"", "not the right password"} {
		got := b.send(path, append(form, "proof", proof)...).want(b.t, http.StatusUnprocessableEntity)
		if got.Find("#f-proof-problem").Length() != 1 {
			b.t.Errorf("%s does not ask for a proof after %q: %s", path, proof, strings.Join(strings.Fields(got.Find("main").Text()), " "))
		}
		for i := 0; i < len(form); i += 2 {
			field := got.Find(`[name="` + form[i] + `"]`)
			kept := field.FilterFunction(func(_ int, s *goquery.Selection) bool {
				_, checked := s.Attr("checked")
				return strings.TrimSpace(s.Text()) == form[i+1] || s.AttrOr("value", "") == form[i+1] && (checked || s.AttrOr("type", "") != "radio")
			})
			if form[i] != "password" && kept.Length() == 0 {
				b.t.Errorf("%s loses %s", path, form[i])
			}
		}
	}
	return b.send(path, append(form, "proof", password)...)
}

func TestEndingSessionsNeedsAProof(t *testing.T) {
	p := newPanel(t)
	one, other, third := p.as(p.ada), p.as(p.ada), p.as(p.ada)
	u, link := p.subuser(p.east, "dev", "Developer")
	dev := p.asSubuser(link, "dev")
	p.clock.advance(login.ProofLife)

	end := one.get("/sessions").Find(`a[href$="/end"]`).First().AttrOr("href", "")
	one.get(end).want(t, http.StatusOK).says(t, "Your password")
	one.get("/sessions/end-others").want(t, http.StatusOK).says(t, "Your password")
	others := func() int { return one.get("/sessions").Find(`a[href$="/end"]`).Length() }
	one.asksProof(end).want(t, http.StatusSeeOther)
	if others() != 1 {
		t.Errorf("%d other sessions are left", others())
	}
	p.clock.advance(login.ProofLife)
	one.asksProof("/sessions/end-others").want(t, http.StatusSeeOther)
	for _, b := range []*browser{other, third} {
		b.get("/accounts").want(t, http.StatusSeeOther)
	}

	p.clock.advance(login.ProofLife)
	ending := in(p.east, "/settings/subusers/"+u.ID.String()+"/end-sessions")
	one.get(ending).want(t, http.StatusOK).says(t, "Your password")
	dev.get(in(p.east, "")).want(t, http.StatusOK)
	one.asksProof(ending).want(t, http.StatusSeeOther)
	dev.get(in(p.east, "")).want(t, http.StatusSeeOther)
	p.as(p.edsger).get(ending).want(t, http.StatusForbidden)
	p.as(p.mallory).get(ending).want(t, http.StatusNotFound)
	p.browser().get(ending).want(t, http.StatusSeeOther)

	// To sign out here takes none.
	p.clock.advance(login.ProofLife)
	this := one.get("/sessions").Find(`form[action$="/end"]`).AttrOr("action", "")
	one.send(this).want(t, http.StatusSeeOther)
	one.get("/accounts").want(t, http.StatusSeeOther)
}

// Who can let others in multiplies what a stolen session can do.
func TestRolesThatLetPeopleInNeedAProof(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.clock.advance(login.ProofLife)
	ada.send(in(p.analytical, "/members/invites"), "email", "viewer@example.com", "role", "full_viewer").want(t, http.StatusOK)
	ada.asksProof(in(p.analytical, "/members/invites"), "email", "admin@example.com", "role", "main_admin").want(t, http.StatusOK)

	p.clock.advance(login.ProofLife)
	edit := in(p.east, "/members/"+p.edsger.ID.String()+"/edit")
	ada.send(edit, "role", "reporting_editor").want(t, http.StatusSeeOther)
	ada.asksProof(edit, "role", "sub_admin").want(t, http.StatusSeeOther)

	// An invite that waits is not sent to anybody anew without one either.
	p.clock.advance(login.ProofLife)
	resend := ada.get(in(p.analytical, "/members")).Find(`form[action$="/resend"]`)
	led := 0
	for _, form := range resend.EachIter() {
		if got := ada.send(form.AttrOr("action", "")); got.status == http.StatusSeeOther && strings.HasPrefix(got.location(), "/prove?") {
			led++
		}
	}
	if resend.Length() != 2 || led != 1 {
		t.Errorf("%d of %d invites ask for a proof before they are sent again", led, resend.Length())
	}
}

func TestARoleInAFileNeedsAProof(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.clock.advance(login.ProofLife)
	file := "email,role\ncharles@example.com,Admin\n"
	got := ada.upload(in(p.analytical, "/members/invites"), "people.csv", file, "role", "full_viewer").want(t, http.StatusUnprocessableEntity)
	if got.Find("#f-proof-problem").Length() != 1 {
		t.Error("a file makes an Admin without a proof")
	}
	ada.upload(in(p.analytical, "/members/invites"), "people.csv", file, "role", "full_viewer", "proof", password).want(t, http.StatusOK)
}

// A role that somebody has already is no way round it: neither by adding to it, nor
// by deleting it for another, nor by Undo.
func TestAChangedRoleThatLetsPeopleInNeedsAProof(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	helper := ada.makeRole(p.analytical, "Helper", "account:main_admin", "control_panel", "calls", "members")
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.analytical), p.edsger.ID, key(helper)))
	edsger := p.as(p.edsger)
	letsIn := func(want int) {
		t.Helper()
		edsger.get(in(p.analytical, "/members/invites/new")).want(t, want)
	}
	p.clock.advance(login.ProofLife)
	more := []string{"name", "Helper", "level.control_panel", "view", "level.calls", "view", "level.members", "some", "permission", "members", "permission", "members.add"}
	ada.get(helper+"/edit").want(t, http.StatusOK).says(t, "Your password")
	ask := ada.asksProof(helper+"/edit", more...).want(t, http.StatusOK).says(t, "Change Helper?")
	letsIn(http.StatusForbidden)
	p.clock.advance(login.ProofLife)
	ada.send(helper+"/edit", ask.form()...).want(t, http.StatusUnprocessableEntity)
	letsIn(http.StatusForbidden)
	ada.send(helper+"/edit", append(ask.form(), "proof", password)...).want(t, http.StatusSeeOther)
	letsIn(http.StatusOK)

	// To take it away asks for none, and Undo does again.
	p.clock.advance(login.ProofLife)
	ask = ada.send(helper+"/edit", more[:10]...).want(t, http.StatusOK)
	ada.send(helper+"/edit", ask.form()...).want(t, http.StatusSeeOther)
	letsIn(http.StatusForbidden)
	undo := ada.get(helper).Find("form[action$='/undo']")
	var back []string
	for _, f := range undo.Find("input[type=hidden]:not([name=token])").EachIter() {
		back = append(back, f.AttrOr("name", ""), f.AttrOr("value", ""))
	}
	if got := ada.send(undo.AttrOr("action", ""), back...).want(t, http.StatusSeeOther); !strings.HasPrefix(got.location(), "/prove?") {
		t.Errorf("Undo asks for no proof: %s", got.location())
	}
	letsIn(http.StatusForbidden)

	ask = ada.send(helper+"/delete", "instead", "main_admin").want(t, http.StatusUnprocessableEntity).says(t, "Your password")
	letsIn(http.StatusForbidden)
	ada.send(helper+"/delete", append(ask.form(), "instead", "main_admin", "proof", password)...).want(t, http.StatusSeeOther)
	letsIn(http.StatusOK)
}

func TestRolesOfSubusersLetNobodyIn(t *testing.T) {
	for _, r := range catalog.MustLoad().Set("subuser").Roles {
		for _, p := range []string{"members.add", "members.edit", "subuser_create", "subuser_edit", "roles.edit"} {
			if r.Grantable && r.Own.Has(catalog.MustLoad().Permission(p)) {
				t.Errorf("%s gives %s: changing a subuser's roles needs a proof", r.Name, p)
			}
		}
	}
}

func TestMakingSubuserLoginsNeedsAProof(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.clock.advance(login.ProofLife)
	list := in(p.east, "/settings/subusers")
	ada.asksProof(list, "name", "dev", "description", "Writes code", "role", "Developer", "password_by", "link").want(t, http.StatusOK)
	one := ada.get(list).Find(`tbody a[href^="`+list+`/"]`).First().AttrOr("href", "")

	p.clock.advance(login.ProofLife + time.Second)
	ada.asksProof(one+"/password", "password_by", "link").want(t, http.StatusOK)
}
