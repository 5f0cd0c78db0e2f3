package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bailiwick/models/account"
	"bailiwick/models/people"
)

func TestEachDoorRefusesTheOtherKind(t *testing.T) {
	p := newPanel(t)
	u, link := p.subuser(p.analytical, "charles", "Developer")
	b := p.browser()
	member, door := "/sign-in", "/login/"+link

	wrong := b.post(member, values("email", p.ada.Email, "password", "not the right password")).want(t, http.StatusUnprocessableEntity)
	for _, other := range []url.Values{
		values("email", u.Name, "password", password),
		values("email", "nobody@example.com", "password", password),
	} {
		if got := b.post(member, other).want(t, http.StatusUnprocessableEntity); without(got.body, other.Get("email")) != without(wrong.body, p.ada.Email) {
			t.Error("the member door tells a subuser, or nobody, from a wrong password")
		}
	}
	wrong = b.post(door, values("name", "charles", "password", "not the right password")).want(t, http.StatusUnprocessableEntity)
	for _, name := range []string{p.ada.Email, "nobody"} {
		if got := b.post(door, values("name", name, "password", password)).want(t, http.StatusUnprocessableEntity); without(got.body, name) != without(wrong.body, "charles") {
			t.Error("the subuser door tells a member, or nobody, from a wrong password")
		}
	}
	b.get("/login/no-such-link").want(t, http.StatusNotFound)
}

func without(body, typed string) string { return strings.ReplaceAll(body, typed, "") }

func TestSubuserStaysInTheirAccount(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Developer")
	b := p.asSubuser(link, "Dev") // names are kept in lower case
	home := b.get(in(p.east, "")).want(t, http.StatusOK)
	if home.Find("#switcher, [hx-get^='/accounts']").Length() > 0 {
		t.Error("a subuser sees the switcher")
	}
	absent := b.get("/a/018f0000-0000-7000-8000-000000000000/calls").want(t, http.StatusNotFound)
	for _, a := range []account.Account{p.analytical, p.west, p.berlin, p.malloryville} {
		if got := b.get(in(a, "/calls")).want(t, http.StatusNotFound); got.body != absent.body {
			t.Errorf("%s does not answer like an absent account", a.Name)
		}
	}
	b.get("/accounts").want(t, http.StatusNotFound)
	b.send("/accounts", "name", "Mine").want(t, http.StatusNotFound)
	for _, path := range []string{"/calls", "/settings/subusers/new", "/numbers/" + p.east.ID.String() + "/parameters"} {
		if got := b.get(path).want(t, http.StatusSeeOther); got.location() != in(p.east, path) {
			t.Errorf("the bare path %s leads to %s", path, got.location())
		}
	}
}

func TestSessionLastsEightHours(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	p.clock.advance(8*time.Hour - time.Minute)
	ada.get(in(p.analytical, "")).want(t, http.StatusOK) // activity does not extend it
	p.clock.advance(2 * time.Minute)
	ada.get(in(p.analytical, "")).want(t, http.StatusSeeOther)

	// A subuser whose session ended is led to their own door, by script too.
	_, link := p.subuser(p.east, "dev", "Developer")
	dev := p.asSubuser(link, "dev")
	p.clock.advance(9 * time.Hour)
	if got := dev.get(in(p.east, "/calls")).want(t, http.StatusSeeOther); !strings.HasPrefix(got.location(), "/login/"+link) {
		t.Errorf("led to %s", got.location())
	}
	req, err := http.NewRequest(http.MethodGet, dev.base+in(p.east, "/calls"), nil)
	must(t, err)
	req.Header.Set("HX-Request", "true")
	if got := dev.do(req); got.header.Get("HX-Redirect") != "/login/"+link || got.body != "" {
		t.Errorf("a script is led to %q with %q", got.header.Get("HX-Redirect"), got.body)
	}
}

func TestSessionEndsAtOnce(t *testing.T) {
	p := newPanel(t)
	one, two := p.as(p.ada), p.as(p.ada)
	one.send("/sessions/end-others").want(t, http.StatusSeeOther)
	two.get("/accounts").want(t, http.StatusSeeOther)
	one.get("/accounts").want(t, http.StatusOK)
	one.send("/sign-out").want(t, http.StatusSeeOther)
	one.get("/accounts").want(t, http.StatusSeeOther)

	ada := p.as(p.ada)
	u, link := p.subuser(p.east, "dev", "Developer")
	subuser := in(p.east, "/settings/subusers/"+u.ID.String())
	for _, act := range []string{"/end-sessions", "/suspend"} {
		dev := p.asSubuser(link, "dev")
		dev.get(in(p.east, "")).want(t, http.StatusOK)
		ada.send(subuser+act).want(t, http.StatusSeeOther)
		dev.get(in(p.east, "")).want(t, http.StatusSeeOther)
	}
	p.browser().post("/login/"+link, values("name", "dev", "password", password)).want(t, http.StatusUnprocessableEntity)
	ada.send(subuser+"/resume").want(t, http.StatusSeeOther)
	dev := p.asSubuser(link, "dev")
	ada.send(subuser+"/password", "password_by", "typed", "password", "another plain password").want(t, http.StatusSeeOther)
	dev.get(in(p.east, "")).want(t, http.StatusSeeOther)
	p.browser().post("/login/"+link, values("name", "dev", "password", password)).want(t, http.StatusUnprocessableEntity)
	ada.send(subuser+"/delete").want(t, http.StatusSeeOther)
	p.browser().post("/login/"+link, values("name", "dev", "password", "another plain password")).want(t, http.StatusUnprocessableEntity)
}

func TestSetPasswordLinkWorksOnce(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	made := ada.send(in(p.east, "/settings/subusers"), "name", "dev", "role", "Developer", "password_by", "link").want(t, http.StatusOK)
	link := regexp.MustCompile(`/set-password/[\w-]+`).FindString(made.body)
	b := p.browser()
	b.open(link).want(t, http.StatusOK)
	b.byLink(link, values("password", "short")).want(t, http.StatusUnprocessableEntity)
	b.byLink(link, values("password", password)).want(t, http.StatusSeeOther)
	b.get(in(p.east, "")).want(t, http.StatusOK)
	p.browser().byLink(link, values("password", "another plain password")).want(t, http.StatusUnprocessableEntity)
	p.browser().open(link).want(t, http.StatusUnprocessableEntity)
}

func TestATypedPasswordVoidsTheLink(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	made := ada.send(in(p.east, "/settings/subusers"), "name", "dev", "role", "Developer", "password_by", "link").want(t, http.StatusOK)
	link := regexp.MustCompile(`/set-password/[\w-]+`).FindString(made.body)
	dev := regexp.MustCompile(`/settings/subusers/[0-9a-f-]{36}`).FindString(ada.get(in(p.east, "/settings/subusers")).body)
	ada.send(in(p.east, dev+"/password"), "password_by", "typed", "password", "dev in the East").want(t, http.StatusSeeOther)
	p.browser().open(link).want(t, http.StatusUnprocessableEntity)
	p.browser().byLink(link, values("password", "whoever found the link")).want(t, http.StatusUnprocessableEntity)
}

func TestASubuserPasswordIsNotTheAccountsName(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for _, weak := range []string{"analytical12", "dev@Analytical"} {
		ada.send(in(p.analytical, "/settings/subusers"), "name", "dev", "role", "Developer", "password", weak).want(t, http.StatusUnprocessableEntity)
	}
	ada.send(in(p.analytical, "/settings/subusers"), "name", "dev", "role", "Developer", "password", password).want(t, http.StatusSeeOther)
	dev := regexp.MustCompile(`/settings/subusers/[0-9a-f-]{36}`).FindString(ada.get(in(p.analytical, "/settings/subusers")).body)
	ada.send(in(p.analytical, dev+"/password"), "password_by", "typed", "password", "analytical12").want(t, http.StatusUnprocessableEntity)
}

func TestASubusersNameIsOneHoweverItIsTyped(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.send(in(p.east, "/settings/subusers"), "name", "zo\u00eb", "role", "Developer", "password", password).want(t, http.StatusSeeOther)
	for _, same := range []string{"ZO\u00cb", "zoe\u0308", "\uff5ao\u00eb"} {
		ada.send(in(p.east, "/settings/subusers"), "name", same, "role", "Developer", "password", password).want(t, http.StatusUnprocessableEntity)
	}
	link := regexp.MustCompile(`/login/[\w-]+`).FindString(ada.get(in(p.east, "/settings/subusers")).body)
	p.browser().post(link, values("name", " Zoe\u0308", "password", password)).want(t, http.StatusSeeOther)
}

func TestFormsOfOthersAreRefused(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.post("/accounts", values("name", "Forged")).want(t, http.StatusForbidden)
	ada.post("/accounts", values("name", "Forged", "token", p.as(p.ada).token())).want(t, http.StatusForbidden)
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		req, err := http.NewRequest(http.MethodPost, ada.base+"/accounts", strings.NewReader(values("name", "Forged", "token", ada.token()).Encode()))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(header, value)
		ada.do(req).want(t, http.StatusForbidden)
	}
	if strings.Contains(ada.get("/accounts").Text(), "Forged") {
		t.Error("a forged form made an account")
	}
}

func TestSignInIsThrottled(t *testing.T) {
	p := newPanel(t)
	b, last := p.browser(), 0
	for range 12 {
		last = b.post("/sign-in", values("email", "Ada@example.com", "password", "not the right password")).status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the twelfth try answers %d", last)
	}
	p.as(p.grace) // others are not held up
}

func TestReturnAddressStaysHere(t *testing.T) {
	p := newPanel(t)
	for asked, want := range map[string]string{
		"/accounts?q=a": "/accounts?q=a", "https://evil.example/": "/", "//evil.example/": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "/\t/evil.example": "/",
	} {
		got := p.browser().post("/sign-in", values("email", p.ada.Email, "password", password, "return", asked)).want(t, http.StatusSeeOther)
		if got.location() != want {
			t.Errorf("return to %q leads to %q", asked, got.location())
		}
	}
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	_, link := p.subuser(p.analytical, "dev", "Developer")
	for name, got := range map[string]page{
		"page": ada.get(in(p.analytical, "")), "absent": ada.get("/nothing"), "redirect": p.browser().get("/accounts"),
		"denied": p.asSubuser(link, "dev").get(in(p.analytical, "/settings/api_keys")), "problem": ada.send("/accounts", "name", ""),
		"fragment": ada.get("/accounts/switcher"), "csv": ada.get(in(p.analytical, "/roles?format=csv")), "door": p.browser().get("/login/" + link),
		"forged": ada.post("/accounts", values("name", "x")),
	} {
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if value := got.header.Get(header); value == "" || !strings.HasPrefix(value, want) {
				t.Errorf("%s (%d): %s is %q", name, got.status, header, value)
			}
		}
		if csp := got.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: %s", name, csp)
		}
	}
	if got := p.browser().get("/login/" + link).header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("the login page lets its address out: %s", got)
	}
}

func TestUnknownHostIsRefused(t *testing.T) {
	p := newPanel(t)
	req, err := http.NewRequest(http.MethodGet, p.server.URL+"/sign-in", nil)
	must(t, err)
	req.Host = "evil.example"
	p.browser().do(req).want(t, http.StatusMisdirectedRequest)
}

func TestSuspendedAccountShowsItsPeopleOnePage(t *testing.T) {
	p := newPanel(t)
	ada, edsger := p.as(p.ada), p.as(p.edsger)
	_, link := p.subuser(p.berlin, "dev", "Developer")
	dev := p.asSubuser(link, "dev")
	ada.send(in(p.analytical, "/accounts/"+p.east.ID.String()+"/suspend")).want(t, http.StatusSeeOther)
	for _, got := range []page{edsger.get(in(p.east, "/calls")), edsger.get(in(p.east, "")), dev.get(in(p.berlin, "/calls"))} {
		if got.want(t, http.StatusForbidden); !strings.Contains(got.Text(), "suspended") {
			t.Error("the page does not say that the account is suspended")
		}
	}
	p.as(p.barbara).get(in(p.east, "/calls")).want(t, http.StatusNotFound)
	ada.send(in(p.analytical, "/accounts/"+p.east.ID.String()+"/resume")).want(t, http.StatusSeeOther)
	edsger.get(in(p.east, "/calls")).want(t, http.StatusOK)
	dev.get(in(p.berlin, "/calls")).want(t, http.StatusOK)
}

func TestNobodyGrantsBeyondTheirOwn(t *testing.T) {
	p := newPanel(t)
	grace := p.as(p.grace)
	got := grace.send(in(p.analytical, "/settings/subusers"), "name", "numbers", "role", "PhoneNumberManager", "password", password).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.Text(), "Reserved phone numbers") || !strings.Contains(got.body, `value="numbers"`) {
		t.Error("the form does not say what is beyond, or forgets what was typed")
	}
	grace.send(in(p.analytical, "/settings/subusers"), "name", "dev", "role", "Developer", "password", password).want(t, http.StatusSeeOther)
	p.as(p.ada).send(in(p.analytical, "/settings/subusers"), "name", "numbers", "role", "PhoneNumberManager", "password", password).want(t, http.StatusSeeOther)
	grace.send(in(p.analytical, "/settings/subusers"), "name", "main", "role", "MainAccount", "password", password).want(t, http.StatusUnprocessableEntity)

	// A grant that was right when the request came is checked again inside the write.
	stale := p.grant(p.grace, "subuser_create", p.analytical)
	must(t, p.store.AddMember(context.Background(), p.grant(p.ada, "members.add", p.analytical), p.barbara.ID, "account:admin"))
	must(t, p.store.RemoveMember(context.Background(), p.grant(p.ada, "members.remove", p.analytical), p.grace.ID))
	if _, err := p.store.CreateSubuser(context.Background(), stale, people.SubuserInput{Name: "late", Roles: []string{"Developer"}, Password: password}); err == nil {
		t.Error("a grant outlives the right it was given by")
	}
}
