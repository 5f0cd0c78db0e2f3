package handlers_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/program"
)

// call sends a request as a program does, with a key where one is given.
func (p *panel) call(method, path, key string) page {
	p.t.Helper()
	req, err := http.NewRequest(method, p.server.URL+path, nil)
	must(p.t, err)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	return p.browser().do(req)
}

// robot makes a service account of an account, with a key.
func (p *panel) robot(a account.Account, name string, in program.KeyInput, roles ...string) (program.ServiceAccount, program.MadeKey) {
	p.t.Helper()
	if in.Name == "" {
		in.Name = name + " key"
	}
	made, key, err := p.store.CreateServiceAccount(context.Background(), p.grant(p.ada, "service_accounts.edit", a), program.ServiceAccountInput{Name: name, Roles: roles}, &in)
	must(p.t, err)
	return made, key
}

// accountKey makes a key of an account itself.
func (p *panel) accountKey(a account.Account, in program.KeyInput) program.MadeKey {
	p.t.Helper()
	if in.Name == "" {
		in.Name = "Nightly"
	}
	made, err := p.store.CreateKey(context.Background(), p.grant(p.ada, "api_keys.edit", a), uuid.Nil, in)
	must(p.t, err)
	return made
}

func (x page) json(t testing.TB) (into map[string]any) {
	t.Helper()
	must(t, json.Unmarshal([]byte(x.body), &into))
	return into
}

const me = "/api/v1/me"

func TestAProgramLearnsWhoseKeyItHas(t *testing.T) {
	p := newPanel(t)
	robot, key := p.robot(p.west, "Robot", program.KeyInput{}, "Developer")
	got := p.call(http.MethodGet, me, key.Secret).want(t, http.StatusOK)
	said := got.json(t)
	role := said["roles"].([]any)[0].(map[string]any)
	its := said["key"].(map[string]any)
	if said["kind"] != "service_account" || said["id"] != robot.ID.String() || said["name"] != "Robot" || role["key"] != "subuser:Developer" || role["until"] != nil ||
		said["account"].(map[string]any)["id"] != p.west.ID.String() || its["begins_with"] != key.Hint || its["read_only"] != false {
		t.Errorf("the program is told %s", got.body)
	}
	if ends, err := time.Parse(time.RFC3339, its["expires_at"].(string)); err != nil || ends.Sub(p.clock.now()).Round(time.Hour) != program.KeyLife {
		t.Errorf("without a choice the key expires at %v", its["expires_at"])
	}
	if strings.Contains(got.body, key.Secret) {
		t.Error("the key comes back")
	}
	// A key of the account itself acts as whoever owns it.
	whole := p.accountKey(p.west, program.KeyInput{Never: true})
	said = p.call(http.MethodGet, me, whole.Secret).want(t, http.StatusOK).json(t)
	if said["kind"] != "account_owner" || said["roles"].([]any)[0].(map[string]any)["key"] != p.store.Catalog().Owner().Key || said["key"].(map[string]any)["expires_at"] != nil {
		t.Errorf("the program is told %v", said)
	}
}

// Each key that is not good gets a 401 that says why, and no page tells more.
func TestAKeyThatIsNotGoodOpensNothing(t *testing.T) {
	p, ctx := newPanel(t), context.Background()
	log := p.logged()
	refused := func(key, kind string) {
		t.Helper()
		got := p.call(http.MethodGet, me, key).want(t, http.StatusUnauthorized)
		if said := got.json(t); said["type"] != "urn:bailiwick:key-"+kind || said["detail"] == "" || got.header.Get("Content-Type") != "application/problem+json" ||
			!strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("a key that is %s: %v %s", kind, got.header, got.body)
		}
	}
	good := func(key string) { t.Helper(); p.call(http.MethodGet, me, key).want(t, http.StatusOK) }

	robot, key := p.robot(p.west, "Robot", program.KeyInput{Expires: p.clock.now().Add(48 * time.Hour)}, "Developer")
	good(key.Secret)
	refused("", "missing")
	last := key.Secret[len(key.Secret)-1]
	refused(key.Secret[:len(key.Secret)-1]+string(last^1), "malformed")
	refused(strings.Replace(key.Secret, "bw_live_", "bw_demo_", 1), "malformed")
	refused("bw_live_", "malformed")
	refused("two words", "malformed")

	robots := p.grant(p.ada, "service_accounts.edit", p.west)
	must(t, p.store.SuspendServiceAccount(ctx, robots, robot.ID))
	refused(key.Secret, "suspended")
	must(t, p.store.ResumeServiceAccount(ctx, robots, robot.ID))
	good(key.Secret)

	must(t, p.store.SuspendAccount(ctx, p.grant(p.ada, "sub_accounts.edit", p.analytical), p.west.ID))
	refused(key.Secret, "account")
	must(t, p.store.ResumeAccount(ctx, p.grant(p.ada, "sub_accounts.edit", p.analytical), p.west.ID))

	elsewhere, _ := p.robot(p.west, "Elsewhere", program.KeyInput{}, "Developer")
	bound, err := p.store.CreateKey(ctx, robots, elsewhere.ID, program.KeyInput{Name: "Bound", Networks: []string{"192.0.2.0/24"}})
	must(t, err)
	refused(bound.Secret, "network")
	near, err := p.store.CreateKey(ctx, robots, elsewhere.ID, program.KeyInput{Name: "Near", Networks: []string{"192.0.2.0/24", "127.0.0.1"}})
	must(t, err)
	good(near.Secret)

	must(t, p.store.RevokeKey(ctx, robots, near.ID))
	refused(near.Secret, "revoked")
	must(t, p.store.DeleteServiceAccount(ctx, robots, elsewhere.ID))
	refused(bound.Secret, "unknown")

	p.clock.advance(48 * time.Hour)
	refused(key.Secret, "expired")

	for _, line := range log.signIns(t) {
		if line["door"] != "key" || line["outcome"] != "refused" || line["why"] == "" {
			t.Errorf("the log says %v", line)
		}
	}
	if n := len(log.signIns(t)); n < 8 {
		t.Errorf("the log has %d lines of refused keys", n)
	}
	if strings.Contains(log.String(), key.Secret[len(key.Hint):]) {
		t.Error("the log holds a key")
	}
	if got := p.signInsOf(authz.Actor{ID: robot.Principal()}, login.Session{Tenant: p.west.TenantID}); len(got) == 0 || got[0] != "key refused expired" {
		t.Errorf("the account has %v of the key", got)
	}
}

// A cookie never opens the API, and a key never a page.
func TestCookiesAndKeysHaveDoorsOfTheirOwn(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.get(me).want(t, http.StatusUnauthorized)
	key := p.accountKey(p.analytical, program.KeyInput{})
	if got := p.call(http.MethodGet, in(p.analytical, ""), key.Secret).want(t, http.StatusSeeOther); got.location() == "" {
		t.Error("a key opens a page")
	}
	p.call(http.MethodPost, in(p.analytical, "/settings/subusers"), key.Secret).want(t, http.StatusSeeOther)
	p.call(http.MethodGet, "/sessions", key.Secret).want(t, http.StatusSeeOther)
	// What is not there is no page either.
	if got := p.call(http.MethodGet, "/api/v1/nothing", key.Secret).want(t, http.StatusNotFound); got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("an absent address answers as %s", got.header.Get("Content-Type"))
	}
}

// Who tries one key after the other is stopped, and nobody elsewhere is.
func TestGuessedKeysAreLimited(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(time.Now())
	key := p.accountKey(p.analytical, program.KeyInput{})
	p.call(http.MethodGet, me, key.Secret).want(t, http.StatusOK)
	tries := 0
	for ; tries < 300; tries++ {
		if got := p.call(http.MethodGet, me, "bw_live_guess"); got.status != http.StatusUnauthorized {
			if got.want(t, http.StatusTooManyRequests); got.header.Get("Retry-After") == "" {
				t.Error("nobody says when to try again")
			}
			break
		}
	}
	if tries < 50 || tries == 300 {
		t.Errorf("stopped after %d tries", tries)
	}
	// A key that the panel knows goes on working from there.
	p.call(http.MethodGet, me, key.Secret).want(t, http.StatusOK)
}
