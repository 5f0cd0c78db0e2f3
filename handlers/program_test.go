package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
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

// theKey is the key on the page that shows it once.
func (x page) theKey(t testing.TB) string {
	t.Helper()
	key := x.want(t, http.StatusOK).Find("#key").First().AttrOr("value", "")
	if key == "" {
		key = strings.TrimSpace(x.Find("#key").First().Text())
	}
	if !strings.HasPrefix(key, "bw_live_") {
		t.Fatalf("no key is shown: %s", strings.Join(strings.Fields(x.Find("main").Text()), " "))
	}
	return key
}

func TestAdaMakesAProgramAndItsKey(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	list := in(p.west, "/settings/service_accounts")
	form := ada.get(list+"/new").want(t, http.StatusOK).says(t, "Create a key too")
	if form.Find("#f-role + #role-preview").Length() != 1 || form.Find("#role-preview ~ .form-section #f-key").Length() != 1 {
		t.Error("what the roles open doesn't stand between them and the key")
	}
	key := ada.send(list, "name", "Robot", "role", "Developer", "key", "1", "lasts", "30", "proof", password).theKey(t)
	if said := p.call(http.MethodGet, me, key).want(t, http.StatusOK).json(t); said["name"] != "Robot" {
		t.Errorf("the key is of %v", said["name"])
	}
	ada.get(list).want(t, http.StatusOK).says(t, "Robot").says(t, "Developer")
	robot := ada.get(list).Find("main tbody th a").First().AttrOr("href", "")
	page := ada.get(robot).want(t, http.StatusOK).says(t, "Robot").says(t, "from 127.0.0.1")
	if strings.Contains(page.body, key) {
		t.Error("the key is shown again")
	}
	one := page.Find("main tbody th a").First().AttrOr("href", "")
	ada.get(one).want(t, http.StatusOK).says(t, key[:len("bw_live_")+4])

	// What is asked for badly is said at its field, and makes nothing.
	for field, pairs := range map[string][]string{
		"name": {"name", " ", "role", "Developer"}, "role": {"name", "Other", "role", "Emperor"}, "lasts": {"name", "Other", "role", "Developer", "key", "1", "lasts", "a while"},
	} {
		if again := ada.send(list, append(pairs, "proof", password)...).want(t, http.StatusUnprocessableEntity); again.Find(`.problems a[href="#f-`+field+`"]`).Length() != 1 {
			t.Errorf("nothing leads to a bad %s", field)
		}
		if got := ada.get(list + "?q=Other"); strings.Contains(got.Find("main table").Text(), "Other") {
			t.Errorf("with a bad %s it is made", field)
		}
	}
	ada.send(list, "name", "robot", "role", "Developer").want(t, http.StatusUnprocessableEntity).says(t, "with this name")
	ada.send(robot+"/keys", "name", "Far", "networks", "elsewhere").want(t, http.StatusUnprocessableEntity).says(t, "isn't an address or a network")
	ada.send(robot+"/keys", "name", "Far", "scope", "some", "permission", "flying").want(t, http.StatusUnprocessableEntity).says(t, "not a permission")
	far := ada.send(robot+"/keys", "name", "Far", "networks", "192.0.2.0/24\n198.51.100.7").theKey(t)
	p.call(http.MethodGet, me, far).want(t, http.StatusUnauthorized)

	sheet := ada.get(in(p.west, "/settings/api_keys?state=active&format=csv")).want(t, http.StatusOK)
	if lines := strings.Split(strings.TrimSpace(sheet.body), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], "id,name,acts_as") || !strings.Contains(lines[1], "Far,Robot,bw_live_") || strings.Contains(sheet.body, key) {
		t.Errorf("the sheet of keys is %q", sheet.body)
	}
	if sheet := ada.get(list+"?format=csv").want(t, http.StatusOK).body; !strings.Contains(sheet, "Robot,,Developer,active,2,") {
		t.Errorf("the sheet of service accounts is %q", sheet)
	}

	// Replaced, both work for a while, and then the new one alone.
	renewed := ada.send(one+"/rotate", "overlap", "1", "lasts", "30").theKey(t)
	p.call(http.MethodGet, me, key).want(t, http.StatusOK)
	p.call(http.MethodGet, me, renewed).want(t, http.StatusOK)
	p.clock.advance(time.Hour + time.Minute)
	p.call(http.MethodGet, me, key).want(t, http.StatusUnauthorized)
	p.call(http.MethodGet, me, renewed).want(t, http.StatusOK)

	// Suspended, revoked and deleted, it stops with the next call.
	ada.send(robot+"/suspend").want(t, http.StatusSeeOther)
	p.call(http.MethodGet, me, renewed).want(t, http.StatusUnauthorized)
	ada.send(robot+"/resume").want(t, http.StatusSeeOther)
	ada.send(robot+"/edit", "name", "Robot", "role", "Support").want(t, http.StatusSeeOther)
	if said := p.call(http.MethodGet, me, renewed).want(t, http.StatusOK).json(t); said["roles"].([]any)[0].(map[string]any)["key"] != "subuser:Support" {
		t.Errorf("it has %v", said["roles"])
	}
	ada.send(one+"/revoke").want(t, http.StatusSeeOther)
	p.call(http.MethodGet, me, renewed).want(t, http.StatusUnauthorized)
	ada.get(robot+"/delete").want(t, http.StatusOK).says(t, "2 keys").says(t, "Far")
	ada.send(robot+"/delete").want(t, http.StatusSeeOther)
	ada.get(robot).want(t, http.StatusNotFound)

	// Who may not, gets nowhere.
	edsger := p.as(p.edsger)
	edsger.get(in(p.east, "/settings/service_accounts/new")).want(t, http.StatusForbidden)
	edsger.send(in(p.east, "/settings/service_accounts"), "name", "Spy", "role", "Developer", "key", "1").want(t, http.StatusForbidden)
	p.as(p.mallory).get(list).want(t, http.StatusNotFound)
	p.as(p.mallory).get(in(p.malloryville, "/settings/api_keys/"+one[strings.LastIndex(one, "/")+1:])).want(t, http.StatusNotFound)
	p.browser().get(list).want(t, http.StatusSeeOther)
}

// Only who owns the account makes keys that act as the owner; nobody makes one of a
// service account that can do more than they.
func TestNobodyMakesAKeyThatIsMoreThanThemselves(t *testing.T) {
	p, ctx := newPanel(t), context.Background()
	ada, grace, barbara := p.as(p.ada), p.as(p.grace), p.as(p.barbara)
	grace.send(in(p.analytical, "/settings/api_keys"), "name", "Mine", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "Only the owner")
	if strings.Contains(grace.get(in(p.analytical, "/settings/api_keys")).Find("main header").Text(), "Create API key") {
		t.Error("Grace is offered what she can't do")
	}
	ada.send(in(p.analytical, "/settings/api_keys"), "name", "Ours", "proof", password).theKey(t)
	barbara.send(in(p.west, "/settings/api_keys"), "name", "Mine", "proof", password).want(t, http.StatusUnprocessableEntity)

	sue, link := p.subuser(p.west, "sue", "Supervisor")
	robot, key := p.robot(p.west, "Robot", program.KeyInput{}, "Owner")
	b := p.asSubuser(link, sue.Name)
	at := in(p.west, "/settings/service_accounts/"+robot.ID.String())
	b.send(at+"/keys", "name", "Mine", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "can do more here than you can")
	b.send(in(p.west, "/settings/service_accounts/keys/"+key.ID.String()+"/rotate"), "overlap", "0", "proof", password).want(t, http.StatusUnprocessableEntity)
	b.send(in(p.west, "/settings/service_accounts"), "name", "More", "role", "Owner", "proof", password).want(t, http.StatusUnprocessableEntity).says(t, "gives")
	b.send(in(p.west, "/settings/service_accounts"), "name", "Same", "role", "Supervisor", "key", "1", "proof", password).theKey(t)
	// The keys of the account itself are none of those of its service accounts.
	ours := p.accountKey(p.west, program.KeyInput{})
	ada.get(in(p.west, "/settings/service_accounts/keys/"+ours.ID.String())).want(t, http.StatusNotFound)

	// What acts as the owner ends with the owner.
	grant := p.grant(p.ada, "account.manage", p.analytical)
	whole := p.accountKey(p.analytical, program.KeyInput{})
	must(t, p.store.OfferOwnership(ctx, grant, p.analytical.ID, p.grace.ID, false))
	offers, err := p.store.OffersTo(ctx, authz.Self(p.grace.Actor()))
	must(t, err)
	_, err = p.store.AcceptOwnership(ctx, authz.Self(p.grace.Actor()), offers[0].ID)
	must(t, err)
	p.call(http.MethodGet, me, whole.Secret).want(t, http.StatusUnauthorized)
	p.call(http.MethodGet, me, ours.Secret).want(t, http.StatusOK)
}

// A key narrows what its owner may do, in every decision.
func TestAKeyNarrowsWhatItIsFor(t *testing.T) {
	p, ctx := newPanel(t), context.Background()
	actor := func(key program.MadeKey) authz.Actor {
		t.Helper()
		x, _, err := p.store.Caller(ctx, key.Secret, uuid.Nil, "127.0.0.1")
		must(t, err)
		return x.Actor("127.0.0.1")
	}
	may := func(a authz.Actor, permission string, at account.Account) authz.Reason {
		t.Helper()
		_, err := p.store.Access().Authorize(a, p.store.Catalog().Permission(permission), at.ID)
		var denial *authz.Denial
		if errors.As(err, &denial) {
			return denial.Decision.Reason
		}
		must(t, err)
		return authz.ByOwnership
	}
	whole := actor(p.accountKey(p.analytical, program.KeyInput{}))
	deep := actor(p.accountKey(p.analytical, program.KeyInput{SubAccounts: true}))
	reads := actor(p.accountKey(p.analytical, program.KeyInput{ReadOnly: true}))
	makes := actor(p.accountKey(p.analytical, program.KeyInput{Permissions: []string{"service_accounts.edit", "calls"}, Networks: []string{"127.0.0.0/8"}}))
	for _, x := range []struct {
		what       string
		who        authz.Actor
		permission string
		at         account.Account
		want       authz.Reason
	}{
		{"all of its account", whole, "calls.delete", p.analytical, authz.ByOwnership}, {"not below", whole, "calls", p.west, authz.NoRoleHere},
		{"not elsewhere", deep, "calls", p.malloryville, authz.NoRoleHere}, {"below, where it says so", deep, "calls.delete", p.berlin, authz.ByOwnership},
		{"reading", reads, "calls", p.analytical, authz.ByOwnership}, {"no more than reading", reads, "calls.delete", p.analytical, authz.KeyLacks},
		{"what it names", makes, "calls", p.analytical, authz.ByOwnership}, {"nothing else", makes, "logs", p.analytical, authz.KeyLacks},
	} {
		if got := may(x.who, x.permission, x.at); got != x.want {
			t.Errorf("%s: %s is %v, not %v", x.what, x.permission, got, x.want)
		}
	}

	// It hands out no more than it is for, and no key that outlasts it or comes from elsewhere.
	g, err := p.store.Access().Authorize(makes, p.store.Catalog().Permission("service_accounts.edit"), p.analytical.ID)
	must(t, err)
	_, _, err = p.store.CreateServiceAccount(ctx, g, program.ServiceAccountInput{Name: "More", Roles: []string{"Developer"}}, nil)
	modelstest.RefusedAt(t, err, "role", "gives")
	g, err = p.store.Access().Authorize(whole, p.store.Catalog().Permission("api_keys.edit"), p.analytical.ID)
	must(t, err)
	_, err = p.store.CreateKey(ctx, g, uuid.Nil, program.KeyInput{Name: "Forever", Never: true})
	modelstest.RefusedAt(t, err, "expires", "can't outlast")
	_, err = p.store.CreateKey(ctx, g, uuid.Nil, program.KeyInput{Name: "Deep", SubAccounts: true})
	modelstest.RefusedAt(t, err, "sub_accounts", "not for sub-accounts")
	near := actor(p.accountKey(p.analytical, program.KeyInput{Networks: []string{"127.0.0.0/8"}}))
	g, err = p.store.Access().Authorize(near, p.store.Catalog().Permission("api_keys.edit"), p.analytical.ID)
	must(t, err)
	_, err = p.store.CreateKey(ctx, g, uuid.Nil, program.KeyInput{Name: "Wide", Networks: []string{"0.0.0.0/0"}})
	modelstest.RefusedAt(t, err, "networks", "not for 0.0.0.0/0")
	made, err := p.store.CreateKey(ctx, g, uuid.Nil, program.KeyInput{Name: "Same"})
	must(t, err)
	if len(made.Networks) != 1 || made.Networks[0] != "127.0.0.0/8" {
		t.Errorf("it comes from %v", made.Networks)
	}
	// No key is anybody's login.
	if authz.Self(whole).CoversSelf(p.ada.Principal()) {
		t.Error("a key acts on Ada's login")
	}
}

// A role of the account's own that a service account has is not changed unseen.
func TestServiceAccountsHoldRolesOfTheAccountsOwn(t *testing.T) {
	p, ctx := newPanel(t), context.Background()
	roles := p.grant(p.ada, "roles.edit", p.west)
	r, err := p.store.CreateRole(ctx, roles, "Listener", "subuser:Developer", []string{"calls"})
	must(t, err)
	robot, _ := p.robot(p.west, "Robot", program.KeyInput{}, r.Key())
	if _, err := p.store.EditRole(ctx, roles, r.ID, "Listener", []string{"calls", "logs"}, ""); !errors.Is(err, people.ErrUnseen) {
		t.Errorf("the role changes unseen: %v", err)
	}
	at, _ := p.store.Access().Find(p.west.ID)
	if may := p.store.Access().May(p.store.Access().Who(robot.Principal()), at); !may.Has(p.store.Catalog().Permission("calls")) || may.Has(p.store.Catalog().Permission("logs")) {
		t.Error("the role gives something else")
	}
}
