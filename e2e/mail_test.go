//go:build browser

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// letterLink has an operator read the newest letter to an address, and gives
// where it leads. This panel sends no mail: its letters are kept.
func (b *tab) letterLink(to, subject string) string {
	b.t.Helper()
	b.open("/operator/mail?q=" + strings.ReplaceAll(to, "+", "%2B"))
	b.sees(subject)
	b.press("link", to)
	b.stands("/operator/mail/[^/]+")
	b.find("heading", subject)
	link := eval[string](b, `document.querySelector('main dd a').href`)
	b.sees("Hello", link)
	return strings.TrimPrefix(link, panel.base)
}

func stranger(name string) string {
	return fmt.Sprintf("%s.%d@example.com", name, time.Now().UnixNano())
}

// Grace invites somebody who has no login; the mail leads her in, and she goes
// from one of her accounts to the other.
func TestInvitedByMailAsANewPerson(t *testing.T) {
	t.Parallel()
	email := stranger("dorothy")
	grace := newTab(t, "Grace")
	grace.signIn("grace@example.com")
	agency := grace.stands(`/a/[^/]+`)
	grace.open(agency + "/members/invites/new")
	grace.sees("doesn't send mail")
	grace.fill("E-mail addresses", email)
	grace.sees("so you can't give it")
	grace.press("checkbox", "User")
	grace.sees("Can view this account")
	grace.looksRight("invite-form")
	grace.press("button", "Invite members")
	grace.sees("1 invite is ready", "Hand each link to its person yourself")
	grace.looksRight("invited")
	grace.open(agency)
	grace.sees("1 invite is pending")

	radia := newTab(t, "Radia")
	radia.signIn("radia@example.com")
	radia.press("button", "Signed in as")
	radia.press("link", "Mail of this installation")
	radia.stands("/operator/mail")
	radia.sees("This panel doesn't send mail", email, "Kept")
	radia.looksRight("mailbox")
	link := radia.letterLink(email, "You are invited to work in an account")
	radia.sees("Grace Hopper invites you to work in Analytical")
	radia.looksRight("letter")

	dorothy := newTab(t, "Dorothy")
	dorothy.expect("422")
	dorothy.open(link)
	dorothy.sees("Join Analytical", "Grace Hopper invites d•••@example.com")
	dorothy.looksRight("accept-invite")
	dorothy.fill("Your name", "Dorothy Vaughan")
	dorothy.fill("Password", "figures in the west wing")
	dorothy.press("button", "Create login and join")
	dorothy.stands(agency)
	dorothy.sees("You work in Analytical now.")
	dorothy.press("button", "Account: Analytical")
	dorothy.press("link", "Dorothy Vaughan Account owner")
	dorothy.comesTrue(`location.pathname !== ` + quoted(agency))
	dorothy.stands(`/a/[^/]+`)
	dorothy.sees("Personal account")
	dorothy.press("button", "Account: Dorothy Vaughan")
	dorothy.fill("Search accounts", "analyt")
	dorothy.press("link", "Analytical Account role: User")
	dorothy.stands(agency)

	// The link is used up.
	late := newTab(t, "Somebody later")
	late.expect("422")
	late.open(link)
	late.sees("This invite was already accepted")

	// Grace finds her among the members and signs her out everywhere, by keyboard alone.
	grace.open(agency + "/members")
	grace.goTo("#main [name=q]")
	grace.keys(email)
	grace.comesTrue(`document.querySelectorAll('main tbody th').length === 1`)
	grace.goTo(`tbody input[form="bulk"]`)
	grace.keys(" ")
	grace.enter()
	grace.at(`#bulk [name=act]`)
	grace.goTo(`#bulk [value=end_sessions]`)
	grace.keys(kb.Enter)
	grace.at("dialog:modal [data-cancel]")
	grace.sees("Sign out: 1 member", "Every session of theirs that has opened this account ends at once")
	grace.goTo("dialog:modal form button")
	grace.keys(kb.Enter)
	grace.at(message)
	grace.sees("1 member signed out.")
	dorothy.press("link", "Control panel")
	dorothy.stands(`/sign-in\?return=.*`)
}

// Hedy moves to another address, thinks better of it, and needs a new password then.
func TestAddressIsChangedAndTakenBack(t *testing.T) {
	t.Parallel()
	const password, next = "hopping from tone to tone", "spread over all the spectrum"
	old, fresh := stranger("hedy"), stranger("hedwig")
	hedy := newTab(t, "Hedy")
	hedy.expect("422")
	hedy.open("/sign-up")
	hedy.fill("Your name", "Hedy Lamarr")
	hedy.fill("E-mail address", old)
	hedy.fill("Password", password)
	hedy.press("button", "Sign up")
	hedy.stands("/welcome")
	hedy.press("link", "Continue on my own")
	home := hedy.stands(`/a/[^/]+`)
	hedy.open(home + "/settings/profile")
	hedy.fill("New e-mail address", "grace@example.com")
	eval[int](hedy, `document.getElementById('email-current').focus(), 0`)
	hedy.keys(password)
	hedy.press("button", "Change e-mail address")
	hedy.sees("There is already a login with this address.")
	hedy.looksRight("address-taken")
	hedy.fill("New e-mail address", fresh)
	eval[int](hedy, `document.getElementById('email-current').focus(), 0`)
	hedy.keys(password)
	hedy.press("button", "Change e-mail address")
	hedy.sees(fresh+" waits to be confirmed.", fresh+" becomes your address when its link is opened")
	hedy.looksRight("address-waits")

	radia := newTab(t, "Radia")
	radia.signIn("radia@example.com")
	hedy.open(radia.letterLink(fresh, "Confirm your e-mail address"))
	hedy.sees(fresh + " becomes the address of Hedy Lamarr")
	hedy.looksRight("confirm-address")
	hedy.press("button", "Confirm address")
	hedy.stands(home)
	hedy.sees("Your e-mail address is " + fresh + " now.")

	undo := radia.letterLink(old, "Your e-mail address was changed")
	elsewhere := newTab(t, "Hedy elsewhere")
	elsewhere.expect("422")
	elsewhere.open(undo)
	elsewhere.sees("signs in with " + old + " again")
	elsewhere.looksRight("take-back-address")
	elsewhere.press("button", "Undo the change")
	elsewhere.stands(`/sign-in\?undone=1`)
	elsewhere.sees("Your old e-mail address is back")
	hedy.open("/accounts")
	hedy.stands(`/sign-in\?.*`) // every session is over

	// And the password with it; the mail has a link for a new one.
	hedy.signInAt("/sign-in", old, password)
	hedy.sees(refusal)
	hedy.press("link", "Forgotten your password?")
	hedy.stands("/forgotten-password")
	hedy.looksRight("forgotten-password")
	hedy.fill("E-mail address", old)
	hedy.press("button", "Ask for the link")
	hedy.sees("If somebody signs in with " + old)
	hedy.looksRight("forgotten-password-asked")
	hedy.open(radia.letterLink(old, "Choose a new password"))
	hedy.looksRight("new-password")
	hedy.fill("New password", next)
	hedy.press("button", "Set password")
	hedy.stands(`/sign-in\?reset=1`)
	hedy.sees("Your password is changed")
	hedy.signInAt("/sign-in", old, next)
	hedy.stands(home)
}
