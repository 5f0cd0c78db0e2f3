package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bailiwick/models/login"
	"bailiwick/models/program"
)

// A key is narrowed by whoever may edit keys, and widened only by who could make it so
// and proves who they are.
func TestAKeyIsEdited(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	robot, key := p.robot(p.west, "Robot", program.KeyInput{}, "Owner")
	one := in(p.west, "/settings/service_accounts/keys/"+key.ID.String())
	p.clock.advance(login.ProofLife + time.Minute)

	form := ada.get(one+"/edit").want(t, http.StatusOK).says(t, "Edit Robot key", "as now")
	if form.Find("[name=scope], [name=permission]").Length() > 0 {
		t.Error("what it is for can be changed")
	}
	for path, way := range map[string]string{"": "Robot / Robot key", "/edit": "Robot / Robot key / Edit Robot key", "/rotate": "Robot / Robot key / Replace Robot key"} {
		if got := strings.Join(texts(ada.get(one+path).want(t, http.StatusOK), ".crumbs li"), " / "); !strings.HasSuffix(got, " / Service accounts / "+way) {
			t.Errorf("%s stands at %s", path, got)
		}
	}
	ada.send(one+"/edit", "name", "Nightly", "networks", "127.0.0.0/8", "lasts", "30").want(t, http.StatusSeeOther)
	ada.get(one).want(t, http.StatusOK).says(t, "Nightly", "127.0.0.0/8")
	p.call(http.MethodGet, me, key.Secret).want(t, http.StatusOK)
	for what, pairs := range map[string][]string{
		"from anywhere":         {"name", "Nightly", "networks", "", "lasts", "kept"},
		"from a larger network": {"name", "Nightly", "networks", "127.0.0.1\n126.0.0.0/7", "lasts", "kept"},
		"for longer":            {"name", "Nightly", "networks", "127.0.0.0/8", "lasts", "90"},
		"for good":              {"name", "Nightly", "networks", "127.0.0.0/8", "lasts", "never"},
	} {
		if got := ada.send(one+"/edit", pairs...).want(t, http.StatusUnprocessableEntity); got.Find("#f-proof-problem").Length() != 1 {
			t.Errorf("to use it %s takes no proof", what)
		}
	}
	ada.send(one+"/edit", "name", "Nightly", "networks", "127.0.0.0/8", "lasts", "never", "proof", password).want(t, http.StatusSeeOther)
	ada.get(one).want(t, http.StatusOK).says(t, "Never")
	ada.send(one+"/edit", "name", " ", "networks", "elsewhere", "lasts", "a while").want(t, http.StatusUnprocessableEntity).says(t, "Choose one of the offered times")
	ada.send(one+"/edit", "name", " ", "networks", "elsewhere", "lasts", "1").want(t, http.StatusUnprocessableEntity).says(t, "isn't an address or a network")

	// Sue can see to keys and do less than Robot: she narrows it, and widens nothing.
	sue, link := p.subuser(p.west, "sue", "Supervisor")
	s := p.asSubuser(link, sue.Name)
	s.send(one+"/edit", "name", "Narrow", "networks", "127.0.0.2", "lasts", "7").want(t, http.StatusSeeOther)
	p.call(http.MethodGet, me, key.Secret).want(t, http.StatusUnauthorized)
	s.send(one+"/edit", "name", "Narrow", "networks", "", "lasts", "kept", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "can do more here than you can")
	s.send(one+"/edit", "name", "Narrow", "networks", "127.0.0.2", "lasts", "90", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "can do more here than you can")
	ours := p.accountKey(p.analytical, program.KeyInput{})
	grace, whole := p.as(p.grace), in(p.analytical, "/settings/api_keys/"+ours.ID.String()+"/edit")
	grace.send(whole, "name", "Ours", "networks", "", "lasts", "365", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "Only the owner")
	grace.send(whole, "name", "Ours", "networks", "", "lasts", "1").want(t, http.StatusSeeOther)
	// A program changes a key by the same rule, and says only what is to be another.
	x, its := p.keyOf(p.ada, p.analytical), api(p.analytical, "/settings/api_keys/"+ours.ID.String())
	x.patch(its, map[string]any{"name": "By a program", "networks": []string{"192.0.2.7"}}).want(http.StatusOK).says(`"name":"By a program"`).says(`"192.0.2.7/32"`)
	if got := x.patch(its, map[string]any{"expires_at": "2001-01-01T00:00:00Z"}).want(http.StatusUnprocessableEntity); got.fault("/expires_at") == "" {
		t.Error(got.body)
	}
	x.patch(its, map[string]any{"expires_at": nil}).want(http.StatusOK).says(`"expires_at":null`)
	p.robotOf(p.analytical, "Admin").patch(its, map[string]any{"networks": []string{}}).want(http.StatusForbidden)
	ada.get(in(p.west, "/audit")).want(t, http.StatusOK).says(t, "edited the API key")

	// What no longer works stays as it is; who may not edit keys, and strangers, get nowhere.
	ada.send(one+"/revoke").want(t, http.StatusSeeOther)
	ada.send(one+"/edit", "name", "Late", "networks", "", "lasts", "1").want(t, http.StatusUnprocessableEntity).says(t, "no longer works")
	if strings.Contains(ada.get(in(p.west, "/settings/service_accounts/"+robot.ID.String())).Find("main table").Text(), "Late") {
		t.Error("it is changed")
	}
	_, far := p.robot(p.east, "Far", program.KeyInput{}, "Developer")
	p.as(p.edsger).send(in(p.east, "/settings/service_accounts/keys/"+far.ID.String()+"/edit"), "name", "Mine", "lasts", "1").want(t, http.StatusForbidden)
	p.as(p.mallory).send(one+"/edit", "name", "Mine", "lasts", "1").want(t, http.StatusNotFound)
	p.as(p.mallory).send(in(p.malloryville, "/settings/service_accounts/keys/"+key.ID.String()+"/edit"), "name", "Mine", "lasts", "1").want(t, http.StatusNotFound)
}

// A key is made for some of what its roles give by levels, as roles are.
func TestAKeyIsMadeForSomeLevels(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	robot, _ := p.robot(p.west, "Robot", program.KeyInput{}, "Supervisor")
	keys := in(p.west, "/settings/service_accounts/"+robot.ID.String()+"/keys")
	form := ada.get(keys+"/new").want(t, http.StatusOK).says(t, "Only some")
	if form.Find(`[name="level.calls"][value=view]`).Length() != 1 || form.Find(`[name="level.api_keys"]`).Length() != 0 || len(form.body) > 100_000 {
		t.Errorf("%d bytes, levels of calls %d, of API keys %d", len(form.body), form.Find(`[name="level.calls"]`).Length(), form.Find(`[name="level.api_keys"]`).Length())
	}
	ada.send(keys, "name", "None", "scope", "some", "level.calls", "none", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "Choose at least one permission")
	ada.send(keys, "name", "Odd", "scope", "some", "level.calls", "all of it", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "Choose a level for each section")
	said := p.call(http.MethodGet, me, ada.send(keys, "name", "Views", "scope", "some", "level.calls", "view", "level.logs", "none", "proof", password).theKey(t)).want(t, http.StatusOK).json(t)
	if got := said["key"].(map[string]any)["permissions"].([]any); len(got) != 1 || got[0] != "calls" {
		t.Errorf("it is for %v", got)
	}
	said = p.call(http.MethodGet, me, ada.send(keys, "name", "All", "scope", "all", "level.calls", "none", "proof", password).theKey(t)).want(t, http.StatusOK).json(t)
	if got := said["key"].(map[string]any)["permissions"].([]any); len(got) != 0 {
		t.Errorf("what is for all is for %v", got)
	}
}
