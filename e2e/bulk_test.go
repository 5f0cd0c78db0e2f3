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

	// A tick stays with its row, and goes with it when other rows take its place.
	ticked := func(search, want, rows string) {
		t.Helper()
		ada.goTo("#list .search-text")
		eval[int](ada, `document.activeElement.select(), 0`)
		ada.keys(search)
		ada.comesTrue(`[...document.querySelectorAll('main tbody th a')].map(a => a.textContent.trim()).join(', ') === ` + quoted(rows))
		ada.comesTrue(`[...document.querySelectorAll('tbody input:checked')].map(b => b.closest('tr').querySelector('th a').textContent.trim()).join(', ') === ` + quoted(want))
		ada.comesTrue(`document.querySelector('#bulk').checkVisibility() === ` + quoted(want != ""))
	}
	ada.open(account + "/contacts?rows=10")
	ada.goTo(box)
	ada.keys(" ")
	ticked("zoe", "", "Zoe One, Zoe Three, Zoe Two")
	ada.goTo(box)
	ada.keys(" ")
	ticked("zoe one", "Zoe One", "Zoe One")

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

// Ada brings back what she deleted, many at once, and thinks better of it, without a
// mouse.
func TestWhatWasDeletedIsTickedAndRestored(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	names := func() string {
		return eval[string](ada, `[...document.querySelectorAll('main tbody th')].map(a => a.textContent.trim()).join(', ')`)
	}
	box := `tbody input[form="bulk"]`
	tickBoth := func() {
		t.Helper()
		ada.goTo(box)
		ada.keys(" ")
		ada.do(chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift)))
		ada.comesTrue(`document.querySelector('[data-ticked]').textContent === '2 selected'`)
	}
	confirm := func(act, asks string) {
		t.Helper()
		ada.goTo(`#bulk [value=` + act + `]`)
		ada.keys(kb.Enter)
		ada.comesTrue(`document.activeElement.closest('dialog:modal') !== null`)
		ada.sees(asks)
		ada.goTo("dialog:modal form button")
		ada.keys(kb.Enter)
		ada.at(message)
	}
	for _, name := range []string{"Yuri One", "Yuri Two"} {
		ada.open(account + "/contacts/new")
		ada.fill("Name", name)
		ada.keys(kb.Enter)
		ada.at(message)
	}
	ada.open(account + "/contacts?q=yuri")
	tickBoth()
	confirm("delete", "Delete 2 contacts?")
	ada.sees("2 contacts deleted.")

	ada.open(account + "/deleted?q=yuri")
	ada.looksRight("deleted")
	tickBoth()
	confirm("restore", "Restore 2 records?")
	ada.sees("2 records restored.")
	if got := names(); got != "" {
		t.Errorf("still deleted are %s", got)
	}
	ada.goTo("#toasts form button")
	ada.keys(kb.Enter)
	ada.sees("2 records deleted.")
	ada.open(account + "/deleted?q=yuri")
	if got := names(); got != "Yuri One, Yuri Two" && got != "Yuri Two, Yuri One" {
		t.Errorf("after Undo the deleted are %s", got)
	}
}
