//go:build browser

package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Ada finds a page by the first letters of its name, folds what she does not need,
// and finds the sidebar so on the next page.
func TestSidebarByKeyboard(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)

	// The page is the second of its entry; Return opens what is typed for.
	ada.tabToMatch("#nav-q")
	ada.keys("subu")
	ada.comesTrue(`[...document.querySelectorAll('#nav a')].filter(a => a.checkVisibility()).map(a => a.textContent.trim()).join() === 'Access,Subusers'`)
	ada.looksRight("sidebar-found")
	ada.keys(kb.Enter)
	ada.stands(account + `/settings/subusers`)
	ada.comesTrue(`document.querySelector('#nav [aria-current]').textContent.trim() === 'Access'`)

	// Arrows go through what is found and back; Escape shows everything again.
	ada.tabToMatch("#nav-q")
	ada.keys("call")
	ada.keys(kb.ArrowDown)
	ada.at(`#nav a[href$="/calls"]`)
	ada.keys(kb.ArrowUp)
	ada.at("#nav-q")
	ada.keys("zzz")
	ada.sees("No page of that name.")
	ada.keys(kb.Escape)
	ada.comesTrue(`document.querySelector('#nav-q').value === '' && document.querySelectorAll('#nav details:not([hidden])').length > 5`)

	// A folded group stays so on the next page, and opens where one is in it.
	ada.tabToMatch("[data-group=agents] summary")
	ada.keys(kb.Enter)
	ada.comesTrue(`!document.querySelector('[data-group=agents]').open && document.cookie.includes('folded=agents')`)
	ada.open(account + "/calls")
	ada.comesTrue(`!document.querySelector('[data-group=agents]').open && document.querySelector('[data-group=voice]').open`)
	ada.open(account + "/workflows")
	ada.comesTrue(`document.querySelector('[data-group=agents]').open`)
	ada.open(account + "/calls")
	ada.tabToMatch("[data-group=agents] summary")
	ada.keys(" ")
	ada.comesTrue(`document.querySelector('[data-group=agents]').open && !document.cookie.includes('agents')`)
	ada.open(account)
	ada.comesTrue(`document.querySelector('[data-group=agents]').open`)
}

// Edsger pins what he uses most, by keyboard and by mouse, and takes it off again.
func TestPinsByKeyboard(t *testing.T) {
	t.Parallel()
	edsger := newTab(t, "Edsger")
	edsger.signIn("edsger@example.com")
	account := edsger.stands(`/a/[^/]+`)

	// What is pinned moves to the top with the focus, stays there on the next page, and goes back.
	const top = `[...document.querySelectorAll('#nav [data-group=pinned] > ul > li > a')].map(a => a.textContent.trim()).join()`
	edsger.tabToMatch("#nav [data-group=agents] a[href$='/contacts']")
	edsger.keys(kb.Tab)
	edsger.keys(" ")
	edsger.comesTrue(top + ` === 'Contacts' && document.activeElement.matches('[data-group=pinned] .pin[aria-pressed=true]')`)
	edsger.keys(kb.ArrowDown + kb.Tab + kb.Enter)
	edsger.comesTrue(top + ` === 'Contacts,Control panel' && document.activeElement.ariaLabel === 'Pin Control panel'`)
	edsger.looksRight("sidebar-pinned")
	edsger.open(account + "/calls")
	edsger.comesTrue(top + ` === 'Contacts,Control panel'`)
	edsger.press("button", "Pin Contacts")
	edsger.comesTrue(top + ` === 'Control panel' && !!document.querySelector('[data-group=agents] .pin[aria-label="Pin Contacts"][aria-pressed=false]')`)
	edsger.stands(account + "/calls")
	edsger.press("button", "Pin Control panel")
	edsger.comesTrue(top + ` === ''`)
}

// tabToMatch presses Tab until what has the focus matches, and not longer than around the page.
func (b *tab) tabToMatch(selector string) {
	b.t.Helper()
	b.comesTrue(`document.readyState === 'complete'`)
	for range 200 {
		if eval[bool](b, `document.activeElement.matches(`+quoted(selector)+`)`) {
			return
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	b.fail("Tab does not come to %q", selector)
}

// Without script the groups fold all the same, and each entry leads to its tabs.
func TestSidebarWithoutScript(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	ada.tabToMatch("[data-group=agents] summary")
	ada.keys(kb.Enter)
	ada.goes("link", "Workflows")
	ada.press("link", "Numbers")
	ada.stands(account + `/numbers/my_numbers`)
	ada.press("link", "Blocked numbers")
	ada.stands(account + `/numbers/black_list`)

	barbara := newTab(t, "Barbara")
	barbara.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	barbara.signIn("barbara@example.com")
	account = barbara.stands(`/a/[^/]+`)
	barbara.press("link", "Contacts")
	barbara.stands(account + `/contacts`)
	barbara.tabToMatch("#nav .pin[value=workflows]")
	barbara.keys(kb.Enter)
	barbara.sees("Pinned")
	barbara.stands(account + `/contacts`)
	barbara.tabToMatch("#nav .pin[value=workflows]")
	barbara.keys(kb.Enter)
	barbara.until("the pin to go", func() bool { return !barbara.shows("Pinned") })
}
