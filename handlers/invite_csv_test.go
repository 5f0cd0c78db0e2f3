package handlers_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// A file that is too long is put down where that shows, whatever stands in it.
func TestAFileOfTooManyInvitesCostsLittle(t *testing.T) {
	p := newPanel(t)
	ada, to := p.as(p.ada), in(p.analytical, "/members/invites")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := ada.upload(to, "people.csv", "email,role\n"+strings.Repeat("a\"\n", 2_000_000), "role", "main_user").want(t, http.StatusUnprocessableEntity)
	runtime.ReadMemStats(&after)
	if !strings.Contains(got.Text(), "at most 100") {
		t.Errorf("nothing says how many are too many: %s", got.Text())
	}
	if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 200 {
		t.Errorf("it costs %d MB", grown)
	}
	got = ada.upload(to, "people.csv", "email,role\nnew@example.com,\""+strings.Repeat("x,", 1_000_000)+"\"\n").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.Text(), "too many roles") {
		t.Errorf("nothing says that the roles are too many")
	}
}
