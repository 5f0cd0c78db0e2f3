package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"bailiwick/models/letter"
	"bailiwick/models/login"
)

// app is an authenticator app on somebody's phone.
type app struct {
	t   testing.TB
	p   *panel
	key string
}

// code is what the app shows. Each is new: the phone's owner waits for it.
func (a app) code() string {
	a.t.Helper()
	a.p.clock.advance(30 * time.Second)
	return a.now()
}

func (a app) now() string {
	a.t.Helper()
	code, err := totp.GenerateCode(a.key, a.p.clock.now())
	must(a.t, err)
	return code
}

var recoveryCode = regexp.MustCompile(`[a-z2-7]{4}(-[a-z2-7]{4}){3}`)

// setUp sets up two-step sign-in as its page asks, and gives the app and the
// recovery codes.
func (b *browser) setUp(p *panel, more ...string) (app, []string) {
	p.t.Helper()
	form := b.get("/two-step/set-up").want(p.t, http.StatusOK)
	sealed, _ := form.Find("input[name=key]").Attr("value")
	phone := app{p.t, p, strings.ReplaceAll(form.Find("dd code").Text(), " ", "")}
	got := b.send("/two-step/set-up", append([]string{"key", sealed, "code", phone.code()}, more...)...).want(p.t, http.StatusOK)
	return phone, recoveryCode.FindAllString(got.Find(".codes").Text(), -1)
}

func TestTwoStepSignIn(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Developer")
	for name, door := range map[string]struct {
		b       *browser
		path    string
		form    []string
		landing string
	}{
		"member":  {p.as(p.ada), "/sign-in", []string{"email", p.ada.Email, "password", password, "return", in(p.analytical, "/members")}, in(p.analytical, "/members")},
		"subuser": {p.asSubuser(link, "dev"), "/login/" + link, []string{"name", "dev", "password", password}, in(p.east, "")},
	} {
		t.Run(name, func(t *testing.T) {
			elsewhere := p.browser()
			elsewhere.post(door.path, values(door.form...)).want(t, http.StatusSeeOther)
			phone, recovery := door.b.setUp(p)
			if len(recovery) != login.RecoveryCodes {
				t.Fatalf("%d recovery codes", len(recovery))
			}
			door.b.get("/two-step").want(t, http.StatusOK)
			elsewhere.get("/two-step").want(t, http.StatusSeeOther) // the other session is over

			b := p.browser()
			if got := b.post(door.path, values(door.form...)).want(t, http.StatusSeeOther); got.location() != "/sign-in/code" {
				t.Fatalf("the right password leads to %s", got.location())
			}
			b.get("/two-step").want(t, http.StatusSeeOther) // half a sign-in opens nothing
			b.get(door.landing).want(t, http.StatusSeeOther)
			b.get("/sign-in/code").want(t, http.StatusOK)
			b.post("/sign-in/code", values("code", "000000")).want(t, http.StatusUnprocessableEntity)
			code := phone.code()
			if got := b.post("/sign-in/code", values("code", code)).want(t, http.StatusSeeOther); got.location() != door.landing {
				t.Errorf("the code leads to %s", got.location())
			}
			b.get(door.landing).want(t, http.StatusOK)
			if got := b.post("/sign-in/code", values("code", phone.code())).want(t, http.StatusSeeOther); got.location() != "/sign-in" {
				t.Errorf("a sign-in that is done leads to %s", got.location())
			}

			// A code and a recovery code work once each.
			b = p.browser()
			b.post(door.path, values(door.form...))
			b.post("/sign-in/code", values("code", code)).want(t, http.StatusUnprocessableEntity)
			b.post("/sign-in/code", values("code", strings.ToUpper(recovery[3]))).want(t, http.StatusSeeOther)
			if got := b.get("/two-step").want(t, http.StatusOK); !strings.Contains(got.Text(), "9 are left") {
				t.Error("nothing says how many recovery codes are left")
			}
			b = p.browser()
			b.post(door.path, values(door.form...))
			b.post("/sign-in/code", values("code", recovery[3])).want(t, http.StatusUnprocessableEntity)
			if got := b.get("/sign-in/code").want(t, http.StatusOK); strings.Contains(got.body, recovery[3]) {
				t.Error("the page shows what was typed")
			}
			p.browser().post("/sign-in/code", values("code", phone.code())).want(t, http.StatusSeeOther) // without the cookie
		})
	}
	if got := p.as(p.grace).get("/two-step"); strings.Contains(got.Text(), "Recovery codes") {
		t.Error("Grace sees Ada's second step")
	}
}

func TestASecondStepWaitsFiveMinutesAndTakesFiveCodes(t *testing.T) {
	p := newPanel(t)
	phone, _ := p.as(p.ada).setUp(p)
	enter := func() *browser {
		b := p.browser()
		b.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
		return b
	}
	b := enter()
	p.clock.advance(5*time.Minute - time.Second)
	b.post("/sign-in/code", values("code", phone.now())).want(t, http.StatusSeeOther)
	b.get("/two-step").want(t, http.StatusOK)

	b = enter()
	p.clock.advance(5 * time.Minute)
	if got := b.post("/sign-in/code", values("code", phone.now())).want(t, http.StatusSeeOther); !strings.HasPrefix(got.location(), "/sign-in?over=1") {
		t.Errorf("a late code leads to %s", got.location())
	}
	b.get("/two-step").want(t, http.StatusSeeOther)

	b = enter()
	for range 4 {
		b.post("/sign-in/code", values("code", "000000")).want(t, http.StatusUnprocessableEntity)
	}
	if got := b.post("/sign-in/code", values("code", "000000")).want(t, http.StatusSeeOther); !strings.HasPrefix(got.location(), "/sign-in?over=1") {
		t.Errorf("a fifth wrong code leads to %s", got.location())
	}
	b.post("/sign-in/code", values("code", phone.code())).want(t, http.StatusSeeOther)
	b.get("/two-step").want(t, http.StatusSeeOther)
}

func TestWrongCodesAreToldOf(t *testing.T) {
	p := newPanel(t).withMail()
	ada := p.as(p.ada)
	ada.setUp(p)
	wrong := func() {
		p.clock.advance(time.Hour)
		b := p.browser()
		b.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
		for range 5 {
			b.post("/sign-in/code", values("code", "000000"))
		}
	}
	wrong()
	if l := p.mailman(letter.WrongCodes, p.ada.Email); l.Kind == "" {
		t.Error("nobody tells Ada that her password is known")
	}
	wrong()
	if l := p.mailman(letter.WrongCodes, p.ada.Email); l.Kind != "" {
		t.Error("she is told twice a day")
	}
	home := ada.get("/accounts?q=Ada").Find("main tbody th a").First().AttrOr("href", "")
	ada.get(home+"/audit").want(t, http.StatusOK).says(t, "entered the right password and five wrong codes")
}

func TestWrongCodesAreThrottled(t *testing.T) {
	p := newPanel(t)
	p.as(p.ada).setUp(p)
	last := 0
	for range 4 {
		b := p.browser()
		b.post("/sign-in", values("email", p.ada.Email, "password", password))
		for range 4 {
			last = b.post("/sign-in/code", values("code", "000000")).status
		}
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the sixteenth wrong code answers %d", last)
	}
}

func TestAPasswordChangeVoidsAHalfSignIn(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	phone, _ := ada.setUp(p)
	b := p.browser()
	b.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
	ada.send("/password", "current", password, "password", changed).want(t, http.StatusSeeOther)
	b.post("/sign-in/code", values("code", phone.code())).want(t, http.StatusSeeOther)
	b.get("/two-step").want(t, http.StatusSeeOther)
}

func TestSettingUpWantsTheKeysCode(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	form := ada.get("/two-step/set-up").want(t, http.StatusOK)
	sealed, _ := form.Find("input[name=key]").Attr("value")
	phone := app{t, p, strings.ReplaceAll(form.Find("dd code").Text(), " ", "")}

	got := ada.send("/two-step/set-up", "key", sealed, "code", "000000").want(t, http.StatusUnprocessableEntity)
	if again, _ := got.Find("input[name=key]").Attr("value"); again != sealed {
		t.Error("a wrong code makes a new key, so that the picture that was scanned is worth nothing")
	}
	if got := grace.send("/two-step/set-up", "key", sealed, "code", phone.now()).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.Text(), "has expired") {
		t.Error("a key that was offered to somebody else is taken")
	}
	ada.send("/two-step/set-up", "key", sealed, "code", phone.code()).want(t, http.StatusOK)
	ada.send("/two-step/set-up", "key", sealed, "code", phone.code()).want(t, http.StatusConflict) // is on already
	p.browser().get("/two-step").want(t, http.StatusSeeOther)
	if got := ada.get("/two-step/set-up").want(t, http.StatusSeeOther); got.location() != "/two-step" {
		t.Errorf("setting up once more leads to %s", got.location())
	}
}

func TestTheSecondStepChangesOnlyWithAProof(t *testing.T) {
	p := newPanel(t)
	_, link := p.subuser(p.east, "dev", "Developer")
	for name, signIn := range map[string]func() *browser{
		"member": func() *browser { return p.as(p.ada) }, "subuser": func() *browser { return p.asSubuser(link, "dev") },
	} {
		t.Run(name, func(t *testing.T) {
			b := signIn()
			form := b.get("/two-step/set-up").want(t, http.StatusOK)
			if form.Find("input[name=proof]").Length() != 0 {
				t.Error("the password is asked for right after the sign-in")
			}
			sealed, _ := form.Find("input[name=key]").Attr("value")
			phone := app{t, p, strings.ReplaceAll(form.Find("dd code").Text(), " ", "")}
			p.clock.advance(5 * time.Minute)
			stale := func(path string, pairs ...string) {
				t.Helper()
				for _, proof := range []string{"", "not the right password"} {
					got := b.send(path, append(pairs, "proof", proof)...).want(t, http.StatusUnprocessableEntity)
					if got.Find("#f-proof-problem").Length() != 1 {
						t.Errorf("%s with the proof %q does not ask for the password", path, proof)
					}
				}
			}
			stale("/two-step/set-up", "key", sealed, "code", phone.now())
			b.send("/two-step/set-up", "key", sealed, "code", phone.now(), "proof", password).want(t, http.StatusOK)
			b.send("/two-step/recovery-codes").want(t, http.StatusOK) // fresh still
			p.clock.advance(5 * time.Minute)
			stale("/two-step/recovery-codes")
			stale("/two-step/turn-off")
			b.get("/two-step/turn-off").want(t, http.StatusOK)
			b.send("/two-step/turn-off", "proof", password).want(t, http.StatusSeeOther)
			b.send("/two-step/turn-off").want(t, http.StatusConflict)
			b.send("/two-step/recovery-codes").want(t, http.StatusConflict)
		})
	}
	b := p.browser()
	b.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
	b.get("/two-step").want(t, http.StatusOK) // the password alone is enough again
}

func TestWhoeverSignsInIsWrittenToWhenThatChanges(t *testing.T) {
	p := newPanel(t).withMail()
	_, link := p.subuser(p.east, "dev", "Developer")
	ada := p.as(p.ada)
	written := func(what string) {
		t.Helper()
		if l := p.mailman(letter.SignInChanged, p.ada.Email); l.Facts["what"] != what {
			t.Errorf("the letter about %s is %+v", what, l.Letter)
		}
	}
	_, recovery := ada.setUp(p)
	written("turn_on_two_step")
	b := p.browser()
	b.post("/sign-in", values("email", p.ada.Email, "password", password))
	b.post("/sign-in/code", values("code", recovery[0])).want(t, http.StatusSeeOther)
	written("use_recovery_code")
	ada.send("/two-step/recovery-codes").want(t, http.StatusOK)
	written("renew_recovery_codes")
	ada.addPasskey(p, "phone")
	written("add_passkey")
	key := strings.TrimSuffix(ada.get("/passkeys").Find("a[href$='/edit']").AttrOr("href", ""), "/edit")
	ada.send(key+"/remove").want(t, http.StatusSeeOther)
	written("remove_passkey")
	ada.send("/two-step/turn-off").want(t, http.StatusSeeOther)
	written("turn_off_two_step")
	p.asSubuser(link, "dev").setUp(p) // has no address
	if l := p.mailman(letter.SignInChanged, ""); l.Kind != "" {
		t.Errorf("a letter to nobody: %+v", l.Letter)
	}
}

func TestAResetPasswordStillWantsTheCode(t *testing.T) {
	p := newPanel(t).withMail()
	ada, b := p.as(p.ada), p.browser()
	ada.send("/verify-email/send").want(t, http.StatusSeeOther)
	b.byLink(p.mailman(letter.EmailProof, p.ada.Email).Facts["path"], nil).want(t, http.StatusSeeOther)
	phone, _ := ada.setUp(p)
	b.post("/forgotten-password", values("email", p.ada.Email)).want(t, http.StatusOK)
	b.byLink(p.mailman(letter.Reset, p.ada.Email).Facts["path"], values("password", changed)).want(t, http.StatusSeeOther)
	b.get("/two-step").want(t, http.StatusSeeOther)
	b.post("/sign-in", values("email", p.ada.Email, "password", changed)).want(t, http.StatusSeeOther)
	b.get("/two-step").want(t, http.StatusSeeOther)
	b.post("/sign-in/code", values("code", phone.code())).want(t, http.StatusSeeOther)
	b.get("/two-step").want(t, http.StatusOK)
}

func TestNewRecoveryCodesVoidTheOld(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	_, old := ada.setUp(p)
	fresh := recoveryCode.FindAllString(ada.send("/two-step/recovery-codes").want(t, http.StatusOK).Find(".codes").Text(), -1)
	b := p.browser()
	b.post("/sign-in", values("email", p.ada.Email, "password", password)).want(t, http.StatusSeeOther)
	b.post("/sign-in/code", values("code", old[0])).want(t, http.StatusUnprocessableEntity)
	b.post("/sign-in/code", values("code", fresh[0])).want(t, http.StatusSeeOther)
}

func TestTheAuditKeepsTheSecondStepWithoutItsSecrets(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	phone, recovery := ada.setUp(p)
	b := p.browser()
	b.post("/sign-in", values("email", p.ada.Email, "password", password))
	b.post("/sign-in/code", values("code", recovery[0])).want(t, http.StatusSeeOther)
	b.send("/two-step/turn-off").want(t, http.StatusSeeOther)
	own := regexp.MustCompile(`/a/[0-9a-f-]{36}`).FindString(b.get("/accounts?q=Ada").body)
	audit := b.get(own+"/audit?format=csv").want(t, http.StatusOK).body
	for _, want := range []string{"member.turn_on_two_step", "member.use_recovery_code", "member.turn_off_two_step"} {
		if !strings.Contains(audit, want) {
			t.Errorf("the audit lacks %s", want)
		}
	}
	if strings.Contains(audit, phone.key) || strings.Contains(audit, recovery[0]) || strings.Contains(audit, recovery[1]) {
		t.Error("the audit holds a secret")
	}
}
