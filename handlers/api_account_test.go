package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestAProgramGrantsPermissions is what an agency's program does to a sub-account it
// creates: it grants by the names of the API, revokes, and is told which value is none.
func TestAProgramGrantsPermissions(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.analytical)
	made := ada.post(api(p.analytical, "/accounts"), map[string]any{"name": "Lisbon"}).want(http.StatusCreated)
	one := made.header.Get("Location")
	if one != api(p.analytical, "/accounts/"+made.id()) || made.json()["state"] != "active" {
		t.Fatalf("%s at %s", made.body, one)
	}
	permissions := one + "/permissions"
	ada.get(permissions).want(http.StatusOK).says(`"assistants":true`).says(`"limited":[]`)
	got := ada.patch(permissions, map[string]any{"revoke_permissions": []string{"logs", "analytics"}}).want(http.StatusOK)
	got.says(`"logs":false`).says(`"analytics":false`).says(`"contacts":true`)
	ada.patch(permissions, map[string]any{"grant_permissions": []string{"logs"}}).want(http.StatusOK).says(`"logs":true`).says(`"analytics":false`)

	for _, x := range []struct {
		grant, revoke   []string
		pointer, phrase string
	}{
		{nil, []string{"assistants"}, "/revoke_permissions/0", `"assistants" can't be revoked`},
		{[]string{"logs", "logs"}, nil, "/grant_permissions/1", `"logs" is listed twice`},
		{[]string{"logs"}, []string{"logs"}, "/revoke_permissions/0", `"logs" is granted and revoked`},
		{[]string{"invite_members"}, nil, "/grant_permissions/0", `"invite_members" is not a permission`},
		{nil, []string{"contacts", "nonsense"}, "/revoke_permissions/1", `"nonsense" is not a permission`},
		{[]string{""}, nil, "/grant_permissions/0", `"" is not a permission`},
	} {
		body := map[string]any{}
		if x.grant != nil {
			body["grant_permissions"] = x.grant
		}
		if x.revoke != nil {
			body["revoke_permissions"] = x.revoke
		}
		if got := ada.patch(permissions, body).want(http.StatusBadRequest); !strings.Contains(got.fault(x.pointer), x.phrase) {
			t.Errorf("%v: %s", body, got.body)
		}
	}
	ada.get(permissions).want(http.StatusOK).says(`"contacts":true`) // nothing of what was refused

	// Those without a name in the API go by key.
	ada.patch(one+"/entitlements", map[string]any{"revoke": []string{"invite_members", "twilio"}}).want(http.StatusOK).says(`"twilio":false`).says(`"invite_members":false`)
	// Many at once, each with its own result.
	many := ada.post(api(p.analytical, "/permissions"), map[string]any{"items": []any{
		map[string]any{"id": p.west.ID, "revoke_permissions": []string{"logs"}},
		map[string]any{"id": noID, "revoke_permissions": []string{"logs"}},
		map[string]any{"id": p.east.ID, "grant_permissions": []string{"nonsense"}},
	}}).want(http.StatusOK).json()["results"].([]any)
	for i, want := range []float64{200, 404, 400} {
		if got := many[i].(map[string]any); got["status"] != want {
			t.Errorf("of the result %d: %v", i, got)
		}
	}
	// What the agency lacks by its own account can not be given below: East's people are told so.
	ada.patch(api(p.analytical, "/accounts/"+p.east.ID.String()+"/permissions"), map[string]any{"revoke_permissions": []string{"logs"}}).want(http.StatusOK)
	ada.patch(api(p.east, "/accounts/"+p.berlin.ID.String()+"/permissions"), map[string]any{"grant_permissions": []string{"logs"}}).want(http.StatusUnprocessableEntity).says("not open to the account above")
	ada.get(api(p.east, "/accounts/"+p.berlin.ID.String()+"/permissions")).want(http.StatusOK).says(`"limited":["logs"]`)

	// A service account of East with the role Admin sees its sub-accounts, and is told
	// what it lacks for their permissions and who can help.
	robot := p.robotOf(p.east, "Admin")
	berlin := api(p.east, "/accounts/"+p.berlin.ID.String())
	robot.get(berlin).want(http.StatusOK).says("East Berlin")
	denied := robot.patch(berlin+"/permissions", map[string]any{"revoke_permissions": []string{"contacts"}}).want(http.StatusForbidden)
	denied.says(`"permission":"entitlements.edit"`).says(`"roles":["Subuser role: Owner"]`).says(`"helpers":["Ada"`)
	// West and Malloryville are nothing to it.
	robot.get(api(p.analytical, "/accounts/"+p.west.ID.String()+"/permissions")).want(http.StatusNotFound)
	p.keyOf(p.mallory, p.malloryville).patch(permissions, map[string]any{"grant_permissions": []string{"logs"}}).want(http.StatusNotFound)
}

// TestAProgramKeepsSubAccounts follows a sub-account through its life.
func TestAProgramKeepsSubAccounts(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.analytical)
	list := api(p.analytical, "/accounts")
	ada.get(list).want(http.StatusOK).says(`"name":"East"`).says(`"name":"East Berlin"`).says(`"next":null`)
	ada.get(list + "?q=berlin").want(http.StatusOK).says("East Berlin").says(p.east.ID.String()) // as its parent
	ada.get(list + "?state=gone").want(http.StatusBadRequest)
	if got := ada.post(list+"/many", map[string]any{"names": []string{"Oslo", ""}}); got.status != http.StatusUnprocessableEntity && got.status != http.StatusOK {
		t.Error(got.status, got.body)
	}
	one := list + "/" + p.berlin.ID.String()
	ada.patch(one, map[string]any{"name": "Berlin", "labels": []string{"Europe"}}).want(http.StatusOK).says(`"name":"Berlin"`).says("urope")
	ada.patch(one, map[string]any{"open_to_main": false}).want(http.StatusOK).says(`"name":"Berlin"`).says(`"open_to_main":false`)
	if got := ada.patch(one, map[string]any{"name": strings.Repeat("x", 101)}).want(http.StatusUnprocessableEntity); got.fault("/name") == "" {
		t.Error(got.body)
	}
	for _, x := range []struct{ act, state string }{{"suspend", "suspended"}, {"resume", "active"}, {"archive", "archived"}, {"restore", "active"}} {
		ada.post(one + "/" + x.act).want(http.StatusOK).says(`"state":"` + x.state + `"`)
	}
	ada.post(one+"/move", map[string]any{"to": p.west.ID}).want(http.StatusOK).says(`"parent":"` + p.west.ID.String() + `"`)
	batch := ada.post(list+"/batches", map[string]any{"act": "suspend", "ids": []any{p.east.ID, p.west.ID}}).want(http.StatusOK)
	ada.post(list + "/batches/" + batch.id() + "/undo").want(http.StatusOK)
	ada.get(list + "?state=suspended").want(http.StatusOK).says(`"items":[]`)
	ada.delete(one).want(http.StatusUnprocessableEntity)
	ada.delete(one + "?name=Berlin").want(http.StatusNoContent)
	ada.get(one).want(http.StatusNotFound)
	ada.patch(api(p.analytical, "/settings/account"), map[string]any{"name": "Analytical Engines"}).want(http.StatusOK).says("Engines")
}
