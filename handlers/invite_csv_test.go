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

// Nobody's mailbox is flooded by invites that are made and cancelled again.
func TestInvitesFloodNoMailbox(t *testing.T) {
	p := newPanel(t)
	ada, to := p.as(p.ada), in(p.analytical, "/members/invites")
	for n := range 20 {
		got := ada.send(to, "email", "radia@example.com", "role", "main_user")
		if got.status != http.StatusOK {
			if n != 10 || got.status != http.StatusUnprocessableEntity || !strings.Contains(got.Text(), "Too many e-mails") {
				t.Errorf("invite %d is refused with %d: %s", n+1, got.status, got.Text())
			}
			ada.send(to, "email", "mary@example.com", "role", "main_user").want(t, http.StatusOK)
			return
		}
		cancel := ada.get(in(p.analytical, "/members")).Find("a[href$='/cancel']").First().AttrOr("href", "")
		ada.send(cancel).want(t, http.StatusSeeOther)
	}
	t.Error("twenty letters went to one address")
}
