package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

var friday = time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)

// Zone has the browser tell its time zone.
func (b *browser) zone(name string) *browser { return b.keeps("zone", name) }

// keeps has the browser hold a cookie that script set.
func (b *browser) keeps(cookie, value string) *browser {
	at, err := url.Parse(b.base)
	must(b.t, err)
	b.client.Jar.SetCookies(at, []*http.Cookie{{Name: cookie, Value: value, Path: "/"}})
	return b
}

// Barbara is made Admin of West until Friday, 18:00 in Berlin.
func TestARoleUntilFriday(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(friday.Add(-72 * time.Hour))
	ada := p.as(p.ada).zone("Europe/Berlin")
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.west), p.grace.ID, "sub_admin")) // who stays
	edit := in(p.west, p.member(p.barbara, "/edit"))
	list := func() page { return ada.get(in(p.west, "/members")) }
	for typed, says := range map[string]string{
		"2026-11-24T18:59": "Choose a later one", "next Friday": "such as 2026-11-27T18:00", "2032-01-01T00:00": "within the next five years", "-1": "Enter a day and a time",
	} {
		got := ada.send(edit, "role", "sub_admin", "until.sub_admin", typed).want(t, http.StatusUnprocessableEntity).says(t, says)
		if box := got.Find("[name='until.sub_admin']"); box.AttrOr("value", "") != typed || box.AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%q is not kept at its field", typed)
		}
	}
	ada.send(edit, "role", "sub_admin", "until.sub_admin", "2026-11-27T18:00", "role", "reporting_viewer", "until.reporting_viewer", "").want(t, http.StatusSeeOther)
	got := list().says(t, "Account role: Admin, Member access: Reporting viewer", "Admin until Fri 27 Nov, 18:00")
	if !strings.Contains(got.body, "Admin until 27 November 2026, 18:00:00 CET") {
		t.Error("the exact end is not on hover")
	}
	if value := ada.get(edit).Find("[name='until.sub_admin']").AttrOr("value", ""); value != "2026-11-27T18:00" {
		t.Errorf("the form shows %q", value)
	}
	// Whoever says nothing of ends leaves them; an empty field takes it away.
	ada.send(edit, "role", "sub_admin", "role", "full_viewer").want(t, http.StatusSeeOther)
	list().says(t, "Account role: Admin, Member access: Full viewer", "Admin until Fri 27 Nov, 18:00")
	ada.send(edit, "role", "sub_admin", "until.sub_admin", "").want(t, http.StatusSeeOther)
	if strings.Contains(list().Text(), "until Fri") {
		t.Error("the end is still there")
	}
	ada.send(edit, "role", "sub_admin", "role", "reporting_viewer", "until", "2026-11-27T19:00:00+02:00").want(t, http.StatusSeeOther)
	list().says(t, "Admin until Fri 27 Nov, 18:00", "Reporting viewer until Fri 27 Nov, 18:00")
	ada.get(in(p.west, "/audit")).says(t, "Admin until 27 November 2026, 18:00:00 CET")
	ada.get(in(p.analytical, "/members/preview?role=main_admin&until.main_admin=2026-11-27T18:00&role=reporting_viewer")).
		says(t, "Can view this account and its 3 sub-accounts.", "From Fri 27 Nov, 18:00: Can view this account and its 3 sub-accounts. Can't edit anything.")

	end := time.Date(2026, 11, 27, 17, 0, 0, 0, time.UTC)
	p.clock.stand(end.Add(-time.Hour))
	barbara := p.as(p.barbara)
	for _, x := range []struct {
		at     time.Time
		status int
	}{{end.Add(-time.Second), http.StatusOK}, {end.Add(-time.Nanosecond), http.StatusOK}, {end, http.StatusForbidden}, {end.Add(time.Second), http.StatusForbidden}} {
		p.clock.stand(x.at)
		barbara.get(in(p.west, "/members")).want(t, x.status)
	}
	p.as(p.barbara).get(in(p.west, "/calls")).want(t, http.StatusForbidden).says(t, "Your roles in West have ended", "ended 17:00", "Ada")
	p.as(p.barbara).get(in(p.east, "/calls")).want(t, http.StatusNotFound)
	p.as(p.barbara).get("/accounts").says(t, "West", "Ended 17:00")
	ada = p.as(p.ada).zone("Europe/Berlin")
	list().says(t, "Admin ended 18:00")
	// The next day it has its day.
	p.clock.stand(end.Add(20 * time.Hour))
	p.as(p.barbara).get(in(p.west, "/calls")).want(t, http.StatusForbidden).says(t, "ended Fri 27 Nov, 17:00")
	p.as(p.barbara).get("/accounts").says(t, "West", "Ended Fri 27 Nov, 17:00")
	ada = p.as(p.ada).zone("Europe/Berlin")
	list().says(t, "Admin ended Fri 27 Nov, 18:00")
	ada.send(edit, "role", "sub_admin", "until.sub_admin", "2026-11-27T18:00", "role", "reporting_viewer", "until.reporting_viewer", "2026-11-28T18:00").want(t, http.StatusSeeOther)
	p.as(p.barbara).get(in(p.west, "/calls")).want(t, http.StatusOK)
}

// A subuser whose only role has ended comes in and is told so.
func TestASubuserWhoseRolesEnded(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(friday.Add(-time.Hour))
	ada := p.as(p.ada)
	form := []string{"name", "dev", "password", password, "role", "Developer", "until.Developer", "2026-11-27T18:00"}
	ada.send(in(p.east, "/settings/subusers"), append([]string{"role", "Flying"}, form...)...).want(t, http.StatusUnprocessableEntity).says(t, "not a role that a subuser can have")
	ada.send(in(p.east, "/settings/subusers"), append([]string{"until.Developer", "2026-11-27T16:59"}, form...)...).want(t, http.StatusUnprocessableEntity).says(t, "Developer until: This time has passed")
	made := ada.send(in(p.east, "/settings/subusers"), form...).want(t, http.StatusSeeOther).location()
	one, _, _ := strings.Cut(made, "?")
	link := ada.get(made).Find("#login-link").AttrOr("value", "")
	link = link[strings.LastIndex(link, "/")+1:]
	ada.get(in(p.east, "/settings/subusers")).says(t, "Developer until 18:00")
	ada.get(in(p.east, "/settings/subusers/preview?role=Developer&until.Developer=2026-11-27T18:00")).says(t, "From 18:00, it opens none of these")
	ada.send(one+"/edit", "name", "dev", "role", "Developer", "description", "Builds").want(t, http.StatusSeeOther)
	ada.get(one).says(t, "Developer until 18:00", "Builds")

	dev := p.asSubuser(link, "dev")
	dev.get(in(p.east, "/applications")).want(t, http.StatusOK)
	p.clock.stand(friday)
	dev.get(in(p.east, "/applications")).want(t, http.StatusForbidden).says(t, "Your roles in East have ended", "Ada", "Sign out")
	b := p.browser()
	home := b.post("/login/"+link, values("name", "dev", "password", password)).want(t, http.StatusSeeOther).location()
	b.get(home).want(t, http.StatusForbidden).says(t, "Your roles in East have ended")
	b.get(b.get("/calls").want(t, http.StatusSeeOther).location()).want(t, http.StatusForbidden)
	b.get(in(p.analytical, "")).want(t, http.StatusNotFound)
	ada.send(one+"/edit", "name", "dev", "role", "Developer", "until.Developer", "2026-11-28T18:00").want(t, http.StatusSeeOther)
	b.get(home).want(t, http.StatusOK)
}

func TestAnInviteUntilFriday(t *testing.T) {
	p := newPanel(t)
	p.clock.stand(friday.Add(-time.Hour))
	ada := p.as(p.ada)
	form := []string{"email", p.edsger.Email, "role", "full_viewer", "until.full_viewer", "2026-11-27T18:00"}
	ada.send(in(p.analytical, "/members/invites"), append([]string{"until.full_viewer", "soon"}, form...)...).want(t, http.StatusUnprocessableEntity).says(t, "Enter a day and a time")
	link := inviteLink.FindString(ada.send(in(p.analytical, "/members/invites"), form...).want(t, http.StatusOK).body)
	p.browser().open(link).says(t, "Member access: Full viewer until 18:00")
	ada.get(in(p.analytical, "/members")).says(t, "Full viewer until 18:00")
	p.clock.stand(friday)
	edsger := p.as(p.edsger)
	edsger.open(link).want(t, http.StatusUnprocessableEntity).says(t, "What this invite gives has ended. Ask Ada for a new one.")
	edsger.sendByLink(link).want(t, http.StatusUnprocessableEntity).says(t, "has ended")
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, "/members")).says(t, "Roles ended")
}
