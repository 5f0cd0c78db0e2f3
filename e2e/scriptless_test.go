//go:build browser

package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// Whoever keeps script switched off can still do the work: forms and links are all it takes.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	barbara := newTab(t, "Barbara")
	barbara.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	barbara.expect("422")
	barbara.signInAt("/sign-in", "barbara@example.com", "not her password")
	barbara.sees(refusal)
	barbara.signIn("barbara@example.com")
	west := barbara.stands(`/a/[^/]+`)
	if eval[bool](barbara, `document.documentElement.classList.contains('js')`) {
		t.Fatal("script runs")
	}

	// A record: refused with the sentence at the field, made, found, changed, deleted.
	barbara.press("link", "Applications")
	barbara.press("link", "Add application")
	barbara.stands(west + "/applications/new")
	barbara.fill("Description", "Nobody has named it yet")
	barbara.press("button", "Add application")
	barbara.find("alert", "")
	if got := barbara.find("textbox", "Description").value; got != "Nobody has named it yet" {
		t.Errorf("of the description %q is left", got)
	}
	barbara.fill("Name", "Night desk")
	barbara.press("button", "Add application")
	barbara.find("heading", "Night desk")
	if secret := barbara.find("textbox", "Secret of Night desk").value; len(secret) < 30 {
		t.Errorf("%q is no secret", secret)
	}
	barbara.open(west + "/applications")
	barbara.fill("Search applications", "night")
	barbara.press("button", "Search")
	barbara.stands(west + `/applications\?.*q=night.*`)
	barbara.press("link", "Night desk")
	record := barbara.stands(west + "/applications/[^/]+")
	barbara.lacks("This is shown only now")
	barbara.press("link", "Edit")
	barbara.fill("Name", "Late desk")
	barbara.press("button", "Save")
	barbara.stands(record)
	barbara.find("heading", "Late desk")
	barbara.press("button", "More actions")
	barbara.press("link", "Delete…")
	barbara.stands(record + "/delete")
	barbara.press("button", "Delete")
	barbara.stands(west + "/applications")
	if barbara.has("link", "Late desk") {
		t.Error("the application is still there")
	}

	// A subuser, with the link to hand over.
	barbara.open(west + "/settings/subusers/new")
	barbara.fill("Name", "Donald")
	barbara.fill("Password", firstPassword)
	barbara.press("checkbox", "Developer")
	barbara.press("button", "Add subuser")
	barbara.sees("donald can sign in now")
	link := barbara.find("textbox", "Subusers sign in here").value
	donald := newTab(t, "Donald")
	donald.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	donald.signInAt(link, "donald", firstPassword)
	donald.stands(west)
	donald.find("link", "Applications")
	barbara.press("link", "Done")
	barbara.press("link", "donald")
	barbara.press("button", "More actions")
	barbara.press("link", "Delete…")
	barbara.stands(west + "/settings/subusers/[^/]+/delete")
	barbara.press("button", "Delete")
	barbara.sees("donald is deleted.")

	// Permissions: one box with its Undo, and all of them after the question.
	ada := newTab(t, "Ada")
	ada.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	ada.signIn("ada@example.com")
	permissions := ada.stands(`/a/[^/]+`) + "/permissions/actions"
	ada.open(permissions)
	ada.boxIs("Live transfer East", "true")
	ada.press("checkbox", "Live transfer East")
	ada.sees("East can't use Live transfer now.")
	ada.stands(permissions)
	ada.boxIs("Live transfer East", "false")
	ada.press("button", "Undo")
	ada.sees("East may use Live transfer now.")
	ada.boxIs("Live transfer East", "true")
	ada.press("checkbox", "Select all: Live transfer")
	ada.stands(permissions + `/select-all\?.*`)
	ada.sees("Turn off Live transfer?")
	ada.press("link", "Cancel")
	ada.stands(permissions)
	ada.boxIs("Live transfer East", "true")

	ada.press("button", "Signed in as")
	ada.press("button", "Sign out")
	ada.sees("You are signed out.")
}
