//go:build browser

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// A role is made with the keyboard alone: levels by arrows, acts unfolded and ticked,
// and the difference to its base said meanwhile.
func TestARoleIsMadeByKeyboard(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	ada.open("/accounts/new")
	ada.fill("Name", "Levels")
	ada.press("button", "Create account")
	agency := ada.stands(`/a/[^/]+`)
	ada.open(agency + "/roles/new?base=member:reporting_editor")
	level := func(section string) string {
		return eval[string](ada, `document.querySelector('[name="level.`+section+`"]:checked').value`)
	}
	ada.keys("Listener") // the name has the focus
	ada.tabInto("[data-level-search]")
	ada.keys("agents")
	ada.comesTrue(`[...document.querySelectorAll('.level')].filter(x => x.checkVisibility()).length < 5`)
	ada.tabInto(`[name="level.agents"]`)
	ada.keys(kb.ArrowRight)
	ada.keys(kb.ArrowRight)
	if got := level("agents"); got != "edit" {
		t.Fatalf("two arrows choose %q of agents", got)
	}
	ada.comesTrue(`[...document.querySelectorAll('#role-draft tbody tr')].some(r => r.innerText.replace(/\s+/g, ' ') === 'Agents None → Edit')`)
	if got := eval[string](ada, `document.activeElement.name`); got != "level.agents" {
		t.Errorf("the focus is on %q after the preview came", got)
	}

	// The acts of calls: unfolded, one of them taken away, and the level says so.
	eval[bool](ada, `document.querySelector('[data-level-search]').focus() ?? true`)
	ada.keys(strings.Repeat(kb.Backspace, 6) + "calls: tag")
	ada.comesTrue(`[...document.querySelectorAll('.level')].filter(x => x.checkVisibility()).length === 1`)
	eval[bool](ada, `document.querySelector('[name="level.calls"]:checked').focus() ?? true`)
	ada.keys(kb.Tab)
	ada.keys(kb.Enter)
	ada.comesTrue(`document.activeElement.closest('details')?.open`)
	before := eval[bool](ada, `document.querySelector('[value="calls.tag"]').checked`)
	ada.tabInto(`[value="calls.tag"]`)
	ada.keys(" ")
	if eval[bool](ada, `document.querySelector('[value="calls.tag"]').checked`) == before || level("calls") != "some" {
		t.Errorf("Space leaves the act as it was, or the level is %q", level("calls"))
	}
	ada.looksRight("role-form")
	ada.keys(kb.Enter) // sends the form, as Return does in any
	ada.sees("Listener can be given to members now.")
	ada.stands(agency + `/roles/[^/]+`)
	ada.looksRight("role-compared")
}
