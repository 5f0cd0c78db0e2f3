package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/people"
	"bailiwick/models/program"
)

// madeBy is the secret of a key of a new service account that somebody makes.
func (p *panel) madeBy(who authz.Actor, a account.Account, name string) string {
	p.t.Helper()
	g, err := p.store.Access().Authorize(who, p.store.Catalog().Permission("service_accounts.edit"), a.ID)
	must(p.t, err)
	_, made, err := p.store.CreateServiceAccount(p.t.Context(), g, program.ServiceAccountInput{Name: name, Roles: []string{"Supervisor"}}, &program.KeyInput{Name: name})
	must(p.t, err)
	return made.Secret
}

// TestKeysGoWithWhoMadeThem: whoever removes somebody is told of the keys that they
// made here, and may revoke them in the same step, which the audit says; nobody learns
// of keys, or revokes them, who could not otherwise.
func TestKeysGoWithWhoMadeThem(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	works := func(key string, status int) { t.Helper(); p.call(http.MethodGet, me, key).want(t, status) }
	offer := "Revoke this key"

	// A member.
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.analytical), p.barbara.ID, "account:admin")) // one has to stay
	graces := p.madeBy(p.grace.Actor(), p.analytical, "Ships logs")
	remove := in(p.analytical, "/members/"+p.grace.ID.String()+"/remove")
	ada.get(remove).want(t, http.StatusOK).says(t, "Grace created 1 API key here", "Ships logs (bw_live_", offer)
	ada.send(remove, "revoke_keys", "1").want(t, http.StatusSeeOther)
	works(graces, http.StatusUnauthorized)
	ada.get(in(p.analytical, "/audit")).says(t, "removed member Grace", "Ships logs (bw_live_")

	// A subuser, whose keys stay where nobody says otherwise.
	sue, _ := p.subuser(p.west, "sue", "Supervisor")
	tim, _ := p.subuser(p.west, "tim", "Supervisor")
	p.subuser(p.west, "una", "Support")
	sues, tims := p.madeBy(sue.Actor(), p.west, "Nightly"), p.madeBy(tim.Actor(), p.west, "Daily")
	remover, err := p.store.CreateRole(t.Context(), p.grant(p.ada, "roles.edit", p.west), "Remover", "member:full_editor", []string{"control_panel", "subusers", "subuser_edit"})
	must(t, err)
	must(t, p.store.EditMember(t.Context(), p.grant(p.ada, "members.edit", p.west), p.barbara.ID, remover.Key()))
	looks, err := p.store.CreateRole(t.Context(), p.grant(p.ada, "roles.edit", p.west), "Looks", "subuser:Support", []string{"control_panel"})
	must(t, err)
	must(t, p.store.EditSubuser(t.Context(), p.grant(p.ada, "subuser_edit", p.west), sue.ID, people.SubuserInput{Name: "sue", Roles: []string{looks.Key()}}))
	barbara := p.as(p.barbara) // who may remove subusers, and knows nothing of keys
	remove = in(p.west, "/settings/subusers/"+sue.ID.String()+"/delete")
	if got := barbara.get(remove).want(t, http.StatusOK); strings.Contains(got.Text(), "API key") || strings.Contains(got.body, "revoke_keys") {
		t.Error("who can not see keys is told of them")
	}
	barbara.send(remove, "revoke_keys", "1").want(t, http.StatusForbidden)
	works(sues, http.StatusOK)
	ada.get(remove).want(t, http.StatusOK).says(t, "sue created 1 API key here", "Nightly (bw_live_", offer)
	ada.send(remove).want(t, http.StatusSeeOther)
	works(sues, http.StatusOK)

	// Many at once: those who are shown, of whom one made a key.
	bulk := in(p.west, "/settings/subusers/batches")
	ada.get(bulk+"/new?act=delete&all=1&expected=1&q=t").want(t, http.StatusOK).says(t, "They created 1 API key here", "Daily (bw_live_", offer)
	if got := ada.get(bulk+"/new?act=delete&all=1&expected=1&q=una").want(t, http.StatusOK); strings.Contains(got.Text(), "Daily") {
		t.Error("it names keys of those who stay")
	}
	if got := ada.get(bulk+"/new?"+url.Values{"act": {"suspend"}, "id": {tim.ID.String()}}.Encode()).want(t, http.StatusOK); strings.Contains(got.Text(), "Daily") {
		t.Error("it names keys of those who do not go")
	}
	ada.send(bulk, "act", "delete", "id", tim.ID.String(), "revoke_keys", "1").want(t, http.StatusSeeOther)
	works(tims, http.StatusUnauthorized)
	ada.get(in(p.west, "/audit")).says(t, "deleted many subusers", "Daily (bw_live_")

	// Whoever leaves, and whoever closes their login: of theirs alone.
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.east), p.grace.ID, "account:admin"))
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.east), p.barbara.ID, "account:admin"))
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.west), p.grace.ID, "account:admin"))
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.west), p.edsger.ID, "account:admin"))
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.west), p.mallory.ID, "account:admin"))
	east, west := p.madeBy(p.grace.Actor(), p.east, "East"), p.madeBy(p.grace.Actor(), p.west, "West")
	others := p.madeBy(p.edsger.Actor(), p.west, "Edsger's")
	grace := p.as(p.grace)
	leave := "/accounts/" + p.east.ID.String() + "/leave"
	if got := grace.get(leave).want(t, http.StatusOK).says(t, "You created 1 API key there", "East (bw_live_", offer); strings.Contains(got.Text(), "West (bw") {
		t.Error("it names keys of another account")
	}
	grace.send(leave, "revoke_keys", "1").want(t, http.StatusSeeOther)
	works(east, http.StatusUnauthorized)
	shut := in(p.west, "/settings/profile/close")
	grace.get(shut).want(t, http.StatusOK).says(t, "You created 1 API key in other people's accounts", "West (bw_live_", " in West", offer)
	grace.send(shut, "email", "grace@example.com", "proof", password, "revoke_keys", "1").want(t, http.StatusSeeOther)
	works(west, http.StatusUnauthorized)
	works(others, http.StatusOK)

	// A program does the same.
	edsgers := api(p.west, "/members/"+p.edsger.ID.String())
	p.keyOf(p.ada, p.west).delete(edsgers + "?revoke_keys=true").want(http.StatusNoContent)
	works(others, http.StatusUnauthorized)
}
