package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers"
	apis "bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	pages "bailiwick/handlers/page"
	"bailiwick/models/program"
)

// TestEveryPageServesProgramsOrSaysWhy mounts pages of an account: one that has nothing
// for programs, and does not say why, does not boot.
func TestEveryPageServesProgramsOrSaysWhy(t *testing.T) {
	p := newPanel(t)
	nothing := func(echo.Context, authz.Grant) error { return nil }
	look := guard.In(pages.Get, "/x", "calls", nothing)
	act := guard.In(pages.Post, "/x", "calls", nothing)
	serves := apis.Do("Do x", func(apis.Call) (struct {
		Done bool `json:"done"`
	}, error) {
		return struct {
			Done bool `json:"done"`
		}{}, nil
	})
	for _, x := range []struct {
		what  string
		table []guard.Route
		says  string
	}{
		{"a page alone", []guard.Route{look}, "GET /a/:account/x has no operation for programs and does not say why"},
		{"an act alone", []guard.Route{act}, "POST /a/:account/x has no operation for programs and does not say why"},
		{"a page that says why", []guard.Route{look.PageAlone("is looked at")}, ""},
		{"an act that says why", []guard.Route{act.PageAlone("is done by people")}, ""},
		{"the question before an act that programs call", []guard.Route{look, act.API(serves)}, ""},
		{"the form of what programs create", []guard.Route{guard.In(pages.Get, "/x/new", "calls", nothing), act.API(serves)}, ""},
		{"the question before an act that says why", []guard.Route{look, act.PageAlone("is done by people")}, "does not say why"},
		{"a page that says why and does serve them", []guard.Route{act.PageAlone("is done by people").API(serves)}, "and has one"},
	} {
		base, err := pages.New(p.store, handlers.Config{PublicURL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Secret: make([]byte, 32)})
		must(t, err)
		err = base.Mount(echo.New(), x.table)
		if x.says == "" && err != nil || x.says != "" && (err == nil || !strings.Contains(err.Error(), x.says)) {
			t.Errorf("%s: %v", x.what, err)
		}
	}
}

// TestAProgramHandsOverAnAccount offers the ownership, and withdraws the offer; what it
// acts as ends with the owner.
func TestAProgramHandsOverAnAccount(t *testing.T) {
	p := newPanel(t)
	ada, own := p.keyOf(p.ada, p.analytical), api(p.analytical, "/settings/ownership")
	ada.get(own).want(http.StatusOK).says(`"owner_name":"Ada"`)
	ada.get(own + "/heirs").want(http.StatusOK).says("grace@example.com")
	ada.get(own + "/heirs?q=nobody").want(http.StatusOK).says(`"items":[]`)
	ada.post(own, map[string]any{"to": p.grace.ID}).want(http.StatusOK).says(`"to_name":"Grace"`)
	ada.get(own).want(http.StatusOK).says(`"to_name":"Grace"`)
	if got := ada.post(own, map[string]any{"to": p.barbara.ID}).want(http.StatusUnprocessableEntity); got.fault("/to") == "" {
		t.Error(got.body)
	}
	if got := ada.post(own + "/cancel").want(http.StatusOK); got.json()["offer"] != nil {
		t.Error(got.body)
	}
	ada.post(own + "/cancel").want(http.StatusNotFound)
	below := api(p.analytical, "/accounts/"+p.east.ID.String()+"/ownership")
	ada.post(below, map[string]any{"to": p.edsger.ID, "below": true}).want(http.StatusOK).says(`"below":true`)
	// Who is no owner is told so, and not to whom it is offered.
	robot := p.robotOf(p.analytical, "Admin")
	if got := robot.get(below).want(http.StatusOK); strings.Contains(got.body, "Edsger") {
		t.Error(got.body)
	}
	for _, got := range []answer{robot.get(below + "/heirs"), robot.post(below, map[string]any{"to": p.grace.ID}), robot.post(below + "/cancel")} {
		got.want(http.StatusUnprocessableEntity).says("Only its owner")
	}
	p.keyOf(p.mallory, p.malloryville).get(below).want(http.StatusNotFound)
}

// TestAProgramKeepsTheRulesOfAnAccount sets how long sessions may go unused and whether
// sign-ins take two steps, reads sign-ins, and deletes the account.
func TestAProgramKeepsTheRulesOfAnAccount(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.analytical)
	idle := api(p.analytical, "/settings/security/idle-limit")
	ada.get(idle).want(http.StatusOK).says(`{"minutes":null}`)
	ada.patch(idle, map[string]any{"minutes": 30}).want(http.StatusOK).says(`"minutes":30`)
	for _, minutes := range []int{-1, 0, 4, 481, 1 << 40} {
		if got := ada.patch(idle, map[string]any{"minutes": minutes}).want(http.StatusUnprocessableEntity); got.fault("/minutes") == "" {
			t.Error(got.body)
		}
	}
	ada.patch(idle, map[string]any{}).want(http.StatusOK).says(`"minutes":30`)
	ada.patch(idle, map[string]any{"minutes": nil}).want(http.StatusOK).says(`"minutes":null`)

	// Ada has no second step: whoever acts as her can't require one. A service account never signs in.
	rule := api(p.analytical, "/settings/security/two-step")
	ada.get(rule).want(http.StatusOK).says(`"required":false`).says(`"ready":0`)
	ada.post(rule + "/require").want(http.StatusUnprocessableEntity).says("Set up two-step sign-in")
	robot := p.robotOf(p.analytical, "Admin")
	robot.post(rule + "/require").want(http.StatusOK).says(`"required":true`)
	robot.post(rule + "/require").want(http.StatusConflict)
	ada.get(rule).want(http.StatusOK).says(`"since"`)
	ada.post(rule + "/free").want(http.StatusOK).says(`"required":false`)

	_, link := p.subuser(p.analytical, "sue", "Support")
	p.browser().post("/login/"+link, values("name", "sue", "password", "not it, for sure"))
	p.asSubuser(link, "sue")
	_, err := p.store.StoreSignIns(t.Context())
	must(t, err)
	ins := api(p.analytical, "/settings/security/sign-ins")
	ada.get(ins).want(http.StatusOK).says(`"outcome":"ok"`).says(`"who":"sue"`).says(`"principal":"subuser:`)
	if got := ada.get(ins + "?outcome=refused").want(http.StatusOK); !strings.Contains(got.body, `"why":"`) || strings.Contains(got.body, `"ok"`) {
		t.Error(got.body)
	}
	ada.get(ins + "?after=nonsense").want(http.StatusNotFound)
	ada.get(ins + "?outcome=luck").want(http.StatusBadRequest)
	// What was tried at Ada's own login shows in her personal account to her alone.
	home, err := p.store.PersonalAccount(t.Context(), p.ada.Principal())
	must(t, err)
	p.as(p.ada).get(inID(home.Account, "/settings/security/sign-ins")).want(t, http.StatusOK).says(t, "Ada")
	g, err := p.store.Access().Authorize(p.ada.Actor(), p.store.Catalog().Permission("api_keys.edit"), home.Account)
	must(t, err)
	made, err := p.store.CreateKey(t.Context(), g, uuid.Nil, program.KeyInput{Name: "Home"})
	must(t, err)
	own := &caller{t: t, p: p, key: made.Secret, head: http.Header{}}
	own.get("/api/v1/a/me/settings/security/sign-ins").want(http.StatusOK).says(`"items":[]`)

	// The account goes with its name, and what is below only where that is said.
	gone := api(p.analytical, "/settings/account")
	robot.delete(gone + "?name=Analytical&along=true").want(http.StatusForbidden)
	if got := ada.delete(gone).want(http.StatusUnprocessableEntity); got.fault("/name") == "" {
		t.Error(got.body)
	}
	ada.delete(gone + "?name=Analytical").want(http.StatusUnprocessableEntity)
	ada.delete(gone + "?name=Analytical&along=true").want(http.StatusNoContent)
	ada.get(me).want(http.StatusUnauthorized)
}

// TestAProgramChangesManyAtOnce is what the bars of lists and the boxes above columns do.
func TestAProgramChangesManyAtOnce(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.analytical)
	ann, _ := p.subuser(p.analytical, "ann", "Support")
	bob, _ := p.subuser(p.analytical, "bob", "Support")
	many := api(p.analytical, "/settings/subusers/batches")
	given := ada.post(many, map[string]any{"act": "give_role", "role": "Developer", "until": p.clock.now().AddDate(0, 0, 2), "ids": []any{ann.ID, bob.ID, noID}}).want(http.StatusOK)
	given.says(`"changed":true`).says(`"changed":false`).says(`"reason"`)
	ada.get(api(p.analytical, "/settings/subusers/"+ann.ID.String())).want(http.StatusOK).says("Developer").says("until")
	ada.get(many + "/" + given.id()).want(http.StatusOK).says(`"act":"give_role"`)
	ada.post(many + "/" + given.id() + "/undo").want(http.StatusOK)
	if got := ada.get(api(p.analytical, "/settings/subusers/"+ann.ID.String())); strings.Contains(got.body, "Developer") {
		t.Error(got.body)
	}
	for field, body := range map[string]map[string]any{
		"/act": {"act": "promote", "ids": []any{ann.ID}}, "/role": {"act": "give_role", "ids": []any{ann.ID}},
		"/until": {"act": "give_role", "role": "Developer", "until": "2020-01-01T00:00:00Z", "ids": []any{ann.ID}},
	} {
		if got := ada.post(many, body).want(http.StatusUnprocessableEntity); got.fault(field) == "" {
			t.Errorf("%v: %s", body, got.body)
		}
	}
	ada.post(many, map[string]any{"act": "suspend", "ids": []any{}}).want(http.StatusUnprocessableEntity).says("Select at least one")
	ada.post(many, map[string]any{"act": "delete", "ids": []any{ann.ID, bob.ID}}).want(http.StatusOK)
	ada.get(api(p.analytical, "/settings/subusers")).want(http.StatusOK).says(`"items":[]`)
	// Of members, each act asks for what it takes: who may give roles may not remove.
	members := api(p.west, "/members/batches")
	p.keyOf(p.ada, p.west).post(members, map[string]any{"act": "remove", "ids": []any{p.barbara.ID}}).want(http.StatusOK).says(`"changed":true`)

	// A permission for all, a copy, and each undone.
	permissions := func(a string) string { return api(p.analytical, "/accounts/"+a+"/permissions") }
	all := ada.post(api(p.analytical, "/permissions/all"), map[string]any{"permission": "logs", "granted": false}).want(http.StatusOK).says(`"changed":3`)
	ada.get(permissions(p.berlin.ID.String())).says(`"logs":false`)
	ada.post(api(p.analytical, "/permissions/undo"), map[string]any{"undo": all.json()["undo"], "permission": "logs"}).want(http.StatusOK)
	ada.get(permissions(p.berlin.ID.String())).says(`"logs":true`)
	ada.post(api(p.analytical, "/permissions/undo"), map[string]any{"undo": all.json()["undo"], "permission": "logs"}).want(http.StatusUnprocessableEntity)
	ada.post(api(p.analytical, "/permissions/all"), map[string]any{"permission": "flying", "granted": true}).want(http.StatusBadRequest)
	ada.patch(permissions(p.west.ID.String()), map[string]any{"revoke_permissions": []string{"contacts"}}).want(http.StatusOK)
	copied := ada.post(api(p.analytical, "/permissions/copy"), map[string]any{"from": p.west.ID, "to": []any{p.east.ID}}).want(http.StatusOK).says(`"changed":1`)
	ada.get(permissions(p.east.ID.String())).says(`"contacts":false`)
	ada.post(api(p.analytical, "/permissions/undo"), map[string]any{"undo": copied.json()["undo"]}).want(http.StatusOK)
	ada.get(permissions(p.east.ID.String())).says(`"contacts":true`)
	for _, body := range []map[string]any{{"from": p.west.ID}, {"from": p.west.ID, "all": true, "to": []any{p.east.ID}}} {
		if got := ada.post(api(p.analytical, "/permissions/copy"), body).want(http.StatusUnprocessableEntity); got.fault("/to") == "" {
			t.Error(got.body)
		}
	}
	ada.post(api(p.analytical, "/permissions/copy"), map[string]any{"from": p.malloryville.ID, "all": true}).want(http.StatusNotFound)
}

// TestAProgramRestoresAndKeepsForGood: what is deleted comes back, and log entries stay
// in timeless accounts, whose readers are not told where an entry came from.
func TestAProgramRestoresAndKeepsForGood(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.analytical)
	contacts := api(p.analytical, "/contacts")
	var ids []string
	for _, name := range []string{"Charles", "Luigi"} {
		made := ada.post(contacts, map[string]any{"name": name}).want(http.StatusCreated)
		ada.delete(made.header.Get("Location")).want(http.StatusNoContent)
		ids = append(ids, made.id())
	}
	trash := api(p.analytical, "/deleted")
	ada.get(trash).want(http.StatusOK).says("Charles").says("Luigi").says(`"kind":"contact"`)
	ada.get(trash + "?q=luigi&when=today").want(http.StatusOK).says(ids[1])
	ada.get(trash + "?after=nonsense").want(http.StatusNotFound)
	ada.post(trash + "/" + ids[0] + "/restore").want(http.StatusOK).says(`"name":"Charles"`)
	ada.get(contacts + "/" + ids[0]).want(http.StatusOK)
	ada.post(trash + "/" + ids[0] + "/restore").want(http.StatusNotFound)
	p.robotOf(p.analytical, "Accountant").post(trash + "/" + ids[1] + "/restore").want(http.StatusNotFound) // who could not have deleted it

	p.log(p.east, "before, in East")
	list := api(p.analytical, "/timeless-accounts")
	made := ada.post(list, map[string]any{"name": "Forever", "readers": []any{p.west.ID}, "feeds": []any{p.analytical.ID, p.east.ID}, "past": true}).want(http.StatusCreated)
	one := made.header.Get("Location")
	ada.get(list).want(http.StatusOK).says("Forever").says(`"own":true`)
	ada.get(one + "/entries?q=before").want(http.StatusOK).says("before, in East").says(`"account":"` + p.east.ID.String() + `"`)
	entry := ada.get(one + "/entries").json()["items"].([]any)[0].(map[string]any)["id"].(string)
	ada.get(one + "/entries/" + entry).want(http.StatusOK).says("before, in East")
	west, there := p.keyOf(p.ada, p.west), api(p.west, "/timeless-accounts/"+made.id())
	west.get(there).want(http.StatusOK).says(`"own":false`)
	for _, got := range []answer{west.get(there), west.get(there + "/entries"), west.get(there + "/entries/" + entry)} {
		if got.want(http.StatusOK); strings.Contains(got.body, p.east.ID.String()) {
			t.Errorf("a reader is told where it came from: %s", got.body)
		}
	}
	west.patch(there, map[string]any{"name": "Mine"}).want(http.StatusNotFound)
	ada.patch(one, map[string]any{"name": "For good"}).want(http.StatusOK).says(p.east.ID.String()).says(`"name":"For good"`)
	if got := ada.patch(one, map[string]any{"feeds": []any{p.malloryville.ID}}).want(http.StatusUnprocessableEntity); got.fault("/feeds") == "" {
		t.Error(got.body)
	}
	p.keyOf(p.mallory, p.malloryville).get(api(p.malloryville, "/timeless-accounts/"+made.id())).want(http.StatusNotFound)
	if got := ada.delete(one + "?name=Forever").want(http.StatusUnprocessableEntity); got.fault("/name") == "" {
		t.Error(got.body)
	}
	ada.delete(one + "?name=For+good").want(http.StatusNoContent)
	ada.get(one).want(http.StatusNotFound)
}
