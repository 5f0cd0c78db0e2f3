//go:build browser

package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// ctrlK presses the keys that open the palette.
func (b *tab) ctrlK() {
	b.t.Helper()
	b.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.at("#palette-q")
}

// chosen is the option of the palette that Return opens.
const chosen = `(document.getElementById(document.querySelector('#palette-q').getAttribute('aria-activedescendant'))?.querySelector('span')?.textContent ?? '')`

// Ada goes everywhere by Ctrl K and a few letters: to a page, to something to do, to
// another account, to a record, without once taking her hands off the keyboard.
func TestPaletteByKeyboard(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)

	// What is typed fast is opened, not what was found for its first letter.
	ada.ctrlK()
	ada.keys("workflows")
	ada.keys(kb.Enter)
	ada.stands(account + `/workflows`)

	// Arrows choose among what was found; the focus stays where one types.
	ada.ctrlK()
	ada.comesTrue(chosen + ` === 'Workflows'`) // open lately
	ada.keys("add sub")
	ada.comesTrue(chosen + ` === 'Add subuser'`)
	ada.looksRight("palette")
	ada.keys(kb.ArrowDown)
	ada.comesTrue(chosen + ` === 'Add sub-accounts'`)
	ada.keys(kb.ArrowUp + kb.ArrowUp)
	ada.comesTrue(chosen + ` !== 'Add subuser' && document.activeElement.id === 'palette-q'`)
	ada.keys(kb.ArrowDown)
	ada.comesTrue(chosen + ` === 'Add subuser'`)
	ada.keys(kb.Enter)
	ada.stands(account + `/settings/subusers/new`)

	// Escape leaves everything as it was, and the focus too.
	ada.goTo("input[name=name]")
	ada.ctrlK()
	ada.keys(kb.Escape)
	ada.at("input[name=name]")

	ada.ctrlK()
	ada.keys("qwertzuiop")
	ada.sees("Nothing found for")
	ada.keys(kb.Escape)

	// A record, and another account.
	ada.ctrlK()
	ada.keys("front desk")
	ada.comesTrue(chosen + ` === 'Front desk'`)
	ada.keys(kb.Enter)
	desk := ada.stands(account + `/applications/[^/]+`)

	// What was open lately is there before anything is typed, records too.
	ada.open(account + "/contacts")
	ada.ctrlK()
	ada.sees("Recent records")
	ada.comesTrue(`[...document.querySelectorAll('#palette-found [role=option]')].some(o => o.textContent.includes('Front desk'))`)
	for range 20 {
		if eval[string](ada, chosen) == "Front desk" {
			break
		}
		ada.keys(kb.ArrowDown)
	}
	ada.keys(kb.Enter)
	ada.stands(desk)
	ada.ctrlK()
	ada.keys("west")
	ada.comesTrue(chosen + ` === 'West'`)
	ada.keys(kb.Enter)
	ada.find("heading", "West")

	// On a phone, by the button.
	ada.resize(390, 844)
	ada.press("link", "Search")
	ada.at("#palette-q")
	ada.keys("webhooks")
	ada.comesTrue(chosen + ` === 'Webhooks'`)
	ada.fitsItsWindow()
	ada.keys(kb.Enter)
	ada.stands(`/a/[^/]+/settings/webhooks`)
}

// Without script the same address is a page.
func TestSearchWithoutScript(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	ada.press("link", "Search")
	ada.stands(account + `/search`)
	ada.fill("Search", "grace")
	ada.press("button", "Search")
	ada.stands(account + `/search\?q=grace`)
	ada.press("link", "Grace Hopper grace@example.com")
	ada.stands(account + `/members/[^/]+/edit`)
	ada.goTo("#nav-q")
	ada.keys("blocked")
	ada.keys(kb.Enter)
	ada.stands(account + `/search\?q=blocked`)
	ada.press("link", "Blocked numbers Numbers")
	ada.stands(account + `/numbers/black_list`)
}
