//go:build browser

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// chips are the names of what is chosen in a field.
func (b *tab) chips(field string) []string {
	b.t.Helper()
	return eval[[]string](b, `[...document.querySelectorAll('.pick:has(#f-`+field+`) .chip > span')].map(e => e.textContent)`)
}

// Ada chooses the contacts and the call rule of an item by the keyboard alone.
func TestChoosingByTyping(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	ada.open(account + "/contacts")
	names := eval[[]string](ada, `[...document.querySelectorAll('main tbody th a')].map(a => a.textContent.trim())`)
	if len(names) < 3 {
		t.Fatalf("Ada has the contacts %v", names)
	}
	ada.open(account + "/items/new")
	ada.looksRight("item-form")
	ada.fill("Name", "Chosen by typing")

	// Type, go down, take; the box is empty again and what is chosen stands before it.
	ada.goTo("#f-contacts")
	for _, name := range names[:2] {
		ada.keys(name)
		ada.comesTrue(`document.querySelector('#f-contacts').ariaExpanded === 'true' && document.querySelector('#f-contacts-list [role=option]')?.textContent === ` + quoted(name))
		ada.keys(kb.ArrowDown)
		ada.comesTrue(`document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent === ` + quoted(name))
		ada.keys(kb.Enter)
		ada.comesTrue(`document.querySelector('#f-contacts').ariaExpanded === 'false' && document.activeElement.value === ''`)
	}
	if got := ada.chips("contacts"); len(got) != 2 || got[0] != names[0] || got[1] != names[1] {
		t.Fatalf("chosen are %v", got)
	}
	ada.looksRight("item-chosen")
	// What is chosen is not offered again, Escape closes the list alone, Backspace takes the last off.
	ada.keys(names[0])
	ada.comesTrue(`document.querySelector('#f-contacts').ariaExpanded === 'true'`)
	if eval[bool](ada, `[...document.querySelectorAll('#f-contacts-list [role=option]')].some(e => e.textContent === `+quoted(names[0])+`)`) {
		t.Error("what is chosen is offered again")
	}
	ada.keys(kb.Escape)
	ada.at("#f-contacts[aria-expanded=false]")
	ada.keys(kb.Backspace)
	ada.comesTrue(`document.querySelectorAll('.pick:has(#f-contacts) .chip').length === 1`)
	ada.at("#f-contacts")
	ada.keys(kb.ArrowDown)
	ada.looksRight("item-open")
	ada.fitsItsWindow()
	ada.keys(kb.Escape)
	ada.resize(390, 844)
	ada.keys(kb.ArrowDown)
	ada.looksRight("item-open-narrow")
	ada.fitsItsWindow()
	ada.resize(1280, 900)

	// Half typed is nothing.
	ada.goTo("#f-call_rule")
	ada.keys("no such rule")
	ada.sees("Nothing matches")
	ada.keys(kb.Tab)
	ada.comesTrue(`document.querySelector('#f-call_rule').value === '' && document.querySelector('input[name=call_rule]').value === ''`)
	ada.goTo("#f-call_rule")
	ada.keys(kb.ArrowDown)
	ada.comesTrue(`document.querySelectorAll('#f-call_rule-list [role=option]').length > 0`)
	ada.keys(kb.ArrowDown)
	ada.keys(kb.Enter)
	rule := eval[string](ada, `document.querySelector('#f-call_rule').value`)
	if rule == "" {
		t.Fatal("no rule is chosen")
	}
	ada.press("button", "Add item")
	ada.stands(account + `/items/[0-9a-f-]{36}`)
	ada.sees("Chosen by typing", names[0], rule)
	ada.lacks(names[1])

	// What was chosen is there when it is changed, and can be emptied.
	ada.press("link", "Edit")
	ada.stands(account + `/items/[0-9a-f-]{36}/edit`)
	ada.comesTrue(`document.querySelector('#f-call_rule')?.value === ` + quoted(rule))
	ada.press("button", "Remove "+names[0])
	ada.at("#f-contacts")
	ada.goTo("#f-call_rule")
	eval[int](ada, `document.activeElement.select(), 0`)
	ada.keys(kb.Delete)
	ada.keys(kb.Tab) // which closes the list over the buttons
	ada.press("button", "Save")
	ada.stands(account + `/items/[0-9a-f-]{36}`)
	ada.sees("Chosen by typing is saved")
	ada.lacks(names[0], rule)

	// A language is found by a part of its name, and begins with the one that most want.
	ada.open(account + "/whispers/new")
	ada.fill("Name", "In Swiss German")
	ada.fill("Text", "About prices.")
	ada.goTo("#f-text")
	ada.keys(kb.Tab)
	ada.at("#f-language")
	ada.comesTrue(`document.activeElement.value === 'English'`)
	ada.keys("swiss german")
	ada.comesTrue(`[...document.querySelectorAll('#f-language-list [role=option]')].map(e => e.textContent).join() === 'Swiss High German'`)
	ada.looksRight("language-open")
	ada.keys(kb.Enter)
	ada.comesTrue(`document.activeElement.value === 'Swiss High German' && document.querySelector('input[name=language]').value === 'de-CH'`)
	ada.press("button", "Add whisper")
	ada.stands(account + `/whispers/[0-9a-f-]{36}`)
	ada.sees("Swiss High German")
}
