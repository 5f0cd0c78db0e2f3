//go:build browser

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// at waits until what has the focus matches, which the body never does.
func (b *tab) at(selector string) {
	b.t.Helper()
	b.comesTrue(`document.readyState === 'complete' && document.activeElement !== document.body && document.activeElement.matches(` + quoted(selector) + `)`)
}

// goTo gives the focus to the first such thing, as many Tabs would.
func (b *tab) goTo(selector string) {
	b.t.Helper()
	b.comesTrue(atRest + ` && (e => { e?.focus(); return !!e && document.activeElement === e; })(document.querySelector(` + quoted(selector) + `))`)
}

const message = "#toasts .alert"

// After whatever Ada does by the keyboard, the focus is at what came of it.
func TestFocusIsNeverLost(t *testing.T) {
	ada := newTab(t, "Ada")
	ada.expect("422")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)

	// A box keeps the focus, and Undo is one Tab away and leads back.
	ada.open(account + "/permissions/integrations")
	box := eval[string](ada, `(() => { const e = document.querySelector('[role=checkbox][aria-checked=true][name=cell]'); e.focus(); return e.ariaLabelledByElements.map(x => x.textContent.trim()).join(' '); })()`)
	ada.keys(" ")
	ada.boxIs(box, "false")
	ada.hasFocus(box)
	ada.keys(kb.Tab)
	ada.hasFocus("Undo")
	ada.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	ada.hasFocus(box)

	// The lock of a cell below says why, to the keyboard too.
	ada.goTo(".cut button")
	ada.keys(kb.Enter)
	ada.sees("which doesn't have this feature.")
	ada.keys(kb.Escape)
	ada.at(".cut button")

	// Undo leaves the focus at the message that says what is so now.
	ada.goTo("#toasts form button")
	ada.keys(kb.Enter)
	ada.boxIs(box, "true")
	ada.at(message)
	ada.goTo("#toasts [data-dismiss]")
	ada.keys(kb.Enter)
	ada.comesTrue(`!document.querySelector('#toasts .alert') && document.activeElement !== document.body`)

	// Select all: what takes away offers the way out first, and gives the focus back.
	all := `a.all[aria-checked=true]`
	ada.goTo(all)
	ada.keys(kb.Enter)
	ada.at("dialog:modal [data-cancel]")
	ada.keys(kb.Enter)
	ada.at(all)
	ada.keys(kb.Enter)
	ada.at("dialog:modal [data-cancel]")
	ada.goTo("dialog:modal form button")
	ada.keys(kb.Enter)
	ada.at(message)
	ada.keys(kb.Tab)
	ada.hasFocus("Undo")
	ada.keys(kb.Enter)
	ada.comesTrue(`!document.querySelector('#toasts form')`)
	ada.at(message)

	// A row's menu and its dialog, to the end.
	ada.open(account + "/contacts")
	name := eval[string](ada, `document.querySelector('main tbody th a').textContent.trim()`)
	ada.goTo("main [data-menu]")
	ada.keys(kb.Enter)
	ada.at(".pop:popover-open a")
	ada.keys(kb.ArrowUp) // from the first to the last
	ada.at(".pop:popover-open a.danger")
	ada.keys(kb.Enter)
	ada.at("dialog:modal [data-cancel]")
	ada.keys(kb.Escape)
	ada.at("main [data-menu]")
	ada.keys(kb.Enter)
	ada.at(".pop:popover-open a")
	ada.keys(kb.ArrowUp)
	ada.keys(kb.Enter)
	ada.at("dialog:modal [data-cancel]")
	ada.goTo("dialog:modal form button")
	ada.keys(kb.Enter)
	ada.at(message)
	ada.sees(name + " deleted")

	// Paging and taking a filter off lead to the rows; sorting and filtering keep the focus.
	calls := account + "/calls"
	ada.open(calls)
	ada.goTo(".pager [rel=next]")
	ada.comesTrue(`(r => { r.scrollTop = 400; return r.scrollTop > 0 })(document.querySelector('#list .region'))`)
	ada.keys(kb.Enter)
	ada.comesTrue(`location.search.includes('after=')`)
	ada.at("#list-rows")
	ada.comesTrue(`document.querySelector('#list .region').scrollTop === 0`)
	ada.goTo("a.sort")
	for _, way := range []string{"sort=started_at", "sort=-started_at"} {
		ada.keys(kb.Enter)
		ada.comesTrue(`location.search.endsWith(` + quoted(way) + `)`)
		ada.at("[aria-sort] a.sort")
	}
	ada.open(calls)
	ada.goTo(".search-filters select[name=direction]")
	filter := eval[string](ada, `document.activeElement.id`)
	ada.keys("I") // Inbound
	ada.comesTrue(`!!document.querySelector('a.chip')`)
	ada.at("#" + filter)
	ada.goTo("a.chip")
	ada.keys(kb.Enter)
	ada.comesTrue(`!document.querySelector('a.chip')`)
	ada.at("#list-rows")

	// An act opens where one is; what is refused and what is saved is told with the focus on it.
	ada.goTo("main [data-menu]")
	ada.keys(kb.Enter)
	ada.at(".pop:popover-open a")
	ada.press("link", "Tag…")
	ada.comesTrue(`!!document.querySelector('dialog:modal')?.contains(document.activeElement)`)
	if !strings.HasPrefix(ada.path(), calls) {
		t.Error("Tag… leaves the list")
	}
	ada.open(account + "/contacts/new")
	ada.goTo("#main form button.btn-primary")
	ada.keys(kb.Enter)
	ada.at(".problems")
	ada.fill("Name", "Hopper")
	ada.keys(kb.Enter)
	ada.at(message)
}

// seenFromTop tells whether a dialog, or the page that it is without script, shows its
// heading, and has the focus inside, where it can be seen.
const seenFromTop = `(() => {
	const dialog = document.querySelector('#dialog'), focus = document.activeElement;
	if (!dialog?.contains(focus)) return false;
	return [dialog.querySelector('h1'), focus].every(e => {
		const r = e.getBoundingClientRect(), at = document.elementFromPoint(r.x + Math.min(r.width, 40) / 2, r.y + r.height / 2);
		return r.top >= 0 && r.bottom <= innerHeight && e.contains(at);
	});
})()`

// However much a dialog says, it opens at its top: also where it is a page of its own.
func TestADialogOpensAtItsTop(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	settings := ada.stands(`/a/[^/]+`) + "/settings/account"
	for _, height := range []int64{844, 480} {
		ada.resize(390, height)
		ada.open(settings)
		ada.goTo(`main a[href$="/settings/account/delete"]`)
		ada.keys(kb.Enter)
		ada.comesTrue(`!!document.querySelector('#dialog:modal')`)
		ada.comesTrue(seenFromTop)
		ada.at("dialog:modal [data-cancel]")
		if height == 480 {
			ada.looksRight("dialog-long")
			// What is asked for can be seen while it is filled in, above the buttons.
			ada.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
			ada.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
			ada.at("dialog:modal input")
			ada.comesTrue(`(e => { const r = e.getBoundingClientRect(); return e.contains(document.elementFromPoint(r.x + 9, r.bottom - 3)); })(document.activeElement)`)
		}
		ada.keys(kb.Escape)
		ada.open(settings + "/delete")
		ada.comesTrue(seenFromTop)
	}
}
