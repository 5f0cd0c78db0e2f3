//go:build browser

package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

const ownPassword = "seven quiet lighthouses"

// phone is an authenticator app. Codes work once and go forward only, so it shows
// that of each step from the present on: an older one could end before it is typed.
type phone struct {
	t    *testing.T
	key  string
	next time.Time
}

func (p *phone) code() string {
	p.t.Helper()
	if now := time.Now(); p.next.Before(now) {
		p.next = now
	}
	for p.next.After(time.Now().Add(30 * time.Second)) { // the panel takes one step ahead
		time.Sleep(time.Second)
	}
	code, err := totp.GenerateCode(p.key, p.next)
	if err != nil {
		p.t.Fatal(err)
	}
	p.next = p.next.Add(30 * time.Second)
	return code
}

// scans reads the key of the page that sets up two-step sign-in, and finishes it.
func (b *tab) scans() *phone {
	b.t.Helper()
	b.find("image", "QR code of the key below")
	key := eval[string](b, `document.querySelector('main dd code').textContent`)
	p := &phone{b.t, strings.ReplaceAll(key, " ", ""), time.Now()}
	b.fill("Code", "000000")
	b.press("button", "Turn on")
	b.sees("This isn't the code that your app shows now.")
	b.looksRight("two-step-set-up-refused")
	b.fill("Code", p.code())
	b.press("button", "Turn on")
	b.sees("Keep these recovery codes")
	if n := eval[int](b, `document.querySelectorAll('.codes li').length`); n != 10 {
		b.fail("there are %d recovery codes", n)
	}
	b.looksRight("two-step-recovery-codes")
	b.press("link", "I've saved them")
	return p
}

// signUp makes somebody new with a main account of their own.
func (b *tab) signUp(name, email, account string) (at string) {
	b.t.Helper()
	b.open("/sign-up")
	b.fill("Your name", name)
	b.fill("E-mail address", email)
	b.fill("Password", ownPassword)
	b.press("button", "Sign up")
	b.stands("/welcome")
	b.fill("Name", account)
	b.press("button", "Create company account")
	at = b.stands(`/a/[^/]+`)
	b.sees("Set up " + account)
	return at
}

// An owner requires two-step sign-in; whoever signs in next sets it up, members
// and subusers alike, and gives a code from then on.
func TestAnAccountRequiresTwoSteps(t *testing.T) {
	t.Parallel()
	hedy, invited, subuser := newTab(t, "Hedy"), newTab(t, "Emmy"), newTab(t, "lise")
	for _, b := range []*tab{hedy, invited, subuser} {
		b.expect("422")
	}
	account := hedy.signUp("Hedy", "hedy@example.com", "Frequencies")
	hedy.open(account + "/settings/subusers/new")
	hedy.fill("Name", "lise")
	hedy.fill("Password", firstPassword)
	hedy.press("checkbox", "Developer")
	hedy.press("button", "Add subuser")
	hedy.sees("lise can sign in now")
	door := strings.TrimPrefix(hedy.find("textbox", "Subusers sign in here").value, panel.base)

	// She is asked to have it herself first.
	hedy.open(account + "/settings/security/allowed")
	hedy.press("link", "Two-step sign-in")
	hedy.stands(account + "/settings/security/two-step")
	hedy.looksRight("two-step-rule")
	hedy.press("link", "Require for everyone…")
	hedy.stands(`/two-step/set-up\?return=.*`)
	hedy.sees("Set it up for yourself first.")
	hedy.looksRight("two-step-set-up")
	hedys := hedy.scans()
	hedy.stands(account + "/settings/security/two-step")
	hedy.press("link", "Require for everyone…")
	hedy.sees("Of the 2 people here, 1 has set it up.")
	hedy.looksRight("two-step-require")
	hedy.press("button", "Require it")
	hedy.sees("Two-step sign-in is required for everyone here now.", "Required since")

	// The subuser comes to the page they wanted, by way of setting it up.
	subuser.signInAt(door, "lise", firstPassword)
	subuser.stands(`/two-step/set-up\?.*`)
	subuser.sees("This account requires two-step sign-in for everyone.")
	subuser.looksRight("two-step-required")
	lises := subuser.scans()
	subuser.stands(account)
	subuser.press("button", "Signed in as")
	subuser.press("button", "Sign out")
	subuser.stands(`/login/.*`)
	subuser.signInAt(door, "lise", firstPassword)
	subuser.stands("/sign-in/code")
	subuser.looksRight("two-step-code")
	subuser.fill("Code", "000000")
	subuser.press("button", "Sign in")
	subuser.sees(refusal)
	subuser.fill("Code", lises.code())
	subuser.press("button", "Sign in")
	subuser.stands(account)

	// So does a new member.
	hedy.open(account + "/members/invites/new")
	hedy.fill("E-mail addresses", "emmy@example.com")
	hedy.press("checkbox", "Full viewer")
	hedy.press("button", "Invite members")
	link := eval[string](hedy, `new Promise(done => { const look = () => { const e = document.querySelector('input[value*="/invites/"]'); e ? done(e.value) : setTimeout(look, 50) }; look() })`)
	invited.open(strings.TrimPrefix(link, panel.base))
	invited.fill("Your name", "Emmy")
	invited.fill("Password", ownPassword)
	invited.press("button", "Create login and join")
	invited.stands(`/two-step/set-up\?.*`)
	invited.scans()
	invited.stands(account)

	// Hedy's own next sign-in takes the code too.
	hedy.press("button", "Signed in as")
	hedy.press("button", "Sign out")
	hedy.stands(`/sign-in.*`)
	hedy.signInAt("/sign-in", "hedy@example.com", ownPassword)
	hedy.stands("/sign-in/code")
	hedy.fill("Code", hedys.code())
	hedy.press("button", "Sign in")
	hedy.stands(`/a/[^/]+`)
	hedy.open("/two-step")
	hedy.sees("Recovery codes left", "10")
	hedy.looksRight("two-step-on")
}

// A member adds a passkey, and signs in with it and nothing else.
func TestPasskeySignIn(t *testing.T) {
	t.Parallel()
	if chrome == nil {
		t.Skip("NO CHROMIUM")
	}
	mary := newTab(t, "Mary")
	account := mary.signUp("Mary", "mary@example.com", "Rockets")
	// Browsers make passkeys for names, not for numbers.
	local := strings.Replace(panel.base, "127.0.0.1", "localhost", 1)
	if mary.open("/sign-in?return=/sessions"); mary.has("button", "Sign in with a passkey") {
		t.Error("the button is there where it can do nothing")
	}
	goTo := func(path string) {
		t.Helper()
		mary.do(chromedp.Navigate(local + path))
	}
	mary.do(send(webauthn.Enable, webauthn.EnableParams{}), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return err
	}))
	goTo("/sign-in")
	mary.fill("E-mail address", "mary@example.com")
	mary.fill("Password", ownPassword)
	mary.press("button", "Sign in")
	mary.stands(`/a/[^/]+`)
	goTo(account + "/settings/profile")
	mary.press("link", "Passkeys")
	mary.stands("/passkeys")
	mary.sees("No passkeys yet")
	mary.looksRight("passkeys-empty")
	goTo("/passkeys/new")
	mary.fill("Name", "This laptop")
	mary.looksRight("passkey-new")
	mary.press("button", "Continue")
	mary.find("button", "Create passkey")
	mary.looksRight("passkey-offer")
	mary.press("button", "Create passkey")
	mary.stands("/passkeys")
	mary.sees("You can sign in with “This laptop” now.", "Never")
	mary.looksRight("passkeys")

	mary.press("button", "Signed in as")
	mary.press("button", "Sign out")
	mary.stands(`/sign-in.*`)
	goTo("/sign-in?return=" + account + "/members")
	mary.find("button", "Sign in with a passkey")
	mary.looksRight("sign-in-passkey")
	mary.press("button", "Sign in with a passkey")
	mary.stands(account + "/members")
	goTo("/passkeys")
	mary.lacks("Never")
	mary.press("button", "Actions for This laptop")
	mary.press("link", "Remove…")
	mary.press("button", "Remove")
	mary.sees("“This laptop” is removed.")

	// What the device still offers is refused in a sentence.
	mary.expect("422")
	mary.press("button", "Signed in as")
	mary.press("button", "Sign out")
	mary.stands(`/sign-in.*`)
	mary.press("button", "Sign in with a passkey")
	mary.sees("That passkey doesn't work here.")
}
