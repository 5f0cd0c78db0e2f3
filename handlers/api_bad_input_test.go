package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"bailiwick/models/program"
)

// What can not be read is refused with the place that is to blame, and nothing is done.
func TestBadInputGetsAClearAnswer(t *testing.T) {
	p := newPanel(t)
	ada, list := p.keyOf(p.ada, p.analytical), api(p.analytical, "/contacts")
	for _, x := range []struct{ body, pointer, says string }{
		{`{"name": "a", "name": "b"}`, "/name", "is listed twice"},
		{`{"name": "a", "shoe_size": 4}`, "/shoe_size", "There is no such field."},
		{`{"name": 12}`, "/name", "Enter text."},
		{`{"name": NaN}`, "", "not JSON"},
		{`{"name": "a"} {"name": "b"}`, "", "more after the JSON object"},
		{`{"name": "a"`, "", "not JSON"},
		{`["a"]`, "", "Send a JSON object."},
		{``, "", "Send a JSON object."},
		{`{"name": ` + strings.Repeat(`{"a":`, 30) + `1` + strings.Repeat(`}`, 30) + `}`, "", "nests deeper"},
		{"{\"name\": \"\xff\"}", "", "not JSON"},
	} {
		got := ada.post(list, x.body).want(http.StatusBadRequest)
		if x.pointer != "" && !strings.Contains(got.fault(x.pointer), x.says) || !strings.Contains(got.body, x.says) {
			t.Errorf("%.60s: %s", x.body, got.body)
		}
	}
	ada.with("Content-Type", "application/x-www-form-urlencoded").post(list, "name=a").want(http.StatusUnsupportedMediaType)
	ada.with("Accept", "text/html").get(list).want(http.StatusNotAcceptable)
	ada.post(list, `{"name": "`+strings.Repeat("x", 10<<20)+`"}`).want(http.StatusRequestEntityTooLarge)
	ada.get(list + "?after=nonsense").want(http.StatusNotFound)
	ada.get(list + "?sort=shoe_size").want(http.StatusBadRequest)
	ada.call(http.MethodPut, list, `{}`).want(http.StatusMethodNotAllowed)
	ada.post(api(p.analytical, "/settings/subusers"), map[string]any{"name": "lise", "roles": []any{map[string]any{"name": "Support", "until": "2026-13-45T99:00:00Z"}}}).want(http.StatusBadRequest)
	if got := ada.post(api(p.analytical, "/settings/subusers"), map[string]any{"name": "lise", "roles": []any{map[string]any{"name": "Support", "until": "9999-01-01T00:00:00Z"}}}).want(http.StatusUnprocessableEntity); got.fault("/roles/0/until") == "" {
		t.Error(got.body)
	}
	if got := ada.get(list).want(http.StatusOK); !strings.Contains(got.body, `"items":[]`) {
		t.Errorf("something was done: %s", got.body)
	}
	// Two changes at once, both of the first version: one is done, one is told.
	one := ada.post(list, map[string]any{"name": "Charles"}).want(http.StatusCreated)
	var wg sync.WaitGroup
	status := make([]int, 2)
	for i := range status {
		wg.Go(func() {
			status[i] = ada.with("If-Match", `"1"`).patch(one.header.Get("Location"), map[string]any{"name": fmt.Sprint("Charles ", i)}).status
		})
	}
	wg.Wait()
	if status[0]+status[1] != http.StatusOK+http.StatusPreconditionFailed {
		t.Errorf("two changes at once are answered %v", status)
	}
}

// A key that is for more than its service account has gives what that has, and no more.
func TestAScopeWiderThanTheRole(t *testing.T) {
	p := newPanel(t)
	_, key := p.robot(p.west, "Robot", program.KeyInput{Permissions: []string{"calls", "subuser_create", "account.manage"}}, "Supervisor")
	x := &caller{t: t, p: p, key: key.Secret, head: http.Header{}}
	x.get(api(p.west, "/calls")).want(http.StatusOK)
	x.get(api(p.west, "/settings/account")).want(http.StatusForbidden).says(`"permission":"account.manage"`).says("Supervisor does not give it")
	x.get(api(p.west, "/contacts")).want(http.StatusForbidden).says(`"permission":"contacts"`)
	x.get(api(p.analytical, "/calls")).want(http.StatusNotFound)
}
