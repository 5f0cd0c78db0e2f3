package handlers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bailiwick/models/program"
)

// pages walks a list to its end, and does something after the first page; it gives what
// some field of each item says.
func (x *caller) pages(list, field string, between func(first []string)) (all []string) {
	x.t.Helper()
	sign := "?"
	if strings.Contains(list, "?") {
		sign = "&"
	}
	for at, n := list, 0; ; n++ {
		got := x.get(at).want(http.StatusOK).json()
		for _, item := range got["items"].([]any) {
			all = append(all, item.(map[string]any)[field].(string))
		}
		next, more := got["next"].(string)
		if !more {
			return all
		}
		if n == 0 {
			between(slices.Clone(all))
		}
		at = list + sign + values("after", next).Encode()
	}
}

// A cursor is a place in the order: what is added before it or behind it, and what is
// deleted at it, lets nothing else be skipped or come twice.
func TestCursorsSurviveWhatHappensMeanwhile(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.analytical)
	check := func(what string, got []string, want ...string) {
		t.Helper()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	numbered := func(from, to int) (all []string) {
		for i := from; i < to; i++ {
			all = append(all, fmt.Sprintf("n%02d", i))
		}
		return all
	}

	contacts, items := api(p.analytical, "/contacts"), []any{}
	for _, name := range numbered(10, 22) {
		items = append(items, map[string]any{"name": name})
	}
	ada.post(contacts+"/many", map[string]any{"items": items}).want(http.StatusOK)
	got := ada.pages(contacts+"?rows=10&sort=name", "name", func(first []string) {
		for _, name := range []string{"n00", "n99"} {
			ada.post(contacts, map[string]any{"name": name}).want(http.StatusCreated)
		}
		last := ada.get(contacts + "?q=" + first[9]).json()["items"].([]any)[0].(map[string]any)["id"].(string)
		ada.delete(contacts + "/" + last).want(http.StatusNoContent)
	})
	check("contacts", got, append(numbered(10, 22), "n99")...)

	// What was deleted is restored while it is listed: the rest is still there.
	deleted, trash := 0, api(p.analytical, "/deleted")
	all := ada.get(contacts + "?rows=100").json()["items"].([]any)
	for deleted < 52 {
		for _, x := range all {
			ada.delete(contacts + "/" + x.(map[string]any)["id"].(string)).want(http.StatusNoContent)
		}
		deleted += len(all)
		ada.post(contacts+"/many", map[string]any{"items": items}).want(http.StatusOK)
		all = ada.get(contacts + "?rows=100").json()["items"].([]any)
	}
	listed := ada.pages(trash, "id", func(first []string) {
		for _, id := range first[len(first)-3:] {
			ada.post(trash + "/" + id + "/restore").want(http.StatusOK)
		}
	})
	if n := len(slices.Compact(slices.Sorted(slices.Values(listed)))); n != deleted+1 || len(listed) != n {
		t.Errorf("%d of %d deleted are listed, in %d lines", n, deleted+1, len(listed))
	}

	accounts, names := api(p.west, "/accounts"), numbered(10, 45)
	west := p.keyOf(p.ada, p.west)
	west.post(accounts+"/many", map[string]any{"names": names}).want(http.StatusOK)
	got = west.pages(accounts, "name", func([]string) {
		west.post(accounts, map[string]any{"name": "n99"}).want(http.StatusCreated)
	})
	check("accounts", got, append(names, "n99")...)

	robots := p.grant(p.ada, "service_accounts.edit", p.west)
	for _, name := range numbered(10, 62) {
		_, _, err := p.store.CreateServiceAccount(t.Context(), robots, program.ServiceAccountInput{Name: name, Roles: []string{"Developer"}}, nil)
		must(t, err)
	}
	programs := api(p.west, "/settings/service_accounts")
	got = west.pages(programs, "name", func(first []string) {
		for _, name := range []string{"n00", "n99"} {
			west.post(programs, map[string]any{"name": name, "roles": []any{map[string]any{"name": "Developer"}}}).want(http.StatusCreated)
		}
		last := west.get(programs + "?q=" + first[len(first)-1]).json()["items"].([]any)[0].(map[string]any)["id"].(string)
		west.delete(programs + "/" + last).want(http.StatusNoContent)
	})
	check("service accounts", got, append(numbered(10, 62), "n99")...)

	// What is no cursor is none.
	for _, path := range []string{"/contacts", "/accounts", "/deleted", "/audit", "/settings/service_accounts", "/settings/api_keys", "/settings/security/sign-ins", "/settings/support-access", "/members", "/members/invites"} {
		ada.get(api(p.analytical, path+"?after=nonsense")).want(http.StatusNotFound)
	}
}

// Each answer says how many calls the key has left, and one too many when there are more.
func TestAKeyHasItsCalls(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(p.clock.now())
	_, key := p.robot(p.west, "Robot", program.KeyInput{}, "Developer")
	path := api(p.west, "/calls/sessions")
	ask := func(method, path, key string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(method, p.server.URL+path, nil)
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Origin", "https://elsewhere.example")
		req.Header.Set("Access-Control-Request-Method", http.MethodGet)
		rec := httptest.NewRecorder()
		p.server.Config.Handler.ServeHTTP(rec, req)
		return rec
	}
	for left := 599; left >= 0; left-- {
		got := ask(http.MethodGet, path, key.Secret)
		if got.Code != http.StatusOK || !strings.HasPrefix(got.Header().Get("RateLimit"), `"key";r=`+strconv.Itoa(left)+`;`) || got.Header().Get("RateLimit-Policy") != `"key";q=600;w=60` {
			t.Fatalf("%d left: %d %v %s", left, got.Code, got.Header(), got.Body)
		}
	}
	got := ask(http.MethodGet, path, key.Secret)
	if got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") != "1" || !strings.Contains(got.Body.String(), "urn:bailiwick:too-many") || got.Header().Get("X-Request-Id") == "" {
		t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
	}
	// Another key has its own.
	_, other := p.robot(p.west, "Other", program.KeyInput{}, "Developer")
	if got := ask(http.MethodGet, path, other.Secret); got.Code != http.StatusOK {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	// No other site's script is let near it.
	for _, got := range []*httptest.ResponseRecorder{got, ask(http.MethodOptions, path, ""), ask(http.MethodGet, path, other.Secret)} {
		for name := range got.Header() {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("it answers with %s", name)
			}
		}
	}
}
