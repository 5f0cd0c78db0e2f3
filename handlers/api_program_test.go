package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bailiwick/models/program"
)

// TestAProgramKeepsServiceAccountsAndKeys is what a vendor's program does with others:
// it creates them with a key, replaces and revokes keys, suspends and deletes; and is
// never handed a key that is more than its own.
func TestAProgramKeepsServiceAccountsAndKeys(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.west)
	robots, keys := api(p.west, "/settings/service_accounts"), api(p.west, "/settings/api_keys")
	until := p.clock.now().Add(72 * time.Hour).UTC().Truncate(time.Second)

	made := ada.post(robots, map[string]any{"name": "Shipper", "description": "Ships logs", "key": true, "key_expires_at": until,
		"roles": []any{map[string]any{"name": "Developer"}, map[string]any{"name": "Support", "until": until}}}).want(http.StatusCreated)
	one, first := made.header.Get("Location"), made.json()["key"].(map[string]any)
	if one != robots+"/"+made.id() || made.json()["keys"] != 1.0 || first["acts_as"] != "service_account" || first["service_account"] != made.id() || first["expires_at"] != until.Format(time.RFC3339) {
		t.Fatalf("%s at %s", made.body, one)
	}
	shipper := &caller{t: t, p: p, key: first["secret"].(string), head: http.Header{}}
	shipper.get(me).want(http.StatusOK).says(`"name":"Shipper"`)
	ada.get(robots + "?q=ship&state=active").want(http.StatusOK).says("Ships logs").says(`"next":null`)
	ada.get(robots + "?state=suspended").want(http.StatusOK).says(`"items":[]`)
	if read := ada.get(one).want(http.StatusOK); strings.Contains(read.body, shipper.key) || read.header.Get("Etag") != `"1"` || read.json()["used_at"] == nil {
		t.Errorf("%v %s", read.header, read.body)
	}
	for field, body := range map[string]map[string]any{
		"/name": {"name": " ", "roles": []any{map[string]any{"name": "Developer"}}}, "/roles": {"name": "Other", "roles": []any{}},
		"/roles/0/until":  {"name": "Other", "roles": []any{map[string]any{"name": "Support", "until": "2020-01-01T00:00:00Z"}}},
		"/key_expires_at": {"name": "Other", "roles": []any{map[string]any{"name": "Support"}}, "key": true, "key_expires_at": "2020-01-01T00:00:00Z"},
	} {
		if got := ada.post(robots, body).want(http.StatusUnprocessableEntity); got.fault(field) == "" {
			t.Errorf("%s: %s", field, got.body)
		}
	}
	ada.post(robots, map[string]any{"name": "shipper", "roles": []any{map[string]any{"name": "Developer"}}}).want(http.StatusUnprocessableEntity).says("with this name")

	// It is changed for the version that was read; what is not sent stays.
	ada.with("If-Match", `"1"`).patch(one, map[string]any{"name": "Log shipper"}).want(http.StatusOK).says("Ships logs").says(`"Developer"`)
	ada.with("If-Match", `"1"`).patch(one, map[string]any{"name": "Late"}).want(http.StatusPreconditionFailed)
	ada.patch(one, map[string]any{"roles": []any{map[string]any{"name": "Developer"}}}).want(http.StatusOK).says(`"name":"Log shipper"`)

	// More keys, each for less; what it is not for it can not do.
	second := ada.post(one+"/keys", map[string]any{"name": "Reads", "permissions": []string{"logs"}, "read_only": true, "networks": []string{"127.0.0.1"}}).want(http.StatusCreated)
	reads := &caller{t: t, p: p, key: second.json()["secret"].(string), head: http.Header{}}
	reads.get(api(p.west, "/logs")).want(http.StatusOK)
	reads.get(api(p.west, "/calls")).want(http.StatusForbidden).says("denied")
	at := second.header.Get("Location")
	if at != robots+"/keys/"+second.id() || second.json()["networks"].([]any)[0] != "127.0.0.1/32" {
		t.Errorf("%s at %s", second.body, at)
	}
	for field, body := range map[string]map[string]any{
		"/name": {"name": ""}, "/permissions": {"name": "x", "permissions": []string{"flying"}}, "/networks": {"name": "x", "networks": []string{"elsewhere"}},
		"/expires_at": {"name": "x", "expires_at": "9999-01-01T00:00:00Z"}, "/sub_accounts": {"name": "x", "sub_accounts": true},
	} {
		if got := ada.post(one+"/keys", body).want(http.StatusUnprocessableEntity); got.fault(field) == "" {
			t.Errorf("%s: %s", field, got.body)
		}
	}
	if got := ada.get(one + "/keys"); strings.Count(got.body, `"begins_with"`) != 2 || strings.Contains(got.body, "secret") {
		t.Error(got.body)
	}

	// Replaced, both work for an hour, then the new one alone; revoked, none.
	renewed := ada.post(at+"/rotate", map[string]any{"overlap": "1h"}).want(http.StatusOK)
	if renewed.json()["previous_until"] == nil || renewed.json()["read_only"] != true {
		t.Error(renewed.body)
	}
	if got := ada.post(at+"/rotate", map[string]any{"overlap": "a while"}).want(http.StatusUnprocessableEntity); got.fault("/overlap") == "" {
		t.Error(got.body)
	}
	reads.get(me).want(http.StatusOK)
	p.clock.advance(time.Hour + time.Minute)
	reads.get(me).want(http.StatusUnauthorized).says("key-replaced")
	reads.key = renewed.json()["secret"].(string)
	reads.get(me).want(http.StatusOK)
	ada.post(at + "/revoke").want(http.StatusOK).says(`"state":"revoked"`).says(`"revoked_by":"API key`)
	ada.post(at + "/revoke").want(http.StatusConflict)
	reads.get(me).want(http.StatusUnauthorized).says("key-revoked")
	ada.get(keys + "?state=revoked").want(http.StatusOK).says(`"name":"Reads"`)

	// The whole account's keys are those of its owner; those of a service account are among them.
	ours := ada.post(keys, map[string]any{"name": "Nightly", "never_expires": true}).want(http.StatusCreated).says(`"acts_as":"account_owner"`).says(`"expires_at":null`)
	ada.get(keys + "/" + ours.id()).want(http.StatusOK)
	ada.get(robots + "/keys/" + ours.id()).want(http.StatusNotFound)
	ada.post(keys+"/"+ours.id()+"/rotate", map[string]any{"overlap": "none"}).want(http.StatusOK).says(`"expires_at":null`)

	// Suspended and resumed, deleted with its keys.
	ada.post(one + "/suspend").want(http.StatusOK).says(`"state":"suspended"`)
	shipper.get(me).want(http.StatusUnauthorized).says("key-suspended")
	ada.post(one + "/resume").want(http.StatusOK).says(`"state":"active"`)
	shipper.get(me).want(http.StatusOK)
	ada.with("If-Match", `"1"`).delete(one).want(http.StatusPreconditionFailed)
	ada.delete(one).want(http.StatusNoContent)
	shipper.get(me).want(http.StatusUnauthorized).says("key-unknown")
	ada.get(one).want(http.StatusNotFound)
}

// TestAProgramHandsOutNoMoreThanItself is the other half: a program that may create
// others gives them, and their keys, no more than it has.
func TestAProgramHandsOutNoMoreThanItself(t *testing.T) {
	p := newPanel(t)
	robots, keys := api(p.west, "/settings/service_accounts"), api(p.west, "/settings/api_keys")
	role := func(name string) []any { return []any{map[string]any{"name": name}} }
	supervisor := p.robotOf(p.west, "Supervisor")
	supervisor.post(robots, map[string]any{"name": "More", "roles": role("Owner"), "key": true}).want(http.StatusUnprocessableEntity).says("gives")
	same := supervisor.post(robots, map[string]any{"name": "Same", "roles": role("Supervisor"), "key": true}).want(http.StatusCreated)
	if until := same.json()["key"].(map[string]any)["expires_at"]; until == nil {
		t.Error("a key that was made with a key never expires")
	}
	owner, key := p.robot(p.west, "Whole", program.KeyInput{}, "Owner")
	whole := robots + "/" + owner.ID.String()
	supervisor.post(whole+"/keys", map[string]any{"name": "Mine"}).want(http.StatusUnprocessableEntity).says("can do more here than you can")
	supervisor.post(robots+"/keys/"+key.ID.String()+"/rotate", map[string]any{"overlap": "none"}).want(http.StatusUnprocessableEntity)
	supervisor.post(robots + "/keys/" + key.ID.String() + "/revoke").want(http.StatusOK) // which takes, and gives nothing
	supervisor.patch(whole, map[string]any{"name": "Less"}).want(http.StatusUnprocessableEntity)
	supervisor.delete(whole).want(http.StatusUnprocessableEntity)
	supervisor.get(keys).want(http.StatusForbidden).says(`"permission":"api_keys"`)
	// Nobody changes themselves, and only an owner makes what acts as the owner.
	self := supervisor.get(me).want(http.StatusOK).json()["id"].(string)
	supervisor.patch(robots+"/"+self, map[string]any{"roles": role("Developer")}).want(http.StatusUnprocessableEntity).says("can't change itself")
	narrow := &caller{t: t, p: p, key: p.accountKey(p.west, program.KeyInput{Expires: p.clock.now().Add(time.Hour), Networks: []string{"127.0.0.0/8"}}).Secret, head: http.Header{}}
	if got := narrow.post(keys, map[string]any{"name": "Longer", "never_expires": true}).want(http.StatusUnprocessableEntity); got.fault("/expires_at") == "" {
		t.Error(got.body)
	}
	if got := narrow.post(keys, map[string]any{"name": "Wider", "networks": []string{"0.0.0.0/0"}}).want(http.StatusUnprocessableEntity); got.fault("/networks") == "" {
		t.Error(got.body)
	}
	narrow.post(keys, map[string]any{"name": "Same"}).want(http.StatusCreated).says("127.0.0.0/8")
	reader := &caller{t: t, p: p, key: p.accountKey(p.west, program.KeyInput{ReadOnly: true}).Secret, head: http.Header{}}
	reader.get(keys).want(http.StatusOK)
	reader.post(keys, map[string]any{"name": "Writes"}).want(http.StatusForbidden)
	// Others' are nothing to Mallory's program.
	mallory := p.keyOf(p.mallory, p.malloryville)
	for _, path := range []string{robots, whole, api(p.malloryville, "/settings/service_accounts/"+owner.ID.String()), api(p.malloryville, "/settings/api_keys/"+key.ID.String())} {
		mallory.get(path).want(http.StatusNotFound)
	}
	mallory.post(api(p.malloryville, "/settings/api_keys/"+key.ID.String()+"/revoke")).want(http.StatusNotFound)
}
