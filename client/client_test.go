package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bailiwick/client"
	"bailiwick/models/program"
)

// lossy is a way to the panel on which the answers to some calls get lost.
type lossy struct {
	lose int // so many of the next
	sent []*http.Request
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	l.sent = append(l.sent, r)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && l.lose > 0 {
		l.lose--
		res.Body.Close()
		return nil, errors.New("the line is cut")
	}
	return res, err
}

// What is created is created once, though its answer was lost on the way; and a list
// is read to its end, page by page.
func TestAnAnswerThatIsLostIsAskedForAgain(t *testing.T) {
	ctx, way := t.Context(), &lossy{}
	c := client.New(address, key)
	c.HTTP.Transport, c.Pause = way, time.Millisecond
	subs := c.Account(client.Me).SubAccounts()
	oslo, err := subs.Create(ctx, client.NewSubAccount{Name: "Oslo"})
	if err != nil {
		t.Fatal(err)
	}
	below := c.Account(oslo.ID).SubAccounts()
	way.lose = 2
	one, err := below.Create(ctx, client.NewSubAccount{Name: "Harbour"})
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 119)
	for i := range names {
		names[i] = fmt.Sprintf("Quay %03d", i)
	}
	if _, err := below.CreateMany(ctx, names); err != nil {
		t.Fatal(err)
	}
	way.sent, way.lose = nil, 1
	seen := map[string]int{}
	for a, err := range below.All(ctx, nil) {
		if err != nil {
			t.Fatal(err)
		}
		seen[a.Name]++
	}
	if len(seen) != 120 || seen["Harbour"] != 1 || len(way.sent) < 3 {
		t.Errorf("%d of 120 in %d calls, Harbour %d times", len(seen), len(way.sent), seen["Harbour"])
	}
	for range below.All(ctx, nil) { // who has enough asks for no more
		break
	}
	// A change is not known to be done where its answer is lost: it is not sent again.
	way.sent, way.lose = nil, 1
	if _, err := below.Patch(ctx, one.ID, client.SubAccountChange{Name: new("Old harbour")}); err == nil || len(way.sent) != 1 {
		t.Errorf("%v after %d calls", err, len(way.sent))
	}
	// One that names its call gets the same answer from another client, too.
	first, err := below.Create(ctx, client.NewSubAccount{Name: "Pier"}, client.Once("pier"))
	again, err2 := client.New(address, key).Account(oslo.ID).SubAccounts().Create(ctx, client.NewSubAccount{Name: "Pier"}, client.Once("pier"))
	if err != nil || err2 != nil || first.ID != again.ID {
		t.Errorf("%v %v: %s, then %s", err, err2, first.ID, again.ID)
	}
	if err := subs.DeleteForGood(ctx, oslo.ID, "Oslo", true); err != nil {
		t.Error(err)
	}
}

// People come, are changed and go by the sentences of the pages.
func TestPeopleAndRolesByTheirTypes(t *testing.T) {
	ctx := t.Context()
	a := client.New(address, key).Account(client.Me)
	me, err := client.New(address, key).Me(ctx)
	if err != nil || me.Kind != "account_owner" || me.Account.Name != "Analytical" {
		t.Fatal(me, err)
	}
	invited, err := a.Invites().Send(ctx, client.NewInvites{Emails: []string{"grace@example.com", "nobody"}, Roles: client.Roles("account:admin")})
	if err != nil || len(invited) != 2 || invited[0].Link == "" || invited[1].Problem == "" {
		t.Fatal(invited, err)
	}
	for i, err := range a.Invites().All(ctx, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if x, err := a.Invites().Resend(ctx, i.ID); err != nil || x.Link == "" || x.Link == invited[0].Link {
			t.Error(x, err)
		}
	}
	for i, err := range a.Invites().All(ctx, client.Where("q", "grace")) {
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Invites().Cancel(ctx, i.ID); err != nil {
			t.Error(err)
		}
	}
	for m, err := range a.Members().All(ctx, nil) {
		if err != nil || m.Name != "Ada" || !m.Owner {
			t.Error(m, err)
		}
	}
	role, err := a.Roles().Create(ctx, client.NewRole{Name: "Listener", Base: "subuser:Developer", Permissions: []string{"calls"}})
	if err != nil || role.Version == "" {
		t.Fatal(role, err)
	}
	changed, err := a.Roles().Patch(ctx, role.ID, client.RoleChange{Permissions: []string{"calls", "logs"}}, client.IfVersion(role.Version))
	if err != nil || len(changed.Permissions) != 2 || changed.Name != role.Name {
		t.Error(changed, err)
	}
	if _, err := a.Roles().Patch(ctx, role.ID, client.RoleChange{Name: new("Late")}, client.IfVersion(role.Version)); !errors.Is(err, client.Changed) {
		t.Errorf("an old version is changed: %v", err)
	}
	until := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	u, err := a.Subusers().Create(ctx, client.NewSubuser{Name: "niels", Roles: []client.HeldRole{{Name: role.Name}, {Name: "Support", Until: until}}})
	if err != nil || u.LoginLink == "" {
		t.Fatal(u, err)
	}
	u, err = a.Subusers().Patch(ctx, u.ID, client.SubuserChange{Description: new("Listens")})
	if err != nil || u.Description != "Listens" || len(u.Roles) != 2 || !u.Roles[1].Until.Equal(until) && !u.Roles[0].Until.Equal(until) {
		t.Error(u, err)
	}
	if link, err := a.Subusers().LoginLink(ctx); err != nil || !strings.Contains(link, "/login/") {
		t.Error(link, err)
	}
	if link, err := a.Subusers().ResetPassword(ctx, u.ID, ""); err != nil || link == "" {
		t.Error(link, err)
	}
	if u, err := a.Subusers().Suspend(ctx, u.ID); err != nil || u.State != "suspended" {
		t.Error(u, err)
	}
	if err := a.Subusers().Delete(ctx, u.ID); err != nil {
		t.Error(err)
	}
	if err := a.Roles().DeleteFor(ctx, role.ID, ""); err != nil {
		t.Error(err)
	}
	events := 0
	for e, err := range a.Audit().All(ctx, nil) {
		if err != nil || e.Who == "" {
			t.Fatal(e, err)
		}
		if events++; events == 60 { // of the second page, too
			break
		}
	}
	// A key for reading alone is told what it lacks.
	reads, err := keyOf(ctx, program.KeyInput{Name: "Reads", ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.New(address, reads).Account(client.Me).Subusers().Create(ctx, client.NewSubuser{Name: "sly", Roles: client.Roles("Support")})
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != http.StatusForbidden || p.Denied == nil || p.Denied.Permission != "subuser_create" || p.RequestID == "" || !errors.Is(err, client.Forbids) {
		t.Errorf("%v", err)
	}
	_, err = client.New(address, "bw_live_nonsense").Me(ctx)
	if !errors.As(err, &p) || p.Status != http.StatusUnauthorized {
		t.Error(err)
	}
}

// A service account is created with a key that works, is narrowed, replaced and revoked.
func TestServiceAccountsAndTheirKeys(t *testing.T) {
	ctx := t.Context()
	a := client.New(address, key).Account(client.Me)
	robot, err := a.ServiceAccounts().Create(ctx, client.NewServiceAccount{Name: "Robot", Roles: client.Roles("Supervisor"), Key: true})
	if err != nil || robot.Key == nil || robot.Key.Secret == "" {
		t.Fatal(robot, err)
	}
	if me, err := client.New(address, robot.Key.Secret).Me(ctx); err != nil || me.Kind != "service_account" || me.Name != "Robot" {
		t.Fatal(me, err)
	}
	changed, err := a.ServiceAccounts().Patch(ctx, robot.ID, client.ServiceAccountChange{Description: new("Works at night")}, client.IfVersion(robot.Version))
	if err != nil || changed.Description != "Works at night" || len(changed.Roles) != 1 {
		t.Error(changed, err)
	}
	keys := a.ServiceAccounts().Keys(robot.ID)
	second, err := keys.Create(ctx, client.NewKey{Name: "Second", Permissions: []string{"calls"}, ReadOnly: true})
	if err != nil || second.Secret == "" || second.ServiceAccount != robot.ID {
		t.Fatal(second, err)
	}
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	narrow, err := keys.Edit(ctx, second.ID, client.KeyChange{Name: "Night", Networks: []string{"127.0.0.0/8"}, ExpiresAt: end})
	if err != nil || narrow.Name != "Night" || len(narrow.Networks) != 1 || !narrow.ExpiresAt.Equal(end) {
		t.Error(narrow, err)
	}
	if wide, err := keys.Edit(ctx, second.ID, client.KeyChange{Networks: []string{}}); err != nil || len(wide.Networks) != 0 || !wide.ExpiresAt.Equal(end) {
		t.Error(wide, err)
	}
	renewed, err := keys.Rotate(ctx, second.ID, client.Rotation{Overlap: "1h"})
	if err != nil || renewed.Secret == second.Secret || renewed.PreviousUntil == nil {
		t.Error(renewed, err)
	}
	names := map[string]bool{}
	for k, err := range keys.All(ctx, client.Where("state", "active")) {
		if err != nil {
			t.Fatal(err)
		}
		names[k.Name] = true
	}
	if len(names) != 2 || !names["Night"] || !names["Robot"] {
		t.Error(names)
	}
	if k, err := keys.Revoke(ctx, second.ID); err != nil || k.State != "revoked" {
		t.Error(k, err)
	}
	if _, err := client.New(address, renewed.Secret).Me(ctx); err == nil {
		t.Error("it works though it is revoked")
	}
	if s, err := a.ServiceAccounts().Suspend(ctx, robot.ID); err != nil || s.State != "suspended" {
		t.Error(s, err)
	}
	if k, err := a.Keys().Get(ctx, robot.Key.ID); err != nil || k.ActsAs != "service_account" {
		t.Error(k, err)
	}
	if err := a.ServiceAccounts().Delete(ctx, robot.ID); err != nil {
		t.Error(err)
	}
	u, err := a.Subusers().Create(ctx, client.NewSubuser{Name: "ole", Roles: client.Roles("Support")})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := a.Subusers().Batch(ctx, client.BatchAct{Act: "give_role", Role: "Supervisor", IDs: []string{u.ID}}); err != nil || !b.Results[0].Changed {
		t.Error(b, err)
	}
	if err := a.Subusers().Delete(ctx, u.ID); err != nil {
		t.Error(err)
	}
}

// Many things at once, with what became of each.
func TestManyAtOnce(t *testing.T) {
	ctx := t.Context()
	a := client.New(address, key).Account(client.Me)
	made, err := a.SubAccounts().CreateMany(ctx, []string{"Rome", "Turin"})
	if err != nil || len(made) != 2 {
		t.Fatal(made, err)
	}
	results, err := a.SubAccounts().ChangeManyPermissions(ctx, []client.PermissionChangeOf{
		{ID: made[0].ID, PermissionChange: client.PermissionChange{Revoke: []string{"logs"}}},
		{ID: made[1].ID, PermissionChange: client.PermissionChange{Grant: []string{"nonsense"}}},
	})
	if err != nil || len(results) != 2 || results[0].Permissions["logs"] || results[1].Status != http.StatusBadRequest || results[1].Problem.At("/grant_permissions/0") == "" {
		t.Fatal(results, err)
	}
	if e, err := a.SubAccounts().ChangeEntitlements(ctx, made[0].ID, []string{"logs"}, nil); err != nil || !e.Entitlements["logs"] {
		t.Error(e.Entitlements["logs"], err)
	}
	b, err := a.SubAccounts().Batch(ctx, client.BatchAct{Act: "suspend", IDs: []string{made[0].ID, made[1].ID}})
	if err != nil || len(b.Results) != 2 || !b.Results[0].Changed {
		t.Fatal(b, err)
	}
	if undo, err := a.SubAccounts().UndoBatch(ctx, b.ID); err != nil || undo.Act != "resume" {
		t.Error(undo, err)
	}
	if b, err = a.SubAccounts().ReadBatch(ctx, b.ID); err != nil || b.UndoneAt == nil {
		t.Error(b, err)
	}
	contacts := a.Records("/contacts")
	records, err := contacts.CreateMany(ctx, []client.Record{{"name": "Ida"}, {"name": ""}})
	if err != nil || len(records) != 2 || records[0].Record.Text("name") != "Ida" || records[1].Problem.At("/name") == "" {
		t.Fatal(records, err)
	}
	if b, err := contacts.Batch(ctx, client.BatchAct{Act: "delete", IDs: []string{records[0].Record.ID()}}); err != nil || !b.Results[0].Changed {
		t.Error(b, err)
	}
}

// A client waits as it is asked to, for as long as it has time, and takes its key
// nowhere else.
func TestAClientWaitsAsItIsAsked(t *testing.T) {
	answers := []string{}
	var keys []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		status, after, _ := strings.Cut(answers[0], " ")
		answers = answers[1:]
		switch status {
		case "301":
			w.Header().Set("Location", "https://elsewhere.example.com/")
			w.WriteHeader(http.StatusMovedPermanently)
		case "200":
			fmt.Fprint(w, `{"id": "x"}`)
		default:
			w.Header().Set("Content-Type", "application/problem+json")
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			var code int
			fmt.Sscan(status, &code)
			w.WriteHeader(code)
			fmt.Fprintf(w, `{"type": "urn:bailiwick:x", "title": "Not now", "status": %d}`, code)
		}
	}))
	defer s.Close()
	c := client.New(s.URL+"/", "bw_live_x")
	c.Pause = time.Millisecond
	for _, x := range []struct {
		answers []string
		status  int           // of the problem; 0 for none
		calls   int           // it takes
		least   time.Duration // it waits
		time    time.Duration // it has
	}{
		{[]string{"200"}, 0, 1, 0, time.Minute},
		{[]string{"429 1", "503", "409 0", "200"}, 409, 3, time.Second, time.Minute},
		{[]string{"429 1", "409 1", "200"}, 0, 3, 2 * time.Second, time.Minute},
		{[]string{"503 30"}, 503, 1, 0, 5 * time.Second},
		{[]string{"503", "503", "503", "503", "503", "503", "200"}, 503, 6, 0, time.Minute},
		{[]string{"422"}, 422, 1, 0, time.Minute},
		{[]string{"500"}, 500, 1, 0, time.Minute},
		{[]string{"301"}, 301, 1, 0, time.Minute},
	} {
		answers, keys = x.answers, nil
		ctx, stop := context.WithTimeout(t.Context(), x.time)
		began := time.Now()
		err := c.Do(ctx, http.MethodPost, "/a/me/contacts", map[string]any{}, &struct{}{})
		stop()
		var p *client.Problem
		if status := 0; errors.As(err, &p) {
			if status = p.Status; status != x.status {
				t.Errorf("%v: %v", x.answers, err)
			}
		} else if x.status != 0 || err != nil {
			t.Errorf("%v: %v", x.answers, err)
		}
		if took := time.Since(began); len(keys) != x.calls || took < x.least {
			t.Errorf("%v: %d calls in %s", x.answers, len(keys), took)
		}
		for _, k := range keys {
			if k == "" || k != keys[0] {
				t.Errorf("%v: it is called %q", x.answers, keys)
			}
		}
	}
}
