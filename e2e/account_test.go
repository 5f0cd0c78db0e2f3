//go:build browser

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Somebody whom nobody knows comes by and ends with an agency of their own.
func TestStrangerMakesAnAgency(t *testing.T) {
	t.Parallel()
	const password = "orbits by hand and pencil"
	email := fmt.Sprintf("katherine.%d@example.com", time.Now().UnixNano()) // a stranger in each run
	katherine := newTab(t, "Katherine")
	katherine.expect("422")
	katherine.open("/sign-in")
	katherine.press("link", "Sign up")
	katherine.stands("/sign-up")
	katherine.looksRight("sign-up")

	// What is wrong is said at the field, and what was typed is still there.
	katherine.fill("Your name", "Katherine Johnson")
	katherine.fill("E-mail address", email)
	katherine.fill("Password", "short")
	katherine.press("button", "Sign up")
	katherine.sees("Password: ")
	if got := katherine.find("textbox", "E-mail address").value; got != email {
		t.Errorf("of the address %q is left", got)
	}
	if katherine.find("textbox", "Password").states["invalid"] != "true" {
		t.Error("the password is not marked as wrong")
	}
	katherine.looksRight("sign-up-refused")
	katherine.fill("Password", password)
	katherine.press("button", "Sign up")
	katherine.stands("/welcome")
	katherine.looksRight("welcome")
	katherine.press("link", "Continue on my own")
	katherine.stands(`/a/[^/]+`)
	katherine.find("heading", "Katherine Johnson")
	katherine.sees("Personal account")
	katherine.looksRight("personal-account")

	// A main account, and several sub-accounts at once.
	katherine.press("button", "Account: Katherine Johnson")
	katherine.press("link", "Create company account")
	katherine.stands("/accounts/new")
	katherine.looksRight("new-main-account")
	katherine.fill("Name", "Orbit")
	katherine.press("button", "Create account")
	katherine.sees("Orbit is ready.")
	orbit := katherine.stands(`/a/[^/]+`)
	katherine.looksRight("main-account")
	katherine.press("link", "Accounts")
	katherine.stands(orbit + "/accounts")
	katherine.looksRight("sub-accounts-empty")
	katherine.press("link", "Add sub-accounts")
	katherine.stands(orbit + "/accounts/new")
	for i, name := range []string{"Apollo", "Gemini", "Mercury"} {
		katherine.fill([]string{"Name 1", "Name 2", "Name 3"}[i], name)
	}
	katherine.press("button", "Add another")
	katherine.fill("Name 4", "Skylab")
	katherine.looksRight("new-sub-accounts")
	katherine.press("button", "Add sub-accounts")
	katherine.sees("4 sub-accounts are ready.", "Apollo", "Gemini", "Mercury", "Skylab")
	katherine.looksRight("sub-accounts")

	// One deeper, by the page of the account itself.
	katherine.press("link", "Apollo")
	katherine.find("heading", "Apollo")
	katherine.looksRight("account-page")
	katherine.press("link", "Open")
	apollo := katherine.stands(`/a/[^/]+`)
	katherine.open(apollo + "/accounts/new")
	katherine.fill("Name 1", "Apollo 11")
	katherine.press("button", "Add sub-accounts")
	katherine.sees("Apollo 11 is ready.")

	katherine.open(orbit + "/accounts")
	katherine.act("Gemini", "Edit")
	katherine.find("heading", "Edit Gemini")
	katherine.looksRight("rename")
	katherine.fill("Name", "Gemini VII")
	katherine.press("button", "Save")
	katherine.sees("Saved Gemini VII.")
	katherine.find("heading", "Gemini VII")

	// Whoever is in a suspended account sees a page that says so, until it is resumed.
	katherine.open(apollo + "/settings/subusers/new")
	katherine.fill("Name", "Neil")
	katherine.fill("Password", firstPassword)
	katherine.press("checkbox", "Developer")
	katherine.sees("Doesn't open")
	katherine.press("button", "Add subuser")
	katherine.sees("neil can sign in now")
	link := katherine.find("textbox", "Subusers sign in here").value
	neil := newTab(t, "Neil")
	neil.expect("403")
	neil.signInAt(link, "neil", firstPassword)
	neil.stands(apollo)
	katherine.open(orbit + "/accounts")
	katherine.act("Apollo", "Suspend…")
	katherine.sees("Suspend Apollo?", "1 account")
	katherine.looksRight("suspend-account")
	katherine.press("button", "Suspend")
	katherine.sees("Apollo is suspended.")
	neil.press("link", "Applications")
	neil.sees("Apollo is suspended", "everything is back when the account is resumed", "Katherine Johnson")
	if n := len(eval[[]string](neil, `[...document.querySelectorAll('#sidebar a')].map(a => a.href)`)); n > 0 {
		t.Errorf("the page of a suspended account leads to %d sections", n)
	}
	neil.looksRight("suspended")
	katherine.press("button", "Resume")
	katherine.sees("Apollo is open again.")
	neil.open(apollo)
	neil.find("heading", "Apollo")
	neil.sees("Applications")

	// Signed in twice, she ends the other session, then her own.
	elsewhere := newTab(t, "Katherine elsewhere")
	elsewhere.signInAt("/sign-in", strings.ToUpper(email), password)
	elsewhere.stands(`/a/[^/]+`)
	katherine.press("button", "Signed in as")
	katherine.sees("Signed in until ")
	katherine.press("link", "Your sessions")
	katherine.stands("/sessions")
	if n := eval[int](katherine, `document.querySelector('main tbody').rows.length`); n != 2 {
		t.Errorf("%d sessions are listed", n)
	}
	katherine.looksRight("sessions")
	katherine.press("link", "End all others…")
	katherine.sees("End all your other sessions?")
	katherine.looksRight("end-sessions-dialog")
	katherine.press("button", "End sessions")
	katherine.sees("All your other sessions have ended.", "You aren't signed in anywhere else.")
	elsewhere.open("/accounts")
	elsewhere.stands(`/sign-in\?return=.*`)
	elsewhere.fill("E-mail address", email)
	elsewhere.fill("Password", password)
	elsewhere.press("button", "Sign in")
	elsewhere.stands("/accounts")
	elsewhere.find("link", "Orbit")
	elsewhere.looksRight("accounts")
	elsewhere.fill("Search accounts", "apollo")
	elsewhere.goes("link", "Gemini VII")
	elsewhere.find("link", "Apollo 11")
	katherine.press("button", "Signed in as")
	katherine.press("button", "Sign out")
	katherine.stands(`/sign-in\?out=1`)
	katherine.sees("You are signed out.")
	katherine.looksRight("signed-out")
	katherine.open(orbit)
	katherine.stands(`/sign-in.*`)
}
