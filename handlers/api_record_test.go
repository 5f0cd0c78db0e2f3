package handlers_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestAProgramKeepsContacts is the life of a record from a program: created, listed,
// read, changed, found again, deleted, each by the sentences of the forms.
func TestAProgramKeepsContacts(t *testing.T) {
	p := newPanel(t)
	ada := p.keyOf(p.ada, p.analytical)
	here := api(p.analytical, "/contacts")

	made := ada.post(here, map[string]any{"name": "Charles", "phone": "+49 30 901820"}).want(http.StatusCreated)
	one := made.header.Get("Location")
	if want := here + "/" + made.id(); one != want {
		t.Errorf("it is said to be at %q, want %q", one, want)
	}
	if got := made.json(); got["phone"] != "+4930901820" || got["version"] != 1.0 || !strings.HasPrefix(got["created_by"].(string), "API key ") {
		t.Errorf("it is created as %v", got)
	}
	if made.header.Get("Cache-Control") != "no-store" || made.header.Get("X-Request-Id") == "" || made.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("headers: %v", made.header)
	}
	if got := ada.post(here, map[string]any{"name": "", "phone": "12"}).want(http.StatusUnprocessableEntity); got.fault("/name") != "Fill this in." || !strings.Contains(got.fault("/phone"), "country code") {
		t.Error(got.body)
	}
	changed := ada.with("If-Match", made.header.Get("Etag")).patch(one, map[string]any{"name": "Charles B."}).want(http.StatusOK)
	if got := changed.json(); got["name"] != "Charles B." || got["phone"] != "+4930901820" {
		t.Errorf("what was not sent changed: %v", got)
	}
	ada.with("If-Match", made.header.Get("Etag")).patch(one, map[string]any{"name": "Late"}).want(http.StatusPreconditionFailed)
	if got := ada.patch(one, map[string]any{"phone": nil}).want(http.StatusOK).json(); got["phone"] != nil {
		t.Errorf("null does not remove: %v", got)
	}
	if got := ada.patch(one, map[string]any{"name": nil}).want(http.StatusUnprocessableEntity); got.fault("/name") == "" {
		t.Error(got.body)
	}
	ada.get(here + "?q=charles").want(http.StatusOK).says("Charles B.")
	if got := ada.get(here + "?qq=charles").want(http.StatusBadRequest); got.fault("qq") == "" {
		t.Error(got.body)
	}
	ada.delete(one).want(http.StatusNoContent)
	gone := ada.get(one).want(http.StatusNotFound)

	// Mallory's program is answered as if nothing were there: the same bytes.
	mallory := p.keyOf(p.mallory, p.malloryville)
	for _, path := range []string{here, one, api(p.malloryville, "/contacts/"+made.id()), "/api/v1/a/" + noID + "/contacts"} {
		if got := mallory.get(path).want(http.StatusNotFound); got.body != gone.body {
			t.Errorf("%s answers %s", path, got.body)
		}
	}
	// Without a key it is asked for, and a cookie is none.
	nobody := *ada
	nobody.key = ""
	if got := nobody.get(here).want(http.StatusUnauthorized); !strings.HasPrefix(got.header.Get("Www-Authenticate"), "Bearer") {
		t.Errorf("%v", got.header)
	}
	p.as(p.ada).get(here).want(t, http.StatusUnauthorized)
}
