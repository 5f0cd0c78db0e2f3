//go:build browser

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Ada ticks contacts, deletes them and takes that back, without a mouse.
func TestRowsAreTickedAndUndoneByKeyboard(t *testing.T) {
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	for _, name := range []string{"Zoe One", "Zoe Two", "Zoe Three"} {
		ada.open(account + "/contacts/new")
		ada.fill("Name", name)
		ada.keys(kb.Enter)
		ada.at(message)
	}
	list := account + "/contacts?q=zoe"
	rows := func() string {
		return eval[string](ada, `[...document.querySelectorAll('main tbody th a')].map(a => a.textContent.trim()).join(', ')`)
	}
	box := `tbody input[form="bulk"]`

	// The bar comes with the first tick and goes with the last.
	ada.open(list)
	ada.goTo(box)
	ada.comesTrue(`!document.querySelector('#bulk').checkVisibility()`)
	ada.keys(" ")
	ada.comesTrue(`document.querySelector('#bulk').checkVisibility() && document.querySelector('[data-ticked]').textContent === '1 selected'`)
	ada.do(chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift)))
	ada.comesTrue(`document.querySelector('[data-ticked]').textContent === '2 selected' && document.querySelector('[data-pick]').indeterminate`)
	ada.keys(kb.Escape)
	ada.comesTrue(`!document.querySelector('#bulk').checkVisibility()`)
	ada.at(box)

	// Enter leads to the bar; the question opens here, offers the way out first, and
	// gives the focus back.
	ada.keys(" ")
	ada.do(chromedp.KeyEvent(kb.ArrowUp, chromedp.KeyModifiers(chromedp.ModifierShift)))
	ada.enter()
	ada.at(`#bulk [name=act]`)
	ada.goTo(`#bulk [value=delete]`)
	ada.keys(kb.Enter)
	ada.at("dialog:modal [data-cancel]")
	ada.sees("Delete 2 contacts?")
	ada.keys(kb.Escape)
	ada.at(`#bulk [value=delete]`)
	ada.keys(kb.Enter)
	ada.at("dialog:modal [data-cancel]")
	ada.goTo("dialog:modal form button")
	ada.keys(kb.Enter)
	ada.at(message)
	ada.sees("2 contacts deleted.")
	if got := rows(); got != "Zoe Two" {
		t.Errorf("left are %s", got)
	}

	ada.goTo("#toasts form button")
	ada.keys(kb.Enter)
	ada.sees("2 contacts changed back.")
	ada.open(list)
	if got := rows(); got != "Zoe One, Zoe Three, Zoe Two" {
		t.Errorf("after Undo there are %s", got)
	}
}
